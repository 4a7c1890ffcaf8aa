# SPDX-License-Identifier: Apache-2.0
"""The log as anybody sees it, and the receipts a party takes home."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from huiban.kernel.proof_check import check_proof
from huiban.kernel.proof_read import read_proof, read_signed_head
from huiban.kernel.verification import Verdict
from huiban.services import checkpoints, proof_file
from huiban.store import cases
from huiban.store.models import Account, Certificate, Checkpoint, LedgerEntry
from tests.services.log_sample import a_ledger, break_in, rewrite
from tests.services.trusted import Trusted, trusted
from tests.web.portal_visitor import NOW, Visitor, act, granted, text_of, visitor

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Pages are asked on the morning of the samples, and nobody asked before."""
    monkeypatch.setattr("huiban.web.portal.evidence.now", lambda: NOW)
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Trusted]:
    with trusted(tmp_path, at=NOW) as found:
        yield found


def asked(way: str, **query: str) -> str:
    return text_of(Client().get(way, query).content.decode())


def receipt_of(clerk: Visitor, number: str) -> str:
    """Ask for a receipt and return its code."""
    assert clerk.post(f"/cases/{number}/receipt")["Location"] == f"/cases/{number}/receipt"
    return LedgerEntry.objects.filter(chain="receipt").latest("id").key


def brought(content: bytes, name: str = "receipt.pdf") -> str:
    file = SimpleUploadedFile(name, content)
    return text_of(Client().post("/evidence", {"file": file}).content.decode())


def test_an_empty_log_says_so(town: dict[str, Account]) -> None:
    assert "还没有检查点" in asked("/evidence")


def test_the_newest_checkpoint_is_shown_with_who_signed_it(house: Trusted, number: str) -> None:
    checkpoints.sweep(NOW)
    row = Checkpoint.objects.get()

    page = asked("/evidence")

    assert row.root_sha256 in page
    assert row.root_sm3 in page
    assert "存证日志 127.0.0.1:8000" in page
    assert "测试证书" in page
    assert "没有法律效力" in page


def test_an_unsigned_checkpoint_says_what_it_lacks(number: str) -> None:
    checkpoints.sweep(NOW)

    page = asked("/evidence")

    assert "没有签名" in page
    assert "没有时间戳" in page


def test_a_case_is_looked_up_without_telling_what_it_is_about(house: Trusted, number: str) -> None:
    checkpoints.sweep(NOW)

    answer = Client().get("/evidence", {"q": f" {number[:31]}-{number[31:]} "})
    page = asked(answer["Location"])

    assert answer["Location"] == f"/evidence/case/{number}"
    assert "在日志里，没有变过" in page
    assert cases.load(number).chain_sm3 in page
    for secret in ("王敏", "海晟", "崂山", "建筑垃圾"):
        assert secret not in page


def test_a_certificates_code_leads_to_its_proof(house: Trusted, town: dict[str, Account]) -> None:
    granted(town)
    held = Certificate.objects.get()
    checkpoints.sweep(NOW)

    answer = Client().get("/evidence", {"q": held.verify_code.lower()})
    document = Client().get(f"/evidence/certificate/{held.verify_code}/proof.json").json()

    assert answer["Location"] == f"/evidence/certificate/{held.verify_code}"
    assert "在日志里，没有变过" in asked(answer["Location"])
    assert document["end"]["key"] == held.number


@pytest.mark.parametrize(
    "made_up", ["0", "x" * 200, "%27%20OR%201", "QD-1", "1" * 43, "办件", "0" * 15 + "1"]
)
def test_what_nobody_issued_is_not_found(town: dict[str, Account], made_up: str) -> None:
    answer = Client().get("/evidence", {"q": made_up})

    assert answer.status_code == 404
    assert 'id="problem"' in answer.content.decode()
    assert Client().get(f"/evidence/case/{quote(made_up)}").status_code == 404
    assert Client().get(f"/evidence/case/{quote(made_up)}/proof.json").status_code == 404


@pytest.mark.parametrize("chain", ["inquiry", "credential", "request", "nothing", "%00"])
def test_other_chains_are_nobodys_to_look_up(number: str, chain: str) -> None:
    checkpoints.sweep(NOW)

    assert Client().get(f"/evidence/{chain}/{number}").status_code == 404
    assert Client().get(f"/evidence/{chain}/%00").status_code == 404


def test_a_record_that_was_rewritten_fails_before_everybodys_eyes(number: str) -> None:
    checkpoints.sweep(NOW)
    rewrite(number, 1, reason="forged")

    page = asked(f"/evidence/case/{number}")

    assert "核对没有通过" in page
    assert "记录被改写过" in page
    assert "没有变过" not in page


def test_a_proof_is_taken_home_and_holds_there(number: str) -> None:
    checkpoints.sweep(NOW)

    answer = Client().get(f"/evidence/case/{number}/proof.json")
    document = read_proof(answer.json())

    assert answer["Cache-Control"].startswith("public")
    assert [one.verdict for one in check_proof(document)] == [Verdict.PASSED]
    assert document.entries == ()


def test_an_officer_gets_the_entries_and_no_cache_keeps_them(
    town: dict[str, Account], number: str
) -> None:
    checkpoints.sweep(NOW)

    answer = visitor(town["zhangqian"]).get(f"/evidence/case/{number}/proof.json")
    strangers = visitor(town["lihua"]).get(f"/evidence/case/{number}/proof.json")

    assert len(answer.json()["entries"]) == cases.load(number).chain_seq
    assert "no-store" in answer["Cache-Control"]
    assert "entries" not in strangers.json()


def test_heads_are_listed_and_lead_on(number: str) -> None:
    checkpoints.sweep(NOW)
    a_ledger()
    checkpoints.sweep(NOW)

    told = Client().get("/evidence/heads.json").json()
    one = Client().get("/evidence/heads/1.json")

    assert [json.loads(head["head"])["number"] for head in told["heads"]] == [2, 1]
    assert told["next"] is None
    assert read_signed_head(one.json()) == read_signed_head(told["heads"][1])
    assert "max-age=31536000" in one["Cache-Control"]
    assert (
        Client().get("/evidence/heads.json", {"before": "2"}).json()["heads"] == told["heads"][1:]
    )
    assert Client().get("/evidence/heads/99.json").status_code == 404


def test_growth_between_two_checkpoints_is_proved(number: str) -> None:
    checkpoints.sweep(NOW)
    a_ledger()
    checkpoints.sweep(NOW)

    told = Client().get("/evidence/consistency", {"from": "1", "to": "2"}).json()

    assert set(told["consistency"]) == {"sha256", "sm3"}
    for wrong in ({"from": "2", "to": "1"}, {}, {"from": "x", "to": "9" * 40}):
        assert Client().get("/evidence/consistency", wrong).status_code == 404


def test_machines_are_slowed_down(number: str) -> None:
    checkpoints.sweep(NOW)
    answers = [Client().get("/evidence/heads.json").status_code for _ in range(61)]

    assert answers[:60] == [200] * 60
    assert answers[60] == 429
    assert Client().get(f"/evidence/case/{number}").status_code == 429
    assert Client().get("/evidence").status_code == 200


def test_a_receipt_is_asked_for_seen_and_taken_home(
    house: Trusted, clerk: Visitor, number: str
) -> None:
    before = clerk.read(f"/cases/{number}/receipt")
    code = receipt_of(clerk, number)
    waiting = text_of(clerk.read(f"/cases/{number}/receipt"))
    checkpoints.sweep(NOW)

    page = text_of(clerk.read(f"/receipts/{code}"))
    paper = clerk.get(f"/receipts/{code}/paper", download="")
    data = clerk.get(f"/receipts/{code}/data")

    assert "出具回执" in before
    assert "正在收进存证日志" in waiting
    assert "已经收进存证日志" in page
    assert "提交申请" in page
    assert paper["Content-Disposition"].startswith("attachment")
    assert proof_file.read(paper.content) == read_proof(data.json())
    assert f"/cases/{number}/receipt" in clerk.read(f"/cases/{number}")


def test_a_receipt_is_its_partys_alone(
    town: dict[str, Account], clerk: Visitor, number: str
) -> None:
    code = receipt_of(clerk, number)

    for who in ("lihua", "zhangqian"):
        for way in (f"/cases/{number}/receipt", f"/receipts/{code}", f"/receipts/{code}/paper",
                    f"/receipts/{code}/data"):  # fmt: skip
            assert visitor(town[who]).get(way).status_code == 404
        assert visitor(town[who]).post(f"/cases/{number}/receipt").status_code == 404
    assert Client().get(f"/receipts/{code}").status_code == 302
    assert Client().get(f"/receipts/{code}/paper").status_code == 302


def test_an_old_receipt_is_brought_back_and_still_true(
    house: Trusted, town: dict[str, Account], clerk: Visitor, number: str
) -> None:
    code = receipt_of(clerk, number)
    checkpoints.sweep(NOW)
    paper = clerk.get(f"/receipts/{code}/paper").content
    data = clerk.get(f"/receipts/{code}/data").content
    act(town, "zhangqian", number, "accept")
    checkpoints.sweep(NOW)

    for content, name in ((paper, "r.pdf"), (data, "r.json")):
        page = brought(content, name)
        assert "回执说的这一条在日志里，没有变过" in page
        assert number not in page
    rewrite(number, 1, reason="forged")
    assert "核对没有通过" in brought(paper)


def test_an_old_receipt_whose_log_was_deleted_fails(clerk: Visitor, number: str) -> None:
    code = receipt_of(clerk, number)
    checkpoints.sweep(NOW)
    paper = clerk.get(f"/receipts/{code}/paper").content
    break_in(
        "DELETE FROM store_ledger", "DELETE FROM store_checkpoint", "DELETE FROM store_tree_leaf"
    )

    assert "核对没有通过" in brought(paper)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"%PDF-1.7 nothing", b"{}", b"[" * 100_000, b"\xff\xfe", b"null",
        b'{"format": "huiban-proof/1"}',
        b'{"format": "huiban-proof/1", "log": "\\u0000", "made_at": "", "end": {}}',
    ],
)  # fmt: skip
def test_what_is_no_receipt_is_told(number: str, content: bytes) -> None:
    checkpoints.sweep(NOW)

    answer = Client().post("/evidence", {"file": SimpleUploadedFile("r.pdf", content)})

    assert answer.status_code == 422
    assert 'id="problem"' in answer.content.decode()


def test_a_forged_receipt_fails(clerk: Visitor, number: str) -> None:
    code = receipt_of(clerk, number)
    checkpoints.sweep(NOW)
    told = clerk.get(f"/receipts/{code}/data").json()
    told["entries"][0]["content"]["body"] = told["entries"][0]["content"]["body"].replace(
        "提交申请", "准予许可"
    )
    for strange in (2**53 - 1, 7):
        forged = json.loads(json.dumps(told))
        forged["inclusion"]["place"] = strange
        assert "核对没有通过" in brought(json.dumps(forged).encode(), "r.json")

    assert "核对没有通过" in brought(json.dumps(told).encode(), "r.json")


@pytest.mark.parametrize("way", ["/evidence", "/evidence/case/{number}"])
def test_the_pages_are_there_in_english(number: str, way: str) -> None:
    checkpoints.sweep(NOW)
    client = Client(headers={"Accept-Language": "en"})

    page = text_of(client.get(way.format(number=number)).content.decode())

    assert "checkpoint" in page.lower()
    left = re.sub("存证日志 127|慧办 · 青岛", "", page)
    assert re.findall("[\u4e00-\u9fff]+", left) == []
