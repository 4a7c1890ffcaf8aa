# SPDX-License-Identifier: Apache-2.0
"""What writing a case reads does not grow with what the tables hold."""

import pytest
from django.db import connection, transaction

from huiban.store import blobs, cases, lists, search
from huiban.store.lists import CaseNarrow, DeskScope
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


def rows_read(*tables: str) -> int:
    """Rows of tables that this transaction read so far (PostgreSQL counts them)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) "
            "FROM pg_stat_xact_user_tables WHERE relname = ANY(%s)",
            [list(tables)],
        )
        return sum(row[0] for row in cursor.fetchall())


def files_read() -> int:
    return rows_read("store_blob")


def cases_read() -> int:
    return rows_read("store_case", "store_case_search")


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


@pytest.mark.parametrize(("word", "most"), [("海尔路", 60), ("浮山湾", 300), ("没有它", 300)])
def test_searching_reads_few_cases_however_many_match(
    word: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("the index of the other database gives the newest first")
    monkeypatch.setattr(search, "_WALK", 100)
    scope = DeskScope("o1", (), "urban_management", "370202")
    cases.open_case(a_new_case(title="浮山湾"))
    for _ in range(LOOSE):
        cases.open_case(a_new_case(title="海尔路"))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ANALYZE store_case, store_case_search")
        cursor.execute("SET LOCAL enable_seqscan = off")  # few rows are cheapest read whole
        before = cases_read()
        page = lists.department_list(scope, CaseNarrow(text=word), limit=20)
        read = cases_read() - before

    assert len(page.rows) == {"海尔路": 20, "浮山湾": 1}.get(word, 0)
    assert 0 < read < most


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
