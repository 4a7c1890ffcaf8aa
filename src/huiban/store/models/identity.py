# SPDX-License-Identifier: Apache-2.0
"""How people proved who they are (身份核实): attempts, frames seen, pictures kept, portraits."""

from django.db import models


class IdentityAttempt(models.Model):
    """One attempt to prove who one is, for one purpose; its ledger tells the same."""

    class State(models.TextChoices):
        OPEN = "open"
        JUDGING = "judging"
        PASSED = "passed"
        FAILED = "failed"
        EXPIRED = "expired"  # what was asked for came too late
        ABANDONED = "abandoned"  # nothing came
        USED = "used"  # passed, and spent on what it was for

    number = models.CharField(max_length=32, primary_key=True)
    way = models.CharField(max_length=16)  # face | passkey_code | window
    account = models.CharField(max_length=64)
    account_name = models.CharField(max_length=200)
    purpose_kind = models.CharField(max_length=32)
    purpose_number = models.CharField(max_length=64)
    purpose_zh = models.CharField(max_length=300)
    purpose_en = models.CharField(max_length=300, default="")
    state = models.CharField(max_length=16, choices=State.choices, default=State.OPEN)
    challenge = models.TextField(default="[]")  # JSON list of steps, in order
    nonce = models.CharField(max_length=32)
    begun_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    counts_until = models.DateTimeField(null=True)  # passed: until when it may be spent
    used_at = models.DateTimeField(null=True)
    device = models.CharField(max_length=300)
    address = models.CharField(max_length=64, default="")
    facts = models.TextField(default="{}")  # JSON: measures per step, score, threshold, faults …
    frames_sha256 = models.CharField(max_length=64, default="")

    class Meta:
        db_table = "store_identity_attempt"
        indexes = (
            models.Index(fields=["account", "-begun_at"], name="identity_history"),
            models.Index(fields=["state", "expires_at"], name="identity_open"),
        )

    def __str__(self) -> str:
        return f"{self.way} {self.number} {self.state}"


class SeenFrame(models.Model):
    """The digest of a frame that was judged once, so that it is never judged again."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    attempt = models.ForeignKey(IdentityAttempt, on_delete=models.CASCADE, related_name="frames")

    class Meta:
        db_table = "store_identity_frame"

    def __str__(self) -> str:
        return self.sha256


class KeptPicture(models.Model):
    """A picture of an attempt, kept by separate consent until its day; then only that it was."""

    number = models.CharField(max_length=32, primary_key=True)
    attempt = models.OneToOneField(
        IdentityAttempt, on_delete=models.PROTECT, related_name="picture"
    )
    account = models.CharField(max_length=64)
    text_sha256 = models.CharField(max_length=64)  # of the words that were agreed to
    consented_at = models.DateTimeField()
    sha256 = models.CharField(max_length=64)
    object_key = models.CharField(max_length=200, db_index=True)  # sealed; empty once deleted
    secret = models.CharField(max_length=100)  # what unseals it; empty once deleted
    delete_on = models.DateField()
    deleted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "store_identity_picture"
        indexes = (
            models.Index(fields=["account", "-consented_at"], name="identity_pictures"),
            models.Index(
                fields=["delete_on"],
                name="identity_picture_due",
                condition=models.Q(deleted_at=None),
            ),
        )

    def __str__(self) -> str:
        return self.number


class Portrait(models.Model):
    """The photograph on file of somebody (证件照片); replaced or deleted, never changed."""

    number = models.CharField(max_length=32, primary_key=True)
    account = models.CharField(max_length=64)
    account_name = models.CharField(max_length=200)
    card_digest = models.CharField(max_length=64)  # keyed digest of the identity card's number
    source = models.CharField(max_length=16)  # window | operator | sample
    object_key = models.CharField(max_length=200, db_index=True)  # sealed; empty once deleted
    secret = models.CharField(max_length=100)
    media = models.CharField(max_length=32)
    sha256 = models.CharField(max_length=64)
    put_by = models.CharField(max_length=64)
    put_by_name = models.CharField(max_length=200)
    put_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  # replaced or deleted
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "store_identity_portrait"
        indexes = (models.Index(fields=["account", "-put_at"], name="identity_portraits"),)
        constraints = (
            models.UniqueConstraint(
                fields=["account"],
                name="identity_portrait_one",
                condition=models.Q(ended_at=None),
            ),
        )

    def __str__(self) -> str:
        return f"{self.account_name} {self.number}"
