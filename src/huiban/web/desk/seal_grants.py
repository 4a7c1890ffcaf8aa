# SPDX-License-Identifier: Apache-2.0
"""Grants of a seal (用印授权) on its page: given, and taken back."""

from datetime import datetime, time, timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from huiban.kernel.clock_time import SHANGHAI
from huiban.kernel.seal import HolderKind
from huiban.kernel.words import Words
from huiban.services import seals, seals_grant
from huiban.services.refusal import FieldFault
from huiban.services.seals_grant import NewGrant
from huiban.web.desk.seal import HERE, draw
from huiban.web.desk.seals import day
from huiban.web.visit import Context, Visit, at_desk, see_other

_MOST_DOCUMENTS = 200


@never_cache
@require_POST
@at_desk
def give(visit: Visit, number: str) -> HttpResponse:
    """Let a post or an officer use a seal."""
    sent = visit.request.POST
    said: Context = {
        "holder": sent.get("holder", "")[:100],
        "documents": sent.getlist("documents")[:_MOST_DOCUMENTS],
        "valid_from": sent.get("valid_from", "").strip()[:32],
        "valid_until": sent.get("valid_until", "").strip()[:32],
        "uses_most": sent.get("uses_most", "").strip()[:16],
    }
    try:
        seals_grant.give(number, _grant(said), visit.actor, visit.now)
    except FieldFault as refused:
        found = seals.one(number, visit.actor)
        return draw(visit, found, at="grant", fault=refused, said=said)
    messages.success(visit.request, _("已授权。"))
    return see_other(f"{HERE}/{number}#grants")


@never_cache
@require_POST
@at_desk
def take_back(visit: Visit, number: str, grant: str) -> HttpResponse:
    """End a grant."""
    seals_grant.take_back(number, grant, visit.actor, visit.now)
    messages.success(visit.request, _("授权已收回，从现在起不能再用。"))
    return see_other(f"{HERE}/{number}#grants")


def _grant(said: Context) -> NewGrant:
    kind, _colon, holder = str(said["holder"]).partition(":")
    kinds = {str(one): one for one in HolderKind}
    if kind not in kinds:
        raise FieldFault("holder", Words("请选择由谁使用", "Choose who may use it"))
    first = datetime.combine(day(said["valid_from"], "valid_from"), time(), SHANGHAI)
    last = datetime.combine(day(said["valid_until"], "valid_until"), time(), SHANGHAI)
    return NewGrant(
        holder_kind=kinds[kind],
        holder=holder,
        documents=tuple(str(one) for one in said["documents"]),
        valid_from=first,
        valid_until=last + timedelta(days=1, seconds=-1),
        uses_most=_count(str(said["uses_most"])),
    )


def _count(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 9):
        raise FieldFault(
            "uses_most", Words("次数填整数，不限次数的不填", "A whole number; empty for no limit")
        )
    return int(text)
