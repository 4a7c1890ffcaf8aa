# SPDX-License-Identifier: Apache-2.0
"""Promises in place of materials (告知承诺): made, taken back, and checked after the decision."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from huiban.kernel.actor import Actor
from huiban.kernel.catalogue import Commitment, Material
from huiban.kernel.fill_record import How
from huiban.kernel.form import digest_of
from huiban.kernel.permission import Errand
from huiban.kernel.words import Words
from huiban.packloader import Scenario
from huiban.services import city, drafts, handle
from huiban.services.clocks import due_at
from huiban.services.drafts import Writing
from huiban.services.facts import filed_text, local_day, read_instead
from huiban.services.journal import Fact, body_of
from huiban.services.permission import demand
from huiban.services.refusal import FieldFault, NotFound, NotOpen
from huiban.store import drafts as stored
from huiban.store import on_record
from huiban.store.rows import CaseRow, JournalRow, NoticeRow

KEPT, BROKEN = "commitment_kept", on_record.BROKEN
_GRANTED = "granted"
_ATTEMPTS = 20
NOT_OFFERED = Words("这份材料不适用告知承诺", "This document cannot be replaced by a promise")
BROKE_ONE = Words(
    "您有未履行承诺的记录，不适用告知承诺，请提交材料",
    "You are on record for a broken promise; please hand in the document",
)


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise made with an application, and what the check afterwards (事后核查) found."""

    material: Material
    text: Words
    basis: str
    sha256: str
    by: str
    at: datetime
    due_on: date | None = None
    """Until when it is to be checked; nothing before the grant."""
    is_late: bool = False
    found: str = ""
    """Empty, or the journal's word for what was found: kept or broken."""
    reason: str = ""


def digest(commitment: Commitment) -> str:
    """Return what stands for the text that is agreed to."""
    return digest_of(commitment.text.zh)


def is_open_to(subject: str) -> bool:
    """Tell whether a party may promise at all: none that was found to have broken a promise."""
    return not on_record.broke_promise(subject)


def make(draft: str, code: str, agreed: str, actor: Actor, now: datetime) -> Writing:
    """
    Promise in writing instead of handing in a material; `agreed` is the digest of the text shown.

    :raises NotFound: if there is no such draft, or the material may not be promised.
    :raises FieldFault: if another text was agreed to, or none.
    :raises NotOpen: if the party has broken a promise before.
    """
    writing = drafts.load(draft, actor, now)
    promised = commitment_of(writing, code)
    if agreed != digest(promised):
        raise FieldFault(
            f"materials.{code}",
            Words(
                "请先阅读承诺内容，勾选后再点“以承诺代替”",
                "Read the promise and tick it before you choose to promise",
            ),
        )
    if not is_open_to(actor.subject):
        raise NotOpen(BROKE_ONE)
    return _exchanged(writing, code, entry(promised, actor, now), actor, now)


def entry(commitment: Commitment, actor: Actor, now: datetime) -> dict[str, str]:
    """Give what is filed of a promise."""
    return {
        "how": str(How.COMMITMENT),
        "sha256": digest(commitment),
        "at": now.isoformat(),
        "by": actor.number,
        "name": actor.name,
    }


def put(draft: str, codes: Collection[str], actor: Actor, now: datetime) -> Writing:
    """
    Promise in place of exactly these materials; other promises are taken back.

    :raises NotFound, NotOpen: as `make`; nothing is promised then.
    """
    writing = drafts.load(draft, actor, now)
    wanted = {code: commitment_of(writing, code) for code in codes}
    if wanted and not is_open_to(actor.subject):
        raise NotOpen(BROKE_ONE)
    before = made_in(writing.draft.materials)
    for code in before - set(wanted):
        writing = take_back(draft, code, actor, now)
    for code in sorted(set(wanted) - before):
        writing = _exchanged(writing, code, entry(wanted[code], actor, now), actor, now)
    return writing


def take_back(draft: str, code: str, actor: Actor, now: datetime) -> Writing:
    """Take a promise back; possible until the application is sent."""
    writing = drafts.load(draft, actor, now)
    return _exchanged(writing, code, None, actor, now)


def commitment_of(writing: Writing, code: str) -> Commitment:
    """
    Give the promise that a material may be replaced by.

    :raises NotFound: if it may not.
    """
    for one in writing.item.materials:
        if one.code == code and one.commitment is not None:
            return one.commitment
    raise NotFound(NOT_OFFERED)


def made_in(materials: str) -> set[str]:
    """Return the codes of the materials that a promise was filed for."""
    made = read_instead(materials)
    return {code for code, one in made.items() if one["how"] == str(How.COMMITMENT)}


def _exchanged(
    writing: Writing, code: str, made: Mapping[str, str] | None, actor: Actor, now: datetime
) -> Writing:
    for _ in range(_ATTEMPTS):
        before = writing.draft.materials
        instead: dict[str, Mapping[str, str]] = {**read_instead(before)}
        instead.pop(code, None)
        if made is not None:
            instead[code] = made
        after = filed_text(writing.materials, instead)
        if stored.exchange_materials(writing.number, before, after, now):
            return drafts.load(writing.number, actor, now)
        writing = drafts.load(writing.number, actor, now)
    raise drafts.stale_draft(writing.draft.version)


def promises(
    scenario: Scenario, case: CaseRow, journal: Sequence[JournalRow], now: datetime
) -> tuple[Promise, ...]:
    """List the promises made with a case, each with until when it is to be checked."""
    made = read_instead(case.materials)
    found = {str(body_of(row).get("material")): row for row in journal if row.act in (KEPT, BROKEN)}
    return tuple(
        _promise(one, made[one.code], found.get(one.code), case, now)
        for one in scenario.items[case.item_code].materials
        if one.commitment and made.get(one.code, {}).get("how") == str(How.COMMITMENT)
    )


def _promise(
    one: Material,
    made: Mapping[str, str],
    row: JournalRow | None,
    case: CaseRow,
    now: datetime,
) -> Promise:
    promised = one.commitment
    if promised is None:
        raise LookupError(one.code)
    due = None
    if case.outcome == _GRANTED and case.decided_at:
        due = due_at(promised.check_within, case.decided_at, city.calendar(now), now)
    return Promise(
        material=one,
        text=promised.text,
        basis=promised.basis,
        sha256=made.get("sha256", ""),
        by=made.get("name", ""),
        at=datetime.fromisoformat(made["at"]),
        due_on=local_day(due) if due else None,
        is_late=bool(due and now >= due and row is None),
        found=row.act if row else "",
        reason=row.reason if row else "",
    )


@dataclass(frozen=True, slots=True)
class Found:
    """What a check found, and the facts it rests on."""

    is_kept: bool
    reason: str = ""


def check(number: str, code: str, found: Found, actor: Actor, now: datetime) -> None:
    """
    Record what the check after the decision found of a promise; once for each.

    A broken promise keeps the party from making others. Whether the permit is withdrawn for it is
    a decision of its own, which this does not take.

    :raises NotFound: if the case has no such promise.
    :raises NotAllowed: if this officer may not check it.
    :raises NotOpen: if it was not granted, or this was checked before.
    :raises FieldFault: if a broken promise comes without a reason.
    """
    opened = handle.load(number)
    role = demand(actor, Errand.CHECK_COMMITMENT, opened.case)
    known = promises(opened.scenario, opened.case, opened.journal, now)
    promise = next((one for one in known if one.material.code == code), None)
    if promise is None:
        raise NotFound(Words("这件办件没有这项承诺", "This case has no such promise"))
    if opened.case.outcome != _GRANTED or promise.found:
        raise NotOpen(
            Words(
                "承诺在准予许可之后核查，每项核查一次",
                "A promise is checked once, after the grant",
            )
        )
    reason = found.reason.strip()
    if not found.is_kept and not reason:
        raise FieldFault("reason", Words("请写明核查发现的事实", "State what the check found"))
    stage = opened.case.stage
    fact = Fact(
        act=KEPT if found.is_kept else BROKEN,
        stage_from=stage,
        stage_to=stage,
        reason=reason,
        basis=promise.basis,
        role=role,
        body={"material": code, "name": promise.material.name.zh, "sha256": promise.sha256},
        is_public=True,
    )
    told = () if found.is_kept else (_told(opened.case, promise, reason),)
    handle.note(number, fact, now, actor, told)


def _told(case: CaseRow, promise: Promise, reason: str) -> NoticeRow:
    name = promise.material.name
    return NoticeRow(
        code=BROKEN,
        subject_code=case.subject_code,
        title="承诺核查不属实",
        text=f"办件 {case.number} 对《{name.zh}》的承诺经核查不属实：{reason}。"
        "以后申请不再适用告知承诺；有异议请拨打办事指南上的咨询电话。",
        title_en="A promise was found broken",
        text_en=f"The promise about {name.speak('en')} in case {case.number} was found broken: "
        f"{reason}. You cannot promise in place of documents any more.",
        link=f"/cases/{case.number}",
    )
