# SPDX-License-Identifier: Apache-2.0
"""A certificate is changed, renewed or cancelled by one open case at a time."""

from django.db import migrations, models

_NAMED = ~models.Q(source_certificate="")


class Migration(migrations.Migration):
    dependencies = [("store", "0006_lean_indexes")]
    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=_NAMED, fields=["source_certificate"], name="case_by_certificate"
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.UniqueConstraint(
                condition=models.Q(closed_at__isnull=True) & _NAMED & ~models.Q(life="new"),
                fields=("source_certificate",),
                name="one_case_a_certificate",
            ),
        ),
    ]
