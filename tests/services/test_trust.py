# SPDX-License-Identifier: Apache-2.0
"""Whom the house believes: roots from a folder, and certificate chains in words, offline."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import pem, x509
from django.test import override_settings

from huiban.connectors.revocation import RevocationEvidence
from huiban.connectors.trust_roots import RootUnreadable
from huiban.kernel.verification import Verdict
from huiban.neighbours import trust_status
from huiban.neighbours.trust import House, opened
from huiban.neighbours.trust_issue import Authority, Wanted, write
from huiban.services import trust

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
DAY = timedelta(days=1)
SUITES = ["p256", "sm2"]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    return opened(tmp_path_factory.mktemp("house"), "http://127.0.0.1:9", lambda: NOW)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "test").mkdir()
    return tmp_path


def _leaf(
    house: House, suite: str, issuer: Authority | None = None, use: str = "signer"
) -> x509.Certificate:
    issuer = issuer or house.authorities[f"{suite}-issuing"]
    public = issuer.suite.public(issuer.suite.make())
    subject = {"country_name": "CN", "common_name": "李华"}
    wanted = Wanted(use, subject, public, NOW - DAY, NOW + DAY)
    return write(wanted, issuer.suite, issuer.private, issuer, house.address)


def _chain(house: House, suite: str) -> list[bytes]:
    return [house.authorities[f"{suite}-issuing"].certificate.dump()]


def _found(
    one: x509.Certificate,
    chain: list[bytes],
    at: datetime = NOW,
    told: RevocationEvidence | None = None,
) -> list[tuple[str, Verdict]]:
    checks = trust.check_chain(one.dump(), chain, at, told)
    assert all(check.detail.zh and check.detail.en for check in checks)
    return [(check.code, check.verdict) for check in checks]


@pytest.mark.parametrize("suite", SUITES)
def test_roots_are_read_and_read_again_when_a_file_is_added(
    house: House, folder: Path, suite: str
) -> None:
    root = house.authorities[f"{suite}-root"].certificate
    with override_settings(TRUST_ROOTS=folder):
        assert trust.roots() == trust.Trust()

        (folder / "test" / "roots.pem").write_text(house.roots())
        assert len(trust.roots().roots) == 2
        assert trust.roots().is_test(root.dump())

        (folder / "test" / "roots.pem").unlink()
        (folder / "city.cer").write_bytes(root.dump())
        (folder / "notes.txt").write_text("no certificate, and nobody says it is")
        assert trust.roots().roots == (root.dump(),)
        assert not trust.roots().is_test(root.dump())


def test_production_refuses_test_roots_also_while_it_runs(house: House, folder: Path) -> None:
    (folder / "test" / "roots.pem").write_text(house.roots())

    with (
        override_settings(TRUST_ROOTS=folder, PRODUCTION=True),
        pytest.raises(trust.TestRootsRefused, match="remove them"),
    ):
        trust.roots()


@pytest.mark.parametrize("content", [b"", b"nothing", b"-----BEGIN CERTIFICATE-----\nAA=="])
def test_a_file_that_holds_no_root_is_named(folder: Path, content: bytes) -> None:
    (folder / "odd.pem").write_bytes(content)

    with override_settings(TRUST_ROOTS=folder), pytest.raises(RootUnreadable, match=r"odd\.pem"):
        trust.roots()


def test_a_certificate_of_a_person_is_no_root(house: House, folder: Path) -> None:
    one = _leaf(house, "p256")
    (folder / "person.pem").write_bytes(pem.armor("CERTIFICATE", one.dump()))

    with override_settings(TRUST_ROOTS=folder), pytest.raises(RootUnreadable, match="person"):
        trust.roots()


@pytest.fixture
def trusting(house: House, folder: Path) -> object:
    (folder / "test" / "roots.pem").write_text(house.roots())
    with override_settings(TRUST_ROOTS=folder):
        yield


@pytest.mark.parametrize("suite", SUITES)
@pytest.mark.usefixtures("trusting")
def test_a_chain_holds_and_without_evidence_revocation_is_unknown(house: House, suite: str) -> None:
    one = _leaf(house, suite)

    assert _found(one, _chain(house, suite)) == [
        ("certificate", Verdict.PASSED), ("revocation", Verdict.UNKNOWN)
    ]  # fmt: skip


@pytest.mark.parametrize("suite", SUITES)
@pytest.mark.usefixtures("trusting")
def test_lists_of_both_authorities_prove_that_nothing_was_revoked(house: House, suite: str) -> None:
    one = _leaf(house, suite)
    lists = tuple(
        trust_status.revocation_list(house, house.authorities[f"{suite}-{part}"])
        for part in ("root", "issuing")
    )

    whole = _found(one, _chain(house, suite), NOW, RevocationEvidence(crls=lists))
    half = _found(one, _chain(house, suite), NOW, RevocationEvidence(crls=lists[1:]))

    assert whole == [("certificate", Verdict.PASSED), ("revocation", Verdict.PASSED)]
    assert half == [("certificate", Verdict.PASSED), ("revocation", Verdict.UNKNOWN)]


@pytest.mark.parametrize("suite", SUITES)
@pytest.mark.usefixtures("trusting")
def test_outside_its_life_a_certificate_fails(house: House, suite: str) -> None:
    one = _leaf(house, suite)

    for at in (NOW - 2 * DAY, NOW + 2 * DAY):
        assert _found(one, _chain(house, suite), at) == [("certificate", Verdict.FAILED)]


@pytest.mark.usefixtures("trusting")
def test_an_unknown_root_is_unknown_not_failed(house: House, tmp_path: Path) -> None:
    other = opened(tmp_path / "other", "http://127.0.0.1:9", lambda: NOW)
    one = _leaf(other, "p256", Authority("x", *_selfmade(house)))

    assert _found(one, []) == [("certificate", Verdict.UNKNOWN)]
    assert _found(_leaf(house, "p256"), []) == [("certificate", Verdict.UNKNOWN)]


def _selfmade(house: House) -> tuple[object, ...]:
    suite = house.authorities["p256-root"].suite
    private = suite.make()
    subject = {"country_name": "CN", "common_name": "自制根证书"}
    wanted = Wanted("authority", subject, suite.public(private), NOW - DAY, NOW + DAY)
    return suite, private, write(wanted, suite, private, None, house.address)


@pytest.mark.parametrize("suite", SUITES)
@pytest.mark.usefixtures("trusting")
def test_another_authority_with_the_same_names_fails(
    house: House, tmp_path: Path, suite: str
) -> None:
    other = opened(tmp_path / "other", "http://127.0.0.1:9", lambda: NOW)
    one = _leaf(other, suite)

    (found,) = _found(one, _chain(other, suite))

    assert found[1] is not Verdict.PASSED
    (mixed,) = _found(one, _chain(house, suite))
    assert mixed[1] is not Verdict.PASSED


@pytest.mark.parametrize("suite", SUITES)
@pytest.mark.usefixtures("trusting")
def test_a_persons_certificate_issues_none(house: House, suite: str) -> None:
    """The oldest mistake: basic constraints not looked at."""
    issuing = house.authorities[f"{suite}-issuing"]
    private = issuing.suite.make()
    subject = {"country_name": "CN", "common_name": "李华"}
    wanted = Wanted("signer", subject, issuing.suite.public(private), NOW - DAY, NOW + DAY)
    person = write(wanted, issuing.suite, issuing.private, issuing, house.address)
    forged = _leaf(house, suite, Authority("person", issuing.suite, private, person))

    (found,) = _found(forged, [person.dump(), *_chain(house, suite)])

    assert found[1] is not Verdict.PASSED


@pytest.mark.parametrize("suite", SUITES)
@pytest.mark.usefixtures("trusting")
def test_a_changed_certificate_fails(house: House, suite: str) -> None:
    one = _leaf(house, suite)
    renamed = one.dump().replace("李华".encode(), "李花".encode())
    assert renamed != one.dump()

    checks = trust.check_chain(renamed, _chain(house, suite), NOW)

    assert [(check.code, check.verdict) for check in checks] == [("certificate", Verdict.FAILED)]


@pytest.mark.parametrize("content", [b"", b"x", b"0" * 300])
@pytest.mark.usefixtures("trusting")
def test_what_is_no_certificate_fails(content: bytes) -> None:
    checks = trust.check_chain(content, [], NOW)

    assert [(check.code, check.verdict) for check in checks] == [("certificate", Verdict.FAILED)]
