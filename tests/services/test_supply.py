# SPDX-License-Identifier: Apache-2.0
"""Deferred materials (容缺受理): accepted without, supplied later, nothing granted before."""

import re
import subprocess
import threading
from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from huiban.jobs.errands import registry
from huiban.jobs.worker import Surroundings, run_until_empty
from huiban.kernel.actor import Actor
from huiban.services import commitments, desk, evidence, handle, issue, mine, submit, supply
from huiban.services.files import Upload
from huiban.services.handle import Order
from huiban.services.refusal import FieldFault, NotFound, NotOpen, Stale
from huiban.store import blobs, cases, documents, journal, notices
from huiban.store.models import Account, Job
from tests.services import city_sample as sample
from tests.services.lenient import PROMISE, lenient_city

NOW = sample.at("2026-11-23 09:30")
DUE = date(2026, 11, 30)
PLAN = "emergency_plan"
FILE = (Upload(sample.PDF, "应急预案.pdf"),)

pytestmark = pytest.mark.usefixtures("each_database")


@pytest.fixture
def town(each_database: object) -> Iterator[dict[str, Account]]:
    with lenient_city():
        yield sample.people()


def who(town: dict[str, Account], name: str = "wangmin") -> Actor:
    return town[name].to_actor()


def act(town: dict[str, Account], number: str, name: str, act: str, **inputs: object) -> None:
    handle.act(number, Order(act, inputs=inputs), who(town, name), NOW)


def accepted(town: dict[str, Account]) -> str:
    """A case accepted without its emergency plan."""
    number = sample.case(town["wangmin"], NOW, without=(PLAN,))
    act(town, number, "zhangqian", "accept")
    return number


def work(now: object = NOW) -> None:
    around = Surroundings("test", lambda: now, lambda: 0.5, threading.Event())  # type: ignore[arg-type,return-value]
    run_until_empty(registry(), around)
    assert not Job.objects.exclude(last_error="").exists()


def acts(number: str) -> list[str]:
    return [row.act for row in journal.of_case(cases.load(number).id)]


def test_a_case_is_accepted_without_what_may_follow_and_both_sides_see_until_when(
    town: dict[str, Account],
) -> None:
    number = accepted(town)

    [mine_owed] = mine.my_case(number, who(town), "zh-hans", NOW).owed
    [their_owed] = desk.case(number, who(town, "liuyang"), "zh-hans", NOW).owed
    titles = {one.title: one.text for one in notices.of_subject(sample.USCC)}
    assert mine_owed == their_owed
    assert (mine_owed.material.code, mine_owed.due_on) == (PLAN, DUE)
    assert not mine_owed.is_late
    assert "2026年11月30日" in titles["请补交容缺材料"]


def test_before_acceptance_a_deferred_material_has_no_day(town: dict[str, Account]) -> None:
    number = sample.case(town["wangmin"], NOW, without=(PLAN,))

    [owed] = mine.my_case(number, who(town), "zh-hans", NOW).owed

    assert owed.due_on is None


def test_what_is_there_when_it_is_accepted_is_not_asked_for(town: dict[str, Account]) -> None:
    number = sample.case(town["wangmin"], NOW)

    act(town, number, "zhangqian", "accept")

    assert mine.my_case(number, who(town), "zh-hans", NOW).owed == ()
    assert not Job.objects.filter(kind="supply_due").exists()


def test_nothing_is_granted_before_the_material_is_supplied_then_it_is(
    town: dict[str, Account],
) -> None:
    number = accepted(town)
    act(town, number, "liuyang", "pass")
    offers = desk.case(number, who(town, "zhaojianguo"), "zh-hans", NOW).acts
    blocked = next(one for one in offers if one.name == "grant")
    with pytest.raises(NotOpen, match="补齐之前不能准予") as refused:
        act(town, number, "zhaojianguo", "grant")

    supply.supply(number, PLAN, FILE, who(town), NOW)
    act(town, number, "zhaojianguo", "grant")
    work()

    assert (refused.value.reason, refused.value.missing) == ("materials_owed", (PLAN,))
    assert "容缺材料还没有补交" in (blocked.blocked or "")
    assert cases.load(number).outcome == "granted"
    assert acts(number).count("supply") == 1
    assert evidence.verify_case(number).is_sound


def test_refusing_does_not_wait_for_a_deferred_material(town: dict[str, Account]) -> None:
    number = accepted(town)
    act(town, number, "liuyang", "pass")

    act(town, number, "zhaojianguo", "refuse", reason="没有按期补交应急预案", basis="第三十八条")

    assert cases.load(number).outcome == "refused"


def test_what_is_supplied_is_bound_to_the_case_on_the_record_and_open_pages_go_stale(
    town: dict[str, Account],
) -> None:
    number = accepted(town)
    before = cases.load(number)

    [blob] = supply.supply(number, PLAN, FILE, who(town), NOW)

    after = cases.load(number)
    entry = journal.of_case(after.id)[-1]
    assert blob.number in {one.number for one in blobs.of_case(after.id)}
    assert (entry.act, entry.is_public, entry.actor) == ("supply", True, "wangmin")
    assert after.version == before.version + 1
    assert mine.my_case(number, who(town), "zh-hans", NOW).owed == ()
    order = Order("pass", version=before.version)
    with pytest.raises(Stale):
        handle.act(number, order, who(town, "liuyang"), NOW)
    assert evidence.verify_case(number).is_sound


@pytest.mark.parametrize(
    ("name", "code", "refusal"),
    [
        ("lihua", PLAN, NotFound),
        ("zhangqian", PLAN, NotFound),
        ("wangmin", "nothing", NotFound),
        ("wangmin", "haulage_contract", NotOpen),
    ],
)
def test_only_the_party_supplies_and_only_what_is_owed(
    town: dict[str, Account], name: str, code: str, refusal: type[Exception]
) -> None:
    number = accepted(town)

    with pytest.raises(refusal):
        supply.supply(number, code, FILE, who(town, name), NOW)

    assert acts(number)[-1] == "accept"


@pytest.mark.parametrize(
    "sent", [(), (Upload(b"not a document", "a.exe"),), (*FILE, *FILE)], ids=("none", "kind", "two")
)
def test_a_file_that_is_not_taken_changes_nothing(
    town: dict[str, Account], sent: tuple[Upload, ...]
) -> None:
    number = accepted(town)

    with pytest.raises(FieldFault):
        supply.supply(number, PLAN, sent, who(town), NOW)

    assert acts(number)[-1] == "accept"


def test_it_is_supplied_once(town: dict[str, Account]) -> None:
    number = accepted(town)
    supply.supply(number, PLAN, FILE, who(town), NOW)

    with pytest.raises(NotOpen, match="不用补交"):
        supply.supply(number, PLAN, FILE, who(town), NOW)


def test_while_a_correction_is_awaited_it_goes_with_the_correction(
    town: dict[str, Account],
) -> None:
    number = sample.case(town["wangmin"], NOW, without=(PLAN,))
    points = [{"about": "合同", "fault": "缺页", "cure": "补"}]
    act(town, number, "zhangqian", "request_correction", reason="缺页", points=points)

    with pytest.raises(NotOpen, match="补正"):
        supply.supply(number, PLAN, FILE, who(town), NOW)


def test_a_deferred_material_is_no_point_of_correction(town: dict[str, Account]) -> None:
    number = sample.case(town["wangmin"], NOW, without=(PLAN,))

    found = desk.case(number, who(town, "zhangqian"), "zh-hans", NOW)

    complete = next(one for one in found.points.findings if one.code == "materials_complete")  # type: ignore[union-attr]
    assert complete.verdict == "pass"


def test_overdue_is_told_once_to_both_sides(town: dict[str, Account]) -> None:
    number = accepted(town)
    late = NOW + timedelta(days=8)

    work(late)
    supply.look_again(number, late)

    assert acts(number).count("supply_overdue") == 1
    titles = [one.title for one in notices.of_subject(sample.USCC)]
    assert titles.count("容缺材料到期没有补交") == 1
    assert desk.case(number, who(town, "liuyang"), "zh-hans", late).owed[0].is_late


def test_the_notice_of_acceptance_lists_what_is_to_follow_until_when(
    town: dict[str, Account],
) -> None:
    number = accepted(town)
    work()

    case = cases.load(number)
    [notice] = [one for one in documents.of_case(case.id) if one.code == "acceptance_notice"]
    text = _text(issue.stored_content(notice))
    assert "除容缺受理的以外" in text
    assert "应急预案》（最晚2026年11月30日" in text
    assert "容缺，待补交" in text


def test_the_form_in_the_archive_has_the_text_of_the_promise(town: dict[str, Account]) -> None:
    draft = sample.draft(town["wangmin"], NOW, without=("sorting_plan",))
    commitments.make(draft, "sorting_plan", commitments.digest(PROMISE), who(town), NOW)
    number = submit.submit(draft, who(town), NOW)
    for name, one in (("zhangqian", "accept"), ("liuyang", "pass"), ("zhaojianguo", "grant")):
        act(town, number, name, one)
    work()

    case = cases.load(number)
    [form] = [one for one in documents.of_case(case.id) if one.code == "application_form"]
    text = _text(issue.stored_content(form))
    assert "代替《分类处置和回收利用方案》的书面承诺" in text
    assert "愿接受事后核查" in text


def _text(content: bytes) -> str:
    """Read a document with another program, as its reader would."""
    told = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True
    )
    return re.sub(r"\s+", "", told.stdout.decode())


def test_what_came_in_time_is_not_overdue(town: dict[str, Account]) -> None:
    number = accepted(town)
    supply.supply(number, PLAN, FILE, who(town), NOW)

    work(NOW + timedelta(days=8))

    assert "supply_overdue" not in acts(number)
