# SPDX-License-Identifier: Apache-2.0
"""Checking everything and sending it in (核对并提交)."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from huiban.kernel.form import FieldProblem, diff
from huiban.services import (
    automatic,
    casepage,
    city,
    drafts,
    files,
    form_signing,
    handle,
    materials,
    submit,
)
from huiban.services.drafts import Writing
from huiban.services.facts import local_day, read_json, read_materials
from huiban.services.refusal import AlreadyDone, Invalid, NotFound, Stale
from huiban.web.field_model import ProblemLink
from huiban.web.portal import given, review, steps
from huiban.web.standing import standing_view
from huiban.web.visit import Context, Visit, see_other, signed_in


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def summary(visit: Visit, number: str) -> HttpResponse:
    """Show the whole application in words, or send it in."""
    if visit.request.method == "POST":
        return _send(visit, number)
    return _draw(visit, drafts.open_step(number, visit.actor, visit.now), told=False)


def _send(visit: Visit, number: str) -> HttpResponse:
    writing = _to_be_signed(visit, number)
    if writing is not None:
        if submit.problems_of(writing, visit.now):
            return _draw(visit, writing, told=True)
        return see_other(f"/drafts/{number}/sign")
    try:
        seen = visit.request.POST.get("snapshot", "")
        case = submit.submit(number, visit.actor, visit.now, seen=seen)
    except AlreadyDone as done:
        # A double click, or the page sent again: the same case is the right answer.
        return see_other(f"/cases/{done.number}?sent=1")
    except Stale as stale:
        messages.warning(visit.request, stale.message.speak(visit.language))
        return see_other(f"/drafts/{number}/summary")
    except Invalid:
        writing = drafts.open_step(number, visit.actor, visit.now)
        return _draw(visit, writing, told=True)
    return see_other(f"/cases/{case}?sent=1")


def _to_be_signed(visit: Visit, number: str) -> Writing | None:
    """Return the application if it is signed before it is sent; None as well if it was sent."""
    try:
        writing = drafts.open_step(number, visit.actor, visit.now)
    except NotFound:
        return None
    automatic.choose(writing, visit.now, by_people="by_people" in visit.request.POST)
    return writing if form_signing.is_wanted(writing) else None


@require_POST
@never_cache
@signed_in
def discard(visit: Visit, number: str) -> HttpResponse:
    """Throw the application away."""
    drafts.load(number, visit.actor, visit.now)
    drafts.discard(number, visit.actor)
    messages.success(visit.request, _("草稿已删除"))
    return see_other("/cases")


def _draw(visit: Visit, writing: Writing, *, told: bool) -> HttpResponse:
    today = local_day(visit.now)
    problems = submit.problems_of(writing, visit.now)
    language = visit.language
    blobs = files.of_draft(writing)
    signs = form_signing.is_wanted(writing)
    context: Context = {
        "writing": writing,
        "errand": steps.errand_words(writing, language),
        "links": [ProblemLink(_where(writing, one.path), one.message.speak(language))
                  for one in problems],
        "left": ngettext("还差 %(n)s 项，补好就能提交", "还差 %(n)s 项，补好就能提交",
                         len(problems)) % {"n": len(problems)},
        "left_over": _left_over(writing, problems, language),
        "now": visit.now,
        "is_told": told,
        "sections": casepage.answer_sections(
            writing.form, writing.values, today, language, is_masked=not writing.is_correction
        ),
        "materials": [
            {
                "name": one.name.speak(language),
                "standing": standing_view(line, language),
                "files": [blobs[file] for file in writing.materials.get(one.code, [])
                          if file in blobs],
            }
            for line in materials.of_writing(writing, today)
            for one in [line.material]
        ],
        "changes": _changes(writing, language),
        "given": given.listed(writing, language),
        "steps": _steps(writing, language, today, signs=signs),
        "signs": signs,
        "has_choice": automatic.is_offered(writing, visit.now),
        "fill": steps.fill(writing, today),
        "points": steps.points_to_correct(writing),
        "at": writing.draft.updated_at,
        "review": review.context(visit, writing),
    }  # fmt: skip
    return render(visit.request, "portal/summary.html", context, status=422 if told else 200)


def _steps(writing: Writing, language: str, today: date, *, signs: bool) -> list[Context]:
    sign = {"key": "sign", "title": _("签署并提交"), "note": "", "state": ""}
    return [*steps.steps(writing, "summary", language, today), *([sign] if signs else [])]


def _left_over(writing: Writing, problems: Sequence[FieldProblem], language: str) -> list[Context]:
    """Group what is left by the step where it is put right."""
    titles = {part.key: part.title.speak(language) for part in writing.form.sections}
    titles[submit.MATERIALS] = _("材料")
    found: dict[str, list[ProblemLink]] = {}
    for one in problems:
        link = ProblemLink(_where(writing, one.path), one.message.speak(language))
        found.setdefault(one.section, []).append(link)
    return [{"title": titles.get(key, ""), "links": links} for key, links in found.items()]


def _where(writing: Writing, path: str) -> str:
    """Return the address where a problem is put right."""
    key, _dot, rest = path.partition(".")
    if key == submit.MATERIALS:
        return f"/drafts/{writing.number}/materials#f-{rest}"
    section = writing.form.section_of(path)
    return f"/drafts/{writing.number}/{section}?check=1#f-{path.replace('.', '-')}"


def _changes(writing: Writing, language: str) -> list[Context]:
    """List what a correction changed so far: answers, then materials."""
    if not writing.is_correction:
        return []
    before = handle.load(writing.draft.case_number).case
    names = city.common().division_names
    payload = read_json(before.payload)
    answers = [
        {"label": one.label, "before": one.before, "after": one.after}
        for one in diff(writing.form, payload, writing.values, language, names)
    ]
    return answers + _material_changes(writing, read_materials(before.materials), language)


def _material_changes(
    writing: Writing, before: Mapping[str, list[str]], language: str
) -> list[Context]:
    changed = [
        (one, before.get(one.code, []), writing.materials.get(one.code, []))
        for one in writing.item.materials
        if before.get(one.code, []) != writing.materials.get(one.code, [])
    ]
    known = files.records(number for _one, old, new in changed for number in (*old, *new))

    def named(numbers: list[str]) -> str:
        return _("、").join(known[number].name for number in numbers if number in known)

    return [
        {"label": one.name.speak(language), "before": named(old), "after": named(new)}
        for one, old, new in changed
    ]
