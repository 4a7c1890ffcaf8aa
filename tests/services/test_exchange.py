# SPDX-License-Identifier: Apache-2.0
"""Asking registers: logged before it is sent, kept when it comes, and never more than it may."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huiban.connectors.registers import Outcome
from huiban.kernel.actor import Actor, ActorKind
from huiban.kernel.identifier_samples import make_person_id
from huiban.services import city, exchange
from huiban.services.exchange import Asked, Looked, Matter, key_digest
from huiban.services.refusal import NotAllowed, NotFound, NotOpen
from huiban.store import inquiries, quotas
from huiban.store.models import Account, Consent, Fetched, Inquiry
from tests.services.city_sample import USCC, at
from tests.services.stand_in import AS_OF, StandIn, registers

NOW = at("2026-11-23 10:30")
DAY = NOW.date()
BUDGET = 1.0
CLERK = Actor(
    "wangmin", "王敏", ActorKind.ENTERPRISE, subject=USCC, subject_name="青岛海晟置业有限公司"
)
MATTER = Matter("d1", "construction_waste.new", "construction_waste", USCC, CLERK)
REGISTRY = "enterprise_registry"
NAME = Asked(REGISTRY, "uscc", USCC, frozenset({"name", "legal_person"}))
RECORD = {"name": "青岛海晟置业有限公司", "legal_person": "孙海", "address": "深圳路189号"}
BOUND = {REGISTRY: frozenset({"name", "legal_person", "address"})}
PERSON = make_person_id("370202", __import__("datetime").date(1990, 3, 7), 1)


@pytest.fixture
def asked(each_database: str) -> Iterator[StandIn]:
    """The registry knows one enterprise."""
    with registers(StandIn({REGISTRY: {USCC: [RECORD]}})) as found:
        yield found


def ask(*questions: Asked, later: int = 0, matter: Matter = MATTER) -> list[exchange.FetchedRow]:
    bound = {**BOUND, **{one.resource: one.fields | BOUND.get(one.resource, frozenset())
                         for one in questions}}  # fmt: skip
    return exchange.ask(matter, questions, bound, NOW + timedelta(seconds=later), BUDGET)


def lines() -> list[tuple[str, str, str]]:
    return list(Inquiry.objects.order_by("id").values_list("event", "outcome", "fields"))


def test_what_a_register_answers_is_kept_with_the_matter(asked: StandIn) -> None:
    (row,) = ask(NAME)

    assert (row.state, row.as_of) == ("found", AS_OF)
    assert row.records == ({"legal_person": "孙海", "name": "青岛海晟置业有限公司"},)
    assert exchange.of_matter("d1") == [row]
    assert lines() == [
        ("asked", "", "legal_person name"),
        ("answered", "found", "legal_person name"),
    ]


def test_a_question_is_logged_before_it_is_sent(asked: StandIn) -> None:
    seen: list[object] = []
    asked.before = lambda: seen.extend([lines(), Fetched.objects.get().state])

    ask(NAME)

    assert seen == [[("asked", "", "legal_person name")], "pending"]


def test_the_log_says_who_asked_what_for_and_never_what_it_says(asked: StandIn) -> None:
    ask(NAME)

    line = Inquiry.objects.filter(event="answered").get()
    assert (line.actor, line.actor_name, line.actor_kind) == ("wangmin", "王敏", "enterprise")
    assert (line.matter, line.item_code, line.purpose) == MATTER_SAID
    assert (line.subject, line.party) == (key_digest(USCC), key_digest(USCC))
    assert (line.latency, line.request_sha256, line.response_sha256) == (12, "a" * 64, "b" * 64)
    assert line.consent == str(city.loaded().catalogue.resources[REGISTRY].consent).replace(
        "none", ""
    )


MATTER_SAID = ("d1", "construction_waste.new", "construction_waste")


def test_no_value_reaches_the_log(asked: StandIn) -> None:
    permit = {"permit_number": "建字第370200202600017号", "site_area": "12500.50"}
    asked.records = {REGISTRY: {USCC: [RECORD]}, "planning_permit": {"2020-370202-47": [permit]}}
    resources = city.loaded().catalogue.resources
    planning = resources["planning_permit"]
    by = "project_code"
    fields = frozenset(one.key for one in planning.items)
    with registers(asked):
        ask(NAME, Asked("planning_permit", by, "2020-370202-47", fields))
        ask(Asked(REGISTRY, "uscc", USCC, frozenset({"nothing"})))
    exchange.reveal(MATTER, Looked(REGISTRY, USCC, frozenset({"legal_person"})), NOW)

    names = [one.column for one in Inquiry._meta.concrete_fields]
    stored = " ".join(str(value) for row in Inquiry.objects.values_list(*names) for value in row)
    for value in (*RECORD.values(), *permit.values(), USCC, "2020-370202-47"):
        assert value not in stored


def test_only_what_was_asked_for_is_kept(asked: StandIn) -> None:
    (row,) = ask(Asked(REGISTRY, "uscc", USCC, frozenset({"name"})))

    assert row.records == ({"name": "青岛海晟置业有限公司"},)


def test_not_found_is_an_answer(asked: StandIn) -> None:
    (row,) = ask(Asked(REGISTRY, "uscc", "91370212MA0000000X", frozenset({"name"})))

    assert (row.state, row.records) == ("absent", ())


@pytest.mark.parametrize(
    "outcome", [Outcome.TIMEOUT, Outcome.REFUSED, Outcome.BUSY, Outcome.BROKEN]
)
def test_each_way_to_get_no_answer_is_kept_apart(asked: StandIn, outcome: Outcome) -> None:
    asked.outcomes[REGISTRY] = outcome

    (row,) = ask(NAME)

    assert (row.state, row.records, row.fetched_at) == (str(outcome), (), None)
    assert lines()[-1][1] == str(outcome)


def test_an_answer_of_minutes_ago_is_taken_again_without_asking(asked: StandIn) -> None:
    (first,) = ask(NAME)
    (again,) = ask(Asked(REGISTRY, "uscc", f" {USCC.lower()} ", frozenset({"name"})), later=599)
    ask(NAME, later=601)

    assert again == first
    assert len(asked.calls) == 2


def test_an_answer_without_the_items_wanted_is_asked_for_again(asked: StandIn) -> None:
    ask(Asked(REGISTRY, "uscc", USCC, frozenset({"name"})))
    (row,) = ask(Asked(REGISTRY, "uscc", USCC, frozenset({"name", "address"})))

    assert row.records == ({"name": "青岛海晟置业有限公司", "address": "深圳路189号"},)
    assert len(asked.calls) == 2


def test_what_failed_is_asked_again_at_once(asked: StandIn) -> None:
    asked.outcomes[REGISTRY] = Outcome.TIMEOUT
    ask(NAME)
    asked.outcomes.clear()

    assert ask(NAME, later=1)[0].state == "found"


def test_a_register_that_is_down_now_has_still_said_what_it_said(asked: StandIn) -> None:
    (first,) = ask(NAME)
    asked.outcomes[REGISTRY] = Outcome.BROKEN

    (row,) = ask(NAME, later=700)

    assert (row.state, row.records, row.fetched_at) == ("found", first.records, first.fetched_at)
    assert exchange.of_matter("d1") == [row]
    assert lines()[-1][1] == "broken"


def test_a_register_that_refuses_now_takes_its_answer_back(asked: StandIn) -> None:
    ask(NAME)
    asked.outcomes[REGISTRY] = Outcome.REFUSED

    (row,) = ask(NAME, later=700)

    assert (row.state, row.records) == ("refused", ())


def test_two_rows_about_one_person_are_one_question(asked: StandIn) -> None:
    one = Asked(REGISTRY, "uscc", USCC, frozenset({"name"}), "managers.0")
    other = Asked(REGISTRY, "uscc", f" {USCC}", frozenset({"legal_person"}), "managers.2")

    first, second = ask(one, other)

    assert first == second
    assert first.row == "managers.0"
    assert [call.fields for call in asked.calls] == [("legal_person", "name")]


def test_an_unbound_item_is_refused_and_nothing_is_sent(asked: StandIn) -> None:
    (row,) = exchange.ask(MATTER, [NAME], {REGISTRY: frozenset({"name"})}, NOW, BUDGET)

    assert (row.state, asked.calls) == ("refused", [])
    assert lines() == [("asked", "refused", "legal_person name")]


def test_a_scenario_that_may_not_ask_is_refused(asked: StandIn) -> None:
    matter = Matter("d1", "x.new", "a_scenario_of_nobody", USCC, CLERK)

    assert ask(NAME, matter=matter)[0].state == "refused"
    assert asked.calls == []


def test_the_same_refusal_is_logged_once(asked: StandIn) -> None:
    for later in (0, 5):
        exchange.ask(MATTER, [NAME], {}, NOW + timedelta(seconds=later), BUDGET)

    assert lines() == [("asked", "refused", "legal_person name")]


def test_what_is_not_connected_is_asked_of_nobody_and_not_logged(asked: StandIn) -> None:
    (row,) = ask(Asked("planning_permit", "project_code", "1", frozenset({"permit_number"})))

    assert row.state == "broken"
    assert (asked.calls, lines(), exchange.of_matter("d1")) == ([], [], [])


def test_an_exchange_that_breaks_does_not_break_the_page(
    asked: StandIn, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise RuntimeError("no network at all")

    asked.before = fail

    assert ask(NAME)[0].state == "broken"
    assert "no network at all" in caplog.text
    assert lines()[-1][1] == "broken"


def test_over_the_quota_nothing_is_sent_and_nothing_is_counted(asked: StandIn) -> None:
    quota = city.loaded().catalogue.resources[REGISTRY].quota
    quotas.take({REGISTRY: (quota - 1, quota)}, DAY)
    keys = [USCC, "91370212MA0000001X", "91370212MA0000002X"]

    rows = ask(*(Asked(REGISTRY, "uscc", key, frozenset({"name"})) for key in keys))

    assert [row.state for row in rows] == ["found", "busy", "busy"]
    assert len(asked.calls) == 1
    assert quotas.used_on([REGISTRY], DAY) == {REGISTRY: quota}


def many(count: int) -> list[Asked]:
    return [
        Asked(REGISTRY, "uscc", f"91370212MA{number:07}X", frozenset({"name"}))
        for number in range(count)
    ]


def test_how_many_statements_does_not_depend_on_how_many_questions(asked: StandIn) -> None:
    statements = []
    for place, count in enumerate((1, 12, 40)):
        matter = Matter(f"m{place}", "construction_waste.new", "construction_waste", USCC, CLERK)
        with CaptureQueriesContext(connection) as seen:
            rows = ask(*many(count), matter=matter)
        assert [row.state for row in rows] == ["absent"] * count
        kinds = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")
        statements.append([one["sql"] for one in seen if not one["sql"].startswith(kinds)])

    assert [len(one) for one in statements] == [7, 7, 7]


def test_answers_known_already_cost_one_statement(asked: StandIn) -> None:
    ask(*many(12))

    with CaptureQueriesContext(connection) as seen:
        ask(*many(12), later=5)

    assert len(seen) == 1


def test_a_case_goes_on_with_the_answers_of_its_draft(asked: StandIn) -> None:
    (row,) = ask(NAME)

    exchange.move("d1", "QD-CW-1")

    assert exchange.of_matter("d1") == []
    assert [one.request for one in exchange.of_matter("QD-CW-1")] == [row.request]


def test_a_look_at_a_masked_value_is_a_line_of_its_own(asked: StandIn) -> None:
    exchange.reveal(MATTER, Looked(REGISTRY, USCC, frozenset({"legal_id"})), NOW)

    assert lines() == [("revealed", "", "legal_id")]
    assert inquiries.verify(key_digest(USCC)) == (1, [])


# What comes late


@pytest.fixture
def slow(each_fresh_database: str) -> Iterator[StandIn]:
    """The registry takes longer than the page waits; worker threads write what comes."""
    with registers(StandIn({REGISTRY: {USCC: [RECORD]}}, slow={REGISTRY})) as found:
        yield found


def test_a_late_answer_is_waited_for_and_written_down(slow: StandIn) -> None:
    (row,) = ask(NAME)
    assert row.state == "pending"
    assert exchange.is_waiting(exchange.of_matter("d1"), NOW)

    slow.finish()

    (row,) = exchange.of_matter("d1")
    assert (row.state, row.records[0]["legal_person"]) == ("found", "孙海")
    assert not exchange.is_waiting([row], NOW)
    assert [event for event, _, _ in lines()] == ["asked", "answered"]
    assert inquiries.verify(key_digest(USCC)) == (2, [])


def test_an_answer_awaited_is_not_asked_for_twice(slow: StandIn) -> None:
    ask(NAME)
    ask(NAME, later=9)

    assert len(slow.calls) == 1


def test_what_a_killed_process_left_open_ran_out_of_time_and_can_be_asked_again(
    slow: StandIn,
) -> None:
    (row,) = ask(NAME)
    slow.slow.clear()

    assert exchange.state_of(row, NOW + timedelta(seconds=10)) == "pending"
    assert exchange.state_of(row, NOW + timedelta(seconds=11)) == "timeout"
    assert ask(NAME, later=11)[0].state == "found"


def test_a_late_answer_never_takes_the_place_of_a_newer_one(slow: StandIn) -> None:
    ask(NAME)
    slow.slow.clear()
    (newer,) = ask(NAME, later=11)
    slow.records = {}

    slow.finish()

    assert exchange.of_matter("d1") == [newer]
    assert [outcome for event, outcome, _ in lines() if event == "answered"] == ["found", "absent"]


def test_a_late_answer_follows_its_draft_into_the_case(slow: StandIn) -> None:
    ask(NAME)
    exchange.move("d1", "QD-CW-1")

    slow.finish()

    assert [row.state for row in exchange.of_matter("QD-CW-1")] == ["found"]


def test_many_late_answers_at_once_leave_whole_chains(slow: StandIn) -> None:
    same = [
        Matter(f"m{number}", "construction_waste.new", "construction_waste", USCC, CLERK)
        for number in range(8)
    ]
    for matter in same:
        ask(NAME, matter=matter)

    slow.finish()

    assert inquiries.verify(key_digest(USCC)) == (16, [])
    assert {exchange.of_matter(one.number)[0].state for one in same} == {"found"}


# Consent

EXPLICIT = "social_insurance_person"


def consents_to(resource: str, purpose: str, subject: str) -> Consent:
    account = Account.objects.make("chenjing", None, name="陈静", kind="person", subject=subject)
    return Consent.objects.create(
        number="c1", account=account, subject=key_digest(subject), resource=resource,
        purpose=purpose, text_sha256="0" * 64, given_at=NOW,
    )  # fmt: skip


def an_explicit_one() -> tuple[str, str, str, frozenset[str]]:
    """A register that asks only with explicit consent: its key, a purpose, a key and an item."""
    for one in city.loaded().catalogue.resources.values():
        if one.consent == "explicit" and "person_id" in one.keys and one.purposes:
            return one.key, min(one.purposes), "person_id", frozenset({one.items[0].key})
    raise AssertionError("the catalogue has no such register")


@pytest.mark.parametrize(
    ("is_given", "is_withdrawn", "state", "consent"),
    [(False, False, "refused", ""), (True, False, "absent", "c1"), (True, True, "refused", "")],
)
def test_explicit_consent_is_looked_up_and_stands_in_the_log(
    each_database: str, is_given: bool, is_withdrawn: bool, state: str, consent: str
) -> None:
    resource, purpose, by, fields = an_explicit_one()
    if is_given:
        consents_to(resource, purpose, PERSON)
    if is_withdrawn:
        Consent.objects.update(withdrawn_at=NOW)
    matter = Matter("d1", "x.new", purpose, USCC, CLERK)

    with registers(StandIn(), resource):
        (row,) = ask(Asked(resource, by, PERSON, fields), matter=matter)

    assert row.state == state
    assert Inquiry.objects.filter(event="asked").get().consent == consent


def test_consent_for_something_else_does_not_count(each_database: str) -> None:
    resource, purpose, by, fields = an_explicit_one()
    consents_to(resource, "another_purpose", PERSON)
    matter = Matter("d1", "x.new", purpose, USCC, CLERK)

    with registers(StandIn(), resource):
        assert ask(Asked(resource, by, PERSON, fields), matter=matter)[0].state == "refused"


# Trying out a connection

KEEPER = Actor("sysadmin", "陈系统", ActorKind.OFFICER, frozenset({"admin_system"}))


def test_a_connection_is_tried_out_without_personal_items_and_keeps_nothing(
    asked: StandIn,
) -> None:
    answer = exchange.try_out(REGISTRY, "uscc", USCC, KEEPER, NOW)

    known = city.loaded().catalogue.resources[REGISTRY]
    assert answer.outcome is Outcome.FOUND
    assert set(asked.calls[0].fields) == {one.key for one in known.items if not one.is_masked}
    assert Fetched.objects.count() == 0
    assert [(one.event, one.matter) for one in Inquiry.objects.order_by("id")] == [
        ("asked", "trial"),
        ("answered", "trial"),
    ]


def test_only_the_system_administrator_tries_connections_out(asked: StandIn) -> None:
    with pytest.raises(NotAllowed):
        exchange.try_out(REGISTRY, "uscc", USCC, CLERK, NOW)
    assert lines() == []


def test_what_cannot_be_tried_out_says_why(asked: StandIn) -> None:
    with pytest.raises(NotFound, match="没有接入"):
        exchange.try_out("planning_permit", "uscc", USCC, KEEPER, NOW)
    with pytest.raises(NotOpen, match="不能按"):
        exchange.try_out(REGISTRY, "plate", USCC, KEEPER, NOW)
    quota = city.loaded().catalogue.resources[REGISTRY].quota
    quotas.take({REGISTRY: (quota, quota)}, DAY)
    with pytest.raises(NotOpen, match="用完"):
        exchange.try_out(REGISTRY, "uscc", USCC, KEEPER, NOW)
