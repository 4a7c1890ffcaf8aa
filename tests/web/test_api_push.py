# SPDX-License-Identifier: Apache-2.0
"""Departments push registers: signed, checked, once, and found by what forms ask for."""

import base64
import json
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from huiban.kernel.connection import PushConnection
from huiban.packloader import Loaded
from huiban.services import city, exchange_registers
from huiban.store.models import Pushed
from tests.services.city_sample import USCC
from tests.web.api_client import Program

KEY = "mr_changes"
PRIVATE = Ed25519PrivateKey.generate()
PUBLIC = base64.b64encode(PRIVATE.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))
RECORD = {"uscc": USCC}


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> Loaded:
    """The city has one register that is pushed, and another that is not."""
    real = city.loaded()
    connections = {KEY: PushConnection(resource=KEY, public_key=PUBLIC.decode())}
    found = replace(real, connections=connections)
    monkeypatch.setattr(city, "loaded", lambda: found)
    return found


@pytest.fixture
def program(connected: Loaded, each_database: str) -> Program:
    return Program()


def body(batch: str = "20261120-1", as_of: str = "2020-11-20", **changed: Any) -> bytes:
    said = {"resource": KEY, "batch": batch, "as_of": as_of, "records": [RECORD]} | changed
    return json.dumps(said, ensure_ascii=False).encode()


def push(program: Program, raw: bytes, key: str = KEY, signature: str | None = None) -> Any:
    signed = base64.b64encode(PRIVATE.sign(raw)).decode() if signature is None else signature
    said = {"x_huiban_signature": signed} if signed else {}
    return program.post(f"/registers/{key}/push", raw, **said)


def test_a_signed_batch_is_taken_and_found(program: Program) -> None:
    answer = push(program, body())

    assert (answer.status_code, answer.data) == (
        200,
        {"batch": "20261120-1", "taken": 1, "is_repeat": False},
    )
    found = exchange_registers._pushed(KEY, "uscc", f" {USCC.lower()} ")
    assert found is not None
    assert (found[0], found[1].isoformat()) == (({"uscc": USCC},), "2020-11-20")


def test_the_key_of_a_record_is_kept_as_a_digest_only(program: Program) -> None:
    push(program, body())

    row = Pushed.objects.get()
    assert USCC not in row.key_digest
    assert len(row.key_digest) == 64


@pytest.mark.parametrize("signature", ["", "AAAA", "x" * 88, base64.b64encode(bytes(64)).decode()])
def test_what_is_not_signed_is_refused(program: Program, signature: str) -> None:
    answer = push(program, body(), signature=signature)

    assert (answer.status_code, answer.data["code"]) == (401, "not_signed")
    assert Pushed.objects.count() == 0


def test_a_signature_of_other_bytes_is_refused(program: Program) -> None:
    other = base64.b64encode(PRIVATE.sign(body(batch="20261121-1"))).decode()

    assert push(program, body(), signature=other).status_code == 401


def test_another_departments_key_is_refused(program: Program) -> None:
    raw = body()
    forged = base64.b64encode(Ed25519PrivateKey.generate().sign(raw)).decode()

    assert push(program, raw, signature=forged).status_code == 401


@pytest.mark.parametrize("key", ["enterprise_registry", "no_such_register"])
def test_a_register_nobody_pushes_is_not_found(program: Program, key: str) -> None:
    assert push(program, body(), key).status_code == 404


def test_the_same_batch_again_changes_nothing(program: Program) -> None:
    push(program, body())

    answer = push(program, body())

    assert (answer.status_code, answer.data["taken"], answer.data["is_repeat"]) == (200, 0, True)


def test_an_older_batch_is_refused(program: Program) -> None:
    push(program, body())
    push(program, body("20261120-2"))

    for old in (body(), body("20261120-9", "2020-11-19")):
        answer = push(program, old)
        assert (answer.status_code, answer.data["reason"]) == (409, "older_batch")
    assert Pushed.objects.get().batch == "20261120-2"


def test_an_empty_batch_is_taken(program: Program) -> None:
    assert push(program, body(records=[])).data["taken"] == 0


@pytest.mark.parametrize(
    ("records", "path", "code"),
    [
        ([{"uscc": USCC, "colour": "red"}], "records.0.colour", "unknown_item"),
        ([RECORD, {"uscc": 7}], "records.1.uscc", "wrong_type"),
        ([{"uscc": " "}], "records.0", "no_key"),
        ([{}], "records.0", "no_key"),
    ],
)
def test_every_fault_of_a_batch_is_named_and_nothing_is_taken(
    program: Program, records: list[object], path: str, code: str
) -> None:
    answer = push(program, body(records=records))

    assert answer.status_code == 422
    assert (path, code) in [(one["path"], one["code"]) for one in answer.data["errors"]]
    assert Pushed.objects.count() == 0


@pytest.mark.parametrize(
    "changed",
    [{"as_of": "2999-01-01"}, {"as_of": "yesterday"}, {"batch": ""}, {"batch": "a b"}, {"more": 1},
     {"records": "x"}, {"records": [RECORD] * 5001}],
)  # fmt: skip
def test_a_body_that_is_not_as_described_is_refused(
    program: Program, changed: dict[str, object]
) -> None:
    answer = push(program, body(**changed))

    assert (answer.status_code, answer.data["code"]) == (422, "invalid")


def test_a_body_too_large_is_refused_before_it_is_read(program: Program, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100

    assert push(program, body(records=[RECORD] * 10)).status_code == 413


def test_signed_nonsense_is_no_json(program: Program) -> None:
    answer = push(program, b"{nonsense")

    assert (answer.status_code, answer.data["code"]) == (400, "malformed_json")


def test_a_key_that_is_none_is_our_fault_and_is_logged(
    program: Program,
    connected: Loaded,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    broken = replace(connected, connections={KEY: PushConnection(resource=KEY, public_key="x" * 9)})
    monkeypatch.setattr(city, "loaded", lambda: broken)

    assert push(program, body()).status_code == 404
    assert "public key of mr_changes" in caplog.text


def test_many_records_of_one_key_stay_together(program: Program) -> None:
    resource = city.loaded().catalogue.resources[KEY]
    text = next(one.key for one in resource.items if one.type == "text" and one.key != "uscc")
    push(program, body(records=[{"uscc": USCC, text: "甲"}, {"uscc": USCC, text: "乙"}]))

    found = exchange_registers._pushed(KEY, "uscc", USCC)

    assert found is not None
    assert [one[text] for one in found[0]] == ["甲", "乙"]


def test_a_batch_signed_for_another_register_is_refused(program: Program) -> None:
    answer = push(program, body(resource="hc_site_workers"))

    assert answer.status_code == 401
    assert not Pushed.objects.exists()
