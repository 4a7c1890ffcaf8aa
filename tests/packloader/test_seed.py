# SPDX-License-Identifier: Apache-2.0
"""What a demonstration sends in: dates come along, facts of the past stay, identity is left out."""

from datetime import date
from pathlib import Path

from huiban.packloader import load_scenarios
from huiban.packloader.seed import SeededCase, seeded_cases

ROOT = Path(__file__).resolve().parents[2] / "packs"
LOADED = load_scenarios(ROOT)
TODAY = date(2026, 11, 23)


def first(pack: str) -> SeededCase:
    return seeded_cases(LOADED.scenarios[pack], LOADED.common)[0]


def test_dates_from_the_application_on_move_with_it() -> None:
    answers = first("construction_waste").answers(TODAY, "青岛某某有限公司")

    assert answers["apply_date"] == "2026-11-23"
    assert answers["period_start"] == "2026-12-10"  # 17 days later, as in the sample


def test_what_was_before_the_application_stays_as_it_was() -> None:
    answers = first("safety_permit").answers(TODAY, "青岛某某有限公司")

    assert answers["apply_date"] == "2026-11-23"
    assert answers["established"] == "2012-03-15"


def test_what_the_sign_in_vouches_for_is_left_to_it() -> None:
    answers = first("safety_permit").answers(TODAY, "青岛某某有限公司")

    assert not {"name", "uscc", "contact", "phone"} & set(answers)


def test_the_case_with_an_accident_is_the_one_that_goes_to_consultation() -> None:
    seeds = seeded_cases(LOADED.scenarios["safety_permit"], LOADED.common)

    with_accident = [one.stage for one in seeds if one.answers(TODAY, "")["accidents"] != "0"]

    assert with_accident == ["consultation"]
