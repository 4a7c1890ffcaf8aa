# SPDX-License-Identifier: Apache-2.0
"""The door of the API: finds the route, knows the caller, reads once, answers in JSON always."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.core.exceptions import SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language_from_request
from pydantic import BaseModel

from huiban.kernel.actor import Actor
from huiban.kernel.words import Words
from huiban.services.refusal import Refused
from huiban.store.cases import TokenEnded
from huiban.store.lists import BadCursor
from huiban.store.models import Account
from huiban.web.api import callers, problem, rate, reading
from huiban.web.api.faults import Fault
from huiban.web.api.problem import Problem
from huiban.web.clock import now

log = logging.getLogger(__name__)
PREFIX = "/api/v1"


@dataclass(frozen=True, slots=True)
class Ask:
    """One request, read and known."""

    request: HttpRequest
    at: Mapping[str, str]
    """What the places in the path hold."""
    now: datetime
    language: str
    caller: callers.Caller | None = None
    query: BaseModel | None = None
    body: BaseModel | None = None
    raw: bytes = b""
    """The bytes of the body, where the route checks their signature before it reads them."""

    @property
    def account(self) -> Account:
        return self._known().account

    @property
    def actor(self) -> Actor:
        return self._known().actor

    @property
    def unproven(self) -> str:
        """Digest of the token that the act must have checked; empty where that is done."""
        return self._known().unproven

    def _known(self) -> callers.Caller:
        if self.caller is None:
            raise RuntimeError("a public route asked who is calling")
        return self.caller


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that needs another status or headers than the route's own."""

    body: BaseModel | None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Act = Callable[[Ask], "BaseModel | Reply | HttpResponse | None"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One errand: its address, what it takes, what it gives, how it may refuse."""

    method: str
    path: str
    act: Act
    tag: str
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    answer: type[BaseModel] | None = None
    status: int = 200
    also: tuple[int, ...] = ()
    media: str = reading.JSON
    is_public: bool = False
    proves_caller: bool = False
    """Whether what the act writes is refused by the database unless the token counts by then."""
    takes_file: bool = False
    is_signed: bool = False
    """Whether the act reads the bytes of the body itself, once it knows who signed them."""
    headers: tuple[str, ...] = ()
    refusals: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        return self.act.__name__

    @property
    def summary(self) -> str:
        return (self.act.__doc__ or self.name).strip().splitlines()[0].rstrip(".")


class Door:
    """Answers whatever is asked below the prefix; nothing leaves it that is not JSON or a file."""

    def __init__(self, routes: tuple[Route, ...]) -> None:
        self.routes = routes
        self.places: dict[int, list[tuple[tuple[str, ...], dict[str, Route]]]] = {}
        for route in routes:
            self._add(route)

    def _add(self, route: Route) -> None:
        parts = tuple(route.path.strip("/").split("/"))
        known = self.places.setdefault(len(parts), [])
        for pattern, methods in known:
            if pattern == parts:
                methods[route.method] = route
                return
        known.append((parts, {route.method: route}))
        # `/items/new` comes before `/items/{code}`.
        known.sort(key=lambda one: [part.startswith("{") for part in one[0]])

    def answer(self, request: HttpRequest) -> HttpResponse:
        """Answer one request; a fault of ours is logged and said without its details."""
        language = get_language_from_request(request)
        try:
            found = self._answer(request, language)
        except Problem as fault:
            found = problem.answer(fault, language)
        except Refused as fault:
            found = problem.refused(fault, language)
        except BadCursor as fault:
            found = problem.answer(_bad_cursor(fault), language)
        except SuspiciousOperation as fault:
            log.warning("refused: %s", fault)
            found = problem.answer(_SUSPICIOUS, language)
        except (OperationalError, InterfaceError):
            log.exception("the database did not answer")
            found = problem.answer(_BUSY, language)
        except Exception:
            log.exception("%s %s failed", request.method, request.path)
            found = problem.answer(_OUR_FAULT, language)
        found.headers["Vary"] = "Accept-Language, Authorization, Cookie"
        found.headers["Content-Language"] = "en" if language.startswith("en") else "zh-Hans"
        return found

    def _answer(self, request: HttpRequest, language: str) -> HttpResponse:
        methods, at = self._find(request.path_info)
        method = "GET" if request.method == "HEAD" else request.method or ""
        route = methods.get(method)
        if route is None:
            return _other_method(method, methods)
        moment = now()
        caller = None
        if not route.is_public:
            ask_who = callers.presumed if route.proves_caller else callers.known
            caller = ask_who(request, moment)
            rate.spend(caller.account.number, moment)
        ask = Ask(request, at, moment, language, caller)
        try:
            ask = _read(route, ask)
            return _written(route, route.act(ask))
        except (Problem, Refused):
            if caller is not None and caller.unproven:
                callers.known(request, moment)  # a refusal, too, is for those who may ask
            raise
        except TokenEnded:
            # Nothing was written. Who it is, if anybody, is asked again and served anew.
            callers.remembered.forget(caller.unproven if caller else "")
            ask = replace(ask, caller=callers.known(request, moment))
            return _written(route, route.act(ask))

    def _find(self, path: str) -> tuple[dict[str, Route], dict[str, str]]:
        parts = path[len(PREFIX) :].strip("/").split("/") if path.startswith(f"{PREFIX}/") else []
        for pattern, methods in self.places.get(len(parts), ()):
            at = _matched(pattern, parts)
            if at is not None:
                return methods, at
        raise Problem(404, "not_found", Words("没有这个接口地址", "There is no such address"))


class _Nothing(BaseModel, extra="forbid"):
    """A route without parameters takes none."""


def _read(route: Route, ask: Ask) -> Ask:
    request = ask.request
    query = reading.query_of(request, route.query) if route.query else None
    if query is None and request.META.get("QUERY_STRING"):
        reading.query_of(request, _Nothing)
    if route.is_signed:
        return replace(ask, query=query, raw=reading.raw_body_of(request))
    body = reading.body_of(request, route.body) if route.body else None
    return replace(ask, query=query, body=body)


def _matched(pattern: tuple[str, ...], parts: list[str]) -> dict[str, str] | None:
    at = {}
    for wanted, part in zip(pattern, parts, strict=True):
        if wanted.startswith("{"):
            if not part or "\x00" in part:
                return None
            at[wanted[1:-1]] = part
        elif wanted != part:
            return None
    return at


def _other_method(method: str, methods: Mapping[str, Route]) -> HttpResponse:
    known = {*methods, "OPTIONS"} | ({"HEAD"} if "GET" in methods else set())
    allow = ", ".join(sorted(known))
    if method == "OPTIONS":
        return HttpResponse(status=204, headers={"Allow": allow})
    message = Words(f"这个地址只支持 {allow}", f"This address takes {allow}")
    raise Problem(405, "method_not_allowed", message, headers={"Allow": allow})


def _written(route: Route, given: "BaseModel | Reply | HttpResponse | None") -> HttpResponse:
    if isinstance(given, HttpResponse):
        return given
    reply = given if isinstance(given, Reply) else Reply(given, route.status)
    headers = {"Cache-Control": "no-store", **reply.headers}
    if reply.body is None:
        return HttpResponse(status=reply.status, headers=headers)
    content = reply.body.__pydantic_serializer__.to_json(reply.body)
    return HttpResponse(content, content_type=route.media, status=reply.status, headers=headers)


def _bad_cursor(fault: BadCursor) -> Problem:
    words = Words(str(fault), "The cursor is not one of this list; start at its beginning")
    return Problem(422, "invalid", words, (Fault("cursor", "bad_cursor", words),))


_SUSPICIOUS = Problem(400, "refused", Words("请求不合规范", "The request is not acceptable"))
_BUSY = Problem(
    503,
    "busy",
    Words("系统繁忙，请稍后再试", "Busy; please try again shortly"),
    headers={"Retry-After": "2"},
)
_OUR_FAULT = Problem(
    500,
    "fault",
    Words(
        "系统出了故障，没有办成；请稍后再试，或拨打 12345",
        "Something broke on our side and nothing was done; please try again later",
    ),
)
