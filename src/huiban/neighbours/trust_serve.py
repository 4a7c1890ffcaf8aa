# SPDX-License-Identifier: Apache-2.0
"""The test certification authority over HTTP, in a process of its own."""

import asyncio
import base64
import binascii
import hmac
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler

from huiban.neighbours import trust, trust_stamp, trust_status
from huiban.neighbours.faults import Conduct, ControlRefused, Fate, House
from huiban.neighbours.trust_issue import Authority, CsrRefused
from huiban.neighbours.trust_suite import SUITES

KEY = "X-Api-Key"
DESKS = ("enrol", "revoke", "crl", "ocsp", "tsa")
"""What can be slow, wrong or dead on its own; see `POST /control`."""
_KINDS = ("person", "enterprise", "department", "office")
_TEXTS = ("name", "organization", "organization_code")
_MOST = 200  # characters of a name


@dataclass(slots=True)
class _Counter:
    house: trust.House
    key: str
    conduct: House = field(default_factory=lambda: House({desk: Conduct() for desk in DESKS}))


_COUNTER = web.AppKey("counter", _Counter)


@dataclass(frozen=True, slots=True)
class Served:
    """Where the authority is kept, under which address it writes itself, and who may enrol."""

    folder: Path
    address: str
    key: str
    control: bool = False
    backdated: timedelta = trust.BACKDATED


def application(served: Served) -> web.Application:
    """Return the server of one authority, made on first use."""
    app = web.Application(middlewares=[_fated], client_max_size=1024 * 1024)
    house = trust.opened(served.folder, served.address, _clock)
    house.backdated = served.backdated
    app[_COUNTER] = _Counter(house, served.key)
    app.router.add_get("/healthz", _health)
    app.router.add_get("/roots.pem", _roots)
    app.router.add_get("/certificates/{authority}.cer", _certificate)
    app.router.add_post("/enrol", _enrol, name="enrol")
    app.router.add_post("/revoke", _revoke, name="revoke")
    app.router.add_get("/crl/{authority}.crl", _list, name="crl")
    app.router.add_post("/ocsp/{authority}", _ocsp, name="ocsp")
    app.router.add_post("/tsa/{suite}", _stamp, name="tsa")
    if served.control:
        app.router.add_post("/control", _control)
    return app


def _clock() -> datetime:
    return datetime.now(tz=UTC)  # noqa: TID251 - a program of its own has its own clock


@web.middleware
async def _fated(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Be slow, wrong or dead first, where the desk was told to."""
    desk = request.match_info.route.name
    if desk is None:
        return await handler(request)
    fate, wait = request.app[_COUNTER].conduct.take(desk)
    if wait:
        await asyncio.sleep(wait)
    if fate is Fate.DIE:
        if request.transport is not None:
            request.transport.close()
        raise ConnectionResetError
    if fate is not Fate.ANSWER:
        raise web.HTTPServiceUnavailable(text=f"{desk}: {fate}")
    return await handler(request)


async def _health(_: web.Request) -> web.Response:
    return web.json_response({"ok": True})


async def _roots(request: web.Request) -> web.Response:
    return web.Response(text=request.app[_COUNTER].house.roots())


async def _certificate(request: web.Request) -> web.Response:
    found = _authority(request).certificate.dump()
    return web.Response(body=found, content_type="application/pkix-cert")


async def _enrol(request: web.Request) -> web.Response:
    said = await _said(request)
    house = request.app[_COUNTER].house
    try:
        texts = {name: _text(said, name) for name in _TEXTS}
        if said.get("kind") not in _KINDS or not texts["name"]:
            raise CsrRefused(f"name must not be empty, kind must be one of {', '.join(_KINDS)}")
        asked = base64.b64decode(_text(said, "csr", 20_000), validate=True)
        made = trust.enrol(house, asked, texts | {"kind": str(said["kind"])})
    except (CsrRefused, binascii.Error) as fault:
        raise web.HTTPUnprocessableEntity(text=str(fault)) from None
    certificate, *chain = [base64.b64encode(one.dump()).decode() for one in made]
    return web.json_response({"certificate": certificate, "chain": chain}, status=201)


async def _revoke(request: web.Request) -> web.Response:
    said = await _said(request)
    reason = said.get("reason", "unspecified")
    if reason not in trust.REASONS:
        known = ", ".join(sorted(trust.REASONS))
        raise web.HTTPUnprocessableEntity(text=f"reason must be one of {known}")
    try:
        trust.revoke(request.app[_COUNTER].house, str(said.get("serial")), str(reason))
    except trust.NoSuchCertificate:
        raise web.HTTPNotFound(text="no certificate of this serial was issued here") from None
    return web.json_response({"revoked": True})


async def _list(request: web.Request) -> web.Response:
    found = trust_status.revocation_list(request.app[_COUNTER].house, _authority(request))
    return web.Response(body=found, content_type="application/pkix-crl")


async def _ocsp(request: web.Request) -> web.Response:
    house, asked = request.app[_COUNTER].house, await request.read()
    found = trust_status.ocsp_answer(house, _authority(request), asked)
    return web.Response(body=found, content_type="application/ocsp-response")


async def _stamp(request: web.Request) -> web.Response:
    suite = request.match_info["suite"]
    if suite not in SUITES:
        raise web.HTTPNotFound
    found = trust_stamp.stamp(request.app[_COUNTER].house, suite, await request.read())
    return web.Response(body=found, content_type="application/timestamp-reply")


async def _control(request: web.Request) -> web.Response:
    """Take an order: a desk's conduct, or `{"clock": "2027-01-01T00:00:00+08:00"}`, null resets."""
    said, counter = await _said(request), request.app[_COUNTER]
    if "clock" in said:
        told = said["clock"]
        house = counter.house
        house.ahead = (datetime.fromisoformat(str(told)) if told else _clock()) - _clock()
        return web.json_response({"clock": house.now().isoformat()})
    try:
        return web.json_response({"changed": counter.conduct.order(said)})
    except ControlRefused as fault:
        raise web.HTTPUnprocessableEntity(text=str(fault)) from None


def _authority(request: web.Request) -> Authority:
    found = request.app[_COUNTER].house.authorities.get(request.match_info["authority"])
    if found is None:
        raise web.HTTPNotFound
    return found


async def _said(request: web.Request) -> dict[str, object]:
    """Return what a caller with the key says."""
    given = request.headers.get(KEY, "").encode()
    if not hmac.compare_digest(given, request.app[_COUNTER].key.encode()):
        raise web.HTTPUnauthorized(text=f"{KEY} is missing or wrong")
    try:
        said = await request.json()
    except (json.JSONDecodeError, UnicodeDecodeError):
        said = None
    if not isinstance(said, dict):
        raise web.HTTPBadRequest(text="send a JSON object")
    return said


def _text(said: dict[str, object], name: str, most: int = _MOST) -> str:
    value = said.get(name, "")
    if not isinstance(value, str) or len(value) > most:
        raise CsrRefused(f"{name}: write a text of at most {most} characters")
    return value.strip()


def run(served: Served, host: str, port: int) -> None:
    """Answer until interrupted."""
    web.run_app(application(served), host=host, port=port, print=None, access_log=None)
