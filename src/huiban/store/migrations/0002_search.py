# SPDX-License-Identifier: Apache-2.0
"""The search index over titles and names, in what each database offers."""

from django.apps.registry import Apps as StateApps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_CREATE = {
    # detail=none: only whether a term occurs counts, which halves the index.
    "sqlite": [
        "CREATE VIRTUAL TABLE store_case_search USING fts5("
        "grams, detail=none, columnsize=0, tokenize='unicode61 remove_diacritics 0')"
    ],
    "postgresql": [
        "CREATE TABLE store_case_search ("
        "case_id bigint PRIMARY KEY REFERENCES store_case (id), grams tsvector NOT NULL)",
        "CREATE INDEX case_search_grams ON store_case_search USING gin (grams)",
        # Numbers sort by their characters, so that a range finds a beginning in any locale.
        'ALTER TABLE store_case ALTER COLUMN number TYPE varchar(64) COLLATE "C"',
        # Django adds an index for LIKE to every unique text; no list asks these for a beginning.
        """
        DO $$ DECLARE extra regclass; BEGIN
          FOR extra IN SELECT indexrelid::regclass FROM pg_index
            WHERE indrelid IN ('store_case'::regclass, 'store_job'::regclass)
              AND indexrelid::regclass::text LIKE '%_like'
          LOOP EXECUTE 'DROP INDEX ' || extra; END LOOP;
        END $$
        """,
    ],
}


def create(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for statement in _CREATE[schema_editor.connection.vendor]:
        schema_editor.execute(statement, None)


def drop(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    schema_editor.execute("DROP TABLE store_case_search")


class Migration(migrations.Migration):
    dependencies = [("store", "0001_tables")]
    operations = [migrations.RunPython(create, drop)]
