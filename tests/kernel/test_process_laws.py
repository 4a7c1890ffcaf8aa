# SPDX-License-Identifier: Apache-2.0
"""No order of acts loses or duplicates a task: invariants over random and exhaustive orders."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huiban.kernel.actor import SYSTEM, Actor, ActorKind
from huiban.kernel.process import (
    Act,
    ActionRefused,
    Chart,
    OpenAct,
    Standing,
    StateKind,
    Stepped,
    Task,
    TaskKind,
    begin,
    compile_chart,
    open_acts,
    step,
)
from huiban.kernel.process_acts import back_targets
from tests.kernel.process_samples import (
    APPLICANT,
    AS_OF,
    CLERK,
    DECIDING,
    EVERYBODY,
    EXAMINER,
    FACTS,
    LEADER,
    SCHEMA,
    TRAFFIC,
    officer,
    walk,
    waste_data,
)

OUTSIDERS = (officer("a"), officer("b"), officer("signer", "leader"), officer("fire-1", "fire"))
PEOPLE = (*EVERYBODY, *OUTSIDERS, officer("two-hats", "examiner", "leader", "fire"))


def open_handed() -> Chart:
    """The waste chart with every act allowed everywhere."""
    data = waste_data()
    data["acts"].append("send_back")
    data["states"]["decision"].pop("acts")
    return compile_chart(data, SCHEMA)


def nested() -> Chart:
    """Parallel regions in parallel regions, one of several steps, with guards and four eyes."""
    data = waste_data()
    data["acts"].append("send_back")
    data["states"]["decision"].pop("acts")
    data["states"]["consultation"] = {
        "all_of": {
            "traffic": {"role": "traffic", "when": "uses_road", "on": {"reply": "done"}},
            "fire": {
                "any_of": {
                    "station": {"role": "fire", "on": {"reply": "done"}},
                    "bureau": {"role": "leader", "on": {"reply": "done"}},
                },
                "then": "done",
            },
            "site": {
                "start": "visit",
                "states": {
                    "visit": {"role": "examiner", "on": {"report": "review"}},
                    "review": {
                        "role": "examiner",
                        "four_eyes": "visit",
                        "on": {"approve": "done", "again": "visit"},
                    },
                },
            },
        },
        "then": [{"to": "decision", "when": "site_area > 0"}, {"to": "examination"}],
    }
    return compile_chart(data, SCHEMA)


CHARTS = {"waste": open_handed(), "nested": nested()}


# -- the invariants


@dataclass
class Ledger:
    """Every task ever opened or closed, so that a loss or a duplicate shows."""

    opened: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)

    def book(self, stepped: Stepped) -> None:
        self.opened += [task.key for task in stepped.opened]
        self.closed += [task.key for task in stepped.closed]

        assert len(set(self.opened)) == len(self.opened)
        assert len(set(self.closed)) == len(self.closed)
        now = [task.key for task in stepped.standing.tasks]
        assert sorted(now) == sorted(set(self.opened) - set(self.closed))


def check(chart: Chart, standing: Standing) -> None:
    """What holds of every standing a case can be in."""
    leaves = [chart.states[name] for name in standing.configuration]
    working = [leaf.name for leaf in leaves if leaf.kind is StateKind.TASK]
    state_tasks = [task for task in standing.tasks if task.kind is TaskKind.STATE]
    assert sorted(task.state for task in state_tasks) == sorted(working)
    keys = {task.key for task in standing.tasks}
    assert len(keys) == len(standing.tasks)
    for task in standing.tasks:
        assert task.state in working
        assert (task.parent in keys) is (task.kind is not TaskKind.STATE)
    assert (standing.outcome is not None) is (not standing.tasks)
    assert standing.suspension is None or standing.outcome is None
    assert Standing.from_json(standing.to_json()) == standing


def check_step(before: Standing, act: Act, stepped: Stepped) -> None:
    """What holds of every step that was taken."""
    after = stepped.standing
    assert after.serial >= before.serial
    if before.suspension and act.name != "retract":
        kept = replace(before, suspension=None)
        assert act.name in {"resume", "supervise", "warn", "overdue", "sub_case_closed"}
        if act.name in {"supervise", "warn", "overdue"}:
            assert replace(after, suspension=None) == kept
    untouched = {task.key for task in before.tasks if task in after.tasks}
    changed = {task.key for task in stepped.changed}
    closed = {task.key for task in stepped.closed}
    assert {task.key for task in before.tasks} == untouched | changed | closed


# -- acting


def filled(offer: OpenAct, task: Task | None, pick: int = 0) -> Act:
    """The act of an offer with everything it asks for."""
    inputs: dict[str, Any] = {"reason": "理由", "document": "文书"}
    people = ("a", "b", "signer", "examiner-2")
    for wanted in offer.inputs:
        if wanted.choices:
            inputs[wanted.name] = wanted.choices[pick % len(wanted.choices)][0]
        elif wanted.name == "to":
            inputs["to"] = [{"holder": "a"}, {"role": "leader"}, {"role": "fire"}][: 1 + pick % 3]
        else:
            inputs[wanted.name] = people[pick % len(people)]
    if offer.name == "transfer" and task and task.role:
        fitting = [actor.number for actor in PEOPLE if task.role in actor.roles]
        inputs["to_holder"] = fitting[pick % len(fitting)]
    return Act(offer.name, offer.task, inputs)


def offers_to_all(chart: Chart, standing: Standing) -> list[tuple[Actor, OpenAct]]:
    return [
        (actor, offer)
        for actor in PEOPLE
        for offer in open_acts(chart, standing, FACTS, actor, AS_OF)
        if offer.blocked is None
    ]


def attempt(chart: Chart, standing: Standing, act: Act, actor: Actor) -> Stepped | None:
    try:
        return step(chart, standing, act, FACTS, actor, AS_OF)
    except ActionRefused:
        return None


# -- reaching an end

ONWARD = (
    "accept", "resubmit", "pass", "report", "approve", "reply", "grant",
)  # fmt: skip


def finish(chart: Chart, standing: Standing) -> Standing:
    """Bring a case to its end from wherever it is, each act by somebody who fits."""
    for _ in range(200):
        if standing.outcome:
            return standing
        act, actor = next_helpful(chart, standing)
        standing = step(chart, standing, act, FACTS, actor, AS_OF).standing
    raise AssertionError(f"no end in sight: {standing}")


def next_helpful(chart: Chart, standing: Standing) -> tuple[Act, Actor]:
    if standing.suspension:
        return Act("resume"), officer("z", *(chart.states[n].role for n in standing.configuration))
    asked = {task.parent for task in standing.tasks}
    task = next(t for t in reversed(standing.tasks) if t.key not in asked)
    actor = somebody(chart, standing, task)
    inputs = {"reason": "理由"}
    if task.kind is TaskKind.SUB_CASE:
        return Act("sub_case_closed", task.key), SYSTEM
    if task.is_unsigned:
        return Act("add_signer", task.key, {"to_holder": "last-signer"}), actor
    if task.kind is TaskKind.COUNTERSIGN:
        return Act("reply", task.key, inputs), actor
    if task.kind is TaskKind.SIGNER:
        return Act("agree", task.key, inputs), actor
    name = next(name for name in ONWARD if name in chart.states[task.state].on)
    return Act(name, task.key, inputs), actor


def somebody(chart: Chart, standing: Standing, task: Task) -> Actor:
    """A person who may do the task: its holder, or one with the role who did nothing yet."""
    number = task.holder or f"fresh-{task.key}"
    kind = ActorKind.PERSON if task.role == "applicant" else ActorKind.OFFICER
    return Actor(number, number, kind, frozenset({task.role}), task.department or "")


# -- the laws


@pytest.mark.parametrize("name", CHARTS)
@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 6)), min_size=1, max_size=30))
def test_no_order_of_acts_loses_or_duplicates_a_task(
    name: str, choices: list[tuple[int, int]]
) -> None:
    chart = CHARTS[name]
    begun = begin(chart, FACTS, AS_OF)
    ledger, standing = Ledger(), begun.standing
    ledger.book(begun)
    for choice, pick in choices:
        offers = offers_to_all(chart, standing)
        if not offers:
            break
        actor, offer = offers[choice % len(offers)]
        act = filled(offer, standing.task(offer.task), pick)
        stepped = attempt(chart, standing, act, actor)
        if stepped:
            check_step(standing, act, stepped)
            standing = stepped.standing
            ledger.book(stepped)
            check(chart, standing)
    assert finish(chart, standing).outcome


@pytest.mark.parametrize("name", CHARTS)
@settings(deadline=None, max_examples=25)
@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 6)), max_size=12))
def test_what_is_offered_is_accepted_and_what_is_not_is_refused(
    name: str, choices: list[tuple[int, int]]
) -> None:
    chart = CHARTS[name]
    standing = begin(chart, FACTS, AS_OF).standing
    for choice, pick in choices:
        offers = offers_to_all(chart, standing)
        if not offers:
            break
        actor, offer = offers[choice % len(offers)]
        act = filled(offer, standing.task(offer.task), pick)
        stepped = attempt(chart, standing, act, actor)
        standing = stepped.standing if stepped else standing
    for actor in PEOPLE:
        compare_offers(chart, standing, actor)


def compare_offers(chart: Chart, standing: Standing, actor: Actor) -> None:
    """Try every act there is, offered or not, with valid inputs."""
    offers = open_acts(chart, standing, FACTS, actor, AS_OF)
    pressed = {offer.name for offer in offers if offer.blocked is None}
    for offer in offers:
        act = valid(offer.name, offer.task, chart, standing)
        code = refusal_code(chart, standing, act, actor)
        assert code == offer.code, (offer, code)
    shown = {(offer.name, offer.task) for offer in offers}
    for act_name, key in everything(chart, standing):
        if (act_name, key) in shown:
            continue
        code = refusal_code(chart, standing, valid(act_name, key, chart, standing), actor)
        is_shared = act_name in pressed and not is_own(chart, standing, act_name, key)
        assert code or is_shared, (act_name, key, actor.number)


def is_own(chart: Chart, standing: Standing, name: str, key: str | None) -> bool:
    """Is it an act on this very task, rather than one of the case that any task leads to?"""
    if name in {"resume", "extend", "supervise"}:
        return False
    task = standing.task(key)
    found = chart.open_events[task.state].get(name) if task else None
    return key is not None and (found is None or found[1].completes)


def everything(chart: Chart, standing: Standing) -> Iterator[tuple[str, str | None]]:
    events = {name for found in chart.open_events.values() for name in found}
    acts = {
        "claim", "transfer", "countersign", "add_signer", "send_back", "suspend", "resume",
        "extend", "supervise", "open_sub_case", "sub_case_closed", "reply", "agree", "disagree",
        "recall",
    }  # fmt: skip
    for name in sorted(events | acts):
        for task in standing.tasks:
            yield name, task.key
        if name in {"resume", "extend", "supervise"}:
            yield name, None


def valid(name: str, key: str | None, chart: Chart, standing: Standing) -> Act:
    inputs: dict[str, Any] = {"reason": "理由", "document": "文书", "cause": "hearing"}
    inputs |= {"to_holder": "nobody-yet", "item": "x", "clock": "statutory"}
    task = standing.task(key)
    if name == "send_back" and task:
        back = back_targets(chart, standing, chart.states[task.state])
        inputs["to_state"] = back[0] if back else "nowhere"
    return Act(name, key, inputs)


def refusal_code(chart: Chart, standing: Standing, act: Act, actor: Actor) -> str:
    try:
        step(chart, standing, act, FACTS, actor, AS_OF)
    except ActionRefused as refused:
        return refused.code
    return ""


# -- every order of the acts that compose


@dataclass(frozen=True)
class Wish:
    """An act somebody wants to do on a task found by what it is, whenever its turn comes."""

    name: str
    actor: Actor
    kind: TaskKind = TaskKind.STATE
    depth: int = 0
    inputs: tuple[tuple[str, Any], ...] = ()

    def act(self, standing: Standing) -> Act | None:
        found = [
            task
            for task in standing.tasks
            if task.kind is self.kind and depth(standing, task) == self.depth
        ]
        return Act(self.name, found[0].key, {"reason": "r", **dict(self.inputs)}) if found else None


def depth(standing: Standing, task: Task) -> int:
    parent = standing.task(task.parent)
    return 0 if parent is None else 1 + depth(standing, parent)


def wish(name: str, actor: Actor, kind: TaskKind, level: int, **inputs: Any) -> Wish:
    return Wish(name, actor, kind, level, tuple(inputs.items()))


STATE, COUNTERSIGN = TaskKind.STATE, TaskKind.COUNTERSIGN
A, B = officer("a"), officer("b")
RETURN = wish("send_back", LEADER, STATE, 0, to_state="examination")
FLAT = [
    RETURN,
    wish("countersign", LEADER, STATE, 0, to_holder="a"),
    wish("reply", A, COUNTERSIGN, 1),
    wish("transfer", LEADER, STATE, 0, to_holder="leader-2"),
    wish("open_sub_case", LEADER, STATE, 0, item="x"),
    wish("sub_case_closed", SYSTEM, TaskKind.SUB_CASE, 1),
    wish("add_signer", LEADER, STATE, 0, to_holder="signer", mode="after", event="grant"),
    wish("agree", officer("signer"), TaskKind.SIGNER, 1),
]
NESTED = [
    RETURN,
    wish("countersign", LEADER, STATE, 0, to_holder="a"),
    wish("countersign", A, COUNTERSIGN, 1, to=[{"holder": "b"}, {"holder": "c"}], need="any"),
    wish("transfer", A, COUNTERSIGN, 1, to_holder="b"),
    wish("reply", B, COUNTERSIGN, 2),
    wish("reply", A, COUNTERSIGN, 1),
    wish("open_sub_case", A, COUNTERSIGN, 1, item="x"),
    wish("sub_case_closed", SYSTEM, TaskKind.SUB_CASE, 2),
]


@pytest.mark.parametrize("wishes", [FLAT, NESTED], ids=["flat", "nested"])
def test_return_countersign_transfer_and_sub_case_compose_in_every_order(
    wishes: list[Wish],
) -> None:
    chart = CHARTS["waste"]
    seen: set[str] = set()
    taken: set[str] = set()
    queue = [(walk(*DECIDING, chart=chart), tuple(range(len(wishes))), opened_so_far())]
    ends: dict[str, Standing] = {}
    while queue:
        standing, left, ledger = queue.pop()
        ends[str(standing)] = standing
        for index in left:
            act = wishes[index].act(standing)
            rest = tuple(i for i in left if i != index)
            stepped = attempt(chart, standing, act, wishes[index].actor) if act else None
            after, booked = standing, ledger
            if act and stepped:
                taken.add(act.name)
                check_step(standing, act, stepped)
                check(chart, stepped.standing)
                booked = Ledger([*ledger.opened], [*ledger.closed])
                booked.book(stepped)
                after = stepped.standing
            mark = f"{rest}{after}"
            if mark not in seen:
                seen.add(mark)
                queue.append((after, rest, booked))

    assert taken == {one.name for one in wishes}
    assert len(seen) > 2 ** len(wishes)
    assert all(finish(chart, standing).outcome for standing in ends.values())


def opened_so_far() -> Ledger:
    """The ledger of a case brought to its decision: t1 to t4 opened, all but the last closed."""
    return Ledger(["t1", "t2", "t3", "t4"], ["t1", "t2", "t3"])


def test_whoever_completed_the_other_region_lets_go_of_the_task_that_checks_it() -> None:
    data = waste_data()
    data["states"]["consultation"] = {
        "all_of": {
            "site": {"role": "examiner", "on": {"report": "done"}},
            "check": {
                "role": "examiner",
                "four_eyes": "consultation.site",
                "on": {"approve": "done"},
            },
        },
        "then": "decision",
    }
    chart = compile_chart(data, SCHEMA)
    standing = walk(("accept", CLERK), ("pass", EXAMINER), chart=chart)
    site, checking = (task.key for task in standing.tasks)
    claimed = step(chart, standing, Act("claim", checking), FACTS, EXAMINER, AS_OF).standing

    stepped = step(chart, claimed, Act("report", site), FACTS, EXAMINER, AS_OF)

    assert [task.holder for task in stepped.standing.tasks] == [None]
    assert [task.key for task in stepped.changed] == [checking]


def test_the_applicant_can_retract_from_the_midst_of_everything() -> None:
    chart = CHARTS["waste"]
    standing = walk(*DECIDING, chart=chart)
    for one in (FLAT[1], FLAT[4], FLAT[6]):
        act = one.act(standing)
        stepped = attempt(chart, standing, act, one.actor) if act else None
        standing = stepped.standing if stepped else standing

    retracted = step(chart, standing, Act("retract"), FACTS, APPLICANT, AS_OF)

    assert len(retracted.closed) == len(standing.tasks) == 3
    assert TRAFFIC.number in retracted.standing.done_by.values()
