# SPDX-License-Identifier: Apache-2.0
"""What a case produces: documents (文书), certificates (电子证照) and notices to the parties."""

import json

from django.db import models

from huiban.store.models.case import Case


class Document(models.Model):
    """A document issued on a case; its bytes are fixed by their digest, which never changes."""

    number = models.CharField(max_length=32, primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="documents")
    code = models.CharField(max_length=64)
    title = models.CharField(max_length=200)
    reference = models.CharField(max_length=100, default="")
    journal_seq = models.IntegerField()
    media = models.CharField(max_length=100)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    sm3 = models.CharField(max_length=64, default="")
    object_key = models.CharField(max_length=200, db_index=True)
    issued_at = models.DateTimeField()
    issued_by = models.CharField(max_length=200)
    is_public = models.BooleanField(default=True)
    signatures = models.TextField(default="[]")  # JSON list: who signed or sealed it, with what

    @property
    def signed_with(self) -> list[dict[str, str]]:
        """Who signed or sealed it, in order; `kind` is `signature` or `seal`, `name` whose."""
        found = json.loads(self.signatures)
        return found if isinstance(found, list) else []

    @property
    def is_shown(self) -> bool:
        """Whether its pages can be looked at here; other formats are for their own readers."""
        return self.media == "application/pdf"

    class Meta:
        db_table = "store_document"
        constraints = (
            models.UniqueConstraint(fields=["case", "code", "journal_seq"], name="document_once"),
        )
        indexes = (models.Index(fields=["sha256"], name="document_by_digest"),)

    def __str__(self) -> str:
        return f"{self.title} {self.reference}"


class Certificate(models.Model):
    """A certificate in somebody's name; `verify_code` is what its QR code carries."""

    class State(models.TextChoices):
        VALID = "valid"
        SUSPENDED = "suspended"
        REPLACED = "replaced"
        CANCELLED = "cancelled"
        ANNULLED = "annulled"
        WITHDRAWN = "withdrawn"
        REVOKED = "revoked"

    number = models.CharField(max_length=64, primary_key=True)
    verify_code = models.CharField(max_length=64, unique=True)
    identifier = models.CharField(max_length=100, default="")  # 电子证照标识, GB/T 36904
    kind = models.CharField(max_length=64)
    title = models.CharField(max_length=200)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="certificates")
    item_code = models.CharField(max_length=128)
    subject_code = models.CharField(max_length=32)
    subject_name = models.CharField(max_length=200)
    department = models.CharField(max_length=64)
    division = models.CharField(max_length=12)
    issued_at = models.DateTimeField()
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    state = models.CharField(max_length=16, choices=State.choices, default=State.VALID)
    state_at = models.DateTimeField(null=True)
    proposed = models.CharField(max_length=16, default="")  # an ending that waits for a second eye
    predecessor = models.CharField(max_length=64, default="")
    successor = models.CharField(max_length=64, default="")
    content = models.TextField(default="{}")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True)

    class Meta:
        db_table = "store_certificate"
        indexes = (
            models.Index(fields=["subject_code", "-issued_at"], name="certificate_mine"),
            models.Index(fields=["department", "-issued_at", "number"], name="certificate_desk"),
            models.Index(fields=["kind", "state", "valid_until"], name="certificate_kind"),
            models.Index(
                fields=["valid_until", "number"],
                name="certificate_ends",
                condition=models.Q(state="valid"),
            ),
            models.Index(
                fields=["department"],
                name="certificate_proposed",
                condition=~models.Q(proposed=""),
            ),
        )

    def __str__(self) -> str:
        return self.number


class Notice(models.Model):
    """One message to a party (告知), shown in the portal and sent on by a job."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notices")
    code = models.CharField(max_length=64)
    subject_code = models.CharField(max_length=32)
    title = models.CharField(max_length=200)
    text = models.TextField()
    title_en = models.CharField(max_length=300)
    text_en = models.TextField()
    link = models.CharField(max_length=300)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "store_notice"
        indexes = (
            models.Index(fields=["subject_code", "id"], name="notice_mine"),
            models.Index(
                fields=["subject_code"], name="notice_unread", condition=models.Q(read_at=None)
            ),
        )

    def __str__(self) -> str:
        return self.title
