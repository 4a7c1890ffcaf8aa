# SPDX-License-Identifier: Apache-2.0
"""Whether the record a proof speaks of still is what was written (存证核对), in plain words."""

from collections.abc import Iterator

from huiban.kernel.evidence import Break, BreakKind
from huiban.kernel.verification import Check, Verdict
from huiban.kernel.words import Words
from huiban.services import checkpoints, evidence, ledger, ledger_rows
from huiban.store import cases, inquiries, journal
from huiban.store import checkpoints as store

RECORD = Words("原始记录", "The record itself")
_BREAKS = {
    BreakKind.CHANGED: Words("内容或摘要被改动过", "its content or digest was changed"),
    BreakKind.REMOVED: Words("有记录被删去", "rows were removed"),
    BreakKind.INSERTED: Words("这里被插入过记录", "a row was inserted here"),
    BreakKind.REORDERED: Words("记录的次序被动过", "rows are not in their order"),
}


def record_check(chain: str, key: str) -> Check:
    """Say whether a chain in the database is whole, and bears out every leaf of it."""
    faults = [*_broken(chain, key), *_rewritten(chain, key)]
    if not faults:
        detail = Words(
            "逐条重新计算过，每条都和写下时一样", "computed again entry by entry: as it was written"
        )
        return Check("record", RECORD, Verdict.PASSED, detail)
    zh, en = (faults[0].zh, faults[0].en)
    if len(faults) > 1:
        zh, en = f"{zh}（共 {len(faults)} 处）", f"{en} ({len(faults)} in all)"
    return Check("record", RECORD, Verdict.FAILED, Words(zh, en))


def _broken(chain: str, key: str) -> Iterator[Words]:
    if chain == store.INQUIRY:
        for broken in inquiries.verify(key)[1]:
            yield Words(f"第 {broken.seq} 条和写下时不一样", broken.message)
    elif chain == store.CASE:
        yield from _broken_case(key)
    else:
        yield from map(_break_words, ledger.breaks_of(chain, key))
        yield from _altered(chain, key)


def _broken_case(number: str) -> Iterator[Words]:
    try:
        case = cases.load(number)
    except cases.CaseNotFound:
        yield Words("这件办件的记录整个不在了", "the whole record of this case is gone")
        return
    breaks = evidence.breaks_of(case, journal.of_case(case.id))
    yield from map(_break_words, breaks)
    if not breaks and (found := evidence.altered(number)):
        names = ", ".join(found)
        yield Words(
            f"办理日志没有变，办件的内容变了（{names}）：数据库被改过",
            f"the journal is whole, the case is not what it says ({names}): it was changed",
        )


def _altered(chain: str, key: str) -> Iterator[Words]:
    """Say what of the thing itself is not what its ledger says."""
    found = ledger_rows.altered(chain, key)
    if found:
        names = ", ".join(found)
        yield Words(
            f"台账没有变，它记的东西变了（{names}）：数据库被改过",
            f"the ledger is whole, what it tells of is not ({names}): the database was changed",
        )


def _break_words(found: Break) -> Words:
    said = _BREAKS[found.kind]
    return Words(f"第 {found.row + 1} 条：{said.zh}", f"entry {found.row + 1}: {said.en}")


def _rewritten(chain: str, key: str) -> Iterator[Words]:
    for found in store.mismatched(chain, key):
        now = "现在没有了" if found.is_gone else "现在不是那样"
        yield Words(
            f"检查点 {found.checkpoint} 存证过第 {found.leaf.seq} 条，{now}：记录被改写过",
            evidence.leaf_fault(found),
        )
    leaf = store.newest_leaf(chain, key)
    if leaf is not None:
        first, newest = store.this_and_newest(leaf.checkpoint)
        if first is None:
            number = leaf.checkpoint
            yield Words(f"检查点 {number} 被删去了", f"checkpoint {number} was removed")
        for row in [one for one in {first, newest} if one is not None and checkpoints.is_off(one)]:
            yield Words(f"检查点 {row.number} 被改动过", f"checkpoint {row.number} was changed")
