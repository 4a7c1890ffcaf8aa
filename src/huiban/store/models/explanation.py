# SPDX-License-Identifier: Apache-2.0
"""What a language model was asked about a case as sent, and what it answered (语言模型记录)."""

from django.db import models

from huiban.store.models.case import Case


class Explanation(models.Model):
    """
    One question and its answer; its ledger holds the digests of both.

    `sent` and `received` carry placeholders in place of personal data; `places` is a JSON object
    of what stands behind those that the answer may show. It goes when its case's archive does.
    """

    class State(models.TextChoices):
        ASKED = "asked"
        ANSWERED = "answered"
        FAILED = "failed"

    number = models.CharField(max_length=32, primary_key=True)
    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, related_name="explanations", db_index=False
    )
    task = models.CharField(max_length=16)  # finding | opinion
    point = models.CharField(max_length=64, default="")
    reader = models.CharField(max_length=16)  # applicant | examiner
    model = models.CharField(max_length=200)
    actor = models.CharField(max_length=64)
    actor_name = models.CharField(max_length=200)
    asked_at = models.DateTimeField()
    sent = models.TextField()
    sent_sha256 = models.CharField(max_length=64)
    places = models.TextField(default="{}")
    state = models.CharField(max_length=16, choices=State.choices, default=State.ASKED)
    fault = models.CharField(max_length=16, default="")
    answered_at = models.DateTimeField(null=True)
    received = models.TextField(default="")
    is_cut = models.BooleanField(default=False)

    class Meta:
        db_table = "store_explanation"
        indexes = (
            models.Index(fields=["case", "-asked_at"], name="explanation_of_case"),
            models.Index(fields=["case", "sent_sha256"], name="explanation_same"),
        )

    def __str__(self) -> str:
        return f"{self.task} {self.number}"
