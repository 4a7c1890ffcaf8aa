# SPDX-License-Identifier: Apache-2.0
"""Rates from the command line: checked against the journal, told apart, counted again."""

from random import Random

import pytest

from huiban.cli.main import main
from huiban.services import fill_counting
from huiban.store.models import Fill
from tests.services.fill_history import BEGIN, Town

pytestmark = pytest.mark.django_db


def test_a_difference_is_told_and_counted_again(capsys: pytest.CaptureFixture[str]) -> None:
    town = Town(Random(2))
    for _ in range(12):
        town.application()
    fill_counting.sweep(BEGIN)
    assert main(["rates", "--check"]) == 0
    assert "12 cases" in capsys.readouterr().out
    case = town.opened[0]
    Fill.objects.filter(case_id=case.id).update(typed=77)

    assert main(["rates", "--check"]) == 1
    said = capsys.readouterr()
    assert f"{case.number}: typed is 77" in said.err
    assert "1 differences" in said.out

    assert main(["rates", "--rebuild"]) == 0
    assert "0 differences" in capsys.readouterr().out
