# SPDX-License-Identifier: Apache-2.0
"""What a page tells its script about conditions, so that showing a field asks no server."""

from datetime import date
from decimal import Decimal

from huiban.kernel.form import Field, FieldKind, Form, Section, Values, facts, shown
from huiban.kernel.form_facts import owner_of
from huiban.kernel.rule import Rule
from huiban.kernel.rule.script import to_json

_PRESENT = "*"
"""What stands for a personal value: rules ask whether there is one, never which."""
_COUNTED = frozenset({FieldKind.TABLE, FieldKind.FILE})


def browser_conditions(
    form: Form, section: Section, values: Values, today: date
) -> dict[str, object] | None:
    """
    Return the data of `conditions.js` for one step, or None where nothing depends on anything.

    `facts` are those that the rules of this step name, as stored; the script puts what stands on
    the page over them. Of a personal value it only learns that there is one.
    """
    show = _rules(section, "show_when")
    need = _rules(section, "required_when")
    if not show and not need:
        return None
    visible = shown(form, values, today)
    known = facts(form, values)
    return {
        "as_of": today.isoformat(),
        "facts": {
            name: _shown(form, name, known[name]) for name in _named(section) if name in known
        },
        "owners": owner_of(form),
        "hidden": sorted(one.key for one in form.fields() if one.key not in visible),
        "fields": {one.key: _described(one) for one in section.fields},
        "show": show,
        "need": need,
    }


def _named(section: Section) -> list[str]:
    """Name the facts that the rules of a step speak of, columns' own included."""
    rules = [
        rule
        for one in section.fields
        for field in (one, *one.columns)
        for rule in (field.show_when, field.required_when)
        if rule is not None
    ]
    return sorted({name for rule in rules for name in rule.fields})


def _shown(form: Form, name: str, fact: object) -> object:
    field = form.field(name)
    return _PRESENT if field is not None and field.sensitive else _plain(fact)


def _rules(section: Section, name: str) -> dict[str, list[object]]:
    found: dict[str, list[object]] = {}
    for one in section.fields:
        rule: Rule | None = getattr(one, name)
        if rule is not None:
            found[one.key] = to_json(rule)
    return found


def _described(one: Field) -> dict[str, object]:
    described: dict[str, object] = {"kind": one.kind.value, "multiple": one.multiple}
    if one.kind in _COUNTED:
        described["columns"] = {column.key: column.kind.value for column in one.columns}
        described["options"] = {
            column.key: [option.value for option in column.options]
            for column in one.columns
            if column.options and not column.multiple
        }
    return described


def _plain(fact: object) -> object:
    if isinstance(fact, Decimal):
        return f"{fact:f}"
    return fact.isoformat() if isinstance(fact, date) else fact
