# SPDX-License-Identifier: Apache-2.0
"""Checking a proof by arithmetic alone (离线核验): content, place in the tree, growth."""

from collections.abc import Iterator, Mapping, Sequence

from huiban.kernel.evidence import check_chain
from huiban.kernel.merkle import TreeHead, leaf_digest, verify_consistency, verify_inclusion
from huiban.kernel.proof import HASHES, Growth, Head, Inclusion, Leaf, ProofDocument
from huiban.kernel.proof_read import ProofUnreadable, read_head
from huiban.kernel.verification import Check, Verdict
from huiban.kernel.words import Words

CONTENT = Words("内容与摘要", "Content and digests")
INCLUSION = Words("在存证日志里", "In the log")
GROWTH = Words("日志只增不改", "The log only grew")
HEAD = Words("检查点", "Checkpoint")


def check_proof(document: ProofDocument) -> tuple[Check, ...]:
    """
    Check everything about a proof that needs no key and no root of trust.

    The signatures and the time stamp over the heads are the caller's to verify.
    """
    checks = [*_content(document)]
    if document.inclusion is None:
        detail = Words(
            "还没有检查点覆盖它，过一两分钟再下载就有了",
            "no checkpoint covers it yet; get it again in a minute or two",
        )
        return (*checks, Check("inclusion", INCLUSION, Verdict.UNKNOWN, detail))
    checks += _in_log(document, document.inclusion)
    return tuple(checks)


def head_of(text: str) -> Head | Check:
    """Return the head of a checkpoint's text, or the check that failed over it."""
    try:
        return read_head(text)
    except ProofUnreadable as fault:
        return Check("head", HEAD, Verdict.FAILED, fault.message)


def _content(document: ProofDocument) -> Iterator[Check]:
    """Entries, where there are any, are the whole chain from its first entry to its end."""
    entries, end = document.entries, document.end
    if not entries:
        return
    is_whole = len(entries) == end.seq and all(_is_of(one.content, end) for one in entries)
    breaks = check_chain(
        [one.content for one in entries], [one.digests for one in entries], head=end.end
    )
    if not is_whole:
        detail = Words(
            "所附记录不是这一条链的全部记录", "the entries given are not the whole of this chain"
        )
        yield Check("content", CONTENT, Verdict.FAILED, detail)
    elif breaks:
        detail = Words(
            f"第 {breaks[0].row + 1} 条记录与摘要不符：内容被改动、删去或插入过",
            breaks[0].message,
        )
        yield Check("content", CONTENT, Verdict.FAILED, detail)
    else:
        detail = Words(
            f"{len(entries)} 条记录逐条算出的两种摘要都与末端一致",
            f"both digests, computed entry by entry over {len(entries)}, lead to the end",
        )
        yield Check("content", CONTENT, Verdict.PASSED, detail)


def _is_of(content: Mapping[str, object], end: Leaf) -> bool:
    """A case's entries name their case, a ledger's the chain and the key."""
    if end.chain == "case":
        return content.get("case") == end.key
    return (content.get("chain"), content.get("key")) == (end.chain, end.key)


def _in_log(document: ProofDocument, found: Inclusion) -> Iterator[Check]:
    head = head_of(found.checkpoint.text)
    if isinstance(head, Check):
        yield head
        return
    yield _placed(document, found, head)
    if found.growth is not None:
        newer = head_of(found.growth.checkpoint.text)
        yield newer if isinstance(newer, Check) else _grown(head, newer, found.growth)


def _placed(document: ProofDocument, found: Inclusion, head: Head) -> Check:
    fault = _misplaced(document, found) or _outside(found, head)
    if fault is not None:
        return Check("inclusion", INCLUSION, Verdict.FAILED, fault)
    if document.is_pending:
        detail = Words(
            f"第 {found.leaf.seq} 条在日志里；之后的记录等下一个检查点",
            f"entry {found.leaf.seq} is in the log; what came later waits for a checkpoint",
        )
        return Check("inclusion", INCLUSION, Verdict.UNKNOWN, detail)
    detail = Words(
        f"它是检查点 {head.number} 的树（{head.size} 片叶子）里的第 {found.place + 1} 片",
        f"it is leaf {found.place} of the {head.size} under checkpoint {head.number}",
    )
    return Check("inclusion", INCLUSION, Verdict.PASSED, detail)


def _misplaced(document: ProofDocument, found: Inclusion) -> Words | None:
    """Say why a leaf is not that of the document's chain, None if it is."""
    leaf, end = found.leaf, document.end
    if (leaf.chain, leaf.key) != (end.chain, end.key):
        return Words("叶子说的是另一条链", "the leaf is of another chain")
    if leaf.seq > end.seq or (leaf.seq == end.seq and leaf.end != end.end):
        return Words(
            "日志里记的末端与这里的末端不同：记录被改动或截短过",
            "the log holds another end of this chain: it was changed or cut",
        )
    places = [one for one in document.entries if one.content.get("seq") == leaf.seq]
    if places and places[0].digests != leaf.end:
        return Words(
            f"日志里第 {leaf.seq} 条的摘要与所附记录不同：记录被改动过",
            f"the log holds other digests of entry {leaf.seq}: it was changed",
        )
    return None


def _outside(found: Inclusion, head: Head) -> Words | None:
    for name in HASHES:
        path = _path(found.paths[name])
        tree = TreeHead(head.size, head.root(name), name)
        if not verify_inclusion(leaf_digest(found.leaf.data, name), found.place, path, tree):
            return Words(
                f"按 {name.upper()} 路径算不出检查点 {head.number} 的树根",
                f"the {name.upper()} path does not lead to the root of checkpoint {head.number}",
            )
    return None


def _grown(old: Head, new: Head, growth: Growth) -> Check:
    """Compare two checkpoints of one log by the proof between them."""
    if old.number > new.number:  # the address of a log may change, its content may not
        detail = Words("两个检查点不是先后两个", "the checkpoints are not an older and a newer")
        return Check("growth", GROWTH, Verdict.FAILED, detail)
    for name in HASHES:
        before, after = (TreeHead(one.size, one.root(name), name) for one in (old, new))
        if not verify_consistency(before, after, _path(growth.paths[name])):
            detail = Words(
                f"检查点 {old.number} 的内容不在检查点 {new.number} 的开头：日志被改写过",
                f"checkpoint {old.number} is no beginning of {new.number}: the log was rewritten",
            )
            return Check("growth", GROWTH, Verdict.FAILED, detail)
    detail = Words(
        f"从检查点 {old.number}（{old.size} 片）到 {new.number}（{new.size} 片）只增加过",
        f"from checkpoint {old.number} ({old.size} leaves) to {new.number} ({new.size}) it grew",
    )
    return Check("growth", GROWTH, Verdict.PASSED, detail)


def _path(texts: Sequence[str]) -> list[bytes]:
    return [bytes.fromhex(one) for one in texts]
