# SPDX-License-Identifier: Apache-2.0
"""People who sign, as the tests need them: what they send, their seal, and a served authority."""

import json
from datetime import date, datetime, timedelta

from huiban.kernel.actor import ActorKind
from huiban.kernel.credential import Profile
from huiban.kernel.seal import HolderKind
from huiban.services import accounts, ceremony, seals, seals_grant
from huiban.services.accounts import Person
from huiban.services.ceremony import Device, Identity, Said
from huiban.services.seals import Proposal
from huiban.services.seals_grant import NewGrant
from huiban.store.models import Account, Ceremony, Seal
from tests.services import city_sample as sample

PHONE = Device("Mozilla/5.0 (Linux; Android 15) Mobile", "203.0.113.7")
STROKES = json.dumps([[[20, 30, 0], [90, 34, 40], [140, 80, 90]], [[80, 10, 300], [78, 120, 380]]])


def said(one: Ceremony, **changed: object) -> Said:
    """What somebody sends who read everything, ticked the words and drew their name."""
    words = ceremony.digest_of(ceremony.statement(one).zh)
    sent: dict[str, object] = {"is_agreed": True, "statement": words, "strokes": STROKES}
    return Said(**(sent | changed))  # type: ignore[arg-type]


def password(now: datetime) -> Identity:
    return Identity("password", now)


def officer(number: str, name: str, department: str, *roles: str) -> Account:
    person = Person(
        number=number, name=name, kind=ActorKind.OFFICER, roles=roles or ("examiner",),
        department=department, division="370200",
    )  # fmt: skip
    return accounts.make(person, sample.PASSWORD)


def give_seal(
    department: str, holder: str, now: datetime, *documents: str, uses_most: int | None = None
) -> Seal:
    """Make a department's seal the way one is made, and let one officer use it."""
    keeper = officer(f"keeper-{department}", "钱保管", department, "seal_keeper").to_actor()
    head = officer(f"head-{department}", "冯负责", department, "leader").to_actor()
    guard = officer(f"guard-{department}", "陈安全", "", "admin_security").to_actor()
    proposal = Proposal(
        department=department, kind="authority", valid_from=date(2026, 1, 1),
        valid_until=date(2030, 12, 31), profile=Profile.P256,
    )  # fmt: skip
    number = seals.propose(proposal, keeper, now).number
    seals.approve(number, head, now)
    made = seals.approve(number, guard, now)
    new = NewGrant(
        holder_kind=HolderKind.ACCOUNT,
        holder=holder,
        documents=documents or ("request.*",),
        valid_from=now,
        valid_until=now + timedelta(days=100),
        uses_most=uses_most,
    )
    seals_grant.give(number, new, keeper, now)
    return made
