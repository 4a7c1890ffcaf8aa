# SPDX-License-Identifier: Apache-2.0
"""Handing in materials (上传材料): one list, each with its hint, its files and its refusals."""

from datetime import datetime

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from huiban.kernel.catalogue import MaterialStanding, Standing
from huiban.kernel.fill_record import How
from huiban.kernel.form import speak_kinds, speak_size
from huiban.services import commitments, drafts, files, submit
from huiban.services import materials as judging
from huiban.services.drafts import Writing
from huiban.services.facts import local_day
from huiban.services.files import Upload
from huiban.services.refusal import FieldFault, NotOpen
from huiban.store.models import Blob
from huiban.web.field_model import FileView, ProblemLink
from huiban.web.portal import review, steps
from huiban.web.portal.home import limit_words
from huiban.web.standing import standing_view
from huiban.web.visit import Context, Visit, see_other, signed_in

_PICTURED = frozenset({"application/pdf", "image/png", "image/jpeg", "image/webp"})
_MOST_READ = 60 * 1024 * 1024
# Nobody need hand these in; whoever wants to, may (voluntary, as in the EU's once-only system).
_SPARED = frozenset({Standing.WAIVED, Standing.NOT_NEEDED})
Faults = list[tuple[str, str]]


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def materials(visit: Visit, number: str) -> HttpResponse:
    """Show the materials, or take and drop files as the buttons say."""
    writing = drafts.load(number, visit.actor, visit.now)
    if visit.request.method != "POST":
        return _draw(visit, writing, [])
    code, _colon, order = visit.request.POST.get("file", "").partition(":")
    if order.startswith("remove:"):
        files.remove_material(number, code, order.removeprefix("remove:"), visit.actor, visit.now)
        return see_other(f"/drafts/{number}/materials#m-{code}")
    faults = _take_all(visit, writing)
    if order in ("promise", "take_back"):
        faults += _promise(visit, number, code, is_made=order == "promise")
    if faults:
        return _draw(visit, drafts.load(number, visit.actor, visit.now), faults, 422)
    if order:
        return see_other(f"/drafts/{number}/materials#m-{code}")
    return see_other(_next(visit, writing))


def _promise(visit: Visit, number: str, code: str, *, is_made: bool) -> Faults:
    """Promise instead of handing in a material, or take the promise back."""
    agreed = visit.request.POST.get(f"agree-{code}", "")
    try:
        if is_made:
            commitments.make(number, code, agreed, visit.actor, visit.now)
        else:
            commitments.take_back(number, code, visit.actor, visit.now)
    except (FieldFault, NotOpen) as fault:
        return [(code, fault.message.speak(visit.language))]
    return []


def _take_all(visit: Visit, writing: Writing) -> Faults:
    """Take every file that came along, and say of each that is refused why."""
    faults = []
    for code in [one.code for one in writing.item.materials]:
        for sent in visit.request.FILES.getlist(code):
            upload = Upload(sent.read(_MOST_READ), sent.name or "")
            try:
                files.add_material(writing.number, code, upload, visit.actor, visit.now)
            except FieldFault as fault:
                faults.append((code, fault.message.speak(visit.language)))
    return faults


def _next(visit: Visit, writing: Writing) -> str:
    go = visit.request.POST.get("go", "next")
    if go == "back":
        return steps.before(writing, submit.MATERIALS)
    return "/cases" if go == "leave" else f"/drafts/{writing.number}/summary"


@require_POST
@never_cache
@signed_in
def upload(visit: Visit, number: str) -> HttpResponse:
    """Take one file sent by script, for a material or a file field, or drop one; speaks JSON."""
    sent = visit.request.FILES.get("file")
    name = visit.request.POST.get("field", "")
    if gone := visit.request.POST.get("remove"):
        files.remove_material(number, name, gone, visit.actor, visit.now)
        return HttpResponse(status=204)
    if sent is None:
        return _json_refusal(_("没有收到文件，请再选一次"), 422)
    received = Upload(sent.read(_MOST_READ), sent.name or "")
    writing = drafts.load(number, visit.actor, visit.now)
    try:
        if any(one.code == name for one in writing.item.materials):
            _writing, kept = files.add_material(number, name, received, visit.actor, visit.now)
            blob, notes = kept.blob, kept.notes
            told: Context = {"file": blob.number, "name": blob.name, "size": blob.size}
        else:
            told = files.add_field_file(number, name, received, visit.actor, visit.now)
            notes = ()
    except FieldFault as fault:
        return _json_refusal(fault.message.speak(visit.language), 422)
    size = told["size"]
    told |= {
        "url": f"/files/{told['file']}",
        "size_words": speak_size(size if isinstance(size, int) else 0),
        "notes": [note.speak(visit.language) for note in notes],
    }
    return JsonResponse(told, status=201)


def _json_refusal(words: str, status: int) -> HttpResponse:
    return JsonResponse({"title": words, "detail": words, "status": status}, status=status)


def _draw(visit: Visit, writing: Writing, faults: Faults, status: int = 200) -> HttpResponse:
    today = local_day(visit.now)
    blobs = files.of_draft(writing)
    lines = [
        _line(visit, writing, one, faults, blobs) for one in judging.of_writing(writing, today)
    ]
    told = review.context(visit, writing, watches=True)
    may_promise = any(one["promise"] for one in lines) and commitments.is_open_to(
        writing.draft.subject_code
    )
    context: Context = {
        "writing": writing,
        "errand": steps.errand_words(writing, visit.language),
        "materials": [one for one in lines if not one["is_spared"]],
        "may_promise": may_promise,
        "spared": [one for one in lines if one["is_spared"]],
        "links": [ProblemLink(f"#f-{code}", words) for code, words in faults],
        "steps": steps.steps(writing, submit.MATERIALS, visit.language, today),
        "fill": steps.fill(writing, today),
        "points": steps.points_to_correct(writing),
        "at": writing.draft.updated_at,
        "review": told,
    }
    return render(visit.request, "portal/materials.html", context, status=status)


def _line(
    visit: Visit,
    writing: Writing,
    line: MaterialStanding,
    faults: Faults,
    blobs: dict[str, Blob],
) -> Context:
    language, one = visit.language, line.material
    present = [blobs[file] for file in writing.materials.get(one.code, []) if file in blobs]
    return {
        "code": one.code,
        "name": one.name.speak(language),
        "hint": one.hint.speak(language),
        "standard": one.accept_standard.speak(language),
        "issuer": one.issuer.speak(language),
        "standing": standing_view(line, language),
        "is_plain": line.standing is Standing.NEEDED or line.is_handed,
        "is_spared": line.standing in _SPARED and not line.is_handed,
        "is_form": bool(line.instead and line.instead.how is How.FORM),
        "promise": None if line.is_handed else _promised(visit, writing, line),
        "problems": [words for code, words in faults if code == one.code],
        "f": {
            "key": one.code,
            "name": one.code,
            "id": f"f-{one.code}",
            "label": one.name.speak(language),
            "asked": {"max_files": one.max_files, "max_bytes": one.max_bytes},
            "files": [_file_view(blob) for blob in present],
            "accept": ",".join(one.accept),
            "accept_words": speak_kinds(one.accept).speak(language),
            "size_words": speak_size(one.max_bytes),
            "upload_url": f"/drafts/{writing.number}/upload",
            "drops": True,  # a file taken at once is dropped at once
            "problems": [words for code, words in faults if code == one.code],
        },
    }


def _promised(visit: Visit, writing: Writing, line: MaterialStanding) -> Context | None:
    """Return the promise that may be made instead, or was made, of a material that has one."""
    promise = line.material.commitment
    if promise is None:
        return None
    made = judging.commitments(writing).get(line.material.code)
    return {
        "text": promise.text.speak(visit.language),
        "basis": promise.basis,
        "within": limit_words(promise.check_within),
        "digest": commitments.digest(promise),
        "is_made": line.standing is Standing.COMMITTED,
        "at": datetime.fromisoformat(made["at"]) if made else None,
    }


def _file_view(blob: Blob) -> FileView:
    return FileView(
        blob.number,
        blob.name,
        blob.size,
        speak_size(blob.size),
        blob.media,
        f"/files/{blob.number}",
        f"/files/{blob.number}/pages/1?w=120" if blob.media in _PICTURED else "",
    )
