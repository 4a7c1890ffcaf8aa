# SPDX-License-Identifier: Apache-2.0
"""Portraits at the window (留存证件照片): put by who looked at the card, deleted when asked."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from huiban.services import identity_portraits
from huiban.services.identity_portraits import Put
from huiban.services.refusal import FieldFault, NotAllowed, NotFound, NotOpen
from huiban.store.models import Portrait
from huiban.web.desk.frame import nav
from huiban.web.field_model import ProblemLink
from huiban.web.refused import status_of
from huiban.web.visit import Context, Visit, at_desk, see_other

_HERE = "/desk/portraits"
_MOST = 6 * 1024 * 1024
_Refused = FieldFault | NotAllowed | NotFound | NotOpen


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@at_desk
def portraits(visit: Visit) -> HttpResponse:
    """Show what an account has on file; put a portrait, or delete them all."""
    if visit.request.method != "POST":
        return _draw(visit, _account(visit))
    try:
        if visit.request.POST.get("do") == "remove":
            _remove(visit)
        else:
            _put(visit)
    except (FieldFault, NotAllowed, NotFound, NotOpen) as refused:
        return _draw(visit, _account(visit), refused)
    return see_other(f"{_HERE}?{urlencode({'account': _account(visit)})}")


def _put(visit: Visit) -> None:
    sent = visit.request.POST
    put = Put(
        account=_account(visit),
        name=sent.get("name", "").strip()[:100],
        card=sent.get("card", "")[:40],
        content=_content(visit),
        is_consented=sent.get("is_consented") == "on",
    )
    row = identity_portraits.put_portrait(put, visit.actor, visit.now)
    told = _("已留存 %(name)s 的证件照片，现在可以刷脸核实了。") % {"name": row.account_name}
    messages.success(visit.request, told)


def _remove(visit: Visit) -> None:
    reason = visit.request.POST.get("reason", "").replace("\x00", "")
    account = _account(visit)
    count = identity_portraits.remove(account, reason, visit.actor, visit.now)
    messages.success(visit.request, _("已删除 %(count)s 张照片。") % {"count": count})


def _account(visit: Visit) -> str:
    sent = visit.request.POST if visit.request.method == "POST" else visit.request.GET
    return sent.get("account", "").replace("\x00", "").strip()[:64]


def _content(visit: Visit) -> bytes:
    found = visit.request.FILES.get("content")
    return found.read(_MOST) if isinstance(found, UploadedFile) else b""


def _draw(visit: Visit, account: str, refused: _Refused | None = None) -> HttpResponse:
    try:
        rows = identity_portraits.of_account(account, visit.actor)
    except NotAllowed as fault:
        rows, refused = [], fault
    words = refused.message.speak(visit.language) if refused else ""
    at = refused.path if isinstance(refused, FieldFault) else ""
    context: Context = {
        "account": account,
        "said": {name: visit.request.POST.get(name, "")[:100] for name in ("name", "card")},
        "consent": identity_portraits.CONSENT.speak(visit.language),
        "rows": [_row(one) for one in rows],
        "has_any": any(one.deleted_at is None for one in rows),
        "fault_at": at,
        "fault": words,
        "refused": "" if at else words,
        "links": [ProblemLink(f"#{at}", words)] if at else [],
        "desk_nav": nav(visit, _HERE),
    }
    status = status_of(refused) if refused else 200
    return render(visit.request, "desk/portraits.html", context, status=status)


def _row(one: Portrait) -> Context:
    state = "deleted" if one.deleted_at else "replaced" if one.ended_at else "current"
    return {"at": one.put_at, "by": one.put_by_name, "name": one.account_name, "state": state}
