# SPDX-License-Identifier: Apache-2.0
"""How the store connects: a database address becomes Django's connection settings."""

from typing import Any

import dj_database_url

# WAL lets readers go on while one writes; FULL makes an acknowledged case survive a power cut.
_SQLITE_START = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
    " PRAGMA temp_store=MEMORY; PRAGMA cache_size=-32000;"
)
BUSY_SECONDS = 10


def connection_settings(address: str) -> dict[str, Any]:
    """
    Return the connection settings for a `sqlite:///…` or `postgres://…` address.

    :raises ValueError: if the address names any other kind of database.
    """
    settings: dict[str, Any] = dict(dj_database_url.parse(address))
    engine = settings["ENGINE"]
    if engine == "django.db.backends.sqlite3":
        # The last one to close a WAL file writes all of it back: closing after every request
        # costs more than most requests. Each thread keeps its connection instead.
        settings["CONN_MAX_AGE"] = None
        # IMMEDIATE takes the write lock first, so two writers queue instead of failing half-way.
        settings["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": BUSY_SECONDS,
            "init_command": _SQLITE_START,
        }
    elif engine == "django.db.backends.postgresql":
        settings["ENGINE"] = "huiban.store.postgresql"
        settings["CONN_MAX_AGE"] = 600
        # Starting a parallel worker or a compiler takes longer than any of our statements.
        settings["OPTIONS"] = {"options": "-c max_parallel_workers_per_gather=0 -c jit=off"} | (
            settings.get("OPTIONS") or {}
        )
        settings["CONN_HEALTH_CHECKS"] = True
    else:
        raise ValueError(
            f"HUIBAN_DATABASE_URL: {engine} is not supported; "
            "use sqlite:///path/to/file or postgres://user:password@host/name"
        )
    return settings
