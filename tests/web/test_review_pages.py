# SPDX-License-Identifier: Apache-2.0
"""Hints before filing, without scripts and with them: told once there is something new, masked."""

import re

import pytest
from django.conf import settings

from huiban.kernel.reading import Outcome, PageFault
from huiban.services import files, submit
from huiban.services.files import Upload
from huiban.store import ids, readings
from huiban.store.models import Account, Blob, Draft, Job
from tests.services import reading_sample
from tests.services.reading_sample import STRANGERS
from tests.web.portal_visitor import NOW, Visitor, sample, text_of, visitor
from tests.web.portal_visitor import clerk as clerk
from tests.web.portal_visitor import town as town

pytestmark = pytest.mark.django_db
CONTRACT = "haulage_contract"


@pytest.fixture
def prepared(town: dict[str, Account]) -> str:
    return sample.draft(town["wangmin"], NOW, without=(CONTRACT,))


def handed_in(town: dict[str, Account], draft: str, material: str = CONTRACT) -> Blob:
    upload = Upload(sample.PDF + f"% {ids.new_key()}".encode(), "合同.pdf")
    actor = town["wangmin"].to_actor()
    return files.add_material(draft, material, upload, actor, NOW)[1].blob


def told(clerk: Visitor, draft: str) -> str:
    return text_of(clerk.get(f"/drafts/{draft}/materials").content.decode())


def fragment(clerk: Visitor, draft: str, seen: str = ""):  # type: ignore[no-untyped-def]
    way = f"/drafts/{draft}/review?seen={seen}&watches=1"
    return clerk.client.get(way, headers={"HX-Request": "true"})


def test_a_fault_is_told_with_place_and_cure_on_both_pages(
    town: dict[str, Account], clerk: Visitor, prepared: str
) -> None:
    blob = handed_in(town, prepared)
    reading_sample.put(blob, reading_sample.contract(STRANGERS), NOW)

    for page in ("materials", "summary"):
        shown = clerk.get(f"/drafts/{prepared}/{page}").content.decode()
        words = text_of(shown)
        assert "合同甲方和申请表里的施工单位、建设单位都不一致" in words
        assert f"“{STRANGERS}”" in words or STRANGERS in words
        assert f"/drafts/{prepared}/look/{blob.number}/1?point=contract_is_ours" in shown

    place = clerk.get(f"/drafts/{prepared}/look/{blob.number}/1", point="contract_is_ours")
    page = place.content.decode()
    assert page.count("sheet-box-on") == 1
    assert 'viewBox="0 0 1240 1754"' in page


def test_a_page_that_waits_is_answered_only_when_something_is_new(
    town: dict[str, Account],
    clerk: Visitor,
    prepared: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settings, "READ_MATERIALS", True)
    blob = handed_in(town, prepared)
    first = fragment(clerk, prepared)
    page = first.content.decode()
    assert "every 2s" in page
    assert f'id="read-{blob.number}"' in page
    assert "正在识别" in page

    token = re.search(r"seen=(\w+)", page)
    assert token is not None
    assert fragment(clerk, prepared, token[1]).status_code == 204

    readings.progress(blob.sha256, 2, 5)
    assert "正在识别第 3 / 5 页" in fragment(clerk, prepared, token[1]).content.decode()

    reading_sample.put(blob, reading_sample.contract(), NOW)
    done = fragment(clerk, prepared, token[1]).content.decode()
    assert "every 2s" not in done
    assert "没有发现不符" in done


def test_asked_without_script_the_fragment_leads_to_the_page(clerk: Visitor, prepared: str) -> None:
    answer = clerk.get(f"/drafts/{prepared}/review")

    assert answer.status_code == 303
    assert answer["Location"] == f"/drafts/{prepared}/materials#review"


@pytest.mark.parametrize(
    ("reading", "words"),
    [
        (reading_sample.read(reading_sample.page((), faults=(PageFault.DARK,))), "太暗，请在亮处"),
        (
            reading_sample.read(
                reading_sample.page(("样例",)),
                reading_sample.page((), 2, faults=(PageFault.BLURRED,)),
            ),
            "第 2 页：模糊",
        ),
        (reading_sample.read(outcome=Outcome.ENCRYPTED), "请去掉密码再上传"),
        (reading_sample.read(outcome=Outcome.BROKEN), "可能已损坏"),
        (reading_sample.read(outcome=Outcome.TOO_MANY_PAGES), "页数太多"),
        (reading_sample.read(outcome=Outcome.TOO_HEAVY), "文件太复杂"),
    ],
    ids=["dark", "blurred second page", "encrypted", "broken", "many pages", "heavy"],
)
def test_what_is_wrong_with_a_file_is_told_with_what_to_do(
    town: dict[str, Account], clerk: Visitor, prepared: str, reading: object, words: str
) -> None:
    reading_sample.put(handed_in(town, prepared), reading, NOW)  # type: ignore[arg-type]

    assert words in told(clerk, prepared)


def test_a_file_dropped_by_script_is_gone_at_the_server_too(
    town: dict[str, Account], clerk: Visitor, prepared: str
) -> None:
    blob = handed_in(town, prepared)

    answer = clerk.post(f"/drafts/{prepared}/upload", field=CONTRACT, remove=blob.number)

    assert answer.status_code == 204
    assert blob.number not in Draft.objects.get(number=prepared).materials
    assert not Blob.objects.filter(number=blob.number).exists()


def test_a_file_of_another_draft_cannot_be_looked_at(
    town: dict[str, Account], clerk: Visitor, prepared: str
) -> None:
    other = handed_in(town, sample.draft(town["wangmin"], NOW, without=(CONTRACT,)))

    assert clerk.get(f"/drafts/{prepared}/look/{other.number}/1").status_code == 404
    stranger = visitor(town["lihua"])
    assert stranger.get(f"/drafts/{prepared}/review").status_code == 404


def test_uploads_are_read_only_where_points_look_at_them(
    town: dict[str, Account], prepared: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "READ_MATERIALS", True)
    handed_in(town, prepared)

    assert Job.objects.filter(kind="read_file").count() == 1


def test_personal_numbers_are_masked_for_officers(town: dict[str, Account], prepared: str) -> None:
    actor = town["wangmin"].to_actor()
    upload = Upload(sample.PDF + b"% card", "身份证.pdf")
    kept = files.add_material(prepared, "legal_identity", upload, actor, NOW)[1].blob
    number = str(sample.values()["legal_id"])
    lines = ("姓名 孙海", "性别 女 民族 汉", "出生 1980年3月7日", "住址 山东省青岛市样例路18号",
             f"公民身份号码 {number}")  # fmt: skip
    reading_sample.put(kept, reading_sample.read(reading_sample.page(lines, seals=0)), NOW)
    handed_in(town, prepared)
    case = submit.submit(prepared, actor, NOW)

    page = visitor(town["zhangqian"]).read(f"/desk/cases/{case}", tab="points")

    assert number not in page
    assert f"{number[:3]}***********{number[-4:]}" in page
