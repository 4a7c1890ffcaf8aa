# SPDX-License-Identifier: Apache-2.0
"""How a refusal of a service reaches people: a page that says why and what to do next."""

import logging
from collections.abc import Callable

from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from huiban.kernel.words import Words
from huiban.services import refusal
from huiban.services.refusal import Refused
from huiban.web.visit import actor_of, language_of

log = logging.getLogger(__name__)

STATUS: dict[type[Refused], int] = {
    refusal.NotFound: 404,
    refusal.NotAllowed: 403,
    refusal.NotOpen: 409,
    refusal.Stale: 409,
    refusal.Expired: 410,
    refusal.AlreadyDone: 409,
    refusal.Invalid: 422,
}


_WRONG_METHOD = 405
_NUL = "NUL (0x00)"


def _not_a_page() -> Refused:
    return refusal.NotFound(
        Words(
            "这个地址是按钮用的，不能直接打开；请回到前一页，点页面上的按钮",
            "This address belongs to a button; go back and use the button on the page",
        )
    )


def status_of(refused: Refused) -> int:
    """Return the HTTP status that says the same as a refusal."""
    return next((STATUS[kind] for kind in type(refused).__mro__ if kind in STATUS), 400)


class RefusalMiddleware:
    """Turns a refusal that a view did not handle into a page; faults stay faults."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.answer(request)
        if answer.status_code != _WRONG_METHOD or request.path.startswith("/api/"):
            return answer
        page = refusal_page(request, _not_a_page())
        page.status_code, page["Allow"] = _WRONG_METHOD, answer.get("Allow", "")
        return page

    def process_exception(self, request: HttpRequest, fault: Exception) -> HttpResponse | None:
        if isinstance(fault, Refused):
            return refusal_page(request, fault)
        # PostgreSQL keeps no NUL, so nothing is found under what has one; a browser sends none.
        return not_found(request) if isinstance(fault, DataError) and _NUL in str(fault) else None


def refusal_page(request: HttpRequest, refused: Refused) -> HttpResponse:
    """Say a refusal as a page of the end the person is at."""
    actor = actor_of(request)
    is_officer = actor is not None and actor.kind == "officer"
    context = {
        "frame": "base/desk.html" if is_officer else "base/portal.html",
        "title": _TITLES.get(status_of(refused), lambda: _("这件事没有办成"))(),
        "words": refused.message.speak(language_of(request)),
        "url": "/desk" if is_officer else "/",
        "act": _("回到待办") if is_officer else _("回到首页"),
    }
    return render(request, "refused.html", context, status=status_of(refused))


_TITLES: dict[int, Callable[[], str]] = {
    403: lambda: _("您不能打开这个页面"),
    404: lambda: _("没有找到"),
    409: lambda: _("情况有了变化"),
    410: lambda: _("已经过期"),
    422: lambda: _("有内容要改"),
}


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer an address that shows nothing."""
    words = Words(
        "这个地址没有内容，可能已经移动；请在首页搜索，或者拨打 12345",
        "Nothing is at this address; please search from the home page or call 12345",
    )
    return refusal_page(request, refusal.NotFound(words))


def broken(request: HttpRequest) -> HttpResponse:
    """Answer when the house itself is at fault; nothing of it is shown."""
    return render(request, "broken.html", status=500)


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a post from a page that is too old, or was made by somebody else's site."""
    words = Words(
        "这个页面打开以后您重新登录过，或者浏览器不让保存 Cookie，所以没有提交。"
        "请回到前一页，刷新以后再办",
        "You signed in again since this page was opened, or your browser keeps no cookies, so "
        "nothing was sent. Go back, reload the page and try again",
    )
    log.warning("post without its token: %s", reason)
    page = refusal_page(request, refusal.NotAllowed(words))
    page["Cache-Control"] = "private, no-store"
    return page
