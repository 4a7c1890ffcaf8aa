# SPDX-License-Identifier: Apache-2.0
"""What reading a form needs to know beside the form and the answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from huiban.kernel.form_model import Values

NO_DIVISIONS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class Context:
    """Circumstances of one reading; only `today` and `divisions` are always known."""

    today: date
    divisions: Mapping[str, str] = field(default_factory=lambda: NO_DIVISIONS)
    """Division code → name."""
    section: str | None = None
    """Report problems of this section only; None reports all."""
    signer: str = ""
    """Who has to sign; empty when anybody may."""
    life: str = ""
    before: Values = field(default_factory=dict)
    """Values on record, which fields locked in this `life` keep, and those `locked` now."""
    locked: frozenset[str] = frozenset()
    """Keys of fields that a register filled in and that may not be typed over."""
    files: Mapping[str, Values] | None = None
    """File id → its real name, size and media; None trusts what was sent (values on record)."""
