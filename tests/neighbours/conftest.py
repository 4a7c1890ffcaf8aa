# SPDX-License-Identifier: Apache-2.0
"""One sample city for all tests of the neighbours, and the catalogue its registers belong to."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from huiban.kernel.resource import Catalogue
from huiban.neighbours.city import Plan
from huiban.neighbours.fill import REGISTERS, fill
from huiban.packloader.load import read_resources

ROOT = Path(__file__).resolve().parents[2]
DAY = date(2026, 11, 23)
PLAN = Plan(6000, 7, DAY, DAY)


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return read_resources(ROOT / "packs")[0]


@pytest.fixture(scope="session")
def city(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a city of six thousand firms."""
    root = tmp_path_factory.mktemp("city") / "neighbours"
    assert fill(root, PLAN, catalogue).total > PLAN.enterprises
    return root


@pytest.fixture(scope="session")
def registers(city: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(city / REGISTERS)) as connection:
        connection.row_factory = sqlite3.Row
        yield connection
