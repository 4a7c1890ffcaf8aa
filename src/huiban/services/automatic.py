# SPDX-License-Identifier: Apache-2.0
"""Deciding automatically (自动审批): where an item declares it lawful and everything passes."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.crypto import salted_hmac

from huiban.kernel.actor import SYSTEM
from huiban.kernel.automatic import Held, Ready, Reason, Why, decide, is_drawn
from huiban.kernel.automatic_terms import LOOK_DAYS, Automatic
from huiban.kernel.automatic_way import next_step
from huiban.kernel.catalogue import Item
from huiban.kernel.document_words import date_words
from huiban.packloader import Scenario
from huiban.services import automatic_seen, city, handle
from huiban.services.automatic_seen import Gathered
from huiban.services.drafts import Writing
from huiban.services.facts import local_day
from huiban.services.handle import Opened, Order
from huiban.services.journal import Fact
from huiban.services.refusal import NotOpen, Stale
from huiban.store import automatic as stored
from huiban.store import drafts, jobs
from huiban.store.automatic import AutomaticRow, Kind
from huiban.store.rows import CaseRow, JobRow, NoticeRow

JOB = "automatic"
DECIDED, SAMPLED, LEFT = "decided_automatically", "sampled_for_people", "left_to_people"
_SALT = "huiban.services.automatic.sample"
# A file being read, or a register, is waited for in steps that grow; afterwards people decide.
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=20), timedelta(minutes=10)
_MOST_WAITS = 12
_MOST_STEPS = 10
_ATTEMPTS = 5


def terms_of(scenario: Scenario, item: Item, day: date) -> Automatic | None:
    """
    Return the terms an item is decided on by the system on a day, None where people decide.

    Both the version a case was filed under and the one in force now must declare it: a city that
    takes its approval back stops at once.
    """
    terms = item.automatic
    if terms is None or not terms.is_in_force(day):
        return None
    now = city.loaded().scenarios.get(scenario.code)
    current = now.items.get(item.code) if now else None
    if current is None or current.automatic is None or not current.automatic.is_in_force(day):
        return None
    return terms


def is_offered(writing: Writing, now: datetime) -> bool:
    """Tell whether the system may decide this application, so that its writer has a choice."""
    if writing.is_correction:
        return False
    return terms_of(writing.scenario, writing.item, local_day(now)) is not None


def choose(writing: Writing, now: datetime, *, by_people: bool) -> None:
    """Keep whether the writer wants a person to decide (个人信息保护法第二十四条)."""
    if is_offered(writing, now) and writing.draft.by_people is not by_people:
        drafts.choose_people(writing.number, by_people=by_people)


def want(number: str, now: datetime) -> None:
    """Have a case looked at once its registers were asked, if its item may be decided so."""
    opened = handle.load(number)
    if _is_open(opened, now):
        jobs.enqueue([_job(number, f"check:{opened.case.chain_seq}")], now)


def after_reading(object_key: str, sha256: str, now: datetime) -> None:
    """
    Have the open case looked at that a file belongs to which has just been read.

    Where the same content was handed in elsewhere too, that case finds it when it looks again.
    """
    if not _is_declared(local_day(now)):
        return
    numbers = stored.open_cases_with(object_key)
    jobs.enqueue([_job(number, f"read:{sha256[:20]}") for number in numbers], now)


def is_approved_anywhere() -> bool:
    """Tell whether any item of this city was approved for it; elsewhere no desk need show it."""
    items = (item for one in city.loaded().scenarios.values() for item in one.items.values())
    return any(one.automatic and one.automatic.approved_on for one in items)


def _is_declared(day: date) -> bool:
    """Most cities declare nothing; then no reading asks the store about it."""
    scenarios = city.loaded().scenarios.values()
    return any(terms_of(one, item, day) for one in scenarios for item in one.items.values())


def _job(number: str, cause: str, run_after: datetime | None = None) -> JobRow:
    payload = city.text_of({"case": number})
    return JobRow(JOB, payload, f"{JOB}:{number}:{cause}", run_after)


def look(number: str, now: datetime, waits: int = 0) -> None:
    """
    Decide a case that everything passes for, or leave it to people and write down why.

    Done again it does nothing more: a case is decided once, and left to people once for the same
    reasons. Stopped half-way, nothing of it is there.
    """
    for attempt in range(_ATTEMPTS):
        opened = handle.load(number)
        if not _is_open(opened, now):
            return
        found = automatic_seen.gather(opened, now)
        if found.is_waiting and waits < _MOST_WAITS:
            _look_again(number, now, waits)
            return
        said = _said(opened, found)
        try:
            _settle(opened, found, said, now)
        except Stale:
            continue  # somebody acted on it meanwhile: look at what stands now
        except NotOpen as refused:
            if attempt < _ATTEMPTS - 1:
                continue
            _settle(opened, found, Held((Reason(Why.NO_WAY, refused.message),)), now)
        return


def _is_open(opened: Opened, now: datetime) -> bool:
    scenario, case = opened.scenario, opened.case
    if opened.standing.outcome:
        return False
    if terms_of(scenario, scenario.items[case.item_code], local_day(now)) is None:
        return False
    return all(row.act not in (DECIDED, SAMPLED) for row in opened.journal)


def _look_again(number: str, now: datetime, waits: int) -> None:
    wait = min(_FIRST_WAIT * 2**waits, _LONGEST_WAIT)
    payload = city.text_of({"case": number, "waits": waits + 1})
    at = now + wait
    # The moment is in the key: what waits anew, such as after a correction, is another wait.
    key = f"{JOB}:{number}:wait:{int(at.timestamp())}"
    jobs.enqueue([JobRow(JOB, payload, key, at)], now)


def _said(opened: Opened, found: Gathered) -> Ready | Held:
    share = _terms(opened).sampled
    is_sampled = is_drawn(sample_digest(opened.case.number), share)
    return decide(found.seen, is_sampled=is_sampled)


def _terms(opened: Opened) -> Automatic:
    terms = opened.scenario.items[opened.case.item_code].automatic
    if terms is None:
        raise LookupError(f"{opened.case.item_code} is not decided automatically")
    return terms


def _settle(opened: Opened, found: Gathered, said: Ready | Held, now: datetime) -> None:
    terms = _terms(opened)
    body = _body(opened, terms) | automatic_seen.record(opened, found)
    with transaction.atomic():
        if isinstance(said, Held):
            _hold(opened, said, terms, body, now)
        else:
            _decide(opened, terms, body, now)


def sample_digest(number: str) -> str:
    """Draw a case: with the secret of this house, so that nobody else can foresee or fake it."""
    return salted_hmac(_SALT, number, algorithm="sha256").hexdigest()


def _body(opened: Opened, terms: Automatic) -> dict[str, object]:
    """Say on which terms, and how the sample was drawn: who has the secret can draw it again."""
    draw = sample_digest(opened.case.number)
    return {
        "basis": terms.basis,
        "approved_on": terms.approved_on.isoformat() if terms.approved_on else "",
        "approved_by": terms.approved_by,
        "share": str(terms.sampled),
        "draw": draw,
        "sampled": is_drawn(draw, terms.sampled),
    }


def _hold(
    opened: Opened, said: Held, terms: Automatic, body: dict[str, object], now: datetime
) -> None:
    reasons = [{"why": str(one.why), "about": one.about} for one in said.reasons]
    words = "；".join(one.words.zh for one in said.reasons)
    act = SAMPLED if said.is_sample else LEFT
    _note(opened, act, words, body | {"reasons": reasons}, now)
    if said.is_sample:
        stored.keep(_row(opened.case, Kind.SAMPLED, terms, now))


def _decide(opened: Opened, terms: Automatic, body: dict[str, object], now: datetime) -> None:
    """Take the chart's own steps to the grant, then say on what they rest; all or nothing."""
    number, version, steps = opened.case.number, opened.case.version, []
    for _ in range(_MOST_STEPS):
        standing = handle.load(number).standing
        if standing.outcome:
            break
        step = next_step(opened.chart, standing.configuration[0])
        order = Order(step, inputs={"basis": terms.basis}, version=version)
        version = handle.act(number, order, SYSTEM, now).version
        steps.append(step)
    done = handle.load(number)
    if done.standing.outcome != "granted":
        raise RuntimeError(f"case {number}: steps {steps} do not lead to the grant")
    words = f"符合全部条件，依据{terms.basis}由系统自动作出决定"
    told = (_notice(done.case, terms, now),)
    _note(done, DECIDED, words, body | {"steps": steps}, now, told)
    stored.keep(_row(opened.case, Kind.DECIDED, terms, now))


def _note(  # noqa: PLR0913 - what is written down
    opened: Opened,
    act: str,
    words: str,
    body: dict[str, object],
    now: datetime,
    told: tuple[NoticeRow, ...] = (),
) -> None:
    stage = opened.case.stage
    fact = Fact(
        act=act,
        stage_from=stage,
        stage_to=stage,
        reason=words,
        basis=str(body["basis"]),
        role="system",
        body=body,
        is_public=act == DECIDED,
    )
    handle.note(opened.case.number, fact, now, SYSTEM, told)


def _row(case: CaseRow, kind: str, terms: Automatic, now: datetime) -> AutomaticRow:
    return AutomaticRow(
        case_id=case.id,
        kind=kind,
        pack_code=case.pack_code,
        pack_version=case.pack_version,
        item_code=case.item_code,
        department=case.department,
        division=case.division,
        at=now,
        role=terms.looks,
    )


def last_day(decided_at: datetime) -> date:
    """Return the last day on which a person may be asked to look at a decision."""
    return local_day(decided_at) + timedelta(days=LOOK_DAYS)


def sentence(terms: Automatic, decided_at: datetime) -> str:
    """Say in a letter that it was decided automatically, why, and how a person looks at it."""
    approved = ""
    if terms.approved_on:
        approved = f"（{terms.approved_by}{date_words(terms.approved_on)}批准）"
    return (
        f"本决定依据{terms.basis}{approved}，由系统按照公开的条件自动作出，没有工作人员参与。"
        f"认为有误或者要求由工作人员处理的，可以在{date_words(last_day(decided_at))}以前，"
        "在办件页面选择“请工作人员复核”，或者拨打咨询电话提出；"
        "这不影响依法申请行政复议或者提起行政诉讼。"
    )


def _notice(case: CaseRow, terms: Automatic, now: datetime) -> NoticeRow:
    until = last_day(now)
    return NoticeRow(
        code=DECIDED,
        subject_code=case.subject_code,
        title="这件办件由系统自动作出决定",
        text=f"办件 {case.number}：{sentence(terms, now)}",
        title_en="Decided automatically",
        text_en=f"Case {case.number} was decided by the system, on the basis of {terms.basis}, "
        f"without an officer. Until {until} you may ask for a person to look at it on the case "
        "page, or by telephone; an appeal is open to you all the same.",
        link=f"/cases/{case.number}",
    )
