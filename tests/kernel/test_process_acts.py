# SPDX-License-Identifier: Apache-2.0
"""Each act of the engine: what it does, who may do it, and what it refuses."""

from typing import Any

import pytest

from huiban.kernel.actor import SYSTEM, Actor
from huiban.kernel.process import (
    ActionRefused,
    Chart,
    Standing,
    Stepped,
    TaskKind,
    compile_chart,
    open_acts,
)
from tests.kernel.process_samples import (
    APPLICANT,
    AS_OF,
    CLERK,
    DECIDING,
    EXAMINER,
    EXAMINER_2,
    EXAMINING,
    FACTS,
    LEADER,
    LEADER_2,
    SCHEMA,
    SUPERVISOR,
    TRAFFIC,
    WASTE,
    officer,
    start,
    take,
    walk,
    waste_data,
)

SIGNER = officer("signer", "leader")


def examining(*acts: tuple[Any, ...]) -> Standing:
    """A case at examination with these acts done: (name, actor, inputs)."""
    standing = walk(*EXAMINING)
    for name, actor, *inputs in acts:
        standing = take(standing, name, actor, **(inputs[0] if inputs else {})).standing
    return standing


def refusal(standing: Standing, name: str, actor: Actor, **inputs: Any) -> ActionRefused:
    with pytest.raises(ActionRefused) as caught:
        take(standing, name, actor, **inputs)
    return caught.value


def keys(standing: Standing, kind: TaskKind) -> list[str]:
    return [task.key for task in standing.tasks if task.kind is kind]


# -- claim and transfer


def test_who_claims_a_task_keeps_others_off_it() -> None:
    standing = examining(("claim", EXAMINER))

    assert standing.tasks[0].holder == EXAMINER.number
    assert refusal(standing, "pass", EXAMINER_2).code == "holder"
    assert refusal(standing, "claim", EXAMINER_2).code == "holder"
    assert refusal(standing, "claim", EXAMINER).code == "not_open"


def test_a_changed_task_is_reported_so_that_it_can_be_stored() -> None:
    stepped = take(walk(*EXAMINING), "claim", EXAMINER)

    assert [task.holder for task in stepped.changed] == [EXAMINER.number]
    assert (stepped.opened, stepped.closed) == ((), ())


def test_a_task_is_handed_to_another_person() -> None:
    standing = examining(("claim", EXAMINER), ("transfer", EXAMINER, {"to_holder": "examiner-2"}))

    assert refusal(standing, "pass", EXAMINER).code == "holder"
    assert take(standing, "pass", EXAMINER_2).standing.done_by["examination"] == "examiner-2"


def test_handing_a_task_to_whoever_has_it_is_refused() -> None:
    standing = examining(("claim", EXAMINER))

    assert refusal(standing, "transfer", EXAMINER, to_holder="examiner-1").missing == ("to_holder",)
    assert refusal(standing, "transfer", EXAMINER).code == "input"


def test_the_decision_cannot_be_handed_to_whoever_examined() -> None:
    caught = refusal(walk(*DECIDING), "transfer", LEADER, to_holder=EXAMINER.number)

    assert caught.code == "four_eyes"


def test_a_manager_the_chart_names_may_move_a_task_that_somebody_holds() -> None:
    data = waste_data()
    data["acts"] = {"transfer": {"by": "leader"}}
    chart = compile_chart(data, SCHEMA)
    standing = walk(*EXAMINING, ("claim", EXAMINER), chart=chart)

    moved = take(standing, "transfer", LEADER, chart=chart, to_holder="examiner-2").standing

    assert moved.tasks[0].holder == "examiner-2"


def test_the_applicants_task_cannot_be_claimed_or_handed_on() -> None:
    standing = walk(("request_correction", CLERK))

    assert refusal(standing, "claim", APPLICANT).code == "not_open"
    assert refusal(standing, "transfer", APPLICANT, to_holder="x").code == "not_open"


# -- countersigning

TWO: dict[str, Any] = {"to": [{"holder": "a"}, {"role": "traffic", "department": "traffic_police"}]}
A = officer("a")


def test_the_asking_task_waits_for_every_answer() -> None:
    standing = examining(("countersign", EXAMINER, TWO))
    caught = refusal(standing, "pass", EXAMINER)
    assert (caught.code, "还在等待" in caught.message) == ("waiting", True)

    first, second = keys(standing, TaskKind.COUNTERSIGN)
    standing = take(standing, "reply", A, task=first).standing
    assert refusal(standing, "pass", EXAMINER).code == "waiting"

    standing = take(standing, "reply", TRAFFIC, task=second).standing
    assert take(standing, "pass", EXAMINER).entered


def test_any_answer_will_do_when_the_asker_says_so() -> None:
    standing = examining(("countersign", EXAMINER, TWO | {"need": "any"}))
    first, second = keys(standing, TaskKind.COUNTERSIGN)

    stepped = take(standing, "reply", A, task=first)

    assert [task.key for task in stepped.closed] == [first, second]
    assert take(stepped.standing, "pass", EXAMINER).entered


def test_one_person_can_be_asked_without_a_list() -> None:
    standing = examining(("countersign", EXAMINER, {"to_holder": "a"}))

    assert [task.holder for task in standing.tasks] == [None, "a"]


def test_an_answer_needs_words_and_the_right_person() -> None:
    standing = examining(("countersign", EXAMINER, {"to_holder": "a"}))

    assert refusal(standing, "reply", A, reason="").missing == ("reason",)
    assert refusal(standing, "reply", LEADER).code == "holder"


@pytest.mark.parametrize(
    "inputs",
    [
        {},
        {"to": []},
        {"to": ["a"]},
        {"to": [{}]},
        {"to": [{"holder": 7}]},
        {"to": [{"holder": "x" * 101}]},
        {"to": [{"holder": "a\x00"}]},
        {"to": [{"holder": "a"}, {"holder": "a"}]},
        {"to": [{"holder": EXAMINER.number}]},
        {"to": [{"holder": str(n)} for n in range(21)]},
        {"to_holder": "a", "need": "most"},
    ],
)
def test_a_countersigning_with_nonsense_in_it_is_refused(inputs: dict[str, Any]) -> None:
    assert refusal(walk(*EXAMINING), "countersign", EXAMINER, **inputs).code == "input"


def test_who_is_asked_may_ask_others_and_then_waits_too() -> None:
    standing = examining(("countersign", EXAMINER, {"to_holder": "a"}))
    asked = keys(standing, TaskKind.COUNTERSIGN)[0]
    standing = take(standing, "countersign", A, task=asked, to_holder="b").standing

    assert refusal(standing, "reply", A, task=asked).code == "waiting"
    inner = keys(standing, TaskKind.COUNTERSIGN)[1]
    standing = take(standing, "reply", officer("b"), task=inner).standing
    assert len(take(standing, "reply", A, task=asked).standing.tasks) == 1


def test_a_case_cannot_be_flooded_with_tasks() -> None:
    standing = walk(*EXAMINING)
    inputs: dict[str, Any] = {"to": [{"holder": str(n)} for n in range(20)]}
    for _ in range(4):
        key = standing.tasks[0].key
        standing = take(standing, "countersign", EXAMINER, task=key, **inputs).standing

    caught = refusal(standing, "countersign", EXAMINER, task=standing.tasks[0].key, **inputs)

    assert "100" in caught.message


# -- added signers


def test_a_signer_added_before_must_agree_first() -> None:
    standing = examining(("add_signer", EXAMINER, {"to_holder": "signer"}))

    assert refusal(standing, "pass", EXAMINER).code == "waiting"
    standing = take(standing, "agree", SIGNER).standing
    assert take(standing, "pass", EXAMINER).entered


def test_a_decision_with_a_signer_added_after_takes_effect_when_they_agree() -> None:
    standing = walk(*DECIDING)
    inputs: dict[str, Any] = {
        "to_holder": "signer",
        "mode": "after",
        "event": "refuse",
        "reason": "场地不符",
    }
    kept = take(standing, "add_signer", LEADER, **inputs)
    assert kept.standing.configuration == ("decision",)

    stepped = take(kept.standing, "agree", SIGNER)

    assert (stepped.event, stepped.standing.outcome) == ("refuse", "refused")
    assert stepped.decision is not None
    assert (stepped.decision.by, stepped.decision.reason) == (LEADER.number, "场地不符")
    assert stepped.standing.done_by["decision"] == LEADER.number


def test_a_signer_who_disagrees_puts_the_decision_off_until_another_signature() -> None:
    after: dict[str, Any] = {"to_holder": "signer", "mode": "after", "event": "grant"}
    standing = take(walk(*DECIDING), "add_signer", LEADER, **after).standing
    standing = take(standing, "disagree", SIGNER).standing

    caught = refusal(standing, "grant", LEADER)
    assert (caught.code, "加签人不同意" in caught.message) == ("waiting", True)
    standing = take(standing, "add_signer", LEADER, **after | {"event": "refuse"}).standing
    assert take(standing, "agree", SIGNER).standing.outcome == "refused"


def test_one_disagreement_ends_the_asking_of_all_signers() -> None:
    standing = examining(
        ("add_signer", EXAMINER, {"to_holder": "signer"}),
        ("add_signer", EXAMINER, {"to_holder": "other"}),
    )

    stepped = take(standing, "disagree", SIGNER, task=keys(standing, TaskKind.SIGNER)[0])

    assert keys(stepped.standing, TaskKind.SIGNER) == []
    assert stepped.standing.tasks[0].is_unsigned


def test_nobody_signs_for_themselves() -> None:
    standing = walk(*EXAMINING)
    assert refusal(standing, "add_signer", EXAMINER, to_holder="examiner-1").code == "four_eyes"

    by_role = take(standing, "add_signer", EXAMINER, role="examiner").standing
    assert refusal(by_role, "agree", EXAMINER).code == "four_eyes"
    assert refusal(by_role, "claim", EXAMINER, task="t3").code == "four_eyes"

    named = take(standing, "add_signer", EXAMINER, to_holder="examiner-2").standing
    caught = refusal(named, "transfer", EXAMINER, task="t2", to_holder="examiner-2")
    assert caught.code == "four_eyes"


def test_a_decision_that_became_impossible_returns_to_its_task() -> None:
    standing = start()
    inputs: dict[str, Any] = {"to_holder": "signer", "mode": "after", "event": "accept"}
    standing = take(standing, "add_signer", CLERK, **inputs).standing

    stepped = take(standing, "agree", SIGNER, facts={"complete": False})

    assert (stepped.event, stepped.standing.configuration) == ("agree", ("submitted",))
    assert stepped.standing.tasks[0].pending is None
    assert "没有生效" in stepped.reasons[-1]


@pytest.mark.parametrize(
    "inputs",
    [
        {},
        {"to_holder": "signer", "mode": "later"},
        {"to_holder": "signer", "mode": "after"},
        {"to_holder": "signer", "mode": "after", "event": "retract"},
        {"to_holder": "signer", "mode": "after", "event": "refuse", "reason": ""},
    ],
)
def test_an_added_signer_with_nonsense_is_refused(inputs: dict[str, Any]) -> None:
    assert refusal(walk(*DECIDING), "add_signer", LEADER, **inputs).code == "input"


# -- taking back what was asked


def test_the_asker_takes_back_what_nobody_answered() -> None:
    standing = examining(("countersign", EXAMINER, {"to_holder": "a"}))
    assert refusal(standing, "recall", A).code == "role"
    assert refusal(standing, "recall", EXAMINER, reason="").missing == ("reason",)

    stepped = take(standing, "recall", EXAMINER)

    assert [task.kind for task in stepped.closed] == ["countersign"]
    assert take(stepped.standing, "pass", EXAMINER).entered


def test_a_decision_whose_signer_was_taken_back_does_not_take_effect() -> None:
    after: dict[str, Any] = {"to_holder": "signer", "mode": "after", "event": "grant"}
    standing = take(walk(*DECIDING), "add_signer", LEADER, **after).standing

    stepped = take(standing, "recall", LEADER)

    assert stepped.standing.configuration == ("decision",)
    assert stepped.standing.tasks[0].pending is None


@pytest.mark.parametrize("role", ["applicant", "system", " applicant", "system\t"])
def test_only_staff_can_be_asked(role: str) -> None:
    assert refusal(walk(*EXAMINING), "countersign", EXAMINER, role=role).missing == ("role",)


@pytest.mark.parametrize(
    "inputs",
    [
        {"to": [{"holder": "a", "note": "x" * 4001}]},
        {"to": [{"holder": "a"}], "more": ["x" * 4000] * 51},
        {"to": [{"holder": "a"}], "more": [[{}] * 3] * 70_000},
        {"to": [{"holder": "a", "x\x00": ""}]},
    ],
)
def test_what_a_journal_would_keep_for_ever_is_bounded(inputs: dict[str, Any]) -> None:
    assert refusal(walk(*EXAMINING), "countersign", EXAMINER, **inputs).code == "input"


@pytest.mark.parametrize("text", ["x" * 4001, "a\x00b"])
def test_texts_that_cannot_be_kept_are_refused(text: str) -> None:
    assert refusal(walk(*EXAMINING), "pass", EXAMINER, reason=text).missing == ("reason",)


# -- sending back


def test_a_case_is_sent_back_only_where_it_has_been() -> None:
    standing = walk(*DECIDING)
    back = take(standing, "send_back", LEADER, to_state="examination").standing

    assert back.configuration == ("examination",)
    assert back.tasks[0].holder == EXAMINER.number
    assert refusal(standing, "send_back", LEADER, to_state="closed").missing == ("to_state",)
    assert refusal(standing, "send_back", LEADER, to_state="submitted").missing == ("to_state",)
    assert refusal(standing, "send_back", LEADER).missing == ("to_state",)


def test_a_case_sent_back_cannot_be_sent_forward_again() -> None:
    data = waste_data()
    data["acts"].append("send_back")
    chart = compile_chart(data, SCHEMA)
    standing = walk(*DECIDING, chart=chart)
    back = take(standing, "send_back", LEADER, chart=chart, to_state="examination").standing

    offers = open_acts(chart, back, FACTS, EXAMINER, AS_OF)

    assert "send_back" not in {offer.name for offer in offers}


def test_the_four_eyes_hold_after_a_case_was_sent_back() -> None:
    both = officer("both", "examiner", "leader")
    back = take(walk(*DECIDING), "send_back", LEADER, to_state="examination").standing
    back = take(back, "transfer", EXAMINER, to_holder="both").standing
    standing = take(take(back, "pass", both).standing, "reply", TRAFFIC).standing

    assert refusal(standing, "grant", both).code == "four_eyes"
    assert take(standing, "grant", LEADER).standing.outcome == "granted"


def test_sending_back_closes_what_was_asked_of_others() -> None:
    standing = take(walk(*DECIDING), "countersign", LEADER, **TWO).standing

    stepped = take(standing, "send_back", LEADER, to_state="consultation")

    assert [task.kind for task in stepped.closed] == ["state", "countersign", "countersign"]
    assert stepped.standing.configuration == ("consultation.traffic",)


# -- time


def test_time_stops_for_the_causes_of_the_law_only() -> None:
    standing = walk(*EXAMINING)

    assert refusal(standing, "suspend", EXAMINER, cause="busy", document="x").missing == ("cause",)
    assert refusal(standing, "suspend", EXAMINER, cause="hearing").missing == ("document",)
    stopped = take(standing, "suspend", EXAMINER, cause="hearing", document="通知书").standing
    assert stopped.suspension is not None
    assert (stopped.suspension.cause, stopped.suspension.since) == ("hearing", AS_OF)


def test_time_cannot_be_stopped_before_acceptance() -> None:
    assert refusal(start(), "suspend", CLERK, cause="hearing", document="x").code == "not_open"


def test_while_time_stands_still_only_three_acts_are_open() -> None:
    standing = examining(("suspend", EXAMINER, {"cause": "testing", "document": "x"}))

    for name in ("pass", "claim", "transfer", "countersign", "extend", "suspend"):
        assert refusal(standing, name, EXAMINER).code == "suspended"
    assert "恢复办理" in refusal(standing, "pass", EXAMINER).message
    assert take(standing, "supervise", SUPERVISOR).standing == standing
    assert take(standing, "retract", APPLICANT).standing.suspension is None
    assert take(standing, "resume", EXAMINER_2).standing.suspension is None


def test_only_a_role_of_the_state_resumes() -> None:
    standing = examining(("suspend", EXAMINER, {"cause": "testing", "document": "x"}))

    assert refusal(standing, "resume", CLERK).code == "role"
    assert refusal(walk(*EXAMINING), "resume", EXAMINER).code == "not_open"


def test_a_limit_is_extended_once_by_the_approver_with_a_reason() -> None:
    standing = walk(*EXAMINING)
    assert refusal(standing, "extend", EXAMINER).code == "role"
    assert refusal(standing, "extend", LEADER, reason="").missing == ("reason",)
    assert refusal(standing, "extend", LEADER, clock="correction").missing == ("clock",)
    assert refusal(start(), "extend", LEADER).code == "not_open"

    stepped = take(standing, "extend", LEADER, clock="statutory")

    assert stepped.effects == ("extension_notice",)
    assert refusal(stepped.standing, "extend", LEADER).code == "once"


# -- sub-cases and notes


def test_a_task_waits_for_its_sub_case() -> None:
    standing = examining(("open_sub_case", EXAMINER, {"item": "fire_check.new"}))
    task = standing.tasks[1]
    assert (task.kind, task.about) == ("sub_case", "fire_check.new")
    assert "fire_check.new" in refusal(standing, "pass", EXAMINER).message
    assert refusal(standing, "sub_case_closed", EXAMINER).code == "role"

    standing = take(standing, "sub_case_closed", SYSTEM).standing

    assert take(standing, "pass", EXAMINER).entered


def test_a_sub_case_may_close_while_time_stands_still_and_releases_the_decision_later() -> None:
    standing = walk(*DECIDING)
    inputs: dict[str, Any] = {"to_holder": "signer", "mode": "after", "event": "grant"}
    standing = take(standing, "add_signer", LEADER, **inputs).standing
    standing = take(standing, "open_sub_case", LEADER, task="t4", item="x").standing
    standing = take(standing, "agree", SIGNER).standing
    standing = take(standing, "suspend", LEADER, cause="hearing", document="x").standing
    standing = take(standing, "sub_case_closed", SYSTEM).standing
    assert standing.configuration == ("decision",)

    resumed = take(standing, "resume", LEADER_2)

    assert (resumed.event, resumed.standing.outcome) == ("grant", "granted")


def test_a_note_of_monitoring_changes_no_task() -> None:
    standing = walk(*EXAMINING)

    assert take(standing, "supervise", SUPERVISOR).standing == standing
    assert take(standing, "overdue", SYSTEM).standing == standing
    assert refusal(standing, "supervise", LEADER).code == "role"
    assert refusal(standing, "overdue", LEADER).code == "role"
    assert refusal(standing, "supervise", SUPERVISOR, reason="").missing == ("reason",)


def test_an_act_the_chart_does_not_allow_is_not_open() -> None:
    caught = refusal(walk(*EXAMINING), "send_back", EXAMINER)

    assert caught.code == "not_open"
    assert "「审查」环节没有开放「退回」" in caught.message


def test_nothing_can_be_done_to_a_case_that_has_ended() -> None:
    closed = take(walk(*DECIDING), "grant", LEADER).standing

    for name in ("claim", "supervise", "suspend", "resume", "extend", "reply", "submit"):
        assert refusal(closed, name, LEADER).code == "not_open"


def two_tasks() -> tuple[Chart, Stepped]:
    data = waste_data()
    fire = {"role": "fire", "on": {"reply": "done"}}
    data["states"]["consultation"]["all_of"]["fire"] = fire
    chart = compile_chart(data, SCHEMA)
    standing = walk(*EXAMINING, chart=chart)
    return chart, take(standing, "pass", EXAMINER, chart=chart)


def test_an_act_that_could_mean_two_tasks_asks_which() -> None:
    chart, stepped = two_tasks()
    both = officer("both", "traffic", "fire", department="traffic_police")

    with pytest.raises(ActionRefused, match="指明"):
        take(stepped.standing, "claim", both, chart=chart)


def test_retracting_leaves_every_region_at_once() -> None:
    chart, stepped = two_tasks()

    retracted = take(stepped.standing, "retract", APPLICANT, chart=chart)

    assert len(retracted.closed) == 2
    assert set(retracted.left) == {"consultation", "consultation.traffic", "consultation.fire"}


def test_acts_are_refused_on_tasks_of_another_kind() -> None:
    standing = examining(("countersign", EXAMINER, {"to_holder": "a"}))

    for name in ("send_back", "suspend", "agree", "sub_case_closed", "pass"):
        assert refusal(standing, name, A, task="t3").code == "not_open"
    assert WASTE.label("examination").zh == "审查"
