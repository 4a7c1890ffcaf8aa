# SPDX-License-Identifier: Apache-2.0
"""How each application was filled in (填写记录), read off the journal for the rate pages."""

from django.db import models

from huiban.store.models.case import Case


class Fill(models.Model):
    """
    Counts of one application as last submitted; `month` is YYYY-MM of its first submission.

    A case whose journal says nothing of how it was filled in has a row of zeros that is not
    recorded. `journal_id` and `journal_seq` name the newest entry counted; `by_field` is JSON,
    field → [values prefilled, of them edited].
    """

    case = models.OneToOneField(Case, on_delete=models.PROTECT, primary_key=True)
    pack_code = models.CharField(max_length=64)
    item_code = models.CharField(max_length=128)
    life = models.CharField(max_length=16)
    channel = models.CharField(max_length=16)
    department = models.CharField(max_length=64)
    month = models.CharField(max_length=7)
    journal_seq = models.IntegerField()
    journal_id = models.BigIntegerField(db_index=True)
    is_recorded = models.BooleanField()
    by_field = models.TextField(default="{}")
    accepted = models.IntegerField()
    picked = models.IntegerField()
    edited = models.IntegerField()
    settled = models.IntegerField()
    typed = models.IntegerField()
    confirmed = models.IntegerField(default=0)
    distinct_accepted = models.IntegerField()
    distinct_picked = models.IntegerField()
    distinct_total = models.IntegerField()
    materials_required = models.IntegerField()
    materials_waived = models.IntegerField()
    materials_by_form = models.IntegerField()
    materials_committed = models.IntegerField()
    materials_deferred = models.IntegerField()
    materials_added_back = models.IntegerField(default=0)

    class Meta:
        db_table = "store_fill"
        indexes = (
            models.Index(fields=["pack_code", "month"], name="fill_pack_month"),
            models.Index(fields=["month"], name="fill_month"),
        )

    def __str__(self) -> str:
        return str(self.case_id)
