# SPDX-License-Identifier: Apache-2.0
"""The sample city's test certification authority (测试证书机构): its keys, what it issued."""

import os
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from asn1crypto import pem, x509

from huiban.neighbours.trust_issue import TEST, Authority, Wanted, read_request, write
from huiban.neighbours.trust_suite import SUITES, Suite

_FROM = datetime(2020, 1, 1, tzinfo=UTC)
_UNTIL = {"root": datetime(2049, 12, 31, tzinfo=UTC), "issuing": datetime(2045, 12, 31, tzinfo=UTC)}
_STAMPER_UNTIL = datetime(2040, 12, 31, tzinfo=UTC)
_ADDRESS = "address"
BACKDATED = timedelta(minutes=10)
"""Clocks differ, and a certificate is used at once."""
_DAYS = {"person": 365, "enterprise": 730, "department": 730, "office": 1095}
_NAMES = {"root": "根证书", "issuing": "签发证书", "stamper": "时间戳"}
_TABLES = """
CREATE TABLE IF NOT EXISTS issued (
  serial TEXT PRIMARY KEY, issuer TEXT NOT NULL, certificate BLOB NOT NULL,
  revoked_at TEXT, reason TEXT
);
CREATE INDEX IF NOT EXISTS revoked ON issued (issuer) WHERE revoked_at IS NOT NULL;
"""
REASONS = frozenset({
    "unspecified", "key_compromise", "affiliation_changed", "superseded", "cessation_of_operation"
})  # fmt: skip


class NoSuchCertificate(LookupError):
    """The authority never issued it."""


@dataclass(slots=True)
class House:
    """A running authority: its own certificates, its books, and its clock."""

    address: str
    authorities: Mapping[str, Authority]
    books: sqlite3.Connection
    clock: Callable[[], datetime]
    ahead: timedelta = field(default=timedelta())
    """How far its clock is ahead, for tests that look into the future."""
    backdated: timedelta = BACKDATED
    """How old a certificate is made when it is issued."""

    def now(self) -> datetime:
        return (self.clock() + self.ahead).replace(microsecond=0)

    def roots(self) -> str:
        """Return the roots as PEM, each with its name above it."""
        found = [self.authorities[f"{name}-root"] for name in SUITES]
        texts = [pem.armor("CERTIFICATE", one.certificate.dump()).decode() for one in found]
        return "".join(
            f"# {one.certificate.subject.native['common_name']}\n{text}"
            for one, text in zip(found, texts, strict=True)
        )


def opened(folder: Path, address: str, clock: Callable[[], datetime]) -> House:
    """Open the authority of a folder, made on first use; addresses it once wrote stay."""
    place = folder / "authority"
    if not place.exists():
        _make_all(place, address)
    books = sqlite3.connect(place / "books.sqlite3", check_same_thread=False)
    books.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;" + _TABLES)
    house = House((place / _ADDRESS).read_text("utf-8"), _read_all(place), books, clock)
    with books:
        for one in house.authorities.values():
            if not one.key.endswith("-root"):
                _enter(books, one.certificate, f"{one.suite.name}-{_issuer_of(one.key)}")
    return house


def _issuer_of(key: str) -> str:
    return "root" if key.endswith("-issuing") else "issuing"


def enrol(house: House, request: bytes, said: Mapping[str, str]) -> list[x509.Certificate]:
    """
    Issue a certificate for a request; returns it and its issuer.

    :raises CsrRefused: if the request is none.
    """
    suite, public = read_request(request)
    issuer = house.authorities[f"{suite.name}-issuing"]
    now = house.now()
    days = _DAYS[said["kind"]]
    wanted = Wanted(
        "signer", _subject(said), public, now - house.backdated, now + timedelta(days=days)
    )
    made = write(wanted, suite, issuer.private, issuer, house.address)
    with house.books:
        _enter(house.books, made, issuer.key)
    return [made, issuer.certificate]


def _subject(said: Mapping[str, str]) -> dict[str, str]:
    found = {
        "country_name": "CN",
        "organization_name": said["organization"] or TEST,
        "common_name": f"{said['name']} {TEST}",
    }
    if said["organization_code"]:  # ETSI EN 319 412-1, section 5.1.4: a national trade register
        found["organization_identifier"] = f"NTRCN-{said['organization_code']}"
    return found


def revoke(house: House, serial: str, reason: str) -> None:
    """
    Revoke a certificate; once more changes nothing.

    :raises NoSuchCertificate: if it was never issued here.
    """
    with house.books:
        known = house.books.execute("SELECT 1 FROM issued WHERE serial = ?", [serial]).fetchone()
        if known is None:
            raise NoSuchCertificate(serial)
        house.books.execute(
            "UPDATE issued SET revoked_at = ?, reason = ? WHERE serial = ? AND revoked_at IS NULL",
            [house.now().isoformat(), reason, serial],
        )


def _enter(books: sqlite3.Connection, made: x509.Certificate, issuer: str) -> None:
    books.execute(
        "INSERT OR IGNORE INTO issued (serial, issuer, certificate) VALUES (?, ?, ?)",
        [f"{made.serial_number:x}", issuer, made.dump()],
    )


def _make_all(place: Path, address: str) -> None:
    """Make all keys and certificates in a draft, so that the authority is whole or not there."""
    draft = place.with_name(f"{place.name}.{os.getpid()}")
    draft.mkdir(parents=True, mode=0o700)
    for suite in SUITES.values():
        root = _make(draft, suite, "root", None, address)
        issuing = _make(draft, suite, "issuing", root, address)
        _make(draft, suite, "stamper", issuing, address)
    (draft / _ADDRESS).write_text(address, "utf-8")
    draft.rename(place)


def _make(
    folder: Path, suite: Suite, part: str, issuer: Authority | None, address: str
) -> Authority:
    private = suite.make()
    is_authority = part != "stamper"
    wanted = Wanted(
        use="authority" if is_authority else "stamper",
        subject={
            "country_name": "CN",
            "organization_name": f"{TEST} 慧办样例证书机构",
            "common_name": f"{TEST} {_NAMES[part]} {suite.name.upper()}",
        },
        public=suite.public(private),
        not_before=_FROM,
        not_after=_UNTIL.get(part, _STAMPER_UNTIL),
        depth=0 if part == "issuing" else None,
    )
    signing = issuer.private if issuer else private
    made = Authority(
        f"{suite.name}-{part}", suite, private, write(wanted, suite, signing, issuer, address)
    )
    (folder / f"{made.key}.key").touch(mode=0o600)
    (folder / f"{made.key}.key").write_bytes(private)
    (folder / f"{made.key}.cer").write_bytes(made.certificate.dump())
    return made


def _read_all(folder: Path) -> dict[str, Authority]:
    found = {}
    for suite in SUITES.values():
        for part in _NAMES:
            key = f"{suite.name}-{part}"
            certificate = x509.Certificate.load((folder / f"{key}.cer").read_bytes())
            found[key] = Authority(key, suite, (folder / f"{key}.key").read_bytes(), certificate)
    return found
