# SPDX-License-Identifier: Apache-2.0
"""Sending what was planned: written down before it goes out, and again when answers come."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection

from huiban.connectors.registers import Answer, Call, Outcome
from huiban.kernel.actor import ActorKind
from huiban.kernel.words import Words
from huiban.services import city
from huiban.services.exchange_keys import key_digest
from huiban.services.exchange_log import answered_entry, answered_row, asked_entry, new_row
from huiban.services.exchange_plan import Matter, Plan, Planned
from huiban.services.exchange_registers import registers
from huiban.services.facts import local_day
from huiban.services.refusal import NotOpen
from huiban.store import fetched, inquiries, quotas
from huiban.store.fetched import FetchedRow
from huiban.store.inquiries import Entry, Head
from huiban.store.quotas import Wanted

MOST_A_DAY = 3000
"""Questions one applicant's account may put on a day, over all applications."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Batch:
    """What went out together, by request: the lines of the log, the rows, the chains' ends."""

    entries: dict[str, Entry] = field(default_factory=dict)
    rows: dict[str, FetchedRow] = field(default_factory=dict)
    ends: dict[str, Head] | None = None

    def settle(self, answers: Iterable[Answer]) -> None:
        """Write down what came, in one transaction."""
        came = list(answers)
        if not came:
            return
        entries = [answered_entry(self.entries[one.call.request], one) for one in came]
        rows = [
            answered_row(self.rows[one.call.request], one)
            for one in came
            if one.call.request in self.rows
        ]

        def write() -> None:
            # The chains mostly end where we left them a moment ago; if not, they are read again.
            ends, self.ends = self.ends, None
            inquiries.append(entries, ends)
            fetched.answer(rows)

        inquiries.in_one(write)
        self.rows |= {row.request: row for row in rows}

    def late(self, answer: Answer) -> None:
        """Write down an answer that came after its page was shown; called in a worker thread."""
        try:
            _Batch(self.entries, dict(self.rows)).settle([answer])
        except Exception:
            log.exception("an answer of %s could not be written down", answer.call.resource)
        finally:
            if not connection.in_atomic_block:
                connection.close()


def put(matter: Matter, planned: Plan, now: datetime, budget: float) -> list[FetchedRow]:
    """Send a plan and return its rows, as far as answers came within `budget` seconds."""
    batch, calls = _write_down(matter, planned.new, now, is_kept=True)
    batch.settle(_answers(calls, budget, batch))
    return list(batch.rows.values())


def send_one(matter: Matter, planned: Planned, now: datetime, budget: float) -> Answer:
    """
    Send one question whose answer is kept nowhere, and return it.

    :raises NotOpen: if today's quota is used up.
    """
    batch, calls = _write_down(matter, [planned], now, is_kept=False)
    if not calls:
        raise NotOpen(_QUOTA_USED)
    answers = _answers(calls, budget, batch)
    if not answers:
        answers = [Answer(calls[0], Outcome.TIMEOUT, latency_ms=round(budget * 1000))]
    batch.settle(answers)
    return answers[0]


def _write_down(
    matter: Matter, planned: list[Planned], now: datetime, *, is_kept: bool
) -> tuple[_Batch, list[Call]]:
    """Count, log and keep what is about to be asked, in one transaction, before it is asked."""
    resources = city.loaded().catalogue.resources

    def write() -> _Batch:
        wanted: dict[str, tuple[int, int]] = {}
        for one in planned:
            one.state = "refused" if one.refusal else "pending"
            if not one.refusal:
                key = one.asked.resource
                wanted[key] = (wanted.get(key, (0, 0))[0] + 1, resources[key].quota)
        _over_quota(planned, wanted, _asker(matter), now)
        entries = {one.request: asked_entry(matter, one, now) for one in planned}
        rows = {one.request: new_row(matter, one, now) for one in planned} if is_kept else {}
        ends = inquiries.append(list(entries.values()))
        if rows:
            fetched.put(list(rows.values()))
        return _Batch(entries, rows, ends)

    batch = inquiries.in_one(write)
    calls = [
        Call(
            resource=one.asked.resource,
            by=one.asked.by,
            key=one.asked.key.strip(),
            fields=tuple(sorted(one.asked.fields)),
            purpose=matter.purpose,
            request=one.request,
        )
        for one in planned
        if one.state == "pending"
    ]
    return batch, calls


def _asker(matter: Matter) -> str:
    """
    Name who asks, for the day's count: an applicant may not use up what all share.

    Officers and the system ask for the cases before them, and are not counted.
    """
    is_applicant = matter.actor.kind in (ActorKind.PERSON, ActorKind.ENTERPRISE)
    return f"by.{key_digest(matter.actor.number)[:48]}" if is_applicant else ""


def _over_quota(planned: list[Planned], wanted: Wanted, asker: str, now: datetime) -> None:
    """Let no more go out than today's quotas still allow; the rest is said to be busy."""
    if not wanted:
        return
    count = sum(number for number, _limit in wanted.values())
    mine = {asker: (count, MOST_A_DAY)} if asker else {}
    left = quotas.take({**wanted, **mine}, local_day(now))
    for one in planned:
        if one.refusal:
            continue
        if left[one.asked.resource] <= 0 or (asker and left[asker] <= 0):
            one.state = "busy"
        left[one.asked.resource] -= 1
        if asker:
            left[asker] -= 1


def _answers(calls: list[Call], budget: float, batch: _Batch) -> list[Answer]:
    if not calls:
        return []
    try:
        return list(registers().asks.ask(calls, budget, batch.late).values())
    except Exception:
        # Whatever breaks in asking must not break the page of somebody filling in a form.
        log.exception("asking %d questions failed", len(calls))
        return [Answer(one, Outcome.BROKEN) for one in calls]


_QUOTA_USED = Words(
    "这项数据资源今天的查询次数已经用完，明天再试，或请提供部门提高配额",
    "Today's quota of this register is used up; try tomorrow or ask its provider for more",
)
