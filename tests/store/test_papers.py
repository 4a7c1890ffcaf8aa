# SPDX-License-Identifier: Apache-2.0
"""Documents, certificates and notices are issued once and found by whoever may see them."""

from datetime import date, timedelta

import pytest

from huiban.store import cases, certificates, documents, notices
from huiban.store.models import Certificate, Document
from huiban.store.rows import NewCase
from tests.store.samples import NOW, a_new_case, a_notice

pytestmark = pytest.mark.usefixtures("each_database")


@pytest.fixture
def case(each_database: str) -> NewCase:
    made = a_new_case(notices=(a_notice(subject_code="P1"), a_notice(subject_code="P1")))
    cases.open_case(made)
    return made


def a_document(case: NewCase, number: str = "d1", **attributes: object) -> Document:
    known: dict[str, object] = {
        "code": "acceptance", "title": "受理通知书", "journal_seq": 1, "media": "application/pdf",
        "size": 10, "sha256": "a" * 64, "object_key": f"aa/{number}", "issued_at": NOW,
        "issued_by": "城市管理局",
    }  # fmt: skip
    return Document(number=number, case_id=case.id, **(known | attributes))


def a_certificate(case: NewCase, number: str = "C1", **attributes: object) -> Certificate:
    known: dict[str, object] = {
        "verify_code": f"v{number}", "kind": "disposal_permit", "title": "处置核准证",
        "item_code": "construction_waste.new", "subject_code": "P1", "subject_name": "海风建设",
        "department": "urban_management", "division": "370202", "issued_at": NOW,
        "valid_from": date(2026, 7, 28), "valid_until": date(2027, 7, 27),
    }  # fmt: skip
    return Certificate(number=number, case_id=case.id, **(known | attributes))


def test_a_document_is_issued_once_for_its_cause(case: NewCase) -> None:
    first = documents.issue(a_document(case, "d1"))
    again = documents.issue(a_document(case, "d2"))

    assert (first.number, again.number) == ("d1", "d1")
    assert [one.number for one in documents.of_case(case.id)] == ["d1"]
    assert documents.load("d1").case.number == case.number


def test_an_applicant_sees_public_documents_only(case: NewCase) -> None:
    documents.issue(a_document(case, "d1"))
    documents.issue(a_document(case, "d2", code="opinion", is_public=False))

    assert len(documents.of_case(case.id)) == 2
    assert [one.number for one in documents.of_case(case.id, only_public=True)] == ["d1"]


def test_an_unknown_document_says_so() -> None:
    with pytest.raises(documents.DocumentNotFound, match="没有找到这份文书"):
        documents.load("d9")


def test_a_certificate_is_found_by_number_code_and_holder(case: NewCase) -> None:
    certificates.issue(a_certificate(case))

    assert certificates.load("C1").verify_code == "vC1"
    assert certificates.of_code("vC1").number == "C1"
    assert [one.number for one in certificates.of_subject("P1")] == ["C1"]
    assert [one.number for one in certificates.of_case(case.id)] == ["C1"]


def test_a_certificate_replaces_the_one_before_it_and_repeating_that_is_harmless(
    case: NewCase,
) -> None:
    certificates.issue(a_certificate(case))
    later = NOW + timedelta(days=300)
    for _ in range(2):
        certificates.issue(a_certificate(case, "C2", predecessor="C1", issued_at=later))

    old, new = certificates.load("C1"), certificates.load("C2")
    assert (old.state, old.successor, old.state_at) == ("replaced", "C2", later)
    assert (new.state, new.predecessor) == ("valid", "C1")
    assert [one.number for one in certificates.of_subject("P1")] == ["C2", "C1"]


def test_a_certificate_ends_once(case: NewCase) -> None:
    certificates.issue(a_certificate(case))

    assert certificates.end("C1", Certificate.State.CANCELLED, NOW)
    assert not certificates.end("C1", Certificate.State.REVOKED, NOW)
    assert certificates.load("C1").state == "cancelled"


def test_a_certificate_names_its_document(case: NewCase) -> None:
    certificates.issue(a_certificate(case))
    documents.issue(a_document(case))

    certificates.set_document("C1", "d1")

    assert certificates.load("C1").document_id == "d1"


@pytest.mark.parametrize("find", [certificates.load, certificates.of_code])
def test_an_unknown_certificate_says_so(find: object) -> None:
    with pytest.raises(certificates.CertificateNotFound, match="没有查到这张证照"):
        find("C9")  # type: ignore[operator]


def test_messages_are_unread_until_opened(case: NewCase) -> None:
    assert notices.unread_count("P1") == 2
    assert notices.mark_read("P1", NOW, case.id) == 2
    assert notices.mark_read("P1", NOW) == 0
    assert [one.read_at for one in notices.of_subject("P1")] == [NOW, NOW]
    assert len(notices.of_case(case.id, "P1")) == 2
    assert notices.of_case(case.id, "P2") == []
