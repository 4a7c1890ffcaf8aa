# SPDX-License-Identifier: Apache-2.0
"""The rules of SCXML that a chart keeps: which way is taken, and in which order things happen."""

from typing import Any

from huiban.kernel.actor import SYSTEM
from huiban.kernel.process import Act, Chart, Standing, Stepped, begin, compile_chart, step
from huiban.kernel.rule import FactKind, FactType
from tests.kernel.process_samples import AS_OF, officer

Data = dict[str, Any]
CLERK = officer("clerk", "clerk")
FLAGS = {name: FactType(FactKind.BOOLEAN) for name in ("a", "b")}


def chart(states: Data, start: str = "s0") -> Chart:
    data = {"process": "t", "regime": "service", "start": start, "states": states}
    return compile_chart({**data, "states": {**states, "closed": {"end": "solved"}}}, FLAGS)


def task(**on: Any) -> Data:
    return {"role": "clerk", "on": on}


def run(machine: Chart, *events: str, **facts: object) -> Stepped:
    """Begin a case and send events, each to the first task that knows it."""
    known = {"a": True, "b": True, **facts}
    stepped = begin(machine, known, AS_OF)
    for event in events:
        act = Act(event, first(machine, stepped.standing, event))
        stepped = step(machine, stepped.standing, act, known, CLERK, AS_OF)
    return stepped


def first(machine: Chart, standing: Standing, event: str) -> str | None:
    found = [t.key for t in standing.tasks if event in machine.open_events[t.state]]
    return found[0] if found else None


TWO = {
    "s0": task(go="both"),
    "both": {
        "all_of": {"left": task(reply="done"), "right": task(reply="done")},
        "then": "s1",
        "on": {"stop": {"to": "s1", "by": "clerk"}},
    },
    "s1": task(end="closed"),
}


def test_the_first_way_in_writing_whose_condition_holds_is_taken() -> None:
    machine = chart(
        {
            "s0": task(go=[{"to": "s1", "when": "a"}, {"to": "s2", "when": "b"}, {"to": "closed"}]),
            "s1": task(end="closed"),
            "s2": task(end="closed"),
        }
    )

    assert run(machine, "go").entered == ("s1",)
    assert run(machine, "go", a=False).entered == ("s2",)
    assert run(machine, "go", a=False, b=False).entered == ("closed",)


def test_states_are_entered_from_the_outside_in_and_in_writing_order() -> None:
    assert run(chart(TWO), "go").entered == ("both", "both.left", "both.right")


def test_states_are_left_from_the_inside_out_and_last_written_first() -> None:
    assert run(chart(TWO), "go", "stop").left == ("both.right", "both.left", "both")


def test_what_is_done_on_the_way_comes_in_the_order_of_the_way() -> None:
    machine = chart(
        {
            "s0": task(go={"to": "sort", "do": ["one", "two"]}),
            "sort": {"then": {"to": "closed", "do": "three"}},
        }
    )

    assert run(machine, "go").effects == ("one", "two", "three")


def test_a_way_back_to_the_same_state_leaves_it_and_enters_it_again() -> None:
    machine = chart({"s0": task(again="s0", end="closed")})

    stepped = run(machine, "again")

    assert (stepped.left, stepped.entered) == (("s0",), ("s0",))
    assert [task.key for task in stepped.closed] == ["t1"]
    assert [task.key for task in stepped.opened] == ["t2"]


def test_a_way_out_of_a_region_leaves_all_the_others() -> None:
    states = {**TWO, "both": {**TWO["both"], "all_of": {**TWO["both"]["all_of"]}}}
    states["both"]["all_of"]["left"] = task(reply="done", object="closed")
    states["both"].pop("on")

    stepped = run(chart(states), "go", "object")

    assert stepped.standing.configuration == ("closed",)
    assert len(stepped.closed) == 2


def test_a_parallel_state_is_complete_when_its_last_region_is() -> None:
    machine = chart(TWO)

    assert run(machine, "go", "reply").standing.configuration == ("both.left.done", "both.right")
    assert run(machine, "go", "reply", "reply").standing.configuration == ("s1",)


def test_completion_inside_completes_the_outside_in_the_same_step() -> None:
    inner = {"all_of": {"x": task(reply="done"), "y": task(reply="done")}, "then": "done"}
    machine = chart({"s0": task(go="p"), "p": {"all_of": {"r": inner}, "then": "closed"}})

    stepped = run(machine, "go", "reply", "reply")

    assert stepped.left == ("p.r.y", "p.r", "p")
    assert stepped.standing.outcome == "solved"


def test_steps_in_a_region_follow_each_other_while_the_other_region_stays() -> None:
    steps = {"start": "one", "states": {"one": task(next="two"), "two": task(reply="done")}}
    machine = chart(
        {
            "s0": task(go="p"),
            "p": {"all_of": {"r": steps, "q": task(reply="done")}, "then": "closed"},
        }
    )

    stepped = run(machine, "go", "next")

    assert (stepped.left, stepped.entered) == (("p.r.one",), ("p.r.two",))
    assert stepped.standing.configuration == ("p.r.two", "p.q")


def test_a_message_to_nobody_in_particular_reaches_every_region() -> None:
    machine = chart(
        {
            "s0": task(go="p"),
            "p": {
                "all_of": {
                    "x": task(reply="done", expire={"to": "done", "by": "system"}),
                    "y": task(reply="done", expire={"to": "done", "by": "system"}),
                },
                "then": "closed",
            },
        }
    )
    standing = run(machine, "go").standing

    stepped = step(machine, standing, Act("expire"), {}, SYSTEM, AS_OF)

    assert stepped.standing.outcome == "solved"


def test_a_route_is_passed_through_without_stopping() -> None:
    machine = chart(
        {
            "s0": task(go="x"),
            "x": {"then": [{"to": "y", "when": "a"}, "closed"]},
            "y": {"then": "s0"},
        }
    )

    assert run(machine, "go").entered == ("x", "y", "s0")


def test_nobody_asked_means_nothing_to_wait_for() -> None:
    region = {**task(reply="done"), "when": "a"}
    for kind in ("all_of", "any_of"):
        machine = chart({"s0": task(go="p"), "p": {kind: {"r": region}, "then": "closed"}})

        assert run(machine, "go", a=False).standing.outcome == "solved"
        assert run(machine, "go", a=True).standing.configuration == ("p.r",)


def test_a_region_that_is_not_wanted_does_not_count_as_the_first_answer() -> None:
    regions = {"x": {**task(reply="done"), "when": "a"}, "y": task(reply="done")}
    machine = chart({"s0": task(go="p"), "p": {"any_of": regions, "then": "closed"}})

    assert run(machine, "go", a=False).standing.configuration == ("p.y",)


def test_a_task_that_opens_and_closes_within_one_step_never_was() -> None:
    regions = {"x": task(reply="done"), "y": {"then": "done"}}
    machine = chart({"s0": task(go="p"), "p": {"any_of": regions, "then": "closed"}})

    stepped = run(machine, "go")

    assert stepped.standing.outcome == "solved"
    assert stepped.opened == ()
    assert [task.key for task in stepped.closed] == ["t1"]
