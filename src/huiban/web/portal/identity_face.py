# SPDX-License-Identifier: Apache-2.0
"""Proving who one is by face (刷脸核实): what it means, the camera, frames sent to be judged."""

from collections.abc import Iterable, Sequence

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from huiban.kernel.words import Words
from huiban.services import identity, identity_face, identity_pictures
from huiban.services.identity_face import MOST_FRAME_BYTES, MOST_FRAMES, Sent, SentFrame
from huiban.services.refusal import FieldFault, NotOpen, Refused
from huiban.store.models import IdentityAttempt
from huiban.web.browser_policy import allow_camera
from huiban.web.identity import device_of
from huiban.web.portal import identity_prompts
from huiban.web.portal.identity_purposes import Errand, errand, ways_url
from huiban.web.refused import status_of
from huiban.web.visit import Context, Visit, see_other, signed_in

_KEEP = "keep"
_DIGEST = 64
_LONGEST_NUMBER = 9


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def face(visit: Visit, kind: str, number: str) -> HttpResponse:
    """Say what is taken and what is kept, or begin."""
    about = errand(visit, kind, number)
    if visit.request.method != "POST":
        return _plan(visit, about)
    own = visit.account.to_actor()
    try:
        identity_pictures.check_consent(_kept(visit.request.POST.get(_KEEP, "")))
        row = identity_face.begin(own, about.purpose, visit.now, device_of(visit))
    except NotOpen as refused:
        return _plan(visit, about, refused)
    kept = _kept(visit.request.POST.get(_KEEP, ""))
    return see_other(f"/identity/attempts/{row.number}" + (f"?{_KEEP}={kept}" if kept else ""))


def camera(visit: Visit, row: IdentityAttempt) -> HttpResponse:
    """Show the camera to somebody in the middle of an attempt; the only page that may open it."""
    ways = ways_url(row.purpose_kind, row.purpose_number)
    context: Context = {
        "words": identity_prompts.prompts(identity.challenge_of(row).steps, visit.language),
        "faults": identity_prompts.faults(),
        "until": row.expires_at,
        "left": int((row.expires_at - visit.now).total_seconds()),
        "keep": _kept(visit.request.GET.get(_KEEP, "")),
        "frames_url": f"/identity/attempts/{row.number}/frames",
        "again_url": f"{ways}/face",
        "ways_url": ways,
        "crumbs": [(_("核实身份"), ways), (_("刷脸核实"), "")],
    }
    return allow_camera(render(visit.request, "portal/identity_camera.html", context))


@require_POST
@never_cache
@signed_in
def frames(visit: Visit, number: str) -> HttpResponse:
    """Have the frames judged; the page goes on to what became of them."""
    sent, here = visit.request.POST, {"url": f"/identity/attempts/{number}"}
    try:
        found = _read(
            sent.getlist("step"), sent.getlist("at"), visit.request.FILES.getlist("frame")
        )
        whole = Sent(tuple(found), _kept(sent.get(_KEEP, "")))
        identity_face.submit(number, whole, visit.account.to_actor(), visit.now)
    except Refused as refused:
        if isinstance(refused, NotOpen) and refused.reason in ("expired", "over"):
            return JsonResponse(here)
        words = refused.message.speak(visit.language)
        can_resend = isinstance(refused, NotOpen) and refused.reason == "busy"
        return JsonResponse({"detail": words, "can_resend": can_resend}, status=status_of(refused))
    return JsonResponse(here)


def _plan(visit: Visit, about: Errand, refused: NotOpen | None = None) -> HttpResponse:
    own = visit.account.to_actor()
    closed = identity_face.refusal(own)
    context: Context = {
        "what": about.purpose.words.speak(visit.language),
        "url": f"{about.ways_url}/face",
        "ways_url": about.ways_url,
        "refused": refused.message.speak(visit.language) if refused else "",
        "closed": closed.speak(visit.language) if closed else "",
        "most": MOST_FRAMES,
        "keep_digest": identity_pictures.digest(),
        "keep_words": identity_pictures.CONSENT.speak(visit.language),
        "crumbs": [(_("核实身份"), about.ways_url), (_("刷脸核实"), "")],
    }
    status = status_of(refused) if refused else 200
    return render(visit.request, "portal/identity_face.html", context, status=status)


def _kept(text: str) -> str:
    """The digest of the words agreed to; whatever else was sent is no consent."""
    is_digest = len(text) == _DIGEST and text.isascii() and text.isalnum()
    return text if is_digest else ""


def _read(
    steps: Sequence[str], times: Sequence[str], files: "Sequence[UploadedFile[bytes]]"
) -> Iterable[SentFrame]:
    if not len(steps) == len(times) == len(files) <= MOST_FRAMES:
        raise FieldFault("frames", _NOT_OURS)
    for step, at, file in zip(steps, times, files, strict=True):
        if not (_is_number(step) and _is_number(at)):
            raise FieldFault("frames", _NOT_OURS)
        # One byte more than is taken: the service says what is too large.
        yield SentFrame(int(step), int(at), file.read(MOST_FRAME_BYTES + 1))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= _LONGEST_NUMBER


_NOT_OURS = Words(
    "画面没有完整送到，请重新开始", "The pictures did not arrive as a whole; start again"
)
