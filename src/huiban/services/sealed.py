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
    for nothing: the value on record stays, and a problem says so.
    """
    found: dict[str, object] = {}
    problems: list[FieldProblem] = []
    for key, sent in answers.items():
        one = form.field(key)
        if one is None:
            found[key] = sent
        elif one.kind is FieldKind.TABLE and isinstance(sent, list):
            found[key] = [
                _row(draft, one, stored, row, problems, (form, number))
                for number, row in enumerate(sent)
            ]
        elif is_token(sent):
            known = next((values[key] for values in stored if key in values), None)
            if known is not None and constant_time_compare(str(sent), token(draft, key, known)):
                found[key] = known
            else:
                found[key] = known
                problems.append(_replayed(form, key, one))
        else:
            found[key] = sent
    return found, problems


def is_token(sent: object) -> bool:
    return isinstance(sent, str) and sent.startswith(START)


def _row(  # noqa: PLR0913 - one cell needs its whole place
    draft: str,
    table: Field,
    stored: tuple[Mapping[str, object], ...],
    row: object,
    problems: list[FieldProblem],
    place: tuple[Form, int],
) -> object:
    if not isinstance(row, Mapping):
        return row
    cells: dict[str, object] = {}
    for name, sent in row.items():
        if not is_token(sent):
            cells[name] = sent
            continue
        path = f"{table.key}.{name}"
        value = next(
            (
                known
                for known in _column(table.key, name, stored)
                if constant_time_compare(str(sent), token(draft, path, known))
            ),
            None,
        )
        if value is None:
            form, number = place
            problems.append(_replayed(form, f"{table.key}.{number}.{name}", table))
        else:
            cells[name] = value
    return cells


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
