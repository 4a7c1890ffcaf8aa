# SPDX-License-Identifier: Apache-2.0
"""A checked rule as plain JSON, for the evaluator in the browser (frontend/src/rule.js)."""

from datetime import date
from decimal import Decimal

from huiban.kernel.rule.tree import Node, Rule, Value


def to_json(rule: Rule) -> list[object]:
    """
    This function will return the rule as nested lists: operator first, then its operands.

    Numbers are texts, so that no digit is lost on the way: `[">=", ["field", "amount", "decimal"],
    ["number", "12600.50"]]`.
    """
    return _listed(rule.tree)


def _listed(node: Node) -> list[object]:
    if node.op == "const":
        return _literal(node.value)
    if node.op == "field":
        return ["field", str(node.value), str(node.kind)]
    listed: list[object] = [node.op, *map(_listed, node.args)]
    if node.op == "in" and isinstance(node.value, tuple):
        return [*listed, *map(_literal, node.value)]
    if node.op == "shift" and isinstance(node.value, tuple):
        return [*listed, *node.value]
    if node.op in {"starts", "ends", "has"}:
        return [*listed, node.value]
    if node.op == "within":
        return [*listed, str(node.value), node.scale]
    return listed


def _literal(value: Value) -> list[object]:
    if value is None or isinstance(value, bool):
        return ["boolean", value]
    if isinstance(value, int | Decimal):
        return ["number", format(value, "f") if isinstance(value, Decimal) else str(value)]
    if isinstance(value, date):
        return ["date", value.isoformat()]
    return ["text", value]
