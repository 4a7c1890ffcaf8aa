# SPDX-License-Identifier: Apache-2.0
"""The sample city: the same every time, valid in every identifier, at one with itself by share."""

import hashlib
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from huiban.kernel.identifier import (
    IdentifierRefused,
    check_person_id,
    check_phone,
    check_plate,
    check_uscc,
)
from huiban.kernel.identifier_samples import is_sample_person_id, is_sample_uscc
from huiban.kernel.resource import Catalogue, Mode
from huiban.neighbours.city import SHARES, Plan
from huiban.neighbours.fill import ABOUT, ANCHOR_DAYS, fill, is_current, planned, registers
from huiban.neighbours.notable import FIRMS
from huiban.neighbours.register import Delivery
from huiban.services import sample
from tests.neighbours.conftest import DAY, PLAN

Registers = sqlite3.Connection
SMALL = Plan(200, 7, DAY, DAY)


def digests(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.name != "push.key"
    }


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path, catalogue: Catalogue) -> None:
    fill(tmp_path / "one", SMALL, catalogue)
    fill(tmp_path / "two", SMALL, catalogue)
    fill(tmp_path / "other", replace(SMALL, seed=8), catalogue)

    one, other = digests(tmp_path / "one"), digests(tmp_path / "other")
    assert one == digests(tmp_path / "two")
    assert one["registers.sqlite3"] != other["registers.sqlite3"]


def test_filling_again_replaces_the_registers_and_keeps_the_key(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    root = tmp_path / "neighbours"
    fill(root, SMALL, catalogue)
    key = (root / "push.key").read_text("ascii")

    fill(root, replace(SMALL, day=DAY + timedelta(days=40)), catalogue)

    assert (root / "push.key").read_text("ascii") == key
    assert len(list((root / "files" / "hc_market_credit").iterdir())) == 1
    assert not (tmp_path / "neighbours.new").exists()


def test_a_young_city_keeps_its_past_and_an_old_one_begins_anew(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    root = tmp_path / "neighbours"
    fill(root, SMALL, catalogue)
    soon, late = DAY + timedelta(days=ANCHOR_DAYS), DAY + timedelta(days=ANCHOR_DAYS + 1)

    assert is_current(root, planned(root, 200, 7, DAY))
    assert planned(root, 200, 7, soon) == Plan(200, 7, DAY, soon)
    assert planned(root, 200, 7, late) == Plan(200, 7, late, late)
    assert planned(root, 200, 8, soon).anchor == soon
    assert not is_current(root, planned(root, 200, 7, soon))
    assert (root / ABOUT).exists()


@pytest.mark.parametrize("count", [0, len(FIRMS) - 1, 10_000_000])
def test_a_city_of_an_impossible_size_is_refused(count: int) -> None:
    with pytest.raises(ValueError, match=f"take {len(FIRMS)} to"):
        Plan(count, 7, DAY, DAY)


def test_every_register_is_delivered_as_the_catalogue_says(catalogue: Catalogue) -> None:
    modes = {
        Delivery.HTTP: Mode.API, Delivery.DATABASE: Mode.DATABASE, Delivery.PUSH: Mode.PUSH,
        Delivery.CSV: Mode.FILE, Delivery.XLSX: Mode.FILE, Delivery.PARQUET: Mode.FILE,
    }  # fmt: skip
    said = list(registers(PLAN))

    assert {one.key: modes[one.delivery] for one in said} == {
        one.key: catalogue.resources[one.key].mode for one in said
    }
    assert len({one.key for one in said}) == len(said) >= 25
    assert {one.delivery for one in said} == set(Delivery)


def check_person(number: str) -> object:
    return check_person_id(number, DAY)


@pytest.mark.parametrize(
    ("column", "check"),
    [
        ("uscc", check_uscc), ("person_id", check_person), ("legal_person_number", check_person),
        ("plate", check_plate), ("phone", check_phone),
    ],
)  # fmt: skip
def test_every_identifier_in_every_register_is_valid(
    registers: Registers, column: str, check: Callable[[str], object]
) -> None:
    tables = [
        row[0] for row in registers.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    ]
    seen: set[str] = set()
    for table in tables:
        if column in {row["name"] for row in registers.execute(f"PRAGMA table_info({table})")}:
            seen |= {row[0] for row in registers.execute(f"SELECT DISTINCT {column} FROM {table}")}

    wrong = []
    for one in seen:
        try:
            check(one)
        except IdentifierRefused as refused:
            wrong.append((one, str(refused)))
    assert seen
    assert wrong == []


def test_the_citys_people_and_firms_bear_numbers_that_nobody_has(registers: Registers) -> None:
    by_hand = {one.uscc for one in FIRMS} | {one.legal.person_id for one in FIRMS}

    firms = {row[0] for row in registers.execute("SELECT uscc FROM enterprise_registry")}
    people = {row[0] for row in registers.execute("SELECT person_id FROM population")}

    assert len(firms) == PLAN.enterprises
    assert all(is_sample_uscc(one) for one in firms - by_hand)
    assert all(is_sample_person_id(one) for one in people - by_hand)
    names = {row[0] for row in registers.execute("SELECT name FROM enterprise_registry")}
    assert len(names) == PLAN.enterprises
    assert all(name.endswith("（样例）") for name in names)


def lost(registers: Registers, part: str, key: str, whole: str, other: str = "") -> float:
    """The share of a register's subjects that another register does not know."""
    known = f"SELECT {other or key} FROM {whole}"
    total, missing = registers.execute(
        f"SELECT count(*), sum({key} NOT IN ({known})) FROM {part} WHERE {key} IS NOT NULL"
    ).fetchone()
    assert total
    return float(missing or 0) / float(total)


@pytest.mark.parametrize(
    "register",
    [
        "social_insurance", "tax_arrears", "qualification", "safety_permit", "practitioner",
        "special_operators", "vehicle", "waste_transport_permit", "tr_operator", "mr_changes",
        "dishonest_debtors", "credit_penalties", "housing_fund_employer", "construction_permit",
        "hc_crane_registration", "small_enterprise_directory", "enterprise_register_province",
    ],
)  # fmt: skip
def test_every_firm_of_every_register_is_registered(registers: Registers, register: str) -> None:
    assert lost(registers, register, "uscc", "enterprise_registry") == 0


@pytest.mark.parametrize("register", ["practitioner", "special_operators", "real_estate"])
def test_people_of_the_registers_are_in_the_population_by_the_same_name(
    registers: Registers, register: str
) -> None:
    assert lost(registers, register, "person_id", "population") < 3 * SHARES.gap_population
    differing = registers.execute(
        f"SELECT count(*) FROM {register} AS a JOIN population AS b USING (person_id)"
        " WHERE a.name <> b.name"
    ).fetchone()[0]
    assert differing == 0


def test_legal_persons_are_people_with_that_name(registers: Registers) -> None:
    share = lost(registers, "enterprise_registry", "legal_person_number", "population", "person_id")
    differing = registers.execute(
        "SELECT count(*) FROM enterprise_registry AS a JOIN population AS b"
        " ON b.person_id = a.legal_person_number WHERE a.legal_person <> b.name"
    ).fetchone()[0]

    assert 0 < share < 2 * SHARES.gap_population
    assert differing == 0


def test_practitioners_are_insured_by_their_firm_but_for_the_stated_share(
    registers: Registers,
) -> None:
    total, at_home, elsewhere = registers.execute(
        "SELECT count(*), sum(s.uscc = p.uscc), sum(s.uscc <> p.uscc)"
        " FROM practitioner AS p LEFT JOIN social_insurance_person AS s USING (person_id)"
    ).fetchone()

    assert 0 < elsewhere / total < 2 * SHARES.insured_elsewhere
    assert at_home / total > 1 - 2 * (SHARES.insured_elsewhere + SHARES.gap_person)


def test_the_staff_a_firm_insures_is_the_people_insured_there(registers: Registers) -> None:
    rows = registers.execute(
        "SELECT e.staff, count(p.person_id) AS people FROM social_insurance AS e"
        " LEFT JOIN social_insurance_person AS p USING (uscc) GROUP BY e.uscc"
    ).fetchall()

    equal = sum(row["staff"] == row["people"] for row in rows)
    staff, people = sum(row["staff"] for row in rows), sum(row["people"] for row in rows)
    assert equal / len(rows) > 0.9
    assert 1 - 2 * SHARES.gap_person < people / staff < 1


def test_projects_name_registered_builders_contractors_and_supervisors(
    registers: Registers,
) -> None:
    for role in ("builder", "contractor", "supervisor"):
        assert lost(registers, "construction_permit", role, "enterprise_registry", "name") == 0
    qualified = {
        row[0]
        for row in registers.execute(
            "SELECT e.name FROM qualification JOIN enterprise_registry AS e USING (uscc)"
        )
    }
    contractors = {
        row[0] for row in registers.execute("SELECT contractor FROM construction_permit")
    }
    assert contractors <= qualified
    owners = registers.execute(
        "SELECT count(*) FROM construction_permit AS c JOIN enterprise_registry AS e USING (uscc)"
        " WHERE e.name <> c.builder"
    ).fetchone()[0]
    assert owners == 0


def share(registers: Registers, wrong: str, of: str) -> float:
    total, found = registers.execute(f"SELECT count(*), sum({wrong}) FROM {of}").fetchone()
    return float(found or 0) / float(total)


@pytest.mark.parametrize(
    ("wrong", "of", "stated"),
    [
        ("a.address <> b.address", "enterprise_registry AS a JOIN enterprise_register_province"
         " AS b USING (uscc)", SHARES.conflict_address),
        ("a.legal_person <> b.representative", "enterprise_registry AS a JOIN"
         " enterprise_register_province AS b USING (uscc)", SHARES.conflict_legal),
        (f"updated_on < '{DAY - timedelta(days=7)}'", "enterprise_registry",
         SHARES.stale_registry),
        ("b.plate IS NULL", "vehicle AS a LEFT JOIN vehicle_registration AS b USING (plate)",
         SHARES.gap_vehicle),
        ("b.uscc IS NULL", "enterprise_registry AS a LEFT JOIN social_insurance AS b USING (uscc)",
         SHARES.gap_employer),
        ("d.uscc IS NOT NULL", "enterprise_registry AS a LEFT JOIN dishonest_debtors AS d"
         " USING (uscc)", SHARES.dishonest),
        ("a.contractor <> b.contractor", "construction_permit AS a JOIN"
         " construction_permit_province AS b USING (project_code)", SHARES.conflict_project),
    ],
)  # fmt: skip
def test_gaps_conflicts_and_stale_records_keep_to_their_share(
    registers: Registers, wrong: str, of: str, stated: float
) -> None:
    found = share(registers, wrong, of)

    assert stated / 3 < found < 2 * stated


def test_what_a_firm_changed_is_what_the_province_still_says(registers: Registers) -> None:
    wrong = registers.execute(
        "SELECT count(*) FROM mr_changes AS m JOIN enterprise_registry AS e USING (uscc)"
        " JOIN enterprise_register_province AS p USING (uscc)"
        " WHERE m.item = '住所' AND (m.before <> p.address OR m.after <> e.address)"
    ).fetchone()[0]

    assert wrong == 0


def test_the_clerks_of_the_demonstration_work_for_firms_of_the_city(registers: Registers) -> None:
    clerks = {one.clerk: one for one in FIRMS if one.clerk}
    accounts = {one.number: one.person for one in sample.demo_people()}
    accounts |= {one.number: one for one in sample.builders()}

    assert set(accounts) >= set(clerks)
    assert len(clerks) == 5 + len(sample.builders())
    for number, firm in clerks.items():
        found = registers.execute(
            "SELECT name FROM enterprise_registry WHERE uscc = ?", (accounts[number].subject,)
        ).fetchone()
        assert found["name"] == accounts[number].subject_name == firm.name
    resident = accounts["chenjing"]
    assert (
        registers.execute(
            "SELECT name FROM population WHERE person_id = ?", (resident.subject,)
        ).fetchone()["name"]
        == resident.name
    )


def subject(number: str) -> str:
    return next(one.person.subject for one in sample.demo_people() if one.number == number)


def of_firm(registers: Registers, register: str, number: str) -> list[sqlite3.Row]:
    return registers.execute(
        f"SELECT * FROM {register} WHERE uscc = ?", (subject(number),)
    ).fetchall()


def test_lihua_can_apply_for_a_first_safety_permit(registers: Registers) -> None:
    staff = of_firm(registers, "practitioner", "lihua")

    assert {row["kind"][0] for row in staff} == {"A", "B", "C"}
    assert len(staff) >= 12
    assert len(of_firm(registers, "special_operators", "lihua")) >= 6
    assert of_firm(registers, "qualification", "lihua")
    assert of_firm(registers, "safety_permit", "lihua") == []
    assert of_firm(registers, "enterprise_registry", "lihua")[0]["industry"] == "建筑业"
    insured = {
        row[0]
        for row in registers.execute(
            "SELECT person_id FROM social_insurance_person WHERE uscc = ?", (subject("lihua"),)
        )
    }
    assert {row["person_id"] for row in staff} <= insured


def test_wangmin_builds_with_permits_and_lihua_is_her_contractor(registers: Registers) -> None:
    projects = of_firm(registers, "construction_permit", "wangmin")

    contractors = {row["contractor"] for row in projects}
    assert len(projects) >= 8
    assert "青岛通和市政工程有限公司（样例）" in contractors
    assert {row["builder"] for row in projects} == {"青岛海晟置业有限公司（样例）"}


def test_the_stories_hold_an_expiring_permit_a_conflict_and_a_stale_record(
    registers: Registers,
) -> None:
    until = date.fromisoformat(of_firm(registers, "safety_permit", "sunhao")[0]["valid_until"])
    here = of_firm(registers, "enterprise_registry", "gaoyun")[0]
    province = of_firm(registers, "enterprise_register_province", "gaoyun")[0]
    stale = date.fromisoformat(
        of_firm(registers, "enterprise_registry", "tianlei")[0]["updated_on"]
    )

    assert DAY < until < DAY + timedelta(days=90)
    assert here["address"] != province["address"]
    assert here["legal_person"] != province["representative"]
    assert DAY - stale == timedelta(days=200)


def test_builders_that_applied_could_and_one_of_them_had_an_accident(registers: Registers) -> None:
    accidents = []
    for one in sample.builders():
        firm = (one.subject,)
        for register in ("qualification", "practitioner", "social_insurance"):
            found = registers.execute(f"SELECT count(*) FROM {register} WHERE uscc = ?", firm)
            assert found.fetchone()[0], (one.subject_name, register)
        permits = registers.execute("SELECT * FROM safety_permit WHERE uscc = ?", firm)
        assert permits.fetchall() == []
        accidents += registers.execute("SELECT uscc FROM accident WHERE uscc = ?", firm).fetchall()
    assert len(accidents) == 1
