# SPDX-License-Identifier: Apache-2.0
"""The page on which somebody signs (签署页面): the document, the words, the pen, one button."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from huiban.connectors import preview
from huiban.kernel.form import FieldProblem
from huiban.kernel.words import Words
from huiban.services import ceremony
from huiban.services.ceremony import Begun, Identity, Said
from huiban.services.refusal import Invalid, NotOpen, Refused
from huiban.web import identity
from huiban.web.field_model import ProblemLink
from huiban.web.refused import status_of
from huiban.web.visit import Context, Visit

_NOTHING_SAID = Said(is_agreed=False, statement="")
_LONGEST_STROKES = 200_000
_WIDTH = 960
_PASSWORD = "password"


@dataclass(frozen=True, slots=True)
class Setting:
    """
    What surrounds a ceremony on its page: where it is sent, what its button says.

    `proof` says how the person proved who they are before they came; without one, by password.
    """

    template: str
    url: str
    button: str
    context: Context = field(default_factory=dict)
    proof: Identity | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """A try that did not sign: what was sent, and all that is to be put right."""

    said: Said
    problems: tuple[FieldProblem, ...] = ()
    refused: Refused | None = None


def read_said(visit: Visit, number: str) -> Said:
    """Read what a page sent, the pages that came into view with it."""
    sent = visit.request.POST
    pages = [int(one) for one in sent.get("seen", "")[:4000].split(",") if _is_page(one)]
    if pages:
        with suppress(NotOpen):  # signing says so itself
            ceremony.see(number, pages, visit.actor, visit.now)
    return Said(
        is_agreed=sent.get("agree") == "on",
        statement=sent.get("statement", "")[:64],
        strokes=sent.get("signature-strokes", "")[:_LONGEST_STROKES],
        name=sent.get("signature-name", "").replace("\x00", "")[:100],
        is_scripted="scripted" in sent,
    )


def checked(visit: Visit, number: str, said: Said, purpose: str) -> Identity | Failed:
    """Look at everything that was sent before anything is signed; tell all faults at once."""
    problems = missing(visit, number, said)
    try:
        proof = identity.prove(visit, purpose)
    except identity.NotProved as fault:
        problems.append(_plain(_PASSWORD, str(fault)))
        return Failed(said, tuple(problems))
    return Failed(said, tuple(problems)) if problems else proof


def missing(visit: Visit, number: str, said: Said) -> list[FieldProblem]:
    """Look at what was sent before anything is signed; who sent it is asked elsewhere."""
    try:
        ceremony.check(ceremony.load(number, visit.actor), said, visit.now)
    except Invalid as invalid:
        return list(invalid.problems)
    return []


def draw(
    visit: Visit, begun: Begun, setting: Setting, purpose: str, failed: Failed | None = None
) -> HttpResponse:
    """Draw the page; what was typed and drawn before is still on it."""
    one = begun.ceremony
    said = failed.said if failed else _NOTHING_SAID
    words = ceremony.statement(one).speak(visit.language)
    problems = failed.problems if failed else ()
    refused = failed.refused if failed else None
    context: Context = {
        **setting.context,
        "one": one,
        "url": setting.url,
        "button": setting.button,
        "is_seal": ceremony.is_seal(one),
        "pages": [
            {"number": number, "image": f"/signing/ceremonies/{one.number}/pages/{number}"}
            for number in range(1, one.pages + 1)
        ],
        "seen": ",".join(map(str, _seen(begun))),
        "statement": words,
        "statement_digest": ceremony.digest_of(words),
        "is_agreed": said.is_agreed and refused is None,
        "sign": _sign_field(said, problems, visit),
        "faults": {one.path: one.message.speak(visit.language) for one in problems},
        "links": [
            ProblemLink(f"#{one.path}", one.message.speak(visit.language)) for one in problems
        ],
        "proof": setting.proof,
        "needs_password": not setting.proof and identity.proved(visit, purpose) is None,
        "refused": refused.message.speak(visit.language) if refused else "",
        "has_changed": begun.has_changed and refused is None,
    }
    status = 200
    if failed:
        status = status_of(refused) if refused else 422
    return render(visit.request, setting.template, context, status=status)


def picture(page: preview.Page) -> HttpResponse:
    """Answer with one page of what is being signed; it is read by this person only."""
    answer = HttpResponse(page.content, content_type=page.media)
    answer["Cache-Control"] = "private, max-age=3600"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def width_of(visit: Visit) -> int:
    text = visit.request.GET.get("w", "")
    return preview.fit_width(int(text)) if text.isdecimal() and len(text) < 6 else _WIDTH


def _sign_field(said: Said, problems: Sequence[FieldProblem], visit: Visit) -> Context:
    """Return what the part with the pen is told, as of any signature of a form."""
    own = [one.message.speak(visit.language) for one in problems if one.path == "signature"]
    return {
        "id": "signature",
        "name": "signature",
        "label": _("您的签名"),
        "value": said.name,
        "parts": {"strokes": said.strokes},
        "problems": own,
    }


def _seen(begun: Begun) -> list[int]:
    left = set(ceremony.unseen(begun.ceremony))
    return [one for one in range(1, begun.ceremony.pages + 1) if one not in left]


def _plain(path: str, message: str) -> FieldProblem:
    return FieldProblem(path, "refused", Words(message, message), "sign")


def _is_page(text: str) -> bool:
    return text.isdecimal() and len(text) < 5
