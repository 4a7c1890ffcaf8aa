# SPDX-License-Identifier: Apache-2.0
"""When a register may be asked, asked twice, or left alone; `now` is always monotonic seconds."""

import math
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Literal

from huiban.connectors.registers.model import Outcome

ANSWERS_KEPT = 200
ENOUGH_ANSWERS = 20
"""So many answers make an observed p95; before that the promised one is believed."""
MOST_UNDER_WAY = 32
"""More questions at once than that would let one slow register hold all connections."""
MOST_WAITING = 1000
"""So many may wait for their turn; what is more is told to come back."""


@dataclass(slots=True)
class Breaker:
    """
    Leaves a register alone after failures in a row, then tries it with one question.

    The rest grows from `rest_s` to `longest_s` while the trials fail.
    """

    failures: int = 5
    rest_s: float = 5.0
    longest_s: float = 60.0
    state: Literal["closed", "open", "half_open"] = "closed"
    changed: float = 0.0
    _failed: int = 0
    _opened: int = 0

    def admits(self, now: float) -> bool:
        """Tell whether to ask now; a yes to an open breaker makes this question the trial."""
        if self.state == "closed":
            return True
        if self.state == "half_open" or now - self.changed < self._rest():
            return False
        self._turn("half_open", now)
        return True

    def succeeded(self, now: float) -> None:
        self._failed = self._opened = 0
        if self.state != "closed":
            self._turn("closed", now)

    def failed(self, now: float, was_trial: bool = False) -> None:
        """Count a failure; one that was under way before the breaker opened changes nothing."""
        self._failed += 1
        is_enough = self.state == "closed" and self._failed >= self.failures
        if was_trial or is_enough:
            self._opened += 1
            self._turn("open", now)

    def gave_up(self, now: float) -> None:
        """The trial was not sent; let the next question be it."""
        if self.state == "half_open":
            self._turn("open", now - self._rest())

    def _rest(self) -> float:
        return float(min(self.rest_s * 2 ** max(self._opened - 1, 0), self.longest_s))

    def _turn(self, state: Literal["closed", "open", "half_open"], now: float) -> None:
        self.state, self.changed = state, now


class Rate:
    """At most so many questions in any one second; a question waits for its turn."""

    def __init__(self, per_second: int) -> None:
        self._turns: deque[float] = deque(maxlen=per_second)
        self._held_until = 0.0

    def turn(self, now: float, at_most_s: float) -> float | None:
        """Book the next free turn and return the seconds until then; None if that is too long."""
        wait = self._wait(now)
        if wait > at_most_s:
            return None
        self._turns.append(now + wait)
        return wait

    def hold(self, now: float, seconds: float) -> None:
        """Ask nothing for a while: the register said it has too much to do."""
        self._held_until = max(self._held_until, now + seconds)

    def _wait(self, now: float) -> float:
        if not self._turns.maxlen:
            return math.inf
        is_full = len(self._turns) == self._turns.maxlen
        free = self._turns[0] + 1.0 if is_full else now
        return max(free, self._held_until, now) - now


class HedgeBudget:
    """
    Second questions are at most a share of the first ones, over a sliding window of time.

    `at_least` so many are allowed however few the first ones were.
    """

    def __init__(self, share: float, window_s: float = 60.0, at_least: int = 0) -> None:
        self._share, self._at_least = share, at_least
        self._window_s = window_s
        self._first: deque[float] = deque(maxlen=20_000)
        self._second: deque[float] = deque(maxlen=20_000)

    def asked(self, now: float) -> None:
        self._first.append(now)

    def has_one(self, now: float) -> bool:
        """Tell whether one more second question stays within the share."""
        for times in (self._first, self._second):
            while times and times[0] <= now - self._window_s:
                times.popleft()
        return len(self._second) + 1 <= max(self._share * len(self._first), self._at_least)

    def spend(self, now: float) -> None:
        self._second.append(now)


@dataclass(slots=True)
class Recent:
    """The last answers of one register, and how long they took."""

    _kept: deque[tuple[Outcome, int | None]] = field(
        default_factory=lambda: deque(maxlen=ANSWERS_KEPT)
    )
    _p95: int | None = None
    _until_next: int = 0

    def add(self, outcome: Outcome, latency_ms: int | None) -> None:
        """Keep one; a latency of None says nothing about the register."""
        self._kept.append((outcome, latency_ms))
        self._until_next -= 1

    def p95_ms(self) -> int | None:
        """Return the observed p95, worked out anew every few answers; None with too few."""
        if self._until_next <= 0:
            self._until_next = ENOUGH_ANSWERS
            self._p95 = self.percentile(0.95) if len(self._kept) >= ENOUGH_ANSWERS else None
        return self._p95

    def percentile(self, share: float) -> int | None:
        times = sorted(ms for _, ms in tuple(self._kept) if ms is not None)
        return times[max(0, math.ceil(share * len(times)) - 1)] if times else None

    def outcomes(self) -> dict[Outcome, int]:
        return dict(Counter(outcome for outcome, _ in tuple(self._kept)))
