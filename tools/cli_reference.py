# SPDX-License-Identifier: Apache-2.0
"""docs/reference/cli.md, from the command line itself."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from huiban.cli.main import parser

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "cli.md"
HEAD = """# The huiban command

<!-- Generated from the command line by `make docs`; do not edit. -->

`make setup` puts it into `.venv/bin`. Every errand answers 0 when it is done, 1 when it found
something wrong, 2 when it was called wrongly. Which database, files and packs it works on say the
[settings](settings.md). What runs when: [operating a city](../operate.md).
"""


def errands() -> dict[str, tuple[str, argparse.ArgumentParser]]:
    """Return every errand with its one line of help; one of several steps is followed by them."""
    return dict(_errands(parser(), ""))


def _errands(
    of: argparse.ArgumentParser, before: str
) -> Iterator[tuple[str, tuple[str, argparse.ArgumentParser]]]:
    for sub in of._actions:
        if not isinstance(sub, argparse._SubParsersAction):
            continue
        helps = {one.dest: one.help or "" for one in sub._choices_actions}
        for name, errand in sub.choices.items():
            yield before + name, (helps[name], errand)
            yield from _errands(errand, f"{before}{name} ")


def arguments(errand: argparse.ArgumentParser) -> list[argparse.Action]:
    """Return what an errand is told, without --help and the steps it has."""
    others = (argparse._HelpAction, argparse._SubParsersAction)
    return [one for one in errand._actions if not isinstance(one, others)]


def spelled(one: argparse.Action) -> str:
    """Write an argument the way it is typed."""
    if not one.option_strings:
        return f"{one.dest} …" if one.nargs == "*" else one.dest
    if one.nargs == 0:
        return one.option_strings[0]
    value = "|".join(map(str, one.choices)) if one.choices else str(one.metavar or "")
    return f"{one.option_strings[0]} {value or one.option_strings[0].strip('-').upper()}"


def _default(one: argparse.Action) -> str:
    if one.required and (one.option_strings or one.nargs is None):
        return "required"
    return "" if one.nargs == 0 or one.default in (None, "", []) else f"`{one.default}`"


def _rows(errand: argparse.ArgumentParser) -> Iterator[str]:
    for one in arguments(errand):
        shown = spelled(one).replace("|", "\\|")
        yield f"| `{shown}` | {one.help} | {_default(one)} |"


def page() -> str:
    parts = [HEAD]
    for name, (told, errand) in errands().items():
        rows = "\n".join(_rows(errand))
        table = (
            f"\n| argument | meaning | when not given |\n|---|---|---|\n{rows}\n" if rows else ""
        )
        parts.append(f"## huiban {name}\n\n{told[0].upper()}{told[1:]}.\n{table}")
    return "\n".join(parts)


def write() -> None:
    PAGE.write_text(page(), encoding="utf-8")
