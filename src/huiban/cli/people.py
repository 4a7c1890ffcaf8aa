# SPDX-License-Identifier: Apache-2.0
"""huiban account, contact, switch, token, tokens: who may sign in, and which programs may call."""

import argparse
import getpass
import sys
from datetime import datetime, timedelta
from typing import Any

from huiban.cli.django_ready import now, ready

_OF_ACCOUNTS = {
    "department": "department of an officer, a code of common/departments.yaml",
    "division": "division an officer serves, a code of common/divisions.yaml",
    "subject": "the party acted for: its unified social credit code or identity number",
    "subject-name": "name of that party (default: the person's own)",
    "phone": "telephone of the person: offered when a form asks for it, and where codes go",
    "email": "mailbox of the person, where codes may go as well",
}


def add_parser(sub: Any) -> None:
    found = sub.add_parser("account", help="make an account; asks for the password")
    found.add_argument("number", help="what its holder signs in with")
    found.add_argument("--name", required=True, help="name of the person")
    found.add_argument(
        "--kind", choices=["person", "enterprise", "officer"], required=True, help="who it is"
    )
    for name, meaning in _OF_ACCOUNTS.items():
        found.add_argument(f"--{name}", default="", help=meaning)
    found.add_argument(
        "--role", action="append", default=[], dest="roles",
        help="a role of an officer, from common/roles.yaml; may be given several times",
    )  # fmt: skip
    found.set_defaults(run=account)
    found = sub.add_parser("contact", help="put another telephone or mailbox of somebody on file")
    found.add_argument("number", help="the account")
    found.add_argument("--phone", help="the telephone that codes go to; empty removes it")
    found.add_argument("--email", help="the mailbox that codes go to; empty removes it")
    found.set_defaults(run=contact)
    found = sub.add_parser("switch", help="switch an account off, or on again")
    found.add_argument("number", help="the account")
    found.add_argument("way", choices=["off", "on"], help="off signs it out everywhere at once")
    found.set_defaults(run=switch)
    found = sub.add_parser("token", help="make an API token for an account; shown once")
    found.add_argument("number", help="the account it acts for")
    found.add_argument("--name", required=True, help="what it is for")
    found.add_argument("--days", type=int, default=365, help="days it is valid")
    found.set_defaults(run=token)
    found = sub.add_parser("tokens", help="list the API tokens of an account, or end one")
    found.add_argument("number", help="the account")
    found.add_argument("--end", type=int, metavar="ID", help="the token to end now")
    found.set_defaults(run=tokens)


def account(said: argparse.Namespace) -> int:
    """Make an account."""
    ready()
    from huiban.kernel.actor import ActorKind
    from huiban.services import accounts
    from huiban.services.refusal import Refused

    password = getpass.getpass() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    person = accounts.Person(
        number=said.number,
        name=said.name,
        kind=ActorKind(said.kind),
        roles=tuple(said.roles),
        department=said.department,
        division=said.division,
        subject=said.subject,
        subject_name=said.subject_name or said.name,
        phone=said.phone,
        email=said.email,
    )
    try:
        accounts.make(person, password)
    except Refused as refused:
        print(refused.message.speak("en"), file=sys.stderr)
        return 1
    return 0


def contact(said: argparse.Namespace) -> int:
    """Put another telephone or mailbox on file."""
    ready()
    from huiban.services import accounts
    from huiban.services.refusal import Refused

    if said.phone is None and said.email is None:
        print("say --phone, --email or both", file=sys.stderr)
        return 2
    try:
        accounts.set_contact(said.number, said.phone, said.email)
    except Refused as refused:
        print(refused.message.speak("en"), file=sys.stderr)
        return 1
    print(f"account {said.number}: changed")
    return 0


def switch(said: argparse.Namespace) -> int:
    """Switch an account off or on."""
    ready()
    from huiban.services import accounts
    from huiban.services.refusal import Refused

    try:
        accounts.switch(said.number, is_active=said.way == "on")
    except Refused as refused:
        print(refused.message.speak("en"), file=sys.stderr)
        return 1
    print(f"account {said.number} is switched {said.way}")
    return 0


def token(said: argparse.Namespace) -> int:
    """Make an API token."""
    ready()
    from huiban.store.accounts import issue_token
    from huiban.store.models import Account

    holder = Account.objects.filter(number=said.number).first()
    if holder is None:
        print(f"no account {said.number}", file=sys.stderr)
        return 1
    moment = now()
    print(issue_token(holder, said.name, moment, moment + timedelta(days=said.days)))
    return 0


def tokens(said: argparse.Namespace) -> int:
    """List tokens, or end one."""
    ready()
    from huiban.services import accounts
    from huiban.services.refusal import Refused

    moment = now()
    try:
        if said.end is not None:
            accounts.end_token(said.number, said.end, moment)
        found = accounts.tokens_of(said.number)
    except Refused as refused:
        print(refused.message.speak("en"), file=sys.stderr)
        return 1
    for one in found:
        print(f"{one.pk:>6} {one.name}: {_worth(one.revoked_at, one.expires_at, moment)}")
    if not found:
        print(f"account {said.number} has no tokens")
    return 0


def _worth(ended: datetime | None, expires: datetime | None, moment: datetime) -> str:
    if ended is not None:
        return f"ended {ended:%Y-%m-%d}"
    if expires is None:
        return "counts without end"
    return f"{'expired' if expires <= moment else 'counts until'} {expires:%Y-%m-%d}"
