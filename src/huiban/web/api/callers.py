# SPDX-License-Identifier: Apache-2.0
"""Who calls the API: a program with its token, or our own pages with a session."""

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware

from huiban.kernel.actor import Actor
from huiban.kernel.words import Words
from huiban.store.accounts import account_of_token, token_digest
from huiban.store.models import Account
from huiban.web.api.problem import Problem

_REALM = 'Bearer realm="huiban"'
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Caller:
    """An account and the acting party it stands for."""

    account: Account
    actor: Actor
    unproven: str = ""
    """Digest of a token that counted a moment ago and must be checked again before it is served."""


class _Remembered:
    """Who a token stood for when it was last checked; good for a few seconds, never proof."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.kept: dict[str, tuple[datetime, Account]] = {}

    def keep(self, token: str, account: Account, now: datetime) -> None:
        with self.lock:
            if len(self.kept) >= _MOST_REMEMBERED:
                self.kept.clear()
            self.kept[token_digest(token)] = (now, account)

    def find(self, digest: str, now: datetime) -> Account | None:
        with self.lock:
            at, account = self.kept.get(digest, (None, None))
        return account if at is not None and abs(now - at) <= _REMEMBERED_FOR else None

    def forget(self, digest: str) -> None:
        with self.lock:
            self.kept.pop(digest, None)


remembered = _Remembered()
_REMEMBERED_FOR = timedelta(seconds=10)
_MOST_REMEMBERED = 10_000


def known(request: HttpRequest, now: datetime) -> Caller:
    """
    Return who is calling.

    :raises Problem: 401 for nobody or a token that does not count; 403 for a post from elsewhere.
    """
    said = request.META.get("HTTP_AUTHORIZATION", "")
    account = _by_token(said, now) if said else _by_session(request)
    return Caller(account, account.to_actor())


def presumed(request: HttpRequest, now: datetime) -> Caller:
    """
    Return who is calling, for an act whose own statement makes sure of the token once more.

    :raises Problem: as `known`, where the token was not seen in the last seconds.
    """
    scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    digest = token_digest(token.strip()) if scheme.lower() == "bearer" else ""
    account = remembered.find(digest, now) if digest else None
    return Caller(account, account.to_actor(), digest) if account else known(request, now)


def ended() -> Problem:
    """Say that a token does not count."""
    return Problem(
        401,
        "invalid_token",
        Words("令牌无效、已过期或已停用，请换一个", "The token is unknown, expired or revoked"),
        headers={"WWW-Authenticate": f'{_REALM}, error="invalid_token"'},
    )


def _by_token(said: str, now: datetime) -> Account:
    scheme, _, token = said.partition(" ")
    token = token.strip()
    account = account_of_token(token, now) if scheme.lower() == "bearer" else None
    if account is None:
        raise ended()
    remembered.keep(token, account, now)
    return account


def _by_session(request: HttpRequest) -> Account:
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    if key:
        request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
        user = get_user(request)
        if isinstance(user, Account) and user.is_active:
            _check_origin(request)
            return user
    raise Problem(
        401,
        "not_signed_in",
        Words("请先登录，或在 Authorization 里带上令牌", "Sign in, or send a bearer token"),
        headers={"WWW-Authenticate": _REALM},
    )


class _Check(CsrfViewMiddleware):
    """Django's own check, which tells why instead of drawing a page."""

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:
        raise Problem(
            403,
            "csrf_failed",
            Words(
                "请求不是从本站页面发出的，请刷新页面再试（X-CSRFToken）",
                f"Not sent from a page of ours ({reason}); send X-CSRFToken",
            ),
        )


_check = _Check(lambda request: HttpResponse())


def _check_origin(request: HttpRequest) -> None:
    if request.method not in _SAFE:
        _check.process_request(request)
        _check.process_view(request, _nobody, (), {})


def _nobody(request: HttpRequest) -> HttpResponse:
    return HttpResponse()
