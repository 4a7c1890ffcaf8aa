# SPDX-License-Identifier: Apache-2.0
"""What a language model may answer over HTTP, what of it is taken, and when it is left alone."""

import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from huiban.connectors.language_model import (
    AT_ONCE,
    FAILURES,
    LARGEST_ANSWER,
    LARGEST_QUESTION,
    LONGEST_TEXT,
    Fault,
    LanguageModel,
    Said,
    Setup,
    question,
)
from tests.connectors.model_peer import (
    PATIENCE_S,
    Does,
    ModelPeer,
    a_model,
    completion,
    cut,
    saying,
)
from tests.connectors.registers.test_http import a_certificate


@pytest.fixture
def peer() -> Iterator[ModelPeer]:
    with a_model() as found:
        yield found


def a_client(peer: ModelPeer, **more: object) -> LanguageModel:
    return LanguageModel(Setup(peer.address, "city-model", **more))  # type: ignore[arg-type]


def never(said: Said) -> None:
    raise AssertionError(f"nobody waited for {said}")


def ask(model: LanguageModel, data: object = "数据") -> Said:
    said = model.ask(question(model.setup, "说明规则", data), PATIENCE_S, never)
    assert said is not None
    return said


def test_a_question_has_the_shape_every_compatible_server_takes(peer: ModelPeer) -> None:
    said = ask(a_client(peer, key="s3cret"), {"要点": "合同盖章"})

    assert said.text == "说明"
    assert said.fault is None
    assert not said.is_cut
    (sent,), (headers,), (path,) = peer.seen, peer.headers, peer.paths
    assert path == "/v1/chat/completions"
    assert headers["Authorization"] == "Bearer s3cret"
    assert "Cookie" not in headers
    assert sent["model"] == "city-model"
    assert sent["stream"] is False
    assert [one["role"] for one in sent["messages"]] == ["system", "user"]
    assert sent["messages"][0]["content"] == "说明规则"
    assert json.loads(sent["messages"][1]["content"]) == {"要点": "合同盖章"}


def test_without_a_key_none_is_sent_and_a_key_stands_in_no_representation(peer: ModelPeer) -> None:
    ask(a_client(peer))

    assert "Authorization" not in peer.headers[0]
    assert "s3cret" not in repr(Setup(peer.address, "city-model", "s3cret"))


@pytest.mark.parametrize(
    ("does", "fault"),
    [
        (saying({"error": {"message": "bad key"}}, 401), Fault.REFUSED),
        (saying({"error": {"message": "no such model"}}, 404), Fault.REFUSED),
        (saying({}, 429, Retry_After="7"), Fault.BUSY),
        (saying({}, 503), Fault.BUSY),
        (saying({}, 500), Fault.AWAY),
        (saying({}, 302, Location="http://127.0.0.1:9/elsewhere"), Fault.REFUSED),
        (cut, Fault.UNUSABLE),
        (saying(b"<html>"), Fault.UNUSABLE),
        (saying(b"\xff\xfe"), Fault.UNUSABLE),
        (saying(b"[" * 100_000), Fault.UNUSABLE),
        (saying([]), Fault.UNUSABLE),
        (saying({"choices": []}), Fault.UNUSABLE),
        (saying({"choices": [{"message": None}]}), Fault.UNUSABLE),
        (saying(completion(None)), Fault.UNUSABLE),
        (saying(completion([{"type": "text", "text": "a"}])), Fault.UNUSABLE),
        (saying(completion(" \n\x00 ")), Fault.UNUSABLE),
        (saying(b" " * (LARGEST_ANSWER + 1)), Fault.UNUSABLE),
    ],
)
def test_whatever_is_no_answer_is_a_fault_that_says_so_in_two_languages(
    peer: ModelPeer, does: Does, fault: Fault
) -> None:
    peer.does = does

    said = ask(a_client(peer))

    assert said.fault is fault
    assert said.text == ""
    assert fault.words.zh
    assert fault.words.en
    assert len(peer.seen) == 1


def test_nobody_there_is_a_fault_and_no_exception() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
        model = LanguageModel(Setup(f"http://127.0.0.1:{port}/v1", "city-model"))

        assert ask(model).fault is Fault.AWAY


def test_a_server_that_nobody_vouches_for_is_told_nothing(tmp_path: Path) -> None:
    with a_model(a_certificate(tmp_path)) as peer:
        said = ask(a_client(peer))

    assert peer.address.startswith("https://")
    assert said.fault is Fault.UNTRUSTED
    assert peer.seen == []


def test_a_server_that_drips_is_late_however_often_it_says_something(peer: ModelPeer) -> None:
    def drip(request: object) -> None:
        request.send_response(200)  # type: ignore[attr-defined]
        request.send_header("Content-Length", "100000")  # type: ignore[attr-defined]
        request.end_headers()  # type: ignore[attr-defined]
        while not peer.open_gate.wait(0.02):
            request.wfile.write(b" ")  # type: ignore[attr-defined]

    peer.does = drip

    assert ask(a_client(peer, timeout_s=0.3)).fault is Fault.LATE


def test_an_answer_is_cut_to_a_length_people_read_and_says_so(peer: ModelPeer) -> None:
    peer.says("很" * (LONGEST_TEXT + 1))
    long = ask(a_client(peer))
    peer.says("没说完", finish_reason="length")
    stopped = ask(a_client(peer))

    assert len(long.text) == LONGEST_TEXT
    assert long.is_cut
    assert stopped.is_cut


def test_what_a_model_thinks_aloud_and_cannot_be_shown_is_left_out(peer: ModelPeer) -> None:
    peer.says("<think>它要我……\n</think>\n合同\u202e没有\x07盖章。\n")
    said = ask(a_client(peer))
    peer.says("<think>没有想完")
    unfinished = ask(a_client(peer))

    assert said.text == "合同没有盖章。"
    assert unfinished.fault is Fault.UNUSABLE


def test_too_large_a_question_is_not_sent(peer: ModelPeer) -> None:
    said = ask(a_client(peer), "长" * LARGEST_QUESTION)

    assert said.fault is Fault.TOO_LONG
    assert peer.seen == []


def test_after_failures_in_a_row_it_is_left_alone(peer: ModelPeer) -> None:
    peer.does = saying({}, 500)
    model = a_client(peer)

    faults = [ask(model).fault for _ in range(FAILURES + 2)]

    assert faults == [Fault.AWAY] * FAILURES + [Fault.RESTING] * 2
    assert len(peer.seen) == FAILURES


def test_an_answer_between_failures_counts_them_anew(peer: ModelPeer) -> None:
    model = a_client(peer)
    for _ in range(FAILURES - 1):
        peer.does = saying({}, 500)
        ask(model)
    peer.says("好了")
    ask(model)
    peer.does = saying({}, 500)
    ask(model)
    peer.says("还能问")

    assert ask(model).text == "还能问"


def test_one_that_has_too_much_to_do_is_not_asked_until_it_said(peer: ModelPeer) -> None:
    peer.does = saying({}, 429, Retry_After="60")
    model = a_client(peer)
    ask(model)
    peer.says("有空了")

    assert ask(model).fault is Fault.BUSY
    assert len(peer.seen) == 1


def test_a_slow_answer_holds_nobody_and_is_handed_over_once(peer: ModelPeer) -> None:
    peer.does = peer.gated(saying(completion("迟到的说明")))
    model, there = a_client(peer), threading.Event()
    late: list[Said] = []

    def take(said: Said) -> None:
        late.append(said)
        there.set()

    at_once = model.ask(question(model.setup, "说明规则", "数据"), 0.05, take)
    peer.open_gate.set()

    assert at_once is None
    assert there.wait(PATIENCE_S)
    assert [one.text for one in late] == ["迟到的说明"]


def test_only_so_many_questions_are_under_way_and_their_places_come_free(peer: ModelPeer) -> None:
    peer.does = peer.gated(saying(completion("说明")))
    model, done = a_client(peer), threading.Semaphore(0)
    body = question(model.setup, "说明规则", "数据")
    for _ in range(AT_ONCE):
        assert model.ask(body, 0, lambda _: done.release()) is None

    refused = model.ask(body, 0, never)
    peer.open_gate.set()
    for _ in range(AT_ONCE):
        assert done.acquire(timeout=PATIENCE_S)

    assert refused == Said(fault=Fault.BUSY)
    assert ask(model).text == "说明"
