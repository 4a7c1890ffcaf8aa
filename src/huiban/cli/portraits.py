# SPDX-License-Identifier: Apache-2.0
"""huiban portraits: the photographs on file (证件照片) put, listed and removed by the operator."""

import argparse
import sys
from pathlib import Path
from typing import Any

from huiban.cli.django_ready import now, ready


def add_parser(sub: Any) -> None:
    found = sub.add_parser("portraits", help="photographs on file that faces are compared with")
    acts = found.add_subparsers(dest="act", required=True, metavar="act")
    one = acts.add_parser("add", help="put a photograph in the place of the one before")
    one.add_argument("account", help="the account it shows")
    one.add_argument("file", type=Path, help="JPG or PNG, from the front, at most 5 MB")
    one.add_argument("--name", required=True, help="name as the identity card has it")
    one.add_argument("--card", required=True, help="number of the identity card")
    one.add_argument(
        "--consented", action="store_true",
        help="the person agreed that it is kept to be compared with their face",
    )  # fmt: skip
    one.set_defaults(run=add)
    one = acts.add_parser("list", help="list what an account has and had")
    one.add_argument("account", help="the account")
    one.set_defaults(run=listing)
    one = acts.add_parser("remove", help="delete every photograph of an account")
    one.add_argument("account", help="the account")
    one.add_argument("--reason", required=True, help="why, for the ledger")
    one.set_defaults(run=remove)


def add(said: argparse.Namespace) -> int:
    """Put a photograph on file."""
    ready()
    from huiban.kernel.actor import SYSTEM
    from huiban.services import identity_portraits
    from huiban.services.identity_portraits import OPERATOR, Put
    from huiban.services.refusal import Refused

    try:
        content = said.file.read_bytes()
    except OSError as fault:
        print(f"{said.file}: {fault.strerror}", file=sys.stderr)
        return 1
    put = Put(
        account=said.account,
        name=said.name,
        card=said.card,
        content=content,
        is_consented=said.consented,
        source=OPERATOR,
    )
    try:
        row = identity_portraits.put_portrait(put, SYSTEM, now())
    except Refused as refused:
        print(_told(refused), file=sys.stderr)
        return 1
    print(f"portrait {row.number} of {row.account} is on file")
    return 0


def listing(said: argparse.Namespace) -> int:
    """List the photographs of an account, newest first."""
    ready()
    from huiban.services import identity_portraits

    rows = identity_portraits.history(said.account)
    for one in rows:
        state = "deleted" if one.deleted_at else "replaced" if one.ended_at else "on file"
        print(f"{one.number} {one.put_at:%Y-%m-%d} by {one.put_by} ({one.source}): {state}")
    if not rows:
        print(f"account {said.account} has no portrait")
    return 0


def remove(said: argparse.Namespace) -> int:
    """Delete every photograph of an account; its history stays."""
    ready()
    from huiban.kernel.actor import SYSTEM
    from huiban.services import identity_portraits
    from huiban.services.refusal import Refused

    try:
        count = identity_portraits.remove(said.account, said.reason, SYSTEM, now())
    except Refused as refused:
        print(_told(refused), file=sys.stderr)
        return 1
    print(f"{count} deleted")
    return 0


def _told(refused: Any) -> str:
    problems = [one.message.speak("en") for one in getattr(refused, "problems", ())]
    return "; ".join(problems) or str(refused.message.speak("en"))
