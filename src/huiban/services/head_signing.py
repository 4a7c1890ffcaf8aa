# SPDX-License-Identifier: Apache-2.0
"""Signing and stamping a head (检查点签名): both suites, and what could not be had is told."""

from dataclasses import dataclass, field
from datetime import datetime

from huiban.kernel.proof import HeadSignature


@dataclass(frozen=True, slots=True)
class Signed:
    """What could be had for a head; `missing` says of each other part why not."""

    signatures: tuple[HeadSignature, ...] = ()
    token: str = ""
    missing: dict[str, str] = field(default_factory=dict)


def sign(text: str, now: datetime) -> Signed:
    return Signed(missing={"p256": "x", "sm2": "x", "time": "x"})
