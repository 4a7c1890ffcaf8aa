# SPDX-License-Identifier: Apache-2.0
"""Signing in and out with a local account; a demonstration shows its accounts on the page."""

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from huiban.kernel.actor import ActorKind
from huiban.services import sample
from huiban.store.models import Account
from huiban.web.visit import actor_of, see_other


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Show the form, or check what was sent; five wrong passwords lock for a quarter of an hour."""
    next_page = _way(request)
    number = request.POST.get("number", "").strip()
    problem = ""
    if request.method == "POST":
        account = authenticate(request, username=number, password=request.POST.get("password", ""))
        if isinstance(account, Account):
            login(request, account)
            return see_other(next_page or home_of(account))
        problem = _locked_or_wrong(request)
    elif actor_of(request) is not None and isinstance(request.user, Account):
        return see_other(next_page or home_of(request.user))
    context = {
        "next": next_page,
        "number": number,
        "problem": problem,
        "demo": sample.demo_people() if settings.DEMO else (),
        "demo_password": sample.PASSWORD if settings.DEMO else "",
    }
    return render(request, "signin.html", context, status=422 if problem else 200)


def _locked_or_wrong(request: HttpRequest) -> str:
    if getattr(request, "axes_locked_out", False):
        return _("密码错了太多次，为保护账号已锁定 15 分钟，请稍后再试")
    return _("账号或密码不对，请重新输入")


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session everywhere it may be copied to."""
    logout(request)
    return see_other("/")


def home_of(account: Account) -> str:
    """Return the first screen of somebody's work."""
    return "/desk" if account.kind == ActorKind.OFFICER else "/"


def _way(request: HttpRequest) -> str:
    target = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()})
    return target if is_ours else ""
