# SPDX-License-Identifier: Apache-2.0
"""Proving once more who one is before something that binds (再次核实身份): by password so far."""

from datetime import datetime, timedelta
from ipaddress import ip_address

from axes.helpers import get_client_ip_address
from axes.utils import reset
from django.conf import settings
from django.contrib.auth import authenticate
from django.http import HttpRequest
from django.utils.translation import gettext as _

from huiban.services.ceremony import Device, Identity
from huiban.web.visit import Visit

PASSWORD = "password"
_COUNTS_FOR = timedelta(minutes=5)
"""How long a proof for one purpose counts: for another try at the same page, not for a day."""
_KEY = "hb_proved"


class NotProved(Exception):
    """The proof failed; the message says what to do, fit to show."""


def proved(visit: Visit, purpose: str) -> Identity | None:
    """Return the proof somebody gave for this purpose a moment ago, if it still counts."""
    kept = visit.request.session.get(_KEY)
    if not isinstance(kept, dict) or kept.get("purpose") != purpose:
        return None
    at = datetime.fromisoformat(str(kept["at"]))
    return Identity(PASSWORD, at) if at <= visit.now < at + _COUNTS_FOR else None


def prove(visit: Visit, purpose: str) -> Identity:
    """
    Have somebody prove who they are with what they sent; a wrong try counts as one at the door.

    :raises NotProved: if nothing was sent, it is wrong, or there were too many wrong tries.
    """
    known = proved(visit, purpose)
    if known is not None:
        return known
    password = visit.request.POST.get("password", "")
    if not password:
        raise NotProved(_("请输入登录密码，确认是您本人"))
    number = visit.account.number
    if authenticate(visit.request, username=number, password=password) != visit.account:
        is_locked = getattr(visit.request, "axes_locked_out", False)
        # Our own page says so, with all that was typed and drawn still on it.
        visit.request.axes_locked_out = False  # type: ignore[attr-defined]
        if is_locked:
            raise NotProved(_("密码错了太多次，为保护账号已锁定 15 分钟，请稍后再试"))
        raise NotProved(_("密码不对，请重新输入"))
    reset(username=number, ip=get_client_ip_address(visit.request))
    visit.request.session[_KEY] = {"purpose": purpose, "at": visit.now.isoformat()}
    return Identity(PASSWORD, visit.now)


def spend(visit: Visit) -> None:
    """Let a proof count no more, now that it was used."""
    visit.request.session.pop(_KEY, None)


def device_of(visit: Visit) -> Device:
    """Say what somebody signs with: their browser as it calls itself, and its address."""
    agent = visit.request.META.get("HTTP_USER_AGENT", "")
    return Device(agent, address_of(visit.request))


def address_of(request: HttpRequest) -> str:
    """
    Return the network address a visitor comes from.

    Behind a proxy that ends TLS, the proxy says it, last in X-Forwarded-For; without one that
    header is any visitor's word and counts nothing.
    """
    beside = str(request.META.get("REMOTE_ADDR", ""))
    if not bool(settings.SECURE_PROXY_SSL_HEADER):
        return beside
    said = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
    try:
        return str(ip_address(said))
    except ValueError:
        return beside
