# SPDX-License-Identifier: Apache-2.0
"""Data resources (数据资源) that departments share: what they hold, and who may ask for what."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from huiban.kernel.words import Words


class Level(StrEnum):
    """Whose resource it is (层级)."""

    NATIONAL = "national"
    PROVINCIAL = "provincial"
    MUNICIPAL = "municipal"


class Share(StrEnum):
    """共享类型 of 政务信息资源共享管理暂行办法 art. 9; what is not shared is asked of nobody."""

    UNCONDITIONAL = "unconditional"
    CONDITIONAL = "conditional"
    NONE = "none"


class Mode(StrEnum):
    """How the provider hands it over (共享方式)."""

    API = "api"
    DATABASE = "database"
    FILE = "file"
    PUSH = "push"


class Subject(StrEnum):
    """What one record is about."""

    ENTERPRISE = "enterprise"
    PERSON = "person"
    PROJECT = "project"
    VEHICLE = "vehicle"
    PLACE = "place"


class Completeness(StrEnum):
    """Whether not being found says something: in a CLOSED register, and a fresh one, it is "no"."""

    CLOSED = "closed"
    OPEN = "open"


class Consent(StrEnum):
    """What the subject must have been asked before (征得同意)."""

    NONE = "none"
    NOTICE = "notice"
    EXPLICIT = "explicit"


class ItemType(StrEnum):
    """The type of one item of a record."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    BOOLEAN = "boolean"


class Mask(StrEnum):
    """How a sensitive value is shown to those who need not read all of it (脱敏)."""

    NAME = "name"
    PERSON_ID = "person_id"
    PHONE = "phone"
    TAIL = "tail"
    ALL = "all"


LOOKUP_KEYS = frozenset(
    {
        "uscc", "person_id", "project_code", "plate", "name", "permit_number",
        "certificate_number", "address", "place_code",
    }
)  # fmt: skip
"""What a record may be looked up by."""

MASKED_FROM = 2
"""Items of this sensitivity and above are masked; 2 is personal, 3 sensitive personal data."""

_PERIOD = re.compile(r"(\d{1,4}) (hour|day|month|year)s?")
# The longest month and year there are: a bound must not run out before its calendar day.
_DAYS = {"day": 1, "month": 31, "year": 366}
_CODE_STARTS = {
    Level.NATIONAL: "000000",
    Level.PROVINCIAL: "370000",
    Level.MUNICIPAL: "370200",
}


def period(text: str) -> timedelta:
    """
    Read a length of time as resources state it.

    >>> period("35 days")
    datetime.timedelta(days=35)

    :raises ValueError: naming the text and the units there are.
    """
    found = _PERIOD.fullmatch(text)
    if found is None:
        message = f"{text!r}: write a number and hours, days, months or years, such as '35 days'"
        raise ValueError(message)
    count = int(found[1])
    if found[2] == "hour":
        return timedelta(hours=count)
    return timedelta(days=count * _DAYS[found[2]])


@dataclass(frozen=True, slots=True)
class Item:
    """One item (信息项) of a resource."""

    key: str
    label: Words
    type: ItemType = ItemType.TEXT
    sensitivity: int = 0
    mask: Mask | None = None

    @property
    def is_masked(self) -> bool:
        return self.sensitivity >= MASKED_FROM


@dataclass(frozen=True, slots=True)
class Provider:
    """The authority that answers for a resource (提供部门)."""

    code: str
    level: Level
    name: Words


@dataclass(frozen=True, kw_only=True)
class Resource:
    """
    One entry of the catalogue (资源目录条目).

    `max_age` is how old an answer may be before a person must confirm it; `quota` calls a day and
    `per_second` are what the provider allows us; `p95` is the time in ms it promises; `purposes`
    are the codes of the scenarios that may ask.
    """

    code: str
    key: str
    name: Words
    about: str
    category: str
    level: Level
    provider: str
    subject: Subject
    keys: tuple[str, ...]
    items: tuple[Item, ...]
    share: Share
    basis: tuple[str, ...]
    mode: Mode
    cycle: timedelta
    max_age: timedelta
    completeness: Completeness
    quota: int
    per_second: int
    p95: int
    consent: Consent
    retention: timedelta
    purposes: frozenset[str]
    condition: str = ""
    is_sample: bool = True

    def item(self, key: str) -> Item | None:
        return next((one for one in self.items if one.key == key), None)

    def is_fresh(self, as_of: date, today: date) -> bool:
        """Tell whether an answer of that day may still be taken without a second look."""
        return today - as_of <= self.max_age

    def says_no(self, as_of: date, today: date) -> bool:
        """Tell whether "not found" means that there is none, and not only that nobody knows."""
        return self.completeness is Completeness.CLOSED and self.is_fresh(as_of, today)


@dataclass(frozen=True, slots=True)
class Question:
    """What one request would ask: the items by key, what for, and what the subject agreed to."""

    looked_up_by: str
    fields: frozenset[str]
    purpose: str
    consent: Consent = Consent.NONE


class QuestionRefused(ValueError):
    """A request that must not be sent; `code` names the reason, `message` says it in words."""

    def __init__(self, code: str, message: Words) -> None:
        super().__init__(message.zh)
        self.code = code
        self.message = message


def demand(resource: Resource, question: Question, bound: Collection[str]) -> None:
    """
    Make sure that a request asks only what it may: the fields bound in the form, for its purpose.

    :raises QuestionRefused: with the first reason why it may not be sent.
    """
    for code, is_wrong, zh, en in _objections(resource, question, frozenset(bound)):
        if is_wrong:
            raise QuestionRefused(code, Words(zh, en))


def _objections(
    resource: Resource, question: Question, bound: frozenset[str]
) -> Iterator[tuple[str, bool, str, str]]:
    name = resource.name
    known = {one.key for one in resource.items}
    yield (
        "not_shared",
        resource.share is Share.NONE,
        f"{name.zh}不予共享，不能查询",
        f"{name.en or name.zh} is not shared with anybody",
    )
    yield (
        "unknown_key",
        question.looked_up_by not in resource.keys,
        f"{name.zh}不能按“{question.looked_up_by}”查询",
        f"{name.en or name.zh} cannot be looked up by “{question.looked_up_by}”",
    )
    yield (
        "nothing_asked",
        not question.fields,
        f"没有写明要查{name.zh}的哪几项",
        f"Nothing is asked of {name.en or name.zh}",
    )
    strange = ", ".join(sorted(question.fields - known))
    yield (
        "unknown_item",
        bool(strange),
        f"{name.zh}没有这些信息项：{strange}",
        f"{name.en or name.zh} has no such items: {strange}",
    )
    unbound = ", ".join(sorted(question.fields - bound))
    yield (
        "unbound_item",
        bool(unbound),
        f"表单没有用到{name.zh}的这些信息项，不能查询：{unbound}",
        f"The form does not use these items of {name.en or name.zh}: {unbound}",
    )
    yield (
        "purpose_not_allowed",
        question.purpose not in resource.purposes,
        f"{name.zh}没有授权用于“{question.purpose}”",
        f"{name.en or name.zh} may not be asked for “{question.purpose}”",
    )
    yield (
        "consent_missing",
        _ORDER[question.consent] < _ORDER[resource.consent],
        f"查询{name.zh}要先征得本人同意",
        f"Asking {name.en or name.zh} needs the subject's consent first",
    )


_ORDER = {Consent.NONE: 0, Consent.NOTICE: 1, Consent.EXPLICIT: 2}


def masked(value: object, mask: Mask | None) -> object:
    """
    Hide the part of a value that most need not read.

    >>> masked("370202199001010015", Mask.PERSON_ID)
    '370202********0015'
    >>> masked("13812345678", Mask.PHONE)
    '138****5678'
    """
    if mask is None or value is None or value == "":
        return value
    text = str(value)
    if mask is Mask.NAME:
        return text[:1] + "*" * max(len(text) - 1, 1)
    head, tail = _SHOWN[mask]
    if len(text) <= head + tail:
        return "*" * len(text)
    return text[:head] + "*" * (len(text) - head - tail) + text[len(text) - tail :]


_SHOWN = {Mask.PERSON_ID: (6, 4), Mask.PHONE: (3, 4), Mask.TAIL: (0, 4), Mask.ALL: (0, 0)}


@dataclass(frozen=True, slots=True)
class Fault:
    """What an entry lacks or contradicts; `field` is the key it is written under."""

    field: str
    message: str
    cure: str


def lint(resource: Resource) -> Iterator[Fault]:
    """Yield what is wrong with one entry of the catalogue."""
    start = _CODE_STARTS[resource.level]
    if not re.fullmatch(rf"{start}-\d{{4}}", resource.code):
        yield Fault("code", f"not a {resource.level} code", f"write {start}-0001 and so on")
    if resource.share is Share.CONDITIONAL and not resource.condition:
        yield Fault("condition", "shared on condition, and the condition is missing", "add it")
    if resource.share is Share.NONE and resource.purposes:
        yield Fault("purposes", "not shared, yet some may ask", "leave purposes empty")
    if resource.share is not Share.NONE and not resource.purposes:
        yield Fault("purposes", "no scenario may ask", "name the scenarios, or share: none")
    if resource.max_age < resource.cycle:
        yield Fault(
            "max_age", "every answer would be stale before the next update", "at least the cycle"
        )
    known = {one.key for one in resource.items}
    for key in resource.keys:
        if key not in known:
            yield Fault("keys", f"'{key}' is not among the items", "add the item")
    yield from _item_faults(resource)


def _item_faults(resource: Resource) -> Iterator[Fault]:
    seen: set[str] = set()
    for one in resource.items:
        if one.key in seen:
            yield Fault("items", f"item '{one.key}' stands there twice", "delete one")
        seen.add(one.key)
        if one.is_masked and one.mask is None:
            yield Fault("items", f"'{one.key}' is personal and has no mask", "add mask")
        if not one.is_masked and one.mask is not None:
            yield Fault("items", f"'{one.key}' is masked without need", "raise its sensitivity")


@dataclass(frozen=True)
class Catalogue:
    """All resources by key, who provides them, their categories in order, and the purposes."""

    resources: Mapping[str, Resource]
    providers: Mapping[str, Provider]
    categories: Mapping[str, Words]
    purposes: Mapping[str, Words]

    def count(self, level: Level) -> int:
        return sum(one.level is level for one in self.resources.values())


EMPTY = Catalogue({}, {}, {}, {})
