# SPDX-License-Identifier: Apache-2.0
"""Seals of GB/T 38540 say what they were made with, in one form, and a change never passes."""

import re
import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from asn1crypto import x509
from hypothesis import given, settings
from hypothesis import strategies as st

from huiban.connectors import es_seal
from huiban.connectors import es_seal_asn1 as asn1
from huiban.connectors.es_seal import NotASeal, Sealing
from huiban.connectors.es_seal_check import holds, judge
from huiban.connectors.signer import Signer
from huiban.kernel.credential import Profile
from huiban.kernel.verification import Verdict, worst
from tests.connectors import seal_sample as sample

PATH = "/Doc_0/Signs/Sign_0/Signature.xml"
WHAT = Sealing(bytes(range(32)), PATH, sample.NOW)


def sealed(by: Signer | None = None, seal: bytes | None = None, **changed: object) -> bytes:
    user = by or sample.department()
    what = replace(WHAT, **changed)  # type: ignore[arg-type]
    return es_seal.sign(seal or sample.seal(user), user, what, sample.stamp)


def verdicts(content: bytes, trust: sample.Trusting | None = None) -> dict[str, Verdict]:
    read = es_seal.read_signature(content)
    judged = judge(read, trust or sample.trusting(), sample.NOW + timedelta(days=9))
    return {one.code: one.verdict for one in judged.checks}


def openssl_accepts(certificate: bytes, data: bytes, signature: bytes, folder: Path) -> bool:
    """Have the command line of OpenSSL judge an SM2 signature by the key of a certificate."""
    key = x509.Certificate.load(certificate).public_key.dump()
    paths = {"key": key, "data": data, "signature": signature}
    for name, content in paths.items():
        (folder / name).write_bytes(content)
    command = [
        *("openssl", "dgst", "-sm3", "-verify", "key", "-keyform", "DER"),
        *("-sigopt", "distid:1234567812345678", "-signature", "signature", "data"),
    ]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode == 0 and "Verified OK" in done.stdout


@pytest.mark.parametrize("profile", Profile)
def test_a_seal_says_what_it_was_made_with(profile: Profile) -> None:
    user = sample.department(profile)
    facts = sample.facts(user)

    read = es_seal.read_seal(es_seal.make_seal(facts, sample.maker()))

    assert read.facts == facts
    assert read.maker == sample.maker().certificate
    assert holds(read.maker, read.algorithm, read.signed, read.signature)


def test_another_program_accepts_the_signatures_of_seal_and_sealing(tmp_path: Path) -> None:
    read = es_seal.read_signature(sealed())
    seal = read.seal

    assert openssl_accepts(read.certificate, read.signed, read.signature, tmp_path)
    assert openssl_accepts(seal.maker, seal.signed, seal.signature, tmp_path)
    assert not openssl_accepts(read.certificate, read.signed + b"x", read.signature, tmp_path)


def test_the_parts_stand_where_the_standard_has_them() -> None:
    content = sealed(chain=(sample.maker().certificate,))

    shown = parsed(content)

    assert shown[:3] == [(0, "SEQUENCE"), (1, "SEQUENCE"), (2, "INTEGER")]
    seal = [kind for depth, kind in shown if depth == 3][:4]
    assert seal == ["SEQUENCE", "OCTET STRING", "OBJECT", "BIT STRING"]
    info = [kind for depth, kind in shown if depth == 4][:4]
    assert info == ["SEQUENCE", "IA5STRING", "SEQUENCE", "SEQUENCE"]
    property_part = [kind for depth, kind in shown if depth == 5][3:10]
    times = ["GENERALIZEDTIME"] * 3
    assert property_part == ["INTEGER", "UTF8STRING", "INTEGER", "SEQUENCE", *times]
    to_sign = [kind for depth, kind in shown if depth == 2][1:]
    assert to_sign[:5] == ["SEQUENCE", "GENERALIZEDTIME", "BIT STRING", "IA5STRING", "cont [ 0 ]"]
    whole = [kind for depth, kind in shown if depth == 1][1:]
    assert whole == ["OCTET STRING", "OBJECT", "BIT STRING", "cont [ 0 ]"]


def parsed(content: bytes) -> list[tuple[int, str]]:
    """Have another program take DER apart: how deep each part lies and what it is."""
    command = ["openssl", "asn1parse", "-inform", "DER"]
    done = subprocess.run(command, input=content, capture_output=True, check=True)
    line = re.compile(r"d=(\d+) .*?(?:prim|cons): (cont \[ \d \]|[A-Z0-9]+(?: STRING)?)")
    found = [line.search(one) for one in done.stdout.decode(errors="replace").splitlines()]
    return [(int(one[1]), one[2]) for one in found if one]


def test_a_sealing_keeps_time_path_and_certificates() -> None:
    others = (sample.maker().certificate,)

    read = es_seal.read_signature(sealed(chain=others))

    assert (read.at, read.property_info, read.data_hash) == (sample.NOW, PATH, WHAT.data_hash)
    assert read.certificate == sample.department().certificate
    assert read.chain == others
    assert read.token == sample.stamp(read.signature)


@pytest.mark.parametrize("profile", Profile)
def test_a_sound_sealing_passes_every_check(profile: Profile) -> None:
    user = sample.department(profile)

    found = verdicts(sealed(user), sample.trusting(user))

    assert set(found.values()) == {Verdict.PASSED}
    assert list(found) == [
        *("signature", "certificate", "seal", "seal_maker"),
        *("seal_signer", "seal_validity", "time"),
    ]


def test_a_seal_is_not_for_somebody_it_does_not_name() -> None:
    stranger = sample.signer("别人")
    content = sealed(stranger, seal=sample.seal())

    found = verdicts(content, sample.trusting(stranger))

    assert found["seal_signer"] is Verdict.FAILED
    assert found["signature"] is Verdict.PASSED


def test_a_seal_somebody_made_themselves_fails_by_its_maker() -> None:
    own = sample.signer("自己刻的")
    content = sealed(seal=sample.seal(by=own))

    assert verdicts(content)["seal_maker"] is Verdict.FAILED


@pytest.mark.parametrize(("days", "verdict"), [(-2, Verdict.FAILED), (364, Verdict.PASSED)])
def test_the_proved_time_decides_whether_a_seal_was_valid(days: int, verdict: Verdict) -> None:
    ends = sample.NOW + timedelta(days=days)
    seal = sample.seal(valid_from=ends - timedelta(days=400), valid_until=ends)

    assert verdicts(sealed(seal=seal))["seal_validity"] is verdict


def test_without_a_time_stamp_the_time_is_unknown_and_in_the_future_it_fails() -> None:
    user = sample.department()
    unstamped = es_seal.sign(sample.seal(), user, WHAT)
    late = es_seal.sign(sample.seal(), user, replace(WHAT, at=sample.NOW + timedelta(days=10)))

    assert verdicts(unstamped)["time"] is Verdict.UNKNOWN
    assert verdicts(late)["time"] is Verdict.FAILED


def test_a_token_of_something_else_fails() -> None:
    other = es_seal.sign(sample.seal(), sample.department(), WHAT, lambda *_: b"token of x")

    assert verdicts(other)["time"] is Verdict.FAILED


@pytest.mark.parametrize("tagging", ["explicit", "plain"])
def test_further_data_of_a_seal_is_read_in_both_taggings(tagging: str) -> None:
    info = asn1.SESeal.load(sample.seal())["eSealInfo"].copy()
    field = "extDatas" if tagging == "explicit" else "extDatasPlain"
    info[field] = [{"extnID": "1.2.3", "critical": True, "extnValue": b"x"}]
    by = sample.maker()
    content = asn1.SESeal(
        {
            "eSealInfo": info,
            "cert": by.certificate,
            "signAlgID": es_seal.ALGORITHMS[by.profile],
            "signedValue": by.sign(info.dump()),
        }
    ).dump()

    read = es_seal.read_seal(content)

    assert holds(read.maker, read.algorithm, read.signed, read.signature)


def test_a_seal_may_name_digests_of_certificates() -> None:
    user = sample.department()
    told = asn1.SESeal.load(sample.seal())["eSealInfo"].copy()
    told["property"]["certListType"] = 2
    value = es_seal.digest(es_seal.DIGESTS[Profile.SM2], user.certificate)
    told["property"]["certList"] = asn1.CertificateDigests([{"type": "SM3", "value": value}])
    by = sample.maker()
    seal = asn1.SESeal(
        {
            "eSealInfo": told,
            "cert": by.certificate,
            "signAlgID": es_seal.ALGORITHMS[by.profile],
            "signedValue": by.sign(told.dump()),
        }
    ).dump()

    assert verdicts(sealed(seal=seal))["seal_signer"] is Verdict.PASSED


def test_an_older_version_is_said_to_be_one() -> None:
    info = asn1.SESeal.load(sample.seal()).copy()
    info["eSealInfo"]["header"]["version"] = 1

    with pytest.raises(NotASeal, match="版本 1"):
        es_seal.read_seal(info.dump(force=True))


@pytest.mark.parametrize(
    "content",
    [b"", b"0", b"\x30\x80\x00\x00", b"\x30\x03\x02\x01", sample.seal() + b"\x00", b"\x04\x00"],
    ids=["empty", "text", "indefinite", "cut", "longer", "other"],
)
def test_what_is_no_seal_is_refused(content: bytes) -> None:
    with pytest.raises(NotASeal):
        es_seal.read_seal(content)


def test_a_second_way_to_write_the_same_is_refused() -> None:
    der = sample.seal()
    size = int.from_bytes(der[2:4], "big")
    longer = b"\x30\x83" + size.to_bytes(3, "big") + der[4:]

    with pytest.raises(NotASeal, match="DER"):
        es_seal.read_seal(longer)


SOUND = sealed(chain=(sample.maker().certificate,))


@settings(max_examples=400)
@given(st.integers(0, len(SOUND) - 1), st.integers(1, 255))
def test_no_changed_byte_ever_passes(place: int, change: int) -> None:
    changed = bytearray(SOUND)
    changed[place] ^= change

    try:
        read = es_seal.read_signature(bytes(changed))
    except NotASeal:
        return
    judged = judge(read, sample.trusting(), sample.NOW)
    assert worst(one.verdict for one in judged.checks) is not Verdict.PASSED


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_by_name(content: bytes) -> None:
    with pytest.raises(NotASeal):
        es_seal.read_signature(content)
