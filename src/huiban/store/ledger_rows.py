# SPDX-License-Identifier: Apache-2.0
"""The rows that ledgers tell the life of (台账所记之物), many at a time."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from huiban.store.models import (
    ArchivePackage,
    Certificate,
    Credential,
    DelegationRow,
    Explanation,
    IdentityAttempt,
    LedgerEntry,
    Passkey,
    Portrait,
    Seal,
    SignRequest,
)

LedgerRow = (
    Seal
    | Credential
    | ArchivePackage
    | Certificate
    | SignRequest
    | DelegationRow
    | Explanation
    | IdentityAttempt
    | Portrait
    | Passkey
)
_ROWS: Mapping[str, QuerySet[Any]] = {
    "seal": Seal.objects.prefetch_related("grants"),
    "credential": Credential.objects.all(),
    "archive": ArchivePackage.objects.select_related("case"),
    "certificate": Certificate.objects.prefetch_related("grants"),
    "request": SignRequest.objects.all(),
    "delegation": DelegationRow.objects.exclude(state="drafted"),
    "identity": IdentityAttempt.objects.select_related("picture"),
    "portrait": Portrait.objects.all(),
    "passkey": Passkey.objects.all(),
    "explanation": Explanation.objects.select_related("case"),
}


def of_chain(chain: str, keys: Collection[str]) -> dict[str, LedgerRow]:
    """Return the things of some ledgers of one kind, by number; those that are there."""
    rows = _ROWS.get(chain)
    return {} if rows is None else {one.number: one for one in rows.filter(number__in=keys)}


def without_ledger() -> Iterator[tuple[str, str]]:
    """Give kind and number of whatever has no ledger: nobody made it in the regular way."""
    for chain, rows in _ROWS.items():
        if chain == "certificate":
            continue  # those issued before there were ledgers are told by their cases
        began = LedgerEntry.objects.filter(chain=chain, key=OuterRef("number"))
        found = rows.prefetch_related(None).select_related(None).filter(~Exists(began))
        for number in found.order_by("number").values_list("number", flat=True).iterator():
            yield chain, str(number)
