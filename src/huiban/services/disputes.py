# SPDX-License-Identifier: Apache-2.0
"""A register is said to be wrong (数据异议): told to the owner of the data, who answers once."""

from dataclasses import dataclass
from datetime import datetime

from huiban.kernel.actor import Actor
from huiban.kernel.permission import Denied, may_answer
from huiban.kernel.resource import Item, Resource, masked
from huiban.kernel.words import Words
from huiban.services import city, exchange, vault
from huiban.services.exchange import Looked, Matter
from huiban.services.refusal import FieldFault, NotAllowed, NotFound, NotOpen
from huiban.store import blobs, disputes, ids, notices
from huiban.store.disputes import DisputeNarrow
from huiban.store.models import Blob, Dispute
from huiban.store.notices import NewNotice

LONGEST = 1000
PURPOSE = "data_dispute"
"""What the log says an officer looked at a value for."""
PAGE = 30
STATES = (str(Dispute.State.UPHELD), str(Dispute.State.CORRECTED))
"""What an answer may say: the record is right, or it was put right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a party says is wrong: `item` of `resource`, as it stands in `path` of its form."""

    matter: str
    resource: str
    provider: str
    item: str
    path: str
    subject_code: str
    subject_name: str
    registered: str
    claimed: str
    reason: str = ""
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """What the owner of the data answers: upheld (it is right) or corrected, and in words."""

    state: str
    answer: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A dispute as the desk shows it: personal values masked, unless looked at in full."""

    dispute: Dispute
    resource: Resource | None
    item: Item | None
    registered: str
    claimed: str
    is_masked: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of disputes, how many there are and how many wait."""

    rows: tuple[Shown, ...]
    total: int
    waiting: int


def open_dispute(claim: Claim, actor: Actor, now: datetime) -> Dispute:
    """Tell the owner of a register that it is wrong; the same twice is one dispute."""
    return disputes.lodge(
        Dispute(
            number=ids.new_key(),
            matter=claim.matter,
            resource=claim.resource,
            provider=claim.provider,
            content=claim.item,
            path=claim.path,
            subject_code=claim.subject_code,
            subject_name=claim.subject_name,
            registered=claim.registered,
            claimed=claim.claimed,
            reason=claim.reason[:LONGEST],
            evidence=claim.evidence,
            opened_by=actor.number,
            opened_at=now,
        )
    )


def listing(actor: Actor, *, is_open: bool | None, page: int = 1) -> Listing:
    """
    List the disputes about data of an officer's department; a supervisor sees all.

    :raises NotAllowed: for whoever has no desk.
    """
    provider = _reach(actor)
    rows, total = disputes.listing(DisputeNarrow(provider, is_open), (page - 1) * PAGE, PAGE)
    return Listing(tuple(_shown(one) for one in rows), total, disputes.waiting_count(provider))


def waiting_count(actor: Actor) -> int:
    """Count what waits for an answer of this officer's department."""
    answer = may_answer(actor)
    return 0 if isinstance(answer, Denied) else disputes.waiting_count(_reach(actor))


def one(number: str, actor: Actor) -> Shown:
    """
    Show one dispute to the people of the department whose data it is about.

    :raises NotFound: if there is none, or it is another department's: from outside the same.
    """
    return _shown(_load(number, actor))


def reveal(number: str, actor: Actor, now: datetime) -> Shown:
    """
    Show a dispute with its personal values in full, and log the look.

    :raises NotFound: as `one`.
    """
    found = _load(number, actor)
    matter = Matter(found.matter, "", PURPOSE, found.subject_code, actor)
    looked = Looked(found.resource, found.subject_code, frozenset({found.content}))
    exchange.reveal(matter, looked, now)
    return _shown(found, in_full=True)


def close(number: str, said: Answered, actor: Actor, now: datetime) -> Dispute:
    """
    Answer a dispute as the owner of the data, and tell the party.

    :raises NotFound: as `one`.
    :raises FieldFault: if the answer says nothing, or neither of the two things it may say.
    :raises NotOpen: if somebody has answered already.
    """
    found = _load(number, actor)
    answer = said.answer.strip()
    if said.state not in STATES:
        raise FieldFault("state", Words("请选择核实的结果", "Choose what you found"))
    if not answer:
        raise FieldFault(
            "answer",
            Words("请写明怎样核实、结果如何", "Say how you checked and what came of it"),
        )
    if len(answer) > LONGEST:
        raise FieldFault(
            "answer",
            Words(f"最多写 {LONGEST} 个字，请缩短", f"At most {LONGEST} characters: shorten it"),
        )
    if not disputes.close(number, said.state, answer, actor.number, now):
        raise NotOpen(
            Words("这条异议已经有人答复了，请刷新查看", "Somebody has answered it: look again")
        )
    notices.tell(found.matter, _notice(found, said.state, answer), now)
    return disputes.load(number)


def evidence(number: str, actor: Actor) -> tuple[Blob, bytes]:
    """
    Open what a party proves its claim with, for the people who answer.

    :raises NotFound: as `one`, or if nothing was handed in.
    """
    found = _load(number, actor)
    try:
        blob = blobs.load(found.evidence)
    except blobs.FileNotFound:
        raise NotFound(
            Words("这条异议没有证明材料", "Nothing was handed in with this dispute")
        ) from None
    return blob, vault.content(blob.object_key)


def of_subject(actor: Actor) -> list[Dispute]:
    """List what a party disputes, newest first."""
    return disputes.of_subject(actor.subject) if actor.subject else []


def of_matter(number: str) -> list[Dispute]:
    """List what is disputed in a draft or case."""
    return disputes.of_matter(number)


def item_words(dispute: Dispute) -> Words:
    """Name what is disputed: the resource and its item."""
    resource = city.loaded().catalogue.resources.get(dispute.resource)
    if resource is None:
        return Words(f"{dispute.resource}.{dispute.content}")
    item = resource.item(dispute.content)
    label = item.label if item else Words(dispute.content)
    return Words(
        f"{resource.name.zh}：{label.zh}",
        f"{resource.name.speak('en')}: {label.speak('en')}",
    )


def _reach(actor: Actor) -> str | None:
    answer = may_answer(actor)
    if isinstance(answer, Denied):
        raise NotAllowed(answer.reason)
    return None if answer.role == "supervisor" else actor.department


def _load(number: str, actor: Actor) -> Dispute:
    _reach(actor)
    try:
        found = disputes.load(number)
    except disputes.DisputeNotFound:
        raise _no_dispute() from None
    if isinstance(may_answer(actor, found.provider), Denied):
        raise _no_dispute()
    return found


def _shown(dispute: Dispute, *, in_full: bool = False) -> Shown:
    resource = city.loaded().catalogue.resources.get(dispute.resource)
    item = resource.item(dispute.content) if resource else None
    mask = item.mask if item and item.is_masked and not in_full else None
    return Shown(
        dispute=dispute,
        resource=resource,
        item=item,
        registered=str(masked(dispute.registered, mask)),
        claimed=str(masked(dispute.claimed, mask)),
        is_masked=mask is not None,
    )


def _notice(dispute: Dispute, state: str, answer: str) -> NewNotice:
    what = item_words(dispute)
    is_corrected = state == Dispute.State.CORRECTED
    return NewNotice(
        code="dispute_answered",
        subject_code=dispute.subject_code,
        title=f"数据异议已{'更正' if is_corrected else '核实'}：{what.zh}",
        text=answer,
        title_en=f"Your dispute was answered: {what.speak('en')}",
        text_en=answer,
        link="/my-data#disputes",
    )


def _no_dispute() -> NotFound:
    return NotFound(
        Words(
            "没有这条数据异议，或者它属于别的部门",
            "There is no such dispute, or it is another department's",
        )
    )
