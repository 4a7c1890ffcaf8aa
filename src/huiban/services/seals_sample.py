# SPDX-License-Identifier: Apache-2.0
"""The sample city's seals (演示印章): asked for, approved and granted by its own people."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from huiban.kernel.actor import Actor
from huiban.kernel.seal import EVERY, KINDS, HolderKind
from huiban.services import city, credentials, seals, seals_grant
from huiban.services.facts import local_day
from huiban.services.seals import Proposal
from huiban.services.seals_grant import REQUESTS, NewGrant
from huiban.store import seals as kept

# Cases of the sample lie back in time; their seals have been there for longer.
_BACK, _AHEAD = timedelta(days=365), timedelta(days=730)
_DECIDING, _HANDLING = "leader", ("window", "examiner", "system")


def make(people: Mapping[str, Actor], now: datetime) -> int:
    """
    Give every department that has the people for it both kinds of seals; returns how many.

    Where nothing is signed none are made, and a seal that is there is left as it is.
    """
    if not credentials.is_configured():
        return 0
    made = 0
    security = _first(people, "admin_security")
    for department in sorted({one.department for one in people.values() if one.department}):
        keeper, leader = (_first(people, role, department) for role in ("seal_keeper", "leader"))
        if keeper is None or leader is None or security is None:
            continue
        for kind in KINDS:
            if kept.of_kind(department, kind):
                continue
            number = _asked(department, kind, keeper, now)
            seals.approve(number, leader, now)
            seals.approve(number, security, now)
            _grant(number, kind, keeper, now)
            made += 1
    return made


def _first(people: Mapping[str, Actor], role: str, department: str = "") -> Actor | None:
    fit = (one for one in people.values() if role in one.roles and one.department == department)
    return next(fit, None)


def _asked(department: str, kind: str, keeper: Actor, now: datetime) -> str:
    proposal = Proposal(
        department=department,
        kind=kind,
        valid_from=local_day(now - _BACK),
        valid_until=local_day(now + _AHEAD),
    )
    return seals.propose(proposal, keeper, now).number


def _grant(number: str, kind: str, keeper: Actor, now: datetime) -> None:
    for holder, documents in _grants(kind).items():
        new = NewGrant(
            holder_kind=HolderKind.ROLE,
            holder=holder,
            documents=documents,
            valid_from=now - _BACK,
            valid_until=now + _AHEAD,
        )
        seals_grant.give(number, new, keeper, now)


def _grants(kind: str) -> Mapping[str, tuple[str, ...]]:
    """Say which posts seal what: heads everything, the others what no head has to sign."""
    packs = [
        scenario
        for scenario in city.loaded().scenarios.values()
        if any(one.seal == kind for one in scenario.documents.values())
    ]
    everything = [f"{one.code}.{EVERY}" for one in packs] + [f"{REQUESTS}.{EVERY}"]
    unsigned = tuple(
        f"{scenario.code}.{one.code}"
        for scenario in packs
        for one in scenario.documents.values()
        if one.seal == kind and _DECIDING not in one.signed_by
    )
    # What officers are asked to seal themselves (attestations) is theirs to seal as well.
    handled = (*unsigned, f"{REQUESTS}.{EVERY}")
    return {_DECIDING: tuple(everything)} | dict.fromkeys(_HANDLING, handled)
