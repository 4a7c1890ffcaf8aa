# SPDX-License-Identifier: Apache-2.0
"""An application signed as it is sent in: what is shown is what is filed and signed, or nothing."""

import json
import re
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from huiban.connectors import pades
from huiban.kernel.verification import Verdict
from huiban.services import ceremony, drafts, form_signing, handle, signing_evidence, trust, vault
from huiban.services.drafts import Saving
from huiban.services.form_signing import Confirmed
from huiban.services.journal import body_of
from huiban.services.refusal import AlreadyDone, Invalid, NotFound, Stale
from huiban.store import ceremonies
from huiban.store.models import Account, Case, Ceremony
from tests.services import city_sample as sample
from tests.services.signing_sample import PHONE, STROKES, password, said
from tests.services.trusted import trusted

NOW = sample.at("2026-11-23 09:30")

pytestmark = pytest.mark.usefixtures("each_database")


@pytest.fixture
def town(each_database: str, tmp_path: Path) -> Iterator[dict[str, Account]]:
    with trusted(tmp_path, NOW):
        yield sample.people()


def begun(town: dict[str, Account], number: str) -> Ceremony:
    actor = town["wangmin"].to_actor()
    writing = drafts.load(number, actor, NOW)
    return form_signing.begin(writing, actor, NOW, PHONE).ceremony


def confirm(town: dict[str, Account], number: str, one: Ceremony, **changed: object) -> str:
    sent = Confirmed(one.number, said(one, **changed), password(NOW), PHONE)
    return form_signing.confirm(number, sent, town["wangmin"].to_actor(), NOW)


def test_signing_opens_the_case_and_its_journal_names_the_ceremony(
    town: dict[str, Account],
) -> None:
    number = sample.draft(town["wangmin"], NOW)
    one = begun(town, number)

    case = confirm(town, number, one)

    body = body_of(handle.load(case).journal[0])
    kept = ceremonies.load(one.number)
    assert body["signature"] == {
        "ceremony": one.number, "sha256": one.sha256_before, "way": "password",
        "credential": "pending",
    }  # fmt: skip
    assert (kept.outcome, kept.matter, kept.agreed_at) == ("signed", f"case:{case}", NOW)
    assert kept.statement == ceremony.statement(one).zh
    assert ceremony.strokes_of(kept) == json.loads(STROKES)


def test_the_worker_signs_the_bytes_that_were_shown_once_and_for_all(
    town: dict[str, Account],
) -> None:
    number = sample.draft(town["wangmin"], NOW)
    one = begun(town, number)
    case = confirm(town, number, one)
    row = handle.load(case).journal[0]

    signed = form_signing.sign_filed(case, row, NOW)
    again = form_signing.sign_filed(case, row, NOW + timedelta(minutes=5))

    kept = ceremonies.load(one.number)
    assert signed.content.startswith(vault.content(one.object_key))
    assert again.content == signed.content
    assert kept.sha256_after == ceremony.sha256_of(signed.content)
    assert kept.credential is not None
    assert kept.credential.organization == "青岛海晟置业有限公司"
    believed = trust.roots()
    report = pades.verify(signed.content, pades.Trust(test_roots=believed.roots), NOW)
    found, stamped = report.signatures
    # Nobody signs after the applicant: what a verifier needs in years to come is in the file.
    assert (found.place, found.level, found.is_test) == ("applicant", "B-LTA", True)
    assert stamped.kind == "timestamp"
    assert report.verdict is Verdict.PASSED
    assert "王敏" in found.signer


def test_the_form_shown_has_no_number_yet_and_all_that_was_filled_in(
    town: dict[str, Account], tmp_path: Path
) -> None:
    number = sample.draft(town["wangmin"], NOW)

    one = begun(town, number)

    text = sample_text(vault.content(one.object_key))
    assert "提交后生成" in text
    assert "崂山区深圳路地下停车场工程" in text
    assert "申请人电子签名" in text


def test_a_page_opened_twice_is_one_ceremony(town: dict[str, Account]) -> None:
    number = sample.draft(town["wangmin"], NOW)

    assert begun(town, number).number == begun(town, number).number
    assert Ceremony.objects.count() == 1


def test_a_change_after_it_was_shown_signs_and_sends_nothing(town: dict[str, Account]) -> None:
    number = sample.draft(town["wangmin"], NOW)
    one = begun(town, number)
    change(town, number, method="明挖法，分四层开挖")

    with pytest.raises(Stale, match="和您刚才看到的不一样"):
        confirm(town, number, one)

    again = begun(town, number)
    assert Case.objects.count() == 0
    assert again.number != one.number
    assert ceremonies.load(one.number).outcome == "lapsed"
    assert confirm(town, number, again)


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"is_agreed": False}, "agree"),
        ({"strokes": ""}, "signature"),
        ({"strokes": "[[[1,1,0],[2,2,9]]]"}, "signature"),
        ({"strokes": "{}"}, "signature"),
        ({"strokes": "", "name": "孙海"}, "signature"),
        ({"is_scripted": True}, "page-1"),
    ],
)
def test_whatever_is_missing_is_named_and_nothing_is_signed_or_sent(
    town: dict[str, Account], changed: dict[str, object], path: str
) -> None:
    number = sample.draft(town["wangmin"], NOW)
    one = begun(town, number)

    with pytest.raises(Invalid) as refused:
        confirm(town, number, one, **changed)

    assert [problem.path for problem in refused.value.problems] == [path]
    assert ceremonies.load(one.number).outcome == "open"
    assert Case.objects.count() == 0


def test_a_name_typed_signs_as_well_as_a_pen(town: dict[str, Account]) -> None:
    number = sample.draft(town["wangmin"], NOW)
    one = begun(town, number)

    case = confirm(town, number, one, strokes="", name="王敏")

    row = handle.load(case).journal[0]
    assert ceremony.strokes_of(ceremonies.load(one.number)) == []
    assert form_signing.sign_filed(case, row, NOW).content.startswith(b"%PDF")


def test_an_application_that_is_not_complete_is_not_signed(town: dict[str, Account]) -> None:
    number = sample.draft(town["wangmin"], NOW, without=("emergency_plan",))
    one = begun(town, number)

    with pytest.raises(Invalid, match="还差"):
        confirm(town, number, one)

    assert ceremonies.load(one.number).outcome == "open"


def test_sent_twice_it_is_one_case(town: dict[str, Account]) -> None:
    number = sample.draft(town["wangmin"], NOW)
    one = begun(town, number)
    case = confirm(town, number, one)

    with pytest.raises(AlreadyDone) as done:
        confirm(town, number, one)

    assert done.value.number == case


def test_nobody_signs_for_somebody_else(town: dict[str, Account]) -> None:
    number = sample.draft(town["wangmin"], NOW)
    one = begun(town, number)
    sent = Confirmed(one.number, said(one), password(NOW), PHONE)

    with pytest.raises(NotFound):
        form_signing.confirm(number, sent, town["lihua"].to_actor(), NOW)


def test_a_ceremony_left_open_for_a_day_begins_anew(town: dict[str, Account]) -> None:
    number = sample.draft(town["wangmin"], NOW)
    one = begun(town, number)
    later = NOW + timedelta(hours=25)
    sent = Confirmed(one.number, said(one), password(later), PHONE)

    with pytest.raises(Stale):
        form_signing.confirm(number, sent, town["wangmin"].to_actor(), later)


def test_a_correction_is_signed_again_and_both_files_stay(town: dict[str, Account]) -> None:
    number = sample.draft(town["wangmin"], NOW)
    first = begun(town, number)
    case = confirm(town, number, first)
    points = [{"about": "开挖方法", "fault": "写明层数", "cure": "补写"}]
    order = handle.Order("request_correction", inputs={"reason": "补写", "points": points})
    handle.act(case, order, town["zhangqian"].to_actor(), NOW)
    correction = drafts.correct(handle.load(case).case, town["wangmin"], NOW).number
    change(town, correction, method="明挖法，分五层开挖")

    second = begun(town, correction)
    assert confirm(town, correction, second) == case

    rows = [row for row in handle.load(case).journal if "signature" in body_of(row)]
    files = [form_signing.sign_filed(case, row, NOW).content for row in rows]
    assert [row.act for row in rows] == ["submit", "resubmit"]
    assert "五层" in sample_text(files[1])
    assert case in sample_text(files[1])
    assert "三层" in sample_text(files[0])


def change(town: dict[str, Account], number: str, **answers: object) -> None:
    actor = town["wangmin"].to_actor()
    writing = drafts.load(number, actor, NOW)
    [key] = answers
    part = writing.form.section(writing.form.section_of(key))
    assert part is not None
    own = {one.key: writing.values[one.key] for one in part.fields if one.key in writing.values}
    drafts.save(number, Saving(part.key, own | answers), actor, NOW)


def sample_text(content: bytes) -> str:
    """Read a document with another program, as its reader would."""
    told = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True
    )
    return re.sub(r"\s+", "", told.stdout.decode())


def test_what_was_shown_and_never_signed_is_forgotten_in_time(town: dict[str, Account]) -> None:
    signed, left = (sample.draft(town["wangmin"], NOW) for _ in range(2))
    kept, lost = begun(town, signed), begun(town, left)
    confirm(town, signed, kept)

    assert ceremony.sweep(NOW + timedelta(days=29)) == 0
    assert ceremony.sweep(NOW + timedelta(days=31)) == 1

    assert ceremonies.find(lost.number) is None
    assert ceremonies.load(kept.number).outcome == "signed"


def test_the_evidence_is_for_the_signer_and_whoever_may_read_the_whole_case(
    town: dict[str, Account],
) -> None:
    number = sample.draft(town["wangmin"], NOW)
    one = begun(town, number)
    with pytest.raises(NotFound):
        signing_evidence.of_ceremony(one.number, town["zhaojianguo"].to_actor(), NOW)
    confirm(town, number, one)

    for name in ("wangmin", "zhaojianguo"):
        _, content = signing_evidence.of_ceremony(one.number, town[name].to_actor(), NOW)
        assert one.sha256_before in sample_text(content)
    for name in ("lihua", "zhoulei", "sysadmin"):
        with pytest.raises(NotFound):
            signing_evidence.of_ceremony(one.number, town[name].to_actor(), NOW)
