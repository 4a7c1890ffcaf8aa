# SPDX-License-Identifier: Apache-2.0
"""People with a drawn face on file, and frames of it, as tests of the face way need them."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from huiban.kernel.actor import Actor, ActorKind
from huiban.kernel.identifier_samples import make_person_id, make_uscc
from huiban.kernel.identity import Purpose, Step
from huiban.kernel.words import Words
from huiban.services import identity, identity_face, identity_portraits
from huiban.services.identity_face import SentFrame
from huiban.services.identity_portraits import Put
from huiban.store.models import Account, IdentityAttempt, Portrait
from tests.faces import cases
from tests.faces.draw import CHEN, Person, jpeg
from tests.faces.film import moment, performed
from tests.services.signing_sample import PHONE

RESIDENT = make_person_id("370202", date(1962, 5, 17), 0)
CARD = make_person_id("370202", date(1980, 3, 14), 2)
PURPOSE = Purpose("delegation", "D2026-1", Words("签署委托书 D2026-1", "Sign delegation D2026-1"))


def few() -> dict[str, Account]:
    """Two who act for enterprises, a resident, a window clerk and an examiner."""
    officer = {"kind": ActorKind.OFFICER, "department": "approval_service", "division": "370200"}
    firm = {"kind": ActorKind.ENTERPRISE}
    rows = [
        Account(number="wangmin", name="王敏", subject=make_uscc("370212", 1), **firm),
        Account(number="lihua", name="李华", subject=make_uscc("370202", 2), **firm),
        Account(number="chenjing", name="陈静", subject=RESIDENT, kind=ActorKind.PERSON),
        Account(number="zhangqian", name="张倩", roles=["window"], **officer),
        Account(number="liuyang", name="刘洋", roles=["examiner"], **officer),
    ]
    for one in rows:
        one.save()
    return {one.number: one for one in rows}


def with_portrait(account: Account, clerk: Account, now: datetime) -> Portrait:
    """Have a window clerk put the drawn face on file."""
    card = account.subject if account.kind == "person" else CARD
    put = Put(
        account=account.number,
        name=account.name,
        card=card,
        content=cases.PORTRAIT,
        is_consented=True,
    )
    return identity_portraits.put_portrait(put, clerk.to_actor(), now)


def begun(actor: Actor, now: datetime, purpose: Purpose = PURPOSE) -> IdentityAttempt:
    return identity_face.begin(actor, purpose, now, PHONE)


def steps_of(row: IdentityAttempt) -> tuple[Step, ...]:
    return identity.challenge_of(row).steps


def doing(steps: Sequence[Step], person: Person = CHEN) -> tuple[SentFrame, ...]:
    """Frames of somebody who does steps in order."""
    shown = [(step, moment(person, pose)) for step, pose in performed(steps)]
    return tuple(SentFrame(step, 250 * place, jpeg(one)) for place, (step, one) in enumerate(shown))


def words(*names: str, start: int = 0) -> tuple[SentFrame, ...]:
    """Frames that only a told judge looks at."""
    return tuple(
        SentFrame(0, 100 * place, name.encode()) for place, name in enumerate(names, start)
    )


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)
