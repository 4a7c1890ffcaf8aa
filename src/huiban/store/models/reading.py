# SPDX-License-Identifier: Apache-2.0
"""What was read from files (材料识别), and what people said of review points (要点认定)."""

from django.db import models

from huiban.store.models.case import Case


class FileReading(models.Model):
    """What stands in a file, by its digest: read once for everybody who may see the file."""

    class State(models.TextChoices):
        WAITING = "waiting"
        READING = "reading"
        READ = "read"

    sha256 = models.CharField(max_length=64, primary_key=True)
    engine = models.CharField(max_length=64)
    state = models.CharField(max_length=16, choices=State.choices, default=State.WAITING)
    pages_done = models.IntegerField(default=0)
    pages_total = models.IntegerField(default=0)
    body = models.TextField(default="")  # `kernel.reading.to_json`, once it is read
    asked_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "store_reading"
        indexes = (models.Index(fields=["asked_at"], name="reading_age"),)

    def __str__(self) -> str:
        return f"{self.sha256[:12]} {self.state}"


class Settlement(models.Model):
    """
    What an officer said of a point in a case: the latest; the journal keeps every one.

    `rule` is the digest of the point as it was written, so that precision is counted over
    every pack version in which it is the same.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, db_index=False)
    point = models.CharField(max_length=64)
    rule = models.CharField(max_length=64)
    pack_code = models.CharField(max_length=64)
    pack_version = models.CharField(max_length=64)
    item_code = models.CharField(max_length=128)
    found = models.CharField(max_length=16)  # pass | fail | unknown
    said = models.CharField(max_length=16)  # pass | fail
    said_by = models.CharField(max_length=64)
    said_at = models.DateTimeField()

    class Meta:
        db_table = "store_settlement"
        constraints = (models.UniqueConstraint(fields=["case", "point"], name="settlement_once"),)
        indexes = (models.Index(fields=["pack_code", "point", "rule"], name="settlement_point"),)

    def __str__(self) -> str:
        return f"{self.point} {self.found} → {self.said}"
