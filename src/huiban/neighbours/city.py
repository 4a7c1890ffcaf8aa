# SPDX-License-Identifier: Apache-2.0
"""The sample city (样例城市) itself: its firms, people, projects and vehicles."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb

from huiban.neighbours import dice
from huiban.neighbours.dice import chance, choice, listed, quoted
from huiban.neighbours.notable import FIRMS, PROJECTS, RESIDENTS, SITES, SUPERVISOR, VEHICLES
from huiban.neighbours.vocabulary import (
    BRAND,
    CATEGORIES,
    DISTRICTS,
    STREETS,
    TRADES,
    WORKS,
)


@dataclass(frozen=True, slots=True)
class Shares:
    """How often the registers of the city disagree, lag or know nothing; shares from 0 to 1."""

    conflict_address: float = 0.04
    conflict_legal: float = 0.02
    conflict_project: float = 0.03
    conflict_qualification: float = 0.02
    stale_registry: float = 0.03
    gap_employer: float = 0.02  # not in the social insurance of employers
    gap_person: float = 0.015  # staff whom social insurance does not know
    gap_population: float = 0.004
    gap_vehicle: float = 0.02
    gap_planning: float = 0.03
    insured_elsewhere: float = 0.01  # practitioners, at a firm other than the one they vouch for
    dishonest: float = 0.006
    blacklisted: float = 0.003
    penalised: float = 0.03


SHARES = Shares()


@dataclass(frozen=True, slots=True)
class Plan:
    """
    What city to make: `anchor` is the day its past is counted from, `day` the day of the registers.

    :raises ValueError: when there are fewer firms than stories are told about, or too many.
    """

    enterprises: int
    seed: int
    anchor: date
    day: date

    def __post_init__(self) -> None:
        if not len(FIRMS) <= self.enterprises <= dice.MOST_ENTERPRISES:
            raise ValueError(
                f"{self.enterprises} enterprises: take {len(FIRMS)} to {dice.MOST_ENTERPRISES}"
            )

    @property
    def month(self) -> date:
        """The month that social insurance has settled last."""
        return (self.day.replace(day=1) - timedelta(days=1)).replace(day=1)

    @property
    def projects(self) -> int:
        return max(40, self.enterprises // 30)


def build(connection: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """Fill the tables enterprise, person, project, vehicle and site of a DuckDB connection."""
    dice.install(connection, plan.seed)
    _notable_tables(connection)
    for statement in (
        _firm(plan), _PERSON, _ENTERPRISE, _project(plan), _VEHICLE, _site(plan),
    ):  # fmt: skip
        connection.execute(statement)


def _table(
    connection: duckdb.DuckDBPyConnection, head: str, rows: Sequence[Sequence[object]]
) -> None:
    name = head.split("(")[0]
    marks = ", ".join("?" for _ in rows[0])
    connection.execute(f"CREATE TABLE {head}")
    connection.executemany(f"INSERT INTO {name} VALUES ({marks})", [list(row) for row in rows])


def _notable_tables(connection: duckdb.DuckDBPyConnection) -> None:
    _table(
        connection,
        "notable(i BIGINT, uscc TEXT, name TEXT, trade TEXT, district TEXT, address TEXT,"
        " staff INTEGER, capital DOUBLE, category TEXT, permit_days INTEGER,"
        " former_address TEXT, former_legal TEXT, behind INTEGER, had_accident BOOLEAN)",
        [
            (i, one.uscc, one.name, one.trade, one.district, one.address, one.staff, one.capital,
             one.category or None, one.permit_days, one.former_address or None,
             one.former_legal or None, one.behind, one.had_accident)
            for i, one in enumerate(FIRMS)
        ],
    )  # fmt: skip
    _table(
        connection,
        "face(i BIGINT, r INTEGER, person_id TEXT, name TEXT)",
        [(i, one.legal.rank, one.legal.person_id, one.legal.name) for i, one in enumerate(FIRMS)]
        + [(-1, place, one.person_id, one.name) for place, one in enumerate(RESIDENTS)],
    )


def _by_trade(trades: Sequence[tuple[str, object]], of: str = "trade") -> str:
    cases = " ".join(f"WHEN '{trade}' THEN {value}" for trade, value in trades)
    return f"CASE {of} {cases} END"


def _trade() -> str:
    bound, cases = 0, []
    for trade, (_, _, share) in TRADES.items():
        bound += share * dice.MILLION // 1000
        cases.append(f"WHEN dice(i, 10) < {bound} THEN '{trade}'")
    return f"CASE {' '.join(cases)} END"


def _brand() -> str:
    def letter(power: int, of: str) -> str:
        return f"list_extract({listed(BRAND)}, (1 + {of} // {100**power} % 100)::INTEGER)"

    two, three = "(i * 7919 % 10000)", "(i * 7919 % 1000000)"
    return (
        f"CASE WHEN i < 10000 THEN {letter(1, two)} || {letter(0, two)} "
        f"ELSE {letter(2, three)} || {letter(1, three)} || {letter(0, three)} END"
    )


def _street(row: str, salt: int) -> str:
    streets = ", ".join(listed(names) for names in STREETS)
    return f"list_extract(list_extract([{streets}], d), 1 + dice({row}, {salt}) % 6)"


def _address(row: str, salt: int) -> str:
    room = (
        f"(1 + dice({row}, {salt + 2}) % 12) || '号楼'"
        f" || (101 + dice({row}, {salt + 3}) % 900) || '室'"
    )
    return (
        f"'青岛市' || district_name || {_street(row, salt)} || (1 + dice({row}, {salt + 1}) % 400)"
        f" || '号' || CASE WHEN dice({row}, {salt + 4}) % 2 = 0 THEN {room} ELSE '' END"
    )


def _firm(plan: Plan) -> str:
    names = _by_trade([(trade, choice("i", 12, said)) for trade, (_, said, _) in TRADES.items()])
    industry = _by_trade([(trade, quoted(said)) for trade, (said, _, _) in TRADES.items()])
    permit = f"CASE WHEN {chance('i', 20, 0.75)} THEN dice(i, 21) % 1150 - 55 END"
    return f"""
CREATE TABLE firm AS
WITH drawn AS (
  SELECT i, coalesce(n.trade, {_trade()}) AS trade,
    coalesce(list_position({listed(list(DISTRICTS))}, n.district), 1 + dice(i, 11) % 10) AS d,
    n.i IS NOT NULL AS is_notable, n.* EXCLUDE (i, trade, district)
  FROM range({plan.enterprises}) AS t(i) LEFT JOIN notable AS n USING (i)
), placed AS (
  SELECT *, list_extract({listed(list(DISTRICTS))}, d) AS district,
    list_extract({listed(list(DISTRICTS.values()))}, d) AS district_name,
    CASE WHEN is_notable THEN category IS NOT NULL
      ELSE trade = 'construction' AND {chance("i", 13, 0.4)} END AS is_qualified
  FROM drawn
)
SELECT i, trade, {industry} AS industry, d, district, district_name, is_notable, is_qualified,
  coalesce(uscc, uscc_of(district, i)) AS uscc,
  coalesce(name, '青岛' || {_brand()} || {names} || '有限公司（样例）') AS name,
  coalesce(address, {_address("i", 30)}) AS address,
  CASE WHEN is_notable THEN former_address
    WHEN {chance("i", 14, SHARES.conflict_address)} THEN {_address("i", 40)} END AS former_address,
  CASE WHEN is_notable THEN former_legal
    WHEN {chance("i", 15, SHARES.conflict_legal)} THEN name_of(i + 3000017) END AS former_legal,
  coalesce(capital, list_extract([50, 100, 200, 500, 1000, 2000, 5000], 1 + dice(i, 16) % 7)
    ::DOUBLE) AS capital,
  DATE '{plan.anchor}' - 500 - dice(i, 17) % 7000 AS established,
  coalesce(staff, CASE WHEN is_qualified THEN 14 + dice(i, 18) % 33
    WHEN trade = 'construction' THEN 2 + dice(i, 18) % 9
    ELSE 1 + (6.0 * power(dice(i, 18) / {dice.MILLION}.0, 3))::INTEGER END) AS staff,
  CASE WHEN is_notable THEN behind
    WHEN {chance("i", 19, SHARES.stale_registry)} THEN 30 + dice(i, 22) % 370 ELSE 1 END AS behind,
  CASE WHEN is_qualified THEN coalesce(category, {choice("i", 23, CATEGORIES)}) END AS category,
  CASE WHEN is_notable THEN permit_days WHEN is_qualified THEN {permit} END AS permit_days,
  coalesce(had_accident, false) AS had_accident,
  CASE WHEN {chance("i", 24, 0.02)} AND NOT is_notable THEN '注销' ELSE '存续' END AS status
FROM placed ORDER BY i"""


# A qualified firm's staff by rank: two who lead (A), those who lead projects (B), safety officers
# (C), then operators; 14 are always enough for all of them.
_PERSON = f"""
CREATE TABLE person AS
WITH ranked AS (
  SELECT i, unnest(range(staff))::INTEGER AS r, sum(staff) OVER (ORDER BY i) - staff AS first,
    is_notable, is_qualified, staff
  FROM firm
), counted AS (
  SELECT i, r, (first + r)::BIGINT AS p, is_notable, CASE WHEN NOT is_qualified THEN 'staff'
    WHEN r < 2 THEN 'A' WHEN r < 4 + staff // 10 THEN 'B'
    WHEN r < 7 + staff // 10 + staff // 6 THEN 'C'
    WHEN r < 10 + staff // 10 + staff // 6 + staff // 8 THEN 'operator'
    ELSE 'staff' END AS part
  FROM ranked
)
SELECT p, i, r, part, coalesce(f.person_id, person_id_of(p)) AS person_id,
  coalesce(f.name, name_of(p)) AS name, is_notable,
  NOT is_notable AND {chance("p", 50, SHARES.gap_person)} AS is_uninsured,
  NOT is_notable AND part IN ('A', 'B', 'C') AND r > 0
    AND {chance("p", 51, SHARES.insured_elsewhere)} AS is_elsewhere
FROM counted LEFT JOIN face AS f USING (i, r)
UNION ALL
SELECT -1 - r, NULL, r, 'resident', person_id, name, true, true, false FROM face WHERE i = -1
ORDER BY p"""

_ENTERPRISE = """
CREATE TABLE enterprise AS
SELECT firm.*, p.name AS legal_person, p.person_id AS legal_number
FROM firm JOIN person AS p ON p.i = firm.i AND p.r = 0 ORDER BY firm.i"""


def _project(plan: Plan) -> str:
    own = ", ".join(
        f"({place}, {quoted(one.code)}, {quoted(one.name)}, {quoted(one.address)},"
        f" '{one.district}', {one.builder}, {one.contractor}, {one.site_area},"
        f" {'NULL' if one.floor_area is None else one.floor_area})"
        for place, one in enumerate(PROJECTS)
    )
    return f"""
CREATE TABLE project AS
WITH own(q, code, name, address, district, builder, contractor, site_area, floor_area) AS (
  VALUES {own}
), drawn AS (
  SELECT q, 1 + dice(q, 60) % 10 AS d, dice(q, 61) AS x, dice(q, 62) AS y, dice(q, 63) AS z
  FROM range({plan.projects}) AS t(q)
), cast_ AS (
  SELECT q, d, list_extract({listed(list(DISTRICTS.values()))}, d) AS district_name,
    {_ranked("real_estate", "x")} AS builder, {_ranked("construction", "y")} AS contractor,
    {_ranked("supervision", "z")} AS supervisor
  FROM drawn
), made AS (
  SELECT q, d, district_name, builder, contractor, supervisor,
    list_extract({listed(list(DISTRICTS))}, d) AS district,
    {_street("q", 64)} AS street, (1 + dice(q, 65) % 600) AS house,
    500.0 + dice(q, 66) % 60000 AS site_area, 800.0 + dice(q, 67) % 160000 AS floor_area,
    dice(q, 68) % 900 AS age
  FROM cast_
)
SELECT q, coalesce(own.district, made.district) AS district,
  CASE WHEN own.q IS NULL THEN age ELSE 40 + 25 * q END AS age,
  coalesce(own.code, strftime(DATE '{plan.anchor}' - age::INTEGER, '%Y') || '-' || made.district
    || '-47-01-' || (100000 + q + 1000)) AS code,
  coalesce(own.name, district_name || street || {choice("q", 69, WORKS)} || '（样例）') AS name,
  coalesce(own.address, '青岛市' || district_name || street || house || '号') AS address,
  coalesce(own.builder, made.builder) AS builder,
  coalesce(own.contractor, made.contractor) AS contractor,
  CASE WHEN own.q IS NULL THEN made.supervisor ELSE {SUPERVISOR} END AS supervisor,
  coalesce(own.site_area, made.site_area) AS site_area,
  coalesce(own.floor_area, made.floor_area) AS floor_area,
  CASE WHEN own.q IS NULL THEN NOT {chance("q", 70, SHARES.gap_planning)}
    ELSE own.floor_area IS NOT NULL END AS is_planned,
  own.q IS NULL AND {chance("q", 71, SHARES.conflict_project)} AS is_disputed
FROM made LEFT JOIN own USING (q) ORDER BY q"""


def _ranked(trade: str, draw: str) -> str:
    """The firm of a trade that a draw falls on; contractors are qualified ones."""
    only = "is_qualified" if trade == "construction" else f"trade = '{trade}'"
    firms = f"(SELECT list(i ORDER BY i) FROM firm WHERE {only} AND status = '存续')"
    return f"list_extract({firms}, 1 + {draw} % len({firms}))"


def _vehicles() -> Iterator[str]:
    for place, one in enumerate(VEHICLES):
        yield f"({-1 - place}, {one.firm}, '{one.plate}', '{one.road_permit}')"


# Plates run 鲁B and 鲁U, a letter and four digits; the hand-written ones lead with a digit.
_VEHICLE = f"""
CREATE TABLE vehicle AS
WITH counted AS (
  SELECT i, unnest(range(CASE WHEN is_notable THEN 6 ELSE 1 + dice(i, 80) % 8 END)) AS k
  FROM firm WHERE trade = 'transport'
), numbered AS (
  SELECT i, row_number() OVER (ORDER BY i, k) - 1 AS v FROM counted
)
SELECT v, i, CASE WHEN v < 240000 THEN '鲁B' ELSE '鲁U' END
    || substr('ABCDEFGHJKLMNPQRSTUVWXYZ', (1 + v // 10000 % 24)::INTEGER, 1)
    || lpad((v * 7919 % 10000)::VARCHAR, 4, '0') AS plate,
  (370200100000 + v)::VARCHAR AS road_permit,
  {chance("v", 81, SHARES.gap_vehicle)} AS is_missing,
  {chance("v", 82, 0.03)} AS is_sold
FROM numbered
UNION ALL
SELECT v, i, plate, road_permit, false, false
FROM (VALUES {", ".join(_vehicles())}) AS own(v, i, plate, road_permit)
ORDER BY v"""


def _site(plan: Plan) -> str:
    rows = ", ".join(
        f"({place}, {quoted(name)}, '{district}', {whole}, {left}, {quoted(contact)}, '{phone}')"
        for place, (name, district, whole, left, contact, phone) in enumerate(SITES)
    )
    return (
        "CREATE TABLE site AS SELECT * FROM "
        f"(VALUES {rows}) AS t(s, name, district, capacity, remains, contact, phone)"
    )
