# SPDX-License-Identifier: Apache-2.0
"""Asking a certification authority or time stamp server over HTTP, with time limits."""

import os
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass

import requests

from huiban.kernel.words import Words

CONNECT_S, ANSWER_S = 5, 15
ANSWER_MOST = 20 * 1024 * 1024
"""Bytes of one answer: revocation lists of big authorities have some megabytes."""
_BLOCK = 64 * 1024


class TrustFault(RuntimeError):
    """An authority did not do what was asked; `message` is fit to show."""

    def __init__(self, message: Words) -> None:
        super().__init__(message.en)
        self.message = message


class AuthorityAway(TrustFault):
    """It cannot be reached, or does not answer in time; ask again later."""


class AuthorityRefused(TrustFault):
    """It answered, and says no."""

    def __init__(self, message: Words, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class AnswerUnusable(TrustFault):
    """It answered something that is not to be believed or cannot be read."""


_held = threading.local()


def _session() -> requests.Session:
    """Return this thread's connections; a child process never shares its parent's."""
    if getattr(_held, "process", 0) != os.getpid():
        _held.session, _held.process = requests.Session(), os.getpid()
    session: requests.Session = _held.session
    return session


def ask(
    address: str,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    patience_s: float = ANSWER_S,
) -> bytes:
    """
    Send a request (POST where there is a body) and return the answer's bytes.

    A redirection is not followed. If the connection breaks off it is asked once more: none of these
    errands does harm when done twice.

    :raises AuthorityAway: if there is no answer in time, or a fault of the server.
    :raises AuthorityRefused: if the answer is a refusal.
    """
    status, answer = _answered(address, _Question(body, headers or {}, patience_s))
    if status >= 500:
        raise AuthorityAway(_words(address, f"应答 {status}", f"answered {status}"))
    if status >= 300:
        said = answer[:300].decode(errors="replace")
        raise AuthorityRefused(
            _words(address, f"拒绝了请求（{status}）：{said}", f"refused ({status}): {said}"),
            status,
        )
    return answer


@dataclass(frozen=True, slots=True)
class _Question:
    body: bytes
    headers: Mapping[str, str]
    patience_s: float


def _answered(address: str, asked: _Question) -> tuple[int, bytes]:
    if not address.startswith(("http://", "https://")):
        raise AuthorityAway(_words(address, "地址不是 HTTP", "has an address that is not HTTP"))
    try:
        try:
            return _once(address, asked)
        except requests.ConnectTimeout:
            raise
        except requests.ConnectionError:  # a kept connection may have been closed meanwhile
            return _once(address, asked)
    except requests.Timeout:
        raise AuthorityAway(_words(address, "没有按时应答", "did not answer in time")) from None
    except requests.ConnectionError:
        raise AuthorityAway(_words(address, "连接不上", "cannot be reached")) from None
    except requests.RequestException:
        raise AuthorityAway(_words(address, "应答出错", "answered wrongly")) from None


def _once(address: str, asked: _Question) -> tuple[int, bytes]:
    until = time.monotonic() + asked.patience_s
    with _session().request(
        "POST" if asked.body else "GET", address, data=asked.body or None,
        headers=dict(asked.headers), timeout=(CONNECT_S, asked.patience_s),
        allow_redirects=False, stream=True,
    ) as answer:  # fmt: skip
        found = bytearray()
        for block in answer.iter_content(_BLOCK):
            found += block
            # The library's limit is for each block: a server that drips would never be late.
            if time.monotonic() > until or len(found) > ANSWER_MOST:
                raise requests.Timeout
        return answer.status_code, bytes(found)


def _words(address: str, zh: str, en: str) -> Words:
    place = address.split("?")[0]
    return Words(f"证书或时间戳服务 {place} {zh}。", f"The trust service {place} {en}.")
