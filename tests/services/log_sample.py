# SPDX-License-Identifier: Apache-2.0
"""A log with something in it, and somebody who can write to the database as they please."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection

from huiban.kernel.actor import SYSTEM
from huiban.kernel.evidence import Digests, link
from huiban.services import checkpoints, handle, ledger
from huiban.services.handle import Order
from huiban.services.journal import entry_of
from huiban.services.ledger import Chain
from huiban.store import cases, guards, inquiries, journal
from huiban.store.models import Account
from tests.services import city_sample as sample
from tests.store.samples import a_line

NOW = sample.at("2026-11-23 09:30")
LATER = NOW + timedelta(minutes=1)


def a_case(people: dict[str, Account], now: datetime = NOW) -> str:
    """A case of a few entries: submitted, sent back for correction."""
    number = sample.case(people["wangmin"], now)
    points = [{"about": "合同", "fault": "缺页", "cure": "补传"}]
    order = Order("request_correction", inputs={"reason": "合同缺页", "points": points})
    handle.act(number, order, people["zhangqian"].to_actor(), now)
    return number


def a_ledger(key: str = "S1", acts: Sequence[str] = ("made", "approved")) -> None:
    for act in acts:
        ledger.note(Chain.SEAL, key, act, SYSTEM, NOW, {"why": "test"})


def a_log() -> str:
    """One case, one seal, two subjects in the request log, all covered by a checkpoint."""
    number = a_case(sample.people())
    a_ledger()
    inquiries.append([a_line("1" * 64), a_line("1" * 64), a_line("2" * 64)])
    assert checkpoints.sweep(NOW) == 1
    return number


def break_in(*statements: str) -> None:
    """Do as somebody does who owns the database: take the guards away and edit."""
    guards.remove(connection)
    with connection.cursor() as cursor:
        for one in statements:
            cursor.execute(one)


def rewrite(number: str, first: int, **changed: str) -> None:
    """Change a journal entry and compute every digest after it anew, the case's head as well."""
    case = cases.load(number)
    with connection.cursor() as cursor:
        guards.remove(connection)
        for name, value in changed.items():
            cursor.execute(
                f"UPDATE store_journal SET {name} = %s WHERE case_id = %s AND seq = %s",
                [value, case.id, first],
            )
        before: Digests | None = None
        for row in journal.of_case(case.id):
            before = link(before, entry_of(number, row))
            cursor.execute(
                "UPDATE store_journal SET sha256 = %s, sm3 = %s WHERE case_id = %s AND seq = %s",
                [before.sha256, before.sm3, case.id, row.seq],
            )
        assert before is not None
        cursor.execute(
            "UPDATE store_case SET chain_sha256 = %s, chain_sm3 = %s WHERE id = %s",
            [before.sha256, before.sm3, case.id],
        )
