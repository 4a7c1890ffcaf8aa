# SPDX-License-Identifier: Apache-2.0
"""Credentials, a seal and somebody who trusts them, for the tests of seals and OFD."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from asn1crypto import core, x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from huiban.connectors import es_seal, gm, gm_oids
from huiban.connectors.es_seal import SealFacts, SealPicture
from huiban.connectors.es_seal_check import ChainFound, TimeFound
from huiban.connectors.signer import Signer
from huiban.kernel.credential import Profile
from huiban.kernel.verification import Verdict
from huiban.kernel.words import Words

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
gm_oids.register_oids()
_ALGORITHMS = {Profile.SM2: "sm3_sm2", Profile.P256: "sha256_ecdsa"}


def signer(name: str, profile: Profile = Profile.SM2, organization: str = "青岛市样例局") -> Signer:
    """Return a credential that signs for itself; whom to trust is said by `Trusting`."""
    sign, public = _key(profile)
    subject = x509.Name.build({"common_name": name, "organization_name": organization})
    told = x509.TbsCertificate(
        {
            "version": "v3",
            "serial_number": abs(hash((name, profile))) + 1,
            "signature": {"algorithm": _ALGORITHMS[profile]},
            "issuer": subject,
            "validity": {
                "not_before": x509.Time({"general_time": NOW - timedelta(days=1)}),
                "not_after": x509.Time({"general_time": NOW + timedelta(days=365)}),
            },
            "subject": subject,
            "subject_public_key_info": x509.PublicKeyInfo.load(public),
        }
    )
    whole = x509.Certificate(
        {
            "tbs_certificate": told,
            "signature_algorithm": {"algorithm": _ALGORITHMS[profile]},
            "signature_value": core.OctetBitString(sign(told.dump())),
        }
    )
    return Signer(profile, whole.dump(), (), sign, name)


def _key(profile: Profile) -> tuple[Callable[[bytes], bytes], bytes]:
    if profile is Profile.SM2:
        private = gm.sm2_make()
        return lambda data: gm.sm2_sign(private, data), gm.sm2_public(private)
    key = ec.generate_private_key(ec.SECP256R1())
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return lambda data: key.sign(data, ec.ECDSA(hashes.SHA256())), public


@lru_cache(maxsize=4)
def department(profile: Profile = Profile.SM2) -> Signer:
    return signer("青岛市样例局", profile)


@lru_cache(maxsize=1)
def maker() -> Signer:
    return signer("电子印章制作中心")


def facts(*users: Signer, **changed: object) -> SealFacts:
    told: dict[str, object] = {
        "number": "3702000000001",
        "name": "青岛市样例局公章",
        "certificates": tuple(one.certificate for one in users or (department(),)),
        "made_at": NOW,
        "valid_from": NOW - timedelta(days=1),
        "valid_until": NOW + timedelta(days=365),
        "picture": SealPicture("png", b"\x89PNG picture", 42, 42),
    }
    return SealFacts(**(told | changed))  # type: ignore[arg-type]


def seal(*users: Signer, by: Signer | None = None, **changed: object) -> bytes:
    return es_seal.make_seal(facts(*users, **changed), by or maker())


def stamp(data: bytes, profile: Profile = Profile.SM2) -> bytes:
    """Stand in for a time stamp server: what is stamped stands in the token."""
    return b"token of " + data


@dataclass(frozen=True)
class Trusting:
    """Trusts the certificates named, the makers named, and the tokens of `stamp`."""

    people: frozenset[bytes]
    makers: frozenset[bytes]

    def chain(self, certificate: bytes, others: tuple[bytes, ...], at: datetime) -> ChainFound:
        return _found(certificate in self.people)

    def maker(self, certificate: bytes, others: tuple[bytes, ...], at: datetime) -> ChainFound:
        return _found(certificate in self.makers)

    def time(self, token: bytes, stamped: bytes) -> TimeFound:
        is_right = token == stamp(stamped)
        verdict = Verdict.PASSED if is_right else Verdict.FAILED
        return TimeFound(verdict, Words("时间戳", "Time stamp"), NOW if is_right else None)


def _found(is_trusted: bool) -> ChainFound:
    verdict = Verdict.PASSED if is_trusted else Verdict.FAILED
    return ChainFound(verdict, Words("证书", "Certificate"))


def trusting(*people: Signer, by: Signer | None = None) -> Trusting:
    known = frozenset(one.certificate for one in people or (department(),))
    return Trusting(known, frozenset([(by or maker()).certificate]))
