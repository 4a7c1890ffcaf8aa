# SPDX-License-Identifier: Apache-2.0
"""`huiban archive`: archived packages listed, checked, restored, exported and handed over."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from huiban.cli.django_ready import now, ready


def add_parser(sub: Any) -> None:
    """Add `archive` to the command line."""
    found = sub.add_parser(
        "archive", help="archived cases: list, check, restore, export, hand over"
    )
    acts = found.add_subparsers(dest="act", required=True, metavar="act")
    one = acts.add_parser("list", help="list packages, newest first")
    one.add_argument("--state", default="", help="unchecked, sound, faulty or disposed")
    one.add_argument("--most", type=int, default=50, help="how many lines (default 50)")
    one.set_defaults(run=show)
    one = acts.add_parser("check", help="do the four checks; of a file, by what lies in it alone")
    one.add_argument("what", nargs="+", help="case numbers, or package files ending in .zip")
    one.set_defaults(run=check)
    one = acts.add_parser("restore", help="rebuild cases from their packages alone")
    one.add_argument("files", nargs="+", type=Path, help="package files")
    one.add_argument(
        "--accept-unsigned", action="store_true", help="take packages without a trusted signature"
    )
    one.set_defaults(run=restore)
    _add_out(acts.add_parser("export", help="write a year's packages with an inventory"), export)
    told = "do what export does, and record that they went to the city's archive"
    _add_out(acts.add_parser("hand-over", help=told), hand_over)


def _add_out(one: argparse.ArgumentParser, run: Callable[[argparse.Namespace], int]) -> None:
    one.add_argument("--year", type=int, required=True, help="the year the cases were closed in")
    one.add_argument("--to", type=Path, required=True, help="an empty folder, made if need be")
    one.add_argument("--as", dest="number", required=True, help="account of an archivist")
    one.set_defaults(run=run)


def show(said: argparse.Namespace) -> int:
    """List packages."""
    ready()
    from huiban.store import archives
    from huiban.store.archives import ArchiveNarrow

    page = archives.listing(ArchiveNarrow(state=said.state), limit=max(1, said.most))
    for row in page.rows:
        checked = f"{row.checked_at:%Y-%m-%d}" if row.checked_at else "never checked"
        print(
            f"{row.case.number} {row.state:<9} {row.retention:<9} {row.size:>10} bytes "
            f"archived {row.archived_at:%Y-%m-%d}, {checked}"
        )
    counts = archives.counts(ArchiveNarrow())
    told = ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))
    print(f"{sum(counts.values())} packages{f': {told}' if told else ''}")
    return 0


def check(said: argparse.Namespace) -> int:
    """Check packages; the exit code is 1 if one is not whole."""
    ready()
    from huiban.kernel.actor import SYSTEM
    from huiban.services import archive_check
    from huiban.store import archives
    from huiban.store.archives import PackageNotFound

    wrong = 0
    for what in said.what:
        try:
            if what.endswith(".zip"):
                with Path(what).open("rb") as file:
                    found = archive_check.examine(file, now())
            else:
                found = archive_check.check(archives.of_case(what), SYSTEM, now())
        except (OSError, PackageNotFound) as fault:
            print(f"{what}: {_no_package(fault)}", file=sys.stderr)
            wrong += 1
            continue
        wrong += _print(what, found)
    return 1 if wrong else 0


def _no_package(fault: Exception) -> str:
    return str(fault) if isinstance(fault, OSError) else "no package of such a case"


def _print(what: str, found: Any) -> bool:
    from huiban.kernel.archive import Aspect

    told = ", ".join(f"{aspect} {found.verdict_of(aspect)}" for aspect in Aspect)
    print(f"{what}: {told}")
    for one in found.findings:
        if one.check.verdict != "passed":
            title, detail = one.check.title.speak("en"), one.check.detail.speak("en")
            print(f"  {one.check.verdict}: {title}: {detail}")
    return bool(found.failed)


def restore(said: argparse.Namespace) -> int:
    """Rebuild cases; the exit code is 1 if one was not."""
    ready()
    from huiban.kernel.actor import SYSTEM
    from huiban.services import archive_restore
    from huiban.services.refusal import Refused

    wrong = 0
    for path in said.files:
        try:
            with path.open("rb") as file:
                number = archive_restore.restore(
                    file, SYSTEM, now(), accept_unsigned=said.accept_unsigned
                )
        except OSError as fault:
            print(fault, file=sys.stderr)
            wrong += 1
        except Refused as refused:
            print(f"{path}: {refused.message.speak('en')}", file=sys.stderr)
            wrong += 1
        else:
            print(f"{path}: case {number} is here again, and its journal replays")
    return 1 if wrong else 0


def export(said: argparse.Namespace) -> int:
    """Write packages; the exit code is 1 if one was left out."""
    ready()
    from huiban.services import archive_export

    return _out(said, archive_export.export, "written")


def hand_over(said: argparse.Namespace) -> int:
    """Write packages and record that they were handed over."""
    ready()
    from huiban.services import archive_export

    return _out(said, archive_export.hand_over, "written and recorded as handed over")


def _out(said: argparse.Namespace, work: Callable[..., Any], done: str) -> int:
    from huiban.services.refusal import Refused
    from huiban.store.models import Account

    person = Account.objects.filter(number=said.number).first()
    if person is None:
        print(f"no account {said.number}", file=sys.stderr)
        return 1
    try:
        found = work(said.year, said.to, person.to_actor(), now())
    except Refused as refused:
        print(refused.message.speak("en"), file=sys.stderr)
        return 1
    for number, why in found.left_out:
        print(f"left out {number}: {why}", file=sys.stderr)
    print(f"{found.packages} packages, {found.size} bytes {done} to {said.to}")
    return 1 if found.left_out else 0
