# SPDX-License-Identifier: Apache-2.0
"""What is asked of a register and what came of it, whichever way the register is reached."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

Record = Mapping[str, object]
"""Items by key, only those asked for and given: text, int, bool; dates and decimals as text."""


class Outcome(StrEnum):
    """How asking ended; `absent` is an answer, the four after it are none."""

    FOUND = "found"
    ABSENT = "absent"
    TIMEOUT = "timeout"
    REFUSED = "refused"
    BUSY = "busy"
    BROKEN = "broken"

    @property
    def is_answer(self) -> bool:
        return self in (Outcome.FOUND, Outcome.ABSENT)


@dataclass(frozen=True, slots=True)
class Call:
    """One question: which items of which resource, looked up by what, for which scenario."""

    resource: str
    by: str
    key: str
    fields: tuple[str, ...]
    purpose: str
    request: str
    """The number of the request in the log; it goes with the question."""


@dataclass(frozen=True, slots=True)
class Answer:
    """
    What came of one call.

    `detail` says in English, for operators and never with a value, what went wrong. `is_cached`:
    another call of the same words had just been answered, or was under way.
    """

    call: Call
    outcome: Outcome
    records: tuple[Record, ...] = ()
    as_of: date | None = None
    latency_ms: int = 0
    request_sha256: str = ""
    response_sha256: str = ""
    detail: str = ""
    is_cached: bool = False
    was_hedged: bool = False


@dataclass(frozen=True, slots=True)
class Health:
    """
    How one register did lately, as far as this process knows.

    `breaker` is closed (asked), open (not asked for a while) or half_open (tried once); `since`
    the moment it became that. `outcomes` and the latencies (ms) are over the last answers.
    """

    resource: str
    kind: str
    breaker: str = "closed"
    since: datetime | None = None
    outcomes: Mapping[Outcome, int] = field(default_factory=dict)
    p50_ms: int | None = None
    p95_ms: int | None = None
    last_at: datetime | None = None
    detail: str = ""
    """What is wrong now: a variable that is not set, a file that cannot be read."""


class Asks(Protocol):
    """Whatever answers calls: the exchange, or a stand-in in tests."""

    def ask(
        self, calls: Sequence[Call], budget_s: float, late: Callable[[Answer], None]
    ) -> dict[Call, Answer]:
        """
        Ask everything at once and wait at most `budget_s` seconds.

        What has come is returned; each of the rest is handed to `late` once, in a worker thread.

        :raises QuestionRefused: before anything is sent, if a call asks for what the entry of the
            resource does not hold.
        """

    def health(self) -> Mapping[str, Health]:
        """Tell how each connected register did lately."""
