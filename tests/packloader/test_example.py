# SPDX-License-Identifier: Apache-2.0
"""The runner of worked examples finds every way in which an example is wrong."""

import pytest

from huiban.packloader.build_scenario import scenario_of
from huiban.packloader.example import gather, run
from huiban.packloader.schema.example import ExampleIn
from tests.packloader.pack_edit import common, drafted

DRAFT = drafted()
SCENARIO = scenario_of(DRAFT)
SAMPLES, _ = gather(DRAFT.examples)

SUBMIT = {"at": "2026-09-14 09:30", "by": "applicant", "does": "submit"}
ACCEPT = {"at": "2026-09-14 10:00", "by": "window", "does": "accept"}
PASS = {"at": "2026-09-14 11:00", "by": "examiner", "does": "pass"}


def faults(**written: object) -> list[str]:
    assert SCENARIO is not None
    example = ExampleIn.model_validate({"name": "x", "start": "garage", **written})
    return run(example, SAMPLES, SCENARIO, common())


def only(**written: object) -> str:
    (fault,) = faults(**written)
    return fault


def test_a_good_example_has_no_fault() -> None:
    assert faults(steps=[SUBMIT, ACCEPT, PASS]) == []


@pytest.mark.parametrize(
    ("then", "says"),
    [
        ({"state": ["decision"]}, "state: examination, expected decision"),
        ({"stage": "decision"}, "stage: examination, expected decision"),
        ({"outcome": "granted"}, "outcome: None, expected granted"),
        ({"documents": []}, "documents: acceptance_notice, expected "),
        ({"effects": ["archive"]}, "effects: acceptance_notice, expected archive"),
        ({"told": []}, "told: accept, expected "),
        ({"due": {"committed": "2026-09-16"}}, "due.committed: 2026-09-15, expected 2026-09-16"),
        ({"light": {"committed": "red"}}, "light.committed: green, expected red"),
        ({"used": {"statutory": 3}}, "used.statutory: 0, expected 3"),
        ({"due": {"comitted": "2026-09-16"}}, "due.comitted: no such clock"),
    ],
)
def test_what_turns_out_otherwise_is_told(then: dict[str, object], says: str) -> None:
    assert says in only(steps=[SUBMIT, {**ACCEPT, "then": then}])


def test_an_act_that_is_refused_is_told_with_its_reason() -> None:
    assert "refused as not_open" in only(steps=[SUBMIT, PASS])


def test_an_act_that_should_have_been_refused_is_told() -> None:
    fault = only(steps=[SUBMIT, {**ACCEPT, "refused": "role"}])

    assert "was possible, expected to be refused as role" in fault


def test_a_refusal_for_another_reason_is_told() -> None:
    fault = only(steps=[SUBMIT, {**PASS, "refused": "role"}])

    assert "refused as not_open" in fault
    assert "expected refused as role" in fault


def test_a_refusal_that_names_something_else_is_told() -> None:
    step = {**ACCEPT, "does": "decline", "refused": "input", "missing": ["document"]}

    assert "names as missing ('reason',)" in only(steps=[SUBMIT, step])


def test_time_does_not_run_backward() -> None:
    late = {**ACCEPT, "at": "2026-09-13 10:00"}

    assert "earlier than the step before" in faults(steps=[SUBMIT, late])[0]


def test_a_clock_may_not_speak_before_it_is_due() -> None:
    early = {"at": "2026-09-18 10:00", "by": "system", "does": "deem_accept"}

    assert "no clock is due yet" in only(steps=[SUBMIT, early])


def test_problems_of_the_form_are_compared_whole() -> None:
    assert "expected none" in only(on="2026-09-14", leave_out=["route"], problems={})
    assert "problems: none" in only(on="2026-09-14", problems={"route": "required"})


def test_a_criterion_that_is_not_named_must_pass() -> None:
    fault = only(on="2026-09-14", change={"route": "近路"}, examination={})

    assert fault == "examination.route_is_stated: fail, expected pass"


def test_a_criterion_that_does_not_exist_is_told() -> None:
    fault = only(on="2026-09-14", examination={"findings": {"no_open_incident": "fail"}})

    assert fault == "examination.no_open_incident: no such criterion for this item"


def test_what_is_missing_and_who_is_asked_are_compared() -> None:
    wanted = {
        "findings": {"site_has_room": "unknown"},
        "missing": {"site_has_room": ["waste_amount"]},
        "asks": {"site_has_room": "window"},
    }

    found = faults(on="2026-09-14", leave_out=["site_left"], examination=wanted)

    assert found == [
        "examination.site_has_room: missing ('site_left',), expected ('waste_amount',)",
        "examination.site_has_room: asks site_keeper, expected window",
    ]


def test_an_example_without_a_day_is_told() -> None:
    assert only(problems={}).startswith("an example needs a day")
