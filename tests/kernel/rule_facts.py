# SPDX-License-Identifier: Apache-2.0
"""Facts that the tests of rules share: one of every kind."""

from datetime import date
from decimal import Decimal

from huiban.kernel.rule import FactKind, FactType, Rule, Schema, closure, parse

AS_OF = date(2026, 3, 5)
SCHEMA: Schema = {
    "headcount": FactType(FactKind.INTEGER),
    "new_hires": FactType(FactKind.INTEGER),
    "amount": FactType(FactKind.DECIMAL, decimals=2),
    "rate": FactType(FactKind.DECIMAL),
    "name": FactType(FactKind.TEXT),
    "sector": FactType(FactKind.CHOICE, ("care", "food", "retail")),
    "founded_on": FactType(FactKind.DATE),
    "closed_on": FactType(FactKind.DATE),
    "is_honest": FactType(FactKind.BOOLEAN),
    "is_listed": FactType(FactKind.BOOLEAN),
    "kinds": FactType(FactKind.LIST, ("soil", "brick")),
    "order": FactType(FactKind.INTEGER),
    "date": FactType(FactKind.DATE),
}
KNOWN: dict[str, object] = {
    "headcount": 12,
    "new_hires": 3,
    "amount": Decimal("12600.50"),
    "rate": Decimal("0.0385"),
    "name": "青岛慧办",
    "sector": "care",
    "founded_on": date(2024, 2, 29),
    "is_honest": True,
    "kinds": ["soil"],
    "order": 1,
    "date": date(2026, 3, 1),
}


def a_rule(text: str) -> Rule:
    return parse(text, SCHEMA)


def answer(text: str, **facts: object) -> bool | None:
    """Answer a rule for the known facts with some of them changed; None makes one unknown."""
    return closure(a_rule(text))({**KNOWN, **facts}, AS_OF)
