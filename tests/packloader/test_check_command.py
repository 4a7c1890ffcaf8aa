# SPDX-License-Identifier: Apache-2.0
"""`huiban check` on the command line."""

import argparse
import io
import json
import shutil
from pathlib import Path

import pytest

from huiban.cli import check, new_pack
from tests.packloader.pack_edit import ROOT


def parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    sub = parser.add_subparsers()
    check.add_parser(sub)
    new_pack.add_parser(sub)
    return parser.parse_args(words)


def test_all_packs_are_checked_when_none_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT.parent)
    args = parsed("check")

    assert args.run(args) == 0
    assert "no problems" in capsys.readouterr().out


def test_another_folder_of_packs_can_be_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HUIBAN_PACKS_DIR", str(tmp_path))

    assert check.packs_root() == tmp_path


def test_a_path_without_a_pack_is_told(tmp_path: Path) -> None:
    out = io.StringIO()

    assert check.check([tmp_path], out) == 2
    assert "no scenario pack here" in out.getvalue()


def test_a_pack_away_from_home_uses_the_vocabularies_of_the_city(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HUIBAN_PACKS_DIR", str(ROOT))
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "pack.yaml").write_text("code: empty\n", "utf-8")
    out = io.StringIO()

    assert check.check([tmp_path / "empty"], out) == 1
    assert "'owner' is missing" in out.getvalue()


def test_the_schemas_are_printed_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    args = parsed("check", "--schema")

    assert args.run(args) == 0
    assert "forms/*.yaml" in json.loads(capsys.readouterr().out)


def test_a_pack_is_started_from_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "pack.yaml").write_text("code: old\n", "utf-8")
    args = parsed("new-pack", "young", "--like", "old", "--root", str(tmp_path))

    assert args.run(args) == 0
    assert (tmp_path / "young" / "pack.yaml").read_text("utf-8") == "code: young\n"
    assert "huiban check" in capsys.readouterr().out


def test_a_refusal_to_start_a_pack_goes_to_standard_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    args = parsed("new-pack", "young", "--like", "old", "--root", str(tmp_path))

    assert args.run(args) == 2
    assert "there is no pack 'old'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        (
            "construction_waste/documents/waste_disposal_permit.typ",
            "data.certificate.validity",
            "data.certificate.validty",
            'does not print: dictionary does not contain key "validty"',
        ),
        (
            "construction_waste/documents/waste_disposal_permit.typ",
            "#import",
            "#let broken = (1,\n#import",
            "does not print: ",
        ),
        (
            "common/documents/receipt.typ",
            "#import",
            "#nosuchfunction()\n#import",
            "does not print: unknown variable: nosuchfunction",
        ),
    ],
)
def test_a_template_that_would_fail_on_the_day_is_told_with_its_line(
    tmp_path: Path, file: str, old: str, new: str, says: str
) -> None:
    packs = shutil.copytree(ROOT, tmp_path / "packs")
    text = (packs / file).read_text("utf-8")
    assert old in text
    (packs / file).write_text(text.replace(old, new, 1), "utf-8")
    out = io.StringIO()

    assert check.check([packs], out) == 1

    told = [line for line in out.getvalue().splitlines() if "does not print" in line]
    assert told
    assert all(line.startswith(f"packs/{file}:") for line in told)
    assert says in told[0]


def test_two_packs_never_share_a_task_code(tmp_path: Path) -> None:
    packs = shutil.copytree(ROOT, tmp_path / "packs")
    shutil.copytree(packs / "construction_waste", packs / "second")
    for file in (packs / "second").rglob("*.yaml"):
        text = file.read_text("utf-8")
        file.write_text(text.replace("construction_waste", "second"), "utf-8")
    out = io.StringIO()

    assert check.check([packs], out) == 1

    told = [line for line in out.getvalue().splitlines() if "is the task code of" in line]
    assert told
    assert all(line.startswith("packs/second/items/") for line in told)
    assert "take your own" in told[0]


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        (
            "construction_waste/documents/waste_disposal_permit.yaml",
            "signed_by: [leader]",
            "signed_by: [leader, applicant]",
            "signed_by: the template leaves no room for 'applicant'",
        ),
        (
            "construction_waste/documents/application_form.yaml",
            "seal: none",
            "seal: authority",
            "seal: the template leaves no room for 'seal'",
        ),
    ],
)
def test_a_signature_without_room_in_the_template_is_told(
    tmp_path: Path, file: str, old: str, new: str, says: str
) -> None:
    packs = shutil.copytree(ROOT, tmp_path / "packs")
    text = (packs / file).read_text("utf-8")
    assert old in text
    (packs / file).write_text(text.replace(old, new, 1), "utf-8")
    out = io.StringIO()

    assert check.check([packs], out) == 1

    told = [line for line in out.getvalue().splitlines() if "no room" in line]
    assert [line for line in told if file in line and says in line]
