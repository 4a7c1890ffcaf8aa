# SPDX-License-Identifier: Apache-2.0
"""Archived packages are looked at again and again, disposed of by two, and never lost."""

import hashlib
import io
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db.models import CharField

from huiban.connectors.bag_zip import Writer
from huiban.jobs import housekeeping
from huiban.kernel import bag
from huiban.services import archive_check, archive_keeping, archive_package, ledger, vault
from huiban.services.ledger import Chain
from huiban.services.refusal import FieldFault, NotAllowed, NotFound, NotOpen
from huiban.store import archives, blobs, cases
from huiban.store.archives import ArchiveNarrow
from huiban.store.models import Account, ArchivePackage, Case, Ceremony, Job, LedgerEntry, Seal
from tests.services import archive_sample
from tests.services import city_sample as sample
from tests.services.archive_sample import NOW
from tests.store.samples import a_new_case

LATER = NOW + timedelta(days=91)
DUE = sample.at("2057-01-02 09:00")

pytestmark = pytest.mark.usefixtures("each_database")


@pytest.fixture
def town() -> dict[str, Account]:
    return sample.people()


@pytest.fixture
def number(town: dict[str, Account]) -> str:
    return archive_sample.granted(town)


def a_small_package(number: str) -> bytes:
    """A real bag of one case, small enough that a thousand are made in seconds."""
    file = io.BytesIO()
    writer = Writer(file, number)
    for path, body in (
        ("bagit.txt", bag.DECLARATION),
        ("data/content/documents/001-决定书.pdf", f"%PDF-1.4 {number} " * 40),
        ("data/form/answers.json", json.dumps({"number": number})),
    ):
        writer.add(
            path, "application/pdf" if path.endswith("pdf") else "text/plain", [body.encode()]
        )
    payload = {path: one for path, one in writer.digests.items() if path.startswith("data/")}
    sizes = bag.oxum(one.size for one in payload.values())
    info = [("External-Identifier", number), ("Payload-Oxum", sizes)]
    writer.add("bag-info.txt", "text/plain", [bag.tags(info).encode()])
    for name in ("sha256", "sha512", "sm3"):
        listed = {path: one.of(name) for path, one in payload.items()}
        writer.add(f"manifest-{name}.txt", "text/plain", [bag.manifest(listed).encode()])
    beside = {path: one for path, one in writer.digests.items() if path not in payload}
    for name in ("sha256", "sha512"):
        listed = {path: one.of(name) for path, one in beside.items()}
        writer.add(f"tagmanifest-{name}.txt", "text/plain", [bag.manifest(listed).encode()])
    writer.close()
    return file.getvalue()


def put_away(count: int) -> list[ArchivePackage]:
    """Archive so many cases through the store, each with a package of its own."""
    rows = []
    for serial in range(count):
        case = replace(a_new_case(), id=serial + 1, number=f"QD-{serial:05d}",
                       submission_key=f"key-{serial}")  # fmt: skip
        cases.open_case(case)
        package = a_small_package(case.number)
        rows.append(
            ArchivePackage(
                number=archive_package.number_of(case.number), case_id=case.id,
                department="approval_service", division="370200", object_key=vault.keep(package),
                size=len(package), files=8, sha256=hashlib.sha256(package).hexdigest(),
                sm3=hashlib.new("sm3", package).hexdigest(), retention="30_years",
                archived_at=NOW + timedelta(seconds=serial), checked_at=NOW,
                state=ArchivePackage.State.SOUND,
            )
        )  # fmt: skip
    return ArchivePackage.objects.bulk_create(rows)


def flip_a_bit(place: Path) -> None:
    content = bytearray(place.read_bytes())
    content[len(content) // 3] ^= 0x10
    place.write_bytes(content)


def sweep_all(now: Any) -> int:
    done = 0
    while found := archive_keeping.sweep(now):
        done += found
    return done


def test_the_sweep_finds_exactly_the_damaged_of_a_thousand_and_one(number: str) -> None:
    rows = put_away(1000)
    flipped, cut, lost = rows[3], rows[500], rows[999]
    flip_a_bit(archive_sample.place_of(flipped.object_key))
    place = archive_sample.place_of(cut.object_key)
    place.write_bytes(place.read_bytes()[:-7])
    archive_sample.place_of(lost.object_key).unlink()

    assert sweep_all(LATER) == 1001

    faulty = ArchivePackage.objects.filter(state=ArchivePackage.State.FAULTY)
    assert set(faulty.values_list("number", flat=True)) == {
        flipped.number, cut.number, lost.number,
    }  # fmt: skip
    for row in faulty:
        assert [one.act for one in ledger.history(Chain.ARCHIVE, row.number)] == ["fixity_failed"]
        assert archive_check.report_of(archives.load(row.number)).failed
    assert archives.of_case(number).state == ArchivePackage.State.SOUND
    assert not ArchivePackage.objects.exclude(checked_at=LATER).exists()


def test_a_sweep_takes_so_many_and_the_oldest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_keeping, "_AT_ONCE", 3)
    rows = put_away(5)
    oldest = rows[4]
    ArchivePackage.objects.filter(number=oldest.number).update(checked_at=NOW - timedelta(days=9))

    assert archive_keeping.sweep(LATER) == 3
    assert archives.load(oldest.number).checked_at == LATER
    assert archive_keeping.sweep(LATER) == 2
    assert archive_keeping.sweep(LATER) == 0


@pytest.mark.parametrize("part", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_one_flipped_bit_anywhere_is_found(part: float) -> None:
    [row] = put_away(1)
    place = archive_sample.place_of(row.object_key)
    content = bytearray(place.read_bytes())
    content[int(part * len(content))] ^= 1
    place.write_bytes(content)

    archive_keeping.look(archives.load(row.number), LATER)

    assert archives.load(row.number).state == ArchivePackage.State.FAULTY


def test_the_damaged_file_in_a_damaged_package_is_named() -> None:
    [row] = put_away(1)
    place = archive_sample.place_of(row.object_key)
    content = place.read_bytes()
    place.write_bytes(content.replace(b"%PDF-1.4 QD-00000 ", b"%PDF-1.4 QD-00001 ", 1))

    wrong = archive_keeping.look(archives.load(row.number), LATER)

    assert any("001-决定书.pdf" in one.detail.zh for one in wrong)


def test_packages_that_changed_places_are_found() -> None:
    first, second, third = put_away(3)
    one, two = (archive_sample.place_of(row.object_key) for row in (first, second))
    held, other = one.read_bytes(), two.read_bytes()
    one.write_bytes(other)
    two.write_bytes(held)

    sweep_all(LATER)

    states = {row.number: archives.load(row.number).state for row in (first, second, third)}
    assert states == {first.number: "faulty", second.number: "faulty", third.number: "sound"}
    assert "不是" in archives.load(first.number).faults


def test_records_that_changed_places_are_found() -> None:
    """Whoever swaps object and digests in the records still leaves bags of other cases."""
    first, second = put_away(2)
    told = {name: getattr(second, name) for name in ("size", "sha256", "sm3")}
    ArchivePackage.objects.filter(pk=second.pk).update(object_key="x")
    ArchivePackage.objects.filter(pk=first.pk).update(object_key=second.object_key, **told)

    wrong = archive_keeping.look(archives.load(first.number), LATER)

    assert [one.code for one in wrong] == ["identity"]


def test_what_was_restored_from_a_backup_is_sound_again(number: str) -> None:
    row = archives.of_case(number)
    place = archive_sample.place_of(row.object_key)
    backup = place.read_bytes()
    flip_a_bit(place)
    archive_keeping.sweep(LATER)
    assert archives.load(row.number).state == ArchivePackage.State.FAULTY

    place.write_bytes(backup)
    archive_keeping.sweep(LATER + archive_keeping.EVERY + timedelta(days=1))

    assert archives.load(row.number).state == ArchivePackage.State.SOUND
    acts = [one.act for one in ledger.history(Chain.ARCHIVE, row.number)]
    assert acts == ["archived", "checked", "fixity_failed", "checked"]


def test_nothing_that_a_record_names_is_swept(number: str) -> None:
    row = archives.of_case(number)
    keys = {name: vault.keep(name.encode()) for name in ("picture", "shown", "strokes", "signed")}
    when = {
        "valid_from": NOW.date(),
        "valid_until": NOW.date(),
        "proposed_at": NOW,
        "state_at": NOW,
    }
    Seal.objects.create(number="s1", picture_key=keys["picture"], **when)
    Ceremony.objects.create(
        number="c1", object_key=keys["shown"], strokes_key=keys["strokes"],
        signed_key=keys["signed"], pages=1, opened_at=NOW,
    )  # fmt: skip
    lost = vault.keep(b"lost")

    housekeeping.clear_orphans(vault.objects(), DUE)

    left = archive_sample.objects()
    assert {row.object_key, *keys.values()} <= left
    assert lost not in left


def test_every_column_that_names_an_object_is_known_to_the_sweep() -> None:
    named = {
        (model, field.name)
        for model in apps.get_app_config("store").get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, CharField) and field.name.endswith("_key") and field.max_length == 200
    }

    assert named - {(Job, "unique_key")} == {
        (model, name) for model, names in blobs.OBJECT_COLUMNS for name in names
    }


def test_disposal_takes_two_people_and_leaves_the_case(
    number: str, town: dict[str, Account]
) -> None:
    row = archives.of_case(number)
    first, second = (archive_sample.archivist(one).to_actor() for one in ("jiangnan", "baixue"))
    before = cases.load(number)

    archive_keeping.propose(row.number, "保管期满，经鉴定无继续保存价值", first, DUE)
    with pytest.raises(NotAllowed, match="另一位"):
        archive_keeping.approve(row.number, first, DUE)
    archive_keeping.approve(row.number, second, DUE)

    assert archives.load(row.number).state == ArchivePackage.State.DISPOSED
    assert row.object_key not in archive_sample.objects()
    assert cases.load(number) == before
    history = ledger.history(Chain.ARCHIVE, row.number)
    assert [(one.act, one.actor) for one in history[-2:]] == [
        ("disposal_proposed", "jiangnan"), ("disposed", "baixue"),
    ]  # fmt: skip
    assert archive_keeping.sweep(DUE) == 0
    with pytest.raises(NotOpen):
        archive_keeping.approve(row.number, second, DUE)


def test_nothing_is_disposed_of_before_its_time_or_without_a_reason(number: str) -> None:
    row = archives.of_case(number)
    keeper = archive_sample.archivist().to_actor()

    with pytest.raises(NotOpen, match="2056-12-31"):
        archive_keeping.propose(row.number, "到期", keeper, NOW)
    with pytest.raises(FieldFault):
        archive_keeping.propose(row.number, " ", keeper, DUE)
    with pytest.raises(NotOpen):
        archive_keeping.approve(row.number, keeper, DUE)
    with pytest.raises(NotFound):
        archive_keeping.propose("0" * 32, "到期", keeper, DUE)


def test_a_proposal_can_be_turned_down(number: str) -> None:
    row = archives.of_case(number)
    keeper = archive_sample.archivist().to_actor()
    archive_keeping.propose(row.number, "到期", keeper, DUE)
    with pytest.raises(NotOpen, match="已经有人"):
        archive_keeping.propose(row.number, "到期", keeper, DUE)

    archive_keeping.refuse(row.number, keeper, DUE)

    assert archives.load(row.number).disposal_by == ""
    with pytest.raises(NotOpen):
        archive_keeping.refuse(row.number, keeper, DUE)


@pytest.mark.parametrize("who", ["zhangqian", "zhaojianguo", "wumin", "sysadmin"])
def test_only_archivists_dispose(number: str, town: dict[str, Account], who: str) -> None:
    row = archives.of_case(number)

    with pytest.raises(NotAllowed):
        archive_keeping.propose(row.number, "到期", town[who].to_actor(), DUE)


def test_what_is_due_is_listed_by_its_last_day() -> None:
    rows = put_away(3)
    ends = {0: NOW.date(), 1: DUE.date(), 2: None}
    for place, day in ends.items():
        ArchivePackage.objects.filter(pk=rows[place].pk).update(keep_until=day)

    page = archives.listing(ArchiveNarrow(due_by=NOW.date() + timedelta(days=1)))

    assert [one.number for one in page.rows] == [rows[0].number]
    assert Case.objects.count() == 3
    assert not LedgerEntry.objects.exists()


def test_the_list_goes_on_where_it_stopped() -> None:
    rows = put_away(7)
    found, cursor = [], ""
    while True:
        page = archives.listing(ArchiveNarrow(department="approval_service"), cursor, limit=3)
        found += [one.number for one in page.rows]
        cursor = page.cursor
        if not cursor:
            break

    assert found == [one.number for one in reversed(rows)]
