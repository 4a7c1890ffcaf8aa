# SPDX-License-Identifier: Apache-2.0
"""Which characters of people's text a document can print, and what stands in for the others."""

import unicodedata
from collections.abc import Mapping, Sequence

STAND_IN = "〓"  # what Chinese printers set where the type is missing (缺字)
_JOINERS = "\u200c\u200d"  # they shape emoji and some scripts and print nothing themselves


class Printable:
    """
    Rewrites JSON texts so that every character has a glyph, remembering what had none.

    Control and direction marks go (they would break PDF/A or reverse what people read), line
    and paragraph separators become line breaks. The attached data keeps the original.
    """

    def __init__(self, prints: frozenset[int]) -> None:
        self._prints = prints
        self._missing: dict[str, None] = {}

    def missing(self) -> tuple[str, ...]:
        """This method will give the characters replaced so far, in order of appearance."""
        return tuple(self._missing)

    def value(self, value: object) -> object:
        """This method will give the same JSON with every text made printable; keys stay."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {key: self.value(one) for key, one in value.items()}
        if isinstance(value, Sequence):
            return [self.value(one) for one in value]
        return value

    def text(self, text: str) -> str:
        if text.isascii() and text.isprintable():
            return text
        lines = text.replace("\r\n", "\n").translate(_BREAKS)
        return "".join(map(self._character, unicodedata.normalize("NFC", lines)))

    def _character(self, one: str) -> str:
        if one == "\n" or one in _JOINERS or (ord(one) in self._prints and one.isprintable()):
            return one
        kind = unicodedata.category(one)
        if kind == "Zs":
            return one if ord(one) in self._prints else " "
        if kind in ("Cc", "Cf"):
            return ""
        self._missing[one] = None
        return STAND_IN


_BREAKS = {ord(one): "\n" for one in "\r\v\f\x85\u2028\u2029"} | {ord("\t"): " "}
