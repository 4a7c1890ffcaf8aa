# SPDX-License-Identifier: Apache-2.0
"""What review points (审查要点) found in materials, for programs; officers' ones settle them."""

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, Field

from huiban.kernel.permission import Errand
from huiban.kernel.review import Evidence, Finding
from huiban.kernel.words import Words
from huiban.services import desk, drafts, reviewing
from huiban.services.permission import demand_platform
from huiban.services.readings import FileRead
from huiban.services.refusal import NotFound
from huiban.services.review_files import Reviewed
from huiban.web.api.door import Ask, Route
from huiban.web.api.parts import Body
from huiban.web.review_words import masked_text


class BoxModel(BaseModel):
    """A place on the upright page, in fractions of its width and height."""

    left: float
    top: float
    right: float
    bottom: float


class PlaceModel(BaseModel):
    """Where a value stands that proves a finding."""

    material: str
    file: str
    page: int
    box: BoxModel | None
    text: str = Field(
        description="As it was read, for officers with personal numbers masked; "
        "empty for a seal or a kind."
    )
    confidence: float


class FindingModel(BaseModel):
    """What one point found; it decides nothing."""

    point: str
    verdict: Literal["pass", "fail", "unknown"]
    title: str
    message: str = Field(description="With the cure, for whoever asks; empty where it passes.")
    severity: str
    basis: str
    places: list[PlaceModel]
    missing: list[str] = Field(description="The facts that kept it open.")
    gaps: dict[str, str] = Field(description="Why those read from materials are not known.")
    said: str = Field(description="What an officer took it to be: pass, fail, or empty.")


class FileReadingModel(BaseModel):
    """How far the reading of a file is."""

    file: str
    state: Literal["not_read", "waiting", "read"]
    pages_done: int
    pages_total: int
    outcome: str = ""
    faults: dict[int, list[str]] = Field({}, description="What is wrong with a page, by number.")


class ReviewModel(BaseModel):
    """A review of an application's materials; ask again while files are waiting."""

    pending: int
    files: list[FileReadingModel]
    findings: list[FindingModel]


class Settle(Body):
    """What an officer takes a point to be."""

    said: Literal["pass", "fail"]


def review_draft(ask: Ask) -> ReviewModel:
    """Learn what points find in a draft's materials, before it is sent in."""
    writing = drafts.load(ask.at["draft"], ask.actor, ask.now)
    return _model(_there(reviewing.of_writing(writing, ask.now)), ask, {}, is_officer=False)


def review_case(ask: Ask) -> ReviewModel:
    """See what points found in a case's materials, and what officers said."""
    demand_platform(ask.actor, Errand.LIST_DESK)
    found = desk.case(ask.at["case"], ask.actor, ask.language, ask.now).review
    said = {code: one.said for code, one in found.said.items()} if found else {}
    return _model(_there(found.reviewed if found else None), ask, said, is_officer=True)


def settle_point(ask: Ask) -> None:
    """Confirm or overrule a point of a case; the case's journal keeps it."""
    assert isinstance(ask.body, Settle)
    reviewing.settle(ask.at["case"], ask.at["point"], ask.body.said, ask.actor, ask.now)


def _there(found: Reviewed | None) -> Reviewed:
    if found is None:
        raise NotFound(Words("这个事项没有审查要点", "This service has no review points"))
    return found


def _model(found: Reviewed, ask: Ask, said: dict[str, str], *, is_officer: bool) -> ReviewModel:
    findings = [_finding(one, found, ask.language, is_officer=is_officer) for one in found.findings]
    for one in findings:
        one.said = said.get(one.point, "")
    return ReviewModel(
        pending=found.pending,
        files=[_file(number, one) for number, one in found.read.items()],
        findings=findings,
    )


def _finding(one: Finding, found: Reviewed, language: str, *, is_officer: bool) -> FindingModel:
    point = one.point
    message = point.officer if is_officer else point.applicant
    return FindingModel(
        point=point.code,
        verdict=one.verdict.value,
        title=point.title.speak(language),
        message="" if one.verdict == "pass" else message.speak(language),
        severity=str(point.severity),
        basis=point.basis,
        places=_places(one.evidence, found, is_masked=is_officer),
        missing=list(one.missing),
        gaps={name: str(gap) for name, gap in one.gaps.items()},
        said="",
    )


def _places(evidence: Sequence[Evidence], found: Reviewed, *, is_masked: bool) -> list[PlaceModel]:
    return [
        PlaceModel(
            material=one.material,
            file=blob.number,
            page=one.page,
            box=BoxModel.model_validate(one.box, from_attributes=True) if one.box else None,
            text=masked_text(one.text) if is_masked else one.text,
            confidence=round(one.confidence, 4),
        )
        for one in evidence
        if (blob := found.file(one)) is not None
    ]


def _file(number: str, one: FileRead) -> FileReadingModel:
    reading = one.reading
    pages = reading.pages if reading else ()
    return FileReadingModel(
        file=number,
        state="read" if reading else "waiting" if one.is_wanted else "not_read",
        pages_done=one.pages_done,
        pages_total=one.pages_total,
        outcome=str(reading.outcome) if reading else "",
        faults={
            page.number: [str(fault) for fault in page.faults] for page in pages if page.faults
        },
    )


ROUTES = (
    Route(method="GET", path="/drafts/{draft}/review", act=review_draft, tag="drafts",
          answer=ReviewModel, refusals=(404, 410)),
    Route(method="GET", path="/desk/cases/{case}/review", act=review_case, tag="desk",
          answer=ReviewModel, refusals=(403, 404)),
    Route(method="PUT", path="/desk/cases/{case}/review/{point}", act=settle_point, tag="desk",
          body=Settle, status=204, refusals=(403, 404, 422)),
)  # fmt: skip
