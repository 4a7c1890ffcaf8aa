# SPDX-License-Identifier: Apache-2.0
"""The case page: what each tab shows, what stays masked, and what is on record."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huiban.services import handle
from huiban.services.handle import Order
from huiban.store import cases, journal
from huiban.store.models import Account, Document
from tests.web.desk_visitor import NOW, case_of, sample, visitor
from tests.web.portal_visitor import granted

pytestmark = pytest.mark.django_db

TABS = ("form", "materials", "points", "flow", "papers", "journal")


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_has_an_address_and_few_statements(
    city: dict[str, Account], number: str, tab: str
) -> None:
    clerk = visitor(city["zhangqian"])
    clerk.read(f"/desk/cases/{number}")

    with CaptureQueriesContext(connection) as asked:
        answer = clerk.get(f"/desk/cases/{number}", tab=tab)

    assert answer.status_code == 200
    assert f'tab={tab}" aria-current="page"' in answer.content.decode()
    assert len(asked) <= 21


def test_a_tab_nobody_has_shows_the_form(city: dict[str, Account], number: str) -> None:
    page = visitor(city["zhangqian"]).read(f"/desk/cases/{number}", tab="../../etc")

    assert 'tab=form" aria-current="page"' in page


def test_the_page_lists_every_running_clock_with_its_basis(
    city: dict[str, Account], number: str
) -> None:
    handle.act(number, Order("accept"), city["zhangqian"].to_actor(), NOW)

    page = visitor(city["liuyang"]).read(f"/desk/cases/{number}")

    assert "承诺办结时限" in page
    assert "行政许可法第四十二条" in page
    assert "20 个工作日" in page


def test_personal_numbers_are_masked_until_shown_and_the_look_is_on_record(
    city: dict[str, Account], number: str
) -> None:
    legal_id = str(sample.values()["legal_id"])
    clerk = visitor(city["zhangqian"])
    assert legal_id not in clerk.read(f"/desk/cases/{number}")

    shown = clerk.post(f"/desk/cases/{number}/reveal", key="legal_id").content.decode()

    assert legal_id in shown
    assert legal_id not in clerk.read(f"/desk/cases/{number}")
    last = journal.of_case(cases.load(number).id)[-1]
    assert (last.act, last.actor) == ("revealed", "zhangqian")


def test_a_script_gets_only_the_revealed_text(city: dict[str, Account], number: str) -> None:
    clerk = visitor(city["zhangqian"])

    answer = clerk.client.post(
        f"/desk/cases/{number}/reveal", {"key": "legal_id"}, headers={"HX-Request": "true"}
    )

    text = answer.content.decode()
    assert str(sample.values()["legal_id"]) in text
    assert "<html" not in text


def test_the_supervisor_can_neither_reveal_nor_open_materials(
    city: dict[str, Account], number: str
) -> None:
    supervisor = visitor(city["wumin"])

    page = supervisor.read(f"/desk/cases/{number}")

    assert "显示<span" not in page
    assert "tab=materials" not in page
    assert supervisor.post(f"/desk/cases/{number}/reveal", key="legal_id").status_code == 403


def test_the_materials_are_shown_page_by_page(city: dict[str, Account], number: str) -> None:
    page = visitor(city["zhangqian"]).read(f"/desk/cases/{number}", tab="materials")

    assert "/pages/1?w=960" in page
    assert "第 1 / 1 页" in page
    assert "?download=1" in page
    assert "网上填写" in page


def test_the_journal_verifies_its_chain_on_view(city: dict[str, Account], number: str) -> None:
    handle.act(number, Order("accept"), city["zhangqian"].to_actor(), NOW)

    page = visitor(city["liuyang"]).read(f"/desk/cases/{number}", tab="journal")

    assert "证据链完整" in page
    assert "重放一致" in page
    assert cases.load(number).chain_sha256[:16] in page


def test_the_points_say_their_basis_and_what_was_found(
    city: dict[str, Account], number: str
) -> None:
    page = visitor(city["zhangqian"]).read(f"/desk/cases/{number}", tab="points")

    assert "申请单位是建设单位或者施工单位" in page
    assert "城市建筑垃圾管理规定第七条" in page
    assert "青岛海纳建设工程有限公司" in page


def test_a_point_not_met_leads_into_the_notice_of_correction(city: dict[str, Account]) -> None:
    others = {"builder": "别的建设单位", "contractor": "别的施工单位"}
    number = case_of(city["wangmin"], "2026-11-23 10:00", **others)
    clerk = visitor(city["zhangqian"])

    page = clerk.read(f"/desk/cases/{number}")
    form = clerk.read(f"/desk/cases/{number}/act/request_correction")

    assert "写入补正" in page
    assert "不符 1" in page
    assert "申请单位与建设单位、施工单位都不一致" in form


def test_the_neighbours_keep_the_narrow_they_were_found_with(city: dict[str, Account]) -> None:
    first = case_of(city["wangmin"], "2026-11-20 09:30")
    second = case_of(city["wangmin"], "2026-11-23 10:00")
    clerk = visitor(city["zhangqian"])

    page = clerk.read(f"/desk/cases/{first}", stage="submitted", q="深圳路")

    assert f'rel="next" href="/desk/cases/{second}?stage=submitted&amp;q=' in page
    assert 'rel="prev"' not in page


def test_a_suspended_case_says_so_on_top(city: dict[str, Account], number: str) -> None:
    actor = {name: one.to_actor() for name, one in city.items()}
    handle.act(number, Order("accept"), actor["zhangqian"], NOW)
    inputs = {"cause": "expert_review", "document": "特别程序告知书〔2026〕1号"}
    handle.act(number, Order("suspend", inputs=inputs), actor["zhaojianguo"], NOW)

    page = visitor(city["liuyang"]).read(f"/desk/cases/{number}")

    assert "本件已中止计时：专家评审" in page
    assert "特别程序告知书〔2026〕1号" in page


def test_a_case_out_of_reach_and_a_case_that_is_not_there_are_told_apart(
    city: dict[str, Account], number: str
) -> None:
    assert visitor(city["zhoulei"]).get(f"/desk/cases/{number}").status_code == 403
    assert visitor(city["zhangqian"]).get("/desk/cases/QD-NOTHING").status_code == 404


def test_the_whole_application_is_opened_by_few_and_on_record(city: dict[str, Account]) -> None:
    number = granted(city)
    case = cases.load(number)
    document = Document.objects.get(case_id=case.id, code="application_form")
    way = f"/documents/{document.number}"

    for who in ("zhangqian", "liuyang", "wumin", "zhoulei", "auditor"):
        assert visitor(city[who]).get(way).status_code == 404, who
        assert way not in visitor(city["liuyang"]).read(f"/desk/cases/{number}", tab="papers")
    assert not [one for one in journal.of_case(case.id) if one.act == "revealed"]
    leader = visitor(city["zhaojianguo"])
    assert way in leader.read(f"/desk/cases/{number}", tab="papers")
    assert [leader.get(way).status_code for _ in range(2)] == [200, 200]

    [look] = [one for one in journal.of_case(case.id) if one.act == "revealed"]
    assert (look.actor, look.role, look.is_public) == ("zhaojianguo", "leader", False)
