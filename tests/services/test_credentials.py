# SPDX-License-Identifier: Apache-2.0
"""Credentials: enrolled at first use, one at a time, renewed, revoked, each step in the ledger."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key
from django.db import connections

from huiban.connectors import gm
from huiban.connectors.revocation import evidence
from huiban.connectors.signer import KeyUnavailable, Signer
from huiban.kernel.actor import SYSTEM
from huiban.kernel.credential import Owner, OwnerKind, Profile
from huiban.kernel.verification import Verdict
from huiban.services import credentials, ledger, trust
from huiban.services.ledger import Chain
from huiban.services.refusal import NotFound, NotOpen
from huiban.store.models import Credential
from tests.services.trusted import Trusted, trusted

NOW = datetime.now(tz=UTC)
DAY = timedelta(days=1)
WANG = Owner(OwnerKind.PERSON, "wangfang", "王芳", "青岛海晟置业有限公司", "91370200MA3C000X0X")
LOG = Owner(OwnerKind.OFFICE, "log", "慧办存证处")
P256, SM2 = Profile.P256, Profile.SM2


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Trusted]:
    with trusted(tmp_path, NOW) as found:
        yield found


def _signs(signer: Signer) -> bool:
    public = x509.Certificate.load(signer.certificate).public_key.dump()
    signature = signer.sign("同意".encode())
    if signer.profile is SM2:
        return gm.sm2_verify(public, "同意".encode(), signature)
    key = load_der_public_key(public)
    assert isinstance(key, ec.EllipticCurvePublicKey)
    key.verify(signature, "同意".encode(), ec.ECDSA(hashes.SHA256()))
    return True


def _acts(number: str) -> list[str]:
    assert ledger.breaks_of(Chain.CREDENTIAL, number) == []
    return [one.act for one in ledger.history(Chain.CREDENTIAL, number)]


@pytest.mark.parametrize("profile", list(Profile))
def test_the_first_signing_enrols_a_certificate_in_ones_name(
    each_database: str, house: Trusted, profile: Profile
) -> None:
    signer = credentials.of(WANG, profile, NOW)

    subject = x509.Certificate.load(signer.certificate).subject.native
    assert _signs(signer)
    assert subject["common_name"] == "王芳 测试 TEST"
    assert subject["organization_name"] == "青岛海晟置业有限公司"
    assert subject["organization_identifier"] == "NTRCN-91370200MA3C000X0X"
    assert len(signer.chain) == 1
    assert _acts(signer.number) == ["enrolled"]


def test_the_same_owner_signs_with_the_same_credential_again(
    each_database: str, house: Trusted, django_assert_num_queries: object
) -> None:
    first = credentials.of(WANG, P256, NOW)
    house.order(dead=True)  # nothing is asked any more

    with django_assert_num_queries(1):  # type: ignore[operator]
        again = credentials.of(WANG, P256, NOW)

    assert again is first


def test_each_owner_and_suite_has_a_credential_of_its_own(
    each_database: str, house: Trusted
) -> None:
    made = [credentials.of(owner, profile, NOW) for owner in (WANG, LOG) for profile in Profile]

    assert len({one.number for one in made}) == 4
    assert Credential.objects.filter(state="active").count() == 4


def test_the_certificate_checks_out_as_a_test_certificate(
    each_database: str, house: Trusted
) -> None:
    for profile in Profile:
        signer = credentials.of(LOG, profile, NOW)
        told = evidence(signer.certificate, signer.chain, NOW)
        checks = trust.check_chain(signer.certificate, signer.chain, NOW, told)

        assert [(one.code, one.verdict) for one in checks] == [
            ("certificate", Verdict.PASSED), ("revocation", Verdict.PASSED)
        ]  # fmt: skip
        assert "没有法律效力" in checks[0].detail.zh


def test_without_an_authority_nothing_is_signed_and_it_says_what_to_set(
    each_database: str,
) -> None:
    assert not credentials.is_configured()
    assert credentials.renew_due(NOW) == 0
    with pytest.raises(NotOpen) as refused:
        credentials.of(WANG, P256, NOW)

    assert "HUIBAN_CA_URL" in refused.value.message.zh


def test_an_authority_that_is_away_leaves_nothing_behind(
    each_database: str, house: Trusted
) -> None:
    house.order("enrol", dead=True)

    with pytest.raises(NotOpen) as refused:
        credentials.of(WANG, SM2, NOW)

    assert refused.value.reason == "authority_away"
    assert "连接不上" in refused.value.message.zh
    assert not Credential.objects.exists()
    assert not list((house.folder / "keys").glob("*.key"))
    house.order("enrol", reset=True)
    assert _signs(credentials.of(WANG, SM2, NOW))


def test_a_certificate_under_no_root_of_ours_is_not_used(
    each_database: str, house: Trusted
) -> None:
    shutil.rmtree(house.folder / "trust" / "test")

    with pytest.raises(NotOpen, match="HUIBAN_TRUST_ROOTS") as refused:
        credentials.of(WANG, P256, NOW)

    assert refused.value.reason == "untrusted"
    assert not Credential.objects.exists()
    assert not list((house.folder / "keys").glob("*.key"))


def test_with_a_root_that_cannot_be_read_nothing_is_enrolled_and_the_file_named(
    each_database: str, house: Trusted
) -> None:
    (house.folder / "trust" / "odd.pem").write_text("nothing")

    with pytest.raises(NotOpen, match=r"odd\.pem") as refused:
        credentials.of(WANG, P256, NOW)

    assert refused.value.reason == "roots"
    assert not list((house.folder / "keys").glob("*.key"))


def test_an_authority_whose_clock_is_ahead_is_noticed(each_database: str, house: Trusted) -> None:
    house.set_clock(NOW + DAY)

    with pytest.raises(NotOpen, match="时间") as refused:
        credentials.of(WANG, P256, NOW)

    assert refused.value.reason == "not_yet_valid"


def test_close_to_its_end_a_credential_is_renewed_at_use_and_the_old_one_retired(
    each_database: str, house: Trusted
) -> None:
    first = credentials.of(WANG, P256, NOW)
    later = NOW + 360 * DAY
    house.set_clock(later)

    second = credentials.of(WANG, P256, later)

    old = Credential.objects.get(number=first.number)
    assert second.number != first.number
    assert second.certificate != first.certificate
    assert (old.state, old.reason, old.ended_at) == ("retired", "renewed", later)
    assert _acts(first.number) == ["enrolled", "renewed"]
    assert _acts(second.number) == ["enrolled"]
    assert _signs(first)  # whoever holds it just now may finish


def test_the_old_credential_goes_on_while_the_authority_is_away_until_its_end(
    each_database: str, house: Trusted
) -> None:
    first = credentials.of(WANG, P256, NOW)
    house.order("enrol", dead=True)

    assert credentials.of(WANG, P256, NOW + 360 * DAY).number == first.number
    with pytest.raises(NotOpen):
        credentials.of(WANG, P256, NOW + 366 * DAY)


def test_the_sweep_renews_departments_and_offices_ahead_and_lets_people_end(
    each_database: str, house: Trusted
) -> None:
    person, office = credentials.of(WANG, P256, NOW), credentials.of(LOG, P256, NOW)
    later = NOW + 1070 * DAY
    house.set_clock(later)

    assert credentials.renew_due(NOW) == 0
    assert credentials.renew_due(later) == 2

    states = dict(Credential.objects.values_list("number", "state"))
    assert states[person.number] == states[office.number] == "retired"
    assert credentials.of(LOG, P256, later).number not in {person.number, office.number}
    assert _acts(person.number) == ["enrolled", "expired"]


def test_the_sweep_destroys_the_keys_of_retired_credentials_a_day_later(
    each_database: str, house: Trusted
) -> None:
    first = credentials.of(LOG, P256, NOW)
    credentials.rotate(first.number, SYSTEM, NOW)

    assert credentials.renew_due(NOW + DAY / 2) == 0
    assert _signs(first)
    assert credentials.renew_due(NOW + 2 * DAY) == 1
    assert credentials.renew_due(NOW + 2 * DAY) == 0

    with pytest.raises(KeyUnavailable):
        first.sign(b"text")
    assert _acts(first.number) == ["enrolled", "renewed", "key_destroyed"]


def test_a_sweep_whose_authority_is_away_goes_on_with_the_rest(
    each_database: str, house: Trusted, caplog: pytest.LogCaptureFixture
) -> None:
    credentials.of(WANG, P256, NOW)
    office = credentials.of(LOG, P256, NOW)
    house.order("enrol", dead=True)

    assert credentials.renew_due(NOW + 1070 * DAY) == 1  # the person's has ended

    assert Credential.objects.get(number=office.number).state == "active"
    assert "is not renewed" in caplog.text


def test_a_rotated_credential_has_a_new_key(each_database: str, house: Trusted) -> None:
    first = credentials.of(LOG, SM2, NOW)

    made = credentials.rotate(first.number, SYSTEM, NOW)

    second = credentials.of(LOG, SM2, NOW)
    assert second.number == made.number != first.number
    assert _signs(second)
    with pytest.raises(NotOpen):
        credentials.rotate(first.number, SYSTEM, NOW)


def test_revoking_stops_a_credential_here_and_for_everybody(
    each_database: str, house: Trusted
) -> None:
    signer = credentials.of(WANG, SM2, NOW)
    before = evidence(signer.certificate, signer.chain, NOW)

    row = credentials.revoke(signer.number, "手机遗失", SYSTEM, NOW)

    told = evidence(signer.certificate, signer.chain, datetime.now(tz=UTC))
    checks = trust.check_chain(signer.certificate, signer.chain, datetime.now(tz=UTC), told)
    assert row.told_at == NOW
    assert before.revoked_since is None
    assert told.revoked_since is not None
    assert [(one.code, one.verdict) for one in checks] == [("revocation", Verdict.FAILED)]
    with pytest.raises(KeyUnavailable):
        signer.sign(b"text")
    assert _acts(signer.number) == ["enrolled", "revoked", "key_destroyed", "revocation_told"]
    assert credentials.of(WANG, SM2, NOW).number != signer.number


def test_a_revocation_counts_at_once_and_the_authority_is_told_when_back(
    each_database: str, house: Trusted
) -> None:
    signer = credentials.of(WANG, P256, NOW)
    house.order("revoke", dead=True)

    row = credentials.revoke(signer.number, "离职", SYSTEM, NOW)
    assert row.told_at is None
    with pytest.raises(KeyUnavailable):
        signer.sign(b"text")
    assert credentials.renew_due(NOW) == 0
    house.order("revoke", reset=True)
    assert credentials.renew_due(NOW) == 1

    assert Credential.objects.get(number=signer.number).told_at == NOW
    assert evidence(signer.certificate, signer.chain, NOW).revoked_since is not None


def test_a_retired_credential_can_still_be_revoked_but_none_twice(
    each_database: str, house: Trusted
) -> None:
    first = credentials.of(LOG, P256, NOW)
    credentials.rotate(first.number, SYSTEM, NOW)

    credentials.revoke(first.number, "密钥可能泄露", SYSTEM, NOW)

    with pytest.raises(NotOpen, match="已经吊销"):
        credentials.revoke(first.number, "再次", SYSTEM, NOW)
    with pytest.raises(NotOpen, match="原因"):
        credentials.revoke(first.number, " ", SYSTEM, NOW)
    with pytest.raises(NotFound):
        credentials.revoke("none", "没有", SYSTEM, NOW)
    assert Credential.objects.filter(state="active").count() == 1


def test_two_at_once_end_with_one_active_credential(
    each_fresh_database: str, house: Trusted
) -> None:
    house.order("enrol", stall_s=0.3)  # both are at the authority at the same time
    signers: list[Signer] = []
    together = threading.Barrier(2)

    def sign() -> None:
        with ExitStack() as stack:
            stack.callback(connections.close_all)
            together.wait()
            signers.append(credentials.of(WANG, P256, NOW))

    _run_both(sign)

    one, other = signers
    assert one.number == other.number
    assert _signs(one)
    assert Credential.objects.count() == 1
    assert len(list((house.folder / "keys").glob("*.key"))) == 1


def test_two_renewals_at_once_end_with_one_active_credential(
    each_fresh_database: str, house: Trusted
) -> None:
    first = credentials.of(LOG, SM2, NOW)
    house.order("enrol", stall_s=0.3)
    together = threading.Barrier(2)
    made: list[str] = []

    def renew() -> None:
        with ExitStack() as stack:
            stack.callback(connections.close_all)
            together.wait()
            made.append(credentials.rotate(first.number, SYSTEM, NOW).number)

    _run_both(renew)

    assert len(set(made)) == 1
    states = sorted(Credential.objects.values_list("state", flat=True))
    assert states == ["active", "retired"]
    assert _acts(first.number) == ["enrolled", "renewed"]


def _run_both(work: object) -> None:
    threads = [threading.Thread(target=work) for _ in range(2)]  # type: ignore[arg-type]
    for one in threads:
        one.start()
    for one in threads:
        one.join()


def test_a_department_signs_with_the_suite_its_file_says(each_database: str) -> None:
    assert credentials.profile_of("approval_service") is P256
    assert credentials.profile_of("nobody") is P256
    owner = credentials.of_department("approval_service")
    assert (owner.kind, owner.name) == (OwnerKind.DEPARTMENT, "青岛市行政审批服务局")
    with pytest.raises(NotFound):
        credentials.of_department("nobody")
