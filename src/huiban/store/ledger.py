# SPDX-License-Identifier: Apache-2.0
"""Keeps the ledgers (台账): chained facts on seals, certificates, keys and packages."""

from collections.abc import Iterator
from itertools import groupby

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef

from huiban.store.models import Certificate, LedgerEntry


class LedgerMoved(Exception):
    """Somebody appended to the chain meanwhile; read its end again."""


def end_of(chain: str, key: str) -> LedgerEntry | None:
    """Return the newest entry of a chain, None before the first."""
    return LedgerEntry.objects.filter(chain=chain, key=key).order_by("-seq").first()


def append(entry: LedgerEntry) -> LedgerEntry:
    """
    Add an entry to the end of its chain.

    :raises LedgerMoved: if its place is taken.
    """
    try:
        with transaction.atomic():
            entry.save(force_insert=True)
    except IntegrityError:
        raise LedgerMoved(f"{entry.chain} {entry.key} has an entry {entry.seq} already") from None
    return entry


def entries(chain: str, key: str) -> list[LedgerEntry]:
    """Return a chain, oldest first."""
    return list(LedgerEntry.objects.filter(chain=chain, key=key).order_by("seq"))


def newest(chain: str, key: str, most: int, before: int | None = None) -> list[LedgerEntry]:
    """Return the newest entries of a chain, the last first; `before` goes on from a serial."""
    found = LedgerEntry.objects.filter(chain=chain, key=key)
    if before is not None:
        found = found.filter(seq__lt=before)
    return list(found.order_by("-seq")[:most])


def chains() -> Iterator[list[LedgerEntry]]:
    """Give every chain whole, one after the other."""
    rows = LedgerEntry.objects.order_by("chain", "key", "seq").iterator(chunk_size=2000)
    for _, entries in groupby(rows, key=lambda one: (one.chain, one.key)):
        yield list(entries)


def certificates_gone() -> list[str]:
    """Name certificates that have a ledger and are not there."""
    held = Certificate.objects.filter(number=OuterRef("key"))
    gone = LedgerEntry.objects.filter(~Exists(held), chain="certificate", seq=1)
    return list(gone.order_by("key").values_list("key", flat=True))
