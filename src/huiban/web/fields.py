# SPDX-License-Identifier: Apache-2.0
"""How a field of a form becomes what a template draws: its control, value, options and sources."""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from huiban.kernel.form import (
    FORMATS,
    Field,
    FieldKind,
    FieldProblem,
    Section,
    digest_of,
    speak,
    speak_kinds,
    speak_size,
)
from huiban.kernel.form_date import bound
from huiban.kernel.words import Words
from huiban.web.field_model import (
    FieldView,
    FileView,
    FormState,
    OptionGroup,
    OptionView,
    ProblemLink,
    RowView,
)
from huiban.web.fields_given import given_view, with_notes

MOST_RADIOS = 6
_SPACE_FROM = Decimal(10_000)
_BLANK_ROW = "__row__"
_YES_NO = (("true", Words("是", "Yes")), ("false", Words("否", "No")))
_CONTROLS = {
    FieldKind.NUMBER: "number",
    FieldKind.MONEY: "money",
    FieldKind.DATE: "date",
    FieldKind.DIVISION: "division",
    FieldKind.ADDRESS: "address",
    FieldKind.FILE: "file",
    FieldKind.TABLE: "table",
    FieldKind.DECLARATION: "declaration",
    FieldKind.SIGNATURE: "signature",
}
_NEVER_GIVEN = frozenset(
    {FieldKind.TABLE, FieldKind.FILE, FieldKind.DECLARATION, FieldKind.SIGNATURE}
)
_INPUT_MODES = {
    FieldKind.NUMBER: "decimal",
    FieldKind.MONEY: "decimal",
    FieldKind.PHONE: "tel",
}
_PLACEHOLDERS = {FieldKind.DATE: "2026-3-5"}


def section_view(section: Section, state: FormState, visible: Container[str]) -> list[FieldView]:
    """Return one step's fields in order; those not `visible` are drawn hidden, for the script."""
    return [replace(field_view(one, state), is_shown=one.key in visible) for one in section.fields]


def field_view(field: Field, state: FormState) -> FieldView:
    """Return what to draw of one field."""
    return _view(field, state, _Place(field.key, field.key, state.values.get(field.key)))


def problem_links(problems: Iterable[FieldProblem], language: str) -> list[ProblemLink]:
    """Return the error summary: each problem with the address of its control."""
    return [
        ProblemLink(f"#{control_id(one.path)}", one.message.speak(language)) for one in problems
    ]


def control_id(path: str) -> str:
    """
    Return the id of the control at a path.

    >>> control_id("vehicles.2.plate")
    'f-vehicles-2-plate'
    """
    return "f-" + path.replace(".", "-")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a field stands: at the top of the form, or in a row of a table."""

    path: str
    name: str
    value: object
    is_cell: bool = False


def _view(field: Field, state: FormState, place: _Place) -> FieldView:
    typed = state.typed.get(place.path)
    origin = _origin(field, state, place)
    view = FieldView(
        key=field.key,
        path=place.path,
        name=place.name,
        id=control_id(place.path),
        label=state.say(field.label),
        kind=field.kind,
        control=_control(field, state, place),
        asked=field,
        why=state.say(field.why),
        hint=state.say(field.hint),
        is_required=field.required or field.key in state.needed,
        is_locked=_is_locked(field, state, place),
        is_given=_is_given(field, state, place),
        is_cell=place.is_cell,
        value=_text_of(typed) if typed is not None else _input_text(field, place.value),
        spoken=speak(field, place.value, state.language, state.divisions),
        problems=state.at(place.path),
        unit=field.unit,
        source=origin.get("en" if state.language.startswith("en") else "zh", "")
        or origin.get("zh", ""),
        source_on=origin.get("as_of", ""),
        source_reference=origin.get("reference", ""),
        inputmode=_INPUT_MODES.get(field.kind, ""),
        placeholder=_PLACEHOLDERS.get(field.kind, ""),
    )
    if view.is_given:
        view = given_view(view, state, place.value)
    elif not place.is_cell:
        view = with_notes(view, state)
    more = _conflict if view.control == "conflict" else _MORE.get(field.kind)
    return more(view, state, typed if typed is not None else place.value) if more else view


def _control(field: Field, state: FormState, place: _Place) -> str:
    if not place.is_cell and field.key in state.given.candidates:
        return "conflict"
    if field.kind is FieldKind.TEXT and field.multiline and not place.is_cell:
        return "multiline"
    if field.kind is FieldKind.BOOLEAN:
        return "select" if place.is_cell else "radio"
    if field.kind is not FieldKind.CHOICE:
        return _CONTROLS.get(field.kind, "text")
    if field.multiple:
        return "checkbox"
    return "select" if place.is_cell or len(field.options) > MOST_RADIOS else "radio"


def _is_locked(field: Field, state: FormState, place: _Place) -> bool:
    return state.life in field.locked_in and place.value not in (None, "", [], {})


def _is_given(field: Field, state: FormState, place: _Place) -> bool:
    """A value is given when a source named it, nobody disputes it and the person left it alone."""
    if field.kind in _NEVER_GIVEN or place.value is None:
        return False
    if place.is_cell:
        row = place.path.rpartition(".")[0]
        is_open = row in state.editing and not field.lock.holds
        return bool(_origin(field, state, place)) and not is_open and not state.at(place.path)
    if _is_locked(field, state, place):
        return True
    is_open = field.key in state.editing or field.key in state.given.candidates
    # A personal value that the system filled in is not printed because of a problem with it.
    is_sealed = field.sensitive and state.given.seal is not None
    return field.key in state.origins and not is_open and (is_sealed or not state.at(field.key))


def _origin(field: Field, state: FormState, place: _Place) -> Mapping[str, str]:
    if not place.is_cell:
        return state.origins.get(field.key, {})
    table, _, rest = place.path.partition(".")
    row = rest.partition(".")[0]
    return state.given.cells.get((table, int(row), field.key), {}) if row.isdecimal() else {}


def _input_text(field: Field, value: object) -> str:
    if value is None or isinstance(value, bool | list | Mapping):
        return ""
    if field.kind not in (FieldKind.NUMBER, FieldKind.MONEY):
        return str(value)
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    # Years and small counts read better without a comma.
    return f"{number:,f}" if abs(number) >= _SPACE_FROM else f"{number:f}"


def _text_of(typed: object) -> str:
    return typed if isinstance(typed, str) else ""


def _part(value: object, name: str) -> str:
    found = value.get(name) if isinstance(value, Mapping) else None
    return "" if found is None else str(found)


# ── What each kind adds ──


def _text(view: FieldView, state: FormState, _: object) -> FieldView:
    known = FORMATS.get(view.asked.format)
    return replace(view, placeholder=known.example) if known else view


def _options(
    view: FieldView, pairs: Sequence[tuple[str, str]], picked: Iterable[object]
) -> tuple[OptionView, ...]:
    chosen = {str(one) for one in picked}
    return tuple(
        OptionView(value, label, value in chosen, view.id if not n else f"{view.id}-{n + 1}")
        for n, (value, label) in enumerate(pairs)
    )


def _boolean(view: FieldView, state: FormState, value: object) -> FieldView:
    picked = {True: "true", False: "false"}.get(value) if isinstance(value, bool) else value
    pairs = [(key, state.say(words)) for key, words in _YES_NO]
    return replace(view, options=_options(view, pairs, [picked]))


def _choice(view: FieldView, state: FormState, value: object) -> FieldView:
    picked = value if isinstance(value, list) else [value]
    pairs = [(one.value, state.say(one.label)) for one in view.asked.options]
    return replace(view, options=_options(view, pairs, picked))


def _conflict(view: FieldView, state: FormState, value: object) -> FieldView:
    offers = state.given.candidates.get(view.key, ())
    pairs = [(one.value, one.text) for one in offers]
    drawn = _options(view, pairs, [value])
    said = [" · ".join(filter(None, (state.say(one.source), _day(one.as_of)))) for one in offers]
    return replace(
        view,
        options=tuple(replace(one, note=note) for one, note in zip(drawn, said, strict=True)),
    )


def _day(day: object) -> str:
    return "" if day is None else str(day)


def _division(view: FieldView, state: FormState, value: object) -> FieldView:
    offered = [one.value for one in view.asked.options] or list(state.divisions)
    names = {code: state.divisions.get(code, code) for code in offered}
    pairs = _options(view, list(names.items()), [value])
    district = state.divisions.get(str(value)[:6], "") if len(str(value)) > 6 else ""
    groups = _by_district(pairs, state.divisions)
    return replace(view, options=pairs, groups=groups, spoken=district + view.spoken)


def _by_district(
    options: Sequence[OptionView], divisions: Mapping[str, str]
) -> tuple[OptionGroup, ...]:
    """Group streets (9 digits) under their district (6 digits); one level alone has no groups."""
    groups: dict[str, list[OptionView]] = {}
    for one in options:
        groups.setdefault(one.value[:6], []).append(one)
    if all(len(group) == 1 for group in groups.values()):
        return ()
    return tuple(
        OptionGroup(divisions.get(code, code), tuple(group)) for code, group in groups.items()
    )


def _date(view: FieldView, state: FormState, _: object) -> FieldView:
    if state.today is None:
        return view
    days = [bound(text, state.today) for text in (view.asked.earliest, view.asked.latest)]
    earliest, latest = (day.isoformat() if day else "" for day in days)
    return replace(view, earliest=earliest, latest=latest)


def _address(view: FieldView, _: FormState, value: object) -> FieldView:
    text = value if isinstance(value, str) else _part(value, "text")
    point = {name: _part(value, name) for name in ("lon", "lat")}
    return replace(view, value=text, parts=point)


def _file(view: FieldView, state: FormState, value: object) -> FieldView:
    field = view.asked
    stored = state.values.get(view.key)
    listed = stored if isinstance(stored, list) else []
    return replace(
        view,
        files=tuple(_file_view(one, state) for one in listed if isinstance(one, Mapping)),
        accept=",".join(field.accept),
        accept_words=state.say(speak_kinds(field.accept)),
        size_words=speak_size(field.max_bytes),
        upload_url=state.upload_url,
    )


def _file_view(stored: Mapping[str, object], state: FormState) -> FileView:
    number, size = str(stored.get("file", "")), stored.get("size")
    count = size if isinstance(size, int) else 0
    media = str(stored.get("media", ""))
    url = f"{state.file_url}{number}"
    return FileView(number, str(stored.get("name", "")), count, speak_size(count), media, url)


def _table(view: FieldView, state: FormState, value: object) -> FieldView:
    field = view.asked
    stored = state.values.get(view.key)
    rows = list(stored) if isinstance(stored, list) else []
    shown = max(len(rows), field.fewest_rows, 1)
    rows += [{}] * (shown - len(rows))
    return replace(
        view,
        columns=_cells(field, state, _BLANK_ROW, {}),
        rows=tuple(
            RowView(str(n), str(n + 1), _cells(field, state, str(n), row))
            for n, row in enumerate(rows)
        ),
    )


def _cells(
    table: Field, state: FormState, index: str, row: Mapping[str, object]
) -> tuple[FieldView, ...]:
    key = table.key
    return tuple(
        _view(
            column,
            state,
            _Place(
                f"{key}.{index}.{column.key}",
                f"{key}-{index}-{column.key}",
                row.get(column.key),
                is_cell=True,
            ),
        )
        for column in table.columns
    )


def _declaration(view: FieldView, state: FormState, value: object) -> FieldView:
    text = state.say(view.asked.text)
    is_agreed = isinstance(value, Mapping) and value.get("agreed") in (True, "on", "true", "1")
    digest = digest_of(text)
    # An agreement to another wording than the one shown is not an agreement to this one.
    is_agreed = is_agreed and _part(value, "digest") in ("", digest)
    return replace(
        view, parts={"text": text, "digest": digest, "agreed": "true" if is_agreed else ""}
    )


def _signature(view: FieldView, _: FormState, value: object) -> FieldView:
    name = value if isinstance(value, str) else _part(value, "name")
    strokes = value.get("strokes") if isinstance(value, Mapping) else None
    drawn = strokes if isinstance(strokes, str) else _compact(strokes)
    return replace(view, value=name, parts={"strokes": drawn, "at": _part(value, "at")})


def _compact(strokes: object) -> str:
    # Lists of whole numbers: their Python form without spaces is their JSON.
    return str(strokes).replace(" ", "") if isinstance(strokes, list) else ""


_MORE: Mapping[FieldKind, Callable[[FieldView, FormState, object], FieldView]] = {
    FieldKind.TEXT: _text,
    FieldKind.DATE: _date,
    FieldKind.BOOLEAN: _boolean,
    FieldKind.CHOICE: _choice,
    FieldKind.DIVISION: _division,
    FieldKind.ADDRESS: _address,
    FieldKind.FILE: _file,
    FieldKind.TABLE: _table,
    FieldKind.DECLARATION: _declaration,
    FieldKind.SIGNATURE: _signature,
}
