# SPDX-License-Identifier: Apache-2.0
"""The studio for review points (要点编写): a point of one's own department, tried before use."""

from collections.abc import Sequence
from dataclasses import dataclass

from huiban.kernel.actor import Actor
from huiban.kernel.catalogue import Item
from huiban.kernel.permission import Errand, may
from huiban.kernel.review import Point, Review
from huiban.kernel.words import Words
from huiban.packloader import Scenario
from huiban.services import handle
from huiban.services.ledger import Chain
from huiban.services.permission import demand, demand_platform
from huiban.services.point_scores import can_write, scenarios
from huiban.services.point_studio_case import Looked, looked
from huiban.services.point_studio_check import Checked, checked
from huiban.services.point_studio_past import Tried, Wording, filed_as, tried
from huiban.services.point_studio_text import Written, empty, texts_with, written_of
from huiban.services.refusal import NotAllowed, NotFound, NotOpen
from huiban.store import ledger as ledgers
from huiban.store import lists, point_cases
from huiban.store.lists import CaseNarrow, CasePage
from huiban.store.models import LedgerEntry

LISTED = 8


@dataclass(frozen=True)
class Studio:
    """A point opened by somebody who may change it; `point` is None for one that is new."""

    scenario: Scenario
    item: Item
    review: Review
    point: Point | None
    written: Written
    can_publish: bool

    @property
    def wording(self) -> Wording | None:
        return Wording(self.review, self.point) if self.point else None


@dataclass(frozen=True)
class Trial:
    """A changed point: what the checkers say, and what it would have found."""

    checked: Checked
    point: Point | None
    tried: Tried | None

    @property
    def wording(self) -> Wording | None:
        review = self.checked.review
        return Wording(review, self.point) if review and self.point else None


def opened(scenario: str, item: str, code: str, actor: Actor) -> Studio:
    """
    Open a point for a member of the department whose scenario it is; no code for a new one.

    :raises NotFound: if there is no such scenario, item or point.
    :raises NotAllowed: if the officer's role does not include it, or it is another department's.
    """
    demand_platform(actor, Errand.WRITE_POINTS)
    found = scenarios().get(scenario)
    own = found.items.get(item) if found else None
    if found is None or own is None or found.review is None:
        raise NotFound(
            Words("没有这个事项，或者它没有审查要点", "No such item, or it has no points")
        )
    if not can_write(actor, found):
        words = Words(
            "这是别的部门的场景；要点由负责这个场景的部门编写",
            "This is another department's scenario; its own people write its points",
        )
        raise NotAllowed(words)
    points = found.review.points.get(own.life, ())
    point = next((one for one in points if one.code == code), None)
    if code and point is None:
        words = Words("这个事项没有这条审查要点", "This item has no such review point")
        raise NotFound(words)
    roles = [one for one in ("examiner", *sorted(actor.roles)) if one in actor.roles]
    written = written_of(found.texts, code) if code else empty(str(own.life), (roles or [""])[0])
    can_publish = bool(may(actor, Errand.PUBLISH_POINTS))
    return Studio(found, own, found.review, point, written, can_publish)


def closed_cases(studio: Studio, text: str, actor: Actor) -> CasePage:
    """List closed cases of the item in the officer's department, newest first."""
    narrow = CaseNarrow(item=studio.item.code, text=text, is_open=False)
    return lists.department_list(lists.scope_of(actor), narrow, limit=LISTED)


def try_out(studio: Studio, written: Written, actor: Actor, most: int) -> Trial:
    """
    Check a changed point as `huiban check` does, and try it over decided cases.

    With `most` 0 it is only checked.
    """
    found = check(studio, written)
    point = found.point(studio.item, written.code)
    if found.review is None or point is None or most < 1:
        return Trial(found, point, None)
    wordings = (studio.wording, Wording(found.review, point))
    return Trial(found, point, tried(studio.scenario, studio.item, wordings, actor, most))


def check(studio: Studio, written: Written) -> Checked:
    """Write a point into its pack and check the whole pack."""
    made = texts_with(studio.scenario.texts, written)
    return checked(studio.scenario, made, written.code)


def look(studio: Studio, number: str, trial: Trial | None, actor: Actor) -> Looked:
    """
    Show what the files of a closed case said.

    :raises NotFound: if there is no such case.
    :raises NotAllowed: if the officer may not see its materials.
    :raises NotOpen: if it is not closed yet, or of another item.
    """
    case = handle.load(number)
    demand(actor, Errand.VIEW_MATERIAL, case.case, case.standing)
    if case.case.closed_at is None or case.case.item_code != studio.item.code:
        words = Words(
            "只能看这个事项已经办结的办件；请从列表里选",
            "Only closed cases of this item are looked at; choose one from the list",
        )
        raise NotOpen(words)
    code = trial.point.code if trial and trial.point else studio.written.code
    said = point_cases.said([case.case.id], code).get(case.case.id, "")
    filed = filed_as(studio.scenario, studio.item, case.case)
    return looked(case.case, filed, (studio.wording, trial.wording if trial else None), said)


def published(studio: Studio, most: int = 5) -> Sequence[LedgerEntry]:
    """Return what was published of the scenario's points from the desk, newest first."""
    return ledgers.newest(Chain.PACK, studio.scenario.code, most)
