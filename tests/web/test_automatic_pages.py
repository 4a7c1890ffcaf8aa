# SPDX-License-Identifier: Apache-2.0
"""Pages of automatic decisions: the choice before sending, the case, and the desk."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huiban.store import cases, journal
from huiban.store.models import Account, AutomaticDecision, Case, Draft
from tests.services.automatic_sample import ASKED, NOW, automatic_city, cancellation, filed, work
from tests.services.automatic_sample import registers as records
from tests.services.stand_in import registers
from tests.web.portal_visitor import Visitor, case_of, sample, sent_in, text_of, visitor

pytestmark = pytest.mark.django_db
LATER = sample.at("2026-11-23 10:31")
"""After the pages, whose visitors come an hour after the cases of the sample."""


@pytest.fixture
def people(town: dict[str, Account]) -> Iterator[dict[str, Account]]:
    with automatic_city(), registers(records(), *ASKED):
        yield town


@pytest.fixture
def decided(people: dict[str, Account]) -> str:
    number = filed(people)
    work()
    return number


def head(people: dict[str, Account]) -> Visitor:
    return visitor(people["zhaojianguo"])


def test_the_summary_offers_the_choice_and_keeps_it_with_the_filing(
    people: dict[str, Account], clerk: Visitor
) -> None:
    draft = cancellation(people, by_people=None)
    page = clerk.read(f"/drafts/{draft}/summary")
    assert 'name="by_people"' in page
    assert "请由工作人员来决定" in text_of(page)
    snapshot = page.split('name="snapshot" value="')[1].split('"')[0]

    clerk.post(f"/drafts/{draft}/summary", snapshot=snapshot, by_people="1")
    work(LATER)

    case = Case.objects.get(submission_key=draft)
    first = journal.of_case(case.id)[0]
    assert '"by_people":true' in first.body
    assert (case.stage, case.outcome) == ("submitted", "")
    assert "left_to_people" in [row.act for row in journal.of_case(case.id)]


def test_who_leaves_the_box_alone_has_it_decided_by_the_system(
    people: dict[str, Account], clerk: Visitor
) -> None:
    draft = cancellation(people, by_people=None)

    sent_in(clerk, draft)
    work(LATER)

    assert Case.objects.get(submission_key=draft).outcome == "granted"


def test_a_choice_made_before_coming_back_is_still_there(
    people: dict[str, Account], clerk: Visitor
) -> None:
    draft = cancellation(people, by_people=True)

    assert 'name="by_people" value="1" aria-describedby="by-people-hint" checked' in clerk.read(
        f"/drafts/{draft}/summary"
    )


def test_no_other_item_offers_it_nor_keeps_it_when_it_is_sent_all_the_same(
    people: dict[str, Account], clerk: Visitor
) -> None:
    draft = sample.draft(people["wangmin"], NOW)
    assert "by_people" not in clerk.read(f"/drafts/{draft}/summary")

    clerk.post(f"/drafts/{draft}/summary", snapshot="wrong", by_people="1")

    assert Draft.objects.get(number=draft).by_people is None


def test_the_case_says_that_the_system_decided_and_a_person_is_asked_from_it(
    people: dict[str, Account], clerk: Visitor, decided: str
) -> None:
    before = text_of(clerk.read(f"/cases/{decided}"))
    assert "这个决定是系统自动作出的" in before
    assert "2027-01-22 以前可以请工作人员复核" in before

    clerk.post(f"/cases/{decided}/second-look", reason="选错了证")

    after = text_of(clerk.read(f"/cases/{decided}"))
    assert "正在由工作人员复核" in after
    assert "选错了证" in after
    assert "以前可以请工作人员复核" not in after


def test_asked_again_it_says_why_not(
    people: dict[str, Account], clerk: Visitor, decided: str
) -> None:
    clerk.post(f"/cases/{decided}/second-look")

    clerk.post(f"/cases/{decided}/second-look")

    assert "已经请工作人员复核过了" in clerk.read(f"/cases/{decided}")


def test_a_stranger_asks_for_nothing(people: dict[str, Account], decided: str) -> None:
    other = visitor(people["lihua"])

    assert other.post(f"/cases/{decided}/second-look").status_code == 404
    assert AutomaticDecision.objects.get().state == ""


def test_a_head_finds_it_on_the_desk_answers_and_the_applicant_reads_it(
    people: dict[str, Account], clerk: Visitor, decided: str
) -> None:
    clerk.post(f"/cases/{decided}/second-look", reason="选错了证")
    desk = head(people)
    assert f"/desk/automatic/{decided}" in desk.read("/desk/automatic")
    assert "选错了证" in text_of(desk.read(f"/desk/automatic/{decided}"))
    wrong = desk.post(f"/desk/automatic/{decided}", state="corrected", reason="台账还在外运")
    assert wrong.status_code == 422
    assert "更正决定要写明法律依据" in wrong.content.decode()
    assert "台账还在外运" in wrong.content.decode()

    answer = {"state": "corrected", "reason": "台账还在外运", "basis": "行政许可法第七十条"}
    desk.post(f"/desk/automatic/{decided}", **answer)

    told = text_of(clerk.read(f"/cases/{decided}"))
    assert "工作人员复核过了：决定更正" in told
    assert "台账还在外运" in told
    listing = text_of(desk.read("/desk/automatic"))
    assert "没有等待复核的决定" in listing
    assert "近一年的情况" in listing


@pytest.mark.parametrize("who", ["liuyang", "zhangqian"])
def test_who_may_not_answer_sees_no_form(
    people: dict[str, Account], clerk: Visitor, decided: str, who: str
) -> None:
    clerk.post(f"/cases/{decided}/second-look")

    page = visitor(people[who]).read(f"/desk/automatic/{decided}")

    assert 'name="state"' not in page
    assert "等有权复核的岗位答复" in page


def test_the_desk_marks_a_decision_of_the_system_and_a_sample(
    people: dict[str, Account], decided: str
) -> None:
    assert "系统自动作出的决定" in head(people).read(f"/desk/cases/{decided}")

    with automatic_city(sampled=Decimal(1)):
        drawn = filed(people)
        work()
        page = visitor(people["zhangqian"]).read(f"/desk/cases/{drawn}")
        portal = visitor(people["wangmin"]).read(f"/cases/{drawn}")
    assert "抽样人工审查" in page
    assert "抽样" not in text_of(portal)


def test_a_case_that_people_decided_has_nothing_of_it(people: dict[str, Account]) -> None:
    number = case_of(people["wangmin"], "2026-11-23 09:30")

    assert head(people).get(f"/desk/automatic/{number}").status_code == 404
    assert "自动作出" not in text_of(visitor(people["wangmin"]).read(f"/cases/{number}"))


def test_the_desk_names_the_page_only_where_a_city_has_approved_it(
    town: dict[str, Account],
) -> None:
    link = 'href="/desk/automatic"'

    assert link not in head(town).read("/desk")
    with automatic_city():
        assert link in head(town).read("/desk")


def test_the_board_costs_as_many_queries_with_many_rows(
    people: dict[str, Account], decided: str, clerk: Visitor
) -> None:
    clerk.post(f"/cases/{decided}/second-look")
    desk = head(people)

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            desk.read("/desk/automatic")
        return len(asked)

    few = queries()
    for at in range(5):
        case = cases.load(case_of(people["wangmin"], f"2026-11-23 09:3{at}"))
        AutomaticDecision.objects.create(
            case_id=case.id, kind="decided", pack_code=case.pack_code,
            pack_version=case.pack_version, item_code=case.item_code, department=case.department,
            division=case.division, at=NOW, role="leader", state="asked", asked_at=NOW,
        )  # fmt: skip

    assert queries() == few
