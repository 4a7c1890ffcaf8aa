# SPDX-License-Identifier: Apache-2.0
"""What each published number (统计指标) means: its formula, its unit, and how it is computed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from statistics import median

from huiban.kernel.words import Words

_TENTH = Decimal("0.1")


@dataclass(frozen=True, kw_only=True)
class CaseFigures:
    """
    What statistics know of one case (办件).

    `outcome` is "" while open; `kept_committed` and `kept_statutory` say whether the decision came
    in time, None while there is none; `work_seconds` the office time from acceptance to decision.
    """

    outcome: str = ""
    was_corrected: bool = False
    was_deemed_accepted: bool = False
    kept_committed: bool | None = None
    kept_statutory: bool | None = None
    work_seconds: int | None = None


Cases = Sequence[CaseFigures]


@dataclass(frozen=True, slots=True)
class Measure:
    """One definition; `compute` gives None where nothing can be said, never a zero in its place."""

    code: str
    title: Words
    formula: Words
    unit: Words
    compute: Callable[[Cases], Decimal | None]


def measured(code: str, cases: Iterable[CaseFigures]) -> Decimal | None:
    """
    Return one number over some cases, rounded to a tenth; None when there is nothing to measure.

    :raises KeyError: if no measure has the code.
    """
    found = MEASURES[code].compute(tuple(cases))
    return None if found is None else found.quantize(_TENTH, ROUND_HALF_UP)


def _count(is_counted: Callable[[CaseFigures], bool]) -> Callable[[Cases], Decimal | None]:
    return lambda cases: Decimal(sum(map(is_counted, cases)))


def _percent(answer: Callable[[CaseFigures], bool | None]) -> Callable[[Cases], Decimal | None]:
    def share(cases: Cases) -> Decimal | None:
        answers = [found for case in cases if (found := answer(case)) is not None]
        return Decimal(100 * sum(answers)) / len(answers) if answers else None

    return share


def _median_hours(cases: Cases) -> Decimal | None:
    seconds = [case.work_seconds for case in cases if case.work_seconds is not None]
    return Decimal(median(seconds)) / 3600 if seconds else None


_CASES = Words("件", "cases")
_PERCENT = Words("%", "%")

MEASURES: Mapping[str, Measure] = {
    one.code: one
    for one in (
        Measure(
            "filed",
            Words("收件数", "Cases filed"),
            Words("期内提交的办件数", "cases submitted in the period"),
            _CASES,
            _count(lambda case: True),
        ),
        Measure(
            "granted",
            Words("准予许可数", "Granted"),
            Words("结果为准予的办件数", "cases decided with a grant"),
            _CASES,
            _count(lambda case: case.outcome == "granted"),
        ),
        Measure(
            "refused",
            Words("不予许可数", "Refused"),
            Words("结果为不予许可的办件数", "cases decided with a refusal"),
            _CASES,
            _count(lambda case: case.outcome == "refused"),
        ),
        Measure(
            "deemed_accepted",
            Words("视为受理数", "Deemed acceptances"),
            Words("五个工作日没有答复而视为受理的办件数", "cases accepted because nobody answered"),
            _CASES,
            _count(lambda case: case.was_deemed_accepted),
        ),
        Measure(
            "correction_percent",
            Words("补正率", "Share with a correction notice"),
            Words("发过补正告知书的办件 ÷ 收件数", "cases with a correction notice ÷ cases filed"),
            _PERCENT,
            _percent(lambda case: case.was_corrected),
        ),
        Measure(
            "committed_on_time_percent",
            Words("按承诺时限办结率", "Decided within the committed limit"),
            Words("在承诺时限内决定的 ÷ 已决定的", "decided within the committed limit ÷ decided"),
            _PERCENT,
            _percent(lambda case: case.kept_committed),
        ),
        Measure(
            "statutory_on_time_percent",
            Words("按法定时限办结率", "Decided within the statutory limit"),
            Words("在法定时限内决定的 ÷ 已决定的", "decided within the statutory limit ÷ decided"),
            _PERCENT,
            _percent(lambda case: case.kept_statutory),
        ),
        Measure(
            "median_work_hours_to_decision",
            Words("办结用时中位数", "Median time to decision"),
            Words(
                "受理到决定的工作小时，取中位数", "office hours from acceptance to decision, median"
            ),
            Words("工作小时", "office hours"),
            _median_hours,
        ),
    )
}
"""Every number a pack may publish, by code."""
