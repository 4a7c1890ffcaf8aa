# SPDX-License-Identifier: Apache-2.0
"""Whatever is changed in a sealed PDF, be it one bit, it never passes again."""

import random
import re

import pytest

from huiban.connectors import pades
from huiban.connectors.pades import checked, revision
from huiban.connectors.pades.syntax import Name, Raw, Ref, number
from huiban.kernel.credential import Profile
from huiban.kernel.verification import Report, Verdict
from tests.connectors import pades_house as house
from tests.connectors.pades_house import INTENT, LATER, LEADER, SEAL, Authority

NOTHING = pades.Look()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def seal(authority: Authority, profile: Profile, *, archival: bool) -> tuple[bytes, pades.Trust]:
    """Give a sealed PDF that passes, and by whose trust."""
    signer = authority.signer("青岛市行政审批服务局", profile)
    services = pades.Services(authority.stamp, authority.evidence, archival, token_room=3000)
    pdf = pades.sign(house.prepared(SEAL), "seal", signer, NOTHING, INTENT, services)
    told = authority.evidence(signer.certificate, signer.chain)
    known = authority.trust()
    trust = pades.Trust(test_roots=known.test_roots, ocsps=told.ocsps, crls=told.crls)
    assert pades.verify(pdf, trust, LATER).verdict is Verdict.PASSED
    return pdf, trust


@pytest.fixture(scope="module")
def sealed(authority: Authority) -> tuple[bytes, pades.Trust]:
    return seal(authority, Profile.P256, archival=True)


def verdicts(report: Report) -> set[Verdict]:
    return {report.verdict, *(one.verdict for one in report.checks)}


@pytest.mark.parametrize(
    ("profile", "archival", "times"),
    [(Profile.P256, True, 140), (Profile.P256, False, 60), (Profile.SM2, True, 40)],
)
def test_no_byte_can_be_changed(
    authority: Authority, profile: Profile, archival: bool, times: int
) -> None:
    pdf, trust = seal(authority, profile, archival=archival)
    chance = random.Random(20261012)
    begins = len(house.page())  # most of what an attacker would try lies in what signing added

    for _ in range(times):
        at = chance.randrange(begins if chance.random() < 0.8 else 0, len(pdf))
        other = pdf[at] ^ (1 << chance.randrange(8))
        changed = pdf[:at] + bytes([other]) + pdf[at + 1 :]

        found = pades.verify(changed, trust, LATER)

        assert found.verdict is not Verdict.PASSED, (at, pdf[at], other)


@pytest.mark.parametrize(
    "more", [b"\n", b" ", b"x", b"\0", b"%%EOF\n", b"%%EOF", b"startxref\n9\n%%EOF\n"]
)
def test_nothing_can_be_put_behind_it(sealed: tuple[bytes, pades.Trust], more: bytes) -> None:
    pdf, trust = sealed

    assert pades.verify(pdf + more, trust, LATER).verdict is Verdict.FAILED
    again = pdf[pdf.rindex(b"startxref") :]
    assert pades.verify(pdf + more + again, trust, LATER).verdict is Verdict.FAILED


def test_its_end_cannot_be_cut_off(sealed: tuple[bytes, pades.Trust]) -> None:
    pdf, trust = sealed

    for short in (1, 2, 7, 100, 1000):
        assert pades.verify(pdf[:-short], trust, LATER).verdict is not Verdict.PASSED


def test_without_its_evidence_it_is_unknown(authority: Authority) -> None:
    """The revision with the store and the last stamp is taken off; what is left is genuine."""
    pdf, _ = seal(authority, Profile.P256, archival=True)
    ends = [found.end() for found in re.finditer(rb"%%EOF\n", pdf)]

    found = pades.verify(pdf[: ends[-2]], authority.trust(), LATER)

    assert found.verdict is Verdict.UNKNOWN
    assert found.signatures[0].level == "B-T"


class Attack:
    """What an attacker may append to a PDF as one more revision."""

    def __init__(self, pdf: bytes) -> None:
        self.document = document = checked.document_of(pdf)
        self.update = revision.Update(document)
        self.root = dict(document.dictionary(document.root))
        pages = document.dictionary(self.root[b"Pages"])
        self.page = ref(document.array(pages[b"Kids"])[0])
        self.entries = dict(document.dictionary(self.page))
        self.form = dict(document.dictionary(self.root[b"AcroForm"]))
        self.field = ref(document.array(self.form[b"Fields"])[0])

    def content(self) -> None:
        drawn = self.update.stream({}, b"BT /F1 40 Tf 50 500 Td (NO) Tj ET")
        self.update.put(self.page, self.entries | {b"Contents": drawn})

    def content_in_place(self) -> None:
        body = b"<</Length 3>>\nstream\nq Q\nendstream"
        self.update.put(ref(self.entries[b"Contents"]), body)

    def note(self) -> None:
        box = [number(one) for one in (0, 0, 300, 300)]
        entries = {b"Type": Name(b"Annot"), b"Subtype": Name(b"FreeText"), b"Rect": box}
        annotations = self.document.array(self.entries[b"Annots"])
        changed = self.entries | {b"Annots": [*annotations, self.update.add(entries)]}
        self.update.put(self.page, changed)

    def appearance(self) -> None:
        drawn = self.update.stream({b"Subtype": Name(b"Form")}, b"q Q")
        field = dict(self.document.dictionary(self.field))
        self.update.put(self.field, field | {b"AP": {b"N": drawn}})

    def appearance_in_place(self) -> None:
        drawn = self.document.dictionary(self.field)[b"AP"]
        assert isinstance(drawn, dict)
        body = b"<</Subtype/Form/BBox[0 0 1 1]/Length 0>>\nstream\n\nendstream"
        self.update.put(ref(drawn[b"N"]), body)

    def more_fields(self) -> None:
        entries = {b"FT": Name(b"Tx"), b"T": Raw(b"(sum)"), b"V": Raw(b"(1000000)")}
        listed = [*self.document.array(self.form[b"Fields"]), self.update.add(entries)]
        self.update.put(ref(self.root[b"AcroForm"]), self.form | {b"Fields": listed})

    def script(self) -> None:
        action = self.update.add({b"S": Name(b"JavaScript"), b"JS": Raw(b"(app.alert(1))")})
        self.update.put(self.document.root, self.root | {b"OpenAction": action})

    def stray_object(self) -> None:
        self.update.add({b"Nothing": Raw(b"1")})

    def title(self) -> None:
        self.update.put(ref(self.document.trailer.get(b"Info")), {b"Title": Raw(b"(other)")})

    def no_form(self) -> None:
        del self.root[b"AcroForm"]
        self.update.put(self.document.root, self.root)


def ref(value: object) -> Ref:
    assert isinstance(value, Ref)
    return value


def appended(pdf: bytes, change: str) -> bytes:
    attack = Attack(pdf)
    getattr(attack, change)()
    return pdf + attack.update.written()[0]


CHANGES = (
    "content", "content_in_place", "note", "appearance", "appearance_in_place", "more_fields",
    "script", "stray_object", "title",
)  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("level", ["signed", "sealed", "archived"])
def test_no_revision_changes_what_was_signed(authority: Authority, change: str, level: str) -> None:
    """Neither pages nor pictures, whether others may still sign or not."""
    place = LEADER if level == "signed" else SEAL
    services = authority.services(archival=level == "archived")
    pdf = pades.sign(
        house.prepared(place), place.name, authority.signer("张三"), NOTHING, INTENT, services
    )

    found = pades.verify(appended(pdf, change), authority.trust(), LATER)

    assert found.verdict is Verdict.FAILED
    failed = [one for one in found.checks if one.verdict is Verdict.FAILED]
    assert [one.code for one in failed] == ["changes"]
    assert failed[0].detail.zh


def test_a_change_that_is_signed_over_is_told_by_the_earlier_signature(
    authority: Authority,
) -> None:
    """The later signature holds; the earlier one says that the page was changed after it."""
    services = authority.services()
    first = pades.sign(
        house.prepared(LEADER, SEAL), "leader", authority.signer("张三"), NOTHING, INTENT, services
    )
    changed = appended(first, "content")

    both = pades.sign(changed, "seal", authority.signer("李四"), NOTHING, INTENT, services)

    leader, stamp = pades.verify(both, authority.trust(), LATER).signatures
    told = next(one for one in leader.checks if one.code == "changes")
    assert told.verdict is Verdict.FAILED
    assert "有人改过文件" in told.detail.zh
    assert stamp.verdict is not Verdict.FAILED


def test_a_signature_that_is_taken_off_the_form_is_missed(
    sealed: tuple[bytes, pades.Trust],
) -> None:
    pdf, trust = sealed

    assert pades.verify(appended(pdf, "no_form"), trust, LATER).verdict is not Verdict.PASSED


@pytest.mark.parametrize("profile", list(Profile))
def test_one_changed_word_is_told_in_plain_words(authority: Authority, profile: Profile) -> None:
    pdf, trust = seal(authority, profile, archival=True)
    assert pdf.count(b"(\xfe\xff") or b"/Reason <FEFF540C610F>" in pdf  # 同意
    changed = pdf.replace(b"/Reason <FEFF540C610F>", b"/Reason <FEFF53CD5BF9>")  # 反对
    assert changed != pdf

    report = pades.verify(changed, trust, LATER)

    digest = next(one for one in report.signatures[0].checks if one.code == "digest")
    assert digest.verdict is Verdict.FAILED
    assert "内容被改过" in digest.detail.zh
    assert "changed after signing" in digest.detail.en


def test_a_signature_over_half_a_file_is_not_believed(authority: Authority) -> None:
    """Its digest is right for the part it covers; the rest could be anything."""
    pdf, trust = seal(authority, Profile.P256, archival=False)
    told = re.search(rb"/ByteRange \[0 (\d+) (\d+) (\d+)\]", pdf)
    assert told is not None
    shorter = b"/ByteRange [0 %s %s %d]" % (told[1], told[2], int(told[3]) - 30)

    found = pades.verify(pdf.replace(told[0], shorter.ljust(len(told[0]))), trust, LATER)

    assert found.verdict is Verdict.FAILED
    assert found.signatures[0].checks[0].code == "digest"
