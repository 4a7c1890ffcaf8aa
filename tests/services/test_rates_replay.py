# SPDX-License-Identifier: Apache-2.0
"""What the page of rates shows equals a replay of the journal, on both databases."""

import json
import math
from collections import defaultdict
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huiban.jobs.errands import registry
from huiban.services import fill_counting, fill_rates
from huiban.services.fill_rates import Ask, Line
from huiban.services.refusal import NotAllowed
from huiban.store import fills
from huiban.store.models import Account, JournalEntry
from huiban.store.models import Fill as StoredFill
from tests.services import city_sample
from tests.services.fill_history import SCENARIOS, Town, a_fill

pytestmark = pytest.mark.usefixtures("each_database")
NOW = city_sample.at("2026-11-23 09:30")


@pytest.fixture
def people() -> dict[str, Account]:
    return city_sample.people()


def a_year(applications: int, seed: int = 7) -> Town:
    town = Town(Random(seed))
    for _ in range(applications):
        town.application()
    return town


# The oracle: nothing of the product but the table of the journal and of cases.
class Replay:
    """Reads the whole journal and works every number out as the definitions say it."""

    def __init__(self) -> None:
        entries = JournalEntry.objects.filter(act__in=["submit", "resubmit"]).order_by("seq")
        self.fills: dict[int, list[dict[str, Any]]] = defaultdict(list)
        self.cases: dict[int, Any] = {}
        for entry in entries.select_related("case"):
            self.cases[entry.case_id] = entry.case
            body = json.loads(entry.body)
            if "fill" in body:
                self.fills[entry.case_id].append(body["fill"])

    def group_of(self, case_id: int, by: str) -> str:
        case = self.cases[case_id]
        local = case.submitted_at.astimezone(city_sample.SHANGHAI)
        return {
            "scenario": case.pack_code,
            "channel": case.channel,
            "month": f"{local.year}-{local.month:02}",
            "life": case.life,
        }[by]

    def line(
        self, rate: str, members: list[int]
    ) -> tuple[int, Fraction, Fraction, Fraction] | None:
        pairs = [pair for one in members if (pair := self.pair(rate, one)) and pair[1]]
        if not pairs:
            return None
        own = sorted(Fraction(top, base) for top, base in pairs)
        pooled = Fraction(sum(top for top, _ in pairs), sum(base for _, base in pairs))
        return len(own), sum(own) / len(own), pooled, own[math.ceil(len(own) / 10) - 1]

    def pair(self, rate: str, case_id: int) -> tuple[int, int] | None:
        if not self.fills[case_id]:
            return None
        last = self.fills[case_id][-1]
        a, h, e, c, m = (len(last["fields"][letter]) for letter in "AHECM")
        materials = last["materials"]
        required = len(materials)
        hows = [one["how"] for one in materials.values()]
        waived = sum(
            one["how"] == "form"
            or (one["how"] in ("certificate", "resource") and one["reference"] != "")
            for one in materials.values()
        )
        return {
            "filled": (a + h, a + h + e + c + m),
            "automatic": (a, a + h + e + c + m),
            "distinct": self.distinct(last),
            "wrong": (e, a + h + e),
            "confirmed": (len(last["confirmed"]), a + h),
            "waived": (waived, required),
            "by_form": (hows.count("form"), required),
            "committed": (hows.count("commitment"), required),
            "deferred": (hows.count("deferred"), required),
        }[rate]

    def distinct(self, fill: dict[str, Any]) -> tuple[int, int]:
        """Sort the cells by field; a field is filled if every cell of it is."""
        cells: dict[str, set[str]] = defaultdict(set)
        for letter, paths in fill["fields"].items():
            for path in paths:
                parts = path.split(".")
                if len(parts) == 2:  # a deleted row
                    continue
                cells[f"{parts[0]}.{parts[-1]}" if len(parts) == 3 else path].add(letter)
        return sum(letters <= {"A", "H"} for letters in cells.values()), len(cells)

    def added_back(self, members: list[int]) -> int:
        count = 0
        for one in members:
            *earlier, last = self.fills[one] or [{"materials": {}}]
            for code, supply in last["materials"].items():
                count += supply["how"] == "uploaded" and any(
                    before["materials"].get(code, {}).get("how") == "form"
                    or (
                        before["materials"].get(code, {}).get("how") in ("certificate", "resource")
                        and before["materials"][code]["reference"] != ""
                    )
                    for before in earlier
                )
        return count

    def fields(self) -> dict[tuple[str, str], tuple[int, int]]:
        found: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
        for case_id, told in self.fills.items():
            for letter, paths in told[-1]["fields"].items() if told else ():
                for path in paths if letter in "AHE" else ():
                    parts = path.split(".")
                    name = ".".join((parts[0], *parts[2:])) if len(parts) > 1 else path
                    found[self.cases[case_id].item_code, name][0] += 1
                    found[self.cases[case_id].item_code, name][1] += letter == "E"
        return {key: (given, edited) for key, (given, edited) in found.items()}


def told(line: Line) -> dict[str, tuple[int, Fraction, Fraction, Fraction] | None]:
    return {
        code: (one.n, one.mean, one.pooled, one.p10) if one else None
        for code, one in line.rates.items()
    }


@pytest.mark.parametrize("by", list(fill_rates.BY))
def test_the_page_equals_a_replay_of_a_thousand_applications(
    people: dict[str, Account], by: str
) -> None:
    a_year(1000)
    assert fill_counting.sweep(NOW) == 1000

    board = fill_rates.board(Ask(by=by, months=0), people["wumin"].to_actor(), NOW)
    replay = Replay()
    members: dict[str, list[int]] = defaultdict(list)
    for case_id in replay.cases:
        members[replay.group_of(case_id, by)].append(case_id)

    assert [one.key for one in board.lines] == sorted(members)
    for line in (board.total, *board.lines):
        own = members[line.key] if line.key else list(replay.cases)
        known = [one for one in own if replay.fills[one]]
        assert (line.n, line.unrecorded) == (len(known), len(own) - len(known))
        assert line.added_back == replay.added_back(own)
        assert told(line) == {code: replay.line(code, own) for code in line.rates}
    for code, mean in board.means.items():
        own = replay.line(code, list(replay.cases))
        assert own is not None
        assert mean == pytest.approx(float(own[1]), abs=1e-12)
    assert board.total.unrecorded > 0
    assert board.total.added_back > 0


def test_the_fields_changed_most_are_those_of_the_journal(people: dict[str, Account]) -> None:
    a_year(300)
    fill_counting.sweep(NOW)

    board = fill_rates.board(Ask(months=0), people["wumin"].to_actor(), NOW)
    rows = {(item, path): counts for (item, path), counts in Replay().fields().items() if counts[1]}
    worst = sorted((Fraction(e, g) for g, e in rows.values() if g >= 5), reverse=True)[:10]

    assert [one.share for one in board.fields] == worst
    assert {(one.given, one.edited) for one in board.fields} <= set(rows.values())


def test_counting_again_changes_nothing_and_a_correction_replaces(
    people: dict[str, Account],
) -> None:
    town = a_year(20)
    assert fill_counting.sweep(NOW) == 20
    assert fill_counting.sweep(NOW) == 0
    case = next(one for one in town.opened if JournalEntry.objects.filter(case=one.id).count() == 1)
    fill = {"fields": {"A": ["applicant"], "M": ["route", "contact"]}}

    town.correction(case, 2, fill)

    assert fill_counting.sweep(NOW) == 1
    row = StoredFill.objects.get(case_id=case.id)
    assert (row.accepted, row.typed, row.journal_seq) == (1, 2, 2)


def test_an_entry_committed_late_is_counted_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    town = a_year(30)
    fill_counting.sweep(NOW)
    late = town.opened[3]
    StoredFill.objects.filter(case_id=late.id).delete()  # as if it had not been seen yet

    assert fill_counting.sweep(NOW) == 1

    monkeypatch.setattr(fills, "OVERLAP", 0)
    StoredFill.objects.filter(case_id=late.id).delete()
    assert fill_counting.sweep(NOW) == 0
    assert [one.column for one in fill_counting.compare().differences] == ["case_id"]


def test_a_replay_tells_what_was_changed_and_a_rebuild_puts_it_right() -> None:
    town = a_year(50)
    fill_counting.sweep(NOW)
    assert fill_counting.compare().differences == ()
    case = town.opened[7]
    before = StoredFill.objects.get(case_id=case.id)
    StoredFill.objects.filter(case_id=case.id).update(accepted=999, by_field="{}")

    found = fill_counting.compare()

    assert {(one.number, one.column) for one in found.differences} >= {(case.number, "accepted")}
    assert (found.cases, found.waiting) == (50, 0)
    assert fill_counting.rebuild() == 50
    assert fill_counting.compare().differences == ()
    assert StoredFill.objects.get(case_id=case.id).accepted == before.accepted


def test_a_rebuild_from_nothing_equals_the_sweep() -> None:
    a_year(60)
    fill_counting.sweep(NOW)
    swept = list(StoredFill.objects.order_by("case_id").values())
    StoredFill.objects.all().delete()

    fill_counting.rebuild()

    assert list(StoredFill.objects.order_by("case_id").values()) == swept


def test_what_is_not_counted_yet_is_waiting_and_no_difference() -> None:
    town = a_year(10)
    fill_counting.sweep(NOW)
    town.application()

    found = fill_counting.compare()

    assert (found.waiting, found.differences) == (1, ())


def test_a_record_nobody_can_read_keeps_no_other_from_being_counted() -> None:
    town = a_year(5)
    case = town.opened[0]
    last = JournalEntry.objects.filter(case=case.id).count()
    town.correction(case, last + 1, {"fields": {"Z": ["x"]}})

    assert fill_counting.sweep(NOW) == 5
    assert fill_counting.sweep(NOW) == 0


def test_the_page_takes_as_many_statements_for_many_as_for_few(
    people: dict[str, Account],
) -> None:
    actor = people["wumin"].to_actor()

    def statements() -> int:
        fill_counting.sweep(NOW)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            fill_rates.board(Ask(months=0, rates=("filled",)), actor, NOW)
        return len(asked)

    a_year(3)
    few = statements()
    a_year(120, seed=8)

    assert statements() == few <= 5


def test_only_one_scenario_and_only_the_last_months_are_counted(people: dict[str, Account]) -> None:
    a_year(200)
    fill_counting.sweep(NOW)
    actor = people["zhaojianguo"].to_actor()
    one = fill_rates.board(Ask(by="month", pack=SCENARIOS[0], months=3), actor, NOW)
    replay = Replay()

    months = {"2026-09", "2026-10", "2026-11"}
    assert {line.key for line in one.lines} == months
    own = [
        case_id
        for case_id, case in replay.cases.items()
        if case.pack_code == SCENARIOS[0] and replay.group_of(case_id, "month") in months
    ]
    assert told(one.total) == {code: replay.line(code, own) for code in one.total.rates}


@pytest.mark.parametrize("who", ["sysadmin", "auditor", "wangmin"])
def test_whoever_has_no_desk_sees_no_rates(people: dict[str, Account], who: str) -> None:
    with pytest.raises(NotAllowed):
        fill_rates.board(Ask(), people[who].to_actor(), NOW)


def test_the_worker_counts_every_minute() -> None:
    a_year(3)
    sweep = registry().sweeps["fills"]
    assert sweep.every.total_seconds() <= 60
    sweep.run(NOW)
    assert StoredFill.objects.count() == 3


def test_opening_a_case_asks_nothing_of_the_counts() -> None:
    town = Town(Random(1))
    with CaptureQueriesContext(connection) as asked:
        town.application()
    assert not any("store_fill" in one["sql"] for one in asked)
    assert a_fill(Random(1))["fields"]
