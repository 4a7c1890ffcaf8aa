# SPDX-License-Identifier: Apache-2.0
"""huiban jobs, holidays: what those who run servers do now and then."""

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from huiban.cli.django_ready import now, ready
from huiban.kernel.calendar import CalendarDay


def add_parser(sub: Any) -> None:
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
