# SPDX-License-Identifier: Apache-2.0
"""Sending an application in (提交): checked whole, then a case is opened or a correction filed."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from huiban.kernel.actor import Actor
from huiban.kernel.catalogue import Channel, Material
from huiban.kernel.delegation import Operation
from huiban.kernel.form import FieldProblem, Reading, stamp
from huiban.kernel.words import Words
from huiban.services import (
    city,
    delegation_uses,
    doubts,
    drafts,
    exchange,
    fill,
    filling,
    handle,
    in_hand,
    materials,
    offers,
    sealed,
)
from huiban.services.delegation_uses import Doing
from huiban.services.drafts import Writing
from huiban.services.facts import Filing, local_day
from huiban.services.open_case import Application, open_case
from huiban.services.refusal import AlreadyDone, Invalid, NotFound
from huiban.store import blobs, cases, filings
from huiban.store import drafts as stored
from huiban.store.filings import PastAnswers

MATERIALS = "materials"


def problems_of(writing: Writing, now: datetime) -> tuple[FieldProblem, ...]:
    """List everything that keeps an application from being sent in."""
    reading = drafts.check(writing, now)
    return _problems(writing, reading, now)


def submit(  # noqa: PLR0913 - what is sent, and what its sender saw and signed
    number: str,
    actor: Actor,
    now: datetime,
    channel: Channel = Channel.WEB,
    seen: str | None = None,
    signature: Mapping[str, object] | None = None,
) -> str:
    """
    Send an application in and return the number of its case.

    `seen` is the snapshot of what the sender was shown; None where nobody looked at a page.
    `signature` says for the journal how the form was signed, where it was.

    :raises Stale: if the snapshot is not of what stands now, or of another application.
    :raises AlreadyDone: if it was sent before, by a double click for one; names that case.
    :raises NotFound, Expired: if there is no such draft any more.
    :raises Invalid: if something is missing or wrong, all of it listed at once; or if the
        certificate it starts from is not valid any more.
    :raises NotOpen: if it is a correction and the case no longer waits for one, or another
        application from the same certificate is under way.
    :raises DelegationRefused: if it is not within the delegation acted under.
    """
    try:
        writing = drafts.load(number, actor, now)
    except NotFound:
        raise already_sent(number, actor) from None
    if not writing.is_correction:
        # What the certificate was worth when the draft was begun may have changed since.
        placed = city.Placed(writing.scenario, writing.item)
        in_hand.certificate_of(placed, actor, writing.draft.source_certificate, number)
    if seen is not None:
        sealed.demand_seen(seen, writing.snapshot)
    writing = drafts.looked(writing, now)
    reading = drafts.check(writing, now)
    problems = _problems(writing, reading, now)
    if problems:
        raise Invalid(
            Words(
                f"还差 {len(problems)} 项，补好就能提交",
                f"{len(problems)} more to put right before it can be sent",
            ),
            problems,
        )
    values = stamp(writing.form, reading.values, writing.values, now, actor.number)
    lines = materials.of_writing(writing, local_day(now))
    filing = Filing(
        payload=city.text_of(values),
        materials=materials.filed(writing.materials, lines, materials.commitments(writing)),
        title=drafts.title_of(writing.item, writing.form, values),
        fill=fill.of_writing(writing, values, lines, local_day(now)),
        signature=signature,
        by_people=writing.draft.by_people if writing.item.automatic else None,
    )
    if writing.is_correction:
        return _refile(writing, filing, actor, now)
    return _open(writing, filing, values, actor, now, channel)


def _open(  # noqa: PLR0913 - an application has these parts
    writing: Writing,
    filing: Filing,
    values: Mapping[str, object],
    actor: Actor,
    now: datetime,
    channel: Channel,
) -> str:
    application = Application(
        scenario=writing.scenario,
        item=writing.item,
        filing=filing,
        values=dict(values),
        materials=writing.materials,
        key=writing.number,
        channel=channel,
        source_certificate=writing.draft.source_certificate,
        draft=writing.number,
    )
    try:
        with delegation_uses.telling(actor, now), transaction.atomic():
            number = open_case(application, actor, now).number
            if writing.form.lookups:
                exchange.move(writing.number, number)
                doubts.tell(writing, number, actor, now)
    except cases.AlreadySubmitted as fault:
        raise _sent(fault.number) from fault
    return number


def _refile(writing: Writing, filing: Filing, actor: Actor, now: datetime) -> str:
    number = writing.draft.case_number
    files = [file for numbers in writing.materials.values() for file in numbers]
    item, scenario = writing.item.code, writing.scenario.code
    doing = Doing(operation=Operation.SUPPLY, item=item, scenario=scenario)
    with delegation_uses.using(actor, doing, now) as used, transaction.atomic():
        used["case"] = number
        before = cases.load(number)
        handle.act(number, handle.Order("resubmit"), actor, now, filing)
        past = PastAnswers(before.chain_seq + 1, before.payload, before.materials)
        filings.keep(before.id, past)
        blobs.attach(files, actor.number, before.id)
        stored.discard(writing.number, actor.number)
    return number


def _problems(writing: Writing, reading: Reading, now: datetime) -> tuple[FieldProblem, ...]:
    return (
        *_told_better(reading.problems, writing),
        *offers.not_theirs(writing.form, reading.values, writing.draft.subject_code),
        *_missing(writing, now),
    )


def _told_better(problems: Sequence[FieldProblem], writing: Writing) -> list[FieldProblem]:
    """Where registers disagree, say so instead of asking for the empty field."""
    if writing.state is None:
        return list(problems)
    asked = filling.problems(writing.form, writing.state)
    keys = {one.path for one in asked}
    return [*(one for one in problems if one.path not in keys), *asked]


def _missing(writing: Writing, now: datetime) -> tuple[FieldProblem, ...]:
    lines = materials.of_writing(writing, local_day(now))
    return tuple(missing_problem(one) for one in materials.lacking(lines))


def missing_problem(one: Material) -> FieldProblem:
    """Say that a material must be handed in and is not there."""
    return FieldProblem(
        path=f"{MATERIALS}.{one.code}",
        code="required",
        message=Words(f"请上传《{one.name.zh}》", f"Please upload: {one.name.en or one.name.zh}"),
        section=MATERIALS,
    )


def already_sent(number: str, actor: Actor) -> Exception:
    """Say of a draft that is not there whether it was sent, and as which case."""
    case = cases.of_submission(number)
    if case is not None and case.applicant == actor.number:
        return _sent(case.number)
    return NotFound(
        Words(
            "没有找到这份草稿：它可能已经提交或删除，请在“我的办件”中查看",
            "No such draft: it may have been submitted or deleted; see “My cases”",
        )
    )


def _sent(number: str) -> AlreadyDone:
    return AlreadyDone(
        Words(
            f"这份申请已经提交过，办件编号是 {number}，不用再提交",
            f"This application was sent before as case {number}; nothing more to do",
        ),
        number,
    )
