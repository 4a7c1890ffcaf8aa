# SPDX-License-Identifier: Apache-2.0
"""`huiban resource`: which registers are connected, whether they can be reached, what they say."""

import argparse
import os
import sys
from typing import Any

from huiban.cli.django_ready import now, ready


def add_parser(sub: Any) -> None:
    """Add `resource` to the command line."""
    found = sub.add_parser("resource", help="registers: list, check and try their connections")
    acts = found.add_subparsers(dest="act", required=True, metavar="act")
    one = acts.add_parser("list", help="list the connected registers and how they do")
    one.set_defaults(run=show)
    one = acts.add_parser("check", help="check variables and addresses; nothing is asked")
    one.add_argument("codes", nargs="*", help="keys or codes of resources; none means all")
    one.set_defaults(run=check)
    one = acts.add_parser("try", help="ask a register once, logged like every question")
    one.add_argument("code", help="key or code of the resource")
    one.add_argument("key", help="what to look up, such as a credit code")
    one.add_argument("--by", help="what it is looked up by; the first key of the entry without it")
    one.add_argument(
        "--as", dest="number", required=True, help="account of the system administrator"
    )
    one.set_defaults(run=try_out)


def show(_: argparse.Namespace) -> int:
    """List the connected registers."""
    ready()
    from huiban.services import city, resource_health

    loaded = city.loaded()
    found = [loaded.catalogue.resources[key] for key in sorted(loaded.connections)]
    running = resource_health.of(found, now())
    for one in found:
        how = running[one.key]
        state = f"{', '.join(how.unset)} not set" if how.unset else _seen(how)
        print(f"{one.code} {one.key:<32} {how.kind:<5} {how.used:>6}/{one.quota:<8} {state}")
    print(f"{len(found)} of {len(loaded.catalogue.resources)} resources are connected")
    return 0


def _seen(how: Any) -> str:
    if how.day is None:
        return "not asked in the last 24 hours"
    return (
        f"{how.day.answered} of {how.day.asked} answered in 24 hours, "
        f"p50 {how.day.p50} ms, p95 {how.day.p95} ms"
    )


def check(said: argparse.Namespace) -> int:
    """Check connections; the exit code is 1 if one cannot be used."""
    ready()
    from django.conf import settings

    from huiban.connectors.registers.reach import trouble_of, unreachable
    from huiban.kernel.connection import settled
    from huiban.services import city

    loaded, wrong = city.loaded(), 0
    keys = [_key(code, loaded.catalogue) for code in said.codes] or sorted(loaded.connections)
    for code, key in zip(said.codes or keys, keys, strict=True):
        if key is None:
            print(f"{code}: the catalogue has no such resource", file=sys.stderr)
            wrong += 1
            continue
        connection = loaded.connections.get(key)
        trouble = trouble_of(connection, os.environ, not settings.PRODUCTION)
        if connection is not None and not trouble:
            trouble = unreachable(settled(connection, os.environ))
        wrong += bool(trouble)
        print(f"{key}: {connection.kind if connection else '-'}: {trouble or 'can be reached'}")
    return 1 if wrong else 0


def try_out(said: argparse.Namespace) -> int:
    """Ask once; the exit code is 1 if no answer came."""
    ready()
    from huiban.services import city, exchange
    from huiban.services.refusal import Refused
    from huiban.store.models import Account

    loaded = city.loaded()
    key = _key(said.code, loaded.catalogue)
    person = Account.objects.filter(number=said.number).first()
    if key is None or person is None:
        missing = f"no account {said.number}" if key else f"no resource {said.code}"
        print(missing, file=sys.stderr)
        return 1
    resource = loaded.catalogue.resources[key]
    by = said.by or resource.keys[0]
    try:
        answer = exchange.try_out(key, by, said.key, person.to_actor(), now())
    except Refused as refused:
        print(refused.message.speak("en"), file=sys.stderr)
        return 1
    connection = loaded.connections[key]
    print(f"{resource.code} {key} {resource.name.zh}, over {_where(connection)}, by {by}")
    _print(answer, resource)
    return 0 if answer.outcome.is_answer else 1


def _print(answer: Any, resource: Any) -> None:
    from huiban.kernel.resource import masked

    print(f"outcome  {answer.outcome}{f': {answer.detail}' if answer.detail else ''}")
    print(f"as of    {answer.as_of or 'not said'}")
    print(f"latency  {answer.latency_ms} ms{' (asked twice)' if answer.was_hedged else ''}")
    print(f"request  {answer.call.request}")
    for number, record in enumerate(answer.records, 1):
        print(f"record {number}")
        for item in resource.items:
            if item.key in record:
                value = masked(record[item.key], item.mask if item.is_masked else None)
                print(f"  {item.key:<24} {item.label.zh}  {value}")


def _where(connection: Any) -> str:
    """Say how a register is reached, as it is declared: variables by name, so never a secret."""
    place = getattr(connection, "address", "") or getattr(connection, "folder", "")
    return f"{connection.kind} {place}".strip()


def _key(code: str, catalogue: Any) -> str | None:
    if code in catalogue.resources:
        return code
    return next((one.key for one in catalogue.resources.values() if one.code == code), None)
