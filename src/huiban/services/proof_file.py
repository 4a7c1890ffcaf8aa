# SPDX-License-Identifier: Apache-2.0
"""What somebody brings to be checked (待核文件): a proof as JSON, a receipt as PDF, a package."""

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from huiban.connectors import cell
from huiban.kernel.proof import ProofDocument
from huiban.kernel.proof_read import ProofUnreadable, read_proof
from huiban.kernel.verification import Check, Verdict, worst
from huiban.kernel.words import Words
from huiban.services import archive_check, proofs
from huiban.services.receipt_paper import PROOF

MOST_BYTES = 5 * 1024 * 1024
_FORMAT = Words("文件", "The file")
_NO_PROOF = Words(
    "文件里没有存证证明：请用从办件页或存证页下载的回执或证明，不要另存或截图",
    "There is no proof in this file: use the receipt or proof as it was downloaded",
)


@dataclass(frozen=True, slots=True)
class FileFound:
    """What was found in one file."""

    name: str
    checks: tuple[Check, ...]

    @property
    def verdict(self) -> Verdict:
        return worst(one.verdict for one in self.checks)


class NoProof(ValueError):
    """The bytes hold no proof document; `message` says why."""

    def __init__(self, message: Words) -> None:
        super().__init__(message.en)
        self.message = message


def read(content: bytes) -> ProofDocument:
    """
    Find the proof document in what somebody brings: JSON, or a PDF receipt.

    :raises NoProof: if there is none.
    """
    if content.lstrip()[:5] == b"%PDF-":
        content = _attached(content)
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        raise NoProof(_NO_PROOF) from None
    if isinstance(value, dict) and PROOF in value:
        value = value[PROOF]
    try:
        return read_proof(value)
    except ProofUnreadable as fault:
        raise NoProof(fault.message) from None


def _attached(content: bytes) -> bytes:
    """Take the data out of a PDF; a stranger's file is opened in a process of its own."""
    try:
        found, data = cell.ask("pdf_data", content, {"name": "data.json", "most": MOST_BYTES})
    except cell.FileTooHeavy:
        raise NoProof(_NO_PROOF) from None
    if found.get("refused"):
        raise NoProof(_NO_PROOF)
    return data


def unread(name: str, message: Words) -> FileFound:
    """Say that a file could not be read at all."""
    return FileFound(name, (Check("format", _FORMAT, Verdict.FAILED, message),))


def check_path(path: Path, now: datetime) -> Iterator[FileFound]:
    """
    Check a file, or every file of a folder, by what is in it and the trusted roots alone.

    Nothing is asked of any database or network.
    """
    if path.is_dir():
        for one in sorted(path.rglob("*")):
            if one.suffix.lower() in (".json", ".pdf", ".zip"):
                yield _checked(one, now)
        return
    yield _checked(path, now)


def _checked(path: Path, now: datetime) -> FileFound:
    try:
        if zipfile.is_zipfile(path):
            return _package(path, now)
        if path.stat().st_size > MOST_BYTES:
            return unread(path.name, _NO_PROOF)
        document = read(path.read_bytes())
    except OSError as fault:
        why = fault.strerror or str(fault)
        return unread(path.name, Words(f"打不开：{why}", f"it cannot be opened: {why}"))
    except NoProof as fault:
        return unread(path.name, fault.message)
    return FileFound(path.name, proofs.checked(document).checks)


def _package(path: Path, now: datetime) -> FileFound:
    with path.open("rb") as file:
        found = archive_check.examine(file, now)
    return FileFound(path.name, tuple(one.check for one in found.findings))
