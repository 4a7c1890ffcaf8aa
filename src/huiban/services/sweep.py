# SPDX-License-Identifier: Apache-2.0
"""What time itself does (时限到期): warnings, deemed acceptance, lapses, overdue marks."""

import logging
from datetime import datetime, timedelta

from huiban.kernel.actor import SYSTEM
from huiban.services import city, handle
from huiban.services.refusal import Refused
from huiban.store import blobs, deadlines, drafts
from huiban.store.deadlines import DueEvent

log = logging.getLogger(__name__)
_LOOSE_FILES_KEPT = timedelta(days=7)
_ASK_AGAIN = timedelta(hours=1)
_ROUNDS = 10


def deadlines_due(now: datetime, limit: int = 200) -> int:
    """
    Send every event whose time has come; returns how many were sent.

    After a time of standstill a warning, the due date and what follows it may all lie behind.
    """
    sent = 0
    for _ in range(_ROUNDS):
        found = deadlines.due(now, limit)
        sent += sum(_send(due, now) for due in found)
        if not found:
            break
    return sent


def _send(due: DueEvent, now: datetime) -> bool:
    order = handle.Order(due.event, inputs={"clock": due.clock})
    try:
        handle.act(due.number, order, SYSTEM, now)
    except Refused as refused:
        # A refused event must not be asked for again every minute; the clocks are read afresh.
        log.warning(
            "clock %s of case %s: %s refused: %s", due.clock, due.number, due.event, refused
        )
        handle.reread(due.number, now, _ASK_AGAIN)
        return False
    return True


def recompute_provisional(now: datetime) -> int:
    """Read the clocks again that rest on a calendar year not official then."""
    city.calendar_changed()
    numbers = deadlines.provisional_cases()
    for number in numbers:
        handle.reread(number, now)
    return len(numbers)


def tidy(now: datetime) -> int:
    """Remove expired drafts and files that belong to nothing any more."""
    return drafts.sweep(now) + blobs.sweep(now - _LOOSE_FILES_KEPT)
