# SPDX-License-Identifier: Apache-2.0
"""What is not asked over HTTP: files and a database other programs read, batches whose key fits."""

import base64
import csv
import json
import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import duckdb
import openpyxl
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from huiban.cli import neighbours
from huiban.kernel.resource import Catalogue, Item
from huiban.neighbours.fill import FILES, PLANNING, REGISTERS
from huiban.neighbours.notable import FIRMS
from huiban.neighbours.push import PRIVATE_KEY, Batch, batches, public_key, read_key


def only_file(city: Path, register: str) -> Path:
    (found,) = (city / FILES / register).iterdir()
    assert re.fullmatch(rf"{register}_\d{{4}}-\d\d-\d\d\.(csv|xlsx|parquet)", found.name)
    return found


def test_parquet_is_read_by_duckdb(city: Path, catalogue: Catalogue) -> None:
    place = only_file(city, "tax_grade")

    with duckdb.connect() as connection:
        told = connection.execute(f"DESCRIBE SELECT * FROM '{place}'").fetchall()
        grades = connection.execute(f"SELECT DISTINCT grade FROM '{place}'").fetchall()

    assert [row[0] for row in told] == [one.key for one in catalogue.resources["tax_grade"].items]
    assert {row[0]: row[1] for row in told}["graded_on"] == "DATE"
    assert {grade for (grade,) in grades} == {"A", "B", "M", "C", "D"}


def test_a_workbook_is_read_with_chinese_heads_and_real_dates(city: Path) -> None:
    with closing(openpyxl.load_workbook(only_file(city, "tr_reputation"), read_only=True)) as book:
        rows = list(book.worksheets[0].iter_rows(values_only=True))

    assert rows[0][:3] == ("统一社会信用代码", "企业名称", "考核年度")
    found = {row[0]: dict(zip(rows[0], row, strict=True)) for row in rows[1:]}
    lorries = found[FIRMS[5].uscc]
    assert lorries["企业名称"] == FIRMS[5].name
    assert str(lorries["公布日期"]).startswith("2026-04-20")
    assert 60 <= float(str(lorries["安全生产得分"])) < 100


@pytest.mark.parametrize("register", ["hc_market_credit", "hr_labour_rating"])
def test_csv_is_read_with_chinese_heads(city: Path, register: str) -> None:
    with only_file(city, register).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))

    assert FIRMS[1].name in {row["企业名称"] for row in rows}
    assert all(len(row["统一社会信用代码"]) == 18 for row in rows)


def test_the_planning_department_keeps_a_database_of_its_own(city: Path) -> None:
    with closing(sqlite3.connect(city / PLANNING)) as connection:
        rows = connection.execute(
            "SELECT land_area, updated_on FROM planning_permits WHERE project_code = ?",
            ("2026-370212-47-01-100001",),
        ).fetchall()
        plan = connection.execute(
            "EXPLAIN QUERY PLAN SELECT * FROM planning_permits WHERE project_code = ''"
        ).fetchall()

    assert rows == [(12500.5, "2026-11-22")]
    assert "USING INDEX" in str(plan)


def test_every_lookup_key_of_every_register_has_an_index(city: Path, catalogue: Catalogue) -> None:
    with closing(sqlite3.connect(city / REGISTERS)) as connection:
        tables = [
            row[0]
            for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        for table in tables:
            for key in catalogue.resources[table].keys:
                plan = connection.execute(
                    f'EXPLAIN QUERY PLAN SELECT * FROM "{table}" WHERE "{key}" = 1'
                ).fetchall()
                assert "USING INDEX" in str(plan), (table, key)


def sent(city: Path, catalogue: Catalogue, register: str, size: int = 100) -> list[Batch]:
    key = read_key(city / PRIVATE_KEY)
    return list(batches(city / REGISTERS, catalogue.resources[register], key, size))


@pytest.mark.parametrize(
    "register", ["mr_changes", "hc_site_workers", "construction_blacklist_province"]
)
def test_a_push_is_signed_and_holds_the_items_alone(
    city: Path, catalogue: Catalogue, register: str
) -> None:
    found = sent(city, catalogue, register)

    known = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key(city / PRIVATE_KEY)))
    items = {one.key for one in catalogue.resources[register].items}
    for batch in found:
        known.verify(base64.b64decode(batch.signature), batch.body)
        said = json.loads(batch.body)
        assert set(said) == {"resource", "batch", "as_of", "records"}
        assert said["as_of"] == "2026-11-22"
        assert 0 < len(said["records"]) <= 200
        assert all(set(one) == items for one in said["records"])
    names = [json.loads(batch.body)["batch"] for batch in found]
    assert len(set(names)) == len(names) > 0


def test_a_body_changed_on_the_way_no_longer_fits_its_signature(
    city: Path, catalogue: Catalogue
) -> None:
    batch = sent(city, catalogue, "mr_changes")[0]
    known = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key(city / PRIVATE_KEY)))

    with pytest.raises(InvalidSignature):
        known.verify(
            base64.b64decode(batch.signature), batch.body.replace("住所".encode(), b"name")
        )


def test_pushing_sends_every_record_once(city: Path, catalogue: Catalogue) -> None:
    with closing(sqlite3.connect(city / REGISTERS)) as connection:
        count = connection.execute("SELECT count(*) FROM hc_site_workers").fetchone()[0]

    found = sent(city, catalogue, "hc_site_workers", 37)

    assert sum(len(json.loads(batch.body)["records"]) for batch in found) == count


def test_what_belongs_to_one_key_travels_in_one_batch(city: Path, catalogue: Catalogue) -> None:
    seen: set[str] = set()
    for batch in sent(city, catalogue, "hc_site_workers", 37):
        projects = {one["project_code"] for one in json.loads(batch.body)["records"]}
        assert not projects & seen
        seen |= projects
    assert len(seen) > 37


def test_a_push_register_without_records_is_one_empty_batch(
    city: Path, catalogue: Catalogue, tmp_path: Path
) -> None:
    changes = catalogue.resources["mr_changes"]
    resource = replace(changes, key="quiet", items=(Item("uscc", changes.name),))
    place = tmp_path / "empty.sqlite3"
    with closing(sqlite3.connect(place)) as connection:
        connection.execute("CREATE TABLE quiet (uscc, updated_on)")

    (batch,) = batches(place, resource, read_key(city / PRIVATE_KEY), as_of="2026-11-22")

    said = json.loads(batch.body)
    assert (said["records"], said["as_of"]) == ([], "2026-11-22")


def test_the_signing_key_is_its_owners_alone(city: Path) -> None:
    assert (city / PRIVATE_KEY).stat().st_mode & 0o077 == 0


def test_the_settings_name_what_the_connections_need(city: Path) -> None:
    named = set()
    for place in sorted(Path("packs/resources/connections").glob("*.yaml")):
        named |= set(
            re.findall(
                r"\$\{(HUIBAN_[A-Z_]+)\}", place.read_text("utf-8").split("connections:", 1)[1]
            )
        )

    assert set(neighbours.environment(city, 8090)) == named
