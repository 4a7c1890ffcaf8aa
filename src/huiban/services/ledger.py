# SPDX-License-Identifier: Apache-2.0
"""What happened to a seal, a certificate, a key, a package or a request, chained (台账)."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum

from huiban.kernel.actor import Actor
from huiban.kernel.evidence import Break, Digests, canonical, check_chain, link
from huiban.store import ledger
from huiban.store.models import LedgerEntry

_TRIES = 20


class Chain(StrEnum):
    """Whose history a ledger tells; stored, so these words never change."""

    SEAL = "seal"
    CERTIFICATE = "certificate"
    CREDENTIAL = "credential"
    ARCHIVE = "archive"
    REQUEST = "request"
    RECEIPT = "receipt"
    DELEGATION = "delegation"
    EXPLANATION = "explanation"
    IDENTITY = "identity"
    PORTRAIT = "portrait"
    PASSKEY = "passkey"
    PACK = "pack"


def note(  # noqa: PLR0913 - a fact has these parts
    chain: Chain,
    key: str,
    act: str,
    actor: Actor,
    now: datetime,
    body: Mapping[str, object] | None = None,
) -> LedgerEntry:
    """
    Append a fact to the ledger of a thing and return its entry; `act` is in the past tense.

    Call it in the transaction of the change it tells of. `body` is JSON of text, whole numbers,
    true, false, null, lists and objects; it never holds a secret.

    :raises huiban.kernel.evidence.NotCanonical: if the body has no one agreed form.
    """
    text = canonical(dict(body or {})).decode()
    for left in reversed(range(_TRIES)):
        end = ledger.end_of(chain, key)
        entry = LedgerEntry(
            chain=str(chain),
            key=key,
            seq=end.seq + 1 if end else 1,
            at=now,
            actor=actor.number,
            actor_name=actor.name,
            act=act,
            body=text,
        )
        digests = link(Digests(end.sha256, end.sm3) if end else None, content_of(entry))
        entry.sha256, entry.sm3 = digests.sha256, digests.sm3
        try:
            return ledger.append(entry)
        except ledger.LedgerMoved:
            if not left:
                raise
    raise AssertionError("the last try returns or raises")


def content_of(entry: LedgerEntry) -> dict[str, object]:
    """Return what an entry's digests cover."""
    return {
        "chain": entry.chain,
        "key": entry.key,
        "seq": entry.seq,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": entry.actor,
        "actor_name": entry.actor_name,
        "act": entry.act,
        "body": entry.body,
    }


def body_of(entry: LedgerEntry) -> dict[str, object]:
    """Read an entry's body back."""
    found = json.loads(entry.body)
    return found if isinstance(found, dict) else {}


def history(chain: Chain, key: str) -> list[LedgerEntry]:
    """Return all that happened to a thing, oldest first."""
    return ledger.entries(chain, key)


def breaks_of(chain: str, key: str) -> list[Break]:
    """Return where the ledger of a thing is not what was written; empty if it holds."""
    return breaks_in(ledger.entries(chain, key))


def breaks_in(entries: Sequence[LedgerEntry]) -> list[Break]:
    """Return where a ledger that was read whole is not what was written."""
    links = [Digests(one.sha256, one.sm3) for one in entries]
    return check_chain([content_of(one) for one in entries], links, serial="seq")
