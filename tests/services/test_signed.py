# SPDX-License-Identifier: Apache-2.0
"""What a case issues is signed by whoever acted and sealed last; other people's tools agree."""

import hashlib
import json
import random
import subprocess
import threading
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from huiban.connectors import ofd
from huiban.jobs.errands import registry
from huiban.jobs.worker import Surroundings, run_until_empty
from huiban.kernel.credential import Profile
from huiban.kernel.seal import HolderKind
from huiban.kernel.verification import Verdict
from huiban.services import (
    drafts,
    evidence,
    form_signing,
    handle,
    issue,
    ledger,
    seals,
    seals_grant,
    verify_file,
)
from huiban.services.form_signing import Confirmed
from huiban.services.handle import Order
from huiban.services.journal import body_of
from huiban.services.ledger import Chain
from huiban.services.seals import Proposal
from huiban.services.seals_grant import NewGrant
from huiban.store import cases, documents, journal
from huiban.store.models import Account, Document, Job, Seal
from tests.services import city_sample as sample
from tests.services.signing_sample import PHONE, officer, password, said
from tests.services.trusted import Trusted, trusted

NOW = sample.at("2026-11-23 09:30")
HOME = "approval_service"

pytestmark = pytest.mark.usefixtures("each_database")


@pytest.fixture
def authority(each_database: str, tmp_path: Path) -> Iterator[Trusted]:
    with trusted(tmp_path, NOW) as found:
        yield found


@pytest.fixture
def people(authority: Trusted) -> dict[str, Account]:
    return sample.people()


@pytest.fixture
def seal(people: dict[str, Account]) -> Seal:
    """The seal of the approval service, granted to the posts its documents come from."""
    keeper = officer("keeper", "钱保管", HOME, "seal_keeper").to_actor()
    head = officer("head", "冯负责", HOME, "leader").to_actor()
    guard = officer("guard", "陈安全", "", "admin_security").to_actor()
    proposal = Proposal(
        department=HOME, kind="authority", valid_from=date(2026, 1, 1),
        valid_until=date(2030, 12, 31), profile=Profile.SM2,
    )  # fmt: skip
    number = seals.propose(proposal, keeper, NOW).number
    seals.approve(number, head, NOW)
    made = seals.approve(number, guard, NOW)
    for role in ("window", "leader"):
        new = NewGrant(
            holder_kind=HolderKind.ROLE,
            holder=role,
            documents=("construction_waste.*",),
            valid_from=NOW,
            valid_until=NOW + timedelta(days=90),
        )
        seals_grant.give(number, new, keeper, NOW)
    return made


def act(people: dict[str, Account], number: str, who: str, name: str) -> None:
    handle.act(number, Order(name), people[who].to_actor(), NOW)


def work() -> None:
    run_until_empty(registry(), Surroundings("test", lambda: NOW, lambda: 0.5, threading.Event()))


def failures() -> list[str]:
    return [str(job.last_error) for job in Job.objects.exclude(last_error="")]


def filed(people: dict[str, Account]) -> str:
    """Apply, signing the form as it is sent in."""
    actor = people["wangmin"].to_actor()
    number = sample.draft(people["wangmin"], NOW)
    one = form_signing.begin(drafts.load(number, actor, NOW), actor, NOW, PHONE).ceremony
    sent = Confirmed(one.number, said(one), password(NOW), PHONE)
    return form_signing.confirm(number, sent, actor, NOW)


def granted(people: dict[str, Account]) -> str:
    number = filed(people)
    act(people, number, "zhangqian", "accept")
    act(people, number, "liuyang", "pass")
    act(people, number, "zhaojianguo", "grant")
    work()
    assert failures() == []
    return number


def issued(number: str) -> dict[str, Document]:
    return {one.code: one for one in documents.of_case(cases.load(number).id)}


def told(content: bytes, folder: Path) -> str:
    """What poppler's own checker says of a file's signatures."""
    path = folder / "signed.pdf"
    path.write_bytes(content)
    answer = subprocess.run(["pdfsig", "-nocert", path], capture_output=True, check=False)
    return answer.stdout.decode()


@pytest.mark.usefixtures("seal")
def test_a_permit_is_signed_by_the_head_and_sealed_and_everybody_agrees(
    people: dict[str, Account], tmp_path: Path
) -> None:
    number = granted(people)

    permit = issued(number)["waste_disposal_permit"]
    content = issue.stored_content(permit)
    report = verify_file.verify(content, "permit.pdf", NOW).report
    assert [(one.kind, one.signer, one.verdict) for one in report.signatures] == [
        ("signature", "赵建国 测试 TEST", Verdict.PASSED),
        ("seal", "青岛市行政审批服务局 测试 TEST", Verdict.PASSED),
        ("timestamp", "测试 TEST 时间戳 P256", Verdict.PASSED),
    ]
    assert report.signatures[1].level == "B-LTA"
    assert report.verdict is Verdict.PASSED
    assert report.is_test
    assert told(content, tmp_path).count("Signature is Valid") == 2


@pytest.mark.usefixtures("seal")
def test_one_byte_changed_anywhere_is_found(people: dict[str, Account], tmp_path: Path) -> None:
    content = issue.stored_content(issued(granted(people))["waste_disposal_permit"])

    dice = random.Random(4)
    for place in dice.sample(range(len(content)), 25):
        changed = bytearray(content)
        changed[place] ^= 1 << dice.randrange(8)
        report = verify_file.verify(bytes(changed), "permit.pdf", NOW).report
        assert report.verdict is Verdict.FAILED, place


@pytest.mark.usefixtures("seal")
def test_the_permit_is_had_as_an_ofd_under_the_same_seal(people: dict[str, Account]) -> None:
    number = granted(people)

    known = issued(number)["waste_disposal_permit_ofd"]
    content = issue.stored_content(known)
    report = verify_file.verify(content, "permit.ofd", NOW).report
    found = ofd.read(content)
    assert known.media == ofd.MEDIA
    assert report.verdict is Verdict.PASSED
    assert [one.signer for one in report.signatures] == ["青岛市行政审批服务局公章"]
    words = "".join(found.files[path].decode() for _, path in found.pages())
    assert "青岛海晟置业有限公司" in words


@pytest.mark.usefixtures("seal")
def test_the_journal_says_who_signed_what_with_which_credential(
    people: dict[str, Account],
) -> None:
    number = granted(people)

    rows = journal.of_case(cases.load(number).id)
    facts = {
        str(body_of(row)["code"]): body_of(row) for row in rows if row.act == "document_issued"
    }
    signatures = facts["waste_disposal_permit"]["signatures"]
    assert isinstance(signatures, list)
    assert [(one["kind"], one["name"]) for one in signatures] == [
        ("signature", "赵建国"),
        ("seal", "青岛市行政审批服务局公章"),
    ]
    assert all(one["credential"] for one in signatures)
    assert facts["application_form"]["signatures"][0]["name"] == "王敏"  # type: ignore[index]
    assert evidence.verify_case(number).is_sound


def test_every_use_of_the_seal_is_in_its_ledger(people: dict[str, Account], seal: Seal) -> None:
    number = granted(people)

    used = [one for one in ledger.history(Chain.SEAL, seal.number) if one.act == "seal_used"]
    assert [(one.actor_name, ledger.body_of(one)["document"]) for one in used] == [
        ("张倩", "construction_waste.acceptance_notice"),
        ("赵建国", "construction_waste.grant_decision"),
        ("赵建国", "construction_waste.waste_disposal_permit"),
        ("赵建国", "construction_waste.waste_disposal_permit"),
    ]
    assert {ledger.body_of(one)["case"] for one in used} == {number}


@pytest.mark.usefixtures("seal")
def test_the_form_is_issued_once_as_it_was_signed(
    people: dict[str, Account], tmp_path: Path
) -> None:
    number = granted(people)

    case = cases.load(number)
    forms = [one for one in documents.of_case(case.id) if one.code == "application_form"]
    assert [one.journal_seq for one in forms] == [1]
    content = issue.stored_content(forms[0])
    assert told(content, tmp_path).count("Signature is Valid") == 1
    assert case.stage == "archived"


@pytest.mark.usefixtures("seal")
def test_a_job_done_again_issues_nothing_again(people: dict[str, Account]) -> None:
    number = granted(people)
    before = {one.number: one.sha256 for one in issued(number).values()}
    entries = len(journal.of_case(cases.load(number).id))

    for row in journal.of_case(cases.load(number).id):
        if "effects" in body_of(row) or "signature" in body_of(row):
            issue.carry_out(number, row.seq, NOW)

    assert {one.number: one.sha256 for one in issued(number).values()} == before
    assert len(journal.of_case(cases.load(number).id)) == entries


def test_without_a_seal_nothing_goes_out_and_the_job_says_what_to_do(
    people: dict[str, Account],
) -> None:
    number = filed(people)
    act(people, number, "zhangqian", "accept")

    work()

    assert any("还没有制作" in one for one in failures())
    assert "acceptance_notice" not in issued(number)


@pytest.mark.usefixtures("seal")
def test_while_the_authority_is_away_nothing_goes_out_and_afterwards_everything_does(
    people: dict[str, Account], authority: Trusted
) -> None:
    number = filed(people)
    act(people, number, "zhangqian", "accept")
    authority.order("tsa", dead=True)
    work()
    assert "acceptance_notice" not in issued(number)

    authority.order("tsa", reset=True)
    Job.objects.update(run_after=NOW)
    work()

    known = issued(number)["acceptance_notice"]
    assert json.loads(known.signatures)[0]["kind"] == "seal"
    assert hashlib.sha256(issue.stored_content(known)).hexdigest() == known.sha256
