# SPDX-License-Identifier: Apache-2.0
"""My data: everybody sees who asked what about them, and nobody what was asked about others."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huiban.kernel.actor import Actor
from huiban.services import exchange
from huiban.services.exchange import Asked, Looked, Matter, key_digest
from huiban.store import guards
from huiban.store.models import Account, Consent, Draft
from tests.services.stand_in import StandIn, registers
from tests.web.portal_visitor import ITEM, NOW, Visitor, case_of, sample, text_of, visitor

pytestmark = pytest.mark.django_db
REGISTRY = "enterprise_registry"
FIELDS = frozenset({"name", "legal_person"})


@pytest.fixture
def asked() -> Iterator[StandIn]:
    record = {"name": "青岛海晟置业有限公司", "legal_person": "孙海"}
    with registers(StandIn({REGISTRY: {sample.USCC: [record]}}), "population") as found:
        yield found


def ask(actor: Actor, number: str, key: str = sample.USCC, later: int = 0) -> None:
    matter = Matter(number, ITEM, "construction_waste", sample.USCC, actor)
    question = Asked(REGISTRY, "uscc", key, FIELDS)
    exchange.ask(matter, [question], {REGISTRY: FIELDS}, NOW + timedelta(seconds=later), 1.0)


def test_an_enterprise_sees_who_asked_what_for_and_never_the_value(
    town: dict[str, Account], clerk: Visitor, asked: StandIn
) -> None:
    ask(town["wangmin"].to_actor(), "d1")

    said = text_of(clerk.read("/my-data"))

    for words in ("您本人", "企业登记信息", "市场监督管理局", "法定代表人", "查到了", "10:30"):
        assert words in said
    assert "孙海" not in said
    assert "最近 2 条记录都核对过" in said


def test_a_request_leads_to_the_own_case_even_once_the_draft_is_gone(
    town: dict[str, Account], clerk: Visitor, asked: StandIn
) -> None:
    number = case_of(town["wangmin"], "2026-11-23 09:30")
    from huiban.store import cases

    key = cases.load(number).submission_key
    ask(town["zhangqian"].to_actor(), number)
    before = clerk.read("/my-data").count(f'href="/cases/{number}"')
    ask(town["wangmin"].to_actor(), key, later=1)

    page = clerk.read("/my-data")

    assert page.count(f'href="/cases/{number}"') == before + 1
    assert "行政审批" in text_of(page)
    assert "张倩" in text_of(page)


def test_nobody_sees_what_was_asked_about_others(town: dict[str, Account], asked: StandIn) -> None:
    ask(town["wangmin"].to_actor(), "d1")

    said = text_of(visitor(town["lihua"]).read("/my-data"))

    assert "还没有人查过您的数据" in said


def test_a_person_sees_what_an_enterprise_asked_about_her(
    town: dict[str, Account], asked: StandIn
) -> None:
    person = sample.resident()
    number = case_of(town["wangmin"], "2026-11-23 09:30")
    matter = Matter(number, ITEM, "construction_waste", sample.USCC, town["wangmin"].to_actor())
    exchange.reveal(matter, Looked(REGISTRY, person.subject, frozenset({"legal_person"})), NOW)

    page = visitor(person).read("/my-data")

    assert "看了全文" in page
    assert "为 青岛海晟置业有限公司 办事" in text_of(page)
    assert f"/cases/{number}" not in page


def test_what_was_asked_of_the_partys_project_is_told_as_such(
    town: dict[str, Account], clerk: Visitor, asked: StandIn
) -> None:
    ask(town["wangmin"].to_actor(), "d1", key="2020-370202-47-03-000001")

    assert "查的是您申请里的工程、车辆或人员" in text_of(clerk.read("/my-data"))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_speaks_the_language_of_its_reader(
    town: dict[str, Account], clerk: Visitor, asked: StandIn, language: str
) -> None:
    ask(town["wangmin"].to_actor(), "d1")
    clerk.client.cookies["hb_language"] = language

    said = text_of(clerk.read("/my-data"))

    assert ("Legal representative" in said) == (language == "en")
    assert ("法定代表人" in said) == (language != "en")


def test_the_list_is_narrowed_and_goes_on(
    town: dict[str, Account], clerk: Visitor, asked: StandIn
) -> None:
    actor = town["wangmin"].to_actor()
    for number in range(25):
        ask(actor, f"d{number}")
    matter = Matter("d1", ITEM, "construction_waste", sample.USCC, actor)
    exchange.reveal(matter, Looked("population", sample.USCC, frozenset({"name"})), NOW)

    first = clerk.read("/my-data")
    after = first.partition("after=")[2].partition('"')[0]
    second = clerk.read("/my-data", after=after)

    assert first.count("<tr>") - 1 + second.count("<tr>") - 1 == 26
    assert clerk.read("/my-data", resource="population").count("<tr>") == 2
    assert "这种数据没有查询记录" in clerk.read("/my-data", resource="planning_permit")
    assert clerk.get("/my-data", after="x").status_code == 303


def test_the_page_costs_as_many_statements_for_many_lines_as_for_one(
    town: dict[str, Account], clerk: Visitor, asked: StandIn
) -> None:
    counts = []
    for numbers in (range(1), range(1, 20)):
        for number in numbers:
            ask(town["wangmin"].to_actor(), f"d{number}")
        with CaptureQueriesContext(connection) as seen:
            clerk.read("/my-data")
        counts.append(len(seen))

    assert counts[0] == counts[1] <= 13


def test_a_changed_log_is_told_to_who_it_is_about(
    town: dict[str, Account], clerk: Visitor, asked: StandIn
) -> None:
    ask(town["wangmin"].to_actor(), "d1")
    guards.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE store_inquiry SET actor_name = '别人' WHERE event = 'asked'")

    said = text_of(clerk.read("/my-data"))

    assert "记录被动过" in said
    assert "记录完整" not in said


def consent(account: Account) -> Consent:
    return Consent.objects.create(
        number="c" * 32, account=account, subject=key_digest(account.subject),
        resource=REGISTRY, purpose="construction_waste", text_sha256="0" * 64, given_at=NOW,
    )  # fmt: skip


def test_a_consent_is_listed_and_withdrawn(town: dict[str, Account], clerk: Visitor) -> None:
    given = consent(town["wangmin"])

    assert "生效中" in clerk.read("/my-data", show="consents")
    answer = clerk.post("/my-data/withdraw", consent=given.number)

    assert (answer.status_code, answer["Location"]) == (303, "/my-data?show=consents")
    page = clerk.read("/my-data", show="consents")
    assert "同意已撤回" in page
    assert "已撤回" in page
    assert '<button class="button button-small"' not in page


def test_nobody_withdraws_anothers_consent(town: dict[str, Account], clerk: Visitor) -> None:
    given = consent(town["wangmin"])

    visitor(town["lihua"]).post("/my-data/withdraw", consent=given.number)

    given.refresh_from_db()
    assert given.withdrawn_at is None


def test_a_draft_is_linked_as_one(
    town: dict[str, Account], clerk: Visitor, asked: StandIn, draft: str
) -> None:
    ask(town["wangmin"].to_actor(), draft)
    Draft.objects.filter(number=draft).update(title="没提交的申请一件")

    page = clerk.read("/my-data")

    assert f"/drafts/{draft}/summary" in page
    assert "没提交的申请一件" in page


def test_who_is_nobodys_party_has_no_such_page(town: dict[str, Account]) -> None:
    officer = visitor(town["zhangqian"])

    assert "还没有人查过您的数据" in officer.read("/my-data")
    assert "/my-data" not in officer.read("/").partition("<main")[0]


def test_strangers_sign_in_first(client: object) -> None:
    from django.test import Client

    answer = Client().get("/my-data")

    assert answer.status_code == 302
    assert "/sign-in" in answer["Location"]


def test_actors_without_a_party_are_asked_nothing(town: dict[str, Account]) -> None:
    from huiban.services import my_data

    nobody = replace(town["zhangqian"].to_actor(), subject="")
    assert my_data.page(nobody, NOW).lines == ()
    assert my_data.whole(nobody).checked == 0
