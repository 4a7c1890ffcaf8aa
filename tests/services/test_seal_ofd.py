# SPDX-License-Identifier: Apache-2.0
"""An OFD sealed under a grant verifies by the roots of this house, and by nothing less."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from huiban.connectors import es_seal, ofd, revocation, timestamp
from huiban.connectors.ofd.layout import Drawing, Page, Words
from huiban.connectors.signer import Signer
from huiban.kernel.actor import SYSTEM
from huiban.kernel.credential import Owner, OwnerKind, Profile
from huiban.kernel.verification import Check, Report, Verdict
from huiban.services import credentials, seal_trust, seal_use, seals_grant
from huiban.services.seal_use import SealReady
from tests.services import test_seals as sample
from tests.services import trusted

BOX = ofd.Box(page=1, left=120, top=200, width=42, height=42)
LINE = (("M", (10.0, 10.0)), ("L", (200.0, 10.0)))


@pytest.fixture
def house(
    each_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[trusted.Trusted]:
    """A house with a seal and a grant to use it."""
    monkeypatch.setattr(settings, "OBJECTS_URL", f"folder:{tmp_path / 'objects'}")
    with trusted.trusted(tmp_path, sample.NOW) as found:
        seal = sample.active()
        seals_grant.give(seal.number, sample.grant(), sample.KEEPER, sample.NOW)
        yield found


def plain() -> bytes:
    words = Words("准予许可", 5, (1, 0, 0, 1, 20, 30), (5.0,) * 3)
    page = Page(210, 297, (Drawing(LINE, fill=(0, 0, 0, 255)),), (words,))
    return ofd.write([page], ofd.Meta("决定书", "样例局", sample.NOW.date(), {"data.json": b"{}"}))


def sealed(ready: SealReady, signer: Signer | None = None, der: bytes = b"") -> bytes:
    seal = ofd.SealWith(
        signer=signer or ready.signer,
        object_der=der or ready.object_der,
        stamp=timestamp.stamp,
        chain=ready.maker_chain,
    )
    return ofd.sign(plain(), seal, BOX, sample.NOW)


def ready() -> SealReady:
    roles = sample.LEADER.roles
    return seal_use.use(sample.wanted(), sample.LEADER, roles, sample.NOW)


def verified(content: bytes) -> Report:
    return seal_trust.verify_ofd(content, sample.NOW + timedelta(minutes=5))


def check(report: Report, code: str) -> Check:
    (signature,) = report.signatures
    return next(one for one in signature.checks if one.code == code)


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize("profile", Profile)
def test_a_seal_of_this_house_passes_and_says_that_it_is_a_test(profile: Profile) -> None:
    wanted = sample.wanted(profile=profile)
    usable = seal_use.use(wanted, sample.LEADER, sample.LEADER.roles, sample.NOW)

    report = verified(sealed(usable))

    told = [(one.code, one.detail.zh) for one in report.signatures[0].checks]
    assert report.verdict is Verdict.PASSED, told
    (one,) = report.signatures
    assert (one.profile, one.organization) == (profile, "青岛市行政审批服务局")
    assert one.is_time_proved
    assert report.is_test
    assert "测试证书机构" in check(report, "certificate").detail.zh


@pytest.mark.usefixtures("house")
def test_a_seal_that_anybody_with_a_certificate_made_does_not_pass() -> None:
    person = Owner(OwnerKind.PERSON, "p-1", "路人")
    own = credentials.of(person, Profile.SM2, sample.NOW)
    usable = ready()
    facts = es_seal.read_seal(usable.object_der).facts
    false = es_seal.make_seal(facts, own)

    report = verified(sealed(usable, der=false))

    assert report.verdict is not Verdict.PASSED
    assert "不是本市认可的制章单位" in check(report, "seal_maker").detail.zh


@pytest.mark.usefixtures("house")
def test_a_persons_own_certificate_does_not_use_a_departments_seal() -> None:
    person = credentials.of(Owner(OwnerKind.PERSON, "p-1", "路人"), Profile.SM2, sample.NOW)

    report = verified(sealed(ready(), signer=person))

    assert check(report, "seal_signer").verdict is Verdict.FAILED


def test_a_thief_with_the_key_of_a_revoked_certificate_fails(house: trusted.Trusted) -> None:
    usable = ready()
    stolen = {one: one.read_bytes() for one in (house.folder / "keys").rglob("*") if one.is_file()}
    credentials.revoke(usable.signer.number, "钥匙丢失", SYSTEM, sample.NOW)
    for path, content in stolen.items():
        path.write_bytes(content)
    house.set_clock(sample.NOW + timedelta(hours=1))
    revocation.forget()

    report = verified(sealed(usable))

    assert check(report, "certificate").verdict is Verdict.FAILED
    assert "吊销" in check(report, "certificate").detail.zh


def test_while_the_authority_is_away_revocation_is_unknown(house: trusted.Trusted) -> None:
    content = sealed(ready())
    revocation.forget()
    house.order("ocsp", dead=True)
    house.order("crl", dead=True)

    report = verified(content)

    assert report.verdict is Verdict.UNKNOWN
    assert check(report, "certificate").verdict is Verdict.UNKNOWN


def test_without_the_roots_nothing_is_believed(
    house: trusted.Trusted, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    content = sealed(ready())
    monkeypatch.setattr(settings, "TRUST_ROOTS", tmp_path / "nothing")

    report = verified(content)

    assert report.verdict is not Verdict.PASSED
    assert check(report, "certificate").verdict is Verdict.UNKNOWN
