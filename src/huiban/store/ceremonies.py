# SPDX-License-Identifier: Apache-2.0
"""Keeps ceremonies (签署过程): what each person was shown, saw, agreed to and signed."""

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime

from huiban.store.models import Ceremony

_TRIES = 50


class CeremonyNotFound(LookupError):
    """No ceremony has this number."""


@dataclass(frozen=True, slots=True)
class AgreedRow:
    """What the person's own act adds to a ceremony."""

    agreed_at: datetime
    statement: str
    identity: str
    device: str
    address: str
    strokes_key: str


@dataclass(frozen=True, slots=True)
class SignedRow:
    """What the signature itself adds; `credential_id` names what it was signed with."""

    signed_at: datetime
    sha256_after: str
    signed_key: str
    credential_id: str | None


def start(ceremony: Ceremony) -> Ceremony:
    """Keep a ceremony that begins."""
    ceremony.save(force_insert=True)
    return ceremony


def load(number: str) -> Ceremony:
    """
    Return one ceremony.

    :raises CeremonyNotFound: if there is none of this number.
    """
    found = find(number)
    if found is None:
        raise CeremonyNotFound(number)
    return found


def find(number: str) -> Ceremony | None:
    return Ceremony.objects.filter(number=number).first()


def opened(matter: str, account: str) -> Ceremony | None:
    """Return the ceremony a person is in the middle of, None if there is none."""
    found = Ceremony.objects.filter(
        matter=matter, account=account, outcome=Ceremony.Outcome.OPEN
    ).order_by("-opened_at", "number")
    return found.first()


def of_matters(matters: Collection[str]) -> list[Ceremony]:
    """Return the ceremonies of some matters, oldest first."""
    return list(Ceremony.objects.filter(matter__in=matters).order_by("opened_at", "number"))


def see(number: str, pages: Collection[int], now: datetime) -> bool:
    """Note when pages first came into view; False if the ceremony is over or unknown."""
    for _ in range(_TRIES):
        found = Ceremony.objects.filter(number=number, outcome=Ceremony.Outcome.OPEN)
        one = found.only("seen", "pages").first()
        if one is None:
            return False
        seen = seen_pages(one)
        new = sorted(page for page in set(pages) if 1 <= page <= one.pages and page not in seen)
        if not new:
            return True
        text = json.dumps([*json.loads(one.seen), *([page, now.isoformat()] for page in new)])
        if found.filter(seen=one.seen).update(seen=text):
            return True
    return False


def seen_pages(ceremony: Ceremony) -> dict[int, str]:
    """Return the pages that came into view, each with the moment as it was noted."""
    return {int(page): str(at) for page, at in json.loads(ceremony.seen)}


def agree(number: str, row: AgreedRow) -> bool:
    """Note that the person signs; False if the ceremony was over already."""
    waiting = Ceremony.objects.filter(number=number, outcome=Ceremony.Outcome.OPEN)
    return bool(waiting.update(outcome=Ceremony.Outcome.SIGNED, **asdict(row)))


def end(number: str, outcome: Ceremony.Outcome, reason: str) -> bool:
    """Note that nothing is signed: declined or lapsed; False if it was over already."""
    waiting = Ceremony.objects.filter(number=number, outcome=Ceremony.Outcome.OPEN)
    return bool(waiting.update(outcome=outcome, reason=reason))


def sign(number: str, row: SignedRow) -> bool:
    """Note what was signed; False if that was noted before."""
    waiting = Ceremony.objects.filter(number=number, outcome=Ceremony.Outcome.SIGNED)
    return bool(waiting.filter(signed_key="").update(**asdict(row)))


def move(number: str, matter: str) -> None:
    """Let a ceremony about a draft be about the case it became."""
    Ceremony.objects.filter(number=number).update(matter=matter)


def sweep(before: datetime, limit: int = 1000) -> int:
    """Forget ceremonies about drafts that nobody signed; their bytes are swept later."""
    over = (Ceremony.Outcome.OPEN, Ceremony.Outcome.LAPSED)
    # A range, unlike a pattern, reads the index on every database.
    found = Ceremony.objects.filter(
        matter__gte="draft:", matter__lt="draft;", opened_at__lt=before, outcome__in=over
    )
    numbers = list(found.values_list("pk", flat=True)[:limit])
    return Ceremony.objects.filter(pk__in=numbers, outcome__in=over).delete()[0]
