# SPDX-License-Identifier: Apache-2.0
"""What a template is told of one question (字段): everything spoken, named and decided already."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from huiban.kernel.form import Field, FieldKind, FieldProblem, Values
from huiban.kernel.words import Words


@dataclass(frozen=True, slots=True)
class Candidate:
    """One of several values that sources disagree on; `text` is how people read it."""

    value: str
    text: str
    source: Words
    as_of: date | None = None


@dataclass(frozen=True, kw_only=True)
class GivenState:
    """What a drawing knows of values that sources gave, or did not give."""

    candidates: Mapping[str, tuple[Candidate, ...]] = field(default_factory=dict)
    """Field key → what sources disagree on."""
    cells: Mapping[tuple[str, int, str], Mapping[str, str]] = field(default_factory=dict)
    """Table, row and column → where a cell's value came from."""
    notes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Field key → why sources that were asked gave nothing, in words."""
    past: Mapping[str, Candidate] = field(default_factory=dict)
    """Field key → what was filed before, for picking."""
    stale: frozenset[str] = frozenset()
    """Given values that are old and that nobody has confirmed."""
    fixed: frozenset[str] = frozenset()
    """Given values that may not be typed over, only disputed."""
    disputable: frozenset[str] = frozenset()
    """Fields that a register gave a value for."""
    doubt_url: str = ""
    """Where a register's value is disputed: this, a slash and the field's key."""
    seal: Callable[[str, object], str] | None = None
    """What stands in the page for a given value that is not shown whole; None shows all."""


@dataclass(frozen=True, kw_only=True)
class FormState:
    """What one drawing of a form knows beside the form itself."""

    values: Values = field(default_factory=dict)
    typed: Mapping[str, object] = field(default_factory=dict)
    """Path → what was typed and could not be taken, as `Reading.typed`."""
    problems: tuple[FieldProblem, ...] = ()
    language: str = "zh-hans"
    divisions: Mapping[str, str] = field(default_factory=dict)
    today: date | None = None
    life: str = ""
    origins: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Field key → where its value came from, as `Offer.origin` wrote it."""
    editing: frozenset[str] = frozenset()
    """Given fields the person has opened with 不对？ (`?edit=key`)."""
    given: "GivenState" = field(default_factory=lambda: GivenState())
    revealed: frozenset[str] = frozenset()
    """Given personal values to be shown in full, and rows `managers.2` of such cells."""
    needed: frozenset[str] = frozenset()
    """Keys whose `required_when` holds now."""
    file_url: str = "/files/"
    upload_url: str = ""
    """Where a script sends one file at once; without it files go with the form."""

    def at(self, path: str) -> tuple[str, ...]:
        """Return the messages for one path, in the language of the page."""
        return tuple(one.message.speak(self.language) for one in self.problems if one.path == path)

    def say(self, words: Words) -> str:
        return words.speak(self.language)


@dataclass(frozen=True, slots=True)
class OptionView:
    value: str
    label: str
    is_selected: bool
    id: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class OptionGroup:
    label: str
    options: tuple[OptionView, ...]


@dataclass(frozen=True, slots=True)
class FileView:
    """A file that is already here."""

    number: str
    name: str
    size: int
    size_words: str
    media: str
    url: str
    thumb: str = ""
    """Address of a small picture of its first page; without it an icon stands for the file."""

    @property
    def is_image(self) -> bool:
        return self.media.startswith("image/")


@dataclass(frozen=True, slots=True)
class RowView:
    """One row of a repeating table; `number` counts from 1 for people, `index` from 0 for names."""

    index: str
    number: str
    cells: tuple["FieldView", ...]

    @property
    def is_given(self) -> bool:
        """Whether any of it came from a register and stands as it came."""
        return any(one.is_given for one in self.cells)

    @property
    def is_read(self) -> bool:
        """Whether there is nothing in it to fill in: such a row takes less room."""
        return all(one.is_given for one in self.cells)

    @property
    def is_masked(self) -> bool:
        return any(one.is_masked for one in self.cells)

    @property
    def can_edit(self) -> bool:
        return any(one.is_given and not one.is_fixed for one in self.cells)


@dataclass(frozen=True, kw_only=True)
class FieldView:
    """One question, ready to draw with `parts/field.html` as `f`."""

    key: str
    path: str
    name: str
    id: str
    label: str
    kind: FieldKind
    control: str
    """The template under `parts/fields/` that draws what is filled in."""
    asked: Field
    why: str = ""
    hint: str = ""
    is_required: bool = False
    is_shown: bool = True
    """False for a field that a condition hides: drawn `hidden`, so that a script can show it."""
    is_locked: bool = False
    is_given: bool = False
    """Shown as text with its source, because the government knows it already."""
    is_cell: bool = False
    value: str = ""
    """What the input holds: as typed, or as stored."""
    spoken: str = ""
    """The value as people read it."""
    problems: tuple[str, ...] = ()
    options: tuple[OptionView, ...] = ()
    groups: tuple[OptionGroup, ...] = ()
    unit: str = ""
    columns: tuple["FieldView", ...] = ()
    """A table's blank cells, for its head and for a new row."""
    rows: tuple[RowView, ...] = ()
    files: tuple[FileView, ...] = ()
    is_masked: bool = False
    is_fixed: bool = False
    is_stale: bool = False
    notes: tuple[str, ...] = ()
    past: Candidate | None = None
    doubt_url: str = ""
    source: str = ""
    source_on: str = ""
    source_reference: str = ""
    hidden: tuple[tuple[str, str], ...] = ()
    """Name/value pairs that send a given or locked value back unchanged."""
    parts: Mapping[str, str] = field(default_factory=dict)
    """Address: lon, lat. Declaration: text, digest, agreed. Signature: strokes, at."""
    autocomplete: str = ""
    inputmode: str = ""
    placeholder: str = ""
    accept: str = ""
    accept_words: str = ""
    size_words: str = ""
    upload_url: str = ""
    earliest: str = ""
    latest: str = ""

    @property
    def template(self) -> str:
        return f"parts/fields/{self.control}.html"

    @property
    def is_group(self) -> bool:
        """Whether the question has several controls, and so needs a legend instead of a label."""
        return self.is_given or self.control in _GROUPS

    @property
    def described_by(self) -> str:
        """The ids of the texts that explain the control."""
        told = (("why", self.why), ("hint", self.hint), ("problem", self.problems))
        return " ".join(f"{self.id}-{name}" for name, text in told if text and not self.is_cell)


_GROUPS = frozenset({"radio", "checkbox", "conflict", "address", "file", "table", "signature"})


@dataclass(frozen=True, slots=True)
class ProblemLink:
    """One line of the error summary: where to go and what to put right."""

    href: str
    message: str
