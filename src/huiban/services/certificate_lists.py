# SPDX-License-Identifier: Apache-2.0
"""The certificates of a department (证照目录): kinds with their numbers, and the list, searched."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from huiban.kernel.actor import Actor
from huiban.kernel.identifier import (
    IdentifierRefused,
    check_certificate_number,
    check_verification_code,
)
from huiban.kernel.words import Words
from huiban.packloader import CertificateKind
from huiban.services import city
from huiban.services.certificate_acts import load_for, reach
from huiban.services.facts import local_day
from huiban.store import certificates, lists
from huiban.store import ledger as ledgers
from huiban.store.certificates import CertificateNarrow
from huiban.store.lists import CaseNarrow, DeskScope
from huiban.store.models import Certificate, LedgerEntry

PAGE = 30
SOON = timedelta(days=90)
"""What ends within that time is shown as ending soon."""
_LONGEST, _MOST_CASES = 60, 200
STATES = ("valid", "expired", "suspended", "replaced", "cancelled", "annulled", "withdrawn",
          "revoked")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Narrow:
    """What of the list is looked at; an empty text means all."""

    text: str = ""
    kind: str = ""
    state: str = ""
    is_ending: bool = False
    is_proposed: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of certificates, how many there are, and how many wait for a second person."""

    rows: tuple[Certificate, ...]
    total: int
    waiting: int


@dataclass(slots=True)
class KindShown:
    """A kind of certificate issued here, and how many of it are in each state."""

    kind: CertificateKind
    states: dict[str, int] = field(default_factory=dict)
    ending: int = 0

    @property
    def total(self) -> int:
        return sum(self.states.values())


def listing(narrow: Narrow, actor: Actor, now: datetime, page: int = 1) -> Listing:
    """
    List the certificates of an officer's department; a supervisor sees all.

    A text is a number, a verification code or the holder's code; within a department also words
    of the holder's name and the case.

    :raises NotAllowed: for whoever sees none.
    """
    department, division = reach(actor)
    today, place = local_day(now), _prefix(division)
    text = narrow.text.strip()[:_LONGEST]
    asked = CertificateNarrow(
        department=department,
        division=place,
        kind=narrow.kind,
        state=narrow.state if narrow.state in STATES else "",
        text=_exact(text),
        cases=_cases(text, department, division),
        ends=(today, today + SOON) if narrow.is_ending else None,
        is_proposed=narrow.is_proposed,
    )
    rows, total = certificates.listing(asked, (page - 1) * PAGE, PAGE, today)
    waiting = certificates.waiting_count(department, place)
    return Listing(tuple(rows), total, waiting)


def kinds(actor: Actor, now: datetime) -> list[KindShown]:
    """
    List the kinds this city issues, with how many are in each state, counted at once.

    :raises NotAllowed: for whoever sees none.
    """
    department, division = reach(actor)
    today = local_day(now)
    found = {
        code: KindShown(kind)
        for code, kind in city.common().certificates.items()
        if kind.issued_here and department in (None, kind.department)
    }
    for row in certificates.counts(department, _prefix(division), today, today + SOON):
        kind = city.common().certificates.get(row.kind) or CertificateKind(
            code=row.kind, name=Words(row.kind)
        )
        shown = found.setdefault(row.kind, KindShown(kind))
        if row.state == Certificate.State.VALID:
            shown.states["expired"] = row.expired
            shown.ending = row.ending
        alive = row.total - (row.expired if row.state == Certificate.State.VALID else 0)
        shown.states[row.state] = alive
    return list(found.values())


def one(
    number: str, actor: Actor, before: int | None = None
) -> tuple[Certificate, list[LedgerEntry], int | None]:
    """
    Open a certificate with a page of its ledger, newest first, and where it goes on.

    :raises NotFound: if there is none, or it is another department's.
    """
    held = load_for(number, actor)
    found = ledgers.newest("certificate", number, PAGE + 1, before)
    return held, found[:PAGE], found[PAGE - 1].seq if len(found) > PAGE else None


def _exact(text: str) -> str:
    """Bring a typed number or code into the one writing it is kept in."""
    for check in (check_verification_code, check_certificate_number):
        try:
            return check(text).value
        except IdentifierRefused:
            continue
    return text


def _cases(text: str, department: str | None, division: str) -> tuple[int, ...]:
    """Find the newest cases that words occur in, by the index of cases; none for a code."""
    if not text or department is None:
        return ()
    scope = DeskScope("", (), department, division)
    found = lists.department_list(scope, CaseNarrow(text=text), limit=_MOST_CASES)
    return tuple(row.id for row in found.rows)


def _prefix(division: str) -> str:
    """Return what the divisions below a city or district begin with: 3702 below 370200."""
    head = division[:6]
    while head.endswith("00"):
        head = head[:-2]
    return head + division[6:]
