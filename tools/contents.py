# SPDX-License-Identifier: Apache-2.0
"""docs/README.md and docs/decisions/README.md: every page with the title it opens with."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGE = DOCS / "README.md"
DECISIONS = DOCS / "decisions" / "README.md"
_MARK = "<!-- Made from the pages' titles by `make docs`; do not edit. -->"
HEAD = f"# Documentation\n\n{_MARK}\n"
FOLDERS = {
    "": "Running and understanding it",
    "guides": "For departments (中文)",
    "how-to": "Adding something",
    "reference": "Looking something up",
    "decisions": "Why it is so",
}
DECISIONS_HEAD = f"""# Decisions

{_MARK}

What is hard to take back, and why it is so. Each record says what was decided, why, what follows,
and what was rejected.

| | decision |
|---|---|
"""


def title(page: Path) -> str:
    """
    Return the title a page opens with.

    :raises ValueError: if it opens with anything else.
    """
    first = page.read_text("utf-8").splitlines()[0]
    if not first.startswith("# "):
        raise ValueError(f"{page}:1: a page opens with its title (# …)")
    return first.removeprefix("# ")


def _row(page: Path) -> str:
    return f"- [{title(page)}]({page.relative_to(DOCS).as_posix()})"


def page() -> str:
    parts = [HEAD]
    for folder, told in FOLDERS.items():
        pages = [one for one in sorted((DOCS / folder).glob("*.md")) if one != PAGE]
        if folder in ("guides", "decisions"):
            pages = [one for one in pages if one.name == "README.md"]
        parts.append(f"## {told}\n\n" + "\n".join(map(_row, pages)) + "\n")
    packs = sorted(ROOT.glob("packs/*/README.md"))
    rows = "\n".join(f"- [{title(one)}](../{one.relative_to(ROOT).as_posix()})" for one in packs)
    return "\n".join([*parts, f"## Scenarios\n\n{rows}\n"])


def decisions() -> str:
    rows = []
    for record in sorted(DECISIONS.parent.glob("[0-9]*.md")):
        number, _, told = title(record).partition(". ")
        rows.append(f"| [{number}]({record.name}) | {told} |")
    return DECISIONS_HEAD + "\n".join(rows) + "\n"


def write() -> None:
    # The index first: the contents name it by its title.
    DECISIONS.write_text(decisions(), encoding="utf-8")
    PAGE.write_text(page(), encoding="utf-8")
