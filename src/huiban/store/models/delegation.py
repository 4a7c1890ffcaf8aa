# SPDX-License-Identifier: Apache-2.0
"""Powers that one party gave to one account (委托授权): bounded, signed, counted, revocable."""

from django.db import models


class DelegationRow(models.Model):
    """One delegation; its ledger tells its life and every use, this row where it stands."""

    class State(models.TextChoices):
        DRAFTED = "drafted"
        PROPOSED = "proposed"
        ACTIVE = "active"
        DECLINED = "declined"
        REVOKED = "revoked"
        EXPIRED = "expired"
        USED_UP = "used_up"

    number = models.CharField(max_length=32, primary_key=True)
    grantor_code = models.CharField(max_length=32)
    grantor_name = models.CharField(max_length=200)
    grantor_kind = models.CharField(max_length=16)  # person | enterprise
    made_by = models.CharField(max_length=64)  # the account that wrote and signs it
    made_by_name = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    delegate = models.CharField(max_length=64)  # the account that may act
    delegate_name = models.CharField(max_length=200)
    delegate_code = models.CharField(max_length=32)
    delegate_of = models.CharField(max_length=200, default="")  # the delegate's own enterprise
    items = models.TextField(default="[]")  # JSON list of item codes
    scenario = models.CharField(max_length=64, default="")
    operations = models.TextField()  # JSON list
    certificates = models.TextField(default="[]")  # JSON list of numbers
    seals = models.TextField(default="[]")  # JSON list of numbers
    purpose = models.CharField(max_length=200)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField()
    uses_most = models.IntegerField(null=True)
    uses = models.IntegerField(default=0)
    pass_on = models.CharField(max_length=8)  # never | once
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="passed")
    state = models.CharField(max_length=16, choices=State.choices, default=State.DRAFTED)
    object_key = models.CharField(max_length=200, db_index=True)  # the paper (委托书) as shown
    sha256 = models.CharField(max_length=64)
    pages = models.IntegerField()
    place = models.TextField(default="{}")  # JSON: where in the paper the signature goes
    ceremony = models.CharField(max_length=32, default="")
    identity = models.CharField(max_length=200, default="")  # way of proof and digest of evidence
    signed_key = models.CharField(max_length=200, default="", db_index=True)
    signed_sha256 = models.CharField(max_length=64, default="")
    signed_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, default="")

    class Meta:
        db_table = "store_delegation"
        indexes = (
            models.Index(fields=["grantor_code", "-made_at"], name="delegation_given"),
            models.Index(fields=["delegate", "-made_at"], name="delegation_held"),
            models.Index(fields=["state", "valid_until"], name="delegation_ends"),
            models.Index(fields=["made_by", "state"], name="delegation_made"),
        )

    def __str__(self) -> str:
        return f"{self.grantor_name} → {self.delegate_name}"
