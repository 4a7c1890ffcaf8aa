# SPDX-License-Identifier: Apache-2.0
"""The test authority held to OpenSSL, and to what a folder, a clock and a caller may do to it."""

import base64
import hashlib
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from asn1crypto import csr, ocsp, pem, x509

from huiban.neighbours import trust, trust_issue, trust_status
from huiban.neighbours.trust_suite import P256, SM2, Suite
from tests.services.trusted import KEY, Trusted, authority

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
SAID = {"name": "王芳", "organization": "", "organization_code": "", "kind": "person"}
SUITES = [P256, SM2]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trusted]:
    with authority(tmp_path_factory.mktemp("served")) as found:
        yield found


@pytest.fixture
def house(tmp_path: Path) -> trust.House:
    return trust.opened(tmp_path, "http://127.0.0.1:9", lambda: NOW)


def _request(suite: Suite, private: bytes | None = None) -> bytes:
    private = private or suite.make()
    info = csr.CertificationRequestInfo({
        "version": "v1",
        "subject": x509.Name.build({"common_name": "whoever"}),
        "subject_pk_info": trust_issue.keys.PublicKeyInfo.load(suite.public(private)),
        "attributes": [],
    })  # fmt: skip
    return bytes(csr.CertificationRequest({
        "certification_request_info": info,
        "signature_algorithm": suite.algorithm,
        "signature": suite.sign(private, info.dump()),
    }).dump())  # fmt: skip


def _pem(folder: Path, name: str, one: x509.Certificate) -> Path:
    place = folder / f"{name}.pem"
    place.write_bytes(pem.armor("CERTIFICATE", one.dump()))
    return place


def _openssl(*words: object) -> str:
    said = subprocess.run(
        ["openssl", *map(str, words)], capture_output=True, text=True, check=False
    )
    return said.stdout + said.stderr


@pytest.mark.parametrize("suite", SUITES)
def test_openssl_verifies_every_link_up_to_the_root(
    house: trust.House, tmp_path: Path, suite: Suite
) -> None:
    leaf, issuer = trust.enrol(house, _request(suite), SAID)
    root = house.authorities[f"{suite.name}-root"].certificate
    # OpenSSL's default identity for SM2 is empty, and set for the certificate looked at only.
    usual = ["-vfyopt", "distid:1234567812345678"] if suite is SM2 else []

    for one, by in ((leaf, issuer), (issuer, root)):
        said = _openssl(
            "verify", *usual, "-attime", int(NOW.timestamp()), "-x509_strict", "-partial_chain",
            "-trusted", _pem(tmp_path, "by", by), _pem(tmp_path, "one", one),
        )  # fmt: skip
        assert "one.pem: OK" in said


@pytest.mark.parametrize("part", ["root", "issuing"])
def test_openssl_reads_the_revocation_list(house: trust.House, tmp_path: Path, part: str) -> None:
    leaf, _ = trust.enrol(house, _request(P256), SAID)
    serial = leaf.serial_number if part == "issuing" else _serial(house, "p256-issuing")
    trust.revoke(house, f"{serial:x}", "key_compromise")
    one = house.authorities[f"p256-{part}"]
    (tmp_path / "list.crl").write_bytes(trust_status.revocation_list(house, one))

    said = _openssl(
        "crl", "-inform", "DER", "-in", tmp_path / "list.crl", "-noout", "-text",
        "-CAfile", _pem(tmp_path, "ca", one.certificate),
    )  # fmt: skip

    assert "verify OK" in said
    assert f"{serial:032X}" in said
    assert "Key Compromise" in said


def _serial(house: trust.House, key: str) -> int:
    return int(house.authorities[key].certificate.serial_number)


def test_openssl_asks_whether_a_certificate_is_revoked(served: Trusted, tmp_path: Path) -> None:
    made = requests.post(
        f"{served.address}/enrol", headers={"X-Api-Key": KEY}, timeout=20,
        json=SAID | {"csr": base64.b64encode(_request(P256)).decode()},
    ).json()  # fmt: skip
    leaf = x509.Certificate.load(base64.b64decode(made["certificate"]))
    issuer = _pem(tmp_path, "issuer", x509.Certificate.load(base64.b64decode(made["chain"][0])))
    (tmp_path / "roots.pem").write_bytes(served.roots_pem)

    def asked() -> str:
        return _openssl(
            "ocsp", "-issuer", issuer, "-cert", _pem(tmp_path, "leaf", leaf), "-no_nonce",
            "-url", leaf.ocsp_urls[0], "-CAfile", tmp_path / "roots.pem",
        )  # fmt: skip

    before = asked()
    requests.post(
        f"{served.address}/revoke", headers={"X-Api-Key": KEY}, timeout=20,
        json={"serial": f"{leaf.serial_number:x}", "reason": "superseded"},
    ).raise_for_status()  # fmt: skip
    after = asked()

    assert "Response verify OK" in before
    assert "leaf.pem: good" in before
    assert "Response verify OK" in after
    assert "leaf.pem: revoked" in after
    assert "superseded" in after


def test_the_authority_of_a_folder_stays_the_same(tmp_path: Path) -> None:
    first = trust.opened(tmp_path, "http://one", lambda: NOW)
    leaf, _ = trust.enrol(first, _request(SM2), SAID)
    trust.revoke(first, f"{leaf.serial_number:x}", "unspecified")
    first.books.close()

    again = trust.opened(tmp_path, "http://another", lambda: NOW)

    assert again.roots() == first.roots()
    assert again.address == "http://one"  # as its certificates say
    listed = trust_status.revocation_list(again, again.authorities["sm2-issuing"])
    assert leaf["tbs_certificate"]["serial_number"].contents in listed


def test_its_keys_are_its_owners_alone(house: trust.House, tmp_path: Path) -> None:
    for one in (tmp_path / "authority").glob("*.key"):
        assert one.stat().st_mode & 0o077 == 0


def test_every_certificate_says_that_it_is_a_test(house: trust.House) -> None:
    leaf, _ = trust.enrol(house, _request(SM2), SAID)
    made = [leaf, *(one.certificate for one in house.authorities.values())]

    assert all("测试 TEST" in one.subject.native["common_name"] for one in made)


@pytest.mark.parametrize(
    "request_der",
    [
        b"",
        b"x",
        _request(P256)[:-3],
        _request(SM2).replace(b"whoever", b"another"),
    ],
)
def test_a_request_that_was_changed_is_refused(house: trust.House, request_der: bytes) -> None:
    with pytest.raises(trust_issue.CsrRefused):
        trust.enrol(house, request_der, SAID)


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ({"kind": "robot"}, "kind must be one of"),
        ({"name": " "}, "name must not be empty"),
        ({"name": 7}, "name: write a text"),
        ({"name": "长" * 201}, "at most 200"),
        ({"csr": "?"}, "padding|base64|character"),
    ],
)
def test_what_is_wrong_is_named(served: Trusted, said: dict[str, object], fault: str) -> None:
    whole = SAID | {"csr": base64.b64encode(_request(P256)).decode()} | said

    answer = requests.post(
        f"{served.address}/enrol", json=whole, headers={"X-Api-Key": KEY}, timeout=20
    )

    assert answer.status_code == 422
    assert any(word in answer.text for word in fault.split("|"))


def test_without_the_key_nothing_is_changed(served: Trusted) -> None:
    for errand in ("enrol", "revoke", "control"):
        place = f"{served.address}/{errand}"
        assert requests.post(place, json={}, timeout=20).status_code == 401
        answer = requests.post(place, data=b"[]", headers={"X-Api-Key": KEY}, timeout=20)
        assert answer.status_code == 400


def test_an_unknown_authority_or_suite_is_not_found(served: Trusted) -> None:
    for place in ("crl/rsa-root.crl", "certificates/x.cer"):
        assert requests.get(f"{served.address}/{place}", timeout=20).status_code == 404
    for place in ("ocsp/rsa-root", "tsa/rsa"):
        answer = requests.post(f"{served.address}/{place}", data=b"x", timeout=20)
        assert answer.status_code == 404


def test_its_clock_can_be_set_and_set_back(served: Trusted) -> None:
    then = datetime(2030, 1, 1, tzinfo=UTC)
    place = f"{served.address}/crl/p256-root.crl"

    def year() -> int:
        listed = trust_status.crl.CertificateList.load(requests.get(place, timeout=20).content)
        return int(listed["tbs_cert_list"]["this_update"].native.year)

    served.set_clock(then)
    assert year() == 2030
    served.set_clock(None)
    assert year() == datetime.now(tz=UTC).year


def test_questions_that_are_none_are_answered_as_such(house: trust.House) -> None:
    one = house.authorities["p256-issuing"]
    unknown = ocsp.OCSPRequest({"tbs_request": {"request_list": [{"req_cert": {
        "hash_algorithm": {"algorithm": "sha256"},
        "issuer_name_hash": hashlib.sha256(b"?").digest(),
        "issuer_key_hash": hashlib.sha256(b"?").digest(),
        "serial_number": 1,
    }}]}})  # fmt: skip

    for question, status in ((b"x", "malformed_request"), (unknown.dump(), "unauthorized")):
        answer = ocsp.OCSPResponse.load(trust_status.ocsp_answer(house, one, question))
        assert answer["response_status"].native == status


def test_a_certificate_never_issued_is_unknown_and_none_to_revoke(house: trust.House) -> None:
    with pytest.raises(trust.NoSuchCertificate):
        trust.revoke(house, "abc", "unspecified")


def test_certificates_can_be_made_older_for_histories_made_up_afterwards(
    house: trust.House,
) -> None:
    house.backdated = timedelta(days=400)

    leaf, _ = trust.enrol(house, _request(P256), SAID)

    assert leaf.not_valid_before == NOW - timedelta(days=400)
    assert leaf.not_valid_after == NOW + timedelta(days=365)
