# SPDX-License-Identifier: Apache-2.0
"""Signing a delegation (签署委托): the grantor is proved, shown the paper that says so, signs."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from huiban.kernel.actor import Actor
from huiban.kernel.identity import Purpose
from huiban.kernel.words import Words
from huiban.services import (
    ceremony,
    delegation_paper,
    delegations,
    identity,
    ledger,
    sign_with,
    vault,
)
from huiban.services.ceremony import Begun, Device, Identity, Said
from huiban.services.ledger import Chain
from huiban.services.refusal import NotOpen
from huiban.store import ceremonies
from huiban.store import delegations as rows
from huiban.store.ceremonies import SignedRow
from huiban.store.delegations import SignedPaper
from huiban.store.models import DelegationRow

PURPOSE = "delegation"
"""The kind of purpose that a grantor proves who they are for."""
UNPROVED = "identity"
"""The reason of a refusal that another proof of identity cures."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What a grantor sends to sign: which ceremony, what they said, with what device."""

    ceremony: str
    said: Said
    device: Device


def purpose(number: str, actor: Actor, now: datetime) -> Purpose:
    """
    Say for what its grantor proves who they are before they sign.

    :raises NotFound, NotOpen: as `delegations.to_sign`.
    """
    return _purpose_of(delegations.to_sign(number, actor, now))


def demand_proof(number: str, actor: Actor, now: datetime) -> Identity:
    """
    Return the proof that its grantor gave for signing this delegation.

    :raises NotFound, NotOpen: as `delegations.to_sign`; `identity` if there is none that counts.
    """
    return _proof(delegations.to_sign(number, actor, now), actor, now)


def begin(number: str, actor: Actor, now: datetime, device: Device) -> Begun:
    """
    Show the grantor, who proved who they are, the paper to sign; it says by what they did.

    :raises NotFound, NotOpen: as `delegations.to_sign`; `identity` if they have to prove it first.
    """
    row = delegations.to_sign(number, actor, now)
    proof = _proof(row, actor, now)
    return ceremony.begin(delegation_paper.shown(_saying(row, proof)), actor, now, device)


def sign(number: str, sent: Confirmed, actor: Actor, now: datetime) -> DelegationRow:
    """
    Sign a delegation; from then on its delegate can accept it. The proof is spent with it.

    :raises NotFound, NotOpen: as `begin`; if nothing can be signed just now.
    :raises Stale, Invalid: as `ceremony.check`.
    """
    row = delegations.to_sign(number, actor, now)
    proof = _proof(row, actor, now)
    begun = ceremony.load(sent.ceremony, actor)
    is_shown = begun.sha256_before == row.sha256 and row.identity == evidence_of(proof)
    if begun.matter != delegation_paper.matter_of(number) or not is_shown:
        raise ceremony.changed()
    strokes = ceremony.check(begun, sent.said, now)
    applied = delegation_paper.signed(row, strokes, sign_with.owner_of(actor), now)
    key, sha256 = vault.keep(applied.content), ceremony.sha256_of(applied.content)
    paper = SignedPaper(begun.number, row.identity, key, sha256, now)
    with transaction.atomic():
        above = rows.lock(row.parent_id) if row.parent_id else None
        if above is not None:
            delegations.demand_narrower(above, row, now)
        identity.spend(proof, actor, _purpose_of(row), now)
        ceremony.agree(begun, sent.said, proof, sent.device, now)
        ceremonies.sign(begun.number, SignedRow(now, sha256, key, applied.credential))
        if not rows.sign(number, paper):
            raise NotOpen(delegations.SIGNED_BEFORE, "signed")
        facts = delegations.facts_of(rows.load(number))
        ledger.note(Chain.DELEGATION, number, delegations.PROPOSED, actor, now, facts)
        if above is not None:
            body = {"passed_on": number, "delegate": row.delegate}
            ledger.note(Chain.DELEGATION, above.number, delegations.PASSED_ON, actor, now, body)
    return rows.load(number)


def evidence_of(proof: Identity) -> str:
    """Name the evidence of who signed: its way, and the SHA-256 of what is kept of it."""
    return f"{proof.way}:{hashlib.sha256(proof.text().encode()).hexdigest()}"


def way_of(row: DelegationRow) -> str:
    """Name the way by which whoever signed proved who they are; empty until they signed."""
    return row.identity.partition(":")[0] if row.signed_key else ""


def _purpose_of(row: DelegationRow) -> Purpose:
    words = Words(
        f"签署给{row.delegate_name}的委托书：{row.purpose}",
        f"Sign the delegation to {row.delegate_name}: {row.purpose}",
    )
    return Purpose(PURPOSE, row.number, words)


def _proof(row: DelegationRow, actor: Actor, now: datetime) -> Identity:
    proof = identity.proved(actor, _purpose_of(row), now)
    if proof is None:
        raise NotOpen(_PROVE, UNPROVED)
    return proof


def _saying(row: DelegationRow, proof: Identity) -> DelegationRow:
    """Have the paper say by what its grantor proved who they are, before they are shown it."""
    named = evidence_of(proof)
    if row.identity != named:
        paper = delegation_paper.lay(row, proof)
        rows.lay_anew(row.number, paper, named)
        row = rows.load(row.number)
    return row


_PROVE = Words(
    "签署委托书以前要核实是您本人；还没有核实，或者核实已经过了有效时间，请先核实",
    "Before you sign, prove that it is you; you have not yet, or it counts no more: do that first",
)
