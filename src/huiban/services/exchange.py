# SPDX-License-Identifier: Apache-2.0
"""Asking registers for a matter (共享查询): logged before it is sent, kept when it comes."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from huiban.connectors.registers import Answer
from huiban.kernel.actor import Actor
from huiban.kernel.permission import Errand
from huiban.kernel.resource import Consent
from huiban.kernel.words import Words
from huiban.services import city, exchange_send
from huiban.services.exchange_keys import key_digest
from huiban.services.exchange_log import Looked, revealed_entry
from huiban.services.exchange_plan import GIVEN_UP, Asked, Bound, Grounds, Matter, joined, plan
from huiban.services.exchange_registers import registers
from huiban.services.permission import demand_platform
from huiban.services.refusal import NotFound, NotOpen
from huiban.store import consents, disputes, fetched, ids, inquiries
from huiban.store.fetched import FetchedRow

__all__ = [
    "Asked", "Bound", "FetchedRow", "Looked", "Matter", "ask", "is_waiting", "key_digest", "move",
    "of_matter", "reveal", "state_of", "try_out",
]  # fmt: skip

TRIAL = "trial"
"""The matter of a question that only tries out a connection."""
_TRIAL_SECONDS = 35.0


def ask(
    matter: Matter, asked: Sequence[Asked], bound: Bound, now: datetime, budget: float
) -> list[FetchedRow]:
    """
    Put questions to registers and return what is known of each within `budget` seconds.

    The rows stand in the order of `asked`. Every question is logged before it is sent, or instead;
    what comes later is written down later: see `is_waiting`.
    """
    if not asked:
        return []
    questions = joined(asked)
    known = {row.question: row for row in fetched.of_matter(matter.number)}
    grounds = _grounds(matter, questions, bound, known)
    planned = plan(matter, questions, grounds, now)
    found = dict(planned.kept)
    if planned.new:
        found |= {row.question: row for row in exchange_send.put(matter, planned, now, budget)}
    return [found[one.resource, one.by, key_digest(one.key)] for one in asked]


def of_matter(number: str) -> list[FetchedRow]:
    """Return everything known of a draft or case, in one statement."""
    return fetched.of_matter(number)


def move(from_draft: str, to_case: str) -> None:
    """Let answers, disputes and consents of a draft go on with its case; the caller commits."""
    fetched.move(from_draft, to_case)
    disputes.move(from_draft, to_case)
    consents.move(from_draft, to_case)


def state_of(row: FetchedRow, now: datetime) -> str:
    """Return the state to show: what nobody waits for any more ran out of time."""
    return "timeout" if row.state == "pending" and now - row.asked_at > GIVEN_UP else row.state


def is_waiting(rows: Sequence[FetchedRow], now: datetime) -> bool:
    """Tell whether an answer may still come."""
    return any(state_of(row, now) == "pending" for row in rows)


def reveal(matter: Matter, looked: Looked, now: datetime) -> None:
    """Log that somebody looked at masked values in full."""
    entry = revealed_entry(matter, looked, ids.new_key(), now)
    inquiries.in_one(lambda: inquiries.append([entry]))


def try_out(resource: str, by: str, key: str, actor: Actor, now: datetime) -> Answer:
    """
    Ask a register once to see whether its connection works; logged like any other question.

    Only items that are no personal data are asked for, and what comes is kept nowhere.

    :raises NotAllowed: for whoever is no system administrator.
    :raises NotFound: if there is no such resource, or it is not connected.
    :raises NotOpen: if the catalogue does not let it be asked so; the message says why.
    """
    demand_platform(actor, Errand.TRY_REGISTER)
    known = city.loaded().catalogue.resources.get(resource)
    if known is None or resource not in registers().kinds:
        raise NotFound(
            Words(
                f"没有接入名为 {resource} 的数据资源；请核对名称，或先声明怎样连接",
                f"No register {resource} is connected; check its key, or declare a connection",
            )
        )
    fields = frozenset(one.key for one in known.items if not one.is_masked)
    matter = Matter(TRIAL, "", min(known.purposes, default=""), "", actor)
    questions = [(key_digest(key), Asked(resource, by, key, fields))]
    grounds = _grounds(matter, questions, {resource: fields}, {})
    (planned,) = plan(matter, questions, grounds, now).new
    if planned.refusal:
        raise NotOpen(planned.refusal)
    return exchange_send.send_one(matter, planned, now, _TRIAL_SECONDS)


def _grounds(
    matter: Matter,
    asked: Sequence[tuple[str, Asked]],
    bound: Bound,
    known: Mapping[tuple[str, str, str], FetchedRow],
) -> Grounds:
    resources = city.loaded().catalogue.resources
    explicit = {
        one.resource
        for _, one in asked
        if one.resource in resources and resources[one.resource].consent is Consent.EXPLICIT
    }
    agreed = (
        consents.in_force({digest for digest, _ in asked}, explicit, matter.purpose)
        if explicit
        else {}
    )
    return Grounds(
        resources=resources,
        connected=frozenset(registers().kinds),
        bound=bound,
        known=known,
        consents=agreed,
    )
