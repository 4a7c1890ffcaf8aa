# SPDX-License-Identifier: Apache-2.0
"""A vocabulary may hold only patterns whose work is bounded."""

import pytest

from huiban.kernel.extract_pattern import PatternRefused, check_pattern


@pytest.mark.parametrize(
    "pattern",
    ["[0-9]{4}年", "自([^\n]{2,40})至", "(?:甲|乙)方", "[]a]{2}", "第[0-9]{4,12}号", r"\(.{0,9}\)"],
)
def test_a_bounded_pattern_is_taken(pattern: str) -> None:
    check_pattern(pattern)


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        ("(", "not a pattern"),
        ("a*", "without end"),
        ("a+?", "without end"),
        ("a{2,}", "without end"),
        ("a{0,5000}", "too often"),
        ("(?:a{1,9}){9}", "varies already"),
        ("(?:a?){9}", "varies already"),
        ("(?:a|a){30}", "varies already"),
        ("(?:(?:a|b)c){9}", "varies already"),
        (".{0,100}.{0,100}.{0,100}x", "too many ways"),
        ("(?:a|a)" * 20, "too many ways"),
        ("(a)(b)", "more than one group"),
        (r"(a)\1", "may not be used"),
        ("(?=a)b", "may not be used"),
        ("a" * 400, "longer than"),
    ],
)
def test_a_pattern_that_could_run_long_is_refused_with_a_cure(pattern: str, says: str) -> None:
    with pytest.raises(PatternRefused, match=says) as refused:
        check_pattern(pattern)

    assert refused.value.cure
