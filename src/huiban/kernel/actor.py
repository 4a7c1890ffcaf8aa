# SPDX-License-Identifier: Apache-2.0
"""Who acts: the person, enterprise clerk, officer or the system itself."""

from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    PERSON = "person"
    ENTERPRISE = "enterprise"
    OFFICER = "officer"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """
    One acting party; `subject` is the USCC or person number (证件号码) acted for.

    Who acts under a delegation (委托授权) has its number, and the principal as their subject.
    """

    number: str
    name: str
    kind: ActorKind
    roles: frozenset[str] = frozenset()
    department: str = ""
    division: str = ""
    subject: str = ""
    subject_name: str = ""
    delegation: str = ""


SYSTEM = Actor("system", "系统", ActorKind.SYSTEM, frozenset({"system"}))
