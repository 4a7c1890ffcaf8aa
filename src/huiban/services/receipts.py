# SPDX-License-Identifier: Apache-2.0
"""Receipts a party keeps (存证回执): what its case was at a moment, put into the log by itself."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from huiban.kernel.actor import Actor
from huiban.kernel.identifier import (
    CODE_NUMBERS,
    IdentifierRefused,
    check_verification_code,
    make_verification_code,
)
from huiban.kernel.proof import Entry
from huiban.kernel.words import Words
from huiban.services import delegation_uses, ledger, mine, proofs
from huiban.services.casepage import CasePage
from huiban.services.ledger import Chain
from huiban.services.proofs import Proved
from huiban.services.refusal import Invalid, NotFound
from huiban.store import cases, journal
from huiban.store import ledger as ledgers
from huiban.store.models import LedgerEntry

ISSUED = "receipt_issued"


@dataclass(frozen=True, slots=True)
class Line:
    """One public fact of a case, as the receipt tells it."""

    at: datetime
    words: str
    note: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a receipt says of a case, with the proof that it was said then."""

    code: str
    case: str
    title: str
    item: str
    applicant: str
    stage: str
    made_at: datetime
    entry: int
    sha256: str
    sm3: str
    lines: tuple[Line, ...]
    proved: Proved


def issue(number: str, actor: Actor, now: datetime) -> str:
    """
    Put down what a party's case is now, and return the code of the receipt.

    Nothing happened since the last one: that one is meant. It is an entry of a ledger of its own,
    so the next checkpoint covers exactly it, whatever happens to the case meanwhile.

    :raises NotFound: if it is not theirs.
    """
    found = mine.my_case(number, actor, "zh-hans", now)
    case = found.page.whole.case
    code = _code(number, case.chain_sha256, case.chain_sm3)
    with transaction.atomic():
        if ledgers.end_of(Chain.RECEIPT, code) is None:
            ledger.note(Chain.RECEIPT, code, ISSUED, actor, now, _body(found.page))
    return code


def _code(number: str, sha256: str, sm3: str) -> str:
    """Derive the code from what the receipt is of, so that a second one is the same."""
    digest = hashlib.sha256(f"receipt {number} {sha256} {sm3}".encode()).digest()
    return make_verification_code(int.from_bytes(digest) % CODE_NUMBERS)


def _body(page: CasePage) -> dict[str, object]:
    case = page.whole.case
    return {
        "case": case.number,
        "entry": case.chain_seq,
        "sha256": case.chain_sha256,
        "sm3": case.chain_sm3,
        "title": case.title,
        "item": page.item.name.zh,
        "applicant": case.subject_name,
        "stage": page.stage_label,
        "lines": [
            {
                "at": one.at.astimezone(UTC).isoformat(timespec="seconds"),
                "words": one.label,
                "note": one.note,
            }
            for one in sorted(page.timeline, key=lambda one: one.seq)
        ],
    }


def of_case(number: str, actor: Actor, now: datetime) -> Receipt | None:
    """
    Return the receipt of a party's case as it is now, None if none was asked for yet.

    :raises NotFound: if it is not theirs.
    """
    case = mine.my_case(number, actor, "zh-hans", now).page.whole.case
    code = _code(number, case.chain_sha256, case.chain_sm3)
    known = ledgers.end_of(Chain.RECEIPT, code)
    return _receipt(known, now) if known else None


def load(code: str, actor: Actor, now: datetime) -> Receipt:
    """
    Return a receipt to the party whose case it is of.

    :raises NotFound: if there is none, or it is somebody else's: from outside the same.
    """
    known = ledgers.end_of(Chain.RECEIPT, read_code(code))
    if known is None:
        raise _none()
    found = _receipt(known, now)
    try:
        case = cases.load(found.case)
    except cases.CaseNotFound:
        raise _none() from None
    if not delegation_uses.reaches(actor, case):
        raise _none()
    return found


def read_code(text: str) -> str:
    """
    Read a receipt's code as people type it.

    :raises Invalid: if it has a typing error; says which kind.
    """
    try:
        return check_verification_code(text).value
    except IdentifierRefused as fault:
        raise Invalid(fault.message) from fault


def _receipt(entry: LedgerEntry, now: datetime) -> Receipt:
    document = proofs.of_ledger(entry.chain, entry.key, now, is_whole=True)
    return read(entry.key, entry.at, ledger.body_of(entry), proofs.checked(document))


def read(code: str, made_at: datetime, body: Mapping[str, Any], proved: Proved) -> Receipt:
    """Read what a receipt says from the body of its entry."""
    return Receipt(
        code=code,
        case=str(body["case"]),
        title=str(body["title"]),
        item=str(body["item"]),
        applicant=str(body["applicant"]),
        stage=str(body["stage"]),
        made_at=made_at,
        entry=int(body["entry"]),
        sha256=str(body["sha256"]),
        sm3=str(body["sm3"]),
        lines=tuple(
            Line(datetime.fromisoformat(one["at"]), str(one["words"]), str(one["note"]))
            for one in body["lines"]
        ),
        proved=proved,
    )


def is_borne_out(case: str, entry: int, sha256: str, sm3: str) -> bool:
    """Tell whether a case still has the entry a receipt names, with the same digests."""
    try:
        rows = journal.of_case(cases.load(case).id)
    except cases.CaseNotFound:
        return False
    return any((row.seq, row.sha256, row.sm3) == (entry, sha256, sm3) for row in rows)


def said_by(entry: Entry) -> Mapping[str, Any] | None:
    """Return what the entry of a receipt says, None if it is none."""
    try:
        body = json.loads(str(entry.content.get("body")))
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def _none() -> NotFound:
    return NotFound(Words("没有找到这份回执，请核对回执码", "No such receipt: check its code"))
