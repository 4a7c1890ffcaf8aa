# SPDX-License-Identifier: Apache-2.0
"""The catalogue of data resources (数据资源目录) on the desk: the list, and one entry whole."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from huiban.kernel.resource import (
    Completeness,
    Consent,
    ItemType,
    Level,
    Mode,
    Resource,
    Share,
    Subject,
)
from huiban.services import resource_health
from huiban.services import resources as catalogue
from huiban.services.resource_health import Running
from huiban.services.resources import Listing, Narrow
from huiban.web.desk.frame import nav
from huiban.web.desk.running import RunningView, view
from huiban.web.visit import Context, Visit, at_desk

_PAGE = 50
_HERE = "/desk/resources"
_Words = Callable[[], str]

LEVELS: dict[Level, _Words] = {
    Level.NATIONAL: lambda: _("国家"),
    Level.PROVINCIAL: lambda: _("省级"),
    Level.MUNICIPAL: lambda: _("市级"),
}
_SHARES: dict[Share, tuple[_Words, str]] = {
    Share.UNCONDITIONAL: (lambda: _("无条件共享"), "ok"),
    Share.CONDITIONAL: (lambda: _("有条件共享"), "info"),
    Share.NONE: (lambda: _("不予共享"), "warn"),
}
_MODES: dict[Mode, _Words] = {
    Mode.API: lambda: _("接口"),
    Mode.DATABASE: lambda: _("数据库"),
    Mode.FILE: lambda: _("文件"),
    Mode.PUSH: lambda: _("推送"),
}
_SUBJECTS: dict[Subject, _Words] = {
    Subject.ENTERPRISE: lambda: _("企业和单位"),
    Subject.PERSON: lambda: _("个人"),
    Subject.PROJECT: lambda: _("工程项目"),
    Subject.VEHICLE: lambda: _("车辆"),
    Subject.PLACE: lambda: _("场所"),
}
_COMPLETE: dict[Completeness, _Words] = {
    Completeness.CLOSED: lambda: _("全量：数据新鲜时，查不到就是没有"),
    Completeness.OPEN: lambda: _("非全量：查不到不等于没有，要由人核实"),
}
_CONSENTS: dict[Consent, _Words] = {
    Consent.NONE: lambda: _("依职权查询，不需要同意"),
    Consent.NOTICE: lambda: _("查询前告知本人"),
    Consent.EXPLICIT: lambda: _("查询前取得本人明示同意"),
}
_TYPES: dict[ItemType, _Words] = {
    ItemType.TEXT: lambda: _("文本"),
    ItemType.INTEGER: lambda: _("整数"),
    ItemType.DECIMAL: lambda: _("小数"),
    ItemType.DATE: lambda: _("日期"),
    ItemType.BOOLEAN: lambda: _("是否"),
}
_SENSITIVE: tuple[tuple[_Words, str], ...] = (
    (lambda: _("公开"), ""),
    (lambda: _("内部"), ""),
    (lambda: _("个人信息"), "info"),
    (lambda: _("敏感个人信息"), "warn"),
)
_KEYS: dict[str, _Words] = {
    "uscc": lambda: _("统一社会信用代码"),
    "person_id": lambda: _("身份证号"),
    "project_code": lambda: _("项目代码"),
    "plate": lambda: _("车牌号"),
    "name": lambda: _("名称"),
    "permit_number": lambda: _("许可证号"),
    "certificate_number": lambda: _("证书编号"),
    "address": lambda: _("地址"),
    "place_code": lambda: _("场所编码"),
}


@dataclass(slots=True)
class Row:
    url: str
    code: str
    name: str
    about: str
    provider: str
    level: str
    share: str
    share_kind: str
    uses: int
    running: RunningView


@never_cache
@require_safe
@at_desk
def resources(visit: Visit) -> HttpResponse:
    """List the catalogue, searched and narrowed."""
    sent = visit.request.GET
    narrow = Narrow(*(sent.get(name, "").replace("\x00", "")[:100] for name in _NAMES))
    found = catalogue.listing(narrow, visit.actor)
    page = Paginator(found.rows, _PAGE).get_page(sent.get("page"))
    running = resource_health.of(list(page), visit.now)
    context: Context = {
        "narrow": {"q": narrow.text},
        "search_hidden": [(name, value) for name, value in _kept(narrow) if name != "q"],
        "rows": [_row(one, running[one.key], visit.language) for one in page],
        "page": page,
        "total": found.total,
        "tabs": _tabs(narrow, found),
        "categories": _categories(narrow, found, visit.language),
        "is_narrow": bool(_kept(narrow)),
        "provider": _provider_words(narrow.provider, visit.language),
        "connected": found.connected,
        "is_connected": bool(narrow.connected),
        "connected_url": _way(narrow, connected="" if narrow.connected else "yes"),
        "without_provider": _way(narrow, provider=""),
        "desk_nav": nav(visit, _HERE),
    }
    return render(visit.request, "desk/resources.html", context)


@never_cache
@require_safe
@at_desk
def resource(visit: Visit, key: str) -> HttpResponse:
    """Show one entry: what it holds, on which terms, and which forms use it."""
    one = catalogue.one(key, visit.actor)
    uses = catalogue.uses_of(key)
    running = resource_health.of([one], visit.now)[key]
    context: Context = {
        "one": one,
        "row": _row(one, running, visit.language),
        "terms": _terms(one, visit.language),
        "items": [_item(one, place) for place in range(len(one.items))],
        "uses": uses,
        "purposes": catalogue.purposes_of(one),
        "provider_url": _way(Narrow(), provider=one.provider),
        "crumbs": [(_("数据资源"), _HERE), (one.name.speak(visit.language), "")],
        "language": visit.language,
        "desk_nav": nav(visit, _HERE),
    }
    return render(visit.request, "desk/resource.html", context)


_NAMES = ("q", "level", "category", "provider", "connected")


def _row(one: Resource, running: Running, language: str) -> Row:
    words, kind = _SHARES[one.share]
    return Row(
        url=f"{_HERE}/{one.key}",
        code=one.code,
        name=one.name.speak(language),
        about=one.about,
        provider=_provider_words(one.provider, language),
        level=LEVELS[one.level](),
        share=words(),
        share_kind=kind,
        uses=len({use.item for use in catalogue.uses_of(one.key)}),
        running=view(running),
    )


def _provider_words(code: str, language: str) -> str:
    found = catalogue.catalogue().providers.get(code)
    return found.name.speak(language) if found else code


def _terms(one: Resource, language: str) -> list[tuple[str, str]]:
    comma = ", " if language.startswith("en") else "、"
    return [
        (_("提供部门"), _provider_words(one.provider, language)),
        (_("层级"), LEVELS[one.level]()),
        (_("类别"), catalogue.category_words(one.category).speak(language)),
        (_("对象"), _SUBJECTS[one.subject]()),
        (_("按什么查"), comma.join(_KEYS[key]() for key in one.keys)),
        (_("共享方式"), _MODES[one.mode]()),
        (_("共享条件"), one.condition or "—"),
        (_("依据"), "；".join(one.basis)),
        (_("征得同意"), _CONSENTS[one.consent]()),
        (_("更新周期"), span_words(one.cycle)),
        (_("多久以内算新鲜"), span_words(one.max_age)),
        (_("完整程度"), _COMPLETE[one.completeness]()),
        (_("每天最多查询"), _("%(n)s 次") % {"n": f"{one.quota:,}"}),
        (_("每秒最多查询"), _("%(n)s 次") % {"n": one.per_second}),
        (_("承诺响应时间"), _("%(n)s 毫秒（95%% 的查询）") % {"n": one.p95}),
        (_("查询记录保存"), span_words(one.retention)),
    ]


def _item(one: Resource, place: int) -> Context:
    item = one.items[place]
    words, kind = _SENSITIVE[item.sensitivity]
    return {
        "key": item.key,
        "label": item.label,
        "type": _TYPES[item.type](),
        "sensitivity": words(),
        "kind": kind,
        "is_key": item.key in one.keys,
    }


def span_words(span: timedelta) -> str:
    """Say a length of time in the unit it was written in."""
    hours = span // timedelta(hours=1)
    for size, words in ((366, _years), (31, _months)):
        if span.days and span.days % size == 0 and hours % 24 == 0:
            return words(span.days // size)
    if hours % 24:
        return ngettext("%(n)s 小时", "%(n)s 小时", hours) % {"n": hours}
    return ngettext("%(n)s 天", "%(n)s 天", span.days) % {"n": span.days}


def _years(n: int) -> str:
    return ngettext("%(n)s 年", "%(n)s 年", n) % {"n": n}


def _months(n: int) -> str:
    return ngettext("%(n)s 个月", "%(n)s 个月", n) % {"n": n}


def _tabs(narrow: Narrow, found: Listing) -> list[Context]:
    every: list[tuple[str, str, int]] = [("", _("全部"), sum(found.levels.values()))]
    every += [(str(level), words(), found.levels[level]) for level, words in LEVELS.items()]
    return [
        {
            "url": _way(narrow, level=code, category=""),
            "words": words,
            "count": count,
            "current": narrow.level == code,
        }
        for code, words, count in every
    ]


def _categories(narrow: Narrow, found: Listing, language: str) -> list[Context]:
    every = [("", _("全部"), sum(found.categories.values()))]
    every += [
        (code, catalogue.category_words(code).speak(language), count)
        for code, count in found.categories.items()
    ]
    return [
        {
            "url": _way(narrow, category=code),
            "words": words,
            "count": count,
            "current": narrow.category == code,
        }
        for code, words, count in every
    ]


def _kept(narrow: Narrow) -> list[tuple[str, str]]:
    values = (narrow.text, narrow.level, narrow.category, narrow.provider, narrow.connected)
    return [(name, value) for name, value in zip(_NAMES, values, strict=True) if value]


def _way(narrow: Narrow, **changed: str) -> str:
    said = {name: value for name, value in {**dict(_kept(narrow)), **changed}.items() if value}
    return f"{_HERE}?{urlencode(said)}" if said else _HERE
