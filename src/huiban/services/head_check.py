# SPDX-License-Identifier: Apache-2.0
"""Whether the heads in a proof are signed and stamped by whom they say (检查点验签)."""

from collections.abc import Iterator
from dataclasses import dataclass

from huiban.kernel.proof import ProofDocument
from huiban.kernel.verification import Check


@dataclass(frozen=True, slots=True)
class HeadsChecked:
    """What was found about the signatures and stamps over heads."""

    checks: tuple[Check, ...]
    is_test: bool = False


def of_document(document: ProofDocument) -> HeadsChecked:
    return HeadsChecked(())


def of_checkpoint(row: object) -> "Iterator[Check]":
    yield from ()
