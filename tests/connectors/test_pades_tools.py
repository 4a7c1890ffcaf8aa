# SPDX-License-Identifier: Apache-2.0
"""Other people's programs agree: poppler, OpenSSL, qpdf, and pyHanko's own validation of B-LTA."""

import asyncio
import io
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pypdf
import pytest
from asn1crypto import cms, pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.validation import ades
from pyhanko.sign.validation.policy_decl import (
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager

from huiban.connectors import certificate_path, pades, seal_picture
from huiban.kernel.credential import Profile
from tests.connectors import pades_house as house
from tests.connectors.pades_house import INTENT, LEADER, NOW, SEAL, Authority


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def sealed(authority: Authority, profile: Profile) -> bytes:
    """Give a PDF that a person signed and a department sealed, as the product makes it."""
    person, department = (authority.signer(name, profile) for name in ("李四", "审批局"))
    at = NOW.replace(tzinfo=None)
    signature = seal_picture.signature_pdf(seal_picture.SignatureFace("李四", at, is_test=True))
    face = seal_picture.SealFace("青岛市行政审批服务局", "行政许可专用章", is_test=True)
    pdf = pades.sign(
        house.prepared(LEADER, SEAL), "leader", person, pades.Look(signature), INTENT,
        authority.services(),
    )  # fmt: skip
    return pades.sign(
        pdf, "seal", department, pades.Look(seal_picture.seal_pdf(face)), INTENT,
        authority.services(archival=True),
    )  # fmt: skip


@pytest.fixture(scope="module")
def pdf(authority: Authority) -> bytes:
    return sealed(authority, Profile.P256)


def pdfsig(pdf: bytes, folder: Path) -> list[str]:
    (folder / "sealed.pdf").write_bytes(pdf)
    told = subprocess.run(
        ["pdfsig", "-nocert", "sealed.pdf"], cwd=folder, capture_output=True, text=True, check=False
    )
    return re.findall(r"Signature Validation: (.*)", told.stdout)


def test_poppler_finds_both_signatures_valid(pdf: bytes, tmp_path: Path) -> None:
    found = pdfsig(pdf, tmp_path)

    assert found[:2] == ["Signature is Valid."] * 2  # the third is a time stamp, not checked there


def test_poppler_misses_a_changed_byte(pdf: bytes, tmp_path: Path) -> None:
    at = pdf.index(b"/MediaBox")

    found = pdfsig(pdf[:at] + b"/MediaBax" + pdf[at + 9 :], tmp_path)

    assert "Signature is Valid." not in found
    assert found[:1] == ["Digest Mismatch."]


def test_poppler_and_pdfium_draw_the_seal(pdf: bytes, tmp_path: Path) -> None:
    (tmp_path / "sealed.pdf").write_bytes(pdf)
    subprocess.run(
        ["pdftoppm", "-r", "50", "-singlefile", "sealed.pdf", "page"], cwd=tmp_path, check=True
    )
    drawn = (tmp_path / "page.ppm").read_bytes()
    head = re.match(rb"P6\n(\d+) (\d+)\n255\n", drawn)
    assert head is not None
    width, height, box = int(head[1]), int(head[2]), SEAL.box
    assert box is not None
    scale = 50 / 72
    row = height - int((box.bottom + box.height / 2) * scale)
    column = int((box.left + box.width / 2) * scale)
    at = head.end() + 3 * (row * width + column)

    red, green, blue = drawn[at : at + 3]  # the middle of the star

    assert red > 150
    assert max(green, blue) < 90


@pytest.mark.parametrize("profile", list(Profile))
def test_qpdf_finds_nothing_wrong(authority: Authority, profile: Profile, tmp_path: Path) -> None:
    (tmp_path / "sealed.pdf").write_bytes(sealed(authority, profile))

    told = subprocess.run(
        ["qpdf", "--check", "sealed.pdf"], cwd=tmp_path, capture_output=True, text=True, check=True
    )

    assert "WARNING" not in told.stdout + told.stderr


def test_openssl_verifies_the_time_stamps(pdf: bytes, authority: Authority, tmp_path: Path) -> None:
    """That of the signature over its value, that of the document over the whole file."""
    write_certificates(authority, tmp_path)
    found = PdfFileReader(io.BytesIO(pdf), strict=True).embedded_signatures

    for one in found[:2]:
        token = next(
            attribute["values"][0]
            for attribute in one.signer_info["unsigned_attrs"]
            if attribute["type"].native == "signature_time_stamp_token"
        )
        assert openssl_ts(tmp_path, token, one.signer_info["signature"].native)
    start, end = found[2].byte_range[1], found[2].byte_range[2]
    token = cms.ContentInfo.load(found[2].pkcs7_content)
    assert openssl_ts(tmp_path, token, pdf[:start] + pdf[end:])
    assert not openssl_ts(tmp_path, token, pdf[:start] + pdf[end:-1])


def write_certificates(authority: Authority, folder: Path) -> None:
    (folder / "roots.pem").write_text(authority.house.roots(), "utf-8")
    issuing = authority.house.authorities["p256-issuing"].certificate.dump()
    (folder / "issuing.pem").write_bytes(pem.armor("CERTIFICATE", issuing))


def openssl_ts(folder: Path, token: cms.ContentInfo, data: bytes) -> bool:
    (folder / "token").write_bytes(token.dump())
    (folder / "data").write_bytes(data)
    command = [
        "openssl", "ts", "-verify", "-token_in", "-in", "token", "-data", "data",
        "-CAfile", "roots.pem", "-untrusted", "issuing.pem",
    ]  # fmt: skip
    told = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return told.returncode == 0 and "Verification: OK" in told.stdout


@pytest.mark.parametrize("profile", list(Profile))
def test_pyhanko_validates_the_archived_signatures_off_line(
    tmp_path: Path, profile: Profile
) -> None:
    """Its ETSI EN 319 102-1 algorithm, with evidence of revocation demanded and none fetched."""
    # It asks the machine for the time, whatever time it is told.
    authority = Authority(tmp_path, datetime.now(UTC).replace(microsecond=0))
    roots = [x509.Certificate.load(one) for one in authority.trust().test_roots]
    policy = CertValidationPolicySpec(
        trust_manager=SimpleTrustManager.build(trust_roots=roots),
        revinfo_policy=CertRevTrustPolicy(revocation_checking_policy=REQUIRE_REVINFO),
        time_tolerance=timedelta(minutes=5),
        signature_validator=certificate_path.SIGNATURES,
    )
    spec = PdfSignatureValidationSpec(
        SignatureValidationSpec(
            cert_validation_policy=policy,
            revinfo_gathering_policy=RevocationInfoGatheringSpec(
                online_fetching_rule=RevinfoOnlineFetchingRule.LOCAL_ONLY
            ),
        )
    )
    pdf = sealed(authority, profile)

    for number in (0, 1):
        reader = PdfFileReader(io.BytesIO(pdf), strict=True)
        one = reader.embedded_regular_signatures[number]
        # A thread of its own: a browser's driver may run a loop in this one.
        with ThreadPoolExecutor(1) as aside:
            told = aside.submit(asyncio.run, ades.ades_lta_validation(one, spec)).result()

        assert told.ades_subindic is AdESPassed.OK, told.failure_msg
        status = told.api_status
        assert status.bottom_line


def test_what_pdf_a_asks_of_signatures_is_kept(pdf: bytes) -> None:
    """ISO 19005-3, 6.3 and 6.4: printed, not hidden, with an appearance, every font embedded."""
    reader = pypdf.PdfReader(io.BytesIO(pdf), strict=True)
    root = reader.root_object

    assert reader.trailer["/ID"][0]
    assert "/NeedAppearances" not in root["/AcroForm"]
    for one in reader.pages[0]["/Annots"]:
        widget = one.get_object()
        flags = int(widget["/F"])
        assert flags & 4
        assert not flags & (1 | 2 | 32)
        assert set(widget["/AP"]) == {"/N"}
        drawn = widget["/AP"]["/N"]
        for font in drawn.get("/Resources", {}).get("/Font", {}).values():
            below = font.get_object()["/DescendantFonts"][0].get_object()
            assert "/FontFile2" in below["/FontDescriptor"]
    before = pypdf.PdfReader(io.BytesIO(house.page())).root_object
    assert set(before) <= set(root)
    assert root["/Metadata"].get_data() == before["/Metadata"].get_data()
