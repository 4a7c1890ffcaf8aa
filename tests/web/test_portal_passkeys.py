# SPDX-License-Identifier: Apache-2.0
"""Passkeys and codes at the portal, sent as a browser would send them."""

import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from django.conf import settings

from huiban.services import delegations
from huiban.services.delegation_terms import Asked
from huiban.store import ids
from huiban.store.models import Account, IdentityAttempt, Passkey
from tests.connectors.soft_passkey import SoftPasskey
from tests.services.gateway import Served, sending
from tests.web.portal_visitor import ITEM, NOW, Visitor, sample, text_of, visitor
from tests.web.portal_visitor import clerk as clerk
from tests.web.portal_visitor import town as town

pytestmark = pytest.mark.django_db

TO = "13800000001"


@pytest.fixture(autouse=True)
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    monkeypatch.setattr(settings, "PUBLIC_URL", "http://localhost:8000")
    with sending() as found:
        yield found


@pytest.fixture
def matter(town: dict[str, Account]) -> str:
    """The address of proving who one is for a delegation that waits for its signature."""
    sample.resident()
    asked = Asked(
        number=ids.new_key(), delegate="chenjing", delegate_name="陈静", purpose="代办处置核准",
        items=[ITEM], operations=["fill"], uses_most=1,
    )  # fmt: skip
    row = delegations.write(asked, town["wangmin"].to_actor(), NOW)
    return f"/identity/delegation/{row.number}"


def options(page: str) -> dict[str, Any]:
    """What the page hands to the script for the device."""
    found = re.search(r'<script id="passkey-part" type="application/json">(.*?)</script>', page)
    assert found is not None, text_of(page)
    told: dict[str, Any] = json.loads(found[1])
    return dict(told["options"])


def made(person: Visitor, name: str = "我的手机", **more: str) -> SoftPasskey:
    """Make a passkey by the pages."""
    person.post("/passkeys/new", name=name, password=sample.PASSWORD, **more)
    device = SoftPasskey()
    sent = device.make(options(person.read("/passkeys/make")))
    page = person.post("/passkeys/make", answer=sent)
    assert page.status_code == 303, text_of(page.content.decode())
    return device


def begun(person: Visitor, matter: str) -> str:
    page = person.post(f"{matter}/passkey")
    assert page.status_code == 303, text_of(page.content.decode())
    return str(page["Location"])


def answered(person: Visitor, matter: str, device: SoftPasskey) -> str:
    """Answer with a passkey; the address where the code is asked."""
    here = begun(person, matter)
    page = person.post(here, answer=device.answer(options(person.read(here))))
    assert page["Location"].endswith("/code")
    return str(page["Location"])


def test_a_passkey_is_made_after_the_password_and_listed(clerk: Visitor) -> None:
    assert "还没有通行密钥" in clerk.read("/passkeys")

    made(clerk)

    page = text_of(clerk.read("/passkeys"))
    assert "我的手机" in page
    assert "只在一台设备里" in page
    assert "还没有用过" in page


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"name": "", "password": sample.PASSWORD}, "请给通行密钥起个名字"),
        ({"name": "手机", "password": ""}, "请输入登录密码"),
        ({"name": "手机", "password": "wrong"}, "密码不对"),
    ],
)
def test_without_a_name_or_the_password_nothing_is_begun(
    clerk: Visitor, sent: dict[str, str], words: str
) -> None:
    page = clerk.post("/passkeys/new", **sent)

    assert page.status_code == 422
    assert words in page.content.decode()
    assert clerk.get("/passkeys/make")["Location"] == "/passkeys/new"


def test_a_challenge_of_making_is_answered_once(clerk: Visitor) -> None:
    clerk.post("/passkeys/new", name="手机", password=sample.PASSWORD)
    asked = options(clerk.read("/passkeys/make"))
    strange = clerk.post("/passkeys/make", answer=SoftPasskey(is_verified=False).make(asked))
    assert strange.status_code == 422
    assert "没有核对是不是您本人" in strange.content.decode()

    again = clerk.post("/passkeys/make", answer=SoftPasskey().make(asked))

    assert again.status_code == 422
    assert not Passkey.objects.exists()


def test_it_leads_back_to_where_it_was_wanted_and_nowhere_else(clerk: Visitor, matter: str) -> None:
    page = clerk.read(f"{matter}/passkey")
    assert f"/passkeys/new?next={matter}/passkey" in unescape(page).replace("%2F", "/")

    clerk.post("/passkeys/new", name="手机", password=sample.PASSWORD, next=f"{matter}/passkey")
    sent = SoftPasskey().make(options(clerk.read("/passkeys/make")))
    assert clerk.post("/passkeys/make", answer=sent)["Location"] == f"{matter}/passkey"

    clerk.post("/passkeys/new", name="手机二", password=sample.PASSWORD, next="https://a.cn/")
    sent = SoftPasskey().make(options(clerk.read("/passkeys/make")))
    assert clerk.post("/passkeys/make", answer=sent)["Location"] == "/passkeys"


def test_it_is_renamed_and_removed(clerk: Visitor) -> None:
    made(clerk)
    number = Passkey.objects.get().number

    assert clerk.post(f"/passkeys/{number}/rename", name=" ").status_code == 422
    clerk.post(f"/passkeys/{number}/rename", name="办公室的钥匙")
    assert "办公室的钥匙" in clerk.read("/passkeys")
    clerk.post(f"/passkeys/{number}/remove")

    assert "办公室的钥匙" not in text_of(clerk.read("/passkeys")).replace("名字已改", "")


def test_nobody_reaches_anothers_passkey(clerk: Visitor, town: dict[str, Account]) -> None:
    made(clerk)
    number = Passkey.objects.get().number
    stranger = visitor(town["lihua"])

    assert stranger.post(f"/passkeys/{number}/remove").status_code == 404
    assert stranger.post(f"/passkeys/{number}/rename", name="x").status_code == 404
    assert "我的手机" not in stranger.read("/passkeys")


def test_passkey_and_code_lead_to_the_signature(
    clerk: Visitor, matter: str, served: Served
) -> None:
    here = answered(clerk, matter, made(clerk))
    assert "138****0001" in clerk.read(here)

    assert clerk.post(here, do="send", channel="sms").status_code == 303
    page = clerk.post(here, do="check", code=served.code(TO))

    result = text_of(clerk.read(page["Location"]))
    assert result.count("去签署委托书") == 1
    assert "通行密钥 我的手机 验证码发到 138****0001" in result
    assert IdentityAttempt.objects.get().state == "passed"
    assert "通行密钥加验证码" in clerk.read(
        f"{matter.replace('identity/delegation', 'delegations')}/sign"
    )


def test_the_code_page_never_shows_the_code_or_the_whole_telephone(
    clerk: Visitor, matter: str, served: Served
) -> None:
    here = answered(clerk, matter, made(clerk))
    clerk.post(here, do="send", channel="sms")

    page = clerk.read(here)

    assert served.code(TO) not in page.replace(here.split("/")[3], "")
    assert TO not in page


def test_the_demonstration_says_where_its_messages_are(
    clerk: Visitor, matter: str, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = answered(clerk, matter, made(clerk))
    assert served.address not in clerk.read(here)

    monkeypatch.setattr(settings, "DEMO", True)

    assert served.address in clerk.read(here)


def test_a_wrong_code_is_told_at_its_field_and_the_fifth_ends_it(
    clerk: Visitor, matter: str, served: Served
) -> None:
    here = answered(clerk, matter, made(clerk))
    clerk.post(here, do="send", channel="sms")
    wrong = f"{(int(served.code(TO)) + 1) % 1_000_000:06d}"
    for left in (4, 3, 2, 1):
        page = clerk.post(here, do="check", code=wrong)
        assert page.status_code == 422
        assert f"还可以试 {left} 次" in page.content.decode()

    page = clerk.post(here, do="check", code=wrong)

    assert page.status_code == 303
    assert "验证码错了 5 次" in clerk.read(page["Location"])


@pytest.mark.parametrize(
    ("lie", "words"),
    [
        ({"origin": "https://zwfw-example.cn"}, "别的网址上回答"),
        ({"is_verified": False}, "没有核对是不是您本人"),
    ],
)
def test_a_wrong_answer_ends_the_attempt_and_the_page_says_why(
    clerk: Visitor, matter: str, lie: dict[str, object], words: str
) -> None:
    device = made(clerk)
    here = begun(clerk, matter)
    for name, value in lie.items():
        setattr(device, name, value)

    page = clerk.post(here, answer=device.answer(options(clerk.read(here))))

    assert words in clerk.read(page["Location"])


def test_steps_are_not_skipped(clerk: Visitor, matter: str) -> None:
    made(clerk)
    here = begun(clerk, matter)
    code = here.replace("/passkey", "/code")

    assert clerk.get(code)["Location"] == here
    assert clerk.post(code, do="send", channel="sms")["Location"] == here
    assert clerk.post(code, do="check", code="123456")["Location"] == here


def test_a_gateway_that_is_away_is_told_with_another_way(
    clerk: Visitor, matter: str, served: Served
) -> None:
    here = answered(clerk, matter, made(clerk))
    served.order(error_share=1)

    page = clerk.post(here, do="send", channel="sms")

    assert page.status_code == 409
    assert "短信网关现在连不上" in page.content.decode()
    assert "换一种方式" in page.content.decode()


def test_where_no_codes_go_out_the_way_is_closed_with_the_reason(
    clerk: Visitor, matter: str
) -> None:
    made(clerk)
    settings.MESSAGE_GATEWAY_URL = ""  # `sending` puts it back

    assert "没有接通短信网关" in clerk.read(matter)
    assert "没有接通短信网关" in clerk.read(f"{matter}/passkey")
    assert clerk.post(f"{matter}/passkey").status_code == 200
    assert not IdentityAttempt.objects.exists()


def test_at_another_address_one_is_sent_to_where_passkeys_are(clerk: Visitor) -> None:
    assert "http://localhost:8000/passkeys/new" in clerk.read("/passkeys/new")

    page = clerk.client.get("/passkeys/new", headers={"host": "localhost:8000"}).content.decode()

    assert "请换一个网址打开" not in page


def test_nobody_goes_on_with_anothers_attempt(
    clerk: Visitor, matter: str, town: dict[str, Account]
) -> None:
    made(clerk)
    here = begun(clerk, matter)
    stranger = visitor(town["lihua"])

    for way in (here, here.replace("/passkey", "/code")):
        assert stranger.get(way).status_code == 404
        assert stranger.post(way, do="send", channel="sms", answer="{}").status_code == 404
    assert stranger.get(f"{matter}/passkey").status_code == 404


def test_sent_nonsense_is_refused_not_broken(clerk: Visitor, matter: str) -> None:
    made(clerk)
    here = begun(clerk, matter)

    page = clerk.post(here, answer="\x00{" * 10)

    assert "请重新开始" in clerk.read(page["Location"])
