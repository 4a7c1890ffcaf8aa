# SPDX-License-Identifier: Apache-2.0
"""What a register may answer over HTTP, and what of it is taken."""

import json
import socket
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from ipaddress import ip_address
from pathlib import Path

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from huiban.connectors.registers import Outcome
from huiban.connectors.registers.http import LARGEST_ANSWER
from huiban.kernel.connection import AnswerShape
from huiban.kernel.resource import QuestionRefused
from tests.connectors.registers.peer import (
    FIELDS,
    FIRM,
    USCC,
    Handler,
    Peer,
    a_call,
    a_peer,
    a_resource,
    an_exchange,
    ask,
    found,
    nobody,
)


def saying(
    status: int = 200, body: bytes = b"", headers: dict[str, str] | None = None
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(_: web.Request) -> web.StreamResponse:
        return web.Response(status=status, body=body, headers=headers)

    return handle


def records(*found_records: object, **more: object) -> Handler:
    return saying(body=json.dumps({"records": found_records, **more}).encode())


def test_an_answer_holds_what_was_asked_and_nothing_else(peer: Peer, tmp_path: Path) -> None:
    peer.does["firms"] = records({**FIRM, "secret": 1}, as_of="2026-11-19")

    with an_exchange(tmp_path, peer.connection()) as exchange:
        answer = ask(exchange, a_call())

    assert answer.outcome is Outcome.FOUND
    assert answer.records == ({"name": "青岛岚一建设", "staff": 12},)
    assert answer.as_of == date(2026, 11, 19)
    assert len(answer.request_sha256) == len(answer.response_sha256) == 64
    assert not answer.detail


def test_a_register_is_told_the_key_the_items_the_purpose_and_the_request(
    peer: Peer, tmp_path: Path
) -> None:
    connection = peer.connection(headers={"X-Api-Key": "${HUIBAN_TEST}"})

    with an_exchange(tmp_path, connection, environment={"HUIBAN_TEST": "s3cret"}) as exchange:
        ask(exchange, a_call())

    (request,) = peer.seen
    assert dict(request.query) == {"by": "uscc", "key": USCC, "fields": "name,staff"}
    assert request.headers["X-Huiban-Purpose"] == "safety_permit"
    assert request.headers["X-Huiban-Request"] == f"r-{USCC}"
    assert request.headers["X-Api-Key"] == "s3cret"
    assert "Cookie" not in request.headers


def test_a_key_with_signs_of_an_address_stays_one_value(peer: Peer, tmp_path: Path) -> None:
    key = "a&by=person_id#/岚 一{by}+%20"

    with an_exchange(tmp_path, peer.connection()) as exchange:
        ask(exchange, a_call(key=key))

    assert dict(peer.seen[0].query) == {"by": "uscc", "key": key, "fields": "name,staff"}


def test_a_post_sends_its_body_filled_in(peer: Peer, tmp_path: Path) -> None:
    sent = []

    async def keep(request: web.Request) -> web.StreamResponse:
        sent.append(await request.json())
        return found(FIRM)

    peer.does["firms"] = keep
    body = {"query": {"code": "{key}", "columns": ["{fields}"]}, "app": "${HUIBAN_TEST}", "n": 1}
    connection = peer.connection(method="POST", query={}, body=body)

    with an_exchange(tmp_path, connection, environment={"HUIBAN_TEST": "x"}) as exchange:
        answer = ask(exchange, a_call())

    assert answer.outcome is Outcome.FOUND
    assert sent == [{"query": {"code": USCC, "columns": ["name,staff"]}, "app": "x", "n": 1}]


def test_an_answer_of_another_layout_is_read_by_its_paths(peer: Peer, tmp_path: Path) -> None:
    body = {"data": {"rows": [{"org": {"title": "岚一"}}], "day": "2026-11-01T08:00:00+08:00"}}
    peer.does["firms"] = saying(body=json.dumps(body).encode())
    shape = AnswerShape("data.rows", "data.day", {"name": "org.title"})

    with an_exchange(tmp_path, peer.connection(answer=shape)) as exchange:
        answer = ask(exchange, a_call())

    assert answer.records == ({"name": "岚一"},)
    assert answer.as_of == date(2026, 11, 1)


@pytest.mark.parametrize(
    ("handler", "outcome", "says"),
    [
        (records(), Outcome.ABSENT, ""),
        (saying(404), Outcome.ABSENT, ""),
        (saying(404, b"<html>"), Outcome.ABSENT, ""),
        (saying(401), Outcome.REFUSED, "401"),
        (saying(403), Outcome.REFUSED, "403"),
        (saying(429), Outcome.BUSY, "429"),
        (saying(500), Outcome.BROKEN, "500"),
        (saying(204), Outcome.BROKEN, "204"),
        (saying(302, headers={"Location": "/registers/other"}), Outcome.BROKEN, "not followed"),
        (saying(200, b"<html>"), Outcome.BROKEN, "not JSON"),
        (saying(200, b"\xff\xfe"), Outcome.BROKEN, "not JSON"),
        (saying(200, b"[" * 200_000), Outcome.BROKEN, "not JSON"),
        (saying(200, b'{"records": [], "records": []}'), Outcome.BROKEN, "not JSON"),
        (saying(200, b'{"records": [{"name": NaN}]}'), Outcome.BROKEN, "not JSON"),
        (saying(200, b'{"rows": []}'), Outcome.BROKEN, "no list of records"),
        (saying(200, b"[]"), Outcome.BROKEN, "no list of records"),
        (records("x"), Outcome.BROKEN, "not a mapping"),
        (records(*[{}] * 501), Outcome.BROKEN, "more than 500"),
        (records(as_of="2026-11-22"), Outcome.BROKEN, "day to come"),
        (records(as_of="soon"), Outcome.BROKEN, "not a date"),
        (saying(200, b" " * (LARGEST_ANSWER + 1)), Outcome.BROKEN, "larger than 2 MB"),
        (saying(200, b"x", {"Content-Encoding": "gzip"}), Outcome.BROKEN, "not JSON"),
    ],
)
def test_every_other_answer_has_its_outcome(
    handler: Handler, outcome: Outcome, says: str, peer: Peer, tmp_path: Path
) -> None:
    peer.does["firms"] = handler

    with an_exchange(tmp_path, peer.connection()) as exchange:
        answer = ask(exchange, a_call())

    assert (answer.outcome, answer.records) == (outcome, ())
    assert says in answer.detail
    assert [one.path for one in peer.seen] == ["/registers/firms"] * len(peer.seen)


def test_a_register_that_nobody_serves_is_broken_and_its_detail_holds_no_key(
    tmp_path: Path, peer: Peer
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        dead = replace(peer.connection(), address=f"http://127.0.0.1:{free.getsockname()[1]}/x")

    with an_exchange(tmp_path, dead) as exchange:
        answer = ask(exchange, a_call())

    assert answer.outcome is Outcome.BROKEN
    assert answer.detail == "no connection: ClientConnectorError"


def a_certificate(folder: Path) -> ssl.SSLContext:
    """A server that vouches for itself, as anybody between us and a register could."""
    key = Ed25519PrivateKey.generate()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2120, 1, 1, tzinfo=UTC))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, None)
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "server.pem").write_bytes(private + made.public_bytes(Encoding.PEM))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(folder / "server.pem")
    return tls


def test_a_server_that_nobody_vouches_for_is_told_nothing(tmp_path: Path) -> None:
    with a_peer(a_certificate(tmp_path)) as peer, an_exchange(tmp_path, peer.connection()) as asks:
        answer = ask(asks, a_call())

    assert peer.address.startswith("https://")
    assert answer.outcome is Outcome.BROKEN
    assert answer.detail == "no connection: ClientConnectorCertificateError"
    assert peer.seen == []


def test_a_line_that_breaks_in_the_middle_is_broken(peer: Peer, tmp_path: Path) -> None:
    async def cut(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b'{"records": [')
        assert request.transport is not None
        request.transport.close()
        return response

    peer.does["firms"] = cut

    with an_exchange(tmp_path, peer.connection()) as exchange:
        answer = ask(exchange, a_call())

    assert answer.outcome is Outcome.BROKEN
    assert answer.detail == "no connection: ClientPayloadError"


def test_no_answer_in_its_time_is_a_timeout(peer: Peer, tmp_path: Path) -> None:
    peer.does["firms"], _ = peer.gate()

    with an_exchange(tmp_path, peer.connection(timeout=1)) as exchange:
        answer = ask(exchange, a_call())

    assert answer.outcome is Outcome.TIMEOUT
    assert answer.detail == "no answer in 1 seconds"


@pytest.mark.parametrize(
    ("item", "value"),
    [
        ("name", 12), ("name", "x" * 4001), ("name", "a\0b"), ("name", ["x"]),
        ("staff", "12"), ("staff", True), ("staff", 12.5), ("staff", 10**18),
        ("capital", True), ("capital", "1,200"), ("capital", "1e3"), ("capital", "abc"),
        ("founded_on", "2015/03/02"), ("founded_on", "2015-02-30"), ("founded_on", 20150302),
        ("is_active", "yes"), ("is_active", 1),
    ],
)  # fmt: skip
def test_a_value_of_another_type_is_told_without_the_value(
    item: str, value: object, peer: Peer, tmp_path: Path
) -> None:
    peer.does["firms"] = records({**FIRM, item: value})

    with an_exchange(tmp_path, peer.connection()) as exchange:
        answer = ask(exchange, a_call(fields=FIELDS))

    assert answer.outcome is Outcome.BROKEN
    assert answer.detail == f"{item} is not of its declared type"


def test_values_come_as_their_types_say(peer: Peer, tmp_path: Path) -> None:
    peer.does["firms"] = saying(
        body=b'{"records": [{"capital": 1200.50, "staff": null, "is_active": false}]}'
    )

    with an_exchange(tmp_path, peer.connection()) as exchange:
        answer = ask(exchange, a_call(fields=FIELDS))

    assert answer.records == ({"capital": "1200.50", "is_active": False},)


def test_one_odd_record_does_not_close_the_register_to_everybody(
    peer: Peer, tmp_path: Path
) -> None:
    async def odd(request: web.Request) -> web.StreamResponse:
        return found({**FIRM, "staff": "many" if request.query["key"] == "odd" else 3})

    peer.does["firms"] = odd
    asked = [a_call(key="odd", request=f"r{at}") for at in range(10)]

    with an_exchange(tmp_path, peer.connection()) as exchange:
        for call in asked:
            assert ask(exchange, call).outcome is Outcome.BROKEN
        answer = ask(exchange, a_call())

    assert answer.outcome is Outcome.FOUND


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (a_call(fields=("name", "phone")), "unknown_item"),
        (a_call(fields=()), "nothing_asked"),
        (a_call(by="person_id"), "unknown_key"),
        (a_call("vehicles"), "unknown_resource"),
    ],
)
def test_what_the_entry_does_not_hold_is_asked_of_nobody(
    call: object, code: str, peer: Peer, tmp_path: Path
) -> None:
    with (
        an_exchange(tmp_path, peer.connection()) as exchange,
        pytest.raises(QuestionRefused) as refused,
    ):
        exchange.ask([a_call(), call], 1, nobody)  # type: ignore[list-item]

    assert refused.value.code == code
    assert peer.seen == []


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("${HUIBAN_ABSENT}/x", "HUIBAN_ABSENT is not set"),
        ("http://10.0.0.1/x", "plain http reaches only this machine"),
        ("https://user:pw@10.0.0.1/x", "not an address"),
    ],
)
def test_a_connection_that_cannot_be_used_says_why(
    address: str, says: str, peer: Peer, tmp_path: Path
) -> None:
    connection = replace(peer.connection(), address=address)

    with an_exchange(tmp_path, connection) as exchange:
        answer = ask(exchange, a_call())

        assert answer.outcome is Outcome.BROKEN
        assert says in answer.detail
        assert says in exchange.health()["firms"].detail


def test_a_resource_without_a_connection_is_not_asked(peer: Peer, tmp_path: Path) -> None:
    with an_exchange(tmp_path, peer.connection(), resources=(a_resource("cars"),)) as exchange:
        answer = ask(exchange, a_call("cars"))

    assert (answer.outcome, answer.detail) == (Outcome.BROKEN, "no connection is declared")


def test_plain_http_is_for_those_who_allow_it(peer: Peer, tmp_path: Path) -> None:
    with an_exchange(tmp_path, peer.connection(), allows_plain_http=True) as exchange:
        exchange.connections = {
            "firms": replace(peer.connection(), address="http://registers.invalid/x")
        }

        assert exchange.trouble("firms") == ""
