# SPDX-License-Identifier: Apache-2.0
"""Sorts the keys of jobs by their characters, so that a range finds a beginning in any locale."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def sort_by_characters(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            'ALTER TABLE store_job ALTER COLUMN unique_key TYPE varchar(200) COLLATE "C"', None
        )


class Migration(migrations.Migration):
    dependencies = [("store", "0004_desk_and_place")]
    operations = [migrations.RunPython(sort_by_characters, migrations.RunPython.noop)]
