# SPDX-License-Identifier: Apache-2.0
"""One permit from application to archive through the services, on both databases."""

import threading
from dataclasses import replace
from datetime import datetime

import pytest
from django.db import connection

from huiban.jobs.errands import registry
from huiban.jobs.worker import Surroundings, run_until_empty
from huiban.services import certify, evidence, handle, mine
from huiban.services.handle import Order
from huiban.store import cases, documents, guards, journal
from huiban.store.models import Job
from tests.services import city_sample as sample

NOW = sample.at("2026-11-23 09:30")

pytestmark = pytest.mark.usefixtures("each_database")


def work(now: datetime = NOW) -> int:
    """Carry out every job that is ready, as the worker does; none may fail."""
    around = Surroundings("test", lambda: now, lambda: 0.5, threading.Event())
    tried = run_until_empty(registry(), around)
    assert not Job.objects.exclude(last_error="").exists(), Job.objects.first().last_error  # type: ignore[union-attr]
    return tried


def test_a_permit_is_granted_by_two_people_certified_and_archived() -> None:
    city = sample.people()
    actor = {name: account.to_actor() for name, account in city.items()}
    number = sample.case(city["wangmin"], NOW)

    handle.act(number, Order("accept"), actor["zhangqian"], NOW)
    handle.act(number, Order("pass"), actor["liuyang"], NOW)
    handle.act(number, Order("grant"), actor["zhaojianguo"], NOW)
    work()

    case = cases.load(number)
    assert (case.stage, case.outcome) == ("archived", "granted")
    issued = {one.code for one in documents.of_case(case.id)}
    assert issued >= {"acceptance_notice", "grant_decision", "waste_disposal_permit"}
    [certificate] = certify.mine(actor["wangmin"])
    assert certify.verify(certificate.verify_code, NOW).certificate.number == certificate.number
    assert evidence.verify_case(number).is_sound
    assert [row.seq for row in journal.of_case(case.id)] == list(range(1, case.chain_seq + 1))
    assert mine.my_case(number, actor["wangmin"], "zh-hans", NOW).page.outcome_label == "准予许可"


def _granted() -> str:
    city = sample.people()
    actor = {name: account.to_actor() for name, account in city.items()}
    number = sample.case(city["wangmin"], NOW)
    for name, who in (("accept", "zhangqian"), ("pass", "liuyang"), ("grant", "zhaojianguo")):
        handle.act(number, Order(name), actor[who], NOW)
    work()
    return number


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("UPDATE store_case SET payload = replace(payload, '3.2', '9.9')", "answers"),
        ("UPDATE store_case SET materials = '{}'", "answers"),
        ("UPDATE store_case SET outcome = 'refused'", "stage"),
        ("UPDATE store_case SET stage = 'closed'", "stage"),
        ("UPDATE store_case SET applicant = 'lihua'", "submission"),
        ("UPDATE store_document SET sha256 = 'x' WHERE code = 'grant_decision'",
         "document grant_decision: sha256"),
        ("DELETE FROM store_document WHERE code = 'grant_decision'",
             "document grant_decision: removed"),
    ],
)  # fmt: skip
def test_what_is_changed_beside_the_journal_is_noticed(change: str, named: str) -> None:
    number = _granted()
    assert evidence.verify_case(number).is_sound
    guards.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute(change)

    verdict = evidence.verify_case(number)

    guards.install(connection)
    assert verdict.breaks == ()
    assert verdict.altered == (named,)
    assert not verdict.is_sound


def test_a_case_that_somebody_works_on_meanwhile_is_not_called_broken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    people = sample.people()
    number = sample.case(people["wangmin"], NOW)
    before = handle.load(number)
    handle.act(number, Order("accept"), people["zhangqian"].to_actor(), NOW)
    torn = replace(before, journal=handle.load(number).journal)
    reads = [torn]
    whole = handle.load
    monkeypatch.setattr(handle, "load", lambda name: reads.pop() if reads else whole(name))

    verdict = evidence.verify_case(number)

    assert verdict.is_sound
    assert verdict.entries == 2
