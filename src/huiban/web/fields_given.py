# SPDX-License-Identifier: Apache-2.0
"""How a given value (预填) is drawn: as text with its source, masked where it is personal."""

from dataclasses import replace

from huiban.kernel.form import Field, FieldKind, Form, Section, to_flat
from huiban.kernel.resource import Mask, masked
from huiban.kernel.words import Words
from huiban.web.field_model import FieldView, FormState

_MASKS = {FieldKind.PERSON_ID: Mask.PERSON_ID, FieldKind.PHONE: Mask.PHONE}


def given_view(view: FieldView, state: FormState, value: object) -> FieldView:
    """Add what hands a given value back, and what can be done about it."""
    key = view.key
    is_masked = view.asked.sensitive and state.given.seal is not None and key not in state.revealed
    if view.is_cell and view.asked.sensitive and state.given.seal is not None:
        is_masked = view.path.rpartition(".")[0] not in state.revealed
    spoken = view.spoken
    if is_masked:
        spoken = hidden(view.asked, view.spoken)
    return replace(
        view,
        spoken=spoken,
        is_masked=is_masked,
        is_fixed=key in state.given.fixed or (view.is_cell and view.asked.lock.holds),
        is_stale=not view.is_cell and key in state.given.stale,
        doubt_url=_doubt_url(view, state),
        hidden=_hidden(view, state, value),
    )


def hidden(field: Field, spoken: str) -> str:
    """Mask a personal value; others are as they are."""
    mask = _MASKS.get(field.kind, Mask.ALL)
    return str(masked(spoken, mask)) if field.sensitive else spoken


def with_notes(view: FieldView, state: FormState) -> FieldView:
    """Add to a question what sources left unsaid, and what was filed before."""
    return replace(
        view,
        notes=state.given.notes.get(view.key, ()),
        past=state.given.past.get(view.key),
        doubt_url=_doubt_url(view, state),
    )


def _doubt_url(view: FieldView, state: FormState) -> str:
    is_possible = not view.is_cell and view.key in state.given.disputable
    return f"{state.given.doubt_url}/{view.key}" if is_possible else ""


def _hidden(view: FieldView, state: FormState, value: object) -> tuple[tuple[str, str], ...]:
    """A personal value never stands in the page: a seal does, which only this draft opens."""
    if state.given.seal is not None and view.asked.sensitive:
        path = view.path
        if view.is_cell:
            table, _, rest = path.partition(".")
            path = f"{table}.{rest.partition('.')[2]}"
        return ((view.name, state.given.seal(path, value)),)
    alone = Section(key="", title=Words(""), fields=(replace(view.asked, key=view.name),))
    form = Form(code="", title=Words(""), sections=(alone,))
    return tuple(to_flat(form, {view.name: value}))
