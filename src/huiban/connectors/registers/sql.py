# SPDX-License-Identifier: Apache-2.0
"""Reading a register in its provider's database: read-only, bound, only the declared columns."""

import asyncio
import sqlite3
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from time import monotonic
from typing import Any
from urllib.parse import quote

import sqlalchemy as sql
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import QueuePool
from sqlalchemy.sql.elements import quoted_name

from huiban.connectors.registers.model import Call, Outcome, Record
from huiban.connectors.registers.reading import (
    FROM_CELL,
    MOST_RECORDS,
    Cut,
    NonsenseAnswered,
    day_of,
)
from huiban.connectors.registers.reply import Desk, Reply, found
from huiban.kernel.connection import SqlConnection
from huiban.kernel.resource import Resource

AT_ONCE = 2
_SQLITE = "sqlite:///"
_STEPS = 10_000
_CANCELED = "57014"  # what PostgreSQL calls a statement that took longer than it may
_AS_OF = "as_of"


class SqlWay:
    """Reads one register in a database; at most two statements at once, each with a time limit."""

    may_hedge = False

    def __init__(
        self,
        connection: SqlConnection,
        resource: Resource,
        desk: Desk,
        threads: ThreadPoolExecutor,
    ) -> None:
        self._desk, self._threads, self._timeout = desk, threads, connection.timeout
        self._connection = connection
        self._made: sql.Engine | None = None
        self._lock = threading.Lock()
        self._free = asyncio.Semaphore(AT_ONCE)
        self._cut = Cut(resource, {}, FROM_CELL)
        names = {one.key: connection.columns.get(one.key, one.key) for one in resource.items}
        schema, _, name = connection.table.rpartition(".")
        known = dict.fromkeys([*names.values(), *([connection.as_of] if connection.as_of else [])])
        # Columns are named with their table: SQLite takes a lone "name" that is no column as text.
        self._table = sql.table(
            _exact(name),
            *(sql.column(_exact(one)) for one in known),
            schema=_exact(schema) if schema else None,
        )
        self._columns = {key: self._table.c[column] for key, column in names.items()}
        self._as_of = self._table.c[connection.as_of] if connection.as_of else None

    def trouble(self) -> str:
        return ""

    def close(self) -> None:
        if self._made is not None:
            self._made.dispose()

    def _engine(self) -> sql.Engine:
        """Make the engine in the thread that first needs it: loading a driver holds the loop up."""
        with self._lock:
            if self._made is None:
                self._made = engine_of(self._connection)
            return self._made

    async def read(self, call: Call) -> Reply:
        """Run the statement in a thread; one that hangs holds up this register alone."""
        async with self._free:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, self._read, call)

    def _read(self, call: Call) -> Reply:
        digest = self._desk.digest("sql", call.resource, call.by, call.key, *call.fields)
        try:
            records, as_of = self._rows(call)
        except NonsenseAnswered as fault:
            return Reply(outcome=Outcome.BROKEN, detail=str(fault), request_sha256=digest)
        except (SQLAlchemyError, sqlite3.Error) as fault:
            return _failed(fault, digest)
        seen = self._desk.digest(repr(records), str(as_of))
        return Reply(outcome=found(records), records=records, as_of=as_of, request_sha256=digest,
                     response_sha256=seen)  # fmt: skip

    def _rows(self, call: Call) -> tuple[tuple[Record, ...], date | None]:
        wanted = [self._columns[key].label(f"v{at}") for at, key in enumerate(call.fields)]
        if self._as_of is not None:
            wanted.append(self._as_of.label(_AS_OF))
        statement = (
            sql.select(*wanted)
            .select_from(self._table)
            .where(self._columns[call.by] == sql.bindparam("key", call.key, type_=sql.String()))
            .limit(MOST_RECORDS + 1)
        )
        with self._engine().connect() as connection:
            rows = connection.execute(statement).all()
            days = self._days(connection, rows)
        named = [dict(zip(call.fields, row, strict=False)) for row in rows]
        return self._cut.records(named, call.fields), self._oldest(days)

    def _days(self, connection: sql.Connection, rows: Sequence[sql.Row[Any]]) -> list[object]:
        if self._as_of is None:
            return [self._desk.today()]
        if rows:
            return [getattr(row, _AS_OF) for row in rows]
        # Not found says something only with a day: that of the latest change there is.
        latest = sql.select(sql.func.max(self._as_of)).select_from(self._table)
        return [connection.execute(latest).scalar()]

    def _oldest(self, days: Sequence[object]) -> date | None:
        read = [day_of(day, self._desk.today()) for day in days]
        known = [day for day in read if day is not None]
        return min(known) if len(known) == len(read) else None


def _exact(name: str) -> quoted_name:
    return quoted_name(name, quote=True)


def engine_of(connection: SqlConnection) -> sql.Engine:
    """Make an engine that can only read; nothing of a value ever stands in its errors."""
    seconds = connection.timeout
    common: dict[str, Any] = {
        "poolclass": QueuePool, "pool_size": AT_ONCE, "max_overflow": 0, "pool_timeout": seconds,
        "hide_parameters": True,
    }  # fmt: skip
    if connection.address.startswith(_SQLITE):
        path = connection.address.removeprefix(_SQLITE)
        engine = sql.create_engine("sqlite://", creator=lambda: _sqlite(path, seconds), **common)
        sql.event.listen(engine, "checkout", _bounded(seconds))
        return engine
    options = f"-c default_transaction_read_only=on -c statement_timeout={seconds * 1000}"
    return sql.create_engine(
        connection.address,
        connect_args={"connect_timeout": max(seconds, 2), "options": options},
        pool_pre_ping=True,
        **common,
    )


def _sqlite(path: str, seconds: int) -> sqlite3.Connection:
    address = f"file:{quote(path)}?mode=ro"
    return sqlite3.connect(address, uri=True, timeout=seconds, check_same_thread=False)


def _bounded(seconds: int) -> Any:
    """SQLite knows no statement timeout; it asks us every few thousand steps instead."""

    def begin(connection: sqlite3.Connection, *_: object) -> None:
        end = monotonic() + seconds
        connection.set_progress_handler(lambda: int(monotonic() > end), _STEPS)

    return begin


def _failed(fault: Exception, digest: str) -> Reply:
    if isinstance(fault, PoolTimeout) or _is_timeout(fault):
        return Reply(outcome=Outcome.TIMEOUT, detail="the database took too long", is_fault=True,
                     request_sha256=digest)  # fmt: skip
    original = fault.orig if isinstance(fault, DBAPIError) else fault
    state = getattr(original, "sqlstate", None) or ""
    detail = f"the database said {type(original).__name__} {state}".strip()
    return Reply(outcome=Outcome.BROKEN, detail=detail, is_fault=True, request_sha256=digest)


def _is_timeout(fault: Exception) -> bool:
    original = fault.orig if isinstance(fault, DBAPIError) else fault
    return getattr(original, "sqlstate", None) == _CANCELED or getattr(
        original, "sqlite_errorname", None
    ) in ("SQLITE_INTERRUPT", "SQLITE_BUSY")
