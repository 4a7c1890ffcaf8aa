# SPDX-License-Identifier: Apache-2.0
"""Write docs/glossary.md from docs/glossary.yaml."""

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "docs" / "glossary.yaml"
PAGE = ROOT / "docs" / "glossary.md"
HEAD = """# Glossary

One word, one meaning. Made from `docs/glossary.yaml` by `make docs`; a test refuses the words of
the third column, and pinyin, in identifiers.

| 中文 | English | not | source |
|---|---|---|---|
"""


def terms() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(SOURCE.read_text(encoding="utf-8"))
    return found


def page() -> str:
    rows = [
        f"| {one['zh']} | {one['en']} `{one['identifier']}` | {', '.join(one.get('not', []))} "
        f"| {one['source']} |"
        for one in terms()["terms"]
    ]
    return HEAD + "\n".join(rows) + "\n"


def write() -> None:
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    write()
