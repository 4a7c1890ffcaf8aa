# SPDX-License-Identifier: Apache-2.0
"""Granting the use of a certificate (授权用证): the form, the code shown once, the holder's log."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from urllib.parse import quote

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiban.connectors import qr
from huiban.kernel.clock_time import SHANGHAI
from huiban.kernel.form import Field, FieldKind
from huiban.kernel.form_date import read_date
from huiban.kernel.form_words import FieldRefused
from huiban.kernel.identifier import show_verification_code
from huiban.kernel.words import Words
from huiban.services import certificate_grants, certify
from huiban.services.certificate_grants import Granted, Granting
from huiban.services.facts import local_day
from huiban.services.party import masked
from huiban.services.refusal import AlreadyDone, FieldFault, NotOpen
from huiban.store import ids
from huiban.store.models import Certificate, CertificateGrant
from huiban.web.certificate_events import events, purpose_words
from huiban.web.field_model import ProblemLink
from huiban.web.portal.papers import state_view
from huiban.web.refused import status_of
from huiban.web.visit import Context, Visit, see_other, signed_in

_NAMES = ("number", "grantee_code", "grantee_name", "purpose", "purpose_text", "starts_on",
          "ends_on", "uses_most")  # fmt: skip
_LONGEST = 500
_STANDINGS: dict[str, tuple[str, Callable[[], str]]] = {
    "active": ("ok", lambda: _("可以使用")),
    "not_yet": ("info", lambda: _("还没到时间")),
    "expired": ("", lambda: _("已过期")),
    "used_up": ("", lambda: _("已用完")),
    "revoked": ("", lambda: _("已收回")),
}
_OPEN = frozenset({"active", "not_yet"})


@require_safe
@never_cache
@signed_in
def grants(visit: Visit, number: str) -> HttpResponse:
    """Show to whom a certificate is lent, and all that happened to it."""
    held, made = certificate_grants.of_certificate(number, visit.actor)
    log = certificate_grants.log(number, visit.actor, _before(visit))
    here = _here(held)
    worth = certify.state_of(held, local_day(visit.now))
    context: Context = {
        "held": held,
        "here": here,
        "is_lendable": worth == "valid",
        "worth": state_view(held, worth)["words"],
        "rows": [_row(one, visit.now, visit.language) for one in made],
        "events": events(log.entries, visit.language),
        "older_url": f"{here}?before={log.older}" if log.older else "",
        "is_older": _before(visit) is not None,
        "crumbs": _crumbs(held, _("授权用证")),
    }
    return render(visit.request, "portal/grants.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def make(visit: Visit, number: str) -> HttpResponse:
    """Ask for a new grant, or make it and show its code, this once."""
    held = certify.one_of_mine(number, visit.actor)
    if certify.state_of(held, local_day(visit.now)) != "valid":
        messages.warning(visit.request, _("证照不是有效状态，不能授权别人使用"))
        return see_other(_here(held))
    if visit.request.method != "POST":
        return _form(visit, held, _usual(held, local_day(visit.now)))
    typed = {name: visit.request.POST.get(name, "")[:_LONGEST] for name in _NAMES}
    typed = {name: text.replace("\x00", "") for name, text in typed.items()}
    try:
        asked = _read(typed, local_day(visit.now))
        granted = certificate_grants.grant(number, asked, visit.actor, visit.now)
    except (FieldFault, NotOpen) as refused:
        return _form(visit, held, typed, refused)
    except AlreadyDone as refused:
        messages.warning(visit.request, refused.message.speak(visit.language))
        return see_other(_here(held))
    return _made(visit, held, granted)


@require_POST
@never_cache
@signed_in
def revoke(visit: Visit, number: str, grant: str) -> HttpResponse:
    """Take a grant back."""
    held = certify.one_of_mine(number, visit.actor)
    try:
        certificate_grants.revoke(grant, visit.actor, visit.now)
    except NotOpen as refused:
        messages.warning(visit.request, refused.message.speak(visit.language))
    else:
        messages.success(visit.request, _("授权已收回，从现在起不能再用。"))
    return see_other(_here(held))


def _made(visit: Visit, held: Certificate, granted: Granted) -> HttpResponse:
    address = f"{settings.PUBLIC_URL}/use/{granted.code}"
    context: Context = {
        "held": held,
        "here": _here(held),
        "row": _row(granted.grant, visit.now, visit.language),
        "code": show_verification_code(granted.code),
        "address": address,
        "qr": qr.svg(address, label=_("用证二维码")),
        "now": visit.now,
        "crumbs": _crumbs(held, _("用证码")),
    }
    return render(visit.request, "portal/grant_made.html", context, status=201)


def _form(
    visit: Visit,
    held: Certificate,
    typed: dict[str, str],
    refused: FieldFault | NotOpen | None = None,
) -> HttpResponse:
    fault = refused.message.speak(visit.language) if refused else ""
    at = refused.path if isinstance(refused, FieldFault) else ""
    known = certificate_grants.purposes().values()
    context: Context = {
        "held": held,
        "here": _here(held),
        "typed": typed,
        "purposes": [(one.code, one.name.speak(visit.language)) for one in known],
        "most_uses": certificate_grants.MOST_USES,
        "most_days": certificate_grants.MOST_DAYS,
        "longest_words": certificate_grants.LONGEST_WORDS,
        "fault_at": at,
        "fault": fault,
        "links": [ProblemLink(f"#{at}" if at else "#grant", fault)] if fault else [],
        "crumbs": _crumbs(held, _("新的授权")),
    }
    status = status_of(refused) if refused else 200
    return render(visit.request, "portal/grant_form.html", context, status=status)


def _usual(held: Certificate, today: date) -> dict[str, str]:
    ends = today + timedelta(days=certificate_grants.USUAL_DAYS - 1)
    ends = min(ends, held.valid_until) if held.valid_until else ends
    return {
        "number": ids.new_key(),
        "starts_on": today.isoformat(),
        "ends_on": ends.isoformat(),
        "uses_most": "1",
    }


def _read(typed: dict[str, str], today: date) -> Granting:
    count = typed["uses_most"].strip()
    return Granting(
        number=typed["number"],
        grantee_code=typed["grantee_code"],
        grantee_name=typed["grantee_name"],
        purpose=typed["purpose"],
        purpose_text=typed["purpose_text"],
        starts_on=_day("starts_on", typed["starts_on"], today),
        ends_on=_day("ends_on", typed["ends_on"], today),
        uses_most=int(count) if count.isascii() and count.isdecimal() and len(count) < 6 else 0,
    )


_DAYS = {
    "starts_on": Words("起日", "First day"),
    "ends_on": Words("止日", "Last day"),
}


def _day(name: str, typed: str, today: date) -> date | None:
    asked = Field(key=name, label=_DAYS[name], kind=FieldKind.DATE)
    try:
        text = read_date(asked, typed, today)
    except FieldRefused as refused:
        raise FieldFault(name, refused.message) from refused
    return date.fromisoformat(text) if text else None


def _row(made: CertificateGrant, now: datetime, language: str) -> Context:
    state = certificate_grants.standing(made, now)
    kind, words = _STANDINGS[state]
    last = made.valid_until.astimezone(SHANGHAI) - timedelta(seconds=1)
    return {
        "number": made.number,
        "name": certificate_grants.party_name(made.grantee_code, made.grantee_name),
        "code": masked(made.grantee_code),
        "purpose": purpose_words(made.purpose, made.purpose_text, language),
        "from": made.valid_from.astimezone(SHANGHAI).date(),
        "until": last.date(),
        "uses": made.uses,
        "uses_most": made.uses_most,
        "made_at": made.made_at,
        "ended_at": made.ended_at,
        "state": words(),
        "kind": kind,
        "is_open": state in _OPEN,
    }


def _here(held: Certificate) -> str:
    return f"/certificates/{quote(held.number, safe='')}/grants"


def _crumbs(held: Certificate, words: str) -> list[tuple[str, str]]:
    own = f"/certificates/{quote(held.number, safe='')}"
    found = [(_("我的证照"), "/certificates"), (held.title, own)]
    if words != _("授权用证"):
        found.append((_("授权用证"), f"{own}/grants"))
    return [*found, (words, "")]


def _before(visit: Visit) -> int | None:
    text = visit.request.GET.get("before", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
