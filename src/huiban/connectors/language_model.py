# SPDX-License-Identifier: Apache-2.0
"""Asking a language model (语言模型) by an OpenAI-compatible API: bounded, left alone when ill."""

import asyncio
import json
import logging
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from time import monotonic

import aiohttp

from huiban.connectors.registers.http import open_session
from huiban.connectors.registers.policy import Breaker
from huiban.kernel.form_text import storable
from huiban.kernel.words import Words

LARGEST_QUESTION = 64 * 1024
LARGEST_ANSWER = 256 * 1024
"""Bytes on the wire, either way."""
LONGEST_TEXT = 4000
"""Characters of an answer that are kept."""
AT_ONCE = 4
"""Questions a process has under way; they wait in threads of their own, never in a visitor's."""
FAILURES, REST_S, LONGEST_REST_S = 3, 30.0, 300.0
_PATH = "/chat/completions"
_MOST_TOKENS = 1200
_TEMPERATURE = 0.2
_LONGEST_HOLD_S = 300.0
# Models that reason aloud put it before the answer; it is no part of what was asked for.
_THOUGHT = re.compile(r"^\s*<think>.*?(?:</think>|\Z)", re.DOTALL)

log = logging.getLogger(__name__)


class Fault(StrEnum):
    """Why there is no answer; stored, so these words never change."""

    AWAY = "away"
    LATE = "late"
    UNTRUSTED = "untrusted"
    REFUSED = "refused"
    BUSY = "busy"
    RESTING = "resting"
    UNUSABLE = "unusable"
    TOO_LONG = "too_long"

    @property
    def words(self) -> Words:
        return _WORDS[self]


_WORDS: Mapping[Fault, Words] = {
    Fault.AWAY: Words(
        "语言模型连接不上，请稍后再试；不影响办理",
        "The language model cannot be reached; try again later. Nothing else waits for it",
    ),
    Fault.LATE: Words(
        "语言模型没有按时回答，请稍后再试；不影响办理",
        "The language model did not answer in time; try again later. Nothing else waits for it",
    ),
    Fault.UNTRUSTED: Words(
        "语言模型的证书不可信，没有发送任何内容；请联系系统管理员",
        "The language model's certificate is not trusted, so nothing was sent; tell the "
        "system administrator",
    ),
    Fault.REFUSED: Words(
        "语言模型拒绝了请求，可能是密钥或者模型名称不对；请联系系统管理员",
        "The language model refused: its key or the model's name may be wrong; tell the "
        "system administrator",
    ),
    Fault.BUSY: Words(
        "语言模型正忙，请过一会儿再试；不影响办理",
        "The language model is busy; try again in a while. Nothing else waits for it",
    ),
    Fault.RESTING: Words(
        "语言模型接连出错，暂时不再请求它，请过几分钟再试；不影响办理",
        "The language model failed again and again and is left alone for some minutes. "
        "Nothing else waits for it",
    ),
    Fault.UNUSABLE: Words(
        "语言模型的回答读不出来，没有采用；可以再试一次",
        "The language model's answer cannot be read and was not used; you may try again",
    ),
    Fault.TOO_LONG: Words(
        "要说明的内容太多，没有发给语言模型；请逐条说明",
        "There is too much to explain, so nothing was sent; ask about one point at a time",
    ),
}


@dataclass(frozen=True, slots=True)
class Setup:
    """Where the model is: `address` is the base, such as https://host/v1; `key` may be empty."""

    address: str
    name: str
    key: str = field(default="", repr=False)
    timeout_s: float = 30.0


@dataclass(frozen=True, slots=True)
class Said:
    """What came of one question: a text, or the fault; `is_cut` where the text was too long."""

    text: str = ""
    fault: Fault | None = None
    is_cut: bool = False
    latency_ms: int = 0


Late = Callable[[Said], None]


def question(setup: Setup, instructions: str, data: object) -> bytes:
    """
    Write the body of a question: our instructions, and beside them data as one JSON text.

    What is written in materials stands inside JSON strings of the user's message only.
    """
    body = {
        "model": setup.name,
        "messages": [
            {"role": "system", "content": instructions},
            {"role": "user", "content": json.dumps(data, ensure_ascii=False)},
        ],
        "temperature": _TEMPERATURE,
        "max_tokens": _MOST_TOKENS,
        "stream": False,
    }
    return json.dumps(body, ensure_ascii=False).encode()


class LanguageModel:
    """One model as this process knows it: how it did lately, and what is under way."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self._breaker = Breaker(FAILURES, REST_S, LONGEST_REST_S)
        self._lock = threading.Lock()
        self._under_way = 0
        self._held_until = 0.0

    def ask(self, body: bytes, patience_s: float, late: Late) -> Said | None:
        """
        Send a question and wait at most `patience_s` seconds for what comes of it.

        None where it takes longer: then `late` is called once, in a thread of its own.
        """
        refused, is_trial = self._admitted(len(body))
        if refused is not None:
            return Said(fault=refused)
        errand = _Errand(late)

        def run() -> None:
            errand.done(self._asked(body, is_trial))

        threading.Thread(target=run, name="language-model", daemon=True).start()
        return errand.wait(patience_s)

    def _admitted(self, size: int) -> tuple[Fault | None, bool]:
        """Say why not to ask now, else None; and whether this question tries an ill model out."""
        if size > LARGEST_QUESTION:
            return Fault.TOO_LONG, False
        now = monotonic()
        with self._lock:
            if self._under_way >= AT_ONCE or now < self._held_until:
                return Fault.BUSY, False
            if not self._breaker.admits(now):
                return Fault.RESTING, False
            self._under_way += 1
            return None, self._breaker.state == "half_open"

    def _asked(self, body: bytes, is_trial: bool) -> Said:
        began = monotonic()
        hold, said = 0.0, Said(fault=Fault.UNUSABLE)
        try:
            said, hold = asyncio.run(_exchange(self.setup, body))
        except Exception as fault:  # whatever it was, the next question must still be admitted
            log.exception("language model: %s", type(fault).__name__)
        now = monotonic()
        with self._lock:
            self._under_way -= 1
            self._note(said, now, hold, is_trial)
        return Said(said.text, said.fault, said.is_cut, int((now - began) * 1000))

    def _note(self, said: Said, now: float, hold: float, is_trial: bool) -> None:
        if said.fault is Fault.BUSY:
            self._held_until = now + hold
            if is_trial:
                self._breaker.gave_up(now)
        elif said.fault is None:
            self._breaker.succeeded(now)
        else:
            self._breaker.failed(now, is_trial)


class _Errand:
    """One question: whoever asked takes what came, or leaves it to `late`; never both."""

    def __init__(self, late: Late) -> None:
        self._late = late
        self._lock = threading.Lock()
        self._is_there = threading.Event()
        self._said: Said | None = None
        self._is_left = False

    def done(self, said: Said) -> None:
        with self._lock:
            self._said = said
            is_left = self._is_left
        self._is_there.set()
        if is_left:
            try:
                self._late(said)
            except Exception:
                log.exception("a late answer of the language model could not be kept")

    def wait(self, patience_s: float) -> Said | None:
        self._is_there.wait(patience_s)
        with self._lock:
            self._is_left = self._said is None
            return self._said


async def _exchange(setup: Setup, body: bytes) -> tuple[Said, float]:
    """Ask once, within the time; what went wrong is told by its kind, never by what it holds."""
    headers = {"Content-Type": "application/json"}
    if setup.key:
        headers["Authorization"] = f"Bearer {setup.key}"
    try:
        async with asyncio.timeout(setup.timeout_s), open_session() as session:
            way = setup.address.rstrip("/") + _PATH
            async with session.post(
                way, data=body, headers=headers, allow_redirects=False
            ) as answer:
                status, held = answer.status, _hold(answer.headers)
                data = await _bounded(answer) if status == 200 else b""
    except (aiohttp.ClientSSLError, aiohttp.ServerFingerprintMismatch):
        return _fault(Fault.UNTRUSTED, "its certificate"), 0.0
    except TimeoutError:
        return _fault(Fault.LATE, f"{setup.timeout_s:g} s"), 0.0
    except (aiohttp.ClientPayloadError, _TooLarge) as fault:
        return _fault(Fault.UNUSABLE, type(fault).__name__), 0.0
    except (aiohttp.ClientError, OSError, ValueError) as fault:
        return _fault(Fault.AWAY, type(fault).__name__), 0.0
    return (_read(data), 0.0) if status == 200 else (_refusal(status), held)


class _TooLarge(Exception):
    """The answer is larger than any we asked for."""


async def _bounded(answer: aiohttp.ClientResponse) -> bytes:
    parts = bytearray()
    async for part in answer.content.iter_any():
        parts += part
        if len(parts) > LARGEST_ANSWER:
            answer.close()
            raise _TooLarge
    return bytes(parts)


def _refusal(status: int) -> Said:
    told = f"status {status}"
    if status in (429, 503):
        return _fault(Fault.BUSY, told)
    return _fault(Fault.AWAY if status >= 500 else Fault.REFUSED, told)


def _hold(headers: Mapping[str, str]) -> float:
    written = headers.get("Retry-After", "")
    return min(float(written), _LONGEST_HOLD_S) if re.fullmatch(r"\d{1,6}", written) else 5.0


def _read(data: bytes) -> Said:
    try:
        choice = json.loads(data)["choices"][0]
        content, reason = choice["message"]["content"], choice.get("finish_reason")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return _fault(Fault.UNUSABLE, "not the shape of a chat completion")
    if not isinstance(content, str):
        return _fault(Fault.UNUSABLE, "its content is no text")
    text = storable(_THOUGHT.sub("", content)).strip()
    if not text:
        return _fault(Fault.UNUSABLE, "it is empty")
    return Said(text[:LONGEST_TEXT], is_cut=reason == "length" or len(text) > LONGEST_TEXT)


def _fault(fault: Fault, detail: str) -> Said:
    log.warning("language model: %s (%s)", fault, detail)
    return Said(fault=fault)
