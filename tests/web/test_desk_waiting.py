# SPDX-License-Identifier: Apache-2.0
"""The to-do list tells what waits beside cases: documents to sign or seal, seals to approve."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huiban.kernel.actor import ActorKind
from huiban.services import accounts, seals
from huiban.services.accounts import Person
from huiban.services.seals import Proposal
from huiban.store.models import Account
from tests.services.signing_sample import give_seal, officer
from tests.services.trusted import Trusted, trusted
from tests.web.desk_visitor import NOW, sample, visitor
from tests.web.test_desk_signing import make, sealing

pytestmark = pytest.mark.django_db
HOME = "approval_service"


@pytest.fixture(autouse=True)
def house(tmp_path: Path) -> Iterator[Trusted]:
    with trusted(tmp_path, NOW) as found:
        yield found


def test_a_document_that_waits_for_a_seal_is_told_with_its_last_day(
    city: dict[str, Account],
) -> None:
    asked = visitor(officer("gao", "高原", "human_resources"))
    give_seal("human_resources", "gao", NOW)
    assert "等您签署或用印" not in asked.read("/desk")

    make(visitor(city["zhangqian"]), until="2026-12-01", **sealing(0))

    assert "1 份文件等您签署或用印，最早 2026-12-01 截止" in asked.read("/desk")
    assert "等您签署或用印" not in visitor(city["zhangqian"]).read("/desk")


def test_a_seal_that_waits_for_the_head_is_told_to_the_head_only(city: dict[str, Account]) -> None:
    keeper = accounts.make(
        Person(number="linxia", name="林霞", kind=ActorKind.OFFICER, roles=("seal_keeper",),
               department=HOME),
        sample.PASSWORD,
    )  # fmt: skip
    day = NOW.date()
    proposal = Proposal(
        department=HOME, kind="authority", valid_from=day,
        valid_until=day.replace(year=day.year + 3, day=1),
    )  # fmt: skip

    found = seals.propose(proposal, keeper.to_actor(), NOW)

    assert "1 枚电子印章等您审批" in visitor(city["zhaojianguo"]).read("/desk")
    assert "等您审批" not in visitor(city["zhangqian"]).read("/desk")
    seals.approve(found.number, city["zhaojianguo"].to_actor(), NOW)
    assert "等您审批" not in visitor(city["zhaojianguo"]).read("/desk")


def test_telling_costs_two_statements_at_most(city: dict[str, Account]) -> None:
    head = visitor(city["zhaojianguo"])
    head.read("/desk")

    with CaptureQueriesContext(
        connection,
    ) as asked:
        head.read("/desk")

    own = ("store_sign_party", "store_seal")
    assert sum(any(table in one["sql"] for table in own) for one in asked) == len(own)
