# SPDX-License-Identifier: Apache-2.0
"""A chart as W3C SCXML: for other tools, and for an independent machine to check ours against."""

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from huiban.kernel.process_chart import Arc, Chart, Event, State, StateKind

SCXML = "http://www.w3.org/2005/07/scxml"
HUIBAN = "urn:huiban:process"
_ENDED = "outcome"


def to_scxml(chart: Chart) -> str:
    """
    Write a chart as an SCXML document.

    Every condition is a data item that is 1 where it holds; SCXML knows no third answer, so an
    unknown condition has to be settled before an event is sent.
    """
    return _Writer(chart).document()


def scxml_id(name: str) -> str:
    """
    Write a state's name as an identifier.

    A dot would not do: the event `done.state.a` also means every `done.state.a.b`.
    """
    return name.replace(".", "__").removesuffix("__done") + (
        "__Done" if name.endswith(".done") else ""
    )


def scxml_event(state: State, event: str) -> str:
    """Name an event so that it reaches one region only."""
    return f"{event}.{scxml_id(state.name)}" if state.region else event


def scxml_data(chart: Chart) -> dict[str, str]:
    """Return the data item that stands for each condition of a chart."""
    texts: dict[str, None] = {}
    for state in chart.states.values():
        arcs = [*state.then, *(arc for event in state.on.values() for arc in event.arcs)]
        guards = [state.when, *(arc.guard for arc in arcs)]
        texts.update({guard.text: None for guard in guards if guard})
    return {text: f"rule_{number}" for number, text in enumerate(texts, 1)}


class _Writer:
    def __init__(self, chart: Chart) -> None:
        self.chart = chart
        self.data = scxml_data(chart)

    def document(self) -> str:
        root = Element(
            "scxml",
            {
                "xmlns": SCXML,
                "xmlns:hb": HUIBAN,
                "version": "1.0",
                "name": self.chart.code,
                "initial": scxml_id(self.chart.start),
                "datamodel": "ecmascript",
            },
        )
        self._datamodel(root)
        for state in self.chart.states.values():
            if not state.parent:
                self._state(root, state)
        indent(root)
        return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, "unicode") + "\n"

    def _datamodel(self, root: Element) -> None:
        model = SubElement(root, "datamodel")
        for text, name in self.data.items():
            SubElement(model, "data", {"id": name, "expr": "0", "hb:when": text})
        for name in self._once():
            SubElement(model, "data", {"id": f"used_{name}", "expr": "0"})
        SubElement(model, "data", {"id": _ENDED, "expr": "''"})

    def _once(self) -> list[str]:
        events = [event for s in self.chart.states.values() for event in s.on.values()]
        return list(dict.fromkeys(event.name for event in events if event.once))

    def _state(self, parent: Element, state: State) -> None:
        if state.kind in (StateKind.ALL_OF, StateKind.ANY_OF):
            self._parallel(parent, state)
            return
        is_final = state.kind is StateKind.END and not state.on
        known = {"hb:label": str(state.label)}
        known |= {"hb:role": state.role} if state.role else {}
        known |= {"initial": scxml_id(state.start)} if state.start else {}
        tag = "final" if is_final else "state"
        element = SubElement(parent, tag, {"id": scxml_id(state.name), **known})
        for child in state.children:
            self._state(element, self.chart.states[child])
        self._ways(element, state)

    def _ways(self, element: Element, state: State) -> None:
        for event in state.on.values():
            for arc in event.arcs:
                self._arc(element, arc, scxml_event(state, event.name), event)
        for arc in state.then:
            self._arc(element, arc, self._completion(state))

    def _completion(self, state: State) -> str:
        """What tells that a parallel state is complete; a route goes on without being told."""
        if state.kind is StateKind.ALL_OF:
            return f"done.state.{scxml_id(state.name)}"
        if state.kind is StateKind.ANY_OF:
            return " ".join(f"done.state.{scxml_id(child)}__Region" for child in state.children)
        return ""

    def _parallel(self, parent: Element, state: State) -> None:
        name = scxml_id(state.name)
        element = SubElement(parent, "parallel", {"id": name, "hb:label": str(state.label)})
        for child in state.children:
            self._region(element, state, self.chart.states[child])
        self._ways(element, state)
        guards = [self.chart.states[child].when for child in state.children]
        if state.kind is StateKind.ANY_OF and all(guards):
            nobody = " && ".join(f"In('{scxml_id(child)}__Skipped')" for child in state.children)
            for arc in state.then:
                self._arc(element, arc, "", also=nobody)

    def _region(self, parent: Element, joint: State, region: State) -> None:
        """A region asks first whether it is wanted; in all_of, one that is not is complete."""
        name = scxml_id(region.name)
        first = f"{name}__Gate" if region.when else name
        element = SubElement(parent, "state", {"id": f"{name}__Region", "initial": first})
        if region.when:
            gate = SubElement(element, "state", {"id": f"{name}__Gate"})
            cond = f"{self.data[region.when.text]} == 1"
            SubElement(gate, "transition", {"cond": cond, "target": name})
            SubElement(gate, "transition", {"target": f"{name}__Skipped"})
            tag = "final" if joint.kind is StateKind.ALL_OF else "state"
            SubElement(element, tag, {"id": f"{name}__Skipped"})
        self._state(element, region)
        SubElement(element, "final", {"id": f"{name}__Done"})

    def _arc(
        self, element: Element, arc: Arc, name: str, event: Event | None = None, also: str = ""
    ) -> None:
        conditions = [also] if also else []
        if arc.guard:
            conditions.append(f"{self.data[arc.guard.text]} == 1")
        if event and event.once:
            conditions.append(f"used_{event.name} == 0")
        known = {"event": name} if name else {}
        known |= {"cond": " && ".join(conditions)} if conditions else {}
        known |= {"hb:by": event.by} if event else {}
        found = SubElement(element, "transition", {**known, "target": scxml_id(arc.target)})
        if event and event.once:
            SubElement(found, "assign", {"location": f"used_{event.name}", "expr": "1"})
        if arc.outcome:
            SubElement(found, "assign", {"location": _ENDED, "expr": f"'{arc.outcome}'"})
        for effect in arc.effects:
            SubElement(found, "log", {"label": "do", "expr": f"'{effect}'"})
