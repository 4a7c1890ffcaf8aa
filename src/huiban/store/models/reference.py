# SPDX-License-Identifier: Apache-2.0
"""What cases refer to: published pack versions, the work calendar's years, serial numbers."""

from django.db import models


class PackVersion(models.Model):
    """One published version of a scenario pack, whole; triggers refuse every change of it."""

    code = models.CharField(max_length=64)
    version = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    texts = models.TextField()
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=64)

    class Meta:
        db_table = "store_pack_version"
        constraints = (
            models.UniqueConstraint(fields=["code", "version"], name="pack_version_once"),
        )

    def __str__(self) -> str:
        return f"{self.code} {self.version}"


class CalendarYear(models.Model):
    """One year of the work calendar (工作日历) as imported; the newest import of a year counts."""

    year = models.IntegerField()
    status = models.CharField(max_length=16)
    source = models.CharField(max_length=300)
    days = models.TextField()
    imported_at = models.DateTimeField()
    imported_by = models.CharField(max_length=64)

    class Meta:
        db_table = "store_calendar_year"
        indexes = (models.Index(fields=["year", "-id"], name="calendar_newest"),)

    def __str__(self) -> str:
        return f"{self.year} {self.status}"


class Serial(models.Model):
    """The next free number of a series on a day."""

    series = models.CharField(max_length=64)
    day = models.DateField()
    next = models.BigIntegerField()

    class Meta:
        db_table = "store_serial"
        constraints = (models.UniqueConstraint(fields=["series", "day"], name="serial_day"),)

    def __str__(self) -> str:
        return f"{self.series} {self.day}"
