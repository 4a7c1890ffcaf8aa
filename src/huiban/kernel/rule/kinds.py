# SPDX-License-Identifier: Apache-2.0
"""The kinds of rules: which operands an operator takes, and the checked node it becomes."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from huiban.kernel.rule.arithmetic import Mismatch, absolute, constant, spoken, units_of
from huiban.kernel.rule.dates import shifted
from huiban.kernel.rule.functions import FUNCTIONS
from huiban.kernel.rule.names import nearest
from huiban.kernel.rule.scan import MAX_DIGITS
from huiban.kernel.rule.tree import NUMBERS, TEXTS, FactKind, Node, Schema, computes

MAX_ALTERNATIVES = 8
ORDER = frozenset({"<", "<=", ">", ">="})
NULL = Node("null", FactKind.BOOLEAN)
UNKNOWN = Node("const", FactKind.BOOLEAN, value=None)


def condition(node: Node, operand: int = 0) -> Node:
    """This function will pass a boolean on and refuse anything else."""
    if node.op == "null":
        raise Mismatch(operand, "null alone decides nothing", "write fact is null")
    if node.kind is not FactKind.BOOLEAN:
        cure = "compare it with something, as headcount >= 10"
        raise Mismatch(operand, f"a condition is needed here, not {spoken(node)}", cure)
    return node


def joined(op: str, parts: Sequence[Node]) -> Node:
    """This function will join conditions by and, or, not."""
    return Node(op, FactKind.BOOLEAN, tuple(condition(part, at) for at, part in enumerate(parts)))


def is_null(node: Node) -> Node:
    """This function will make the only test that answers yes or no about an unknown."""
    if node.op in {"null", "const"}:
        raise Mismatch(0, "only a fact can be null", "write fact is null")
    return Node("is_null", FactKind.BOOLEAN, (node,))


def compared(op: str, left: Node, right: Node, schema: Schema) -> Node:
    """This function will compare two operands of one family."""
    for at, side in enumerate((left, right)):
        if side.op == "null":
            raise Mismatch(at, "a comparison with null is always unknown", "write fact is null")
    family = _family(left)
    if family != _family(right):
        _differ(left, right)
    if family == "list":
        cure = "write contains(list, 'text') or cardinality(list) = 2"
        raise Mismatch(0, "lists cannot be compared", cure)
    if op in ORDER and family not in {"number", "date"}:
        cure = "use = or in; what has an order is a number or a date"
        raise Mismatch(0, f"{op} does not order {family}s", cure)
    _check_option(left, right, 1, schema)
    _check_option(right, left, 0, schema)
    return Node(op, FactKind.BOOLEAN, (left, right))


def _family(node: Node) -> str:
    if node.kind in NUMBERS:
        return "number"
    return "text" if node.kind in TEXTS else str(node.kind)


def _differ(left: Node, right: Node) -> None:
    cure = "both sides must be of one kind"
    for here, other in ((left, right), (right, left)):
        if here.op == "const" and isinstance(here.value, str):
            if other.kind is FactKind.DATE:
                cure = f"write date '{here.value}'"
            elif other.kind in NUMBERS:
                cure = "write the number without quotes"
        elif here.op == "const" and here.kind in NUMBERS and other.kind in TEXTS:
            cure = f"put it in single quotes: '{here.value}'"
        elif here.kind is FactKind.LIST:
            cure = "write contains(list, 'text')"
    raise Mismatch(1, f"{spoken(left)} is compared with {spoken(right)}", cure)


def _check_option(fact: Node, text: Node, operand: int, schema: Schema) -> None:
    if fact.op != "field" or text.op != "const" or not isinstance(text.value, str):
        return
    options = schema[str(fact.value)].options
    if options and text.value not in options:
        near = nearest(text.value, options)
        listed = ", ".join(options[:8]) + (" …" if len(options) > 8 else "")
        cure = f"did you mean '{near}'?" if near else f"one of {listed}"
        raise Mismatch(operand, f"{fact.value} has no option '{text.value}'", cure)


def among(subject: Node, items: Sequence[Node], schema: Schema) -> Node:
    """This function will test membership; null in the list makes a miss unknown, as in SQL."""
    known = [item for item in items if item.op != "null"]
    if not known:
        cure = "name at least one value"
        raise Mismatch(1 if items else 0, "in needs something to look for", cure)
    tests = []
    for at, item in enumerate(items, 1):
        if item.op == "null":
            continue
        try:
            tests.append(compared("=", subject, item, schema))
        except Mismatch as mismatch:
            raise Mismatch(at, mismatch.message, mismatch.cure) from None
    if all(item.op == "const" for item in known):
        values = tuple(item.value for item in known)
        tests = [Node("in", FactKind.BOOLEAN, (subject,), value=values)]
    if len(known) < len(items):
        tests.append(UNKNOWN)
    return tests[0] if len(tests) == 1 else Node("or", FactKind.BOOLEAN, tuple(tests))


def between(subject: Node, low: Node, high: Node, schema: Schema) -> Node:
    """This function will test a closed range."""
    try:
        return joined(
            "and", [compared(">=", subject, low, schema), compared("<=", subject, high, schema)]
        )
    except Mismatch as mismatch:
        at = 1 if subject.op == "null" or _family(subject) != _family(low) else 2
        raise Mismatch(at, mismatch.message, mismatch.cure) from None


def like(subject: Node, pattern: Node) -> Node:
    """This function will match a literal start, end or part: % at the ends only, never inside."""
    if subject.kind not in TEXTS or subject.op == "null":
        raise Mismatch(0, f"like needs a text, not {spoken(subject)}", "compare with =")
    text = pattern.value
    if pattern.op != "const" or not isinstance(text, str):
        raise Mismatch(1, "the pattern must be written out", "write like 'abc%'")
    body = text[text.startswith("%") : len(text) - text.endswith("%")] if text != "%" else ""
    if not body or "%" in body or "_" in body or "\\" in body:
        cure = "write like 'abc%', '%abc' or '%abc%'; % only at the ends, no _ and no \\"
        raise Mismatch(1, f"the pattern '{text}' is not allowed", cure)
    if body == text:
        raise Mismatch(1, f"the pattern '{text}' holds no %", f"write = '{text}'")
    op = {(True, True): "has", (True, False): "ends", (False, True): "starts"}
    return Node(
        op[text.startswith("%"), text.endswith("%")], FactKind.BOOLEAN, (subject,), value=body
    )


def moved(day: Node, months: int, days: int) -> Node:
    """This function will move a date that no fact decides."""
    if day.kind is not FactKind.DATE or day.op == "null":
        raise Mismatch(0, f"an interval moves a date, not {spoken(day)}", "start from as_of")
    if day.op == "const" and isinstance(day.value, date):
        try:
            return constant(shifted(day.value, months, days))
        except OverflowError as problem:
            raise Mismatch(0, str(problem), "use a shorter interval") from None
    if day.op not in {"as_of", "shift"}:
        cure = "move it to the other side: fact <= as_of - interval '1 year'"
        raise Mismatch(0, "an interval moves as_of or a date written out, not a fact", cure)
    return Node("shift", FactKind.DATE, (day,), value=(months, days))


def called(name: str, args: Sequence[Node], schema: Schema) -> Node:
    """This function will check a call of a named function."""
    if name == "coalesce":
        return _coalesced(args)
    if name == "abs":
        _check_count(name, 1, args)
        return absolute(args[0])
    function = FUNCTIONS[name]
    _check_count(name, len(function.takes), args)
    for at, (arg, kinds) in enumerate(zip(args, function.takes, strict=True)):
        if arg.kind not in kinds or arg.op == "null":
            wanted = " or ".join(sorted(kinds))
            cure = "see docs/reference/rules.md"
            raise Mismatch(at, f"{name} needs {wanted} here, not {spoken(arg)}", cure)
    if name == "contains":
        _check_option(args[0], args[1], 1, schema)
    return Node(name, function.gives, tuple(args))


def _check_count(name: str, count: int, args: Sequence[Node]) -> None:
    if len(args) != count:
        raise Mismatch(0, f"{name} takes {count} arguments, not {len(args)}", "add or remove some")


def _coalesced(args: Sequence[Node]) -> Node:
    if not 2 <= len(args) <= MAX_ALTERNATIVES:
        cure = "write coalesce(fact, 0)"
        raise Mismatch(0, f"coalesce takes 2 to {MAX_ALTERNATIVES} arguments", cure)
    for at, arg in enumerate(args):
        if arg.op == "null":
            raise Mismatch(at, "null is no alternative", "leave it out")
        if _family(arg) != _family(args[0]) or arg.kind is FactKind.LIST:
            cure = "all alternatives must be of one kind, and none a list"
            raise Mismatch(at, f"coalesce mixes {spoken(args[0])} and {spoken(arg)}", cure)
        if computes(arg):
            cure = "put coalesce inside: coalesce(a, 0) + coalesce(b, 0)"
            raise Mismatch(at, "coalesce takes facts and literals, not sums", cure)
    return _alternatives(args)


def _alternatives(args: Sequence[Node]) -> Node:
    facts = [arg for arg in args if arg.op != "const"]
    if not facts:
        raise Mismatch(0, "coalesce needs a fact to replace", "leave coalesce out")
    kind, scale = facts[0].kind, facts[0].scale
    if kind not in NUMBERS:
        return Node("coalesce", FactKind.TEXT if kind in TEXTS else kind, tuple(args))
    # One column type for all: else SQLite would round a long integer, or a long decimal.
    for at, arg in enumerate(args):
        if arg.op != "const" and (arg.kind, arg.scale) != (kind, scale):
            cure = "use facts of one kind and as many decimals"
            raise Mismatch(at, f"coalesce mixes {spoken(facts[0])} and {spoken(arg)}", cure)
        if arg.op == "const" and not _fits(arg, scale):
            cure = f"a number with at most {scale} digits after the point, {MAX_DIGITS} in all"
            raise Mismatch(at, f"{arg.value} does not fit {spoken(facts[0])}", cure)
    return Node("coalesce", kind, tuple(args), scale=scale)


def _fits(number: Node, scale: int) -> bool:
    value = number.value if isinstance(number.value, int | Decimal) else 0
    return number.scale <= scale and abs(units_of(value, scale)) < 10**MAX_DIGITS
