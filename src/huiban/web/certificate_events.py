# SPDX-License-Identifier: Apache-2.0
"""What happened to a certificate, in words: for its holder, the desk, and anybody who verifies."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from huiban.services import certificate_grants, city
from huiban.services.ledger import body_of
from huiban.store.models import LedgerEntry

Say = Callable[[], str]

_TITLES: Mapping[str, tuple[Say, str]] = {
    "issued": (lambda: _("签发"), "ok"),
    "taken_over": (lambda: _("建立台账"), ""),
    "document_made": (lambda: _("生成证照文件"), ""),
    "suspended": (lambda: _("暂停使用"), "warn"),
    "resumed": (lambda: _("恢复使用"), "ok"),
    "changed": (lambda: _("变更，换发新证"), ""),
    "renewed": (lambda: _("延续，换发新证"), ""),
    "replaced": (lambda: _("换发新证"), ""),
    "cancelled": (lambda: _("注销"), ""),
    "reinstated": (lambda: _("更正注销，恢复效力"), "ok"),
    "annulment_proposed": (lambda: _("拟撤销，等待确认"), "warn"),
    "withdrawal_proposed": (lambda: _("拟撤回，等待确认"), "warn"),
    "revocation_proposed": (lambda: _("拟吊销，等待确认"), "warn"),
    "proposal_dropped": (lambda: _("不再作此处理"), ""),
    "annulled": (lambda: _("撤销"), "bad"),
    "withdrawn": (lambda: _("撤回"), "bad"),
    "revoked": (lambda: _("吊销"), "bad"),
    "grant_made": (lambda: _("授权别人使用"), "info"),
    "grant_revoked": (lambda: _("收回授权"), ""),
    "used": (lambda: _("按授权使用"), "ok"),
    "use_refused": (lambda: _("用证被拒绝"), "warn"),
}
REFUSALS: Mapping[str, Say] = {
    "other_person": lambda: _("不是被授权的人"),
    "revoked": lambda: _("授权已收回"),
    "too_early": lambda: _("还没到授权的时间"),
    "too_late": lambda: _("授权已过期"),
    "used_up": lambda: _("次数已用完"),
    "not_in_force": lambda: _("证照不是有效状态"),
    "other_purpose": lambda: _("用途和授权的不一样"),
}


@dataclass(frozen=True, slots=True)
class Event:
    """One fact as a page tells it."""

    at: datetime
    act: str
    title: str
    kind: str
    lines: tuple[str, ...]
    seq: int
    actor: str
    sha256: str
    sm3: str


def purpose_words(code: str, text: str, language: str) -> str:
    """Say what a grant is for."""
    known = certificate_grants.purposes().get(code)
    name = known.name.speak(language) if known else code
    if not text:
        return name
    return f"{name}: {text}" if language.startswith("en") else f"{name}：{text}"


def events(entries: Iterable[LedgerEntry], language: str, *, public: bool = False) -> list[Event]:
    """Tell facts of a ledger; to the public without reasons, names and whatever follows later."""
    return [_event(one, language, public) for one in entries]


def _event(one: LedgerEntry, language: str, is_public: bool) -> Event:
    title, kind = _TITLES.get(one.act, (lambda: one.act, ""))
    lines = () if is_public else tuple(line for line in _lines(one, language) if line)
    return Event(one.at, one.act, title(), kind, lines, one.seq, one.actor_name, one.sha256,
                 one.sm3)  # fmt: skip


def _lines(one: LedgerEntry, language: str) -> Iterable[str]:
    body = {name: value for name, value in body_of(one).items() if isinstance(value, str | int)}
    text = {name: str(value) for name, value in body.items()}
    if one.act == "grant_made":
        yield _granted_words(text, language)
    elif one.act == "used":
        purpose = purpose_words(text.get("purpose", ""), "", language)
        yield _("%(who)s，用途：%(purpose)s，第 %(n)s 次") % {
            "who": text.get("by", ""), "purpose": purpose, "n": text.get("place", "")
        }  # fmt: skip
    elif one.act == "use_refused":
        yield _refused_words(text, language)
    if text.get("successor"):
        yield _("新证编号 %(number)s") % {"number": text["successor"]}
    if text.get("reason") and one.act != "use_refused":
        yield _("理由：%(words)s") % {"words": text["reason"]}
    if text.get("basis"):
        yield _("依据：%(words)s") % {"words": text["basis"]}


def _granted_words(text: Mapping[str, str], language: str) -> str:
    purpose = purpose_words(text.get("purpose", ""), text.get("purpose_text", ""), language)
    return _("%(who)s，用途：%(purpose)s，最多 %(n)s 次") % {
        "who": text.get("grantee_name", ""),
        "purpose": purpose,
        "n": text.get("uses_most", ""),
    }


def _refused_words(text: Mapping[str, str], language: str) -> str:
    why = REFUSALS.get(text.get("reason", ""), lambda: text.get("reason", ""))()
    if text.get("tried"):
        tried = purpose_words(text["tried"], "", language)
        return _("%(who)s：%(why)s（所选用途：%(purpose)s）") % {
            "who": text.get("by", ""), "why": why, "purpose": tried
        }  # fmt: skip
    return _("%(who)s：%(why)s") % {"who": text.get("by", ""), "why": why}


def department_words(code: str, language: str) -> str:
    department = city.common().departments.get(code)
    return department.name.speak(language) if department else code
