# SPDX-License-Identifier: Apache-2.0
"""Millions of cases at once: a checked rule as SQL for DuckDB, SQLite, PostgreSQL and Spark."""

import re
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal

from huiban.kernel.rule.arithmetic import constant, in_full, units_of
from huiban.kernel.rule.dates import fixed
from huiban.kernel.rule.dialect import DIALECTS, Dialect, DialectName
from huiban.kernel.rule.functions import FUNCTIONS
from huiban.kernel.rule.tree import FactKind, Node, Rule, computes
from huiban.kernel.rule.verdict import Criterion

MAX_CRITERIA = 62
"""As many as a signed 64-bit mask has bits, with one to spare."""

_COMPARISONS = frozenset({"=", "<>", "<", "<=", ">", ">="})


def to_sql(rule: Rule, dialect: DialectName, as_of: date) -> str:
    """
    This function will write the rule as an SQL condition over columns named like its facts.

    It is NULL where the rule is unknown. The columns must hold what docs/reference/rules.md
    says for the dialect (LIST: VARCHAR[], JSON text, text[], ARRAY). A text may contain `%`:
    double it if the driver substitutes parameters.
    """
    return _Writer(DIALECTS[dialect], as_of).operand(rule.tree)


def judge_sql(criteria: Iterable[Criterion], dialect: DialectName, as_of: date, table: str) -> str:
    """
    This function will write a SELECT that judges every row of `table` by all criteria.

    To the table's columns it adds `v_<code>` (true, false, NULL), `v_pass_mask` and `v_fail_mask`:
    bit k stands for the k-th criterion. A row passes if all bits are set in `v_pass_mask`, fails
    if any is set in `v_fail_mask`, and is unknown otherwise. `table` is put in as it is (a name,
    `read_parquet('…')`, a sub-select in parentheses) and must not come from a pack.

    :raises ValueError: if there are none or too many criteria, or a code is no name or not unique.
    """
    listed = list(criteria)
    _check_codes([criterion.code for criterion in listed])
    spelled = DIALECTS[dialect]
    names = [spelled.column(f"v_{criterion.code}") for criterion in listed]
    tests = [to_sql(criterion.rule, dialect, as_of) for criterion in listed]
    verdicts = ", ".join(f"{test} AS {name}" for test, name in zip(tests, names, strict=True))
    return (
        f"SELECT *, {_mask(names, '')} AS v_pass_mask, {_mask(names, 'NOT ')} AS v_fail_mask"
        f" FROM (SELECT *, {verdicts} FROM {table} AS v_cases) AS v_judged"
    )


def _check_codes(codes: list[str]) -> None:
    if not 1 <= len(codes) <= MAX_CRITERIA:
        raise ValueError(f"{len(codes)} criteria; a mask holds 1 to {MAX_CRITERIA}")
    for code in codes:
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,60}", code) or code in {"pass_mask", "fail_mask"}:
            raise ValueError(f"criterion code '{code}' cannot name a column")
    if len(set(codes)) < len(codes):
        twice = sorted({code for code in codes if codes.count(code) > 1})
        raise ValueError(f"criterion codes occur twice: {', '.join(twice)}")


def _mask(names: list[str], sign: str) -> str:
    # Measured in DuckDB: CASE is three times as fast as casting the booleans.
    bits = (f"CASE WHEN {sign}{name} THEN {1 << bit} ELSE 0 END" for bit, name in enumerate(names))
    return f"CAST({' + '.join(bits)} AS BIGINT)"


class _Writer:
    """Writes nodes in one dialect for one date."""

    def __init__(self, dialect: Dialect, as_of: date) -> None:
        self.dialect = dialect
        self.as_of = as_of

    def condition(self, node: Node) -> str:
        """A boolean, with and, or and not as bare as may be: SQLite's parser is a shallow one."""
        if node.op == "or":
            return " OR ".join(map(self.condition, node.args))
        if node.op == "and":
            return " AND ".join(self.enclosed(arg, {"or"}) for arg in node.args)
        if node.op == "not":
            return f"NOT {self.enclosed(node.args[0], {'and', 'or'})}"
        if node.op == "is_null":
            return f"({self.any(node.args[0])} IS NULL)"
        if node.op in _COMPARISONS:
            return self.comparison(node.op, *node.args)
        if node.op == "in":
            return self.membership(node)
        if node.op in {"starts", "ends", "has"}:
            return self.match(node)
        return self.value(node)

    def enclosed(self, node: Node, looser: set[str]) -> str:
        written = self.condition(node)
        return f"({written})" if node.op in looser else written

    def operand(self, node: Node) -> str:
        """A boolean that stands for itself wherever it is put."""
        return self.enclosed(node, {"and", "or", "not"})

    def any(self, node: Node) -> str:
        if node.kind is FactKind.BOOLEAN:
            return self.operand(node)
        return self.units(node) if computes(node) else self.value(node)

    def comparison(self, op: str, left: Node, right: Node) -> str:
        if computes(left) or computes(right):
            scale = max(left.scale, right.scale)
            return f"({self.scaled(left, scale)} {op} {self.scaled(right, scale)})"
        return f"({self.any(left)} {op} {self.any(right)})"

    def membership(self, node: Node) -> str:
        subject = node.args[0]
        members = node.value if isinstance(node.value, tuple) else ()
        if computes(subject):
            tests = (self.comparison("=", subject, constant(one)) for one in members)
            return f"({' OR '.join(tests)})"
        listed = ", ".join(map(self.dialect.literal, members))
        return f"({self.any(subject)} IN ({listed}))"

    def match(self, node: Node) -> str:
        body = str(node.value)
        template: str = getattr(self.dialect, node.op)
        subject, text = self.value(node.args[0]), self.dialect.text(body)
        return f"({template.format(subject, text, length=len(body))})"

    def value(self, node: Node) -> str:
        """Anything a column may hold, as the database holds it."""
        if node.op == "field":
            column = self.dialect.column(str(node.value))
            return self.dialect.decimal.format(column) if node.kind is FactKind.DECIMAL else column
        if node.op in {"as_of", "shift"}:
            return self.dialect.literal(fixed(node, self.as_of))
        if node.op == "const":
            return self.dialect.literal(node.value)
        args = map(self.any, node.args)
        if node.op == "coalesce":
            return f"COALESCE({', '.join(args)})"
        return f"({FUNCTIONS[node.op].sql[self.dialect.name].format(*args)})"

    def units(self, node: Node) -> str:
        """A number as a 64-bit integer of its smallest units, exact."""
        write: dict[str, Callable[[Node], str]] = {
            "const": self.constant_units,
            "within": self.units_within,
            "+": self.total,
            "-": self.total,
            "*": self.total,
        }
        if node.op == "abs":
            return f"abs({self.units(node.args[0])})"
        return write.get(node.op, self.column_units)(node)

    def constant_units(self, node: Node) -> str:
        value = node.value if isinstance(node.value, int | Decimal) else 0
        return self.dialect.literal(units_of(value, node.scale))

    def column_units(self, node: Node) -> str:
        template = self.dialect.units if node.kind is FactKind.DECIMAL else self.dialect.long
        return template.format(self.value(node), scale=node.scale, power=10**node.scale)

    def units_within(self, node: Node) -> str:
        inner = node.args[0]
        limit = node.value if isinstance(node.value, int) else 0
        if inner.scale < node.scale:
            return self.dialect.bounded(self.scaled(inner, node.scale), limit)
        if computes(inner):
            return self.dialect.bounded(self.total(inner, self.dialect.wide), limit)
        # A column is cheaper to name twice than to clamp.
        column, most = self.value(inner), in_full(limit - 1, node.scale)
        test = f"{column} BETWEEN -{most:f} AND {most:f}"
        return f"CASE WHEN {test} THEN {self.units(inner)} END"

    def total(self, node: Node, cast: str = "{0}") -> str:
        """A sum or product; `cast` widens the operands where 64 bits may be too few."""
        if node.op == "*":
            sides = [cast.format(self.units(arg)) for arg in node.args]
        else:
            sides = [self.scaled(arg, node.scale, cast) for arg in node.args]
        return f"({sides[0]} {node.op} {sides[1]})"

    def scaled(self, node: Node, scale: int, cast: str = "{0}") -> str:
        """The units of a node at a finer scale than its own."""
        units = self.units(node)
        if scale == node.scale:
            return cast.format(units)
        return f"({self.dialect.wide.format(units)} * {10 ** (scale - node.scale)})"
