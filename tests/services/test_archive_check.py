# SPDX-License-Identifier: Apache-2.0
"""The four checks of an archived case find what is wrong, say where, and call nothing else so."""

import hashlib
import io
import json
from collections.abc import Callable

import pytest
from pypdf import PdfWriter

from huiban.kernel.actor import SYSTEM
from huiban.kernel.archive import Aspect, Examined
from huiban.kernel.verification import Verdict
from huiban.services import archive_check, handle, vault
from huiban.services.journal import Fact
from huiban.store import archives, cases
from huiban.store.models import Account, ArchivePackage
from tests.connectors import pdf_files
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


def examined(package: bytes) -> Examined:
    return archive_check.examine(io.BytesIO(package), NOW)


def failed(found: Examined) -> dict[str, str]:
    return {one.code: one.detail.zh for one in found.failed}


def test_a_whole_package_passes_but_for_what_is_not_set_up(number: str) -> None:
    row = archives.of_case(number)
    found = archive_check.report_of(row)

    assert row.state == ArchivePackage.State.SOUND
    assert failed(found) == {}
    unknown = {one.check.code for one in found.findings if one.check.verdict is Verdict.UNKNOWN}
    assert unknown == {"signature", "journal_stamp", "signatures"}
    assert {one: found.verdict_of(one) for one in Aspect} == {
        Aspect.AUTHENTIC: Verdict.UNKNOWN,
        Aspect.COMPLETE: Verdict.PASSED,
        Aspect.USABLE: Verdict.PASSED,
        Aspect.SAFE: Verdict.PASSED,
    }
    assert all(one.check.detail.en for one in found.findings)


def test_a_package_is_checked_by_what_lies_in_it_alone(number: str) -> None:
    found = examined(archive_sample.bytes_of(number))

    assert found.case_number == number
    assert failed(found) == {}


Change = Callable[[bytes], dict[str, bytes | None]]
MATERIAL = archive_sample.some_material


@pytest.mark.parametrize(
    ("change", "aspect", "named"),
    [
        (lambda p: {MATERIAL(p): b"%PDF-1.4 other"}, Aspect.AUTHENTIC, "内容变了：data/content"),
        (lambda p: {MATERIAL(p): None}, Aspect.COMPLETE, "缺少：data/content/materials"),
        (lambda p: {"data/content/extra.pdf": b"x"}, Aspect.COMPLETE, "多出：data/content/extra"),
        (lambda p: {"bag-info.txt": b"External-Identifier: QD-1\n"}, Aspect.AUTHENTIC,
         "内容变了：bag-info.txt"),
        (lambda p: {"manifest-sha256.txt": None}, Aspect.COMPLETE, "manifest-sha256.txt"),
        (lambda p: {"manifest-sm3.txt": b"0  x"}, Aspect.AUTHENTIC, "manifest-sm3.txt"),
        (lambda p: {"data/form/answers.json": b"{}"}, Aspect.AUTHENTIC, "摘要不一致"),
        (lambda p: {"data/evidence/journal.jsonl": b""}, Aspect.AUTHENTIC, "第 1 条起对不上"),
    ],
)  # fmt: skip
def test_what_was_changed_is_found_and_named(
    number: str, change: Change, aspect: Aspect, named: str
) -> None:
    package = archive_sample.bytes_of(number)

    found = examined(archive_sample.changed(package, **change(package)))

    assert found.verdict_of(aspect) is Verdict.FAILED
    assert named in "\n".join(failed(found).values())


def test_a_journal_written_anew_with_all_its_digests_does_not_replay(number: str) -> None:
    package = archive_sample.bytes_of(number)
    held = archive_sample.members(package)
    lines = held["data/evidence/journal.jsonl"].decode().splitlines()
    rows = json.loads(held["data/metadata/rows.json"])
    forged, end, count = archive_sample.relinked(
        [json.loads(line)["entry"] for line in lines if '"act":"pass"' not in line]
    )
    rows["case"] |= {"chain_seq": count, "chain_sha256": end.sha256, "chain_sm3": end.sm3}

    found = examined(
        archive_sample.resealed(
            package,
            **{
                "data/evidence/journal.jsonl": forged,
                "data/metadata/rows.json": json.dumps(rows).encode(),
            },
        )
    )

    assert set(failed(found)) == {"replay"}


def test_a_document_swapped_in_with_new_manifests_is_not_the_one_the_journal_names(
    number: str,
) -> None:
    package = archive_sample.bytes_of(number)
    paths = [path for path in archive_sample.members(package) if "/documents/" in path]

    found = examined(archive_sample.resealed(package, **{paths[0]: sample.PDF}))

    assert "listed" in failed(found)


def test_a_rule_changed_in_the_pack_is_found(number: str) -> None:
    package = archive_sample.bytes_of(number)
    pack = json.loads(archive_sample.members(package)["data/metadata/pack.json"])
    pack["texts"]["process.yaml"] += "\n# changed"

    told = {"data/metadata/pack.json": json.dumps(pack).encode()}
    found = examined(archive_sample.resealed(package, **told))

    assert "不是" in failed(found)["replay"] or "digest" in failed(found)["replay"]


@pytest.mark.parametrize("package", [b"", b"PK\x05\x06" + bytes(18), b"%PDF-1.4", bytes(100)])
def test_what_is_no_package_is_said_to_be_none(package: bytes) -> None:
    found = examined(package)

    assert found.verdict is Verdict.FAILED


SCRIPT = b"<</S/JavaScript/JS(app.alert\\(1\\))>>"


def locked() -> bytes:
    writer, buffer = PdfWriter(), io.BytesIO()
    writer.add_blank_page(595, 842)
    writer.encrypt("user", "owner", algorithm="AES-256")
    writer.write(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "aspect", "code"),
    [
        (pdf_files.pages(catalogue=b"/OpenAction" + SCRIPT), Aspect.SAFE, "active"),
        (locked(), Aspect.SAFE, "active"),
        (b"%PDF-1.4 cut off", Aspect.USABLE, "opens"),
    ],
)
def test_files_that_cannot_be_used_or_run_by_themselves_are_found(
    number: str, content: bytes, aspect: Aspect, code: str
) -> None:
    package = archive_sample.bytes_of(number)

    told = {MATERIAL(package): content}
    found = examined(archive_sample.resealed(package, **told))

    assert found.verdict_of(aspect) is Verdict.FAILED
    assert MATERIAL(package).rpartition("/")[2] in failed(found)[code]


def test_a_record_changed_beside_the_journal_is_found(number: str) -> None:
    package = archive_sample.bytes_of(number)
    other = archive_sample.resealed(package, **{MATERIAL(package): sample.PDF + b"\n"})
    row = archives.of_case(number)
    told = {"object_key": vault.keep(other), "sha256": hashlib.sha256(other).hexdigest()}
    ArchivePackage.objects.update(**told)

    found = archive_check.check(archives.load(row.number), SYSTEM, NOW)

    assert "记录被改过" in failed(found)["journalled"]
    assert archives.load(row.number).state == ArchivePackage.State.FAULTY


def test_facts_recorded_since_are_told_and_fail_nothing(number: str) -> None:
    case = cases.load(number)
    handle.note(number, Fact("looked_after", case.stage, case.stage, role="system"), NOW)

    found = archive_check.check(archives.of_case(number), SYSTEM, NOW)

    [later] = [one.check for one in found.findings if one.check.code == "later"]
    assert (later.verdict, "1 条记录" in later.detail.zh) == (Verdict.UNKNOWN, True)
    assert failed(found) == {}


def test_a_granted_case_without_a_needed_material_is_incomplete(number: str) -> None:
    package = archive_sample.bytes_of(number)

    found = examined(archive_sample.resealed(package, **{"data/form/materials.json": b"{}"}))

    assert "准予了，却缺少" in failed(found)["materials"]
    assert "摘要不一致" in failed(found)["filed"]
