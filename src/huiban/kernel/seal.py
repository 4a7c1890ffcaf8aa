# SPDX-License-Identifier: Apache-2.0
"""What an electronic seal (电子印章) may be used for, by whom and how long (用印授权)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from huiban.kernel.words import Words

KINDS = MappingProxyType(
    {
        "authority": Words("公章", "Official seal"),
        "licensing": Words("行政许可专用章", "Seal for licensing"),
    }
)
"""The kinds of seals a document may ask for, as packs name them."""
MOST_YEARS = 5
EVERY = "*"


class HolderKind(StrEnum):
    """Whom a grant is made out to; stored, so these words never change."""

    ROLE = "role"
    ACCOUNT = "account"


class Unfit(StrEnum):
    """Why a grant does not do; stored in ledgers, so these words never change."""

    NOT_GRANTED = "not_granted"
    NOT_YET = "not_yet"
    LAPSED = "lapsed"
    USED_UP = "used_up"


@dataclass(frozen=True, slots=True)
class Grant:
    """Who may use a seal for what; `documents` are `pack.document` or `pack.*`."""

    number: str
    holder_kind: HolderKind
    holder: str
    documents: tuple[str, ...]
    valid_from: datetime
    valid_until: datetime
    uses_most: int | None = None
    uses: int = 0


@dataclass(frozen=True, slots=True)
class User:
    """Who uses a seal: the account that acts, and the roles it acts in."""

    account: str
    roles: frozenset[str]


def allows(patterns: Iterable[str], document: str) -> bool:
    """
    Tell whether a document is one of those named.

    >>> allows(["safety_permit.*"], "safety_permit.receipt"), allows(["a.b"], "a.c")
    (True, False)
    """
    pack = document.partition(".")[0]
    return any(one in (document, f"{pack}.{EVERY}") for one in patterns)


def choose(grants: Iterable[Grant], user: User, document: str, at: datetime) -> list[Grant] | Unfit:
    """
    Return the grants that let somebody seal a document now, the narrowest first; or why none does.

    Of several reasons the one is told that came closest.
    """
    meant = [one for one in grants if _is_of(one, user) and allows(one.documents, document)]
    if not meant:
        return Unfit.NOT_GRANTED
    begun = [one for one in meant if one.valid_from <= at]
    running = [one for one in begun if at <= one.valid_until]
    usable = [one for one in running if one.uses_most is None or one.uses < one.uses_most]
    if not begun:
        return Unfit.NOT_YET
    if not running:
        return Unfit.LAPSED
    if not usable:
        return Unfit.USED_UP
    return sorted(usable, key=_width)


def _is_of(grant: Grant, user: User) -> bool:
    if grant.holder_kind is HolderKind.ACCOUNT:
        return bool(user.account) and grant.holder == user.account
    return grant.holder in user.roles


def _width(grant: Grant) -> tuple[bool, bool, datetime, str]:
    # What is for one person or counted is used before what anybody of a role may do for ever.
    is_counted = grant.uses_most is not None
    is_personal = grant.holder_kind is HolderKind.ACCOUNT
    return (not is_personal, not is_counted, grant.valid_until, grant.number)


def fault_of_days(first: date, last: date, today: date) -> Words | None:
    """Say what is wrong with the days a seal is to be valid, None if nothing is."""
    if last < first:
        return Words("截止日期不能早于起始日期", "It cannot end before it begins")
    if last < today:
        return Words("截止日期已经过去", "It would have ended already")
    if last > _years_after(first, MOST_YEARS):
        return Words(
            f"印章有效期最长 {MOST_YEARS} 年", f"A seal is valid for {MOST_YEARS} years at most"
        )
    return None


def _years_after(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)
