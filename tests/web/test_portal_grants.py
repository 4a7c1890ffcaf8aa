# SPDX-License-Identifier: Apache-2.0
"""The pages of a grant, without scripts: lent, the code shown once, used, refused, revoked."""

import re
from datetime import timedelta
from urllib.parse import quote

import pytest

from huiban.services import ledger
from huiban.services.ledger import Chain
from huiban.store import ids
from huiban.store.models import Account, Certificate, CertificateGrant
from tests.services.certificate_sample import IN_FORCE, granted
from tests.web.desk_visitor import Visitor
from tests.web.portal_visitor import sample, text_of, visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(town: dict[str, Account], monkeypatch: pytest.MonkeyPatch) -> Certificate:
    found = granted(town)
    monkeypatch.setattr("huiban.web.visit.now", lambda: IN_FORCE)
    return found


@pytest.fixture
def here(held: Certificate) -> str:
    return f"/certificates/{quote(held.number, safe='')}/grants"


def form(**changed: str) -> dict[str, str]:
    usual = {
        "number": ids.new_key(),
        "grantee_code": "",
        "grantee_name": "青岛通和市政工程有限公司",
        "purpose": "tender",
        "purpose_text": "",
        "starts_on": "2026年12月1日",
        "ends_on": "20261207",
        "uses_most": "1",
    }
    return usual | changed


def lent(town: dict[str, Account], clerk: Visitor, here: str, **changed: str) -> str:
    """Grant the use to the other enterprise and return the code that the page shows."""
    page = clerk.post(f"{here}/new", **form(grantee_code=town["lihua"].subject, **changed))
    assert page.status_code == 201, text_of(page.content.decode())
    found = re.search(r"/use/([0-9A-Z]{16})<", page.content.decode())
    assert found is not None
    return found[1]


def test_a_grant_is_made_and_its_code_shown_once(
    town: dict[str, Account], clerk: Visitor, here: str
) -> None:
    assert "还没有授权给别人" in clerk.read(here)
    assert 'value="2026-12-07"' in clerk.read(f"{here}/new")

    code = lent(town, clerk, here)

    page = clerk.read(here)
    told = text_of(page)
    assert code not in page
    assert "青岛通和市政工程有限公司" in told
    assert "用了 0 次，最多 1 次" in told
    assert "可以使用" in told
    assert "授权别人使用" in told


def test_sending_the_form_again_makes_no_second_grant(
    town: dict[str, Account], clerk: Visitor, here: str
) -> None:
    sent = form(grantee_code=town["lihua"].subject)
    clerk.post(f"{here}/new", **sent)

    again = clerk.post(f"{here}/new", **sent)

    assert (again.status_code, again["Location"]) == (303, here)
    assert CertificateGrant.objects.count() == 1
    assert "用证码只显示一次" in clerk.read(here)


@pytest.mark.parametrize(
    ("changed", "at"),
    [
        ({"grantee_code": "91370200MA3CXXXX00"}, "grantee_code"),
        ({"grantee_name": ""}, "grantee_name"),
        ({"purpose": ""}, "purpose"),
        ({"purpose": "other"}, "purpose_text"),
        ({"starts_on": "2026-02-30"}, "starts_on"),
        ({"ends_on": "明天"}, "ends_on"),
        ({"uses_most": "许多"}, "uses_most"),
    ],
)
def test_a_mistake_is_named_at_its_field_and_nothing_typed_is_lost(
    town: dict[str, Account], clerk: Visitor, here: str, changed: dict[str, str], at: str
) -> None:
    sent = form(**({"grantee_code": town["lihua"].subject} | changed))

    answer = clerk.post(f"{here}/new", **sent)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'href="#{at}"' in page
    assert f'id="{at}-problem"' in page
    assert sent["ends_on"] in page
    assert sent["number"] in page
    assert not CertificateGrant.objects.exists()


def test_the_grantee_uses_it_and_sees_the_certificate_for_a_while(
    town: dict[str, Account], clerk: Visitor, here: str, held: Certificate,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    code = lent(town, clerk, here)
    other = visitor(town["lihua"])
    invited = text_of(other.read(f"/use/{code}"))

    used = other.post(f"/use/{code}", purpose="tender")
    way = used["Location"]
    shown = other.read(way)

    assert "青岛海晟置业有限公司 授权您使用" in invited
    assert held.title in invited
    assert held.number not in invited
    assert used.status_code == 303
    assert held.number in shown
    assert held.identifier in shown
    assert "还可以看 15 分钟" in text_of(shown)
    assert other.get(f"{way}/document").content.startswith(b"%PDF")
    assert other.get(f"{way}/page").status_code == 200
    assert visitor(town["lihua"]).get(way).status_code == 404  # another session of the same person
    assert "按授权使用" in text_of(clerk.read(here))
    assert "已用完" in text_of(clerk.read(here))
    monkeypatch.setattr("huiban.web.visit.now", lambda: IN_FORCE + timedelta(minutes=15))
    assert other.get(way).status_code == 410
    assert other.get(f"{way}/document").status_code == 410


def test_every_refusal_says_why_and_is_seen_by_the_holder(
    town: dict[str, Account], clerk: Visitor, here: str
) -> None:
    code = lent(town, clerk, here)
    stranger, other = visitor(town["zhangqian"]), visitor(town["lihua"])

    foreign = stranger.get(f"/use/{code}")
    no_purpose = other.post(f"/use/{code}")
    wrong = other.post(f"/use/{code}", purpose="loan")
    other.post(f"/use/{code}", purpose="tender")
    twice = other.get(f"/use/{code}")

    assert foreign.status_code == 403
    assert "授权给别人的" in text_of(foreign.content.decode())
    assert "海晟" not in text_of(foreign.content.decode())
    assert no_purpose.status_code == 422
    assert wrong.status_code == 409
    assert "用途和授权的不一样" in text_of(wrong.content.decode())
    assert "次数已经用完" in text_of(twice.content.decode())
    log = text_of(clerk.read(here))
    for words in ("不是被授权的人", "用途和授权的不一样（所选用途：申请贷款）", "次数已用完"):
        assert words in log


def test_a_revoked_grant_is_refused(town: dict[str, Account], clerk: Visitor, here: str) -> None:
    code = lent(town, clerk, here)
    made = CertificateGrant.objects.get()

    done = clerk.post(f"{here}/{made.number}/revoke")
    again = clerk.post(f"{here}/{made.number}/revoke")

    assert (done.status_code, again.status_code) == (303, 303)
    assert "已收回" in text_of(clerk.read(here))
    assert "已经撤销" in text_of(visitor(town["lihua"]).read(f"/use/{code}"))


def test_nobody_else_sees_or_revokes_a_grant(
    town: dict[str, Account], clerk: Visitor, here: str
) -> None:
    lent(town, clerk, here)
    other, made = visitor(town["lihua"]), CertificateGrant.objects.get()

    assert other.get(here).status_code == 404
    assert other.get(f"{here}/new").status_code == 404
    assert other.post(f"{here}/{made.number}/revoke").status_code == 404
    assert CertificateGrant.objects.get().state == "active"


def test_who_is_not_signed_in_signs_in_first_and_nothing_is_written(
    client, town: dict[str, Account], clerk: Visitor, here: str, held: Certificate
) -> None:  # type: ignore[no-untyped-def]
    code = lent(town, clerk, here)

    answer = client.get(f"/use/{code}")

    assert answer.status_code == 302
    assert answer["Location"] == f"/sign-in?next=%2Fuse%2F{code}"
    assert ledger.history(Chain.CERTIFICATE, held.number)[-1].act == "grant_made"


def test_a_code_is_typed_where_there_is_no_camera(
    town: dict[str, Account], clerk: Visitor, here: str
) -> None:
    code = lent(town, clerk, here)
    other = visitor(town["lihua"])

    typed = other.get("/use", code=f"{code[:4]}-{code[4:8]}-{code[8:12]}-{code[12:]}")
    wrong = other.get("/use/1234")

    assert other.get(typed["Location"]).status_code == 200
    assert wrong.status_code == 422
    assert "用证码不对" in text_of(wrong.content.decode())
    assert "用证码" in text_of(other.read("/use"))


def test_the_page_of_a_certificate_not_in_force_says_when_it_can_be_lent(
    clerk: Visitor, held: Certificate, here: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    way = here.rpartition("/")[0]
    early = IN_FORCE - timedelta(days=365)

    assert "证照有效的时候才能授权" not in clerk.read(way)
    monkeypatch.setattr("huiban.web.visit.now", lambda: early)

    assert "证照有效的时候才能授权" in clerk.read(way)


def test_a_certificate_that_is_not_in_force_is_not_lent(
    town: dict[str, Account], clerk: Visitor, here: str, held: Certificate
) -> None:
    Certificate.objects.update(state="suspended")

    assert clerk.get(f"{here}/new")["Location"] == here
    page = clerk.read(here)
    assert "现在已暂停，不能授权别人使用" in text_of(page)
    assert f"{here}/new" not in page


def test_the_wallet_tells_the_life_and_leads_to_the_grants(
    clerk: Visitor, here: str, held: Certificate
) -> None:
    page = clerk.read(f"/certificates/{quote(held.number, safe='')}")

    assert f'href="{here}"' in page
    assert held.identifier in page
    assert sample.USCC not in text_of(page)
    assert "/use" in clerk.read("/certificates")
