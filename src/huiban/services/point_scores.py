# SPDX-License-Identifier: Apache-2.0
"""How right review points were (要点准确率): by scenario, point and the way it was written."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from huiban.kernel.actor import Actor
from huiban.kernel.catalogue import Item, Life
from huiban.kernel.permission import Errand, may
from huiban.kernel.point_score import Score
from huiban.kernel.review import Point
from huiban.kernel.words import Words
from huiban.packloader import Scenario
from huiban.services import city
from huiban.services.permission import demand_platform
from huiban.services.refusal import NotFound
from huiban.services.review_files import rule_digest
from huiban.store import settlements


@dataclass(frozen=True, slots=True)
class Writing:
    """One way in which a point was written, by its digest, and how right it was."""

    rule: str
    score: Score = Score()  # noqa: RUF009 - an immutable value


@dataclass(frozen=True, slots=True)
class PointLine:
    """
    One point: how right it is as it is written now, and how right it was before.

    `point` is None for one that the scenario no longer has; then `now` is empty.
    """

    code: str
    point: Point | None
    items: tuple[Item, ...]
    now: Writing
    before: tuple[Writing, ...] = ()


@dataclass(frozen=True, slots=True)
class ScoreBoard:
    """The points of a scenario as it is in force; `can_write` says whether this officer may."""

    scenario: Scenario
    lines: tuple[PointLine, ...]
    can_write: bool = False

    @property
    def total(self) -> Score:
        """All points together, as they are written now."""
        return sum((one.now.score for one in self.lines), Score())

    @property
    def settled(self) -> int:
        """Return how often officers said something, whatever the writing."""
        return sum(writing.score.total for one in self.lines for writing in (one.now, *one.before))


def scenarios() -> dict[str, Scenario]:
    """Give the scenarios in force that have review points."""
    return {code: one for code, one in city.loaded().scenarios.items() if one.review is not None}


def board(code: str, actor: Actor) -> ScoreBoard:
    """
    Show how right the points of a scenario are; without a code, of the officer's own department.

    :raises NotAllowed: for whoever may not see them.
    :raises NotFound: if there is no such scenario, or it has no points.
    """
    demand_platform(actor, Errand.VIEW_POINTS)
    known = scenarios()
    own = [one for one in known.values() if one.owner == actor.department]
    scenario = known.get(code) if code else next(iter([*own, *known.values()]), None)
    if scenario is None:
        words = Words("没有这个场景，或者它没有审查要点", "No such scenario, or it has no points")
        raise NotFound(words)
    return ScoreBoard(scenario, lines_of(scenario), can_write(actor, scenario))


def can_write(actor: Actor, scenario: Scenario) -> bool:
    """Tell whether an officer may change the points of a scenario: those of their department."""
    is_own = bool(actor.department) and actor.department == scenario.owner
    return is_own and bool(may(actor, Errand.WRITE_POINTS))


def lines_of(scenario: Scenario) -> tuple[PointLine, ...]:
    """Count every point of a scenario, with one grouped query; what is gone comes last."""
    told = scenario.review
    scores = _scores(settlements.tallies(scenario.code))
    found = []
    for point, items in points_of(scenario):
        digest = rule_digest(told, point) if told else ""
        own = scores.pop(point.code, {})
        now = Writing(digest, own.pop(digest, Score()))
        found.append(PointLine(point.code, point, items, now, _writings(own)))
    gone = [
        PointLine(code, None, (), Writing(""), _writings(own))
        for code, own in sorted(scores.items())
    ]
    return (*found, *gone)


def points_of(scenario: Scenario) -> list[tuple[Point, tuple[Item, ...]]]:
    """Return every point of a scenario once, with the items it counts for."""
    points = scenario.review.points if scenario.review else {}
    every = {one.code: one for group in points.values() for one in group}
    return [
        (
            point,
            tuple(
                item
                for item in in_order(scenario)
                if code in {one.code for one in points.get(item.life, ())}
            ),
        )
        for code, point in every.items()
    ]


def in_order(scenario: Scenario) -> list[Item]:
    """Return a scenario's items in the order of their situations: new first."""
    order = list(Life)
    return sorted(scenario.items.values(), key=lambda item: order.index(item.life))


def _scores(tallies: Iterable[settlements.Tally]) -> dict[str, dict[str, Score]]:
    counts: dict[str, dict[str, dict[tuple[str, str], int]]] = {}
    for one in tallies:
        own = counts.setdefault(one.point, {}).setdefault(one.rule, {})
        own[one.found, one.said] = one.count
    return {
        point: {rule: Score(own) for rule, own in by_rule.items()}
        for point, by_rule in counts.items()
    }


def _writings(own: Mapping[str, Score]) -> tuple[Writing, ...]:
    """Return older writings, the one with most cases first."""
    found = (Writing(rule, score) for rule, score in own.items())
    return tuple(sorted(found, key=lambda one: (-one.score.total, one.rule)))
