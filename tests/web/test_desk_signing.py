# SPDX-License-Identifier: Apache-2.0
"""Requests to sign on the desk without scripts: made, followed, answered, sealed in one go."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from huiban.services import sign_requests, signing
from huiban.store.models import Account, Ceremony, LedgerEntry, SignRequest
from tests.services.signing_sample import give_seal, officer
from tests.services.trusted import Trusted, trusted
from tests.web.desk_visitor import NOW, Visitor, case_of, sample, visitor
from tests.web.portal_visitor import text_of

pytestmark = pytest.mark.django_db
NEW = "/desk/signing/new"


@pytest.fixture(autouse=True)
def house(tmp_path: Path) -> Iterator[Trusted]:
    with trusted(tmp_path, NOW) as found:
        yield found


@pytest.fixture
def desk(city: dict[str, Account]) -> Visitor:
    return visitor(city["zhangqian"])


@pytest.fixture
def other(city: dict[str, Account]) -> Visitor:
    """An officer of another department, who may use its seal."""
    account = officer("gao", "高原", "human_resources")
    give_seal("human_resources", "gao", NOW)
    return visitor(account)


def asked(page: str, **changed: object) -> dict[str, object]:
    """The form as filled in: one enterprise signs a report."""
    hidden = re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"', page)
    sent: dict[str, object] = {
        "kind": "report", "title": "塔吊检测报告", "purpose": "", "order": "sequence",
        "until": "2026-12-01", "send": "1",
        "file": SimpleUploadedFile("报告.pdf", sample.PDF, "application/pdf"),
        **row(0, who="subject", code=sample.USCC.lower(), name="青岛海晟置业有限公司"),
        **row(1),
    }  # fmt: skip
    known = {name: unescape(value) for name, value in hidden if name != "csrfmiddlewaretoken"}
    return known | sent | changed


def row(place: int, **told: str) -> dict[str, object]:
    names = ("who", "code", "name", "part", "department", "seal")
    return {f"{name}-{place}": told.get(name, "") for name in names}


def sealing(place: int) -> dict[str, object]:
    return row(place, who="department_seal", department="human_resources", seal="authority")


def make(desk: Visitor, **changed: object) -> str:
    answer = desk.post(NEW, **asked(desk.read(NEW), **changed))
    page = answer.content.decode()
    assert answer.status_code == 201, text_of(page)
    found = re.search(r"/desk/signing/(\w{32})/document", page)
    return found[1] if found else ""


def test_a_request_is_made_and_its_links_are_shown_once(desk: Visitor) -> None:
    answer = desk.post(NEW, **asked(desk.read(NEW)))

    page = answer.content.decode()
    request = SignRequest.objects.get()
    [token] = set(re.findall(r"/sign/([\w-]{43})", page))
    assert answer.status_code == 201
    assert "链接只在现在显示这一次" in text_of(page)
    party = signing.of_link(token, Account.objects.get(number="wangmin").to_actor()).party
    assert (party.name, party.subject_code) == ("青岛海晟置业有限公司", sample.USCC)
    assert token not in desk.read(f"/desk/signing/{request.number}")
    assert "塔吊检测报告" in text_of(desk.read("/desk/signing", show="made"))


def test_a_page_sent_twice_leads_to_the_one_request(desk: Visitor) -> None:
    sent = asked(desk.read(NEW))
    desk.post(NEW, **sent)

    again = desk.post(NEW, **(sent | {"file": SimpleUploadedFile("报告.pdf", sample.PDF)}))

    request = SignRequest.objects.get()
    assert (again.status_code, again["Location"]) == (303, f"/desk/signing/{request.number}")


def test_faults_name_their_fields_and_keep_what_was_typed(desk: Visitor) -> None:
    bad = row(0, who="subject", code="123", name="某某检测公司")
    answer = desk.post(NEW, **asked(desk.read(NEW), title="", until="soon", **bad))

    page = answer.content.decode()
    links = re.findall(r'<li><a href="#([\w-]+)">', page.partition('id="errors"')[2])
    assert answer.status_code == 422
    assert links == ["title", "until", "party-0"]
    assert all(f'id="{one}"' in page for one in links)
    assert "某某检测公司" in page
    assert SignRequest.objects.count() == 0


def test_another_party_is_added_without_scripts(desk: Visitor) -> None:
    page = desk.read(NEW)
    sent = {key: one for key, one in asked(page).items() if key not in ("file", "send")}

    more = desk.post(NEW, **sent, more="1").content.decode()

    assert 'name="who-2"' in more
    assert 'name="who-2"' not in page
    assert sample.USCC.lower() in more


def test_from_a_case_the_applicant_is_there_already_and_the_case_shows_the_request(
    desk: Visitor, city: dict[str, Account]
) -> None:
    number = case_of(city["wangmin"], "2026-11-23 09:30")
    papers = desk.read(f"/desk/cases/{number}", tab="papers")
    assert f"/desk/signing/new?case={number}" in papers

    page = desk.read(NEW, case=number)
    assert f'value="{sample.USCC}"' in page
    answer = desk.post(NEW, **asked(page))

    assert answer.status_code == 201
    assert SignRequest.objects.get().case.number == number  # type: ignore[union-attr]
    assert "塔吊检测报告" in text_of(desk.read(f"/desk/cases/{number}", tab="papers"))


def test_a_reminder_gives_a_new_link_and_only_once_an_hour(desk: Visitor) -> None:
    number = make(desk)

    answer = desk.post(f"/desk/signing/{number}/remind", place="1")

    assert re.search(r"/sign/[\w-]{43}", answer.content.decode())
    assert desk.post(f"/desk/signing/{number}/remind", place="1").status_code == 409
    assert desk.post(f"/desk/signing/{number}/remind", place="7").status_code == 404


def test_withdrawing_needs_a_reason(desk: Visitor) -> None:
    number = make(desk)

    assert desk.post(f"/desk/signing/{number}/withdraw", reason="").status_code == 422
    long = desk.post(f"/desk/signing/{number}/withdraw", reason="旧" * 501).content.decode()
    assert "最多写 500 个字" in long
    assert "旧" * 501 in long
    assert sign_requests.load(number).state == "open"
    desk.post(f"/desk/signing/{number}/withdraw", reason="换新版本")

    page = text_of(desk.read(f"/desk/signing/{number}"))
    assert "已撤回" in page
    assert "换新版本" in page


def test_only_the_department_that_asked_sees_it(desk: Visitor, other: Visitor) -> None:
    number = make(desk)

    for way in ("", "/document", "/evidence"):
        assert other.get(f"/desk/signing/{number}{way}").status_code == 404
        assert desk.get(f"/desk/signing/{number}{way}").status_code == 200
    assert "塔吊检测报告" not in other.read("/desk/signing", show="made")


@pytest.mark.parametrize("name", ["wumin", "sysadmin", "auditor"])
def test_who_has_no_part_in_it_has_no_list(city: dict[str, Account], name: str) -> None:
    account = visitor(city[name])

    assert account.get("/desk/signing").status_code == 403
    assert account.get(NEW).status_code == 403
    assert 'href="/desk/signing"' not in account.read("/desk/resources").partition("<main")[0]


def test_another_department_is_asked_answers_and_seals(desk: Visitor, other: Visitor) -> None:
    question = {"purpose": "请核实 2026 年 10 月参保人数。", "file": ""}
    number = make(desk, kind="attestation", title="参保协查", **question, **sealing(0))
    way = f"/signing/{number}/1"
    assert "参保协查" in text_of(other.read("/desk/signing"))
    assert "请核实 2026 年 10 月参保人数" in text_of(other.read(way))
    assert other.post(f"{way}/answer", answer=" ").status_code == 422

    other.post(f"{way}/answer", answer="经查，参保 35 人。")
    page = other.read(way)
    sent = {name: unescape(one) for name, one in re.findall(
        r'<input type="hidden" name="([\w-]+)" value="([^"]*)"',
        page.partition('id="ceremony"')[2].partition("</form>")[0])}  # fmt: skip
    done = other.post(way, **sent, agree="on", password=sample.PASSWORD)

    request = sign_requests.load(number)
    assert done.status_code == 303
    assert (request.state, request.answer) == ("completed", "经查，参保 35 人。")
    assert "经查，参保 35 人。" in text_of(desk.read(f"/desk/signing/{number}"))


def test_what_is_ticked_is_sealed_in_one_go_and_each_result_told(
    desk: Visitor, other: Visitor
) -> None:
    numbers = [make(desk, title=f"检测报告 {n}", **sealing(0)) for n in (1, 2)]
    unanswered = make(desk, kind="attestation", title="协查", purpose="请查", file="", **sealing(0))
    keys = re.findall(r'name="task" value="(\w+:1)"', other.read("/desk/signing"))
    assert {key.partition(":")[0] for key in keys} == {*numbers, unanswered}

    asked_page = other.post("/desk/signing/seal", task=keys).content.decode()
    digest = re.search(r'name="statement" value="(\w+)"', asked_page)
    assert digest is not None
    sent = {"task": keys, "confirm": "1", "statement": digest[1], "agree": "on"}
    assert other.post("/desk/signing/seal", **sent).status_code == 422
    told = text_of(
        other.post("/desk/signing/seal", **sent, password=sample.PASSWORD).content.decode()
    )

    assert "盖好 2 份，1 份没有盖成" in told
    assert "先填写协查结果" in told
    assert {sign_requests.load(one).state for one in numbers} == {"completed"}
    assert Ceremony.objects.filter(outcome="signed").count() == 2


def test_nothing_ticked_seals_nothing(other: Visitor) -> None:
    answer = other.post("/desk/signing/seal")

    assert (answer.status_code, answer["Location"]) == (303, "/desk/signing")


def test_the_lists_cost_the_same_however_long_they_are(
    desk: Visitor, other: Visitor, django_assert_max_num_queries: object
) -> None:
    for n in range(4):
        make(desk, title=f"检测报告 {n}", **sealing(0))
    for person, query in ((other, {}), (desk, {"show": "made"})):
        with django_assert_max_num_queries(12):  # type: ignore[operator]
            assert person.get("/desk/signing", **query).status_code == 200


def test_without_a_grant_it_is_said_before_anything_is_read_and_nothing_is_noted(
    desk: Visitor,
) -> None:
    gao = visitor(officer("gao", "高原", "human_resources"))
    officer("hep", "何平", "human_resources")
    give_seal("human_resources", "hep", NOW)
    number = make(desk, until="2026-12-01", **sealing(0))

    page = gao.read(f"/signing/{number}/1")

    assert "现在不能用印" in page
    assert "没有授权" in text_of(page)
    assert re.search(r'<button class="button button-main" form="ceremony" data-once disabled', page)
    assert not LedgerEntry.objects.filter(act="seal_use_refused").exists()
