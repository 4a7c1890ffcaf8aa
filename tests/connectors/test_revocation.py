# SPDX-License-Identifier: Apache-2.0
"""Evidence of revocation from a real authority: fetched, verified, kept a while, never invented."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from asn1crypto import crl, ocsp, x509

from huiban.connectors import certification, revocation, trust_roots
from huiban.connectors.authority_http import AnswerUnusable, AuthorityAway, AuthorityRefused
from huiban.connectors.certificate_path import Claim, PathRefused, check_path
from huiban.connectors.certification import Authority, Enrolled
from huiban.connectors.revocation import evidence
from huiban.kernel.credential import Owner, OwnerKind, Profile
from huiban.neighbours import trust_status
from huiban.neighbours.trust import House, opened
from huiban.neighbours.trust_issue import Wanted, write
from huiban.neighbours.trust_suite import SUITES
from tests.services.trusted import KEY, Trusted, trusted

NOW = datetime.now(tz=UTC)
HOUR = timedelta(hours=1)
LI = Owner(OwnerKind.PERSON, "lihua", "李华")
PROFILES = list(Profile)


@pytest.fixture
def found(tmp_path: Path) -> Iterator[Trusted]:
    with trusted(tmp_path, NOW) as one:
        yield one


def _enrol(found: Trusted, profile: Profile, owner: Owner = LI, key: str = KEY) -> Enrolled:
    suite = SUITES[profile]
    private = suite.make()
    public = suite.public(private)
    request = certification.request_for(owner, profile, public, partial(suite.sign, private))
    return certification.enrol(Authority(found.address, key), request, owner, public)


def _serial(made: Enrolled) -> str:
    return f"{made.read.serial_number:x}"


def _roots(found: Trusted) -> tuple[bytes, ...]:
    return trust_roots.read(found.folder / "trust").tests


# ---- enrolment


@pytest.mark.parametrize("profile", PROFILES)
def test_an_enrolled_certificate_is_for_signing_documents(found: Trusted, profile: Profile) -> None:
    made = _enrol(found, profile)

    one = made.read
    root = check_path(Claim(made.certificate, made.chain), _roots(found), NOW, purpose="signer")
    assert root in _roots(found)
    assert one.key_usage_value.native == {"digital_signature", "non_repudiation"}
    assert one.extended_key_usage_value.native == ["1.3.6.1.5.5.7.3.36"]
    assert "测试 TEST" in one.subject.native["common_name"]
    assert timedelta(days=364) < one.not_valid_after - NOW < timedelta(days=1097)
    assert not one.ca


def test_a_wrong_key_is_refused_in_the_authoritys_words(found: Trusted) -> None:
    with pytest.raises(AuthorityRefused, match="X-Api-Key") as refused:
        _enrol(found, Profile.P256, key="wrong")

    assert refused.value.status == 401


def test_a_request_its_key_did_not_sign_is_refused(found: Trusted) -> None:
    suite = SUITES["sm2"]
    private, other = suite.make(), suite.make()
    public = suite.public(private)
    request = certification.request_for(LI, Profile.SM2, public, partial(suite.sign, other))

    with pytest.raises(AuthorityRefused, match="not signed by its own key"):
        certification.enrol(Authority(found.address, KEY), request, LI, public)


def test_a_certificate_for_another_key_is_not_taken(found: Trusted) -> None:
    suite = SUITES["p256"]
    private = suite.make()
    request = certification.request_for(
        LI, Profile.P256, suite.public(private), partial(suite.sign, private)
    )

    with pytest.raises(AnswerUnusable, match="another key"):
        certification.enrol(Authority(found.address, KEY), request, LI, b"another")


def test_a_revocation_of_what_was_never_issued_is_told(found: Trusted) -> None:
    assert not certification.revoke(Authority(found.address, KEY), "abc")
    with pytest.raises(AuthorityRefused, match="reason must be one of"):
        certification.revoke(Authority(found.address, KEY), "abc", "boredom")


# ---- evidence


@pytest.mark.parametrize("profile", PROFILES)
def test_evidence_covers_the_whole_chain_and_proves_it_offline(
    found: Trusted, profile: Profile
) -> None:
    made = _enrol(found, profile)

    told = evidence(made.certificate, made.chain, NOW)

    assert len(told.ocsps) == 2
    claim = Claim(made.certificate, made.chain, told.ocsps, told.crls)
    assert check_path(claim, _roots(found), NOW, needs_status=True)
    with pytest.raises(PathRefused, match="unchecked"):
        check_path(Claim(made.certificate, made.chain), _roots(found), NOW, needs_status=True)


@pytest.mark.parametrize("profile", PROFILES)
def test_lists_are_asked_where_ocsp_is_away(found: Trusted, profile: Profile) -> None:
    made = _enrol(found, profile)
    found.order("ocsp", dead=True)

    told = evidence(made.certificate, made.chain, NOW)

    assert told.ocsps == ()
    assert len(told.crls) == 2
    claim = Claim(made.certificate, made.chain, crls=told.crls)
    assert check_path(claim, _roots(found), NOW, needs_status=True)


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("is_ocsp_away", [False, True])
def test_a_revoked_certificate_is_told_by_ocsp_and_list(
    found: Trusted, profile: Profile, is_ocsp_away: bool
) -> None:
    made = _enrol(found, profile)
    certification.revoke(Authority(found.address, KEY), _serial(made), "key_compromise")
    found.order("ocsp", dead=is_ocsp_away)

    told = evidence(made.certificate, made.chain, NOW)

    assert told.revoked_since is not None
    assert abs(told.revoked_since - NOW) < HOUR
    claim = Claim(made.certificate, made.chain, told.ocsps, told.crls)
    with pytest.raises(PathRefused, match="revoked"):
        check_path(claim, _roots(found), datetime.now(tz=UTC), needs_status=True)
    before = told.revoked_since - timedelta(minutes=5)
    assert check_path(claim, _roots(found), before, needs_status=True)


def test_with_everything_away_it_says_so(found: Trusted) -> None:
    made = _enrol(found, Profile.P256)
    found.order(dead=True)

    with pytest.raises(AuthorityAway) as away:
        evidence(made.certificate, made.chain, NOW)

    assert "连接不上" in away.value.message.zh


def test_answers_are_kept_while_fresh_and_fetched_anew_after(found: Trusted) -> None:
    made = _enrol(found, Profile.P256)
    first = evidence(made.certificate, made.chain, NOW)
    found.order("ocsp", dead=True)

    assert evidence(made.certificate, made.chain, NOW) == first
    later = evidence(made.certificate, made.chain, NOW + 2 * HOUR)  # past what they say
    revocation.forget()
    again = evidence(made.certificate, made.chain, NOW)

    assert later.ocsps == again.ocsps == ()
    assert later.crls


def test_an_answer_of_another_time_is_not_used(found: Trusted) -> None:
    made = _enrol(found, Profile.P256)

    for moment in (NOW - 2 * HOUR, NOW + timedelta(days=3)):
        with pytest.raises(AnswerUnusable, match="out of date or from the future"):
            evidence(made.certificate, made.chain, moment)


def test_a_chain_to_no_root_here_is_not_asked_about(found: Trusted) -> None:
    made = _enrol(found, Profile.P256)

    with pytest.raises(AnswerUnusable, match="issuer"):
        evidence(made.certificate, made.chain, NOW, roots=())


# ---- answers that lie


@dataclass(slots=True)
class _Liar:
    """A server that gives one answer to everything, and the chain that asks it."""

    address: str = ""
    answer: bytes = b""


@contextmanager
def _serving(liar: _Liar) -> Iterator[None]:
    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(liar.answer)))
            self.end_headers()
            self.wfile.write(liar.answer)

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        liar.address = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield
        server.shutdown()
        thread.join()


@pytest.fixture
def liar(tmp_path: Path) -> Iterator[tuple[_Liar, House]]:
    revocation.forget()
    found = _Liar()
    with _serving(found):
        yield found, opened(tmp_path / "liar", found.address, lambda: NOW)


def _leaf(house: House, suite: str) -> x509.Certificate:
    issuer = house.authorities[f"{suite}-issuing"]
    public = issuer.suite.public(issuer.suite.make())
    subject = {"country_name": "CN", "common_name": "李华"}
    wanted = Wanted("signer", subject, public, NOW - HOUR, NOW + HOUR)
    return write(wanted, issuer.suite, issuer.private, issuer, house.address)


def _question(one: x509.Certificate, issuer: x509.Certificate) -> bytes:
    identity = {
        "hash_algorithm": {"algorithm": "sha1"},
        "issuer_name_hash": issuer.subject.sha1,
        "issuer_key_hash": issuer.public_key.sha1,
        "serial_number": one.serial_number,
    }
    asked = {"tbs_request": {"request_list": [{"req_cert": identity}]}}
    return bytes(ocsp.OCSPRequest(asked).dump())


def _ask(house: House, one: x509.Certificate, suite: str) -> revocation.RevocationEvidence:
    """Ask about a certificate right below a root of its own, so that one answer is all there is."""
    issuer = house.authorities[f"{suite}-issuing"].certificate
    return evidence(one.dump(), [], NOW, roots=[issuer.dump()])


@pytest.mark.parametrize("suite", ["p256", "sm2"])
@pytest.mark.parametrize("by", ["stamper", "root"])
def test_an_answer_signed_by_somebody_else_is_not_believed(
    liar: tuple[_Liar, House], suite: str, by: str
) -> None:
    server, house = liar
    one, issuer = _leaf(house, suite), house.authorities[f"{suite}-issuing"]
    other = house.authorities[f"{suite}-{by}"]
    with house.books:
        house.books.execute(
            "INSERT INTO issued (serial, issuer, certificate) VALUES (?, ?, ?)",
            [f"{one.serial_number:x}", issuer.key, one.dump()],
        )
    question = _question(one, issuer.certificate)
    server.answer = trust_status.ocsp_answer(house, issuer, question)
    assert len(_ask(house, one, suite).ocsps) == 1
    revocation.forget()

    honest = ocsp.OCSPResponse.load(server.answer)
    data = honest["response_bytes"]["response"].parsed["tbs_response_data"]
    honest["response_bytes"]["response"].parsed["signature"] = other.suite.sign(
        other.private, data.dump()
    )
    server.answer = honest.dump(force=True)

    with pytest.raises(AnswerUnusable):
        _ask(house, one, suite)


def test_an_answer_about_another_certificate_is_not_believed(liar: tuple[_Liar, House]) -> None:
    server, house = liar
    one, other = _leaf(house, "p256"), _leaf(house, "p256")
    issuer = house.authorities["p256-issuing"]
    server.answer = trust_status.ocsp_answer(house, issuer, _question(other, issuer.certificate))

    with pytest.raises(AnswerUnusable):
        _ask(house, one, "p256")


def test_an_authority_that_never_issued_it_is_no_proof(liar: tuple[_Liar, House]) -> None:
    """OCSP `unknown` is not `good`."""
    server, house = liar
    one, issuer = _leaf(house, "p256"), house.authorities["p256-issuing"]
    server.answer = trust_status.ocsp_answer(house, issuer, _question(one, issuer.certificate))

    with pytest.raises(AnswerUnusable):
        _ask(house, one, "p256")


@pytest.mark.parametrize("suite", ["p256", "sm2"])
def test_a_list_of_another_issuer_is_not_believed(liar: tuple[_Liar, House], suite: str) -> None:
    server, house = liar
    one = _leaf(house, suite)
    server.answer = trust_status.revocation_list(house, house.authorities[f"{suite}-issuing"])
    assert len(_ask(house, one, suite).crls) == 1
    revocation.forget()

    server.answer = trust_status.revocation_list(house, house.authorities[f"{suite}-root"])

    with pytest.raises(AnswerUnusable):
        _ask(house, one, suite)


def test_a_list_whose_entries_were_taken_out_is_not_believed(liar: tuple[_Liar, House]) -> None:
    server, house = liar
    issuer = house.authorities["p256-issuing"]
    one = _leaf(house, "p256")
    with house.books:
        house.books.execute(
            "INSERT INTO issued VALUES (?, ?, ?, ?, ?)",
            [f"{one.serial_number:x}", issuer.key, one.dump(), NOW.isoformat(), "superseded"],
        )
    server.answer = trust_status.revocation_list(house, issuer)
    assert _ask(house, one, "p256").revoked_since is not None
    revocation.forget()

    emptied = crl.CertificateList.load(server.answer)
    emptied["tbs_cert_list"]["revoked_certificates"] = None
    server.answer = emptied.dump(force=True)

    with pytest.raises(AnswerUnusable):
        _ask(house, one, "p256")


@pytest.mark.parametrize("answer", [b"", b"<html>", b"0" * 5000])
def test_an_answer_that_cannot_be_read_is_named(liar: tuple[_Liar, House], answer: bytes) -> None:
    server, house = liar
    server.answer = answer

    with pytest.raises(AnswerUnusable, match="cannot be read"):
        _ask(house, _leaf(house, "p256"), "p256")
