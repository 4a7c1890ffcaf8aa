# SPDX-License-Identifier: Apache-2.0
"""What this city runs now: its scenario packs in every version, its vocabularies, its calendar."""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from threading import Lock

from huiban.kernel.calendar import Calendar, CalendarDay, DayKind, DayStatus
from huiban.kernel.catalogue import Item
from huiban.kernel.words import Words
from huiban.packloader import Common, Loaded, Scenario, load_texts
from huiban.services.packs_in_force import in_force, kept, publish_with, when_changed
from huiban.services.refusal import NotFound
from huiban.store import calendar_years, packs


@dataclass(frozen=True, slots=True)
class Placed:
    """An item (事项) with the scenario it belongs to."""

    scenario: Scenario
    item: Item


def loaded() -> Loaded:
    """
    Return the packs in force in this process.

    :raises PacksBroken: if any pack has a fault; a city must not run half a pack.
    """
    return in_force()


def common() -> Common:
    return loaded().common


@kept
def items() -> dict[str, Placed]:
    """Give every item in force by its code."""
    return {
        code: Placed(scenario, item)
        for scenario in loaded().scenarios.values()
        for code, item in scenario.items.items()
    }


def item(code: str) -> Placed:
    """
    Find one item.

    :raises NotFound: if the city offers no such item.
    """
    placed = items().get(code)
    if placed is None:
        raise NotFound(
            Words(
                "没有这个事项，可能已经调整；请在首页搜索事项名称",
                "There is no such service; please search for it by name",
            )
        )
    return placed


@lru_cache(maxsize=64)
def _version(code: str, version: str) -> Scenario:
    return load_texts(packs.load(code, version).texts, common())


when_changed(_version.cache_clear)


def scenario_of(code: str, version: str) -> Scenario:
    """Give a pack in the version a case was filed under."""
    current = loaded().scenarios.get(code)
    if current is not None and current.version == version:
        return current
    return _version(code, version)


_LOOK_AGAIN = timedelta(seconds=5)


class _Years:
    """The calendar with the years imported since; a process sees an import within seconds."""

    def __init__(self) -> None:
        self.newest = -1
        self.looked_at: datetime | None = None
        self.calendar: Calendar | None = None
        self.lock = Lock()

    def read(self, now: datetime) -> Calendar:
        with self.lock:
            is_fresh = self.looked_at and abs(now - self.looked_at) < _LOOK_AGAIN
            if self.calendar is None or not is_fresh:
                newest = calendar_years.version()
                if self.calendar is None or newest != self.newest:
                    self.calendar = _with_imports(common().calendar)
                    self.newest = newest
                self.looked_at = now
            return self.calendar

    def forget(self) -> None:
        self.looked_at = None


_years = _Years()


def calendar(now: datetime) -> Calendar:
    """Give the work calendar in force, imported notices included."""
    return _years.read(now)


def calendar_changed() -> None:
    """Make this process look at the imported years at once."""
    _years.forget()


def _with_imports(calendar: Calendar) -> Calendar:
    for year in calendar_years.newest().values():
        status = DayStatus(year.status)
        rows = [
            CalendarDay(date.fromisoformat(one["day"]), DayKind(one["kind"]), one["name"], status)
            for one in json.loads(year.days)
        ]
        calendar = calendar.with_year(year.year, rows, status)
    return calendar


def publish(now: datetime, by: str) -> int:
    """
    Keep every pack in force as a version that cases can refer to for ever.

    :raises VersionTaken: if a pack was changed without raising its version.
    """
    return _publish(loaded(), now, by)


def _publish(found: Loaded, now: datetime, by: str) -> int:
    published = 0
    for scenario in found.scenarios.values():
        pack = packs.PublishedPack(scenario.code, scenario.version, scenario.digest, scenario.texts)
        published += packs.publish(pack, now, by)
    return published


publish_with(lambda found, now: _publish(found, now, "packs folder"))


def text_of(value: object) -> str:
    """Write a JSON value for storing: compact, readable, one form."""
    return _encode(value)


# Making an encoder for each value takes longer than most values.
_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
