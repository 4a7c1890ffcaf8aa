# SPDX-License-Identifier: Apache-2.0
"""Every list shows what it should, in order, page by page, and never reads a whole table."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huiban.kernel.actor import Actor, ActorKind
from huiban.store import (
    blobs,
    cases,
    certificates,
    deadlines,
    drafts,
    lists,
    measures,
    notices,
    pages,
    search,
)
from huiban.store.lists import CaseNarrow, DeskNarrow, DeskScope
from huiban.store.rows import NewCase
from tests.store.samples import NOW, a_change, a_deadline, a_new_case, a_task, an_entry

pytestmark = pytest.mark.usefixtures("each_database")
WINDOW = DeskScope("o1", ("window",), "urban_management", "370202")
ALL = CaseNarrow()
TODO = DeskNarrow()


def opened(**changes: object) -> NewCase:
    case = a_new_case(**changes)
    cases.open_case(case)
    return case


def due_in(days: int, **changes: object) -> NewCase:
    return opened(due_at=NOW + timedelta(days=days), **changes)


def numbers(page: lists.DeskPage | lists.CasePage) -> list[str]:
    return [row.number for row in page.rows]


def test_the_desk_shows_the_most_urgent_work_first() -> None:
    late, soon, never = due_in(9), due_in(1), opened(due_at=None)

    page = lists.desk_list(WINDOW, TODO)

    assert numbers(page) == [soon.number, late.number, never.number]


def test_a_desk_row_carries_what_the_list_shows() -> None:
    case = due_in(1)

    (row,) = lists.desk_list(WINDOW, TODO).rows

    assert (row.title, row.subject_name, row.due_at) == (case.title, case.subject_name, case.due_at)
    assert (row.submitted_at, row.opened_at, row.sort_at) == (NOW, NOW, case.due_at)
    assert (row.task_key, row.role, row.holder, row.light) == ("t1", "window", "", "green")


@pytest.mark.parametrize(
    "task",
    [
        a_task(role="examiner"),
        a_task(department="fire"),
        a_task(division="370203"),
        a_task(holder="o2"),
    ],
    ids=["another role", "another department", "another division", "held by a colleague"],
)
def test_the_desk_hides_other_peoples_work(task: object) -> None:
    opened(tasks=(task,))

    assert not lists.desk_list(WINDOW, TODO).rows
    assert lists.desk_counts(WINDOW, TODO).total == 0


def test_a_city_office_sees_its_districts() -> None:
    case = opened()

    page = lists.desk_list(DeskScope("o1", ("window",), "urban_management", "370200"), TODO)

    assert numbers(page) == [case.number]


def test_work_held_personally_shows_whatever_its_role_and_department() -> None:
    case = opened(tasks=(a_task(role="expert", department="fire", division="", holder="o1"),))
    opened()

    assert numbers(lists.desk_list(WINDOW, DeskNarrow(mine=True))) == [case.number]
    assert lists.desk_counts(WINDOW, TODO).total == 2


def test_finished_work_leaves_the_desk() -> None:
    case = opened()
    cases.record(a_change(case))

    assert not lists.desk_list(WINDOW, TODO).rows


@pytest.mark.parametrize(
    ("narrow", "expected"),
    [
        (DeskNarrow(light="red"), "red"),
        (DeskNarrow(stage="correction"), "stage"),
        (DeskNarrow(item="tree.new"), "item"),
        (DeskNarrow(text="香港中路"), "text"),
        (DeskNarrow(text="hisense"), "name"),
    ],
)
def test_the_desk_narrows(narrow: DeskNarrow, expected: str) -> None:
    found = {
        "red": opened(light="red"),
        "stage": opened(stage="correction"),
        "item": opened(item_code="tree.new"),
        "text": opened(title="香港中路改造"),
        "name": opened(subject_name="Hisense 公司"),
    }

    assert numbers(lists.desk_list(WINDOW, narrow)) == [found[expected].number]
    assert lists.desk_counts(WINDOW, narrow).total == 1


def test_pages_of_the_desk_follow_without_gap_or_repetition() -> None:
    expected = [due_in(day // 2).number for day in range(7)]
    seen, cursor = [], ""

    for _ in range(3):
        page = lists.desk_list(WINDOW, TODO, cursor, limit=3)
        seen += numbers(page)
        cursor = page.cursor

    assert (seen, cursor) == (expected, "")


@pytest.mark.parametrize("cursor", ["x", "2026-01-01~1", "~", "2026-01-01T00:00:00+00:00~x"])
def test_a_made_up_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(lists.BadCursor):
        lists.desk_list(WINDOW, TODO, cursor)
    with pytest.raises(lists.BadCursor):
        lists.department_list(WINDOW, ALL, "1; DROP TABLE")


def test_counts_add_up_by_light_stage_and_item() -> None:
    opened(light="red")
    opened(light="red", stage="correction")
    opened(item_code="tree.new")

    counts = lists.desk_counts(WINDOW, TODO)

    assert counts.by_light == {"red": 2, "green": 1}
    assert counts.by_stage == {"submitted": 2, "correction": 1}
    assert counts.by_item == {"construction_waste.new": 2, "tree.new": 1}


def test_a_case_on_the_desk_knows_its_neighbours() -> None:
    first, middle, last = due_in(1), due_in(2), due_in(3)

    assert lists.desk_neighbours(WINDOW, TODO, middle.number) == (first.number, last.number)
    assert lists.desk_neighbours(WINDOW, TODO, first.number) == ("", middle.number)
    assert lists.desk_neighbours(WINDOW, TODO, "QD-0") == ("", "")


def test_a_party_sees_its_own_cases_newest_first() -> None:
    mine = [opened(subject_code="P1").number for _ in range(3)]
    opened(subject_code="P2")

    first = lists.my_cases("P1", ALL, limit=2)
    second = lists.my_cases("P1", ALL, first.cursor, limit=2)

    assert numbers(first) + numbers(second) == mine[::-1]
    assert (second.cursor, first.rows[0].submitted_at) == ("", NOW)


def test_a_department_sees_open_and_closed_cases_apart() -> None:
    closed, live = opened(), opened()
    cases.record(a_change(closed, closed_at=NOW))

    assert numbers(lists.department_list(WINDOW, CaseNarrow(is_open=True))) == [live.number]
    assert numbers(lists.department_list(WINDOW, CaseNarrow(is_open=False))) == [closed.number]
    assert numbers(lists.department_list(WINDOW, CaseNarrow(stage="examination"))) == [
        closed.number
    ]


@pytest.mark.parametrize(
    "text",
    [
        "香港中路",
        "中路",
        "改",
        "造",
        "李",
        "李四光",
        "hisense",
        "HIS",
        "香港 hisense",
        "370202X",
        "QD-ZZ",
    ],
)
def test_search_finds_a_case_by_title_name_code_and_number(text: str) -> None:
    case = opened(
        number="QD-ZZ-20260728-000001",
        title="香港中路改造（一期）",
        subject_name="李四光 Hisense",
        subject_code="370202X",
    )
    opened(title="海尔路", subject_name="王五", number="QD-AA-20260728-000002")

    if text == "QD-ZZ":  # without a digit it is a word, and numbers are not words
        text = "qd-zz-2026"
    assert numbers(lists.department_list(WINDOW, CaseNarrow(text=text))) == [case.number]


@pytest.mark.parametrize("text", ["'", '"', "（）", "a' OR 1=1 --", "NEAR(", "没有这个", "%", "*"])
def test_search_finds_nothing_for_what_is_not_there(text: str) -> None:
    opened()

    assert not lists.department_list(WINDOW, CaseNarrow(text=text)).rows
    assert not lists.desk_list(WINDOW, DeskNarrow(text=text)).rows


@pytest.mark.parametrize("walk", [1, 3, 4, 50])
@pytest.mark.parametrize("limit", [1, 3, 50])
def test_search_finds_the_same_near_and_far(
    walk: int, limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    titles = ["浮山湾", "海尔路", "浮山湾", "海尔路", "海尔路", "海尔路", "浮山湾", "海尔路"]
    known = [opened(title=title) for title in titles]
    expected = [case.number for case in known if case.title == "浮山湾"][::-1]
    monkeypatch.setattr(search, "_WALK", walk)

    found: list[str] = []
    cursor = ""
    for _ in range(len(known)):
        page = lists.department_list(WINDOW, CaseNarrow(text="浮山湾"), cursor, limit)
        found += numbers(page)
        cursor = page.cursor
        if not cursor:
            break

    assert found == expected


def test_search_follows_a_changed_title() -> None:
    case = opened()
    cases.record(a_change(case, title="浮山湾", subject_name=case.subject_name))

    assert numbers(lists.department_list(WINDOW, CaseNarrow(text="浮山湾"))) == [case.number]
    assert not lists.department_list(WINDOW, CaseNarrow(text="海尔路")).rows


@pytest.mark.parametrize(
    "scope",
    [
        DeskScope("o1", (), "fire", "370202"),
        DeskScope("o1", (), "urban_management", "370203"),
    ],
    ids=["another department", "another division"],
)
def test_search_stays_in_its_place(scope: DeskScope) -> None:
    opened()

    assert not lists.department_list(scope, CaseNarrow(text="海尔路")).rows


@pytest.mark.parametrize("division", ["370202", "370200", "370000", ""])
def test_search_reaches_what_lies_below_a_division_or_in_none(division: str) -> None:
    known = [opened().number, opened(division="").number]
    scope = DeskScope("o1", (), "urban_management", division)

    assert numbers(lists.department_list(scope, CaseNarrow(text="海尔路"))) == known[::-1]


def test_search_follows_a_case_to_another_department() -> None:
    case = opened()
    cases.record(a_change(case, department="fire", division="370203"))
    fire = DeskScope("o1", (), "fire", "370203")

    assert numbers(lists.department_list(fire, CaseNarrow(text="海尔路"))) == [case.number]
    assert not lists.department_list(WINDOW, CaseNarrow(text="海尔路")).rows


def test_a_departments_code_is_not_a_word_to_search_for() -> None:
    opened()

    for text in ("urban", "urbanmanagement", "370202", "urban_management"):
        assert not lists.department_list(WINDOW, CaseNarrow(text=text)).rows


def test_due_events_come_longest_waiting_first() -> None:
    early = opened(deadlines=(a_deadline(next_event_at=NOW - timedelta(days=2)),))
    late = opened(deadlines=(a_deadline(next_event_at=NOW - timedelta(days=1)),))
    opened()

    found = deadlines.due(NOW)

    assert [event.number for event in found] == [early.number, late.number]
    assert (found[0].event, found[0].at) == ("warn", NOW - timedelta(days=2))


def test_open_cases_on_a_provisional_calendar_are_known() -> None:
    case = opened(deadlines=(a_deadline(is_provisional=True),))
    closed = opened(deadlines=(a_deadline(is_provisional=True),))
    cases.record(a_change(closed, closed_at=NOW, deadlines=()))

    assert deadlines.provisional_cases() == [case.number]


def test_an_actors_desk_is_their_department_and_roles() -> None:
    officer = Actor("o1", "王", ActorKind.OFFICER, frozenset({"window"}), "urban_management")

    assert lists.scope_of(officer) == DeskScope("o1", ("window",), "urban_management")


CURSOR = f"{NOW.isoformat()}~7"
LISTS: dict[str, Callable[[], object]] = {
    "desk": lambda: lists.desk_list(WINDOW, TODO, CURSOR),
    "desk mine": lambda: lists.desk_list(WINDOW, DeskNarrow(mine=True)),
    "desk text": lambda: lists.desk_list(WINDOW, DeskNarrow(text="海尔", light="red")),
    "desk counts": lambda: lists.desk_counts(WINDOW, TODO),
    "desk neighbours": lambda: lists.desk_neighbours(WINDOW, TODO, "QD-1"),
    "department": lambda: lists.department_list(WINDOW, ALL, "99"),
    "department stage": lambda: lists.department_list(WINDOW, CaseNarrow(stage="decision")),
    "department words": lambda: lists.department_list(WINDOW, CaseNarrow(text="海尔路")),
    "department number": lambda: lists.department_list(WINDOW, CaseNarrow(text="QD-CW-2026")),
    "party": lambda: lists.my_cases("P1", ALL, "99"),
    "due": lambda: deadlines.due(NOW),
    "case": lambda: cases.of_submission("k"),
    "sub-cases": lambda: cases.children("QD-1"),
    "durations": lambda: measures.median_hours("construction_waste.new", NOW, NOW),
    "whole case": lambda: pages.whole_case(opened().number),
    "files of a draft": lambda: blobs.of_draft("d1"),
    "drafts": lambda: drafts.mine("p1", NOW),
    "certificates": lambda: certificates.of_subject("P1"),
    "messages": lambda: notices.of_subject("P1"),
    "unread messages": lambda: notices.unread_count("P1"),
}


@pytest.mark.parametrize("name", LISTS)
def test_no_list_reads_a_whole_table(name: str) -> None:
    for _ in range(3):
        opened()

    with CaptureQueriesContext(connection) as seen:
        LISTS[name]()

    for query in seen.captured_queries:
        if (
            query["sql"].lstrip().startswith(("SELECT", "WITH"))
            and "hb_open_case" not in query["sql"]
        ):
            assert not whole_table_reads(query["sql"]), query["sql"]


@pytest.mark.parametrize("name", ["desk", "desk text", "desk counts", "department", "party", "due"])
@pytest.mark.parametrize("length", [1, 30])
def test_a_list_is_one_statement_however_long(name: str, length: int) -> None:
    for _ in range(length):
        opened()

    with CaptureQueriesContext(connection) as seen:
        LISTS[name]()

    assert len(seen) == 1


def test_a_case_page_asks_as_often_for_a_long_story_as_for_a_short_one() -> None:
    case = opened(journal=tuple(an_entry(seq) for seq in range(1, 40)))

    with CaptureQueriesContext(connection) as seen:
        whole = pages.whole_case(case.number)

    assert len(seen) == 7
    assert (len(whole.journal), whole.case.number, len(whole.tasks)) == (39, case.number, 1)


def whole_table_reads(sql: str) -> list[str]:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
            plan = [row[3] for row in cursor.fetchall()]
            return [
                line
                for line in plan
                if line.startswith(("SCAN t", "SCAN c", "SCAN d", "SCAN s"))
                and ":M" not in line  # an index answers a MATCH
            ]
        # Few rows make reading them all cheapest; forbidding it shows whether an index can serve.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {sql}")
        return [row[0] for row in cursor.fetchall() if "Seq Scan on" in row[0]]
