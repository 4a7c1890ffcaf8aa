# SPDX-License-Identifier: Apache-2.0
"""Filling the neighbours' registers: one seeded city, written as every department keeps its own."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb

from huiban.kernel.resource import Catalogue
from huiban.neighbours import city, of_construction, of_enterprises, of_people
from huiban.neighbours.city import Plan
from huiban.neighbours.departments import write_file, write_table
from huiban.neighbours.push import PRIVATE_KEY, make_key
from huiban.neighbours.register import Delivery, Register

REGISTERS = "registers.sqlite3"
"""What is answered over HTTP and what is pushed, one table a register."""

PLANNING = "planning.sqlite3"
FILES = "files"
ABOUT = "city.json"
ANCHOR_DAYS = 30
"""A city younger than this keeps its past when it is filled again for a new day."""

SEED = 2026


@dataclass(frozen=True, slots=True)
class Filled:
    """How many rows each register got."""

    plan: Plan
    rows: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.rows.values())


def registers(plan: Plan) -> Iterator[Register]:
    """Yield every register that the sample city keeps."""
    yield from of_enterprises.registers(plan)
    yield from of_people.registers(plan)
    yield from of_construction.registers(plan)


def fill(
    root: Path, plan: Plan, catalogue: Catalogue, tell: Callable[[str], None] = lambda _: None
) -> Filled:
    """
    Write the city's registers under `root`, in place of those of before; the push key stays.

    :raises LookupError: if a register has no entry in the catalogue.
    """
    fresh = root.with_name(root.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    rows: dict[str, int] = {}
    with duckdb.connect() as connection:
        connection.execute("SET threads = 2")
        city.build(connection, plan)
        for register in registers(plan):
            rows[register.key] = _write(connection, fresh, register, catalogue, plan)
            tell(f"{register.key}: {rows[register.key]}")
    _keep_key(root, fresh)
    about = {"enterprises": plan.enterprises, "seed": plan.seed, "rows": rows,
             "anchor": plan.anchor.isoformat(), "day": plan.day.isoformat()}  # fmt: skip
    (fresh / ABOUT).write_text(json.dumps(about, indent=1) + "\n", "utf-8")
    shutil.rmtree(root, ignore_errors=True)
    fresh.rename(root)
    return Filled(plan, rows)


def _write(
    connection: duckdb.DuckDBPyConnection,
    root: Path,
    register: Register,
    catalogue: Catalogue,
    plan: Plan,
) -> int:
    resource = catalogue.resources.get(register.key)
    if resource is None:
        raise LookupError(f"the catalogue has no resource {register.key!r}: add it or drop it")
    if register.delivery in (Delivery.HTTP, Delivery.PUSH):
        return write_table(connection, root / REGISTERS, register, resource)
    if register.delivery is Delivery.DATABASE:
        return write_table(connection, root / PLANNING, register, resource)
    told = connection.execute(f"SELECT max(updated_on)::VARCHAR FROM ({register.rows})").fetchone()
    day = told[0] if told and told[0] else plan.day.isoformat()
    name = f"{register.key}_{day}.{register.delivery}"
    return write_file(connection, root / FILES / register.key / name, register, resource)


def _keep_key(root: Path, fresh: Path) -> None:
    if (root / PRIVATE_KEY).exists():
        shutil.copy2(root / PRIVATE_KEY, fresh / PRIVATE_KEY)
    else:
        make_key(fresh / PRIVATE_KEY)


def planned(root: Path, enterprises: int, seed: int, today: date) -> Plan:
    """Return the plan for today: a young city of the same size and seed keeps its past."""
    before = about(root)
    anchor = today
    if before and (before["enterprises"], before["seed"]) == (enterprises, seed):
        kept = date.fromisoformat(str(before["anchor"]))
        if timedelta() <= today - kept <= timedelta(days=ANCHOR_DAYS):
            anchor = kept
    return Plan(enterprises, seed, anchor, today)


def is_current(root: Path, plan: Plan) -> bool:
    """Tell whether the registers under `root` are this plan's already."""
    before = about(root)
    return bool(before) and Plan(
        int(str(before["enterprises"])), int(str(before["seed"])),
        date.fromisoformat(str(before["anchor"])), date.fromisoformat(str(before["day"])),
    ) == plan  # fmt: skip


def about(root: Path) -> dict[str, object]:
    """Return what city lies under `root`; empty if none does."""
    try:
        found = json.loads((root / ABOUT).read_text("utf-8"))
    except FileNotFoundError:
        return {}
    return dict(found)
