# SPDX-License-Identifier: Apache-2.0
"""Keeps what a corrected application said before, and finds decisions by their time."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0002_search"),
    ]

    operations = [
        migrations.CreateModel(
            name="PastFiling",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("until_seq", models.IntegerField()),
                ("payload", models.TextField()),
                ("materials", models.TextField()),
            ],
            options={
                "db_table": "store_past_filing",
            },
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("decided_at__isnull", False)),
                fields=["item_code", "-decided_at"],
                name="case_decided",
            ),
        ),
        migrations.AddField(
            model_name="pastfiling",
            name="case",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="past_filings",
                to="store.case",
            ),
        ),
        migrations.AddConstraint(
            model_name="pastfiling",
            constraint=models.UniqueConstraint(
                fields=("case", "until_seq"), name="past_filing_once"
            ),
        ),
    ]
