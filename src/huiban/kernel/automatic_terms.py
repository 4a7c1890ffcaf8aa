# SPDX-License-Identifier: Apache-2.0
"""On which terms an item may be decided by the system itself (自动审批), as its pack declares."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

LEAST_SAMPLED = Decimal("0.01")
"""The least share of what would be decided automatically that people must decide instead."""
LOOK_DAYS = 60
"""How long a person may be asked to look at it, as long as for administrative reconsideration."""


@dataclass(frozen=True, slots=True)
class Automatic:
    """
    Why an item may be decided automatically, who approved it, and how people keep watch.

    `sampled` is the share that goes to people before the decision, `looks` the role that looks
    again where an applicant asks for it. Without `approved_on` it is declared and not in force.
    """

    basis: str
    sampled: Decimal
    looks: str
    approved_on: date | None = None
    approved_by: str = ""

    def is_in_force(self, day: date) -> bool:
        return self.approved_on is not None and self.approved_on <= day
