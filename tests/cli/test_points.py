# SPDX-License-Identifier: Apache-2.0
"""Review points from the command line: how right they were; a mistake in one is refused."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from huiban.cli.main import main
from tests.services.point_sample import AMOUNT, OURS, PACK, closed_case, said


@pytest.mark.django_db
def test_points_are_told_to_people_and_to_programs(capsys: pytest.CaptureFixture[str]) -> None:
    for answer in ("fail",) * 9 + ("pass",) * 3:
        said(closed_case(), "fail", answer)
    said(closed_case(), "fail", "fail", code=AMOUNT)

    assert main(["points", PACK]) == 0
    told = capsys.readouterr().out
    assert main(["points", PACK, "--json"]) == 0
    points = {one["point"]: one for one in json.loads(capsys.readouterr().out)[PACK]}

    assert f"{OURS}: precision 9/12 (75.0%), overruled 3/12 (25.0%), missed -" in told
    assert f"{AMOUNT}: precision 1/1, overruled 0/1, missed -" in told
    assert points[OURS]["now"]["precision"] == {"part": 9, "of": 12, "share": 0.75}
    assert points[OURS]["now"]["found"]["fail"] == {"fail": 9, "pass": 3}
    assert points[AMOUNT]["now"]["precision"]["share"] is None


@pytest.mark.django_db
def test_an_unknown_scenario_names_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["points", "nosuch"]) == 1
    assert PACK in capsys.readouterr().err


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    folder = tmp_path / "packs"
    shutil.copytree(settings.PACKS_DIR, folder)
    return folder


def checked(packs: Path) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "huiban.cli.main", "check", str(packs / PACK)],
        capture_output=True, text=True, check=False,
        env={**os.environ, "HUIBAN_PACKS_DIR": str(packs)},
    )  # fmt: skip
    return done.returncode, done.stdout


def test_a_point_with_a_mistake_in_its_rule_is_refused_by_huiban_check(packs: Path) -> None:
    file = packs / PACK / "review.yaml"
    text = file.read_text("utf-8")
    holds = "holds: contract_amount >= waste_amount"
    line = text[: text.index(holds)].count("\n") + 1
    assert checked(packs)[0] == 0

    file.write_text(text.replace(holds, "holds: contract_amont >= waste_amount"), "utf-8")
    code, told = checked(packs)

    assert code == 1
    assert f"packs/{PACK}/review.yaml:{line}: points.6.holds: " in told
    assert "contract_amont" in told
    assert "did you mean 'contract_amount'?" in told
