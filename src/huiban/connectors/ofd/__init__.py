# SPDX-License-Identifier: Apache-2.0
"""OFD (GB/T 33190 版式文件): made from a PDF's pages, sealed, read and verified."""

from huiban.connectors.ofd.from_pdf import pages_of
from huiban.connectors.ofd.glyphs import Unconvertible
from huiban.connectors.ofd.layout import Page
from huiban.connectors.ofd.package import MEDIA, BadPackage
from huiban.connectors.ofd.read import Ofd, read
from huiban.connectors.ofd.sign import AlreadyFinal, Box, SealWith, sign
from huiban.connectors.ofd.verify import verify
from huiban.connectors.ofd.write import Meta, write

__all__ = [
    "MEDIA",
    "AlreadyFinal",
    "BadPackage",
    "Box",
    "Meta",
    "Ofd",
    "Page",
    "SealWith",
    "Unconvertible",
    "pages_of",
    "read",
    "sign",
    "verify",
    "write",
]
