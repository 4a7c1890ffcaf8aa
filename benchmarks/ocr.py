# SPDX-License-Identifier: Apache-2.0
"""Reading materials: how many fields of papers nobody developed with come out exactly right."""

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks._bench import percentile
from benchmarks.papers.conditions import UPRIGHT_SCANS
from benchmarks.papers.draw import SETS, Paper, papers
from benchmarks.papers.invented import LONG_TERM
from huiban.connectors.reading import read
from huiban.kernel.extract import Found, extract
from huiban.kernel.extract_text import narrow, tidy
from huiban.kernel.material_kind import MaterialKind, kind_of
from huiban.packloader.common import load_common
from huiban.packloader.folder import texts_in

ROOT = Path(__file__).resolve().parents[1]
LIMIT = {"upright": 0.95, "phone": 0.88, "seconds_a_page": 3.0}
TRUSTED = 0.8
"""From this confidence on a value counts as a fact, unless a point asks for more."""


@dataclass(frozen=True, slots=True)
class Score:
    """One field of one paper."""

    paper: Paper
    field: str
    found: Found | None
    is_right: bool

    @property
    def is_trusted(self) -> bool:
        return self.found is not None and self.found.confidence >= TRUSTED


@dataclass(frozen=True, slots=True)
class Page:
    """One paper as it was read."""

    is_told: bool
    seconds: float
    scores: tuple[Score, ...]


def kinds() -> Mapping[str, MaterialKind]:
    common, problems = load_common(texts_in(ROOT / "packs" / "common"))
    if problems:
        raise SystemExit("\n".join(map(str, problems)))
    return common.material_kinds


def measured(paper: Paper, known: Mapping[str, MaterialKind]) -> Page:
    """Read a paper as the product would; a paper told to be of another kind has no right field."""
    began = time.perf_counter()
    reading = read(paper.content, paper.media)
    told = kind_of(reading, known.values())
    found = extract(reading, told.kind) if told else {}
    spent = time.perf_counter() - began
    is_told = told is not None and told.kind.code == paper.kind
    return Page(
        is_told,
        spent,
        tuple(
            Score(paper, field, found.get(field), is_told and is_right(found.get(field), wanted))
            for field, wanted in paper.truth.items()
        ),
    )


def is_right(found: Found | None, wanted: object) -> bool:
    """Compare exactly, but for width, blanks, and a full stop at the end."""
    if found is None:
        return False
    if wanted == LONG_TERM:
        return found.is_long_term
    if isinstance(wanted, tuple):
        return isinstance(found.value, tuple) and sorted(found.value) == sorted(wanted)
    if isinstance(wanted, str):
        return isinstance(found.value, str) and _plain(found.value) == _plain(wanted)
    return found.value == wanted


def _plain(text: str) -> str:
    return narrow(tidy(text)).replace(" ", "").rstrip("。.")


def share(scores: Iterable[Score]) -> float:
    every = [one.is_right for one in scores]
    return round(sum(every) / len(every), 4) if every else 0.0


def by(scores: Iterable[Score], what: str) -> dict[str, float]:
    groups = defaultdict(list)
    for one in scores:
        groups[getattr(one.paper, what)].append(one)
    return {name: share(group) for name, group in sorted(groups.items())}


def figures(pages: list[Page]) -> dict[str, object]:
    scores = [score for page in pages for score in page.scores]
    trusted = [score for score in scores if score.is_trusted]
    times = [page.seconds for page in pages]
    return {
        "papers": len(pages),
        "fields": len(scores),
        "upright": share(one for one in scores if one.paper.condition in UPRIGHT_SCANS),
        "phone": share(one for one in scores if one.paper.condition == "phone"),
        "seconds_a_page": round(percentile(times, 0.5), 2),
        "seconds_a_page_p95": round(percentile(times, 0.95), 2),
        "kind_told": round(sum(page.is_told for page in pages) / len(pages), 4),
        "trusted": round(len(trusted) / len(scores), 4),
        "right_of_trusted": share(trusted),
        "by_kind": by(scores, "kind"),
        "by_condition": by(scores, "condition"),
    }


def tell_failures(pages: Iterable[Page]) -> None:
    for page in pages:
        for one in page.scores:
            if not one.is_right:
                seen = f"{one.found.value!r} {one.found.confidence}" if one.found else "nothing"
                print(f"{one.paper.layout} {one.paper.condition} {one.field}: wanted "
                      f"{one.paper.truth[one.field]!r}, found {seen}")  # fmt: skip


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--set", choices=sorted(SETS), default="kept", dest="which")
    arguments.add_argument("--count", type=int, default=2, help="papers of a layout and condition")
    options = arguments.parse_args()
    known = kinds()
    drawn = papers(options.which, options.count)
    measured(next(papers(options.which, 1, seed=0)), known)  # the models are loaded once
    pages = [measured(paper, known) for paper in drawn]
    found = figures(pages)
    if options.which == "dev":
        tell_failures(pages)  # of the kept set nobody is to see them
    for name, value in found.items():
        print(f"{name}: {value}")
    ratio = {name: round(float(str(found[name])) / limit, 4) for name, limit in LIMIT.items()}
    print(json.dumps({
        "name": "ocr",
        "set": options.which,
        "figures": found,
        "limit": LIMIT,
        "ratio": ratio,
        "met": ratio["upright"] >= 1 and ratio["phone"] >= 1 and ratio["seconds_a_page"] <= 1,
    }, ensure_ascii=False))  # fmt: skip


if __name__ == "__main__":
    main()
