# SPDX-License-Identifier: Apache-2.0
"""Who calls the API: a program with its token, or our own pages with a session."""

from dataclasses import dataclass
from datetime import datetime
from importlib import import_module

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware

from huiban.kernel.actor import Actor
from huiban.kernel.words import Words
from huiban.store.accounts import account_of_token
from huiban.store.models import Account
from huiban.web.api.problem import Problem

_REALM = 'Bearer realm="huiban"'
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Caller:
    """An account and the acting party it stands for."""

    account: Account
    actor: Actor


def known(request: HttpRequest, now: datetime) -> Caller:
    """
    Return who is calling.

    :raises Problem: 401 for nobody or a token that does not count; 403 for a post from elsewhere.
    """
    said = request.META.get("HTTP_AUTHORIZATION", "")
    account = _by_token(said, now) if said else _by_session(request)
    return Caller(account, account.to_actor())


def _by_token(said: str, now: datetime) -> Account:
    scheme, _, token = said.partition(" ")
    account = account_of_token(token.strip(), now) if scheme.lower() == "bearer" else None
    if account is None:
        raise Problem(
            401,
            "invalid_token",
            Words("令牌无效、已过期或已停用，请换一个", "The token is unknown, expired or revoked"),
            headers={"WWW-Authenticate": f'{_REALM}, error="invalid_token"'},
        )
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
