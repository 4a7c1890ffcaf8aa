# SPDX-License-Identifier: Apache-2.0
"""The deadlines of a case: every clock of its chart read from its history, as rows to store."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from huiban.kernel.calendar import Calendar
from huiban.kernel.clock import ClockReading, ClockRule, Light, Limit, Span, read_clock, spans_of
from huiban.services.history import History
from huiban.store.rows import DeadlineRow

_WORST_FIRST = (Light.OVERDUE, Light.RED, Light.AMBER, Light.GREEN, Light.PAUSED, Light.DONE)
# The applicant's own time is not the authority's: it must not colour the authority's light.
_APPLICANT_CLOCKS = frozenset({"correction"})


@dataclass(frozen=True, slots=True)
class Clocks:
    """All clocks of a case at one moment, with what its row in a list needs."""

    rows: tuple[DeadlineRow, ...]
    readings: Mapping[str, ClockReading]
    light: str
    due_at: datetime | None
    committed_due_at: datetime | None
    statutory_due_at: datetime | None


def read_clocks(
    rules: Mapping[str, ClockRule], history: History, calendar: Calendar, now: datetime
) -> Clocks:
    """Read every clock of a chart that has run in a case."""
    readings: dict[str, ClockReading] = {}
    for name, rule in rules.items():
        spans = spans_of(history.moves, rule.runs_in)
        if not spans:
            continue  # a clock that has never run says nothing and is not stored
        extension = history.extensions.get(name)
        readings[name] = read_clock(rule, spans, history.pauses, extension, calendar, now)
    running = {name: reading for name, reading in readings.items() if reading.is_running}
    return Clocks(
        rows=tuple(
            _row(rules[name], reading, calendar, now, told=name in history.told_overdue)
            for name, reading in readings.items()
        ),
        readings=readings,
        light=_light(readings),
        due_at=min((r.due_at for r in running.values() if r.due_at), default=None),
        committed_due_at=_due(readings, "committed"),
        statutory_due_at=_due(readings, "statutory"),
    )


def due_at(limit: Limit, since: datetime, calendar: Calendar, now: datetime) -> datetime | None:
    """Return when a limit ends that runs from a moment on, without any clock of a chart."""
    rule = ClockRule("", limit, frozenset())
    return read_clock(rule, [Span(since)], [], None, calendar, now).due_at


def _due(readings: Mapping[str, ClockReading], name: str) -> datetime | None:
    return readings[name].due_at if name in readings else None


def _light(readings: Mapping[str, ClockReading]) -> str:
    """Give the worst light of the clocks that count against the authority."""
    seen = {
        r.light for name, r in readings.items() if r.is_running and name not in _APPLICANT_CLOCKS
    }
    if not seen:
        late = any(reading.light is Light.OVERDUE for reading in readings.values())
        waits = any(reading.light is Light.PAUSED for reading in readings.values())
        seen = {Light.OVERDUE} if late else {Light.PAUSED if waits else Light.DONE}
    return next(str(light.value) for light in _WORST_FIRST if light in seen)


def _row(
    rule: ClockRule, reading: ClockReading, calendar: Calendar, now: datetime, *, told: bool
) -> DeadlineRow:
    event, at = ("", None) if told else _next_event(rule, reading, now)
    return DeadlineRow(
        clock=rule.name,
        state=_state(reading),
        due_at=reading.due_at,
        next_event=event,
        next_event_at=at,
        is_provisional=reading.is_provisional,
        calendar_version=calendar.version,
        reading=json.dumps({"used": reading.used, "remaining": reading.remaining}),
    )


def _state(reading: ClockReading) -> str:
    if reading.is_running:
        return "running"
    if reading.light is Light.DONE or reading.light is Light.OVERDUE:
        return "missed" if reading.is_late else "met"
    return "paused"


def later(clocks: Clocks, now: datetime, at: datetime) -> Clocks:
    """Put off the events that are due already."""
    rows = tuple(
        replace(row, next_event_at=at) if row.next_event_at and row.next_event_at <= now else row
        for row in clocks.rows
    )
    return replace(clocks, rows=rows)


def _next_event(
    rule: ClockRule, reading: ClockReading, now: datetime
) -> tuple[str, datetime | None]:
    """
    Say what the sweep must send next, and when.

    A due date already past is returned too: a machine that was off must still send it.
    """
    if not reading.is_running or reading.due_at is None:
        return "", None
    ahead = [warn for warn in reading.warns if warn > now]
    if ahead:
        return "warn", min(ahead)
    return (rule.on_due, reading.due_at) if rule.on_due else ("", None)
