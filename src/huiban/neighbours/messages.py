# SPDX-License-Identifier: Apache-2.0
"""The sample city's message gateway (短信网关): takes messages, shows them, sends none."""

import asyncio
import base64
import hashlib
import hmac
import json
import re
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape

from aiohttp import web

from huiban.kernel.clock_time import SHANGHAI
from huiban.neighbours.faults import Conduct, ControlRefused, Fate, House

KEY = "X-Api-Key"
DESK = "messages"
"""What can be slow, wrong or dead; see `POST /control`."""
MOST_KEPT, MOST_KEYS = 200, 5000
_LONGEST = {"key": 64, "channel": 8, "to": 254, "text": 500}
_ADDRESSES = {
    "sms": re.compile(r"1[3-9]\d{9}"),
    "email": re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+"),
}


@dataclass(frozen=True, slots=True)
class Taken:
    """One message as the telephone or the mailbox would show it."""

    at: datetime
    channel: str
    to: str
    text: str


@dataclass(frozen=True, slots=True)
class Served:
    """Who may send, and whether orders are taken."""

    key: str
    control: bool = False


@dataclass(slots=True)
class _Counter:
    served: Served
    conduct: House = field(default_factory=lambda: House({DESK: Conduct()}))
    kept: deque[Taken] = field(default_factory=lambda: deque(maxlen=MOST_KEPT))
    keys: OrderedDict[str, None] = field(default_factory=OrderedDict)


class _Unusable(ValueError):
    """What was sent is no message; says why."""


_COUNTER = web.AppKey("counter", _Counter)


def application(served: Served) -> web.Application:
    """Return the server of the gateway; what it took is forgotten when it ends."""
    app = web.Application(client_max_size=64 * 1024)
    app[_COUNTER] = _Counter(served)
    app.router.add_get("/", _page)
    app.router.add_get("/healthz", _health)
    app.router.add_post("/messages", _take)
    app.router.add_get("/messages", _list)
    if served.control:
        app.router.add_post("/control", _control)
    return app


async def _health(_: web.Request) -> web.Response:
    return web.json_response({"ok": True})


async def _take(request: web.Request) -> web.Response:
    counter = request.app[_COUNTER]
    said = await _said(request)
    fate, wait = counter.conduct.take(DESK)
    await asyncio.sleep(wait)
    if fate is Fate.DIE:
        if request.transport is not None:
            request.transport.abort()
        return _problem(503, "dead")
    if fate is Fate.FAIL:
        return _problem(500, "the gateway had a fault")
    if fate is Fate.BUSY:
        return _problem(429, "too many messages")
    try:
        message = _read(said)
    except _Unusable as fault:
        return _problem(422, str(fault))
    key = str(said["key"])
    if key not in counter.keys:  # heard twice, it is sent once
        counter.keys[key] = None
        counter.kept.appendleft(message)
        while len(counter.keys) > MOST_KEYS:
            counter.keys.popitem(last=False)
    return web.json_response({"taken": True}, status=202)


async def _list(request: web.Request) -> web.Response:
    """Give what was taken, newest first, to whoever has the key."""
    _demand_key(request)
    kept = request.app[_COUNTER].kept
    return web.json_response([
        {"at": one.at.isoformat(), "channel": one.channel, "to": one.to, "text": one.text}
        for one in kept
    ])  # fmt: skip


async def _control(request: web.Request) -> web.Response:
    """Take an order on how to behave: dead, stall_s, error_share, quota, reset."""
    said = await _said(request)
    try:
        return web.json_response({"changed": request.app[_COUNTER].conduct.order(said)})
    except ControlRefused as fault:
        return _problem(400, str(fault))


async def _page(request: web.Request) -> web.Response:
    """Show what was taken, newest first, as a page that looks again by itself."""
    kept = request.app[_COUNTER].kept
    shown = "".join(map(_shown, kept)) or "<li><p>还没有短信</p></li>"
    return web.Response(
        text=_PAGE.format(style=_STYLE, messages=shown), content_type="text/html",
        headers={"Content-Security-Policy": _POLICY, "Cache-Control": "no-store"},
    )  # fmt: skip


def _shown(one: Taken) -> str:
    how = "短信" if one.channel == "sms" else "邮件"
    at = f"{one.at.astimezone(SHANGHAI):%m-%d %H:%M:%S}"
    return f"<li><small>{at} {how} → {escape(one.to)}</small><p>{escape(one.text)}</p></li>"


def _read(said: dict[str, object]) -> Taken:
    texts = {name: said.get(name) for name in _LONGEST}
    for name, most in _LONGEST.items():
        value = texts[name]
        if not isinstance(value, str) or not 0 < len(value) <= most:
            raise _Unusable(f"{name}: write a text of 1 to {most} characters")
    channel, to, text = (str(texts[name]) for name in ("channel", "to", "text"))
    address = _ADDRESSES.get(channel)
    if address is None:
        raise _Unusable(f"channel must be one of {', '.join(_ADDRESSES)}")
    if not address.fullmatch(to):
        raise _Unusable("to: no telephone number or mailbox")
    return Taken(datetime.now(tz=UTC), channel, to, text)  # noqa: TID251 - its own program


async def _said(request: web.Request) -> dict[str, object]:
    _demand_key(request)
    try:
        said = await request.json()
    except (json.JSONDecodeError, UnicodeDecodeError):
        said = None
    if not isinstance(said, dict):
        raise web.HTTPBadRequest(text="send a JSON object")
    return said


def _demand_key(request: web.Request) -> None:
    given = request.headers.get(KEY, "").encode()
    if not hmac.compare_digest(given, request.app[_COUNTER].served.key.encode()):
        raise web.HTTPUnauthorized(text=f"{KEY} is missing or wrong")


def _problem(status: int, message: str) -> web.Response:
    return web.json_response({"error": message}, status=status)


def run(served: Served, host: str, port: int) -> None:
    """Answer until interrupted."""
    web.run_app(application(served), host=host, port=port, print=None, access_log=None)


_STYLE = (
    "body{font:1rem/1.6 system-ui,sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem;"
    "color:#1b2433;background:#f4f6f9}h1{font-size:1.4rem}ul{list-style:none;padding:0}"
    "li{background:#fff;border-radius:.5rem;padding:.75rem 1rem;margin:.75rem 0;"
    "border:1px solid #d5dbe5;overflow-wrap:anywhere}li p{margin:.25rem 0 0}small{color:#4c5a70}"
)
_POLICY = (
    "default-src 'none'; style-src "
    f"'sha256-{base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()}'"
)
_PAGE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="5"><title>短信网关（样例城市）</title>
<style>{style}</style></head><body><main><h1>短信网关（样例城市）</h1>
<p>样例城市的短信和邮件都到这里，不会发给任何人。本页每 5 秒自己更新。</p>
<ul>{messages}</ul></main></body></html>
"""
