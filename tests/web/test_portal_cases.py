# SPDX-License-Identifier: Apache-2.0
"""Following a case at the portal: the list, the way it went, corrections, retraction, papers."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from huiban.kernel.identifier import make_verification_code
from huiban.services import certify
from huiban.store import cases
from huiban.store.models import Account, Certificate, Document
from tests.web.portal_visitor import (
    NOW,
    Visitor,
    act,
    case_of,
    granted,
    sent_back,
    text_of,
    visitor,
)

pytestmark = pytest.mark.django_db


def test_the_list_is_narrowed_searched_and_paged(
    town: dict[str, Account], clerk: Visitor, number: str
) -> None:
    assert number in clerk.read("/cases", show="open")
    assert number not in clerk.read("/cases", show="ended")
    assert number in clerk.read("/cases", q="深圳路")
    assert "没有找到" in clerk.read("/cases", q="不存在的工程")
    assert clerk.get("/cases", after="made-up")["Location"] == "/cases"


def test_a_long_list_goes_on_where_it_stopped(town: dict[str, Account], clerk: Visitor) -> None:
    numbers = [case_of(town["wangmin"], "2026-11-23 09:30") for _ in range(21)]

    first = clerk.get("/cases")
    after = first.context["after"]
    second = clerk.read("/cases", after=after)

    shown = [one for one in numbers if one in first.content.decode()]
    assert len(shown) == 20
    assert [one for one in numbers if one in second] == [one for one in numbers if one not in shown]


def test_the_list_costs_few_statements_however_long_it_is(
    town: dict[str, Account], clerk: Visitor
) -> None:
    for _ in range(6):
        case_of(town["wangmin"], "2026-11-23 09:30")
    clerk.read("/cases")

    with CaptureQueriesContext(connection) as asked:
        clerk.read("/cases")

    assert len(asked) <= 5


def test_who_has_no_case_learns_how_one_gets_here(town: dict[str, Account]) -> None:
    other = visitor(town["lihua"])

    assert "这里还没有办件" in other.read("/cases")
    assert "这里还没有证照" in other.read("/certificates")


def test_a_case_tells_stage_clock_and_what_was_sent(clerk: Visitor, number: str) -> None:
    clerk.read(f"/cases/{number}")

    with CaptureQueriesContext(connection) as asked:
        page = text_of(clerk.read(f"/cases/{number}"))

    assert "窗口正在看是否齐全" in page
    assert "还剩 5 个工作日" in page
    assert "鲁BD12345" in page
    assert "文书正在生成" not in page
    assert len(asked) <= 14


def test_somebody_elses_case_is_not_there(town: dict[str, Account], number: str) -> None:
    for who in ("lihua", "zhangqian"):
        for way in ("", "/retract"):
            assert visitor(town[who]).get(f"/cases/{number}{way}").status_code == 404
        assert visitor(town[who]).post(f"/cases/{number}/correct").status_code == 404
        assert visitor(town[who]).post(f"/cases/{number}/retract").status_code == 404
    assert cases.load(number).stage == "submitted"


@pytest.mark.parametrize("made_up", ["0", "%27%20OR%201", "x" * 400, "办件"])
def test_a_made_up_number_is_not_there(clerk: Visitor, made_up: str) -> None:
    assert clerk.get(f"/cases/{made_up}").status_code == 404
    assert clerk.get(f"/files/{made_up}").status_code == 404
    assert clerk.get(f"/documents/{made_up}").status_code == 404
    assert clerk.get(f"/certificates/{made_up}").status_code == 404


def test_a_signed_out_visitor_signs_in_and_comes_back(number: str) -> None:
    answer = Client().get(f"/cases/{number}")

    assert answer["Location"] == f"/sign-in?next=%2Fcases%2F{number}"


def test_a_case_that_waits_for_its_applicant_says_what_to_do(
    town: dict[str, Account], clerk: Visitor
) -> None:
    number = sent_back(town)

    page = clerk.read(f"/cases/{number}")

    assert "补传第 3 页" in page
    assert f'action="/cases/{number}/correct"' in page
    assert "文书正在生成" in page


def test_a_correction_is_opened_once_and_only_when_asked_for(
    town: dict[str, Account], clerk: Visitor, number: str
) -> None:
    early = clerk.post(f"/cases/{number}/correct")
    waiting = sent_back(town)

    first = clerk.post(f"/cases/{waiting}/correct")["Location"]
    second = clerk.post(f"/cases/{waiting}/correct")["Location"]

    assert early.status_code == 409
    assert first == second


def test_a_case_is_retracted_after_being_asked(clerk: Visitor, number: str) -> None:
    asked = clerk.read(f"/cases/{number}/retract")
    version = str(cases.load(number).version)

    done = clerk.post(f"/cases/{number}/retract", version=version, reason="工期推迟")
    again = clerk.post(f"/cases/{number}/retract", version=version)

    assert "撤回申请？" in asked
    assert done["Location"] == f"/cases/{number}"
    assert again["Location"] == f"/cases/{number}"
    assert cases.load(number).outcome == "retracted"
    assert "重新申请" in clerk.read(f"/cases/{number}")
    assert clerk.get(f"/cases/{number}/retract").status_code == 303


def test_a_refusal_says_why_and_what_to_do_about_it(
    town: dict[str, Account], clerk: Visitor, number: str
) -> None:
    act(town, "zhangqian", number, "decline", reason="工程不在本市")

    page = text_of(clerk.read(f"/cases/{number}"))

    assert "不予受理" in page
    assert "工程不在本市" in page
    assert "行政复议" in page
    assert "0532-80000102" in page


def test_a_granted_case_leads_to_its_papers_and_certificate(
    town: dict[str, Account], clerk: Visitor
) -> None:
    number = granted(town)
    [held] = certify.mine(town["wangmin"].to_actor())

    page = clerk.read(f"/cases/{number}")
    way = f"/certificates/{quote(held.number)}"
    certificate = clerk.read(way)
    document = clerk.get(f"/documents/{held.document_id}")
    saved = clerk.get(f"/documents/{held.document_id}", download="")
    picture = clerk.get(f"/documents/{held.document_id}/pages/1", w="200")

    assert way in page
    assert "准予许可" in page
    assert "<svg" in certificate.partition('class="qr"')[2]
    assert "/items/construction_waste.renew?certificate=" in certificate
    assert document.content.startswith(b"%PDF")
    assert document["Content-Disposition"].startswith("inline")
    assert saved["Content-Disposition"].startswith("attachment")
    assert "sandbox" in document["Content-Security-Policy"]
    assert picture["Content-Type"].startswith("image/")
    assert "崂山区深圳路地下停车场工程" in clerk.read("/certificates")


def test_papers_and_files_are_for_their_party_and_its_officers(
    town: dict[str, Account], clerk: Visitor
) -> None:
    number = granted(town)
    [held] = certify.mine(town["wangmin"].to_actor())
    file = clerk.read(f"/cases/{number}").partition("/files/")[2].partition('"')[0]

    for way in (f"/documents/{held.document_id}", f"/files/{file}"):
        assert clerk.get(way).status_code == 200
        assert visitor(town["zhangqian"]).get(way).status_code == 200
        assert visitor(town["lihua"]).get(way).status_code == 404
        assert visitor(town["sysadmin"]).get(way).status_code == 404
        assert Client().get(way).status_code == 302
    assert visitor(town["lihua"]).get(f"/certificates/{quote(held.number)}").status_code == 404
    assert Document.objects.filter(number=held.document_id).exists()


def test_anybody_may_check_a_certificate(town: dict[str, Account]) -> None:
    granted(town)
    held = Certificate.objects.get()
    Certificate.objects.update(valid_from=NOW.date(), valid_until=NOW.date() + timedelta(days=30))
    spaced = "-".join(held.verify_code[at : at + 4] for at in range(0, 16, 4)).lower()

    by_link = Client().get(f"/verify/{held.verify_code}").content.decode()
    by_hand = Client().get("/verify", {"code": spaced}).content.decode()

    assert "真实有效" in by_link
    assert "真实有效" in by_hand
    assert held.number in by_link


def test_an_ended_certificate_is_told_as_genuine_but_not_in_force(
    town: dict[str, Account],
) -> None:
    granted(town)
    held = Certificate.objects.get()
    Certificate.objects.update(state="cancelled")

    page = text_of(Client().get(f"/verify/{held.verify_code}").content.decode())

    assert "证照是真的，但现在已注销" in page
    assert "真实有效" not in page


@pytest.mark.parametrize("code", ["ABCD", "????????????????", "0" * 15 + "1", "x" * 5000])
def test_a_code_with_a_typing_error_is_told(town: dict[str, Account], code: str) -> None:
    answer = Client().get("/verify", {"code": code})

    assert answer.status_code == 422
    assert 'id="problem"' in answer.content.decode()


def test_a_code_nobody_issued_is_not_found(town: dict[str, Account]) -> None:
    answer = Client().get(f"/verify/{make_verification_code(7)}")

    assert answer.status_code == 404
    assert "没有查到这张证照" in answer.content.decode()


def test_checking_is_slowed_down_for_machines(town: dict[str, Account]) -> None:
    cache.clear()
    answers = [Client().get("/verify/ABCD").status_code for _ in range(62)]
    cache.clear()

    assert answers[:60] == [422] * 60
    assert answers[-1] == 429


def test_what_a_signed_in_person_sees_is_kept_by_no_browser(clerk: Visitor, number: str) -> None:
    for address in ("/", "/search?q=x", "/cases", f"/cases/{number}", "/nowhere"):
        assert "no-store" in clerk.get(address)["Cache-Control"], address


def test_a_document_that_is_not_public_is_not_its_applicants_to_read(
    town: dict[str, Account], clerk: Visitor
) -> None:
    number = granted(town)
    shown = Document.objects.filter(case__number=number, is_public=True).first()
    assert shown is not None
    hidden = Document.objects.create(
        number="d" * 32, case_id=shown.case_id, code="internal_note", title="内部意见",
        journal_seq=1, media=shown.media, size=shown.size, sha256=shown.sha256,
        object_key=shown.object_key, issued_at=NOW, issued_by="刘洋", is_public=False,
    )  # fmt: skip

    assert clerk.get(f"/documents/{shown.number}").status_code == 200
    assert clerk.get(f"/documents/{hidden.number}").status_code == 404
