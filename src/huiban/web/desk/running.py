# SPDX-License-Identifier: Apache-2.0
"""How a connected register does (运行情况), in words for the catalogue of data resources."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from huiban.services.resource_health import Running

_Words = Callable[[], str]
KINDS: dict[str, _Words] = {
    "http": lambda: _("接口"),
    "sql": lambda: _("数据库"),
    "file": lambda: _("文件"),
    "push": lambda: _("部门推送"),
}
_BREAKERS: dict[str, _Words] = {
    "closed": lambda: _("正常查询"),
    "open": lambda: _("连续失败，暂停查询，过一会儿再试"),
    "half_open": lambda: _("正在试着恢复"),
}
_FAIR_PERCENT = 90


@dataclass(frozen=True, slots=True)
class RunningView:
    """What a template draws: a chip, a line of figures, the quota, and everything as a list."""

    words: str
    kind: str
    figures: str
    used: int
    quota: int
    quota_words: str
    facts: tuple[tuple[str, str], ...]
    last_at: datetime | None
    trouble: str


def view(one: Running) -> RunningView:
    """Say how a register does."""
    words, kind = _state(one)
    return RunningView(
        words=words,
        kind=kind,
        figures=_figures(one),
        used=one.used,
        quota=one.quota,
        quota_words=_("今天 %(used)s / %(quota)s 次")
        % {"used": f"{one.used:,}", "quota": f"{one.quota:,}"}
        if one.is_connected
        else "",
        facts=tuple(_facts(one)) if one.is_connected else (),
        last_at=one.day.last_answer_at if one.day else None,
        trouble=_trouble(one),
    )


def _state(one: Running) -> tuple[str, str]:
    if not one.kind:
        return _("未接入"), ""
    if one.unset:
        return _("缺少设置"), "warn"
    if one.is_open:
        return _("暂停查询"), "bad"
    if one.seen is not None and one.seen.detail:
        return _("有故障"), "bad"
    if one.day is None:
        return _("已接入"), "ok"
    return (_("正常"), "ok") if _percent(one) >= _FAIR_PERCENT else (_("不稳定"), "warn")


def _percent(one: Running) -> int:
    return one.day.answered * 100 // one.day.asked if one.day and one.day.asked else 0


def _figures(one: Running) -> str:
    if not one.is_connected:
        return ""
    if one.day is None:
        return _("%(kind)s · 24 小时内没有查询") % {"kind": KINDS[one.kind]()}
    said = {"kind": KINDS[one.kind](), "percent": _percent(one), "p95": f"{one.day.p95:,}"}
    return _("%(kind)s · 有答复 %(percent)s%% · p95 %(p95)s 毫秒") % said


def _facts(one: Running) -> list[tuple[str, str]]:
    found = [(_("怎样连接"), KINDS[one.kind]())]
    if one.seen is not None:
        found.append((_("这个进程"), _BREAKERS.get(one.seen.breaker, _BREAKERS["closed"])()))
    if one.day is None:
        return [*found, (_("24 小时内"), _("没有查询"))]
    return [
        *found,
        (
            _("24 小时内"),
            _("查询 %(asked)s 次，有答复 %(percent)s%%")
            % {"asked": f"{one.day.asked:,}", "percent": _percent(one)},
        ),
        (
            _("答复用时"),
            _("一半在 %(p50)s 毫秒内，95%% 在 %(p95)s 毫秒内")
            % {"p50": f"{one.day.p50:,}", "p95": f"{one.day.p95:,}"}
            if one.day.answered
            else "—",
        ),
    ]


def _trouble(one: Running) -> str:
    if one.unset:
        return _("没有设置环境变量：%(names)s") % {"names": "、".join(one.unset)}
    return one.seen.detail if one.seen else ""
