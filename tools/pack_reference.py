# SPDX-License-Identifier: Apache-2.0
"""docs/reference/pack.md, from the schema of scenario packs."""

from pathlib import Path

from huiban.packloader.reference import page

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "pack.md"


def write() -> None:
    PAGE.write_text(page(), "utf-8")
