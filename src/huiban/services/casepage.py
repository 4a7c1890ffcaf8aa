# SPDX-License-Identifier: Apache-2.0
"""One case as a page shows it: the answers in words, the way it came, its clocks and papers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from huiban.kernel import form as forms
from huiban.kernel import process
from huiban.kernel.catalogue import Item, MaterialStanding
from huiban.kernel.clock import ClockReading, ClockRule
from huiban.kernel.clock_words import remaining_words
from huiban.kernel.form import Field, FieldKind, Form
from huiban.kernel.process import Chart, Standing
from huiban.kernel.words import Words
from huiban.packloader import Scenario
from huiban.services import city, materials_filed
from huiban.services.clocks import Clocks, read_clocks
from huiban.services.facts import local_day, read_json, read_materials
from huiban.services.history import history_of
from huiban.services.journal import body_of
from huiban.store.models import Blob
from huiban.store.pages import WholeCase
from huiban.store.rows import JournalRow


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer in words; a table has rows under its column labels instead."""

    key: str
    label: str
    text: str
    kind: str
    is_masked: bool = False
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    value: object = None


@dataclass(frozen=True, slots=True)
class AnswerSection:
    key: str
    title: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class MaterialLine:
    """One material of a case: its files, or why there are none."""

    code: str
    name: str
    files: tuple[Blob, ...]
    standing: MaterialStanding
    standard: str

    @property
    def is_waived(self) -> bool:
        return self.standing.is_waived


@dataclass(frozen=True, slots=True)
class ClockLine:
    """One clock in people's language; `share` is the used part in percent, for a meter."""

    name: str
    title: str
    limit: str
    text: str
    light: str
    due_at: datetime | None
    share: int
    is_running: bool
    is_provisional: bool
    basis: str


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One thing that happened, for the time line."""

    seq: int
    at: datetime
    act: str
    label: str
    actor: str
    reason: str
    stage: str
    note: str
    sha256: str


@dataclass(frozen=True, slots=True)
class PathStep:
    """One step of the way a case goes; `mark` is done, now or ahead."""

    name: str
    label: str
    mark: str


@dataclass(frozen=True)
class CasePage:
    """A case with everything its page shows, in one language."""

    whole: WholeCase
    scenario: Scenario
    item: Item
    form: Form
    chart: Chart
    standing: Standing
    sections: tuple[AnswerSection, ...]
    materials: tuple[MaterialLine, ...]
    clocks: tuple[ClockLine, ...]
    main_clock: ClockLine | None
    timeline: tuple[TimelineEntry, ...]
    path: tuple[PathStep, ...]
    stage_label: str
    stage_sentence: str
    outcome_label: str

    @property
    def number(self) -> str:
        return self.whole.case.number

    @property
    def version(self) -> int:
        return self.whole.case.version


def build(whole: WholeCase, language: str, now: datetime, *, is_masked: bool) -> CasePage:
    """Put a stored case into words."""
    case = whole.case
    scenario = city.scenario_of(case.pack_code, case.pack_version)
    item = scenario.items[case.item_code]
    form, chart = scenario.form_of(item), scenario.chart_of(item)
    standing = Standing.from_json(read_json(case.standing))
    clocks = read_clocks(chart.clocks, history_of(whole.journal), city.calendar(now), now)
    lines = clock_lines(chart.clocks, clocks, language, now)
    state = standing.configuration[0] if standing.configuration else ""
    sentence = scenario.state_sentences.get(state) or scenario.state_sentences.get(case.stage)
    return CasePage(
        whole=whole,
        scenario=scenario,
        item=item,
        form=form,
        chart=chart,
        standing=standing,
        sections=answer_sections(
            form,
            read_json(case.payload),
            local_day(case.submitted_at),
            language,
            is_masked=is_masked,
        ),
        materials=material_lines(scenario, whole, language),
        clocks=lines,
        main_clock=_main(lines),
        timeline=timeline(whole.journal, chart, language),
        path=path(chart, standing, language),
        stage_label=stage_words(case.stage, case.outcome).speak(language),
        stage_sentence=sentence.speak(language) if sentence else "",
        outcome_label=_outcome(case.outcome, language),
    )


def stage_words(stage: str, outcome: str = "") -> Words:
    """Name a stage; an ended case says how it ended."""
    if outcome and stage in ("closed", "archived"):
        ended = process.OUTCOMES.get(outcome)
        if ended is not None:
            return ended
    return process.STAGES.get(stage) or Words(stage)


def _outcome(outcome: str, language: str) -> str:
    words = process.OUTCOMES.get(outcome)
    return words.speak(language) if words else ""


def answer_sections(
    form: Form, values: Mapping[str, object], as_of: date, language: str, *, is_masked: bool
) -> tuple[AnswerSection, ...]:
    """Put the answers that count into words, section by section."""
    visible = forms.shown(form, values, as_of)
    speech = forms.Speech(language, city.common().division_names, is_masked)
    return tuple(
        AnswerSection(
            part.key,
            part.title.speak(language),
            tuple(
                _answer(one, values.get(one.key), speech, language)
                for one in part.fields
                if one.key in visible
            ),
        )
        for part in form.sections
    )


def _answer(one: Field, value: object, speech: forms.Speech, language: str) -> Answer:
    label = one.label.speak(language)
    if one.kind is FieldKind.TABLE:
        rows = forms.speak_rows(one, value, speech)
        columns = tuple(column.label.speak(language) for column in one.columns)
        lines = tuple(tuple(row) for row in rows)
        return Answer(one.key, label, "", str(one.kind), columns=columns, rows=lines)
    text = forms.speak_as(one, value, speech)
    is_masked = speech.is_masked and one.sensitive and bool(text)
    return Answer(one.key, label, text, str(one.kind), is_masked, value=value)


def material_lines(scenario: Scenario, whole: WholeCase, language: str) -> tuple[MaterialLine, ...]:
    """List the materials of a case with their files."""
    files = {blob.number: blob for blob in whole.files}
    handed = read_materials(whole.case.materials)
    return tuple(
        MaterialLine(
            one.code,
            one.name.speak(language),
            tuple(files[number] for number in handed.get(one.code, []) if number in files),
            line,
            one.accept_standard.speak(language),
        )
        for line in materials_filed.of_case(scenario, whole.case)
        for one in [line.material]
    )


def clock_lines(
    rules: Mapping[str, ClockRule], clocks: Clocks, language: str, now: datetime
) -> tuple[ClockLine, ...]:
    """Put the clocks that have started into people's language."""
    return tuple(
        _clock_line(rules[name], reading, language, now)
        for name, reading in clocks.readings.items()
        if reading.due_at is not None or reading.is_running or reading.used
    )


def _clock_line(rule: ClockRule, reading: ClockReading, language: str, now: datetime) -> ClockLine:
    total = max(reading.used + reading.remaining, 1)
    return ClockLine(
        name=rule.name,
        title=rule.title.speak(language),
        limit=str(rule.limit),
        text=remaining_words(reading, now, language),
        light=str(reading.light),
        due_at=reading.due_at,
        share=max(0, min(100, round(100 * reading.used / total))),
        is_running=reading.is_running,
        is_provisional=reading.is_provisional,
        basis=rule.basis,
    )


def _main(lines: Sequence[ClockLine]) -> ClockLine | None:
    """The clock that is due first is the one people ask about."""
    running = [(line.due_at, line) for line in lines if line.is_running and line.due_at]
    if running:
        return min(running, key=lambda one: one[0])[1]
    return next((line for line in lines if line.light == "paused"), None)


_EXTRA_LABELS = {
    "submit": Words("提交申请", "Submitted"),
    "document_issued": Words("出具文书", "Document issued"),
    "supply": Words("补交容缺材料", "Deferred document supplied"),
    "supply_overdue": Words("容缺材料到期没有补交", "Deferred document overdue"),
    "commitment_kept": Words("承诺核查属实", "Promise checked and kept"),
    "commitment_broken": Words("承诺核查不属实", "Promise found broken"),
    "decided_automatically": Words("系统自动作出决定", "Decided automatically"),
    "sampled_for_people": Words("抽样，由工作人员审查", "Drawn for people to examine"),
    "left_to_people": Words("不符合自动审批的条件，由工作人员办理", "Left to people"),
    "second_look_asked": Words("请工作人员复核", "A person asked to look again"),
    "decision_upheld": Words("复核：决定维持", "Looked at again: it stands"),
    "decision_corrected": Words("复核：决定更正", "Looked at again: corrected"),
    "signing_completed": Words("有关方签署完成", "Signed by everybody asked"),
    "signing_declined": Words("有关方拒绝签署", "A party declined to sign"),
    "signing_withdrawn": Words("签署任务已撤回", "Request to sign withdrawn"),
    "signing_expired": Words("签署任务到期未签完", "Request to sign expired"),
}
_NAMES_TITLE = frozenset(
    {"signing_completed", "signing_declined", "signing_withdrawn", "signing_expired"}
)


_NAMES_MATERIAL = frozenset({"supply", "supply_overdue", "commitment_kept", "commitment_broken"})


def act_words(act: str, chart: Chart) -> Words:
    """Name an act as the chart or the engine names it."""
    for state in chart.states.values():
        if act in state.on:
            return state.on[act].label
    return _EXTRA_LABELS.get(act) or process.ENGINE_ACTS.get(act) or Words(act)


def timeline(
    journal: Sequence[JournalRow], chart: Chart, language: str
) -> tuple[TimelineEntry, ...]:
    """Tell the journal as a time line, newest last."""
    return tuple(
        TimelineEntry(
            seq=row.seq,
            at=row.at,
            act=row.act,
            label=act_words(row.act, chart).speak(language),
            actor=row.actor_name,
            reason=row.reason,
            stage=row.stage_to,
            note=_note(row),
            sha256=row.sha256,
        )
        for row in journal
    )


def _note(row: JournalRow) -> str:
    body = body_of(row)
    if row.act == "document_issued":
        return " ".join(str(body.get(key, "")) for key in ("title", "reference")).strip()
    if row.act in _NAMES_TITLE:
        return str(body.get("title", ""))
    return str(body.get("name", "")) if row.act in _NAMES_MATERIAL else ""


def path(chart: Chart, standing: Standing, language: str) -> tuple[PathStep, ...]:
    """Show the way behind, where the case is, and the straight way ahead."""
    now = [name for name in standing.configuration if name in chart.states]
    passed = dict.fromkeys((*standing.trail, *standing.done_by))
    done = [name for name in passed if name in chart.states and name not in now]
    ahead = [] if standing.outcome else straight_way(chart, now)
    marked = (("done", done), ("now", now), ("ahead", [n for n in ahead if n not in done]))
    return tuple(
        PathStep(name, chart.label(name).speak(language), mark)
        for mark, names in marked
        for name in names
    )


# The events that carry a case on; the others turn it aside.
_ONWARD = ("accept", "resubmit", "pass", "reply", "grant")


def straight_way(chart: Chart, start: Sequence[str] = ()) -> list[str]:
    """Follow the onward events from a state, or from the start, to the end."""
    here = start[0] if start else chart.start
    way = [] if start else [here]
    while here in chart.states and len(way) < len(chart.states):
        events = chart.states[here].on
        onward = next((events[name] for name in _ONWARD if name in events), None)
        if onward is None or onward.arcs[-1].target in way:
            break
        here = onward.arcs[-1].target
        way.append(here)
    return way
