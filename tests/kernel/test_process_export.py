# SPDX-License-Identifier: Apache-2.0
"""Charts in other tools' formats: the documents hold together and nothing of the chart is lost."""

from collections import Counter
from xml.etree import ElementTree as ET

import pytest

from huiban.kernel.process import Chart, StateKind, compile_chart
from huiban.kernel.process_export import scxml_event, scxml_id, to_bpmn, to_scxml
from tests.kernel.process_samples import WASTE
from tests.kernel.test_process_laws import CHARTS
from tests.kernel.test_process_oracle import FLAGS, Maker

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
WAYPOINT = "{http://www.omg.org/spec/DD/20100524/DI}waypoint"
SAMPLES = {**CHARTS, **{f"random-{n}": compile_chart(Maker(n).chart(), FLAGS) for n in range(24)}}
FLOW_NODES = (
    "userTask", "subProcess", "startEvent", "endEvent", "boundaryEvent", "exclusiveGateway",
    "inclusiveGateway", "parallelGateway",
)  # fmt: skip


def bpmn(chart: Chart) -> ET.Element:
    return ET.fromstring(to_bpmn(chart))


def flow_nodes(root: ET.Element) -> list[ET.Element]:
    return [node for tag in FLOW_NODES for node in root.iter(BPMN + tag)]


@pytest.mark.parametrize("name", SAMPLES)
def test_every_id_is_given_once_and_every_reference_leads_somewhere(name: str) -> None:
    root = bpmn(SAMPLES[name])

    ids = Counter(found.get("id") for found in root.iter() if found.get("id"))
    assert max(ids.values()) == 1
    for found in root.iter():
        for key in ("sourceRef", "targetRef", "attachedToRef", "default", "bpmnElement"):
            assert found.get(key) is None or found.get(key) in ids
        if found.tag in (f"{BPMN}flowNodeRef", f"{BPMN}incoming", f"{BPMN}outgoing"):
            assert found.text in ids


@pytest.mark.parametrize("name", SAMPLES)
def test_no_flow_crosses_the_border_of_a_sub_process(name: str) -> None:
    root = bpmn(SAMPLES[name])

    scopes = [*root.iter(f"{BPMN}process"), *root.iter(f"{BPMN}subProcess")]
    for scope in scopes:
        own = {found.get("id") for found in scope}
        for flow in scope.findall(f"{BPMN}sequenceFlow"):
            assert {flow.get("sourceRef"), flow.get("targetRef")} <= own


@pytest.mark.parametrize("name", SAMPLES)
def test_every_node_and_flow_is_placed(name: str) -> None:
    root = bpmn(SAMPLES[name])

    shapes = {found.get("bpmnElement") for found in root.iter(f"{DI}BPMNShape")}
    edges = {found.get("bpmnElement"): found for found in root.iter(f"{DI}BPMNEdge")}
    assert {node.get("id") for node in flow_nodes(root)} <= shapes
    for flow in root.iter(f"{BPMN}sequenceFlow"):
        assert len(edges[flow.get("id")].findall(WAYPOINT)) >= 2


@pytest.mark.parametrize("name", SAMPLES)
def test_every_task_has_its_lane_or_performer(name: str) -> None:
    chart = SAMPLES[name]
    root = bpmn(chart)

    tasks = {found.get("id"): found for found in root.iter(f"{BPMN}userTask")}
    lanes = [found.text for found in root.iter(f"{BPMN}flowNodeRef")]
    process = root.find(f"{BPMN}process")
    assert process is not None
    for state in chart.states.values():
        if state.kind is StateKind.TASK:
            role = tasks[scxml_id(state.name)].find(f".//{BPMN}formalExpression")
            assert role is not None
            assert role.text == state.role
    top = [found.get("id") for found in process if found.tag in {BPMN + t for t in FLOW_NODES}]
    assert sorted(top, key=str) == sorted(lanes, key=str)


@pytest.mark.parametrize("name", SAMPLES)
def test_nodes_stand_inside_what_holds_them(name: str) -> None:
    root = bpmn(SAMPLES[name])

    spots = {found.get("bpmnElement"): bounds(found) for found in root.iter(f"{DI}BPMNShape")}
    for lane in root.iter(f"{BPMN}lane"):
        for member in lane.findall(f"{BPMN}flowNodeRef"):
            assert inside(spots[member.text], spots[lane.get("id")], 20)
    for scope in root.iter(f"{BPMN}subProcess"):
        for node in scope:
            if node.tag in {BPMN + tag for tag in FLOW_NODES}:
                assert inside(spots[node.get("id")], spots[scope.get("id")], 20)


Bounds = tuple[float, float, float, float]


def bounds(shape: ET.Element) -> Bounds:
    found = shape.find(f"{DC}Bounds")
    assert found is not None
    x, y, width, height = (float(found.get(k, "0")) for k in ("x", "y", "width", "height"))
    return x, y, x + width, y + height


def inside(one: Bounds, other: Bounds, slack: float) -> bool:
    """Events on the lower border of a task may stick out a little."""
    return (
        one[0] >= other[0] and one[1] >= other[1] and one[2] <= other[2]
        and one[3] <= other[3] + slack
    )  # fmt: skip


def test_the_permit_in_bpmn_reads_as_the_permit() -> None:
    root = bpmn(WASTE)

    names = {found.get("name") for found in root.iter(f"{BPMN}lane")}
    assert names == {"申请人", "窗口受理人员", "审查人员", "公安交警", "部门负责人"}
    timer = root.find(f".//{BPMN}boundaryEvent[@id='submitted__on_deem_accept']")
    assert timer is not None
    assert timer.findtext(f".//{BPMN}timeDuration") == "P5D"
    conditions = {found.text for found in root.iter(f"{BPMN}conditionExpression")}
    assert "event = 'accept' and (complete)" in conditions
    assert "uses_road" in conditions
    notes = {found.text for found in root.iter(f"{BPMN}documentation")}
    assert "do: certificate, archive; outcome: granted" in notes


def test_any_of_ends_with_the_first_answer() -> None:
    root = bpmn(CHARTS["nested"])

    won = root.find(f".//{BPMN}endEvent[@id='consultation__fire__won']")
    assert won is not None
    assert won.find(f"{BPMN}terminateEventDefinition") is not None


def test_scxml_names_every_state_and_speaks_to_one_region_at_a_time() -> None:
    chart = CHARTS["nested"]
    root = ET.fromstring(to_scxml(chart))

    ids = {found.get("id") for found in root.iter()}
    assert {scxml_id(name) for name in chart.states} <= ids
    station = chart.states["consultation.fire.station"]
    assert scxml_event(station, "reply") == "reply.consultation__fire__station"
    assert scxml_event(chart.states["decision"], "grant") == "grant"


def test_text_from_a_pack_cannot_break_the_documents() -> None:
    chart = compile_chart(
        {
            "process": "x",
            "regime": "service",
            "start": "a",
            "title": '"><evil/>',
            "states": {
                "a": {"role": "clerk", "label": "<b>&", "on": {"go": "closed"}},
                "closed": {"end": "solved"},
            },
        },
        {},
    )

    for document in (to_bpmn(chart), to_scxml(chart)):
        root = ET.fromstring(document)
        assert not [found for found in root.iter() if found.tag.endswith("evil")]
