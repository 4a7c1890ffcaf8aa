# SPDX-License-Identifier: Apache-2.0
"""The points to examine (审查要点) in words: verdict, facts, what is missing and who can answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

from django.utils.translation import gettext as _

from huiban.kernel.form import Field, FieldKind, Form
from huiban.kernel.rule import Judgment
from huiban.services.casepage import CasePage
from huiban.web.desk.speech import role_words
from huiban.web.visit import Context

_ORDER = {"fail": 0, "unknown": 1, "pass": 2}
_GIVEN = {
    "materials_complete": lambda: _("必要材料齐全"),
    "certificate_valid_until": lambda: _("核准证有效期至"),
    "apply_date": lambda: _("申请日期"),
}


class FactWords(Protocol):
    """How facts are called and said, and why one is missing."""

    def label(self, name: str) -> str: ...
    def text(self, name: str, value: object) -> str: ...
    def missing(self, names: Sequence[str]) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class FormWords:
    """The facts of a form, called as the form does."""

    form: Form
    language: str

    def label(self, name: str) -> str:
        return fact_label(self.form, name, self.language)

    def text(self, name: str, value: object) -> str:
        return fact_text(self.form, name, value, self.language)

    def missing(self, names: Sequence[str]) -> list[str]:
        return [self.label(name) for name in names]


def views(judgment: Judgment | None, page: CasePage, language: str, correct_url: str) -> Context:
    """Return the points, the worst first, with their count by verdict."""
    return views_of(judgment, FormWords(page.form, language), language, correct_url)


def views_of(
    judgment: Judgment | None, words: FactWords, language: str, correct_url: str = ""
) -> Context:
    """Return findings, the worst first, with their count by verdict."""
    findings = judgment.findings if judgment else ()
    shown = [
        {
            "code": one.code,
            "verdict": str(one.verdict),
            "title": one.title.speak(language),
            "message": one.message.speak(language) if one.verdict == "fail" else "",
            "facts": [
                (words.label(name), words.text(name, value)) for name, value in one.facts.items()
            ],
            "missing": words.missing(one.missing),
            "asks": role_words(one.asks, language) if one.asks and one.verdict == "unknown" else "",
            "basis": one.basis,
            "correct_url": f"{correct_url}&add={one.code}"
            if correct_url and one.verdict != "pass"
            else "",
        }
        for one in sorted(findings, key=lambda one: _ORDER[str(one.verdict)])
    ]
    count = {name: sum(one["verdict"] == name for one in shown) for name in _ORDER}
    return {"shown": shown, "total": len(shown), **{f"n_{k}": n for k, n in count.items()}}


def fact_label(form: Form, name: str, language: str) -> str:
    """Name a fact as the form does; counts and sums are named after their column."""
    if name in _GIVEN:
        return _GIVEN[name]()
    field = form.field(name)
    if field is not None:
        return field.label.speak(language)
    for table in _tables(form):
        if name.startswith(f"{table.key}_"):
            return _of_table(table, name.removeprefix(f"{table.key}_"), language)
    return name


def _tables(form: Form) -> list[Field]:
    return [one for part in form.sections for one in part.fields if one.kind is FieldKind.TABLE]


def _of_table(table: Field, rest: str, language: str) -> str:
    label = table.label.speak(language)
    if rest == "count":
        return label
    column_key, _sep, how = rest.rpartition("_")
    column = next((one for one in table.columns if one.key == column_key), None)
    if column is None:
        return f"{label}（{rest}）"
    words = {"label": label, "column": column.label.speak(language)}
    if how == "sum":
        return _("%(label)s（%(column)s合计）") % words
    return _("%(label)s（%(column)s）") % words


def fact_text(form: Form, name: str, value: object, language: str) -> str:
    """Say a fact as people read it."""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    field = form.field(name)
    if isinstance(value, list | tuple | set | frozenset):
        return "、".join(_chosen(field, str(one), language) for one in value)
    if isinstance(value, Decimal):
        return f"{value:,f}{_unit(field)}"
    if isinstance(value, date):
        return value.isoformat()
    return f"{_chosen(field, str(value), language)}{_unit(field)}"


def _unit(field: Field | None) -> str:
    return f" {field.unit}" if field is not None and field.unit else ""


def _chosen(field: Field | None, value: str, language: str) -> str:
    options: Mapping[str, str] = (
        {one.value: one.label.speak(language) for one in field.options} if field else {}
    )
    return options.get(value, value)
