# SPDX-License-Identifier: Apache-2.0
"""Keeps drafts (草稿): started, saved step by step, found again, removed when long unused."""

from datetime import datetime

from django.db.models import F

from huiban.store import fetched
from huiban.store.models import Draft


class DraftNotFound(LookupError):
    """No such draft, or it is somebody else's: the two look the same from outside."""

    def __init__(self, number: str) -> None:
        super().__init__(
            "没有找到这份草稿：它可能已经提交或删除。请在“我的办件”中查看，或重新开始填写。"
        )
        self.number = number


class DraftExpired(DraftNotFound):
    """The draft was kept for its time and may no longer be sent."""

    def __init__(self, number: str) -> None:
        super().__init__(number)
        self.args = (
            "这份草稿已超过保存期限，不能继续填写。请重新开始，已上传的材料可以再次选用。",
        )


class DraftChanged(Exception):
    """The draft was saved elsewhere in the meantime; this save wrote nothing."""

    def __init__(self, number: str) -> None:
        super().__init__(
            "这份草稿刚刚在别的窗口或设备上保存过，请刷新后继续；本次填写的内容没有覆盖它。"
        )
        self.number = number


_SAVED = (
    "title", "subject_code", "subject_name", "source_certificate", "section", "answers",
    "materials", "prefill", "updated_at", "expires_at",
)  # fmt: skip


def start(draft: Draft) -> None:
    """Keep a new draft."""
    draft.save(force_insert=True)


def load(number: str, owner: str, now: datetime) -> Draft:
    """
    Return a draft of this owner (account number).

    :raises DraftNotFound: if there is none, or it is not the owner's.
    :raises DraftExpired: if its time is over.
    """
    same = Draft.objects.select_related("account").filter(number=number)
    found = same.filter(account__number=owner).first()
    if found is None:
        raise DraftNotFound(number)
    if found.expires_at <= now:
        raise DraftExpired(number)
    return found


def save(draft: Draft) -> None:
    """
    Write what was filled in, and count the draft's version up.

    :raises DraftChanged: if it was saved elsewhere since it was loaded.
    """
    values = {name: getattr(draft, name) for name in _SAVED}
    same = Draft.objects.filter(number=draft.number, version=draft.version)
    if not same.update(version=F("version") + 1, **values):
        raise DraftChanged(draft.number)
    draft.version += 1


def exchange_materials(number: str, before: str, after: str, now: datetime) -> bool:
    """
    Replace a draft's list of materials if it still is `before`; False when it is not.

    Files arrive side by side, and none of them makes the answers on an open page stale.
    """
    same = Draft.objects.filter(number=number, materials=before)
    return bool(same.update(materials=after, updated_at=now))


def choose_people(number: str, *, by_people: bool) -> None:
    """Keep whether the writer wants a person to decide; no open page goes stale for it."""
    Draft.objects.filter(number=number).update(by_people=by_people)


def mine(owner: str, now: datetime, limit: int = 50) -> list[Draft]:
    """Return an owner's live drafts, last saved first."""
    live = Draft.objects.filter(account__number=owner, expires_at__gt=now)
    return list(live.order_by("-updated_at")[:limit])


def count(owner: str, now: datetime) -> int:
    """Count an owner's live drafts."""
    return Draft.objects.filter(account__number=owner, expires_at__gt=now).count()


def discard(number: str, owner: str) -> None:
    """Remove a draft at its owner's wish; its files become loose and are swept later."""
    if Draft.objects.filter(number=number, account__number=owner).delete()[0]:
        fetched.forget([number])


def sweep(now: datetime) -> int:
    """Remove the drafts whose time is over; returns how many."""
    over = Draft.objects.filter(expires_at__lte=now)
    fetched.forget(list(over.values_list("number", flat=True)))
    return over.delete()[0]
