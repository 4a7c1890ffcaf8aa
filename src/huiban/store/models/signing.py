# SPDX-License-Identifier: Apache-2.0
"""Who may sign with what (电子签署): credentials, seals, requests to sign and their ceremonies."""

from django.db import models

from huiban.store.models.case import Case


class Credential(models.Model):
    """A key and its certificate (数字证书) in one owner's name; the key itself lies elsewhere."""

    class State(models.TextChoices):
        ACTIVE = "active"
        RETIRED = "retired"  # replaced or expired; what it signed stays valid
        REVOKED = "revoked"

    number = models.CharField(max_length=32, primary_key=True)
    owner_kind = models.CharField(max_length=16)  # person | enterprise | department | office
    owner = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    organization = models.CharField(max_length=200, default="")
    organization_code = models.CharField(max_length=32, default="")
    profile = models.CharField(max_length=8)
    key_label = models.CharField(max_length=100, unique=True)
    certificate = models.TextField()  # DER in base64
    chain = models.TextField()  # JSON list of DER in base64, the issuer first, without the root
    serial = models.CharField(max_length=64)
    not_before = models.DateTimeField()
    not_after = models.DateTimeField()
    state = models.CharField(max_length=16, choices=State.choices, default=State.ACTIVE)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, default="")
    told_at = models.DateTimeField(null=True)  # when the authority learned of a revocation
    key_destroyed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "store_credential"
        indexes = (
            models.Index(fields=["state", "-made_at"], name="credential_newest"),
            models.Index(
                fields=["ended_at"],
                name="credential_key_to_destroy",
                condition=models.Q(ended_at__isnull=False, key_destroyed_at=None),
            ),
            models.Index(
                fields=["ended_at"],
                name="credential_to_tell",
                condition=models.Q(state="revoked", told_at=None),
            ),
            models.Index(
                fields=["not_after"],
                name="credential_ends",
                condition=models.Q(state="active"),
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["owner_kind", "owner", "profile"],
                name="credential_active",
                condition=models.Q(state="active"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.profile} {self.serial}"


class Seal(models.Model):
    """An electronic seal (电子印章); the ledger tells its life, this row where it stands."""

    class State(models.TextChoices):
        PROPOSED = "proposed"
        ACTIVE = "active"
        REFUSED = "refused"
        SUSPENDED = "suspended"
        REVOKED = "revoked"
        RETIRED = "retired"  # its time is over, or another took its place

    number = models.CharField(max_length=32, primary_key=True)
    name = models.CharField(max_length=200)
    department = models.CharField(max_length=64)
    kind = models.CharField(max_length=32)  # authority | licensing | archive …, as documents say
    profile = models.CharField(max_length=8)
    state = models.CharField(max_length=16, choices=State.choices, default=State.PROPOSED)
    state_at = models.DateTimeField()
    picture_key = models.CharField(max_length=200, default="", db_index=True)
    credential = models.ForeignKey(Credential, on_delete=models.PROTECT, null=True)
    object_der = models.TextField(default="")  # the GB/T 38540 seal object, DER in base64
    valid_from = models.DateField()
    valid_until = models.DateField()
    month = models.DateField(null=True)  # the month of its newest use; `month_uses` counts them
    month_uses = models.IntegerField(default=0)
    reason = models.TextField(default="")
    proposed_by = models.CharField(max_length=64)
    proposed_by_name = models.CharField(max_length=200)
    proposed_at = models.DateTimeField()
    first_by = models.CharField(max_length=64, default="")
    first_by_name = models.CharField(max_length=200, default="")
    first_at = models.DateTimeField(null=True)
    second_by = models.CharField(max_length=64, default="")
    second_by_name = models.CharField(max_length=200, default="")
    second_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "store_seal"
        indexes = (
            models.Index(fields=["department", "kind", "state"], name="seal_of_department"),
            models.Index(
                fields=["valid_until"],
                name="seal_ends",
                condition=models.Q(state__in=["active", "suspended"]),
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["department", "kind", "profile"],
                name="seal_active",
                condition=models.Q(state__in=["active", "suspended"]),
            ),
        )

    def __str__(self) -> str:
        return self.name


class SealGrant(models.Model):
    """Who may use a seal for what and how long (用印授权)."""

    number = models.CharField(max_length=32, primary_key=True)
    seal = models.ForeignKey(Seal, on_delete=models.PROTECT, related_name="grants")
    holder_kind = models.CharField(max_length=16)  # role | account
    holder = models.CharField(max_length=64)
    documents = models.TextField()  # JSON list of `pack.document`, `pack.*` or `request.<kind>`
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField()
    uses_most = models.IntegerField(null=True)
    uses = models.IntegerField(default=0)
    granted_by = models.CharField(max_length=64)
    granted_by_name = models.CharField(max_length=200)
    granted_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "store_seal_grant"
        indexes = (
            models.Index(fields=["seal", "holder_kind", "holder"], name="grant_of_seal"),
            models.Index(fields=["seal", "-granted_at"], name="grant_newest"),
        )

    def __str__(self) -> str:
        return f"{self.seal_id} → {self.holder_kind} {self.holder}"


class Ceremony(models.Model):
    """One person signing one document (签署过程): what was shown, agreed to and done, and when."""

    class Outcome(models.TextChoices):
        OPEN = "open"
        SIGNED = "signed"
        DECLINED = "declined"
        LAPSED = "lapsed"  # the document changed or the time passed

    number = models.CharField(max_length=32, primary_key=True)
    matter = models.CharField(max_length=64)  # draft:<number> | request:<number> | case:<number>
    account = models.CharField(max_length=64)
    account_name = models.CharField(max_length=200)
    acting_for = models.CharField(max_length=200, default="")
    title = models.CharField(max_length=200)
    object_key = models.CharField(max_length=200, db_index=True)  # the bytes that were shown
    sha256_before = models.CharField(max_length=64)
    sha256_after = models.CharField(max_length=64, default="")
    pages = models.IntegerField()
    seen = models.TextField(default="[]")  # JSON list of [page, time] as the pages came into view
    opened_at = models.DateTimeField()
    agreed_at = models.DateTimeField(null=True)
    signed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=16, choices=Outcome.choices, default=Outcome.OPEN)
    reason = models.TextField(default="")
    statement = models.TextField(default="")  # the words agreed to
    identity = models.TextField(default="{}")  # JSON: how the person proved who they are
    device = models.CharField(max_length=300, default="")
    address = models.CharField(max_length=64, default="")
    strokes_key = models.CharField(max_length=200, default="", db_index=True)
    place = models.TextField(default="{}")  # JSON: where in the document the signature goes
    signed_key = models.CharField(max_length=200, default="", db_index=True)  # the bytes signed
    credential = models.ForeignKey(Credential, on_delete=models.PROTECT, null=True)

    class Meta:
        db_table = "store_ceremony"
        indexes = (
            models.Index(fields=["matter", "opened_at"], name="ceremony_of_matter"),
            models.Index(fields=["account", "-opened_at"], name="ceremony_mine"),
        )

    def __str__(self) -> str:
        return f"{self.account_name} {self.title} {self.outcome}"


class SignRequest(models.Model):
    """A document named parties are asked to sign or seal (签署任务), in order or in parallel."""

    class State(models.TextChoices):
        OPEN = "open"
        COMPLETED = "completed"
        DECLINED = "declined"
        WITHDRAWN = "withdrawn"
        EXPIRED = "expired"

    number = models.CharField(max_length=32, primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="requests")
    kind = models.CharField(max_length=32)  # report | attestation | document
    title = models.CharField(max_length=200)
    purpose = models.TextField(default="")  # why; of an attestation, the question
    answer = models.TextField(default="")  # what the department asked wrote into its attestation
    order = models.CharField(max_length=16)  # sequence | parallel
    state = models.CharField(max_length=16, choices=State.choices, default=State.OPEN)
    until = models.DateTimeField()
    object_key = models.CharField(max_length=200, db_index=True)  # the bytes as signed so far
    sha256 = models.CharField(max_length=64)
    first_key = models.CharField(max_length=200, db_index=True)  # the bytes as they were asked for
    first_sha256 = models.CharField(max_length=64)
    pages = models.IntegerField()
    version = models.IntegerField(default=1)
    department = models.CharField(max_length=64)
    made_by = models.CharField(max_length=64)
    made_by_name = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    reason = models.TextField(default="")

    class Meta:
        db_table = "store_sign_request"
        indexes = (
            models.Index(fields=["department", "state", "-made_at"], name="sign_request_desk"),
            models.Index(
                fields=["until"], name="sign_request_due", condition=models.Q(state="open")
            ),
        )

    def __str__(self) -> str:
        return self.title


class SignParty(models.Model):
    """One party to a request to sign: who, what they may do, in which place, how far it is."""

    class State(models.TextChoices):
        WAITING = "waiting"  # another party comes first
        OPEN = "open"
        SIGNED = "signed"
        DECLINED = "declined"
        CLOSED = "closed"  # the request ended without them

    request = models.ForeignKey(SignRequest, on_delete=models.PROTECT, related_name="parties")
    place = models.IntegerField()
    step = models.IntegerField()
    holder = models.CharField(max_length=80)  # who is asked: account:…, subject:… or department:…
    account = models.CharField(max_length=64, default="")
    subject_code = models.CharField(max_length=32, default="")
    name = models.CharField(max_length=200)
    part = models.CharField(max_length=100, default="")  # in which role: 监理单位, 协查部门 …
    does = models.CharField(max_length=8)  # sign | seal
    department = models.CharField(max_length=64, default="")  # whose seal
    seal_kind = models.CharField(max_length=32, default="")
    field = models.CharField(max_length=64)
    token_hash = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=16, choices=State.choices, default=State.WAITING)
    opened_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    reason = models.TextField(default="")
    ceremony = models.ForeignKey(Ceremony, on_delete=models.PROTECT, null=True)

    class Meta:
        db_table = "store_sign_party"
        constraints = (
            models.UniqueConstraint(fields=["request", "place"], name="sign_party_once"),
        )
        # One column for whoever is asked: three, mostly empty, mislead the planners.
        indexes = (models.Index(fields=["holder", "state"], name="sign_party_mine"),)

    def __str__(self) -> str:
        return f"{self.name} ({self.state})"
