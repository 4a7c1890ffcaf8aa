# SPDX-License-Identifier: Apache-2.0
"""Rules: 12 loan criteria for one case, beside a hand-written function; 10 M rows beside a scan."""

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

import duckdb

from huiban.kernel.rule import (
    Criterion,
    FactKind,
    FactType,
    Schema,
    closure,
    judge,
    judge_sql,
    parse,
)
from huiban.kernel.words import Words

LIMIT_MICROSECONDS = 10.0
AS_OF = date(2023, 2, 21)
UNKNOWN = 0.05
SECTORS = ("养老", "托育", "家政", "餐饮", "外卖", "制造", "批发")

SCHEMA: Schema = {
    "division": FactType(FactKind.TEXT),
    "status": FactType(FactKind.CHOICE, ("存续", "注销", "吊销")),
    "established_on": FactType(FactKind.DATE),
    "headcount": FactType(FactKind.INTEGER),
    "insured_headcount": FactType(FactKind.INTEGER),
    "headcount_year_start": FactType(FactKind.INTEGER),
    "headcount_year_end": FactType(FactKind.INTEGER),
    "new_hires": FactType(FactKind.INTEGER),
    "wage_arrears_months": FactType(FactKind.INTEGER),
    "insurance_arrears_yuan": FactType(FactKind.DECIMAL, decimals=2),
    "is_dishonest": FactType(FactKind.BOOLEAN),
    "representative_is_dishonest": FactType(FactKind.BOOLEAN),
    "overdue_loans": FactType(FactKind.INTEGER),
    "sector": FactType(FactKind.CHOICE, SECTORS),
    "size": FactType(FactKind.CHOICE, ("大型", "中型", "小型", "微型")),
    "asked_yuan": FactType(FactKind.DECIMAL, decimals=2),
}
RULES = {
    "registered_here": "division like '3702%'",
    "in_business": "status = '存续'",
    "one_year_old": "established_on <= as_of - interval '1 year'",
    "ten_employed": "headcount >= 10",
    "ten_insured": "insured_headcount >= 10",
    "stable_last_year": "headcount_year_end >= headcount_year_start",
    "stable_now": "headcount >= headcount_year_end",
    "wages_paid": "wage_arrears_months = 0 and insurance_arrears_yuan = 0",
    "honest": "not is_dishonest and not representative_is_dishonest",
    "no_bad_credit": "overdue_loans = 0",
    "small": "size in ('小型', '微型') and asked_yuan <= 30000000",
    "preferred": "sector in ('养老', '托育', '家政', '餐饮', '外卖')"
    " or new_hires * 100 >= headcount * 20",
}
Answers = list[bool | None]


def by_hand(f: Mapping[str, object], as_of: date) -> Answers:
    """What a programmer would write for the same criteria: the limit we compare with."""
    a: Answers = []
    get = f.get
    v: object = get("division")
    a.append(None if v is None else v.startswith("3702"))  # type: ignore[attr-defined]
    v = get("status")
    a.append(None if v is None else v == "存续")
    v = get("established_on")
    a.append(None if v is None else v <= as_of.replace(year=as_of.year - 1))  # type: ignore[operator]
    n: object = get("headcount")
    a.append(None if n is None else n >= 10)  # type: ignore[operator]
    v = get("insured_headcount")
    a.append(None if v is None else v >= 10)  # type: ignore[operator]
    s, e = get("headcount_year_start"), get("headcount_year_end")
    a.append(None if s is None or e is None else e >= s)  # type: ignore[operator]
    a.append(None if n is None or e is None else n >= e)  # type: ignore[operator]
    v, w = get("wage_arrears_months"), get("insurance_arrears_yuan")
    x = None if v is None else v == 0
    y = None if w is None else w == 0
    a.append(False if x is False or y is False else None if x is None or y is None else True)
    v, w = get("is_dishonest"), get("representative_is_dishonest")
    a.append(False if v or w else None if v is None or w is None else True)
    v = get("overdue_loans")
    a.append(None if v is None else v == 0)
    v, w = get("size"), get("asked_yuan")
    x = None if v is None else v in {"小型", "微型"}
    y = None if w is None else w <= 30000000  # type: ignore[operator]
    a.append(False if x is False or y is False else None if x is None or y is None else True)
    v, w = get("sector"), get("new_hires")
    x = None if v is None else v in {"养老", "托育", "家政", "餐饮", "外卖"}
    y = None if w is None or n is None else w * 100 >= n * 20  # type: ignore[operator]
    a.append(True if x or y else None if x is None or y is None else False)
    return a


def case(random: Random) -> dict[str, object]:
    """Return the facts of one enterprise, a few of them unknown."""
    headcount = random.randint(0, 60)
    facts: dict[str, object] = {
        "division": random.choice(("370202", "370203", "370211", "370102")),
        "status": random.choice(("存续", "存续", "存续", "注销")),
        "established_on": AS_OF - timedelta(days=random.randint(0, 6000)),
        "headcount": headcount,
        "insured_headcount": max(0, headcount - random.randint(0, 3)),
        "headcount_year_start": max(0, headcount - random.randint(-3, 6)),
        "headcount_year_end": max(0, headcount - random.randint(-2, 4)),
        "new_hires": random.randint(0, 9),
        "wage_arrears_months": random.choice((0, 0, 0, 1)),
        "insurance_arrears_yuan": Decimal(random.choice((0, 0, 0, 12345))).scaleb(-2),
        "is_dishonest": random.random() < 0.02,
        "representative_is_dishonest": random.random() < 0.02,
        "overdue_loans": random.choice((0, 0, 0, 0, 1)),
        "sector": random.choice(SECTORS),
        "size": random.choice(("中型", "小型", "微型")),
        "asked_yuan": Decimal(random.randint(1, 4 * 10**9)).scaleb(-2),
    }
    return {name: fact for name, fact in facts.items() if random.random() >= UNKNOWN}


def best(run: Callable[[], object], times: int = 25) -> float:
    """Return the seconds of the quickest of several runs."""
    found = []
    for _ in range(times):
        began = time.perf_counter()
        run()
        found.append(time.perf_counter() - began)
    return min(found)


def one_case(criteria: list[Criterion], count: int) -> dict[str, float]:
    """Return microseconds a case: closures, the hand-written function, and judge with reasons."""
    random = Random(12)
    cases = [case(random) for _ in range(count)]
    closures = [closure(criterion.rule) for criterion in criteria]
    for facts in cases:
        answers = [run(facts, AS_OF) for run in closures]
        if answers != by_hand(facts, AS_OF):
            raise AssertionError(f"the hand-written function differs for {facts}")

    def ours() -> None:
        for facts in cases:
            for run in closures:
                run(facts, AS_OF)

    seconds = {
        "closures": best(ours),
        "by_hand": best(lambda: [by_hand(facts, AS_OF) for facts in cases]),
        "judge_with_reasons": best(lambda: [judge(criteria, facts, AS_OF) for facts in cases], 5),
    }
    return {name: round(value / count * 1e6, 2) for name, value in seconds.items()}


def many_rows(criteria: list[Criterion], count: int) -> dict[str, float]:
    """Return seconds for judging a Parquet file in DuckDB and for only reading its columns."""
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        path = Path(folder) / "enterprises.parquet"
        connection.execute("SET threads = 2")
        connection.execute(f"COPY ({_rows(count)}) TO '{path}' (FORMAT parquet, COMPRESSION zstd)")
        table = f"read_parquet('{path}')"
        read = ", ".join(f"max({name})" for name in SCHEMA)
        judged = judge_sql(criteria, "duckdb", AS_OF, table)
        count_masks = f"SELECT v_pass_mask, v_fail_mask, count(*) FROM ({judged}) GROUP BY ALL"

        def seconds(sql: str) -> float:
            return round(best(lambda: connection.execute(sql).fetchall(), 3), 3)

        return {
            "scan": seconds(f"SELECT {read} FROM {table}"),
            "judge": seconds(count_masks),
            "megabytes": round(path.stat().st_size / 1e6),
        }


def _rows(count: int) -> str:
    def choice(salt: int, *values: str) -> str:
        listed = ", ".join(f"'{value}'" for value in values)
        return f"list_extract([{listed}], 1 + (hash(i * 64 + {salt}) % {len(values)})::INTEGER)"

    def number(salt: int, end: int) -> str:
        return f"(hash(i * 64 + {salt}) % {end})::BIGINT"

    columns = {
        "division": choice(1, "370202", "370203", "370211", "370102"),
        "status": choice(2, "存续", "存续", "存续", "注销"),
        "established_on": f"DATE '2023-02-21' - {number(3, 6000)}::INTEGER",
        "headcount": number(4, 60),
        "insured_headcount": number(5, 60),
        "headcount_year_start": number(6, 60),
        "headcount_year_end": number(7, 60),
        "new_hires": number(8, 10),
        "wage_arrears_months": f"greatest({number(9, 5)} - 3, 0)",
        "insurance_arrears_yuan": f"(greatest({number(10, 5)} - 3, 0) * 123.45)::DECIMAL(15, 2)",
        "is_dishonest": f"{number(11, 50)} = 0",
        "representative_is_dishonest": f"{number(12, 50)} = 0",
        "overdue_loans": f"greatest({number(13, 5)} - 3, 0)",
        "sector": choice(14, *SECTORS),
        "size": choice(15, "中型", "小型", "微型"),
        "asked_yuan": f"({number(16, 4 * 10**9)} / 100)::DECIMAL(15, 2)",
    }
    unknown = int(1 / UNKNOWN)
    listed = ", ".join(
        f"CASE WHEN hash(i * 64 + {salt + 32}) % {unknown} <> 0 THEN {column} END AS {name}"
        for salt, (name, column) in enumerate(columns.items())
    )
    return f"SELECT i AS number, {listed} FROM range({count}) AS t(i)"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--cases", type=int, default=2000)
    arguments.add_argument("--rows", type=int, default=10_000_000)
    options = arguments.parse_args()
    criteria = [
        Criterion(code, Words(code), parse(text, SCHEMA), "青岗贷申请标准")
        for code, text in RULES.items()
    ]
    one = one_case(criteria, options.cases)
    print(f"one case, {len(criteria)} criteria, microseconds:")
    print(f"  closures            {one['closures']:8.2f}   at most {LIMIT_MICROSECONDS:.0f}")
    print(f"  by hand             {one['by_hand']:8.2f}   the limit")
    print(f"  judge, with reasons {one['judge_with_reasons']:8.2f}")
    many = many_rows(criteria, options.rows)
    times = many["judge"] / many["scan"]
    print(f"{options.rows:,} rows of Parquet ({many['megabytes']:.0f} MB), DuckDB, 2 threads:")
    print(f"  judge and count     {many['judge']:8.2f} s   {times:.2f} x the scan")
    print(f"  bare scan           {many['scan']:8.2f} s   the limit")
    print(json.dumps({
        "name": "rule",
        "figures": {"case_us": one["closures"], "judge_us": one["judge_with_reasons"],
                    "rows_s": many["judge"]},
        "limit": {"case_us": LIMIT_MICROSECONDS, "by_hand_us": one["by_hand"],
                  "scan_s": many["scan"]},
        "ratio": {"case_to_by_hand": round(one["closures"] / one["by_hand"], 2),
                  "rows_to_scan": round(times, 2)},
        "met": one["closures"] <= LIMIT_MICROSECONDS,
    }))  # fmt: skip


if __name__ == "__main__":
    main()
