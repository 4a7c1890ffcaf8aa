# SPDX-License-Identifier: Apache-2.0
"""A safe name for an uploaded file (文件名), as close to the sender's as can be."""

import re
import unicodedata

MAX_CHARACTERS = 100
MAX_BYTES = 200  # most file systems stop at 255, and stores add a suffix

_FORBIDDEN = re.compile(r'[<>:"|?*\\/]')
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)\Z")


def safe_name(name: str, extensions: tuple[str, ...]) -> str:
    """
    Give a name without path, control or direction marks, ending in one of `extensions`.

    The first extension replaces a wrong one. A direction mark could show `fdp.exe` as `exe.pdf`.

    >>> safe_name("C:\\\\合同\\\\运输合同.PDF", ("pdf",))
    '运输合同.pdf'
    """
    last = re.split(r"[\\/]", name)[-1]
    shown = "".join(one for one in unicodedata.normalize("NFC", last) if _is_visible(one))
    stem, extension = _split(_FORBIDDEN.sub("_", shown))
    if extension not in extensions:
        extension = extensions[0]
    return f"{_shorten(_usable(stem), len(extension) + 1)}.{extension}"


def extension_of(name: str) -> str:
    """This function will give the extension of a name in lower case, without its dot."""
    return _split(re.split(r"[\\/]", name)[-1].strip())[1]


def _is_visible(one: str) -> bool:
    return unicodedata.category(one) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def _split(name: str) -> tuple[str, str]:
    stem, dot, extension = name.rpartition(".")
    if not dot or not re.fullmatch(r"[A-Za-z][A-Za-z0-9]{0,7}", extension):
        return name, ""
    return stem, extension.lower()


def _usable(stem: str) -> str:
    stem = stem.strip(" .\u3000")
    if not stem:
        return "文件"
    return f"_{stem}" if _DEVICES.match(stem) else stem


def _shorten(stem: str, taken: int) -> str:
    stem = stem[: MAX_CHARACTERS - taken]
    while len(stem.encode()) > MAX_BYTES - taken:
        stem = stem[:-1]
    return stem.rstrip(" .")
