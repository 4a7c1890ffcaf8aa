# SPDX-License-Identifier: Apache-2.0
"""With an authority set up, packages are signed with SM2 and time-stamped, and it is checked."""

import base64
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import cms
from django.conf import settings
from django.db import connection

from huiban.connectors import cms_detached, gm_oids, timestamp
from huiban.connectors.cms_detached import SignatureRefused
from huiban.kernel import bag
from huiban.kernel.actor import SYSTEM
from huiban.kernel.credential import Owner, OwnerKind, Profile
from huiban.kernel.verification import Verdict
from huiban.services import (
    archive_check,
    archive_keeping,
    archive_package,
    archive_restore,
    archive_seal,
    credentials,
    handle,
    ledger,
)
from huiban.services.ledger import Chain
from huiban.services.refusal import AlreadyDone, Invalid
from huiban.store import archives
from huiban.store.models import Account, ArchivePackage, Credential
from tests.databases import using_database
from tests.services import archive_sample
from tests.services import city_sample as sample
from tests.services.archive_sample import NOW
from tests.services.trusted import Trusted, trusted

SIGNED, SIGNATURE = "manifest-sm3.txt", "manifest-sm3.txt.p7s"
STAMP = "data/evidence/journal.tsr"


@dataclass(frozen=True)
class Signed:
    """Packages of two cases of a city that signs, and where its trusted roots lie."""

    packages: tuple[bytes, bytes]
    roots: Path


@pytest.fixture(scope="module")
def made(
    copied_database: Callable[[str], str],
    tmp_path_factory: pytest.TempPathFactory,
    django_db_blocker: Any,
) -> Signed:
    """Two cases archived once for all tests that look at nothing but packages."""
    folder = tmp_path_factory.mktemp("signed")
    with django_db_blocker.unblock(), using_database(copied_database("sqlite")):
        town = sample.people()
        filed = [sample.case(town["wangmin"], NOW) for _ in range(2)]
        with trusted(folder, NOW):
            archive_sample.give_seals(town)
            first, second = (archive_sample.grant(town, number) for number in filed)
        packages = archive_sample.bytes_of(first), archive_sample.bytes_of(second)
        connection.close()
    return Signed(packages, folder / "trust")


@pytest.fixture
def package(made: Signed, monkeypatch: pytest.MonkeyPatch, db: None) -> bytes:
    """A signed package, where its authority is trusted."""
    monkeypatch.setattr(settings, "TRUST_ROOTS", made.roots)
    return made.packages[0]


@pytest.fixture
def town(each_database: str) -> dict[str, Account]:
    return sample.people()


@pytest.fixture
def filed(town: dict[str, Account]) -> str:
    """An application sent in while nothing was signed in this city yet."""
    return sample.case(town["wangmin"], NOW)


@pytest.fixture
def authority(filed: str, town: dict[str, Account], tmp_path: Path) -> Iterator[Trusted]:
    with trusted(tmp_path, NOW) as found:
        archive_sample.give_seals(town)
        yield found


@pytest.fixture
def number(authority: Trusted, town: dict[str, Account], filed: str) -> str:
    return archive_sample.grant(town, filed)


def verdicts(package: bytes) -> dict[str, tuple[Verdict, str]]:
    found = archive_check.examine(io.BytesIO(package), NOW)
    return {one.check.code: (one.check.verdict, one.check.detail.zh) for one in found.findings}


def test_a_package_is_signed_with_sm2_and_stamped(package: bytes) -> None:
    found = verdicts(package)

    assert found["signature"][0] is Verdict.PASSED
    assert "电子档案" in found["signature"][1]
    assert "测试证书机构" in found["signature"][1]
    assert found["journal_stamp"][0] is Verdict.PASSED
    # The application came in before the city signed anything; what it issued since is sealed.
    assert found.pop("signatures") == (
        Verdict.UNKNOWN, "4 份有签名，1 份没有：出具时没有配置签名",
    )  # fmt: skip
    assert {code for code, (verdict, _) in found.items() if verdict is not Verdict.PASSED} == set()


def test_a_signed_document_that_was_changed_is_found(package: bytes) -> None:
    held = archive_sample.members(package)
    name = next(path for path in held if "决定书" in path)
    spoilt = held[name].replace(b"/MediaBox", b"/MediaBoy", 1)
    assert spoilt != held[name]

    found = verdicts(archive_sample.resealed(package, **{name: spoilt}))

    assert found["signatures"][0] is Verdict.FAILED
    assert "决定书" in found["signatures"][1]


def test_the_signature_is_cms_with_sm3_and_sm2_over_the_manifest(package: bytes) -> None:
    held = archive_sample.members(package)
    gm_oids.register_oids()

    signed = cms.ContentInfo.load(held[SIGNATURE], strict=True)["content"]

    [signer] = signed["signer_infos"]
    assert signed["encap_content_info"]["content"].native is None
    assert signer["digest_algorithm"]["algorithm"].dotted == "1.2.156.10197.1.401"
    assert signer["signature_algorithm"]["algorithm"].dotted == "1.2.156.10197.1.501"
    assert cms_detached.read(held[SIGNED], held[SIGNATURE]).token


def test_a_package_rewritten_by_somebody_without_the_key_is_found(package: bytes) -> None:
    name = archive_sample.some_material(package)

    found = verdicts(archive_sample.resealed(package, **{name: sample.PDF + b"\n"}))

    assert found["manifests"][0] is Verdict.PASSED, "whoever rewrote it was careful"
    assert found["signature"] == (Verdict.FAILED, "签名属于别的内容：内容在签名后被改过")


@pytest.mark.parametrize("place", [0.2, 0.5, 0.95])
def test_a_changed_signature_does_not_hold(package: bytes, place: float) -> None:
    spoilt = bytearray(archive_sample.members(package)[SIGNATURE])
    spoilt[int(place * len(spoilt))] ^= 1

    found = verdicts(archive_sample.resealed(package, **{SIGNATURE: bytes(spoilt)}))

    assert found["signature"][0] is Verdict.FAILED


def test_a_stamp_of_another_journal_is_refused(made: Signed, package: bytes) -> None:
    other = archive_sample.members(made.packages[1])

    found = verdicts(archive_sample.resealed(package, **{STAMP: other[STAMP]}))

    assert found["journal_stamp"][0] is Verdict.FAILED


def test_without_the_root_nobody_knows_and_nothing_fails(
    package: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(settings, "TRUST_ROOTS", tmp_path)

    found = verdicts(package)

    assert found["signature"][0] is Verdict.UNKNOWN
    assert found["journal_stamp"][0] is Verdict.UNKNOWN


@pytest.mark.parametrize("content", [b"", b"\x30\x03\x02\x01\x01", b"nothing"])
def test_what_is_no_signature_is_refused(content: bytes) -> None:
    with pytest.raises(SignatureRefused):
        cms_detached.read(b"x", content)


def test_a_time_stamp_server_that_is_away_keeps_nothing_from_the_archive(
    authority: Trusted, filed: str
) -> None:
    authority.order("tsa", dead=True)

    found = verdicts(archive_package.package(handle.load(filed), NOW))

    assert found["signature"][0] is Verdict.PASSED
    assert "没有时间戳" in found["signature"][1]
    assert found["journal_stamp"][0] is Verdict.UNKNOWN


def test_stamps_are_renewed_before_their_proof_ends_but_not_of_what_is_damaged(
    number: str, authority: Trusted
) -> None:
    row = archives.of_case(number)
    place = archive_sample.place_of(row.object_key)
    whole = place.read_bytes()
    later = NOW + archive_keeping.STAMPS_LAST + timedelta(days=1)
    assert Credential.objects.get(owner="archive").profile == "sm2"
    assert row.stamped_at == NOW
    assert archive_keeping.restamp(NOW) == 0
    ArchivePackage.objects.update(stamped_at=None)
    assert archive_keeping.restamp(NOW) == 1, "one that never got a stamp gets it"
    [stamped] = [one for one in ledger.history(Chain.ARCHIVE, row.number) if one.act == "stamped"]
    token = base64.b64decode(str(ledger.body_of(stamped)["token"]))
    assert archive_seal.verify_stamp(bytes.fromhex(row.sha256), token).verdict is Verdict.PASSED
    place.write_bytes(whole[:-1])
    assert archive_keeping.restamp(later) == 0
    place.write_bytes(whole)

    authority.set_clock(later)
    assert archive_keeping.restamp(later) == 1

    assert archives.of_case(number).stamped_at == later


def test_a_package_signed_by_anybody_but_the_archive_is_not_authentic(
    number: str, town: dict[str, Account]
) -> None:
    """Everybody who signs has a certificate of the same authority; only one is the archive's."""
    held = archive_sample.members(archive_sample.bytes_of(number))
    stranger = credentials.of(Owner(OwnerKind.PERSON, "p-1", "路人"), Profile.SM2, NOW)
    signature = cms_detached.sign(
        held[SIGNED], stranger, partial(timestamp.stamp, profile=Profile.SM2)
    )
    package = archive_sample.resealed(archive_sample.bytes_of(number), **{SIGNATURE: signature})

    found = verdicts(package)

    assert found["signature"][0] is Verdict.FAILED
    assert "路人" in found["signature"][1]
    with pytest.raises(Invalid, match="不是档案部门"):
        archive_restore.restore(io.BytesIO(package), SYSTEM, NOW)


def test_a_package_stripped_of_its_signature_is_restored_only_on_demand(number: str) -> None:
    package = archive_sample.resealed(archive_sample.bytes_of(number), **{SIGNATURE: None})

    with pytest.raises(Invalid, match="accept-unsigned"):
        archive_restore.restore(io.BytesIO(package), SYSTEM, NOW)
    # Told to take it, it goes on to the next question: the case is still here.
    with pytest.raises(AlreadyDone):
        archive_restore.restore(io.BytesIO(package), SYSTEM, NOW, accept_unsigned=True)


def test_a_package_whose_label_names_another_case_fails(package: bytes) -> None:
    """The label is no part of what is signed; the record of the case is."""
    held = archive_sample.members(package)
    told = bag.read_tags("bag-info.txt", held["bag-info.txt"].decode())
    told["External-Identifier"] = "another case"
    label = bag.tags(told.items()).encode()

    found = verdicts(archive_sample.resealed(package, **{"bag-info.txt": label}))

    assert [code for code, (verdict, _) in found.items() if verdict is Verdict.FAILED] == ["case"]
