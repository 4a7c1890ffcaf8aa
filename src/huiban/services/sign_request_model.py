# SPDX-License-Identifier: Apache-2.0
"""What a request to sign (签署任务) is as asked for, and whether it can be made like that."""

import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from huiban.kernel.clock_time import SHANGHAI
from huiban.kernel.form import FieldProblem
from huiban.kernel.identifier import IdentifierRefused, check_uscc
from huiban.kernel.seal import KINDS
from huiban.kernel.sign_order import SignOrder
from huiban.kernel.words import Words
from huiban.services import city
from huiban.services.facts import local_day
from huiban.services.files import Upload
from huiban.services.refusal import Invalid
from huiban.store.models import Account, SignRequest

MOST_PARTIES = 8
LONGEST_TITLE = 100
LONGEST_TEXT = 1000
LONGEST_NAME = 100
LONGEST_DAYS = 90


class Kind(StrEnum):
    """What is to be signed; stored, so these words never change."""

    REPORT = "report"
    ATTESTATION = "attestation"
    DOCUMENT = "document"


class Who(StrEnum):
    """What kind of party is asked."""

    ACCOUNT = "account"
    SUBJECT = "subject"
    DEPARTMENT = "department"


class Does(StrEnum):
    SIGN = "sign"
    SEAL = "seal"


@dataclass(frozen=True, slots=True)
class NewParty:
    """One party as asked: `code` is the account's number, the USCC or the department's code."""

    who: str
    code: str
    name: str = ""
    """Of a party asked by its code: nobody there may have an account yet."""
    part: str = ""
    does: str = Does.SIGN
    seal_kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRequest:
    """A request as asked for; an attestation is typed, everything else uploaded as a PDF."""

    kind: str
    title: str
    purpose: str = ""
    order: str = SignOrder.SEQUENCE
    until: date | None = None
    parties: tuple[NewParty, ...] = ()
    case: str = ""
    upload: Upload | None = None
    number: str = ""
    """Its number where the page gave it one, so that a page sent twice makes one request."""


@dataclass(frozen=True, slots=True)
class Named:
    """A party that was found: what it is called, and by whom it is signed."""

    asked: NewParty
    name: str

    @property
    def is_seal(self) -> bool:
        return self.asked.does == Does.SEAL


@dataclass(frozen=True, slots=True)
class Made:
    """A request with the secret of each party's link; what they are is kept nowhere else."""

    number: str
    tokens: dict[int, str]


def new_token() -> tuple[str, str]:
    """Make the secret of a link (32 random bytes) and what is kept of it."""
    token = secrets.token_urlsafe(32)
    return token, hash_of(token)


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def end_of_day(day: date) -> datetime:
    """A day given for signing lasts to its end in Shanghai."""
    return datetime.combine(day + timedelta(days=1), time(), SHANGHAI)


def check(new: NewRequest, now: datetime) -> tuple[Named, ...]:
    """
    Look whether a request can be made as asked, and find its parties.

    :raises Invalid: with every fault at once, each naming its field.
    """
    problems = [*_texts(new), *_days(new, now), *_upload(new), *_shape(new)]
    found: list[Named] = []
    for place, one in enumerate(new.parties):
        told = _party(one)
        if isinstance(told, Words):
            problems.append(_problem(f"party-{place}", told))
        else:
            found.append(Named(one, told))
    problems += _twice(new)
    if problems:
        count = len(problems)
        raise Invalid(Words(f"有 {count} 处要改", f"{count} to put right"), problems)
    return tuple(found)


def _texts(new: NewRequest) -> list[FieldProblem]:
    problems = []
    if new.kind not in set(Kind):
        problems.append(_problem("kind", Words("请选择要签什么", "Choose what is to be signed")))
    if new.order not in set(SignOrder):
        problems.append(_problem("order", Words("请选择签署顺序", "Choose the order")))
    if not new.title.strip():
        problems.append(_problem("title", Words("请写标题", "Give it a title")))
    if len(new.title) > LONGEST_TITLE:
        problems.append(_problem("title", _too_long(LONGEST_TITLE)))
    if new.kind == Kind.ATTESTATION and not new.purpose.strip():
        words = Words("请写明要证明什么情况", "Say what is to be confirmed")
        problems.append(_problem("purpose", words))
    if len(new.purpose) > LONGEST_TEXT:
        problems.append(_problem("purpose", _too_long(LONGEST_TEXT)))
    return problems


def _days(new: NewRequest, now: datetime) -> list[FieldProblem]:
    today = local_day(now)
    last = today + timedelta(days=LONGEST_DAYS)
    if new.until is None:
        words = Words("请选择签署截止日期，例如 2026-12-01", "Choose the last day for signing")
    elif new.until < today:
        words = Words("截止日期已经过去，请选今天或以后", "That day is over; choose a later one")
    elif new.until > last:
        words = Words(f"截止日期最晚是 {last}（{LONGEST_DAYS} 天以内）", f"{last} at the latest")
    else:
        return []
    return [_problem("until", words)]


def _upload(new: NewRequest) -> list[FieldProblem]:
    if new.kind == Kind.ATTESTATION or new.upload is not None:
        return []
    return [_problem("file", Words("请上传要签署的 PDF", "Upload the PDF to be signed"))]


def _shape(new: NewRequest) -> list[FieldProblem]:
    count = len(new.parties)
    if not count:
        words = Words("请至少写一个签署方", "Name at least one party")
    elif count > MOST_PARTIES:
        words = Words(f"最多 {MOST_PARTIES} 个签署方", f"At most {MOST_PARTIES} parties")
    elif new.kind == Kind.ATTESTATION and not _is_one_department(new):
        words = Words(
            "证明协查由一个部门盖章答复：只写这一个部门，选“盖章”",
            "One department answers an attestation under its seal: name only that one",
        )
    else:
        return []
    return [_problem("party-0", words)]


def _is_one_department(new: NewRequest) -> bool:
    [*parties] = new.parties
    return len(parties) == 1 and (parties[0].who, parties[0].does) == (Who.DEPARTMENT, Does.SEAL)


def _party(one: NewParty) -> str | Words:
    """Return what a party is called, or what is wrong with it."""
    if len(one.part) > LONGEST_NAME or len(one.name) > LONGEST_NAME:
        return _too_long(LONGEST_NAME)
    if one.does == Does.SEAL and one.who != Who.DEPARTMENT:
        return Words(
            "只有部门能盖电子印章；企业和个人请选“签名”",
            "Only departments have electronic seals; others sign",
        )
    finder = _FINDERS.get(one.who)
    if finder is None or one.does not in set(Does):
        return Words("请选择由谁签、签名还是盖章", "Choose who signs, and whether by seal")
    return finder(one)


def _account(one: NewParty) -> str | Words:
    found = Account.objects.filter(number=one.code, is_active=True).first()
    if found is None:
        return Words(f"没有账号“{one.code}”，请向对方核对账号", f"There is no account “{one.code}”")
    return found.name


def _subject(one: NewParty) -> str | Words:
    try:
        check_uscc(one.code)
    except IdentifierRefused:
        return Words(
            "统一社会信用代码不对，请核对 18 位代码", "This is no unified social credit code"
        )
    if not one.name.strip():
        return Words("请写单位名称", "Give the name of the enterprise")
    return one.name.strip()


def _department(one: NewParty) -> str | Words:
    found = city.common().departments.get(one.code)
    if found is None:
        return Words("请选择部门", "Choose a department")
    if one.does == Does.SEAL and one.seal_kind not in KINDS:
        return Words("请选择盖哪一种印章", "Choose which seal")
    return found.name.zh


_FINDERS: Mapping[str, Callable[[NewParty], str | Words]] = {
    Who.ACCOUNT: _account,
    Who.SUBJECT: _subject,
    Who.DEPARTMENT: _department,
}


def _twice(new: NewRequest) -> list[FieldProblem]:
    seen: set[tuple[str, str, str]] = set()
    problems = []
    for place, one in enumerate(new.parties):
        key = (one.who, one.code, one.does)
        if key in seen:
            words = Words("这一方写了两次，请删去一个", "This party is named twice")
            problems.append(_problem(f"party-{place}", words))
        seen.add(key)
    return problems


def _too_long(most: int) -> Words:
    return Words(f"最多写 {most} 个字，请缩短", f"At most {most} characters: shorten it")


def _problem(path: str, message: Words) -> FieldProblem:
    return FieldProblem(path, "refused", message, "request")


def last_day(request: SignRequest) -> date:
    """Return the last day on which a request can be signed."""
    return last_day_before(request.until)


def last_day_before(until: datetime) -> date:
    return local_day(until - timedelta(seconds=1))
