# SPDX-License-Identifier: Apache-2.0
"""Write docs/rooms.md: every module of the house with the one sentence it opens with."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "huiban"
PAGE = ROOT / "docs" / "rooms.md"

FLOORS = {
    "kernel": "Pure decisions: values in, values out",
    "packloader": "Scenario packs read into kernel values",
    "store": "The database",
    "connectors": "The neighbours",
    "services": "Errands: one errand of one actor, one function, one transaction",
    "web": "Entrypoint: screens and API",
    "jobs": "Entrypoint: work outside the request",
    "cli": "Entrypoint: the huiban command",
    "neighbours": "The sample city's other departments, a program of their own",
}
HEAD = """# Rooms

One room, one topic, one sentence. This page is made from the first line of every module by
`make docs`; the build refuses a module without that line and a page that is not current.
Imports only point downward (see `pyproject.toml`, import-linter).
"""


def sentence(path: Path) -> str:
    """
    Return the first line of a module's docstring.

    :raises ValueError: if the module has none.
    """
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    if not text:
        raise ValueError(f"{path}:1: no opening sentence (say in one line what is decided here)")
    return text.splitlines()[0]


def rooms(floor: str) -> list[tuple[str, str]]:
    """List the modules of a floor with their sentences; migrations tell themselves by name."""
    found = sorted(
        path for path in (SOURCE / floor).rglob("*.py") if "migrations" not in path.parts
    )
    return [(path.relative_to(SOURCE).as_posix(), sentence(path)) for path in found]


def page() -> str:
    parts = [HEAD]
    for floor, title in FLOORS.items():
        rows = "\n".join(f"| `{name}` | {text} |" for name, text in rooms(floor))
        parts.append(
            f"## {floor}: {title}\n\n| room | what is decided or done there |\n|---|---|\n{rows}\n"
        )
    loose = "\n".join(f"- `{path.name}`: {sentence(path)}" for path in sorted(SOURCE.glob("*.py")))
    return "\n".join([*parts, f"## Beside the floors\n\n{loose}\n"])


def write() -> None:
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    write()
