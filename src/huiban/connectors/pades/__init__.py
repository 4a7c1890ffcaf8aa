# SPDX-License-Identifier: Apache-2.0
"""PDFs signed and sealed, and such signatures verified (PAdES, ETSI EN 319 142)."""

from huiban.connectors.pades.fields import prepare
from huiban.connectors.pades.lta import archive
from huiban.connectors.pades.model import (
    Box,
    Intent,
    Look,
    Place,
    Services,
    SigningRefused,
    Trust,
)
from huiban.connectors.pades.sign import sign
from huiban.connectors.pades.verify import verify

__all__ = [
    "Box",
    "Intent",
    "Look",
    "Place",
    "Services",
    "SigningRefused",
    "Trust",
    "archive",
    "prepare",
    "sign",
    "verify",
]
