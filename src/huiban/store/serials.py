# SPDX-License-Identifier: Apache-2.0
"""Hands out serial numbers (流水号), one by one when calm and in blocks when busy."""

import threading
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection

from huiban.store.turns import a_turn

_BUSY = timedelta(seconds=1)
_LARGEST = 64
_TAKE = """
INSERT INTO store_serial (series, day, next) VALUES (%s, %s, 1 + %s)
ON CONFLICT (series, day) DO UPDATE SET next = store_serial.next + %s
RETURNING next
"""


@dataclass(slots=True)
class _Block:
    day: date
    first: int
    left: int
    size: int
    taken_at: datetime


_blocks: dict[tuple[str, str], _Block] = {}
_lock = threading.Lock()


def take(series: str, day: date, now: datetime) -> int:
    """
    Return the next serial of a series on a day, from 1; no two callers anywhere get the same.

    Inside a transaction serials are taken singly, because a roll-back returns them. A block that
    its process did not use up leaves a gap: serials are unique and rising, not gapless.
    """
    if connection.in_atomic_block:
        return _allocate(series, day, 1)
    held = (str(connection.settings_dict["NAME"]), series)
    with _lock:
        block = _blocks.get(held)
        if block is None or block.day != day or not block.left:
            size = _next_size(block, day, now)
            block = _Block(day, _allocate(series, day, size), size, size, now)
            _blocks[held] = block
        block.left -= 1
        return block.first + block.size - block.left - 1


def _next_size(block: _Block | None, day: date, now: datetime) -> int:
    if block is None or block.day != day or now - block.taken_at > _BUSY:
        return 1
    return min(block.size * 2, _LARGEST)


def _allocate(series: str, day: date, size: int) -> int:
    with a_turn(), connection.cursor() as cursor:
        cursor.execute(_TAKE, [series, day, size, size])
        return int(cursor.fetchall()[0][0]) - size
