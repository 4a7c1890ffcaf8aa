# SPDX-License-Identifier: Apache-2.0
"""The JSON form of rules: small, plain, and without a digit lost."""

import json

import pytest

from huiban.kernel.rule import to_json
from tests.kernel.rule_facts import a_rule


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("headcount >= 10", [">=", ["field", "headcount", "integer"], ["number", "10"]]),
        ("amount = 12600.50", ["=", ["field", "amount", "decimal"], ["number", "12600.50"]]),
        ("not is_honest", ["not", ["field", "is_honest", "boolean"]]),
        ("name like '青%'", ["starts", ["field", "name", "text"], "青"]),
        (
            "sector in ('care', 'food')",
            ["in", ["field", "sector", "choice"], ["text", "care"], ["text", "food"]],
        ),
        (
            "date < as_of - interval '1 year'",
            ["<", ["field", "date", "date"], ["shift", ["as_of"], -12, 0]],
        ),
        ("date = date '2026-03-05'", ["=", ["field", "date", "date"], ["date", "2026-03-05"]]),
        ("is_honest = true", ["=", ["field", "is_honest", "boolean"], ["boolean", True]]),
        (
            "headcount in (new_hires, null)",
            [
                "or",
                ["=", ["field", "headcount", "integer"], ["field", "new_hires", "integer"]],
                ["boolean", None],
            ],
        ),
    ],
)
def test_a_rule_becomes_nested_lists(text: str, expected: list[object]) -> None:
    assert to_json(a_rule(text)) == expected


def test_a_product_carries_the_limits_beyond_which_it_is_unknown() -> None:
    listed = to_json(a_rule("amount * rate > 1"))
    amount = ["within", ["field", "amount", "decimal"], str(10**15), 2]
    rate = ["within", ["field", "rate", "decimal"], str(10**15), 4]

    assert listed == [">", ["within", ["*", amount, rate], str(10**18), 6], ["number", "1"]]


def test_the_form_survives_json() -> None:
    listed = to_json(a_rule("amount between 0.000001 and 999999999999999 or is_honest"))

    assert json.loads(json.dumps(listed)) == listed
