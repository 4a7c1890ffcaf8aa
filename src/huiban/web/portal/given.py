# SPDX-License-Identifier: Apache-2.0
"""What registers gave an application (预填), in the words of a step: sources, doubts, silences."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from datetime import date

from django.utils.translation import gettext as _

from huiban.kernel.envelope import Candidate as Offered
from huiban.kernel.envelope import Envelope, Kind, Silence, Status, disputed
from huiban.kernel.form import Field, FieldKind, Section, speak
from huiban.kernel.lookup import lookup_for
from huiban.kernel.prefill import cell_origins, locked, open_conflicts, to_confirm
from huiban.services import city, doubts, filling, sealed
from huiban.services import consents as agreed
from huiban.services.doubts import is_registered
from huiban.services.drafts import Writing
from huiban.web.field_model import Candidate, GivenState
from huiban.web.fields import control_id
from huiban.web.visit import Context, Visit

_Words = Callable[[], str]
_SILENT: dict[Status, _Words] = {
    Status.ABSENT: lambda: _("%(source)s里没有查到，请您填写"),
    Status.TIMEOUT: lambda: _("%(source)s没有及时答复，您可以先填，或者稍后再取一次"),
    Status.BUSY: lambda: _("%(source)s现在查询太多，您可以先填，或者稍后再取一次"),
    Status.BROKEN: lambda: _("%(source)s暂时查询不了，您可以先填，或者稍后再取一次"),
    Status.REFUSED: lambda: _("%(source)s没有同意提供这项数据，请您填写"),
    Status.PENDING: lambda: _("正在向%(source)s查询…"),
    Status.SEVERAL: lambda: _("%(source)s里有几条记录，请先在上面选择一条"),
}
_STATES: dict[str, tuple[_Words, str]] = {
    "found": (lambda: _("已取得"), "ok"),
    "absent": (lambda: _("没有查到"), ""),
    "pending": (lambda: _("正在查询"), "info"),
    "timeout": (lambda: _("没有及时答复"), "warn"),
    "busy": (lambda: _("查询太多"), "warn"),
    "broken": (lambda: _("暂时查询不了"), "warn"),
    "refused": (lambda: _("没有同意提供"), "warn"),
}
_FAILED = ("timeout", "busy", "broken")


def about(writing: Writing, language: str) -> GivenState:
    """Return what a drawing of the form knows of given values."""
    state, draft = writing.state, writing.number
    fixed = locked(writing.form, writing.values, writing.ledger)
    found = GivenState(
        cells=_cells(writing),
        seal=lambda path, value: sealed.token(draft, path, value),
        fixed=frozenset(one.key for one in fixed),
    )
    if state is None:
        return found
    return replace(
        found,
        candidates=_candidates(writing, language),
        notes=_notes(writing, language),
        past=_past(writing, language),
        stale=frozenset(to_confirm(state.envelopes, writing.values, writing.ledger)),
        disputable=frozenset(key for key, one in state.envelopes.items() if is_registered(one)),
        doubt_url=f"/drafts/{draft}/doubt",
    )


def tell_of_look(visit: Visit, writing: Writing, keys: Collection[str]) -> None:
    """Log that masked values were looked at in full; `keys` are fields, and rows of tables."""
    for key in keys:
        doubts.reveal(writing, key, visit.actor, visit.now)


def _cells(writing: Writing) -> dict[tuple[str, int, str], Mapping[str, str]]:
    return {
        (one.key, row, column): origin
        for one in writing.form.fields()
        if one.kind is FieldKind.TABLE
        for (row, column), origin in cell_origins(writing.ledger, one, writing.values).items()
    }


def _candidates(writing: Writing, language: str) -> dict[str, tuple[Candidate, ...]]:
    assert writing.state is not None
    found = {}
    for key in open_conflicts(writing.state.envelopes, writing.ledger):
        one = writing.form.field(key)
        if one is not None and writing.values.get(key) is None:
            options = disputed(one, writing.state.envelopes[key])
            found[key] = tuple(_spoken(one, option, language) for option in options)
    return found


def _spoken(one: Field, option: Offered, language: str) -> Candidate:
    text = speak(one, option.value, language, city.common().division_names)
    value = option.value.get("text") if isinstance(option.value, Mapping) else option.value
    day = date.fromisoformat(option.as_of) if option.as_of else None
    return Candidate(str(value), text, option.title, day)


def _notes(writing: Writing, language: str) -> dict[str, tuple[str, ...]]:
    assert writing.state is not None
    return {
        key: tuple(_words(one, language) for one in told)
        for key, envelope in writing.state.envelopes.items()
        if (told := _silences(envelope))
    }


def _silences(envelope: Envelope) -> list[Silence]:
    if envelope.chosen is not None and envelope.status is not Status.STALE:
        return []
    return [one for one in envelope.silences if one.status in _SILENT]


def _words(one: Silence, language: str) -> str:
    return _SILENT[one.status]() % {"source": one.title.speak(language)}


def _past(writing: Writing, language: str) -> dict[str, Candidate]:
    assert writing.state is not None
    found = {}
    for key, envelope in writing.state.envelopes.items():
        one = writing.form.field(key)
        if one is None or writing.values.get(key) not in (None, "", [], {}):
            continue
        past = next((item for item in envelope.options if item.kind is Kind.HISTORY), None)
        if past is not None:
            found[key] = _spoken(one, past, language)
    return found


def sources(writing: Writing, language: str) -> Context | None:
    """List the registers asked for this application, for the side of a step."""
    state = writing.state
    if state is None or not state.asked:
        return None
    catalogue = city.loaded().catalogue.resources
    names = {key: one.name for key, one in catalogue.items()}
    found = filling.sources(state.asked, names)
    shown = [
        {
            "title": one.title.speak(language),
            "state": _STATES.get(one.state, _STATES["broken"])[0](),
            "kind": _STATES.get(one.state, _STATES["broken"])[1],
            "as_of": one.as_of,
        }
        for one in found
    ]
    return {
        "shown": shown,
        "found": sum(one.state == "found" for one in found),
        "total": len(found),
        "is_waiting": state.is_waiting,
        "can_ask_again": any(one.state in _FAILED for one in found),
    }


def picks(writing: Writing, part: Section, language: str) -> list[Context]:
    """List the registers that hold several records, of which one is to be picked in this step."""
    state = writing.state
    if state is None:
        return []
    wanted = {
        name.partition(".")[0]: None for one in part.fields for name in (*one.prefill, *one.check)
    }
    found = []
    for source in wanted:
        records = state.several.get(source, ())
        resource = city.loaded().catalogue.resources.get(source)
        if len(records) < 2 or resource is None or lookup_for(writing.form, source) is None:
            continue
        chosen = writing.ledger.picks.get(source, -1)
        found.append(
            {
                "source": source,
                "title": resource.name.speak(language),
                "is_open": chosen < 0,
                "options": [
                    {
                        "place": place,
                        "words": filling.record_words(writing.form, source, record),
                        "is_chosen": place == chosen,
                    }
                    for place, record in enumerate(records)
                ],
            }
        )
    return found


def cells_of(writing: Writing, part: Section, language: str) -> dict[str, str]:
    """
    Return what registers put into the cells of typed rows, as an input takes it, by its id.

    Personal cells are not among it: a page shows them only when it is drawn anew.
    """
    found: dict[str, str] = {}
    for one in part.fields:
        origins = writing.ledger.cells.get(one.key, {}) if one.kind is FieldKind.TABLE else {}
        if not any(origin.get("by") for origin in origins.values()):
            continue
        columns = {cell.key: cell for cell in one.columns if not cell.sensitive}
        rows = writing.values.get(one.key)
        for row, column in cell_origins(writing.ledger, one, writing.values):
            value = rows[row].get(column) if isinstance(rows, list) else None
            if column in columns and isinstance(value, str | int) and not isinstance(value, bool):
                found[control_id(f"{one.key}.{row}.{column}")] = str(value)
    return found


def listed(writing: Writing, language: str) -> list[Context]:
    """List everything that was filled in and stands, by source: nothing goes unseen."""
    rows: dict[tuple[str, str], dict[str, list[str]]] = {}
    for label, column, origin in _standing(writing, language):
        title = (origin.get("en") if language.startswith("en") else "") or origin.get("zh", "")
        named = rows.setdefault((title, origin.get("as_of", "")), {}).setdefault(label, [])
        if column and column not in named:
            named.append(column)
    return [
        {
            "title": title,
            "as_of": as_of,
            "labels": _("、").join(_with_columns(*one) for one in named.items()),
        }
        for (title, as_of), named in rows.items()
    ]


def _with_columns(label: str, columns: list[str]) -> str:
    return f"{label}（{_('、').join(columns)}）" if columns else label


def _standing(writing: Writing, language: str) -> Iterator[tuple[str, str, Mapping[str, str]]]:
    """Yield label, column and origin of every value that stands as it was filled in."""
    for one in writing.form.fields():
        label = one.label.speak(language)
        if one.kind is not FieldKind.TABLE:
            if one.key in writing.origins:
                yield label, "", writing.origins[one.key]
            continue
        names = {cell.key: cell.label.speak(language) for cell in one.columns}
        for (_row, column), origin in cell_origins(writing.ledger, one, writing.values).items():
            yield label, names[column], origin


def consents(writing: Writing, language: str) -> list[Context]:
    """List what the applicant must agree to before it is asked."""
    if writing.is_correction:
        return []
    draft = writing.draft
    return [
        {"resource": one.resource.key, "text": one.text.speak(language), "digest": one.digest}
        for one in agreed.needed(writing.form, writing.scenario.code, draft.subject_code)
    ]
