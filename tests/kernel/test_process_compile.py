# SPDX-License-Identifier: Apache-2.0
"""What a pack author gets wrong in a chart: every fault, with its path, message and cure."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from huiban.kernel.clock import Limit, Unit
from huiban.kernel.process import ChartFault, ChartRefused, StateKind, compile_chart
from tests.kernel.process_samples import SCHEMA, WASTE, waste_data

Data = dict[str, Any]


def faults(change: Callable[[Data], object]) -> list[ChartFault]:
    """The faults of the waste chart with one change made to it."""
    data = waste_data()
    change(data)
    with pytest.raises(ChartRefused) as caught:
        compile_chart(data, SCHEMA)
    return list(caught.value.faults)


def on(data: Data, state: str) -> Any:
    events: Data = data["states"][state]["on"]
    return events


@pytest.mark.parametrize(
    ("change", "path", "message", "cure"),
    [
        (
            lambda d: on(d, "decision")["grant"].update(to="close"),
            "states.decision.on.grant.to",
            "unknown state 'close'",
            "did you mean 'closed'?",
        ),
        (
            lambda d: d["states"]["submitted"].update(on="accept"),
            "states.submitted.on",
            "expected a mapping, found a text",
            "key: value",
        ),
        (
            lambda d: on(d, "submitted")["accept"].update(when="complet"),
            "states.submitted.on.accept.when",
            "complet",
            "complete",
        ),
        (
            lambda d: d["states"]["examination"].pop("role"),
            "states.examination",
            "nobody works on this state",
            "add `role: <role>`",
        ),
        (
            lambda d: d["states"]["examination"].update(rule="examiner"),
            "states.examination.rule",
            "unknown key 'rule'",
            "did you mean 'role'?",
        ),
        (
            lambda d: d["states"]["decision"].update(four_eyes="examinaton"),
            "states.decision.four_eyes",
            "unknown state 'examinaton'",
            "did you mean 'examination'?",
        ),
        (
            lambda d: d["states"]["consultation"].pop("then"),
            "states.consultation.then",
            "nothing follows",
            "add `then: <state>`",
        ),
        (
            lambda d: d["states"]["consultation"].update(
                then=[{"to": "decision", "when": "complete"}]
            ),
            "states.consultation.then",
            "every way on has a condition",
            "without `when`",
        ),
        (
            lambda d: on(d, "submitted").update(claim="examination"),
            "states.submitted.on.claim",
            "'claim' is an act of the engine",
            "another event name",
        ),
        (
            lambda d: on(d, "submitted")["decline"].update(needs_reason=False),
            "states.submitted.on.decline.needs_reason",
            "always needs a reason",
            "remove it",
        ),
        (
            lambda d: on(d, "decision").update(defer="closed"),
            "states.decision.on.defer",
            "'closed' can end in several ways",
            "add `outcome:` with one of granted, refused",
        ),
        (
            lambda d: on(d, "decision").update(defer={"to": "closed", "outcome": "grant"}),
            "states.decision.on.defer.outcome",
            "unknown outcome 'grant'",
            "did you mean 'granted'?",
        ),
        (
            lambda d: on(d, "submitted")["accept"].update(outcome="granted"),
            "states.submitted.on.accept.outcome",
            "only an end has an outcome",
            "remove it",
        ),
        (
            lambda d: on(d, "decision").update(back={"when": "complete"}),
            "states.decision.on.back",
            "leads nowhere",
            "add `to: <state>`",
        ),
        (
            lambda d: on(d, "decision").update(back="traffic"),
            "states.decision.on.back",
            "'traffic' is inside 'consultation'",
            "go to 'consultation', which is entered as a whole",
        ),
        (
            lambda d: on(d, "decision").update(back="done"),
            "states.decision.on.back",
            "`done` ends a parallel region",
            "",
        ),
        (
            lambda d: d.update(start="examination"),
            "start",
            "a case starts at 'submitted'",
            "write `start: submitted`",
        ),
        (
            lambda d: d.update(acts=["suspnd"]),
            "acts.suspnd",
            "unknown act 'suspnd'",
            "did you mean 'suspend'?",
        ),
        (
            lambda d: d["clocks"]["statutory"].update(limit="20 days"),
            "clocks.statutory.limit",
            "work_days",
            "",
        ),
        (
            lambda d: d["clocks"]["statutory"].update(runs_in=["examinaton"]),
            "clocks.statutory.runs_in",
            "unknown state 'examinaton'",
            "did you mean 'examination'?",
        ),
        (
            lambda d: d["clocks"]["statutory"].update(warn_at=["150 %"]),
            "clocks.statutory.warn_at",
            "'150 %' is no share",
            "write '80 %'",
        ),
        (
            lambda d: d["clocks"]["correction"].update(on_due="expire"),
            "clocks.correction.on_due",
            "'correction' has no event 'expire'",
            "use overdue",
        ),
        (
            lambda d: d["clocks"]["statutory"]["extend"].pop("approver"),
            "clocks.statutory.extend",
            "nobody may approve the extension",
            "add `approver: <role>`",
        ),
        (
            lambda d: d["clocks"]["statutory"]["extend"].update(by="10 calendar_days"),
            "clocks.statutory.extend.by",
            "in another unit than the limit",
            "use work_days",
        ),
        (
            lambda d: d["states"]["decision"].update(stage="granted"),
            "states.decision.stage",
            "unknown stage 'granted'",
            "",
        ),
        (
            lambda d: d["states"]["decision"].update(stage="examination"),
            "states.decision.stage",
            "'decision' is its own stage",
            "remove `stage`",
        ),
        (
            lambda d: on(d, "decision").update(send_back="examination"),
            "states.decision.on.send_back",
            "both an event and an act",
            "keep one",
        ),
        (
            lambda d: d["states"].update(closed={"on": {"reopen": {"to": "decision", "by": "x"}}}),
            "states.closed.on.reopen",
            "the case has ended here",
            "only `archive: archived`",
        ),
        (
            lambda d: d["states"].update(closed={"end": ["won"]}),
            "states.closed.end",
            "unknown outcome 'won'",
            "",
        ),
        (
            lambda d: d["states"]["decision"].update(when="complete"),
            "states.decision.when",
            "only regions and arcs have conditions",
            "put it on the arc",
        ),
        (
            lambda d: on(d, "decision").update(defer=["examination", "consultation"]),
            "states.decision.on.defer.1",
            "is never taken",
            "change the order",
        ),
        (
            lambda d: d["states"]["decision"].pop("on"),
            "states.decision.on",
            "nothing can happen here",
            "add an event",
        ),
        (
            lambda d: d["states"]["consultation"].update(on={"abandon": "decision"}),
            "states.consultation.on.abandon",
            "nobody is named to do 'abandon'",
            "add `by: <role>`",
        ),
        (
            lambda d: d["states"].update({"Examination 2": {"role": "x", "on": {"y": "decision"}}}),
            "states.Examination 2",
            "cannot be the name of a state",
            "lower_case",
        ),
        (
            lambda d: d.update(facts={"complete": "bool"}),
            "facts.complete",
            "unknown kind of fact 'bool'",
            "boolean",
        ),
        (
            lambda d: d.update(regime="licencing"),
            "regime",
            "unknown regime 'licencing'",
            "did you mean 'licensing'?",
        ),
        (
            lambda d: d.update(title={"en": "only English"}),
            "title",
            "no Chinese text",
            "add `zh`",
        ),
        (
            lambda d: on(d, "submitted")["accept"].update(once="yes"),
            "states.submitted.on.accept.once",
            "expected true or false, found a text",
            "",
        ),
    ],
)
def test_a_fault_says_where_what_and_how_to_cure_it(
    change: Callable[[Data], object], path: str, message: str, cure: str
) -> None:
    found = faults(change)

    [fault] = [one for one in found if one.path == path]
    assert message in fault.message
    assert cure in fault.cure


def test_all_faults_are_found_in_one_reading() -> None:
    def spoil(data: Data) -> None:
        data["states"]["examination"].pop("role")
        on(data, "decision")["grant"]["to"] = "close"
        on(data, "submitted")["accept"]["when"] = "site_area > 'x'"
        data["clocks"]["statutory"]["limit"] = "soon"
        data["strat"] = "submitted"

    assert {fault.path for fault in faults(spoil)} >= {
        "strat",
        "states.examination",
        "states.decision.on.grant.to",
        "states.submitted.on.accept.when",
        "clocks.statutory.limit",
    }


def test_a_legal_stage_can_be_neither_skipped_nor_renamed() -> None:
    def rename(data: Data) -> None:
        data["states"]["exam"] = data["states"].pop("examination")

    messages = [fault.message for fault in faults(rename)]

    assert "the legal stage 'examination' is missing" in messages


def test_the_place_of_the_chart_is_put_before_every_path() -> None:
    data = waste_data()
    data["states"]["examination"].pop("role")

    with pytest.raises(ChartRefused, match=r"^charts\.new\.states\.examination: nobody works"):
        compile_chart(data, SCHEMA, "charts.new")


def test_yaml_that_read_on_as_true_is_explained() -> None:
    def mangle(data: Data) -> None:
        decision: dict[Any, Any] = data["states"]["decision"]
        decision[True] = decision.pop("on")

    [fault] = [one for one in faults(mangle) if one.path == "states.decision.True"]

    assert "YAML read `on` as true" in fault.cure


@pytest.mark.parametrize("junk", [None, 7, "text", [], [1], {"states": 3}, {"states": {"a": 1}}])
def test_junk_is_refused_and_never_crashes(junk: object) -> None:
    data = junk if isinstance(junk, dict) else {"states": junk}

    with pytest.raises(ChartRefused):
        compile_chart(data, SCHEMA)


def test_states_nested_without_end_are_refused() -> None:
    inner: Data = {"role": "x", "on": {"reply": "done"}}
    for _ in range(40):
        inner = {"all_of": {"a": inner}, "then": "done"}
    data = waste_data()
    data["states"]["consultation"]["all_of"]["deep"] = inner

    with pytest.raises(ChartRefused, match="nested deeper"):
        compile_chart(data, SCHEMA)


def test_a_route_sends_a_case_on_by_itself() -> None:
    data = waste_data()
    data["states"]["sort"] = {"then": [{"to": "consultation", "when": "complete"}, "decision"]}
    data["states"]["examination"]["on"][0]["to"] = "sort"

    chart = compile_chart(data, SCHEMA)

    assert chart.states["sort"].kind is StateKind.ROUTE
    assert chart.states["sort"].stage == "examination"


def test_the_engine_supplies_the_ends() -> None:
    assert WASTE.states["closed"].outcomes == ("granted", "refused")
    assert WASTE.states["retracted"].outcomes == ("retracted", "lapsed")
    assert list(WASTE.open_events["declined"]) == ["archive"]


def test_clocks_are_read_with_their_warnings_and_extension() -> None:
    clock = WASTE.clocks["statutory"]

    assert clock.limit == Limit(20, Unit.WORK_DAY)
    assert clock.warn_at == (Decimal("0.5"), Limit(3, Unit.WORK_DAY))
    assert clock.extend == Limit(10, Unit.WORK_DAY)
    assert WASTE.extensions["statutory"].approver == "leader"


def test_events_may_be_a_list_or_a_mapping_and_a_target_alone_is_enough() -> None:
    as_list = waste_data()
    as_list["states"]["correction"]["on"] = [
        {"event": "resubmit", "to": "submitted"},
        {"event": "lapse", "to": "retracted"},
    ]

    listed = compile_chart(as_list, SCHEMA)

    assert listed.states["correction"].on == WASTE.states["correction"].on


def test_a_chart_of_another_kind_of_service_needs_no_legal_stages() -> None:
    data = {
        "process": "report",
        "regime": "service",
        "start": "received",
        "states": {
            "received": {"role": "dispatcher", "on": {"dispatch": "handling"}},
            "handling": {"role": "unit", "on": {"report_back": "solved"}},
            "solved": {"end": "solved"},
        },
    }

    chart = compile_chart(data, {})

    assert [chart.states[name].stage for name in ("received", "handling", "solved")] == [
        "submitted",
        "submitted",
        "closed",
    ]
