# SPDX-License-Identifier: Apache-2.0
"""Who visits a page and when: what every view asks of a request before it calls a service."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import update_wrapper
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils.translation import get_language

from huiban.kernel.actor import Actor, ActorKind
from huiban.store.models import Account
from huiban.web import acting
from huiban.web.clock import now

P = ParamSpec("P")
Guarded = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
Visited = Callable[Concatenate["Visit", P], HttpResponseBase]


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of one signed-in person."""

    request: HttpRequest
    account: Account
    actor: Actor
    now: datetime
    language: str


class ActorMiddleware:
    """Gives every request its `actor`: the signed-in party, or None."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        # The user is loaded when asked for: a page that needs nobody costs no query.
        actor = acting.as_chosen(request, user.to_actor()) if isinstance(user, Account) else None
        request.actor = actor  # type: ignore[attr-defined]
        answer = self.answer(request)
        if actor is not None:
            # What a signed-in person sees is theirs; a view that knows better has said so.
            answer.headers.setdefault("Cache-Control", "private, no-store")
        return answer


def actor_of(request: HttpRequest) -> Actor | None:
    """Return who is signed in, None for a visitor."""
    found = getattr(request, "actor", None)
    return found if isinstance(found, Actor) else None


def language_of(request: HttpRequest) -> str:
    return get_language() or "zh-hans"


def signed_in(view: Visited[P]) -> Guarded[P]:
    """Let a view be asked by signed-in people only; others sign in first and come back."""

    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        actor = actor_of(request)
        account = request.user
        if actor is None or not isinstance(account, Account):
            return to_sign_in(request)
        moment = now()
        acting.demand_page(request, actor, moment)
        return view(Visit(request, account, actor, moment, language_of(request)), *args, **kwargs)

    return update_wrapper(guarded, view)


def at_desk(view: Visited[P]) -> Guarded[P]:
    """Let a view be asked by officers only; residents are sent to the portal."""

    def guarded(visit: Visit, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if visit.actor.kind is not ActorKind.OFFICER:
            return HttpResponseRedirect("/")
        return view(visit, *args, **kwargs)

    return update_wrapper(signed_in(guarded), view)


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send somebody to the sign-in page, and back here afterwards."""
    way = f"/sign-in?{urlencode({'next': _page_of(request)})}"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": way})
    return HttpResponseRedirect(way)


def _page_of(request: HttpRequest) -> str:
    """Name the page somebody was on: a button has an address that shows nothing."""
    here = request.get_full_path()
    try:
        page = urlsplit(request.headers.get("Referer", ""))
    except ValueError:  # whatever it is, it is none of our pages
        return here
    if request.method in ("GET", "HEAD") or page.netloc != request.get_host():
        return here
    return f"{page.path}?{page.query}" if page.query else page.path


def see_other(way: str) -> HttpResponse:
    """Answer a post: look there next, so that reloading repeats nothing."""
    answer = HttpResponseRedirect(way)
    answer.status_code = 303
    return answer


Context = dict[str, Any]
