# SPDX-License-Identifier: Apache-2.0
"""`huiban keys`: what this house signs with, listed, given new keys, revoked."""

import argparse
import sys
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from huiban.cli.django_ready import now, ready

if TYPE_CHECKING:
    from huiban.kernel.actor import Actor
    from huiban.store.models import Credential

_MOST = 100


def add_parser(sub: Any) -> None:
    found = sub.add_parser("keys", help="credentials to sign with: list, rotate, revoke")
    acts = found.add_subparsers(dest="act", required=True, metavar="act")
    one = acts.add_parser("list", help="list credentials, the newest first")
    one.add_argument("--state", default="", choices=["", "active", "retired", "revoked"],
                     help="only those in this state")  # fmt: skip
    one.add_argument("--owner", default="", help="only those of this account, firm or department")
    one.add_argument("--most", type=int, default=_MOST, help="how many lines")
    one.set_defaults(run=show)
    one = acts.add_parser("rotate", help="a new key and certificate; what the old signed is valid")
    one.add_argument("number", help="number of the credential")
    one.set_defaults(run=rotate)
    two = acts.add_parser("revoke", help="stop a credential for good, here and for everybody")
    two.add_argument("number", help="number of the credential")
    two.add_argument("--reason", required=True, help="why; it stands in the ledger")
    two.set_defaults(run=revoke)
    for act in (one, two):
        act.add_argument(
            "--as", dest="account", required=True, help="account of the security administrator"
        )


def show(said: argparse.Namespace) -> int:
    """List credentials."""
    ready()
    from huiban.services import credentials

    found = credentials.listed(said.most, said.state, said.owner)
    for one in found:
        print(_line(one))
    print(f"{len(found)} credentials; nothing is signed without HUIBAN_CA_URL"
          if not credentials.is_configured() else f"{len(found)} credentials")  # fmt: skip
    return 0


def _line(one: "Credential") -> str:
    owner = f"{one.owner_kind}:{one.owner}"
    state = one.state
    if one.state == "revoked" and one.told_at is None:
        state = "revoked (the authority is not told yet)"
    return (
        f"{one.number} {one.profile:<4} {owner:<32} until {one.not_after:%Y-%m-%d} "
        f"serial {one.serial} {state} {one.name}"
    )


def rotate(said: argparse.Namespace) -> int:
    """Give an owner a new key and certificate."""

    def work(actor: "Actor", moment: datetime) -> str:
        from huiban.services import credentials

        made = credentials.rotate(said.number, actor, moment)
        return f"{said.number} is retired; {made.name} signs with {made.number} now"

    return _done(said, work)


def revoke(said: argparse.Namespace) -> int:
    """Stop a credential for good."""

    def work(actor: "Actor", moment: datetime) -> str:
        from huiban.services import credentials

        found = credentials.revoke(said.number, said.reason, actor, moment)
        told = "the authority knows" if found.told_at else "the authority is told when it is back"
        return f"{found.number} of {found.name} is revoked; {told}"

    return _done(said, work)


def _done(said: argparse.Namespace, work: "Callable[[Actor, datetime], str]") -> int:
    ready()
    from huiban.services.refusal import Refused
    from huiban.store.models import Account

    person = Account.objects.filter(number=said.account).first()
    if person is None:
        print(f"no account {said.account}", file=sys.stderr)
        return 1
    try:
        print(work(person.to_actor(), now()))
    except Refused as refused:
        print(refused.message.speak("en"), file=sys.stderr)
        return 1
    return 0
