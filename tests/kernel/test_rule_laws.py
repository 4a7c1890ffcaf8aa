# SPDX-License-Identifier: Apache-2.0
"""Laws that hold for every rule and every case: what is not known never decides anything."""

from datetime import date
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from huiban.kernel.rule import Rule, RuleRefused, closure, missing, parse
from huiban.kernel.rule.dates import shifted
from huiban.kernel.rule.tree import walk
from tests.rule_backends.expressions import AS_OF, SCHEMA, Expressions, case

SEEDS = st.integers(0, 2**32)
DAYS = st.dates(date(1900, 1, 1), date(2200, 12, 31))
# These two answer about ignorance itself, so more knowledge may change their answer.
ABOUT_IGNORANCE = {"is_null", "coalesce"}


def random_text(seed: int) -> str:
    random = Random(seed)
    while True:
        text = Expressions(random).rule()
        try:
            parse(text, SCHEMA)
        except RuleRefused:
            continue
        return text


def random_rule(seed: int) -> Rule:
    return parse(random_text(seed), SCHEMA)


def plain_rule(seed: int) -> Rule:
    while True:
        rule = random_rule(seed)
        if not any(node.op in ABOUT_IGNORANCE for node in walk(rule.tree)):
            return rule
        seed += 1


def full_case(seed: int) -> dict[str, object]:
    random = Random(seed)
    facts: dict[str, object] = {}
    while len(facts) < len(SCHEMA):
        facts = {**case(random), **facts}
    return facts


@given(SEEDS, SEEDS)
def test_knowing_more_never_changes_a_decided_answer(seed: int, case_seed: int) -> None:
    rule, full = plain_rule(seed), full_case(case_seed)
    part = {name: fact for name, fact in full.items() if Random(case_seed + 1).random() < 0.5}

    known_less = closure(rule)(part, AS_OF)

    assert known_less is None or closure(rule)(full, AS_OF) is known_less


@given(SEEDS, SEEDS)
def test_only_the_facts_named_missing_can_decide(seed: int, case_seed: int) -> None:
    rule, full = plain_rule(seed), full_case(case_seed)
    random = Random(case_seed)
    part = {name: fact for name, fact in full.items() if random.random() < 0.4}
    if closure(rule)(part, AS_OF) is not None:
        return

    gaps = missing(rule, part, AS_OF)
    others = {name: fact for name, fact in full.items() if name not in gaps}

    assert set(gaps) <= rule.fields - set(part)
    assert closure(rule)(others, AS_OF) is None


@given(SEEDS, SEEDS)
def test_nothing_is_missing_from_a_full_case(seed: int, case_seed: int) -> None:
    assert missing(random_rule(seed), full_case(case_seed), AS_OF) == ()


@given(SEEDS, SEEDS, SEEDS)
def test_de_morgan(first: int, second: int, case_seed: int) -> None:
    a, b = random_text(first), random_text(second)
    facts = case(Random(case_seed))

    left = short_enough(f"not (({a}) and ({b}))")
    right = short_enough(f"(not ({a})) or (not ({b}))")

    if left and right:
        assert closure(left)(facts, AS_OF) is closure(right)(facts, AS_OF)


def short_enough(text: str) -> Rule | None:
    try:
        return parse(text, SCHEMA)
    except RuleRefused:
        return None


@given(SEEDS, SEEDS)
def test_two_nots_cancel_out(seed: int, case_seed: int) -> None:
    text, facts = random_text(seed), case(Random(case_seed))
    twice = short_enough(f"not (not ({text}))")

    if twice:
        assert closure(twice)(facts, AS_OF) is closure(parse(text, SCHEMA))(facts, AS_OF)


@given(SEEDS, SEEDS)
def test_a_rule_is_asked_without_changing_the_facts(seed: int, case_seed: int) -> None:
    facts = case(Random(case_seed))
    before = {name: list(fact) if isinstance(fact, list) else fact for name, fact in facts.items()}

    closure(random_rule(seed))(facts, AS_OF)

    assert facts == before


@given(DAYS, st.integers(-1200, 1200))
def test_shifting_by_months_keeps_the_day_or_takes_the_last(day: date, months: int) -> None:
    found = shifted(day, months, 0)

    assert (found.year * 12 + found.month) - (day.year * 12 + day.month) == months
    assert found.day == day.day or shifted(found, 0, 1).day == 1


@given(DAYS, DAYS)
def test_whole_years_are_twelve_whole_months(start: date, end: date) -> None:
    text = "years_between(founded_on, date) * 12 <= months_between(founded_on, date)"
    facts: dict[str, object] = {"founded_on": start, "date": end}

    assert closure(parse(text, SCHEMA))(facts, AS_OF) is True
