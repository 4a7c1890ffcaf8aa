# SPDX-License-Identifier: Apache-2.0
"""What happened under a delegation, in words for its principal and its delegate."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from huiban.kernel.delegation import Operation
from huiban.kernel.identity import Way
from huiban.kernel.identity_words import WAY_WORDS
from huiban.services import city, delegation_paper
from huiban.services.ledger import body_of
from huiban.store.models import LedgerEntry

Say = Callable[[], str]

_TITLES: Mapping[str, tuple[Say, str]] = {
    "proposed": (lambda: _("签署委托"), "info"),
    "accepted": (lambda: _("接受委托"), "ok"),
    "declined": (lambda: _("不接受委托"), "warn"),
    "revoked": (lambda: _("撤销委托"), "bad"),
    "expired": (lambda: _("委托到期"), ""),
    "passed_on": (lambda: _("转委托"), "info"),
    "used": (lambda: _("按委托办理"), "ok"),
    "use_refused": (lambda: _("被拒绝"), "warn"),
}
REFUSALS: Mapping[str, Say] = {
    "other_person": lambda: _("不是受托人"),
    "other_principal": lambda: _("不是这一方的委托"),
    "not_signed": lambda: _("委托书没有签名"),
    "not_accepted": lambda: _("受托人还没有接受"),
    "declined": lambda: _("受托人没有接受"),
    "revoked": lambda: _("委托已撤销"),
    "expired": lambda: _("委托已到期"),
    "used_up": lambda: _("次数已用完"),
    "too_early": lambda: _("还没到委托的起始时间"),
    "other_operation": lambda: _("这一步不在委托范围内"),
    "other_item": lambda: _("这个事项不在委托范围内"),
    "other_certificate": lambda: _("这张证照不在委托范围内"),
    "other_seal": lambda: _("这枚印章不在委托范围内"),
}


@dataclass(frozen=True, slots=True)
class Event:
    """One fact as the page tells it."""

    at: datetime
    title: str
    kind: str
    lines: tuple[str, ...]


def events(entries: Iterable[LedgerEntry], language: str) -> list[Event]:
    """Tell facts of a ledger in words, in the order given."""
    return [_event(one, language) for one in entries]


def _event(entry: LedgerEntry, language: str) -> Event:
    say, kind = _TITLES.get(entry.act, (lambda: entry.act, ""))
    return Event(entry.at, say(), kind, tuple(_lines(entry, language)))


def _lines(entry: LedgerEntry, language: str) -> Iterable[str]:
    body = body_of(entry)
    what = [_operation(body.get("operation"), language), _item(body.get("item"), language)]
    named = [str(body[key]) for key in ("case", "certificate", "grant") if body.get(key)]
    text = " · ".join([entry.actor_name, *(one for one in what if one), *named])
    yield text
    way = str(body.get("identity", "")).partition(":")[0]
    if way in set(Way):
        yield _("身份核实：%(way)s") % {"way": WAY_WORDS[Way(way)].speak(language)}
    reason = str(body.get("reason", ""))
    if entry.act == "use_refused":
        yield REFUSALS.get(reason, lambda: reason)()
    elif reason:
        yield reason


def _operation(code: object, language: str) -> str:
    known = {str(one) for one in Operation}
    if code in known:
        return delegation_paper.operation_words(str(code)).speak(language)
    if code == "":
        return _("打开页面")
    return _("没有授权的操作") if code else ""


def _item(code: object, language: str) -> str:
    placed = city.items().get(str(code))
    return placed.item.name.speak(language) if placed else ""
