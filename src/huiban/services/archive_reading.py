# SPDX-License-Identifier: Apache-2.0
"""Reads an archived case's package back: its digests, and what of a case is in it."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from huiban.connectors.bag_zip import Reader, ZipDamaged
from huiban.kernel import bag
from huiban.kernel.bag import BagRefused, Differs, Digested
from huiban.kernel.process import Standing
from huiban.packloader import Scenario, load_texts
from huiban.packloader.folder import digest_of
from huiban.services import city, vault
from huiban.services.archive_content import FILED
from huiban.services.handle import Opened
from huiban.services.packs_in_force import when_changed
from huiban.store.filings import PastAnswers
from huiban.store.packs import PublishedPack
from huiban.store.rows import CaseRow, JournalRow

_IN_MEMORY = 8 * 1024 * 1024
_CHUNK = 256 * 1024
_MOST_RECORD = 64 * 1024 * 1024
_EARLIER = "data/form/earlier/until-"
_LEDGERS = "data/evidence/ledgers/certificate-"
_TIMES = ("submitted_at", "accepted_at", "decided_at", "closed_at", "archived_at", "due_at",
          "committed_due_at", "statutory_due_at")  # fmt: skip


class PackageUnsound(Exception):
    """The package cannot be read as one of ours; the message says where it ends."""


@dataclass(slots=True)
class Package:
    """A package that was opened: every member's digests, and the members that cannot be read."""

    reader: Reader
    digests: dict[str, Digested] = field(default_factory=dict)
    damaged: dict[str, str] = field(default_factory=dict)

    @property
    def payload(self) -> dict[str, Digested]:
        return {path: one for path, one in self.digests.items() if path.startswith(bag.PAYLOAD)}

    def text(self, path: str) -> str:
        """
        Read a member that is text.

        :raises PackageUnsound: if it is not there, damaged, or no text.
        """
        try:
            if self.reader.size(path) > _MOST_RECORD:
                raise PackageUnsound(f"{path} is larger than any record of a case")
            return self.reader.content(path).decode()
        except (KeyError, ZipDamaged, UnicodeDecodeError) as fault:
            raise PackageUnsound(f"{path}: {fault}") from None

    def data(self, path: str) -> Any:
        """
        Read a member that is JSON.

        :raises PackageUnsound: if it is not there, damaged, or no JSON.
        """
        try:
            return json.loads(self.text(path))
        except ValueError as fault:
            raise PackageUnsound(f"{path}: {fault}") from None

    def lines(self, path: str) -> list[Any]:
        """
        Read a member of one JSON value a line.

        :raises PackageUnsound: as `data`.
        """
        try:
            return [json.loads(line) for line in self.text(path).splitlines()]
        except ValueError as fault:
            raise PackageUnsound(f"{path}: {fault}") from None

    def info(self) -> dict[str, str]:
        """
        Read what the bag says of itself.

        :raises PackageUnsound: if it does not.
        """
        try:
            return bag.read_tags("bag-info.txt", self.text("bag-info.txt"))
        except BagRefused as fault:
            raise PackageUnsound(str(fault)) from None

    def differing(self, algorithm: str, kind: str = "manifest") -> list[Differs]:
        """
        Compare the members with a manifest; `kind` is `manifest` or `tagmanifest`.

        :raises PackageUnsound: if the manifest is not there or cannot be read.
        """
        name = f"{kind}-{algorithm}.txt"
        try:
            listed = bag.read_manifest(name, self.text(name))
        except BagRefused as fault:
            raise PackageUnsound(str(fault)) from None
        is_payload = kind == "manifest"
        found = {
            path: one.of(algorithm)
            for path, one in self.digests.items()
            if path.startswith(bag.PAYLOAD) == is_payload
            and (is_payload or not path.startswith("tagmanifest-"))
        }
        found |= {path: "" for path in self.damaged if path in listed}
        return list(bag.differences(listed, found))


@dataclass(frozen=True, slots=True)
class Contents:
    """What of a case is in its package, as values."""

    case: CaseRow
    journal: tuple[JournalRow, ...]
    past: tuple[PastAnswers, ...]
    documents: tuple[Mapping[str, Any], ...]
    files: tuple[Mapping[str, Any], ...]
    certificates: tuple[Mapping[str, Any], ...]
    ledgers: Mapping[str, tuple[Mapping[str, Any], ...]]
    """The ledger of each certificate, by its number: entry and digests."""
    pack: PublishedPack

    def opened(self) -> Opened:
        """
        Give the case as it would be loaded, by the pack that lies in the package.

        :raises PackageUnsound: if the pack cannot be read any more.
        """
        scenario = scenario_of(self.pack)
        try:
            chart = scenario.chart_of(scenario.items[self.case.item_code])
            standing = Standing.from_json(json.loads(self.case.standing))
        except (KeyError, ValueError, TypeError) as fault:
            raise PackageUnsound(f"data/metadata/rows.json: {fault!r}") from None
        return Opened(self.case, self.journal, scenario, chart, standing)


@dataclass(slots=True)
class Passing:
    """Gives a file from its start in pieces, and knows its SM3 once all of it went by."""

    file: IO[bytes]
    sm3: str = ""

    def chunks(self) -> Iterator[bytes]:
        digest = hashlib.new("sm3")
        self.file.seek(0)
        while chunk := self.file.read(_CHUNK):
            digest.update(chunk)
            yield chunk
        self.sm3 = digest.hexdigest()


@contextmanager
def fetched(key: str) -> Iterator[tuple[IO[bytes], str]]:
    """
    Copy a kept package to a temporary file as it is found, and tell its SHA-256.

    :raises ObjectMissing: if it is not in the store.
    """
    with SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
        yield file, copied(vault.objects().found(key), file)


def copied(chunks: Iterable[bytes], file: IO[bytes]) -> str:
    """Copy bytes to a file, and tell their SHA-256."""
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
        file.write(chunk)
    file.seek(0)
    return digest.hexdigest()


def digest_of_file(file: IO[bytes]) -> str:
    """Tell the SHA-256 of a file from its start, and go back there."""
    digest = hashlib.sha256()
    file.seek(0)
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def read(file: IO[bytes]) -> Package:
    """
    Open a package and take the digests of all its members.

    :raises PackageUnsound: if it is no ZIP of one bag.
    """
    try:
        package = Package(Reader(file))
    except ZipDamaged as fault:
        raise PackageUnsound(str(fault)) from None
    for path in package.reader.paths:
        try:
            package.digests[path] = package.reader.digested(path)
        except ZipDamaged as fault:
            package.damaged[path] = str(fault)
    return package


def described(file: IO[bytes]) -> Any:
    """
    Read the description of a package without taking any digest.

    :raises PackageUnsound: if it cannot be read.
    """
    try:
        return Package(Reader(file)).data("data/metadata/metadata.json")
    except ZipDamaged as fault:
        raise PackageUnsound(str(fault)) from None


def contents(package: Package) -> Contents:
    """
    Read what of a case is in a package.

    :raises PackageUnsound: naming the member that is missing or not as it should be.
    """
    rows = package.data("data/metadata/rows.json")
    told = package.data("data/metadata/pack.json")
    try:
        filed = {name: package.text(path) for name, path in FILED.items()}
        case = _case(rows["case"] | filed)
        certificates = tuple(rows["certificates"])
        return Contents(
            case=case,
            journal=tuple(
                _journal_row(one) for one in package.lines("data/evidence/journal.jsonl")
            ),
            past=tuple(_past(package)),
            documents=tuple(rows["documents"]),
            files=tuple(rows["files"]),
            certificates=certificates,
            ledgers={one["number"]: _ledger(package, one["number"]) for one in certificates},
            pack=PublishedPack(told["code"], told["version"], told["digest"], told["texts"]),
        )
    except (KeyError, TypeError, ValueError) as fault:
        raise PackageUnsound(f"a record of the package is not as it should be: {fault!r}") from None


_read: dict[str, Scenario] = {}
when_changed(_read.clear)


def scenario_of(pack: PublishedPack) -> Scenario:
    """
    Give the pack that lies in a package; its own is used where it is the one in force here.

    :raises PackageUnsound: if the texts are not those of the digest, or cannot be read any more.
    """
    if digest_of(pack.texts) != pack.digest:
        raise PackageUnsound("data/metadata/pack.json: the texts are not those of the digest")
    current = city.loaded().scenarios.get(pack.code)
    if current is not None and current.digest == pack.digest:
        return current
    if pack.digest not in _read:
        try:
            _read[pack.digest] = load_texts(pack.texts, city.common())
        except (ValueError, KeyError, RuntimeError) as fault:
            raise PackageUnsound(f"data/metadata/pack.json: {fault}") from None
    return _read[pack.digest]


def _case(told: Mapping[str, Any]) -> CaseRow:
    values = {one.name: told[one.name] for one in fields(CaseRow)}
    for name in _TIMES:
        if values[name] is not None:
            values[name] = datetime.fromisoformat(values[name])
    return CaseRow(**values)


def _journal_row(told: Mapping[str, Any]) -> JournalRow:
    entry = told["entry"]
    return JournalRow(
        seq=entry["seq"],
        at=datetime.fromisoformat(entry["at"]),
        actor=entry["actor"],
        actor_name=entry["actor_name"],
        role=entry["role"],
        act=entry["act"],
        stage_from=entry["from"],
        stage_to=entry["to"],
        reason=entry["reason"],
        basis=entry["basis"],
        body=entry["body"],
        sha256=told["sha256"],
        sm3=told["sm3"],
        is_public=entry["public"],
    )


def _past(package: Package) -> Iterator[PastAnswers]:
    for path in package.reader.paths:
        if path.startswith(_EARLIER) and path.endswith("-answers.json"):
            stem = path.removesuffix("answers.json")
            until = int(stem.removeprefix(_EARLIER).rstrip("-"))
            yield PastAnswers(until, package.text(path), package.text(f"{stem}materials.json"))


def _ledger(package: Package, number: str) -> tuple[Mapping[str, Any], ...]:
    return tuple(package.lines(f"{_LEDGERS}{bag.clean_name(number)}.jsonl"))
