# SPDX-License-Identifier: Apache-2.0
"""The case (办件) with its open work, its clocks and its journal."""

from datetime import UTC, datetime

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

# Sorts work without a due date behind all work that has one, with no NULL in the list's key.
NEVER = datetime(9999, 12, 31, tzinfo=UTC)


class RowNumber(models.BigIntegerField):  # type: ignore[type-arg]
    """A 63-bit key given by us; on SQLite it is the row's own number, with no second index."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        if connection.vendor == "sqlite":
            return "integer"
        return super().db_type(connection)


class Case(models.Model):
    """One application being handled; the texts are JSON as the kernel writes it."""

    id = RowNumber(primary_key=True)
    number = models.CharField(max_length=64, unique=True)
    version = models.IntegerField()
    submission_key = models.CharField(max_length=64, unique=True)
    pack_code = models.CharField(max_length=64)
    pack_version = models.CharField(max_length=64)
    item_code = models.CharField(max_length=128)
    life = models.CharField(max_length=16)
    title = models.CharField(max_length=300)
    applicant = models.CharField(max_length=64)
    subject_code = models.CharField(max_length=32)
    subject_name = models.CharField(max_length=200)
    department = models.CharField(max_length=64)
    division = models.CharField(max_length=12)
    channel = models.CharField(max_length=16)
    stage = models.CharField(max_length=32)
    outcome = models.CharField(max_length=32)
    light = models.CharField(max_length=16)
    source_certificate = models.CharField(max_length=64)
    parent_case = models.CharField(max_length=64)
    submitted_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    archived_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    committed_due_at = models.DateTimeField(null=True)
    statutory_due_at = models.DateTimeField(null=True)
    chain_seq = models.IntegerField()
    chain_sha256 = models.CharField(max_length=64)
    chain_sm3 = models.CharField(max_length=64)
    standing = models.TextField()
    materials = models.TextField()
    payload = models.TextField()

    class Meta:
        db_table = "store_case"
        indexes = (
            models.Index(fields=["subject_code", "id"], name="case_by_subject"),
            models.Index(fields=["department", "id"], name="case_by_department"),
            models.Index(fields=["department", "stage", "id"], name="case_by_stage"),
            models.Index(
                fields=["parent_case"], name="case_by_parent", condition=~models.Q(parent_case="")
            ),
            models.Index(
                fields=["item_code", "-decided_at"],
                name="case_decided",
                condition=models.Q(decided_at__isnull=False),
            ),
            models.Index(
                fields=["source_certificate"],
                name="case_by_certificate",
                condition=~models.Q(source_certificate=""),
            ),
        )
        constraints = (
            # A certificate is changed, renewed or cancelled by one case at a time.
            models.UniqueConstraint(
                fields=["source_certificate"],
                name="one_case_a_certificate",
                condition=models.Q(closed_at__isnull=True)
                & ~models.Q(source_certificate="")
                & ~models.Q(life="new"),
            ),
        )

    def __str__(self) -> str:
        return self.number


class PastFiling(models.Model):
    """Answers and materials (原申请内容) that a correction has replaced, as they were filed."""

    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, related_name="past_filings", db_index=False
    )
    until_seq = models.IntegerField()
    payload = models.TextField()
    materials = models.TextField()

    class Meta:
        db_table = "store_past_filing"
        constraints = (
            models.UniqueConstraint(fields=["case", "until_seq"], name="past_filing_once"),
        )

    def __str__(self) -> str:
        return f"{self.case_id} before #{self.until_seq}"


class Task(models.Model):
    """One piece of work (待办); the last four columns repeat the case's for the desk's list."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="tasks", db_index=False)
    key = models.CharField(max_length=64)
    state = models.CharField(max_length=64)
    kind = models.CharField(max_length=16)
    role = models.CharField(max_length=64)
    department = models.CharField(max_length=64)
    division = models.CharField(max_length=12)
    holder = models.CharField(max_length=64)
    waits_on = models.CharField(max_length=64)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    light = models.CharField(max_length=16)
    sort_at = models.DateTimeField()
    stage = models.CharField(max_length=32)
    item_code = models.CharField(max_length=128)

    class Meta:
        db_table = "store_task"
        constraints = (models.UniqueConstraint(fields=["case", "key"], name="task_key"),)
        indexes = (
            models.Index(
                fields=[
                    "department",
                    "role",
                    "sort_at",
                    "id",
                    "light",
                    "stage",
                    "item_code",
                    "holder",
                    "division",
                ],
                name="task_desk",
                condition=models.Q(closed_at=None),
            ),
            models.Index(
                fields=["holder", "sort_at", "id", "light", "stage", "item_code"],
                name="task_holder",
                condition=models.Q(closed_at=None) & ~models.Q(holder=""),
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id}/{self.key}"


class Deadline(models.Model):
    """One clock (时限) of a case and the next event the sweeper must send for it."""

    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, related_name="deadlines", db_index=False
    )
    clock = models.CharField(max_length=64)
    state = models.CharField(max_length=16)
    due_at = models.DateTimeField(null=True)
    next_event = models.CharField(max_length=64)
    next_event_at = models.DateTimeField(null=True)
    is_provisional = models.BooleanField()
    calendar_version = models.CharField(max_length=64)
    reading = models.TextField()

    class Meta:
        db_table = "store_deadline"
        constraints = (models.UniqueConstraint(fields=["case", "clock"], name="deadline_clock"),)
        indexes = (
            models.Index(
                fields=["next_event_at", "id"],
                name="deadline_next",
                condition=models.Q(next_event_at__isnull=False),
            ),
            models.Index(
                fields=["case"],
                name="deadline_provisional",
                condition=models.Q(is_provisional=True),
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id}/{self.clock}"


class JournalEntry(models.Model):
    """One recorded fact (办理日志); triggers on both databases refuse every change of it."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="journal", db_index=False)
    seq = models.IntegerField()
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)
    actor_name = models.CharField(max_length=200)
    role = models.CharField(max_length=64)
    act = models.CharField(max_length=64)
    stage_from = models.CharField(max_length=32)
    stage_to = models.CharField(max_length=32)
    reason = models.TextField()
    basis = models.TextField()
    body = models.TextField()
    sha256 = models.CharField(max_length=64)
    sm3 = models.CharField(max_length=64)
    is_public = models.BooleanField()

    class Meta:
        db_table = "store_journal"
        constraints = (models.UniqueConstraint(fields=["case", "seq"], name="journal_seq"),)

    def __str__(self) -> str:
        return f"{self.case_id}#{self.seq} {self.act}"
