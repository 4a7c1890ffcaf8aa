# SPDX-License-Identifier: Apache-2.0
"""Portraits of the sample city (演示照片): drawn faces of nobody, for a clerk and a resident."""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

from huiban.kernel.actor import SYSTEM
from huiban.kernel.identifier_samples import make_person_id
from huiban.services import identity_portraits
from huiban.services.identity_portraits import SAMPLE, Put
from huiban.store.models import Account, Portrait

FOLDER = Path(__file__).parent / "sample_faces"
_CARDS = {"wangmin": make_person_id("370212", date(1985, 4, 9), 1)}
"""Numbers of the cards of those whose accounts name an enterprise."""


def put(people: Mapping[str, Account], now: datetime) -> list[Portrait]:
    """Put the portraits that lie in the folder, each named as the account it shows."""
    return [
        identity_portraits.put_portrait(
            Put(
                account=path.stem,
                name=people[path.stem].name,
                card=_CARDS.get(path.stem) or people[path.stem].subject,
                content=path.read_bytes(),
                is_consented=True,
                source=SAMPLE,
            ),
            SYSTEM,
            now,
        )
        for path in sorted(FOLDER.glob("*.jpg"))
    ]
