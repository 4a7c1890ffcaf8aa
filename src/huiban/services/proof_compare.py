# SPDX-License-Identifier: Apache-2.0
"""Holding a proof that was kept elsewhere against the log as it is now (旧回执核对)."""

from collections.abc import Iterator
from datetime import datetime

from huiban.kernel.proof import Entry, Inclusion, Leaf, ProofDocument
from huiban.kernel.proof_check import head_of
from huiban.kernel.verification import Check, Verdict
from huiban.kernel.words import Words
from huiban.services import proofs, receipts
from huiban.services.ledger import Chain
from huiban.services.proofs import Proved
from huiban.services.record_check import record_check
from huiban.store import checkpoints as store
from huiban.store import ledger as ledgers

_STILL = Words("和现在的日志比", "Against the log as it is now")
_CASE = Words("和现在的办件记录比", "Against the case as it is now")


def against_log(document: ProofDocument, now: datetime) -> Proved:
    """Check a proof by itself, then whether log and record still say what it says."""
    return proofs.checked(document, tuple(_now(document, now)))


def _now(document: ProofDocument, now: datetime) -> Iterator[Check]:
    fault = _gone(document.end) or (
        _moved(document.inclusion) if document.inclusion is not None else None
    )
    if fault is not None:
        yield Check("still", _STILL, Verdict.FAILED, fault)
    else:
        detail = Words(
            "这一条在日志里，位置和内容都没有变",
            "this entry is in the log, in its place and unchanged",
        )
        yield Check("still", _STILL, Verdict.PASSED, detail)
    if document.end.chain == Chain.RECEIPT and document.entries:
        yield _case_check(document.entries[-1])
    elif document.end.chain == store.CASE:
        yield record_check(document.end.chain, document.end.key)


def _gone(end: Leaf) -> Words | None:
    """Say that the chain does not have the end a proof names, None if it does."""
    if end.chain == store.CASE:
        is_there = receipts.is_borne_out(end.key, end.seq, end.sha256, end.sm3)
    else:
        named = (end.seq, end.sha256, end.sm3)
        rows = ledgers.entries(end.chain, end.key)
        is_there = any((one.seq, one.sha256, one.sm3) == named for one in rows)
    if is_there:
        return None
    return Words(
        f"第 {end.seq} 条现在不在记录里，或者内容变了：记录被改动过",
        f"entry {end.seq} is not in the record now, or is another: the record was changed",
    )


def _moved(found: Inclusion) -> Words | None:
    """Say how the log differs from what a proof was made from, None if it does not."""
    head = head_of(found.checkpoint.text)
    if isinstance(head, Check):
        return head.detail
    row = store.load(head.number)
    if row is None or row.head != found.checkpoint.text:
        return Words(
            f"日志里没有这个检查点 {head.number}，或者不是这一个：日志被改写或倒退过",
            f"the log has no such checkpoint {head.number}, or another: rewritten or set back",
        )
    leaf = store.leaf_at(found.place)
    if leaf is None or store.leaf_of(leaf) != found.leaf:
        return Words(
            f"日志的第 {found.place + 1} 片叶子现在是别的内容：日志被改写过",
            f"leaf {found.place} of the log is another now: it was rewritten",
        )
    return None


def _case_check(entry: Entry) -> Check:
    """A receipt names an entry of its case: is it there still, and is the record whole?"""
    body = receipts.said_by(entry)
    if body is None:
        detail = Words("回执的内容读不出来", "what the receipt says cannot be read")
        return Check("case", _CASE, Verdict.FAILED, detail)
    case, seq = str(body.get("case")), body.get("entry")
    is_there = isinstance(seq, int) and receipts.is_borne_out(
        case, seq, str(body.get("sha256")), str(body.get("sm3"))
    )
    if not is_there:
        detail = Words(
            f"办件记录里没有回执所说的第 {seq} 条，或者内容变了：记录被改动过",
            f"the case has no such entry {seq}, or another: the record was changed",
        )
        return Check("case", _CASE, Verdict.FAILED, detail)
    found = record_check(store.CASE, case)
    return Check("case", _CASE, found.verdict, found.detail)
