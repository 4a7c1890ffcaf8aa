# SPDX-License-Identifier: Apache-2.0
"""How one fact of a case becomes a journal row, linked to the one before."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from huiban.kernel.actor import Actor
from huiban.kernel.evidence import Digests, canonical, link
from huiban.store.rows import JournalRow


@dataclass(frozen=True, slots=True)
class Fact:
    """What happened, before it has its place in the chain (办理日志)."""

    act: str
    stage_from: str
    stage_to: str
    reason: str = ""
    basis: str = ""
    role: str = ""
    body: Mapping[str, object] = field(default_factory=dict)
    is_public: bool = False


def entry_of(number: str, row: JournalRow) -> dict[str, object]:
    """Return the content that a row's digests cover."""
    return {
        "case": number,
        "seq": row.seq,
        "at": row.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": row.actor,
        "actor_name": row.actor_name,
        "role": row.role,
        "act": row.act,
        "from": row.stage_from,
        "to": row.stage_to,
        "reason": row.reason,
        "basis": row.basis,
        "public": row.is_public,
        "body": row.body,
    }


@dataclass(slots=True)
class Chain:
    """The end of a case's chain, to which facts are added one by one."""

    number: str
    seq: int = 0
    sha256: str = ""
    sm3: str = ""
    rows: list[JournalRow] = field(default_factory=list)

    def add(self, fact: Fact, actor: Actor, at: datetime) -> JournalRow:
        """Append a fact and return its row."""
        self.seq += 1
        unsealed = JournalRow(
            seq=self.seq,
            at=at,
            actor=actor.number,
            actor_name=actor.name,
            role=fact.role,
            act=fact.act,
            stage_from=fact.stage_from,
            stage_to=fact.stage_to,
            reason=fact.reason,
            basis=fact.basis,
            body=canonical(dict(fact.body)).decode(),
            is_public=fact.is_public,
        )
        before = Digests(self.sha256, self.sm3) if self.sha256 else None
        digests = link(before, entry_of(self.number, unsealed))
        row = _sealed(unsealed, digests)
        self.sha256, self.sm3 = digests.sha256, digests.sm3
        self.rows.append(row)
        return row


def _sealed(row: JournalRow, digests: Digests) -> JournalRow:
    # dataclasses.replace costs more than the digests themselves on this hot path.
    return JournalRow(
        row.seq, row.at, row.actor, row.actor_name, row.role, row.act, row.stage_from,
        row.stage_to, row.reason, row.basis, row.body, digests.sha256, digests.sm3, row.is_public,
    )  # fmt: skip


def body_of(row: JournalRow) -> dict[str, object]:
    """Read a row's body back."""
    found = json.loads(row.body)
    return found if isinstance(found, dict) else {}
