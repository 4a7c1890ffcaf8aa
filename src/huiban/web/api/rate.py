# SPDX-License-Identifier: Apache-2.0
"""How fast one account may call the API: a bucket that fills with time, kept by each process."""

import threading
from datetime import datetime

from django.conf import settings

from huiban.kernel.words import Words
from huiban.web.api.problem import Problem

_BURST_SECONDS = 10
_MOST_BUCKETS = 10_000


class _Buckets:
    """For each account when its bucket was last looked at, and what was left in it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.left: dict[str, tuple[float, float]] = {}

    def spend(self, who: str, at: float, per_second: float) -> float:
        """Take one and return 0, or return how many seconds to wait."""
        full = per_second * _BURST_SECONDS
        with self.lock:
            before, left = self.left.get(who, (at, full))
            left = min(full, left + max(0.0, at - before) * per_second)
            if left < 1:
                self.left[who] = (at, left)
                return (1 - left) / per_second
            if len(self.left) >= _MOST_BUCKETS:
                self.left.clear()  # everybody starts full again, which harms nobody
            self.left[who] = (at, left - 1)
        return 0.0


buckets = _Buckets()


_VERIFYING = 1 / 20  # of what an account may: by default 60 a minute


def spend_unknown(address: str, now: datetime) -> None:
    """
    Count one call of somebody who need not sign in.

    :raises Problem: 429 with the seconds to wait, if there were too many from this address.
    """
    _spend(f"@{address}", now, settings.API_PER_SECOND * _VERIFYING)


def spend(who: str, now: datetime) -> None:
    """
    Count one call.

    :raises Problem: 429 with the seconds to wait, if there were too many.
    """
    _spend(who, now, settings.API_PER_SECOND)


def _spend(who: str, now: datetime, per_second: float) -> None:
    wait = buckets.spend(who, now.timestamp(), per_second)
    if wait:
        raise Problem(
            429,
            "too_many_requests",
            Words("请求太频繁，请稍等再发", "Too many requests; wait before the next"),
            headers={"Retry-After": str(max(1, round(wait)))},
        )
