# SPDX-License-Identifier: Apache-2.0
"""Certificates on the desk: found, counted, opened with their ledger, changed by whoever may."""

from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huiban.kernel.actor import ActorKind
from huiban.services import accounts
from huiban.services.accounts import Person
from huiban.store.models import Account, Certificate
from tests.services.certificate_sample import IN_FORCE, granted
from tests.web.desk_visitor import Visitor
from tests.web.portal_visitor import sample, text_of, visitor

pytestmark = pytest.mark.django_db
WHY = {"reason": "现场检查发现超范围处置", "basis": "行政许可法第六十九条第二款"}


@pytest.fixture
def held(town: dict[str, Account], monkeypatch: pytest.MonkeyPatch) -> Certificate:
    found = granted(town)
    monkeypatch.setattr("huiban.web.visit.now", lambda: IN_FORCE)
    return found


@pytest.fixture
def here(held: Certificate) -> str:
    return f"/desk/certificates/{quote(held.number, safe='')}"


def head(town: dict[str, Account]) -> Visitor:
    return visitor(town["zhaojianguo"])


def examiner(town: dict[str, Account]) -> Visitor:
    return visitor(town["liuyang"])


@pytest.mark.parametrize("who", ["zhangqian", "liuyang", "zhaojianguo", "wumin"])
def test_the_people_of_the_department_find_it_on_the_list(
    town: dict[str, Account], held: Certificate, here: str, who: str
) -> None:
    page = visitor(town[who]).read("/desk/certificates")

    assert f'href="{here}"' in page
    assert "青岛海晟置业有限公司" in text_of(page)
    assert "/desk/certificates" in page.partition("<main")[0]


def test_another_department_and_administrators_do_not(
    town: dict[str, Account], held: Certificate, here: str
) -> None:
    person = Person(
        number="stranger", name="外人", kind=ActorKind.OFFICER, roles=("leader",),
        department="traffic_police", division="370200",
    )  # fmt: skip
    stranger = visitor(accounts.make(person, sample.PASSWORD))

    assert "还没有签发证照" in stranger.read("/desk/certificates")
    assert stranger.get(here).status_code == 404
    assert stranger.post(here, act="suspend", **WHY).status_code == 404
    for who in ("sysadmin", "auditor", "zhoulei"):
        assert visitor(town[who]).get("/desk/certificates").status_code == 403
    assert Certificate.objects.get().state == "valid"


@pytest.mark.parametrize(
    ("asked", "is_found"),
    [
        ({"q": "NUMBER"}, True),
        ({"q": "CODE"}, True),
        ({"q": sample.USCC}, True),
        ({"q": "海晟"}, True),
        ({"q": "地下停车场"}, True),
        ({"q": "没有这个人"}, False),
        ({"kind": "waste_disposal_permit"}, True),
        ({"kind": "safety_permit"}, False),
        ({"state": "valid"}, True),
        ({"state": "suspended"}, False),
        ({"state": "expired"}, False),
        ({"show": "ending"}, False),
        ({"show": "proposed"}, False),
        ({"state": "x", "page": "99999", "kind": ""}, True),
    ],
)
def test_the_list_is_searched_and_narrowed(
    town: dict[str, Account], held: Certificate, here: str, asked: dict[str, str], is_found: bool
) -> None:
    codes = {"NUMBER": held.number.replace("〔", "[").replace("〕", "]"), "CODE": held.verify_code}
    asked = {name: codes.get(value, value) for name, value in asked.items()}

    page = examiner(town).read("/desk/certificates", **asked)

    assert (f'href="{here}"' in page) is is_found


def test_what_ends_soon_comes_first_to_end(town: dict[str, Account], held: Certificate) -> None:
    Certificate.objects.update(valid_until="2027-01-31")
    one = Certificate.objects.get()
    one.number, one.verify_code, one.valid_until = "早到期的证", "other", "2026-12-20"
    one.save(force_insert=True)

    page = examiner(town).read("/desk/certificates", show="ending")

    assert page.index("早到期的证") < page.index(held.number)


def test_the_list_costs_no_query_a_row(town: dict[str, Account], held: Certificate) -> None:
    desk = examiner(town)

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            desk.read("/desk/certificates")
        return len(asked)

    queries()
    few = queries()
    one = Certificate.objects.get()
    for place in range(20):
        one.number, one.verify_code = f"证{place}", f"c{place}"
        one.save(force_insert=True)

    assert queries() == few


def test_the_kinds_are_shown_with_their_rules_and_counted_at_once(
    town: dict[str, Account], held: Certificate
) -> None:
    with CaptureQueriesContext(connection) as asked:
        page = text_of(examiner(town).read("/desk/certificate-kinds"))

    rules = ("青建废核〔{year}〕{division}-{serial:5}", "最长 1 年", "3 年", "到期 30 天前提出")
    for words in (*rules, "建筑垃圾处置核准证", "安全生产许可证", "行政许可法第五十条", "1 张"):
        assert words in page
    counted = [one["sql"] for one in asked if "store_certificate" in one["sql"]]
    assert len(counted) == 1


def test_a_head_suspends_it_and_resumes_it(
    town: dict[str, Account], held: Certificate, here: str
) -> None:
    desk = head(town)
    assert "暂停使用" in desk.read(here, do="suspend")

    done = desk.post(here, act="suspend", **WHY)

    assert (done.status_code, done["Location"]) == (303, here)
    page = text_of(desk.read(here))
    assert "已暂停" in page
    assert "现场检查发现超范围处置" in page
    assert "台账完整" in page
    assert "恢复使用" in page
    desk.post(here, act="resume", **WHY)
    assert Certificate.objects.get().state == "valid"
    mine = text_of(visitor(town["wangmin"]).read("/messages"))
    assert "证照暂停使用" in mine


def test_an_examiner_proposes_and_a_head_confirms(
    town: dict[str, Account], held: Certificate, here: str
) -> None:
    desk, leader = examiner(town), head(town)
    form = desk.read(here, do="propose")
    assert "行政许可法第八条第二款" in form

    desk.post(here, act="propose", ending="annul", **WHY)

    assert "等待确认" in text_of(desk.read("/desk/certificates", show="proposed"))
    assert "do=confirm" not in desk.read(here)
    refused = desk.post(here, act="confirm")
    assert refused.status_code == 409
    assert "两个人" in text_of(refused.content.decode())
    assert "刘洋" in text_of(leader.read(here, do="confirm"))
    leader.post(here, act="confirm")
    assert Certificate.objects.get().state == "annulled"
    page = text_of(leader.read(here))
    assert "已撤销" in page
    assert "可以办的" not in page


@pytest.mark.parametrize(
    ("sent", "at"),
    [
        ({"act": "propose", **WHY}, "ending"),
        ({"act": "propose", "ending": "annul", "basis": "x"}, "reason"),
        ({"act": "suspend", "reason": "超范围处置"}, "basis"),
    ],
)
def test_what_is_missing_is_named_and_nothing_typed_is_lost(
    town: dict[str, Account], held: Certificate, here: str, sent: dict[str, str], at: str
) -> None:
    answer = head(town).post(here, **sent)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'href="#{at}"' in page
    assert f'id="{at}-problem"' in page
    assert sent.get("reason", "") in page
    assert Certificate.objects.get().state == "valid"


def test_who_only_looks_has_no_buttons(
    town: dict[str, Account], held: Certificate, here: str
) -> None:
    window = visitor(town["zhangqian"])

    assert "可以办的" not in window.read(here)
    assert window.post(here, act="suspend", **WHY).status_code == 403
    assert window.post(here, act="nonsense").status_code == 200
    assert Certificate.objects.get().state == "valid"


def test_a_row_changed_beside_its_ledger_is_shown_as_such(
    town: dict[str, Account], held: Certificate, here: str
) -> None:
    Certificate.objects.update(valid_until="2099-12-31")

    page = text_of(head(town).read(here))

    assert "证照和台账对不上" in page
    assert "valid_until" in page
    assert "台账完整" not in page
