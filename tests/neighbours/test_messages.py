# SPDX-License-Identifier: Apache-2.0
"""The message gateway held to what the connector asks of one, and its page to what it shows."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import requests

from huiban.cli.main import main
from huiban.connectors.messages_out import (
    Channel,
    GatewayAway,
    HttpGateway,
    MessageRefused,
    OutMessage,
)
from huiban.store import ids
from tests.services.gateway import KEY, Served, sending


@pytest.fixture
def served() -> Iterator[Served]:
    with sending() as found:
        yield found


def message(**changed: str) -> OutMessage:
    usual = {"key": ids.new_key(), "channel": "sms", "to": "13900000001", "text": "验证码 123456"}
    said = usual | changed
    return OutMessage(said["key"], Channel(said["channel"]), said["to"], said["text"])


def send(served: Served, one: OutMessage, key: str = KEY, patience_s: float = 5) -> None:
    HttpGateway(served.address, key, patience_s).send(one)


def test_what_is_sent_arrives_once_however_often_it_is_heard(served: Served) -> None:
    one = message(to="13900000002")

    send(served, one)
    send(served, one)

    assert [said["text"] for said in served.messages("13900000002")] == ["验证码 123456"]


def test_letters_are_taken_as_well(served: Served) -> None:
    send(served, message(channel="email", to="wangmin@example.com"))

    assert served.messages("wangmin@example.com")[0]["channel"] == "email"


def test_what_is_no_telephone_is_refused_for_good(served: Served) -> None:
    with pytest.raises(MessageRefused):
        send(served, message(to="0532"))


def test_a_wrong_key_is_no_fault_of_the_person(served: Served) -> None:
    with pytest.raises(GatewayAway):
        send(served, message(), key="another")
    assert requests.get(f"{served.address}/messages", timeout=5).status_code == 401


@pytest.mark.parametrize(
    "order", [{"dead": True}, {"error_share": 1}, {"stall_s": 3}], ids=["dead", "fault", "late"]
)
def test_a_gateway_that_fails_is_away(served: Served, order: dict[str, object]) -> None:
    served.order(**order)

    with pytest.raises(GatewayAway):
        send(served, message(), patience_s=0.3)


def test_a_gateway_that_has_sent_enough_refuses(served: Served) -> None:
    served.order(quota=0)

    with pytest.raises(MessageRefused):
        send(served, message())


def test_nobody_there_is_away() -> None:
    with pytest.raises(GatewayAway):
        HttpGateway("http://127.0.0.1:9", KEY, 0.5).send(message())


@contextmanager
def peer(answer: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), answer)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


class _Quiet(BaseHTTPRequestHandler):
    def log_message(self, *told: object) -> None:
        """Say nothing."""


class _Elsewhere(_Quiet):
    def do_POST(self) -> None:
        self.send_response(302)
        self.send_header("Location", "http://127.0.0.1:9/")
        self.end_headers()


class _Dripping(_Quiet):
    def do_POST(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000000")
        self.end_headers()
        try:
            for _ in range(30):
                self.wfile.write(b"x" * 8192)
                self.wfile.flush()
                time.sleep(0.05)
        except OSError:
            return


@pytest.mark.parametrize("answer", [_Elsewhere, _Dripping])
def test_a_gateway_that_sends_one_elsewhere_or_never_ends_is_away(
    answer: type[BaseHTTPRequestHandler],
) -> None:
    with peer(answer) as address, pytest.raises(GatewayAway):
        HttpGateway(address, KEY, 0.4).send(message())


def test_a_message_is_never_written_where_faults_are() -> None:
    one = message()

    assert one.text not in repr(one)
    assert one.to not in repr(one)
    with pytest.raises(GatewayAway) as told:
        HttpGateway("http://127.0.0.1:9", KEY, 0.5).send(one)
    assert told.value.__cause__ is None
    assert told.value.__suppress_context__


def test_its_page_shows_what_came_and_runs_nothing_of_it(served: Served) -> None:
    send(served, message(text="<script>alert(1)</script> 验证码 654321"))

    page = requests.get(f"{served.address}/", timeout=5)

    assert "&lt;script&gt;alert(1)&lt;/script&gt; 验证码 654321" in page.text
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")


@pytest.mark.parametrize(
    "body", [{"key": ""}, {"channel": "fax"}, {"text": "x" * 501}, {"to": "no mailbox"}]
)
def test_what_is_no_message_is_told_why(served: Served, body: dict[str, str]) -> None:
    usual = {"key": "k", "channel": "email", "to": "a@example.com", "text": "t"}

    answer = requests.post(
        f"{served.address}/messages", json=usual | body, headers={"X-Api-Key": KEY}, timeout=5
    )

    assert answer.status_code == 422
    assert next(iter(body)) in answer.json()["error"]


def test_without_a_key_it_does_not_start(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("HUIBAN_MESSAGE_GATEWAY_KEY", raising=False)

    assert main(["neighbours", "messages"]) == 2
    assert "set HUIBAN_MESSAGE_GATEWAY_KEY" in capsys.readouterr().out
