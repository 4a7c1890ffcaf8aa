# SPDX-License-Identifier: Apache-2.0
"""What a loaded scenario (场景) is: kernel values by code, with the texts they were read from."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from huiban.kernel.analysis import Analysis
from huiban.kernel.automatic_way import opened_to_system
from huiban.kernel.calendar import Calendar
from huiban.kernel.catalogue import Item, Life
from huiban.kernel.connection import Connection
from huiban.kernel.form import Form
from huiban.kernel.material_kind import MaterialKind
from huiban.kernel.process import Chart
from huiban.kernel.resource import EMPTY, Catalogue
from huiban.kernel.review import Review
from huiban.kernel.rule import Criterion
from huiban.kernel.words import Words
from huiban.packloader.problem import Problem

_SLOT = re.compile(r"\{(year|month|day|division|serial)(?::(\d{1,2}))?\}")


@dataclass(frozen=True, slots=True)
class Numbering:
    """How reference numbers (文号) are written; `resets` says when the serial starts over."""

    pattern: str
    resets: str = "yearly"

    def series_day(self, today: date) -> date:
        """Return the first day of the period the serial counts in."""
        if self.resets == "daily":
            return today
        return date(today.year, 1, 1) if self.resets == "yearly" else date(1970, 1, 1)

    def write(self, serial: int, today: date, division: str = "") -> str:
        """
        Write one number.

        >>> Numbering("青审〔{year}〕{serial:4}号").write(7, date(2026, 3, 5))
        '青审〔2026〕0007号'
        """
        values = {
            "year": f"{today.year}",
            "month": f"{today.month:02}",
            "day": f"{today.day:02}",
            "division": division,
            "serial": f"{serial}",
        }
        return _SLOT.sub(lambda found: values[found[1]].zfill(int(found[2] or 0)), self.pattern)


@dataclass(frozen=True, slots=True)
class Validity:
    """The form fields a certificate is valid from and to, if any, and the longest time."""

    starts: str = ""
    ends: str = ""
    at_most: str = ""


@dataclass(frozen=True, kw_only=True)
class CertificateKind:
    """A kind of certificate (证照种类): issued here, or only known from elsewhere."""

    code: str
    name: Words
    issued_here: bool = False
    is_reserved: bool = False
    type_code: str = ""
    department: str = ""
    number: Numbering | None = None
    valid: Validity | None = None
    renewal_days_before: int = 30
    basis: str = ""


@dataclass(frozen=True, slots=True)
class GrantPurpose:
    """What a holder may grant the use of a certificate for (授权用证的用途)."""

    code: str
    name: Words
    needs_words: bool = False


@dataclass(frozen=True, slots=True)
class Role:
    """A post (岗位): the public, a member of staff, or the system itself."""

    code: str
    title: Words
    staffed_by: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where a prefilled value may come from (预填来源) and what it gives."""

    code: str
    kind: str
    title: Words
    gives: tuple[str, ...]
    keys: tuple[str, ...] = ()
    """What a register can be asked by."""
    purposes: frozenset[str] = frozenset()
    """The scenarios that may ask it."""


@dataclass(frozen=True, slots=True)
class Division:
    """An administrative division (行政区划)."""

    code: str
    name: Words
    level: str = ""
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Department:
    """An authority's department (部门)."""

    code: str
    name: Words
    uscc: str = ""
    division: str = ""
    sm2: bool = False
    """It signs with SM2 and SM3 instead of P-256 and SHA-256."""


@dataclass(frozen=True, kw_only=True)
class Common:
    """The vocabularies every pack shares (packs/common)."""

    divisions: Mapping[str, Division]
    departments: Mapping[str, Department]
    roles: Mapping[str, Role]
    sources: Mapping[str, Source]
    certificates: Mapping[str, CertificateKind]
    calendar: Calendar
    texts: Mapping[str, str] = field(repr=False)
    catalogue: Catalogue = field(default=EMPTY, repr=False)
    """The data resources that analysis.yaml asks (packs/resources)."""
    grant_purposes: Mapping[str, GrantPurpose] = field(default_factory=dict)
    material_kinds: Mapping[str, MaterialKind] = field(default_factory=dict)
    """What a reading may turn out to be (readings.yaml), in the order they are written."""

    @cached_property
    def division_names(self) -> dict[str, str]:
        """Division names by code, as `form.read` takes them."""
        return {code: found.name.zh for code, found in self.divisions.items()}


@dataclass(frozen=True, kw_only=True)
class DocumentKind:
    """A document (文书) the process issues; `template` is a path in `Scenario.templates`."""

    code: str
    title: Words
    template: str
    data: tuple[str, ...]
    basis: str
    number: Numbering | None = None
    certificate: str = ""
    seal: str = "authority"
    signed_by: tuple[str, ...] = ()
    is_public: bool = True


@dataclass(frozen=True, slots=True)
class Notice:
    """What the applicant is told at an event (告知); `{name}` slots are filled by `tell`."""

    title: Words
    body: Words
    channels: tuple[str, ...] = ("message",)

    def tell(self, facts: Mapping[str, str]) -> tuple[Words, Words]:
        """Fill the slots; a slot without a fact is left out, never shown raw."""
        return _filled(self.title, facts), _filled(self.body, facts)


NOTICE_SLOTS = (
    "case_number",
    "item",
    "applicant",
    "due_on",
    "reason",
    "points",
    "document",
    "certificate_number",
    "department",
    "phone",
)
"""What a notice may fill in."""


def _filled(words: Words, facts: Mapping[str, str]) -> Words:
    def fill(found: re.Match[str]) -> str:
        return facts.get(found[1], "")

    return Words(*(re.sub(r"\{([a-z_]+)\}", fill, text) for text in (words.zh, words.en)))


@dataclass(frozen=True, kw_only=True)
class FromCertificate:
    """
    What a form takes from the certificate in hand (从证照带出).

    `attributes` maps form fields to the certificate's number, valid_from or valid_until; `locked`
    and `editable` fields carry over from what the certificate was issued on.
    """

    kind: str
    attributes: Mapping[str, str]
    locked: tuple[str, ...] = ()
    editable: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        return (*self.locked, *self.editable)


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample application (样本): answers as an applicant types them, materials handed in."""

    code: str
    about: Words
    item: str
    answers: Mapping[str, object]
    materials: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Statistic:
    """One published number (统计指标); `measure` is its definition in `huiban.kernel.measure`."""

    code: str
    title: Words
    measure: str
    per: tuple[str, ...] = ()
    unit: str = ""
    note: Words = Words("")  # noqa: RUF009 - an immutable value


@dataclass(frozen=True, slots=True)
class Seed:
    """How much synthetic data a demonstration needs (演示数据)."""

    people: int
    enterprises: int
    cases: Mapping[str, int]
    sample: str
    note: Words = Words("")  # noqa: RUF009 - an immutable value
    variants: tuple[Mapping[str, object], ...] = ()
    """Answers that differ from the sample's, case after case."""
    applicant_is: tuple[str, ...] = ()
    """Fields that name whoever applies."""
    says: Mapping[str, str] = field(default_factory=dict)
    """Reasons that officers write, by act."""
    points: tuple[Mapping[str, str], ...] = ()
    """What a correction notice asks for: about, fault and cure."""
    paper: str = ""
    """A line of the made-up materials."""


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A scenario pack (场景包) of one version; a case keeps the version it was filed under."""

    code: str
    name: Words
    summary: Words
    owner: str
    version: str
    digest: str
    texts: Mapping[str, str] = field(repr=False)
    templates: Mapping[str, str] = field(repr=False)
    items: Mapping[str, Item]
    forms: Mapping[str, Form]
    from_certificates: Mapping[str, FromCertificate]
    processes: Mapping[str, Chart]
    acceptance: Mapping[Life, tuple[Criterion, ...]]
    examination: Mapping[Life, tuple[Criterion, ...]]
    analysis: Analysis | None = None
    review: Review | None = None
    documents: Mapping[str, DocumentKind]
    notices: Mapping[str, Notice]
    state_sentences: Mapping[str, Words]
    samples: Mapping[str, Sample]
    statistics: tuple[Statistic, ...]
    seed: Seed | None
    level: str
    retention_years: int
    readme: str = field(repr=False, default="")

    @property
    def rules(self) -> tuple[Criterion, ...]:
        """Every criterion once, those of the acceptance first."""
        groups = (*self.acceptance.values(), *self.examination.values())
        return tuple({one.code: one for group in groups for one in group}.values())

    def item_of(self, life: Life) -> Item | None:
        return next((item for item in self.items.values() if item.life is life), None)

    def form_of(self, item: Item) -> Form:
        return self.forms[item.form]

    def chart_of(self, item: Item) -> Chart:
        """Return an item's chart, its steps open to the system where the item declares it."""
        charts = self._automatic_charts if item.automatic else self.processes
        return charts[item.process]

    @cached_property
    def _automatic_charts(self) -> dict[str, Chart]:
        wanted = {item.process for item in self.items.values() if item.automatic}
        return {code: opened_to_system(self.processes[code]) for code in sorted(wanted)}


@dataclass(frozen=True)
class Loaded:
    """Everything read from a packs folder; a pack that cannot be built is only in `problems`."""

    scenarios: Mapping[str, Scenario]
    common: Common
    problems: tuple[Problem, ...]
    catalogue: Catalogue = EMPTY
    """The data resources (packs/resources)."""
    connections: Mapping[str, Connection] = field(default_factory=dict)
    """How the connected ones are reached, by resource."""
