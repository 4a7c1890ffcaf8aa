# SPDX-License-Identifier: Apache-2.0
"""Exact numbers of rules: literals, sums and products, and where a result is too long to know."""

from datetime import date
from decimal import Context, Decimal

from huiban.kernel.rule.tree import FACT_LIMIT, LIMIT, NUMBERS, SAFE, FactKind, Node, Value

MAX_SCALE = 12
_COUNTS = 10**10  # no function counts further: lengths, and days between two dates
EXACT = Context(prec=80)
"""Wide enough for any sum or product of rules: nothing is ever rounded."""
_ARTICLES = {FactKind.INTEGER: "an integer"}


class Mismatch(Exception):
    """An operand of the wrong kind; `operand` counts from 0 and lets the reader name the place."""

    def __init__(self, operand: int, message: str, cure: str) -> None:
        super().__init__(message)
        self.operand, self.message, self.cure = operand, message, cure


def constant(value: Value) -> Node:
    """This function will make a leaf of a literal."""
    if isinstance(value, bool):
        return Node("const", FactKind.BOOLEAN, value=value)
    if isinstance(value, int):
        return Node("const", FactKind.INTEGER, value=value)
    if isinstance(value, Decimal):
        exponent = EXACT.normalize(value).as_tuple().exponent
        scale = -exponent if isinstance(exponent, int) and exponent < 0 else 0
        return Node("const", FactKind.DECIMAL, value=value, scale=scale)
    if isinstance(value, date):
        return Node("const", FactKind.DATE, value=value)
    return Node("const", FactKind.TEXT, value=str(value))


def spoken(node: Node) -> str:
    """This function will say what a node is, for a message."""
    if node.op == "null":
        return "null"
    kind = _ARTICLES.get(node.kind, f"a {node.kind}")
    if node.op == "field":
        return f"{kind} ({node.value})"
    if node.op == "const":
        return f"{kind} ({node.value})"
    return kind


def arithmetic(op: str, left: Node, right: Node) -> Node:
    """This function will add, subtract or multiply numbers exactly."""
    for at, side in enumerate((left, right)):
        _check_number(op, side, at)
    scale = left.scale + right.scale if op == "*" else max(left.scale, right.scale)
    if scale > MAX_SCALE:
        cure = "multiply fewer decimals"
        raise Mismatch(0, f"the result has more than {MAX_SCALE} digits after the point", cure)
    if left.op == right.op == "const":
        return _folded(op, left, right)
    is_decimal = FactKind.DECIMAL in {left.kind, right.kind}
    kind = FactKind.DECIMAL if is_decimal else FactKind.INTEGER
    sides = [_operand(side) for side in (left, right)]
    if op != "*":
        sides = [_aligned(side, scale) for side in sides]
    node = Node(op, kind, tuple(sides), scale=scale)
    return node if _bound(node) < SAFE else _within(node, LIMIT, scale)


def _folded(op: str, left: Node, right: Node) -> Node:
    # Databases read 1000000 as a 32-bit integer and overflow on its square.
    a, b = (Decimal(side.value) for side in (left, right) if isinstance(side.value, int | Decimal))
    compute = {"+": EXACT.add, "-": EXACT.subtract, "*": EXACT.multiply}[op]
    value = compute(a, b)
    result = constant(int(value) if value == value.to_integral_value() else value)
    if _bound(result) >= LIMIT:
        raise Mismatch(0, f"{a:f} {op} {b:f} has too many digits", "write shorter numbers")
    return result


def _check_number(op: str, side: Node, operand: int) -> None:
    if side.kind not in NUMBERS:
        cure = "dates move by interval '1 year'; texts are not added"
        raise Mismatch(operand, f"{op} needs numbers, not {spoken(side)}", cure)


def negative(node: Node) -> Node:
    """This function will turn the sign."""
    if node.op == "const" and isinstance(node.value, int | Decimal) and node.kind in NUMBERS:
        return node._replace(value=_negated(node.value))
    return arithmetic("-", constant(0), node)


def _negated(value: int | Decimal) -> int | Decimal:
    # A plain minus would round a Decimal to the precision of whoever calls.
    return EXACT.minus(value) if isinstance(value, Decimal) else -value


def units_of(value: int | Decimal, scale: int) -> int:
    """This function will count a number in its smallest units: 12.5 at scale 2 is 1250."""
    return int(EXACT.scaleb(Decimal(value), scale))


def in_full(units: int, scale: int) -> Decimal:
    """This function will turn smallest units back into the number."""
    return EXACT.scaleb(Decimal(units), -scale)


def absolute(node: Node) -> Node:
    """This function will drop the sign."""
    _check_number("abs", node, 0)
    if node.op == "const" and isinstance(node.value, int | Decimal):
        return node if node.value >= 0 else negative(node)
    inner = _operand(node)
    return Node("abs", node.kind, (inner,), scale=inner.scale)


def _operand(node: Node) -> Node:
    return _within(node, FACT_LIMIT, node.scale) if node.op in {"field", "coalesce"} else node


def _aligned(node: Node, scale: int) -> Node:
    # SQL adds at one scale; what is too long there must be unknown in the other back ends too.
    if _bound(node) * 10 ** (scale - node.scale) < SAFE:
        return node
    return _within(node, LIMIT, scale)


def _within(node: Node, limit: int, scale: int) -> Node:
    """A number that is unknown unless it is smaller, in units of the scale, than the limit."""
    return Node("within", node.kind, (node,), value=limit, scale=scale)


def _bound(node: Node) -> int:
    """No result of this node has as many units."""
    if node.op == "const" and isinstance(node.value, int | Decimal):
        return abs(units_of(node.value, node.scale))
    if node.op == "within" and isinstance(node.value, int):
        return node.value
    if node.op in {"+", "-"}:
        return sum(_bound(arg) * 10 ** (node.scale - arg.scale) for arg in node.args)
    if node.op == "*":
        return _bound(node.args[0]) * _bound(node.args[1])
    return _bound(node.args[0]) if node.op == "abs" else _COUNTS
