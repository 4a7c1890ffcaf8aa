# SPDX-License-Identifier: Apache-2.0
"""An application as it is printed for the archive: every answer that counts, in form order."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from huiban.kernel.clock_time import SHANGHAI
from huiban.kernel.form_conditions import shown
from huiban.kernel.form_model import Field, FieldKind, Form, Section, Values
from huiban.kernel.form_speak import Speech, speak_as, speak_rows

_WIDE = 24  # characters; a longer answer takes the whole width of the page
_NOTHING = "—"
_NARROW, _BROAD = 90, 400  # twentieths of a Chinese character
_FAR = 1e6  # no drawing pad has that many pixels
_BLOCKS = (FieldKind.TABLE, FieldKind.DECLARATION, FieldKind.SIGNATURE, FieldKind.FILE)


@dataclass(frozen=True, kw_only=True)
class Answers:
    """A form as filled in; `as_of` decides which conditional fields are shown."""

    form: Form
    values: Values
    as_of: date
    divisions: Mapping[str, str] = field(default_factory=dict)
    is_masked: bool = False


def printed_form(answers: Answers) -> dict[str, object]:
    """
    Give the whole form as `sections` of `blocks` to print.

    Hidden fields are left out; an empty answer is printed as a dash, so that nobody adds one.
    """
    speech = Speech("zh", answers.divisions, answers.is_masked)
    visible = shown(answers.form, answers.values, answers.as_of)
    printed = [_section(part, visible, answers.values, speech) for part in answers.form.sections]
    return {
        "title": answers.form.title.zh,
        "sections": [part for part in printed if part["blocks"]],
    }


def public_answers(answers: Answers) -> dict[str, object]:
    """
    Give the answers a certificate may show, by key: `fields` as text, and `tables`.

    Sensitive fields and columns are left out altogether: certificates are shown to anybody, and
    their data travels inside the file.
    """
    speech = Speech("zh", answers.divisions)
    visible = shown(answers.form, answers.values, answers.as_of)
    kept = [one for one in answers.form.fields() if one.key in visible and not one.sensitive]
    values = answers.values
    return {
        "fields": {
            one.key: _spoken(one, values.get(one.key), speech)
            for one in kept
            if one.kind not in _BLOCKS
        },
        "tables": {
            one.key: _table(_without_sensitive(one), values.get(one.key), speech)
            for one in kept
            if one.kind is FieldKind.TABLE
        },
    }


def _without_sensitive(table: Field) -> Field:
    return replace(table, columns=tuple(one for one in table.columns if not one.sensitive))


def _spoken(one: Field, value: object, speech: Speech) -> str:
    if one.kind is FieldKind.ADDRESS and isinstance(value, Mapping):
        return str(value.get("text", ""))  # whether it is on the map means nothing on paper
    return speak_as(one, value, speech)


def _section(part: Section, visible: set[str], values: Values, speech: Speech) -> dict[str, object]:
    blocks: list[dict[str, object]] = []
    for one in part.fields:
        if one.key not in visible:
            continue
        value = values.get(one.key)
        if one.kind in _BLOCKS:
            blocks.append(_block(one, value, speech))
            continue
        if not blocks or blocks[-1]["kind"] != "fields":
            blocks.append({"kind": "fields", "rows": []})
        rows = blocks[-1]["rows"]
        assert isinstance(rows, list)
        rows.append(_row(one, value, speech))
    return {"title": part.title.zh, "blocks": blocks}


def _row(one: Field, value: object, speech: Speech) -> dict[str, object]:
    spoken = _spoken(one, value, speech)
    is_wide = one.multiline or len(spoken) > _WIDE or one.kind is FieldKind.ADDRESS
    return {"label": one.label.zh, "value": spoken or _NOTHING, "is_wide": is_wide}


def _block(one: Field, value: object, speech: Speech) -> dict[str, object]:
    made = {
        FieldKind.TABLE: _table,
        FieldKind.DECLARATION: _declaration,
        FieldKind.SIGNATURE: _signature,
        FieldKind.FILE: _files,
    }[one.kind]
    return {"kind": str(one.kind), "label": one.label.zh} | made(one, value, speech)


def _table(one: Field, value: object, speech: Speech) -> dict[str, object]:
    columns = [column.label.zh for column in one.columns]
    rows = [[cell or _NOTHING for cell in row] for row in speak_rows(one, value, speech)]
    keys = [column.key for column in one.columns]
    return {"keys": keys, "columns": columns, "rows": rows, "widths": _widths(columns, rows)}


def _widths(columns: list[str], rows: list[list[str]]) -> list[int]:
    """This function will give each column the share of the page that its longest text needs."""
    shares = []
    for number, label in enumerate(columns):
        longest = max((_breadth(row[number]) for row in rows), default=0)
        heading = min(_breadth(label), _NARROW + 60)  # a longer heading is broken
        shares.append(min(max(longest, heading, _NARROW), _BROAD))
    return shares


def _breadth(text: str) -> int:
    """This function will estimate how wide a text is set, in twentieths of a Chinese character."""
    return 40 + sum(20 if one >= "\u2e80" else 15 if one.isupper() else 12 for one in text)


def _declaration(one: Field, value: object, _: Speech) -> dict[str, object]:
    said = value if isinstance(value, Mapping) else {}
    return {
        "text": one.text.zh.strip(),
        "is_agreed": said.get("agreed") is True,
        "at": _moment(said.get("at")),
        "digest": str(said.get("digest", "")),
    }


def _signature(_: Field, value: object, __: Speech) -> dict[str, object]:
    signed = value if isinstance(value, Mapping) else {}
    return {
        "name": str(signed.get("name", "")),
        "at": _moment(signed.get("at")),
        "svg": signature_svg(signed.get("strokes")),
    }


def _files(_: Field, value: object, __: Speech) -> dict[str, object]:
    files = value if isinstance(value, Sequence) and not isinstance(value, str) else []
    return {"names": [str(one.get("name", "")) for one in files if isinstance(one, Mapping)]}


def _moment(text: object) -> str:
    """This function will write a stored instant in local time, to the minute."""
    if not isinstance(text, str):
        return ""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return ""
    local = at.astimezone(SHANGHAI) if at.tzinfo else at
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"


def signature_svg(strokes: object) -> str:
    """
    Draw a hand-written signature from its strokes of `[x, y, t]` points; "" if there is none.

    Only numbers reach the drawing, whatever is stored.
    """
    lines = [points for one in _sequence(strokes) if (points := list(_points(one)))]
    if not lines:
        return ""
    across = [x for line in lines for x, _ in line]
    down = [y for line in lines for _, y in line]
    left, top = min(across) - 4, min(down) - 4
    width, height = max(across) - left + 4, max(down) - top + 4
    path = "".join(_path(line) for line in lines)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{left:g} {top:g} {width:g} {height:g}">'
        f'<path d="{path}" fill="none" stroke="#111" stroke-width="{max(width, height) / 120:.3g}" '
        'stroke-linecap="round" stroke-linejoin="round"/></svg>'
    )


def _path(line: list[tuple[float, float]]) -> str:
    if len(line) == 1:  # a dot
        return f"M{line[0][0]:g} {line[0][1]:g}h0.1"
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in line)


def _points(stroke: object) -> Iterator[tuple[float, float]]:
    for point in _sequence(stroke):
        numbers = [part for part in _sequence(point)[:2] if isinstance(part, (int, float))]
        if len(numbers) == 2 and all(abs(number) < _FAR for number in numbers):
            yield float(numbers[0]), float(numbers[1])


def _sequence(value: object) -> list[object]:
    return list(value) if isinstance(value, (list, tuple)) else []
