# SPDX-License-Identifier: Apache-2.0
"""The package of an archived case: other people's tools read it, and it is always the same."""

import hashlib
import io
import json
import logging
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree.ElementTree import fromstring

import bagit
import pytest

from huiban.connectors.objects import ObjectMissing
from huiban.jobs import housekeeping
from huiban.services import archive, archive_package, handle, ledger, vault
from huiban.services.ledger import Chain
from huiban.store import archives, blobs, cases, documents
from huiban.store.models import Account, ArchivePackage, Blob, Document
from tests.services import archive_sample
from tests.services import city_sample as sample
from tests.services.archive_sample import NOW

pytestmark = pytest.mark.usefixtures("each_database")


@pytest.fixture
def town() -> dict[str, Account]:
    return sample.people()


@pytest.fixture
def number(town: dict[str, Account]) -> str:
    return archive_sample.granted(town, corrected=True)


@pytest.fixture
def unpacked(number: str, tmp_path: Path) -> Path:
    """The bag as `unzip` leaves it in a folder."""
    file = tmp_path / "package.zip"
    file.write_bytes(archive_sample.bytes_of(number))
    subprocess.run(["unzip", "-tq", str(file)], check=True, capture_output=True)
    subprocess.run(["unzip", "-q", str(file), "-d", str(tmp_path)], check=True)
    return tmp_path / number


def test_the_bagit_library_finds_it_valid(unpacked: Path) -> None:
    logging.getLogger("bagit").setLevel(logging.ERROR)
    found = bagit.Bag(str(unpacked))

    assert found.validate()
    assert found.info["External-Identifier"] == unpacked.name
    assert found.info["Source-Organization"] == "青岛市行政审批服务局"


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
@pytest.mark.parametrize("kind", ["manifest", "tagmanifest"])
def test_coreutils_check_its_manifests(unpacked: Path, algorithm: str, kind: str) -> None:
    command = [f"{algorithm}sum", "--strict", "--quiet", "-c", f"{kind}-{algorithm}.txt"]

    subprocess.run(command, cwd=unpacked, check=True, capture_output=True)


def test_openssl_checks_the_manifest_of_sm3(unpacked: Path) -> None:
    lines = (unpacked / "manifest-sm3.txt").read_text().splitlines()

    assert len(lines) > 20
    for digest, _, path in (line.partition("  ") for line in lines):
        told = subprocess.run(
            ["openssl", "dgst", "-sm3", "-r", str(unpacked / path)],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
        assert told.stdout.split()[0] == digest


def test_everything_of_the_case_is_in_it(number: str, unpacked: Path) -> None:
    case = cases.load(number)
    held = {
        hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (unpacked / "data" / "content").rglob("*.pdf")
    }

    issued = documents.of_case(case.id)
    assert {one.code for one in issued} >= {"correction_notice", "grant_decision"}
    assert {one.sha256 for one in issued} <= held
    assert {one.sha256 for one in blobs.of_case(case.id)} <= held
    assert (unpacked / "data/form/answers.json").read_text() == case.payload
    [earlier] = (unpacked / "data/form/earlier").glob("*-answers.json")
    assert "样例消纳场" in earlier.read_text()
    [certificate] = (unpacked / "data/certificates").glob("*.json")
    assert json.loads(certificate.read_text())["subject_name"] == "青岛海晟置业有限公司"
    assert "怎样核对" in (unpacked / "说明文件.txt").read_text()


def test_a_reader_without_us_can_follow_the_journal(number: str, unpacked: Path) -> None:
    """As the read-me tells: each digest is that of the one before and the canonical entry."""
    last = bytes(32)
    lines = (unpacked / "data/evidence/journal.jsonl").read_text().splitlines()

    for line in lines:
        told = json.loads(line)
        entry = json.dumps(told["entry"], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        last = hashlib.sha256(last + entry.encode()).digest()
        assert last.hex() == told["sha256"]
    journal = handle.load(number).journal
    assert [journal[-1].act, journal[-2].sha256] == ["archive", last.hex()]


def test_the_description_names_every_file_with_its_digests(unpacked: Path) -> None:
    root = fromstring((unpacked / "data/metadata/metadata.xml").read_text())

    listed = {one.findtext("路径"): one.findtext("SHA-256") for one in root.iter("文件")}
    there = {
        path.relative_to(unpacked).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (unpacked / "data/content").rglob("*")
        if path.is_file()
    }
    assert listed == there
    assert int(root.findtext("页数") or 0) > len(there)


def test_the_same_case_gives_the_same_bytes(number: str) -> None:
    opened = handle.load(number)

    assert archive_package.package(opened, NOW) == archive_package.package(opened, NOW)


def test_archiving_again_keeps_the_first_package(number: str) -> None:
    before = archives.of_case(number)

    assert archive.archive(number, NOW) == before.number
    assert ArchivePackage.objects.count() == 1
    assert archives.of_case(number).object_key == before.object_key


def test_the_record_the_journal_and_the_ledger_name_the_same_package(number: str) -> None:
    row = archives.of_case(number)
    package = vault.content(row.object_key)

    named = json.loads(handle.load(number).journal[-1].body)["act"]["inputs"]
    assert named == {"package": row.number, "sha256": row.sha256, "sm3": row.sm3}
    assert hashlib.sha256(package).hexdigest() == row.sha256
    assert hashlib.new("sm3", package).hexdigest() == row.sm3
    assert len(package) == row.size
    assert (row.retention, str(row.keep_until)) == ("30_years", "2056-12-31")
    history = ledger.history(Chain.ARCHIVE, row.number)
    assert [one.act for one in history] == ["archived", "checked"]
    assert ledger.breaks_of(Chain.ARCHIVE, row.number) == []
    assert not Document.objects.filter(code="archive_package").exists()


def test_a_case_with_a_lost_file_is_not_archived_and_nothing_is_left(
    town: dict[str, Account],
) -> None:
    number = archive_sample.granted(town)
    opened = handle.load(number)
    before = archive_sample.objects()
    lost = blobs.of_case(opened.case.id)[0]
    archive_sample.place_of(lost.object_key).unlink()

    with pytest.raises(ObjectMissing), archive_package.built(opened, NOW):
        pass
    assert archive_sample.objects() == before - {lost.object_key}


def test_the_sweep_of_lost_bytes_leaves_the_package_alone(number: str) -> None:
    row = archives.of_case(number)
    later = sample.at("2030-01-01 00:00")

    housekeeping.clear_orphans(vault.objects(), later)

    assert vault.content(row.object_key)
    for one in documents.of_case(row.case_id):
        assert vault.content(one.object_key)


def test_names_of_files_that_lead_elsewhere_stay_in_their_folder(
    town: dict[str, Account], tmp_path: Path
) -> None:
    number = sample.case(town["wangmin"], NOW)
    case = cases.load(number)
    Blob.objects.filter(case_id=case.id).update(name="../../..\\etc/passwd%00.pdf")

    package = archive_package.package(handle.load(number), NOW)

    with zipfile.ZipFile(io.BytesIO(package)) as held:
        names = held.namelist()
    materials = [name for name in names if "/data/content/materials/" in name]
    assert len(materials) == 6
    assert all(name.count("/") == 4 for name in materials)
    assert not any(".." in name.split("/") for name in names)


_BUILD = """
import resource, sys
sys.path.insert(0, {root!r})
from huiban.connectors.bag_zip import Writer
base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with open({file!r}, "w+b") as file:
    writer = Writer(file, "QD-1")
    piece = bytes(range(256)) * 1024
    for number in range(6):
        writer.add(f"data/content/{{number}}.pdf", "application/pdf", (piece for _ in range(200)))
    writer.close()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - base)
"""


def test_three_hundred_megabytes_need_no_memory_to_speak_of(tmp_path: Path) -> None:
    file = tmp_path / "big.zip"
    script = _BUILD.format(root=str(Path.cwd()), file=str(file))

    told = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert file.stat().st_size > 300_000_000
    assert int(told.stdout) * 1024 < 20_000_000
