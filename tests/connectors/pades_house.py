# SPDX-License-Identifier: Apache-2.0
"""A certification authority in the test's own process, signers it certified, and a PDF to sign."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from asn1crypto import keys, ocsp, pem, tsp, x509
from pyhanko.sign import signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

from huiban.connectors import pades, pdf
from huiban.connectors.pades import cms
from huiban.connectors.signer import Signer
from huiban.kernel.credential import Profile
from huiban.neighbours import trust, trust_stamp, trust_status
from huiban.neighbours.trust_issue import Wanted, write
from huiban.neighbours.trust_suite import SUITES
from tests import document_sample as sample

NOW = datetime(2026, 10, 12, 9, 30, tzinfo=UTC)
INTENT = pades.Intent(NOW, reason="同意", location="青岛市", name="李四")
LATER = NOW + timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Told:
    """What the authority tells of certificates."""

    ocsps: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()


@dataclass
class Authority:
    """The test authority, asked by calls instead of over HTTP; its clock is set by hand."""

    folder: Path
    at: datetime = NOW
    with_ocsp: bool = True
    with_crl: bool = True
    stamped: list[bytes] = field(default_factory=list)
    private: dict[bytes, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.house = trust.opened(self.folder, "http://ca.example", lambda: self.at)

    def trust(self, *, is_test: bool = True) -> pades.Trust:
        roots = tuple(der for _, _, der in pem.unarmor(self.house.roots().encode(), multiple=True))
        return pades.Trust(test_roots=roots) if is_test else pades.Trust(roots=roots)

    def signer(
        self,
        name: str,
        profile: Profile = Profile.P256,
        days: tuple[int, int] = (-10, 365),
        organization: str = "",
    ) -> Signer:
        suite = SUITES[profile.value]
        private = suite.make()
        issuer = self.house.authorities[f"{suite.name}-issuing"]
        begins, ends = (NOW + timedelta(days=one) for one in days)
        if name.endswith("局"):
            organization = organization or name
        told = organization or "测试 TEST"
        subject = {"country_name": "CN", "organization_name": told, "common_name": name}
        wanted = Wanted("signer", subject, suite.public(private), begins, ends)
        made = write(wanted, suite, issuer.private, issuer, self.house.address)
        with self.house.books:
            trust._enter(self.house.books, made, issuer.key)
        chain = (issuer.certificate.dump(),)
        self.private[made.dump()] = private
        return Signer(profile, made.dump(), chain, lambda data: suite.sign(private, data))

    def enter(self, certificate: bytes) -> None:
        """Have the authority say it issued a certificate."""
        made = x509.Certificate.load(certificate)
        trust._enter(self.house.books, made, "p256-issuing")

    def renew_stamper(self) -> None:
        """Give the stamper a certificate that lasts longer."""
        old = self.house.authorities["p256-stamper"]
        issuer = self.house.authorities["p256-issuing"]
        public = old.suite.public(old.private)
        subject = {"common_name": "测试 时间戳 2"}
        until = NOW.replace(year=2044)
        wanted = Wanted("stamper", subject, public, NOW, until)
        made = write(wanted, old.suite, issuer.private, issuer, self.house.address)
        new = replace(old, certificate=made)
        self.house.authorities = {**self.house.authorities, old.key: new}
        self.enter(made.dump())

    def stamp_by(self, signer: Signer) -> Callable[[bytes, Profile], bytes]:
        """Give what stamps with a signer's certificate, as nobody should."""
        old = self.house.authorities["p256-stamper"]
        private, certificate = self.private[signer.certificate], signer.certificate

        def stamp(data: bytes, profile: Profile) -> bytes:
            false = replace(old, private=private, certificate=x509.Certificate.load(certificate))
            kept = self.house.authorities
            self.house.authorities = {**kept, old.key: false}
            try:
                return self.stamp(data, profile)
            finally:
                self.house.authorities = kept

        return stamp

    def stock_signer(self, name: str) -> signers.SimpleSigner:
        """Give a signer as pyHanko has it."""
        ours = self.signer(name)
        registry = SimpleCertificateStore()
        registry.register_multiple([x509.Certificate.load(one) for one in ours.chain])
        return signers.SimpleSigner(
            x509.Certificate.load(ours.certificate),
            keys.PrivateKeyInfo.load(self.private[ours.certificate]),
            registry,
        )

    def revoke(self, signer: Signer) -> None:
        serial = x509.Certificate.load(signer.certificate).serial_number
        trust.revoke(self.house, f"{serial:x}", "key_compromise")

    def stamp(self, data: bytes, profile: Profile) -> bytes:
        self.stamped.append(data)
        digest = cms.digest_of(profile, data)
        name = "sha256" if profile is Profile.P256 else "sm3"
        imprint = {"hash_algorithm": {"algorithm": name}, "hashed_message": digest}
        request = tsp.TimeStampReq(
            {"version": "v1", "message_imprint": imprint, "cert_req": True}
        ).dump()
        answer = tsp.TimeStampResp.load(trust_stamp.stamp(self.house, profile.value, request))
        assert answer["status"]["status"].native == "granted"
        return bytes(answer["time_stamp_token"].dump())

    def evidence(self, certificate: bytes, chain: Sequence[bytes]) -> Told:
        path = [x509.Certificate.load(one) for one in (certificate, *chain)]
        ocsps, crls = [], []
        for one in path:
            issuer = next(
                found
                for found in self.house.authorities.values()
                if found.certificate.subject == one.issuer
            )
            ocsps.append(trust_status.ocsp_answer(self.house, issuer, _question(one, issuer)))
            crls.append(trust_status.revocation_list(self.house, issuer))
        return Told(tuple(ocsps) * self.with_ocsp, tuple(crls) * self.with_crl)

    def services(self, *, archival: bool = False) -> pades.Services:
        roots = self.trust().test_roots
        return pades.Services(self.stamp, self.evidence, archival, roots=roots)


def _question(one: x509.Certificate, issuer: trust.Authority) -> bytes:
    identity = {
        "hash_algorithm": {"algorithm": "sha1"},
        "issuer_name_hash": issuer.certificate.subject.sha1,
        "issuer_key_hash": issuer.certificate.public_key.sha1,
        "serial_number": one.serial_number,
    }
    return bytes(
        ocsp.OCSPRequest({"tbs_request": {"request_list": [{"req_cert": identity}]}}).dump()
    )


@lru_cache(maxsize=1)
def page() -> bytes:
    """Give a one-page PDF as the product makes it."""
    about = pdf.About("文书", sample.DAY, author="青岛市行政审批服务局")
    text = '#import "/huiban.typ": data\n= 准予行政许可决定书\n#data.text'
    data = {"text": "经审查，你单位的申请符合法定条件，准予许可。" * 12}
    return pdf.render({"documents/a.typ": text}, "documents/a.typ", data, about).content


APPLICANT = pades.Place("applicant", pades.Box(0, 80, 100, 120, 50), title="申请人签名")
LEADER = pades.Place("leader", pades.Box(0, 220, 100, 120, 50), title="签发人签名")
SEAL = pades.Place("seal", pades.Box(-1, 380, 80, 119, 119), locks_all=True, title="印章")


def prepared(*places: pades.Place) -> bytes:
    return pades.prepare(page(), places or (APPLICANT, LEADER, SEAL))
