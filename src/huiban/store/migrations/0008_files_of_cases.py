# SPDX-License-Identifier: Apache-2.0
"""Files are no longer checked against their case at each commit; see `Blob.case`."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("store", "0007_one_case_a_certificate")]
    operations = [
        migrations.AlterField(
            model_name="blob",
            name="case",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="store.case",
            ),
        ),
    ]
