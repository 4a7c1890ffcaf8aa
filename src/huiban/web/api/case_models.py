# SPDX-License-Identifier: Apache-2.0
"""What programs read of cases (办件) and send to act on them."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field, JsonValue, field_validator

from huiban.web.api.parts import Body, Code, Listing, Text

Light = Literal["", "green", "amber", "red", "overdue", "paused", "done"]


class CaseQuery(Listing):
    """Which of the cases."""

    stage: Text = ""
    item: Text = ""
    q: str = Field("", max_length=100, description="Words, a name, a code or a case number.")
    open: bool | None = Field(None, description="Only open cases, or only ended ones.")


class DeskQuery(Listing):
    """Which of the work."""

    light: Light = ""
    stage: Text = ""
    item: Text = ""
    q: str = Field("", max_length=100)
    mine: bool = Field(False, description="Only what the caller holds.")


class CaseLine(BaseModel):
    """A case on a list."""

    number: str
    title: str
    subject_name: str
    item_code: str
    life: str
    stage: str
    outcome: str
    light: str
    due_at: datetime | None
    submitted_at: datetime
    accepted_at: datetime | None
    closed_at: datetime | None
    department: str
    division: str


class CaseList(BaseModel):
    cases: list[CaseLine]
    cursor: str = Field(description="Asks for the next page; empty at the end.")


class WorkLine(BaseModel):
    """A piece of work (待办) on the desk's list."""

    number: str
    title: str
    subject_name: str
    item_code: str
    life: str
    stage: str
    light: str
    due_at: datetime | None
    submitted_at: datetime
    accepted_at: datetime | None
    department: str
    division: str
    task_key: str
    task_state: str
    task_kind: str
    role: str
    holder: str
    opened_at: datetime


class Counts(BaseModel):
    """How much work there is, in all and by light, stage and item."""

    total: int
    by_light: dict[str, int]
    by_stage: dict[str, int]
    by_item: dict[str, int]


class Desk(BaseModel):
    work: list[WorkLine]
    cursor: str = Field(description="Asks for the next page; empty at the end.")
    counts: Counts


class AnswerModel(BaseModel):
    """One answer in words; a table has rows under its columns instead."""

    key: str
    label: str
    text: str
    kind: str
    is_masked: bool
    columns: list[str]
    rows: list[list[str]]


class AnswerSectionModel(BaseModel):
    key: str
    title: str
    answers: list[AnswerModel]


class CaseFile(BaseModel):
    """A file of a case."""

    file: str
    name: str
    size: int
    media: str
    sha256: str


class CaseMaterial(BaseModel):
    """One material of a case: its files, or what stands in for them."""

    code: str
    name: str
    is_waived: bool
    standing: str = Field(description="As the draft's materials have it.")
    why: str
    reference: str
    supply_by: datetime | None = Field(description="Until when a deferred one must follow.")
    files: list[CaseFile]


class ClockModel(BaseModel):
    """A time limit of a case as it stands now."""

    name: str
    title: str
    limit: str
    text: str
    light: str
    due_at: datetime | None
    share: int
    is_running: bool
    is_provisional: bool
    basis: str


class EntryModel(BaseModel):
    """One thing that happened."""

    seq: int
    at: datetime
    act: str
    label: str
    actor: str
    reason: str
    stage: str
    note: str
    sha256: str


class PathStepModel(BaseModel):
    name: str
    label: str
    mark: str


class DocumentModel(BaseModel):
    """An issued document (文书)."""

    number: str
    code: str
    title: str
    reference: str
    media: str
    size: int
    sha256: str
    issued_at: datetime


class WantedModel(BaseModel):
    """An input an act asks for."""

    name: str
    label: str
    is_required: bool
    choices: list[tuple[str, str]]


class ActModel(BaseModel):
    """Something the caller may do now; `blocked` says why it cannot be done at the moment."""

    name: str
    label: str
    task: str | None
    needs_reason: bool
    needs_document: bool
    to_states: list[str]
    inputs: list[WantedModel]
    blocked: str | None


class FindingModel(BaseModel):
    """One criterion as judged; unknown goes to a person."""

    code: str
    title: str
    verdict: str
    missing: list[str]
    basis: str


class CaseModel(BaseModel):
    """A case with its answers, clocks, time line and papers, in the caller's language."""

    number: str
    version: int = Field(description="Send it with an act.")
    title: str
    item: str
    stage: str
    stage_label: str
    stage_sentence: str
    outcome: str
    outcome_label: str
    light: str
    subject_name: str
    department: str
    division: str
    submitted_at: datetime
    accepted_at: datetime | None
    decided_at: datetime | None
    closed_at: datetime | None
    due_at: datetime | None
    sections: list[AnswerSectionModel]
    materials: list[CaseMaterial]
    clocks: list[ClockModel]
    timeline: list[EntryModel]
    path: list[PathStepModel]
    documents: list[DocumentModel]
    certificates: list[str]
    acts: list[ActModel]
    points: list[FindingModel] = Field(description="For officers: the criteria of this stage.")


class Do(Body):
    """One act on a case."""

    act: Code
    version: int = Field(ge=1, le=2**31 - 1, description="The case's version as it was read.")
    task: str | None = Field(None, max_length=64)
    inputs: dict[str, JsonValue] = Field(default_factory=dict)

    @field_validator("inputs")
    @classmethod
    def _recordable(cls, value: dict[str, JsonValue]) -> dict[str, JsonValue]:
        """The journal's digests are over exact values: a fraction is sent as a text."""
        _refuse_floats(value)
        return value


def _refuse_floats(value: object) -> None:
    if isinstance(value, float) or (isinstance(value, int) and abs(value) > 2**53 - 1):
        raise ValueError("send fractions and very large numbers as texts")
    for part in value.values() if isinstance(value, dict) else ():
        _refuse_floats(part)
    for part in value if isinstance(value, list) else ():
        _refuse_floats(part)


class Did(BaseModel):
    """What came of an act."""

    number: str
    version: int
    stage: str
    event: str
