# SPDX-License-Identifier: Apache-2.0
"""Databases for the tests: a migrated one of each kind, and fresh copies to commit to."""

import os
import shutil
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.conf import settings
from django.db import transaction
from hypothesis import settings as law_settings
from playwright.sync_api import expect

from tests import postgres
from tests.browser import chromium, open_page, site
from tests.databases import migrate, using_database

VENDORS = ("sqlite", "postgresql")


_DATA = TemporaryDirectory(prefix="hbtest_data_")


def pytest_configure() -> None:
    # What runs leave behind belongs to this test process alone, not to the house beside it.
    settings.DATA_DIR = Path(_DATA.name)
    settings.OBJECTS_URL = f"folder:{_DATA.name}/objects"
    os.environ |= {  # the processes that tests start find the same
        "HUIBAN_DATA_DIR": _DATA.name,
        "HUIBAN_OBJECTS_URL": settings.OBJECTS_URL,
        "HUIBAN_SECRET_KEY": settings.SECRET_KEY,
    }
    # Recognising a page takes seconds: the tests that are about it have it done.
    settings.READ_MATERIALS = False
    os.environ["HUIBAN_READ_MATERIALS"] = "0"
    # Hashing passwords slowly is right for people and wrong for hundreds of test accounts.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


# A busy machine must not fail a law or a page: speed is measured by the benchmarks.
law_settings.register_profile("huiban", deadline=None)
law_settings.load_profile("huiban")
expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory, django_db_blocker) -> Path:  # type: ignore[no-untyped-def]
    """A migrated SQLite file that is only ever copied."""
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite3"
    with django_db_blocker.unblock():
        migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[postgres.Cluster]:
    """A private PostgreSQL server for this test process, started when the first test needs it."""
    try:
        cluster = postgres.start()
    except postgres.PostgresAbsent as absent:
        pytest.skip(str(absent))
    yield cluster
    cluster.stop()


@pytest.fixture(scope="session")
def postgres_template(postgres_cluster: postgres.Cluster, django_db_blocker) -> str:  # type: ignore[no-untyped-def]
    """The name of a migrated database that is only ever copied."""
    with django_db_blocker.unblock():
        migrate(postgres_cluster.create("template_huiban"))
    return "template_huiban"


@pytest.fixture(scope="session")
def copied_database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], str]:
    """Makes a migrated, empty database of a kind and returns its address."""
    numbers = count(1)

    def make(vendor: str) -> str:
        if vendor == "sqlite":
            path = tmp_path_factory.mktemp("sqlite") / "huiban.sqlite3"
            shutil.copy(request.getfixturevalue("sqlite_template"), path)
            return f"sqlite:///{path}"
        template: str = request.getfixturevalue("postgres_template")
        cluster: postgres.Cluster = request.getfixturevalue("postgres_cluster")
        return cluster.create(f"copy_{next(numbers)}", template)

    return make


@pytest.fixture(scope="session")
def django_db_setup(copied_database: Callable[[str], str], django_db_blocker) -> Iterator[None]:  # type: ignore[no-untyped-def]
    """What `django_db` tests run on: a migrated SQLite file, each test rolled back."""
    with django_db_blocker.unblock(), using_database(copied_database("sqlite")):
        yield


@pytest.fixture(scope="session")
def shared_databases(copied_database: Callable[[str], str]) -> dict[str, str]:
    """One database of each kind whose tests roll back; filled on first use."""
    return {}


@pytest.fixture(params=VENDORS)
def each_database(  # type: ignore[no-untyped-def]
    request: pytest.FixtureRequest,
    shared_databases: dict[str, str],
    copied_database: Callable[[str], str],
    django_db_blocker,
) -> Iterator[str]:
    """Runs a test on SQLite and on PostgreSQL, rolled back afterwards."""
    vendor: str = request.param
    address = shared_databases.setdefault(vendor, "") or copied_database(vendor)
    shared_databases[vendor] = address
    with django_db_blocker.unblock(), using_database(address), transaction.atomic():
        yield vendor
        transaction.set_rollback(True)


@pytest.fixture(params=VENDORS)
def each_fresh_database(  # type: ignore[no-untyped-def]
    request: pytest.FixtureRequest, copied_database: Callable[[str], str], django_db_blocker
) -> Iterator[str]:
    """Runs a test on an own copy of each database, so that it may commit; gives its address."""
    address = copied_database(request.param)
    with django_db_blocker.unblock(), using_database(address):
        yield address


@pytest.fixture
def fresh_database(copied_database: Callable[[str], str], django_db_blocker) -> Iterator[str]:  # type: ignore[no-untyped-def]
    """An own SQLite copy that may be committed to and served by another process; its address."""
    address = copied_database("sqlite")
    with django_db_blocker.unblock(), using_database(address):
        yield address


# One browser and one site a process: Playwright refuses a second driver in the same thread.
__all__ = ["chromium", "open_page", "site"]
