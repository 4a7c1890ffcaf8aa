# SPDX-License-Identifier: Apache-2.0
"""What a form can be filled in with (预填候选): values, their sources, and why some say nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from huiban.kernel.form import Context, Field
from huiban.kernel.form_parse import parse
from huiban.kernel.lookup import Asking, Reply
from huiban.kernel.resource import Catalogue, Resource
from huiban.kernel.words import Words


class Kind(StrEnum):
    """Where a candidate comes from; in this order candidates are trusted nowhere, only listed."""

    IDENTITY = "identity"
    SHARED = "shared"
    CHECK = "check"
    HISTORY = "history"
    CERTIFICATE = "certificate"
    COMPUTED = "computed"


class Status(StrEnum):
    """How sure a value is, or why there is none."""

    AUTHORITATIVE = "authoritative"
    SUGGESTED = "suggested"
    STALE = "stale"
    CONFLICT = "conflict"
    SEVERAL = "several"
    """The register holds several records; a person picks one."""
    ABSENT = "absent"
    TIMEOUT = "timeout"
    REFUSED = "refused"
    BUSY = "busy"
    BROKEN = "broken"
    PENDING = "pending"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True)
class Offer:
    """A value known without asking a register; `as_of` is an ISO date."""

    value: object
    title: Words
    as_of: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One value a source gives for a field, read as the field reads answers."""

    value: object
    kind: Kind
    source: str
    title: Words
    as_of: str = ""
    reference: str = ""
    request: str = ""
    is_fresh: bool = True
    is_picked: bool = False
    """From one of several records, which a person picked."""

    def origin(self, status: Status) -> dict[str, str]:
        """Return what is kept beside the value (来源), as JSON."""
        found = {
            "kind": str(self.kind),
            "source": self.source,
            "status": str(status),
            "zh": self.title.zh,
            "en": self.title.en,
            "as_of": self.as_of,
            "reference": self.reference,
            "request": self.request,
            "picked": "yes" if self.is_picked else "",
        }
        return {name: text for name, text in found.items() if text}


@dataclass(frozen=True, slots=True)
class Silence:
    """A source that gave nothing, and why."""

    source: str
    title: Words
    status: Status


@dataclass(frozen=True, slots=True)
class Envelope:
    """
    What is known of one field: the value to fill in, or the values to choose from.

    `others` are further candidates: second opinions that agree, values to pick from history.
    """

    status: Status
    chosen: Candidate | None = None
    others: tuple[Candidate, ...] = ()
    silences: tuple[Silence, ...] = ()
    rows: tuple[Mapping[str, object], ...] = ()
    """A table's rows, when `chosen` is the register they come from."""
    cells: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """A table's origins by column."""

    @property
    def options(self) -> tuple[Candidate, ...]:
        return (self.chosen, *self.others) if self.chosen else self.others


@dataclass(frozen=True)
class Known:
    """Everything candidates are taken from."""

    asking: Asking
    offers: Mapping[str, Offer]
    catalogue: Catalogue
    context: Context
    carried: frozenset[str] = frozenset()
    """Fields whose value the certificate in hand gives; offered under their bare key."""

    @property
    def today(self) -> date:
        return self.context.today


SILENT = {
    "absent": Status.ABSENT,
    "timeout": Status.TIMEOUT,
    "refused": Status.REFUSED,
    "busy": Status.BUSY,
    "broken": Status.BROKEN,
    "pending": Status.PENDING,
}
"""What a state of an answer that holds nothing says of the value."""
NOTHING: tuple[object, ...] = (None, "", [], {})


def from_register(
    known: Known, value: object, kind: Kind, resource: Resource, reply: Reply
) -> Candidate:
    as_of = reply.as_of or known.today
    return Candidate(
        value=value,
        kind=kind,
        source=resource.key,
        title=resource.name,
        as_of=as_of.isoformat(),
        request=reply.request,
        is_fresh=resource.is_fresh(as_of, known.today),
    )


def read_value(known: Known, one: Field, raw: object) -> object:
    """Read a source's value as the field reads answers; what the field cannot take is nothing."""
    if raw is None:
        return None
    text = one.register_words.get(raw, raw) if isinstance(raw, str) else raw
    if isinstance(text, int | float) and not isinstance(text, bool):
        text = str(text)
    answer = parse(one, text, known.context)
    return None if answer.troubles else answer.value
