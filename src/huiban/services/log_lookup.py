# SPDX-License-Identifier: Apache-2.0
"""What anybody may look up in the log (存证查询): by receipt code, case number, verify code."""

from dataclasses import dataclass
from datetime import datetime

from huiban.kernel.identifier import IdentifierRefused, check_verification_code
from huiban.kernel.words import Words
from huiban.services import checkpoints, head_check, proofs
from huiban.services.head_check import Seen
from huiban.services.ledger import Chain
from huiban.services.proofs import Proved
from huiban.services.refusal import NotFound
from huiban.store import certificates
from huiban.store import checkpoints as store
from huiban.store import ledger as ledgers
from huiban.store.models import Checkpoint

PUBLIC = (store.CASE, Chain.RECEIPT, Chain.CERTIFICATE, Chain.SEAL, Chain.ARCHIVE)
"""Kinds of chains anybody may ask about; keys of the request log are nobody's to guess."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One checkpoint as the page of the log shows it."""

    row: Checkpoint
    seen: Seen
    missing: dict[str, str]


def newest(most: int) -> list[Checkpoint]:
    """Return the newest checkpoints, the last first."""
    return store.page(most)


def show(row: Checkpoint) -> Shown:
    """Check who signed and stamped a checkpoint, to show it."""
    seen = head_check.of_head(checkpoints.signed_head(row))
    return Shown(row, seen, checkpoints.missing_of(row))


def place_of(text: str) -> tuple[str, str]:
    """
    Return the kind and key under which the log knows what somebody typed.

    :raises NotFound: if it knows nothing of it.
    """
    try:
        code = check_verification_code(text).value
    except IdentifierRefused:
        return store.CASE, _number(text)
    if ledgers.end_of(Chain.RECEIPT, code) is not None:
        return Chain.RECEIPT, code
    _certificate(code)
    return Chain.CERTIFICATE, code


def _number(text: str) -> str:
    """A case number as people copy it, with blanks and hyphens."""
    found = "".join(text.split()).replace("-", "")
    if not found or len(found) > 64 or not found.isalnum() or not found.isascii():
        raise _unknown()
    return found.upper()


def proved(chain: str, key: str, now: datetime) -> Proved:
    """
    Prove a chain to anybody; a certificate is asked for by its verification code.

    :raises NotFound: if the log does not know it, or it is none of the public kinds.
    """
    if chain not in PUBLIC or "\x00" in key:
        raise _unknown()
    named = _certificate(key) if chain == Chain.CERTIFICATE else key
    return proofs.prove(str(chain), named, now)


def _certificate(code: str) -> str:
    try:
        return certificates.of_code(check_verification_code(code).value).number
    except (IdentifierRefused, certificates.CertificateNotFound):
        raise _unknown() from None


def _unknown() -> NotFound:
    return NotFound(
        Words(
            "存证日志里没有查到，请核对回执码、办件编号或核验码",
            "The log holds no such receipt, case or certificate: check what you typed",
        )
    )
