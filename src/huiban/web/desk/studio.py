# SPDX-License-Identifier: Apache-2.0
"""The studio for review points (要点编写): a form, a trial over decided cases, and publishing."""

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from huiban.services import point_studio, point_studio_publish
from huiban.services.point_studio import Studio, Trial
from huiban.services.point_studio_case import Looked
from huiban.services.point_studio_past import MOST, USUAL
from huiban.services.point_studio_publish import Publishing, Unfit
from huiban.services.point_studio_text import Written
from huiban.services.refusal import FieldFault, NotFound, NotOpen, Refused, Stale
from huiban.web.desk import studio_form, studio_view
from huiban.web.desk.frame import nav
from huiban.web.desk.point_scores import HERE
from huiban.web.refused import status_of
from huiban.web.visit import Context, Visit, at_desk, see_other


@dataclass(frozen=True)
class _Shown:
    """What the page shows beside the form: the trial, what was refused, the case looked at."""

    written: Written
    trial: Trial | None = None
    refused: Refused | None = None
    looked: Looked | None = None
    base: str = ""
    is_tried: bool = False


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@at_desk
def point(visit: Visit, scenario: str, item: str, code: str = "") -> HttpResponse:
    """Show a point to its author, check and try what they typed, publish it."""
    found = point_studio.opened(scenario, item, code, visit.actor)
    if visit.request.method != "POST":
        shown = _Shown(found.written, base=found.scenario.digest)
        number = visit.request.GET.get("case", "")
        return _page(visit, found, _with_case(visit, found, shown, number))
    sent = visit.request.POST
    written = studio_form.read(sent, found)
    base = sent.get("base", "") or found.scenario.digest
    if sent.get("do") == "publish":
        return _publish(visit, found, Publishing(written, base, sent.get("reason", "")))
    if sent.get("do") == "download":
        return _download(visit, found, written, base)
    number = sent.get("look", "") or sent.get("case", "")
    is_tried = sent.get("do") == "try"
    trial = point_studio.try_out(found, written, visit.actor, _most(sent) if is_tried else 0)
    shown = _Shown(written, trial, base=base, is_tried=is_tried)
    return _page(visit, found, _with_case(visit, found, shown, number))


def _with_case(visit: Visit, found: Studio, shown: _Shown, number: str) -> _Shown:
    """Take in the case that is looked at; one that cannot be is told, and the rest stays."""
    if not number:
        return shown
    try:
        looked = point_studio.look(found, number.strip()[:64], shown.trial, visit.actor)
    except (NotFound, NotOpen) as refused:
        return replace(shown, refused=refused)
    return replace(shown, looked=looked)


def _publish(visit: Visit, found: Studio, sent: Publishing) -> HttpResponse:
    try:
        change = point_studio_publish.publish(found, sent, visit.actor, visit.now)
    except (FieldFault, Stale, Unfit, NotOpen) as refused:
        return _refused(visit, found, sent.written, refused)
    words = _("已发布 %(version)s 版：从现在起收的办件按它看，以前收的不变。")
    messages.success(visit.request, words % {"version": change.version})
    return see_other(way(found, sent.written.code))


def _download(visit: Visit, found: Studio, written: Written, base: str) -> HttpResponse:
    try:
        change = point_studio_publish.change_of(found, written, base)
    except (FieldFault, Stale, Unfit) as refused:
        return _refused(visit, found, written, refused)
    answer = HttpResponse(change.patch, content_type="text/x-diff; charset=utf-8")
    name = f"{change.code}-{change.version}.patch"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _refused(visit: Visit, found: Studio, written: Written, refused: Refused) -> HttpResponse:
    """Show what is wrong; a pack somebody else changed is the one to go on from."""
    trial = point_studio.try_out(found, written, visit.actor, _most(visit.request.POST))
    shown = _Shown(written, trial, refused, base=found.scenario.digest, is_tried=True)
    return _page(visit, found, _with_case(visit, found, shown, visit.request.POST.get("case", "")))


def _page(visit: Visit, found: Studio, shown: _Shown) -> HttpResponse:
    sent = visit.request.POST
    text = sent.get("q", "").replace("\x00", "").strip()[:60]
    problems = shown.trial.checked.problems if shown.trial else ()
    context: Context = {
        "found": found,
        "here": visit.request.path,
        "title": found.point.title.speak(visit.language) if found.point else _("新的要点"),
        "item_name": found.item.name.speak(visit.language),
        "form": studio_form.view(found, shown.written, shown.trial, _fault(shown), visit.language),
        "links": studio_form.links(shown.trial, _fault(shown), visit.language),
        "refused": _told(shown, visit.language),
        "base": shown.base,
        "is_tried": shown.is_tried,
        "tried": studio_view.tried(shown.trial, visit.language) if shown.is_tried else None,
        "examples": studio_view.examples(shown.trial, shown.written),
        "looked": studio_view.looked(shown.looked, found, visit.language),
        "cases": point_studio.closed_cases(found, text, visit.actor).rows,
        "q": text,
        "number": shown.looked.case.number if shown.looked else "",
        "n": _most(sent),
        "most": MOST,
        "reason": sent.get("reason", "")[: point_studio_publish.LONGEST_REASON],
        "can_write": point_studio_publish.can_write_folder(found),
        "is_ready": shown.is_tried and not problems and studio_view.is_changed(shown.trial, found),
        "published": studio_view.published(point_studio.published(found)),
        "facts_there": studio_form.facts_there(found, visit.language),
        "crumbs": [(_("要点准确率"), f"{HERE}?{urlencode({'scenario': found.scenario.code})}"),
                   (shown.written.code or _("新的要点"), "")],
        "desk_nav": nav(visit, HERE),
    }  # fmt: skip
    status = _status(shown, bool(problems))
    return render(visit.request, "desk/studio.html", context, status=status)


def _status(shown: _Shown, has_problems: bool) -> int:
    if shown.refused is not None:
        return status_of(shown.refused)
    return 422 if has_problems and shown.is_tried else 200


def _fault(shown: _Shown) -> FieldFault | None:
    return shown.refused if isinstance(shown.refused, FieldFault) else None


def _told(shown: _Shown, language: str) -> str:
    """Say a refusal that belongs to no field."""
    one = shown.refused
    if one is None or isinstance(one, FieldFault | Unfit):
        return ""
    return one.message.speak(language)


def _most(sent: QueryDict) -> int:
    text = sent.get("n", "")
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else USUAL
    return max(1, min(number, MOST))


def way(found: Studio, code: str) -> str:
    """Return the address of a point in the studio."""
    return f"{HERE}/{found.scenario.code}/{found.item.code}/{code}"
