# SPDX-License-Identifier: Apache-2.0
"""Whether a delegation can be given as asked (委托内容): to whom, for what, for how long."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TypeVar

from huiban.kernel.actor import Actor, ActorKind
from huiban.kernel.clock_time import SHANGHAI
from huiban.kernel.delegation import ABOUT_ITEMS, Operation, PassOn, Scope
from huiban.kernel.form import FieldProblem
from huiban.kernel.words import Words
from huiban.packloader import Scenario
from huiban.services import city
from huiban.services.facts import local_day
from huiban.services.refusal import FieldFault, Invalid, NotOpen
from huiban.store import certificates, ids, quotas
from huiban.store.models import Account, Certificate

USUAL_DAYS, MOST_DAYS, MOST_USES = 30, 365, 1000
LONGEST_PURPOSE = 200
MOST_MISSES = 20
"""How many accounts that do not fit somebody may name in a day: names are not for guessing."""
OFFERED = (
    Operation.FILL,
    Operation.SIGN,
    Operation.SUBMIT,
    Operation.SUPPLY,
    Operation.COLLECT,
    Operation.USE_CERTIFICATE,
)
"""What a resident or enterprise can delegate here; the seals kept here are departments'."""
_T = TypeVar("_T")
_NUMBER = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """
    What a grantor wants to delegate.

    `number` is made when the form is shown, so that sending it twice writes one. The days are the
    first and the last, both included. `uses_most` None is as often as needed, 0 is unreadable.
    """

    number: str
    delegate: str
    delegate_name: str
    purpose: str
    items: Collection[str] = ()
    scenario: str = ""
    operations: Collection[str] = ()
    certificates: Collection[str] = ()
    starts_on: date | None = None
    ends_on: date | None = None
    uses_most: int | None = None
    may_pass_on: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """A delegation that can be given as asked."""

    number: str
    delegate: Account
    purpose: str
    scope: Scope
    valid_from: datetime
    valid_until: datetime
    uses_most: int | None
    pass_on: PassOn


def check(asked: Asked, actor: Actor, now: datetime) -> Checked:
    """
    Look whether a delegation can be given as asked.

    :raises Invalid: with every fault of what is asked.
    :raises NotOpen: if very many accounts that do not fit were named today.
    """
    problems: list[FieldProblem] = []
    today = local_day(now)
    delegate = _tried(problems, lambda: _delegate(asked, actor, now))
    scope = _tried(problems, lambda: _scope(asked, actor))
    times = _tried(problems, lambda: _times(asked, now, today))
    purpose = _tried(problems, lambda: _purpose(asked.purpose))
    uses = asked.uses_most
    if uses is not None and not 1 <= uses <= MOST_USES:
        words = Words(
            f"次数请填 1 到 {MOST_USES}，不限次数就空着",
            f"Between 1 and {MOST_USES}; leave it empty for any number",
        )
        problems.append(FieldFault("uses_most", words).problems[0])
    if problems or delegate is None or scope is None or times is None or purpose is None:
        raise Invalid(Words("还有内容要改好", "Some of it has to be put right"), problems)
    pass_on = PassOn.ONCE if asked.may_pass_on else PassOn.NEVER
    number = asked.number if _NUMBER.fullmatch(asked.number) else ids.new_key()
    return Checked(number, delegate, purpose, scope, *times, uses, pass_on)


def scenario_of(item: str) -> str:
    """Name the scenario of an item, empty where the city offers no such item."""
    placed = city.items().get(item)
    return placed.scenario.code if placed else ""


def scenarios() -> list[Scenario]:
    """List the scenarios whose items can be delegated, in the order of their codes."""
    return [city.loaded().scenarios[code] for code in sorted(city.loaded().scenarios)]


def _tried(problems: list[FieldProblem], read: Callable[[], _T]) -> _T | None:
    try:
        return read()
    except FieldFault as fault:
        problems.extend(fault.problems)
        return None


def _delegate(asked: Asked, actor: Actor, now: datetime) -> Account:
    number, name = asked.delegate.strip(), asked.delegate_name.strip()
    if not number:
        raise FieldFault("delegate", Words("请填写对方的登录账号", "Give the other's account"))
    if not name:
        raise FieldFault("delegate_name", Words("请填写对方的姓名", "Give the other's name"))
    if number == actor.number:
        raise FieldFault("delegate", Words("不用委托给自己", "You need none for yourself"))
    misses, day = f"delegate-{actor.number}"[:64], local_day(now)
    if max(quotas.used_on([misses], day).values()) >= MOST_MISSES:
        raise NotOpen(_TOO_OFTEN, "too_many")
    found = Account.objects.filter(number=number, is_active=True).first()
    is_known = found is not None and found.kind != ActorKind.OFFICER and found.name == name
    if found is None or not is_known:
        quotas.take({misses: (1, MOST_MISSES)}, day)
        raise FieldFault("delegate", _NOBODY)
    return found


def _scope(asked: Asked, actor: Actor) -> Scope:
    known = {str(one) for one in OFFERED}
    chosen = frozenset(Operation(one) for one in asked.operations if one in known)
    if not chosen:
        raise FieldFault("operations", Words("请选择可以做什么", "Choose what may be done"))
    if chosen & {Operation.SIGN, Operation.SUBMIT, Operation.SUPPLY}:
        chosen |= {Operation.FILL}  # nobody sends in what they may not open
    scenario, items = _items(asked, is_needed=bool(chosen & ABOUT_ITEMS))
    return Scope(
        items=items,
        scenario=scenario,
        operations=chosen,
        certificates=_certificates(asked, actor, is_used=Operation.USE_CERTIFICATE in chosen),
    )


def _items(asked: Asked, *, is_needed: bool) -> tuple[str, frozenset[str]]:
    if not is_needed:
        return "", frozenset()
    if asked.scenario:
        if asked.scenario not in city.loaded().scenarios:
            raise FieldFault(
                "items", Words("没有这类事项，请重新选择", "There are no such services")
            )
        return asked.scenario, frozenset()
    items = frozenset(one for one in asked.items if one in city.items())
    if not items:
        raise FieldFault("items", Words("请选择办哪些事项", "Choose the services it is for"))
    return "", items


def _certificates(asked: Asked, actor: Actor, *, is_used: bool) -> frozenset[str]:
    """Find the certificates named: only those in force that the grantor holds can be lent on."""
    if not is_used:
        return frozenset()
    held = {one.number for one in usable_certificates(actor)}
    named = frozenset(asked.certificates) & held
    if not named:
        raise FieldFault(
            "certificates",
            Words("请选择可以使用哪些证照", "Choose which certificates may be used"),
        )
    return named


def usable_certificates(actor: Actor) -> list[Certificate]:
    """List the certificates in force whose use a party can delegate."""
    held = certificates.of_subject(actor.subject) if actor.subject else []
    return [one for one in held if one.state == Certificate.State.VALID]


def _purpose(text: str) -> str:
    said = text.strip()
    if not said:
        raise FieldFault("purpose", Words("请写明为什么委托", "Say what it is for"))
    if len(said) > LONGEST_PURPOSE:
        words = Words(f"最多写 {LONGEST_PURPOSE} 个字", f"At most {LONGEST_PURPOSE} characters")
        raise FieldFault("purpose", words)
    return said


def _times(asked: Asked, now: datetime, today: date) -> tuple[datetime, datetime]:
    starts = asked.starts_on or today
    ends = asked.ends_on or starts + timedelta(days=USUAL_DAYS - 1)
    if starts < today:
        raise FieldFault("starts_on", Words("不能从过去的日子开始", "It cannot begin in the past"))
    if ends < starts:
        raise FieldFault("ends_on", Words("止日不能早于起日", "It cannot end before it begins"))
    if (ends - today).days >= MOST_DAYS:
        words = Words(f"最长 {MOST_DAYS} 天，请改早", f"At most {MOST_DAYS} days from today")
        raise FieldFault("ends_on", words)
    begins = now if starts == today else _midnight(starts)
    return begins, _midnight(ends + timedelta(days=1))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


_NOBODY = Words(
    "没有这个账号，或者账号和姓名对不上，请向对方核对",
    "There is no such account, or it has another name; ask them",
)
_TOO_OFTEN = Words(
    "今天填错的账号太多了，请明天再试",
    "Too many accounts that do not fit today; try again tomorrow",
)
