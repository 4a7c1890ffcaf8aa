# SPDX-License-Identifier: Apache-2.0
"""Photographs on file from the command line: put, listed, removed; a refusal says the cure."""

from pathlib import Path

import pytest

from huiban.cli.main import main
from huiban.services import identity_portraits
from tests.faces.cases import PORTRAIT
from tests.services.face_sample import CARD, few

pytestmark = pytest.mark.django_db


@pytest.fixture
def photograph(tmp_path: Path) -> str:
    few()
    path = tmp_path / "photograph.jpg"
    path.write_bytes(PORTRAIT)
    return str(path)


def test_a_photograph_is_put_listed_and_removed(
    photograph: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["portraits", "add", "wangmin", photograph, "--name", "王敏", "--card", CARD]

    assert main([*words, "--consented"]) == 0
    assert identity_portraits.has("wangmin")
    assert main(["portraits", "list", "wangmin"]) == 0
    assert main(["portraits", "remove", "wangmin", "--reason", "asked for"]) == 0
    assert main(["portraits", "list", "wangmin"]) == 0

    put, listed, removed, after = capsys.readouterr().out.splitlines()
    assert put.endswith("of wangmin is on file")
    assert listed.endswith("by system (operator): on file")
    assert removed == "1 deleted"
    assert after.endswith("deleted")
    assert not identity_portraits.has("wangmin")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ["add", "wangmin", "{}", "--name", "王明", "--card", CARD, "--consented"],
            "The name on the card",
        ),
        (["add", "wangmin", "/no/such.jpg", "--name", "王敏", "--card", CARD], "No such file"),
        (["add", "wangmin", "{}", "--name", "王敏", "--card", CARD], "Explain what it is for"),
        (["remove", "wangmin", "--reason", "x"], "No photograph is on file"),
    ],
)
def test_a_refusal_says_what_to_do(
    photograph: str, capsys: pytest.CaptureFixture[str], words: list[str], told: str
) -> None:
    assert main(["portraits", *(one.format(photograph) for one in words)]) == 1

    assert told in capsys.readouterr().err


def test_who_has_none_is_told(photograph: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["portraits", "list", "lihua"]) == 0

    assert capsys.readouterr().out == "account lihua has no portrait\n"
