# SPDX-License-Identifier: Apache-2.0
"""Acting from the desk: done once, refused clearly, and nothing typed is ever lost."""

import json

import pytest

from huiban.services import handle
from huiban.services.handle import Order
from huiban.store import cases, journal
from huiban.store.models import Account
from tests.web.desk_visitor import NOW, case_of, stage, visitor

pytestmark = pytest.mark.django_db

POINTS = {
    "points-0-about": "运输合同",
    "points-0-fault": "缺少签章页",
    "points-0-cure": "补传第 3 页",
}


@pytest.fixture
def accepted(city: dict[str, Account], number: str) -> str:
    handle.act(number, Order("accept"), city["zhangqian"].to_actor(), NOW)
    return number


def last_body(number: str) -> dict[str, object]:
    found = json.loads(journal.of_case(cases.load(number).id)[-1].body)
    assert isinstance(found, dict)
    return found


def test_one_press_accepts_and_says_what_follows(city: dict[str, Account], number: str) -> None:
    clerk = visitor(city["zhangqian"])

    answer = clerk.press(number, "accept", reason="材料齐全。")
    page = clerk.client.get(answer.headers["Location"]).content.decode()

    assert (answer.status_code, stage(number)) == (303, "examination")
    assert "受理，已经办好" in page
    assert "《受理通知书》" in page
    assert "现由审查人员办理" in page
    assert journal.of_case(cases.load(number).id)[-1].reason == "材料齐全。"


def test_passing_over_a_failing_point_unsaid_asks_for_the_reason_on_the_form(
    city: dict[str, Account],
) -> None:
    number = case_of(
        city["wangmin"], "2026-11-23 09:30", builder="别的公司", contractor="另一家公司"
    )

    answer = visitor(city["zhangqian"]).press(number, "accept")
    page = answer.content.decode()

    assert (answer.status_code, stage(number)) == (422, "submitted")
    assert "仍要办理的，请在意见里写明理由" in page
    assert f'action="/desk/cases/{number}/act/accept"' in page
    assert 'name="reason"' in page


def test_a_correction_is_asked_for_with_its_points(city: dict[str, Account], number: str) -> None:
    answer = visitor(city["zhangqian"]).act(
        number, "request_correction", reason="请一次补正。", **POINTS
    )

    assert (answer.status_code, stage(number)) == (303, "correction")
    act = last_body(number)["act"]
    assert act["inputs"] == {  # type: ignore[index]
        "reason": "请一次补正。",
        "points": [{"about": "运输合同", "fault": "缺少签章页", "cure": "补传第 3 页"}],
    }


def test_a_correction_without_points_is_refused_and_nothing_is_lost(
    city: dict[str, Account], number: str
) -> None:
    answer = visitor(city["zhangqian"]).act(number, "request_correction", reason="我写的理由")

    assert (answer.status_code, stage(number)) == (422, "submitted")
    page = answer.content.decode()
    assert "我写的理由" in page
    assert "这一项要填" in page


def test_lines_are_added_and_removed_without_scripts(city: dict[str, Account], number: str) -> None:
    clerk = visitor(city["zhangqian"])

    more = clerk.act(number, "request_correction", reason="留着", row="add", **POINTS)
    fewer = clerk.act(number, "request_correction", reason="留着", row="drop:0", **POINTS)

    assert "points-1-about" in more.content.decode()
    assert "缺少签章页" in more.content.decode()
    assert "缺少签章页" not in fewer.content.decode()
    assert "留着" in fewer.content.decode()
    assert stage(number) == "submitted"


def test_a_stale_form_is_not_done_and_keeps_what_was_typed(
    city: dict[str, Account], number: str
) -> None:
    clerk = visitor(city["zhangqian"])
    version = cases.load(number).version
    handle.act(number, Order("claim"), city["zhangqian"].to_actor(), NOW)

    answer = clerk.act(
        number, "request_correction", version=str(version), reason="我写的理由", **POINTS
    )

    page = answer.content.decode()
    assert (answer.status_code, stage(number)) == (409, "submitted")
    assert "情况有了变化" in page
    assert "我写的理由" in page
    assert "缺少签章页" in page
    assert f'name="version" value="{cases.load(number).version}"' in page


def test_a_stale_press_on_a_case_gone_on_shows_the_new_state(
    city: dict[str, Account], number: str
) -> None:
    version = cases.load(number).version
    handle.act(number, Order("accept"), city["zhangqian"].to_actor(), NOW)

    answer = visitor(city["zhangqian"]).press(
        number, "accept", version=str(version), reason="我写的意见"
    )

    page = answer.content.decode()
    assert (answer.status_code, stage(number)) == (409, "examination")
    assert "本件现在：审查中" in page
    assert "我写的意见" in page


@pytest.mark.parametrize(
    ("who", "act"),
    [("liuyang", "accept"), ("wumin", "accept"), ("zhangqian", "grant"), ("zhangqian", "nonsense")],
)
def test_acting_out_of_role_or_stage_changes_nothing(
    city: dict[str, Account], number: str, who: str, act: str
) -> None:
    before = cases.load(number)

    answer = visitor(city[who]).act(number, act, reason="试一试")

    assert answer.status_code in (403, 409)
    assert cases.load(number) == before


def test_the_second_pair_of_eyes_must_be_another_person(
    city: dict[str, Account], accepted: str
) -> None:
    both = visitor(city["sunmei"])
    assert both.press(accepted, "pass").status_code == 303

    page = both.read(f"/desk/cases/{accepted}")
    answer = both.act(accepted, "grant")

    assert "必须由另一人办理" in page
    assert "disabled" in page
    assert answer.status_code == 409
    assert stage(accepted) == "decision"


def test_refusing_needs_reasons_and_a_basis_and_offers_the_remedies_law(
    city: dict[str, Account], accepted: str
) -> None:
    handle.act(accepted, Order("pass"), city["liuyang"].to_actor(), NOW)
    leader = visitor(city["zhaojianguo"])

    form = leader.read(f"/desk/cases/{accepted}/act/refuse")
    empty = leader.act(accepted, "refuse", basis="", reason="")
    done = leader.act(accepted, "refuse", basis="行政许可法第三十八条", reason="余量不足")

    assert "第三十八条第二款" in form
    assert empty.status_code == 422
    assert (done.status_code, cases.load(accepted).outcome) == (303, "refused")
    assert journal.of_case(cases.load(accepted).id)[-1].basis == "行政许可法第三十八条"


def test_work_is_handed_to_a_colleague(city: dict[str, Account], accepted: str) -> None:
    form = visitor(city["liuyang"]).read(f"/desk/cases/{accepted}/act/transfer")

    answer = visitor(city["liuyang"]).act(accepted, "transfer", to_holder="sunmei", reason="请接办")

    assert "孙梅" in form
    assert "赵建国" not in form
    assert answer.status_code == 303
    assert accepted in visitor(city["sunmei"]).read("/desk", mine="1")


def test_another_department_is_asked_for_its_opinion(
    city: dict[str, Account], accepted: str
) -> None:
    examiner = visitor(city["liuyang"])

    answer = examiner.act(accepted, "countersign", to=["role:traffic_police:traffic"])
    page = examiner.read(f"/desk/cases/{accepted}")

    assert answer.status_code == 303
    assert "还在等待" in page
    assert accepted in visitor(city["zhoulei"]).read("/desk")


def test_time_is_stopped_only_for_a_cause_of_the_law(
    city: dict[str, Account], accepted: str
) -> None:
    leader = visitor(city["zhaojianguo"])

    wrong = leader.act(accepted, "suspend", cause="holiday", document="告知书")
    right = leader.act(accepted, "suspend", cause="hearing", document="告知书〔2026〕3号")

    assert wrong.status_code == 422
    assert right.status_code == 303
    assert cases.load(accepted).light == "paused"


def test_the_supervisor_leaves_a_note_that_is_on_record(
    city: dict[str, Account], accepted: str
) -> None:
    answer = visitor(city["wumin"]).act(accepted, "supervise", reason="请今天办结")

    assert answer.status_code == 303
    assert "请今天办结" in visitor(city["liuyang"]).read(f"/desk/cases/{accepted}", tab="journal")


def test_after_an_act_one_goes_on_to_the_next_case_if_one_likes(city: dict[str, Account]) -> None:
    first = case_of(city["wangmin"], "2026-11-20 09:30")
    second = case_of(city["wangmin"], "2026-11-23 10:00")
    clerk = visitor(city["zhangqian"])

    answer = clerk.press(first, "accept", next="1", **{"has-next": "1", "q": "深圳路"})

    assert answer.headers["Location"].startswith(f"/desk/cases/{second}?q=")
    assert clerk.client.cookies["hb_desk_after"].value == "next"
    assert 'name="next" value="1" checked' in clerk.read(f"/desk/cases/{second}")


def test_a_consultee_who_has_answered_goes_back_to_the_list(city: dict[str, Account]) -> None:
    number = case_of(city["wangmin"], "2026-11-23 10:00", uses_road=True)
    handle.act(number, Order("accept"), city["zhangqian"].to_actor(), NOW)
    handle.act(number, Order("pass"), city["liuyang"].to_actor(), NOW)

    answer = visitor(city["zhoulei"]).act(number, "reply", reason="同意。")

    assert (answer.status_code, stage(number)) == (303, "decision")
    assert answer.headers["Location"] == "/desk"
