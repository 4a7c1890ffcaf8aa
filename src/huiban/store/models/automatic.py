# SPDX-License-Identifier: Apache-2.0
"""What the system decided or left to people as a sample (自动审批), and who looked again."""

from django.db import models

from huiban.store.models.case import Case


class AutomaticDecision(models.Model):
    """
    A case that the system decided, or would have decided had people not drawn it.

    The journal says on what it rests; this finds it again. The columns of the place repeat the
    case's, for the desk's lists; `state` is how far a person's second look at a decision is.
    """

    class Kind(models.TextChoices):
        DECIDED = "decided"
        SAMPLED = "sampled"

    class State(models.TextChoices):
        NONE = ""
        ASKED = "asked"
        UPHELD = "upheld"
        CORRECTED = "corrected"

    case = models.OneToOneField(Case, on_delete=models.PROTECT, primary_key=True)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    pack_code = models.CharField(max_length=64)
    pack_version = models.CharField(max_length=64)
    item_code = models.CharField(max_length=128)
    department = models.CharField(max_length=64)
    division = models.CharField(max_length=12)
    at = models.DateTimeField()
    role = models.CharField(max_length=64)
    state = models.CharField(max_length=16, choices=State.choices, default=State.NONE, blank=True)
    asked_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "store_automatic"
        indexes = (
            models.Index(fields=["department", "at"], name="automatic_counts"),
            models.Index(
                fields=["department", "state", "asked_at"],
                name="automatic_desk",
                condition=~models.Q(state=""),
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind}"
