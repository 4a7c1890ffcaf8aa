# SPDX-License-Identifier: Apache-2.0
"""`huiban check`: every problem of every scenario pack at once, with file, line, field and cure."""

import argparse
import json
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TextIO

from huiban.cli import trial_print
from huiban.packloader.checkers import check_folder
from huiban.packloader.json_schema import schemas

_PACKAGED = Path(__file__).resolve().parents[1] / "_packs"


def packs_root() -> Path:
    """Return HUIBAN_PACKS_DIR, else ./packs, else the packs that were installed."""
    told = os.environ.get("HUIBAN_PACKS_DIR")
    if told:
        return Path(told)
    return Path("packs") if Path("packs").is_dir() or not _PACKAGED.is_dir() else _PACKAGED


def check(paths: Sequence[Path], out: TextIO) -> int:
    """
    Check packs, or folders of packs, and print what is wrong.

    :return: 0 when nothing is wrong, 1 when something is, 2 when a path holds no pack.
    """
    checked, count = 0, 0
    can_print = trial_print.can_print()
    for path in paths or [packs_root()]:
        found = check_folder(path, packs_root(), [trial_print.check] if can_print else [])
        if found is None:
            print(f"{path}: no scenario pack here (a pack has a pack.yaml)", file=out)
            return 2
        checked += len(found) - 2  # the shared vocabularies and the catalogue are no packs
        for problems in found.values():
            count += len(problems)
            _print(problems, out)
    packs = f"{checked} pack{'' if checked == 1 else 's'}"
    print(f"{packs} checked, {count or 'no'} problem{'' if count == 1 else 's'}", file=out)
    if not can_print:
        print("no document was printed on trial: run make setup for the fonts", file=out)
    return 1 if count else 0


def _print(problems: Iterable[object], out: TextIO) -> None:
    for problem in problems:
        print(problem, file=out)


def add_parser(sub: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `check` to the command line."""
    parser = sub.add_parser("check", help="check scenario packs", description=__doc__)
    parser.add_argument("paths", nargs="*", type=Path, help="a pack, or a folder of packs")
    parser.add_argument("--schema", action="store_true", help="print JSON Schemas for editors")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run `huiban check`."""
    if args.schema:
        print(json.dumps(schemas(), ensure_ascii=False, indent=1, sort_keys=True))
        return 0
    return check(args.paths, sys.stdout)
