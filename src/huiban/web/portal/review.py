# SPDX-License-Identifier: Apache-2.0
"""What applicants are told of their materials before they file (预审提示): where, the cure."""

import hashlib

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from huiban.kernel.words import Words
from huiban.services import drafts, files, reviewing
from huiban.services.drafts import Writing
from huiban.services.refusal import NotFound
from huiban.services.review_files import Reviewed
from huiban.store.models import Blob
from huiban.web import review_view
from huiban.web.portal import steps
from huiban.web.review_view import Told
from huiban.web.visit import Context, Visit, see_other, signed_in

_NO_CHANGE = 204


def context(visit: Visit, writing: Writing, *, watches: bool = False) -> Context | None:
    """
    Return what `portal/review.html` draws; None where the scenario has no points.

    With `watches` it is on the page of the materials, and looks again when they change.
    """
    reviewed = reviewing.of_writing(writing, visit.now)
    told = _told(visit, writing, reviewed)
    if told is None or reviewed is None:
        return None
    found: Context = {
        "watches": watches,
        "has_files": any(reviewed.files.values()),
        "pending": reviewed.pending,
        "failing": [review_view.finding(told, one) for one in reviewed.failing],
        "unknown": [review_view.finding(told, one) for one in reviewed.unknown],
        "about": {one.code: [] for one in writing.item.materials},
        "lines": review_view.file_lines(reviewed),
        "here": f"/drafts/{writing.number}/materials",
    }
    for one in found["failing"]:
        if one["about_code"] in found["about"]:
            found["about"][one["about_code"]].append(one)
    # A page that waits is drawn anew only when there is something new to see.
    found["token"] = hashlib.sha256(repr(sorted(found.items())).encode()).hexdigest()[:16]
    return found


def _told(visit: Visit, writing: Writing, reviewed: Reviewed | None) -> Told | None:
    review = writing.scenario.review
    if review is None or reviewed is None:
        return None

    def way(blob: Blob, page: int, point: str) -> str:
        return f"/drafts/{writing.number}/look/{blob.number}/{page}?point={point}"

    def fix(about: str) -> str:
        is_material = any(one.code == about for one in writing.item.materials)
        where = f"materials#m-{about}" if is_material else f"{about}?check=1"
        return f"/drafts/{writing.number}/{where}"

    return Told(reviewed, writing.item, review, visit.language, is_officer=False, way=way, fix=fix)


@require_safe
@never_cache
@signed_in
def review(visit: Visit, number: str) -> HttpResponse:
    """Tell a page that waits how far the reading is and what was found; 204 if nothing is new."""
    writing = drafts.load(number, visit.actor, visit.now)
    if not visit.request.headers.get("HX-Request"):
        return see_other(f"/drafts/{number}/materials#review")
    found = context(visit, writing, watches="watches" in visit.request.GET)
    if found is None or found["token"] == visit.request.GET.get("seen"):
        return HttpResponse(status=_NO_CHANGE)
    return render(visit.request, "portal/review_swap.html", {"writing": writing, "review": found})


@require_safe
@never_cache
@signed_in
def look(visit: Visit, number: str, file: str, page: int) -> HttpResponse:
    """Show a page of a material with the places marked that a finding speaks of."""
    writing = drafts.load(number, visit.actor, visit.now)
    reviewed = reviewing.of_writing(writing, visit.now)
    told = _told(visit, writing, reviewed)
    blob = files.of_draft(writing).get(file)
    if told is None or reviewed is None or blob is None:
        raise NotFound(Words("没有这个文件", "There is no such file"))
    point = visit.request.GET.get("point", "")
    finding = reviewed.finding(point)
    code = next((one for one, own in reviewed.files.items() if blob in own), "")
    name = next((one.name for one in writing.item.materials if one.code == code), None)
    sheet = review_view.sheet(told, blob, page, point)
    found: Context = {
        "writing": writing,
        "errand": steps.errand_words(writing, visit.language),
        "one": review_view.finding(told, finding) if finding else None,
        "file": blob,
        "name": blob.name,
        "code": code,
        "material": name.speak(visit.language) if name else _("材料"),
        "sheets": [sheet | {"image": f"/files/{file}/pages/{page}?w=1600"}],
        "file_url": f"/files/{file}",
    }
    return render(visit.request, "portal/look.html", found)
