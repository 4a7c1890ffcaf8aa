# SPDX-License-Identifier: Apache-2.0
"""Values a page hands back without showing them (密封值), and the snapshot of what was seen."""

import json
from collections.abc import Iterator, Mapping

from django.utils.crypto import constant_time_compare, salted_hmac

from huiban.kernel.form import Field, FieldKind, FieldProblem, Form
from huiban.kernel.prefill import Ledger, digests
from huiban.kernel.words import Words
from huiban.services.refusal import Stale

START = "given:"
_SALT = "huiban.services.sealed"


def token(draft: str, path: str, value: object) -> str:
    """
    Return what stands in a page for a value that is not shown whole; good for one draft and field.

    `path` is the field's key, or `table.column`.
    """
    text = json.dumps([draft, path, value], ensure_ascii=False, sort_keys=True)
    return START + salted_hmac(_SALT, text, algorithm="sha256").hexdigest()[:40]


def opened(
    draft: str,
    form: Form,
    stored: tuple[Mapping[str, object], ...],
    answers: Mapping[str, object],
) -> tuple[dict[str, object], list[FieldProblem]]:
    """
    Put the values that tokens stand for back into what a page posted.

    `stored` are the values on record. A token of another draft or of a value that is gone stands
    for nothing: the value on record stays, and a problem says so. Only personal values are sealed;
    elsewhere a text that looks like a token is a text.
    """
    found: dict[str, object] = {}
    problems: list[FieldProblem] = []
    for key, sent in answers.items():
        one = form.field(key)
        if one is None:
            found[key] = sent
        elif one.kind is FieldKind.TABLE and isinstance(sent, list):
            found[key] = _rows(draft, form, one, stored, sent[: one.max_rows + 1], problems)
        elif one.sensitive and is_token(sent):
            known = next((values[key] for values in stored if key in values), None)
            if known is None or not constant_time_compare(str(sent), token(draft, key, known)):
                problems.append(_replayed(form, key, one))
            found[key] = known
        else:
            found[key] = sent
    return found, problems


def is_token(sent: object) -> bool:
    return isinstance(sent, str) and sent.startswith(START)


def _rows(  # noqa: PLR0913 - a table needs its whole place
    draft: str,
    form: Form,
    table: Field,
    stored: tuple[Mapping[str, object], ...],
    sent: list[object],
    problems: list[FieldProblem],
) -> list[object]:
    sealed = {one.key for one in table.columns if one.sensitive}
    used = {
        name
        for row in sent
        if isinstance(row, Mapping)
        for name, cell in row.items()
        if name in sealed and is_token(cell)
    }
    # Each value on record is sealed once a column, however many cells are sent.
    known = {
        name: {token(draft, f"{table.key}.{name}", value): value for value in values}
        for name in used
        for values in [list(_column(table.key, name, stored))]
    }
    rows: list[object] = []
    for number, row in enumerate(sent):
        if not isinstance(row, Mapping):
            rows.append(row)
            continue
        cells = dict(row)
        for name in used & set(cells):
            if not is_token(cells[name]):
                continue
            value = known[name].get(str(cells[name]))
            if value is None:
                value = _there(table.key, number, name, stored)
                problems.append(_replayed(form, f"{table.key}.{number}.{name}", table))
            cells[name] = value
        rows.append({name: cell for name, cell in cells.items() if cell is not None})
    return rows


def _there(table: str, number: int, name: str, stored: tuple[Mapping[str, object], ...]) -> object:
    """Return what stands in a cell on record."""
    rows = stored[0].get(table) if stored else None
    row = rows[number] if isinstance(rows, list) and number < len(rows) else {}
    return row.get(name) if isinstance(row, Mapping) else None


def _column(table: str, name: str, stored: tuple[Mapping[str, object], ...]) -> Iterator[object]:
    for values in stored:
        rows = values.get(table)
        for row in rows if isinstance(rows, list) else ():
            if isinstance(row, Mapping) and name in row:
                yield row[name]


def _replayed(form: Form, path: str, one: Field) -> FieldProblem:
    return FieldProblem(
        path,
        "replayed",
        Words(
            f"{one.label.zh}：页面上的内容已经过期，已恢复为系统取得的内容，请核对",
            f"{one.label.en or one.label.zh}: what the page sent was out of date; the value on "
            "record has been put back, please check it",
        ),
        form.section_of(path),
    )


def snapshot(
    draft: str, subject: str, item: str, ledger: Ledger, values: Mapping[str, object]
) -> str:
    """
    Sign what a person is shown before sending: whose application, which item, which values.

    The signature covers a digest of every answer, and of every value filled in its source and
    status; it says nothing of the values themselves.
    """
    seen = {
        "draft": draft,
        "subject": subject,
        "item": item,
        "given": digests(ledger, values, _digest),
        "values": _digest(values),
    }
    text = json.dumps(seen, ensure_ascii=False, sort_keys=True)
    return salted_hmac(_SALT + ".snapshot", text, algorithm="sha256").hexdigest()


def demand_seen(shown: str, current: str) -> None:
    """
    Let nothing be sent that its sender has not seen.

    :raises Stale: if the snapshot is of another application, or of an earlier state.
    """
    if not constant_time_compare(shown, current):
        raise Stale(
            Words(
                "您看到的内容和现在的不一致（刚取得了新的数据，或者在别处改过），请核对后再提交",
                "What you were shown is not what stands now: data came in, or it was changed "
                "elsewhere. Please check it and send it again",
            ),
            0,
        )


def _digest(value: object) -> str:
    """Values are compared as they are stored: the order of an object's keys says nothing."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return salted_hmac(_SALT + ".value", text, algorithm="sha256").hexdigest()
