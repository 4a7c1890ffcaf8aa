# SPDX-License-Identifier: Apache-2.0
"""Questions to a language model on record: logged, chained, seen, sent once, forgotten in time."""

import hashlib
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from pytest_django.fixtures import Settings

from huiban.services import explain, ledger, ledger_rows
from huiban.services.ledger import Chain
from huiban.services.refusal import NotAllowed, NotFound, NotOpen
from huiban.store import ids
from huiban.store import ledger as ledgers
from huiban.store.models import Account, ArchivePackage, Case, LedgerEntry
from huiban.store.models import Explanation as ExplanationRow
from tests.connectors.model_peer import PATIENCE_S, ModelPeer, completion, saying
from tests.services import city_sample as sample
from tests.services.model_sample import (
    APPLICANT,
    EXAMINER,
    NOW,
    connected,
    explained,
    finding,
)


@pytest.fixture
def city(each_database: str) -> dict[str, Account]:
    return sample.people()


@pytest.fixture
def number(city: dict[str, Account]) -> str:
    return sample.case(city["wangmin"], sample.at("2026-11-23 09:30"))


@pytest.fixture
def peer(settings: Settings) -> Iterator[ModelPeer]:
    with connected(settings) as found:
        yield found


def test_the_same_question_is_sent_once(
    city: dict[str, Account], number: str, peer: ModelPeer
) -> None:
    first = explained(number, city)
    again = explained(number, city)
    other = explained(number, city, reader=APPLICANT)

    assert again == first
    assert other.number != first.number
    assert len(peer.seen) == 2


def test_after_a_fault_it_says_so_is_on_record_and_may_be_asked_again(
    city: dict[str, Account], number: str, peer: ModelPeer
) -> None:
    peer.does = saying({}, 500)

    found = explained(number, city)
    peer.says("好了")
    again = explained(number, city)

    assert found.text == ""
    assert found.fault is not None
    assert "不影响办理" in found.fault.zh
    assert again.text == "好了"
    row = ExplanationRow.objects.get(number=found.number)
    assert (row.state, row.fault) == ("failed", "away")


def test_every_question_and_answer_is_on_a_chained_ledger_by_digest(
    city: dict[str, Account], number: str, peer: ModelPeer
) -> None:
    peer.says("请核对")

    found = explained(number, city)

    asked, answered = ledger.history(Chain.EXPLANATION, found.number)
    assert (asked.act, answered.act) == ("asked", "answered")
    assert (asked.actor, asked.actor_name) == ("zhangqian", "张倩")
    assert answered.at >= asked.at == NOW
    told, came = ledger.body_of(asked), ledger.body_of(answered)
    assert told["case"] == number
    assert told["point"] == "contract_is_ours"
    assert told["model"] == "city-model"
    assert told["sent_sha256"] == hashlib.sha256(peer.bodies[0]).hexdigest()
    assert came["received_sha256"] == hashlib.sha256("请核对".encode()).hexdigest()
    assert ledger.breaks_of(Chain.EXPLANATION, found.number) == []
    assert ledger_rows.altered(Chain.EXPLANATION, found.number) == []


CHANGED = {
    "received_sha256": ("received", "已同意"),
    "sent_sha256": ("sent", "别的问题"),
    "point": ("point", "contract_is_sealed"),
    "state": ("state", "failed"),
}


def test_a_record_changed_behind_our_back_is_named(
    city: dict[str, Account], number: str, peer: ModelPeer
) -> None:
    found = explained(number, city)
    was = ExplanationRow.objects.values().get()

    for named, (column, value) in CHANGED.items():
        ExplanationRow.objects.update(**{column: value})
        assert ledger_rows.altered(Chain.EXPLANATION, found.number) == [named]
        ExplanationRow.objects.update(**{column: was[column]})
    assert ledger_rows.altered(Chain.EXPLANATION, found.number) == []


def test_a_record_removed_or_made_behind_our_back_is_named(
    city: dict[str, Account], number: str, peer: ModelPeer
) -> None:
    gone = explained(number, city)
    row = ExplanationRow.objects.get()
    ExplanationRow.objects.all().delete()
    row.number = ids.new_key()
    row.save(force_insert=True)

    faults = list(ledger_rows.faults_of(ledgers.chains()))

    assert any(gone.number in one and "removed" in one for one in faults)
    assert any(row.number in one and "no ledger" in one for one in faults)


def a_disposed_package(number: str) -> None:
    ArchivePackage.objects.create(
        number="A-1", case=Case.objects.get(number=number), department="approval_service",
        division="370200", object_key="k", size=1, files=1, sha256="", sm3="",
        retention="10_years", archived_at=NOW, state=ArchivePackage.State.DISPOSED,
    )  # fmt: skip


def test_what_was_asked_goes_when_the_case_s_time_of_keeping_is_over(
    city: dict[str, Account], number: str, peer: ModelPeer
) -> None:
    kept = sample.case(city["wangmin"], sample.at("2026-11-23 09:40"))
    gone, other = explained(number, city), explained(kept, city)
    a_disposed_package(number)

    removed = explain.sweep(NOW)

    assert removed == 1
    assert explain.sweep(NOW) == 0
    assert ledger.history(Chain.EXPLANATION, gone.number)[-1].act == "removed"
    assert [row.number for row in ExplanationRow.objects.all()] == [other.number]
    assert not [one for one in ledger_rows.faults_of(ledgers.chains()) if "explanation" in one]


def test_supervisors_read_what_was_sent_with_placeholders_and_auditors_only_that_it_was(
    city: dict[str, Account], number: str, peer: ModelPeer
) -> None:
    peer.says("请〔单位1〕核对")
    explained(number, city)

    (seen,) = explain.records(number, city["wumin"].to_actor(), NOW)
    (audited,) = explain.records(number, city["auditor"].to_actor(), NOW)

    assert seen.sent == peer.bodies[0].decode()
    assert seen.received == "请〔单位1〕核对"
    assert (seen.row.actor, seen.row.task, seen.state) == ("zhangqian", "finding", "answered")
    assert (audited.sent, audited.received) == ("", "")
    assert audited.row.number == seen.row.number


def test_who_may_not_see_the_materials_has_nothing_explained(
    city: dict[str, Account], number: str, peer: ModelPeer
) -> None:
    one = finding("contract_is_sealed")

    for who in ("wumin", "auditor", "lihua", "sysadmin", "zhoulei"):
        actor = city[who].to_actor()
        with pytest.raises(NotAllowed):
            explain.explain(number, one, APPLICANT, actor, NOW)
        with pytest.raises(NotAllowed):
            explain.draft_opinion(number, [one], EXAMINER, actor, NOW)

    assert peer.seen == []


def test_an_applicant_gets_neither_what_examiners_read_nor_an_opinion_nor_the_record(
    city: dict[str, Account], number: str, peer: ModelPeer
) -> None:
    clerk, one = city["wangmin"].to_actor(), finding("contract_is_sealed")
    theirs = explained(number, city, one)
    own = explain.explain(number, one, APPLICANT, clerk, NOW)

    for refused in (
        lambda: explain.explain(number, one, EXAMINER, clerk, NOW),
        lambda: explain.draft_opinion(number, [one], EXAMINER, clerk, NOW),
        lambda: explain.one(number, theirs.number, clerk, NOW),
        lambda: explain.records(number, clerk, NOW),
    ):
        with pytest.raises(NotAllowed):
            refused()
    assert explain.one(number, own.number, clerk, NOW) == own


def test_an_explanation_is_found_under_its_own_case_only(
    city: dict[str, Account], number: str, peer: ModelPeer
) -> None:
    other = sample.case(city["wangmin"], sample.at("2026-11-23 09:40"))
    found = explained(number, city)

    for case, key in ((other, found.number), (number, "0" * 32)):
        with pytest.raises(NotFound):
            explain.one(case, key, city["zhangqian"].to_actor(), NOW)


def test_so_many_questions_a_day_about_one_case(
    city: dict[str, Account], number: str, peer: ModelPeer
) -> None:
    explained(number, city)
    row = ExplanationRow.objects.get()
    for at in range(explain.MOST_A_DAY - 1):
        row.number, row.sent_sha256 = ids.new_key(), f"{at}"
        row.save(force_insert=True)

    with pytest.raises(NotOpen, match="请明天再试"):
        explained(number, city, finding("contract_is_sealed"))

    tomorrow = NOW + timedelta(days=1, seconds=1)
    one = finding("contract_is_sealed")
    assert explain.explain(number, one, EXAMINER, city["zhangqian"].to_actor(), tomorrow).text


def test_a_question_whose_process_ended_is_given_up(
    city: dict[str, Account], number: str, peer: ModelPeer
) -> None:
    found = explained(number, city)
    ExplanationRow.objects.update(state="asked", received="", answered_at=None)
    actor = city["zhangqian"].to_actor()

    soon = explain.one(number, found.number, actor, NOW + timedelta(seconds=20))
    later = explain.one(number, found.number, actor, NOW + timedelta(minutes=2))

    assert soon.is_waiting
    assert not later.is_waiting
    assert later.fault is not None


@pytest.fixture
def committed(each_fresh_database: str) -> str:
    return urlsplit(each_fresh_database).scheme


def test_a_slow_answer_keeps_nobody_waiting_and_is_there_when_looked_at_again(
    committed: str, peer: ModelPeer
) -> None:
    city = sample.people()
    number = sample.case(city["wangmin"], sample.at("2026-11-23 09:30"))
    peer.does = peer.gated(saying(completion("迟到的说明")))
    actor, hasty = city["zhangqian"].to_actor(), replace(EXAMINER, patience_s=0.05)

    found = explained(number, city, reader=hasty)
    meanwhile = explained(number, city, reader=hasty)
    peer.open_gate.set()

    assert found.is_waiting
    assert found.text == ""
    assert meanwhile.number == found.number
    until = time.monotonic() + PATIENCE_S
    while (now_there := explain.one(number, found.number, actor, NOW)).is_waiting:
        assert time.monotonic() < until
        time.sleep(0.02)
    assert now_there.text == "迟到的说明"
    assert len(peer.seen) == 1
    acts = LedgerEntry.objects.filter(chain="explanation").order_by("seq")
    assert [one.act for one in acts] == ["asked", "answered"]
