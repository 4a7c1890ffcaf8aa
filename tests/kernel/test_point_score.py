# SPDX-License-Identifier: Apache-2.0
"""How right a point was: what counts in which share, and when there is too little to say."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from huiban.kernel.point_score import FEWEST, Score, Share

_PAIRS = st.lists(
    st.tuples(st.sampled_from(["fail", "pass", "unknown"]), st.sampled_from(["fail", "pass"]))
)


def test_precision_is_what_officers_confirmed_of_what_was_found_wrong() -> None:
    score = Score.of([("fail", "fail")] * 30 + [("fail", "pass")] * 10 + [("pass", "fail")] * 5)

    assert score.precision.fraction == Fraction(3, 4)
    assert (score.missed.part, score.missed.of) == (5, 5)


def test_an_unknown_that_was_settled_is_neither_right_nor_wrong() -> None:
    score = Score.of([("unknown", "fail")] * 20 + [("unknown", "pass")] * 7)

    assert (score.precision, score.overruled, score.missed) == (Share(0, 0),) * 3
    assert (score.n("unknown", "fail"), score.n("unknown", "pass")) == (20, 7)


def test_of_a_few_cases_no_share_is_told() -> None:
    few = Score.of([("fail", "fail")] * (FEWEST - 1))
    enough = Score.of([("fail", "fail")] * FEWEST)

    assert few.precision.fraction is None
    assert (few.precision.part, few.precision.of) == (FEWEST - 1, FEWEST - 1)
    assert enough.precision.fraction == 1


@given(_PAIRS)
def test_every_word_counts_once_and_no_share_is_above_one(pairs: list[tuple[str, str]]) -> None:
    score = Score.of(pairs)

    assert score.total == len(pairs)
    assert score.n("fail") + score.n("pass") + score.n("unknown") == len(pairs)
    for share in (score.precision, score.overruled, score.missed):
        assert 0 <= share.part <= share.of


@given(_PAIRS, _PAIRS)
def test_two_counts_together_are_the_count_of_both(
    one: list[tuple[str, str]], other: list[tuple[str, str]]
) -> None:
    both = Score.of(one) + Score.of(other)

    assert dict(both.counts) == dict(Score.of(one + other).counts)


@given(_PAIRS)
def test_overruling_once_more_lowers_the_precision_or_leaves_it_at_nothing(
    pairs: list[tuple[str, str]],
) -> None:
    before = Score.of([("fail", "fail")] * FEWEST + pairs).precision.fraction
    after = Score.of([("fail", "fail")] * FEWEST + [*pairs, ("fail", "pass")]).precision.fraction

    assert before is not None
    assert after is not None
    assert after < before
