# SPDX-License-Identifier: Apache-2.0
"""What `huiban check` says of a pack with a changed point (要点检查), and of its examples."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.conf import settings

from huiban.kernel.catalogue import Item
from huiban.kernel.review import Finding, Point, Review, review
from huiban.kernel.review_facts import review_facts
from huiban.packloader import Problem, Scenario
from huiban.packloader.build_scenario import Draft, build
from huiban.packloader.checkers import check_draft
from huiban.packloader.example import Placed, gather
from huiban.packloader.example_application import Samples, apply
from huiban.packloader.example_review import read_files, shown
from huiban.packloader.folder import Folder, files_in
from huiban.services import city
from huiban.services.point_studio_text import Made, examples_in


@dataclass(frozen=True, slots=True)
class ExampleLine:
    """
    A worked example that shows a point: what it must find, and what it does find.

    `is_there` tells one that is in force from one that is added with the point.
    """

    file: str
    index: int
    name: str
    expected: str
    found: Finding | None = None
    is_there: bool = True

    @property
    def is_right(self) -> bool:
        return self.found is not None and self.found.verdict == self.expected


@dataclass(frozen=True, slots=True)
class Checked:
    """A pack as it would be: every problem, the points as far as they could be built."""

    made: Made
    problems: tuple[Problem, ...]
    review: Review | None
    examples: tuple[ExampleLine, ...] = ()

    def point(self, item: Item, code: str) -> Point | None:
        """Return the point for an item; None while its rule has a mistake."""
        points = self.review.points.get(item.life, ()) if self.review else ()
        return next((one for one in points if one.code == code), None)


def folder_of(scenario: Scenario) -> Path:
    """Return where a pack stands on disk."""
    return Path(settings.PACKS_DIR) / scenario.code


def checked(scenario: Scenario, made: Made, code: str) -> Checked:
    """Check the pack with the point in it as `huiban check` does, and run the point's examples."""
    draft = build(folder(scenario, made.texts), city.common())
    found = check_draft(draft)
    lines = tuple(_examples(draft, scenario, code))
    return Checked(made, (*made.faults, *found), draft.review, lines)


def folder(scenario: Scenario, texts: Mapping[str, str]) -> Folder:
    """Return a pack's texts as the checkers take them; problems name `packs/<code>/<file>`."""
    home = folder_of(scenario)
    others = [one for one in files_in(home) if one not in texts] if home.is_dir() else []
    return Folder(scenario.code, texts, f"{home.parent.name}/{scenario.code}", tuple(others))


def _examples(draft: Draft, scenario: Scenario, code: str) -> Iterator[ExampleLine]:
    """Give the examples that show a point; forms and items are those of the pack in force."""
    samples, placed = gather(draft.examples)
    there = {file: examples_in(scenario.texts, file) for file in draft.examples}
    for one in placed:
        sample = samples.get(one.example.start)
        item = scenario.items.get(sample.item) if sample else None
        if item is None or draft.review is None or one.example.review is None:
            continue
        points = [each for each in draft.review.points.get(item.life, ()) if each.code == code]
        for _, verdict in shown(draft.review, points, one.example.review):
            found = _found(draft, scenario, one, (samples, points[0]))
            is_there = one.index < there[one.file]
            yield ExampleLine(
                one.file, one.index, one.example.name, str(verdict), found, is_there
            )  # fmt: skip


def _found(
    draft: Draft, scenario: Scenario, placed: Placed, what: tuple[Samples, Point]
) -> Finding | None:
    samples, point = what
    example, told = placed.example, draft.review
    if told is None or example.review is None:
        return None
    application = apply(example, samples, scenario, draft.common)
    today = example.on or (date.fromisoformat(example.steps[0].at[:10]) if example.steps else None)
    if today is None:
        return None
    files, _ = read_files(example.review, draft.material_kinds)
    known = review_facts(told, files, application.form, application.reading(today).values)
    return review((point,), known, today, application.facts(today))[0]
