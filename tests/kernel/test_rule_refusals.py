# SPDX-License-Identifier: Apache-2.0
"""What is not a rule is refused: at once, at its place, with the cure."""

import sys
import time
import tracemalloc
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiban.kernel.rule import FactKind, FactType, RuleRefused, parse
from huiban.kernel.rule.scan import MAX_CHARACTERS, MAX_DEPTH, MAX_TOKENS
from tests.kernel.rule_facts import SCHEMA, a_rule

MAX_SECONDS = 0.05
MAX_CALLS = 20_000  # of Python functions: the same on every machine, unlike seconds


def refusal(text: str) -> RuleRefused:
    with pytest.raises(RuleRefused) as caught:
        parse(text, SCHEMA)
    return caught.value


HOSTILE = {
    "deep parentheses": "(" * 100_000 + "is_honest" + ")" * 100_000,
    "parentheses one too deep": "(" * 13 + "is_honest" + ")" * 13,
    "nots without end": "not " * 400 + "is_honest",
    "signs without end": "-" * 1000 + "headcount > 1",
    "signs and parentheses": "-(" * 12 + "-(headcount" + ")" * 13 + " > 1",
    "a megabyte": "headcount > 1 and " * 60_000 + "is_honest",
    "a megabyte of one word": "a" * 1_000_000,
    "a megabyte of quotes": "'" * 1_000_000,
    "a megabyte of lines": "\n" * 1_000_000,
    "a word of two thousand letters": "headcoun" * 250,
    "too many words": "order>1 or " * 100 + "order>1",
    "a chain of sums": "headcount" + " + headcount" * 100 + " > 1",
    "a chain of comparisons": "headcount" + " = headcount" * 100,
    "a repeated text": "'a' * 10000000000 = name",
    "a huge product": "999999999999999 * 999999999999999 > headcount",
    "a tower of products": "headcount * headcount * headcount * headcount * headcount > 1",
    "a long number": "headcount > " + "9" * 1000,
    "a long interval": "as_of > as_of + interval '99999 years'",
    "before the calendar": "date '0001-01-01' - interval '1 day' < as_of",
    "a regular expression": "regexp_matches(name, '(a+)+$')",
    "another regular expression": "name ~ '(a+)+$'",
    "similar to": "name similar to '(a|b)*'",
    "rlike": "name rlike '(a+)+'",
    "a pattern from a fact": "name like name",
    "a pattern of many parts": "name like '%a%a%a%a%a%a%a%a%b'",
    "a pattern with an escape": "name like 'a\\%%'",
    "a dunder": "__class__ = 'x'",
    "a dunder call": "__import__('os') = 'x'",
    "an attribute": "name.__class__ = 'x'",
    "an index": "name[0] = 'x'",
    "a sub-select": "headcount in (select headcount from cases)",
    "a scalar sub-select": "headcount > (select 1)",
    "exists": "exists (select 1)",
    "a comment": "headcount > 1 -- and is_honest",
    "a block comment": "headcount > 1 /* and */",
    "two statements": "headcount > 1; drop table cases",
    "an unlisted function": "pg_sleep(10) is null",
    "reading a file": "read_csv('/etc/passwd') is null",
    "the clock": "founded_on < current_date",
    "the clock as a function": "founded_on < now()",
    "a cast": "cast(name as integer) > 1",
    "a short cast": "name::integer > 1",
    "a case": "case when is_honest then true end",
    "joining texts": "name || name = 'x'",
    "a division": "headcount / 2 > 1",
    "a remainder": "headcount % 2 = 1",
    "an exponent": "headcount > 1e9",
    "hexadecimal": "headcount > 0xff",
    "an unclosed text": "name = 'abc",
    "an unclosed parenthesis": "(headcount > 1",
    "a parenthesis too many": "headcount > 1)",
    "quoted identifiers": '"headcount" > 1',
    "backticks": "`headcount` > 1",
    "dollar quotes": "name = $$abc$$",
    "an escape string": "name = E'\\x41'",
    "a parameter": "name = ?",
    "a named parameter": "name = :name",
    "braces": "name = {name}",
    "a jinja block": "{{ config }} = name",
    "a full-width parenthesis": "（headcount > 1）",
    "a full-width operator": "headcount ＞ 1",
    "a Cyrillic letter": "heаdcount > 1",
    "curly quotes": "name = ‘abc’",
    "a Chinese comma": "headcount in (1，2)",
    "a zero-width space in a text": "name = 'a\u200bb'",
    "a text that turns around": "name = 'a\u202eb'",
    "a lone surrogate": "name = 'a\ud800'",
    "a zero byte": "name = 'a\x00b'",
    "a non-breaking space": "headcount\u00a0> 1",
    "distinct": "length(distinct name) > 1",
    "a star": "count(*) > 1",
    "a bare star": "* = 1",
    "a window": "length(name) over () > 1",
    "an alias": "is_honest as x",
    "a collation": "name = 'a' collate nocase",
    "any": "headcount = any (kinds)",
    "a row": "(headcount, 1) = (1, 1)",
    "an array": "kinds = array['soil']",
    "a lambda": "contains(kinds, x -> x)",
    "at time zone": "founded_on at time zone 'utc' < as_of",
    "a name of the engine": "v_pass_mask = 1",
    "nothing": "",
    "spaces": " \n\t ",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_is_refused_at_its_place_with_a_cure(text: str) -> None:
    refused = refusal(text)

    assert 0 <= refused.offset <= len(text)
    assert refused.cure
    assert str(refused).startswith(f"line {refused.line}, column {refused.column}: ")
    assert len(str(refused)) < 400


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_costs_little_work_and_memory(text: str) -> None:
    refusal(text)

    assert calls_of(text) < MAX_CALLS
    assert memory_of(text) < 1_000_000
    assert min(seconds_of(text) for _ in range(5)) < MAX_SECONDS


def calls_of(text: str) -> int:
    count = 0

    def see(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(see)
    try:
        parse(text, SCHEMA)
    except RuleRefused:
        return count
    finally:
        sys.setprofile(before)
    raise AssertionError("not refused")


def memory_of(text: str) -> int:
    tracemalloc.start()
    try:
        refusal(text)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def seconds_of(text: str) -> float:
    began = time.perf_counter()
    refusal(text)
    return time.perf_counter() - began


@pytest.mark.parametrize(
    ("text", "line", "column", "said"),
    [
        ("headcout >= 10", 1, 1, "unknown fact 'headcout' (did you mean 'headcount'?)"),
        ("is_honest\n  and headcout > 1", 2, 7, "unknown fact 'headcout'"),
        ("Headcount > 1", 1, 1, "did you mean 'headcount'?"),
        ("lenght(name) > 1", 1, 1, "unknown function 'lenght' (did you mean 'length()'?)"),
        ("headcount > 1; drop", 1, 14, "';' (U+003B) is not in the language"),
        ("（headcount > 1）", 1, 1, "write '('"),
        ("heаdcount > 1", 1, 3, "'а' (U+0430)"),
        ("headcount ≥ 1", 1, 11, "write '>='"),
        ("founded_on < current_date", 1, 14, "write as_of"),
        ("headcount = '1'", 1, 13, "write the number without quotes"),
        ("name = 1", 1, 8, "put it in single quotes: '1'"),
        ("founded_on > '2026-03-05'", 1, 14, "write date '2026-03-05'"),
        ("name < 'a'", 1, 1, "< does not order texts"),
        ("is_honest > false", 1, 1, "> does not order booleans"),
        ("sector = 'fod'", 1, 10, "sector has no option 'fod' (did you mean 'food'?)"),
        ("sector in ('care', 'x')", 1, 20, "one of care, food, retail"),
        ("contains(kinds, 'wood')", 1, 17, "kinds has no option 'wood'"),
        ("kinds = 'soil'", 1, 9, "write contains(list, 'text')"),
        ("headcount = null", 1, 13, "always unknown (write fact is null)"),
        ("headcount and is_honest", 1, 1, "a condition is needed here, not an integer"),
        ("name * 2 = 'aa'", 1, 1, "* needs numbers, not a text (name)"),
        ("founded_on + interval '1 year' < as_of", 1, 1, "move it to the other side"),
        ("headcount + interval '1 year' < as_of", 1, 1, "an interval moves a date"),
        ("as_of > interval '1 year'", 1, 9, "an interval stands only after a date"),
        ("as_of > as_of - interval '1 jahr'", 1, 26, "'1 jahr' is not an interval"),
        ("founded_on < date '2026-02-30'", 1, 19, "'2026-02-30' is not a date"),
        ("headcount / 2 > 1", 1, 11, "a * 100 >= b * 20"),
        ("headcount > 010", 1, 13, "codes are texts"),
        ("headcount >", 1, 11, "something is missing after >"),
        ("headcount > 1 is_honest", 1, 15, "an operator is missing before is_honest"),
        ("headcount = 1 = 1", 1, 1, "comparisons do not chain"),
        ("name like 'a' is null", 1, 1, "comparisons do not chain"),
        ("name like 'abc'", 1, 11, "write = 'abc'"),
        ("name like 'a_c%'", 1, 11, "no _"),
        ("coalesce(headcount, amount) > 1", 1, 21, "coalesce mixes an integer"),
        ("coalesce(headcount + 1, 2) > 1", 1, 10, "coalesce(a, 0) + coalesce(b, 0)"),
        ("coalesce(amount, 0.001) > 1", 1, 18, "at most 2 digits after the point"),
        ("length(name, name) > 1", 1, 8, "length takes 1 arguments, not 2"),
        ("length(headcount) > 1", 1, 8, "length needs choice or text here, not an integer"),
        ("length() > 1", 1, 1, "length needs something in its parentheses"),
        ("headcount in ()", 1, 1, "in needs something to look for"),
        ("(is_honest", 1, 1, "this parenthesis is never closed"),
        ("is_honest)", 1, 10, "this parenthesis closes nothing"),
        ("name = 'abc", 1, 8, "this text is never closed"),
        ("name = 'a\u200bb'", 1, 10, "invisible character (U+200B)"),
        ("v_headcount = 1", 1, 1, "names in v_ are kept for verdicts"),
        ("headcount is 1", 1, 14, "is must be followed by null"),
        ("order * order * order * order * order > 1", 1, 1, "the rule is nested too deeply"),
        ("rate * rate * rate * rate > 1", 1, 1, "more than 12 digits after the point"),
    ],
)
def test_a_refusal_names_the_place_and_the_cure(
    text: str, line: int, column: int, said: str
) -> None:
    refused = refusal(text)

    assert (refused.line, refused.column) == (line, column)
    assert said in str(refused)


def test_a_schema_without_facts_says_so() -> None:
    with pytest.raises(RuleRefused, match="no fact is known"):
        parse("headcount > 1", {})


def test_a_misspelt_fact_is_found_among_thousands_at_once() -> None:
    names = [f"fact_number_{number}" for number in range(5000)]
    schema = dict.fromkeys(names, FactType(FactKind.INTEGER))

    def refuse() -> float:
        began = time.perf_counter()
        with pytest.raises(RuleRefused, match="did you mean 'fact_number_4321'"):
            parse("fact_numbr_4321 > 1", schema)
        return time.perf_counter() - began

    assert min(refuse() for _ in range(5)) < MAX_SECONDS


def test_a_long_list_of_options_is_cut_in_the_message() -> None:
    options = tuple(f"option{number}" for number in range(100))

    with pytest.raises(RuleRefused, match=r"option7 …"):
        parse("sector = 'x'", {"sector": FactType(FactKind.CHOICE, options)})


def test_the_bounds_themselves_are_allowed() -> None:
    assert a_rule("(" * MAX_DEPTH + "is_honest" + ")" * MAX_DEPTH)
    assert a_rule("order>1 or " * (MAX_TOKENS // 4 - 1) + "order>1").fields == {"order"}
    assert a_rule("is_honest" + " " * (MAX_CHARACTERS - 9))


def test_facts_may_be_called_like_words_of_sql() -> None:
    words = ("select", "from", "where", "group", "order", "table", "type", "row", "any", "case")
    schema = {word: FactType(FactKind.INTEGER) for word in words}

    rule = parse(" and ".join(f"{word} > 1" for word in words), schema)

    assert rule.fields == set(words)


WORDS = """and or not in is null true false between like interval ( ) , = <> < >= + - * headcount
 amount name sector founded_on is_honest kinds as_of 1 2.5 length( contains( coalesce( abs( date
 years_between( ' '' -- ; . 'a%' （"""
FRAGMENTS = [*WORDS.split(), "date '2026-01-01'", "interval '1 year'", "is not null", "\n"]


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=14).map(" ".join))
def test_any_row_of_fragments_is_a_rule_or_refused(text: str) -> None:
    check_read(text)


@given(st.text(max_size=60))
def test_any_text_is_a_rule_or_refused(text: str) -> None:
    check_read(text)


def check_read(text: str) -> None:
    refused = None
    try:
        parse(text, SCHEMA)
    except RuleRefused as problem:
        refused = problem
    if refused is not None:
        assert 0 <= refused.offset <= len(text)
        assert refused.message
        assert refused.cure
