# SPDX-License-Identifier: Apache-2.0
"""The page for those who check us: its commands, run on a real proof and on changed ones."""

import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from huiban.services import checkpoints, proofs, receipts
from huiban.store.models import Account
from tests.docs import scratch
from tests.services import city_sample as sample
from tests.services.log_sample import a_case, a_ledger
from tests.services.trusted import trusted

PAGE = scratch.ROOT / "docs" / "how-to" / "verify-without-us.md"
TRIED = [one for one in scratch.blocks(PAGE) if "tried" in one.words.split()]


@pytest.fixture
def folder(fresh_database: str, tmp_path: Path) -> Iterator[Path]:
    """A folder as the page asks for it: one proof of a log that went on, and the roots."""
    with trusted(tmp_path / "house") as found:
        now = datetime.now(tz=UTC)  # OpenSSL asks the machine's clock, so everybody does here
        number = a_case(sample.people(), now)
        a_ledger("S1")
        checkpoints.sweep(now)
        auditor = Account.objects.get(number="auditor").to_actor()
        a_ledger("S2")
        checkpoints.sweep(now)
        place = tmp_path / "auditor"
        place.mkdir()
        _write(place, proofs.of_case(number, auditor, now).to_json())
        (place / "roots.pem").write_bytes(found.roots_pem)
        yield place


def _write(place: Path, value: object) -> None:
    (place / "proof.json").write_text(json.dumps(value, ensure_ascii=False), "utf-8")


def run(folder: Path) -> list[subprocess.CompletedProcess[str]]:
    return [scratch.run(one.text, folder) for one in TRIED]


def test_the_commands_of_the_page_accept_a_true_proof(folder: Path) -> None:
    done = run(folder)

    assert [one.returncode for one in done] == [0] * len(TRIED), [one.stderr for one in done]
    said = "\n".join(one.stdout + one.stderr for one in done)
    assert "Verified OK" in said
    assert "Signature Verified Successfully" in said
    assert "Verification: OK" in said
    assert said.count(": OK\n") >= 2
    assert "in the log, which only grew" in said


def test_the_commands_of_the_page_accept_a_receipt(folder: Path) -> None:
    applicant = Account.objects.get(number="wangmin").to_actor()
    last = checkpoints.newest()
    assert last is not None
    number = json.loads((folder / "proof.json").read_text("utf-8"))["end"]["key"]
    code = receipts.issue(number, applicant, last.at)
    checkpoints.sweep(last.at)
    _write(folder, receipts.load(code, applicant, last.at).proved.document.to_json())

    assert [one.returncode for one in run(folder)] == [0] * len(TRIED)


@pytest.mark.parametrize(
    ("way", "block"),
    [
        (("inclusion", "leaf", "seq"), -1),
        (("inclusion", "place"), -1),
        (("inclusion", "paths", "sm3", 0), -1),
        (("inclusion", "newest", "consistency", "sha256", 0), -1),
        (("entries", 0, "content", "reason"), -1),
        (("inclusion", "checkpoint", "head"), 1),
        (("inclusion", "checkpoint", "head"), 2),
        (("inclusion", "checkpoint", "head"), 3),
    ],
)
def test_the_commands_of_the_page_refuse_a_changed_proof(
    folder: Path, way: tuple[str | int, ...], block: int
) -> None:
    value = json.loads((folder / "proof.json").read_text("utf-8"))
    place = value
    for part in way[:-1]:
        place = place[part]
    before = place[way[-1]]
    if isinstance(before, int):
        place[way[-1]] = before + 1
    elif way[-1] == "head":
        place[way[-1]] = before.replace('"size":', '"size":1')
    else:
        place[way[-1]] = f"0{before[1:]}" if before[:1] != "0" else f"1{before[1:]}"
    _write(folder, value)

    assert run(folder)[block].returncode != 0
