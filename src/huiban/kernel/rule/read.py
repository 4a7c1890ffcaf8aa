# SPDX-License-Identifier: Apache-2.0
"""From text to a checked rule: sqlglot's tree is taken over node by node, each one allow-listed."""

from collections.abc import Callable
from functools import partial
from typing import NoReturn

from sqlglot import exp

from huiban.kernel.rule import arithmetic, kinds
from huiban.kernel.rule.grammar import CALL, SHAPE, syntax
from huiban.kernel.rule.names import AS_OF, check_names
from huiban.kernel.rule.scan import Token, scan
from huiban.kernel.rule.tree import FactKind, Node, Rule, RuleRefused, Schema, nesting, walk

MAX_NODE_DEPTH = 40
MAX_NESTING = 70

_PAIR = frozenset({"this", "expression"})
# Which parts of each sqlglot node are known; another node, or another part, is refused.
_ALLOWED: dict[type[exp.Expr], frozenset[str]] = {
    exp.And: _PAIR,
    exp.Or: _PAIR,
    exp.Not: frozenset({"this"}),
    exp.Paren: frozenset({"this"}),
    exp.EQ: _PAIR,
    exp.NEQ: _PAIR,
    exp.LT: _PAIR,
    exp.LTE: _PAIR,
    exp.GT: _PAIR,
    exp.GTE: _PAIR,
    exp.Is: _PAIR,
    exp.In: frozenset({"this", "expressions"}),
    exp.Between: frozenset({"this", "low", "high"}),
    exp.Like: frozenset({"this", "expression", "negate"}),
    exp.Add: _PAIR,
    exp.Sub: _PAIR,
    exp.Mul: _PAIR,
    exp.Neg: frozenset({"this"}),
    exp.Column: frozenset({"this"}),
    exp.Literal: frozenset({"this", "is_string"}),
    exp.Anonymous: frozenset({"this", "expressions"}),
}
_COMPARISONS: dict[type[exp.Expr], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}
_ARITHMETIC: dict[type[exp.Expr], str] = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*"}
# Databases disagree on a = b is null and on a = b = c: one of them needs parentheses to be clear.
_PREDICATES = (*_COMPARISONS, exp.Is, exp.In, exp.Between, exp.Like, exp.Not)

Make = Callable[..., Node]


def parse(text: str, schema: Schema) -> Rule:
    """
    This function will read and check a rule against the facts it may use.

    :raises RuleRefused: with the offset, line and column, and the cure.
    """
    tokens = scan(text)
    check_names(text, tokens, schema)
    tree = _Reader(text, schema, tokens).whole()
    names = {str(one.value) for one in walk(tree) if one.op == "field"}
    return Rule(text, tree, frozenset(names))


class _Reader:
    """One reading of one text."""

    def __init__(self, text: str, schema: Schema, tokens: list[Token]) -> None:
        self.text = text
        self.schema = schema
        self.tokens = {token.start: token for token in tokens}
        self.root = syntax(text, tokens)

    def whole(self) -> Node:
        tree = self.build(kinds.condition, [self.root], 0)
        if nesting(tree) > MAX_NESTING:
            self.refuse(
                "the rule is nested too deeply", self.root, "split it into several criteria"
            )
        return tree

    def build(self, make: Make, parts: list[exp.Expr], depth: int) -> Node:
        """Read the parts, make the node of them, and give a mismatch its place in the text."""
        if depth > MAX_NODE_DEPTH:
            self.refuse("the rule is nested too deeply", parts[0], "split it into several criteria")
        nodes = [self.node(part, depth) for part in parts]
        try:
            return make(*nodes)
        except arithmetic.Mismatch as mismatch:
            spot = parts[min(mismatch.operand, len(parts) - 1)] if parts else self.root
            self.refuse(mismatch.message, spot, mismatch.cure)

    def refuse(self, message: str, part: exp.Expr, cure: str) -> NoReturn:
        starts = [one.meta["start"] for one in part.walk() if "start" in one.meta]
        raise RuleRefused(message, self.text, min(starts, default=0), cure)

    def node(self, part: exp.Expr, depth: int) -> Node:
        allowed = _ALLOWED.get(type(part), frozenset())
        if any(value for name, value in part.args.items() if name not in allowed):
            self.refuse("the rule cannot be read here", part, SHAPE)
        read = _READERS.get(type(part))
        if read is None:
            self.refuse("the rule cannot be read here", part, SHAPE)
        return read(self, part, depth + 1)

    def leaf(self, part: exp.Expr, depth: int) -> Node:
        token = self.tokens[min(one.meta["start"] for one in part.walk() if "start" in one.meta)]
        if token.kind == "word":
            if token.text.lower() == AS_OF:
                return Node("as_of", FactKind.DATE)
            fact = self.schema[token.text]
            scale = fact.decimals if fact.kind is FactKind.DECIMAL else 0
            return Node("field", fact.kind, value=token.text, scale=scale)
        if token.kind == "null":
            return kinds.NULL
        if token.kind == "interval":
            cure = "write as_of - interval '1 year'"
            self.refuse("an interval stands only after a date and + or -", part, cure)
        return arithmetic.constant(token.value)

    def connected(self, part: exp.Expr, depth: int) -> Node:
        # sqlglot balances long chains; taken apart they are one flat node again.
        terms: list[exp.Expr] = []
        waiting = [part]
        while waiting:
            one = waiting.pop()
            if type(one) is type(part):
                waiting += [one.args["expression"], one.this]
            else:
                terms.append(one)
        op = "and" if isinstance(part, exp.And) else "or"
        return self.build(lambda *nodes: kinds.joined(op, nodes), terms, depth)

    def comparison(self, part: exp.Expr, depth: int) -> Node:
        sides = [part.this, part.args["expression"]]
        self.unchained(sides)
        op = _COMPARISONS[type(part)]
        return self.build(lambda a, b: kinds.compared(op, a, b, self.schema), sides, depth)

    def unchained(self, sides: list[exp.Expr]) -> None:
        for side in sides:
            if isinstance(side, _PREDICATES):
                self.refuse("comparisons do not chain", side, "put one side in parentheses")

    def arithmetic(self, part: exp.Expr, depth: int) -> Node:
        op, left, right = _ARITHMETIC[type(part)], part.this, part.args["expression"]
        token = self.tokens.get(right.meta.get("start", -1))
        if token is None or token.kind != "interval" or not isinstance(token.value, tuple):
            return self.build(lambda a, b: arithmetic.arithmetic(op, a, b), [left, right], depth)
        if op == "*":
            self.refuse("an interval cannot be multiplied", right, "write the length you mean")
        sign = -1 if op == "-" else 1
        months, days = (sign * amount for amount in token.value if isinstance(amount, int))
        return self.build(lambda day: kinds.moved(day, months, days), [left], depth)

    def paren(self, part: exp.Expr, depth: int) -> Node:
        return self.build(lambda inner: inner, [part.this], depth)

    def negation(self, part: exp.Expr, depth: int) -> Node:
        return self.build(lambda a: kinds.joined("not", [a]), [part.this], depth)

    def negative(self, part: exp.Expr, depth: int) -> Node:
        return self.build(arithmetic.negative, [part.this], depth)

    def membership(self, part: exp.Expr, depth: int) -> Node:
        self.unchained([part.this])
        parts = [part.this, *part.expressions]
        return self.build(lambda a, *b: kinds.among(a, b, self.schema), parts, depth)

    def between(self, part: exp.Expr, depth: int) -> Node:
        self.unchained([part.this])
        parts = [part.this, part.args["low"], part.args["high"]]
        return self.build(lambda a, b, c: kinds.between(a, b, c, self.schema), parts, depth)

    def null_test(self, part: exp.Expr, depth: int) -> Node:
        self.unchained([part.this])
        right = part.args["expression"]
        token = self.tokens.get(right.meta.get("start", -1))
        if token is None or token.kind != "null":
            self.refuse("is must be followed by null or not null", right, "write = instead")
        return self.build(kinds.is_null, [part.this], depth)

    def like(self, part: exp.Expr, depth: int) -> Node:
        self.unchained([part.this])
        found = self.build(kinds.like, [part.this, part.args["expression"]], depth)
        return kinds.joined("not", [found]) if part.args.get("negate") else found

    def call(self, part: exp.Expr, depth: int) -> Node:
        name = part.this.name.removeprefix(CALL)
        if not part.expressions:
            self.refuse(f"{name} needs something in its parentheses", part, "name a fact")
        make = partial(_called, name, self.schema)
        return self.build(make, part.expressions, depth)


def _called(name: str, schema: Schema, *args: Node) -> Node:
    return kinds.called(name, args, schema)


_READERS: dict[type[exp.Expr], Callable[[_Reader, exp.Expr, int], Node]] = {
    exp.Paren: _Reader.paren,
    exp.Column: _Reader.leaf,
    exp.Literal: _Reader.leaf,
    exp.And: _Reader.connected,
    exp.Or: _Reader.connected,
    exp.Not: _Reader.negation,
    exp.Neg: _Reader.negative,
    exp.Is: _Reader.null_test,
    exp.In: _Reader.membership,
    exp.Between: _Reader.between,
    exp.Like: _Reader.like,
    exp.Anonymous: _Reader.call,
    **dict.fromkeys(_COMPARISONS, _Reader.comparison),
    **dict.fromkeys(_ARITHMETIC, _Reader.arithmetic),
}
