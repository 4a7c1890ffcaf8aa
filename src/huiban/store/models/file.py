# SPDX-License-Identifier: Apache-2.0
"""Drafts (草稿) and the files (文件) people send in."""

from django.db import models

from huiban.store.models.account import Account
from huiban.store.models.case import Case


class Draft(models.Model):
    """An application not sent yet; its number becomes the case's submission key."""

    number = models.CharField(max_length=32, primary_key=True)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="drafts")
    pack_code = models.CharField(max_length=64)
    pack_version = models.CharField(max_length=64)
    item_code = models.CharField(max_length=128)
    life = models.CharField(max_length=16)
    title = models.CharField(max_length=300, default="")
    subject_code = models.CharField(max_length=32, default="")
    subject_name = models.CharField(max_length=200, default="")
    source_certificate = models.CharField(max_length=64, default="")
    case_number = models.CharField(max_length=64, default="")
    """The case a correction (补正) is written for; empty for a new application."""
    section = models.CharField(max_length=64, default="")
    version = models.IntegerField(default=1)
    by_people = models.BooleanField(null=True)
    """Whether its writer wants a person to decide (自动审批); None where nobody was asked."""
    answers = models.TextField(default="{}")
    materials = models.TextField(default="{}")
    prefill = models.TextField(default="{}")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "store_draft"
        indexes = (models.Index(fields=["account", "-updated_at"], name="draft_mine"),)

    def __str__(self) -> str:
        return self.number


class Blob(models.Model):
    """A file's record; its bytes are in the object store under `object_key`."""

    class State(models.TextChoices):
        RECEIVED = "received"
        CLEAN = "clean"
        REFUSED = "refused"

    number = models.CharField(max_length=32, primary_key=True)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    media = models.CharField(max_length=100)
    name = models.CharField(max_length=255)
    owner = models.CharField(max_length=64)
    draft = models.CharField(max_length=32, default="")
    # The case is written in the same statement, and its journal keeps it from ever being deleted:
    # to have each of its files checked once more at the commit guards against nothing.
    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, null=True, db_index=False, db_constraint=False
    )
    state = models.CharField(max_length=16, choices=State.choices, default=State.RECEIVED)
    verdict = models.CharField(max_length=200, default="")
    object_key = models.CharField(max_length=200, db_index=True)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "store_blob"
        indexes = (
            models.Index(fields=["case"], name="blob_case", condition=models.Q(case__isnull=False)),
            models.Index(fields=["draft"], name="blob_draft", condition=~models.Q(draft="")),
            models.Index(
                fields=["created_at"],
                name="blob_loose",
                condition=models.Q(case__isnull=True, draft=""),
            ),
        )

    def __str__(self) -> str:
        return self.number
