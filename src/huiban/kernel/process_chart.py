# SPDX-License-Identifier: Apache-2.0
"""What a process chart (流程图) is, and the words in it that only the engine may define."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from huiban.kernel.clock import ClockRule
from huiban.kernel.words import Words

Ask = Callable[[Mapping[str, object], date], bool | None]

NO_WORDS = Words("")


class StateKind(StrEnum):
    TASK = "task"
    ALL_OF = "all_of"
    ANY_OF = "any_of"
    STEPS = "steps"
    ROUTE = "route"
    DONE = "done"
    END = "end"


class Regime(StrEnum):
    """Which law the engine holds a chart to: the licensing law (行政许可法), or none of its own."""

    LICENSING = "licensing"
    SERVICE = "service"


APPLICANT = "applicant"
SYSTEM_ROLE = "system"
SUPERVISOR = "supervisor"

SUBMITTED, CORRECTION, EXAMINATION, DECISION = "submitted", "correction", "examination", "decision"
CLOSED, DECLINED, RETRACTED, ARCHIVED = "closed", "declined", "retracted", "archived"

STAGES: Mapping[str, Words] = {
    SUBMITTED: Words("待受理", "Submitted"),
    CORRECTION: Words("待补正", "Correction"),
    EXAMINATION: Words("审查中", "Examination"),
    DECISION: Words("待决定", "Decision"),
    CLOSED: Words("已办结", "Closed"),
    DECLINED: Words("不予受理", "Not accepted"),
    RETRACTED: Words("已撤回", "Retracted"),
    ARCHIVED: Words("已归档", "Archived"),
}
STATE_LABELS: Mapping[str, Words] = {
    SUBMITTED: Words("受理", "Acceptance"),
    CORRECTION: Words("补正", "Correction"),
    EXAMINATION: Words("审查", "Examination"),
    DECISION: Words("决定", "Decision"),
    CLOSED: Words("办结", "Closed"),
    DECLINED: Words("不予受理", "Not accepted"),
    RETRACTED: Words("撤回", "Retracted"),
    ARCHIVED: Words("归档", "Archived"),
}
END_STAGES = (CLOSED, DECLINED, RETRACTED, ARCHIVED)

OUTCOMES: Mapping[str, Words] = {
    "granted": Words("准予许可", "Granted"),
    "refused": Words("不予许可", "Refused"),
    "declined": Words("不予受理", "Not accepted"),
    "retracted": Words("申请人撤回", "Retracted by the applicant"),
    "lapsed": Words("逾期未补正，视为撤回", "Not corrected in time"),
}
EVENT_OUTCOMES: Mapping[str, str] = {
    "grant": "granted",
    "deem_grant": "granted",
    "refuse": "refused",
    "decline": "declined",
    "retract": "retracted",
    "lapse": "lapsed",
}
END_OUTCOMES: Mapping[str, tuple[str, ...]] = {
    CLOSED: ("granted", "refused"),
    DECLINED: ("declined",),
    RETRACTED: ("retracted", "lapsed"),
}

EVENT_LABELS: Mapping[str, Words] = {
    "accept": Words("受理", "Accept"),
    "request_correction": Words("一次性告知补正", "Request correction"),
    "decline": Words("不予受理", "Decline"),
    "resubmit": Words("提交补正", "Resubmit"),
    "lapse": Words("逾期未补正", "Lapse"),
    "deem_accept": Words("视为受理", "Deem accepted"),
    "pass": Words("审查通过", "Pass"),
    "send_back": Words("退回", "Send back"),
    "grant": Words("准予许可", "Grant"),
    "deem_grant": Words("视为准予", "Deem granted"),
    "refuse": Words("不予许可", "Refuse"),
    "retract": Words("撤回申请", "Retract"),
    "archive": Words("归档", "Archive"),
    "reply": Words("反馈意见", "Reply"),
}
ROLE_LABELS: Mapping[str, Words] = {
    APPLICANT: Words("申请人", "Applicant"),
    "window": Words("窗口受理人员", "Window clerk"),
    "examiner": Words("审查人员", "Examiner"),
    "leader": Words("部门负责人", "Head of department"),
    "archivist": Words("档案人员", "Archivist"),
    SUPERVISOR: Words("监察人员", "Supervisor"),
    SYSTEM_ROLE: Words("系统", "System"),
}

# Refusing, declining and asking for correction must be reasoned (Licensing Law art. 32 and 38).
REASONED = frozenset({"refuse", "decline", "request_correction", "send_back"})
SYSTEM_EVENTS = frozenset({"lapse", "deem_accept", "deem_grant"})
APPLICANT_EVENTS = frozenset({"retract", "resubmit"})

# Excluded time: the causes of Licensing Law art. 45, and no others.
CAUSES: Mapping[str, Words] = {
    "hearing": Words("听证", "Hearing"),
    "tender": Words("招标", "Tender"),
    "auction": Words("拍卖", "Auction"),
    "inspection": Words("检验", "Inspection"),
    "testing": Words("检测", "Testing"),
    "quarantine": Words("检疫", "Quarantine"),
    "appraisal": Words("鉴定", "Appraisal"),
    "expert_review": Words("专家评审", "Expert review"),
}

ENGINE_ACTS: Mapping[str, Words] = {
    "claim": Words("签收", "Claim"),
    "transfer": Words("转办", "Transfer"),
    "countersign": Words("会签", "Countersign"),
    "reply": Words("反馈会签意见", "Reply"),
    "add_signer": Words("加签", "Add a signer"),
    "recall": Words("收回", "Recall"),
    "agree": Words("同意", "Agree"),
    "disagree": Words("不同意", "Disagree"),
    "send_back": Words("退回", "Send back"),
    "suspend": Words("中止计时（特别程序）", "Suspend"),
    "resume": Words("恢复办理", "Resume"),
    "extend": Words("延长办理期限", "Extend the limit"),
    "supervise": Words("督办", "Supervise"),
    "open_sub_case": Words("发起关联办件", "Open a sub-case"),
    "sub_case_closed": Words("关联办件办结", "Sub-case closed"),
    "retract": Words("撤回申请", "Retract"),
    "warn": Words("临期提醒", "Warn"),
    "overdue": Words("超期", "Overdue"),
}
# What a chart may allow by name; the other engine acts follow from these or are always there.
DECLARABLE = (
    "transfer",
    "countersign",
    "add_signer",
    "send_back",
    "suspend",
    "open_sub_case",
    "retract",
)
# Notes change no task; the sweeper sends the last two when a clock says so.
NOTES = frozenset({"supervise", "warn", "overdue"})


@dataclass(frozen=True, slots=True)
class ChartFault:
    """One thing wrong with a chart: where, what, and how to put it right."""

    path: str
    message: str
    cure: str = ""

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" + (f" ({self.cure})" if self.cure else "")


class ChartRefused(ValueError):
    """A chart with faults; `faults` holds every one of them."""

    def __init__(self, faults: tuple[ChartFault, ...]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Guard:
    """A condition on an arc or region; `ask` answers None when a needed fact is unknown."""

    text: str
    fields: frozenset[str]
    ask: Ask = field(compare=False)
    label: Words = NO_WORDS


@dataclass(frozen=True, slots=True)
class Arc:
    """One way out of a state, taken when `guard` holds; everything under `exits` is left by it."""

    source: str
    target: str
    exits: str
    guard: Guard | None = None
    effects: tuple[str, ...] = ()
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """A named act of the chart with its alternatives, tried in order."""

    name: str
    label: Words
    by: str
    arcs: tuple[Arc, ...]
    completes: bool
    once: bool = False
    needs_reason: bool = False
    needs_document: bool = False
    is_automatic: bool = False
    """The system may take it as well, for an item that is decided automatically (自动审批)."""


@dataclass(frozen=True, slots=True)
class State:
    """
    A state (环节) under its dotted name; `path` is where it stands in the data.

    `line` is the state and its ancestors, innermost first; `scope` the states it may go to;
    `region` the parallel region it lives in; `four_eyes` the task states whose last completer may
    not act here; `acts` the engine acts allowed here, each with the role that may also do it.
    """

    name: str
    label: Words
    kind: StateKind
    order: int
    parent: str = ""
    line: tuple[str, ...] = ()
    scope: frozenset[str] = frozenset()
    region: str = ""
    children: tuple[str, ...] = ()
    start: str = ""
    role: str = ""
    department: str = ""
    when: Guard | None = None
    then: tuple[Arc, ...] = ()
    on: Mapping[str, Event] = field(default_factory=dict)
    four_eyes: tuple[str, ...] = ()
    acts: Mapping[str, str] = field(default_factory=dict)
    outcomes: tuple[str, ...] = ()
    stage: str = ""
    path: str = ""
    is_engine_owned: bool = False


@dataclass(frozen=True, slots=True)
class Extension:
    """Who may extend a clock and what follows from it."""

    approver: str
    effects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """
    A compiled process chart.

    `open_events` gives, for each task state, every event that reaches it with the state owning it.
    """

    code: str
    title: Words
    regime: Regime
    start: str
    states: Mapping[str, State]
    clocks: Mapping[str, ClockRule]
    extensions: Mapping[str, Extension]
    roles: Mapping[str, Words]
    supervisor: str
    open_events: Mapping[str, Mapping[str, tuple[str, Event]]]

    def role_label(self, role: str) -> Words:
        return self.roles.get(role) or ROLE_LABELS.get(role) or Words(role)

    def label(self, name: str) -> Words:
        state = self.states.get(name)
        return state.label if state else Words(name)
