# SPDX-License-Identifier: Apache-2.0
"""The materials of a case as filed (收件情况): what is there, what took its place, what is owed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from huiban.kernel.catalogue import (
    Item,
    Material,
    MaterialStanding,
    Need,
    OnRecord,
    Standing,
    material_list,
)
from huiban.kernel.document_words import date_words, limit_words
from huiban.kernel.fill_record import How
from huiban.kernel.process import OpenAct
from huiban.kernel.words import Words
from huiban.packloader import Scenario
from huiban.services import city
from huiban.services.clocks import due_at
from huiban.services.facts import (
    facts_of,
    local_day,
    read_instead,
    read_json,
    read_materials,
)
from huiban.services.refusal import NotOpen
from huiban.store.rows import CaseRow, JobRow, JournalRow, NoticeRow

Standings = tuple[MaterialStanding, ...]
GRANT = "grant"
_ACCEPTED = frozenset({"accept", "deem_accept"})


@dataclass(frozen=True, slots=True)
class Owed:
    """A deferred material (容缺材料) still to follow; without a day until the case is accepted."""

    material: Material
    due_at: datetime | None = None
    is_late: bool = False

    @property
    def due_on(self) -> date | None:
        return local_day(self.due_at) if self.due_at else None


def of_case(scenario: Scenario, case: CaseRow) -> Standings:
    """Judge the materials of a case by what was filed with it; the store is asked nothing."""
    item, text = scenario.items[case.item_code], case.materials
    return of_filing(scenario, item, read_json(case.payload), text)


def of_filing(
    scenario: Scenario, item: Item, values: Mapping[str, object], materials: str
) -> Standings:
    """Judge the materials by what was written down when the application was sent."""
    files, instead = read_materials(materials), read_instead(materials)

    def named(how: How) -> dict[str, str]:
        own = (one for one in instead.values() if one["how"] == str(how))
        return {one.get("name", ""): one.get("reference", "") for one in own}

    known = OnRecord(
        certificates=named(How.CERTIFICATE),
        answers=named(How.RESOURCE),
        committed={code for code, one in instead.items() if one["how"] == str(How.COMMITMENT)},
        handed={code for code, numbers in files.items() if numbers},
    )
    return material_list(item, facts_of(scenario, item, values, files, instead), date.min, known)


def owed(lines: Iterable[MaterialStanding]) -> tuple[Material, ...]:
    """Name the deferred materials that must still follow."""
    return tuple(one.material for one in lines if one.is_owed)


def owed_of(
    scenario: Scenario, case: CaseRow, journal: Sequence[JournalRow], now: datetime
) -> tuple[Owed, ...]:
    """Name the deferred materials that must still follow, each with the day it is due."""
    if case.outcome:
        return ()
    since = next((row.at for row in journal if row.act in _ACCEPTED), None)
    return owed_since(owed(of_case(scenario, case)), since, now)


def owed_since(
    materials: Iterable[Material], since: datetime | None, now: datetime
) -> tuple[Owed, ...]:
    """Give each deferred material its day; `since` is when the case was accepted."""
    found = []
    for one in materials:
        due = (
            due_at(one.supply_within, since, city.calendar(now), now)
            if since and one.supply_within
            else None
        )
        found.append(Owed(one, due, due is not None and now >= due))
    return tuple(found)


def demand_supplied(scenario: Scenario, case: CaseRow, event: str) -> None:
    """
    Let nothing be granted while a deferred material is missing; refusing stays possible.

    What is deemed granted by law (行政许可法第五十条) does not ask for it.

    :raises NotOpen: naming the materials.
    """
    if event != GRANT or not _may_owe(scenario, case):
        return
    lacking = owed(of_case(scenario, case))
    if lacking:
        codes = tuple(one.code for one in lacking)
        raise NotOpen(_not_yet(lacking), "materials_owed", codes)


def _may_owe(scenario: Scenario, case: CaseRow) -> bool:
    item = scenario.items[case.item_code]
    return any(one.need is Need.DEFERRABLE for one in item.materials)


def with_blocks(acts: Sequence[OpenAct], lacking: Sequence[Material]) -> tuple[OpenAct, ...]:
    """Show the decision to grant as blocked while a deferred material is missing."""
    if not lacking:
        return tuple(acts)
    words = _not_yet(lacking)
    return tuple(
        replace(one, blocked=words.zh, code="materials_owed")
        if one.name == GRANT and not one.blocked
        else one
        for one in acts
    )


def _not_yet(lacking: Sequence[Material]) -> Words:
    names = "、".join(f"《{one.name.zh}》" for one in lacking)
    named = ", ".join(one.name.speak("en") for one in lacking)
    return Words(
        f"容缺材料还没有补交：{names}。补齐之前不能准予；申请人不补的，可以不予许可",
        f"Deferred materials are still missing: {named}. Nothing can be granted before they are "
        "here; if they do not come, the application may be refused",
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """What is written with an acceptance that leaves materials to follow."""

    jobs: tuple[JobRow, ...] = ()
    notices: tuple[NoticeRow, ...] = ()


def on_accepting(scenario: Scenario, case: CaseRow, event: str, now: datetime) -> Asked:
    """Tell the applicant at acceptance what must follow until when, and look again on that day."""
    if event not in _ACCEPTED or not _may_owe(scenario, case):
        return Asked()
    lines = owed_since(owed(of_case(scenario, case)), now, now)
    if not lines:
        return Asked()
    days = {one.due_at for one in lines if one.due_at}
    rows = tuple(
        JobRow(
            "supply_due",
            city.text_of({"case": case.number}),
            f"supply_due:{case.number}:{day.isoformat()}",
            day,
        )
        for day in sorted(days)
    )
    return Asked(rows, (_notice(case, "supply_asked", _ASKED, lines),))


_ASKED = Words("请补交容缺材料", "Please supply what was deferred")
_LATE = Words("容缺材料到期没有补交", "A deferred document is overdue")


def overdue_notice(case: CaseRow, lines: Sequence[Owed]) -> NoticeRow:
    """Tell the applicant that deferred materials are overdue."""
    return _notice(case, "supply_overdue", _LATE, lines)


def _notice(case: CaseRow, code: str, title: Words, lines: Sequence[Owed]) -> NoticeRow:
    zh = "；".join(f"《{one.material.name.zh}》最晚{_day(one)}" for one in lines)
    en = "; ".join(f"{one.material.name.speak('en')} by {one.due_on}" for one in lines)
    return NoticeRow(
        code=code,
        subject_code=case.subject_code,
        title=title.zh,
        text=f"办件 {case.number} 还要补交：{zh}。请在办件页面上传；补齐之前不能发证。",
        title_en=title.en,
        text_en=f"Case {case.number} still needs: {en}. Upload it on the case page; nothing is "
        "issued before.",
        link=f"/cases/{case.number}/supply",
    )


def _day(one: Owed) -> str:
    return date_words(one.due_on) if one.due_on else ""


def words(one: MaterialStanding) -> Words:
    """Say why a material is or is not to be handed in, and what took its place."""
    instead, limit = one.instead, one.material.supply_within
    if one.standing is Standing.DEFERRED and limit is not None:
        return Words(
            f"可以先受理；受理后{limit_words(limit)}内补交，补齐之前不能发证",
            f"May follow within {_spaced(str(limit))} of acceptance; nothing is issued before",
        )
    if one.standing is not Standing.WAIVED or instead is None:
        return one.why
    if instead.how is How.CERTIFICATE:
        kind = city.common().certificates.get(instead.name)
        name = kind.name if kind else Words(instead.name)
        return Words(
            f"持有有效的《{name.zh}》（{instead.reference}），不用交",
            f"A valid certificate is held: {name.speak('en')} ({instead.reference})",
        )
    if instead.how is How.RESOURCE:
        resource = city.loaded().catalogue.resources.get(instead.name)
        name = resource.name if resource else Words(instead.name)
        return Words(
            f"已从“{name.zh}”查到（查询编号 {instead.reference}），不用交",
            f"Found in the register “{name.speak('en')}” (request {instead.reference})",
        )
    return one.why


_NOTES = {
    Standing.NEEDED: "未提交",
    Standing.DEFERRED: "容缺，待补交",
    Standing.COMMITTED: "以书面承诺代替",
    Standing.NOT_NEEDED: "本次不用提交",
    Standing.UNKNOWN: "未提交",
}


def note(one: MaterialStanding) -> str:
    """Write beside a material of a document (文书) why there is no file of it."""
    if one.standing is not Standing.WAIVED or one.instead is None:
        return _NOTES.get(one.standing, "")
    way = {How.FORM: "网上填写", How.CERTIFICATE: "电子证照", How.RESOURCE: "部门数据"}
    return f"免提交：{way[one.instead.how]} {one.instead.reference}".strip()


def _spaced(limit: str) -> str:
    return limit.replace("_", " ")
