# SPDX-License-Identifier: Apache-2.0
"""Asking a register over HTTP: one request, no redirect, a bounded answer, read strictly."""

import json
import re
from collections.abc import Mapping
from typing import Any

import aiohttp

from huiban.connectors.registers.model import Call, Outcome
from huiban.connectors.registers.reading import (
    FROM_JSON,
    Cut,
    NonsenseAnswered,
    at_path,
    day_of,
    parse_json,
)
from huiban.connectors.registers.reply import Desk, Reply, found
from huiban.kernel.connection import SLOT, HttpConnection
from huiban.kernel.resource import Resource

LARGEST_ANSWER = 2 * 1024 * 1024
MOST_AT_ONCE = 256
MOST_PER_HOST = 128
_LONGEST_HOLD_S = 30.0
_REFUSED = frozenset({401, 403})


def open_session() -> aiohttp.ClientSession:
    """
    Open the one session of a process; call it inside the loop.

    Certificates are verified, connections kept; no proxy, cookie or netrc of the machine counts.
    """
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            limit=MOST_AT_ONCE,
            limit_per_host=MOST_PER_HOST,
            ttl_dns_cache=300,
            keepalive_timeout=60,
        ),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None),
        headers={
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": "huiban",
        },
        auto_decompress=False,
        trust_env=False,
    )


class HttpWay:
    """Asks one register over HTTP."""

    def __init__(
        self,
        connection: HttpConnection,
        resource: Resource,
        desk: Desk,
        session: aiohttp.ClientSession,
    ) -> None:
        self._connection = connection
        self._desk = desk
        self._session = session
        self._cut = Cut(resource, connection.answer.fields, FROM_JSON)
        self.may_hedge = connection.method == "GET"

    def trouble(self) -> str:
        return ""

    def close(self) -> None:
        """Nothing is held open."""

    async def read(self, call: Call) -> Reply:
        """Send the request and read what comes back."""
        said = self._connection
        words = _words(call)
        query = {name: _fill(text, words) for name, text in said.query.items()}
        body = _body(said.body, words) if said.body is not None else None
        digest = self._desk.digest(
            said.method, said.address, json.dumps(query), body or b"", call.purpose
        )
        try:
            async with self._session.request(
                said.method,
                said.address,
                params=query,
                data=body,
                headers=self._headers(call, body),
                allow_redirects=False,
            ) as response:
                data = await _bounded(response)
                status, held = response.status, _hold(response.headers)
        except NonsenseAnswered as fault:
            return _broken(str(fault), digest)
        except (aiohttp.ClientError, OSError, ValueError) as fault:
            # The words of the fault may hold the address with its key; its kind is enough.
            detail = f"no connection: {type(fault).__name__}"
            return _broken(
                detail, digest, may_retry=not isinstance(fault, aiohttp.ClientConnectorError)
            )
        return self._reply(call, status, held, data, digest)

    def _headers(self, call: Call, body: bytes | None) -> dict[str, str]:
        more = {"X-Huiban-Purpose": call.purpose, "X-Huiban-Request": call.request}
        if body is not None:
            more["Content-Type"] = "application/json"
        return {**self._connection.headers, **more}

    def _reply(self, call: Call, status: int, held: float, data: bytes, digest: str) -> Reply:
        seen = self._desk.digest(data)
        if status in (200, 404):
            return self._answered(call, status, data, (digest, seen))
        if status in _REFUSED:
            return Reply(outcome=Outcome.REFUSED, detail=f"status {status}",
                         request_sha256=digest, response_sha256=seen)  # fmt: skip
        if status == 429:
            return Reply(outcome=Outcome.BUSY, detail="status 429", hold_s=held,
                         request_sha256=digest, response_sha256=seen)  # fmt: skip
        detail = f"status {status}" + (", redirects are not followed" if status // 100 == 3 else "")
        return _broken(detail, digest, seen, may_retry=status >= 500)

    def _answered(self, call: Call, status: int, data: bytes, digests: tuple[str, str]) -> Reply:
        said = self._connection.answer
        try:
            whole = parse_json(data)
            as_of = day_of(at_path(whole, said.as_of), self._desk.today())
            listed = [] if status == 404 else at_path(whole, said.records)
        except NonsenseAnswered as fault:
            if status != 404:
                return _broken(str(fault), *digests)
            # Not found says enough, whatever page comes with it; only the day stays unknown.
            as_of, listed = None, []
        if not isinstance(listed, list):
            return _broken(f"there is no list of records at '{said.records}'", *digests)
        try:
            records = self._cut.records(listed, call.fields)
        except NonsenseAnswered as fault:
            # One odd record says nothing about the register: it must not close it to everybody.
            return Reply(outcome=Outcome.BROKEN, detail=str(fault),
                         request_sha256=digests[0], response_sha256=digests[1])  # fmt: skip
        return Reply(outcome=found(records), records=records, as_of=as_of,
                     request_sha256=digests[0], response_sha256=digests[1])  # fmt: skip


def _broken(detail: str, request: str, response: str = "", may_retry: bool = False) -> Reply:
    return Reply(outcome=Outcome.BROKEN, detail=detail, request_sha256=request,
                 response_sha256=response, is_fault=True, may_retry=may_retry)  # fmt: skip


async def _bounded(response: aiohttp.ClientResponse) -> bytes:
    """
    Read the body.

    :raises NonsenseAnswered: as soon as it is larger than anything we asked for.
    """
    parts, size = [], 0
    async for part in response.content.iter_any():
        size += len(part)
        if size > LARGEST_ANSWER:
            response.close()
            raise NonsenseAnswered(f"the answer is larger than {LARGEST_ANSWER // 1024**2} MB")
        parts.append(part)
    return b"".join(parts)


def _hold(headers: Mapping[str, str]) -> float:
    written = headers.get("Retry-After", "")
    return min(float(written), _LONGEST_HOLD_S) if re.fullmatch(r"\d{1,6}", written) else 1.0


def _words(call: Call) -> dict[str, str]:
    return {
        "by": call.by,
        "key": call.key,
        "fields": ",".join(call.fields),
        "purpose": call.purpose,
        "request": call.request,
    }


def _fill(text: str, words: Mapping[str, str]) -> str:
    return SLOT.sub(lambda slot: words.get(slot[1], slot[0]), text)


def _body(template: Mapping[str, object], words: Mapping[str, str]) -> bytes:
    def filled(part: Any) -> Any:
        if isinstance(part, str):
            return _fill(part, words)
        if isinstance(part, Mapping):
            return {key: filled(one) for key, one in part.items()}
        return [filled(one) for one in part] if isinstance(part, list | tuple) else part

    return json.dumps(filled(template), ensure_ascii=False, default=float).encode()
