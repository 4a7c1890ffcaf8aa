# SPDX-License-Identifier: Apache-2.0
"""Publishing a point: a new version of its pack, whole, journaled, in force; or nothing at all."""

import difflib
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings

from huiban.packloader.checkers import check_folder
from huiban.services import city, ledger, packs_in_force, point_studio
from huiban.services.ledger import Chain
from huiban.services.point_studio import Studio
from huiban.services.point_studio_publish import Publishing, Unfit, change_of, publish
from huiban.services.point_studio_text import Written
from huiban.services.refusal import FieldFault, NotAllowed, NotOpen, Stale
from huiban.store import cases
from huiban.store.models import Account, PackVersion
from tests.services import city_sample as sample
from tests.services.point_sample import ITEM, OURS, PACK

NOW = sample.at("2026-11-23 10:30")
ORIGINAL = Path(settings.PACKS_DIR)
RULE = "party_a_is_builder or party_a_is_contractor"


@pytest.fixture
def packs(
    each_fresh_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """A city's own folder of packs, in force; the house's own are put back afterwards."""
    folder = tmp_path / "packs"
    shutil.copytree(settings.PACKS_DIR, folder)
    monkeypatch.setattr(settings, "PACKS_DIR", folder)
    assert packs_in_force.look_now()
    yield folder
    settings.PACKS_DIR = ORIGINAL
    packs_in_force.look_now()


@pytest.fixture
def people(packs: Path) -> dict[str, Account]:
    return sample.people()


def opened(account: Account) -> Studio:
    return point_studio.opened(PACK, ITEM, OURS, account.to_actor())


def changed(studio: Studio, **texts: str) -> Written:
    return replace(studio.written, texts={**studio.written.texts, "holds": RULE, **texts})


def sending(studio: Studio, written: Written, reason: str = "业主也可以签合同") -> Publishing:
    return Publishing(written, studio.scenario.digest, reason)


def texts(folder: Path) -> dict[str, str]:
    files = (one for one in (folder / PACK).rglob("*") if one.is_file())
    return {str(one.relative_to(folder)): one.read_text("utf-8") for one in files}


def lines_changed(old: str, new: str) -> list[str]:
    found = difflib.ndiff(old.splitlines(), new.splitlines())
    return [line for line in found if line[0] in "+-"]


def test_a_published_point_counts_for_cases_filed_from_now_on(
    packs: Path, people: dict[str, Account]
) -> None:
    """Everything a city relies on in one go: copying a folder of packs is the dear part."""
    before = texts(packs)
    filed = sample.case(people["wangmin"], sample.at("2026-11-23 09:30"))
    studio = opened(people["zhaojianguo"])
    other = opened(people["sunmei"])
    actor = people["zhaojianguo"].to_actor()

    patch = change_of(studio, changed(studio), studio.scenario.digest).patch
    done = publish(studio, sending(studio, changed(studio)), actor, NOW)

    # In force at once, as a version of its own.
    now = city.loaded().scenarios[PACK]
    assert (studio.scenario.version, now.version) == (done.before, done.version)
    assert opened(people["zhaojianguo"]).written.get("holds") == RULE
    kept = PackVersion.objects.get(code=PACK, version=done.version)
    assert (kept.digest, kept.published_by) == (now.digest, "zhaojianguo")
    # Only what changed was touched: every comment and quote is still there.
    after = texts(packs)
    assert {name for name in after if before[name] != after[name]} == {
        f"{PACK}/review.yaml", f"{PACK}/pack.yaml",
    }  # fmt: skip
    assert lines_changed(before[f"{PACK}/review.yaml"], after[f"{PACK}/review.yaml"]) == [
        "-     holds: party_a_is_contractor or party_a_is_builder",
        f"+     holds: {RULE}",
    ]
    assert lines_changed(before[f"{PACK}/pack.yaml"], after[f"{PACK}/pack.yaml"]) == [
        f"- version: {done.before}", f"+ version: {done.version}",
    ]  # fmt: skip
    assert check_folder(packs / PACK, packs) == {"common": (), "resources": (), PACK: ()}
    # IT would have come to the same with the patch.
    shutil.copytree(ORIGINAL / PACK, packs.parent / "by_hand" / PACK)
    applied = subprocess.run(
        ["git", "apply", "-p1", "-"], input=patch, cwd=packs.parent / "by_hand", text=True,
        capture_output=True, check=False,
    )  # fmt: skip
    assert applied.stderr == ""
    assert texts(packs.parent / "by_hand") == after
    # Who, what and why is on the ledger.
    (line,) = ledger.history(Chain.PACK, PACK)
    assert (line.act, line.actor) == ("points_published", "zhaojianguo")
    assert ledger.body_of(line) == {
        "point": OURS, "from": done.before, "to": done.version, "digest": now.digest,
        "files": ["review.yaml", "pack.yaml"], "reason": "业主也可以签合同",
    }  # fmt: skip
    assert ledger.breaks_of(Chain.PACK, PACK) == []
    # A case filed before keeps its version, one filed now has the new one.
    assert cases.load(filed).pack_version == done.before
    newer = sample.case(people["wangmin"], NOW)
    assert cases.load(newer).pack_version == done.version
    # Whoever opened it before the first published is told, and nothing of theirs is lost.
    theirs = sending(other, changed(other, holds="party_a_is_contractor"))
    with pytest.raises(Stale, match=done.version):
        publish(opened(people["sunmei"]), theirs, people["sunmei"].to_actor(), NOW)
    assert texts(packs) == after


@pytest.mark.parametrize("each_fresh_database", ["sqlite"], indirect=True)
def test_what_is_refused_changes_nothing(packs: Path, people: dict[str, Account]) -> None:
    before, versions = texts(packs), PackVersion.objects.count()
    leader, examiner = people["zhaojianguo"].to_actor(), people["liuyang"].to_actor()
    studio = opened(people["zhaojianguo"])
    good = sending(studio, changed(studio))

    with pytest.raises(NotAllowed):
        publish(opened(people["liuyang"]), good, examiner, NOW)
    with pytest.raises(FieldFault, match="为什么改"):
        publish(studio, replace(good, reason=" "), leader, NOW)
    with pytest.raises(FieldFault, match="没有可以发布的改动"):
        publish(studio, sending(studio, studio.written), leader, NOW)
    with pytest.raises(Unfit) as unfit:
        publish(studio, sending(studio, changed(studio, holds="party_a_is_ours")), leader, NOW)
    assert [one.field for one in unfit.value.faults] == ["points.0.holds"]
    wrong = changed(studio, holds="party_a_is_contractor")
    with pytest.raises(Unfit) as unfit:  # a worked example no longer holds
        publish(studio, sending(studio, wrong), leader, NOW)
    assert {one.path for one in unfit.value.faults} == {f"packs/{PACK}/examples/review.yaml"}
    # Something stands where the new file would wait: as good as a full or read-only disk.
    (packs / PACK / ".pack.yaml.new").mkdir()
    with pytest.raises(NotOpen) as read_only:
        publish(studio, good, leader, NOW)
    assert read_only.value.reason == "read_only"
    (packs / PACK / ".pack.yaml.new").rmdir()
    # Somebody is changing the folder by hand: it is not what is in force.
    file = packs / PACK / "review.yaml"
    file.write_text(before[f"{PACK}/review.yaml"] + "# 手改\n", "utf-8")
    with pytest.raises(Stale):
        publish(studio, good, leader, NOW)
    file.write_text(before[f"{PACK}/review.yaml"], "utf-8")

    assert texts(packs) == before
    assert PackVersion.objects.count() == versions
    assert ledger.history(Chain.PACK, PACK) == []
    # Trouble with another pack keeps the whole folder out of force: all is put back.
    other = packs / "safety_permit" / "review.yaml"
    kept = other.read_text("utf-8")
    other.write_text(f"{kept}\nwrong: 1\n", "utf-8")
    with pytest.raises(NotOpen, match="wrong") as troubled:
        publish(studio, good, leader, NOW)
    assert troubled.value.reason == "trouble"
    other.write_text(kept, "utf-8")

    assert texts(packs) == before
    assert city.loaded().scenarios[PACK].digest == studio.scenario.digest
    # The number that never came into force is passed over.
    change = change_of(studio, good.written, good.base)
    last = int(studio.scenario.version.rpartition(".")[2])
    assert change.version.endswith(f".{last + 2}")
