# SPDX-License-Identifier: Apache-2.0
"""Proofs and receipts: what they hold, who gets what, and that an old one still fits the log."""

import io
import json

import pypdf
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huiban.kernel.proof import ProofDocument
from huiban.kernel.proof_check import check_proof
from huiban.kernel.proof_read import read_proof
from huiban.kernel.verification import Verdict
from huiban.services import checkpoints, handle, proof_compare, proofs, receipt_paper, receipts
from huiban.services.handle import Order
from huiban.services.refusal import Invalid, NotFound
from huiban.store import cases
from huiban.store.models import Account, LedgerEntry, TreeLeaf
from tests.services.log_sample import LATER, NOW, a_ledger, a_log, break_in, rewrite

pytestmark = pytest.mark.usefixtures("each_database")


def who(number: str) -> Account:
    return Account.objects.get(number=number)


def again(document: ProofDocument) -> ProofDocument:
    """The document as somebody else reads it."""
    return read_proof(json.loads(json.dumps(document.to_json(), ensure_ascii=False)))


def failed(found: proofs.Proved) -> set[str]:
    return {one.code for one in found.checks if one.verdict is Verdict.FAILED}


def test_a_proof_says_nothing_of_what_a_case_is_about() -> None:
    number = a_log()

    text = json.dumps(proofs.of_case(number, None, LATER).to_json(), ensure_ascii=False)

    assert number in text
    for secret in ("王敏", "海晟", "崂山", "合同", "construction_waste", "submit"):
        assert secret not in text


def test_an_officer_of_the_case_gets_its_entries_and_its_party_does_not() -> None:
    number = a_log()

    counts = {
        name: len(proofs.of_case(number, who(name).to_actor(), LATER).entries)
        for name in ("zhangqian", "auditor", "wangmin", "lihua", "zhoulei")
    }

    entries = cases.load(number).chain_seq
    assert counts == {
        "zhangqian": entries, "auditor": entries, "wangmin": 0, "lihua": 0, "zhoulei": 0,
    }  # fmt: skip


def test_a_proof_holds_wherever_it_is_read() -> None:
    number = a_log()
    a_ledger("S2")
    checkpoints.sweep(LATER)

    document = again(proofs.of_case(number, who("auditor").to_actor(), LATER))

    assert [(one.code, one.verdict) for one in check_proof(document)] == [
        ("content", Verdict.PASSED),
        ("inclusion", Verdict.PASSED),
        ("growth", Verdict.PASSED),
    ]


def test_what_happened_since_the_last_checkpoint_waits_for_the_next() -> None:
    number = a_log()
    handle.act(number, Order("retract"), who("wangmin").to_actor(), LATER)

    document = proofs.of_case(number, None, LATER)

    assert document.is_pending
    [inclusion] = [one for one in check_proof(document) if one.code == "inclusion"]
    assert inclusion.verdict is Verdict.UNKNOWN
    checkpoints.sweep(LATER)
    assert not proofs.of_case(number, None, LATER).is_pending


def test_a_number_nobody_knows_has_no_proof() -> None:
    a_log()

    for chain, key in (("case", "0"), ("seal", "S9"), ("inquiry", "3" * 64)):
        with pytest.raises(NotFound):
            proofs.prove(chain, key, LATER)


def test_growth_is_proved_between_any_two_checkpoints_and_no_others() -> None:
    a_log()
    a_ledger("S2")
    checkpoints.sweep(LATER)

    assert proofs.consistency(1, 2).paths["sha256"]
    for old, new in ((2, 1), (0, 1), (1, 3), (7, 9)):
        with pytest.raises(NotFound):
            proofs.consistency(old, new)


def test_a_receipt_is_made_once_until_the_case_goes_on() -> None:
    number = a_log()
    actor = who("wangmin").to_actor()

    first, second = receipts.issue(number, actor, LATER), receipts.issue(number, actor, LATER)
    handle.act(number, Order("retract"), actor, LATER)
    third = receipts.issue(number, actor, LATER)

    assert first == second != third
    assert LedgerEntry.objects.filter(chain="receipt").count() == 2


def test_a_receipt_gets_a_leaf_of_its_own_whatever_the_case_does_meanwhile() -> None:
    number = a_log()
    actor = who("wangmin").to_actor()
    code = receipts.issue(number, actor, LATER)
    assert receipts.load(code, actor, LATER).proved.document.is_pending
    handle.act(number, Order("retract"), actor, LATER)

    checkpoints.sweep(LATER)

    found = receipts.load(code, actor, LATER)
    assert not found.proved.document.is_pending
    assert failed(found.proved) == set()
    assert found.entry == cases.load(number).chain_seq - 1
    assert [one.words for one in found.lines][:1] == ["提交申请"]


def test_a_receipt_is_its_partys_alone() -> None:
    number = a_log()
    code = receipts.issue(number, who("wangmin").to_actor(), LATER)

    for name in ("lihua", "zhangqian", "auditor"):
        with pytest.raises(NotFound):
            receipts.load(code, who(name).to_actor(), LATER)
        with pytest.raises(NotFound):
            receipts.issue(number, who(name).to_actor(), LATER)
    with pytest.raises(Invalid):
        receipts.load("1234", who("wangmin").to_actor(), LATER)


def test_a_receipt_on_paper_carries_its_proof() -> None:
    number = a_log()
    actor = who("wangmin").to_actor()
    code = receipts.issue(number, actor, LATER)
    checkpoints.sweep(LATER)
    receipt = receipts.load(code, actor, LATER)

    paper = receipt_paper.render(receipt)

    read = pypdf.PdfReader(io.BytesIO(paper))
    data = json.loads(read.attachments["data.json"][0])
    assert read_proof(data["proof"]) == again(receipt.proved.document)
    text = "".join(page.extract_text() for page in read.pages)
    assert "办件存证回执" in text
    assert number in text.replace("\u200b", "")
    assert receipt_paper.render(receipt) == paper


def old_receipt() -> tuple[str, ProofDocument]:
    """A receipt somebody took home, from a log that went on."""
    number = a_log()
    actor = who("wangmin").to_actor()
    code = receipts.issue(number, actor, NOW)
    checkpoints.sweep(NOW)
    document = again(receipts.load(code, actor, NOW).proved.document)
    handle.act(number, Order("retract"), actor, LATER)
    a_ledger("S2")
    checkpoints.sweep(LATER)
    return number, document


def test_an_old_receipt_fits_the_log_that_went_on() -> None:
    _, document = old_receipt()

    found = proof_compare.against_log(document, LATER)

    assert failed(found) == set()
    assert {"still", "case", "content", "inclusion"} <= {one.code for one in found.checks}


def test_an_old_receipt_tells_that_the_case_was_rewritten() -> None:
    number, document = old_receipt()
    rewrite(number, 1, reason="forged")

    assert failed(proof_compare.against_log(document, LATER)) == {"case"}


@pytest.mark.parametrize(
    "attack",
    [
        "DELETE FROM store_ledger WHERE chain = 'receipt'",
        "UPDATE store_ledger SET sha256 = sm3 WHERE chain = 'receipt'",
        "DELETE FROM store_checkpoint",
        "UPDATE store_checkpoint SET head = replace(head, '\"number\":2', '\"number\":3')",
        "UPDATE store_tree_leaf SET sm3 = sha256 WHERE chain = 'receipt'",
        "DELETE FROM store_tree_leaf WHERE chain = 'receipt'",
    ],
)
def test_an_old_receipt_tells_that_the_log_was_rewritten(attack: str) -> None:
    _, document = old_receipt()
    break_in(attack)

    assert "still" in failed(proof_compare.against_log(document, LATER))


def test_a_log_made_anew_in_place_of_the_old_one_does_not_fit_what_was_kept() -> None:
    _, document = old_receipt()
    break_in(
        "DELETE FROM store_checkpoint", "DELETE FROM store_tree_leaf",
        "DELETE FROM store_tree_tile",
    )  # fmt: skip
    checkpoints.sweep_whole(LATER)
    assert TreeLeaf.objects.filter(chain="receipt").exists()

    assert "still" in failed(proof_compare.against_log(document, LATER))


def test_comparing_costs_few_statements() -> None:
    _, document = old_receipt()

    with CaptureQueriesContext(connection) as asked:
        proof_compare.against_log(document, LATER)

    # The case itself is held to its journal too: filings, documents, certificates.
    assert len(asked) <= 15
