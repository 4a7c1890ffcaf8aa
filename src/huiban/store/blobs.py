# SPDX-License-Identifier: Apache-2.0
"""Keeps the records of files (文件): whose they are, what they belong to, if they are clean."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Exists, Model, OuterRef

from huiban.store.models import (
    ArchivePackage,
    Blob,
    Ceremony,
    DelegationRow,
    Document,
    Draft,
    KeptPicture,
    Portrait,
    Seal,
    SignRequest,
)


class FileNotFound(LookupError):
    """No file has this number."""

    def __init__(self, number: str) -> None:
        super().__init__("没有找到这个文件：它可能已被删除，请重新上传。")
        self.number = number


def add(blob: Blob) -> None:
    """Record a received file."""
    blob.save(force_insert=True)


def load(number: str) -> Blob:
    """
    Return the record of a file.

    :raises FileNotFound: if there is none.
    """
    found = Blob.objects.filter(number=number).first()
    if found is None:
        raise FileNotFound(number)
    return found


def of_draft(draft: str) -> list[Blob]:
    """Return the files uploaded for a draft, oldest first."""
    return list(Blob.objects.filter(draft=draft).exclude(draft="").order_by("created_at"))


def of_case(case_id: int) -> list[Blob]:
    """Return the files of a case, oldest first."""
    return list(Blob.objects.filter(case_id=case_id).order_by("created_at"))


def attach(numbers: Collection[str], owner: str, case_id: int) -> int:
    """Give an owner's loose or drafted files to a case; returns how many were given."""
    waiting = Blob.objects.filter(number__in=numbers, owner=owner, case=None)
    return waiting.update(case_id=case_id, draft="")


@dataclass(frozen=True, slots=True)
class Loose:
    """A clean file of neither a case nor a draft."""

    number: str
    media: str
    size: int


def loose(numbers: Collection[str], owner: str) -> dict[str, Loose]:
    """Return which of these files an owner may still hand in, by number."""
    if not numbers:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT number, media, size FROM store_blob WHERE {_free(numbers)}",
            [*numbers, owner, Blob.State.CLEAN.value],
        )
        return {row[0]: Loose(*row) for row in cursor.fetchall()}


def _free(numbers: Collection[str]) -> str:
    marks = ", ".join(["%s"] * len(numbers))
    # A plain "draft = ''" invites PostgreSQL to read the index of all loose files, not these.
    return (
        f"number IN ({marks}) AND owner = %s AND case_id IS NULL AND length(draft) = 0 "
        "AND state = %s"
    )


def of_owner(numbers: Collection[str], owner: str) -> list[Blob]:
    """Return those of an owner's files that are not on a case yet."""
    return list(Blob.objects.filter(number__in=numbers, owner=owner, case=None))


def by_number(numbers: Collection[str]) -> dict[str, Blob]:
    """Return the records of files by number; one that is gone is left out."""
    return {one.number: one for one in Blob.objects.filter(number__in=list(numbers))}


def judge(number: str, state: Blob.State, verdict: str = "") -> None:
    """Record whether a received file may be opened, and why not."""
    Blob.objects.filter(number=number).update(state=state, verdict=verdict)


def remove(number: str, owner: str) -> bool:
    """Forget a file that is not part of a case yet; its bytes are swept later."""
    return bool(Blob.objects.filter(number=number, owner=owner, case=None).delete()[0])


def sweep(before: datetime, limit: int = 1000) -> int:
    """Forget files older than `before` that are of neither a case nor a draft; returns how many."""
    old = Blob.objects.filter(case=None, created_at__lt=before)
    without_draft = ~Exists(Draft.objects.filter(number=OuterRef("draft")))
    with transaction.atomic():
        old.exclude(draft="").filter(without_draft).update(draft="")
        loose = list(old.filter(draft="").values_list("pk", flat=True)[:limit])
        return Blob.objects.filter(pk__in=loose, case=None, draft="").delete()[0]


def unknown_objects(keys: Collection[str]) -> set[str]:
    """Return which object keys no record refers to."""
    known: set[str] = set()
    for table, columns in OBJECT_COLUMNS:
        for column in columns:
            rows = table._default_manager.filter(**{f"{column}__in": keys})
            if table is ArchivePackage:  # what was disposed of is to go
                rows = rows.exclude(state=ArchivePackage.State.DISPOSED)
            known |= set(rows.values_list(column, flat=True))
    return set(keys) - known


OBJECT_COLUMNS: tuple[tuple[type[Model], tuple[str, ...]], ...] = (
    (Blob, ("object_key",)),
    (Document, ("object_key",)),
    (ArchivePackage, ("object_key",)),
    (Seal, ("picture_key",)),
    (Ceremony, ("object_key", "strokes_key", "signed_key")),
    (SignRequest, ("object_key", "first_key")),
    (DelegationRow, ("object_key", "signed_key")),
    (KeptPicture, ("object_key",)),
    (Portrait, ("object_key",)),
)
