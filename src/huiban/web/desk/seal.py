# SPDX-License-Identifier: Apache-2.0
"""One seal as the desk shows it: facts, approvals as steps, grants, and its ledger in words."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from huiban.kernel.credential import Profile
from huiban.kernel.permission import Errand, may_with_seals
from huiban.kernel.seal import KINDS
from huiban.services import seals, seals_grant
from huiban.services.facts import local_day
from huiban.services.ledger import body_of
from huiban.services.refusal import FieldFault
from huiban.services.seals import Change
from huiban.services.seals_grant import Choice
from huiban.store.models import LedgerEntry, Seal, SealGrant
from huiban.web.desk.frame import nav
from huiban.web.desk.speech import department_words, role_words
from huiban.web.field_model import ProblemLink
from huiban.web.refused import status_of
from huiban.web.templatetags.huiban import when
from huiban.web.visit import Context, Visit

HERE = "/desk/seals"
Known = Mapping[str, Choice]
"""What grants may name, by its code."""
Say = Callable[[], str]
STATES: Mapping[str, tuple[Say, str]] = {
    Seal.State.PROPOSED: (lambda: _("审批中"), "warn"),
    Seal.State.ACTIVE: (lambda: _("使用中"), "ok"),
    Seal.State.REFUSED: (lambda: _("已退回"), "bad"),
    Seal.State.SUSPENDED: (lambda: _("已暂停"), "warn"),
    Seal.State.REVOKED: (lambda: _("已吊销"), "bad"),
    Seal.State.RETIRED: (lambda: _("已停用"), ""),
}
_ACTS: Mapping[str, Say] = {
    "seal_proposed": lambda: _("提出了申请"),
    "seal_approved": lambda: _("审批通过"),
    "seal_made": lambda: _("印章制作完成"),
    "seal_remade": lambda: _("换用新证书，重新制作"),
    "seal_refused": lambda: _("退回了申请"),
    "seal_suspended": lambda: _("暂停使用"),
    "seal_resumed": lambda: _("恢复使用"),
    "seal_revoked": lambda: _("吊销"),
    "seal_retired": lambda: _("停用"),
    "seal_granted": lambda: _("授权用印"),
    "grant_revoked": lambda: _("收回授权"),
    "seal_used": lambda: _("用印一次"),
    "seal_use_refused": lambda: _("用印被拒"),
}
_REFUSALS: Mapping[str, Say] = {
    "suspended": lambda: _("印章已暂停"),
    "revoked": lambda: _("印章已吊销"),
    "retired": lambda: _("印章已停用"),
    "expired": lambda: _("印章有效期已满"),
    "not_yet_valid": lambda: _("印章还没有到启用日期"),
    "not_granted": lambda: _("没有授权"),
    "not_yet": lambda: _("授权还没有开始"),
    "lapsed": lambda: _("授权已经过期"),
    "used_up": lambda: _("授权次数已用完"),
}
_CHANGES: Mapping[Change, tuple[Say, Say, str]] = {
    Change.SUSPEND: (lambda: _("暂停使用"), lambda: _("暂停后马上不能再盖，可以恢复。"), ""),
    Change.RESUME: (lambda: _("恢复使用"), lambda: _("恢复后按原来的授权继续使用。"), "main"),
    Change.REVOKE: (
        lambda: _("吊销印章"),
        lambda: _("吊销后不能恢复，需要时重新申请；已经盖过的文书仍然有效。"),
        "danger",
    ),
}


def draw(
    visit: Visit,
    found: Seal,
    *,
    at: str = "",
    fault: FieldFault | None = None,
    said: Context | None = None,
) -> HttpResponse:
    """Draw the page of a seal; `at` says which of its forms has a fault."""
    before, known = _before(visit), _known()
    entries = seals.history(found.number, visit.actor, before)
    words = fault.message.speak(visit.language) if fault else ""
    state, kind = STATES[found.state]
    context: Context = {
        "seal": found,
        "url": f"{HERE}/{found.number}",
        "picture": picture_of(found),
        "credential": found.credential,
        "kind": kind_words(found.kind, visit.language),
        "department": department_words(found.department, visit.language),
        "profile": profile_words(Profile(found.profile)),
        "state": state(),
        "state_kind": kind,
        "uses": found.month_uses if found.month == local_day(visit.now).replace(day=1) else 0,
        "steps": _steps(found),
        "grants": _grants(found, known, visit),
        "may_grant": _may_grant(found, visit),
        "choices": _choices(found, visit),
        "roles": [(code, one.speak(visit.language)) for code, one in seals_grant.roles().items()],
        "people": list(seals_grant.people(found.department).items()),
        "entries": [_entry(one, known, visit.language) for one in entries],
        "is_first": before is None,
        "older": entries[-1].seq if entries and entries[-1].seq > 1 else None,
        "can_approve": seals.why_not(found, visit.actor) is None,
        "why_not": _why_not(found, visit),
        "replaces": seals.replaces(found),
        "changes": [_change(one) for one in seals.may_change(found, visit.actor)],
        "longest": seals.LONGEST_REASON,
        "at": at,
        "fault_at": fault.path if fault else "",
        "fault": words,
        "links": [ProblemLink(f"#{at}-{fault.path}", words)] if fault else [],
        "said": said or _usual(visit),
        "crumbs": [(_("电子印章"), HERE), (found.name, "")],
        "desk_nav": nav(visit, HERE),
    }
    status = status_of(fault) if fault else 200
    return render(visit.request, "desk/seal.html", context, status=status)


def picture_of(found: Seal) -> str:
    """Return where the picture of a seal is, as it is now."""
    return f"{HERE}/{found.number}/picture.png?at={found.state_at:%Y%m%d%H%M%S}"


def kind_words(code: str, language: str) -> str:
    return KINDS[code].speak(language) if code in KINDS else code


def profile_words(profile: Profile) -> str:
    return {
        Profile.SM2: _("国密 SM2"),
        Profile.P256: _("国际算法 P-256"),
    }[profile]


def _why_not(found: Seal, visit: Visit) -> str:
    if seals.waits_for(found) is None or not may_with_seals(visit.actor, Errand.APPROVE_SEAL):
        return ""
    words = seals.why_not(found, visit.actor)
    return words.speak(visit.language) if words else ""


def _steps(found: Seal) -> list[Context]:
    """Tell proposal, both approvals and the making as a line; what ended it comes last."""
    is_open = found.state == Seal.State.PROPOSED
    is_refused = found.state == Seal.State.REFUSED
    steps = [
        _step(_("提出申请"), found.proposed_by_name, found.proposed_at),
        _step(_("本部门负责人审批"), found.first_by_name, found.first_at),
        _step(_("安全管理员审批"), found.second_by_name, found.second_at),
        _step(_("制作完成，启用"), "", found.second_at),
    ]
    waiting = next((place for place, one in enumerate(steps) if one["state"] == ""), len(steps))
    if is_open and waiting < len(steps):
        steps[waiting]["state"] = "now"
        steps[waiting]["note"] = _("等待审批")
    if is_refused and waiting < len(steps):
        steps[waiting:] = [_step(_("已退回"), "", found.state_at)]
        steps[waiting] |= {"state": "fault", "words": found.reason}
    return steps


def _step(title: str, who: str, at: datetime | None) -> Context:
    return {
        "title": title,
        "note": " ".join(part for part in (who, _moment(at)) if part),
        "words": "",
        "state": "done" if at else "",
    }


def _moment(at: datetime | None) -> str:
    return when(at) if at else ""


def _known() -> Known:
    return {one.code: one for kind in KINDS for one in seals_grant.choices(kind)}


def _grants(found: Seal, known: Known, visit: Visit) -> list[Context]:
    granted = seals_grant.of_seal(found.number, visit.actor)
    names = seals_grant.names(granted)
    return [_grant(one, names, known, visit) for one in granted]


def _grant(one: SealGrant, names: dict[str, str], known: Known, visit: Visit) -> Context:
    is_role = one.holder_kind == "role"
    is_over = one.valid_until < visit.now
    is_used_up = one.uses_most is not None and one.uses >= one.uses_most
    ended = _("已收回") if one.revoked_at else _("已过期") if is_over else ""
    return {
        "grant": one,
        "holder": role_words(one.holder, visit.language)
        if is_role
        else names.get(one.holder, one.holder),
        "holder_kind": _("岗位") if is_role else _("个人"),
        "documents": _documents(seals_grant.documents_of(one), known, visit.language),
        "from": local_day(one.valid_from),
        "until": local_day(one.valid_until),
        "ended": ended or (_("次数已用完") if is_used_up else ""),
        "can_end": not one.revoked_at and not is_over,
    }


def _documents(codes: Iterable[str], known: Known, language: str) -> list[str]:
    """Name documents as people know them; what no pack has any more keeps its code."""
    colon = _("：")
    return [
        f"{known[code].group.speak(language)}{colon}{known[code].words.speak(language)}"
        if code in known
        else code
        for code in codes
    ]


def _choices(found: Seal, visit: Visit) -> list[tuple[str, list[tuple[str, str]]]]:
    groups: dict[str, list[tuple[str, str]]] = {}
    for one in seals_grant.choices(found.kind):
        rows = groups.setdefault(one.group.speak(visit.language), [])
        rows.append((one.code, one.words.speak(visit.language)))
    return list(groups.items())


def _may_grant(found: Seal, visit: Visit) -> bool:
    is_keeper = bool(may_with_seals(visit.actor, Errand.GRANT_SEAL, found.department))
    return is_keeper and found.state in (
        Seal.State.PROPOSED,
        Seal.State.ACTIVE,
        Seal.State.SUSPENDED,
    )


def _change(one: Change) -> Context:
    words, note, kind = _CHANGES[one]
    code = str(one)
    action = f"change/{code}"
    return {"code": code, "action": action, "words": words(), "note": note(), "kind": kind}


def _entry(one: LedgerEntry, known: Known, language: str) -> Context:
    body = body_of(one)
    because = _REFUSALS.get(str(body.get("because")))
    is_refused = one.act == "seal_use_refused"
    return {
        "seq": one.seq,
        "at": one.at,
        "who": one.actor_name,
        "act": _ACTS.get(one.act, lambda: one.act)(),
        "refusal": because() if is_refused and because else "",
        "title": str(body.get("title") or body.get("document") or ""),
        "case": str(body.get("case") or ""),
        "reason": str(body.get("reason") or ""),
        "sha256": str(body.get("sha256") or ""),
        "lines": _lines(one.act, body, known, language),
    }


def _lines(act: str, body: Mapping[str, object], known: Known, language: str) -> list[str]:
    """Say of an approval whose it was, of an end why, and of a grant whom it lets do what."""
    if act == "seal_approved":
        is_first = body.get("step") == "first"
        return [_("本部门负责人") if is_first else _("安全管理员")]
    if act == "seal_retired":
        by = body.get("by")
        return [_("由 %(number)s 替换") % {"number": by} if by else _("有效期届满")]
    if act != "seal_granted":
        return []
    named = body.get("documents")
    codes = [str(code) for code in named] if isinstance(named, list) else []
    holder = str(body.get("holder", ""))
    is_role = body.get("holder_kind") == "role"
    who = role_words(holder, language) if is_role else holder
    return [f"{who} · {_('、').join(_documents(codes, known, language))}"]


def _before(visit: Visit) -> int | None:
    text = visit.request.GET.get("before", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def _usual(visit: Visit) -> Context:
    today = local_day(visit.now)
    return {
        "holder": "",
        "documents": [],
        "valid_from": today.isoformat(),
        "valid_until": (today + timedelta(days=364)).isoformat(),
        "uses_most": "",
    }
