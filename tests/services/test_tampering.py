# SPDX-License-Identifier: Apache-2.0
"""Whoever owns the database can change any row; every way to do so is found and named."""

from collections.abc import Callable

import pytest
from django.db import connection

from huiban.kernel.verification import Verdict
from huiban.services import checkpoints, evidence, proofs, tree_check
from huiban.services.evidence import Verdict as Found
from huiban.store import cases, journal
from huiban.store.models import Account, Certificate, Checkpoint, TreeLeaf
from tests.services import test_certificate_grants as loans
from tests.services.log_sample import LATER, NOW, a_ledger, a_log, break_in, rewrite
from tests.services.test_permit_life import _granted as a_granted_case

pytestmark = pytest.mark.usefixtures("each_database")


def said() -> str:
    """All that `huiban verify` finds about the cases."""
    found: list[str] = []
    for one in evidence.verify_all():
        found += (f"{row.kind}: {row.message}" for row in one.breaks)
        found += (*one.rewritten, *one.altered)
    return "\n".join(found)


def record_of(number: str) -> str:
    """What anybody reads on the page of a case's proof; it must say that it failed."""
    found = proofs.prove("case", number, LATER)
    assert found.verdict is Verdict.FAILED
    failed = [one for one in found.checks if one.verdict is Verdict.FAILED]
    assert failed[0].code == "record"
    return failed[0].detail.en


def tree_faults() -> str:
    return "\n".join(tree_check.verify_tree().faults)


def test_a_log_that_was_left_alone_is_sound() -> None:
    number = a_log()

    assert all(one.is_sound for one in evidence.verify_all())
    assert evidence.verify_ledgers().is_sound
    assert evidence.verify_log().is_sound
    assert tree_faults() == ""
    assert proofs.prove("case", number, LATER).verdict is not Verdict.FAILED


def test_an_entry_changed_is_named() -> None:
    number = a_log()
    break_in("UPDATE store_journal SET reason = 'x' WHERE seq = 1")

    assert "changed: row 1" in said()
    assert "entry 1: its content or digest was changed" in record_of(number)


def test_an_entry_changed_with_every_digest_after_it_is_found_by_its_leaf() -> None:
    number = a_log()
    rewrite(number, 1, reason="forged")

    [found] = evidence.verify_all()

    assert found.breaks == ()
    assert "was changed and rewritten" in said()
    assert "checkpoint 1 (leaf 0) holds entry" in record_of(number)


def test_the_newest_entry_changed_with_its_digests_is_found_by_its_leaf() -> None:
    number = a_log()
    rewrite(number, cases.load(number).chain_seq, reason="forged")

    assert "was changed and rewritten" in said()
    assert "with other digests" in record_of(number)


def test_an_entry_removed_from_the_middle_is_named() -> None:
    number = a_log()
    break_in("DELETE FROM store_journal WHERE seq = 1")

    assert "removed: row 2: rows before it were removed" in said()
    assert "rows were removed" in record_of(number)


def test_the_tail_cut_off_with_the_head_set_back_is_found_by_its_leaf() -> None:
    number = a_log()
    case = cases.load(number)
    left = journal.of_case(case.id)[-2]
    break_in(
        f"DELETE FROM store_journal WHERE seq = {case.chain_seq}",
        f"UPDATE store_case SET chain_seq = {left.seq}, chain_sha256 = '{left.sha256}', "
        f"chain_sm3 = '{left.sm3}'",
    )

    [found] = evidence.verify_all()

    assert found.breaks == ()
    assert f"holds entry {case.chain_seq}, which is not there: it was removed" in said()
    assert "it was removed" in record_of(number)


def test_an_entry_inserted_is_named() -> None:
    number = a_log()
    columns = "case_id, at, actor, actor_name, role, act, stage_from, stage_to, reason, basis, body"
    break_in(
        f"INSERT INTO store_journal ({columns}, seq, sha256, sm3, is_public) SELECT {columns}, "
        "99, sha256, sm3, is_public FROM store_journal WHERE seq = 1",
        "UPDATE store_journal SET seq = seq + 1000 WHERE seq >= 2",
        "UPDATE store_journal SET seq = 2 WHERE seq = 1099",
        "UPDATE store_journal SET seq = seq - 999 WHERE seq > 1000",
    )

    assert "changed: row 2" in said() or "inserted" in said()
    record_of(number)


def test_entries_in_another_order_are_named() -> None:
    number = a_log()
    break_in(
        "UPDATE store_journal SET seq = 100 WHERE seq = 1",
        "UPDATE store_journal SET seq = 1 WHERE seq = 2",
        "UPDATE store_journal SET seq = 2 WHERE seq = 100",
    )

    assert "row 1: the content or its digest was changed" in said()
    record_of(number)


def test_a_whole_case_removed_is_named_from_the_log() -> None:
    number = a_log()
    is_sqlite = connection.vendor == "sqlite"
    break_in(
        "PRAGMA defer_foreign_keys = ON" if is_sqlite else "SET session_replication_role = replica",
        "DELETE FROM store_journal",
        "DELETE FROM store_case",
    )

    assert f"{number}" in {one.number for one in evidence.verify_all()}
    assert "case removed" in said()
    assert "the whole record of this case is gone" in record_of(number)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("UPDATE store_ledger SET act = 'destroyed' WHERE seq = 1", "changed"),
        ("DELETE FROM store_ledger WHERE seq = 1", "removed"),
        ("DELETE FROM store_ledger WHERE seq = 2", "holds entry 2, which is not there"),
        ("DELETE FROM store_ledger", "holds entry 2, which is not there"),
    ],
)
def test_a_ledger_changed_is_named(change: str, named: str) -> None:
    a_log()
    break_in(change)

    assert named in "\n".join(evidence.verify_ledgers().faults)
    assert proofs.prove("seal", "S1", LATER).verdict is Verdict.FAILED


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM store_inquiry WHERE seq = 2",
        "DELETE FROM store_inquiry WHERE subject LIKE '2%'",
        "UPDATE store_inquiry SET sha256 = sha256 || '' , fields = 'x' WHERE seq = 1",
    ],
)
def test_the_request_log_changed_is_named(change: str) -> None:
    a_log()
    break_in(change.replace("%", "%%"))

    found = evidence.verify_log()

    assert not found.is_sound
    assert found.rewritten or found.broken


def _last_removed() -> None:
    size = Checkpoint.objects.get(number=1).size
    break_in("DELETE FROM store_checkpoint WHERE number = 2")
    assert TreeLeaf.objects.filter(place__gte=size).exists()


@pytest.mark.parametrize(
    ("attack", "named"),
    [
        ("UPDATE store_tree_leaf SET seq = 77 WHERE place = 1", "leaf 1: it is not what its"),
        ("UPDATE store_tree_leaf SET sm3 = sha256 WHERE place = 0", "leaf 0: it is not what its"),
        ("DELETE FROM store_tree_leaf WHERE place = 1", "leaf 1: it was removed"),
        ("DELETE FROM store_tree_leaf WHERE place = 4", "leaf 4: it was removed"),
        ("UPDATE store_tree_leaf SET checkpoint = 2 WHERE place = 0", "it says checkpoint 2"),
        ("UPDATE store_checkpoint SET root_sm3 = root_sha256 WHERE number = 1", "its columns"),
        ("UPDATE store_checkpoint SET size = 3 WHERE number = 1", "its columns"),
        ("UPDATE store_checkpoint SET head = replace(head, '\"size\":4', '\"size\":3') "
         "WHERE number = 1", "the checkpoint before it was changed"),
        ("UPDATE store_checkpoint SET head = replace(head, ':', ': ') WHERE number = 1",
         "canonical JSON"),
        ("UPDATE store_checkpoint SET head = 'x' WHERE number = 1", "head must be JSON"),
        ("UPDATE store_checkpoint SET token = 'AAAA' WHERE number = 1",
         "the checkpoint before it was changed"),
        ("DELETE FROM store_checkpoint WHERE number = 1", "checkpoints before it were removed"),
        (_last_removed, "1 leaves lie beyond the newest checkpoint"),
        ("UPDATE store_tree_tile SET nodes = '' WHERE hash_name = 'sm3'", "sm3 tile 0/0"),
    ],
)  # fmt: skip
def test_the_tree_itself_changed_is_named(attack: str | Callable[[], None], named: str) -> None:
    a_log()
    a_ledger("S2")
    checkpoints.sweep(LATER)
    assert tree_faults() == ""

    if callable(attack):
        attack()
    else:
        break_in(attack)

    assert named in tree_faults()


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE store_tree_leaf SET seq = 77 WHERE chain = 'case'",
        "UPDATE store_tree_leaf SET place = 99 WHERE chain = 'case'",
        "UPDATE store_tree_leaf SET sm3 = sha256 WHERE chain = 'case'",
        "UPDATE store_checkpoint SET head = replace(head, '\"size\":4', '\"size\":3')",
        'UPDATE store_checkpoint SET head = replace(head, \'"sm3":"\', \'"sm3":"00\')',
        "UPDATE store_tree_tile SET nodes = ''",
        "DELETE FROM store_checkpoint",
    ],
)
def test_the_proof_of_a_case_fails_with_the_tree_it_rests_on(attack: str) -> None:
    number = a_log()
    break_in(attack)

    assert proofs.prove("case", number, LATER).verdict is Verdict.FAILED


def test_a_verdict_says_what_it_looked_at() -> None:
    number = a_log()

    [found] = evidence.verify_all()

    assert found == Found(number, cases.load(number).chain_seq, (), replays=True)
    assert tree_check.verify_tree().leaves == 4


@pytest.mark.parametrize(
    ("attack", "named"),
    [
        ("UPDATE store_certificate SET subject_name = '青岛别家公司'", "holder_sha256"),
        ("UPDATE store_certificate SET valid_until = '2099-01-01'", "valid_until"),
        ("UPDATE store_certificate SET state = 'cancelled'", "state"),
        ("UPDATE store_certificate SET content = '{}'", "content_sha256"),
    ],
)
def test_a_certificate_that_is_not_what_its_ledger_says_is_named(attack: str, named: str) -> None:
    number = a_granted_case()
    checkpoints.sweep(NOW)
    assert said() == ""

    break_in(attack)

    assert named in said()
    assert f"certificate {Certificate.objects.get().number}" in said()
    assert not evidence.verify_case(number).is_sound


def test_a_certificate_removed_is_named_from_its_ledger_and_from_the_log() -> None:
    a_granted_case()
    checkpoints.sweep(NOW)
    held = Certificate.objects.get().number
    is_sqlite = connection.vendor == "sqlite"
    break_in(
        "PRAGMA defer_foreign_keys = ON" if is_sqlite else "SET session_replication_role = replica",
        "DELETE FROM store_certificate",
    )

    assert f"certificate {held}: it has a ledger, and is not there" in "\n".join(
        evidence.verify_ledgers().faults
    )
    break_in("DELETE FROM store_ledger WHERE chain = 'certificate'")
    assert f"certificate {held}: checkpoint 1" in "\n".join(evidence.verify_ledgers().faults)


FORGED_DOCUMENT = """
    INSERT INTO store_document (number, case_id, code, title, reference, journal_seq, media, size,
        sha256, sm3, object_key, issued_at, issued_by, is_public, signatures)
    SELECT 'forged', case_id, 'other', title, reference, 99, media, size, 'ff', sm3, object_key,
        issued_at, issued_by, is_public, signatures FROM store_document LIMIT 1
"""


@pytest.mark.parametrize(
    ("attack", "named"),
    [
        ("UPDATE store_document SET title = '许可证'", "title"),
        ("UPDATE store_document SET reference = '假〔2026〕1号'", "reference"),
        ('UPDATE store_document SET signatures = \'[{"name": "市长"}]\'', "signatures"),
        ("UPDATE store_document SET issued_by = '别人'", "issued_by"),
        ("UPDATE store_document SET issued_at = '2020-01-01 00:00:00+00:00'", "issued_at"),
        (FORGED_DOCUMENT, "document other: never issued"),
        ("UPDATE store_case SET subject_name = '别人'", "party"),
        ("UPDATE store_case SET subject_code = '370203198607157890'", "party"),
        ("UPDATE store_case SET item_code = item_code, life = 'renew'", "party"),
    ],
)
def test_what_lies_beside_the_journal_is_held_to_it(attack: str, named: str) -> None:
    number = a_granted_case()
    checkpoints.sweep(NOW)
    assert said() == ""

    break_in(attack)

    assert named in said()
    assert named in record_of(number)


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE store_journal SET body = 'x' WHERE seq = 1",
        "UPDATE store_journal SET body = '{}' WHERE act = 'document_issued'",
        "UPDATE store_case SET standing = 'x'",
        "UPDATE store_case SET pack_version = '99'",
        "UPDATE store_document SET signatures = 'x'",
    ],
)
def test_one_garbled_row_does_not_keep_the_rest_from_being_checked(attack: str) -> None:
    number = a_granted_case()
    other = loans.sample.case(Account.objects.get(number="wangmin"), NOW)
    case = cases.load(number)
    column = "id" if "store_case" in attack else "case_id"
    break_in(f"{attack}{' AND' if 'WHERE' in attack else ' WHERE'} {column} = {case.id}")

    found = {one.number: one for one in evidence.verify_all()}

    assert "unreadable" in found[number].altered[0]
    assert found[other].is_sound


def test_garbled_signatures_of_a_checkpoint_are_a_fault_and_no_crash() -> None:
    number = a_log()
    break_in("UPDATE store_checkpoint SET signatures = 'x'")

    assert "Signature (SM2)" in tree_faults()
    assert proofs.prove("case", number, LATER).verdict is Verdict.FAILED


@pytest.mark.parametrize(
    ("attack", "named"),
    [
        ("UPDATE store_certificate_grant SET uses = 0", "uses"),
        ("UPDATE store_certificate_grant SET grantee_code = holder_code", "grantee"),
        ("UPDATE store_certificate_grant SET uses_most = 99", "uses_most"),
        ("UPDATE store_certificate_grant SET state = 'revoked'", "revoked"),
        ("DELETE FROM store_certificate_grant", "was removed"),
    ],
)
def test_a_loan_that_is_not_what_the_ledger_says_is_named(attack: str, named: str) -> None:
    city = loans.sample.people()
    held = loans.granted(city)
    loans.use(city, loans.lend(city, held, uses_most=3).code)
    assert evidence.verify_ledgers().is_sound

    break_in(attack)

    assert named in "\n".join(evidence.verify_ledgers().faults)
    assert proofs.prove("certificate", held.number, LATER).verdict is Verdict.FAILED
