# SPDX-License-Identifier: Apache-2.0
"""Every worked example of every pack turns out as it is written."""

from pathlib import Path

import pytest

from huiban.packloader import load_scenarios
from huiban.packloader.build_scenario import build
from huiban.packloader.example import Placed, gather, run
from huiban.packloader.folder import Folder

ROOT = Path(__file__).resolve().parents[2] / "packs"
LOADED = load_scenarios(ROOT)
SAMPLES = {}
PLACED = []
for code, scenario in LOADED.scenarios.items():
    draft = build(Folder(code, scenario.texts, code), LOADED.common)
    SAMPLES[code], placed = gather(draft.examples)
    PLACED += [(code, one) for one in placed]


def test_every_pack_loads() -> None:
    assert LOADED.problems == ()
    assert "construction_waste" in LOADED.scenarios


@pytest.mark.parametrize(
    ("code", "placed"), PLACED, ids=[f"{code}: {one.example.name}" for code, one in PLACED]
)
def test_a_worked_example_turns_out_as_written(code: str, placed: Placed) -> None:
    faults = run(placed.example, SAMPLES[code], LOADED.scenarios[code], LOADED.common)

    assert faults == []


def test_the_first_pack_shows_every_end_of_a_case() -> None:
    outcomes = {
        step.then.outcome
        for code, placed in PLACED
        if code == "construction_waste"
        for step in placed.example.steps
        if step.then and step.then.outcome
    }

    assert outcomes == {"granted", "refused", "declined", "retracted", "lapsed"}
