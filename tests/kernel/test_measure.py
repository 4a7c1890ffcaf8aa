# SPDX-License-Identifier: Apache-2.0
"""Published numbers: counted as their formula says, and nothing said where nothing is known."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiban.kernel.measure import MEASURES, CaseFigures, measured

figures = st.builds(
    CaseFigures,
    outcome=st.sampled_from(["", "granted", "refused", "retracted"]),
    was_corrected=st.booleans(),
    was_deemed_accepted=st.booleans(),
    kept_committed=st.none() | st.booleans(),
    kept_statutory=st.none() | st.booleans(),
    work_seconds=st.none() | st.integers(0, 10**6),
)


def test_a_share_counts_only_the_cases_that_have_an_answer() -> None:
    cases = [CaseFigures(kept_committed=kept) for kept in (True, True, False, None)]

    assert measured("committed_on_time_percent", cases) == Decimal("66.7")


def test_the_statutory_share_is_its_own() -> None:
    cases = [CaseFigures(kept_committed=False, kept_statutory=True)]

    assert measured("statutory_on_time_percent", cases) == 100


def test_outcomes_are_counted_apart() -> None:
    cases = [CaseFigures(outcome=word) for word in ("granted", "granted", "refused", "")]

    assert [measured(code, cases) for code in ("filed", "granted", "refused")] == [4, 2, 1]


def test_the_median_is_in_office_hours() -> None:
    cases = [CaseFigures(work_seconds=hours * 3600) for hours in (1, 3, 50)]

    assert measured("median_work_hours_to_decision", cases) == 3


def test_corrections_and_deemed_acceptances_are_counted() -> None:
    cases = [CaseFigures(was_corrected=True), CaseFigures(was_deemed_accepted=True)]

    assert measured("correction_percent", cases) == 50
    assert measured("deemed_accepted", cases) == 1


@pytest.mark.parametrize("code", sorted(MEASURES))
def test_no_cases_give_a_count_of_zero_and_no_share(code: str) -> None:
    expected = 0 if MEASURES[code].unit.zh == "件" else None

    assert measured(code, []) == expected


@given(st.lists(figures, max_size=20))
def test_a_share_stays_between_nothing_and_all(cases: list[CaseFigures]) -> None:
    for code, measure in MEASURES.items():
        found = measured(code, cases)
        if measure.unit.zh == "%" and found is not None:
            assert 0 <= found <= 100


@given(st.lists(figures, max_size=10))
def test_the_order_of_cases_does_not_matter(cases: list[CaseFigures]) -> None:
    turned = list(reversed(cases))

    assert {c: measured(c, cases) for c in MEASURES} == {c: measured(c, turned) for c in MEASURES}
