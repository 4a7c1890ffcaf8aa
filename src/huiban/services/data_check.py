# SPDX-License-Identifier: Apache-2.0
"""Checking a case against registers (数据核验): asked when it comes in, and again on request."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic

from huiban.kernel.actor import SYSTEM, Actor
from huiban.kernel.analysis import Gap
from huiban.kernel.lookup import Question
from huiban.kernel.permission import Errand
from huiban.kernel.words import Words
from huiban.services import checked, exchange, handle
from huiban.services.checked import Checked
from huiban.services.exchange import Asked, FetchedRow, Looked, Matter
from huiban.services.handle import Opened
from huiban.services.permission import allows, demand
from huiban.services.refusal import NotFound

SILENT = frozenset({Gap.TIMEOUT, Gap.REFUSED, Gap.BUSY, Gap.BROKEN})
"""The gaps of registers that gave no answer."""
PAGE_SECONDS = 1.0
JOB_SECONDS = 10.0
_LEVELS = 8


@dataclass(frozen=True)
class DataCheck:
    """The check of one case as an officer sees it, and what they may do with it."""

    opened: Opened
    checked: Checked
    can_ask: bool
    can_reveal: bool


def look(number: str, actor: Actor, now: datetime) -> DataCheck:
    """
    Show the check of a case; an officer who has its task also asks what nobody asked yet.

    :raises NotFound: if there is no such case, or its scenario checks nothing.
    :raises NotAllowed: if the officer may not see it.
    """
    opened = _opened(number, actor, Errand.VIEW_CHECK)
    found = _checked(opened, now)
    can_ask = allows(actor, Errand.ASK_REGISTERS, opened.case)
    if can_ask and found.unasked:
        found = _ask(opened, actor, now, PAGE_SECONDS)
    return DataCheck(opened, found, can_ask, allows(actor, Errand.REVEAL_FIELD, opened.case))


def check_again(number: str, actor: Actor, now: datetime) -> None:
    """
    Ask every register of the check anew, whatever is kept.

    An answer that is only minutes old is not asked for a second time.

    :raises NotFound: as `look`.
    :raises NotAllowed: if the officer does not have the case's task.
    """
    _ask(_opened(number, actor, Errand.ASK_REGISTERS), actor, now, PAGE_SECONDS, is_again=True)


def run(number: str, now: datetime) -> None:
    """Check a case that came in, before anybody examines it; what was asked stays asked."""
    opened = handle.load(number)
    if opened.scenario.analysis is not None and not opened.standing.outcome:
        _ask(opened, SYSTEM, now, JOB_SECONDS)


def reveal(number: str, place: int, actor: Actor, now: datetime) -> str:
    """
    Show one masked value of a register in full, and log in the request log who looked.

    `place` counts the comparisons of the check from 0.

    :raises NotFound: if there is no such case or comparison.
    :raises NotAllowed: if the officer may not see it.
    """
    opened = _opened(number, actor, Errand.REVEAL_FIELD)
    found = _checked(opened, now)
    line = found.lines[place] if 0 <= place < len(found.lines) else None
    lookup = found.analysis.lookup(line.match.source) if line else None
    if line is None or lookup is None or line.answer is None or line.held is None:
        raise NotFound(Words("没有这一项比对", "There is no such comparison"))
    looked = Looked(line.match.source, line.answer.key, frozenset({line.match.item}), lookup.by)
    exchange.reveal(_matter(opened, actor), looked, now)
    return str(line.held)


def _opened(number: str, actor: Actor, errand: Errand) -> Opened:
    opened = handle.load(number)
    demand(actor, errand, opened.case, opened.standing)
    if opened.scenario.analysis is None:
        raise NotFound(Words("这个场景没有数据核验", "This scenario checks no registers"))
    return opened


def _checked(opened: Opened, now: datetime, fetched: Sequence[FetchedRow] | None = None) -> Checked:
    found = checked.of_case(opened.scenario, opened.case, now, fetched)
    if found is None:  # `_opened` has seen to it
        raise NotFound(Words("这个场景没有数据核验", "This scenario checks no registers"))
    return found


def _ask(
    opened: Opened, actor: Actor, now: datetime, budget: float, *, is_again: bool = False
) -> Checked:
    """Ask level by level, all within `budget`: a key may be in the answer to another question."""
    until = monotonic() + budget
    found = _checked(opened, now)
    kept: dict[tuple[str, str, str], FetchedRow] = {row.question: row for row in found.rows}
    done: set[tuple[str, str]] = set()
    for _ in range(_LEVELS):
        asking = found.questions if is_again else found.unasked
        new = [one for one in asking if (one.source, one.key) not in done]
        if not new:
            break
        done |= {(one.source, one.key) for one in new}
        asked = [_asked(one, found) for one in new]
        bound = found.analysis.bound()
        for question in asked:
            bound[question.resource] |= question.fields
        left = max(until - monotonic(), 0.0)
        rows = exchange.ask(_matter(opened, actor), asked, bound, now, left)
        kept |= {row.question: row for row in rows}
        found = _checked(opened, now, list(kept.values()))
    return found


def _asked(one: Question, found: Checked) -> Asked:
    """Ask for what the form had asked for as well: the answer takes the place of the one before."""
    place = (one.source, one.by, exchange.key_digest(one.key))
    before = [row.fields for row in found.rows if row.question == place]
    return Asked(one.source, one.by, one.key, one.fields.union(*before), one.row)


def _matter(opened: Opened, actor: Actor) -> Matter:
    case = opened.case
    return Matter(case.number, case.item_code, case.pack_code, case.subject_code, actor)
