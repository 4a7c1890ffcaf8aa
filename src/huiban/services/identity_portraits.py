# SPDX-License-Identifier: Apache-2.0
"""The photograph on file that faces are compared with (证件照片): put by who saw the card."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from huiban.connectors import uploads
from huiban.connectors.face import engine
from huiban.connectors.face.model import JudgeBusy
from huiban.connectors.uploads import Accepted, Limits, UploadRefused
from huiban.kernel.actor import Actor, ActorKind
from huiban.kernel.identifier import IdentifierRefused
from huiban.kernel.identifier_party import check_person_id
from huiban.kernel.identity import FrameMeasures
from huiban.kernel.identity_judge import LEAST_SHARPNESS, LIGHT, MOST_ASKEW
from huiban.kernel.permission import Errand
from huiban.kernel.words import Words
from huiban.services import identity_sealing, ledger
from huiban.services.exchange_keys import key_digest, normal
from huiban.services.facts import local_day
from huiban.services.identity_sealing import SealedPicture
from huiban.services.ledger import Chain
from huiban.services.permission import demand_platform
from huiban.services.refusal import FieldFault, NotAllowed, NotFound, NotOpen
from huiban.store import ids, portraits
from huiban.store.models import Account, Portrait
from huiban.store.portraits import PortraitMoved

PUT, REPLACED, REMOVED = "put", "replaced", "removed"
WINDOW, OPERATOR, SAMPLE = "window", "operator", "sample"
CONSENT = Words(
    "本人同意：留存这张证件照片，只用于本人刷脸核实身份时比对，加密保存；不留存也能用通行密钥加验证码、"
    "到窗口等方式办事；可以随时要求删除，要求后立即删除。",
    "The person agrees that this photograph is kept, sealed, and compared with only when they "
    "prove who they are by face; without it every errand can be done by passkey and code or at "
    "the window; it is deleted at once whenever they ask.",
)
_LEAST_WIDTH = 110.0
"""Pixels across the face; the 358 by 441 of identity cards have about 200."""
_LIMITS = Limits(allowed=("image/jpeg", "image/png"), max_bytes=5 * 1024 * 1024)


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """A portrait to keep: of which account, with name and number as the identity card has them."""

    account: str
    name: str
    card: str
    content: bytes
    is_consented: bool = False
    """The person agreed to `CONSENT`, on paper or before who puts it."""
    source: str = WINDOW


def put_portrait(said: Put, actor: Actor, now: datetime) -> Portrait:
    """
    Keep a portrait of somebody whose card was looked at; the one before it is kept as history.

    :raises NotAllowed: for others than window clerks and the operator, and for one's own portrait.
    :raises FieldFault: for `account`, `name`, `card`, `content` or `is_consented`, with the cure.
    :raises NotOpen: if the engine that looks at it is busy, or another was put meanwhile.
    """
    _demand_clerk(actor, said.account)
    if not said.is_consented:
        raise FieldFault("is_consented", _NOT_CONSENTED)
    account = Account.objects.filter(number=said.account).first()
    if account is None or account.kind not in (ActorKind.PERSON, ActorKind.ENTERPRISE):
        raise FieldFault("account", _NO_ACCOUNT)
    card = _checked_card(said, account, now)
    accepted = _checked_picture(said.content)
    number = ids.new_key()
    sealed = identity_sealing.seal(said.content, number)
    row = Portrait(
        number=number,
        account=account.number,
        account_name=account.name,
        card_digest=key_digest(card),
        source=said.source,
        object_key=sealed.object_key,
        secret=sealed.secret,
        media=accepted.media,
        sha256=hashlib.sha256(said.content).hexdigest(),
        put_by=actor.number,
        put_by_name=actor.name,
        put_at=now,
    )
    with transaction.atomic():
        try:
            before = portraits.put(row, now)
        except PortraitMoved:
            raise NotOpen(_MOVED, "moved") from None
        body = facts_of(row) | {"consent_sha256": consent_digest()}
        ledger.note(Chain.PORTRAIT, row.number, PUT, actor, now, body)
        if before is not None:
            ledger.note(Chain.PORTRAIT, before.number, REPLACED, actor, now, {"by": row.number})
    return row


def has(account: str) -> bool:
    """Tell whether somebody has a portrait on file."""
    return portraits.current(account) is not None


def current(account: str) -> tuple[Portrait, bytes] | None:
    """Return the portrait that faces are compared with, and its bytes; None without one."""
    row = portraits.current(account)
    if row is None:
        return None
    return row, identity_sealing.unseal(SealedPicture(row.object_key, row.secret), row.number)


def consent_digest() -> str:
    """Name the words that were agreed to."""
    return hashlib.sha256(f"{CONSENT.zh}\n{CONSENT.en}".encode()).hexdigest()


def history(account: str) -> list[Portrait]:
    """List every portrait somebody ever had, newest first."""
    return portraits.history(account)


def of_account(account: str, actor: Actor) -> list[Portrait]:
    """
    Tell a window clerk what an account has and had, newest first; never the pictures.

    :raises NotAllowed: for others.
    """
    demand_platform(actor, Errand.CONFIRM_IDENTITY)
    return portraits.history(account)


def remove(account: str, reason: str, actor: Actor, now: datetime) -> int:
    """
    Delete every portrait of somebody, replaced ones too: at their own wish or at the window.

    :returns: how many were deleted; the history of them stays, without any picture.
    :raises NotAllowed: for others than the person, window clerks and the operator.
    :raises NotFound: if none is kept.
    """
    if actor.number != account:
        _demand_clerk(actor, account)
    deleted = []
    with transaction.atomic():
        for row in portraits.not_deleted(account):
            if portraits.forget(row, now):
                body = {"sha256": row.sha256, "reason": reason.strip()[:500]}
                ledger.note(Chain.PORTRAIT, row.number, REMOVED, actor, now, body)
                deleted.append(row.object_key)
    for object_key in deleted:
        identity_sealing.destroy(object_key)
    if not deleted:
        raise NotFound(Words("没有留存证件照片", "No photograph is on file"))
    return len(deleted)


def facts_of(row: Portrait) -> dict[str, object]:
    """Return what the ledger states of a portrait as it is put."""
    return {
        "account": row.account,
        "account_name": row.account_name,
        "card_digest": row.card_digest,
        "source": row.source,
        "media": row.media,
        "sha256": row.sha256,
        "put_by": row.put_by,
    }


def _demand_clerk(actor: Actor, account: str) -> None:
    if actor.kind is not ActorKind.SYSTEM:
        demand_platform(actor, Errand.CONFIRM_IDENTITY)
    if actor.number == account:
        raise NotAllowed(
            Words(
                "不能给自己录入证件照片，请由另一位窗口人员办理",
                "Nobody puts their own photograph on file: let another clerk do it",
            )
        )


def _checked_card(said: Put, account: Account, now: datetime) -> str:
    if said.name.strip() != account.name:
        raise FieldFault("name", _OTHER_NAME)
    try:
        card = check_person_id(said.card, local_day(now)).value
    except IdentifierRefused as refused:
        raise FieldFault("card", refused.message) from None
    if account.kind == ActorKind.PERSON and normal(account.subject) != normal(card):
        raise FieldFault("card", _OTHER_CARD)
    return card


def _checked_picture(content: bytes) -> Accepted:
    try:
        accepted = uploads.check(content, "portrait.jpg", _LIMITS)
    except UploadRefused as refused:
        raise FieldFault("content", refused.message) from None
    if not engine.is_installed():
        return accepted  # a certified service looks at it when it is first compared with
    try:
        seen = engine.look_at(content)
    except JudgeBusy:
        raise NotOpen(_BUSY, "busy") from None
    words = _unfit(seen)
    if words is not None:
        raise FieldFault("content", words)
    return accepted


def _unfit(seen: engine.PortraitLook | None) -> Words | None:
    if seen is None:
        return _UNREADABLE
    if seen.measures is None:
        return _NO_FACE if seen.faces == 0 else _SEVERAL
    return next((words for words, is_so in _faults(seen.measures).items() if is_so), None)


def _faults(seen: FrameMeasures) -> Mapping[Words, bool]:
    return {
        _SMALL: seen.width < _LEAST_WIDTH,
        _LIGHT: not LIGHT[0] <= seen.light <= LIGHT[1],
        _BLURRED: seen.sharpness < LEAST_SHARPNESS,
        _ASKEW: abs(seen.yaw) > MOST_ASKEW,
    }


_NOT_CONSENTED = Words(
    "请先向本人说明用途和删除办法，本人同意以后再勾选；不同意的不要留存",
    "Explain what it is for and how it is deleted, and tick once the person agrees; if they do "
    "not, keep nothing",
)
_NO_ACCOUNT = Words(
    "没有这个办事账号，请核对账号；工作人员账号不录入证件照片",
    "There is no such account of the public; check its number",
)
_OTHER_NAME = Words(
    "身份证上的姓名和账号的姓名不一致，请核对是不是本人的账号",
    "The name on the card is not the name of the account; check whose account it is",
)
_OTHER_CARD = Words(
    "身份证号码和账号登记的不一致，请核对证件和账号",
    "The number of the card is not the one of the account; check card and account",
)
_UNREADABLE = Words(
    "这张照片打不开，请换一张 JPG 或 PNG", "This photograph cannot be opened; send a JPG or PNG"
)
_NO_FACE = Words(
    "照片里没有看到人脸，请换一张正面免冠的证件照",
    "No face is seen in it; use a photograph from the front, without a hat",
)
_SEVERAL = Words(
    "照片里不止一张脸，请裁剪到只有本人", "There is more than one face; crop it to the person"
)
_SMALL = Words(
    "照片里的脸太小，请用更大的照片，或者裁剪到头部",
    "The face is too small; use a larger photograph, or crop it to the head",
)
_LIGHT = Words("照片太暗或者太亮，请换一张", "The photograph is too dark or too bright")
_BLURRED = Words("照片模糊，请换一张清楚的", "The photograph is blurred; use a sharp one")
_ASKEW = Words("照片不是正面，请换一张正对镜头的", "The photograph is not from the front")
_BUSY = Words(
    "人脸引擎正忙，照片还没有存，请稍后再试",
    "The engine for faces is busy and nothing was kept; try again in a moment",
)
_MOVED = Words(
    "刚刚有人给这个账号换了照片，请刷新后再看要不要换",
    "Somebody else has just put a photograph of this account; look again",
)
