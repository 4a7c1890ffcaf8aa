# SPDX-License-Identifier: Apache-2.0
"""Proving who one is (核实身份): choosing a way, and the record of every attempt."""

from collections.abc import Callable, Mapping

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from huiban.kernel.clock_time import SHANGHAI
from huiban.kernel.identity import Way
from huiban.kernel.identity_words import WAY_WORDS
from huiban.services import identity, identity_pictures, identity_ways
from huiban.services.identity_ways import Offered
from huiban.services.refusal import NotFound
from huiban.store.models import IdentityAttempt, KeptPicture
from huiban.web.portal.identity_purposes import Errand, errand
from huiban.web.portal.identity_result import reasons, standing
from huiban.web.portal.papers import stranger_bytes
from huiban.web.visit import Context, Visit, see_other, signed_in

_Say = Callable[[], str]
# Per way: its icon, its address below the purpose, what it takes, and the button.
_SIGNS: Mapping[Way, tuple[str, str]] = {
    Way.FACE: ("camera", "face"),
    Way.PASSKEY_CODE: ("lock", "passkey"),
    Way.WINDOW: ("building", "window"),
    Way.PASSWORD: ("keyboard", ""),
}
_ABOUT: Mapping[Way, tuple[_Say, tuple[_Say, ...], _Say]] = {
    Way.FACE: (
        lambda: _("对着摄像头做三个动作，和留存的证件照片比一次。"),
        (lambda: _("约半分钟"), lambda: _("有摄像头的手机或电脑"), lambda: _("默认不留照片")),
        lambda: _("刷脸"),
    ),
    Way.PASSKEY_CODE: (
        lambda: _("用设备的指纹、面容或者锁屏密码确认，再填一个发到您手机或邮箱的验证码。"),
        (lambda: _("约一分钟"), lambda: _("设备里的指纹和面容不离开设备")),
        lambda: _("用通行密钥"),
    ),
    Way.WINDOW: (
        lambda: _("带身份证到任一窗口，报一个号，工作人员看证件确认。"),
        (lambda: _("当天有效"), lambda: _("不用手机，不用照相")),
        lambda: _("取号"),
    ),
}


@require_safe
@never_cache
@signed_in
def ways(visit: Visit, kind: str, number: str) -> HttpResponse:
    """Show the ways to prove who one is for one purpose, closed ones with the reason."""
    own, about = visit.account.to_actor(), errand(visit, kind, number)
    proof = identity.proved(own, about.purpose, visit.now)
    offered = sorted(identity_ways.ways(own), key=lambda one: not one.is_open)
    context: Context = {
        "what": about.purpose.words.speak(visit.language),
        "ways": [_way(one, about, visit.language) for one in offered],
        "proved_by": WAY_WORDS[Way(proof.way)].speak(visit.language) if proof else "",
        "proved_at": proof.at if proof else None,
        "back_url": about.back_url,
        "on_url": about.on_url,
        "on_words": about.on_words.speak(visit.language),
        "crumbs": [(_("首页"), "/"), (_("核实身份"), "")],
    }
    return render(visit.request, "portal/identity_ways.html", context)


def _way(offered: Offered, about: Errand, language: str) -> Context:
    sign, page = _SIGNS[offered.way]
    words, facts, act = _ABOUT[offered.way]
    return {
        "key": str(offered.way),
        "sign": sign,
        "name": WAY_WORDS[offered.way].speak(language),
        "words": words(),
        "facts": [say() for say in facts],
        "closed": offered.refusal.speak(language) if offered.refusal else "",
        "url": f"{about.ways_url}/{page}",
        "act": act(),
    }


@require_safe
@never_cache
@signed_in
def records(visit: Visit) -> HttpResponse:
    """List every attempt of somebody, with the picture kept of it, if any."""
    found = identity.history(visit.account.to_actor())
    context: Context = {
        "rows": [_record(one, visit) for one in found],
        "crumbs": [(_("首页"), "/"), (_("身份核实记录"), "")],
    }
    return render(visit.request, "portal/identity_records.html", context)


def _record(row: IdentityAttempt, visit: Visit) -> Context:
    kind, state = standing(row, visit.now)
    picture = getattr(row, "picture", None)
    return {
        "number": row.number,
        "url": f"/identity/attempts/{row.number}",
        "sign": _SIGNS[Way(row.way)][0],
        "name": WAY_WORDS[Way(row.way)].speak(visit.language),
        "what": identity.purpose_of(row).words.speak(visit.language),
        "at": row.begun_at,
        "kind": kind,
        "state": state,
        "why": reasons(row, visit.now, visit.language)[0],
        "picture": _picture(picture) if isinstance(picture, KeptPicture) else None,
    }


def _picture(kept: KeptPicture) -> Context:
    if kept.deleted_at is None:
        here = f"/identity/pictures/{kept.number}"
        return {"url": here, "until": kept.delete_on, "withdraw_url": f"{here}/withdraw"}
    day = kept.deleted_at.astimezone(SHANGHAI).date().isoformat()
    if kept.withdrawn_at is not None:
        return {"gone": _("您撤回了留存照片的同意，照片已在 %(day)s 删除。") % {"day": day}}
    return {"gone": _("留存的照片到期，已在 %(day)s 删除。") % {"day": day}}


@require_safe
@never_cache
@signed_in
def picture(visit: Visit, number: str) -> HttpResponse:
    """Show a kept picture to the one it shows."""
    content = identity_pictures.content(number, visit.account.to_actor())
    return stranger_bytes(visit.request, content, "image/jpeg", "identity.jpg")


@require_POST
@never_cache
@signed_in
def withdraw(visit: Visit, number: str) -> HttpResponse:
    """Take back the consent to keep a picture; it is deleted at once."""
    try:
        identity_pictures.withdraw(number, visit.account.to_actor(), visit.now)
    except NotFound as refused:
        messages.warning(visit.request, refused.message.speak(visit.language))
    else:
        messages.success(visit.request, _("同意已撤回，照片已经删除。"))
    return see_other("/identity")
