# SPDX-License-Identifier: Apache-2.0
"""The databases themselves refuse to change history; each way is tried."""

import contextlib

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from huiban.kernel.proof import Leaf
from huiban.store import cases, checkpoints, documents, filings, guards, inquiries, ledger, packs
from huiban.store.models import Checkpoint, Document, Inquiry, JournalEntry, LedgerEntry
from tests.databases import using_database
from tests.store.samples import NOW, a_line, a_new_case, an_entry

TABLES = {
    "store_journal": "reason = 'x'",
    "store_document": "sha256 = 'x'",
    "store_pack_version": "texts = '{}'",
    "store_past_filing": "payload = '{}'",
    "store_inquiry": "outcome = 'x'",
    "store_ledger": "act = 'x'",
    "store_checkpoint": "size = 9",
    "store_tree_leaf": "seq = 9",
}


@pytest.fixture
def history(each_database: str) -> int:
    case = a_new_case()
    cases.open_case(case)
    documents.issue(a_document(case.id))
    filings.keep(case.id, filings.PastAnswers(1, "{}", "{}"))
    packs.publish(packs.PublishedPack("waste", "1", "d", {"pack.yaml": "a"}), NOW, "o1")
    inquiries.append([a_line()])
    ledger.append(LedgerEntry(chain="seal", key="S1", seq=1, at=NOW, act="made", body="{}"))
    head = Checkpoint(number=1, at=NOW, size=1, root_sha256="a", root_sm3="b", head="{}")
    checkpoints.append(head, [Leaf("seal", "S1", 1, "a", "b")], {})
    return case.id


def a_document(case_id: int) -> Document:
    return Document(
        number=f"doc{case_id}",
        case_id=case_id,
        code="acceptance",
        title="受理通知书",
        journal_seq=1,
        media="application/pdf",
        size=10,
        sha256="a" * 64,
        object_key="aa/bb",
        issued_at=NOW,
        issued_by="城市管理局",
    )


def attempt(sql: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("kind", ["update", "delete", "truncate"])
def test_history_refuses_every_way_to_change_it(history: int, table: str, kind: str) -> None:
    sql = {
        "update": f"UPDATE {table} SET {TABLES[table]}",
        "delete": f"DELETE FROM {table}",
        "truncate": f"TRUNCATE {table} CASCADE",
    }[kind]
    if kind == "truncate" and connection.vendor == "sqlite":
        pytest.skip("SQLite has no TRUNCATE")
    if connection.vendor == "postgresql":  # or TRUNCATE refuses for checks not made yet
        attempt("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(DatabaseError, match=r"huiban: .*never"):
        attempt(sql)


@pytest.mark.parametrize("table", TABLES)
def test_replacing_a_row_leaves_history_as_it_was(history: int, table: str) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite has REPLACE INTO")
    column, value = TABLES[table].split(" = ")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table}")
        before, names = cursor.fetchall(), [each[0] for each in cursor.description]
    forged = ", ".join(value if name == column else name for name in names)

    with contextlib.suppress(DatabaseError):  # refused, or skipped where writing twice is no fault
        attempt(f"REPLACE INTO {table} SELECT {forged} FROM {table}")

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table}")
        assert cursor.fetchall() == before


def test_a_document_may_be_hidden_but_not_swapped(history: int) -> None:
    Document.objects.update(is_public=False)

    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Document.objects.update(object_key="another")


def test_an_upsert_cannot_change_a_journal_entry(history: int) -> None:
    columns = "case_id, seq, at, actor, actor_name, role, act, stage_from, stage_to, reason, basis"
    copy = (
        f"INSERT INTO store_journal ({columns}, body, sha256, sm3, is_public) "
        f"SELECT {columns}, body, sha256, sm3, is_public FROM store_journal WHERE true "
        "ON CONFLICT (case_id, seq) DO UPDATE SET reason = 'x'"
    )

    with pytest.raises(DatabaseError, match="never changed"):
        attempt(copy)


def test_a_journal_entry_needs_the_one_before_it(history: int) -> None:
    with pytest.raises(DatabaseError, match="no gaps"), transaction.atomic():
        cases.open_case(a_new_case(journal=(an_entry(1), an_entry(3))))


def test_a_line_of_the_request_log_needs_the_one_before_it(history: int) -> None:
    columns = [
        one.column for one in Inquiry._meta.concrete_fields if one.column not in ("id", "seq")
    ]
    names = ", ".join(columns)

    with pytest.raises(DatabaseError, match="no gaps"):
        attempt(f"INSERT INTO store_inquiry (seq, {names}) SELECT 3, {names} FROM store_inquiry")


def test_a_journal_entry_exists_once(history: int) -> None:
    entry = JournalEntry.objects.get(case_id=history)
    entry.pk = None

    with pytest.raises(DatabaseError, match=r"(?i)unique"), transaction.atomic():
        entry.save(force_insert=True)


def test_a_migrated_database_has_every_guard(each_database: str) -> None:
    assert guards.missing(connection) == []


def test_a_dropped_guard_is_noticed(each_database: str) -> None:
    where = " ON store_journal" if connection.vendor == "postgresql" else ""
    attempt(f"DROP TRIGGER hb_journal_no_delete{where}")

    assert guards.missing(connection) == ["hb_journal_no_delete"]


def test_migrating_back_and_forth_keeps_history_guarded(each_fresh_database: str) -> None:
    call_command("migrate", "store", "zero", verbosity=0)
    call_command("migrate", verbosity=0)

    assert guards.missing(connection) == []
    cases.open_case(a_new_case())
    with pytest.raises(DatabaseError, match="never deleted"):
        attempt("DELETE FROM store_journal")


def test_the_migrations_are_in_step_with_the_models(each_database: str) -> None:
    call_command("makemigrations", "store", check=True, dry_run=True, verbosity=0, skip_checks=True)


def test_a_database_is_switched_and_switched_back(each_fresh_database: str, tmp_path) -> None:  # type: ignore[no-untyped-def]
    here = connection.settings_dict["NAME"]

    with using_database(f"sqlite:///{tmp_path / 'other.sqlite3'}"):
        assert connection.vendor == "sqlite"

    assert connection.settings_dict["NAME"] == here
