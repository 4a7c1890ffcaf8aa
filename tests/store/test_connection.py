# SPDX-License-Identifier: Apache-2.0
"""A kept connection to PostgreSQL: a lost one is opened again, a good one is asked seldom."""

from collections.abc import Callable, Iterator

import psycopg
import pytest
from django.db import connection

from huiban.store.postgresql.base import DatabaseWrapper
from tests import postgres
from tests.databases import using_database

Lose = Callable[[], None]


@pytest.fixture
def kept(  # type: ignore[no-untyped-def]
    copied_database: Callable[[str], str], django_db_blocker
) -> Iterator[None]:
    """The first request's connection, open and kept for the next one."""
    with django_db_blocker.unblock(), using_database(copied_database("postgresql")):
        server()
        yield


def server() -> int:
    """Ask as a new request does, and return which process of the server answered."""
    connection.close_if_unusable_or_obsolete()
    connection.health_check_done = False
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """Counts how often the server itself was asked whether it is there."""
    times: list[None] = []
    whole = DatabaseWrapper.is_usable

    def counted(self: DatabaseWrapper) -> bool:
        times.append(None)
        return whole(self)

    monkeypatch.setattr(DatabaseWrapper, "is_usable", counted)
    return times


@pytest.mark.usefixtures("kept")
def test_a_good_connection_goes_on_without_a_question(asked: list[None]) -> None:
    assert server() == server()
    assert len(asked) <= 1  # the first time only, when it has not been checked yet


@pytest.mark.usefixtures("kept")
def test_a_connection_that_the_server_ended_is_opened_again(
    postgres_cluster: postgres.Cluster,
) -> None:
    before = server()
    with psycopg.connect(postgres_cluster.conninfo(), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [before])

    assert server() != before


@pytest.mark.usefixtures("kept")
def test_a_connection_that_was_closed_here_is_opened_again() -> None:
    before = server()
    connection.connection.close()

    assert server() != before


@pytest.mark.usefixtures("kept")
def test_after_a_long_silence_the_server_is_asked(asked: list[None]) -> None:
    server()
    asked.clear()
    assert isinstance(connection.checked_at, float)
    connection.checked_at -= 60

    server()

    assert len(asked) == 1
