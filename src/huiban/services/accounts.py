# SPDX-License-Identifier: Apache-2.0
"""Who may sign in (账号): making accounts, changing roles, with the administrators kept apart."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from huiban.kernel.actor import ActorKind
from huiban.kernel.identifier import IdentifierRefused, check_phone
from huiban.kernel.permission import conflicting_roles
from huiban.kernel.words import Words
from huiban.services.refusal import FieldFault, Invalid, NotFound
from huiban.store.models import Account, Token


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What an account says of its holder; `subject` is the party a resident or clerk acts for."""

    number: str
    name: str
    kind: ActorKind
    roles: tuple[str, ...] = ()
    department: str = ""
    division: str = ""
    subject: str = ""
    subject_name: str = ""
    phone: str = ""
    email: str = ""


def make(person: Person, password: str) -> Account:
    """
    Make an account; the public gets the applicant's role and no other.

    :raises Invalid: if roles may not be held together, or the password is too weak.
    """
    is_public = person.kind in (ActorKind.PERSON, ActorKind.ENTERPRISE)
    roles = ("applicant",) if is_public else person.roles
    _check_roles(roles)
    account = Account(
        number=person.number,
        name=person.name,
        kind=str(person.kind),
        roles=list(roles),
        department=person.department,
        division=person.division,
        subject=person.subject,
        subject_name=person.subject_name,
        phone=person.phone,
        email=person.email,
    )
    try:
        validate_password(password, account)
    except ValidationError as fault:
        said = "；".join(fault.messages)
        raise Invalid(
            Words(f"密码不合要求：{said}", f"The password will not do: {said}")
        ) from fault
    account.set_password(password)
    account.save()
    return account


def switch(number: str, *, is_active: bool) -> None:
    """
    Switch an account off, which signs it out everywhere and ends what its tokens may, or on again.

    :raises NotFound: if there is none of that number.
    """
    if not Account.objects.filter(number=number).update(is_active=is_active):
        raise _unknown(number)


def set_contact(number: str, phone: str | None, email: str | None) -> None:
    """
    Put another telephone or mailbox on file, where codes go; None leaves one, empty removes it.

    Nobody does this for themselves on a page: whoever changed it would get the codes.

    :raises NotFound: if there is no such account.
    :raises Invalid: if it is no telephone number or no mailbox.
    """
    changed: dict[str, str] = {}
    if phone is not None:
        changed["phone"] = _checked_phone(phone) if phone else ""
    if email is not None:
        changed["email"] = _checked_email(email) if email else ""
    if not Account.objects.filter(number=number).exists():
        raise _unknown(number)
    Account.objects.filter(number=number).update(**changed)


def tokens_of(number: str) -> list[Token]:
    """
    List the API tokens of an account, newest first; what they are is not kept.

    :raises NotFound: if there is no such account.
    """
    if not Account.objects.filter(number=number).exists():
        raise _unknown(number)
    return list(Token.objects.filter(account__number=number).order_by("-id"))


def end_token(number: str, token: int, now: datetime) -> None:
    """
    End one API token; one already ended keeps its first time.

    :raises NotFound: if the account has no such token.
    """
    found = Token.objects.filter(account__number=number, pk=token)
    if not found.exists():
        raise NotFound(
            Words(f"账号 {number} 没有令牌 {token}", f"Account {number} has no token {token}")
        )
    found.filter(revoked_at=None).update(revoked_at=now)


def _checked_phone(text: str) -> str:
    try:
        return check_phone(text).value
    except IdentifierRefused as refused:
        raise FieldFault("phone", refused.message) from None


def _checked_email(text: str) -> str:
    try:
        validate_email(text)
    except ValidationError:
        raise FieldFault(
            "email",
            Words("邮箱不对，例如 name@example.cn", "Not a mailbox, such as name@example.cn"),
        ) from None
    return text


def _unknown(number: str) -> NotFound:
    return NotFound(Words(f"没有账号 {number}，请核对", f"There is no account {number}"))


def _check_roles(roles: Iterable[str]) -> None:
    clash = conflicting_roles(roles)
    if clash:
        raise Invalid(
            Words(
                f"这些岗位不能由一人兼任：{'、'.join(clash)}",
                f"One account must not hold these roles together: {', '.join(clash)}",
            )
        )
