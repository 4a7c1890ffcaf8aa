# SPDX-License-Identifier: Apache-2.0
"""The calendar, divisions, departments and code sets in packs/common hold together."""

from datetime import date
from pathlib import Path

import pytest
import yaml

from huiban.kernel.calendar import CalendarDay, DayStatus, Festival, rows_of
from huiban.kernel.identifier import check_uscc
from huiban.kernel.identifier_samples import is_sample_uscc
from tests.kernel.calendar_sample import YEARS, rows_of_notice

COMMON = Path(__file__).parents[2] / "packs" / "common"


def read(name: str) -> dict:  # type: ignore[type-arg]
    return yaml.safe_load((COMMON / name).read_text("utf-8"))


def rows_of_file(year: int) -> tuple[CalendarDay, ...]:
    data = read(f"calendar/{year}.yaml")
    festivals = [
        Festival(one["name"], one["first"], one["last"], tuple(one.get("work", ())))
        for one in data["festivals"]
    ]
    return rows_of(data["year"], festivals, DayStatus(data["status"]))


@pytest.mark.parametrize("year", YEARS)
def test_the_file_of_a_year_says_what_the_notice_says(year: int) -> None:
    assert list(rows_of_file(year)) == rows_of_notice(year)


def test_there_is_a_file_for_every_year_and_only_the_last_is_provisional() -> None:
    years = sorted(int(path.stem) for path in (COMMON / "calendar").glob("*.yaml"))

    assert years == list(range(2020, 2028))
    assert [y for y in years if read(f"calendar/{y}.yaml")["status"] != "official"] == [2027]


def test_the_provisional_year_has_the_thirteen_days_of_the_law_on_weekdays_and_no_swaps() -> None:
    rows = rows_of_file(2027)

    assert sum(row.day.weekday() < 5 for row in rows) == 13
    assert not read("calendar/2027.yaml")["festivals"][0].get("work")
    assert {row.kind.value for row in rows} == {"holiday"}


def test_every_file_names_its_source_and_when_it_was_published() -> None:
    for year in range(2020, 2028):
        for source in read(f"calendar/{year}.yaml")["sources"]:
            assert source["title"]
            assert isinstance(source["published_on"], date)


def test_divisions_form_one_tree_of_151() -> None:
    divisions = {one["code"]: one for one in read("divisions.yaml")["divisions"]}
    levels = [one["level"] for one in divisions.values()]

    assert levels.count("city") == 1
    assert levels.count("district") == 10
    assert len(divisions) - 11 == 141
    for code, one in divisions.items():
        if one["level"] != "city":
            assert one["parent"] in divisions
            assert code.startswith(one["parent"][:4])


def test_former_divisions_are_gone_and_lead_to_a_present_one() -> None:
    data = read("divisions.yaml")
    codes = {one["code"] for one in data["divisions"]}

    assert {one["code"] for one in data["former"]} == {"370205", "370282", "370284"}
    for one in data["former"]:
        assert one["code"] not in codes
        assert one["successor"] in codes
        assert one["last_year"] < 2020


def test_departments_carry_valid_sample_codes_of_authorities() -> None:
    departments = read("departments.yaml")["departments"]

    assert len({one["uscc"] for one in departments}) == len(departments)
    for one in departments:
        checked = check_uscc(one["uscc"])
        assert checked.value == one["uscc"]
        assert checked.warnings == ()
        assert one["uscc"].startswith("11370200")
        assert is_sample_uscc(one["uscc"])


def test_code_sets_are_text_and_say_whether_they_are_standard() -> None:
    sets = {one["code"]: one for one in read("code_sets.yaml")["sets"]}

    assert sets["item_type"]["values"][1] == {"code": "01", "name": "行政许可"}
    assert sum(one["standard"] for one in sets.values()) == 9
    for one in sets.values():
        assert all(isinstance(value["code"], str) for value in one["values"])
