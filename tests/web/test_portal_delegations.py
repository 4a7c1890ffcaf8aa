# SPDX-License-Identifier: Apache-2.0
"""Delegating at the portal without scripts: written, signed, accepted, acted under, revoked."""

import re

import pytest

from huiban.services import ceremony, ledger
from huiban.services.ledger import Chain
from huiban.store import ids
from huiban.store.models import Account, Case, Ceremony, DelegationRow, Draft
from tests.services.identity_sample import proved_to_sign
from tests.services.signing_sample import STROKES
from tests.web.portal_visitor import ITEM, NOW, Visitor, sample, sent_in, text_of, visitor
from tests.web.portal_visitor import clerk as clerk
from tests.web.portal_visitor import town as town

pytestmark = pytest.mark.django_db


@pytest.fixture
def resident(town: dict[str, Account]) -> Visitor:
    return visitor(sample.resident())


def form(**changed: object) -> dict[str, object]:
    usual: dict[str, object] = {
        "number": ids.new_key(),
        "delegate": "chenjing",
        "delegate_name": "陈静",
        "purpose": "代办建筑垃圾处置核准",
        "scenario": "",
        "items": [ITEM],
        "operations": ["fill", "sign", "submit", "supply", "collect"],
        "starts_on": "",
        "ends_on": "2026年12月31日",
        "uses_most": "1",
    }
    return usual | changed


def written(clerk: Visitor, **changed: object) -> str:
    page = clerk.client.post("/delegations/new", form(**changed))
    assert page.status_code == 303, text_of(page.content.decode())
    return str(page["Location"]).split("/")[2]


def signed(clerk: Visitor, number: str, **changed: str) -> int:
    owner = Account.objects.get(number="wangmin").to_actor()
    proved_to_sign(number, owner, NOW)
    clerk.read(f"/delegations/{number}/sign")
    one = Ceremony.objects.get(matter=f"delegation:{number}")
    words = ceremony.digest_of(ceremony.statement(one).zh)
    sent = {
        "ceremony": one.number, "statement": words, "agree": "on", "signature-strokes": STROKES,
    }  # fmt: skip
    return clerk.post(f"/delegations/{number}/sign", **(sent | changed)).status_code


@pytest.fixture
def accepted(clerk: Visitor, resident: Visitor) -> str:
    number = written(clerk)
    assert signed(clerk, number) == 303
    assert resident.post(f"/delegations/{number}/accept").status_code == 303
    return number


def act(person: Visitor, number: str) -> None:
    assert person.post("/delegations/act", delegation=number)["Location"] == "/"


def test_it_is_written_signed_and_waits_for_its_delegate(clerk: Visitor, resident: Visitor) -> None:
    assert "还没有委托别人" in clerk.read("/delegations")

    number = written(clerk)
    assert "去签名" in clerk.read(f"/delegations/{number}")
    assert "代办建筑垃圾处置核准" not in resident.read("/delegations")
    assert signed(clerk, number) == 303

    page = text_of(resident.read(f"/delegations/{number}"))
    assert "您接受这份委托吗" in page
    assert "等受托人接受" in clerk.read("/delegations")
    paper = resident.get(f"/delegations/{number}/document")
    assert paper["Content-Type"] == "application/pdf"


def test_nothing_is_signed_without_agreement(clerk: Visitor, resident: Visitor) -> None:
    number = written(clerk)

    assert signed(clerk, number, agree="") == 422

    assert DelegationRow.objects.get().state == "drafted"


def test_a_password_alone_no_longer_signs_and_the_page_leads_to_the_identity_step(
    clerk: Visitor, resident: Visitor
) -> None:
    number = written(clerk)

    shown = clerk.get(f"/delegations/{number}/sign")
    sent = clerk.post(f"/delegations/{number}/sign", agree="on", password=sample.PASSWORD)

    assert shown["Location"] == sent["Location"] == f"/identity/delegation/{number}"
    assert DelegationRow.objects.get().state == "drafted"


def test_the_page_and_the_log_say_by_what_the_grantor_was_known(
    clerk: Visitor, resident: Visitor
) -> None:
    number = written(clerk)
    assert signed(clerk, number) == 303

    page = text_of(resident.read(f"/delegations/{number}"))

    assert "身份核实 到窗口核实" in page
    assert "身份核实：到窗口核实" in page


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"delegate_name": "陈净"}, "delegate", "账号和姓名对不上"),
        ({"items": []}, "items", "请选择办哪些事项"),
        ({"operations": []}, "operations", "请选择可以做什么"),
        ({"ends_on": "2026-13-40"}, "ends_on", ""),
        ({"uses_most": "很多"}, "uses_most", "次数请填"),
        ({"purpose": ""}, "purpose", "请写明为什么委托"),
    ],
)
def test_what_will_not_do_is_told_at_its_field_and_what_was_typed_stays(
    clerk: Visitor, resident: Visitor, changed: dict[str, object], field: str, words: str
) -> None:
    answer = clerk.client.post("/delegations/new", form(**changed))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'href="#{field}"' in page
    assert f'id="{field}"' in page
    assert words in page
    assert 'value="chenjing"' in page


def test_whoever_acts_for_another_sees_so_on_every_page_and_files_for_them(
    clerk: Visitor, resident: Visitor, accepted: str
) -> None:
    act(resident, accepted)

    for way in ("/", "/cases", f"/items/{ITEM}", "/delegations"):
        assert "陈静 代 青岛海晟置业有限公司" in text_of_whole(resident.read(way))
    begun = resident.post(f"/items/{ITEM}/apply")
    assert begun.status_code in (302, 303)
    draft = Draft.objects.get()
    assert (draft.subject_code, draft.account.number) == (sample.USCC, "chenjing")
    assert "陈静 代 青岛海晟置业有限公司" in text_of_whole(resident.read(begun["Location"]))


def text_of_whole(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))


def test_the_principal_sees_the_use_at_once_and_the_case_names_both(
    town: dict[str, Account], clerk: Visitor, resident: Visitor, accepted: str
) -> None:
    act(resident, accepted)
    account = Account.objects.get(number="chenjing")
    from_session = resident.get("/cases").wsgi_request.actor  # type: ignore[attr-defined]
    number = sample.draft_as(from_session, account, NOW)

    assert sent_in(resident, number).status_code == 303

    case = Case.objects.get()
    assert (case.applicant, case.subject_code) == ("chenjing", sample.USCC)
    page = text_of(clerk.read(f"/delegations/{accepted}"))
    assert case.number in page
    assert "按委托办理" in page


@pytest.mark.parametrize(
    "way", ["/my-data", "/messages", "/signing", "/certificates/x/grants/y/revoke"]
)
def test_pages_of_the_principal_alone_are_closed_to_a_delegate(
    resident: Visitor, accepted: str, way: str
) -> None:
    act(resident, accepted)

    answer = resident.post(way) if way.endswith("revoke") else resident.get(way)

    assert answer.status_code in (403, 405)
    assert answer.status_code == 403
    assert "正在代" in answer.content.decode()
    resident.post("/delegations/act")
    assert resident.get("/my-data").status_code == 200


def test_revoking_stops_the_delegate_at_the_next_page_and_tells_the_attempt(
    clerk: Visitor, resident: Visitor, accepted: str
) -> None:
    act(resident, accepted)
    clerk.post(f"/delegations/{accepted}/revoke", reason="换人")

    answer = resident.post(f"/items/{ITEM}/apply")

    assert answer.status_code == 403
    assert "委托人已经撤销" in answer.content.decode()
    assert not Draft.objects.exists()
    entry = ledger.history(Chain.DELEGATION, accepted)[-1]
    assert (entry.act, ledger.body_of(entry)["reason"]) == ("use_refused", "revoked")
    assert "陈静 代" not in text_of_whole(resident.read("/"))
    assert "委托已撤销" in clerk.read(f"/delegations/{accepted}")


def test_a_delegation_of_others_is_neither_shown_nor_acted_under(
    town: dict[str, Account], resident: Visitor, accepted: str
) -> None:
    stranger = visitor(town["lihua"])

    assert stranger.get(f"/delegations/{accepted}").status_code == 404
    assert stranger.post("/delegations/act", delegation=accepted).status_code == 404
    assert stranger.post(f"/delegations/{accepted}/revoke").status_code == 404
    assert "代 青岛海晟" not in text_of_whole(stranger.read("/"))


def test_an_unsigned_one_is_thrown_away_and_a_declined_one_says_why(
    clerk: Visitor, resident: Visitor
) -> None:
    first, second = written(clerk), written(clerk)
    clerk.post(f"/delegations/{first}/discard")
    signed(clerk, second)

    resident.post(f"/delegations/{second}/decline", reason="最近没有时间")

    assert not DelegationRow.objects.filter(number=first).exists()
    assert "最近没有时间" in clerk.read(f"/delegations/{second}")
