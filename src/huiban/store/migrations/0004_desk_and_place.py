# SPDX-License-Identifier: Apache-2.0
"""Lets the desk count without reading cases, and search look in one place only."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# The terms are those of store.grams: a private character, then the code's letters and digits.
_PLACES = {
    "sqlite": [
        "CREATE VIRTUAL TABLE store_case_place USING fts5(grams, department, division, "
        "detail=none, columnsize=0, tokenize='unicode61 remove_diacritics 0')",
        "INSERT INTO store_case_place (rowid, grams, department, division) "
        "SELECT c.id, s.grams, char(57344) || replace(c.department, '_', ''), "
        "char(57345) || c.division FROM store_case_search s JOIN store_case c ON c.id = s.rowid",
        "DROP TABLE store_case_search",
        "ALTER TABLE store_case_place RENAME TO store_case_search",
    ],
    "postgresql": [
        "ALTER TABLE store_case_search ADD department tsvector NOT NULL DEFAULT '', "
        "ADD division tsvector NOT NULL DEFAULT ''",
        "UPDATE store_case_search SET "
        "department = array_to_tsvector(ARRAY[chr(57344) || replace(c.department, '_', '')]), "
        "division = array_to_tsvector(ARRAY[chr(57345) || c.division]) "
        "FROM store_case c WHERE c.id = case_id",
        "DROP INDEX case_search_grams",
        "CREATE INDEX case_search_grams ON store_case_search "
        # A short waiting list: the insert that has to merge it is somebody's application.
        "USING gin (grams, department, division) WITH (gin_pending_list_limit = 256)",
    ],
}
_TASKS = (
    "UPDATE store_task SET stage = c.stage, item_code = c.item_code "
    "FROM store_case c WHERE c.id = store_task.case_id"
)


def fill(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for statement in (*_PLACES[schema_editor.connection.vendor], _TASKS):
        schema_editor.execute(statement, None)


class Migration(migrations.Migration):
    dependencies = [("store", "0003_past_filings")]
    operations = [
        migrations.AddField("task", "stage", models.CharField(max_length=32, default=""), False),
        migrations.AddField(
            "task", "item_code", models.CharField(max_length=128, default=""), False
        ),
        migrations.RemoveIndex("task", "task_desk"),
        migrations.RemoveIndex("task", "task_holder"),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddIndex(
            "task",
            models.Index(
                fields=[
                    "department", "role", "sort_at", "id", "light", "stage", "item_code", "holder",
                    "division",
                ],
                name="task_desk",
                condition=models.Q(closed_at=None),
            ),
        ),
        migrations.AddIndex(
            "task",
            models.Index(
                fields=["holder", "sort_at", "id", "light", "stage", "item_code"],
                name="task_holder",
                condition=models.Q(closed_at=None) & ~models.Q(holder=""),
            ),
        ),
    ]  # fmt: skip
