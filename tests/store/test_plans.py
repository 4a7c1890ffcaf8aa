# SPDX-License-Identifier: Apache-2.0
"""What writing a case reads does not grow with what the tables hold."""

import pytest
from django.db import connection, transaction

from huiban.store import blobs, cases
from huiban.store.models import Blob
from huiban.store.rows import WantedFile
from tests.store.samples import NOW, a_new_case

pytestmark = pytest.mark.usefixtures("each_database")
LOOSE = 1000
WANTED = (WantedFile("f00001", ("image/*", "application/pdf")), WantedFile("f00002"))


def loose_files(count: int = LOOSE, first: int = 0) -> None:
    Blob.objects.bulk_create(
        Blob(
            number=f"f{serial:05}", sha256="0" * 64, size=9, media="application/pdf", name="a.pdf",
            owner="r1", state=Blob.State.CLEAN, object_key="k", created_at=NOW,
        )
        for serial in range(first, first + count)
    )  # fmt: skip


def files_read() -> int:
    """Rows of files that this transaction read so far (PostgreSQL counts them)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) "
            "FROM pg_stat_xact_user_tables WHERE relname = 'store_blob'"
        )
        return sum(row[0] for row in cursor.fetchall())


def steps_of_open(files: tuple[WantedFile, ...] = ()) -> int:
    """Hundreds of machine steps that opening a case took SQLite."""
    count = 0

    def tick() -> int:
        nonlocal count
        count += 1
        return 0

    case = a_new_case(applicant="r1", draft="d1", files=files)
    connection.connection.set_progress_handler(tick, 100)
    try:
        cases.open_case(case)
    finally:
        connection.connection.set_progress_handler(None, 0)
    return count


def test_opening_a_case_takes_as_many_steps_beside_many_files() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("the other database counts the rows it read")
    loose_files(1)
    steps_of_open()
    few = steps_of_open(files=(WantedFile("f00000"),))
    loose_files(LOOSE, first=1)
    many = steps_of_open(files=(WantedFile("f00001", ("image/*", "application/pdf")),))

    assert few > 0
    assert many < few * 1.2


def test_opening_a_case_reads_its_own_files_alone() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("the other database counts machine steps")
    loose_files()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # few rows are cheapest read whole
        before = files_read()
        names = {one.number for one in WANTED}
        assert set(blobs.loose(names, "r1")) == names
        cases.open_case(a_new_case(applicant="r1", files=WANTED))
        read = files_read() - before

    assert 0 < read < LOOSE / 10
