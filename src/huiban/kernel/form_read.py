# SPDX-License-Identifier: Apache-2.0
"""Reading a filled-in form: what is good is kept, everything else is named at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from huiban.kernel import form_words
from huiban.kernel.form_conditions import Facts, holds, is_needed, shown_by
from huiban.kernel.form_context import NO_DIVISIONS, Context
from huiban.kernel.form_facts import facts
from huiban.kernel.form_model import (
    Check,
    Field,
    FieldKind,
    FieldProblem,
    Form,
    Reading,
    Section,
    Values,
)
from huiban.kernel.form_parse import Answer, Trouble, parse
from huiban.kernel.form_table import settle
from huiban.kernel.form_text import storable
from huiban.kernel.words import Words

_MOST_UNKNOWN = 50


def read(
    form: Form,
    raw: Mapping[str, object],
    *,
    today: date,
    section: str | None = None,
    divisions: Mapping[str, str] = NO_DIVISIONS,
) -> Reading:
    """
    Read answers as typed, or as stored, into canonical values.

    Never raises on bad input: what can be read is kept, what cannot is in `problems` and,
    as it was typed, in `typed`. Answers to hidden fields are ignored. With `section`, all
    answers are read but only that section's problems are told.
    """
    return read_in(form, raw, Context(today=today, section=section, divisions=divisions))


def read_in(form: Form, raw: object, context: Context) -> Reading:
    """Read answers as `read` does, in circumstances only some callers know (signer, life, …)."""
    answers = raw if isinstance(raw, Mapping) else {}
    found = {one.key: _answer(one, answers, context) for one in form.fields()}
    values = {key: one.value for key, one in found.items() if one.value is not None}
    known = facts(form, values)
    visible = shown_by(form, known, context.today)
    if not visible.issuperset(values):
        known = facts(form, {key: value for key, value in values.items() if key in visible})
    gathered = _Gathered(form, context, known)
    for part in form.sections:
        for one in part.fields:
            if one.key in visible:
                gathered.take(part, one, found[one.key])
    for check in form.checks:
        gathered.judge(check)
    return gathered.reading(_unknown(form, answers))


def stamp(form: Form, values: Values, before: Values, at: datetime, account: str) -> Values:
    """
    Write time and account onto new agreements and signatures.

    Services call this after reading what came from outside: only what is on record already,
    unchanged, keeps its stamp, so nobody can post a time or an account of their choice.
    """
    marks: dict[str, object] = {"at": at.isoformat()}
    stamped: dict[str, object] = dict(values)
    for one in form.fields():
        value = values.get(one.key)
        if one.kind not in (FieldKind.DECLARATION, FieldKind.SIGNATURE) or not isinstance(
            value, Mapping
        ):
            continue
        earlier = before.get(one.key)
        if isinstance(earlier, Mapping) and _bare(earlier) == _bare(value):
            stamped[one.key] = dict(earlier)
        else:
            signed = {"account": account} if one.kind is FieldKind.SIGNATURE else {}
            stamped[one.key] = {**_bare(value), **marks, **signed}
    return stamped


def merge(form: Form, stored: Values, posted: Mapping[str, object], section: str) -> Values:
    """
    Return all answers when one section of a page was posted.

    An unchecked box is not posted at all, so the section's stored answers give way entirely.
    """
    kept = {key: value for key, value in stored.items() if form.section_of(key) != section}
    sent = {key: value for key, value in posted.items() if form.section_of(key) == section}
    return kept | sent


def _bare(value: Values) -> dict[str, object]:
    return {key: part for key, part in value.items() if key not in ("at", "account")}


def _answer(one: Field, answers: Mapping[str, object], context: Context) -> Answer:
    raw = answers.get(one.key)
    kept = context.before.get(one.key)
    is_locked = context.life in one.locked_in or one.key in context.locked
    if not is_locked or kept is None:
        return parse(one, raw, context)
    answer = parse(one, raw, context)
    if raw in (None, "", []) or answer.value == kept:
        return Answer(kept)
    label = form_words.named(one)
    message = _REGISTERED if one.key in context.locked else _UNCHANGING
    return Answer(kept, (Trouble("", "locked", Words(*(_named(message, label)))),))


_UNCHANGING = Words(
    "{}在这次办理中不能改，已恢复为原来的内容",
    "{} cannot be changed here; the recorded value has been restored",
)
_REGISTERED = Words(
    "{}来自部门登记，不能直接改，已恢复为登记的内容；登记有误，请点“不对？”提出异议",
    "{} is on a register and cannot be typed over; the registered value has been restored. "
    "If the register is wrong, say so with “Not right?”",
)


def _named(message: Words, label: Words) -> tuple[str, str]:
    return message.zh.format(label.zh), message.en.format(label.en)


def _unknown(form: Form, answers: Mapping[str, object]) -> tuple[str, ...]:
    names = (str(key) for key in answers if not isinstance(key, str) or form.field(key) is None)
    return tuple(storable(name)[:100] for name, _ in zip(names, range(_MOST_UNKNOWN), strict=False))


@dataclass
class _Gathered:
    """What reading has found so far, in the order of the form."""

    form: Form
    context: Context
    known: Facts
    values: dict[str, object] = field(default_factory=dict)
    problems: list[FieldProblem] = field(default_factory=list)
    warnings: list[FieldProblem] = field(default_factory=list)
    typed: dict[str, object] = field(default_factory=dict)

    def take(self, part: Section, one: Field, answer: Answer) -> None:
        if one.kind is FieldKind.TABLE:
            answer = settle(one, answer, self.known, self.context.today)
        if answer.value is not None:
            self.values[one.key] = answer.value
        if self.context.section not in (None, part.key):
            return
        if answer.value is None and not answer.troubles and self._is_needed(one):
            self._tell(part, one.key, Trouble("", "required", form_words.required(one)))
        for trouble in answer.troubles:
            self._tell(part, one.key, trouble)
        for doubt in answer.doubts:
            self.warnings.append(_problem(part, one.key, doubt))
        for sub, text in answer.typed.items():
            self.typed[_path(one.key, sub)] = text

    def judge(self, check: Check) -> None:
        """Tell of a check that fails; one over fields that are wrong themselves waits for them."""
        part = next((one for one in self.form.sections if self._holds_field(one, check)), None)
        criterion = check.criterion
        wrong = {one.path for one in self.problems}
        if part is None or self.context.section not in (None, part.key) or check.points_to in wrong:
            return
        if holds(criterion.rule, self.known, self.context.today) is False:
            message = criterion.message or criterion.title
            self._tell(part, check.points_to, Trouble("", criterion.code, message))

    def reading(self, unknown: tuple[str, ...]) -> Reading:
        missing = tuple(one.path for one in self.problems if one.code == "required")
        return Reading(
            values=self.values,
            problems=tuple(self.problems),
            missing=missing,
            typed=self.typed,
            warnings=tuple(self.warnings),
            unknown=unknown,
        )

    def _holds_field(self, part: Section, check: Check) -> bool:
        return part.key == self.form.section_of(check.points_to)

    def _is_needed(self, one: Field) -> bool:
        return is_needed(one, self.known, self.context.today)

    def _tell(self, part: Section, key: str, trouble: Trouble) -> None:
        self.problems.append(_problem(part, key, trouble))


def _problem(part: Section, key: str, trouble: Trouble) -> FieldProblem:
    return FieldProblem(_path(key, trouble.path), trouble.code, trouble.message, part.key)


def _path(key: str, sub: str) -> str:
    return f"{key}.{sub}" if sub else key
