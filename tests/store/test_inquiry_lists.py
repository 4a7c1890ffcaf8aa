# SPDX-License-Identifier: Apache-2.0
"""Lists of the request log: about a party, page by page, and how registers did lately."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huiban.store import cases, fetched, inquiries, inquiry_lists
from huiban.store.lists import BadCursor
from tests.store.samples import NOW, a_fetched_row, a_line, a_new_case

ME, OTHER = "1" * 64, "2" * 64


def requests(rows: list[object]) -> list[str]:
    return [row.request for row in rows]  # type: ignore[attr-defined]


def test_a_party_sees_what_is_about_it_and_what_was_asked_for_it_once_each(
    each_database: str,
) -> None:
    lines = [
        a_line(ME, party=ME),
        a_line(OTHER, party=ME),
        a_line(OTHER, party=OTHER),
        a_line(ME, party=OTHER, event="revealed"),
        a_line(ME, party=ME, event="answered"),
    ]
    for line in lines:
        inquiries.append([line])

    found, cursor = inquiry_lists.about(ME)

    assert (requests(found), cursor) == ([lines[at].request for at in (3, 1, 0)], "")


def test_pages_follow_each_other_without_gap_or_repeat(each_database: str) -> None:
    lines = [a_line((ME, OTHER)[n % 2], party=ME) for n in range(25)]
    for line in lines:
        inquiries.append([line])
    seen: list[str] = []
    cursor = "start"
    while cursor:
        rows, cursor = inquiry_lists.about(ME, cursor="" if cursor == "start" else cursor, limit=10)
        seen += requests(rows)

    assert seen == [line.request for line in reversed(lines)]


def test_a_page_costs_two_statements(each_database: str) -> None:
    inquiries.append([a_line(ME) for _ in range(30)])

    with CaptureQueriesContext(connection) as seen:
        inquiry_lists.about(ME)

    assert len(seen) == 2


def test_the_list_can_be_narrowed_to_one_register(each_database: str) -> None:
    inquiries.append([a_line(ME), a_line(ME, resource="population")])

    assert inquiry_lists.resources_about(ME) == ["enterprise_registry", "population"]
    assert len(inquiry_lists.about(ME, "population")[0]) == 1


@pytest.mark.parametrize("cursor", ["x", "-1", "1" * 20, "１"])
def test_a_made_up_cursor_is_refused(each_database: str, cursor: str) -> None:
    with pytest.raises(BadCursor):
        inquiry_lists.about(ME, cursor=cursor)


def test_a_draft_that_was_sent_in_is_its_case(each_database: str) -> None:
    case = a_new_case(submission_key="d1")
    cases.open_case(case)
    corrected = a_line(ME, matter="d2")
    gone = a_line(ME, matter="d3")
    inquiries.append([a_line(ME, matter="d1"), corrected, gone])
    fetched.put([a_fetched_row(matter=case.number, request=corrected.request)])
    rows, _ = inquiry_lists.about(ME)

    with CaptureQueriesContext(connection) as seen:
        found = inquiry_lists.places_of(rows)

    assert len(seen) == 3
    assert {one.number for one in found.values()} == {case.number}
    assert gone.request not in found
    assert len(found) == 2


def answered(latency: int, outcome: str = "found", **changes: object) -> None:
    inquiries.append(
        [
            a_line(ME, event="answered", outcome=outcome, latency=latency, **changes),
        ]
    )


def test_how_registers_did_is_counted_in_one_statement(each_database: str) -> None:
    for latency in range(1, 101):
        answered(latency, at=NOW - timedelta(minutes=latency))
    answered(9000, "timeout", at=NOW)
    answered(50, at=NOW - timedelta(days=2))
    answered(70, "absent", resource="population", at=NOW)
    answered(6000, "broken", resource="planning_permit", at=NOW)
    inquiries.append([a_line(ME, at=NOW)])
    wanted = ["enterprise_registry", "population", "planning_permit", "nobody_asked"]

    with CaptureQueriesContext(connection) as seen:
        found = inquiry_lists.health(wanted, NOW - timedelta(days=1))

    assert len(seen) == 1
    registry = found["enterprise_registry"]
    assert (registry.asked, registry.answered) == (101, 100)
    assert (registry.p50, registry.p95) == (50, 95)
    assert registry.last_at == NOW
    assert registry.last_answer_at == NOW - timedelta(minutes=1)
    assert (found["population"].answered, found["population"].p95) == (1, 70)
    assert (found["planning_permit"].answered, found["planning_permit"].p50) == (0, 0)
    assert found["planning_permit"].last_answer_at is None
    assert "nobody_asked" not in found
