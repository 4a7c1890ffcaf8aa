# SPDX-License-Identifier: Apache-2.0
"""Registers that come as files: the newest whole one counts, and is read once."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import openpyxl
import pytest

from huiban.connectors.registers import Exchange, Outcome, files
from huiban.kernel.connection import FileConnection
from tests.connectors.registers.peer import FIELDS, USCC, a_call, an_exchange, ask

COLUMNS = {"uscc": "统一社会信用代码", "name": "名称"}
HEAD = ["统一社会信用代码", "名称", "staff", "capital", "founded_on", "is_active"]
ROW = [USCC, "岚一,“建设”", 12, "1200.50", "2015-03-02", "是"]
Write = Callable[[Path, list[list[object]]], None]


def write_csv(path: Path, rows: list[list[object]], encoding: str = "utf-8") -> None:
    lines = [",".join('"' + str(cell).replace('"', '""') + '"' for cell in row) for row in rows]
    path.write_bytes(("\r\n".join(lines) + "\r\n").encode(encoding))


def write_gb18030(path: Path, rows: list[list[object]]) -> None:
    write_csv(path, rows, "gb18030")


def write_excel_csv(path: Path, rows: list[list[object]]) -> None:
    write_csv(path, rows, "utf-8-sig")


def write_xlsx(path: Path, rows: list[list[object]]) -> None:
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    book.save(path)
    book.close()


def write_parquet(path: Path, rows: list[list[object]]) -> None:
    names = ", ".join(f'"{name}"' for name in rows[0])
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE t ({names.replace(',', ' VARCHAR,')} VARCHAR)")
        connection.executemany(
            f"INSERT INTO t VALUES ({', '.join('?' * len(rows[0]))})",
            [[str(cell) for cell in row] for row in rows[1:]],
        )
        connection.execute(f"COPY t TO '{path}' (FORMAT parquet)")


KINDS = [
    ("csv", write_csv), ("csv", write_gb18030), ("csv", write_excel_csv), ("xlsx", write_xlsx),
    ("parquet", write_parquet),
]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "incoming"
    made.mkdir()
    return made


def connected(folder: Path, kind: str = "csv", **more: str) -> FileConnection:
    return FileConnection(
        resource="firms",
        folder=str(folder),
        format=kind,
        columns=COLUMNS,
        **more,  # type: ignore[arg-type]
    )


def look_again(exchange: Exchange) -> None:
    """What half a minute would do."""
    runtime = exchange._runtime
    assert runtime is not None
    way = runtime.askers["firms"].way  # type: ignore[union-attr]
    assert isinstance(way, files.FileWay)
    way._looked -= files.LOOK_AGAIN_S + 1


@pytest.mark.parametrize(("kind", "write"), KINDS)
def test_a_record_is_read_in_the_types_of_the_catalogue(
    kind: str, write: Write, folder: Path, tmp_path: Path
) -> None:
    write(folder / f"firms-2026-11-18.{kind}", [HEAD, ROW])

    with an_exchange(tmp_path, connected(folder, kind)) as exchange:
        answer = ask(exchange, a_call(fields=FIELDS))
        absent = ask(exchange, a_call(key="91370200MA3C0000X9"))

    assert (answer.outcome, answer.detail) == (Outcome.FOUND, "")
    assert answer.records == (
        {
            "uscc": USCC, "name": "岚一,“建设”", "staff": 12, "capital": "1200.50",
            "founded_on": "2015-03-02", "is_active": True,
        },
    )  # fmt: skip
    assert answer.as_of == absent.as_of == date(2026, 11, 18)
    assert absent.outcome is Outcome.ABSENT


def test_cells_as_a_spreadsheet_keeps_them_are_understood(folder: Path, tmp_path: Path) -> None:
    row = [USCC, 20150302, 12.0, 7.5, date(2015, 3, 2), True]
    write_xlsx(folder / "2026-11-18.xlsx", [HEAD, row, [None] * 6])  # type: ignore[list-item]

    with an_exchange(tmp_path, connected(folder, "xlsx")) as exchange:
        answer = ask(exchange, a_call(fields=FIELDS))

    assert answer.records == (
        {
            "uscc": USCC, "name": "20150302", "staff": 12, "capital": "7.5",
            "founded_on": "2015-03-02", "is_active": True,
        },
    )  # fmt: skip


def test_the_newest_day_counts_and_a_day_to_come_does_not(folder: Path, tmp_path: Path) -> None:
    for day, name in (("2026-11-18", "new"), ("2026-10-31", "old"), ("2026-11-22", "to come")):
        write_csv(folder / f"firms-{day}.csv", [HEAD, [USCC, name, *ROW[2:]]])
    write_csv(folder / "firms.csv", [HEAD, [USCC, "no day", *ROW[2:]]])
    (folder / ".2026-11-20.csv").write_bytes(b"x")
    (folder / "2026-11-20.csv.part").write_bytes(b"x")

    with an_exchange(tmp_path, connected(folder)) as exchange:
        answer = ask(exchange, a_call())

    assert answer.records[0]["name"] == "new"
    assert answer.as_of == date(2026, 11, 18)


def test_the_day_may_stand_in_a_column(folder: Path, tmp_path: Path) -> None:
    rows = [[*ROW, "2026-11-15"], ["91370200MA3C0000X2", "岚二", *ROW[2:], "2026-11-17"]]
    write_csv(folder / "2026-11-18.csv", [[*HEAD, "更新日期"], *rows])

    with an_exchange(tmp_path, connected(folder, as_of="更新日期")) as exchange:
        there = ask(exchange, a_call())
        absent = ask(exchange, a_call(key="nobody"))

    assert (there.as_of, absent.as_of) == (date(2026, 11, 15), date(2026, 11, 17))


def test_several_records_of_one_key_are_all_found(folder: Path, tmp_path: Path) -> None:
    rows = [[USCC, f"分公司{at}", *ROW[2:]] for at in range(3)]
    write_csv(folder / "2026-11-18.csv", [HEAD, *rows])

    with an_exchange(tmp_path, connected(folder)) as exchange:
        answer = ask(exchange, a_call(fields=("name",)))

    assert [one["name"] for one in answer.records] == ["分公司0", "分公司1", "分公司2"]


def test_a_new_file_replaces_the_old_one(folder: Path, tmp_path: Path) -> None:
    write_csv(folder / "2026-11-18.csv", [HEAD, ROW])

    with an_exchange(tmp_path, connected(folder), cache_seconds=0) as exchange:
        ask(exchange, a_call())
        write_csv(folder / "2026-11-19.csv", [HEAD, [USCC, "新", *ROW[2:]]])
        look_again(exchange)
        answer = ask(exchange, a_call())

    assert (answer.records[0]["name"], answer.as_of) == ("新", date(2026, 11, 19))
    assert len(list((tmp_path / "firms").glob("*.sqlite3"))) == 1


def half_a_line(path: Path) -> None:
    write_csv(path, [HEAD, ROW])
    path.write_bytes(path.read_bytes()[:-6])


def too_few_cells(path: Path) -> None:
    write_csv(path, [HEAD, ROW, ROW[:3]])


def another_layout(path: Path) -> None:
    write_csv(path, [["code", *HEAD[1:]], ROW])


def an_odd_value(path: Path) -> None:
    write_csv(path, [HEAD, ROW, [USCC, "岚", "many", *ROW[3:]]])


def no_text(path: Path) -> None:
    path.write_bytes(b"\xff\xfe\xfd\n" * 5)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def half_an_archive(path: Path) -> None:
    write_xlsx(path, [HEAD, ROW])
    path.write_bytes(path.read_bytes()[:-200])


def no_archive(path: Path) -> None:
    path.write_bytes(b"PK\x03\x04 nothing")


def another_sheet(path: Path) -> None:
    write_xlsx(path, [["code"], ["1"]])


def an_empty_sheet(path: Path) -> None:
    write_xlsx(path, [])


def half_a_table(path: Path) -> None:
    write_parquet(path, [HEAD, ROW])
    path.write_bytes(path.read_bytes()[:-20])


def another_table(path: Path) -> None:
    write_parquet(path, [["code"], ["1"]])


BROKEN = [
    ("csv", half_a_line, "half written"),
    ("csv", too_few_cells, "cannot be read whole"),
    ("csv", another_layout, "columns are missing: 统一社会信用代码"),
    ("csv", an_odd_value, "row 3: staff is not of its declared type"),
    ("csv", no_text, "neither UTF-8 nor GB 18030"),
    ("csv", empty, "empty"),
    ("xlsx", half_an_archive, "cannot be read whole"),
    ("xlsx", no_archive, "cannot be read whole"),
    ("xlsx", another_sheet, "columns are missing"),
    ("xlsx", an_empty_sheet, "columns are missing"),
    ("parquet", half_a_table, "cannot be read whole"),
    ("parquet", another_table, "columns are missing"),
    ("parquet", empty, "cannot be read whole"),
]
WRITES: dict[str, Write] = {"csv": write_csv, "xlsx": write_xlsx, "parquet": write_parquet}


@pytest.mark.parametrize(("kind", "spoil", "says"), BROKEN)
def test_a_broken_file_never_replaces_a_good_one_and_is_told(
    kind: str, spoil: Callable[[Path], None], says: str, folder: Path, tmp_path: Path
) -> None:
    WRITES[kind](folder / f"2026-11-18.{kind}", [HEAD, ROW])

    with an_exchange(tmp_path, connected(folder, kind), cache_seconds=0) as exchange:
        ask(exchange, a_call())
        spoil(folder / f"2026-11-19.{kind}")
        look_again(exchange)
        answer = ask(exchange, a_call())
        told = exchange.health()["firms"].detail
        WRITES[kind](folder / f"2026-11-19.{kind}", [HEAD, ROW])
        look_again(exchange)
        mended = ask(exchange, a_call())
        after = exchange.health()["firms"].detail

    assert (answer.outcome, answer.as_of) == (Outcome.FOUND, date(2026, 11, 18))
    assert told.startswith(f"2026-11-19.{kind}: ")
    assert says in told
    assert (mended.as_of, after) == (date(2026, 11, 19), "")


@pytest.mark.parametrize(("kind", "spoil", "says"), BROKEN)
def test_at_the_start_too_the_last_good_file_counts(
    kind: str, spoil: Callable[[Path], None], says: str, folder: Path, tmp_path: Path
) -> None:
    spoil(folder / f"2026-11-19.{kind}")
    WRITES[kind](folder / f"2026-11-18.{kind}", [HEAD, ROW])

    with an_exchange(tmp_path, connected(folder, kind)) as exchange:
        answer = ask(exchange, a_call())
        told = exchange.health()["firms"].detail

    assert (answer.outcome, answer.as_of) == (Outcome.FOUND, date(2026, 11, 18))
    assert says in told


def test_without_any_file_nothing_is_known(folder: Path, tmp_path: Path) -> None:
    with an_exchange(tmp_path, connected(folder)) as exchange:
        answer = ask(exchange, a_call())

    assert (answer.outcome, answer.detail) == (Outcome.BROKEN, "no file has come yet")


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with an_exchange(tmp_path, connected(tmp_path / "nowhere")) as exchange:
        answer = ask(exchange, a_call())

    assert "the folder cannot be read" in answer.detail


def test_a_restart_reads_no_file_again(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_csv(folder / "2026-11-18.csv", [HEAD, ROW])
    with an_exchange(tmp_path, connected(folder)) as exchange:
        ask(exchange, a_call())
    (index,) = (tmp_path / "firms").glob("*.sqlite3")
    before = index.stat().st_mtime_ns

    with an_exchange(tmp_path, connected(folder)) as exchange:
        answer = ask(exchange, a_call())

    assert answer.outcome is Outcome.FOUND
    assert [*(tmp_path / "firms").iterdir()] == [index]
    assert index.stat().st_mtime_ns == before


def test_other_columns_make_another_index(folder: Path, tmp_path: Path) -> None:
    write_csv(folder / "2026-11-18.csv", [[*HEAD, "简称"], [*ROW, "岚"]])
    with an_exchange(tmp_path, connected(folder)) as exchange:
        ask(exchange, a_call())
    connection = FileConnection(
        resource="firms", folder=str(folder), format="csv", columns={**COLUMNS, "name": "简称"}
    )

    with an_exchange(tmp_path, connection) as exchange:
        answer = ask(exchange, a_call())

    assert answer.records[0]["name"] == "岚"


def test_an_index_that_another_process_replaced_is_made_anew(folder: Path, tmp_path: Path) -> None:
    write_csv(folder / "2026-11-18.csv", [HEAD, ROW])

    with an_exchange(tmp_path, connected(folder), cache_seconds=0) as exchange:
        ask(exchange, a_call())
        write_csv(folder / "2026-11-19.csv", [HEAD, ROW])
        with an_exchange(tmp_path, connected(folder)) as other:
            ask(other, a_call())
        answer = ask(exchange, a_call())

    assert (answer.outcome, answer.as_of) == (Outcome.FOUND, date(2026, 11, 19))
