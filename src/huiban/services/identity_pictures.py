# SPDX-License-Identifier: Apache-2.0
"""Pictures kept of attempts (留存影像): by separate consent only, until their day, or withdrawn."""

import hashlib
from datetime import datetime, timedelta

from django.db import transaction

from huiban.kernel.actor import SYSTEM, Actor
from huiban.kernel.words import Words
from huiban.services import identity_sealing, ledger
from huiban.services.facts import local_day
from huiban.services.identity_sealing import SealedPicture
from huiban.services.ledger import Chain
from huiban.services.refusal import NotFound, NotOpen
from huiban.store import ids, portraits
from huiban.store.models import IdentityAttempt, KeptPicture

KEPT_DAYS = 30
KEPT, DELETED = "picture_kept", "picture_deleted"
CONSENT = Words(
    f"我同意：从这次核实的画面里留存一张照片，保存 {KEPT_DAYS} 天，到期自动删除；"
    "只在我或者对方对这次核实有争议时用来查证，不作他用。"
    "我可以随时在“身份核实记录”里撤回，撤回后立即删除。不同意不影响核实。",
    f"I agree that one picture of this check is kept for {KEPT_DAYS} days and then deleted by "
    "itself. It is used only if this check is disputed. I may withdraw at any time in my record "
    "of identity checks, and the picture is deleted at once. Not agreeing makes no difference.",
)


def digest(words: Words = CONSENT) -> str:
    """Name the words of the consent, to be sent back by the page that showed them."""
    return hashlib.sha256(f"{words.zh}\n{words.en}".encode()).hexdigest()


def check_consent(shown: str) -> bool:
    """
    Read what the page sent back: empty is no consent.

    :raises NotOpen: `consent_changed` if other words were shown.
    """
    if shown and shown != digest():
        raise NotOpen(
            Words(
                "留存照片的说明刚刚有调整，请重新阅读后再决定是否同意",
                "The words on keeping a picture have just changed; read them again to decide",
            ),
            "consent_changed",
        )
    return bool(shown)


def keep(row: IdentityAttempt, content: bytes, actor: Actor, now: datetime) -> KeptPicture:
    """Keep one picture of an attempt, by consent; call it in the transaction that ends it."""
    number = ids.new_key()
    sealed = identity_sealing.seal(content, number)
    kept = KeptPicture(
        number=number,
        attempt=row,
        account=row.account,
        text_sha256=digest(),
        consented_at=now,
        sha256=hashlib.sha256(content).hexdigest(),
        object_key=sealed.object_key,
        secret=sealed.secret,
        delete_on=local_day(now) + timedelta(days=KEPT_DAYS),
    )
    portraits.keep(kept)
    body = {
        "sha256": kept.sha256,
        "text_sha256": kept.text_sha256,
        "delete_on": kept.delete_on.isoformat(),
    }
    ledger.note(Chain.IDENTITY, row.number, KEPT, actor, now, body)
    return kept


def mine(actor: Actor) -> list[KeptPicture]:
    """List what is or was kept of somebody, newest first."""
    return portraits.pictures(actor.number)


def content(number: str, actor: Actor) -> bytes:
    """
    Give a kept picture to the one it shows.

    :raises NotFound: if there is none, it is somebody else's, or it was deleted.
    """
    row = _mine(number, actor)
    if row.deleted_at is not None:
        raise _none()
    return identity_sealing.unseal(SealedPicture(row.object_key, row.secret), row.number)


def withdraw(number: str, actor: Actor, now: datetime) -> None:
    """
    Take the consent back: the picture is deleted at once.

    :raises NotFound: if there is none, it is somebody else's, or it was deleted before.
    """
    row = _mine(number, actor)
    if row.deleted_at is not None or not _delete(row, "withdrawn", actor, now):
        raise _none()


def sweep(now: datetime, limit: int = 500) -> int:
    """Delete the pictures whose day has come; returns how many."""
    found = portraits.due(local_day(now), limit)
    return sum(_delete(one, "due", SYSTEM, now) for one in found)


def _delete(row: KeptPicture, because: str, actor: Actor, now: datetime) -> bool:
    with transaction.atomic():
        is_withdrawn = because == "withdrawn"
        if not portraits.forget_picture(row.number, now, is_withdrawn=is_withdrawn):
            return False
        body = {"sha256": row.sha256, "because": because}
        ledger.note(Chain.IDENTITY, row.attempt_id, DELETED, actor, now, body)
    identity_sealing.destroy(row.object_key)  # left behind, the orphans' sweep removes it
    return True


def _mine(number: str, actor: Actor) -> KeptPicture:
    row = portraits.picture(number)
    if row is None or row.account != actor.number:
        raise _none()
    return row


def _none() -> NotFound:
    return NotFound(
        Words(
            "没有这张留存的照片，可能已经到期或者撤回删除了；请刷新查看",
            "There is no such picture kept; it may have been deleted: look again",
        )
    )
