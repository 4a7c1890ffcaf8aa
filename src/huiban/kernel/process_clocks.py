# SPDX-License-Identifier: Apache-2.0
"""Reading the clocks (时限) of a chart: limits, the states they run in, warnings, extensions."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from huiban.kernel.clock import ClockRule, DayEnd, Limit
from huiban.kernel.process_chart import NOTES, Extension, State
from huiban.kernel.process_read import Data, Reader

CLOCK_KEYS = ("title", "limit", "runs_in", "warn_at", "on_due", "extend", "basis", "day_ends")


@dataclass(slots=True)
class ClockReader:
    """Reads `clocks`; `states` are the names a clock may run in."""

    read: Reader
    data: object
    states: Collection[str]

    def clocks(self) -> tuple[dict[str, ClockRule], dict[str, Extension]]:
        clocks: dict[str, ClockRule] = {}
        extensions: dict[str, Extension] = {}
        for name, value in self.read.mapping(self.data, "clocks").items():
            path = f"clocks.{name}"
            data = self.read.mapping(value, path)
            self.read.known_keys(data, path, CLOCK_KEYS)
            limit = self.read.limit(data.get("limit"), f"{path}.limit")
            extend = self._extension(data, path, limit, name, extensions)
            if limit:
                clocks[name] = self._clock(name, data, limit, extend)
        return clocks, extensions

    def _clock(self, name: str, data: Data, limit: Limit, extend: Limit | None) -> ClockRule:
        path = f"clocks.{name}"
        runs_in = self.read.texts(data, "runs_in", path)
        if not runs_in:
            self.read.fault(f"{path}.runs_in", "the clock never runs", "name the states it runs in")
        for state in runs_in:
            self.read.one_of(state, self.states, f"{path}.runs_in", "state")
        rule = ClockRule(
            name,
            limit,
            frozenset(runs_in),
            on_due=self.read.text(data, "on_due", path),
            title=self.read.words(data, "title", path),
            basis=self.read.text(data, "basis", path),
            extend=extend,
            day_ends=self._day_ends(data, path),
        )
        return replace(rule, warn_at=self._warns(data, path)) if "warn_at" in data else rule

    def _day_ends(self, data: Data, path: str) -> DayEnd:
        text = self.read.text(data, "day_ends", path)
        if text and self.read.one_of(text, tuple(DayEnd), f"{path}.day_ends", "end of the day"):
            return DayEnd(text)
        return DayEnd.CLOSE

    def _warns(self, data: Data, path: str) -> tuple[Decimal | Limit, ...]:
        found: list[Decimal | Limit] = []
        for text in self.read.texts(data, "warn_at", path):
            number = text.removesuffix("%").strip()
            if number == text.strip():
                limit = self.read.limit(text, f"{path}.warn_at")
                found += [limit] if limit else []
                continue
            share = _share(number)
            if share is None:
                self.read.fault(f"{path}.warn_at", f"'{text}' is no share", "write '80 %'")
            else:
                found.append(share)
        return tuple(found)

    def _extension(
        self, data: Data, path: str, limit: Limit | None, name: str, into: dict[str, Extension]
    ) -> Limit | None:
        if data.get("extend") is None:
            return None
        path = f"{path}.extend"
        found = self.read.mapping(data.get("extend"), path)
        self.read.known_keys(found, path, ("by", "approver", "do"))
        more = self.read.limit(found.get("by"), f"{path}.by")
        approver = self.read.text(found, "approver", path)
        if not approver:
            self.read.fault(path, "nobody may approve the extension", "add `approver: <role>`")
        if more and limit and more.unit is not limit.unit:
            self.read.fault(f"{path}.by", "is in another unit than the limit", f"use {limit.unit}s")
        into[name] = Extension(approver, self.read.texts(found, "do", path))
        return more


def check_due(read: Reader, states: Mapping[str, State], clocks: Mapping[str, ClockRule]) -> None:
    """Every state a clock runs in must know what to do when it is due."""
    for name, clock in clocks.items():
        if not clock.on_due or clock.on_due in NOTES:
            continue
        for place in sorted(clock.runs_in & set(states)):
            events = set().union(*(states[n].on for n in states[place].line))
            if clock.on_due not in events:
                cure = f"add `{clock.on_due}` under `on` of '{place}', or use overdue"
                message = f"'{place}' has no event '{clock.on_due}'"
                read.fault(f"clocks.{name}.on_due", message, cure)


def _share(number: str) -> Decimal | None:
    try:
        share = Decimal(number) / 100
    except InvalidOperation:
        return None
    return share if 0 < share < 1 else None
