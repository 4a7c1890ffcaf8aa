# SPDX-License-Identifier: Apache-2.0
"""The life of a certificate (证照台账): each change a chained fact, by a case or by officers."""

import hashlib
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from huiban.kernel.actor import SYSTEM, Actor
from huiban.kernel.catalogue import Life
from huiban.kernel.certificate import DROPPED, ENDED_AS, PROPOSED, State
from huiban.services import ledger
from huiban.services.ledger import Chain, body_of
from huiban.services.party import masked
from huiban.store import certificates
from huiban.store import ledger as ledgers
from huiban.store.models import Certificate, LedgerEntry

ISSUED, TAKEN_OVER, DOCUMENT_MADE = "issued", "taken_over", "document_made"
SUSPENDED, RESUMED, CANCELLED = "suspended", "resumed", "cancelled"
REINSTATED = "reinstated"
_REPLACED_BY = {Life.MODIFY: "changed", Life.RENEW: "renewed"}
STATE_AFTER: Mapping[str, State] = {
    ISSUED: State.VALID,
    SUSPENDED: State.SUSPENDED,
    RESUMED: State.VALID,
    "replaced": State.REPLACED,
    "changed": State.REPLACED,
    "renewed": State.REPLACED,
    CANCELLED: State.CANCELLED,
    REINSTATED: State.VALID,
    **{str(state): state for state in ENDED_AS.values()},
}
"""The facts that change what a certificate is worth, and to what."""
LIFE_FACTS = (*STATE_AFTER, TAKEN_OVER)
_PROPOSALS = {fact: ending for ending, fact in PROPOSED.items()}


def certificate_facts(certificate: Certificate) -> dict[str, object]:
    """
    Return what the ledger states of a certificate from its first entry on, as JSON.

    The holder's number stands there masked and, with the name, as a digest: enough to notice a
    change, and of no use to a reader.
    """
    holder = f"{certificate.subject_code}\n{certificate.subject_name}"
    return {
        "number": certificate.number,
        "identifier": certificate.identifier,
        "verify_code_sha256": _sha256(certificate.verify_code),
        "kind": certificate.kind,
        "title": certificate.title,
        "holder": masked(certificate.subject_code),
        "holder_sha256": _sha256(holder),
        "department": certificate.department,
        "valid_from": certificate.valid_from.isoformat(),
        "valid_until": certificate.valid_until.isoformat() if certificate.valid_until else "",
        "predecessor": certificate.predecessor,
        "content_sha256": _sha256(certificate.content),
    }


def altered(certificate: Certificate) -> list[str]:
    """
    Name what of a certificate is not what its ledger says; empty if all is as it was written.

    `ledger` stands for a certificate without any. Whether the ledger itself holds is another
    question: `services.ledger.breaks_of`.
    """
    entries = ledger.history(Chain.CERTIFICATE, certificate.number)
    first = next((body_of(one) for one in entries if one.act in (ISSUED, TAKEN_OVER)), None)
    if first is None:
        return ["ledger"]
    told, state, successor, document = first.get("facts"), str(first.get("state", "")), "", ""
    proposed = ""
    for one in entries:
        body = body_of(one)
        if one.act in STATE_AFTER:
            state, proposed = str(STATE_AFTER[one.act]), _kept(one.act, proposed)
            successor = str(body.get("successor", ""))
        document = str(body["sha256"]) if one.act == DOCUMENT_MADE else document
        proposed = str(_PROPOSALS.get(one.act, "" if one.act == DROPPED else proposed))
    known = told if isinstance(told, dict) else {}
    now = certificate_facts(certificate)
    found = [name for name in now if known.get(name) != now[name]]
    stands = (certificate.state, certificate.successor, certificate.proposed)
    for name, is_so, says in zip(
        ("state", "successor", "proposed"), stands, (state, successor, proposed), strict=True
    ):
        found += [] if is_so == says else [name]
    shown = certificate.document
    return found if not document or (shown and shown.sha256 == document) else [*found, "document"]


def _kept(act: str, proposed: str) -> str:
    """A proposal outlasts a suspension and nothing else."""
    return proposed if act in (SUSPENDED, RESUMED) else ""


def began(certificate: Certificate, life: Life, case: str, actor: Actor, at: datetime) -> None:
    """Open the ledger of a certificate just issued, and tell that of the one it replaces."""
    body = {"facts": certificate_facts(certificate), "life": str(life), "case": case}
    ledger.note(Chain.CERTIFICATE, certificate.number, ISSUED, actor, at, body)
    if not certificate.predecessor:
        return
    before = certificates.load(certificate.predecessor)
    if before.successor == certificate.number:
        fact = _REPLACED_BY.get(life, "replaced")
        note(before, fact, actor, at, {"successor": certificate.number, "case": case})


def document_made(number: str, sha256: str, at: datetime) -> None:
    """Note which file shows a certificate."""
    note(certificates.load(number), DOCUMENT_MADE, SYSTEM, at, {"sha256": sha256})


def cancelled(number: str, case: str, actor: Actor, at: datetime) -> bool:
    """Cancel (注销) a certificate for a case; False when it had ended before."""
    with transaction.atomic():
        before = certificates.lock(number)
        done = certificates.end(number, Certificate.State.CANCELLED, at)
        if done:
            note(before, CANCELLED, actor, at, {"case": case})
    return done


def reinstated(number: str, case: str, actor: Actor, at: datetime) -> bool:
    """
    Give back (更正注销) a certificate that a case cancelled wrongly; False when it did not.

    One that was suspended before is suspended again: the correction is of the cancellation alone.
    """
    states = Certificate.State
    with transaction.atomic():
        held = certificates.lock(number)
        before = certificates.facts_told(number, tuple(STATE_AFTER), 2)
        is_by_case = bool(before) and body_of(before[0]).get("case") == case
        if not is_by_case or not certificates.move(number, states.CANCELLED, states.VALID, at):
            return False
        note(held, REINSTATED, actor, at, {"case": case})
        if len(before) > 1 and before[1].act == SUSPENDED:
            certificates.move(number, states.VALID, states.SUSPENDED, at)
            said = body_of(before[1])
            note(held, SUSPENDED, actor, at, {key: said.get(key, "") for key in _SAID})
    return True


_SAID = ("reason", "basis")


def told(certificate: Certificate, *, public: bool = False) -> list[LedgerEntry]:
    """
    Return the newest facts that changed what a certificate is worth, the last first.

    To its holder also what was proposed; to the public only what came to be.
    """
    facts = LIFE_FACTS if public else (*LIFE_FACTS, *PROPOSED.values(), DROPPED)
    return certificates.facts_told(certificate.number, facts)


def note(
    certificate: Certificate,
    act: str,
    actor: Actor,
    at: datetime,
    body: Mapping[str, object] | None = None,
) -> LedgerEntry:
    """Append a fact to a certificate's ledger; one issued before there were ledgers begins one."""
    chain, number = Chain.CERTIFICATE, certificate.number
    if act != ISSUED and ledgers.end_of(chain, number) is None:
        facts = {"facts": certificate_facts(certificate), "state": certificate.state}
        ledger.note(chain, number, TAKEN_OVER, SYSTEM, at, facts)
    return ledger.note(chain, number, act, actor, at, body)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
