# SPDX-License-Identifier: Apache-2.0
"""huiban verify, checkpoint: whether the record is what was written, here or in a file."""

import argparse
import os
import secrets
import sys
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from huiban.cli.django_ready import now, ready

_MARKS = {"passed": "ok", "unknown": "??", "failed": "FAILED"}


def add_parser(sub: Any) -> None:
    found = sub.add_parser(
        "verify", help="check cases, ledgers, the request log and the signed log; or a file"
    )
    found.add_argument("numbers", nargs="*", help="case numbers; none means everything")
    found.add_argument(
        "--file", type=Path, action="append", metavar="PATH",
        help="a proof, a receipt, an archive package or a folder of them; needs no database",
    )  # fmt: skip
    found.add_argument("--roots", type=Path, metavar="FOLDER", help="trusted roots for --file")
    found.add_argument(
        "--heads", type=Path, metavar="FILE", help="heads saved earlier from /evidence/heads.json"
    )
    found.add_argument("--language", choices=("en", "zh"), default="en", help="of --file")
    found.set_defaults(run=verify)
    found = sub.add_parser("checkpoint", help="make a checkpoint of the signed log now")
    found.add_argument("--whole", action="store_true", help="look at every chain, not at new rows")
    found.set_defaults(run=checkpoint)


def verify(said: argparse.Namespace) -> int:
    """Check the record; the exit code is 1 if any of it is not what was written."""
    if said.file:
        return _verify_files(said)
    ready()
    from huiban.services import evidence, tree_check

    found = (
        (evidence.verify_case(number) for number in said.numbers)
        if said.numbers
        else evidence.verify_all()
    )
    is_sound = _verify_cases(found)
    if not said.numbers:
        is_sound &= _verify_log(evidence.verify_log())
        is_sound &= _verify_ledgers(evidence.verify_ledgers())
        is_sound &= _verify_tree(tree_check.verify_tree())
    if said.heads is not None:
        is_sound &= _verify_heads(said.heads)
    return 0 if is_sound else 1


def _verify_cases(found: Iterable[Any]) -> bool:
    checked = broken = entries = 0
    for verdict in found:
        checked += 1
        entries += verdict.entries
        if not verdict.is_sound:
            broken += 1
            print(f"{verdict.number}: {_said(verdict)}")
    print(f"{checked} cases, {entries} journal entries, {broken} broken")
    return not broken


def _said(verdict: Any) -> str:
    breaks = [f"entry {one.row + 1} {one.kind}: {one.message}" for one in verdict.breaks]
    breaks += verdict.rewritten
    if not breaks and not verdict.replays:
        breaks = ["the journal does not replay to the stored state"]
    return "; ".join([*breaks, *(f"not as recorded: {one}" for one in verdict.altered)])


def _verify_log(found: Any) -> bool:
    for one in found.broken:
        print(f"request log of {one.subject[:12]}: {one.message}")
    for message in found.rewritten:
        print(f"request log of {message}")
    for request in found.unlogged:
        print(f"request {request}: an answer is kept, and the request log knows nothing of it")
    print(
        f"{found.lines} lines of the request log in {found.chains} chains, "
        f"{len(found.broken) + len(found.rewritten)} broken, {len(found.unlogged)} not logged"
    )
    return bool(found.is_sound)


def _verify_ledgers(found: Any) -> bool:
    for message in found.faults:
        print(f"ledger of {message}")
    print(f"{found.entries} entries in {found.chains} ledgers, {len(found.faults)} broken")
    return bool(found.is_sound)


def _verify_tree(found: Any) -> bool:
    for message in found.faults:
        print(message)
    lacking = f", {found.lacking} without a signature or stamp" if found.lacking else ""
    print(
        f"{found.leaves} leaves under {found.checkpoints} checkpoints{lacking}, "
        f"{len(found.faults)} faults"
    )
    return bool(found.is_sound)


def _verify_heads(path: Path) -> bool:
    """Hold heads that were saved elsewhere against the log: a log set back cannot hide it."""
    from huiban.services import saved_heads

    try:
        faults, count = saved_heads.compare(path.read_bytes())
    except (OSError, ValueError) as fault:
        print(f"{path}: {fault}", file=sys.stderr)
        return False
    for message in faults:
        print(message)
    print(f"{count} saved heads, {len(faults)} not in the log as they were")
    return not faults


def _verify_files(said: argparse.Namespace) -> int:
    """Check files by what is in them and the roots alone; the settings of a house play no part."""
    if said.roots is not None and not said.roots.is_dir():
        print(f"{said.roots}: no such folder of roots", file=sys.stderr)
        return 2
    with TemporaryDirectory(prefix="huiban-verify-") as folder:
        _alone(Path(folder), said.roots)
        ready()
        from huiban.services import proof_file

        moment = now()
        found = [one for path in said.file for one in proof_file.check_path(path, moment)]
    return _print_files(found, said)


def _alone(folder: Path, roots: Path | None) -> None:
    """Leave nothing of this house in reach: an empty database in memory, no keys, no authority."""
    for name in [one for one in os.environ if one.startswith("HUIBAN_")]:
        if name not in ("HUIBAN_HOME", "HUIBAN_PACKS_DIR", "HUIBAN_TRUST_ROOTS", "HUIBAN_FONTS"):
            del os.environ[name]
    os.environ |= {
        "HUIBAN_DATABASE_URL": "sqlite://:memory:",
        "HUIBAN_DATA_DIR": str(folder),
        "HUIBAN_SECRET_KEY": secrets.token_urlsafe(50),
        "HUIBAN_KEYS_SECRET": secrets.token_urlsafe(50),
        "HUIBAN_LOG_LEVEL": "ERROR",
    }
    if roots is not None:
        os.environ["HUIBAN_TRUST_ROOTS"] = str(roots.resolve())


def _print_files(found: list[Any], said: argparse.Namespace) -> int:
    if not found:
        names = ", ".join(map(str, said.file))
        print(f"{names}: no proof, receipt or package there", file=sys.stderr)
        return 2
    for one in found:
        print(f"{one.name}: {_MARKS[one.verdict]}")
        for check in one.checks:
            title, detail = check.title.speak(said.language), check.detail.speak(said.language)
            print(f"  {_MARKS[check.verdict]:>6}  {title}: {detail}")
    broken = sum(one.verdict == "failed" for one in found)
    print(f"{len(found)} files, {broken} failed")
    return 1 if broken else 0


def checkpoint(said: argparse.Namespace) -> int:
    """Make the checkpoints that are due and say what the newest one is."""
    ready()
    from huiban.services import checkpoints

    made = checkpoints.sweep_whole(now()) if said.whole else checkpoints.sweep(now())
    last = checkpoints.newest()
    if last is None:
        print("nothing to put into the log yet")
        return 0
    print(f"{made} made; checkpoint {last.number} of {last.size} leaves, {last.root_sha256}")
    for part, why in checkpoints.missing_of(last).items():
        print(f"missing: {part}: {why}")
    return 0
