# SPDX-License-Identifier: Apache-2.0
"""The steps of a worked example (样例): each act through the process, clocks as it happened."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from huiban.kernel.actor import SYSTEM, Actor, ActorKind
from huiban.kernel.clock import ClockReading, Limit, Move, Pause, read_clock, spans_of
from huiban.kernel.process import Act, ActionRefused, Chart, Standing, Stepped, begin, stage, step
from huiban.packloader.example_application import Application, typed
from huiban.packloader.schema.example import ExampleIn, OutcomeIn, StepIn
from huiban.packloader.values import Common, Scenario

_SHANGHAI = ZoneInfo("Asia/Shanghai")
_BACKDATED = "deem_accept"


def run_steps(
    example: ExampleIn, application: Application, scenario: Scenario, common: Common
) -> Iterator[str]:
    """Carry out the steps and yield every difference from what is written."""
    walk = _Walk(example, application, scenario, common)
    for index, one in enumerate(example.steps, 1):
        for fault in walk.take(one):
            yield f"step {index} ({one.at} {one.by} {one.does}): {fault}"
    if example.then and walk.standing:
        yield from (f"then: {fault}" for fault in walk.differences(example.then, whole=True))
    if example.steps:
        yield from walk.replayed()


@dataclass(slots=True)
class _Walk:
    example: ExampleIn
    application: Application
    scenario: Scenario
    common: Common
    standing: Standing | None = None
    now: datetime = datetime(1970, 1, 1, tzinfo=_SHANGHAI)
    moves: list[Move] = field(default_factory=list)
    pauses: list[Pause] = field(default_factory=list)
    extensions: dict[str, Limit] = field(default_factory=dict)
    effects: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    journal: list[tuple[Act, Mapping[str, object], Actor, date]] = field(default_factory=list)
    last_effects: tuple[str, ...] = ()
    last_told: tuple[str, ...] = ()

    @property
    def chart(self) -> Chart:
        return self.scenario.chart_of(self.application.item)

    def take(self, one: StepIn) -> Iterator[str]:
        now = datetime.strptime(one.at, "%Y-%m-%d %H:%M").replace(tzinfo=_SHANGHAI)
        if now < self.now:
            yield "earlier than the step before"
        self.now = now
        changed = _with(self.application, one)
        facts = changed.facts(now.date())
        inputs = {**one.inputs, **({"reason": one.why} if one.why else {})}
        act, actor = Act(one.does, inputs=inputs), self.actor(one.by)
        try:
            stepped = self.stepped(act, facts, actor)
        except ActionRefused as refused:
            yield from _refusal_faults(one, refused)
            return
        if one.refused:
            yield f"was possible, expected to be refused as {one.refused}"
        yield from self.early(one)
        self.application = changed
        self.journal.append((act, facts, actor, now.date()))
        self.record(act, stepped)
        if one.then:
            yield from self.differences(one.then)

    def stepped(self, act: Act, facts: Mapping[str, object], actor: Actor) -> Stepped:
        if self.standing is None:
            return begin(self.chart, facts, self.now.date())
        return step(self.chart, self.standing, act, facts, actor, self.now.date())

    def actor(self, name: str) -> Actor:
        roles = frozenset(self.example.people.get(name, (name,)))
        if roles == {"system"}:
            return SYSTEM
        kind = ActorKind.ENTERPRISE if "applicant" in roles else ActorKind.OFFICER
        places = (state for state in self.chart.states.values() if state.role in roles)
        department = next((state.department for state in places if state.department), "")
        return Actor(name, name, kind, roles, department)

    def early(self, one: StepIn) -> Iterator[str]:
        """A clock speaks only when it is due: an example may not let it speak before."""
        speaking = [clock for clock in self.chart.clocks.values() if clock.on_due == one.does]
        due = [self.reading(clock.name) for clock in speaking]
        if speaking and not any(r.is_running and r.due_at and r.due_at <= self.now for r in due):
            known = ", ".join(f"{r.name} {r.due_at or 'not running'}" for r in due)
            yield f"no clock is due yet ({known})"

    def record(self, act: Act, stepped: Stepped) -> None:
        counts_from = None
        if stepped.event == _BACKDATED:
            counts_from = self.started(stepped.left)
        self.standing = stepped.standing
        self.moves.append(Move(self.now, stepped.entered, stepped.left, counts_from))
        if act.name == "suspend":
            self.pauses.append(Pause(self.now, None, act.text("cause")))
        elif act.name == "resume":
            last = self.pauses.pop()
            self.pauses.append(Pause(last.started_at, self.now, last.cause))
        elif act.name == "extend":
            clock = act.text("clock") or next(iter(self.chart.extensions))
            extension = self.chart.clocks[clock].extend
            if extension:
                self.extensions[clock] = extension
        self.last_effects = stepped.effects
        self.effects += stepped.effects
        self.last_told = tuple(name for name in (act.name,) if name in self.scenario.notices)
        self.told += self.last_told

    def started(self, left: Iterable[str]) -> datetime | None:
        """When the states now left were entered: what is deemed accepted was accepted then."""
        for move in reversed(self.moves):
            if set(left) & set(move.entered):
                return move.at
        return None

    def reading(self, clock: str) -> ClockReading:
        rule = self.chart.clocks[clock]
        spans = spans_of(self.moves, rule.runs_in)
        extension = self.extensions.get(clock)
        return read_clock(rule, spans, self.pauses, extension, self.common.calendar, self.now)

    def differences(self, wanted: OutcomeIn, *, whole: bool = False) -> Iterator[str]:
        assert self.standing is not None
        effects = tuple(self.effects) if whole else self.last_effects
        found: dict[str, object] = {
            "state": self.standing.configuration,
            "stage": stage(self.chart, self.standing),
            "outcome": self.standing.outcome,
            "effects": effects,
            "documents": tuple(one for one in effects if one in self.scenario.documents),
            "told": tuple(self.told) if whole else self.last_told,
        }
        for name, value in found.items():
            expected = getattr(wanted, name)
            if expected is not None and value != expected:
                yield f"{name}: {_shown(value)}, expected {_shown(expected)}"
        yield from self.clock_differences(wanted)

    def clock_differences(self, wanted: OutcomeIn) -> Iterator[str]:
        asked = {"due": wanted.due, "light": wanted.light, "used": wanted.used}
        for name, clocks in asked.items():
            for clock, expected in (clocks or {}).items():
                if clock not in self.chart.clocks:
                    yield f"{name}.{clock}: no such clock"
                    continue
                reading = self.reading(clock)
                value = {"due": reading.due_on, "light": reading.light, "used": reading.used}[name]
                if value != expected:
                    yield f"{name}.{clock}: {value}, expected {expected}"

    def replayed(self) -> Iterator[str]:
        """Replaying the journal gives the standing: nothing depends on what was not recorded."""
        standing: Standing | None = None
        for act, facts, actor, day in self.journal:
            if standing is None:
                standing = begin(self.chart, facts, day).standing
            else:
                kept = Standing.from_json(standing.to_json())
                standing = step(self.chart, kept, act, facts, actor, day).standing
        if standing != self.standing:
            yield "replaying the steps gives another standing"


def _with(application: Application, one: StepIn) -> Application:
    return Application(
        application.item,
        application.form,
        {**application.answers, **typed(one.change)},
        application.materials | set(one.bring),
        application.divisions,
    )


def _refusal_faults(one: StepIn, refused: ActionRefused) -> Iterator[str]:
    if refused.code != one.refused:
        expected = f"refused as {one.refused}" if one.refused else "possible"
        yield f"refused as {refused.code} ({refused.message}), expected {expected}"
    elif one.missing and tuple(refused.missing) != one.missing:
        yield f"names as missing {refused.missing}, expected {one.missing}"


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
