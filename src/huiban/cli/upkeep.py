# SPDX-License-Identifier: Apache-2.0
"""huiban verify, jobs, holidays: what those who run servers do now and then."""

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from huiban.cli.django_ready import now, ready
from huiban.kernel.calendar import CalendarDay


def add_parser(sub: Any) -> None:
    found = sub.add_parser("verify", help="check the chains of cases and of the request log")
    found.add_argument("numbers", nargs="*", help="case numbers; none means all")
    found.set_defaults(run=verify)
    found = sub.add_parser("jobs", help="count jobs; list and revive the dead ones")
    found.add_argument("--revive", type=int, metavar="ID", help="the dead job to try again")
    found.set_defaults(run=jobs)
    found = sub.add_parser("holidays", help="import the State Council's notice of a year")
    found.add_argument("notice", type=Path, help="the notice as a text file")
    found.add_argument(
        "--as", dest="number", required=True, help="account of the system administrator"
    )
    found.add_argument(
        "--accept-doubts", action="store_true", help="what is unusual in it was checked by a person"
    )
    found.add_argument(
        "--dry-run", action="store_true", help="show the days that were read, import nothing"
    )
    found.set_defaults(run=holidays)


def verify(said: argparse.Namespace) -> int:
    """Check cases; the exit code is 1 if any record is not what was written."""
    ready()
    from huiban.services import evidence

    found = (
        (evidence.verify_case(number) for number in said.numbers)
        if said.numbers
        else evidence.verify_all()
    )
    checked = broken = entries = 0
    for verdict in found:
        checked += 1
        entries += verdict.entries
        if not verdict.is_sound:
            broken += 1
            print(f"{verdict.number}: {_said(verdict)}")
    print(f"{checked} cases, {entries} journal entries, {broken} broken")
    is_sound = not broken
    if not said.numbers:
        is_sound &= _verify_log(evidence.verify_log())
    return 0 if is_sound else 1


def _verify_log(found: Any) -> bool:
    for one in found.broken:
        print(f"request log of {one.subject[:12]}: {one.message}")
    for request in found.unlogged:
        print(f"request {request}: an answer is kept, and the request log knows nothing of it")
    print(
        f"{found.lines} lines of the request log in {found.chains} chains, "
        f"{len(found.broken)} broken, {len(found.unlogged)} not logged"
    )
    return bool(found.is_sound)


def _said(verdict: Any) -> str:
    breaks = [f"entry {one.row + 1} {one.kind}: {one.message}" for one in verdict.breaks]
    if not breaks and not verdict.replays:
        breaks = ["the journal does not replay to the stored state"]
    return "; ".join([*breaks, *(f"not as recorded: {one}" for one in verdict.altered)])


def jobs(said: argparse.Namespace) -> int:
    """Show the job table."""
    ready()
    from huiban.store import jobs as table

    if said.revive is not None:
        done = table.revive(said.revive, now())
        print("will be tried again" if done else f"job {said.revive} is not dead")
        return 0 if done else 1
    for state, count in sorted(table.counts().items()):
        print(f"{state:>8} {count}")
    for job in table.dead():
        last = job.last_error.strip().splitlines()[-1] if job.last_error.strip() else ""
        print(f"dead {job.pk} {job.kind} {job.payload} after {job.attempts} tries: {last}")
    return 0


def holidays(said: argparse.Namespace) -> int:
    """Import a holiday notice and read the clocks again that hang on it."""
    ready()
    from huiban.services import calendar
    from huiban.services.refusal import Refused
    from huiban.store.models import Account

    keeper = Account.objects.filter(number=said.number).first()
    if keeper is None:
        print(f"no account {said.number}", file=sys.stderr)
        return 1
    try:
        text = said.notice.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        print(f"{said.notice}: {fault}; give a text file saved as UTF-8", file=sys.stderr)
        return 1
    try:
        if said.dry_run:
            _show_days(calendar.read_notice(text, accept_doubts=said.accept_doubts).days)
            return 0
        done = calendar.import_notice(
            text, said.notice.name, keeper.to_actor(), now(), accept_doubts=said.accept_doubts
        )
    except Refused as refused:
        print(refused.message.zh, file=sys.stderr)
        return 1
    print(f"{done.year}: {done.days} days, {done.recomputed} open cases read again")
    return 0


def _show_days(days: Iterable[CalendarDay]) -> None:
    for row in days:
        what = "放假" if row.kind == "holiday" else "上班"
        print(f"{row.day} 周{'一二三四五六日'[row.day.weekday()]} {what} {row.name}")
