# SPDX-License-Identifier: Apache-2.0
"""A case rebuilt in another database from its package alone is the case that was archived."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from huiban.kernel.actor import SYSTEM
from huiban.services import archive_check, archive_restore, city, evidence, handle, ledger, vault
from huiban.services.ledger import Chain
from huiban.services.refusal import AlreadyDone, Invalid
from huiban.store import archives, blobs, cases, certificates, documents, filings, lists, packs
from huiban.store.lists import CaseNarrow, DeskScope
from huiban.store.models import ArchivePackage, Case
from tests.databases import using_database
from tests.services import archive_sample
from tests.services import city_sample as sample
from tests.services.archive_sample import NOW

LATER = sample.at("2026-12-24 10:00")


def all_of(number: str) -> dict[str, Any]:
    """Everything of a case that a restored one must have as well."""
    case = cases.load(number)
    held = certificates.of_case(case.id)
    return {
        "case": case,
        "journal": handle.load(number).journal,
        "past": filings.of_case(case.id),
        "documents": [
            archives.as_json(one, ("object_key",)) | {"bytes": vault.content(one.object_key)}
            for one in documents.of_case(case.id)
        ],
        "files": [
            archives.as_json(one, ("object_key",)) | {"bytes": vault.content(one.object_key)}
            for one in blobs.of_case(case.id)
        ],
        "certificates": [archives.as_json(one) for one in held],
        "ledgers": [
            (ledger.content_of(entry), entry.sha256, entry.sm3)
            for one in held
            for entry in ledger.history(Chain.CERTIFICATE, one.number)
        ],
        "replay": evidence.replay(handle.load(number)),
    }


@pytest.mark.parametrize(
    ("first", "second"),
    [("sqlite", "sqlite"), ("postgresql", "postgresql"), ("sqlite", "postgresql"),
     ("postgresql", "sqlite")],
)  # fmt: skip
def test_a_case_is_rebuilt_whole_in_an_empty_database(
    first: str,
    second: str,
    copied_database: Callable[[str], str],
    settings: Any,
    tmp_path: Path,
    django_db_blocker: Any,
) -> None:
    with django_db_blocker.unblock(), using_database(copied_database(first)):
        city.publish(NOW, "test")
        number = archive_sample.granted(sample.people(), corrected=True)
        before, package = all_of(number), archive_sample.bytes_of(number)
    settings.OBJECTS_URL = f"folder:{tmp_path}"

    with django_db_blocker.unblock(), using_database(copied_database(second)):
        assert (
            archive_restore.restore(io.BytesIO(package), SYSTEM, LATER, accept_unsigned=True)
            == number
        )
        after = all_of(number)
        verdict = evidence.verify_case(number)
        kept = vault.content(archives.of_case(number).object_key)
        scope = DeskScope("x", (), "approval_service", "370200")
        listed = lists.department_list(scope, CaseNarrow(text="深圳路地下停车场"))
        published = packs.latest("construction_waste")
        checked = archive_check.check(archives.of_case(number), SYSTEM, LATER)
        connection.close()

    assert after["past"]
    for name, value in before.items():
        assert after[name] == value, name
    assert verdict.is_sound
    assert kept == package
    assert [one.number for one in listed.rows] == [number]
    assert published is not None
    assert not checked.failed


@pytest.mark.usefixtures("each_database")
class TestRefused:
    """What is not restored leaves nothing behind."""

    def test_a_case_that_is_here_already(self) -> None:
        number = archive_sample.granted(sample.people())

        with pytest.raises(AlreadyDone, match=number):
            self.restore(archive_sample.bytes_of(number))

    def test_a_package_with_a_changed_file(self) -> None:
        number = archive_sample.granted(sample.people())
        package = archive_sample.bytes_of(number)
        spoilt = archive_sample.changed(package, **{"data/form/answers.json": b"{}"})

        with pytest.raises(Invalid, match=r"answers\.json"):
            self.restore(spoilt)

    def test_a_package_without_a_material(self) -> None:
        number = archive_sample.granted(sample.people())
        package = archive_sample.bytes_of(number)
        name = archive_sample.some_material(package)

        with pytest.raises(Invalid, match="缺少"):
            self.restore(archive_sample.changed(package, **{name: None}))

    def test_what_is_no_package(self) -> None:
        with pytest.raises(Invalid, match="打不开"):
            self.restore(b"PK\x03\x04 nothing")

    def restore(self, package: bytes) -> None:
        before = (Case.objects.count(), ArchivePackage.objects.count(), archive_sample.objects())
        try:
            archive_restore.restore(io.BytesIO(package), SYSTEM, LATER, accept_unsigned=True)
        finally:
            after = (Case.objects.count(), ArchivePackage.objects.count())
            assert (*after, archive_sample.objects()) == before
