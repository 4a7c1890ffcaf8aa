# SPDX-License-Identifier: Apache-2.0
"""What a form (表单) is: its sections, fields and checks, and what reading one yields."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from huiban.kernel.rule import Criterion, Rule
from huiban.kernel.words import Words

NOTHING = Words("")

Values = Mapping[str, object]
"""Canonical stored values by field key, JSON-typed; an absent value has no key."""


class FieldKind(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    DIVISION = "division"
    ADDRESS = "address"
    USCC = "uscc"
    PERSON_ID = "person_id"
    PHONE = "phone"
    FILE = "file"
    TABLE = "table"
    DECLARATION = "declaration"
    SIGNATURE = "signature"


class Lock(StrEnum):
    """Whether a prefilled value may be typed over; IF_AUTHORITATIVE only where no doubt stands."""

    NO = "no"
    YES = "yes"
    IF_AUTHORITATIVE = "if_authoritative"

    @property
    def holds(self) -> bool:
        return self is not Lock.NO


@dataclass(frozen=True, slots=True)
class Lookup:
    """
    One question (查询) the form puts to a register, and where its key comes from.

    `start` names `identity.number`, a field, a column `table.column` (one question a row), or an
    item of another source (`construction_permit.project_code`), which is then asked first. `rows`
    names the table that the records found fill, one a row.
    """

    source: str
    by: str
    start: str
    rows: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: Words


@dataclass(frozen=True, kw_only=True)
class Field:
    """One question (字段), or a repeating table of questions when `kind` is TABLE."""

    key: str
    label: Words
    kind: FieldKind
    required: bool = False
    required_when: Rule | None = None
    show_when: Rule | None = None
    why: Words = NOTHING
    """Why it is asked (为什么要填)."""
    hint: Words = NOTHING
    """How to fill it in (怎么填), with an example."""
    options: tuple[Option, ...] = ()
    multiple: bool = False
    columns: tuple["Field", ...] = ()
    minimum: Decimal | None = None
    """NUMBER and MONEY take no negatives unless this is negative."""
    maximum: Decimal | None = None
    decimals: int = 0
    unit: str = ""
    min_length: int = 0
    max_length: int = 200
    multiline: bool = False
    format: str = ""
    """A named shape of text: one of `form_text.FORMATS`, e.g. `plate`, `email`."""
    min_rows: int = 0
    """A table with 1 or more is required whenever it is shown."""
    max_rows: int = 100
    accept: tuple[str, ...] = ()
    """Media types taken, e.g. `application/pdf`, `image/*`; empty takes any."""
    max_bytes: int = 20 * 1024 * 1024
    max_files: int = 1
    earliest: str = ""
    """First day allowed: an ISO date, `today`, or `today-30` (days)."""
    latest: str = ""
    prefill: tuple[str, ...] = ()
    """Names of the sources that may fill it, tried in order."""
    check: tuple[str, ...] = ()
    """Names of sources asked for a second opinion only (核对); they never fill it."""
    lock: Lock = Lock.NO
    when_absent: str = ""
    """What a complete and fresh register says by having no record, e.g. `0` accidents."""
    register_words: Mapping[str, str] = field(default_factory=dict)
    """How registers write an answer → the value it has here (对照), e.g. `A` → `principal`."""
    sensitive: bool = False
    text: Words = NOTHING
    """The full text of a declaration (承诺书)."""
    locked_in: frozenset[str] = frozenset()
    """Lives (新办、变更…) in which the value may not change."""

    @property
    def places(self) -> int:
        """The decimals kept: money has two, a number its own."""
        return 2 if self.kind is FieldKind.MONEY else self.decimals

    @property
    def least(self) -> Decimal:
        return Decimal(0) if self.minimum is None else self.minimum

    @property
    def fewest_rows(self) -> int:
        """The rows a table must have once it is filled in."""
        return max(self.min_rows, 1)

    @property
    def is_always_needed(self) -> bool:
        return self.required or self.min_rows > 0


@dataclass(frozen=True, kw_only=True)
class Section:
    key: str
    title: Words
    intro: Words = NOTHING
    fields: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """A condition across fields (交叉校验); its criterion's message is shown at `points_to`."""

    criterion: Criterion
    points_to: str


@dataclass(frozen=True, eq=False, kw_only=True)
class Form:
    """One application form; compared by identity, because a loaded form never changes."""

    code: str
    title: Words
    named_by: str = ""
    """The field whose answer names the application in lists, such as the project's name."""
    sections: tuple[Section, ...] = ()
    checks: tuple[Check, ...] = ()
    lookups: tuple[Lookup, ...] = ()
    removed: tuple[Option, ...] = ()
    """Questions of the form it replaces that are no longer asked (减字段), by key."""
    _by_key: dict[str, tuple[Section, Field]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        placed = {one.key: (part, one) for part in self.sections for one in part.fields}
        object.__setattr__(self, "_by_key", placed)

    def fields(self) -> Iterator[Field]:
        """Yield the top-level fields in the order they are asked."""
        for part in self.sections:
            yield from part.fields

    def field(self, key: str) -> Field | None:
        found = self._by_key.get(key)
        return found[1] if found else None

    def section(self, key: str) -> Section | None:
        return next((part for part in self.sections if part.key == key), None)

    def section_of(self, path: str) -> str:
        """Return the section key of a path such as `vehicles.2.plate`."""
        found = self._by_key.get(path.partition(".")[0])
        return found[0].key if found else ""


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One thing to put right; `path` is `uscc` or `vehicles.2.plate`, rows counted from 0."""

    path: str
    code: str
    message: Words
    section: str


@dataclass(frozen=True)
class Reading:
    """What was read: the good values, the problems, and the rest as it was typed."""

    values: dict[str, object]
    problems: tuple[FieldProblem, ...] = ()
    missing: tuple[str, ...] = ()
    """Paths that must be filled in and are empty; each also has a problem `required`."""
    typed: dict[str, object] = field(default_factory=dict)
    """Path → text (or list of texts) as typed, for the fields with a problem."""
    warnings: tuple[FieldProblem, ...] = ()
    """Accepted, but worth a second look (e.g. an old region code in a person number)."""
    unknown: tuple[str, ...] = ()
    """Keys sent that the form does not have; the web ignores them, the API refuses them."""

    @property
    def is_complete(self) -> bool:
        return not self.problems

    @property
    def mistakes(self) -> tuple[FieldProblem, ...]:
        """The problems other than empty fields: what a draft must show."""
        return tuple(one for one in self.problems if one.code != "required")


@dataclass(frozen=True, slots=True)
class SectionProgress:
    """How far one step is: visible required answers, how many are filled, which are missing."""

    key: str
    required: int
    filled: int
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two versions of the answers, as display text."""

    path: str
    label: str
    before: str
    after: str
