# SPDX-License-Identifier: Apache-2.0
"""Proving who one is without a face, in a real browser: passkey and code, and at the window."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import CDPSession, Page, expect

from huiban.kernel.identifier_samples import make_person_id
from huiban.services import delegations, identity
from huiban.services.delegation_terms import Asked
from huiban.store import ids
from huiban.store.models import Account, IdentityAttempt
from tests.browser import watch
from tests.journeys.conftest import now
from tests.journeys.looking import PHONE, Look
from tests.services import city_sample
from tests.services.gateway import Served, sending

pytestmark = pytest.mark.browser

Entered = Callable[..., Page]
TO = "13800000001"


@pytest.fixture
def served() -> Iterator[Served]:
    with sending() as found:
        yield found


@pytest.fixture
def town(town: str) -> str:
    """Under its name: browsers make no passkeys for an address of numbers."""
    return town.replace("127.0.0.1", "localhost")


@pytest.fixture
def resident(town: str) -> Account:
    return city_sample.resident()


def written() -> str:
    """A delegation of Wang Min's that waits for her signature."""
    asked = Asked(
        number=ids.new_key(), delegate="chenjing", delegate_name="陈静",
        purpose="代办地下停车场工程的建筑垃圾处置核准", items=["construction_waste.new"],
        operations=["fill", "submit"], uses_most=1,
    )  # fmt: skip
    actor = Account.objects.get(number="wangmin").to_actor()
    return delegations.write(asked, actor, now()).number


def device(page: Page) -> tuple[CDPSession, str]:
    """Put an authenticator with a fingerprint reader into the browser."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
        "hasUserVerification": True, "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }})  # fmt: skip
    return session, made["authenticatorId"]


@pytest.mark.usefixtures("resident")
def test_a_passkey_is_made_and_with_a_code_proves_who_signs(
    enter: Entered, served: Served, shots: Path | None
) -> None:
    see = Look(shots, "passkey", only=("phone", "wide")).in_every_look
    number = written()
    page = enter("wangmin", "/passkeys", **PHONE)
    heard = watch(page)
    session, key = device(page)
    see(page, "none")

    page.goto(f"/identity/delegation/{number}/passkey")
    see(page, "to-add")
    page.get_by_role("link", name="添加通行密钥").click()
    page.get_by_role("button", name="下一步").click()
    see(page, "new-faults")
    page.fill("#name", "我的手机")
    page.fill("#password", city_sample.PASSWORD)
    page.get_by_role("button", name="下一步").click()
    see(page, "make")
    page.get_by_role("button", name="用这台设备添加").click()
    expect(page.locator(".flashes")).to_contain_text("通行密钥已添加")
    page.goto("/passkeys")
    see(page, "one")

    page.goto(f"/identity/delegation/{number}/passkey")
    see(page, "begin")
    page.get_by_role("button", name="开始").click()
    see(page, "answer")
    session.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": False})
    page.get_by_role("button", name="用通行密钥确认").click()
    expect(page.locator("[data-problem]")).to_contain_text("没有完成")
    see(page, "answer-problem")
    session.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": True})
    page.get_by_role("button", name="用通行密钥确认").click()
    page.wait_for_url("**/code")
    see(page, "code-send")
    page.get_by_role("button", name="发验证码").click()
    page.wait_for_selector("#code")
    code = served.code(TO)
    page.fill("#code", f"{(int(code) + 1) % 1_000_000:06d}")
    page.get_by_role("button", name="确认", exact=True).click()
    expect(page.locator("#code-problem")).to_contain_text("还可以试 4 次")
    see(page, "code-fault")
    page.fill("#code", code)
    page.get_by_role("button", name="确认", exact=True).click()
    page.wait_for_url("**/identity/attempts/*")
    see(page, "proved")

    row = IdentityAttempt.objects.get()
    assert (row.way, row.state) == ("passkey_code", "passed")
    page.goto(f"/delegations/{number}/sign")
    expect(page.locator("main")).to_contain_text("通行密钥加验证码")
    assert [one for one in heard if "422" not in one] == []


def test_a_clerk_confirms_at_the_window_and_the_page_goes_on(
    enter: Entered, resident: Account, shots: Path | None
) -> None:
    see = Look(shots, "window", only=("phone", "wide")).in_every_look
    number = written()
    person = enter("wangmin", f"/identity/delegation/{number}/window", **PHONE)
    see(person, "begin")
    person.get_by_role("button", name="取号").click()
    see(person, "number")
    code = person.locator(".identity-number").inner_text()

    clerk = enter("zhangqian", "/desk/identity")
    clerk.fill("#code", "12")
    clerk.get_by_role("button", name="查找").click()
    see(clerk, "clerk-fault")
    clerk.fill("#code", code)
    clerk.get_by_role("button", name="查找").click()
    expect(clerk.locator("main")).to_contain_text("青岛海晟置业有限公司")
    clerk.fill("#card", make_person_id("370212", date(1980, 3, 7), 1))
    clerk.get_by_role("button", name="确认是本人").click()
    expect(clerk.locator("#looked-problem")).to_contain_text("身份证原件")
    see(clerk, "clerk-found")
    clerk.check("#looked")
    clerk.get_by_role("button", name="确认是本人").click()
    expect(clerk.locator(".flashes")).to_contain_text("已确认")
    see(clerk, "clerk-done")

    person.wait_for_url("**/identity/attempts/*", timeout=15_000)  # by itself
    expect(person.locator("main")).to_contain_text("通过")
    row = identity.history(Account.objects.get(number="wangmin").to_actor())[0]
    assert (row.way, row.state) == ("window", "passed")
