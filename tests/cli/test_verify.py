# SPDX-License-Identifier: Apache-2.0
"""`huiban verify` finds what was changed; over files it needs nothing but the roots."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client

from huiban.cli.main import main
from huiban.services import checkpoints, proofs, receipt_paper, receipts
from huiban.store.models import Account
from tests.services.log_sample import LATER, NOW, a_ledger, a_log, break_in, rewrite
from tests.services.trusted import Trusted, trusted


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Trusted]:
    with trusted(tmp_path, at=NOW) as found:
        yield found


@pytest.fixture
def taken_home(django_db_blocker, fresh_database: str, house: Trusted, tmp_path: Path) -> Path:  # type: ignore[no-untyped-def]
    """A folder of what somebody kept: a receipt as PDF and as JSON, and a proof of the case."""
    folder = tmp_path / "kept"
    folder.mkdir()
    number = a_log()
    actor = Account.objects.get(number="wangmin").to_actor()
    code = receipts.issue(number, actor, NOW)
    checkpoints.sweep(NOW)
    a_ledger("S2")
    checkpoints.sweep(LATER)
    found = receipts.load(code, actor, LATER)
    (folder / "receipt.pdf").write_bytes(receipt_paper.render(found))
    (folder / "receipt.json").write_text(_text(found.proved.document.to_json()), "utf-8")
    auditor = Account.objects.get(number="auditor").to_actor()
    (folder / "proof.json").write_text(
        _text(proofs.of_case(number, auditor, LATER).to_json()), "utf-8"
    )
    return folder


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def alone(*words: str, roots: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command as an auditor does: another folder, no database, none of our settings."""
    more = ["--roots", str(roots)] if roots else []
    return subprocess.run(
        [sys.executable, "-m", "huiban.cli.main", "verify", *words, *more],
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LANG": "C.UTF-8",
             "HUIBAN_DATABASE_URL": "postgres://nobody@127.0.0.1:9/none"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_what_was_kept_is_checked_without_a_database(taken_home: Path, house: Trusted) -> None:
    done = alone("--file", str(taken_home), roots=house.folder / "trust")

    assert done.stdout.count("FAILED") == 0, done.stdout + done.stderr
    assert done.returncode == 0
    assert "3 files, 0 failed" in done.stdout
    assert done.stdout.count("Signature (SM2): signed by") == 3
    assert "??" not in done.stdout


def test_without_roots_the_arithmetic_is_checked_and_the_rest_is_said_to_be_unknown(
    taken_home: Path, tmp_path: Path
) -> None:
    empty = tmp_path / "none"
    empty.mkdir()

    done = alone("--file", str(taken_home / "proof.json"), roots=empty)

    assert done.returncode == 0
    assert "ok  In the log" in done.stdout
    assert "??  Signature (P-256)" in done.stdout


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (("提交申请", "准予许可"), "Content and digests"),
        (('\\"entry\\":', '\\"entry\\":1'), "Content and digests"),
        (('"place": ', '"place": 1'), "In the log"),
        (('\\"size\\":', '\\"size\\":1'), "Signature (P-256)"),
    ],
)
def test_one_change_in_a_receipt_is_found_and_named(
    taken_home: Path, house: Trusted, change: tuple[str, str], named: str
) -> None:
    file = taken_home / "receipt.json"
    text = file.read_text("utf-8")
    assert change[0] in text
    file.write_text(text.replace(*change), "utf-8")

    done = alone("--file", str(file), roots=house.folder / "trust")

    assert done.returncode == 1
    assert f"FAILED  {named}" in done.stdout


def test_it_speaks_chinese_when_told(taken_home: Path, house: Trusted) -> None:
    done = alone(
        "--file", str(taken_home / "receipt.pdf"), "--language", "zh",
        roots=house.folder / "trust",
    )  # fmt: skip

    assert "在存证日志里" in done.stdout


def test_what_is_no_proof_or_not_there_is_told(tmp_path: Path) -> None:
    strange = tmp_path / "x.json"
    strange.write_text("{}")

    assert alone("--file", str(strange)).returncode == 1
    assert alone("--file", str(tmp_path / "nothing")).returncode == 1
    assert alone("--file", str(strange), roots=tmp_path / "nowhere").returncode == 2
    (tmp_path / "empty").mkdir()
    assert alone("--file", str(tmp_path / "empty")).returncode == 2


def verified(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = main(["verify", *words])
    return code, capsys.readouterr().out


def test_a_sound_house_is_said_to_be_sound(
    each_database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    number = a_log()

    code, said = verified(capsys)
    one, _ = verified(capsys, number)

    assert (code, one) == (0, 0)
    assert "1 cases, 2 journal entries, 0 broken" in said
    assert "2 entries in 1 ledgers, 0 broken" in said
    assert "4 leaves under 1 checkpoints, 1 without a signature or stamp, 0 faults" in said


@pytest.mark.parametrize(
    ("attack", "named"),
    [
        ("UPDATE store_ledger SET act = 'x' WHERE seq = 1", "ledger of seal S1: row 1"),
        ("DELETE FROM store_inquiry WHERE seq = 2", "request log of 111111111111: checkpoint 1"),
        ("UPDATE store_tree_leaf SET seq = 9 WHERE place = 1", "leaf 1: it is not what its"),
    ],
)
def test_what_was_changed_is_printed_and_fails(
    each_database: str, capsys: pytest.CaptureFixture[str], attack: str, named: str
) -> None:
    a_log()
    break_in(attack)

    code, said = verified(capsys)

    assert code == 1
    assert named in said


def test_a_case_rewritten_whole_fails_by_its_number(
    each_database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    number = a_log()
    rewrite(number, 1, reason="forged")

    code, said = verified(capsys, number)

    assert code == 1
    assert "was changed and rewritten" in said


def test_a_log_set_back_is_found_by_the_heads_that_were_saved(
    each_database: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    a_log()
    a_ledger("S2")
    checkpoints.sweep(LATER)
    saved = tmp_path / "heads.json"
    saved.write_bytes(Client().get("/evidence/heads.json").content)
    before = verified(capsys, "--heads", str(saved))
    break_in(
        "DELETE FROM store_checkpoint WHERE number = 2",
        "DELETE FROM store_tree_leaf WHERE checkpoint = 2",
        "DELETE FROM store_ledger WHERE key = 'S2'",
    )

    code, said = verified(capsys, "--heads", str(saved))

    assert before[0] == 0
    assert "2 saved heads, 0 not in the log" in before[1]
    assert code == 1
    assert "checkpoint 2 was saved and is not in the log any more" in said


def test_what_is_no_list_of_heads_is_told(
    each_database: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "x").write_text("[]")

    assert verified(capsys, "--heads", str(tmp_path / "x"))[0] == 1


def test_a_checkpoint_is_made_by_command(
    each_database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["checkpoint"]) == 0
    assert "nothing to put into the log yet" in capsys.readouterr().out
    a_ledger()

    assert main(["checkpoint"]) == 0
    assert main(["checkpoint", "--whole"]) == 0

    told = capsys.readouterr().out
    assert "1 made; checkpoint 1 of 1 leaves" in told
    assert "0 made; checkpoint 1 of 1 leaves" in told
    assert "missing: p256" in told
    assert connection.vendor == each_database
