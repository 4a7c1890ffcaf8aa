# SPDX-License-Identifier: Apache-2.0
"""The values that go into the store and come back: one frozen class a table, no behaviour."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One open piece of work (待办) on a case; `department` and `division` say whose desk."""

    key: str
    state: str
    kind: str
    role: str
    department: str = ""
    division: str = ""
    holder: str = ""
    waits_on: str = ""


@dataclass(frozen=True, slots=True)
class DeadlineRow:
    """One clock of a case as last read: running, paused, met, missed or void."""

    clock: str
    state: str
    due_at: datetime | None = None
    next_event: str = ""
    next_event_at: datetime | None = None
    is_provisional: bool = False
    calendar_version: str = ""
    reading: str = "{}"


@dataclass(frozen=True, slots=True)
class JournalRow:
    """One recorded fact of a case (办理日志), linked to the one before by its digests."""

    seq: int
    at: datetime
    actor: str
    actor_name: str
    role: str
    act: str
    stage_from: str
    stage_to: str
    reason: str = ""
    basis: str = ""
    body: str = "{}"
    sha256: str = ""
    sm3: str = ""
    is_public: bool = False


@dataclass(frozen=True, slots=True)
class JobRow:
    """One effect to carry out after the commit; a `unique_key` already enqueued is not repeated."""

    kind: str
    payload: str = "{}"
    unique_key: str | None = None
    run_after: datetime | None = None


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """One message to a party (告知); `subject_code` is who it is for."""

    code: str
    subject_code: str
    title: str
    text: str
    title_en: str = ""
    text_en: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class WantedFile:
    """A loose file to bind to a case, and of which kind and size it must be."""

    number: str
    accept: tuple[str, ...] = ()
    """Media types, `image/*` for all images; none named takes any."""
    most_bytes: int = 2**62


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCase:
    """A case (办件) about to be opened, with everything that is written in the same statement."""

    id: int
    number: str
    submission_key: str
    pack_code: str
    pack_version: str
    item_code: str
    life: str
    title: str
    applicant: str
    subject_code: str
    subject_name: str
    department: str
    division: str
    channel: str
    stage: str
    standing: str
    payload: str
    materials: str
    submitted_at: datetime
    light: str = "green"
    due_at: datetime | None = None
    committed_due_at: datetime | None = None
    statutory_due_at: datetime | None = None
    accepted_at: datetime | None = None
    source_certificate: str = ""
    parent_case: str = ""
    outcome: str = ""
    chain_seq: int = 0
    chain_sha256: str = ""
    chain_sm3: str = ""
    tasks: tuple[TaskRow, ...] = ()
    deadlines: tuple[DeadlineRow, ...] = ()
    journal: tuple[JournalRow, ...] = ()
    jobs: tuple[JobRow, ...] = ()
    notices: tuple[NoticeRow, ...] = ()
    draft: str = ""
    token: str = ""
    """Digest of the API token that must still count for the applicant, where nobody asked yet."""
    files: tuple[WantedFile, ...] = ()
    """Loose files of the applicant to bind to the case, beside those of the draft."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseChange:
    """
    What one act changes on a case; `None` keeps the stored value.

    `due_at`, `committed_due_at`, `statutory_due_at` and `light` are always written: a clock that
    no longer runs has no due date. A task opened under a key that exists takes the new holder.
    With `version_step` 0 the version people see stays; `expected_seq` -1 asks for any chain.
    """

    id: int
    expected_version: int
    at: datetime
    stage: str
    standing: str
    light: str
    due_at: datetime | None
    committed_due_at: datetime | None
    statutory_due_at: datetime | None
    chain_seq: int
    chain_sha256: str
    chain_sm3: str
    expected_seq: int = -1
    version_step: int = 1
    outcome: str | None = None
    title: str | None = None
    subject_name: str | None = None
    payload: str | None = None
    materials: str | None = None
    department: str | None = None
    division: str | None = None
    source_certificate: str | None = None
    accepted_at: datetime | None = None
    decided_at: datetime | None = None
    closed_at: datetime | None = None
    archived_at: datetime | None = None
    tasks_opened: tuple[TaskRow, ...] = ()
    tasks_closed: tuple[str, ...] = ()
    deadlines: tuple[DeadlineRow, ...] = ()
    journal: tuple[JournalRow, ...] = ()
    jobs: tuple[JobRow, ...] = ()
    notices: tuple[NoticeRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """A case as stored."""

    id: int
    number: str
    version: int
    submission_key: str
    pack_code: str
    pack_version: str
    item_code: str
    life: str
    title: str
    applicant: str
    subject_code: str
    subject_name: str
    department: str
    division: str
    channel: str
    stage: str
    standing: str
    payload: str
    materials: str
    outcome: str
    source_certificate: str
    parent_case: str
    light: str
    submitted_at: datetime
    accepted_at: datetime | None
    decided_at: datetime | None
    closed_at: datetime | None
    archived_at: datetime | None
    due_at: datetime | None
    committed_due_at: datetime | None
    statutory_due_at: datetime | None
    chain_seq: int
    chain_sha256: str
    chain_sm3: str
