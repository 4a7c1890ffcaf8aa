# SPDX-License-Identifier: Apache-2.0
"""What a pack author did wrong: where, what, and how to put it right."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import process as fuzzy
from rapidfuzz.distance import DamerauLevenshtein


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One fault in a pack (问题); `line` counts from 1, `field` "" means the whole file."""

    path: str
    line: int
    field: str
    message: str
    cure: str = ""

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}: " + (f"{self.field}: " if self.field else "")
        return where + self.message + (f" ({self.cure})" if self.cure else "")


def did_you_mean(word: str, known: Iterable[str], else_list: int = 12) -> str:
    """
    Propose the nearest known word; with nothing near, list what is known.

    >>> did_you_mean("headcout", ["headcount", "uscc"])
    "did you mean 'headcount'?"
    """
    choices = sorted(set(known))
    near = nearest(word, choices)
    if near:
        return f"did you mean '{near}'?"
    if not choices:
        return "none is declared yet"
    more = "" if len(choices) <= else_list else f" and {len(choices) - else_list} more"
    return "known: " + ", ".join(choices[:else_list]) + more


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known word that was most likely meant, "" where none is near."""
    similar = DamerauLevenshtein.normalized_similarity
    near = fuzzy.extractOne(word, sorted(set(known)), scorer=similar)
    return near[0] if near and near[1] >= 0.6 else ""


def dotted(path: Sequence[str | int]) -> str:
    """Write a path of keys and indexes as pack authors read it: `rules.0.holds`."""
    return ".".join(str(part) for part in path)
