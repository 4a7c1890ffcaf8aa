# SPDX-License-Identifier: Apache-2.0
"""`huiban verify --file` over an archive package, as whoever took it over does it."""

import zipfile
from pathlib import Path

import pytest

from huiban.services import archive_package, handle
from huiban.services.handle import Order
from huiban.store.models import Account
from tests.cli.test_verify import alone
from tests.services import city_sample as sample
from tests.services.log_sample import NOW
from tests.services.test_permit_life import work


@pytest.fixture
def package(django_db_blocker, fresh_database: str, tmp_path: Path) -> Path:  # type: ignore[no-untyped-def]
    """The package of a case that was retracted."""
    people: dict[str, Account] = sample.people()
    number = sample.case(people["wangmin"], NOW)
    handle.act(number, Order("retract"), people["wangmin"].to_actor(), NOW)
    work()
    path = tmp_path / "package.zip"
    path.write_bytes(archive_package.package(handle.load(number), NOW))
    return path


def test_a_package_is_checked_without_a_database(package: Path) -> None:
    done = alone("--file", str(package.parent))

    assert "FAILED" not in done.stdout, done.stdout + done.stderr
    assert done.returncode == 0
    assert "1 files, 0 failed" in done.stdout


def test_a_package_with_one_other_byte_fails(package: Path) -> None:
    changed = package.parent / "changed.zip"
    with zipfile.ZipFile(package) as old, zipfile.ZipFile(changed, "w") as new:
        for one in old.infolist():
            data = old.read(one)
            if one.filename.endswith("journal.jsonl"):
                data = data.replace(b'"submit"', b'"accept"', 1)
            new.writestr(one, data)

    done = alone("--file", str(changed))

    assert done.returncode == 1
    assert "FAILED" in done.stdout
