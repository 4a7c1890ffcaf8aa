# SPDX-License-Identifier: Apache-2.0
"""A file verified for anybody: sealed or not, changed or not, ours or not, and what it is worth."""

import hashlib
import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from pypdf import PdfReader, PdfWriter

from huiban.connectors import pades, revocation, timestamp, verifier
from huiban.connectors.pades import Box, Intent, Look, Place, Services
from huiban.connectors.verify_jobs import read, written
from huiban.kernel.credential import Profile
from huiban.kernel.verification import Verdict
from huiban.kernel.verified_file import Headline
from huiban.services import credentials, seals_grant, vault, verify_file
from huiban.services.refusal import FieldFault
from huiban.services.verify_file import FileVerdict
from huiban.store import certificates
from huiban.store.models import Account, Certificate, Document
from tests.services import city_sample as sample
from tests.services import test_seal_ofd, test_seals
from tests.services.certificate_sample import IN_FORCE, granted
from tests.services.trusted import Trusted, trusted

NOW = sample.at("2026-11-23 10:00")


@pytest.fixture
def house(each_database: str, tmp_path: Path) -> Iterator[Trusted]:
    with trusted(tmp_path, NOW) as found:
        yield found


@pytest.fixture
def held(each_database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Certificate:
    monkeypatch.setattr(settings, "OBJECTS_URL", f"folder:{tmp_path / 'objects'}")
    city: dict[str, Account] = sample.people()
    return granted(city)


def sealed(profile: Profile = Profile.P256) -> bytes:
    """A PDF that the department sealed, with all evidence in it."""
    signer = credentials.of(credentials.of_department("approval_service"), profile, NOW)
    place = Place("authority", Box(0, 300, 100, 120, 120), locks_all=True)
    prepared = pades.prepare(sample.PDF, [place])
    services = Services(timestamp.stamp, revocation.evidence, archival=True)
    return pades.sign(prepared, "authority", signer, Look(), Intent(NOW, name="审批局"), services)


def verify(content: bytes, name: str = "证照.pdf") -> FileVerdict:
    return verify_file.verify(content, name, IN_FORCE)


def issued(held: Certificate, content: bytes) -> None:
    """Let these bytes be what we issued for a certificate, as the sealing of documents does."""
    shown = held.document
    assert shown is not None
    shown.number, shown.journal_seq = "sealed", 99
    shown.object_key, shown.sha256 = vault.keep(content), hashlib.sha256(content).hexdigest()
    shown.save(force_insert=True)
    certificates.set_document(held.number, shown.number)


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize("profile", Profile)
def test_a_seal_that_holds_is_told_with_who_and_when_and_that_it_is_a_test(
    profile: Profile,
) -> None:
    found = verify(sealed(profile))

    assert found.headline is Headline.SIGNED
    assert found.report.is_test
    [one] = [each for each in found.report.signatures if each.kind != "timestamp"]
    assert one.organization == "青岛市行政审批服务局"
    assert one.is_time_proved
    assert found.certificate is None


def test_a_sealed_certificate_of_ours_is_genuine_and_a_cancelled_one_says_exactly_that(
    held: Certificate, house: Trusted
) -> None:
    content = sealed()
    issued(held, content)

    in_force = verify(content)
    Certificate.objects.update(state="cancelled")
    ended = verify(content)

    assert (in_force.headline, in_force.worth) == (Headline.GENUINE, "valid")
    assert in_force.certificate is not None
    assert in_force.certificate.number == held.number
    assert (ended.headline, ended.worth) == (Headline.NOT_IN_FORCE, "cancelled")
    assert ended.report.verdict is Verdict.PASSED


def _flipped(content: bytes) -> bytes:
    place = content.index(b"/MediaBox") + 12
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


def _annotated(content: bytes) -> bytes:
    writer = PdfWriter(PdfReader(io.BytesIO(content)), incremental=True)
    writer.pages[0].scale_by(2)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize("change", [_flipped, _annotated])
def test_a_sealed_file_that_was_changed_is_called_changed(
    held: Certificate, house: Trusted, change: Callable[[bytes], bytes]
) -> None:
    content = sealed()
    issued(held, content)

    found = verify(change(content))

    assert found.headline is Headline.CHANGED
    assert found.document is None


def test_the_other_format_of_a_certificate_is_known_as_its_face(held: Certificate) -> None:
    shown = held.document
    assert shown is not None
    content = vault.content(shown.object_key) + b"\n"
    Document.objects.create(
        number="ofd", case_id=shown.case_id, code=f"{shown.code}_ofd", title="证照（OFD）",
        journal_seq=shown.journal_seq, media="application/ofd", size=len(content),
        sha256=hashlib.sha256(content).hexdigest(), object_key="ofd", issued_at=shown.issued_at,
        issued_by="审批局",
    )  # fmt: skip

    found = verify(content)

    assert found.certificate is not None
    assert (found.certificate.number, found.headline) == (held.number, Headline.GENUINE)


def test_a_seal_whose_root_nobody_trusts_here_is_unknown_not_forged(
    house: Trusted, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    content = sealed()
    monkeypatch.setattr(settings, "TRUST_ROOTS", tmp_path / "no-roots")

    found = verify(content)

    assert found.headline is Headline.UNKNOWN
    assert found.report.verdict is Verdict.UNKNOWN


def test_a_file_of_ours_is_known_without_any_signature(held: Certificate) -> None:
    assert held.document is not None
    content = vault.content(held.document.object_key)

    found = verify(content)

    assert (found.headline, found.report.verdict) == (Headline.GENUINE, Verdict.UNKNOWN)
    assert verify(content + b"\n").headline is Headline.UNKNOWN


@pytest.fixture
def sealing_house(
    each_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    monkeypatch.setattr(settings, "OBJECTS_URL", f"folder:{tmp_path / 'objects'}")
    with trusted(tmp_path, test_seals.NOW):
        seal = test_seals.active()
        seals_grant.give(seal.number, test_seals.grant(), test_seals.KEEPER, test_seals.NOW)
        yield


@pytest.mark.usefixtures("sealing_house")
def test_a_sealed_ofd_is_verified_as_a_pdf_is() -> None:
    content = test_seal_ofd.sealed(test_seal_ofd.ready())
    changed = _with_other_words(content)

    found, broken = verify(content, "证照.ofd"), verify(changed, "证照.ofd")

    assert (found.headline, found.report.media) == (Headline.SIGNED, "application/ofd")
    assert found.report.is_test
    assert broken.headline is Headline.CHANGED


def _with_other_words(content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(out, "w") as after:
        for one in before.infolist():
            after.writestr(one, before.read(one).replace("准予".encode(), "不予".encode()))
    return out.getvalue()


@pytest.mark.usefixtures("each_database")
@pytest.mark.parametrize(
    "content", [b"", b"hello", b"\x89PNG\r\n\x1a\n" + b"0" * 99, b"PK\x03\x04", b"%PDF" * 1]
)
def test_what_is_neither_pdf_nor_ofd_is_refused_by_name(content: bytes) -> None:
    with pytest.raises(FieldFault) as caught:
        verify(content)

    assert caught.value.path == "file"


@pytest.mark.usefixtures("each_database")
def test_a_file_above_the_limit_is_refused_before_anybody_reads_it() -> None:
    with pytest.raises(FieldFault, match="最多核验 20 MB"):
        verify(b"%PDF-" + b"0" * verify_file.MOST_BYTES)


@pytest.mark.usefixtures("each_database")
def test_a_file_that_takes_too_long_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    blanks = b"%PDF-1.7\n" + b" " * 15_000_000 + b"startxref\n9\n%%EOF"
    monkeypatch.setattr(verifier, "SECONDS", 0.5)

    slow = verify(blanks)
    monkeypatch.undo()

    assert slow.headline is Headline.UNKNOWN
    assert "太复杂" in slow.report.checks[0].detail.zh
    assert "没有电子签名" in verify(sample.PDF).report.checks[0].detail.zh


@pytest.mark.usefixtures("each_database")
def test_a_bomb_is_told_as_unreadable() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("OFD.xml", b"<x>" + b"0" * 200_000_000)

    found = verify(out.getvalue(), "炸弹.ofd")

    assert found.headline is Headline.UNKNOWN


@pytest.mark.usefixtures("house")
def test_a_report_comes_back_from_its_process_as_it_was_made() -> None:
    report = verify(sealed()).report

    assert read(written(report)) == report


def test_the_report_for_keeping_names_no_number_of_a_person(
    held: Certificate, house: Trusted
) -> None:
    content = sealed()
    issued(held, content)
    Certificate.objects.update(subject_code="370202196205170028")

    told = verify_file.as_json(verify(content))

    assert told["headline"] == "genuine"
    assert told["certificate"] == held.number
    assert told["is_test"] is True
    assert "370202196205170028" not in str(told)
