# SPDX-License-Identifier: Apache-2.0
"""The life of a permit case, act by act."""

from dataclasses import replace
from typing import Any

import pytest

from huiban.kernel.actor import SYSTEM, Actor
from huiban.kernel.process import (
    Act,
    ActionRefused,
    Chart,
    Standing,
    begin,
    compile_chart,
    replay,
    stage,
    step,
)
from huiban.kernel.process_step import Entry
from tests.kernel.process_samples import (
    APPLICANT,
    AS_OF,
    CLERK,
    DECIDING,
    EXAMINER,
    EXAMINING,
    FACTS,
    LEADER,
    SCHEMA,
    TRAFFIC,
    WASTE,
    officer,
    start,
    take,
    walk,
    waste_data,
)


def refusal(standing: Standing, name: str, actor: Actor, **more: Any) -> ActionRefused:
    with pytest.raises(ActionRefused) as caught:
        take(standing, name, actor, **more)
    return caught.value


def test_a_case_begins_with_a_task_at_the_window() -> None:
    stepped = begin(WASTE, FACTS, AS_OF)

    assert stepped.entered == ("submitted",)
    assert [(task.state, task.role) for task in stepped.opened] == [("submitted", "window")]


def test_a_permit_is_granted_by_a_second_person() -> None:
    granted = take(walk(*DECIDING), "grant", LEADER)

    assert granted.standing.outcome == "granted"
    assert granted.standing.tasks == ()
    assert granted.effects == ("certificate", "archive")


def test_refusing_closes_the_same_state_with_another_outcome() -> None:
    refused = take(walk(*DECIDING), "refuse", LEADER).standing

    assert (refused.configuration, refused.outcome) == (("closed",), "refused")


def test_a_region_whose_condition_is_false_is_not_asked() -> None:
    passed = take(walk(*EXAMINING), "pass", EXAMINER, facts={**FACTS, "uses_road": False})

    assert passed.entered == ("consultation", "decision")
    assert passed.left == ("examination", "consultation")


def test_an_unknown_condition_stops_the_step_and_names_the_field() -> None:
    facts = {"complete": True, "uses_road": None}

    caught = refusal(walk(*EXAMINING), "pass", EXAMINER, facts=facts)

    assert (caught.code, caught.missing) == ("unknown_fact", ("uses_road",))


def test_an_unknown_condition_never_falls_through_to_the_next_line() -> None:
    data = waste_data()
    data["states"]["examination"]["on"] = [
        {"event": "pass", "to": "consultation", "when": "site_area > 300"},
        {"event": "pass", "to": "decision"},
    ]
    chart = compile_chart(data, SCHEMA)
    standing = walk(*EXAMINING, chart=chart)

    with pytest.raises(ActionRefused, match="site_area"):
        take(standing, "pass", EXAMINER, chart=chart, facts={"uses_road": True})


def test_a_condition_that_is_false_is_said_in_the_packs_own_words() -> None:
    data = waste_data()
    data["states"]["submitted"]["on"]["accept"]["when_label"] = {"zh": "材料齐全"}
    chart = compile_chart(data, SCHEMA)

    caught = refusal(start(chart), "accept", CLERK, chart=chart, facts={"complete": False})

    assert caught.code == "guard"
    assert "材料齐全" in caught.message


def test_the_examiner_may_not_decide() -> None:
    both = officer("two-hats", "examiner", "leader")
    standing = walk(("accept", CLERK), ("pass", both), ("reply", TRAFFIC))

    caught = refusal(standing, "grant", both)

    assert caught.code == "four_eyes"
    assert "另一人" in caught.message


def test_correction_can_be_asked_for_once_only() -> None:
    standing = walk(("request_correction", CLERK), ("resubmit", APPLICANT))

    assert refusal(standing, "request_correction", CLERK).code == "once"


def test_a_task_that_comes_back_goes_to_whoever_did_it() -> None:
    standing = walk(("request_correction", CLERK), ("resubmit", APPLICANT))

    assert standing.tasks[0].holder == CLERK.number
    assert refusal(standing, "accept", officer("other", "window")).code == "holder"


def test_a_refusal_says_what_is_open_instead_and_who_can_do_it() -> None:
    caught = refusal(walk(*EXAMINING), "grant", LEADER)

    assert caught.code == "not_open"
    assert caught.message == (
        "本件现处于「审查」环节，不能办「准予许可」。"
        "现在可以办：审查通过（审查人员）、撤回申请（申请人）。"
    )
    assert caught.open_now == ("审查通过（审查人员）", "撤回申请（申请人）")


@pytest.mark.parametrize(
    ("name", "actor"), [("accept", APPLICANT), ("accept", EXAMINER), ("deem_accept", CLERK)]
)
def test_an_event_belongs_to_its_role(name: str, actor: Actor) -> None:
    assert refusal(start(), name, actor).code == "role"


def test_another_department_with_the_same_role_may_not_reply() -> None:
    standing = walk(("accept", CLERK), ("pass", EXAMINER))

    assert refusal(standing, "reply", officer("x", "traffic", department="other")).code == "role"


def test_refusing_needs_a_reason() -> None:
    caught = refusal(walk(*DECIDING), "refuse", LEADER, reason=" ")

    assert (caught.code, caught.missing) == ("input", ("reason",))


def test_silence_for_too_long_is_acceptance() -> None:
    accepted = take(start(), "deem_accept", SYSTEM)

    assert accepted.standing.configuration == ("examination",)


def test_a_correction_never_made_ends_the_case_as_lapsed() -> None:
    standing = take(walk(("request_correction", CLERK)), "lapse", SYSTEM).standing

    assert (stage(WASTE, standing), standing.outcome) == ("retracted", "lapsed")


@pytest.mark.parametrize("moves", [(), EXAMINING, DECIDING, (("request_correction", CLERK),)])
def test_the_applicant_may_retract_until_the_decision(moves: tuple[tuple[str, Actor], ...]) -> None:
    retracted = take(walk(*moves), "retract", APPLICANT)

    assert retracted.standing.outcome == "retracted"
    assert retracted.standing.tasks == ()


def test_nothing_but_archiving_follows_the_end() -> None:
    closed = take(walk(*DECIDING), "grant", LEADER).standing

    archived = take(closed, "archive", SYSTEM).standing

    assert (archived.configuration, archived.outcome) == (("archived",), "granted")
    assert refusal(closed, "retract", APPLICANT).code == "not_open"
    assert refusal(archived, "archive", SYSTEM).code == "not_open"


@pytest.mark.parametrize(
    ("moves", "expected"),
    [
        ((), "submitted"),
        ((("request_correction", CLERK),), "correction"),
        (EXAMINING, "examination"),
        ((*EXAMINING, ("pass", EXAMINER)), "examination"),
        (DECIDING, "decision"),
    ],
)
def test_a_packs_own_state_belongs_to_the_stage_before_it(
    moves: tuple[tuple[str, Actor], ...], expected: str
) -> None:
    assert stage(WASTE, walk(*moves)) == expected


def test_replaying_the_journal_gives_the_standing() -> None:
    moves = [*DECIDING, ("grant", LEADER)]
    entries: list[Entry] = [(Act("submit"), FACTS, APPLICANT, AS_OF)]
    entries += [(Act(name), FACTS, actor, AS_OF) for name, actor in moves]

    assert replay(WASTE, entries) == walk(*moves)


def test_a_journal_without_a_submission_cannot_be_replayed() -> None:
    with pytest.raises(ValueError, match="starts with the submission"):
        replay(WASTE, [])


def test_a_refused_act_changes_nothing() -> None:
    standing = walk(*EXAMINING)
    before = standing.to_json()

    refusal(standing, "pass", EXAMINER, facts={})

    assert standing.to_json() == before


def test_a_standing_survives_its_json() -> None:
    signing = take(
        walk(*EXAMINING), "add_signer", EXAMINER, to_holder="x", mode="after", event="pass"
    )
    kept = take(walk(*EXAMINING), "suspend", EXAMINER, cause="hearing", document="听证通知书")

    for stepped in (signing, kept):
        assert Standing.from_json(stepped.standing.to_json()) == stepped.standing


def test_acting_on_a_task_that_is_gone_is_refused() -> None:
    caught = refusal(walk(*EXAMINING), "pass", EXAMINER, task="t1")

    assert caught.code == "not_open"
    assert "刷新" in caught.message


def test_a_person_must_say_which_of_two_equal_tasks_is_meant() -> None:
    both = officer("both", "traffic", "fire", department="traffic_police")
    chart = two_consultees()
    standing = walk(("accept", CLERK), ("pass", EXAMINER), chart=chart)

    with pytest.raises(ActionRefused, match="指明"):
        step(chart, standing, Act("reply"), FACTS, both, AS_OF)

    fire = next(task for task in standing.tasks if task.role == "fire")
    after = step(chart, standing, Act("reply", fire.key), FACTS, both, AS_OF).standing
    assert after.configuration == ("consultation.traffic", "consultation.fire.done")


def test_a_join_waits_for_everybody() -> None:
    chart = two_consultees()
    standing = walk(("accept", CLERK), ("pass", EXAMINER), ("reply", TRAFFIC), chart=chart)

    assert standing.configuration == ("consultation.traffic.done", "consultation.fire")
    after = step(chart, standing, Act("reply"), FACTS, officer("f", "fire"), AS_OF)
    assert after.standing.configuration == ("decision",)


def test_any_of_goes_on_with_the_first_answer_and_closes_the_other_task() -> None:
    chart = two_consultees("any_of")
    standing = walk(("accept", CLERK), ("pass", EXAMINER), chart=chart)

    stepped = step(chart, standing, Act("reply"), FACTS, TRAFFIC, AS_OF)

    assert stepped.standing.configuration == ("decision",)
    assert {task.role for task in stepped.closed} == {"traffic", "fire"}


def two_consultees(kind: str = "all_of") -> Chart:
    data = waste_data()
    regions = data["states"]["consultation"].pop("all_of")
    regions["fire"] = {"role": "fire", "on": {"reply": "done"}}
    data["states"]["consultation"][kind] = regions
    return compile_chart(data, SCHEMA)


def test_serial_numbers_are_never_given_twice() -> None:
    standing = walk(("request_correction", CLERK), ("resubmit", APPLICANT))

    assert [task.key for task in standing.tasks] == ["t3"]
    assert replace(standing, tasks=()).serial == 3
