# SPDX-License-Identifier: Apache-2.0
"""Requests to sign and ceremonies as kept: every list by an index, every act all or nothing."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huiban.kernel.sign_order import PartyState, RequestState
from huiban.store import ceremonies, sign_requests
from huiban.store.ceremonies import AgreedRow, SignedRow
from huiban.store.models import Ceremony, SignParty, SignRequest
from huiban.store.sign_requests import PartyChange, RequestChange, RequestMoved

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("each_database")


def request(serial: int, **changed: object) -> SignRequest:
    told: dict[str, object] = {
        "number": f"{serial:032x}", "kind": "report", "title": "报告", "order": "parallel",
        "until": NOW + timedelta(days=serial % 30 + 1), "object_key": "k", "sha256": "0" * 64,
        "first_key": "k", "first_sha256": "0" * 64, "pages": 2, "department": f"d{serial % 40}",
        "made_by": "a", "made_by_name": "甲", "made_at": NOW,
    }  # fmt: skip
    return SignRequest(**(told | changed))


def party(serial: int, place: int = 1, **changed: object) -> SignParty:
    told: dict[str, object] = {
        "request_id": f"{serial:032x}", "place": place, "step": 1,
        "holder": f"account:p{serial % 97}",
        "name": "乙", "does": "sign", "field": f"party_{place}", "state": "open",
        "token_hash": f"{serial:060x}{place:04x}",
    }  # fmt: skip
    return SignParty(**(told | changed))


def ceremony(serial: int, **changed: object) -> Ceremony:
    told: dict[str, object] = {
        "number": f"{serial:032x}", "matter": f"draft:{serial}", "account": "p", "title": "表",
        "account_name": "乙", "object_key": "k", "sha256_before": "0" * 64, "pages": 3,
        "opened_at": NOW,
    }  # fmt: skip
    return Ceremony(**(told | changed))


def many() -> None:
    SignRequest.objects.bulk_create(request(n) for n in range(600))
    SignParty.objects.bulk_create(party(n) for n in range(600))
    Ceremony.objects.bulk_create(ceremony(n) for n in range(600))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


LISTS: dict[str, Callable[[], object]] = {
    "made": lambda: sign_requests.of_department("d7", ["open"], 0, 30),
    "waiting": lambda: sign_requests.waiting(["account:p7", "subject:91370200MA3C000X0X"]),
    "done": lambda: sign_requests.done(["department:human_resources", "account:p7"]),
    "due": lambda: sign_requests.overdue(NOW + timedelta(hours=1), 10),
    "link": lambda: sign_requests.of_token(f"{7:060x}0001"),
    "ceremony": lambda: ceremonies.opened("draft:7", "p"),
    "evidence": lambda: ceremonies.of_matters(["draft:7"]),
    "swept": lambda: ceremonies.sweep(NOW - timedelta(days=1)),
}


@pytest.mark.parametrize("name", LISTS)
def test_no_list_reads_a_whole_table(name: str) -> None:
    many()
    with CaptureQueriesContext(connection) as asked:
        LISTS[name]()

    reads = [one["sql"] for one in asked if one["sql"].startswith("SELECT")]
    plans = []
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
        for sql in reads:
            explain = "EXPLAIN " if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN "
            cursor.execute(explain + sql)
            plans += [str(row[-1]) for row in cursor.fetchall()]
    whole = [line for line in plans if "SCAN store_" in line and "USING" not in line]
    whole += [line for line in plans if "Seq Scan" in line]
    assert reads
    assert whole == []


def test_an_act_on_a_request_that_moved_writes_nothing() -> None:
    sign_requests.add(request(1), [party(1), party(1, 2)])
    ended = RequestChange(
        number=request(1).number, version=1, state=RequestState.OPEN, object_key="k2",
        sha256="1" * 64, parties=(PartyChange(1, PartyState.SIGNED, ended_at=NOW),),
    )  # fmt: skip
    sign_requests.change(ended)

    with pytest.raises(RequestMoved):
        sign_requests.change(ended)

    found = sign_requests.load(request(1).number)
    assert (found.version, found.object_key) == (2, "k2")
    assert [one.state for one in found.parties.all()] == ["signed", "open"]


def test_a_ceremony_is_agreed_to_and_signed_once() -> None:
    number = ceremonies.start(ceremony(1)).number
    agreed = AgreedRow(NOW, "我同意", "{}", "Firefox", "203.0.113.7", "")
    assert not ceremonies.sign(number, SignedRow(NOW, "1" * 64, "k2", None))

    assert ceremonies.agree(number, agreed)
    assert not ceremonies.agree(number, agreed)
    assert not ceremonies.end(number, Ceremony.Outcome.DECLINED, "不")
    assert ceremonies.sign(number, SignedRow(NOW, "1" * 64, "k2", None))
    assert not ceremonies.sign(number, SignedRow(NOW, "2" * 64, "k3", None))

    assert ceremonies.load(number).signed_key == "k2"


def test_pages_are_noted_when_first_seen_and_none_that_there_is_not() -> None:
    number = ceremonies.start(ceremony(1)).number
    later = NOW + timedelta(minutes=1)

    assert ceremonies.see(number, [2, 9, 0], NOW)
    assert ceremonies.see(number, [1, 2], later)

    seen = ceremonies.seen_pages(ceremonies.load(number))
    assert seen == {2: NOW.isoformat(), 1: later.isoformat()}
    ceremonies.end(number, Ceremony.Outcome.LAPSED, "变了")
    assert not ceremonies.see(number, [3], later)
