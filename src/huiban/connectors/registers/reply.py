# SPDX-License-Identifier: Apache-2.0
"""What one way of reaching a register returns, before the exchange makes an answer of it."""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from huiban.connectors.registers.model import Call, Outcome, Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """
    One reply; `is_fault` counts for the breaker, `may_retry` says a second try may do better.

    `hold_s`: the register asked to be left alone for so many seconds.
    """

    outcome: Outcome
    records: tuple[Record, ...] = ()
    as_of: date | None = None
    request_sha256: str = ""
    response_sha256: str = ""
    detail: str = ""
    is_fault: bool = False
    may_retry: bool = False
    hold_s: float = 0.0


class Way(Protocol):
    """One way of reaching one register."""

    @property
    def may_hedge(self) -> bool:
        """Tell whether asking the same twice at once does no harm and may help."""

    async def read(self, call: Call) -> Reply:
        """Ask once, without a time limit of its own; never raises for what the register did."""

    def trouble(self) -> str:
        """Say what is wrong with it now that an operator can mend; "" if nothing is."""

    def close(self) -> None:
        """Let go of what it holds open; nothing is read any more."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What every way needs to know: the day, and how digests are keyed."""

    today: Callable[[], date]
    digest_key: bytes

    def digest(self, *parts: str | bytes) -> str:
        """
        Return a keyed SHA-256 of some texts.

        Keyed, because a lookup key is guessable: a bare digest would give it away.
        """
        whole = hmac.new(self.digest_key, digestmod=hashlib.sha256)
        for part in parts:
            data = part if isinstance(part, bytes) else part.encode()
            whole.update(len(data).to_bytes(8, "big") + data)
        return whole.hexdigest()


def found(records: tuple[Record, ...]) -> Outcome:
    return Outcome.FOUND if records else Outcome.ABSENT
