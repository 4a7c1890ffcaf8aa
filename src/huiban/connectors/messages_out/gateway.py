# SPDX-License-Identifier: Apache-2.0
"""Handing one message to the gateway over HTTP: taken, refused, or nobody there; never a log."""

import time
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import requests

from huiban.kernel.words import Words

CONNECT_S, ANSWER_S = 3.0, 8.0
_ANSWER_MOST = 64 * 1024
_BLOCK = 8 * 1024


class Channel(StrEnum):
    SMS = "sms"
    EMAIL = "email"


@dataclass(frozen=True, slots=True)
class OutMessage:
    """One message; `key` is its own, so that a gateway that hears it twice sends it once."""

    key: str
    channel: Channel
    to: str
    text: str

    def __repr__(self) -> str:
        """Name it without what it says or whom it is for: a trace of a fault is a log as well."""
        return f"OutMessage({self.key!r}, {self.channel!r})"


class MessageFault(RuntimeError):
    """The message was not taken; `message` is fit to show."""

    def __init__(self, message: Words) -> None:
        super().__init__(message.en)
        self.message = message


class GatewayAway(MessageFault):
    """The gateway cannot be reached, does not answer in time or has a fault; try again later."""


class MessageRefused(MessageFault):
    """The gateway answered and will not send it: the address is none, or it got too many."""


class Gateway(Protocol):
    """Takes one message to be sent now."""

    def send(self, message: OutMessage) -> None:
        """:raises MessageFault: if it was not taken."""
        ...


class HttpGateway:
    """
    Posts a message as JSON (`key`, `channel`, `to`, `text`) to `<address>/messages`.

    2xx is taken, any other 4xx than 401 and 403 is refused for good; the rest is a fault. It is
    asked once: a person who is waiting sees what became of it and may ask again.
    """

    def __init__(self, address: str, key: str = "", patience_s: float = ANSWER_S) -> None:
        self.address = f"{address.rstrip('/')}/messages"
        self.headers = {"X-Api-Key": key} if key else {}
        self.patience_s = patience_s

    def send(self, message: OutMessage) -> None:
        """:raises MessageRefused, GatewayAway: as named."""
        said = {"key": message.key, "channel": str(message.channel), "to": message.to,
                "text": message.text}  # fmt: skip
        try:
            status = self._status(said)
        except requests.RequestException:
            # Not chained: what the library says of a request may quote it.
            raise GatewayAway(_AWAY) from None
        if status in (401, 403) or status >= 500 or 300 <= status < 400:
            raise GatewayAway(_AWAY)
        if status >= 400:
            raise MessageRefused(_REFUSED)

    def _status(self, said: dict[str, str]) -> int:
        until = time.monotonic() + self.patience_s
        with requests.post(
            self.address, json=said, headers=self.headers, timeout=(CONNECT_S, self.patience_s),
            allow_redirects=False, stream=True,
        ) as answer:  # fmt: skip
            read = 0
            for block in answer.iter_content(_BLOCK):
                read += len(block)
                # The library's limit is for each block: a server that drips would never be late.
                if time.monotonic() > until or read > _ANSWER_MOST:
                    raise requests.Timeout
            return answer.status_code


_AWAY = Words(
    "短信网关现在连不上，验证码没有发出。请过几分钟再发，或者改用别的方式",
    "The message gateway is not answering and nothing was sent. Try again in some minutes, or "
    "choose another way",
)
_REFUSED = Words(
    "短信网关不肯发到登记的号码或邮箱，可能停机、拒收或者发得太多。请改用别的方式，"
    "号码变了请到窗口更正",
    "The gateway will not send to the number or mailbox on file: out of service, blocked, or sent "
    "too many. Choose another way; a number that changed is corrected at the window",
)
