# SPDX-License-Identifier: Apache-2.0
"""The form of the studio (要点表单): what was typed, the choices, and mistakes at their fields."""

import re
from collections.abc import Iterator, Sequence

from django.http import QueryDict
from django.utils.translation import gettext as _

from huiban.kernel.catalogue import Life
from huiban.kernel.review import How, Severity, Take
from huiban.kernel.rule import Verdict
from huiban.services import city
from huiban.services.point_studio import Studio, Trial
from huiban.services.point_studio_text import LINES, SENTENCES, FactTyped, Written
from huiban.services.refusal import FieldFault
from huiban.web.desk.studio_words import LABELS, field_of, place_of, problem_words
from huiban.web.field_model import ProblemLink
from huiban.web.portal.steps import life_words
from huiban.web.review_words import severity_words
from huiban.web.visit import Context

_LONGEST = 2000
_LONGEST_PANE = 20_000
_SPLIT = re.compile(r"[\s,，、;；]+")
_VERDICTS = frozenset(map(str, Verdict))
_FACT = ("name", "how", "of", "against", "unit", "take", "label")


def read(sent: QueryDict, found: Studio) -> Written:
    """Read what the author typed; a new fact joins the others in their pane."""
    names = [*LINES, "needs", *(f"{one}_{tongue}" for one in SENTENCES for tongue in ("zh", "en"))]
    code = found.point.code if found.point else _text(sent, "code")[:60]
    shows = tuple(one for one in _SPLIT.split(_text(sent, "shows")) if one)
    facts = _pane(sent, "facts")
    fact = FactTyped(**{name: _text(sent, f"fact_{name}") for name in _FACT})
    if fact.name:
        facts = f"{facts.rstrip()}\n{fact.line()}".lstrip()
    return Written(
        code,
        {name: _text(sent, name) for name in names},
        _in_order(found.written.lives, sent.getlist("lives")),
        tuple(dict.fromkeys(shows)),
        facts,
        _pane(sent, "examples"),
        dict(_expected(sent, found)),
        is_new=found.point is None,
    )


def _in_order(before: Sequence[str], ticked: Sequence[str]) -> tuple[str, ...]:
    """Return what is ticked in the order in which it was written: another order is no change."""
    kept = [one for one in before if one in ticked]
    return tuple(dict.fromkeys([*kept, *ticked]))[:10]


def _expected(sent: QueryDict, found: Studio) -> Iterator[tuple[tuple[str, int], str]]:
    """Yield what the author wants examples to say: `expect:<file>#<index>` → verdict."""
    for name, value in sent.items():
        file, _mark, index = name.removeprefix("expect:").partition("#")
        is_known = file in found.scenario.texts and index.isdecimal() and len(index) < 4
        if name.startswith("expect:") and is_known and value in _VERDICTS:
            yield (file, int(index)), value


def view(
    found: Studio,
    written: Written,
    trial: Trial | None,
    fault: FieldFault | None,
    language: str,
) -> Context:
    """Return the values, choices and mistakes that the form is drawn with."""
    there = {one.life for one in found.scenario.items.values()}
    return {
        **{name: written.texts.get(name, "") for name in written.texts},
        "code": written.code,
        "is_new": found.point is None,
        "shows": ", ".join(written.shows),
        "facts": written.facts,
        "examples": written.examples,
        "lives": [
            (str(one), life_words(str(one)), str(one) in written.lives)
            for one in Life
            if one in there
        ],
        "severities": [(str(one), severity_words(one)) for one in Severity],
        "abouts": list(_abouts(found, language)),
        "roles": [
            (code, role.title.speak(language))
            for code, role in city.common().roles.items()
            if role.staffed_by == "staff"
        ],
        "hows": [str(one) for one in How if one is not How.KIND],
        "takes": [str(one) for one in Take],
        "paths": list(_paths(found, language)),
        "faults": _faults(trial, fault, language),
    }


def _faults(trial: Trial | None, fault: FieldFault | None, language: str) -> dict[str, list[str]]:
    told: dict[str, list[str]] = {}
    for one in trial.checked.problems if trial else ():
        name = field_of(one, trial.checked.made.index if trial else 0)
        told.setdefault(name, []).append(problem_words(one, language))
    if fault is not None:
        told.setdefault(fault.path, []).append(fault.message.speak(language))
    return {name: list(dict.fromkeys(lines)) for name, lines in told.items()}


def links(trial: Trial | None, fault: FieldFault | None, language: str) -> list[ProblemLink]:
    """Return every mistake with its place, and the field it is put right in."""
    made = trial.checked.made if trial else None
    found = []
    for one in trial.checked.problems if trial and made else ():
        name = field_of(one, made.index if made else 0)
        told = {
            "label": LABELS[name]() if name else _("别处"),
            "words": problem_words(one, language),
            "place": place_of(one),
        }
        line = _("%(label)s：%(words)s（%(place)s）") % told
        found.append(ProblemLink(f"#f-{name or 'holds'}", line))
    if fault is not None:
        found.append(ProblemLink(f"#f-{fault.path}", fault.message.speak(language)))
    return found


def _abouts(found: Studio, language: str) -> Iterator[tuple[str, str]]:
    for one in found.item.materials:
        yield one.code, one.name.speak(language)
    for part in found.scenario.form_of(found.item).sections:
        yield part.key, _("申请表：%(name)s") % {"name": part.title.speak(language)}


def _paths(found: Studio, language: str) -> Iterator[tuple[str, str]]:
    """Yield what facts may be taken of: materials, and the fields of what they may be."""
    names = {one.code: one.name.speak(language) for one in found.item.materials}
    known = city.common().material_kinds
    for material, kinds in found.review.reads.items():
        if material not in names:
            continue
        yield material, names[material]
        fields = (one for kind in kinds if kind in known for one in known[kind].fields)
        for name, label in {one.name: one.label for one in fields}.items():
            yield f"{material}.{name}", f"{names[material]} · {label.speak(language)}"


def facts_there(found: Studio, language: str) -> list[Context]:
    """Return the facts a rule may name: those of materials, and those of the form."""
    form = found.scenario.form_of(found.item)
    own = [
        (name, one.label.speak(language) if one.label else "")
        for name, one in found.review.facts.items()
    ]
    asked = [(one.key, one.label.speak(language)) for one in form.fields()]
    return [
        {"title": _("从材料读出的"), "rows": own},
        {"title": _("申请表填的"), "rows": asked},
    ]


def _text(sent: QueryDict, name: str) -> str:
    return sent.get(name, "").replace("\x00", "").strip()[:_LONGEST]


def _pane(sent: QueryDict, name: str) -> str:
    text = sent.get(name, "").replace("\x00", "").replace("\r\n", "\n")
    return text.rstrip()[:_LONGEST_PANE]
