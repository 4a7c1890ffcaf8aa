# SPDX-License-Identifier: Apache-2.0
"""Filling in an application page by page: kept whatever happens, told where it is wrong."""

import json
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from huiban.store.models import Account, Case, Draft
from tests.web.portal_visitor import (
    ITEM,
    NOW,
    POINTS,
    Visitor,
    sample,
    send,
    sent_back,
    sent_in,
    text_of,
    version,
    visitor,
)

pytestmark = pytest.mark.django_db

SECTIONS = ("applicant", "project", "haulage", "disposal", "commitment")


def a_pdf(name: str = "合同.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, sample.PDF, "application/pdf")


def kept(number: str) -> dict[str, dict[str, object]]:
    found = json.loads(Draft.objects.get(number=number).answers)
    assert isinstance(found, dict)
    return found


def test_beginning_leads_to_the_first_step_with_what_is_known(clerk: Visitor) -> None:
    way = clerk.post(f"/items/{ITEM}/apply")["Location"]

    page = clerk.read(way)
    assert way.endswith("/applicant")
    assert "青岛海晟置业有限公司" in page
    assert "登录身份" in page
    assert 'name="edit" value="applicant"' in page


def test_an_application_is_begun_by_those_who_may(town: dict[str, Account]) -> None:
    stranger = Client().post(f"/items/{ITEM}/apply")
    officer = visitor(town["zhangqian"]).post(f"/items/{ITEM}/apply")

    assert stranger["Location"].startswith("/sign-in?next=")
    assert officer.status_code == 403
    assert not Draft.objects.exists()


def test_a_renewal_without_a_certificate_is_not_begun(clerk: Visitor) -> None:
    for chosen in ("", "青建废核〔2026〕370212-99999", "x" * 400):
        answer = clerk.post("/items/construction_waste.renew/apply", certificate=chosen)

        assert answer.status_code == 422
    assert not Draft.objects.exists()


@pytest.mark.parametrize("section", [*SECTIONS, "materials", "summary"])
def test_every_step_draws_with_few_statements(clerk: Visitor, draft: str, section: str) -> None:
    clerk.read(f"/drafts/{draft}/{section}")

    with CaptureQueriesContext(connection) as asked:
        answer = clerk.get(f"/drafts/{draft}/{section}")

    page = answer.content.decode()
    assert answer.status_code == 200
    assert page.count("<h1") == 1
    assert 'aria-current="step"' in page
    assert len(asked) <= 5


def test_a_step_without_mistakes_leads_to_the_next_and_its_gaps_are_told_later(
    clerk: Visitor, draft: str
) -> None:
    answer = send(clerk, f"/drafts/{draft}/applicant", legal_person="孙海", go="next")

    assert (answer.status_code, answer["Location"]) == (303, f"/drafts/{draft}/project")
    assert kept(draft)["values"]["legal_person"] == "孙海"
    page = text_of(clerk.read(f"/drafts/{draft}/project"))
    assert "申请人 还差 1 项" in page


def test_mistakes_are_told_beside_the_field_and_the_text_is_kept(
    clerk: Visitor, draft: str
) -> None:
    wrong = "37021219800307123Y"

    answer = clerk.post(f"/drafts/{draft}/applicant", legal_id=wrong, legal_person="孙海")

    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="#f-legal_id"' in page
    assert f'value="{wrong}"' in page
    assert 'aria-invalid="true"' in page
    assert kept(draft)["values"]["legal_person"] == "孙海"
    assert kept(draft)["typed"] == {"legal_id": wrong}


@pytest.mark.parametrize(("go", "there"), [("skip", "disposal"), ("back", "project")])
def test_a_mistake_holds_nobody_up_who_wants_to_go_on(
    clerk: Visitor, draft: str, go: str, there: str
) -> None:
    row = {"vehicles-0-plate": "不是车牌"}

    held = clerk.post(f"/drafts/{draft}/haulage", go="next", **row)
    on = clerk.post(f"/drafts/{draft}/haulage", go=go, **row)

    assert held.status_code == 422
    assert 'value="skip"' in held.content.decode()
    assert on["Location"] == f"/drafts/{draft}/{there}"
    assert 'value="不是车牌"' in clerk.read(f"/drafts/{draft}/haulage")


def test_mistakes_left_behind_are_told_when_one_comes_back(clerk: Visitor, draft: str) -> None:
    wrong = "37021219800307123Y"
    left = clerk.post(f"/drafts/{draft}/applicant", legal_id=wrong, go="leave")

    page = clerk.read(f"/drafts/{draft}/applicant")

    assert left["Location"] == "/cases"
    assert 'id="errors"' in page
    assert f'value="{wrong}"' in page


def test_over_long_text_is_refused_with_its_limit_and_kept(clerk: Visitor, draft: str) -> None:
    answer = clerk.post(f"/drafts/{draft}/disposal", route="路" * 100_000)

    assert answer.status_code == 422
    assert 'href="#f-route"' in answer.content.decode()


def test_a_given_value_opens_for_change(clerk: Visitor, draft: str) -> None:
    page = clerk.post(f"/drafts/{draft}/applicant", edit="contact").content.decode()

    assert re.search(r'<input[^>]*id="f-contact"', page)


def test_rows_are_added_copied_and_deleted_without_scripts(clerk: Visitor, draft: str) -> None:
    way = f"/drafts/{draft}/haulage"
    row = {"vehicles-0-plate": "鲁B12345", "vehicles-0-sealed": "true"}

    added = clerk.post(way, row="vehicles:add", **row).content.decode()
    copied = clerk.post(way, row="vehicles:copy:0", **row).content.decode()
    deleted = clerk.post(way, row="vehicles:delete:0", **row).content.decode()

    assert 'name="vehicles-1-plate"' in added
    assert copied.count('value="鲁B12345"') == 2
    assert 'value="鲁B12345"' not in deleted


@pytest.mark.parametrize("order", ["vehicles:add:zz", "nothing:add", "vehicles:copy:99", ";--"])
def test_orders_that_mean_nothing_lose_nothing(clerk: Visitor, draft: str, order: str) -> None:
    row = {"vehicles-0-plate": "鲁B12345"}

    page = clerk.post(f"/drafts/{draft}/haulage", row=order, **row).content.decode()

    assert 'value="鲁B12345"' in page


def test_a_page_saves_itself_and_says_what_is_left(clerk: Visitor, draft: str) -> None:
    told = clerk.post(f"/drafts/{draft}/applicant/autosave", legal_person="孙海").json()

    assert told["saved_at"] == "10:30"
    assert told["left"]["applicant"].startswith("还差")
    assert told["version"] == version(draft)
    assert kept(draft)["values"]["legal_person"] == "孙海"


def test_a_stale_page_keeps_what_was_typed_and_changes_nothing(clerk: Visitor, draft: str) -> None:
    old = str(version(draft))
    clerk.post(f"/drafts/{draft}/applicant", legal_person="孙海", version=old)

    page = clerk.post(f"/drafts/{draft}/applicant", legal_person="孙江", version=old)
    saved = clerk.post(f"/drafts/{draft}/applicant/autosave", legal_person="孙江", version=old)

    assert (page.status_code, saved.status_code) == (409, 409)
    assert 'value="孙江"' in page.content.decode()
    assert "别的设备刚保存过" in page.content.decode()
    assert kept(draft)["values"]["legal_person"] == "孙海"


def test_somebody_elses_draft_is_not_there(town: dict[str, Account], draft: str) -> None:
    other = visitor(town["lihua"])

    for way in ("applicant", "materials", "summary"):
        assert other.get(f"/drafts/{draft}/{way}").status_code == 404
        assert other.post(f"/drafts/{draft}/{way}").status_code == 404
    assert other.post(f"/drafts/{draft}/discard").status_code == 404
    assert other.post(f"/drafts/{draft}/applicant/autosave").status_code == 404
    assert Draft.objects.filter(number=draft).exists()


@pytest.mark.parametrize("number", ["0", "%27--", "x" * 300, "草稿"])
def test_a_made_up_draft_is_not_there(clerk: Visitor, number: str) -> None:
    assert clerk.get(f"/drafts/{number}/applicant").status_code == 404


def test_an_unknown_step_leads_to_the_first(clerk: Visitor, draft: str) -> None:
    assert clerk.get(f"/drafts/{draft}/nothing")["Location"] == f"/drafts/{draft}/applicant"


def test_an_expired_draft_says_so(clerk: Visitor, draft: str) -> None:
    Draft.objects.filter(number=draft).update(expires_at=NOW - timedelta(days=1))

    answer = clerk.get(f"/drafts/{draft}/applicant")

    assert answer.status_code == 410
    assert "超过保存期限" in answer.content.decode()


def test_a_draft_is_thrown_away_by_post_only(clerk: Visitor, draft: str) -> None:
    assert clerk.get(f"/drafts/{draft}/discard").status_code == 405
    assert clerk.post(f"/drafts/{draft}/discard")["Location"] == "/cases"
    assert not Draft.objects.exists()


def test_materials_are_handed_in_seen_and_taken_off(clerk: Visitor, draft: str) -> None:
    way = f"/drafts/{draft}/materials"

    sent = clerk.post(way, haulage_contract=a_pdf(), file="haulage_contract:upload")
    page = clerk.read(way)
    file = re.findall(r"/files/(\w+)", page)[0]
    shown = clerk.get(f"/files/{file}")
    clerk.post(way, file=f"haulage_contract:remove:{file}")

    assert sent["Location"] == f"{way}#m-haulage_contract"
    assert "合同.pdf" in page
    assert shown.content == sample.PDF
    assert shown["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in shown["Content-Security-Policy"]
    assert "合同.pdf" not in clerk.read(way)


def test_a_file_of_the_wrong_kind_is_refused_at_once_with_the_cure(
    clerk: Visitor, draft: str
) -> None:
    trap = SimpleUploadedFile("合同.pdf", b"MZ\x90\x00 this is a program", "application/pdf")
    again = SimpleUploadedFile("合同.pdf", b"MZ\x90\x00 this is a program", "application/pdf")

    page = clerk.post(f"/drafts/{draft}/materials", haulage_contract=trap)
    told = clerk.post(f"/drafts/{draft}/upload", field="haulage_contract", file=again)

    assert (page.status_code, told.status_code) == (422, 422)
    assert 'href="#f-haulage_contract"' in page.content.decode()
    assert "请确认没有选错文件" in told.json()["detail"]
    assert not clerk.read(f"/drafts/{draft}/materials").count("合同.pdf")


def test_a_script_uploads_one_file_and_learns_where_it_is(clerk: Visitor, draft: str) -> None:
    way = f"/drafts/{draft}/upload"

    told = clerk.post(way, field="haulage_contract", file=a_pdf())
    empty = clerk.post(way, field="haulage_contract")
    unknown = clerk.post(way, field="nothing", file=a_pdf())

    assert told.status_code == 201
    assert clerk.get(told.json()["url"]).content == sample.PDF
    assert empty.status_code == 422
    assert unknown.status_code == 404


def test_an_uploaded_page_is_shown_as_a_picture(clerk: Visitor, draft: str) -> None:
    told = clerk.post(f"/drafts/{draft}/upload", field="haulage_contract", file=a_pdf()).json()

    picture = clerk.get(f"{told['url']}/pages/1", w="200")
    beyond = clerk.get(f"{told['url']}/pages/99")

    assert picture["Content-Type"].startswith("image/")
    assert beyond.status_code in (404, 422)


def test_the_summary_lists_everything_missing_by_step_with_links(
    clerk: Visitor, draft: str
) -> None:
    page = clerk.read(f"/drafts/{draft}/summary")
    sent = sent_in(clerk, draft)

    assert f"/drafts/{draft}/applicant?check=1#f-legal_person" in page
    assert f"/drafts/{draft}/materials#f-haulage_contract" in page
    assert sent.status_code == 422
    assert 'id="errors"' in sent.content.decode()
    assert not Case.objects.exists()


def test_the_link_of_a_gap_shows_it_beside_its_field(clerk: Visitor, draft: str) -> None:
    page = clerk.read(f"/drafts/{draft}/applicant", check="1")

    assert 'href="#f-legal_person"' in page


def test_a_complete_application_is_sent_once(town: dict[str, Account], clerk: Visitor) -> None:
    number = sample.draft(town["wangmin"], NOW)

    first = sent_in(clerk, number)
    again = sent_in(clerk, number)

    case = Case.objects.get()
    assert first["Location"] == again["Location"] == f"/cases/{case.number}?sent=1"
    page = text_of(clerk.read(first["Location"]))
    assert "已经提交，我们收到了" in page
    assert case.number in page
    assert "还剩 5 个工作日" in page


def test_somebody_else_cannot_learn_what_was_sent(town: dict[str, Account]) -> None:
    number = sample.draft(town["wangmin"], NOW)
    sent_in(visitor(town["wangmin"]), number)

    assert visitor(town["lihua"]).post(f"/drafts/{number}/summary").status_code == 404


def test_a_correction_shows_its_points_and_what_was_changed(
    town: dict[str, Account], clerk: Visitor
) -> None:
    number = sent_back(town)
    draft = clerk.post(f"/cases/{number}/correct")["Location"].split("/")[2]

    untouched = text_of(clerk.read(f"/drafts/{draft}/summary"))
    clerk.post(f"/drafts/{draft}/materials", haulage_contract=a_pdf("第三页.pdf"))
    send(clerk, f"/drafts/{draft}/disposal", route="深圳路—青银高速")
    changed = text_of(clerk.read(f"/drafts/{draft}/summary"))
    sent = sent_in(clerk, draft)

    assert all(part in untouched for part in POINTS[0].values())
    assert "还没有改动" in untouched
    assert "第三页.pdf" in changed
    assert "深圳路—青银高速" in changed
    assert "深圳路—辽阳东路—青银高速—春阳路—样例消纳场" in changed
    assert sent["Location"] == f"/cases/{number}?sent=1"
    assert "补正已经提交" in clerk.read(sent["Location"])
