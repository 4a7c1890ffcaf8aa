# SPDX-License-Identifier: Apache-2.0
"""What the desk calls the findings of a data check: verdicts, reasons for not knowing, sources."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from huiban.kernel.analysis import Dossier, Gap, Match, item_of
from huiban.kernel.analysis_facts import Known
from huiban.kernel.analysis_match import Agreement
from huiban.kernel.form import Field
from huiban.kernel.resource import Completeness, Mask, masked
from huiban.services.checked import Checked
from huiban.web.desk.points import fact_label, fact_text

_Words = Callable[[], str]

GAPS: Mapping[Gap, _Words] = {
    Gap.NO_KEY: lambda: _("申请表没有写明查询用的号码"),
    Gap.NOT_ASKED: lambda: _("还没有查询"),
    Gap.PENDING: lambda: _("正在查询，还没有返回"),
    Gap.ABSENT: lambda: _("没有查到记录"),
    Gap.STALE: lambda: _("数据的日期太早，要重新核验或者由人核实"),
    Gap.UNDATED: lambda: _("数据没有写明是哪一天的，不能当作没有，由人核实"),
    Gap.TIMEOUT: lambda: _("对方没有在规定时间内回答，可以稍后重新核验"),
    Gap.REFUSED: lambda: _("没有获准查询，请向数据资源的提供部门了解"),
    Gap.BUSY: lambda: _("查询次数到了上限，可以稍后重新核验"),
    Gap.BROKEN: lambda: _("接口没有接通或者出了错，请用其他办法核实"),
    Gap.SEVERAL: lambda: _("查到几条不一样的记录，要由人辨认"),
    Gap.EMPTY: lambda: _("登记里没有这一项的内容"),
    Gap.UNREADABLE: lambda: _("登记的内容读不懂，要由人看"),
    Gap.NOT_FILLED: lambda: _("申请表没有填"),
}
AGREEMENTS: Mapping[Agreement, tuple[_Words, str, str]] = {
    Agreement.SAME: (lambda: _("一致"), "ok", ""),
    Agreement.DIFFERS: (lambda: _("不一致"), "bad", ""),
    Agreement.ABSENT: (lambda: _("没有查到"), "warn", "question"),
    Agreement.STALE: (lambda: _("数据过期"), "warn", "clock"),
    Agreement.UNKNOWN: (lambda: _("不明"), "", "question"),
}
"""How a comparison came out: its words, the kind of its chip, its icon where not the kind's."""


@dataclass(frozen=True, slots=True)
class RegisterWords:
    """The facts of a check: those of registers with their source and day, the form's as it does."""

    checked: Checked
    language: str

    def label(self, name: str) -> str:
        known = self.checked.known.get(name)
        if known is None:
            return fact_label(self.checked.dossier.form, name, self.language)
        if known.fact.label is not None:
            return known.fact.label.speak(self.language)
        item = item_of(self.checked.dossier, known.fact.source, known.fact.item)
        return item.label.speak(self.language) if item else name

    def text(self, name: str, value: object) -> str:
        known = self.checked.known.get(name)
        if known is None:
            return fact_text(self.checked.dossier.form, name, value, self.language)
        item = item_of(self.checked.dossier, known.fact.source, known.fact.item)
        shown = masked(value_text(value), item.mask) if item else value_text(value)
        where = [
            rows_words(known, self.language),
            *source_words(self.checked.dossier, known, self.language),
        ]
        return _bracketed(str(shown), [one for one in where if one], self.language)

    def missing(self, names: Sequence[str]) -> list[str]:
        """Name what is missing; facts of one register that lack for one reason stand together."""
        found: dict[tuple[str, ...], list[str]] = {}
        for name in names:
            found.setdefault(self._reason(name), []).append(self.label(name))
        return [
            _bracketed(_joined(labels, self.language, "、"), list(reason), self.language)
            for reason, labels in found.items()
        ]

    def _reason(self, name: str) -> tuple[str, ...]:
        known = self.checked.known.get(name)
        if known is None or known.gap is None:
            return ()
        dossier, source = self.checked.dossier, known.fact.source
        why = gap_words(known.gap, dossier, source)
        where = (source_name(dossier, source, self.language), rows_words(known, self.language))
        return tuple(one for one in (*where, why) if one)


def gap_words(gap: Gap, dossier: Dossier, source: str) -> str:
    """Say why nobody knows; of an open register that not found is not none."""
    resource = dossier.resources.get(source)
    if gap is Gap.ABSENT and resource and resource.completeness is Completeness.OPEN:
        return _("没有查到；这项数据不全，查不到不等于没有")
    return GAPS[gap]()


def source_name(dossier: Dossier, source: str, language: str) -> str:
    found = dossier.resources.get(source)
    return found.name.speak(language) if found else source


def source_words(dossier: Dossier, known: Known, language: str) -> list[str]:
    """Name the register behind a fact, and the day it speaks of."""
    oldest = min((one.as_of for one in known.answers if one.as_of), default=None)
    name = source_name(dossier, known.fact.source, language)
    return [name, day_words(oldest)] if oldest else [name]


def day_words(day: date) -> str:
    return _("数据日期 %(day)s") % {"day": day.isoformat()}


def rows_words(known: Known, language: str) -> str:
    """Say which rows of a table decided a fact."""
    if not known.rows:
        return ""
    return _("第 %(rows)s 行") % {
        "rows": _joined((str(row + 1) for row in known.rows), language, "、")
    }


def value_text(value: object, field: Field | None = None) -> str:
    """Say a register's value as people read it, with the unit of the field it is compared to."""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, date):
        return value.isoformat()
    unit = f" {field.unit}" if field is not None and field.unit else ""
    if isinstance(value, Decimal | int):
        return f"{value:,f}{unit}" if isinstance(value, Decimal) else f"{value:,}{unit}"
    return str(value)


def held_text(checked: Checked, match: Match, value: object, field: Field) -> tuple[str, bool]:
    """Say what a register holds, masked where it is personal or the form's field is."""
    text = value_text(value, field)
    item = item_of(checked.dossier, match.source, match.item)
    mask = item.mask if item and item.is_masked else None
    if mask is None and field.sensitive:
        mask = Mask.TAIL
    return str(masked(text, mask)), mask is not None


def _bracketed(text: str, more: list[str], language: str) -> str:
    if not more:
        return text
    return _("%(text)s（%(more)s）") % {"text": text, "more": _joined(more, language, "，")}


def _joined(parts: Iterable[str], language: str, comma: str) -> str:
    return (", " if language.startswith("en") else comma).join(parts)
