# SPDX-License-Identifier: Apache-2.0
"""Switches the database that the code under test talks to."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import call_command
from django.db import connections

from huiban.store.database import connection_settings


@contextmanager
def using_database(address: str) -> Iterator[None]:
    """Point Django's default connection, in every thread, at another database for a while."""
    connections["default"].close()
    earlier_settings, earlier = connections.settings["default"], connections["default"]
    made = connections.configure_settings({"default": connection_settings(address)})
    connections.settings["default"] = made["default"]
    del connections["default"]
    try:
        yield
    finally:
        connections["default"].close()
        connections.settings["default"] = earlier_settings
        connections["default"] = earlier


def migrate(address: str) -> str:
    """Bring an empty database up to date and return its address."""
    with using_database(address):
        call_command("migrate", verbosity=0)
    return address
