# SPDX-License-Identifier: Apache-2.0
"""The tab of the data check: filed beside registered, in words; masked, revealed, asked anew."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huiban.connectors.registers import Outcome
from huiban.services import data_check, handle
from huiban.services.handle import Order
from huiban.store.models import Account, Dispute, Inquiry
from tests.services.stand_in import StandIn, registers
from tests.services.test_data_check import ALL, USCC, truth
from tests.web.desk_visitor import NOW, case_of, sample, visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked() -> Iterator[StandIn]:
    with registers(truth(), *ALL) as found:
        yield found


@pytest.fixture
def checked(city: dict[str, Account], asked: StandIn) -> str:
    """A case of an hour ago whose legal representative is registered as somebody else."""
    (record,) = asked.records["enterprise_registry"][USCC]
    changed = {USCC: [{**record, "legal_person": "孙涛"}]}
    asked.records = {**asked.records, "enterprise_registry": changed}
    number = case_of(city["wangmin"], "2026-11-23 09:30")
    data_check.run(number, NOW)
    return number


def way(number: str) -> str:
    return f"/desk/cases/{number}"


def test_the_tab_sets_what_was_filed_beside_what_is_registered(
    city: dict[str, Account], checked: str
) -> None:
    page = visitor(city["zhangqian"]).read(way(checked), tab="check")

    assert 'tab=check" aria-current="page"' in page
    for said in ("孙海", "孙涛", "不一致 1", "企业登记信息", "数据日期 2026-11-20", "综合分析"):
        assert said in page
    # What does not agree stands first.
    assert page.index("孙涛") < page.index("青建运核2026-0017")


def test_facts_of_the_analysis_say_their_register_and_day(
    city: dict[str, Account], checked: str
) -> None:
    page = visitor(city["zhangqian"]).read(way(checked), tab="check")

    assert "登记状态：存续（企业登记信息，数据日期 2026-11-20）" in page
    assert "列入失信被执行人名单：否（失信被执行人名单（单位），数据日期 2026-11-20）" in page


@pytest.mark.parametrize(
    ("outcome", "says"),
    [
        (Outcome.TIMEOUT, "对方没有在规定时间内回答"),
        (Outcome.REFUSED, "没有获准查询"),
        (Outcome.BUSY, "查询次数到了上限"),
        (Outcome.BROKEN, "接口没有接通或者出了错"),
    ],
)
def test_every_way_of_not_answering_is_told_apart_and_says_who_can_answer(
    city: dict[str, Account], asked: StandIn, outcome: Outcome, says: str
) -> None:
    asked.outcomes = {"dishonest_debtors": outcome}
    number = case_of(city["wangmin"], "2026-11-23 09:30")
    data_check.run(number, NOW)

    page = visitor(city["zhangqian"]).read(way(number), tab="check")

    assert f"失信被执行人名单（单位）：{says}" in page
    assert "1 项数据资源没有给出结果" in page
    assert "可以问审查人员" in page


def test_a_case_nobody_checked_yet_says_so_to_who_may_not_ask(
    city: dict[str, Account], asked: StandIn
) -> None:
    number = case_of(city["wangmin"], "2026-11-23 09:30")

    page = visitor(city["zhaojianguo"]).read(way(number), tab="check")

    assert "后台会在收件后自动核验一次" in page
    assert "重新核验</button>" not in page


def test_an_answer_on_its_way_is_told(city: dict[str, Account], asked: StandIn) -> None:
    asked.slow = {"vehicle"}
    number = case_of(city["wangmin"], "2026-11-23 09:30")

    page = visitor(city["zhangqian"]).read(way(number), tab="check")

    assert "还有数据资源没有返回" in page


def test_personal_values_of_registers_are_masked_until_shown_and_the_look_is_on_record(
    city: dict[str, Account], checked: str
) -> None:
    legal_id = str(sample.values()["legal_id"])
    clerk = visitor(city["zhangqian"])
    page = clerk.read(way(checked), tab="check")
    assert legal_id not in page
    check = data_check.look(checked, city["zhangqian"].to_actor(), NOW).checked
    place = [one.match.path for one in check.lines].index("legal_id")

    shown = clerk.post(f"{way(checked)}/check/reveal", place=str(place)).content.decode()

    assert legal_id in shown
    assert 'tab=check" aria-current="page"' in shown
    assert Inquiry.objects.get(event="revealed").actor == "zhangqian"


def test_of_many_comparisons_those_that_agree_are_folded_away(
    city: dict[str, Account], asked: StandIn
) -> None:
    car = {"sealed": True, "gps": True}
    plates = [(f"鲁B1{n:04}", f"37020000{n:04}") for n in range(30)]
    asked.records = {
        **asked.records,
        "vehicle": {
            plate: [{"plate": plate, "road_permit": permit, "valid_until": "2027-01-31"}]
            for plate, permit in plates[1:]
        },
    }
    vehicles = [{"plate": plate, "road_permit": permit, **car} for plate, permit in plates]
    number = case_of(city["wangmin"], "2026-11-23 09:30", vehicles=vehicles)
    data_check.run(number, NOW)

    page = visitor(city["zhangqian"]).read(way(number), tab="check")

    shown, _, folded = page.partition('<details class="check-more">')
    assert "名录里没有" in shown
    assert "名录里没有" not in folded
    assert folded.count(">370200000001<") == 2  # filed and registered


def test_a_leader_without_the_task_cannot_have_it_asked_anew(
    city: dict[str, Account], checked: str, asked: StandIn
) -> None:
    asked.calls.clear()

    answer = visitor(city["zhaojianguo"]).post(f"{way(checked)}/check")

    assert answer.status_code == 403
    assert asked.calls == []


def test_checking_again_asks_and_comes_back_to_the_tab(
    city: dict[str, Account], checked: str, asked: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = sample.at("2026-11-23 11:30")
    monkeypatch.setattr("huiban.web.visit.now", lambda: later)
    asked.calls.clear()

    answer = visitor(city["zhangqian"]).post(f"{way(checked)}/check")

    assert answer.status_code == 303
    assert answer["Location"].endswith("tab=check")
    assert {one.resource for one in asked.calls} == set(ALL)


def test_what_the_applicant_disputes_stands_on_top_with_its_evidence(
    city: dict[str, Account], checked: str
) -> None:
    Dispute.objects.create(
        number="d-1", matter=checked, resource="enterprise_registry",
        provider="market_regulation", content="legal_person", path="legal_person",
        subject_code=USCC, subject_name="青岛海晟置业有限公司", registered="孙涛", claimed="孙海",
        reason="上周已变更登记", evidence="f-1", opened_by="wangmin", opened_at=NOW,
    )  # fmt: skip

    page = visitor(city["zhangqian"]).read(way(checked), tab="check")

    assert "申请人对登记数据有异议" in page
    assert "企业登记信息登记：孙涛" in page
    assert "上周已变更登记" in page
    assert 'href="/files/f-1"' in page


def test_failing_criteria_show_beside_every_tab_and_ask_for_a_reason(
    city: dict[str, Account], asked: StandIn
) -> None:
    asked.records = {**asked.records, "dishonest_debtors": {USCC: [{"uscc": USCC}]}}
    number = case_of(city["wangmin"], "2026-11-23 09:30")
    data_check.run(number, NOW)
    clerk = visitor(city["zhangqian"])

    assert "申请单位在失信被执行人名单中" in clerk.read(way(number))
    refused = clerk.press(number, "accept")
    assert refused.status_code == 422
    assert "请在意见里写明理由" in refused.content.decode()
    assert clerk.press(number, "accept", reason="已核实履行完毕").status_code == 303


def test_the_tab_is_there_in_english(city: dict[str, Account], checked: str) -> None:
    clerk = visitor(city["zhangqian"])
    clerk.client.cookies["hb_language"] = "en"

    page = clerk.read(way(checked), tab="check")

    for said in ("Data check", "Differs 1", "Enterprise register", "data of 2026-11-20"):
        assert said in page


def test_the_tab_costs_few_statements(
    city: dict[str, Account], checked: str, asked: StandIn
) -> None:
    clerk = visitor(city["zhangqian"])
    clerk.read(way(checked), tab="check")

    with CaptureQueriesContext(connection) as seen:
        clerk.read(way(checked), tab="check")

    assert len(seen) <= 20, [one["sql"][:80] for one in seen]


def test_a_consultee_sees_it_and_may_not_ask(
    city: dict[str, Account], checked: str, asked: StandIn
) -> None:
    handle.act(
        checked, Order("accept", inputs={"reason": "已核对"}), _actor(city, "zhangqian"), NOW
    )
    asked.calls.clear()

    page = visitor(city["liuyang"]).read(way(checked), tab="check")

    assert "重新核验</button>" in page  # the examiner has the task now
    assert "重新核验</button>" not in visitor(city["zhaojianguo"]).read(way(checked), tab="check")
    assert asked.calls == []


def _actor(city: dict[str, Account], who: str) -> Any:
    return city[who].to_actor()
