# SPDX-License-Identifier: Apache-2.0
"""Cuts text into the pairs of characters that the search index knows."""

import re
import unicodedata

_RUN = re.compile(r"[0-9a-z]+|[㐀-䶿一-鿿\U00020000-\U0003ffff]+")

_NO_LETTER = re.compile(r"[\W_]")


def grams(*texts: str) -> str:
    """
    Return the index terms of some texts: words of letters and digits, pairs of Chinese characters.

    >>> grams("建筑垃圾 ABC")
    '建筑 筑垃 垃圾 圾 abc'
    """
    terms: dict[str, None] = {}
    for run in _runs(" ".join(texts)):
        terms.update(dict.fromkeys(_pairs(run) + ([] if run.isascii() else [run[-1]])))
    return " ".join(terms)


def wanted(text: str) -> list[str]:
    """Return the terms that a searched text asks for; one alone may begin a longer term."""
    return list(dict.fromkeys(term for run in _runs(text) for term in _pairs(run)))


def in_department(code: str) -> str:
    """Return the term under which a department's cases are found; no word anybody types."""
    return "\ue000" + _NO_LETTER.sub("", code.lower())


def in_division(code: str) -> str:
    """Return the term under which a division's cases are found; no word anybody types."""
    return "\ue001" + _NO_LETTER.sub("", code.lower())


def _runs(text: str) -> list[str]:
    return _RUN.findall(unicodedata.normalize("NFKC", text).lower())


def _pairs(run: str) -> list[str]:
    if run.isascii() or len(run) == 1:
        return [run]
    return [run[start : start + 2] for start in range(len(run) - 1)]
