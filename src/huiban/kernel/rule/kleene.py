# SPDX-License-Identifier: Apache-2.0
"""One case at a time: a checked rule as nested Python closures with Kleene's three values."""

import operator
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from huiban.kernel.rule.arithmetic import EXACT, in_full
from huiban.kernel.rule.dates import fixed
from huiban.kernel.rule.functions import FUNCTIONS
from huiban.kernel.rule.tree import FactKind, Node, Rule

Facts = Mapping[str, object]
Evaluate = Callable[[Facts, date], Any]
Closure = Callable[[Facts, date], bool | None]

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_INTEGER: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
}
_DECIMAL: dict[str, Callable[[Any, Any], Any]] = {
    "+": EXACT.add,
    "-": EXACT.subtract,
    "*": EXACT.multiply,
}
_MATCH: dict[str, Callable[[str, str], bool]] = {
    "starts": str.startswith,
    "ends": str.endswith,
    "has": operator.contains,
}


@lru_cache(maxsize=8192)
def closure(rule: Rule) -> Closure:
    """
    This function will return the rule as a function of the facts and the date it is asked for.

    An absent fact and a None fact are both unknown. Facts must have the Python types of their
    kinds (str, int, Decimal, date, bool, list of str); `judge` checks that, this does not.
    """
    return evaluator(rule.tree)


def evaluator(node: Node) -> Evaluate:
    """This function will turn one node, of any kind, into a function of facts and date."""
    build = _BUILDERS.get(node.op, _function)
    return build(node)


def _constant(node: Node) -> Evaluate:
    value = node.value
    return lambda facts, as_of: value


def _field(node: Node) -> Evaluate:
    name = str(node.value)
    return lambda facts, as_of: facts.get(name)


def _date(node: Node) -> Evaluate:
    if node.op == "as_of":
        return lambda facts, as_of: as_of
    return lambda facts, as_of: fixed(node, as_of)


def _and(node: Node) -> Evaluate:
    parts = [evaluator(arg) for arg in node.args]

    def run(facts: Facts, as_of: date) -> bool | None:
        result: bool | None = True
        for part in parts:
            value = part(facts, as_of)
            if value is False:
                return False
            if value is None:
                result = None
        return result

    return run


def _or(node: Node) -> Evaluate:
    parts = [evaluator(arg) for arg in node.args]

    def run(facts: Facts, as_of: date) -> bool | None:
        result: bool | None = False
        for part in parts:
            value = part(facts, as_of)
            if value is True:
                return True
            if value is None:
                result = None
        return result

    return run


def _not(node: Node) -> Evaluate:
    inner = evaluator(node.args[0])

    def run(facts: Facts, as_of: date) -> bool | None:
        value = inner(facts, as_of)
        return None if value is None else not value

    return run


def _is_null(node: Node) -> Evaluate:
    inner = evaluator(node.args[0])
    return lambda facts, as_of: inner(facts, as_of) is None


def _compare(node: Node) -> Evaluate:
    holds = _COMPARE[node.op]
    left, right = node.args
    if left.op == "field" and right.op == "const":
        return _compare_with_constant(str(left.value), holds, right.value)
    first, second = evaluator(left), evaluator(right)

    def run(facts: Facts, as_of: date) -> bool | None:
        a = first(facts, as_of)
        if a is None:
            return None
        b = second(facts, as_of)
        return None if b is None else holds(a, b)

    return run


def _compare_with_constant(name: str, holds: Callable[[Any, Any], bool], value: Any) -> Evaluate:
    # Most criteria look like this; one call instead of three.
    def run(facts: Facts, as_of: date) -> bool | None:
        fact = facts.get(name)
        return None if fact is None else holds(fact, value)

    return run


def _in(node: Node) -> Evaluate:
    inner = evaluator(node.args[0])
    members = frozenset(node.value) if isinstance(node.value, tuple) else frozenset()

    def run(facts: Facts, as_of: date) -> bool | None:
        value = inner(facts, as_of)
        return None if value is None else value in members

    return run


def _match(node: Node) -> Evaluate:
    inner, holds, body = evaluator(node.args[0]), _MATCH[node.op], str(node.value)

    def run(facts: Facts, as_of: date) -> bool | None:
        value = inner(facts, as_of)
        return None if value is None else holds(value, body)

    return run


def _arithmetic(node: Node) -> Evaluate:
    first, second = (evaluator(arg) for arg in node.args)
    compute = (_DECIMAL if node.kind is FactKind.DECIMAL else _INTEGER)[node.op]

    def run(facts: Facts, as_of: date) -> Any:
        a = first(facts, as_of)
        b = second(facts, as_of)
        return None if a is None or b is None else compute(a, b)

    return run


def _within(node: Node) -> Evaluate:
    inner = evaluator(node.args[0])
    limit: Any = node.value
    if node.scale:
        limit = in_full(limit, node.scale)
    least = -limit

    def run(facts: Facts, as_of: date) -> Any:
        value = inner(facts, as_of)
        return value if value is not None and least < value < limit else None

    return run


def _absolute(node: Node) -> Evaluate:
    inner = evaluator(node.args[0])

    def run(facts: Facts, as_of: date) -> Any:
        value = inner(facts, as_of)
        # Not abs(): it would round a Decimal to the precision of whoever calls.
        return value if value is None or value >= 0 else EXACT.subtract(0, value)

    return run


def _coalesce(node: Node) -> Evaluate:
    parts = [evaluator(arg) for arg in node.args]

    def run(facts: Facts, as_of: date) -> Any:
        for part in parts:
            value = part(facts, as_of)
            if value is not None:
                return value
        return None

    return run


def _function(node: Node) -> Evaluate:
    compute = FUNCTIONS[node.op].python
    parts = [evaluator(arg) for arg in node.args]

    def run(facts: Facts, as_of: date) -> Any:
        values = [part(facts, as_of) for part in parts]
        return None if None in values else compute(*values)

    return run


_BUILDERS: dict[str, Callable[[Node], Evaluate]] = {
    "const": _constant,
    "field": _field,
    "as_of": _date,
    "shift": _date,
    "and": _and,
    "or": _or,
    "not": _not,
    "is_null": _is_null,
    "in": _in,
    "abs": _absolute,
    "within": _within,
    "coalesce": _coalesce,
    **dict.fromkeys(_COMPARE, _compare),
    **dict.fromkeys(_MATCH, _match),
    **dict.fromkeys(_INTEGER, _arithmetic),
}
