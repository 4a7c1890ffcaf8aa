# SPDX-License-Identifier: Apache-2.0
"""Verification by anybody, without signing in and without scripts: by code and by file."""

import base64
import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from huiban.kernel.certificate import Act, Ending
from huiban.services import certificate_acts, vault, verify_file
from huiban.services.certificate_acts import Order
from huiban.store.models import Account, Certificate
from tests.services.certificate_sample import IN_FORCE, granted
from tests.web.portal_visitor import sample, text_of

pytestmark = pytest.mark.django_db
_FOR_EVER = datetime(2999, 1, 1, tzinfo=UTC)
WHY = {"reason": "以欺骗手段取得，详见调查笔录", "basis": "行政许可法第六十九条第二款"}


@pytest.fixture
def held(town: dict[str, Account], monkeypatch: pytest.MonkeyPatch) -> Certificate:
    found = granted(town)
    monkeypatch.setattr("huiban.web.portal.verify.now", lambda: IN_FORCE)
    return found


@pytest.fixture
def anybody() -> Client:
    """A visitor whose browser guards against forged posts, as real ones are."""
    return Client(enforce_csrf_checks=True, REMOTE_ADDR=f"203.0.113.{timezone.now().microsecond}")


def face(held: Certificate) -> bytes:
    assert held.document is not None
    return vault.content(held.document.object_key)


def send(anybody: Client, content: bytes, name: str = "证照.pdf", **more: str):  # type: ignore[no-untyped-def]
    page = anybody.get("/verify").content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert token is not None
    file = SimpleUploadedFile(name, content)
    sent = {"file": file, "csrfmiddlewaretoken": token[1]} | more
    return anybody.post("/verify/file", sent)


def read(answer) -> str:  # type: ignore[no-untyped-def]
    return text_of(answer.content.decode())


def test_a_certificate_in_force_is_genuine(anybody: Client, held: Certificate) -> None:
    answer = anybody.get(f"/verify/{held.verify_code}")

    told = read(answer)
    assert "真实有效" in told
    assert f'href="/evidence/certificate/{held.verify_code}"' in answer.content.decode()
    assert held.number in told
    assert held.identifier in told
    assert "青岛市行政审批服务局" in told


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("suspended", "证照是真的，但暂停使用"),
        ("withdrawn", "证照是真的，但现在已撤回"),
        ("annulled", "证照是真的，但现在已撤销"),
        ("revoked", "证照是真的，但现在已吊销"),
        ("cancelled", "证照是真的，但现在已注销"),
    ],
)
def test_a_certificate_out_of_force_says_so(
    anybody: Client, held: Certificate, state: str, words: str
) -> None:
    Certificate.objects.update(state=state)

    told = read(anybody.get(f"/verify/{held.verify_code}"))

    assert words in told
    assert "真实有效" not in told


def test_the_public_sees_what_happened_but_not_why(
    anybody: Client, town: dict[str, Account], held: Certificate
) -> None:
    propose = Order(Act.PROPOSE, Ending.ANNUL, **WHY)
    certificate_acts.act(held.number, propose, town["liuyang"].to_actor(), IN_FORCE)
    waiting = read(anybody.get(f"/verify/{held.verify_code}"))
    certificate_acts.act(held.number, Order(Act.CONFIRM), town["zhaojianguo"].to_actor(), IN_FORCE)

    told = read(anybody.get(f"/verify/{held.verify_code}"))

    assert "拟撤销" not in waiting
    assert "真实有效" in waiting
    assert "经过" in told
    assert "撤销" in told
    assert "调查笔录" not in told
    assert "刘洋" not in told


def test_the_file_we_issued_is_genuine_though_nobody_signed_it(
    anybody: Client, held: Certificate
) -> None:
    answer = send(anybody, face(held))

    told = read(answer)
    assert answer.status_code == 200
    assert "真实有效" in told
    assert held.number in told
    assert "no-store" in answer["Cache-Control"]


def test_the_file_of_a_cancelled_certificate_is_genuine_but_counts_no_more(
    anybody: Client, held: Certificate
) -> None:
    Certificate.objects.update(state="cancelled")

    told = read(send(anybody, face(held)))

    assert "文件是真的，但证照已注销" in told
    assert "真实有效" not in told.partition("怎么看这个结果")[0]


def test_a_file_that_differs_in_one_byte_is_not_ours(anybody: Client, held: Certificate) -> None:
    told = read(send(anybody, face(held) + b"\n"))

    assert "无法核验" in told
    assert "没有电子签名" in told
    assert held.number not in told


def test_a_document_that_is_no_certificate_is_known_too(anybody: Client, held: Certificate) -> None:
    paper = held.case.documents.get(code="grant_decision")

    told = read(send(anybody, vault.content(paper.object_key)))

    assert "文件由本市出具，一字未改" in told
    assert paper.title in told
    assert held.case.number not in told


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "空.pdf", "请选择要核验的文件"),
        (b"\x89PNG\r\n\x1a\n" + b"0" * 50, "照片.png", "只能核验 PDF 和 OFD"),
        (b"PK\x03\x04" + b"0" * 50, "合同.docx", "只能核验 PDF 和 OFD"),
        (b"hello", "a.txt", "只能核验 PDF 和 OFD"),
    ],
)
def test_a_file_that_cannot_be_verified_is_refused_by_name(
    anybody: Client, held: Certificate, content: bytes, name: str, words: str
) -> None:
    answer = send(anybody, content, name)

    assert answer.status_code == 422
    assert words in read(answer)
    assert 'id="file-problem"' in answer.content.decode()


def test_a_large_file_is_refused_with_the_limit(anybody: Client, held: Certificate) -> None:
    answer = send(anybody, b"%PDF-1.7\n" + b"0" * verify_file.MOST_BYTES)

    assert answer.status_code == 422
    assert "最多核验 20 MB" in read(answer)


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7\n" + b"\x00" * 2000,
        b"%PDF-1.7\n" + b"[" * 100_000,
        b"%PDF-1.7\nxref\n0 1\ntrailer\n<</Root 1 0 R/Prev 9>>\nstartxref\n9\n%%EOF",
    ],
)
def test_a_hostile_file_is_told_as_unverifiable_and_harms_nothing(
    anybody: Client, held: Certificate, content: bytes
) -> None:
    answer = send(anybody, content)

    assert answer.status_code == 200
    assert "无法核验" in read(answer)
    assert "真实有效" in read(send(anybody, face(held)))


def test_what_a_file_is_called_is_shown_as_text(anybody: Client, held: Certificate) -> None:
    answer = send(anybody, sample.PDF, "<script>alert(1)</script>.pdf")

    assert "<script>alert" not in answer.content.decode()


def test_the_page_carries_its_report_along(anybody: Client, held: Certificate) -> None:
    page = send(anybody, face(held)).content.decode()
    carried = re.search(r'href="data:application/json;base64,([^"]+)"', page)
    assert carried is not None

    report = json.loads(base64.b64decode(carried[1]))

    assert (report["headline"], report["issued_here"]) == ("genuine", True)
    assert (report["certificate"], report["certificate_state"]) == (held.number, "valid")
    assert sample.USCC not in json.dumps(report)


def test_the_report_alone_is_downloaded(anybody: Client, held: Certificate) -> None:
    answer = send(anybody, face(held), **{"as": "json"})

    assert answer["Content-Type"].startswith("application/json")
    assert "attachment" in answer["Content-Disposition"]
    assert json.loads(answer.content)["headline"] == "genuine"


def test_nothing_of_a_file_is_kept(anybody: Client, held: Certificate) -> None:
    kept = set(vault.objects().kept_before(_FOR_EVER))

    send(anybody, sample.PDF)

    assert set(vault.objects().kept_before(_FOR_EVER)) == kept


def test_one_address_sends_only_so_many_files_a_minute(anybody: Client, held: Certificate) -> None:
    answers = [send(anybody, sample.PDF).status_code for _ in range(11)]

    assert answers == [200] * 10 + [429]


def test_a_file_not_yet_in_force_is_not_said_to_be_over(
    anybody: Client, held: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    early = datetime.combine(held.valid_from, IN_FORCE.timetz()) - timedelta(days=3)
    monkeypatch.setattr("huiban.web.portal.verify.now", lambda: early)

    told = read(send(anybody, face(held)))

    assert "证照尚未生效" in told
    assert "到了有效期的第一天才能凭它办事" in told
    assert "不能再凭它办事" not in told


def test_behind_a_proxy_each_visitor_is_counted_alone(
    anybody: Client, held: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "SECURE_PROXY_SSL_HEADER", ("HTTP_X_FORWARDED_PROTO", "https"))
    way, busy = f"/verify/{held.verify_code}", {"HTTP_X_FORWARDED_FOR": "198.51.100.7"}

    told = [anybody.get(way, secure=True, **busy).status_code for _ in range(61)]
    other = anybody.get(way, secure=True, HTTP_X_FORWARDED_FOR="198.51.100.8")

    assert (told[0], told[-1]) == (200, 429)
    assert other.status_code == 200


def test_a_post_without_its_token_is_answered_in_our_words(anybody: Client) -> None:
    answer = anybody.post("/verify/file", {})

    assert answer.status_code == 403
    told = read(answer)
    assert "没有提交。请回到前一页，刷新以后再办" in told
    assert "DEBUG" not in told
