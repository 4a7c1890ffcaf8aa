# SPDX-License-Identifier: Apache-2.0
"""Whether passkeys are what their ledgers say (通行密钥台账核对): a key swapped later shows."""

from collections.abc import Iterator, Sequence

from huiban.services import passkeys
from huiban.services.ledger import body_of
from huiban.store.models import LedgerEntry, Passkey

_CALLED = "name"
"""What its holder calls it may change."""


def passkey(row: Passkey, entries: Sequence[LedgerEntry]) -> Iterator[str]:
    """Name what of a passkey is not what its ledger says."""
    told = next((body_of(one) for one in entries if one.act == passkeys.MADE), {})
    for name, value in passkeys.facts_of(row).items():
        if name != _CALLED and told.get(name) != value:
            yield name
    if (row.removed_at is not None) != any(one.act == passkeys.REMOVED for one in entries):
        yield "removed"
