# SPDX-License-Identifier: Apache-2.0
"""Which questions to registers go out and which do not: joined, refused, or answered already."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from huiban.kernel.actor import Actor
from huiban.kernel.resource import Consent, Question, QuestionRefused, Resource, demand
from huiban.kernel.words import Words
from huiban.services.exchange_keys import key_digest
from huiban.store import ids
from huiban.store.fetched import FetchedRow

FRESH = timedelta(minutes=10)
"""How long an answer to the same question of the same matter is taken without asking again."""
GIVEN_UP = timedelta(seconds=10)
"""After this long nobody waits for an answer any more; the process that asked may be gone."""
ANSWERS = frozenset({"found", "absent"})

Bound = Mapping[str, frozenset[str]]
"""The items of each register that the form uses."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of a form; `row` is `managers.2` where it is put for a row of a table."""

    resource: str
    by: str
    key: str
    fields: frozenset[str]
    row: str = ""


@dataclass(frozen=True, slots=True)
class Matter:
    """
    What questions are put for: a draft or case, its item, its scenario, and who asks.

    `party` is the number (USCC or identity number) of the applicant, whoever asks.
    """

    number: str
    item: str
    purpose: str
    party: str
    actor: Actor


@dataclass(slots=True)
class Planned:
    """One question as it will stand in the log and beside the matter."""

    asked: Asked
    digest: str
    request: str
    state: str = "pending"
    refusal: Words | None = None
    consent: str = ""
    known: FetchedRow | None = None

    @property
    def question(self) -> tuple[str, str, str]:
        return self.asked.resource, self.asked.by, self.digest


@dataclass(slots=True)
class Plan:
    """What is asked now, and what is known without asking, by question."""

    kept: dict[tuple[str, str, str], FetchedRow] = field(default_factory=dict)
    new: list[Planned] = field(default_factory=list)

    @property
    def sent(self) -> list[Planned]:
        return [one for one in self.new if one.state == "pending"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """What decides on a question: the catalogue, what is connected, bound, known, agreed to."""

    resources: Mapping[str, Resource]
    connected: frozenset[str]
    bound: Bound
    known: Mapping[tuple[str, str, str], FetchedRow]
    consents: Mapping[tuple[str, str], str]


def joined(asked: Iterable[Asked]) -> list[tuple[str, Asked]]:
    """Join questions for the same key into one, each with the digest of its key."""
    found: dict[tuple[str, str, str], Asked] = {}
    for one in asked:
        digest = key_digest(one.key)
        place = (one.resource, one.by, digest)
        first = found.get(place)
        fields = one.fields | first.fields if first else one.fields
        found[place] = Asked(one.resource, one.by, one.key, fields, first.row if first else one.row)
    return [(digest, one) for (_, _, digest), one in found.items()]


def plan(
    matter: Matter, asked: Sequence[tuple[str, Asked]], grounds: Grounds, now: datetime
) -> Plan:
    """Sort questions: what goes out, what may not, and what is known or under way already."""
    found = Plan()
    for digest, one in asked:
        known = grounds.known.get((one.resource, one.by, digest))
        planned = Planned(one, digest, ids.new_key(), known=known)
        planned.refusal = _refusal(matter, planned, grounds)
        if planned.refusal:
            planned.state = "refused"
        if known is not None and _counts(known, planned, now):
            found.kept[planned.question] = known
        elif not planned.refusal and one.resource not in grounds.connected:
            found.kept[planned.question] = _unconnected(matter, planned, now)
        else:
            found.new.append(planned)
    return found


def _refusal(matter: Matter, planned: Planned, grounds: Grounds) -> Words | None:
    """Say why a question must not be sent; None if it may. Notes the consent it goes by."""
    one = planned.asked
    resource = grounds.resources.get(one.resource)
    if resource is None:
        return Words(f"目录里没有 {one.resource}", f"The catalogue has no {one.resource}")
    if not one.key.strip():
        return Words("没有写明按什么查", "There is no key to look up by")
    # The page says which registers are asked before it asks them: that is the notice.
    agreed = Consent.NOTICE
    if resource.consent is Consent.EXPLICIT:
        planned.consent = grounds.consents.get((planned.digest, one.resource), "")
        agreed = Consent.EXPLICIT if planned.consent else Consent.NOTICE
    elif resource.consent is Consent.NOTICE:
        planned.consent = str(Consent.NOTICE)
    question = Question(one.by, one.fields, matter.purpose, agreed)
    try:
        demand(resource, question, grounds.bound.get(one.resource, frozenset()))
    except QuestionRefused as refused:
        return refused.message
    return None


def _counts(known: FetchedRow, planned: Planned, now: datetime) -> bool:
    """Tell whether what is known of a question makes asking again unnecessary."""
    if not planned.asked.fields <= known.fields:
        return False
    if planned.state == "refused" or known.state == "refused":
        # Saying no a second time within minutes is worth no second line in the log.
        return known.state == planned.state and now - known.asked_at <= FRESH
    if known.state == "pending":
        return now - known.asked_at <= GIVEN_UP
    is_answer = known.state in ANSWERS and known.fetched_at is not None
    return is_answer and known.fetched_at is not None and now - known.fetched_at <= FRESH


def _unconnected(matter: Matter, planned: Planned, now: datetime) -> FetchedRow:
    """What is not connected is asked of nobody: nothing is logged, nothing is kept."""
    one = planned.asked
    return FetchedRow(
        matter=matter.number,
        resource=one.resource,
        looked_up_by=one.by,
        key_digest=planned.digest,
        row=one.row,
        fields=one.fields,
        state="broken",
        asked_at=now,
    )
