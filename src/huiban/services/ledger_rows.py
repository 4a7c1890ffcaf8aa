# SPDX-License-Identifier: Apache-2.0
"""Whether things are what their ledgers say (台账与现状核对): seals, keys, packages, grants."""

import base64
import binascii
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from huiban.services import (
    certificate_grants,
    certificate_life,
    certificate_uses,
    delegation_uses,
    delegations,
    explain,
    identity,
    identity_portraits,
    identity_rows,
    passkey_rows,
    passkeys,
    seals_grant,
)
from huiban.services.ledger import Chain, body_of
from huiban.store import ledger as stored
from huiban.store import ledger_rows as store
from huiban.store.models import (
    ArchivePackage,
    Certificate,
    CertificateGrant,
    Credential,
    DelegationRow,
    Explanation,
    IdentityAttempt,
    LedgerEntry,
    Passkey,
    Portrait,
    Seal,
    SealGrant,
    SignRequest,
)

_BATCH = 200
_TRIES = 5
Entries = Sequence[LedgerEntry]
Told = Mapping[str, object]

# The facts a thing begins with; a ledger that begins otherwise tells of nothing that is kept here.
_BEGINNINGS = {
    Chain.SEAL: ("seal_proposed",),
    Chain.CREDENTIAL: ("enrolled",),
    Chain.ARCHIVE: ("archived", "restored"),
    Chain.REQUEST: ("made",),
    Chain.DELEGATION: (delegations.PROPOSED,),
    Chain.EXPLANATION: (explain.ASKED,),
    Chain.IDENTITY: (identity.BEGUN,),
    Chain.PORTRAIT: (identity_portraits.PUT,),
    Chain.PASSKEY: (passkeys.MADE,),
}
_SEAL_STATES = {
    "seal_proposed": "proposed", "seal_made": "active", "seal_refused": "refused",
    "seal_suspended": "suspended", "seal_resumed": "active", "seal_revoked": "revoked",
    "seal_retired": "retired",
}  # fmt: skip
_CREDENTIAL_STATES = {
    "enrolled": "active", "renewed": "retired", "expired": "retired", "revoked": "revoked",
}  # fmt: skip
_REQUEST_STATES = {
    "made": "open", "completed": "completed", "declined": "declined", "withdrawn": "withdrawn",
    "expired": "expired",
}  # fmt: skip

_DELEGATION_STATES = {
    delegations.PROPOSED: "proposed", delegations.ACCEPTED: "active",
    delegations.DECLINED: "declined", delegations.REVOKED: "revoked",
    delegations.EXPIRED: "expired",
}  # fmt: skip


def faults_of(chains: Iterable[Sequence[LedgerEntry]]) -> Iterator[str]:
    """Name what is not as its ledger says, over all ledgers, and what has none."""
    batch: dict[str, Sequence[LedgerEntry]] = {}
    kind = ""
    for entries in chains:
        if len(batch) == _BATCH or entries[0].chain != kind:
            yield from _of_batch(kind, batch)
            kind, batch = entries[0].chain, {}
        batch[entries[0].key] = entries
    yield from _of_batch(kind, batch)
    for chain, key in store.without_ledger():
        if stored.end_of(chain, key) is None:
            yield f"{chain} {key}: it has no ledger: nobody made it in the regular way"


def altered(chain: str, key: str) -> list[str]:
    """Name what of one thing is not what its ledger says; empty if all is as it was written."""
    found: list[str] = []
    for _ in range(_TRIES):
        entries = stored.entries(chain, key)
        row = store.of_chain(chain, [key]).get(key)
        found = _compared(chain, entries, row, alone=True)
        end = stored.end_of(chain, key)
        # A thing changes together with its ledger: one that has not grown belongs to what was read.
        if not found or (end.seq if end else 0) == (entries[-1].seq if entries else 0):
            break
    return found


def _of_batch(chain: str, batch: Mapping[str, Sequence[LedgerEntry]]) -> Iterator[str]:
    rows = store.of_chain(chain, batch.keys()) if batch else {}
    for key, entries in batch.items():
        if _compared(chain, entries, rows.get(key)):
            for wrong in altered(chain, key):
                yield f"{chain} {key}: not what its ledger says: {wrong}"


def _compared(
    chain: str, entries: Entries, row: store.LedgerRow | None, *, alone: bool = False
) -> list[str]:
    """Compare a thing with its ledger; a certificate itself only where it is looked at alone."""
    try:
        found = _faults(chain, entries, row)
        if alone and isinstance(row, Certificate):
            found += certificate_life.altered(row)
    except (ValueError, LookupError, TypeError, AttributeError) as fault:
        return [f"it or its ledger cannot be read: {fault!r}"]  # somebody garbled them
    return found


def _faults(chain: str, entries: Entries, row: store.LedgerRow | None) -> list[str]:
    if row is None:
        begins = _BEGINNINGS.get(Chain(chain), ()) if chain in set(Chain) else ()
        if entries and entries[-1].act == explain.REMOVED:
            return []  # its case's time of keeping was over
        return ["it was removed"] if entries and entries[0].act in begins else []
    return list(_found(row, entries))


def _found(row: store.LedgerRow, entries: Entries) -> Iterator[str]:  # noqa: C901 - one a kind
    if isinstance(row, Seal):
        yield from (*_seal(row, entries), *_seal_grants(row, entries))
    elif isinstance(row, Credential):
        yield from _credential(row, entries)
    elif isinstance(row, ArchivePackage):
        yield from _package(row, entries)
    elif isinstance(row, DelegationRow):
        yield from _delegation(row, entries)
    elif isinstance(row, Explanation):
        yield from _explanation(row, entries)
    elif isinstance(row, IdentityAttempt):
        yield from identity_rows.attempt(row, entries)
    elif isinstance(row, Portrait):
        yield from identity_rows.portrait(row, entries)
    elif isinstance(row, Passkey):
        yield from passkey_rows.passkey(row, entries)
    elif isinstance(row, SignRequest):
        yield from _request(row, entries)
    else:
        yield from _lent(row, entries)


def _seal(row: Seal, entries: Entries) -> Iterator[str]:
    told = _first(entries, "seal_proposed")
    yield from _differing(told, row, ("name", "department", "kind", "profile"))
    yield from _differing(
        told,
        {"valid_from": row.valid_from.isoformat(), "valid_until": row.valid_until.isoformat()},
        ("valid_from", "valid_until"),
    )
    by = {str(body_of(one)["step"]): one.actor for one in entries if one.act == "seal_approved"}
    if (row.first_by, row.second_by) != (by.get("first", ""), by.get("second", "")):
        yield "approvals"
    if row.state != _state(entries, _SEAL_STATES):
        yield "state"
    made = [body_of(one)["sha256"] for one in entries if one.act in ("seal_made", "seal_remade")]
    if (_sha256(row.object_der) if row.object_der else "") != (made[-1] if made else ""):
        yield "object"


def _seal_grants(row: Seal, entries: Entries) -> Iterator[str]:
    held = {one.number: one for one in row.grants.all()}
    for number, told in _granted(entries, "seal_granted").items():
        one = held.pop(number, None)
        if one is None:
            yield f"grant {number} was removed"
            continue
        wrong = list(_seal_grant(one, told))
        if one.uses != _count(entries, "seal_used", number):
            wrong.append("uses")
        if (one.revoked_at is not None) != bool(_count(entries, "grant_revoked", number)):
            wrong.append("revoked")
        if wrong:
            yield f"grant {number}: {', '.join(wrong)}"
    for number in held:
        yield f"grant {number} was never given"


def _seal_grant(one: SealGrant, told: Told) -> Iterator[str]:
    yield from _differing(told, one, ("holder_kind", "holder", "uses_most"))
    if told.get("documents") != list(seals_grant.documents_of(one)):
        yield "documents"
    yield from _times(told, one)


def _credential(row: Credential, entries: Entries) -> Iterator[str]:
    told = _first(entries, "enrolled")
    yield from _differing(told, row, ("owner_kind", "owner", "name", "profile", "serial"))
    if "certificate_sha256" in told and told["certificate_sha256"] != _sha256(row.certificate):
        yield "certificate"
    if row.state != _state(entries, _CREDENTIAL_STATES):
        yield "state"


def _package(row: ArchivePackage, entries: Entries) -> Iterator[str]:
    told = _first(entries, *_BEGINNINGS[Chain.ARCHIVE])
    now = {
        "case": row.case.number,
        "size": row.size,
        "files": row.files,
        "sha256": row.sha256,
        "sm3": row.sm3,
        "retention": row.retention,
        "keep_until": row.keep_until.isoformat() if row.keep_until else "",
    }
    yield from _differing(told, now, tuple(now))
    is_disposed = any(one.act == "disposed" for one in entries)
    if is_disposed != (row.state == ArchivePackage.State.DISPOSED):
        yield "state"


def _request(row: SignRequest, entries: Entries) -> Iterator[str]:
    told = _first(entries, "made")
    yield from _differing(told, row, ("title", "kind", "order"))
    sha256 = told.get("sha256")
    for one in entries:
        sha256 = body_of(one).get("after", sha256)
    if row.sha256 != sha256:
        yield "sha256"
    if row.state != _state(entries, _REQUEST_STATES):
        yield "state"


def _delegation(row: DelegationRow, entries: Entries) -> Iterator[str]:
    told, now = _first(entries, delegations.PROPOSED), delegations.facts_of(row)
    yield from _differing(told, now, tuple(now.keys() - {"valid_from", "valid_until"}))
    yield from _times(told, row)
    used = [one for one in entries if one.act == delegation_uses.USED]
    if row.uses != sum(bool(body_of(one)["counted"]) for one in used):
        yield "uses"
    state = "active" if row.state == DelegationRow.State.USED_UP else row.state
    if state != _state(entries, _DELEGATION_STATES):
        yield "state"


def _explanation(row: Explanation, entries: Entries) -> Iterator[str]:
    for told, now in (
        (_first(entries, explain.ASKED), explain.facts_of(row)),
        (_first(entries, explain.ANSWERED, explain.FAILED), explain.answer_of(row)),
    ):
        yield from _differing(told, now, tuple(now))
    if row.state != _state(entries, {one: one for one in Explanation.State}):
        yield "state"


def _lent(row: Certificate, entries: Entries) -> Iterator[str]:
    """Compare the grants of a certificate; who checks everything compares it with its case."""
    held = {one.number: one for one in row.grants.all()}
    for number, told in _granted(entries, certificate_grants.MADE).items():
        one = held.pop(number, None)
        if one is None:
            yield f"grant {number} was removed"
            continue
        wrong = list(_loan(one, told))
        if one.uses != _count(entries, certificate_uses.USED, number):
            wrong.append("uses")
        is_revoked = one.state == CertificateGrant.State.REVOKED
        if is_revoked != bool(_count(entries, certificate_grants.REVOKED, number)):
            wrong.append("revoked")
        if wrong:
            yield f"grant {number}: {', '.join(wrong)}"
    for number in held:
        yield f"grant {number} was never given"


def _loan(one: CertificateGrant, told: Told) -> Iterator[str]:
    now = certificate_grants.facts_of(one)
    yield from _differing(told, now, tuple(now.keys() - {"valid_from", "valid_until"}))
    yield from _times(told, one)


def _times(told: Told, one: SealGrant | CertificateGrant | DelegationRow) -> Iterator[str]:
    for name in ("valid_from", "valid_until"):
        if datetime.fromisoformat(str(told[name])) != getattr(one, name):
            yield name


def _first(entries: Entries, *acts: str) -> dict[str, Any]:
    return next((body_of(one) for one in entries if one.act in acts), {})


def _granted(entries: Entries, act: str) -> dict[str, dict[str, object]]:
    return {str(body_of(one)["grant"]): body_of(one) for one in entries if one.act == act}


def _count(entries: Entries, act: str, grant: str) -> int:
    return sum(one.act == act and body_of(one).get("grant") == grant for one in entries)


def _state(entries: Entries, states: Mapping[str, str]) -> str:
    return next((states[one.act] for one in reversed(entries) if one.act in states), "")


def _differing(told: Told, now: object, names: tuple[str, ...]) -> Iterator[str]:
    """Name what differs; what a ledger does not tell yet, it told nothing of at the time."""
    for name in names:
        value = now[name] if isinstance(now, Mapping) else getattr(now, name)
        if name in told and told[name] != value:
            yield name


def _sha256(der: str) -> str:
    try:
        return hashlib.sha256(base64.b64decode(der, validate=True)).hexdigest()
    except binascii.Error:
        return "unreadable"
