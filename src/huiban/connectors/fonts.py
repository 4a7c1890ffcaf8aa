# SPDX-License-Identifier: Apache-2.0
"""Which fonts (字体) documents are set in, and which characters those fonts can print."""

import os
import struct
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import typst

SETUP_COMMAND = "make setup"
_SUFFIXES = {".ttf", ".otf", ".ttc", ".otc"}


class FontsMissing(RuntimeError):
    """No font that prints Chinese was found; the message names the folder and the cure."""


@dataclass(frozen=True, slots=True)
class FontSet:
    """The fonts of one folder, opened once and shared by every document."""

    fonts: typst.Fonts
    prints: frozenset[int]


def folder() -> Path:
    """
    Give the folder fonts are read from.

    `HUIBAN_FONTS` names it; otherwise it is `build/fonts` of the checkout, which set-up fills.
    """
    named = os.environ.get("HUIBAN_FONTS")
    return Path(named) if named else Path(__file__).resolve().parents[3] / "build" / "fonts"


def opened() -> FontSet:
    """
    Open the fonts of the folder.

    :raises FontsMissing: if the folder has no font with Chinese characters.
    """
    return _open(folder())


@lru_cache(maxsize=4)
def _open(where: Path) -> FontSet:
    files = sorted(one for one in where.glob("**/*") if one.suffix.lower() in _SUFFIXES)
    prints = frozenset().union(*(characters(one) for one in files))
    if ord("政") not in prints:
        raise FontsMissing(
            f"no font with Chinese characters in {where}: run `{SETUP_COMMAND}`, "
            "or name a folder of TTF or OTF files in HUIBAN_FONTS"
        )
    # System and embedded fonts stay out, so that every machine prints the same bytes.
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(where)]
    )
    return FontSet(fonts, prints)


def characters(path: Path) -> frozenset[int]:
    """This function will give the code points that the first face of a font file can print."""
    data = path.read_bytes()
    try:
        return frozenset(_character_map(data))
    except (struct.error, IndexError):
        return frozenset()


def _character_map(data: bytes) -> set[int]:
    start = struct.unpack_from(">I", data, 12)[0] if data[:4] == b"ttcf" else 0
    tables = struct.unpack_from(">H", data, start + 4)[0]
    for record in range(start + 12, start + 12 + 16 * tables, 16):
        if data[record : record + 4] == b"cmap":
            return _subtables(data, struct.unpack_from(">I", data, record + 8)[0])
    return set()


def _subtables(data: bytes, cmap: int) -> set[int]:
    found: set[int] = set()
    for number in range(struct.unpack_from(">H", data, cmap + 2)[0]):
        platform, _, offset = struct.unpack_from(">HHI", data, cmap + 4 + 8 * number)
        kind = struct.unpack_from(">H", data, cmap + offset)[0]
        if kind == 12:
            found |= _segmented_coverage(data, cmap + offset)
        elif kind == 4 and platform in (0, 3):
            found |= _segment_mapping(data, cmap + offset)
    return found


def _segmented_coverage(data: bytes, at: int) -> set[int]:
    groups = struct.unpack_from(">I", data, at + 12)[0]
    found: set[int] = set()
    for number in range(groups):
        first, last, _ = struct.unpack_from(">III", data, at + 16 + 12 * number)
        found.update(range(first, min(last, 0x10FFFF) + 1))
    return found


def _segment_mapping(data: bytes, at: int) -> set[int]:
    count = struct.unpack_from(">H", data, at + 6)[0] // 2
    ends = struct.unpack_from(f">{count}H", data, at + 14)
    starts = struct.unpack_from(f">{count}H", data, at + 16 + 2 * count)
    found: set[int] = set()
    for first, last in zip(starts, ends, strict=True):
        found.update(range(first, last + 1))
    return found - {0xFFFF}  # the last segment only closes the table
