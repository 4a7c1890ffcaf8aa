# SPDX-License-Identifier: Apache-2.0
"""The neighbours' registers over HTTP, in a process of their own."""

import asyncio
import hmac
import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from aiohttp import web

from huiban.kernel.resource import Catalogue, ItemType, Mode, Resource
from huiban.neighbours.faults import Conduct, ControlRefused, Fate, House
from huiban.neighbours.fill import REGISTERS, about
from huiban.neighbours.register import UPDATED

KEY = "X-Api-Key"
PURPOSE = "X-Huiban-Purpose"
_MOST_RECORDS = 500


@dataclass(frozen=True, slots=True)
class Served:
    """What the server needs to know of itself; `calm` answers at once and has no quotas."""

    root: Path
    catalogue: Catalogue
    key: str
    calm: bool = False
    control: bool = False


@dataclass(slots=True)
class _Desk:
    """The open registers and how they behave."""

    served: Served
    database: sqlite3.Connection
    house: House
    resources: Mapping[str, Resource]
    as_of: dict[str, str] = field(default_factory=dict)


_DESK = web.AppKey("desk", _Desk)


def application(served: Served) -> web.Application:
    """
    Return the server of all registers that were filled.

    :raises FileNotFoundError: when nothing was filled under the root.
    """
    place = served.root / REGISTERS
    if not place.exists():
        raise FileNotFoundError(
            f"no registers in {served.root}: run `huiban neighbours fill` first"
        )
    database = sqlite3.connect(f"file:{place}?mode=ro", uri=True, check_same_thread=False)
    tables = {
        name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    }
    resources = {
        key: one
        for key, one in served.catalogue.resources.items()
        if key in tables and one.mode is Mode.API
    }
    usual = {
        key: Conduct() if served.calm else Conduct(latency_ms=one.p95, quota=one.quota)
        for key, one in resources.items()
    }
    app = web.Application()
    app[_DESK] = _Desk(served, database, House(usual), resources)
    app.router.add_get("/healthz", _health)
    app.router.add_get("/registers/{register}", _ask)
    if served.control:
        app.router.add_post("/control", _control)
    return app


async def _health(request: web.Request) -> web.Response:
    desk = request.app[_DESK]
    return web.json_response({"ok": True, "registers": len(desk.resources)})


async def _control(request: web.Request) -> web.Response:
    desk = request.app[_DESK]
    if not _has_key(request, desk):
        return _problem(401, "the key is missing or wrong")
    try:
        said = await request.json()
        changed = desk.house.order(said if isinstance(said, dict) else {"order": said})
    except (json.JSONDecodeError, ControlRefused) as fault:
        return _problem(400, str(fault))
    return web.json_response({"changed": changed})


async def _ask(request: web.Request) -> web.Response:
    desk = request.app[_DESK]
    key = request.match_info["register"]
    resource = desk.resources.get(key)
    if resource is None:
        return _problem(404, f"no register {key}")
    refused = _refusal(request, desk, resource)
    if refused is not None:
        return refused
    fate, wait = desk.house.take(key)
    if fate is Fate.BUSY:
        return _problem(429, f"the day's quota of {key} is used up")
    await asyncio.sleep(wait)
    if fate is Fate.DIE:
        if request.transport is not None:
            request.transport.abort()
        return _problem(503, "dead")
    if fate is Fate.FAIL:
        return _problem(500, "the register had a fault")
    return web.json_response(_answer(desk, resource, request.query))


def _has_key(request: web.Request, desk: _Desk) -> bool:
    return hmac.compare_digest(request.headers.get(KEY, "").encode(), desk.served.key.encode())


def _refusal(request: web.Request, desk: _Desk, resource: Resource) -> web.Response | None:
    if not _has_key(request, desk):
        return _problem(401, "the key is missing or wrong")
    purpose = request.headers.get(PURPOSE, "")
    if purpose not in resource.purposes:
        return _problem(403, f"{resource.key} may not be asked for {purpose or 'no purpose'}")
    by = request.query.get("by", "")
    if by not in resource.keys:
        return _problem(400, f"{resource.key} cannot be looked up by {by!r}")
    strange = [one for one in _fields(request.query, resource) if resource.item(one) is None]
    if strange:
        return _problem(400, f"{resource.key} has no items {', '.join(strange)}")
    return None


def _problem(status: int, message: str) -> web.Response:
    return web.json_response({"error": message}, status=status)


def _fields(query: Mapping[str, str], resource: Resource) -> list[str]:
    said = [one for one in query.get("fields", "").split(",") if one]
    return said or [item.key for item in resource.items]


def _answer(desk: _Desk, resource: Resource, query: Mapping[str, str]) -> dict[str, object]:
    by, key = query["by"], query.get("key", "")
    rows = desk.database.execute(
        f'SELECT * FROM "{resource.key}" WHERE "{by}" = ? LIMIT {_MOST_RECORDS}', (key,)
    ).fetchall()
    if not rows:
        return {"records": [], "as_of": _as_of(desk, resource.key)}
    names = [item.key for item in resource.items]
    booleans = {item.key for item in resource.items if item.type is ItemType.BOOLEAN}
    change = desk.house.registers[resource.key].changed.get((by, key), {})
    wanted = _fields(query, resource)
    records = []
    for row in rows:
        values = dict(zip(names, row, strict=False)) | change
        records.append({
            name: bool(values[name]) if name in booleans and values[name] is not None
            else values[name]
            for name in wanted
        })  # fmt: skip
    return {"records": records, "as_of": min(row[-1] for row in rows)}


def _as_of(desk: _Desk, key: str) -> str:
    """The day that "not found" speaks of: the newest record's, or the day before the city's."""
    if key not in desk.as_of:
        (newest,) = desk.database.execute(f'SELECT max({UPDATED}) FROM "{key}"').fetchone()
        day = date.fromisoformat(str(about(desk.served.root)["day"])) - timedelta(days=1)
        desk.as_of[key] = newest or day.isoformat()
    return desk.as_of[key]


def run(served: Served, host: str, port: int) -> None:
    """Answer until interrupted."""
    web.run_app(application(served), host=host, port=port, print=None, access_log=None)
