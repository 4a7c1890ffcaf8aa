# SPDX-License-Identifier: Apache-2.0
"""Time stamps of a real server: what is believed, and everything that is not."""

import hashlib
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from asn1crypto import cms, tsp, x509

from huiban.connectors import trust_roots
from huiban.connectors.authority_http import AnswerUnusable, AuthorityAway, AuthorityRefused
from huiban.connectors.timestamp import Server, TokenRefused, read_token, stamp
from huiban.kernel.credential import Profile
from huiban.neighbours import trust_stamp
from huiban.neighbours.trust import House, opened
from huiban.neighbours.trust_issue import Authority, Wanted, write
from tests.services.trusted import Trusted, authority, trusted

HOUR = timedelta(hours=1)
DATA = "行政许可决定书".encode()
NOW = datetime.now(tz=UTC)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trusted]:
    with trusted(tmp_path_factory.mktemp("trusted")) as one:
        yield one


@pytest.fixture
def roots(found: Trusted) -> tuple[bytes, ...]:
    return trust_roots.read(found.folder / "trust").tests


@pytest.mark.parametrize(("profile", "hash_name"), [(Profile.P256, "sha256"), (Profile.SM2, "sm3")])
def test_a_token_tells_when_by_whom_and_that_it_is_a_test(
    roots: tuple[bytes, ...], profile: Profile, hash_name: str
) -> None:
    token = stamp(DATA, profile)

    read = read_token(token, DATA, roots, frozenset(map(trust_roots.fingerprint, roots)))

    assert abs(read.at - datetime.now(tz=UTC)) < timedelta(seconds=30)
    assert read.hash_name == hash_name
    assert read.is_test
    assert "测试 TEST 时间戳" in read.authority
    assert len(read.certificates) == 2


def test_a_root_that_is_no_test_root_makes_no_test(roots: tuple[bytes, ...]) -> None:
    assert not read_token(stamp(DATA, Profile.P256), DATA, roots).is_test


def test_openssl_verifies_the_token(found: Trusted, tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(DATA)
    (tmp_path / "token").write_bytes(stamp(DATA, Profile.P256))

    said = subprocess.run(
        ["openssl", "ts", "-verify", "-data", tmp_path / "data", "-token_in", "-in",
         tmp_path / "token", "-CAfile", found.folder / "trust" / "test" / "roots.pem"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert "Verification: OK" in said.stdout, said.stderr


@pytest.mark.parametrize("profile", list(Profile))
def test_a_token_says_nothing_about_other_data(roots: tuple[bytes, ...], profile: Profile) -> None:
    with pytest.raises(TokenRefused) as refused:
        read_token(stamp(DATA, profile), DATA + b".", roots)

    assert refused.value.code == "other_data"
    assert "被改过" in refused.value.message.zh


def test_a_stamper_under_no_root_of_ours_is_not_believed() -> None:
    with pytest.raises(TokenRefused) as refused:
        read_token(stamp(DATA, Profile.SM2), DATA, [])

    assert refused.value.code == "untrusted"


def test_another_authority_with_the_same_names_is_not_believed(
    roots: tuple[bytes, ...], tmp_path: Path
) -> None:
    with authority(tmp_path) as other:
        place = Server(f"{other.address}/tsa/p256", _roots_of(other))
        token = stamp(DATA, Profile.P256, place)
        with pytest.raises(AnswerUnusable, match="is not used"):
            stamp(DATA, Profile.P256, Server(place.address, roots))

    assert read_token(token, DATA, place.roots).hash_name == "sha256"
    with pytest.raises(TokenRefused):
        read_token(token, DATA, roots)


def _roots_of(found: Trusted) -> tuple[bytes, ...]:
    place = found.folder / "roots"
    place.mkdir()
    (place / "roots.pem").write_bytes(found.roots_pem)
    return trust_roots.read(place).real


@pytest.mark.parametrize("profile", list(Profile))
def test_no_changed_byte_of_a_token_makes_it_say_something_else(
    roots: tuple[bytes, ...], profile: Profile
) -> None:
    token = stamp(DATA, profile)
    read = read_token(token, DATA, roots)

    for place in range(0, len(token), 7):
        changed = bytearray(token)
        changed[place] ^= 0x15
        try:
            other = read_token(bytes(changed), DATA, roots)
        except TokenRefused:
            continue
        assert (other.at, other.hash_name, other.authority) == (
            read.at, read.hash_name, read.authority
        )  # fmt: skip


@pytest.mark.parametrize("cut", [0, 1, 100, -1])
def test_a_token_cut_off_cannot_be_read(roots: tuple[bytes, ...], cut: int) -> None:
    with pytest.raises(TokenRefused) as refused:
        read_token(stamp(DATA, Profile.P256)[:cut], DATA, roots)

    assert refused.value.code == "unreadable"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """An authority at hand, keys and all, for tokens that no server would give."""
    return opened(tmp_path_factory.mktemp("house"), "http://127.0.0.1:9", lambda: NOW)


def _refusal(house: House, token: bytes) -> str:
    roots = [house.authorities[f"{suite}-root"].certificate.dump() for suite in ("p256", "sm2")]
    with pytest.raises(TokenRefused) as refused:
        read_token(token, DATA, roots)
    return refused.value.code


def _token(
    house: House, stamper: Authority, statement: tsp.TSTInfo, named: x509.Certificate | None = None
) -> bytes:
    """Sign a statement as a stamper does, with the certificate `named` in its place if given."""
    chain = [
        named or stamper.certificate,
        house.authorities[f"{stamper.suite.name}-issuing"].certificate,
    ]
    return bytes(trust_stamp.token(stamper, statement.dump(), chain).dump())


def _statement(stamper: Authority, at: datetime = NOW) -> tsp.TSTInfo:
    asked = tsp.TimeStampReq({
        "version": "v1",
        "message_imprint": {
            "hash_algorithm": stamper.suite.digest_algorithm,
            "hashed_message": stamper.suite.digest(DATA),
        },
    })  # fmt: skip
    return trust_stamp.statement(asked, stamper, at.replace(microsecond=0))


@pytest.mark.parametrize("suite", ["p256", "sm2"])
def test_what_is_refused_below_would_be_believed_if_it_were_right(house: House, suite: str) -> None:
    stamper = house.authorities[f"{suite}-stamper"]
    root = house.authorities[f"{suite}-root"].certificate.dump()

    assert read_token(_token(house, stamper, _statement(stamper)), DATA, [root]).hash_name


def test_a_certificate_swapped_in_for_the_same_key_is_noticed(house: House) -> None:
    stamper = house.authorities["sm2-stamper"]
    subject = dict(stamper.certificate.subject.native) | {"common_name": "另一个名字"}
    public = stamper.suite.public(stamper.private)
    issuer = house.authorities["sm2-issuing"]
    wanted = Wanted("stamper", subject, public, NOW - HOUR, NOW + HOUR)
    other = write(wanted, stamper.suite, issuer.private, issuer, house.address)
    other["tbs_certificate"]["serial_number"] = stamper.certificate.serial_number

    token = _token(house, stamper, _statement(stamper), named=other)

    assert _refusal(house, token) == "broken"


@pytest.mark.parametrize("suite", ["p256", "sm2"])
def test_a_key_for_documents_stamps_nothing(house: House, suite: str) -> None:
    issuer = house.authorities[f"{suite}-issuing"]
    private = issuer.suite.make()
    subject = {"country_name": "CN", "common_name": "王芳"}
    wanted = Wanted("signer", subject, issuer.suite.public(private), NOW - HOUR, NOW + HOUR)
    made = write(wanted, issuer.suite, issuer.private, issuer, house.address)
    signer = Authority("signer", issuer.suite, private, made)

    assert _refusal(house, _token(house, signer, _statement(signer))) == "unfit"


@pytest.mark.parametrize(
    ("at", "code"),
    [(NOW.replace(year=2019), "not_yet_valid"), (NOW.replace(year=2041), "expired")],
)
def test_a_time_outside_its_certificates_life_is_not_believed(
    house: House, at: datetime, code: str
) -> None:
    stamper = house.authorities["p256-stamper"]

    assert _refusal(house, _token(house, stamper, _statement(stamper, at))) == code


def test_a_digest_no_longer_secure_is_refused(house: House) -> None:
    stamper = house.authorities["p256-stamper"]
    statement = _statement(stamper)
    statement["message_imprint"] = {
        "hash_algorithm": {"algorithm": "sha1"},
        "hashed_message": hashlib.sha1(DATA).digest(),
    }

    assert _refusal(house, _token(house, stamper, statement)) == "weak"


@pytest.mark.parametrize("place", ["message_digest", "signature", "time"])
def test_a_token_whose_parts_do_not_fit_is_refused(house: House, place: str) -> None:
    stamper = house.authorities["sm2-stamper"]
    early, late = _statement(stamper, NOW - HOUR), _statement(stamper)
    one = cms.ContentInfo.load(_token(house, stamper, early))
    other = cms.ContentInfo.load(_token(house, stamper, late))
    signer, taken = one["content"]["signer_infos"][0], other["content"]["signer_infos"][0]
    if place == "time":  # the other statement under this signature
        one["content"]["encap_content_info"] = other["content"]["encap_content_info"]
    elif place == "signature":
        signer["signature"] = taken["signature"].native
    else:
        signer["signed_attrs"] = taken["signed_attrs"]

    assert _refusal(house, one.dump(force=True)) == "broken"


def test_a_server_that_is_dead_slow_or_failing_is_named(found: Trusted) -> None:
    try:
        found.order("tsa", dead=True)
        with pytest.raises(AuthorityAway, match="tsa/p256"):
            stamp(DATA, Profile.P256)
        found.order("tsa", reset=True, error_share=1)
        with pytest.raises(AuthorityAway, match="503"):
            stamp(DATA, Profile.P256)
    finally:
        found.order("tsa", reset=True)


def test_a_server_that_takes_too_long_is_given_up(found: Trusted, roots: tuple[bytes, ...]) -> None:
    try:
        found.order("tsa", stall_s=5)
        with pytest.raises(AuthorityAway) as away:
            stamp(DATA, Profile.P256, Server(f"{found.address}/tsa/p256", roots, patience_s=0.2))
    finally:
        found.order("tsa", reset=True)

    assert "没有按时应答" in away.value.message.zh


@contextmanager
def _answering(answer: bytes) -> Iterator[str]:
    """Serve one recorded answer to everybody."""

    class Recorded(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Recorded) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_recorded_answer_for_the_same_data_is_not_used(roots: tuple[bytes, ...]) -> None:
    token = tsp.TimeStampResp(
        {
            "status": {"status": "granted"},
            "time_stamp_token": cms.ContentInfo.load(stamp(DATA, Profile.P256)),
        }
    )

    with (
        _answering(token.dump()) as address,
        pytest.raises(AnswerUnusable) as unusable,
    ):
        stamp(DATA, Profile.P256, Server(address, roots))

    assert "未予使用" in unusable.value.message.zh


def test_a_server_that_says_no_is_quoted(roots: tuple[bytes, ...]) -> None:
    status = {"status": "rejection", "status_string": ["quota used up"]}

    with (
        _answering(trust_stamp.Answer({"status": status}).dump()) as address,
        pytest.raises(AuthorityRefused, match="quota used up"),
    ):
        stamp(DATA, Profile.P256, Server(address, roots))


def test_the_test_authority_says_what_it_does_not_stamp(house: House) -> None:
    sha1 = {"hash_algorithm": {"algorithm": "sha1"}, "hashed_message": bytes(20)}
    asked = tsp.TimeStampReq({"version": "v1", "message_imprint": sha1})

    for request, fault in ((asked.dump(), "bad_alg"), (b"?", "bad_data_format")):
        answer = trust_stamp.Answer.load(trust_stamp.stamp(house, "p256", request))
        assert answer["status"]["status"].native == "rejection"
        assert answer["status"]["fail_info"].native == {fault}


@pytest.mark.parametrize("answer", [b"<html>", b"", b"0" * 1000])
def test_an_answer_that_is_no_stamp_is_named(roots: tuple[bytes, ...], answer: bytes) -> None:
    with (
        _answering(answer) as address,
        pytest.raises(AnswerUnusable, match="no time stamp"),
    ):
        stamp(DATA, Profile.P256, Server(address, roots))
