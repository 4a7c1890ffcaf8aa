# SPDX-License-Identifier: Apache-2.0
"""Which fields are asked now, and which of them must be answered."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache

from huiban.kernel.form_facts import facts, owner_of
from huiban.kernel.form_model import Field, Form, Values
from huiban.kernel.rule import Rule, closure

Facts = Mapping[str, object]


def shown(form: Form, values: Values, as_of: date) -> set[str]:
    """
    Return the keys of the fields that are asked.

    A field whose condition is still unknown is asked, unless what it waits for is itself
    hidden: then it does not apply either. Answers to hidden fields count for nothing.
    """
    return shown_by(form, facts(form, values), as_of)


def shown_by(form: Form, known: Facts, as_of: date) -> set[str]:
    """Return what `shown` does, for a caller that has the facts already."""
    return _Visibility(form, known, as_of).shown()


def shown_columns(table: Field, row_facts: Facts, as_of: date) -> set[str]:
    """Return the columns asked in one row, whose facts are the form's and its own cells'."""
    return {
        column.key
        for column in table.columns
        if not column.show_when or holds(column.show_when, row_facts, as_of) is not False
    }


def is_needed(field: Field, known: Facts, as_of: date) -> bool:
    """Tell whether an answer is demanded; an unknown condition demands nothing."""
    if field.is_always_needed or field.required_when is None:
        return field.is_always_needed
    return holds(field.required_when, known, as_of) is True


def applicable(form: Form, values: Values, as_of: date) -> dict[str, object]:
    """Return the values of the fields that are asked, without what was hidden meanwhile."""
    visible = shown(form, values, as_of)
    return {key: value for key, value in values.items() if key in visible}


def holds(rule: Rule, known: Facts, as_of: date) -> bool | None:
    return closure(rule)(known, as_of)


@lru_cache(maxsize=512)
def _owners(form: Form) -> dict[str, str]:
    return owner_of(form)


class _Visibility:
    """Settles one field after the fields its condition waits for, each once."""

    def __init__(self, form: Form, known: Facts, as_of: date) -> None:
        self.form = form
        self.known = dict(known)
        self.as_of = as_of
        self.owners = _owners(form)
        self.settled: dict[str, bool] = {}

    def shown(self) -> set[str]:
        return {
            field.key
            for field in self.form.fields()
            if field.show_when is None or self.is_shown(field)
        }

    def is_shown(self, field: Field) -> bool:
        if field.key not in self.settled:
            self.settled[field.key] = True  # a circle of conditions hides nobody
            self.settled[field.key] = self._decide(field)
        return self.settled[field.key]

    def _decide(self, field: Field) -> bool:
        if field.show_when is None:
            return True
        hidden = self._hidden(field.show_when.fields)
        known = self.known
        if hidden:
            known = {name: fact for name, fact in known.items() if self._owner(name) not in hidden}
        verdict = holds(field.show_when, known, self.as_of)
        return not hidden if verdict is None else verdict

    def _owner(self, name: str) -> str | None:
        return self.owners.get(name)

    def _hidden(self, names: Iterable[str]) -> set[str]:
        waits_for = {self.owners[name] for name in names if name in self.owners}
        fields = [one for one in map(self.form.field, waits_for) if one is not None]
        return {one.key for one in fields if not self.is_shown(one)}
