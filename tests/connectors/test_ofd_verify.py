# SPDX-License-Identifier: Apache-2.0
"""A sealed OFD verifies as it was sealed; whatever is changed, added or hidden is found."""

import base64
import hashlib
import io
import struct
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huiban.connectors import es_seal, ofd
from huiban.connectors.ofd.layout import Drawing, Page, Words
from huiban.connectors.ofd.package import pack
from huiban.connectors.signer import Signer
from huiban.kernel.credential import Profile
from huiban.kernel.verification import Report, Verdict
from tests import document_sample
from tests.connectors import seal_sample as sample
from tests.connectors.test_es_seal import openssl_accepts

SIGN = "Doc_0/Signs/Sign_0"
CONTENT = "Doc_0/Pages/Page_0/Content.xml"
BOX = ofd.Box(page=1, left=120, top=200, width=42, height=42)
META = ofd.Meta("准予许可决定书", "青岛市样例局", document_sample.DAY, {"data.json": b'{"a":1}'})
LINE = (("M", (10.0, 10.0)), ("L", (200.0, 10.0)))


def plain(text: str = "准予许可，金额 100 元。") -> bytes:
    page = Page(
        210,
        297,
        (Drawing(LINE, fill=(0, 0, 0, 255)),),
        (Words(text, 5, (1, 0, 0, 1, 20, 30), (5.0,) * (len(text) - 1)),),
    )
    return ofd.write([page], META)


def seal_with(by: Signer | None = None, **changed: object) -> ofd.SealWith:
    user = by or sample.department()
    chain = (sample.maker().certificate,)
    told = {"signer": user, "object_der": sample.seal(user), "stamp": sample.stamp, "chain": chain}
    return ofd.SealWith(**(told | changed))  # type: ignore[arg-type]


@lru_cache
def sealed() -> bytes:
    return ofd.sign(plain(), seal_with(), BOX, sample.NOW)


def verified(content: bytes, *people: Signer) -> Report:
    return ofd.verify(content, sample.trusting(*people), sample.NOW + timedelta(days=1))


def files() -> dict[str, bytes]:
    return dict(ofd.read(sealed()).files)


def without_passing(content: bytes) -> Report:
    report = verified(content)
    assert report.verdict is Verdict.FAILED
    return report


def reasons(report: Report) -> str:
    checks = [*report.checks, *(check for one in report.signatures for check in one.checks)]
    return "\n".join(one.detail.zh for one in checks if one.verdict is Verdict.FAILED)


def zipped(entries: Mapping[str, bytes], extra: Callable[[zipfile.ZipFile], None]) -> bytes:
    made = io.BytesIO(pack(entries))
    with zipfile.ZipFile(made, "a") as archive:
        extra(archive)
    return made.getvalue()


# ── What holds ──


@pytest.mark.parametrize("profile", Profile)
def test_a_sealed_document_passes_with_every_reason(profile: Profile) -> None:
    user = sample.department(profile)
    content = ofd.sign(plain(), seal_with(user), BOX, sample.NOW)

    report = verified(content, user)

    assert report.verdict is Verdict.PASSED, reasons(report)
    (one,) = report.signatures
    assert (one.kind, one.profile, one.signed_at) == ("seal", profile, sample.NOW)
    assert one.signer == "青岛市样例局公章"
    assert one.organization == "青岛市样例局"
    assert one.is_time_proved
    assert [check.code for check in one.checks] == [
        *("signature", "certificate", "seal", "seal_maker", "seal_signer", "seal_validity"),
        *("digest", "changes", "time"),
    ]
    assert all(check.detail.zh and check.detail.en for check in one.checks)


def test_the_files_of_a_seal_lie_where_readers_look_for_them(tmp_path: Path) -> None:
    found = ofd.read(sealed())
    signature = found.xml(f"{SIGN}/Signature.xml")
    value = es_seal.read_signature(found.file(f"{SIGN}/SignedValue.dat"))

    assert found.signatures_path == "Doc_0/Signs/Signatures.xml"
    listed = found.xml(found.signatures_path).find("Signature")
    assert listed is not None
    assert dict(listed.attrib) == {
        "ID": "1", "Type": "Seal", "BaseLoc": f"/{SIGN}/Signature.xml",
    }  # fmt: skip
    content = found.file(f"{SIGN}/Signature.xml")
    assert value.data_hash == hashlib.new("sm3", content).digest()
    assert value.property_info == f"/{SIGN}/Signature.xml"
    assert signature.findtext("SignedValue") == f"/{SIGN}/SignedValue.dat"
    assert signature.findtext("SignedInfo/SignatureMethod") == "1.2.156.10197.1.501"
    assert found.file(f"{SIGN}/Seal.esl") == value.seal.content
    stamped = signature.find("SignedInfo/StampAnnot")
    assert stamped is not None
    assert (stamped.get("PageRef"), stamped.get("Boundary")) == (
        found.pages()[0][0], "120 200 42 42",
    )  # fmt: skip
    assert openssl_accepts(value.certificate, value.signed, value.signature, tmp_path)


def test_every_file_is_listed_with_its_digest() -> None:
    found = ofd.read(sealed())
    signature = found.xml(f"{SIGN}/Signature.xml")

    listed = {
        one.get("FileRef"): one.findtext("CheckValue")
        for one in signature.findall("SignedInfo/References/Reference")
    }

    own = {f"{SIGN}/Signature.xml", f"{SIGN}/SignedValue.dat"}
    assert listed == {
        f"/{path}": base64.b64encode(hashlib.new("sm3", content).digest()).decode()
        for path, content in found.files.items()
        if path not in own
    }


def test_sealing_leaves_the_pages_as_they_were() -> None:
    before, after = ofd.read(plain()), ofd.read(sealed())

    changed = {path for path, content in before.files.items() if after.files[path] != content}

    assert changed == {"OFD.xml"}


def test_two_seals_hold_side_by_side_and_the_last_ends_the_row() -> None:
    other = sample.signer("青岛市另一样例局")
    once = ofd.sign(plain(), seal_with(is_last=False), BOX, sample.NOW)

    twice = ofd.sign(once, seal_with(other), replace(BOX, left=20), sample.NOW)

    report = verified(twice, sample.department(), other)
    assert report.verdict is Verdict.PASSED, reasons(report)
    assert [one.place for one in report.signatures] == [
        "/Doc_0/Signs/Sign_0/Signature.xml",
        "/Doc_0/Signs/Sign_1/Signature.xml",
    ]
    with pytest.raises(ofd.AlreadyFinal):
        ofd.sign(twice, seal_with(), BOX, sample.NOW)


def test_a_document_without_a_seal_is_not_verified() -> None:
    report = verified(plain())

    assert report.signatures == ()
    assert report.verdict is Verdict.UNKNOWN


# ── What was changed ──


def test_one_changed_word_fails_and_names_the_file() -> None:
    changed = files()
    changed[CONTENT] = changed[CONTENT].replace(b"100", b"900")
    assert changed != files()

    report = without_passing(pack(changed))

    assert f"{CONTENT} 被改动或缺失" in reasons(report)


@pytest.mark.parametrize("path", sorted(files()))
def test_any_file_changed_or_gone_fails(path: str) -> None:
    changed = files()
    changed[path] += b" "
    gone = {name: content for name, content in files().items() if name != path}

    without_passing(pack(changed))
    if path != "Doc_0/Signs/Signatures.xml":
        without_passing(pack(gone))


def test_a_document_whose_seals_were_taken_off_is_not_verified() -> None:
    changed = {path: content for path, content in files().items() if "/Signs/" not in path}
    changed["OFD.xml"] = ofd.read(plain()).files["OFD.xml"]

    assert verified(pack(changed)).verdict is Verdict.UNKNOWN


def test_a_file_added_after_sealing_fails_and_is_named() -> None:
    report = without_passing(pack(files() | {"Doc_0/Annots/extra.xml": b"<a/>"}))

    assert "Doc_0/Annots/extra.xml 是盖章以后加进来的" in reasons(report)


def test_a_seal_of_another_document_is_found() -> None:
    other = dict(ofd.read(ofd.sign(plain("别的"), seal_with(), BOX, sample.NOW)).files)
    moved = files() | {path: content for path, content in other.items() if path.startswith(SIGN)}

    report = without_passing(pack(moved))

    assert CONTENT in reasons(report)


def test_a_sealing_moved_to_another_place_is_found() -> None:
    moved = {
        path.replace("Sign_0", "Sign_7"): content.replace(b"Sign_0", b"Sign_7")
        if path.endswith("Signatures.xml")
        else content
        for path, content in files().items()
    }

    assert "Sign_0" in reasons(without_passing(pack(moved)))


def test_a_seal_file_other_than_the_seal_signed_with_is_found() -> None:
    other = sample.seal(name="另一枚章")
    changed = files() | {f"{SIGN}/Seal.esl": other}

    assert "Seal.esl" in reasons(without_passing(pack(changed)))


def test_a_seal_added_by_a_stranger_fails_while_the_first_holds() -> None:
    stranger, own = sample.signer("路人"), sample.signer("自己刻的")
    once = ofd.sign(plain(), seal_with(is_last=False), BOX, sample.NOW)
    false = seal_with(stranger, object_der=sample.seal(stranger, by=own))

    report = verified(ofd.sign(once, false, BOX, sample.NOW))

    assert [one.verdict for one in report.signatures] == [Verdict.PASSED, Verdict.FAILED]
    assert report.verdict is Verdict.FAILED


@settings(max_examples=300)
@given(st.sampled_from(sorted(files())), st.integers(0), st.integers(1, 255))
def test_no_changed_byte_of_any_file_ever_passes(path: str, place: int, change: int) -> None:
    changed = files()
    content = bytearray(changed[path])
    content[place % len(content)] ^= change
    changed[path] = bytes(content)

    assert verified(pack(changed)).verdict is not Verdict.PASSED


@settings(max_examples=300)
@given(st.integers(0, len(sealed()) - 1), st.integers(1, 255))
def test_a_changed_byte_of_the_package_passes_only_where_no_file_changed(
    place: int, change: int
) -> None:
    changed = bytearray(sealed())
    changed[place] ^= change

    if verified(bytes(changed)).verdict is Verdict.PASSED:
        assert dict(ofd.read(bytes(changed)).files) == files()


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_in_words(content: bytes) -> None:
    assert "OFD" in reasons(without_passing(content))


# ── Tricks ──


def test_a_name_that_repeats_is_refused() -> None:
    def twice(archive: zipfile.ZipFile) -> None:
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr(CONTENT, b"<x/>")

    assert "出现了两次" in reasons(without_passing(zipped(files(), twice)))


def test_a_name_that_repeats_but_for_case_is_refused() -> None:
    content = zipped(files(), lambda archive: archive.writestr(CONTENT.upper(), b"<x/>"))

    assert "出现了两次" in reasons(without_passing(content))


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a\\b", "a/../../x", "a//b", "c:x"])
def test_a_path_that_leads_out_is_refused(name: str) -> None:
    entry = zipfile.ZipInfo("x")
    entry.filename = name

    content = zipped(files(), lambda archive: archive.writestr(entry, b"x"))

    assert "不是包内的路径" in reasons(without_passing(content))


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    content = zipped(
        files(),
        lambda archive: archive.writestr(
            "big.xml", bytes(60_000_000), compress_type=zipfile.ZIP_DEFLATED
        ),
    )

    assert "大得不合常理" in reasons(without_passing(content))


def test_too_many_files_are_refused() -> None:
    content = pack(files() | {f"f{number}": b"" for number in range(2001)})

    assert "多于 2000" in reasons(without_passing(content))


@pytest.mark.parametrize("where", ["before", "after", "between", "comment"])
def test_bytes_outside_the_entries_are_refused(where: str) -> None:
    content = sealed()
    if where == "before":
        changed = b"%PDF-1.7\n" + content
    elif where == "after":
        changed = content + b"more"
    elif where == "comment":
        changed = content[:-2] + struct.pack("<H", 4) + b"more"
    else:
        at = content.rindex(b"PK\x05\x06")
        size, start = struct.unpack_from("<II", content, at + 12)
        moved = struct.pack("<II", size, start + 4)
        end = content[at : at + 12] + moved + content[at + 20 :]
        changed = content[:start] + b"more" + content[start:at] + end

    without_passing(changed)


def test_a_link_is_refused() -> None:
    entry = zipfile.ZipInfo("link")
    entry.create_system, entry.external_attr = 3, 0o120777 << 16

    content = zipped(files(), lambda archive: archive.writestr(entry, b"/etc/passwd"))

    assert "是链接" in reasons(without_passing(content))


@pytest.mark.parametrize(
    "text",
    [
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
        b'<?xml version="1.0"?><!DOCTYPE a SYSTEM "http://127.0.0.1/x.dtd"><a/>',
        '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'.encode("utf-16"),
    ],
)
def test_a_document_type_is_refused(text: bytes) -> None:
    report = without_passing(pack(files() | {"OFD.xml": text}))

    assert "DTD" in reasons(report)


def test_xml_nested_without_end_is_refused() -> None:
    deep = b"<a>" * 1000 + b"</a>" * 1000

    assert "嵌套过深" in reasons(without_passing(pack(files() | {CONTENT: deep})))


def test_a_location_outside_the_package_is_refused() -> None:
    front = files()["OFD.xml"].replace(b"Doc_0/Document.xml", b"../../etc/passwd")

    assert "不在包内" in reasons(without_passing(pack(files() | {"OFD.xml": front})))
