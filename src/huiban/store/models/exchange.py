# SPDX-License-Identifier: Apache-2.0
"""What the exchange with other registers leaves behind: the request log, answers, consents."""

from django.db import models

from huiban.store.models.account import Account


class Inquiry(models.Model):
    """
    One line of the request log (查询记录), chained per subject; names only, never a value.

    `subject` and `party` are keyed hashes. `event` is asked, answered or revealed.
    """

    class Event(models.TextChoices):
        ASKED = "asked"
        ANSWERED = "answered"
        REVEALED = "revealed"

    id = models.BigAutoField(primary_key=True)
    request = models.CharField(max_length=32)
    event = models.CharField(max_length=16, choices=Event.choices)
    subject = models.CharField(max_length=64)
    seq = models.IntegerField()
    party = models.CharField(max_length=64, default="")
    resource = models.CharField(max_length=64)
    looked_up_by = models.CharField(max_length=32)
    matter = models.CharField(max_length=64)
    item_code = models.CharField(max_length=128)
    purpose = models.CharField(max_length=64)
    actor = models.CharField(max_length=64)
    actor_name = models.CharField(max_length=200, default="")
    actor_kind = models.CharField(max_length=16, default="")
    department = models.CharField(max_length=64, default="")
    consent = models.CharField(max_length=32, default="")
    fields = models.TextField(default="")
    outcome = models.CharField(max_length=16, default="")
    latency = models.IntegerField(default=0)
    request_sha256 = models.CharField(max_length=64, default="")
    response_sha256 = models.CharField(max_length=64, default="")
    at = models.DateTimeField()
    previous = models.CharField(max_length=64, default="")
    sha256 = models.CharField(max_length=64)

    class Meta:
        db_table = "store_inquiry"
        constraints = (models.UniqueConstraint(fields=["subject", "seq"], name="inquiry_chain"),)
        indexes = (
            models.Index(fields=["request"], name="inquiry_request"),
            models.Index(fields=["party", "-id"], name="inquiry_party"),
            models.Index(fields=["subject", "-id"], name="inquiry_subject"),
            models.Index(fields=["resource", "at"], name="inquiry_resource"),
            models.Index(fields=["matter"], name="inquiry_matter"),
        )

    def __str__(self) -> str:
        return self.request


class Fetched(models.Model):
    """What one register answered for one matter (a draft, later the case); see decision 14."""

    id = models.BigAutoField(primary_key=True)
    matter = models.CharField(max_length=64)
    resource = models.CharField(max_length=64)
    looked_up_by = models.CharField(max_length=32)
    key_digest = models.CharField(max_length=64)
    row = models.CharField(max_length=64, default="")
    """Where the key came from: empty, or the table row `managers.2` the question was asked for."""
    fields = models.TextField(default="")
    state = models.CharField(max_length=16)
    records = models.TextField(default="[]")
    as_of = models.DateField(null=True)
    request = models.CharField(max_length=32, default="")
    asked_at = models.DateTimeField()
    fetched_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "store_fetched"
        constraints = (
            models.UniqueConstraint(
                fields=["matter", "resource", "looked_up_by", "key_digest"], name="fetched_once"
            ),
        )
        indexes = (models.Index(fields=["request"], name="fetched_request"),)

    def __str__(self) -> str:
        return f"{self.matter} {self.resource}"


class Consent(models.Model):
    """A subject's agreement (同意) that a resource is asked for a purpose; only ever withdrawn."""

    number = models.CharField(max_length=32, primary_key=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="consents")
    subject = models.CharField(max_length=64)
    resource = models.CharField(max_length=64)
    purpose = models.CharField(max_length=64)
    matter = models.CharField(max_length=64, default="")
    text_sha256 = models.CharField(max_length=64)
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "store_consent"
        indexes = (models.Index(fields=["subject", "resource"], name="consent_subject"),)

    def __str__(self) -> str:
        return self.number


class Quota(models.Model):
    """How many questions a register was asked on a day (配额)."""

    resource = models.CharField(max_length=64)
    day = models.DateField()
    used = models.IntegerField(default=0)

    class Meta:
        db_table = "store_quota"
        constraints = (models.UniqueConstraint(fields=["resource", "day"], name="quota_day"),)

    def __str__(self) -> str:
        return f"{self.resource} {self.day}"


class Pushed(models.Model):
    """Records a department sent on its own (推送), found by the keyed hash of a lookup key."""

    id = models.BigAutoField(primary_key=True)
    resource = models.CharField(max_length=64)
    looked_up_by = models.CharField(max_length=32)
    key_digest = models.CharField(max_length=64)
    records = models.TextField()
    as_of = models.DateField()
    batch = models.CharField(max_length=64)
    received_at = models.DateTimeField()

    class Meta:
        db_table = "store_pushed"
        constraints = (
            models.UniqueConstraint(
                fields=["resource", "looked_up_by", "key_digest"], name="pushed_once"
            ),
        )
        indexes = (
            models.Index(fields=["resource", "key_digest"], name="pushed_key"),
            models.Index(fields=["resource", "-as_of"], name="pushed_newest"),
        )

    def __str__(self) -> str:
        return f"{self.resource} {self.batch}"


class Dispute(models.Model):
    """A party says that a register is wrong (数据异议); the owner of the data answers."""

    class State(models.TextChoices):
        OPEN = "open"
        UPHELD = "upheld"
        CORRECTED = "corrected"

    number = models.CharField(max_length=32, primary_key=True)
    matter = models.CharField(max_length=64)
    resource = models.CharField(max_length=64)
    provider = models.CharField(max_length=64)
    content = models.CharField(max_length=64)
    """The item (信息项) in dispute."""
    path = models.CharField(max_length=128)
    subject_code = models.CharField(max_length=32)
    subject_name = models.CharField(max_length=200)
    registered = models.TextField()
    claimed = models.TextField()
    reason = models.TextField()
    evidence = models.CharField(max_length=32, default="")
    state = models.CharField(max_length=16, choices=State.choices, default=State.OPEN)
    answer = models.TextField(default="")
    opened_by = models.CharField(max_length=64)
    opened_at = models.DateTimeField()
    closed_by = models.CharField(max_length=64, default="")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "store_dispute"
        constraints = (
            models.UniqueConstraint(fields=["matter", "path", "resource"], name="dispute_once"),
        )
        indexes = (
            models.Index(fields=["state", "provider", "opened_at"], name="dispute_desk"),
            models.Index(fields=["subject_code", "-opened_at"], name="dispute_mine"),
        )

    def __str__(self) -> str:
        return self.number
