# SPDX-License-Identifier: Apache-2.0
"""Drawing papers: kinds by layouts by conditions, the same ones for the same seed."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from random import Random

from benchmarks.papers import layouts_development, layouts_kept
from benchmarks.papers.conditions import CONDITIONS
from benchmarks.papers.invented import INVENTORS, Truth

SETS = {"dev": layouts_development.LAYOUTS, "kept": layouts_kept.LAYOUTS}


@dataclass(frozen=True, slots=True)
class Paper:
    """A file as somebody would send it, and what stands in it."""

    kind: str
    layout: str
    condition: str
    content: bytes
    truth: Truth

    @property
    def media(self) -> str:
        return "image/png" if self.content.startswith(b"\x89PNG") else "image/jpeg"


def papers(which: str, count: int, seed: int = 1) -> Iterator[Paper]:
    """Draw `count` papers of every kind, layout and condition; `which` is dev or kept."""
    for kind, layouts in SETS[which].items():
        for layout, condition, at in product(layouts, CONDITIONS, range(count)):
            random = Random(f"{which} {kind} {layout.__name__} {condition} {at} {seed}")
            truth = INVENTORS[kind](random)
            content = CONDITIONS[condition](layout(truth, random), random)
            yield Paper(kind, layout.__name__, condition, content, truth)
