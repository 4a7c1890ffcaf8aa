# SPDX-License-Identifier: Apache-2.0
"""What a checked rule (规则) is: its small typed tree, the kinds of facts, and the refusal."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

FACT_LIMIT = 10**15
"""A fact of this many smallest units or more is unknown in arithmetic: 15 digits are exact in
every database and in JSON."""
LIMIT = 10**18
"""A product of this many smallest units or more is unknown, the same in every back end."""
SAFE = 2**63
"""What 64-bit integers cannot hold; sums and products that may reach it are held to LIMIT."""

Value = str | int | Decimal | date | bool | tuple["Value", ...] | None


class FactKind(StrEnum):
    """The kinds a fact can have; LIST is a list of texts."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    LIST = "list"


NUMBERS = frozenset({FactKind.INTEGER, FactKind.DECIMAL})
TEXTS = frozenset({FactKind.TEXT, FactKind.CHOICE})


@dataclass(frozen=True, slots=True)
class FactType:
    """
    The kind of one fact; `options` closes a CHOICE or LIST, () leaves it open.

    A DECIMAL has at most `decimals` digits after the point and 15 digits in all; an INTEGER fits
    64 bits, and is unknown in arithmetic beyond 15 digits.
    """

    kind: FactKind
    options: tuple[str, ...] = ()
    decimals: int = 4


Schema = Mapping[str, FactType]


class Node(NamedTuple):
    """One node of a checked rule: `args` are nodes, `value` what a leaf or a call holds besides."""

    op: str
    kind: FactKind
    args: tuple["Node", ...] = ()
    value: Value = None
    scale: int = 0


@dataclass(frozen=True)
class Rule:
    """A rule that was read and checked; every back end works from `tree`."""

    text: str
    tree: Node
    fields: frozenset[str]

    def __hash__(self) -> int:
        # Closures are looked up by rule for every case, and a text remembers its own hash.
        return hash(self.text)


class RuleRefused(ValueError):
    """A rule text that is not in the language: what, where (counted in characters) and the cure."""

    def __init__(self, message: str, text: str, offset: int, cure: str = "") -> None:
        before = text[:offset]
        self.message = message
        self.offset = offset
        self.line = before.count("\n") + 1
        self.column = offset - (before.rfind("\n") + 1) + 1
        self.cure = cure
        super().__init__(
            f"line {self.line}, column {self.column}: {message}" + (f" ({cure})" if cure else "")
        )


def walk(node: Node) -> Iterator[Node]:
    """This function will yield the node and everything below it, left to right."""
    yield node
    for arg in node.args:
        yield from walk(arg)


def computes(node: Node) -> bool:
    """This function will tell whether a number comes from arithmetic, not from a column as is."""
    return node.op in {"+", "-", "*", "abs", "within"}


# What each node puts on a parser's stack while its operands are read, as sql.py writes it.
_WEIGHTS = {"and": 3, "or": 3, "not": 1, "is_null": 1, "coalesce": 3, "abs": 3, "contains": 10}
_PRODUCT_WEIGHT = 13


def nesting(node: Node) -> int:
    """
    This function will measure how deep a parser must go for the rule as SQL.

    SQLite before 3.46 has a stack of 100, and the rule stands inside a statement.
    """
    if node.op == "within" and node.value == LIMIT:
        weight = _PRODUCT_WEIGHT
    else:
        weight = _WEIGHTS.get(node.op, 4)
    if node.op in {"+", "-"}:
        # A chain of sums leans to the left, where each sum costs one parenthesis.
        left, right = map(nesting, node.args)
        return max(left + 1, right + weight)
    return weight + max(map(nesting, node.args), default=0)
