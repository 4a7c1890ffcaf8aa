# SPDX-License-Identifier: Apache-2.0
"""The sample city's seals are in force before its oldest case, with grants for who seals what."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from huiban.kernel.actor import SYSTEM, Actor
from huiban.services import ledger, sample, seal_use, seals_sample
from huiban.services.ledger import Chain
from huiban.services.seal_use import SealRefused, Wanted
from huiban.store import seals as kept
from huiban.store.models import Seal
from tests.services import trusted
from tests.services.city_sample import at

NOW = at("2026-11-23 10:30")


@pytest.fixture
def people(
    each_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, Actor]]:
    """The people of the sample city, in a house that signs."""
    monkeypatch.setattr(settings, "OBJECTS_URL", f"folder:{tmp_path / 'objects'}")
    with trusted.trusted(tmp_path, NOW):
        yield {
            one.number: Actor(
                one.number,
                one.name,
                one.person.kind,
                frozenset(one.person.roles),
                one.person.department,
            )
            for one in sample.demo_people()
        }


def use(actor: Actor, document: str) -> str:
    wanted = Wanted("approval_service", "authority", document)
    return seal_use.use(wanted, actor, actor.roles, NOW).seal.number


def test_the_sample_city_has_both_kinds_of_seals_and_makes_them_once(
    people: dict[str, Actor],
) -> None:
    assert seals_sample.make(people, NOW) == 2
    assert seals_sample.make(people, NOW) == 0

    found = {one.kind: one for one in Seal.objects.all()}
    assert set(found) == {"authority", "licensing"}
    for one in found.values():
        assert one.state == Seal.State.ACTIVE
        assert len({one.proposed_by, one.first_by, one.second_by}) == 3
        assert one.valid_from < (NOW - timedelta(days=300)).date()
        assert ledger.breaks_of(Chain.SEAL, one.number) == []


def test_everybody_seals_what_their_post_issues_and_no_more(people: dict[str, Actor]) -> None:
    seals_sample.make(people, NOW)
    leader, window = people["zhaojianguo"], people["zhangqian"]

    for document in ("construction_waste.grant_decision", "request.attestation"):
        assert use(leader, document)
    for actor in (window, SYSTEM):
        assert use(actor, "construction_waste.acceptance_notice")
        with pytest.raises(SealRefused):
            use(actor, "construction_waste.grant_decision")


def test_where_nothing_is_signed_there_are_no_seals(each_database: str) -> None:
    assert seals_sample.make({}, NOW) == 0
    assert kept.listing(None, 0, 10) == ([], 0)
