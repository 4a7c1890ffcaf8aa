# SPDX-License-Identifier: Apache-2.0
"""A language model (语言模型) that explains findings and drafts opinions; it decides nothing."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache, partial

from django.conf import settings
from django.db import connection, transaction

from huiban.connectors.language_model import Fault, LanguageModel, Said, Setup, question
from huiban.kernel.actor import SYSTEM, Actor, ActorKind
from huiban.kernel.masking_text import restore
from huiban.kernel.permission import Errand
from huiban.kernel.review import Finding
from huiban.kernel.words import Words
from huiban.services import handle, ledger
from huiban.services.explain_prompt import (
    Audience,
    Prompt,
    Reader,
    Task,
    of_finding,
    of_opinion,
)
from huiban.services.facts import read_json
from huiban.services.handle import Opened
from huiban.services.ledger import Chain
from huiban.services.permission import allows, demand
from huiban.services.refusal import NotAllowed, NotFound, NotOpen
from huiban.store import explanations, ids
from huiban.store.explanations import Ended
from huiban.store.models import Explanation as ExplanationRow

__all__ = [
    "Audience", "Explanation", "Reader", "Record", "Task", "draft_opinion", "explain", "is_on",
    "one", "records", "sweep",
]  # fmt: skip

MARK = Words(
    "由语言模型生成，仅供参考，不作决定",
    "Written by a language model; for reference only, it decides nothing",
)
ASKED, ANSWERED, FAILED, REMOVED = "asked", "answered", "failed", "removed"
MOST_A_DAY = 60
"""So many questions about one case a day."""
MOST_LISTED = 100
_MARGIN = timedelta(seconds=15)
_AT_ONCE = 500
_State = ExplanationRow.State


@dataclass(frozen=True, slots=True)
class Explanation:
    """
    What a model said, for people to read; `text` is empty while it is awaited, and after a fault.

    Names are put back, numbers only as far as their holder recognises them.
    """

    number: str
    case: str
    task: Task
    point: str
    audience: Audience
    model: str
    text: str = ""
    is_waiting: bool = False
    is_cut: bool = False
    fault: Words | None = None
    marked: Words = MARK


@dataclass(frozen=True, slots=True)
class Record:
    """One question as supervisors read it: with placeholders; without words for who may not."""

    row: ExplanationRow
    state: str
    fault: Words | None
    sent: str = ""
    received: str = ""


def is_on() -> bool:
    """Tell whether this city has a language model; without one nothing is sent, nothing shown."""
    return bool(settings.LANGUAGE_MODEL_URL)


def explain(
    number: str, finding: Finding, reader: Reader, actor: Actor, now: datetime
) -> Explanation:
    """
    Have one finding of a case explained in plain words; asked again, what was said is shown.

    :raises NotFound: if there is no such case.
    :raises NotAllowed: if the actor may not see its materials, or asks what examiners ask.
    :raises NotOpen: if there is no model, or too much was asked about the case today.
    """
    opened = _opened(number, actor)
    if reader.audience is Audience.EXAMINER:
        _demand_officer(actor)
    errand = _Errand(opened, Task.FINDING, finding.point.code, reader)
    return _ask(errand, of_finding(opened, finding, reader), actor, now)


def draft_opinion(
    number: str, findings: Sequence[Finding], reader: Reader, actor: Actor, now: datetime
) -> Explanation:
    """
    Have an opinion (审查意见) drafted from findings, for the examiner to copy, change or leave.

    :raises NotFound: if there is no such case.
    :raises NotAllowed: if the actor does not handle it.
    :raises NotOpen: if there is no model, nothing was found, or too much was asked today.
    """
    opened = _opened(number, actor)
    _demand_officer(actor)
    demand(actor, Errand.ACT_CASE, opened.case, opened.standing)
    if not findings:
        words = Words(
            "这件申请没有审查要点，没有可以起草的内容",
            "This application has no review points, so there is nothing to draft from",
        )
        raise NotOpen(words, "no_findings")
    errand = _Errand(opened, Task.OPINION, "", reader)
    return _ask(errand, of_opinion(opened, findings, reader), actor, now)


def one(number: str, key: str, actor: Actor, now: datetime) -> Explanation:
    """
    Look at what came of a question about a case.

    :raises NotFound: if there is no such case, or nothing of this number was asked about it.
    :raises NotAllowed: if the actor may not see the case's materials, or what examiners asked.
    """
    opened = handle.load(number)
    demand(actor, Errand.VIEW_MATERIAL, opened.case, opened.standing)
    try:
        row = explanations.load(key)
    except explanations.ExplanationNotFound:
        raise _unknown() from None
    if row.case_id != opened.case.id:
        raise _unknown()
    if row.reader == Audience.EXAMINER:
        _demand_officer(actor)
    return _shown(row, number, now)


def records(number: str, actor: Actor, now: datetime) -> list[Record]:
    """
    List what was asked about a case, newest first, for supervisors, its handlers and auditors.

    Words are shown as they were sent, with placeholders, and only to who may see the case itself.

    :raises NotFound: if there is no such case.
    :raises NotAllowed: if the actor may not read its journal.
    """
    opened = handle.load(number)
    _demand_officer(actor)
    demand(actor, Errand.VIEW_JOURNAL, opened.case, opened.standing)
    is_open = allows(actor, Errand.VIEW_CASE, opened.case)
    return [
        Record(
            row=row,
            state=_state(row, now),
            fault=_fault(row, now),
            sent=row.sent if is_open else "",
            received=row.received if is_open else "",
        )
        for row in explanations.of_case(opened.case.id, MOST_LISTED)
    ]


def sweep(now: datetime) -> int:
    """Forget what was asked about cases whose time of keeping is over; returns how many."""
    return sum(_remove(number, now) for number in explanations.outlived(_AT_ONCE))


def facts_of(row: ExplanationRow) -> dict[str, object]:
    """Return what the ledger keeps of a question: whose, about what, and a digest of the words."""
    return {
        "case": row.case.number,
        "task": row.task,
        "point": row.point,
        "reader": row.reader,
        "model": row.model,
        "sent_sha256": _sha256(row.sent),
    }


def answer_of(row: ExplanationRow) -> dict[str, object]:
    """Return what the ledger keeps of what came of it."""
    return {"received_sha256": _sha256(row.received), "fault": row.fault, "is_cut": row.is_cut}


@dataclass(frozen=True, slots=True)
class _Errand:
    """What is asked about which case, for whom."""

    opened: Opened
    task: Task
    point: str
    reader: Reader


def _opened(number: str, actor: Actor) -> Opened:
    opened = handle.load(number)
    demand(actor, Errand.VIEW_MATERIAL, opened.case, opened.standing)
    if not is_on():
        raise NotOpen(
            Words("这里没有接入语言模型", "No language model is connected here"), "no_model"
        )
    return opened


def _ask(errand: _Errand, prompt: Prompt, actor: Actor, now: datetime) -> Explanation:
    """Log the question, send it, and keep what comes, now or later."""
    case, model = errand.opened.case, _model()
    body = question(model.setup, prompt.instructions, prompt.data)
    digest = hashlib.sha256(body).hexdigest()
    before = explanations.same(case.id, digest, now - _given_up())
    if before is not None:
        return _shown(before, case.number, now)
    if explanations.asked_since(case.id, now - timedelta(days=1)) >= MOST_A_DAY:
        raise NotOpen(
            Words(
                f"这件申请一天里已经请语言模型说明了 {MOST_A_DAY} 次，请明天再试；不影响办理",
                f"The language model was asked {MOST_A_DAY} times about this application in a "
                "day; try again tomorrow. Nothing else waits for it",
            ),
            "quota",
        )
    row = ExplanationRow(
        number=ids.new_key(),
        case_id=case.id,
        task=errand.task,
        point=errand.point,
        reader=errand.reader.audience,
        model=model.setup.name,
        actor=actor.number,
        actor_name=actor.name,
        asked_at=now,
        sent=body.decode(),
        sent_sha256=digest,
        places=json.dumps(prompt.places, ensure_ascii=False),
    )
    with transaction.atomic():
        explanations.begin(row)
        row = explanations.load(row.number)
        ledger.note(Chain.EXPLANATION, row.number, ASKED, actor, now, facts_of(row))
    said = model.ask(body, errand.reader.patience_s, partial(_late, row.number, now))
    if said is not None:
        _keep(row.number, now, said)
    return _shown(explanations.load(row.number), case.number, now)


def _late(number: str, asked_at: datetime, said: Said) -> None:
    """Keep an answer nobody waited for; this thread is its own, and so is its connection."""
    try:
        _keep(number, asked_at, said)
    finally:
        connection.close()


def _keep(number: str, asked_at: datetime, said: Said) -> None:
    answered_at = asked_at + timedelta(milliseconds=said.latency_ms)
    state = _State.FAILED if said.fault else _State.ANSWERED
    ended = Ended(state, answered_at, said.text, str(said.fault or ""), said.is_cut)
    with transaction.atomic():
        if explanations.end(number, ended):
            row = explanations.load(number)
            act = FAILED if said.fault else ANSWERED
            ledger.note(Chain.EXPLANATION, number, act, SYSTEM, answered_at, answer_of(row))


def _remove(number: str, now: datetime) -> bool:
    with transaction.atomic():
        is_gone = explanations.remove(number)
        if is_gone:
            ledger.note(Chain.EXPLANATION, number, REMOVED, SYSTEM, now)
    return is_gone


def _shown(row: ExplanationRow, case: str, now: datetime) -> Explanation:
    places = {name: str(value) for name, value in read_json(row.places).items()}
    return Explanation(
        number=row.number,
        case=case,
        task=Task(row.task),
        point=row.point,
        audience=Audience(row.reader),
        model=row.model,
        text=restore(row.received, places),
        is_waiting=_state(row, now) == _State.ASKED,
        is_cut=row.is_cut,
        fault=_fault(row, now),
    )


def _state(row: ExplanationRow, now: datetime) -> str:
    """A process that ended before the answer came leaves a question nobody waits for any more."""
    is_over = row.state == _State.ASKED and now - row.asked_at > _given_up()
    return str(_State.FAILED) if is_over else row.state


def _fault(row: ExplanationRow, now: datetime) -> Words | None:
    if _state(row, now) != _State.FAILED:
        return None
    return Fault(row.fault or Fault.LATE).words


def _given_up() -> timedelta:
    return timedelta(seconds=settings.LANGUAGE_MODEL_SECONDS) + _MARGIN


def _model() -> LanguageModel:
    setup = Setup(
        settings.LANGUAGE_MODEL_URL,
        settings.LANGUAGE_MODEL_NAME,
        settings.LANGUAGE_MODEL_KEY,
        settings.LANGUAGE_MODEL_SECONDS,
    )
    return _known(setup)


@lru_cache(maxsize=4)
def _known(setup: Setup) -> LanguageModel:
    """One for this process, as it counts what failed and what is under way."""
    return LanguageModel(setup)


def _demand_officer(actor: Actor) -> None:
    if actor.kind is not ActorKind.OFFICER:
        words = Words(
            "这是给审查人员看的，您可以看给申请人的说明",
            "This is for examiners; there is an explanation for applicants",
        )
        raise NotAllowed(words)


def _unknown() -> NotFound:
    return NotFound(
        Words("没有这条说明，请回到办件重新生成", "There is no such explanation; ask for it again")
    )


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
