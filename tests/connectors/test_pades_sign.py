# SPDX-License-Identifier: Apache-2.0
"""Places are put into PDFs and signed, whatever wrote them; what cannot be signed is refused."""

import io
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pypdf
import pytest
from asn1crypto import x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields as pyhanko_fields
from pyhanko.sign import signers
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

from huiban.connectors import pades, seal_picture
from huiban.connectors.pades import model
from huiban.connectors.signer import KeyUnavailable, Signer
from huiban.kernel.credential import Profile
from huiban.kernel.verification import Verdict
from tests.connectors import pades_house as house
from tests.connectors.pades_house import APPLICANT, INTENT, LATER, LEADER, NOW, SEAL, Authority

NOTHING = pades.Look()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def signer(authority: Authority) -> Signer:
    return authority.signer("李四")


def qpdf(pdf: bytes, folder: Path, *options: str) -> bytes:
    (folder / "in.pdf").write_bytes(pdf)
    subprocess.run(["qpdf", *options, str(folder / "in.pdf"), str(folder / "out.pdf")], check=True)
    return (folder / "out.pdf").read_bytes()


def refusal(work: Callable[[], object]) -> str:
    with pytest.raises(pades.SigningRefused) as refused:
        work()
    assert refused.value.message.zh
    assert refused.value.message.en
    assert "{" not in refused.value.message.zh + refused.value.message.en
    return refused.value.code


def verdicts(pdf: bytes, authority: Authority) -> dict[str, dict[str, Verdict]]:
    found = pades.verify(pdf, authority.trust(), LATER)
    return {one.place: {each.code: each.verdict for each in one.checks} for one in found.signatures}


def test_places_are_empty_fields_where_they_were_asked_for() -> None:
    reader = pypdf.PdfReader(io.BytesIO(house.prepared()), strict=True)

    found = reader.get_fields()
    assert found is not None
    assert set(found) == {"applicant", "leader", "seal"}
    widgets = [one.get_object() for one in reader.pages[0]["/Annots"]]
    assert [float(one) for one in widgets[0]["/Rect"]] == [80, 100, 200, 150]
    assert widgets[0]["/TU"] == "申请人签名"
    assert "/Lock" not in widgets[0]
    assert widgets[2]["/Lock"]["/Action"] == "/All"
    assert widgets[2]["/Lock"]["/P"] == 1


def test_a_place_without_a_box_is_not_seen() -> None:
    made = pades.prepare(house.page(), [pades.Place("hidden")])

    widget = pypdf.PdfReader(io.BytesIO(made)).pages[0]["/Annots"][0].get_object()
    assert [float(one) for one in widget["/Rect"]] == [0, 0, 0, 0]


def test_preparing_and_signing_only_append(authority: Authority, signer: Signer) -> None:
    made = house.prepared()
    signed = pades.sign(made, "leader", signer, NOTHING, INTENT, authority.services(archival=True))

    assert made.startswith(house.page())
    assert signed.startswith(made)


@pytest.mark.parametrize("profile", list(Profile))
def test_pyhanko_reads_who_signed_why_where_and_when(
    authority: Authority, profile: Profile
) -> None:
    signed = pades.sign(
        house.prepared(), "leader", authority.signer("李四", profile), NOTHING, INTENT
    )

    found = PdfFileReader(io.BytesIO(signed), strict=True).embedded_signatures[0]
    entries = found.sig_object
    assert found.field_name == "leader"
    assert (entries["/Name"], entries["/Reason"], entries["/Location"]) == (
        "李四",
        "同意",
        "青岛市",
    )
    assert found.self_reported_timestamp == NOW
    assert found.signer_cert.subject.native["common_name"] == "李四"
    assert entries["/SubFilter"] == "/ETSI.CAdES.detached"


def test_the_appearance_is_drawn_and_costs_little(signer: Signer) -> None:
    look = pades.Look(seal_picture.seal_pdf(seal_picture.SealFace("青岛市行政审批服务局")))
    made = house.prepared()

    signed = pades.sign(made, "seal", signer, look, INTENT)

    widget = pypdf.PdfReader(io.BytesIO(signed)).pages[0]["/Annots"][2].get_object()
    drawn = widget["/AP"]["/N"]
    assert b"scn" in drawn.get_data()
    assert list(drawn["/Resources"]["/Font"])
    assert len(signed) - len(made) < 14_000


def test_a_picture_of_another_shape_is_not_distorted(signer: Signer) -> None:
    place = pades.Place("wide", pades.Box(0, 50, 50, 300, 100))
    face = seal_picture.seal_pdf(seal_picture.SealFace("青岛市行政审批服务局"))

    signed = pades.sign(
        pades.prepare(house.page(), [place]), "wide", signer, pades.Look(face), INTENT
    )

    widget = pypdf.PdfReader(io.BytesIO(signed)).pages[0]["/Annots"][0].get_object()
    left, bottom, right, top = (float(one) for one in widget["/AP"]["/N"]["/BBox"])
    assert (right - left) / (top - bottom) == pytest.approx(3, abs=0.001)
    assert (left + right) / 2 == pytest.approx(42 / 25.4 * 72 / 2, abs=0.1)


def test_three_sign_one_after_another(authority: Authority) -> None:
    pdf = house.prepared()
    for place, archival in (("applicant", False), ("leader", False), ("seal", True)):
        who = authority.signer(place, organization=place if place == "seal" else "")
        pdf = pades.sign(pdf, place, who, NOTHING, INTENT, authority.services(archival=archival))

    found = pades.verify(pdf, authority.trust(), LATER)
    assert found.verdict is Verdict.PASSED
    assert [one.place for one in found.signatures] == [
        "applicant",
        "leader",
        "seal",
        "DocTimeStamp1",
    ]
    assert [one.kind for one in found.signatures] == ["signature", "signature", "seal", "timestamp"]


def test_places_without_locks_are_signed_in_any_order(authority: Authority) -> None:
    services = authority.services()
    for order in (("applicant", "leader"), ("leader", "applicant")):
        pdf = house.prepared(APPLICANT, LEADER)
        for place in order:
            pdf = pades.sign(pdf, place, authority.signer(place), NOTHING, INTENT, services)
        pdf = pades.archive(pdf, Profile.P256, services)

        assert pades.verify(pdf, authority.trust(), LATER).verdict is Verdict.PASSED


def test_nobody_signs_after_the_lock(authority: Authority, signer: Signer) -> None:
    sealed = pades.sign(house.prepared(), "seal", signer, NOTHING, INTENT)

    assert refusal(lambda: pades.sign(sealed, "leader", signer, NOTHING, INTENT)) == "locked"
    assert refusal(lambda: pades.prepare(sealed, [pades.Place("more")])) == "locked"


def test_the_same_place_is_not_signed_twice(signer: Signer) -> None:
    once = pades.sign(house.prepared(), "leader", signer, NOTHING, INTENT)

    assert refusal(lambda: pades.sign(once, "leader", signer, NOTHING, INTENT)) == "place_taken"


def test_places_that_are_not_there_or_there_already_are_refused(signer: Signer) -> None:
    made = house.prepared()

    assert refusal(lambda: pades.sign(made, "nobody", signer, NOTHING, INTENT)) == "no_place"
    assert refusal(lambda: pades.prepare(made, [LEADER])) == "place_exists"
    assert refusal(lambda: pades.prepare(house.page(), [LEADER, LEADER])) == "place_exists"
    beyond = pades.Place("far", pades.Box(7, 0, 0, 10, 10))
    assert refusal(lambda: pades.prepare(house.page(), [beyond])) == "no_page"


def test_a_key_that_is_away_leaves_nothing_signed(signer: Signer) -> None:
    def away(data: bytes) -> bytes:
        raise KeyUnavailable("the device is locked")

    with pytest.raises(KeyUnavailable):
        pades.sign(house.prepared(), "leader", replace(signer, sign=away), NOTHING, INTENT)


def test_a_time_stamp_that_does_not_fit_gets_room(authority: Authority, signer: Signer) -> None:
    services = replace(authority.services(archival=True), token_room=100)

    signed = pades.sign(house.prepared(), "leader", signer, NOTHING, INTENT, services)

    assert pades.verify(signed, authority.trust(), LATER).verdict is Verdict.PASSED


@pytest.mark.parametrize("streams", ["generate", "disable"])
def test_somebody_elses_pdf_is_signed_too(
    authority: Authority, signer: Signer, tmp_path: Path, streams: str
) -> None:
    """With its objects in compressed streams or not."""
    theirs = qpdf(house.page(), tmp_path, f"--object-streams={streams}")
    services = authority.services(archival=True)

    made = pades.prepare(theirs, [LEADER, SEAL])
    signed = pades.sign(made, "leader", signer, NOTHING, INTENT, services)
    signed = pades.sign(signed, "seal", signer, NOTHING, INTENT, services)

    assert pades.verify(signed, authority.trust(), LATER).verdict is Verdict.PASSED
    (tmp_path / "signed.pdf").write_bytes(signed)
    checked = subprocess.run(
        ["qpdf", "--check", str(tmp_path / "signed.pdf")], capture_output=True, check=True
    )
    assert b"No syntax or stream encoding errors" in checked.stdout


def test_fields_hidden_in_object_streams_are_signed(
    authority: Authority, signer: Signer, tmp_path: Path
) -> None:
    hidden = qpdf(house.prepared(), tmp_path, "--object-streams=generate")

    signed = pades.sign(hidden, "leader", signer, NOTHING, INTENT, authority.services())

    assert verdicts(signed, authority)["leader"]["digest"] is Verdict.PASSED
    assert verdicts(signed, authority)["leader"]["changes"] is Verdict.PASSED


def test_a_pdf_signed_elsewhere_takes_one_more_signature(
    authority: Authority, signer: Signer
) -> None:
    theirs = by_pyhanko(house.page(), authority, "theirs")

    signed = pades.sign(
        pades.prepare(theirs, [LEADER]), "leader", signer, NOTHING, INTENT, authority.services()
    )

    found = verdicts(signed, authority)
    assert found["theirs"]["digest"] is Verdict.PASSED
    assert found["theirs"]["changes"] is Verdict.PASSED
    assert found["leader"]["changes"] is Verdict.PASSED


def by_pyhanko(pdf: bytes, authority: Authority, field: str, certify: int = 0) -> bytes:
    """Sign with pyHanko as it comes, and certify the document if asked."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    permission = pyhanko_fields.MDPPerm(certify) if certify else None
    meta = signers.PdfSignatureMetadata(
        field_name=field,
        md_algorithm="sha256",
        certify=bool(certify),
        docmdp_permissions=permission or pyhanko_fields.MDPPerm.FILL_FORMS,
        subfilter=pyhanko_fields.SigSeedSubFilter.PADES,
    )
    out = signers.sign_pdf(writer, meta, signer=authority.stock_signer("王五"))
    return bytes(out.getvalue())


def test_a_document_certified_as_final_is_refused(authority: Authority, signer: Signer) -> None:
    final = by_pyhanko(house.page(), authority, "author", certify=1)
    open_for_signing = by_pyhanko(house.page(), authority, "author", certify=2)

    assert refusal(lambda: pades.prepare(final, [LEADER])) == "certified"
    assert pades.prepare(open_for_signing, [pades.Place("more")])


def test_encrypted_documents_are_refused(signer: Signer, tmp_path: Path) -> None:
    locked = qpdf(house.prepared(), tmp_path, "--encrypt", "", "owner", "256", "--")

    assert refusal(lambda: pades.prepare(locked, [LEADER])) == "encrypted"
    assert refusal(lambda: pades.sign(locked, "leader", signer, NOTHING, INTENT)) == "encrypted"


def test_dynamic_forms_are_refused() -> None:
    writer = pypdf.PdfWriter(clone_from=pypdf.PdfReader(io.BytesIO(house.page())))
    form = DictionaryObject()
    form[NameObject("/Fields")] = ArrayObject()
    form[NameObject("/XFA")] = ArrayObject([TextStringObject("template")])
    writer.root_object[NameObject("/AcroForm")] = form
    out = io.BytesIO()
    writer.write(out)

    assert refusal(lambda: pades.prepare(out.getvalue(), [LEADER])) == "xfa"


def test_a_file_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refusal(lambda: pades.prepare(bytes(model.MOST_BYTES + 1), [LEADER])) == "too_large"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"%PDF-1.7\n",
        b"%PDF-1.7\n%%EOF\n",
        b"not a PDF at all",
        b"%PDF-1.7\nxref\n0 1\n0000000000 65535 f \ntrailer\n"
        b"<</Size 1/Root 9 0 R>>\nstartxref\n9\n%%EOF\n",
        b"%PDF-1.7\nxref\n0 1\n0000000000 65535 f \ntrailer\n"
        b"<</Size 1/Root 9 0 R/Prev 9>>\nstartxref\n9\n%%EOF\n",
        b"%PDF-1.7\nxref\n0 9999999999\ntrailer\n<</Size 1/Root 9 0 R>>\nstartxref\n9\n%%EOF\n",
        b"%PDF-1.7\n" + b"[" * 20_000 + b"\nstartxref\n9\n%%EOF\n",
    ],
)
def test_what_is_no_pdf_is_refused(content: bytes, signer: Signer) -> None:
    assert refusal(lambda: pades.prepare(content, [LEADER])) in ("damaged", "too_complex")
    assert refusal(lambda: pades.sign(content, "leader", signer, NOTHING, INTENT)) in (
        "damaged", "too_complex",
    )  # fmt: skip


def test_a_file_cut_anywhere_is_refused_or_signed_as_it_is(signer: Signer) -> None:
    made = house.prepared()

    for end in range(100, len(made) - 2, 997):
        assert refusal(lambda end=end: pades.prepare(made[:end], [pades.Place("x")])) in (
            "damaged", "too_complex",
        )  # fmt: skip


def endless(levels: int) -> bytes:
    """Give a small PDF whose objects can be walked in 2 to the power of `levels` ways."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R/Extra 4 0 R>>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]/Resources<<>>>>",
        *(b"[%d 0 R %d 0 R]" % (at + 5, at + 5) for at in range(levels)),
        b"null",
    ]
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    rows = b"".join(b"%010d 00000 n \n" % one for one in places)
    end = b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n"
    return out + end % (len(objects) + 1, rows, len(objects) + 1, len(out)) + b"%%EOF\n"


def test_a_document_that_never_ends_does_not_hang(
    authority: Authority, signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huiban.connectors.pades.reader.MOST_LOOKUPS", 50_000)  # as long, sooner
    place = pades.Place("leader", pades.Box(0, 0, 0, 50, 50))
    made = pades.prepare(endless(40), [place, pades.Place("other")])
    once = pades.sign(made, "leader", signer, NOTHING, INTENT, authority.services())
    twice = pades.sign(once, "other", signer, NOTHING, INTENT, authority.services())

    found = pades.verify(twice, authority.trust(), LATER)

    assert found.verdict is Verdict.FAILED
    assert [one.code for one in found.checks] == ["file"]


def test_a_strangers_signature_does_not_tell_us_whom_to_call(
    authority: Authority, signer: Signer, tmp_path: Path
) -> None:
    stranger = Authority(tmp_path)
    theirs = by_pyhanko(house.page(), stranger, "theirs")
    asked: list[bytes] = []

    def evidence(certificate: bytes, chain: Sequence[bytes]) -> house.Told:
        asked.append(certificate)
        return authority.evidence(certificate, chain)

    for roots in ((), authority.trust().test_roots):
        services = pades.Services(authority.stamp, evidence, archival=True, roots=roots)
        made = pades.prepare(theirs, [LEADER])
        pdf = pades.sign(made, "leader", signer, NOTHING, INTENT, services)

        names = {x509.Certificate.load(one).subject.native["common_name"] for one in asked}
        assert names == {"李四", "测试 TEST 时间戳 P256"}
        assert verdicts(pdf, authority)["leader"]["revocation"] is Verdict.PASSED
        asked.clear()


def test_a_screen_reader_finds_the_places_of_a_tagged_document() -> None:
    """PDF/UA-1, 7.18: each widget belongs to a Form of the structure and says what it is for."""
    reader = pypdf.PdfReader(io.BytesIO(house.prepared()), strict=True)
    tree = reader.root_object["/StructTreeRoot"]
    numbers = tree["/ParentTree"]["/Nums"]
    parents = dict(zip(numbers[::2], numbers[1::2], strict=True))

    page = reader.pages[0]
    assert page["/Tabs"] == "/S"
    assert tree["/ParentTreeNextKey"] == len(parents) == 4
    for one in page["/Annots"]:
        element = parents[one.get_object()["/StructParent"]].get_object()
        assert element["/S"] == "/Form"
        assert element["/K"]["/Obj"] == one.get_object()
        assert element["/Alt"] == one.get_object()["/TU"]
        assert element.indirect_reference in element["/P"]["/K"]
