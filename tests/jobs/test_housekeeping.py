# SPDX-License-Identifier: Apache-2.0
"""Housekeeping removes what nothing refers to, and nothing else."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session

from huiban.connectors.objects import FolderObjects
from huiban.jobs import housekeeping
from huiban.store import blobs, cases, documents, jobs
from huiban.store.models import Blob, Document, Job
from huiban.store.rows import JobRow
from tests.store.samples import NOW, a_new_case

pytestmark = pytest.mark.usefixtures("each_database")
TOMORROW = datetime.now(UTC) + timedelta(days=2)


def test_only_bytes_without_a_record_are_removed(tmp_path: Path) -> None:
    objects = FolderObjects(tmp_path)
    file, paper, lost = (objects.put([name], 100) for name in (b"file", b"paper", b"lost"))
    case = a_new_case()
    cases.open_case(case)
    blobs.add(Blob(number="b1", size=4, object_key=file.key, created_at=NOW))
    documents.issue(
        Document(
            number="d1", case_id=case.id, journal_seq=1, size=5, object_key=paper.key, issued_at=NOW
        )
    )

    removed = housekeeping.clear_orphans(objects, TOMORROW)

    assert removed == 1
    assert set(objects.kept_before(TOMORROW)) == {file.key, paper.key}
    assert lost.key not in {file.key, paper.key}


def test_fresh_bytes_wait_for_their_record(tmp_path: Path) -> None:
    objects = FolderObjects(tmp_path)
    objects.put([b"uploading"], 100)

    assert housekeeping.clear_orphans(objects, datetime.now(UTC)) == 0


def test_sessions_that_ended_are_forgotten() -> None:
    for key, days in (("old", -1), ("live", 1)):
        Session.objects.create(session_key=key, expire_date=NOW + timedelta(days=days))

    assert housekeeping.clear_sessions(NOW) == 1
    assert Session.objects.get().session_key == "live"


def test_jobs_done_long_ago_are_forgotten() -> None:
    jobs.enqueue([JobRow("act"), JobRow("act")], NOW)
    holder = jobs.Holder("w", NOW + timedelta(minutes=1), 5)
    first, _ = jobs.claim(holder, NOW, 2)
    jobs.finish(first.id, "w", NOW)

    assert housekeeping.clear_jobs(NOW + timedelta(days=29)) == 0
    assert housekeeping.clear_jobs(NOW + timedelta(days=31)) == 1
    assert Job.objects.count() == 1
