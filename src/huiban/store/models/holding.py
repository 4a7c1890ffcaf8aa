# SPDX-License-Identifier: Apache-2.0
"""What is kept and lent: grants to use a certificate (用证授权) and archived cases (档案)."""

from django.db import models

from huiban.store.models.case import Case
from huiban.store.models.paper import Certificate


class CertificateGrant(models.Model):
    """The holder lets one party use one certificate for one purpose, for a time, so many times."""

    class State(models.TextChoices):
        ACTIVE = "active"
        USED_UP = "used_up"
        REVOKED = "revoked"

    number = models.CharField(max_length=32, primary_key=True)
    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="grants")
    code_hash = models.CharField(max_length=64, unique=True)
    holder_code = models.CharField(max_length=32)
    grantee_code = models.CharField(max_length=32)
    grantee_name = models.CharField(max_length=200)
    purpose = models.CharField(max_length=64)
    purpose_text = models.CharField(max_length=300, default="")
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField()
    uses_most = models.IntegerField()
    uses = models.IntegerField(default=0)
    state = models.CharField(max_length=16, choices=State.choices, default=State.ACTIVE)
    made_by = models.CharField(max_length=64)
    made_by_name = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "store_certificate_grant"
        indexes = (
            models.Index(fields=["certificate", "-made_at"], name="grant_of_certificate"),
            models.Index(fields=["grantee_code", "-made_at"], name="grant_to_party"),
        )

    def __str__(self) -> str:
        return f"{self.certificate_id} → {self.grantee_name}"


class ArchivePackage(models.Model):
    """The one package (归档信息包) of an archived case, how long it is kept, and its state."""

    class State(models.TextChoices):
        UNCHECKED = "unchecked"
        SOUND = "sound"
        FAULTY = "faulty"
        DISPOSED = "disposed"  # its time was over and two people let its bytes be removed

    number = models.CharField(max_length=32, primary_key=True)
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="archived")
    department = models.CharField(max_length=64)  # the case's: the lists are by department
    division = models.CharField(max_length=12)
    object_key = models.CharField(max_length=200, unique=True)
    size = models.BigIntegerField()
    files = models.IntegerField()
    sha256 = models.CharField(max_length=64)
    sm3 = models.CharField(max_length=64)
    retention = models.CharField(max_length=16)  # permanent | 30_years | 10_years
    keep_until = models.DateField(null=True)
    archived_at = models.DateTimeField()
    stamped_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=16, choices=State.choices, default=State.UNCHECKED)
    faults = models.TextField(default="[]")
    handed_over_at = models.DateTimeField(null=True)
    disposal_by = models.CharField(max_length=64, default="")  # who proposed; a second approves

    class Meta:
        db_table = "store_archive_package"
        indexes = (
            models.Index(fields=["checked_at", "number"], name="archive_to_check"),
            models.Index(fields=["state", "-archived_at"], name="archive_by_state"),
            models.Index(fields=["-archived_at", "number"], name="archive_newest"),
            models.Index(
                fields=["department", "-archived_at", "number"], name="archive_of_department"
            ),
            models.Index(fields=["keep_until", "number"], name="archive_ends"),
            models.Index(fields=["stamped_at", "number"], name="archive_stamped"),
        )

    def __str__(self) -> str:
        return f"{self.case_id} {self.state}"
