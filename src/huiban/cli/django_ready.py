# SPDX-License-Identifier: Apache-2.0
"""Bringing up the house for a command: settings read, database brought up to date."""

from datetime import UTC, datetime

import django


def now() -> datetime:
    """Return the present moment; a command is where time comes in."""
    return datetime.now(tz=UTC)  # noqa: TID251 - the entrypoint is where time comes in


def ready() -> None:
    """Read the settings and make the tables known."""
    django.setup()


def up_to_date() -> None:
    """Bring the database up to date and keep every pack in force as a version."""
    from django.core.management import call_command

    from huiban.services import city
    from huiban.services.packs_in_force import PacksBroken
    from huiban.store import packs

    call_command("migrate", verbosity=0)
    try:
        city.publish(now(), "system")
    except (PacksBroken, packs.VersionTaken) as fault:
        raise SystemExit(f"{fault}\n(`huiban check` lists every problem of the packs)") from fault
