# SPDX-License-Identifier: Apache-2.0
"""What templates draw of a review: the findings with their places, and pages with boxes on them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from huiban.kernel.catalogue import Item
from huiban.kernel.reading import Box, ReadPage
from huiban.kernel.review import Evidence, Finding, Gap, Review
from huiban.kernel.rule import Verdict
from huiban.services.review_files import Reviewed
from huiban.store.models import Blob
from huiban.web.review_words import gap_words, masked_text, quality, severity_words
from huiban.web.visit import Context

_LONGEST_QUOTE = 40
_MARGIN = 0.006
_NO_PAGE = (1000, 1414)


@dataclass(frozen=True)
class Told:
    """A review with what its findings are told in: the item, the pack's facts, the language."""

    reviewed: Reviewed
    item: Item
    review: Review
    language: str
    is_officer: bool
    way: Callable[[Blob, int, str], str]
    """File, page and point → the address where the page is shown with the point's places."""
    fix: Callable[[str], str] | None = None
    """Material or section of the form → the address where it is put right."""


def finding(told: Told, one: Finding) -> Context:
    """Return what `parts/finding.html` draws of a finding."""
    point, language = one.point, told.language
    message = point.officer if told.is_officer else point.applicant
    return {
        "code": point.code,
        "verdict": str(one.verdict),
        "title": point.title.speak(language),
        "severity": severity_words(point.severity),
        "message": message.speak(language) if one.verdict is not Verdict.PASS else "",
        "basis": point.basis,
        "about_code": point.about,
        "fix_url": told.fix(point.about) if told.fix else "",
        "places": _places(told, one),
        "open": _open(told, one),
    }


def _material(item: Item, code: str, language: str) -> str:
    return next((one.name.speak(language) for one in item.materials if one.code == code), "")


def _places(told: Told, one: Finding) -> list[Context]:
    found: dict[tuple[str, int, str], Context] = {}
    for place in one.evidence:
        blob = told.reviewed.file(place)
        if blob is None:
            continue
        text = _quoted(place.text, is_masked=told.is_officer)
        found.setdefault(
            (blob.number, place.page, text),
            {
                "material": _material(told.item, place.material, told.language),
                "file": blob.name,
                "page": place.page,
                "text": text,
                "label": _label(told, place.fact),
                "url": told.way(blob, place.page, one.point.code),
            },
        )
    return list(found.values())


def _quoted(text: str, *, is_masked: bool) -> str:
    plain = " ".join(text.split())
    plain = masked_text(plain) if is_masked else plain
    return plain if len(plain) <= _LONGEST_QUOTE else plain[: _LONGEST_QUOTE - 1] + "…"


def _label(told: Told, name: str) -> str:
    fact = told.review.facts.get(name)
    return fact.label.speak(told.language) if fact and fact.label else ""


def _open(told: Told, one: Finding) -> list[str]:
    """Say of each fact that kept a point open why; facts of the form go without a label."""
    if one.verdict is not Verdict.UNKNOWN:
        return []
    lines = []
    for name in one.missing:
        why = gap_words(one.gaps.get(name, Gap.NOT_FILLED))
        label = _label(told, name)
        lines.append(_("%(label)s：%(why)s") % {"label": label, "why": why} if label else why)
    return list(dict.fromkeys(lines))


def file_lines(reviewed: Reviewed) -> dict[str, Context]:
    """Return by file number how its reading stands, as `parts/file_read.html` draws it."""
    lines = {}
    for number, read in reviewed.read.items():
        kind, words = quality(read)
        lines[number] = {"kind": kind, "words": words}
    return lines


def sheet(told: Told, blob: Blob, page: int, point: str) -> Context:
    """
    Return what `parts/sheets.html` draws of a page: its picture and a box for each place.

    With a point named only its places are boxed, else those of every point.
    """
    read = told.reviewed.read.get(blob.number)
    known = {one.number: one for one in read.reading.pages} if read and read.reading else {}
    shown = known.get(page)
    width, height = _size(shown)
    boxes = [
        {
            "id": f"box-{code}-{at}",
            "words": words,
            "is_on": code == point,
            **_scaled(as_shown(box, shown.turned if shown else 0), width, height),
        }
        for at, (code, words, box) in enumerate(dict.fromkeys(_boxes(told, blob, page, point)))
    ]
    return {
        "number": page,
        "width": width,
        "height": height,
        "boxes": boxes,
    }


def _boxes(told: Told, blob: Blob, page: int, point: str) -> Iterable[tuple[str, str, Box]]:
    for one in told.reviewed.findings:
        if point and one.point.code != point:
            continue
        for place in one.evidence:
            if place.box is not None and place.page == page and _is_in(told, place, blob):
                yield one.point.code, one.point.title.speak(told.language), place.box


def _is_in(told: Told, place: Evidence, blob: Blob) -> bool:
    found = told.reviewed.file(place)
    return found is not None and found.number == blob.number


def on_page(told: Told, blob: Blob, page: int) -> list[Finding]:
    """Return the findings with a place on a page."""
    return [
        one
        for one in told.reviewed.findings
        if any(place.page == page and _is_in(told, place, blob) for place in one.evidence)
    ]


def _size(page: ReadPage | None) -> tuple[int, int]:
    """Return the size of the picture as people see it, before it was turned upright."""
    if page is None or not page.width or not page.height:
        return _NO_PAGE
    size = (page.width, page.height)
    return size if page.turned % 180 == 0 else (size[1], size[0])


def as_shown(box: Box, turned: int) -> Box:
    """Turn a box on the upright page back to where it is on the page as it was handed in."""
    for _turn in range(turned // 90 % 4):
        box = Box(box.top, 1 - box.right, box.bottom, 1 - box.left)
    return box


def _scaled(box: Box, width: int, height: int) -> Mapping[str, int]:
    left, top = max(box.left - _MARGIN, 0), max(box.top - _MARGIN, 0)
    right, bottom = min(box.right + _MARGIN, 1), min(box.bottom + _MARGIN, 1)
    return {
        "x": round(left * width),
        "y": round(top * height),
        "width": round((right - left) * width),
        "height": round((bottom - top) * height),
    }
