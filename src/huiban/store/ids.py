# SPDX-License-Identifier: Apache-2.0
"""Makes the keys of rows: time-ordered numbers for cases, unguessable ones for drafts and files."""

import os
import secrets
import threading
from datetime import date, datetime
from typing import Final

from huiban.store import serials

# 41 bits of milliseconds (until 2089), 11 bits of process, 11 bits of counter: below 2**63.
_START: Final = 1_577_836_800_000  # 2020-01-01T00:00:00Z
_NODES: Final = 1 << 11
_STEPS: Final = 1 << 11
_PROCESSES = date(2020, 1, 1)


class _Counter:
    """The last number given by this process, and which process it is."""

    lock = threading.Lock()
    pid = 0
    node = 0
    ticks = 0
    step = 0


def new_id(now: datetime) -> int:
    """Return a number above every earlier one of this process and different from all others'."""
    ticks = int(now.timestamp() * 1000) - _START
    with _Counter.lock:
        if _Counter.pid != os.getpid():  # a forked child must not share its parent's numbers
            _Counter.node = serials.take("process", _PROCESSES, now) % _NODES
            _Counter.pid = os.getpid()
        if ticks > _Counter.ticks:
            _Counter.ticks, _Counter.step = ticks, 0
        else:  # same millisecond, or the clock was set back
            _Counter.step += 1
            if _Counter.step == _STEPS:
                _Counter.ticks, _Counter.step = _Counter.ticks + 1, 0
        return (_Counter.ticks * _NODES + _Counter.node) * _STEPS + _Counter.step


def new_key() -> str:
    """Return 32 hexadecimal digits that nobody can guess."""
    return secrets.token_hex(16)
