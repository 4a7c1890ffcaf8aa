# SPDX-License-Identifier: Apache-2.0
"""Answers of registers, quotas, disputes and deliveries, on both databases."""

import threading
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huiban.store import disputes, drafts, fetched, pushed, quotas
from huiban.store.disputes import DisputeNarrow
from huiban.store.models import Account, Dispute, Draft, Fetched, Pushed
from huiban.store.pushed import Batch, OlderBatch
from tests.store.samples import NOW, a_fetched_row

DAY = date(2026, 7, 28)
FOUND = {"state": "found", "records": ({"name": "青岛海风", "status": "存续"},), "as_of": DAY}


def test_an_answer_comes_back_as_it_was_put(each_database: str) -> None:
    row = a_fetched_row(**FOUND, row="managers.2", fetched_at=NOW)
    fetched.put([row])

    assert fetched.of_matter("d1") == [row]


def test_a_question_put_again_takes_the_place_of_the_first(each_database: str) -> None:
    fetched.put([a_fetched_row(**FOUND)])
    again = a_fetched_row(asked_at=NOW + timedelta(minutes=11))
    fetched.put([again])

    assert fetched.of_matter("d1") == [again]


def test_answers_are_written_in_one_statement_and_only_where_they_are_awaited(
    each_database: str,
) -> None:
    waiting, other = a_fetched_row(), a_fetched_row(resource="planning_permit")
    done = a_fetched_row(resource="social_insurance", state="absent", fetched_at=NOW)
    fetched.put([waiting, other, done])
    late = [
        a_fetched_row(request=one.request, resource=one.resource, **FOUND, fetched_at=NOW)
        for one in (waiting, done)
    ]

    with CaptureQueriesContext(connection) as seen:
        fetched.answer(late)

    assert len(seen) == 1
    assert fetched.of_matter("d1") == [late[0], other, done]


def test_what_was_fetched_goes_on_with_the_case(each_database: str) -> None:
    older = a_fetched_row(matter="QD-1", state="absent", fetched_at=NOW)
    kept = a_fetched_row(matter="QD-1", resource="planning_permit")
    newer = a_fetched_row(**FOUND, fetched_at=NOW)
    fetched.put([older, kept, newer])

    fetched.move("d1", "QD-1")

    assert fetched.of_matter("d1") == []
    assert {one.request for one in fetched.of_matter("QD-1")} == {kept.request, newer.request}


def test_a_draft_given_up_takes_its_answers_along(each_database: str) -> None:
    account = Account.objects.make("p1", None, name="张三", kind="person")
    for number, days in (("d1", 90), ("d2", -1), ("d3", 90)):
        Draft.objects.create(
            number=number, account=account, pack_code="w", pack_version="1", item_code="w.new",
            life="new", created_at=NOW, updated_at=NOW, expires_at=NOW + timedelta(days=days),
        )  # fmt: skip
        fetched.put([a_fetched_row(matter=number)])

    drafts.discard("d1", "p1")
    drafts.sweep(NOW)

    assert list(Fetched.objects.values_list("matter", flat=True)) == ["d3"]


def test_somebody_else_cannot_make_a_draft_lose_its_answers(each_database: str) -> None:
    fetched.put([a_fetched_row()])

    drafts.discard("d1", "stranger")

    assert len(fetched.of_matter("d1")) == 1


def test_a_batch_is_counted_in_one_statement_until_the_quota_is_used(each_database: str) -> None:
    with CaptureQueriesContext(connection) as seen:
        first = quotas.take({"a": (3, 5), "b": (1, 100)}, DAY)

    assert (first, len(seen)) == ({"a": 3, "b": 1}, 1)
    assert quotas.take({"a": (3, 5), "b": (1, 100)}, DAY) == {"a": 2, "b": 1}
    assert quotas.take({"a": (1, 5), "b": (1, 100)}, DAY) == {"a": 0, "b": 1}
    assert quotas.used_on(["a", "b", "c"], DAY) == {"a": 5, "b": 3, "c": 0}


def test_a_new_day_has_its_whole_quota(each_database: str) -> None:
    quotas.take({"a": (5, 5)}, DAY)

    assert quotas.take({"a": (9, 5)}, DAY + timedelta(days=1)) == {"a": 5}


def test_a_register_without_a_quota_is_asked_nothing(each_database: str) -> None:
    assert quotas.take({"a": (2, 0)}, DAY) == {"a": 0}


def test_processes_at_once_never_go_over_a_quota(each_fresh_database: str) -> None:
    granted: list[int] = []

    def take() -> None:
        for _ in range(10):
            granted.append(quotas.take({"a": (2, 31)}, DAY)["a"])
        connection.close()

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(granted) == 31
    assert quotas.used_on(["a"], DAY) == {"a": 31}


def a_dispute(number: str = "n1", **changes: object) -> Dispute:
    values = {
        "number": number, "matter": "d1", "resource": "enterprise_registry", "path": "name",
        "provider": "market_regulation", "content": "name", "subject_code": "9137", "state": "open",
        "subject_name": "海风", "registered": "旧名", "claimed": "新名", "reason": "已变更",
        "opened_by": "p1", "opened_at": NOW,
    }  # fmt: skip
    return Dispute(**(values | changes))


def test_the_same_dispute_is_kept_once(each_database: str) -> None:
    first = disputes.lodge(a_dispute())
    again = disputes.lodge(a_dispute("n2", reason="又一次"))

    assert (first.number, again.number, again.reason) == ("n1", "n1", "已变更")


def test_a_dispute_is_answered_once(each_database: str) -> None:
    disputes.lodge(a_dispute())

    assert disputes.close("n1", "corrected", "已更正", "o1", NOW)
    assert not disputes.close("n1", "upheld", "没有错", "o2", NOW)
    assert disputes.load("n1").answer == "已更正"


def test_the_desk_sees_its_own_departments_disputes(each_database: str) -> None:
    disputes.lodge(a_dispute())
    disputes.lodge(a_dispute("n2", path="x", opened_at=NOW - timedelta(days=1)))
    disputes.lodge(a_dispute("n3", path="y", provider="housing"))
    disputes.close("n2", "upheld", "没有错", "o1", NOW)

    def numbers(narrow: DisputeNarrow) -> list[str]:
        return [one.number for one in disputes.listing(narrow, 0, 10)[0]]

    assert numbers(DisputeNarrow("market_regulation", True)) == ["n1"]
    assert numbers(DisputeNarrow("market_regulation")) == ["n1", "n2"]
    assert numbers(DisputeNarrow()) == ["n1", "n3", "n2"]
    assert disputes.waiting_count("market_regulation") == 1


def test_disputes_go_on_with_the_case_unless_it_has_the_same(each_database: str) -> None:
    disputes.lodge(a_dispute("n1", matter="QD-1"))
    disputes.lodge(a_dispute("n2"))
    disputes.lodge(a_dispute("n3", path="legal_person"))

    disputes.move("d1", "QD-1")

    assert {one.number for one in disputes.of_matter("QD-1")} == {"n1", "n3"}


RECORDS = {("uscc", "a" * 64): [{"uscc": "9137", "permit_number": "甲1"}]}


def test_a_delivery_is_found_by_the_digest_of_its_key(each_database: str) -> None:
    assert pushed.receive(Batch("sd_safety_permit", "b1", DAY, NOW), RECORDS)

    assert pushed.find("sd_safety_permit", "uscc", "a" * 64) == (
        ({"uscc": "9137", "permit_number": "甲1"},),
        DAY,
    )
    assert pushed.find("sd_safety_permit", "uscc", "b" * 64) == ((), DAY)
    assert pushed.find("sd_safety_permit", "name", "a" * 64) == ((), DAY)
    assert pushed.find("accident", "uscc", "a" * 64) is None


def test_a_delivery_sent_again_changes_nothing_and_an_older_one_is_refused(
    each_database: str,
) -> None:
    newer = {("uscc", "a" * 64): [{"uscc": "9137", "permit_number": "甲2"}]}
    pushed.receive(Batch("sd_safety_permit", "b1", DAY, NOW), RECORDS)
    pushed.receive(Batch("sd_safety_permit", "b2", DAY, NOW), newer)

    assert not pushed.receive(Batch("sd_safety_permit", "b2", DAY, NOW), RECORDS)
    for old in (Batch("sd_safety_permit", "b1", DAY, NOW),
                Batch("sd_safety_permit", "b9", DAY - timedelta(days=1), NOW)):  # fmt: skip
        with pytest.raises(OlderBatch):
            pushed.receive(old, RECORDS)
    assert Pushed.objects.count() == 1
    found = pushed.find("sd_safety_permit", "uscc", "a" * 64)
    assert found is not None
    assert found[0][0]["permit_number"] == "甲2"
