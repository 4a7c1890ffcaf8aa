# SPDX-License-Identifier: Apache-2.0
"""Unsound charts are found out, and the events that show it are printed."""

from collections.abc import Callable
from typing import Any

import pytest

from huiban.kernel.process import ChartFault, compile_chart, soundness
from huiban.kernel.process_explore import atom_of, explore
from tests.kernel.process_samples import ROLES, SCHEMA, WASTE, waste_data

Data = dict[str, Any]


def unsound(change: Callable[[Data], object]) -> list[ChartFault]:
    data = waste_data()
    change(data)
    return soundness(compile_chart(data, SCHEMA), ROLES)


def test_the_construction_waste_chart_is_sound() -> None:
    assert soundness(WASTE, ROLES) == []


def island(data: Data) -> None:
    data["states"]["island"] = {"role": "examiner", "on": {"leave": "decision"}}


def trap(data: Data) -> None:
    data["states"]["decision"]["on"]["ponder"] = "pondering"
    data["states"]["pondering"] = {"role": "leader", "on": {"ponder": "pondering"}}
    data["clocks"]["statutory"]["runs_in"].append("pondering")


def guarded(data: Data) -> None:
    data["states"]["examination"]["on"][0]["when"] = "complete"


def half_join(data: Data) -> None:
    data["states"]["consultation"]["all_of"]["fire"] = {
        "role": "leader",
        "on": {"skip": "decision"},
    }


def unstaffed(data: Data) -> None:
    data["states"]["examination"]["role"] = "examinor"


def skipping(data: Data) -> None:
    data["states"]["submitted"]["on"]["accept"]["to"] = "decision"


def shortcut(data: Data) -> None:
    data["states"]["examination"]["on"].append({"event": "grant", "to": "closed"})


def no_refusal(data: Data) -> None:
    data["states"]["decision"]["on"].pop("refuse")


def no_decline(data: Data) -> None:
    data["states"]["submitted"]["on"].pop("decline")


def many_corrections(data: Data) -> None:
    data["states"]["submitted"]["on"]["request_correction"].pop("once")


def unaccepting(data: Data) -> None:
    event = {"event": "request_correction", "to": "correction", "once": True}
    data["states"]["examination"]["on"].append(event)


def silence(data: Data) -> None:
    data["clocks"].pop("acceptance")


def slow_silence(data: Data) -> None:
    data["clocks"]["acceptance"]["limit"] = "6 work_days"


def uncounted(data: Data) -> None:
    data["clocks"]["statutory"]["runs_in"] = ["examination", "decision"]


def patience(data: Data) -> None:
    data["clocks"].pop("correction")


def baseless(data: Data) -> None:
    data["clocks"]["statutory"].pop("basis")


def unheard(data: Data) -> None:
    data["clocks"]["statutory"].pop("on_due")


@pytest.mark.parametrize(
    ("change", "path", "message", "shown"),
    [
        (island, "states.island", "never reached from 'submitted'", ""),
        (
            trap,
            "states.pondering",
            "no end can be reached from 'pondering'",
            "submit → accept [complete] → pass [not (uses_road)] → ponder",
        ),
        (
            guarded,
            "states.examination.on",
            "every way on has a condition, and all can be false",
            "path: submit → accept [complete]",
        ),
        (
            half_join,
            "states.consultation.then",
            "'consultation' is never complete: 'consultation.fire' never reach `done`",
            "path: submit → accept [complete] → pass",
        ),
        (
            unstaffed,
            "states.examination.role",
            "nobody works in the role 'examinor'",
            "'examiner'?",
        ),
        (
            skipping,
            "states.examination",
            "a case can be closed without 'examination'",
            "path: submit → accept [complete] → grant",
        ),
        (
            shortcut,
            "states.decision",
            "a case can be closed without 'decision'",
            "path: submit → accept [complete] → grant",
        ),
        (no_refusal, "states.decision.on", "no case can end as 'refused'", "refuse: closed"),
        (no_decline, "states.submitted.on", "no case can end as 'declined'", "decline: declined"),
        (
            many_corrections,
            "states.submitted.on.request_correction",
            "again and again",
            "once: true",
        ),
        (
            unaccepting,
            "states.examination.on.request_correction",
            "leads from 'examination' back before acceptance",
            "before accepting",
        ),
        (silence, "states.submitted", "silence in 'submitted'", "deem_accept"),
        (slow_silence, "states.submitted", "silence in 'submitted'", "at most 5 work_days"),
        (
            uncounted,
            "states.consultation.all_of.traffic",
            "the time limit does not run in 'consultation.traffic'",
            "runs_in",
        ),
        (patience, "states.correction", "leave 'correction' waiting for ever", "add a clock"),
        (baseless, "clocks.statutory.basis", "has no basis", "law and article"),
        (unheard, "clocks.statutory.on_due", "nothing happens when 'statutory' is due", "overdue"),
    ],
)
def test_an_unsound_chart_is_found_out_with_the_path(
    change: Callable[[Data], object], path: str, message: str, shown: str
) -> None:
    found = unsound(change)

    [fault] = [one for one in found if one.path == path and message in one.message]
    assert shown in fault.cure


def test_a_condition_and_its_opposite_leave_no_dead_end() -> None:
    def both_ways(data: Data) -> None:
        data["states"]["examination"]["on"] = [
            {"event": "pass", "to": "consultation", "when": "complete"},
            {"event": "pass", "to": "decision", "when": "not complete"},
        ]

    assert unsound(both_ways) == []


def test_a_region_that_can_only_wait_for_ever_is_a_dead_end() -> None:
    def waits(data: Data) -> None:
        data["states"]["consultation"]["all_of"]["fire"] = {
            "role": "leader",
            "on": {"reply": {"to": "done", "when": "complete"}},
        }

    assert any("dead end" in fault.message for fault in unsound(waits))


def test_states_that_pass_a_case_round_without_anybody_acting_are_found() -> None:
    def ring(data: Data) -> None:
        data["states"]["sort"] = {"then": [{"to": "again", "when": "complete"}, "decision"]}
        data["states"]["again"] = {"then": "sort"}
        data["states"]["examination"]["on"][0]["to"] = "sort"

    [fault] = [one for one in unsound(ring) if "for ever" in one.message]

    assert fault.message == "after 'pass' the case goes round for ever without anybody acting"
    assert fault.cure.endswith("path: submit → accept [complete] → pass")


def test_roles_are_left_alone_when_none_are_given() -> None:
    data = waste_data()
    unstaffed(data)

    assert soundness(compile_chart(data, SCHEMA)) == []


def test_a_chart_too_wide_to_prove_says_so() -> None:
    data = waste_data()
    regions = data["states"]["consultation"]["all_of"]
    for number in range(16):
        regions[f"office_{number}"] = {"role": "examiner", "on": {"reply": "done"}}

    [fault] = soundness(compile_chart(data, SCHEMA), ROLES, most=500)

    assert "more than 500 configurations: the chart cannot be proven sound" in fault.message


def test_the_other_law_is_not_asked_of_other_services() -> None:
    data: Data = {
        "process": "report",
        "regime": "service",
        "start": "received",
        "states": {
            "received": {"role": "examiner", "on": {"dispatch": "handling"}},
            "handling": {"role": "leader", "on": {"report_back": "solved"}},
            "solved": {"end": "solved"},
        },
    }

    assert soundness(compile_chart(data, {}), ROLES) == []


def test_every_guard_is_explored_both_ways() -> None:
    found = explore(WASTE)

    answers = {way.answers for way in found.ways if way.event == "pass"}
    assert answers == {(("uses_road", True),), (("uses_road", False),)}
    assert {place.outcome for place in found.came_by} == {
        None, "granted", "refused", "declined", "retracted", "lapsed",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "atom"),
    [
        ("complete", ("complete", True)),
        ("not complete", ("complete", False)),
        ("NOT (a > 1 or b)", ("a > 1 or b", False)),
        ("not (a) or (b)", ("not (a) or (b)", True)),
        ("not a or b", ("not a or b", True)),
    ],
)
def test_a_guard_and_its_negation_are_one_question(text: str, atom: tuple[str, bool]) -> None:
    assert atom_of(text) == atom
