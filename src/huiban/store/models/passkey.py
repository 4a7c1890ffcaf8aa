# SPDX-License-Identifier: Apache-2.0
"""Proving who one is without a face: passkeys (通行密钥), codes sent (验证码), window numbers."""

from django.db import models

from huiban.store.models.identity import IdentityAttempt


class Passkey(models.Model):
    """A key in somebody's device; a removed one stays as what it was and answers for nobody."""

    number = models.CharField(max_length=32, primary_key=True)
    account = models.CharField(max_length=64)
    name = models.CharField(max_length=60)
    credential = models.CharField(max_length=1400, unique=True)  # base64url, as devices name it
    public_key = models.TextField()  # COSE in base64url
    counter = models.BigIntegerField()  # how far the device has counted; 0 if it does not
    transports = models.CharField(max_length=100, default="[]")  # JSON list
    is_synced = models.BooleanField()  # its maker keeps copies of it
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "store_passkey"
        indexes = (models.Index(fields=["account", "-made_at"], name="passkey_of_account"),)

    def __str__(self) -> str:
        return f"{self.account} {self.name}"


class PasskeyAnswer(models.Model):
    """That a passkey answered the challenge of one attempt: once, and no second time."""

    attempt = models.OneToOneField(
        IdentityAttempt, on_delete=models.PROTECT, primary_key=True, related_name="passkey_answer"
    )
    passkey = models.ForeignKey(Passkey, on_delete=models.PROTECT, related_name="answers")
    counter = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        db_table = "store_passkey_answer"

    def __str__(self) -> str:
        return f"{self.attempt_id} {self.passkey_id}"


class IdentityCode(models.Model):
    """A code sent to a telephone or mailbox for one attempt; only a keyed digest of it is kept."""

    number = models.CharField(max_length=32, primary_key=True)
    attempt = models.ForeignKey(IdentityAttempt, on_delete=models.PROTECT, related_name="codes")
    account = models.CharField(max_length=64)
    channel = models.CharField(max_length=8)  # sms | email
    address_digest = models.CharField(max_length=64)  # keyed: one telephone may serve several
    shown = models.CharField(max_length=100)  # the address, masked
    digest = models.CharField(max_length=64)  # empty as soon as it counts no more
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.IntegerField(default=0)

    class Meta:
        db_table = "store_identity_code"
        indexes = (
            models.Index(fields=["attempt", "-sent_at"], name="identity_code_newest"),
            models.Index(fields=["account", "-sent_at"], name="identity_code_of_account"),
            models.Index(fields=["address_digest", "-sent_at"], name="identity_code_of_address"),
            models.Index(fields=["sent_at"], name="identity_code_old"),
        )

    def __str__(self) -> str:
        return f"{self.attempt_id} {self.channel} {self.shown}"


class WindowVisit(models.Model):
    """The short number somebody says at the window (窗口核实号), and what the clerk found."""

    attempt = models.OneToOneField(
        IdentityAttempt, on_delete=models.PROTECT, primary_key=True, related_name="window_visit"
    )
    code = models.CharField(max_length=8)
    is_waiting = models.BooleanField(default=True)
    clerk = models.CharField(max_length=64, default="")
    clerk_name = models.CharField(max_length=200, default="")
    department = models.CharField(max_length=64, default="")
    answered_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, default="")  # of a refusal

    class Meta:
        db_table = "store_window_visit"
        indexes = (models.Index(fields=["clerk", "-answered_at"], name="window_visit_answered"),)
        constraints = (
            models.UniqueConstraint(
                fields=["code"], name="window_visit_number", condition=models.Q(is_waiting=True)
            ),
        )

    def __str__(self) -> str:
        return f"{self.attempt_id} {self.code}"
