# SPDX-License-Identifier: Apache-2.0
"""Creates the tables of the store."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from huiban.store.models.case import RowNumber


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Account",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "last_login",
                    models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                ),
                ("number", models.CharField(max_length=64, unique=True)),
                ("name", models.CharField(max_length=100)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("person", "PERSON"),
                            ("enterprise", "ENTERPRISE"),
                            ("officer", "OFFICER"),
                            ("system", "SYSTEM"),
                        ],
                        max_length=16,
                    ),
                ),
                ("roles", models.JSONField(blank=True, default=list)),
                ("department", models.CharField(blank=True, default="", max_length=64)),
                ("division", models.CharField(blank=True, default="", max_length=12)),
                ("subject", models.CharField(blank=True, default="", max_length=32)),
                ("subject_name", models.CharField(blank=True, default="", max_length=200)),
                ("phone", models.CharField(blank=True, default="", max_length=20)),
                ("language", models.CharField(blank=True, default="", max_length=10)),
                ("modes", models.JSONField(blank=True, default=list)),
                ("is_active", models.BooleanField(default=True)),
            ],
            options={
                "db_table": "store_account",
            },
        ),
        migrations.CreateModel(
            name="Sweep",
            fields=[
                ("name", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("last_run_at", models.DateTimeField(null=True)),
                ("next_run_at", models.DateTimeField()),
                ("lease_until", models.DateTimeField(null=True)),
                ("worker", models.CharField(max_length=100)),
                ("last_error", models.TextField()),
            ],
            options={
                "db_table": "store_sweep",
            },
        ),
        migrations.CreateModel(
            name="CalendarYear",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.IntegerField()),
                ("status", models.CharField(max_length=16)),
                ("source", models.CharField(max_length=300)),
                ("days", models.TextField()),
                ("imported_at", models.DateTimeField()),
                ("imported_by", models.CharField(max_length=64)),
            ],
            options={
                "db_table": "store_calendar_year",
                "indexes": [models.Index(fields=["year", "-id"], name="calendar_newest")],
            },
        ),
        migrations.CreateModel(
            name="Case",
            fields=[
                ("id", RowNumber(primary_key=True, serialize=False)),
                ("number", models.CharField(max_length=64, unique=True)),
                ("version", models.IntegerField()),
                ("submission_key", models.CharField(max_length=64, unique=True)),
                ("pack_code", models.CharField(max_length=64)),
                ("pack_version", models.CharField(max_length=64)),
                ("item_code", models.CharField(max_length=128)),
                ("life", models.CharField(max_length=16)),
                ("title", models.CharField(max_length=300)),
                ("applicant", models.CharField(max_length=64)),
                ("subject_code", models.CharField(max_length=32)),
                ("subject_name", models.CharField(max_length=200)),
                ("department", models.CharField(max_length=64)),
                ("division", models.CharField(max_length=12)),
                ("channel", models.CharField(max_length=16)),
                ("stage", models.CharField(max_length=32)),
                ("outcome", models.CharField(max_length=32)),
                ("light", models.CharField(max_length=16)),
                ("source_certificate", models.CharField(max_length=64)),
                ("parent_case", models.CharField(max_length=64)),
                ("submitted_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("archived_at", models.DateTimeField(null=True)),
                ("due_at", models.DateTimeField(null=True)),
                ("committed_due_at", models.DateTimeField(null=True)),
                ("statutory_due_at", models.DateTimeField(null=True)),
                ("chain_seq", models.IntegerField()),
                ("chain_sha256", models.CharField(max_length=64)),
                ("chain_sm3", models.CharField(max_length=64)),
                ("standing", models.TextField()),
                ("materials", models.TextField()),
                ("payload", models.TextField()),
            ],
            options={
                "db_table": "store_case",
                "indexes": [
                    models.Index(fields=["subject_code", "id"], name="case_by_subject"),
                    models.Index(fields=["department", "id"], name="case_by_department"),
                    models.Index(fields=["department", "stage", "id"], name="case_by_stage"),
                    models.Index(
                        condition=models.Q(("parent_case", ""), _negated=True),
                        fields=["parent_case"],
                        name="case_by_parent",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Document",
            fields=[
                ("number", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("code", models.CharField(max_length=64)),
                ("title", models.CharField(max_length=200)),
                ("reference", models.CharField(default="", max_length=100)),
                ("journal_seq", models.IntegerField()),
                ("media", models.CharField(max_length=100)),
                ("size", models.BigIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("sm3", models.CharField(default="", max_length=64)),
                ("object_key", models.CharField(db_index=True, max_length=200)),
                ("issued_at", models.DateTimeField()),
                ("issued_by", models.CharField(max_length=200)),
                ("is_public", models.BooleanField(default=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="store.case",
                    ),
                ),
            ],
            options={
                "db_table": "store_document",
            },
        ),
        migrations.CreateModel(
            name="Certificate",
            fields=[
                ("number", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("verify_code", models.CharField(max_length=64, unique=True)),
                ("kind", models.CharField(max_length=64)),
                ("title", models.CharField(max_length=200)),
                ("item_code", models.CharField(max_length=128)),
                ("subject_code", models.CharField(max_length=32)),
                ("subject_name", models.CharField(max_length=200)),
                ("department", models.CharField(max_length=64)),
                ("division", models.CharField(max_length=12)),
                ("issued_at", models.DateTimeField()),
                ("valid_from", models.DateField()),
                ("valid_until", models.DateField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("valid", "Valid"),
                            ("replaced", "Replaced"),
                            ("cancelled", "Cancelled"),
                            ("annulled", "Annulled"),
                            ("revoked", "Revoked"),
                        ],
                        default="valid",
                        max_length=16,
                    ),
                ),
                ("state_at", models.DateTimeField(null=True)),
                ("predecessor", models.CharField(default="", max_length=64)),
                ("successor", models.CharField(default="", max_length=64)),
                ("content", models.TextField(default="{}")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="certificates",
                        to="store.case",
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="store.document"
                    ),
                ),
            ],
            options={
                "db_table": "store_certificate",
            },
        ),
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("number", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("pack_code", models.CharField(max_length=64)),
                ("pack_version", models.CharField(max_length=64)),
                ("item_code", models.CharField(max_length=128)),
                ("life", models.CharField(max_length=16)),
                ("title", models.CharField(default="", max_length=300)),
                ("subject_code", models.CharField(default="", max_length=32)),
                ("subject_name", models.CharField(default="", max_length=200)),
                ("source_certificate", models.CharField(default="", max_length=64)),
                ("case_number", models.CharField(default="", max_length=64)),
                ("section", models.CharField(default="", max_length=64)),
                ("version", models.IntegerField(default=1)),
                ("answers", models.TextField(default="{}")),
                ("materials", models.TextField(default="{}")),
                ("prefill", models.TextField(default="{}")),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(db_index=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="drafts",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "store_draft",
            },
        ),
        migrations.CreateModel(
            name="Job",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=64)),
                ("payload", models.TextField()),
                ("unique_key", models.CharField(max_length=200, null=True, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("ready", "Ready"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("dead", "Dead"),
                        ],
                        max_length=16,
                    ),
                ),
                ("run_after", models.DateTimeField()),
                ("attempts", models.IntegerField()),
                ("lease_until", models.DateTimeField(null=True)),
                ("worker", models.CharField(max_length=100)),
                ("last_error", models.TextField()),
                ("created_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "store_job",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "ready")),
                        fields=["run_after", "id"],
                        name="job_ready",
                    ),
                    models.Index(
                        condition=models.Q(("state", "running")),
                        fields=["lease_until"],
                        name="job_running",
                    ),
                    models.Index(
                        condition=models.Q(("state", "done")),
                        fields=["finished_at"],
                        name="job_done",
                    ),
                    models.Index(
                        condition=models.Q(("state", "dead")), fields=["id"], name="job_dead"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="JournalEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("seq", models.IntegerField()),
                ("at", models.DateTimeField()),
                ("actor", models.CharField(max_length=64)),
                ("actor_name", models.CharField(max_length=200)),
                ("role", models.CharField(max_length=64)),
                ("act", models.CharField(max_length=64)),
                ("stage_from", models.CharField(max_length=32)),
                ("stage_to", models.CharField(max_length=32)),
                ("reason", models.TextField()),
                ("basis", models.TextField()),
                ("body", models.TextField()),
                ("sha256", models.CharField(max_length=64)),
                ("sm3", models.CharField(max_length=64)),
                ("is_public", models.BooleanField()),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="journal",
                        to="store.case",
                    ),
                ),
            ],
            options={
                "db_table": "store_journal",
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=64)),
                ("subject_code", models.CharField(max_length=32)),
                ("title", models.CharField(max_length=200)),
                ("text", models.TextField()),
                ("title_en", models.CharField(max_length=300)),
                ("text_en", models.TextField()),
                ("link", models.CharField(max_length=300)),
                ("created_at", models.DateTimeField()),
                ("read_at", models.DateTimeField(null=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notices",
                        to="store.case",
                    ),
                ),
            ],
            options={
                "db_table": "store_notice",
            },
        ),
        migrations.CreateModel(
            name="PackVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=64)),
                ("version", models.CharField(max_length=64)),
                ("digest", models.CharField(max_length=64)),
                ("texts", models.TextField()),
                ("published_at", models.DateTimeField()),
                ("published_by", models.CharField(max_length=64)),
            ],
            options={
                "db_table": "store_pack_version",
                "constraints": [
                    models.UniqueConstraint(fields=("code", "version"), name="pack_version_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Serial",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("series", models.CharField(max_length=64)),
                ("day", models.DateField()),
                ("next", models.BigIntegerField()),
            ],
            options={
                "db_table": "store_serial",
                "constraints": [
                    models.UniqueConstraint(fields=("series", "day"), name="serial_day")
                ],
            },
        ),
        migrations.CreateModel(
            name="Task",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=64)),
                ("state", models.CharField(max_length=64)),
                ("kind", models.CharField(max_length=16)),
                ("role", models.CharField(max_length=64)),
                ("department", models.CharField(max_length=64)),
                ("division", models.CharField(max_length=12)),
                ("holder", models.CharField(max_length=64)),
                ("waits_on", models.CharField(max_length=64)),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                ("light", models.CharField(max_length=16)),
                ("sort_at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tasks",
                        to="store.case",
                    ),
                ),
            ],
            options={
                "db_table": "store_task",
            },
        ),
        migrations.CreateModel(
            name="Token",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tokens",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "store_token",
            },
        ),
        migrations.CreateModel(
            name="Blob",
            fields=[
                ("number", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("sha256", models.CharField(max_length=64)),
                ("size", models.BigIntegerField()),
                ("media", models.CharField(max_length=100)),
                ("name", models.CharField(max_length=255)),
                ("owner", models.CharField(max_length=64)),
                ("draft", models.CharField(default="", max_length=32)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("received", "Received"),
                            ("clean", "Clean"),
                            ("refused", "Refused"),
                        ],
                        default="received",
                        max_length=16,
                    ),
                ),
                ("verdict", models.CharField(default="", max_length=200)),
                ("object_key", models.CharField(db_index=True, max_length=200)),
                ("created_at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="store.case",
                    ),
                ),
            ],
            options={
                "db_table": "store_blob",
                "indexes": [
                    models.Index(
                        condition=models.Q(("case__isnull", False)),
                        fields=["case"],
                        name="blob_case",
                    ),
                    models.Index(
                        condition=models.Q(("draft", ""), _negated=True),
                        fields=["draft"],
                        name="blob_draft",
                    ),
                    models.Index(
                        condition=models.Q(("case__isnull", True), ("draft", "")),
                        fields=["created_at"],
                        name="blob_loose",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Deadline",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("clock", models.CharField(max_length=64)),
                ("state", models.CharField(max_length=16)),
                ("due_at", models.DateTimeField(null=True)),
                ("next_event", models.CharField(max_length=64)),
                ("next_event_at", models.DateTimeField(null=True)),
                ("is_provisional", models.BooleanField()),
                ("calendar_version", models.CharField(max_length=64)),
                ("reading", models.TextField()),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deadlines",
                        to="store.case",
                    ),
                ),
            ],
            options={
                "db_table": "store_deadline",
                "indexes": [
                    models.Index(
                        condition=models.Q(("next_event_at__isnull", False)),
                        fields=["next_event_at", "id"],
                        name="deadline_next",
                    ),
                    models.Index(
                        condition=models.Q(("is_provisional", True)),
                        fields=["case"],
                        name="deadline_provisional",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("case", "clock"), name="deadline_clock")
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.UniqueConstraint(
                fields=("case", "code", "journal_seq"), name="document_once"
            ),
        ),
        migrations.AddIndex(
            model_name="certificate",
            index=models.Index(fields=["subject_code", "-issued_at"], name="certificate_mine"),
        ),
        migrations.AddIndex(
            model_name="draft",
            index=models.Index(fields=["account", "-updated_at"], name="draft_mine"),
        ),
        migrations.AddConstraint(
            model_name="journalentry",
            constraint=models.UniqueConstraint(fields=("case", "seq"), name="journal_seq"),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(fields=["subject_code", "id"], name="notice_mine"),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                condition=models.Q(("read_at", None)), fields=["subject_code"], name="notice_unread"
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("closed_at", None)),
                fields=["department", "role", "sort_at", "id", "light", "holder", "division"],
                name="task_desk",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("closed_at", None), models.Q(("holder", ""), _negated=True)),
                fields=["holder", "sort_at", "id", "light"],
                name="task_holder",
            ),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.UniqueConstraint(fields=("case", "key"), name="task_key"),
        ),
    ]
