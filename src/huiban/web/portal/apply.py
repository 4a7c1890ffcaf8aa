# SPDX-License-Identifier: Apache-2.0
"""Filling in an application step by step (填写申请): drawing a step, keeping what was typed."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiban.kernel.form import FieldProblem, Section, from_flat, shown
from huiban.services import city, drafts, submit
from huiban.services.drafts import Saving, Writing
from huiban.services.facts import local_day
from huiban.services.filling import ALL, Said
from huiban.services.refusal import Stale
from huiban.web.conditions import browser_conditions
from huiban.web.field_model import FormState
from huiban.web.fields import control_id, field_view, problem_links, section_view
from huiban.web.portal import given, rows, steps
from huiban.web.visit import Context, Visit, see_other, signed_in

OWN_NAMES = frozenset(
    {
        "csrfmiddlewaretoken", "go", "row", "edit", "file", "version", "confirm", "pick", "past",
        "reveal",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Drawing:
    """One drawing of a step: what is told besides the draft itself."""

    problems: tuple[FieldProblem, ...] = ()
    typed: Mapping[str, object] = field(default_factory=dict)
    values: Mapping[str, object] | None = None
    editing: frozenset[str] = frozenset()
    revealed: frozenset[str] = frozenset()
    is_stale: bool = False
    status: int = 200


@require_POST
@signed_in
def begin(visit: Visit, code: str) -> HttpResponse:
    """Start an application; for a change or renewal, from the certificate chosen."""
    certificate = visit.request.POST.get("certificate", "")
    writing = drafts.begin(code, visit.actor, visit.account, visit.now, certificate)
    return see_other(f"/drafts/{writing.number}/{writing.form.sections[0].key}")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def step(visit: Visit, number: str, section: str) -> HttpResponse:
    """Show one step, or keep what was typed on it and do what its button says."""
    is_shown = visit.request.method != "POST"
    pick_up = drafts.open_step if is_shown else drafts.load
    writing = pick_up(number, visit.actor, visit.now)
    part = writing.form.section(section)
    if part is None:
        return see_other(f"/drafts/{number}/{writing.form.sections[0].key}")
    if is_shown:
        return draw(visit, writing, part, _as_left(visit, writing, part))
    return _posted(visit, writing, part)


def _as_left(visit: Visit, writing: Writing, part: Section) -> Drawing:
    """A step that was left with mistakes says so when the person comes back to it."""
    wrong = tuple(path for path in writing.typed if writing.form.section_of(path) == part.key)
    editing = frozenset(visit.request.GET.getlist("edit"))
    given.tell_of_look(visit, writing, editing)
    if not wrong and "check" not in visit.request.GET:
        return Drawing(editing=editing)
    reading = drafts.check(writing, visit.now)
    told = tuple(one for one in reading.problems if one.section == part.key)
    if "check" not in visit.request.GET:
        told = tuple(one for one in told if one.code != "required")
    return Drawing(problems=told, typed=writing.typed, editing=editing)


def _posted(visit: Visit, writing: Writing, part: Section) -> HttpResponse:
    post = visit.request.POST
    answers = sent_answers(visit.request)
    if "row" in post:
        answers = rows.changed(answers, post["row"])
    try:
        saved = drafts.save(
            writing.number,
            Saving(part.key, answers, version_of(visit.request), said_of(visit.request)),
            visit.actor,
            visit.now,
        )
    except Stale:
        return _kept_apart(visit, writing, part, answers)
    if "row" in post:
        values = rows.with_blank(saved.values, post["row"])
        return draw(visit, saved, part, Drawing(typed=saved.typed, values=values))
    if "edit" in post:
        return draw(visit, saved, part, _editing(visit, saved, post["edit"]))
    if "reveal" in post:
        asked = frozenset({post["reveal"]})
        given.tell_of_look(visit, saved, asked)
        return draw(visit, saved, part, Drawing(revealed=asked))
    if not {"confirm", "pick", "past"}.isdisjoint(post):
        return see_other(f"/drafts/{writing.number}/{part.key}#{anchor_of(visit.request)}")
    mistakes = tuple(one for one in saved.problems if one.code != "required")
    if mistakes and post.get("go", "next") == "next":
        drawing = Drawing(problems=saved.problems, typed=saved.typed, status=422)
        return draw(visit, saved, part, drawing)
    return see_other(_next(visit, saved, part))


def _editing(visit: Visit, saved: Writing, key: str) -> Drawing:
    """A personal value opened for changing is seen in full, and that is logged like any look."""
    opened = frozenset({key})
    given.tell_of_look(visit, saved, opened)
    return Drawing(editing=opened, revealed=opened)


def _kept_apart(
    visit: Visit, writing: Writing, part: Section, answers: Mapping[str, object]
) -> HttpResponse:
    """Another device saved first: show what was typed here, over what is stored now."""
    reading = drafts.read_section(writing, part.key, answers, visit.now)
    drawing = Drawing(
        problems=reading.problems,
        typed=reading.typed,
        values=reading.values,
        is_stale=True,
        status=409,
    )
    return draw(visit, writing, part, drawing)


def _next(visit: Visit, writing: Writing, part: Section) -> str:
    go = visit.request.POST.get("go", "next")
    if go == "leave":
        messages.success(visit.request, _("已保存，随时可以接着填"))
        return "/cases"
    keys = [one.key for one in writing.form.sections]
    place = keys.index(part.key)
    if go == "back":
        return f"/drafts/{writing.number}/{keys[max(place - 1, 0)]}"
    if place + 1 < len(keys):
        return f"/drafts/{writing.number}/{keys[place + 1]}"
    return f"/drafts/{writing.number}/{submit.MATERIALS}"


@require_POST
@never_cache
@signed_in
def autosave(visit: Visit, number: str, section: str) -> HttpResponse:
    """Keep what stands on the page, without saying what is not right yet."""
    answers = sent_answers(visit.request)
    saving = Saving(section, answers, version_of(visit.request), budget=0.0)
    try:
        saved = drafts.save(number, saving, visit.actor, visit.now)
    except Stale as stale:
        detail = stale.message.speak(visit.language)
        return JsonResponse({"title": detail, "detail": detail}, status=409)
    left = steps.left_words(saved, local_day(visit.now))
    return JsonResponse(
        {
            "saved_at": steps.clock_words(visit.now),
            "version": saved.draft.version,
            "left": left,
            "left_total": steps.fill(saved, local_day(visit.now))["left"],
            "is_waiting": bool(saved.state and saved.state.is_waiting),
        }
    )


@require_safe
@never_cache
@signed_in
def late(visit: Visit, number: str, section: str) -> HttpResponse:
    """
    Tell an open page what registers have answered since: the fields filled in, drawn anew.

    `empty` names the fields that the page has empty. What came for them is drawn, what came for
    rows that people typed is told by cell, and `version` is the draft's afterwards.
    """
    writing = drafts.open_step(number, visit.actor, visit.now)
    part = writing.form.section(section)
    if part is None:
        return JsonResponse({"fields": {}}, status=404)
    empty = set(visit.request.GET.get("empty", "").split(","))
    state = _form_state(visit, writing, Drawing())
    drawn = {
        one.key: render_to_string("parts/field.html", {"f": field_view(one, state)}, visit.request)
        for one in part.fields
        if one.key in empty and (one.key in writing.values or one.key in state.given.candidates)
    }
    told = given.sources(writing, visit.language)
    return JsonResponse(
        {
            "fields": drawn,
            "cells": given.cells_of(writing, part, visit.language),
            "version": writing.draft.version,
            "is_waiting": bool(told and told["is_waiting"]),
            "sources": render_to_string("parts/asked.html", {"asked": told}, visit.request),
        }
    )


@require_POST
@never_cache
@signed_in
def ask_again(visit: Visit, number: str) -> HttpResponse:
    """Ask the registers once more that did not answer."""
    writing = drafts.ask_again(number, visit.actor, visit.now)
    section = visit.request.POST.get("section", "")
    part = writing.form.section(section) or writing.form.sections[0]
    return see_other(f"/drafts/{number}/{part.key}")


@require_POST
@never_cache
@signed_in
def consent(visit: Visit, number: str) -> HttpResponse:
    """Take the applicant's consent to a question, and ask it."""
    post = visit.request.POST
    writing = drafts.load(number, visit.actor, visit.now)
    drafts.agree(writing, post.get("resource", ""), post.get("shown", ""), visit.now)
    part = writing.form.section(post.get("section", "")) or writing.form.sections[0]
    return see_other(f"/drafts/{number}/{part.key}")


def draw(visit: Visit, writing: Writing, part: Section, drawing: Drawing) -> HttpResponse:
    """Draw one step."""
    today = local_day(visit.now)
    values = writing.values if drawing.values is None else drawing.values
    visible = shown(writing.form, values, today)
    state = _form_state(visit, writing, drawing)
    shown_problems = [one for one in drawing.problems if one.section == part.key]
    context: Context = {
        "writing": writing,
        "part": part,
        "title": part.title.speak(visit.language),
        "intro": part.intro.speak(visit.language),
        "errand": steps.errand_words(writing, visit.language),
        "fields": section_view(part, state, visible),
        "links": problem_links(shown_problems, visit.language),
        "conditions": browser_conditions(writing.form, part, values, today),
        "steps": steps.steps(writing, part.key, visit.language, today),
        "fill": steps.fill(writing, today),
        "materials": steps.material_counts(writing, visit.language, today),
        "points": steps.points_to_correct(writing),
        "asked": given.sources(writing, visit.language),
        "consents": given.consents(writing, visit.language),
        "picks": given.picks(writing, part, visit.language),
        "old": len([one for one in part.fields if one.key in state.given.stale]),
        "back": steps.before(writing, part.key),
        "next_title": steps.after_title(writing, part.key, visit.language),
        "is_stale": drawing.is_stale,
        "at": writing.draft.updated_at,
    }
    return render(visit.request, "portal/step.html", context, status=drawing.status)


def _form_state(visit: Visit, writing: Writing, drawing: Drawing) -> FormState:
    return FormState(
        values=writing.values if drawing.values is None else drawing.values,
        typed=drawing.typed,
        problems=drawing.problems,
        language=visit.language,
        divisions=city.common().division_names,
        today=local_day(visit.now),
        life=str(writing.item.life),
        origins=writing.origins,
        editing=drawing.editing,
        revealed=drawing.revealed,
        upload_url=f"/drafts/{writing.number}/upload",
        given=given.about(writing, visit.language),
    )


def said_of(request: HttpRequest) -> Said:
    """Return what a button of a given value says: confirmed, picked, taken over."""
    post = request.POST
    source, _colon, place = post.get("pick", "").partition(":")
    place = place or post.get(f"picked-{source}", "")
    is_pick = place.isdecimal() and len(place) < 5
    return Said(
        confirm=post.get("confirm", ""),
        history=post.get("past", ""),
        pick=(source, int(place)) if is_pick else None,
    )


def anchor_of(request: HttpRequest) -> str:
    """Return the id of what a button of a given value was about."""
    key = request.POST.get("confirm") or request.POST.get("past") or ""
    if not key:
        return "picks"
    return "step" if key.startswith(ALL) else control_id(key)


def sent_answers(request: HttpRequest) -> dict[str, object]:
    """Return the answers of a posted step; the page's own names are not answers."""
    pairs = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in OWN_NAMES and not name.startswith("picked-")
        for value in values
    ]
    return from_flat(pairs)


def version_of(request: HttpRequest) -> int | None:
    """Return the draft's version the page was drawn from; nonsense counts as none."""
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else None
