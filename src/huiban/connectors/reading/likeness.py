# SPDX-License-Identifier: Apache-2.0
"""Which pages of one file show the same (重复页): pictures that are near and texts that agree."""

import re
from collections.abc import Sequence
from dataclasses import replace

from rapidfuzz.fuzz import ratio

from huiban.kernel.reading import PageFault, ReadPage

NEAR_BITS = 14
"""Bits of 64 by which the fingerprints of one page, taken twice, may differ."""
NEAR_BITS_WITHOUT_TEXT = 4
SAME_TEXT = 93.0
"""Percent; two forms of one kind, filled in differently, are less alike."""
SAME_NUMBERS = 0.8
"""The share of their numbers that two pages must have in common: people differ by those."""


def marked(pages: Sequence[ReadPage]) -> tuple[ReadPage, ...]:
    """Add the fault to each page that shows what an earlier one shows."""
    return tuple(
        replace(page, faults=(*page.faults, PageFault.DUPLICATE))
        if any(are_same(page, earlier) for earlier in pages[:place])
        else page
        for place, page in enumerate(pages)
    )


def are_same(one: ReadPage, other: ReadPage) -> bool:
    """Tell whether two pages show the same; pages of which nothing is known never do."""
    if {PageFault.BLANK, PageFault.UNREADABLE, PageFault.DARK} & {*one.faults, *other.faults}:
        return False
    apart = (one.fingerprint ^ other.fingerprint).bit_count()
    if not one.lines and not other.lines:
        return apart <= NEAR_BITS_WITHOUT_TEXT
    return apart <= NEAR_BITS and _say_the_same(_text(one), _text(other))


def _text(page: ReadPage) -> str:
    return "".join(line.text for line in page.lines)


def _say_the_same(one: str, other: str) -> bool:
    if ratio(one, other) < SAME_TEXT:
        return False
    first, second = ({*re.findall(r"\d{3,}", text)} for text in (one, other))
    return len(first & second) >= SAME_NUMBERS * len(first | second)
