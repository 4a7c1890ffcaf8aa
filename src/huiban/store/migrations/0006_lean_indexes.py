# SPDX-License-Identifier: Apache-2.0
"""Removes indexes that no question needs and every write pays for."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# Django adds an index for LIKE to every indexed text; nothing of ours asks for a beginning so.
_DROP = """
DO $$ DECLARE extra regclass; BEGIN
  FOR extra IN SELECT indexrelid::regclass FROM pg_index
    WHERE indrelid::regclass::text LIKE 'store\\_%' AND NOT indisunique
      AND indexrelid::regclass::text LIKE '%\\_like'
  LOOP EXECUTE 'DROP INDEX ' || extra; END LOOP;
END $$
"""


def drop(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(_DROP, None)


class Migration(migrations.Migration):
    dependencies = [("store", "0005_job_keys")]
    operations = [migrations.RunPython(drop, migrations.RunPython.noop)]
