# SPDX-License-Identifier: Apache-2.0
"""The real exchange behind the service: what a department pushed is what a form is told."""

import base64
from collections.abc import Iterator
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from huiban.connectors.registers import Exchange
from huiban.kernel.actor import Actor, ActorKind
from huiban.kernel.connection import FileConnection, PushConnection
from huiban.services import city, exchange, exchange_registers, register_push, resource_health
from huiban.services.exchange import Asked, Matter, key_digest
from huiban.services.exchange_registers import asked_through
from huiban.services.register_push import Delivery, NotSigned
from huiban.store import inquiries
from tests.services.city_sample import USCC, at

NOW = at("2026-11-23 10:30")
KEY = "mr_changes"
PRIVATE = Ed25519PrivateKey.generate()
PUBLIC = base64.b64encode(PRIVATE.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))
OFFICER = Actor("o-1", "张倩", ActorKind.OFFICER, frozenset({"window"}), "approval_service")


@pytest.fixture
def connected(each_fresh_database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One register is pushed; another is a file whose folder no variable names here."""
    found = replace(
        city.loaded(),
        connections={
            KEY: PushConnection(resource=KEY, public_key=PUBLIC.decode()),
            "tax_grade": FileConnection(
                resource="tax_grade", folder="${HUIBAN_NOT_SET_HERE}/x", format="csv"
            ),
        },
    )
    monkeypatch.setattr(city, "loaded", lambda: found)
    made = exchange_registers._made()
    with asked_through(made):
        yield
    assert isinstance(made.asks, Exchange)
    made.asks.stop()


def ask(resource: str, fields: frozenset[str]) -> exchange.FetchedRow:
    purpose = min(city.loaded().catalogue.resources[resource].purposes)
    matter = Matter("QD-1", "x.new", purpose, USCC, OFFICER)
    asked = [Asked(resource, "uscc", f" {USCC.lower()}", fields)]
    (row,) = exchange.ask(matter, asked, {resource: fields}, NOW, 10.0)
    return row


@pytest.mark.usefixtures("connected")
def test_what_was_pushed_is_found_with_the_items_asked_for_and_logged() -> None:
    resource = city.loaded().catalogue.resources[KEY]
    text = next(one.key for one in resource.items if one.type == "text" and one.key != "uscc")
    record = {"uscc": USCC, text: "甲"}
    delivery = Delivery("20261120-1", at("2026-11-20 00:00").date(), [record])
    assert register_push.receive(KEY, delivery, NOW).records == 1

    row = ask(KEY, frozenset({text}))

    assert (row.state, row.records) == ("found", ({text: "甲"},))
    assert row.as_of == delivery.as_of
    assert inquiries.verify(key_digest(USCC)) == (2, [])


@pytest.mark.usefixtures("connected")
def test_a_connection_without_its_variable_is_asked_nothing_and_says_so() -> None:
    resource = city.loaded().catalogue.resources["tax_grade"]

    row = ask("tax_grade", frozenset({resource.items[0].key}))

    assert row.state == "broken"
    assert inquiries.verify(key_digest(USCC)) == (0, [])
    running = resource_health.of([resource], NOW)["tax_grade"]
    assert running.unset == ("HUIBAN_NOT_SET_HERE",)
    assert not running.is_connected


@pytest.mark.usefixtures("connected")
def test_a_body_counts_only_as_the_bytes_that_were_signed() -> None:
    signature = base64.b64encode(PRIVATE.sign(b"{}")).decode()

    register_push.demand_signed(KEY, b"{}", signature)
    with pytest.raises(NotSigned):
        register_push.demand_signed(KEY, b"{ }", signature)
