# SPDX-License-Identifier: Apache-2.0
"""Drafts and files are kept for their owner, and forgotten when nothing needs them."""

from datetime import timedelta

import pytest

from huiban.store import blobs, cases, drafts
from huiban.store.models import Account, Blob, Draft
from tests.store.samples import NOW, a_new_case

pytestmark = pytest.mark.usefixtures("each_database")
LATER = NOW + timedelta(days=40)


@pytest.fixture
def owner(each_database: str) -> Account:
    return Account.objects.make("p1", None, name="张三", kind="person")


@pytest.fixture
def draft(owner: Account) -> Draft:
    made = a_draft(owner, "d1")
    drafts.start(made)
    return made


def a_draft(owner: Account, number: str, days: int = 30) -> Draft:
    return Draft(
        number=number,
        account=owner,
        pack_code="construction_waste",
        item_code="construction_waste.new",
        created_at=NOW,
        updated_at=NOW,
        expires_at=NOW + timedelta(days=days),
    )


def a_file(number: str, **attributes: object) -> Blob:
    made = Blob(
        number=number,
        sha256="a" * 64,
        size=1,
        media="application/pdf",
        name="a.pdf",
        owner="p1",
        object_key=f"aa/{number}",
        created_at=NOW,
        **attributes,
    )
    blobs.add(made)
    return made


def test_a_draft_is_saved_and_found_again(draft: Draft) -> None:
    draft.answers = '{"project": "海尔路"}'
    drafts.save(draft)

    found = drafts.load("d1", "p1", NOW)

    assert (found.answers, found.version) == ('{"project": "海尔路"}', 2)


def test_a_draft_saved_elsewhere_is_not_overwritten(draft: Draft) -> None:
    other = drafts.load("d1", "p1", NOW)
    other.answers = '{"a": 1}'
    drafts.save(other)
    draft.answers = '{"a": 2}'

    with pytest.raises(drafts.DraftChanged, match="别的窗口"):
        drafts.save(draft)

    assert drafts.load("d1", "p1", NOW).answers == '{"a": 1}'


@pytest.mark.parametrize(("number", "owner_number"), [("d1", "p2"), ("d2", "p1")])
def test_a_strangers_draft_looks_like_none(draft: Draft, number: str, owner_number: str) -> None:
    with pytest.raises(drafts.DraftNotFound):
        drafts.load(number, owner_number, NOW)


def test_an_expired_draft_says_so_and_is_swept(draft: Draft) -> None:
    with pytest.raises(drafts.DraftExpired, match="超过保存期限"):
        drafts.load("d1", "p1", LATER)

    assert drafts.mine("p1", LATER) == []
    assert drafts.sweep(LATER) == 1
    assert drafts.sweep(LATER) == 0


def test_drafts_are_listed_last_saved_first_and_discarded(owner: Account, draft: Draft) -> None:
    newer = a_draft(owner, "d2")
    newer.updated_at = NOW + timedelta(hours=1)
    drafts.start(newer)

    assert [one.number for one in drafts.mine("p1", NOW)] == ["d2", "d1"]
    drafts.discard("d1", "p2")
    drafts.discard("d2", "p1")
    assert [one.number for one in drafts.mine("p1", NOW)] == ["d1"]


def test_files_of_a_draft_go_to_its_case(draft: Draft) -> None:
    a_file("b1", draft="d1")
    a_file("b2", draft="d9")
    new = a_new_case(draft="d1")

    assert [blob.number for blob in blobs.of_draft("d1")] == ["b1"]
    cases.open_case(new)

    assert [blob.number for blob in blobs.of_case(new.id)] == ["b1"]
    assert blobs.of_draft("d1") == []


def test_only_an_owners_free_files_are_attached_or_removed() -> None:
    new = a_new_case()
    cases.open_case(new)
    a_file("b1")
    a_file("b2")

    assert blobs.attach(["b1", "b2"], "p2", new.id) == 0
    assert blobs.attach(["b1"], "p1", new.id) == 1
    assert not blobs.remove("b1", "p1")
    assert not blobs.remove("b2", "p2")
    assert blobs.remove("b2", "p1")


def test_a_judged_file_keeps_its_verdict() -> None:
    a_file("b1")

    blobs.judge("b1", Blob.State.REFUSED, "含有宏")

    assert (blobs.load("b1").state, blobs.load("b1").verdict) == ("refused", "含有宏")


def test_an_unknown_file_says_so() -> None:
    with pytest.raises(blobs.FileNotFound, match="重新上传"):
        blobs.load("b1")


def test_files_of_nothing_are_forgotten_after_a_while(draft: Draft) -> None:
    new = a_new_case()
    cases.open_case(new)
    a_file("kept_by_case", case_id=new.id)
    a_file("kept_by_draft", draft="d1")
    a_file("of_a_gone_draft", draft="gone")
    a_file("loose")

    assert blobs.sweep(NOW) == 0
    assert blobs.sweep(LATER) == 2

    left = set(Blob.objects.values_list("number", flat=True))
    assert left == {"kept_by_case", "kept_by_draft"}


def test_objects_without_a_record_are_known() -> None:
    a_file("b1")

    assert blobs.unknown_objects(["aa/b1", "aa/b2"]) == {"aa/b2"}
