# SPDX-License-Identifier: Apache-2.0
"""What became of an attempt to prove who one is (核实结果): the verdict, each step, what next."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from huiban.kernel.clock_time import SHANGHAI
from huiban.kernel.identity import Fault, Step, Way
from huiban.kernel.identity_words import FAULT_WORDS, WAY_WORDS
from huiban.services import identity
from huiban.services.facts import read_json
from huiban.services.refusal import Refused
from huiban.store.models import IdentityAttempt
from huiban.web.portal.identity_face import camera
from huiban.web.portal.identity_prompts import step_name
from huiban.web.portal.identity_purposes import Errand, errand
from huiban.web.visit import Context, Visit, see_other, signed_in

_Say = Callable[[], str]
_STATE = IdentityAttempt.State
_STATES: Mapping[str, tuple[str, _Say]] = {
    _STATE.OPEN: ("info", lambda: _("进行中")),
    _STATE.JUDGING: ("info", lambda: _("正在核对")),
    _STATE.PASSED: ("ok", lambda: _("通过")),
    _STATE.FAILED: ("bad", lambda: _("没有通过")),
    _STATE.EXPIRED: ("warn", lambda: _("超时")),
    _STATE.ABANDONED: ("", lambda: _("没有做完")),
    _STATE.USED: ("ok", lambda: _("通过，已使用")),
}
_GO_ON: Mapping[str, str] = {Way.PASSKEY_CODE: "passkey", Way.WINDOW: "window"}
_ENDS: Mapping[str, _Say] = {
    _STATE.OPEN: lambda: _("还没有做完，可以接着做。"),
    _STATE.JUDGING: lambda: _("正在核对，请过几秒刷新本页。"),
    _STATE.EXPIRED: lambda: _("没有在限定时间内做完；请重新核实。"),
    _STATE.ABANDONED: lambda: _("开始了没有做完，画面都丢弃了。"),
    _STATE.USED: lambda: _("核实通过，已经用在这件事上；每次核实只能用一次。"),
}


_TELLING = (Fault.OTHER_MOVEMENT,)
"""Faults of a step that say more than that it was not seen."""


@require_safe
@never_cache
@signed_in
def attempt(visit: Visit, number: str) -> HttpResponse:
    """Go on with an attempt, or show what became of it."""
    row = identity.load(number, visit.account.to_actor())
    is_open = row.state == _STATE.OPEN and visit.now < row.expires_at
    if is_open and row.way == Way.FACE:
        return camera(visit, row)
    if is_open and row.way in _GO_ON:
        return see_other(f"/identity/attempts/{number}/{_GO_ON[row.way]}")
    return render(visit.request, "portal/identity_attempt.html", _told(visit, row))


def standing(row: IdentityAttempt, now: datetime) -> tuple[str, str]:
    """Say where an attempt stands: the kind of its chip, and the word in it."""
    kind, say = _STATES[_state(row, now)]
    return kind, say()


def reasons(row: IdentityAttempt, now: datetime, language: str) -> list[str]:
    """Say what became of an attempt and what to do, the most telling first."""
    if row.state == _STATE.PASSED and row.counts_until:
        return _passed(row.counts_until, now)
    told = read_json(row.facts).get("faults")
    faults = [one for one in told if one in set(Fault)] if isinstance(told, list) else []
    if faults:
        return [FAULT_WORDS[Fault(one)].speak(language) for one in faults]
    reason = read_json(row.facts).get("reason")
    end = _ENDS.get(_state(row, now), lambda: _("请重新核实，或者换一种方式。"))()
    return [reason, end] if isinstance(reason, str) and reason else [end]


def _passed(until: datetime, now: datetime) -> list[str]:
    if now >= until:
        return [_("当时核实通过，没有在有效时间内使用，现在不能再用。")]
    local = until.astimezone(SHANGHAI)
    is_today = local.date() == now.astimezone(SHANGHAI).date()
    at = f"{local:%H:%M}" if is_today else f"{local:%m-%d %H:%M}"
    return [_("确认是您本人。"), _("%(at)s 以前有效，只用于这件事，只能用一次。") % {"at": at}]


def _state(row: IdentityAttempt, now: datetime) -> str:
    is_late = row.state == _STATE.OPEN and now >= row.expires_at
    return _STATE.EXPIRED if is_late else row.state


def _told(visit: Visit, row: IdentityAttempt) -> Context:
    language, now, facts = visit.language, visit.now, read_json(row.facts)
    about = _errand(visit, row)
    counts = row.state == _STATE.PASSED and row.counts_until and now < row.counts_until
    kind, state = standing(row, now)
    return {
        "name": WAY_WORDS[Way(row.way)].speak(language),
        "what": identity.purpose_of(row).words.speak(language),
        "state": state,
        "kind": kind,
        "reasons": reasons(row, now, language),
        "steps": list(_steps(facts, language)),
        "facts": list(_facts(row, facts)),
        "on_url": about.on_url if about and counts else "",
        "on_words": about.on_words.speak(language) if about else "",
        "ways_url": about.ways_url if about and not counts else "",
        "again_url": f"{about.ways_url}/face" if about and row.way == Way.FACE else "",
        "crumbs": [(_("身份核实记录"), "/identity"), (_("核实结果"), "")],
    }


def _errand(visit: Visit, row: IdentityAttempt) -> Errand | None:
    """The matter may be over by now: then there is nothing to go on to, nor to try again for."""
    try:
        return errand(visit, row.purpose_kind, row.purpose_number)
    except Refused:
        return None


def _steps(facts: Mapping[str, object], language: str) -> Iterable[Context]:
    found = facts.get("steps")
    for one in found if isinstance(found, list) else []:
        fault = one["fault"]
        yield {
            "name": step_name(Step(one["step"])),
            "is_passed": one["is_passed"],
            "measure": one["measure"],
            "threshold": one["threshold"],
            "words": FAULT_WORDS[Fault(fault)].speak(language) if fault in _TELLING else "",
        }


def _facts(row: IdentityAttempt, facts: Mapping[str, object]) -> Iterable[tuple[str, str]]:
    score, threshold = facts.get("score"), facts.get("threshold")
    compared = _("%(score)s，不超过 %(threshold)s 才算同一个人") % {
        "score": score, "threshold": threshold,
    } if score else ""  # fmt: skip
    found = (
        (_("开始"), _moment(row.begun_at)),
        (_("结束"), _moment(row.ended_at)),
        (_("使用"), _moment(row.used_at)),
        (_("和证件照片的距离"), compared),
        (
            _("画面"),
            _("%(n)s 张，比完已丢弃") % {"n": facts["frames"]} if "frames" in facts else "",
        ),
        (_("画面的数字指纹"), row.frames_sha256),
        (_("引擎"), str(facts.get("engine") or "")),
        (_("机构受理号"), str(facts.get("reference") or "")),
        (_("通行密钥"), str(facts.get("passkey_name") or "")),
        (_("验证码发到"), str(facts.get("to") or "")),
        (_("窗口人员"), str(facts.get("clerk_name") or "")),
        (_("设备"), row.device),
        (_("网络地址"), row.address),
        (_("核实编号"), row.number),
    )
    return [(name, text) for name, text in found if text]


def _pictures(row: IdentityAttempt, count: object) -> str:
    if count is None:
        return ""
    if hasattr(row, "picture"):
        return _("%(n)s 张，比完已丢弃；您另外同意留存的一张见“身份核实记录”") % {"n": count}
    return _("%(n)s 张，比完已丢弃") % {"n": count}


def _moment(at: datetime | None) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}" if at else ""
