# SPDX-License-Identifier: Apache-2.0
"""Proving who one is at the window: the number at the portal, the clerk's page at the desk."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huiban.kernel.identity import Purpose
from huiban.kernel.words import Words
from huiban.services import delegations, identity_window
from huiban.services.delegation_terms import Asked
from huiban.store import ids
from huiban.store.models import Account, IdentityAttempt, WindowVisit
from tests.services.signing_sample import PHONE
from tests.web.portal_visitor import ITEM, NOW, Visitor, sample, text_of, visitor
from tests.web.portal_visitor import town as town

pytestmark = pytest.mark.django_db

HERE = "/desk/identity"


@pytest.fixture
def person(town: dict[str, Account]) -> Visitor:
    """A resident, who signs for herself."""
    return visitor(sample.resident())


@pytest.fixture
def window(town: dict[str, Account]) -> Visitor:
    return visitor(town["zhangqian"])


@pytest.fixture
def matter(town: dict[str, Account], person: Visitor) -> str:
    asked = Asked(
        number=ids.new_key(), delegate="wangmin", delegate_name="王敏", purpose="代办处置核准",
        items=[ITEM], operations=["fill"], uses_most=1,
    )  # fmt: skip
    actor = Account.objects.get(number="chenjing").to_actor()
    return f"/identity/delegation/{delegations.write(asked, actor, NOW).number}"


@pytest.fixture
def waits(person: Visitor, matter: str) -> str:
    """The address of the page that shows a number."""
    page = person.post(f"{matter}/window")
    assert page.status_code == 303
    return str(page["Location"])


def code() -> str:
    return WindowVisit.objects.get().code


def test_a_number_is_taken_said_and_confirmed(
    person: Visitor, window: Visitor, matter: str, waits: str
) -> None:
    shown = text_of(person.read(waits))
    assert f"{code()[:3]} {code()[3:]}" in shown

    found = text_of(window.post(HERE, code=code(), do="find").content.decode())
    assert "陈静" in found
    assert "370202********" in found
    assert "签署给王敏的委托书" in found
    assert Account.objects.get(number="chenjing").subject not in found
    done = window.post(HERE, code=code(), do="confirm", looked="on")

    assert done["Location"] == HERE
    assert "已确认" in window.read(HERE)
    on = person.get(waits)
    assert on["Location"] == waits.removesuffix("/window")
    result = text_of(person.read(on["Location"]))
    assert "去签署委托书" in result
    assert "窗口人员 张倩" in result
    assert "11-24 10:30 以前有效" in result


def test_the_waiting_page_goes_on_by_itself(person: Visitor, window: Visitor, waits: str) -> None:
    assert person.client.get(waits, headers={"hx-request": "true"}).status_code == 204

    window.post(HERE, code=code(), do="confirm", looked="on")

    answer = person.client.get(waits, headers={"hx-request": "true"})
    assert answer["HX-Redirect"] == waits.removesuffix("/window")


def test_a_refusal_reaches_the_person_with_its_reason(
    person: Visitor, window: Visitor, waits: str
) -> None:
    assert window.post(HERE, code=code(), do="refuse", reason="").status_code == 422

    window.post(HERE, code=code(), do="refuse", reason="身份证已过有效期")

    assert "身份证已过有效期" in person.read(waits.removesuffix("/window"))
    assert "没有确认" in window.read(HERE)


def test_without_looking_at_the_card_nothing_is_confirmed(window: Visitor, waits: str) -> None:
    page = window.post(HERE, code=code(), do="confirm")

    assert page.status_code == 422
    assert "身份证原件和本人" in page.content.decode()
    assert IdentityAttempt.objects.get().state == "open"


def test_a_number_of_nobody_is_told_at_its_field(window: Visitor, waits: str) -> None:
    other = f"{(int(code()) + 1) % 1_000_000:06d}"

    page = window.post(HERE, code=other, do="find")

    assert page.status_code == 422
    assert "没有人用这个号" in page.content.decode()


@pytest.mark.parametrize("who", ["liuyang", "wumin", "sysadmin"])
def test_officers_who_are_no_window_clerks_have_no_such_page(
    town: dict[str, Account], waits: str, who: str
) -> None:
    officer = visitor(town[who])

    assert officer.get(HERE).status_code == 403
    assert officer.post(HERE, code=code(), do="confirm", looked="on").status_code == 403
    assert HERE not in officer.read("/desk/resources")


def test_residents_are_sent_to_the_portal(person: Visitor, waits: str) -> None:
    assert person.get(HERE)["Location"] == "/"


def test_the_page_is_among_the_clerks_own(window: Visitor) -> None:
    assert f'href="{HERE}"' in window.read("/desk")


def test_a_clerk_does_not_find_themselves(town: dict[str, Account], window: Visitor) -> None:
    purpose = Purpose("delegation", "d1", Words("签署委托书"))
    made = identity_window.begin(town["zhangqian"].to_actor(), purpose, NOW, PHONE)

    page = window.post(HERE, code=made.code, do="find")

    assert page.status_code == 403
    assert "不能给自己核实" in page.content.decode()


def test_the_list_of_a_clerk_asks_the_database_as_often_for_many(
    town: dict[str, Account], window: Visitor
) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            window.read(HERE)
        return len(seen)

    _answered(town, 1)
    asked()
    few = asked()
    _answered(town, 8)

    assert asked() == few


def _answered(town: dict[str, Account], count: int) -> None:
    clerk = town["zhangqian"].to_actor()
    person = Account.objects.get(number="wangmin").to_actor()
    for _ in range(count):
        IdentityAttempt.objects.update(begun_at=NOW.replace(year=2025))
        purpose = Purpose("delegation", ids.new_key(), Words("签署委托书"))
        made = identity_window.begin(person, purpose, NOW, PHONE)
        identity_window.refuse(made.code, "没带身份证", clerk, NOW)
