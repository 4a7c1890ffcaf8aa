# SPDX-License-Identifier: Apache-2.0
"""Every named function is complete: kinds, Python, and a template for each database."""

import pytest

from huiban.kernel.rule import FactKind, FactType, closure, parse, to_sql
from huiban.kernel.rule.dialect import DIALECTS
from huiban.kernel.rule.functions import FUNCTIONS
from tests.kernel.rule_facts import AS_OF


def called(name: str) -> tuple[str, dict[str, FactType]]:
    """Return a call of the function with a fact for each argument, and the facts."""
    kinds = [sorted(one)[0] for one in FUNCTIONS[name].takes]
    schema = {f"fact{at}": FactType(kind) for at, kind in enumerate(kinds)}
    call = f"{name}({', '.join(schema)})"
    return (call if FUNCTIONS[name].gives is FactKind.BOOLEAN else f"{call} >= 0"), schema


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_written_for_every_database(name: str) -> None:
    text, schema = called(name)
    rule = parse(text, schema)

    assert set(FUNCTIONS[name].sql) == set(DIALECTS)
    for dialect in DIALECTS.values():
        sql = to_sql(rule, dialect.name, AS_OF)
        assert all(dialect.column(fact) in sql for fact in schema)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_of_an_absent_fact_is_unknown(name: str) -> None:
    text, schema = called(name)

    assert closure(parse(text, schema))({}, AS_OF) is None


@pytest.mark.parametrize(
    ("name", "arguments", "result"),
    [
        ("length", ("",), 0),
        ("length", ("𠮷野家",), 3),
        ("cardinality", ([],), 0),
        ("contains", (["ab"], "a"), False),
    ],
)
def test_a_function_at_its_edges(name: str, arguments: tuple[object, ...], result: object) -> None:
    assert FUNCTIONS[name].python(*arguments) == result
