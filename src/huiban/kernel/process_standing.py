# SPDX-License-Identifier: Apache-2.0
"""Where a case stands (当前状态): its open tasks, and what one step of the process changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from enum import StrEnum

from huiban.kernel.words import Words

JSON = object


class TaskKind(StrEnum):
    STATE = "state"
    COUNTERSIGN = "countersign"
    SIGNER = "signer"
    SUB_CASE = "sub_case"


class ActionRefused(ValueError):
    """
    An act that is not possible now.

    `code` is one of not_open, role, holder, four_eyes, suspended, waiting, once, guard,
    unknown_fact, input; `missing` names the facts or inputs needed, `open_now` what is open.
    """

    def __init__(
        self, code: str, message: str, missing: tuple[str, ...] = (), open_now: tuple[str, ...] = ()
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.missing = missing
        self.open_now = open_now


@dataclass(frozen=True, slots=True)
class Pending:
    """A decision taken but kept back until the added signers agree (后加签)."""

    event: str
    by: str
    reason: str = ""
    document: str = ""

    def to_json(self) -> dict[str, JSON]:
        found: dict[str, JSON] = {"event": self.event, "by": self.by}
        for name in ("reason", "document"):
            if getattr(self, name):
                found[name] = getattr(self, name)
        return found


@dataclass(frozen=True, slots=True)
class Task:
    """
    One thing somebody must do (待办).

    `parent` is the asking task, which waits while this one is open; `batch` groups the tasks of
    one countersigning, all or any of which must be answered; `is_unsigned` says that an added
    signer disagreed, so the task needs a fresh signature before it can be completed.
    """

    key: str
    state: str
    kind: TaskKind = TaskKind.STATE
    role: str = ""
    holder: str | None = None
    department: str | None = None
    parent: str | None = None
    batch: str = ""
    any_will_do: bool = False
    asked_by: str = ""
    is_unsigned: bool = False
    pending: Pending | None = None
    about: str = ""

    def to_json(self) -> dict[str, JSON]:
        """Return plain JSON with defaults left out."""
        found: dict[str, JSON] = {}
        for name, default in _TASK_DEFAULTS:
            value = getattr(self, name)
            if value != default:
                found[name] = value.to_json() if isinstance(value, Pending) else value
        return found | {"key": self.key, "state": self.state}

    @classmethod
    def from_json(cls, data: Mapping[str, JSON]) -> "Task":
        kept = dict(data)
        if isinstance(kept.get("pending"), Mapping):
            kept["pending"] = Pending(**kept["pending"])  # type: ignore[arg-type]
        kept["kind"] = TaskKind(str(kept.get("kind", "state")))
        return cls(**kept)  # type: ignore[arg-type]


_TASK_DEFAULTS = tuple(
    (found.name, found.default) for found in fields(Task) if found.name not in ("key", "state")
)


@dataclass(frozen=True, slots=True)
class Suspension:
    """Excluded time in force: the legal cause, the notice that says so, by whom and since when."""

    cause: str
    document: str
    by: str
    since: date

    def to_json(self) -> dict[str, JSON]:
        return {
            "cause": self.cause,
            "document": self.document,
            "by": self.by,
            "since": self.since.isoformat(),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, JSON]) -> "Suspension":
        since = date.fromisoformat(str(data["since"]))
        return cls(str(data["cause"]), str(data["document"]), str(data["by"]), since)


@dataclass(frozen=True, slots=True)
class Standing:
    """
    Where a case stands; everything a step needs to know of the past.

    `done_by` says who last completed each task state; `trail` is the way the case came, the only
    states it can be sent back to; `used` the once-only events spent, `extended` the clocks.
    """

    configuration: tuple[str, ...]
    tasks: tuple[Task, ...] = ()
    serial: int = 0
    done_by: Mapping[str, str] = field(default_factory=dict)
    trail: tuple[str, ...] = ()
    used: frozenset[str] = frozenset()
    suspension: Suspension | None = None
    extended: frozenset[str] = frozenset()
    outcome: str | None = None

    def task(self, key: str | None) -> Task | None:
        for task in self.tasks:
            if task.key == key:
                return task
        return None

    def to_json(self) -> dict[str, JSON]:
        """Return plain JSON, compact: what is empty is left out."""
        found: dict[str, JSON] = {"configuration": list(self.configuration), "serial": self.serial}
        if self.tasks:
            found["tasks"] = [task.to_json() for task in self.tasks]
        if self.done_by:
            found["done_by"] = dict(self.done_by)
        for name in ("trail", "used", "extended"):
            if getattr(self, name):
                value = getattr(self, name)
                found[name] = list(value) if name == "trail" else sorted(value)
        if self.suspension:
            found["suspension"] = self.suspension.to_json()
        if self.outcome:
            found["outcome"] = self.outcome
        return found

    @classmethod
    def from_json(cls, data: Mapping[str, JSON]) -> "Standing":
        """Restore what `to_json` wrote."""
        plain: Mapping[str, object] = data
        suspension = plain.get("suspension")
        outcome = plain.get("outcome")
        done_by = plain.get("done_by")
        return cls(
            configuration=_texts(plain.get("configuration")),
            tasks=tuple(Task.from_json(task) for task in _items(plain.get("tasks"))),
            serial=int(str(plain.get("serial", 0))),
            done_by={str(k): str(v) for k, v in done_by.items()}
            if isinstance(done_by, Mapping)
            else {},
            trail=_texts(plain.get("trail")),
            used=frozenset(_texts(plain.get("used"))),
            suspension=Suspension.from_json(suspension)
            if isinstance(suspension, Mapping)
            else None,
            extended=frozenset(_texts(plain.get("extended"))),
            outcome=str(outcome) if outcome else None,
        )


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(part) for part in value) if isinstance(value, list | tuple) else ()


def _items(value: object) -> tuple[Mapping[str, JSON], ...]:
    if not isinstance(value, list | tuple):
        return ()
    return tuple(part for part in value if isinstance(part, Mapping))


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody does: a chart event or an engine act, on a task where it concerns one."""

    name: str
    task: str | None = None
    inputs: Mapping[str, JSON] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Return a text input, "" where it is absent or not text."""
        value = self.inputs.get(name)
        return value.strip() if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True)
class Stepped:
    """
    One step taken: the new standing and everything that changed on the way, in order.

    `event` is the act's name, except when the last answer lets a decision that was kept back take
    effect: then it is that decision's event, and `decision` says who took it and why.
    """

    standing: Standing
    event: str
    entered: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    opened: tuple[Task, ...] = ()
    closed: tuple[Task, ...] = ()
    changed: tuple[Task, ...] = ()
    effects: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    decision: Pending | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """An input an act asks for; `choices` are (value, label) pairs, empty where it is free."""

    name: str
    label: Words
    is_required: bool = True
    choices: tuple[tuple[str, Words], ...] = ()


@dataclass(frozen=True, slots=True)
class OpenAct:
    """
    A button for the desk; `blocked` says in words why it cannot be pressed, `code` which way.

    Every act also takes `reason`; `inputs` are what it asks for besides reason and document.
    """

    name: str
    label: Words
    task: str | None = None
    needs_reason: bool = False
    needs_document: bool = False
    to_states: tuple[str, ...] = ()
    inputs: tuple[Wanted, ...] = ()
    blocked: str | None = None
    code: str = ""
    is_chart_event: bool = False
