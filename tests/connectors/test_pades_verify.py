# SPDX-License-Identifier: Apache-2.0
"""A signed PDF is judged from the file alone: what holds, what does not, what cannot be known."""

import io
import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pypdf
import pytest
from asn1crypto import cms

from huiban.connectors import pades
from huiban.connectors.signer import Signer
from huiban.kernel.credential import Profile
from huiban.kernel.verification import Check, Report, SignatureFound, Verdict
from tests.connectors import pades_house as house
from tests.connectors.pades_house import APPLICANT, INTENT, LATER, LEADER, NOW, SEAL, Authority

NOTHING = pades.Look()
PASSED, UNKNOWN, FAILED = Verdict.PASSED, Verdict.UNKNOWN, Verdict.FAILED
YEARS = timedelta(days=365 * 5)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def signed(
    authority: Authority, signer: Signer, place: pades.Place = SEAL, *, archival: bool = True
) -> bytes:
    services = authority.services(archival=archival)
    return pades.sign(house.prepared(place), place.name, signer, NOTHING, INTENT, services)


def the(report: Report, place: str = "seal") -> SignatureFound:
    return next(one for one in report.signatures if one.place == place)


def check(report: Report, code: str, place: str = "seal") -> Check:
    return next(one for one in the(report, place).checks if one.code == code)


@pytest.mark.parametrize("profile", list(Profile))
def test_a_sealed_document_passes_years_later_without_asking_anybody(
    authority: Authority, profile: Profile
) -> None:
    pdf = signed(authority, authority.signer("青岛市行政审批服务局", profile))

    found = pades.verify(pdf, authority.trust(is_test=False), NOW + YEARS)

    assert found.verdict is PASSED
    assert not found.is_test
    seal = the(found)
    assert (seal.signer, seal.kind, seal.level) == ("青岛市行政审批服务局", "seal", "B-LTA")
    assert (seal.profile, seal.signed_at, seal.is_time_proved) == (profile.value, NOW, True)
    assert found.signatures[-1].kind == "timestamp"
    assert all(one.detail.zh and one.detail.en for one in seal.checks)


def test_what_a_test_authority_certified_is_marked_everywhere(authority: Authority) -> None:
    pdf = signed(authority, authority.signer("张三"))

    found = pades.verify(pdf, authority.trust(), LATER)

    assert found.verdict is PASSED
    assert found.is_test
    assert all(one.is_test for one in found.signatures)
    assert "没有法律效力" in check(found, "certificate").detail.zh


def test_levels_tell_what_each_signature_has(authority: Authority) -> None:
    signer = authority.signer("张三")
    pdf = pades.sign(house.prepared(APPLICANT), "applicant", signer, NOTHING, INTENT)
    stamped = signed(authority, signer, archival=False)
    trust = authority.trust()

    bare = pades.verify(pdf, trust, LATER)
    with_stamp = pades.verify(stamped, trust, LATER)
    told = authority.evidence(signer.certificate, signer.chain)
    looked_up = pades.verify(stamped, replace(trust, ocsps=told.ocsps), LATER)

    assert the(bare, "applicant").level == "B-B"
    assert not the(bare, "applicant").is_time_proved
    assert check(bare, "time", "applicant").verdict is UNKNOWN
    assert the(with_stamp).level == "B-T"
    assert check(with_stamp, "revocation").verdict is UNKNOWN
    assert looked_up.verdict is PASSED
    assert the(looked_up).level == "B-LT"


@pytest.mark.parametrize(("with_ocsp", "with_crl"), [(True, False), (False, True)])
@pytest.mark.parametrize("profile", list(Profile))
def test_either_kind_of_evidence_is_enough(
    authority: Authority, profile: Profile, with_ocsp: bool, with_crl: bool
) -> None:
    authority.with_ocsp, authority.with_crl = with_ocsp, with_crl

    pdf = signed(authority, authority.signer("张三", profile))

    assert pades.verify(pdf, authority.trust(), LATER).verdict is PASSED


def test_without_any_evidence_revocation_is_unknown(authority: Authority) -> None:
    authority.with_ocsp = authority.with_crl = False

    pdf = signed(authority, authority.signer("张三"))

    found = pades.verify(pdf, authority.trust(), LATER)
    assert found.verdict is UNKNOWN
    assert check(found, "revocation").verdict is UNKNOWN


def test_a_file_without_signatures_is_unknown_and_says_so() -> None:
    for pdf in (house.page(), house.prepared()):
        found = pades.verify(pdf, pades.Trust(), LATER)

        assert found.verdict is UNKNOWN
        assert found.signatures == ()
        assert "没有电子签名" in found.checks[0].detail.zh


def test_a_certificate_revoked_before_signing_fails(authority: Authority) -> None:
    signer = authority.signer("张三")
    authority.at = NOW - timedelta(days=2)
    authority.revoke(signer)
    authority.at = NOW

    found = pades.verify(signed(authority, signer), authority.trust(), LATER)

    assert check(found, "revocation").verdict is FAILED
    assert "2026-10-10" in check(found, "revocation").detail.zh


def test_a_certificate_revoked_after_signing_still_passes(authority: Authority) -> None:
    signer = authority.signer("张三")
    stamped = signed(authority, signer, archival=False)
    authority.at = NOW + timedelta(days=2)
    authority.revoke(signer)
    authority.at = NOW + timedelta(days=3)

    pdf = pades.archive(stamped, Profile.P256, authority.services())

    found = pades.verify(pdf, authority.trust(), LATER)
    assert found.verdict is PASSED
    assert the(found).signed_at == NOW


def test_a_revoked_certificate_without_a_stamp_proves_nothing(authority: Authority) -> None:
    signer = authority.signer("张三")
    pdf = pades.sign(house.prepared(SEAL), "seal", signer, NOTHING, INTENT)
    authority.at = NOW + timedelta(days=2)
    authority.revoke(signer)
    told = authority.evidence(signer.certificate, signer.chain)
    trust = replace(authority.trust(), ocsps=told.ocsps, crls=told.crls)
    late = pades.Intent(NOW + timedelta(days=5))
    after = pades.sign(house.prepared(SEAL), "seal", signer, NOTHING, late)

    assert check(pades.verify(pdf, trust, LATER), "revocation").verdict is UNKNOWN
    assert check(pades.verify(after, trust, LATER), "revocation").verdict is FAILED


def test_a_certificate_that_ended_since_passes_by_its_time_stamp(authority: Authority) -> None:
    signer = authority.signer("张三", days=(-10, 3))
    pdf = signed(authority, signer)
    bare = pades.sign(house.prepared(SEAL), "seal", signer, NOTHING, INTENT)

    assert pades.verify(pdf, authority.trust(), LATER).verdict is PASSED
    found = check(pades.verify(bare, authority.trust(), LATER), "certificate")
    assert found.verdict is UNKNOWN
    assert "现已过期" in found.detail.zh


@pytest.mark.parametrize(("days", "word"), [((-30, -5), "已经过期"), ((5, 90), "没有生效")])
def test_a_certificate_used_outside_its_time_fails(
    authority: Authority, days: tuple[int, int], word: str
) -> None:
    pdf = signed(authority, authority.signer("张三", days=days))

    found = check(pades.verify(pdf, authority.trust(), LATER), "certificate")

    assert found.verdict is FAILED
    assert word in found.detail.zh


@pytest.mark.parametrize("profile", list(Profile))
def test_another_key_than_the_certificates_fails(authority: Authority, profile: Profile) -> None:
    signer, other = authority.signer("张三", profile), authority.signer("李四", profile)

    found = pades.verify(
        signed(authority, replace(signer, sign=other.sign)), authority.trust(), LATER
    )

    assert check(found, "signature").verdict is FAILED
    assert check(found, "digest").verdict is PASSED


def test_somebody_elses_certificate_cannot_be_slipped_in(authority: Authority) -> None:
    """Both have the key, but what was signed names one certificate only."""
    signer, other = authority.signer("张三"), authority.signer("李四")
    pdf = signed(authority, signer, archival=False)
    swapped = pdf.replace(signer.certificate.hex().encode(), other.certificate.hex().encode())
    assert swapped != pdf

    assert pades.verify(swapped, authority.trust(), LATER).verdict is FAILED


def test_an_unknown_authority_is_unknown_not_failed(authority: Authority, tmp_path: Path) -> None:
    pdf = signed(authority, authority.signer("张三"))
    others = Authority(tmp_path / "other")

    for trust in (pades.Trust(), others.trust()):
        found = pades.verify(pdf, trust, LATER)

        assert found.verdict is UNKNOWN
        assert check(found, "certificate").verdict is UNKNOWN
        assert "不认识的机构" in check(found, "certificate").detail.zh
        assert check(found, "digest").verdict is PASSED
        assert check(found, "signature").verdict is PASSED


def test_a_certificate_that_may_not_sign_fails(authority: Authority) -> None:
    issuing = authority.house.authorities["p256-issuing"]
    suite = issuing.suite
    root = authority.house.authorities["p256-root"].certificate.dump()
    pretender = Signer(
        Profile.P256,
        issuing.certificate.dump(),
        (root,),
        lambda data: suite.sign(issuing.private, data),
    )

    found = pades.verify(signed(authority, pretender), authority.trust(), LATER)

    assert check(found, "certificate").verdict is FAILED


def test_a_stamp_for_something_else_fails(authority: Authority) -> None:
    services = authority.services()
    wrong = replace(services, stamp=lambda data, profile: services.stamp(data + b"x", profile))

    pdf = pades.sign(house.prepared(SEAL), "seal", authority.signer("张三"), NOTHING, INTENT, wrong)

    found = check(pades.verify(pdf, authority.trust(), LATER), "time")
    assert found.verdict is FAILED


def test_a_stamp_from_a_signers_certificate_is_none(authority: Authority) -> None:
    """Only a certificate for time stamping stamps time."""
    signer = authority.signer("张三")
    fake = authority.stamp_by(signer)

    pdf = pades.sign(house.prepared(SEAL), "seal", signer, NOTHING, INTENT, pades.Services(fake))

    found = check(pades.verify(pdf, authority.trust(), LATER), "time")
    assert found.verdict is FAILED


def test_a_stamp_from_the_future_fails(authority: Authority) -> None:
    pdf = signed(authority, authority.signer("张三"))

    found = check(pades.verify(pdf, authority.trust(), NOW - timedelta(days=1)), "time")

    assert found.verdict is FAILED


def test_evidence_of_another_authority_counts_for_nothing(
    authority: Authority, tmp_path: Path
) -> None:
    """Its names and numbers may be the same; its signature is not."""
    signer = authority.signer("张三")
    pdf = signed(authority, signer, archival=False)
    forged = Authority(tmp_path / "other")
    with forged.house.books:
        forged.enter(signer.certificate)
    told = forged.evidence(signer.certificate, signer.chain)

    found = pades.verify(pdf, replace(authority.trust(), ocsps=told.ocsps, crls=told.crls), LATER)

    assert check(found, "revocation").verdict is UNKNOWN


def test_stale_evidence_counts_for_nothing(authority: Authority) -> None:
    signer = authority.signer("张三")
    authority.at = NOW - timedelta(days=5)
    told = authority.evidence(signer.certificate, signer.chain)
    authority.at = NOW
    pdf = signed(authority, signer, archival=False)

    found = pades.verify(pdf, replace(authority.trust(), ocsps=told.ocsps, crls=told.crls), LATER)

    assert check(found, "revocation").verdict is UNKNOWN


def test_an_archive_renewed_outlives_its_first_stamper(authority: Authority) -> None:
    """The stamper's certificate ends in 2040; a newer stamp before that vouches for it."""
    pdf = signed(authority, authority.signer("青岛市行政审批服务局"))
    after = NOW.replace(year=2042)
    trust = authority.trust()
    assert pades.verify(pdf, trust, after).verdict is UNKNOWN

    authority.at = NOW.replace(year=2039)
    authority.renew_stamper()
    renewed = pades.archive(pdf, Profile.P256, authority.services())

    found = pades.verify(renewed, trust, after)
    assert found.verdict is PASSED
    assert [one.kind for one in found.signatures] == ["seal", "timestamp", "timestamp"]
    assert renewed.startswith(pdf)


def test_the_store_keeps_each_piece_of_evidence_once(authority: Authority) -> None:
    pdf = pades.sign(
        house.prepared(LEADER, SEAL), "leader", authority.signer("张三"), NOTHING, INTENT,
        authority.services(archival=True),
    )  # fmt: skip
    pdf = pades.sign(
        pdf, "seal", authority.signer("李四"), NOTHING, INTENT, authority.services(archival=True)
    )

    store = pypdf.PdfReader(io.BytesIO(pdf)).root_object["/DSS"]
    for kind in ("/Certs", "/OCSPs", "/CRLs"):
        blobs = [one.get_object().get_data() for one in store[kind]]
        assert len(blobs) == len(set(blobs))
    assert len(store["/VRI"]) == 3  # two signatures and the stamp over the first
    assert pades.verify(pdf, authority.trust(), LATER).verdict is PASSED


@pytest.mark.parametrize("profile", list(Profile))
def test_ours_is_plain_cms_to_openssl(
    authority: Authority, profile: Profile, tmp_path: Path
) -> None:
    """Read by another program, and written by it again to the same bytes."""
    pdf = signed(authority, authority.signer("张三", profile), archival=False)
    start = pdf.index(b"/Contents <") + len(b"/Contents <")
    (tmp_path / "in").write_bytes(bytes.fromhex(pdf[start : pdf.index(b">", start)].decode()))
    between = ["-inform", "DER", "-in", "in", "-outform", "DER", "-out", "out"]
    subprocess.run(["openssl", "cms", "-cmsout", *between], cwd=tmp_path, check=True)

    ours, theirs = (tmp_path / "in").read_bytes(), (tmp_path / "out").read_bytes()

    assert ours[: len(theirs)] == theirs
    assert not ours[len(theirs) :].strip(b"\0")
    found = cms.ContentInfo.load(ours)["content"]
    names = {one["type"].native for one in found["signer_infos"][0]["signed_attrs"]}
    assert names == {
        "content_type", "message_digest", "signing_certificate_v2", "cms_algorithm_protection",
    }  # fmt: skip
    assert len(found["certificates"]) == 2


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"no PDF", b"%PDF-1.7\n%%EOF"])
def test_what_is_no_pdf_fails(content: bytes) -> None:
    found = pades.verify(content, pades.Trust(), LATER)

    assert found.verdict is FAILED
    assert found.checks[0].code == "file"


def test_whoever_closes_a_document_with_a_persons_certificate_seals_nothing(
    authority: Authority,
) -> None:
    """Officers have their department in their certificates; that makes none of them its seal."""
    officer = authority.signer("李四", organization="青岛市行政审批服务局")
    office = authority.signer("青岛市行政审批服务局 测试 TEST", organization="青岛市行政审批服务局")

    assert (
        the(pades.verify(signed(authority, officer), authority.trust(), LATER)).kind == "signature"
    )
    assert the(pades.verify(signed(authority, office), authority.trust(), LATER)).kind == "seal"
