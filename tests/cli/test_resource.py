# SPDX-License-Identifier: Apache-2.0
"""Registers from the command line: listed, checked, tried; every trial is logged."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from huiban.cli.main import main
from huiban.connectors.registers import Outcome
from huiban.services import city
from huiban.store.models import Account, Inquiry
from tests.connectors.registers.peer import a_peer
from tests.services.stand_in import StandIn, registers

pytestmark = pytest.mark.django_db

USCC = "913702000000001155"
FIRM = {"uscc": USCC, "name": "青岛岚一建设", "legal_person": "王建军", "status": "存续"}


@pytest.fixture(autouse=True)
def keeper() -> Account:
    return Account.objects.create(
        number="a-01", name="系统管理员", kind="officer", roles=["admin_system"],
        department="big_data", last_login=datetime(2026, 11, 20, tzinfo=UTC),
    )  # fmt: skip


@pytest.fixture
def found() -> Iterator[StandIn]:
    with registers(StandIn(records={"enterprise_registry": {USCC: [FIRM]}})) as stand_in:
        yield stand_in


@pytest.mark.parametrize("name", ["enterprise_registry", "370200-0011"])
def test_a_register_says_what_it_holds_and_the_log_knows_who_asked(
    name: str, found: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["resource", "try", name, USCC, "--as", "a-01"]) == 0

    said = capsys.readouterr().out
    assert "outcome  found" in said
    assert "as of    2026-11-20" in said
    assert "${HUIBAN_NEIGHBOURS}/registers/enterprise_registry, by uscc" in said
    assert "企业名称  青岛岚一建设" in said
    assert [one.looked_up_by for one in Inquiry.objects.all()] == ["uscc", "uscc"]
    assert {one.actor for one in Inquiry.objects.all()} == {"a-01"}


def test_personal_items_are_not_even_asked_for(found: StandIn) -> None:
    main(["resource", "try", "enterprise_registry", USCC, "--as", "a-01"])

    entry = city.loaded().catalogue.resources["enterprise_registry"]
    asked = {name for call in found.calls for name in call.fields}
    assert asked
    assert not asked & {one.key for one in entry.items if one.is_masked}


def test_no_answer_is_told_and_fails(found: StandIn, capsys: pytest.CaptureFixture[str]) -> None:
    found.outcomes["enterprise_registry"] = Outcome.TIMEOUT

    assert main(["resource", "try", "enterprise_registry", USCC, "--as", "a-01"]) == 1
    assert "outcome  timeout: down" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["nothing", USCC, "--as", "a-01"], "no resource nothing"),
        (["enterprise_registry", USCC, "--as", "nobody"], "no account nobody"),
        (["enterprise_registry", USCC, "--as", "a-01", "--by", "plate"], "plate"),
        (["practitioner", USCC, "--as", "a-01"], "is connected"),
    ],
)
def test_what_cannot_be_tried_says_why(
    words: list[str], says: str, found: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["resource", "try", *words]) == 1
    assert says in capsys.readouterr().err
    assert found.calls == []


def test_the_list_names_what_is_not_set(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("HUIBAN_NEIGHBOURS", raising=False)
    monkeypatch.setenv("HUIBAN_NEIGHBOURS_KEY", "x")

    assert main(["resource", "list"]) == 0

    lines = capsys.readouterr().out.splitlines()
    (line,) = [one for one in lines if " enterprise_registry " in one]
    assert line.endswith("HUIBAN_NEIGHBOURS not set")
    assert lines[-1] == f"{len(lines) - 1} of 290 resources are connected"


def test_the_check_finds_who_is_there_and_who_is_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HUIBAN_NEIGHBOURS_KEY", "x")
    with a_peer() as peer:
        monkeypatch.setenv("HUIBAN_NEIGHBOURS", peer.address)
        there = main(["resource", "check", "enterprise_registry"])
        asked = list(peer.seen)
    gone = main(["resource", "check", "370200-0011"])
    monkeypatch.delenv("HUIBAN_NEIGHBOURS")
    unset = main(["resource", "check", "enterprise_registry", "nothing"])

    assert (there, gone, unset) == (0, 1, 1)
    assert asked == []
    first, second, third = capsys.readouterr().out.splitlines()
    assert first == "enterprise_registry: http: can be reached"
    assert "nobody answers at 127.0.0.1:" in second
    assert third == "enterprise_registry: http: HUIBAN_NEIGHBOURS is not set"
