# SPDX-License-Identifier: Apache-2.0
"""How much people are spared (减填写率、免材料率), on the desk: each number with its definition."""

import csv
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import NamedTuple
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from huiban.kernel.fill_rate import RATES, RateDefinition, Spread
from huiban.services import city, fill_rates
from huiban.services.fill_rates import Ask, Board, Line
from huiban.web.desk.frame import nav
from huiban.web.desk.speech import channel_words, item_words
from huiban.web.portal.steps import life_words
from huiban.web.visit import Context, Visit, at_desk

_HERE = "/desk/rates"
_RATES = {one.code: one for one in RATES}
_BY: dict[str, Callable[[], str]] = {
    "scenario": lambda: _("按场景"),
    "channel": lambda: _("按渠道"),
    "month": lambda: _("按月份"),
    "life": lambda: _("按办理情形"),
}
_GROUPS: dict[str, Callable[[], str]] = {
    "scenario": lambda: _("场景"),
    "channel": lambda: _("渠道"),
    "month": lambda: _("月份"),
    "life": lambda: _("办理情形"),
}
_PERIODS: dict[int, Callable[[], str]] = {
    1: lambda: _("本月"),
    3: lambda: _("近 3 个月"),
    12: lambda: _("近 12 个月"),
    0: lambda: _("全部"),
}


class _Asked(NamedTuple):
    """What the address asks for; whatever is unknown there is the usual."""

    by: str = "scenario"
    rate: str = "filled"
    pack: str = ""
    months: int = 12

    def way(self, **changed: object) -> str:
        said = {**self._asdict(), **changed}
        usual = _Asked()._asdict()
        told = {name: value for name, value in said.items() if value != usual[name]}
        return f"{_HERE}?{urlencode(told)}" if told else _HERE

    def ask(self, *rates: str) -> Ask:
        return Ask(self.by, self.pack, self.months, rates)


@never_cache
@require_safe
@at_desk
def rates(visit: Visit) -> HttpResponse:
    """Show one rate by group, all rates together, and what the numbers leave out."""
    asked = _asked(visit)
    found = fill_rates.board(asked.ask(asked.rate), visit.actor, visit.now)
    one = _RATES[asked.rate]
    context: Context = {
        "found": found,
        "tallies": [_tally(each, asked, found, visit.language) for each in RATES],
        "title": one.title.speak(visit.language),
        "formula": one.formula.speak(visit.language),
        "figures": _figures(found.total.rates[one.code]),
        "tabs": _links(((by, words()) for by, words in _BY.items()), asked, "by"),
        "group_words": _GROUPS[asked.by](),
        "rows": [_row(line, one, asked.by, visit.language) for line in found.lines],
        "fields": [_field(each, visit.language) for each in found.fields],
        "latest": fill_rates.LATEST,
        "removed": [
            (each.form.speak(visit.language), each.removed, percent(each.share))
            for each in found.removed
        ],
        "definitions": [
            (each.title.speak(visit.language), each.formula.speak(visit.language)) for each in RATES
        ],
        "periods": _links(((n, words()) for n, words in _PERIODS.items()), asked, "months"),
        "packs": _links(_packs(visit.language), asked, "pack"),
        "download": asked.way().replace(_HERE, f"{_HERE}/download", 1),
        "desk_nav": nav(visit, _HERE),
    }
    return render(visit.request, "desk/rates.html", context)


@never_cache
@require_safe
@at_desk
def download(visit: Visit) -> HttpResponse:
    """Give every rate of every group as one CSV file, each line with its formula."""
    asked = _asked(visit)
    found = fill_rates.board(asked.ask(), visit.actor, visit.now)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="rates-by-{asked.by}.csv"'
    answer.write("\ufeff")  # without it spreadsheets take the file for another encoding
    sheet = csv.writer(answer)
    sheet.writerow(
        [
            _("分组"),
            _("指标"),
            _("件数"),
            _("平均"),
            _("汇总"),
            "p10",
            _("没有填写记录"),
            _("定义"),
        ]
    )
    for line in (found.total, *found.lines):
        for one in RATES:
            sheet.writerow(_csv_row(line, one, asked.by, visit.language))
    return answer


def percent(share: Fraction | None) -> str:
    """
    Say a share in percent with one decimal, half up; a dash where there is nothing to measure.

    >>> percent(Fraction(2, 3)), percent(None)
    ('66.7%', '—')
    """
    if share is None:
        return "—"
    tenths = (share * 2000 + 1) // 2
    return f"{tenths // 10}.{tenths % 10}%"


def _asked(visit: Visit) -> _Asked:
    sent, usual = visit.request.GET, _Asked()
    by, rate, months = sent.get("by", ""), sent.get("rate", ""), sent.get("months", "")
    pack = sent.get("pack", "")
    return _Asked(
        by=by if by in _BY else usual.by,
        rate=rate if rate in _RATES else usual.rate,
        pack=pack if pack in city.loaded().scenarios else "",
        months=next((n for n in _PERIODS if str(n) == months), usual.months),
    )


def _links(choices: Iterator[tuple[object, str]], asked: _Asked, name: str) -> list[Context]:
    return [
        {
            "url": asked.way(**{name: value}),
            "words": words,
            "count": None,
            "current": getattr(asked, name) == value,
        }
        for value, words in choices
    ]


def _packs(language: str) -> Iterator[tuple[object, str]]:
    yield "", _("全部场景")
    for code, scenario in city.loaded().scenarios.items():
        yield code, scenario.name.speak(language)


def _tally(one: RateDefinition, asked: _Asked, found: Board, language: str) -> Context:
    mean = found.means[one.code]
    return {
        "url": asked.way(rate=one.code),
        "words": one.title.speak(language),
        "figure": percent(None if mean is None else Fraction(mean)),
        "current": one.code == asked.rate,
    }


def _figures(spread: Spread | None) -> list[tuple[str, str]]:
    if spread is None:
        return []
    return [
        (percent(spread.mean), _("平均（每件申请一样重）")),
        (percent(spread.pooled), _("汇总（每一项一样重）")),
        (percent(spread.p10), _("p10（十件里有九件不低于它）")),
        (f"{spread.n:,}", _("件申请")),
    ]


def _row(line: Line, one: RateDefinition, by: str, language: str) -> Context:
    spread = line.rates[one.code]
    return {
        "group": _group_words(by, line.key, language),
        "n": spread.n if spread else 0,
        "mean": percent(spread.mean if spread else None),
        "pooled": percent(spread.pooled if spread else None),
        "p10": percent(spread.p10 if spread else None),
        "top": spread.mean.numerator if spread else 0,
        "base": spread.mean.denominator if spread else 0,
        "unrecorded": line.unrecorded,
    }


def _field(one: fill_rates.FieldLine, language: str) -> Context:
    return {
        "label": one.label.speak(language),
        "item": item_words(one.item, language),
        "given": one.given,
        "edited": one.edited,
        "share": percent(one.share),
    }


def _csv_row(line: Line, one: RateDefinition, by: str, language: str) -> list[object]:
    spread = line.rates[one.code]
    words = _group_words(by, line.key, language) if line.key else _("全部")
    shares = [spread.mean, spread.pooled, spread.p10] if spread else [None] * 3
    return [
        words,
        one.title.speak(language),
        spread.n if spread else 0,
        *("" if share is None else percent(share) for share in shares),
        line.unrecorded,
        one.formula.speak(language),
    ]


def _group_words(by: str, key: str, language: str) -> str:
    if by == "scenario":
        scenario = city.loaded().scenarios.get(key)
        return scenario.name.speak(language) if scenario else key
    return {"channel": channel_words, "life": life_words}.get(by, str)(key)
