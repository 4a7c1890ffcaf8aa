# SPDX-License-Identifier: Apache-2.0
"""A BagIt bag (RFC 8493) as text and values: manifests, tag files, names, and what differs."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

DECLARATION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
ALGORITHMS = ("sha256", "sha512")
"""What every reader of bags knows; SM3 stands beside them in a manifest of its own."""
SM3 = "sm3"
PAYLOAD = "data/"

_LENGTHS = {"sha256": 64, "sha512": 128, "sm3": 64}
_LINE = re.compile(r"([0-9A-Fa-f]+)[ \t]+\*?(\S.*)")
_FORBIDDEN = re.compile(r'[<>:"|?*\\/%~]')
_MOST_CHARACTERS, _MOST_BYTES = 80, 160


class BagRefused(ValueError):
    """What should be part of a bag cannot be read; the message names file and line."""


class Difference(StrEnum):
    """How a file is not what its manifest says."""

    CHANGED = "changed"
    MISSING = "missing"
    EXTRA = "extra"


@dataclass(frozen=True, slots=True)
class Digested:
    """The size of a file and its digests in hexadecimal."""

    size: int
    sha256: str
    sha512: str
    sm3: str

    def of(self, algorithm: str) -> str:
        return {"sha256": self.sha256, "sha512": self.sha512, "sm3": self.sm3}[algorithm]


@dataclass(frozen=True, slots=True, order=True)
class Differs:
    """One file of a bag that is not what one of the manifests says."""

    path: str
    how: Difference


def clean_name(name: str) -> str:
    """
    Return a name that every file system keeps and no manifest has to encode.

    >>> clean_name("合同/第1页 100%.pdf"), clean_name(" ..")
    ('合同_第1页 100_.pdf', '未命名')
    """
    shown = unicodedata.normalize("NFC", "".join(filter(_is_visible, name)))
    stem, dot, ending = _FORBIDDEN.sub("_", shown).strip(" .").rpartition(".")
    if not dot or not re.fullmatch(r"[0-9A-Za-z]{1,8}", ending):
        stem, ending = stem + dot + ending, ""
    stem = stem[:_MOST_CHARACTERS]
    while len(stem.encode()) > _MOST_BYTES:
        stem = stem[:-1]
    stem = stem.strip(" .") or "未命名"
    return f"{stem}.{ending}" if ending else stem


def _is_visible(one: str) -> bool:
    return one == " " or unicodedata.category(one)[0] not in "CZ"


def manifest(digests: Mapping[str, str]) -> str:
    """Write a manifest: a digest and a path a line, in the order of the paths."""
    return "".join(f"{digests[path]}  {path}\n" for path in sorted(digests))


def read_manifest(name: str, text: str) -> dict[str, str]:
    """
    Read a manifest called `name` back; `sha256sum` and others write such files as well.

    :raises BagRefused: naming the line, if it is no digest with a path that stays in the bag.
    """
    algorithm = name.rpartition("-")[2].removesuffix(".txt")
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        match = _LINE.fullmatch(line)
        if match is None or len(match[1]) != _LENGTHS.get(algorithm, len(match[1])):
            raise BagRefused(f"{name}:{number}: not a digest and a path")
        path = match[2]
        if not is_inside(path):
            raise BagRefused(f"{name}:{number}: {path!r} leads out of the bag")
        if path in found:
            raise BagRefused(f"{name}:{number}: {path!r} is listed twice")
        found[path] = match[1].lower()
    return found


def is_inside(path: str) -> bool:
    """Tell whether a path stays in the folder it is unpacked in."""
    parts = path.split("/")
    return not (
        "\\" in path
        or path.startswith(("/", "~"))
        or ".." in parts
        or "" in parts
        or "\x00" in path
    )


def tags(pairs: Iterable[tuple[str, str]]) -> str:
    """Write a tag file such as bag-info.txt; what a value breaks over lines becomes one line."""
    return "".join(f"{label}: {' '.join(value.split())}\n" for label, value in pairs)


def read_tags(name: str, text: str) -> dict[str, str]:
    """
    Read a tag file back; the last of equal labels counts.

    :raises BagRefused: naming the line that has no label.
    """
    found: dict[str, str] = {}
    label = ""
    for number, line in enumerate(text.splitlines(), 1):
        if line[:1] in (" ", "\t") and label:
            found[label] += f" {line.strip()}"
            continue
        label, colon, value = line.partition(":")
        if not colon or not label.strip():
            raise BagRefused(f"{name}:{number}: not a label and a value")
        label = label.strip()
        found[label] = value.strip()
    return found


def oxum(sizes: Iterable[int]) -> str:
    """
    Say how many bytes and files there are, as `Payload-Oxum` does.

    >>> oxum([10, 5])
    '15.2'
    """
    every = list(sizes)
    return f"{sum(every)}.{len(every)}"


def differences(listed: Mapping[str, str], found: Mapping[str, str]) -> Iterator[Differs]:
    """Compare a manifest with the digests of the files that are there, in the order of paths."""
    for path in sorted({*listed, *found}):
        if path not in found:
            yield Differs(path, Difference.MISSING)
        elif path not in listed:
            yield Differs(path, Difference.EXTRA)
        elif listed[path] != found[path]:
            yield Differs(path, Difference.CHANGED)
