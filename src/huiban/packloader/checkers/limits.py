# SPDX-License-Identifier: Apache-2.0
"""Every limit the licensing law sets runs on a clock, and no promise exceeds it."""

from collections.abc import Iterator
from fractions import Fraction

from huiban.kernel.catalogue import Item
from huiban.kernel.clock import Limit, Unit
from huiban.kernel.process import Chart, Regime
from huiban.kernel.process_chart import CLOSED, CORRECTION, DECISION, EXAMINATION, SUBMITTED
from huiban.packloader.build_scenario import Draft

_FIVE, _TEN, _TWENTY = (Limit(days, Unit.WORK_DAY) for days in (5, 10, 20))
Fault = tuple[tuple[str | int, ...], str, str]


def check(draft: Draft) -> None:
    """Check the clocks of every chart under the licensing law, and each item against them."""
    for code, chart in draft.processes.items():
        if chart.regime is Regime.LICENSING:
            for path, message, cure in _faults(chart):
                draft.folder.note(draft.process_files[code], path, message, cure)
    for code, item in draft.items.items():
        found = draft.processes.get(item.process)
        for path, message, cure in _against(item, found) if found else ():
            draft.folder.note(draft.item_files[code], path, message, cure)


def _faults(chart: Chart) -> Iterator[Fault]:
    yield from _runs(chart, SUBMITTED, _FIVE, "deem_accept", "行政许可法第三十二条")
    yield from _runs(chart, DECISION, _TWENTY, "", "行政许可法第四十二条")
    yield from _runs(chart, EXAMINATION, _TWENTY, "", "行政许可法第四十二条")
    yield from _runs(chart, CLOSED, _TEN, "", "行政许可法第四十四条")
    for name, clock in chart.clocks.items():
        if clock.extend and not _within(clock.extend, _TEN):
            path = ("clocks", name, "extend", "by")
            yield path, f"an extension of {clock.extend}", "at most 10 work_days (第四十二条)"
    yield from _correction(chart)
    if not chart.states[DECISION].four_eyes:
        message = "the decision may be taken by who examined"
        yield ("states", DECISION), message, "add `four_eyes: examination`"


def _runs(chart: Chart, state: str, most: Limit, on_due: str, law: str) -> Iterator[Fault]:
    running = [clock for clock in chart.clocks.values() if state in clock.runs_in]
    lawful = [clock for clock in running if _within(clock.limit, most)]
    if not lawful:
        stated = ", ".join(f"{clock.name} {clock.limit}" for clock in running) or "none"
        message = f"no clock of at most {most} runs in '{state}' (running: {stated})"
        yield ("clocks",), message, f"add one; {law}"
    elif on_due and not any(clock.on_due == on_due for clock in lawful):
        path = ("clocks", lawful[0].name, "on_due")
        yield path, f"nothing follows when it is over: {law}", f"write `on_due: {on_due}`"


def _correction(chart: Chart) -> Iterator[Fault]:
    for name, state in chart.states.items():
        event = state.on.get("request_correction")
        if event and not event.once:
            path = ("states", name, "on", "request_correction")
            yield path, "corrections are told once (第三十二条)", "add `once: true`"
    if CORRECTION in chart.states and not any(
        CORRECTION in clock.runs_in for clock in chart.clocks.values()
    ):
        yield ("clocks",), f"no clock runs in '{CORRECTION}'", "add one with `on_due: lapse`"


def _against(item: Item, chart: Chart) -> Iterator[Fault]:
    deciding = [clock for clock in chart.clocks.values() if DECISION in clock.runs_in]
    for name, limit in (("statutory", item.statutory), ("committed", item.committed)):
        if limit and not any(clock.limit == limit for clock in deciding):
            known = ", ".join(f"{clock.name} {clock.limit}" for clock in deciding)
            message = f"{limit} runs on no clock of process '{item.process}' ({known})"
            yield (name,), message, "give both the same limit"


def _within(limit: Limit, most: Limit) -> bool:
    """Tell whether a limit is surely no longer than another."""
    return _hours(limit) <= _hours(most)


# Seven office hours make a working day, and a calendar day is never longer than a working one.
_HOURS = {
    Unit.WORK_DAY: Fraction(24),
    Unit.CALENDAR_DAY: Fraction(24),
    Unit.WORK_HOUR: Fraction(24, 7),
    Unit.CONTINUOUS_HOUR: Fraction(1),
}


def _hours(limit: Limit) -> Fraction:
    return limit.amount * _HOURS[limit.unit]
