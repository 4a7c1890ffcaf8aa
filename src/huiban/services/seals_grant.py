# SPDX-License-Identifier: Apache-2.0
"""Who may use a seal for what (用印授权): given and taken back by the keeper of the seals."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from huiban.kernel.actor import Actor
from huiban.kernel.permission import ADMIN_ROLES, Errand
from huiban.kernel.seal import EVERY, HolderKind
from huiban.kernel.words import Words
from huiban.services import city, ledger, seals
from huiban.services.ledger import Chain
from huiban.services.refusal import FieldFault, NotOpen
from huiban.store import ids
from huiban.store import seals as kept
from huiban.store.models import Account, Seal, SealGrant

REQUESTS = "request"
_REQUEST_KINDS = {
    "report": Words("多方签署的报告", "Reports signed by several parties"),
    "attestation": Words("协查证明", "Attestations asked for"),
    "document": Words("其他签署的文件", "Other documents to be signed"),
}
_ENDED = (Seal.State.REFUSED, Seal.State.REVOKED, Seal.State.RETIRED)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewGrant:
    """Who is to use a seal for which documents, how long and how often."""

    holder_kind: HolderKind
    holder: str
    documents: tuple[str, ...]
    valid_from: datetime
    valid_until: datetime
    uses_most: int | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """Documents a grant may name: one, or all of a pack."""

    code: str
    words: Words
    group: Words


def give(number: str, new: NewGrant, actor: Actor, now: datetime) -> SealGrant:
    """
    Let somebody use a seal.

    :raises NotFound: if there is no such seal, or it is out of reach.
    :raises NotAllowed: if the actor keeps no seals of its department.
    :raises FieldFault: naming what will not do.
    :raises NotOpen: if the seal is no longer in use.
    """
    seal = seals.one(number, actor)
    seals.demand(actor, Errand.GRANT_SEAL, seal.department)
    _check_open(seal)
    _check_holder(seal, new)
    _check_documents(seal, new)
    _check_time(new, now)
    made = SealGrant(
        number=ids.new_key(),
        seal_id=seal.number,
        holder_kind=str(new.holder_kind),
        holder=new.holder,
        documents=json.dumps(sorted(new.documents)),
        valid_from=new.valid_from,
        valid_until=new.valid_until,
        uses_most=new.uses_most,
        granted_by=actor.number,
        granted_by_name=actor.name,
        granted_at=now,
    )
    with transaction.atomic():
        _check_open(kept.lock(number))
        kept.grant(made)
        ledger.note(Chain.SEAL, number, "seal_granted", actor, now, _said(made))
    return made


def take_back(number: str, grant: str, actor: Actor, now: datetime) -> None:
    """
    End a grant; uses so far stay what they are.

    :raises NotFound: if there is no such seal, or it is out of reach.
    :raises NotAllowed: if the actor keeps no seals of its department.
    :raises NotOpen: if there is no such grant, or it ended already.
    """
    seal = seals.one(number, actor)
    seals.demand(actor, Errand.GRANT_SEAL, seal.department)
    with transaction.atomic():
        if not kept.revoke_grant(number, grant, now):
            raise NotOpen(Words("这项授权已经收回", "This grant has ended already"))
        ledger.note(Chain.SEAL, number, "grant_revoked", actor, now, {"grant": grant})


def of_seal(number: str, actor: Actor) -> list[SealGrant]:
    """
    List the grants of a seal, newest first.

    :raises NotFound: if there is no such seal, or it is out of reach.
    """
    seals.one(number, actor)
    return kept.grants_of(number)


def documents_of(grant: SealGrant) -> tuple[str, ...]:
    """Read back which documents a grant names."""
    found = json.loads(grant.documents)
    return tuple(str(one) for one in found) if isinstance(found, list) else ()


def choices(kind: str) -> Iterator[Choice]:
    """List the documents that ask for a kind of seal, by pack; first all of a pack."""
    for scenario in city.loaded().scenarios.values():
        asking = [one for one in scenario.documents.values() if one.seal == kind]
        if not asking:
            continue
        every = Words("全部文书", "Every document")
        yield Choice(f"{scenario.code}.{EVERY}", every, scenario.name)
        for one in asking:
            yield Choice(f"{scenario.code}.{one.code}", one.title, scenario.name)
    group = Words("签署任务", "Requests to sign")
    yield Choice(f"{REQUESTS}.{EVERY}", Words("全部签署任务", "Every request"), group)
    for code, words in _REQUEST_KINDS.items():
        yield Choice(f"{REQUESTS}.{code}", words, group)


def roles() -> dict[str, Words]:
    """Name the posts that may hold a grant: staff, and the system for what nobody decides."""
    return {
        code: role.title
        for code, role in city.common().roles.items()
        if role.staffed_by != "public" and code not in ADMIN_ROLES
    }


def people(department: str) -> dict[str, str]:
    """Name the officers of a department who may hold a grant, by their numbers."""
    officers = Account.objects.filter(kind="officer", is_active=True, department=department)
    return dict(officers.order_by("name", "number").values_list("number", "name")[:500])


def names(granted: Iterable[SealGrant]) -> dict[str, str]:
    """Name the persons some grants are made out to, by their numbers."""
    numbers = {one.holder for one in granted if one.holder_kind == HolderKind.ACCOUNT}
    found = Account.objects.filter(number__in=numbers) if numbers else Account.objects.none()
    return dict(found.values_list("number", "name"))


def _check_open(seal: Seal) -> None:
    if seal.state in _ENDED:
        raise NotOpen(
            Words("这枚印章已经不用了，不能再授权", "The seal is no longer used: no more grants")
        )


def _check_holder(seal: Seal, new: NewGrant) -> None:
    known = roles() if new.holder_kind is HolderKind.ROLE else people(seal.department)
    if new.holder not in known:
        raise FieldFault(
            "holder",
            Words("请从名单里选择岗位或本部门的人员", "Choose a post, or an officer of yours"),
        )


def _check_documents(seal: Seal, new: NewGrant) -> None:
    known = {one.code for one in choices(seal.kind)}
    if not new.documents or not known.issuperset(new.documents):
        raise FieldFault(
            "documents",
            Words("请至少选择一种可以盖这枚印章的文书", "Choose which documents it is for"),
        )


def _check_time(new: NewGrant, now: datetime) -> None:
    if new.valid_until <= max(new.valid_from, now):
        raise FieldFault(
            "valid_until",
            Words("截止时间要在起始时间和现在之后", "It must end after it begins, and after now"),
        )
    if new.uses_most is not None and not 1 <= new.uses_most <= 1_000_000:
        raise FieldFault(
            "uses_most",
            Words("次数填 1 到 1000000，不限次数的不填", "1 to 1000000; leave empty for no limit"),
        )


def _said(grant: SealGrant) -> dict[str, object]:
    return {
        "grant": grant.number,
        "holder_kind": grant.holder_kind,
        "holder": grant.holder,
        "documents": list(documents_of(grant)),
        "valid_from": grant.valid_from.isoformat(),
        "valid_until": grant.valid_until.isoformat(),
        "uses_most": grant.uses_most,
    }
