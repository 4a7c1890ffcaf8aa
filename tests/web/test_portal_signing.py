# SPDX-License-Identifier: Apache-2.0
"""Signing on the portal without scripts: the application as it is sent, and others' requests."""

import re
import subprocess
from collections.abc import Iterator
from datetime import date
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.core.cache import cache
from django.test import Client

from huiban.services import drafts, sign_request_make, sign_requests
from huiban.services.drafts import Saving
from huiban.services.files import Upload
from huiban.services.sign_request_model import Made, NewParty, NewRequest
from huiban.store.models import Account, Case, Ceremony, Draft
from tests.services.signing_sample import STROKES
from tests.services.trusted import Trusted, trusted
from tests.web.portal_visitor import NOW, Visitor, sample, sent_in, text_of, visitor

pytestmark = pytest.mark.django_db
CLERK = NewParty("subject", sample.USCC, "青岛海晟置业有限公司", "建设单位")


@pytest.fixture(autouse=True)
def house(tmp_path: Path) -> Iterator[Trusted]:
    with trusted(tmp_path, NOW) as found:
        yield found


@pytest.fixture
def full(town: dict[str, Account]) -> str:
    """An application with everything in it."""
    return sample.draft(town["wangmin"], NOW)


def fields(page: str) -> dict[str, str]:
    """What the ceremony's form carries by itself."""
    form = page.partition('id="ceremony"')[2].partition("</form>")[0]
    found = re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"', form)
    return {name: unescape(value) for name, value in found if name != "csrfmiddlewaretoken"}


def signed(page: str, **changed: str) -> dict[str, str]:
    sent = {"agree": "on", "signature-name": "王敏", "password": sample.PASSWORD}
    return {key: one for key, one in (fields(page) | sent | changed).items() if one != "-"}


def make(town: dict[str, Account], *parties: NewParty, **changed: object) -> Made:
    asked: dict[str, object] = {
        "kind": "report", "title": "起重机械安装检测报告", "order": "parallel",
        "until": date(2026, 12, 1), "parties": parties or (CLERK,),
        "upload": Upload(sample.PDF, "报告.pdf"),
    }  # fmt: skip
    new = NewRequest(**(asked | changed))  # type: ignore[arg-type]
    return sign_request_make.make(new, town["zhangqian"].to_actor(), NOW)


def test_the_summary_leads_to_the_signature_and_the_signature_sends_it(
    clerk: Visitor, full: str
) -> None:
    answer = sent_in(clerk, full)
    assert (answer.status_code, answer["Location"]) == (303, f"/drafts/{full}/sign")
    assert Case.objects.count() == 0
    page = clerk.read(f"/drafts/{full}/sign")

    done = clerk.post(f"/drafts/{full}/sign", **signed(page))

    case = Case.objects.get()
    assert (done.status_code, done["Location"]) == (303, f"/cases/{case.number}?sent=1")
    one = Ceremony.objects.get()
    assert (one.outcome, one.account, one.seen) == ("signed", "wangmin", "[]")
    assert one.statement in text_of(page)
    assert f"共 {one.pages} 页" in text_of(page)


def test_without_an_authority_the_summary_sends_as_before(
    clerk: Visitor, full: str, settings: object
) -> None:
    settings.CA_URL = ""  # type: ignore[attr-defined]

    assert "下一步：签署并提交" not in clerk.read(f"/drafts/{full}/summary")
    answer = sent_in(clerk, full)

    assert answer["Location"].startswith("/cases/")
    assert clerk.get(f"/drafts/{full}/sign").status_code == 404


def test_an_application_not_complete_is_sent_back_to_its_summary(
    clerk: Visitor, town: dict[str, Account]
) -> None:
    number = sample.draft(town["wangmin"], NOW, without=("emergency_plan",))

    assert sent_in(clerk, number).status_code == 422
    answer = clerk.get(f"/drafts/{number}/sign")

    assert (answer.status_code, answer["Location"]) == (303, f"/drafts/{number}/summary")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"agree": "-"}, "请勾选"),
        ({"signature-name": "-"}, "请在框内手写签名"),
        ({"password": "-"}, "请输入登录密码"),
        ({"password": "wrong"}, "密码不对"),
        ({"scripted": "1", "seen": "2"}, "第 1 页还没有看"),
    ],
)
def test_what_is_missing_is_told_and_the_strokes_stay_on_the_page(
    clerk: Visitor, full: str, changed: dict[str, str], words: str
) -> None:
    page = clerk.read(f"/drafts/{full}/sign")
    strokes = {} if "signature-name" in changed else {"signature-strokes": STROKES}

    answer = clerk.post(f"/drafts/{full}/sign", **signed(page, **(strokes | changed)))

    again = answer.content.decode()
    assert answer.status_code == 422
    assert words in text_of(again)
    assert Case.objects.count() == 0
    if strokes:
        assert unescape(again).count(STROKES) == 1


def test_all_faults_are_told_at_once(clerk: Visitor, full: str) -> None:
    page = clerk.read(f"/drafts/{full}/sign")
    sent = signed(page, agree="-", password="-", **{"signature-name": "-"})

    again = clerk.post(f"/drafts/{full}/sign", **sent).content.decode()

    links = re.findall(r'<li><a href="#([\w-]+)">', again.partition('id="errors"')[2])
    assert links == ["agree", "signature", "password"]
    for one in links:
        assert f'id="{one}"' in again


def test_wrong_passwords_lock_as_at_the_door_and_lose_nothing(clerk: Visitor, full: str) -> None:
    page = clerk.read(f"/drafts/{full}/sign")
    wrong = signed(page, password="no such word", **{"signature-strokes": STROKES})
    for _ in range(5):
        answer = clerk.post(f"/drafts/{full}/sign", **wrong)

    right = signed(page, **{"signature-strokes": STROKES})
    locked = clerk.post(f"/drafts/{full}/sign", **right)

    assert answer.status_code == locked.status_code == 422
    assert "已锁定 15 分钟" in text_of(locked.content.decode())
    assert STROKES in unescape(locked.content.decode())
    assert Case.objects.count() == 0
    cache.clear()


def test_a_proof_counts_for_the_next_try_of_the_same_page_only(
    clerk: Visitor, town: dict[str, Account], full: str
) -> None:
    page = clerk.read(f"/drafts/{full}/sign")
    clerk.post(f"/drafts/{full}/sign", **signed(page, agree="-"))
    other = sample.draft(town["wangmin"], NOW)
    assert 'name="password"' in clerk.read(f"/drafts/{other}/sign")
    again = clerk.read(f"/drafts/{other}/sign")
    refused = clerk.post(f"/drafts/{other}/sign", **signed(again, password="-"))
    assert refused.status_code == 422

    clerk.post(f"/drafts/{full}/sign", **signed(page, password=sample.PASSWORD))

    assert Case.objects.count() == 1


def test_what_changed_meanwhile_is_shown_anew_and_nothing_is_lost(
    clerk: Visitor, town: dict[str, Account], full: str
) -> None:
    page = clerk.read(f"/drafts/{full}/sign")
    actor = town["wangmin"].to_actor()
    writing = drafts.load(full, actor, NOW)
    part = writing.form.section(writing.form.section_of("method"))
    assert part is not None
    own = {one.key: writing.values[one.key] for one in part.fields if one.key in writing.values}
    drafts.save(full, Saving(part.key, own | {"method": "盖挖法"}), actor, NOW)

    answer = clerk.post(f"/drafts/{full}/sign", **signed(page, **{"signature-strokes": STROKES}))

    again = answer.content.decode()
    assert answer.status_code == 409
    assert "和您刚才看到的不一样" in text_of(again)
    assert STROKES in unescape(again)
    assert fields(again)["ceremony"] != fields(page)["ceremony"]
    done = clerk.post(f"/drafts/{full}/sign", **signed(again, password="-"))
    assert done["Location"].startswith("/cases/")


def test_a_second_press_leads_to_the_same_case(clerk: Visitor, full: str) -> None:
    page = clerk.read(f"/drafts/{full}/sign")
    first = clerk.post(f"/drafts/{full}/sign", **signed(page))

    second = clerk.post(f"/drafts/{full}/sign", **signed(page))

    assert second.status_code == 303
    assert second["Location"] == first["Location"]


def test_nobody_else_sees_what_is_being_signed(
    clerk: Visitor, town: dict[str, Account], full: str
) -> None:
    number = fields(clerk.read(f"/drafts/{full}/sign"))["ceremony"]
    other = visitor(town["lihua"])

    assert clerk.get(f"/signing/ceremonies/{number}/pages/1")["Content-Type"] == "image/webp"
    assert clerk.get(f"/signing/ceremonies/{number}/document").content.startswith(b"%PDF")
    for way in ("pages/1", "document", "evidence"):
        assert other.get(f"/signing/ceremonies/{number}/{way}").status_code == 404
    assert other.post(f"/signing/ceremonies/{number}/seen", pages="1").status_code == 404
    assert other.get(f"/drafts/{full}/sign").status_code == 404
    assert clerk.get(f"/signing/ceremonies/{number}/pages/99").status_code == 404


def test_the_moments_pages_came_into_view_are_kept_once_each(clerk: Visitor, full: str) -> None:
    number = fields(clerk.read(f"/drafts/{full}/sign"))["ceremony"]

    for pages in ("1", "2,1", "77,x,-1"):
        answer = clerk.post(f"/signing/ceremonies/{number}/seen", pages=pages)
        assert answer.status_code == 204

    seen = Ceremony.objects.get().seen
    assert re.findall(r"\[(\d+), ", seen) == ["1", "2"]
    assert NOW.isoformat() in seen


def test_the_evidence_of_a_signature_says_all_that_was_kept(clerk: Visitor, full: str) -> None:
    page = clerk.read(f"/drafts/{full}/sign")
    sent = signed(page, seen="1,2,3", scripted="1", **{"signature-strokes": STROKES})
    clerk.post(f"/drafts/{full}/sign", **sent)
    one = Ceremony.objects.get()

    answer = clerk.get(f"/signing/ceremonies/{one.number}/evidence")

    text = pdf_text(answer.content)
    assert answer["Content-Type"] == "application/pdf"
    told = (one.sha256_before, "王敏", "127.0.0.1", "重新输入登录密码", "我已经阅读", "第1页")
    assert [words for words in told if words not in text] == []


def test_what_waits_for_me_is_listed_signed_and_then_done(
    clerk: Visitor, town: dict[str, Account]
) -> None:
    made = make(town)
    way = f"/signing/{made.number}/1"
    assert "起重机械安装检测报告" in text_of(clerk.read("/signing"))
    assert f'href="{way}"' in clerk.read("/signing")
    page = clerk.read(way)

    answer = clerk.post(way, **signed(page))

    assert (answer.status_code, answer["Location"]) == (303, way)
    assert sign_requests.load(made.number).state == "completed"
    after = text_of(clerk.read(way))
    assert "您这一方已经签好" in after
    assert "各方都签好了" in after
    assert "没有等您签的文件" in text_of(clerk.read("/signing"))
    assert clerk.get(f"{way}/document").content.startswith(b"%PDF")
    assert "起重机械安装检测报告" in pdf_text(clerk.get(f"{way}/evidence").content)


def test_a_link_asks_for_sign_in_and_leads_its_party_to_the_document(
    town: dict[str, Account], clerk: Visitor, client: object
) -> None:
    made = make(town)
    way = f"/sign/{made.tokens[1]}"

    assert client.get(way)["Location"].startswith("/sign-in?next=")  # type: ignore[attr-defined]
    assert clerk.get(way)["Location"] == f"/signing/{made.number}/1"
    stranger = visitor(town["lihua"]).get(way)
    assert stranger.status_code == 403
    words = text_of(stranger.content.decode())
    assert "不是发给您现在登录的账号" in words
    assert "检测报告" not in words
    assert visitor(town["lihua"]).get(f"/signing/{made.number}/1").status_code == 404
    assert clerk.get("/sign/unknown").status_code == 404


def test_who_was_signed_out_meanwhile_comes_back_to_the_page_not_to_its_button(
    town: dict[str, Account], client: Client
) -> None:
    way = f"/signing/{make(town).number}/1"

    ours = client.post(f"{way}/decline", headers={"Referer": f"http://testserver{way}"})
    others = [
        client.post(f"{way}/decline", headers={"Referer": told})["Location"]
        for told in ("https://elsewhere.example/a", "http://[", "")
    ]

    assert ours["Location"] == f"/sign-in?{urlencode({'next': way})}"
    assert others == 3 * [f"/sign-in?{urlencode({'next': f'{way}/decline'})}"]


def test_declining_asks_for_the_reason_and_ends_it(
    clerk: Visitor, town: dict[str, Account]
) -> None:
    made = make(town)
    way = f"/signing/{made.number}/1"

    assert clerk.post(f"{way}/decline", reason="  ").status_code == 422
    long = clerk.post(f"{way}/decline", reason="旧" * 501).content.decode()
    assert "最多写 500 个字" in long
    assert "旧" * 501 in long
    assert sign_requests.load(made.number).state == "open"
    clerk.post(f"{way}/decline", reason="日期写错")

    assert sign_requests.load(made.number).state == "declined"
    assert "日期写错" in text_of(clerk.read(way))


def test_whose_turn_has_not_come_is_told_to_wait(clerk: Visitor, town: dict[str, Account]) -> None:
    made = make(town, NewParty("account", "lihua"), CLERK, order="sequence")

    page = text_of(clerk.read(f"/signing/{made.number}/2"))

    assert "还没有轮到您" in page
    assert 'id="ceremony"' not in page


def test_a_draft_of_somebody_else_stays_hidden(town: dict[str, Account], full: str) -> None:
    assert visitor(town["lihua"]).post(f"/drafts/{full}/sign", ceremony="x").status_code == 404
    assert Draft.objects.filter(number=full).exists()


def pdf_text(content: bytes) -> str:
    told = subprocess.run(["pdftotext", "-", "-"], input=content, capture_output=True, check=True)
    return re.sub(r"\s+", "", told.stdout.decode())


@pytest.mark.parametrize(
    ("is_behind", "said", "address"),
    [
        (False, "203.0.113.9", "127.0.0.1"),
        (True, "203.0.113.9", "203.0.113.9"),
        (True, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (True, "<script>", "127.0.0.1"),
        (True, "", "127.0.0.1"),
    ],
)
def test_the_address_kept_is_the_proxys_word_and_never_the_visitors(
    clerk: Visitor, full: str, settings: object, is_behind: bool, said: str, address: str
) -> None:
    if is_behind:
        settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")  # type: ignore[attr-defined]

    clerk.client.get(f"/drafts/{full}/sign", headers={"x-forwarded-for": said})

    assert Ceremony.objects.get().address == address


def test_the_case_leads_to_the_evidence_of_its_signature(clerk: Visitor, full: str) -> None:
    clerk.post(f"/drafts/{full}/sign", **signed(clerk.read(f"/drafts/{full}/sign")))
    case, one = Case.objects.get(), Ceremony.objects.get()

    assert f"/signing/ceremonies/{one.number}/evidence" in clerk.read(f"/cases/{case.number}")
