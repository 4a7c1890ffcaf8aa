# SPDX-License-Identifier: Apache-2.0
"""`huiban archive` in processes of its own, as operators call it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from huiban.services import city
from tests.services import archive_sample
from tests.services import city_sample as sample
from tests.services.archive_sample import NOW


def huiban(database: str, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    around = {**os.environ, "HUIBAN_DATABASE_URL": database, **more}
    command = [sys.executable, "-m", "huiban.cli.main", "archive", *words]
    return subprocess.run(command, env=around, capture_output=True, text=True, timeout=120)


@pytest.fixture
def number(each_fresh_database: str) -> str:
    city.publish(NOW, "test")
    number = archive_sample.granted(sample.people())
    archive_sample.archivist()
    return number


def test_packages_are_listed_and_checked(each_fresh_database: str, number: str) -> None:
    listed = huiban(each_fresh_database, "list")
    checked = huiban(each_fresh_database, "check", number)

    assert number in listed.stdout
    assert "1 packages: 1 sound" in listed.stdout
    assert (checked.returncode, checked.stderr) == (0, "")
    assert f"{number}: authentic unknown, complete passed, usable passed, safe passed" in (
        checked.stdout
    )
    assert "not signed" in checked.stdout.lower()


def test_a_damaged_package_ends_with_one(each_fresh_database: str, number: str) -> None:
    package = archive_sample.bytes_of(number)
    name = archive_sample.some_material(package)
    place = archive_sample.place_of(archive_sample.key_of(number))
    place.write_bytes(archive_sample.changed(package, **{name: b"x"}))

    checked = huiban(each_fresh_database, "check", number)
    unknown = huiban(each_fresh_database, "check", "QD-NOTHING")

    assert checked.returncode == 1
    assert f"changed: {name}" in checked.stdout
    assert "faulty" in huiban(each_fresh_database, "list", "--state", "faulty").stdout
    assert (unknown.returncode, "no package of such a case" in unknown.stderr) == (1, True)


def test_a_year_is_handed_over_and_restored_elsewhere(
    each_fresh_database: str, number: str, tmp_path: Path, copied_database: object
) -> None:
    out = tmp_path / "2026"
    told = ("--year", "2026", "--to", str(out), "--as")

    nobody = huiban(each_fresh_database, "export", *told, "nobody")
    done = huiban(each_fresh_database, "hand-over", *told, "jiangnan")
    again = huiban(each_fresh_database, "export", *told, "jiangnan")

    file = out / "packages" / f"{number}.zip"
    assert (nobody.returncode, done.returncode, again.returncode) == (1, 0, 1), done.stderr
    assert "1 packages" in done.stdout
    assert "not empty" in again.stderr
    elsewhere = copied_database("sqlite")  # type: ignore[operator]
    objects = {"HUIBAN_OBJECTS_URL": f"folder:{tmp_path / 'objects'}"}
    restored = huiban(elsewhere, "restore", str(file), **objects)
    twice = huiban(elsewhere, "restore", str(file), **objects)
    assert f"case {number} is here again" in restored.stdout, restored.stderr
    assert (twice.returncode, "is here already" in twice.stderr) == (1, True)
    assert huiban(elsewhere, "check", str(file), number, **objects).returncode == 0


def test_what_is_no_package_is_named(each_fresh_database: str, tmp_path: Path) -> None:
    file = tmp_path / "x.zip"
    file.write_bytes(b"nothing")

    restored = huiban(each_fresh_database, "restore", str(file), str(tmp_path / "y.zip"))
    checked = huiban(each_fresh_database, "check", str(file))

    assert (restored.returncode, checked.returncode) == (1, 1)
    assert "nothing was restored" in restored.stderr
    assert "y.zip" in restored.stderr
    assert "Cannot be opened" in checked.stdout
