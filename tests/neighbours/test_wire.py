# SPDX-License-Identifier: Apache-2.0
"""The registers over real HTTP, in their own process: the wire, and every way to go wrong."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from huiban.cli import neighbours
from huiban.neighbours.notable import FIRMS

KEY = "a key for tests"
LIHUA = FIRMS[1]
GOOD = {"X-Api-Key": KEY, "X-Huiban-Purpose": "safety_permit"}


@dataclass(frozen=True, slots=True)
class Server:
    address: str

    def ask(
        self,
        register: str,
        headers: Mapping[str, str] = GOOD,
        patience: float = 20,
        **query: str,
    ) -> requests.Response:
        query = {"by": "uscc", "key": LIHUA.uscc, **query}
        place = f"{self.address}/registers/{register}"
        return requests.get(place, params=query, headers=headers, timeout=patience)

    def order(self, **said: object) -> requests.Response:
        place = f"{self.address}/control"
        return requests.post(place, json=said, headers={"X-Api-Key": KEY}, timeout=20)


def run(city: Path, *words: str) -> tuple["subprocess.Popen[bytes]", Server]:
    port = neighbours.free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "huiban.cli.main", "neighbours", "serve", "--folder", str(city),
         "--port", str(port), *words],
        env=os.environ | {"HUIBAN_NEIGHBOURS_KEY": KEY},
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    assert neighbours.is_up(f"{address}/healthz", process)
    return process, Server(address)


@pytest.fixture(scope="module")
def running(city: Path) -> Iterator[Server]:
    process, server = run(city, "--calm", "--control")
    yield server
    process.terminate()
    assert process.wait() == 0


@pytest.fixture
def server(running: Server) -> Iterator[Server]:
    yield running
    assert running.order(resource="*", reset=True).status_code == 200


def test_a_record_is_answered_with_the_items_asked_for_and_their_day(server: Server) -> None:
    answer = server.ask("enterprise_registry", fields="name,registered_capital,established")

    assert answer.status_code == 200
    found = answer.json()
    assert found["as_of"] == "2026-11-22"
    assert found["records"] == [
        {"name": LIHUA.name, "registered_capital": 6000.0,
         "established": found["records"][0]["established"]}
    ]  # fmt: skip


def test_the_answer_of_a_stale_record_says_its_own_day(server: Server) -> None:
    stale = next(one for one in FIRMS if one.clerk == "tianlei")

    assert server.ask("enterprise_registry", key=stale.uscc).json()["as_of"] == "2026-05-07"


def test_several_records_come_as_several(server: Server) -> None:
    records = server.ask("practitioner", fields="kind").json()["records"]

    assert len(records) >= 12
    assert {one["kind"][0] for one in records} == {"A", "B", "C"}


def test_truth_values_travel_as_such(server: Server) -> None:
    records = server.ask("social_insurance", fields="injury_insured,staff").json()["records"]

    assert records == [{"injury_insured": True, "staff": LIHUA.staff}]


@pytest.mark.parametrize("register", ["safety_permit", "accident"])
def test_what_is_not_there_is_an_empty_list_with_a_day(server: Server, register: str) -> None:
    answer = server.ask(register)

    assert answer.status_code == 200
    assert answer.json() == {"records": [], "as_of": "2026-11-22"}


@pytest.mark.parametrize(
    ("headers", "query", "status"),
    [
        ({}, {}, 401),
        (GOOD | {"X-Api-Key": "wrong"}, {}, 401),
        ({"X-Api-Key": KEY}, {}, 403),
        (GOOD | {"X-Huiban-Purpose": "snap_report"}, {}, 403),
        (GOOD, {"by": "name"}, 400),
        (GOOD, {"fields": "name,uscc;DROP TABLE accident"}, 400),
    ],
)
def test_who_may_not_ask_is_told_so(
    server: Server, headers: Mapping[str, str], query: dict[str, str], status: int
) -> None:
    answer = server.ask("enterprise_registry", headers, **query)

    assert answer.status_code == status
    assert answer.json()["error"]


@pytest.mark.parametrize("register", ["nothing", "planning_permit", "mr_changes", "tax_grade"])
def test_only_registers_of_mode_api_are_answered_over_http(server: Server, register: str) -> None:
    assert server.ask(register).status_code == 404


def test_a_key_that_is_not_one_finds_nothing(server: Server) -> None:
    assert server.ask("qualification", key="' OR 1=1 --").json()["records"] == []


def test_a_quota_is_used_up_and_given_anew(server: Server) -> None:
    server.order(resource="qualification", quota=2)

    assert [server.ask("qualification").status_code for _ in range(3)] == [200, 200, 429]
    assert server.ask("safety_permit").status_code == 200
    server.order(resource="qualification", quota=1)
    assert server.ask("qualification").status_code == 200


def test_a_dead_register_breaks_off_and_comes_back(server: Server) -> None:
    server.order(resource="qualification", dead=True)

    with pytest.raises(requests.ConnectionError):
        server.ask("qualification")
    assert server.ask("safety_permit").status_code == 200
    server.order(resource="qualification", dead=False)
    assert server.ask("qualification").status_code == 200


def test_a_stalled_register_does_not_hold_up_the_others(server: Server) -> None:
    server.order(resource="qualification", stall_s=30)

    with pytest.raises(requests.Timeout):
        server.ask("qualification", patience=0.3)
    began = time.monotonic()
    assert server.ask("safety_permit").status_code == 200
    assert time.monotonic() - began < 15


def test_errors_come_in_their_share(server: Server) -> None:
    server.order(resource="qualification", error_share=1)

    assert server.ask("qualification").status_code == 500
    server.order(resource="qualification", error_share=0)
    assert server.ask("qualification").status_code == 200


def test_two_registers_can_be_made_to_disagree(server: Server) -> None:
    change = {"by": "uscc", "key": LIHUA.uscc, "values": {"address": "青岛市别处1号"}}
    server.order(resource="enterprise_register_province", change=change)
    purpose = GOOD | {"X-Huiban-Purpose": "construction_permit"}

    here = server.ask("enterprise_registry", fields="address").json()["records"]
    province = server.ask("enterprise_register_province", purpose, fields="address")
    assert here == [{"address": LIHUA.address}]
    assert province.json()["records"] == [{"address": "青岛市别处1号"}]


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ({"resource": "nothing"}, "nothing"),
        ({"resource": "qualification", "latency": 5}, "latency"),
        ({"resource": "qualification", "stall_s": -1}, "stall_s"),
        ({"resource": "qualification", "change": {"by": "uscc"}}, "change"),
    ],
)
def test_an_order_that_makes_no_sense_is_refused_by_name(
    server: Server, said: dict[str, object], named: str
) -> None:
    answer = server.order(**said)

    assert answer.status_code == 400
    assert named in answer.json()["error"]


def test_orders_need_the_key(server: Server) -> None:
    assert requests.post(f"{server.address}/control", json={}, timeout=20).status_code == 401


def test_without_being_told_to_the_server_takes_no_orders(city: Path) -> None:
    process, server = run(city, "--calm")
    try:
        assert server.order(resource="*", dead=True).status_code == 404
        assert server.ask("qualification").status_code == 200
    finally:
        process.terminate()
        process.wait()


def test_without_a_key_or_a_city_the_server_says_what_to_do(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "huiban.cli.main", "neighbours", "serve", "--folder"]
    kept = {name: text for name, text in os.environ.items() if name != "HUIBAN_NEIGHBOURS_KEY"}

    for environment, named in (
        (kept, "HUIBAN_NEIGHBOURS_KEY"),
        (kept | {"HUIBAN_NEIGHBOURS_KEY": "k"}, "neighbours fill"),
    ):
        told = subprocess.run(
            [*command, str(tmp_path)], env=environment, capture_output=True, text=True, check=False
        )
        assert told.returncode != 0
        assert named in told.stdout


def test_the_answer_is_utf_8_json(server: Server) -> None:
    answer = server.ask("enterprise_registry", fields="name")

    assert answer.headers["Content-Type"].startswith("application/json")
    assert json.loads(answer.content.decode("utf-8"))["records"][0]["name"] == LIHUA.name
