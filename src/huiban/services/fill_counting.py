# SPDX-License-Identifier: Apache-2.0
"""Counting how applications were filled in (填写统计): read off the journal, and checked by it."""

import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from huiban.kernel.clock_time import SHANGHAI
from huiban.kernel.fill_rate import Counts, Fill, counts_of, prefilled_fields
from huiban.services.journal import body_of
from huiban.store import fills
from huiban.store.fills import FiledCase, FillRow
from huiban.store.rows import JournalRow

log = logging.getLogger(__name__)
SUBMISSIONS = frozenset({"submit", "resubmit"})
_BATCH = 500
# What one run of the sweep counts at most; the rest waits for the next.
_ROUNDS = 40
# Who handles a case may change after it was counted; the journal of submissions does not say.
_NOT_REPLAYED = frozenset({"department"})


@dataclass(frozen=True, slots=True)
class Difference:
    """Where what is kept of a case is not what its journal says."""

    number: str
    column: str
    kept: object
    replayed: object


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a replay of the journal found; `waiting` are submissions the sweep has yet to count."""

    cases: int
    not_recorded: int
    waiting: int
    differences: tuple[Difference, ...]


def sweep(_now: datetime) -> int:
    """Count what was submitted since the last time; returns how many cases."""
    done = 0
    for _ in range(_ROUNDS):
        waiting = fills.uncounted(fills.mark(), _BATCH)
        if not waiting:
            break
        fills.put([_counted(one) for one in fills.filed(waiting)])
        done += len(waiting)
    return done


def rebuild() -> int:
    """Count every case again from the journal alone; returns how many cases there are."""
    fills.remove(fills.strays())
    seen: set[int] = set()
    for batch in fills.batches(_BATCH):
        fills.put([_counted(one) for one in fills.filed(batch)])
        seen.update(batch)
    return len(seen)


def compare() -> Comparison:
    """Replay the journal beside what is kept and tell every difference; nothing is written."""
    mark = fills.mark()
    seen: set[int] = set()
    found: list[Difference] = []
    waiting = not_recorded = 0
    for batch in fills.batches(_BATCH):
        kept = fills.stored(batch)
        for case in fills.filed([one for one in batch if one not in seen]):
            row = kept.get(case.id)
            replayed = _counted(case)
            not_recorded += not replayed.is_recorded
            if (row is None or row.journal_seq < replayed.journal_seq) and (
                replayed.journal_id > mark
            ):
                waiting += 1
            else:
                found += _differences(case.number, row, replayed)
        seen.update(batch)
    found += [Difference(str(one), "case_id", one, None) for one in fills.strays()]
    return Comparison(len(seen), not_recorded, waiting, tuple(found))


def of_journal(rows: Sequence[JournalRow]) -> Counts | None:
    """Count one case from its journal; None if nobody wrote down how it was filled in."""
    bodies = [body_of(row) for row in rows if row.act in SUBMISSIONS]
    known = _fills(bodies)
    return counts_of(known) if known else None


def _counted(case: FiledCase) -> FillRow:
    known = _fills([json.loads(one.body) for one in case.entries])
    return FillRow(
        case_id=case.id,
        pack_code=case.pack_code,
        item_code=case.item_code,
        life=case.life,
        channel=case.channel,
        department=case.department,
        month=f"{case.submitted_at.astimezone(SHANGHAI):%Y-%m}",
        journal_seq=case.entries[-1].seq,
        journal_id=case.entries[-1].journal_id,
        is_recorded=bool(known),
        by_field=_by_field(known[-1]) if known else "{}",
        counts=counts_of(known) if known else Counts(),
    )


def _fills(bodies: Sequence[object]) -> list[Fill]:
    """Read the fill records there are; a case from before there were any has none."""
    told = [body["fill"] for body in bodies if isinstance(body, dict) and "fill" in body]
    found = []
    for one in told:
        try:
            found.append(Fill.from_json(one))
        except ValueError as fault:  # one bad record must not keep all others from being counted
            log.warning("a fill record is not counted: %s", fault)
    return found


def _by_field(fill: Fill) -> str:
    return json.dumps(prefilled_fields(fill), ensure_ascii=False, separators=(",", ":"))


def _differences(number: str, row: FillRow | None, replayed: FillRow) -> Iterator[Difference]:
    if row is None:
        yield Difference(number, "case_id", None, replayed.case_id)
        return
    for one in fields(FillRow):
        kept, told = getattr(row, one.name), getattr(replayed, one.name)
        if kept != told and one.name not in (*_NOT_REPLAYED, "counts"):
            yield Difference(number, one.name, kept, told)
    for one in fields(Counts):
        kept, told = getattr(row.counts, one.name), getattr(replayed.counts, one.name)
        if kept != told:
            yield Difference(number, one.name, kept, told)
