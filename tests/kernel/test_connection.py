# SPDX-License-Identifier: Apache-2.0
"""How registers are reached: what the environment fills in, and which addresses will do."""

import pytest

from huiban.kernel.connection import (
    FileConnection,
    HttpConnection,
    PushConnection,
    SqlConnection,
    VariableMissing,
    address_fault,
    database_fault,
    names_secret,
    settled,
    variables,
)

HTTP = HttpConnection(
    resource="firms",
    address="${HUIBAN_A}/firms",
    method="POST",
    headers={"X-Api-Key": "${HUIBAN_B}"},
    query={"app": "${HUIBAN_C}", "key": "{key}"},
    body={"deep": [{"code": "${HUIBAN_A}-{key}"}], "count": 1},
)


def test_the_environment_fills_in_every_part() -> None:
    found = settled(HTTP, {"HUIBAN_A": "https://a", "HUIBAN_B": "b", "HUIBAN_C": "c"})

    assert isinstance(found, HttpConnection)
    assert found.address == "https://a/firms"
    assert found.headers == {"X-Api-Key": "b"}
    assert found.query == {"app": "c", "key": "{key}"}
    assert found.body == {"deep": [{"code": "https://a-{key}"}], "count": 1}


def test_the_variables_are_named_once_each() -> None:
    assert variables(HTTP) == ("HUIBAN_A", "HUIBAN_B", "HUIBAN_C")


@pytest.mark.parametrize(
    "connection",
    [
        SqlConnection(resource="r", address="${HUIBAN_X}", table="t"),
        FileConnection(resource="r", folder="${HUIBAN_X}/r", format="csv"),
        PushConnection(resource="r", public_key="${HUIBAN_X}"),
    ],
)
def test_every_kind_may_take_its_place_from_the_environment(
    connection: SqlConnection | FileConnection | PushConnection,
) -> None:
    assert variables(connection) == ("HUIBAN_X",)
    assert variables(settled(connection, {"HUIBAN_X": "/x"})) == ()


@pytest.mark.parametrize("environment", [{}, {"HUIBAN_X": ""}])
def test_a_variable_that_is_not_set_is_named(environment: dict[str, str]) -> None:
    connection = SqlConnection(resource="r", address="${HUIBAN_X}", table="t")

    with pytest.raises(VariableMissing, match="HUIBAN_X is not set"):
        settled(connection, environment)


def test_only_our_own_variables_are_ever_read() -> None:
    connection = SqlConnection(resource="r", address="${AWS_SECRET}", table="t")

    with pytest.raises(VariableMissing):
        settled(connection, {"AWS_SECRET": "x"})


@pytest.mark.parametrize(
    "address",
    [
        "https://registers.example.gov.cn/a/b", "https://10.1.2.3:8443", "http://localhost:80/a",
        "http://127.0.0.1:8080/a", "http://127.9.9.9/a", "http://[::1]:80/a", "https://[fe80::1]/a",
    ],
)  # fmt: skip
def test_an_address_that_will_do(address: str) -> None:
    assert address_fault(address) == ""


@pytest.mark.parametrize(
    "address",
    [
        "", "registers.example", "ftp://a/b", "file:///etc/passwd", "https://", "https:///a",
        "https://user@host/a", "https://user:pw@host/a", "https://host/a?key=1", "https://host/a#b",
        "https://host:99999/a", "https://ho st/a", "http://127.0.0.1.example/a",
        "http://localhost.example/", "http://1270.0.0.1/", "http://0.0.0.0/", "https://host\\@evil/",
    ],
)  # fmt: skip
def test_an_address_that_will_not_do(address: str) -> None:
    assert address_fault(address)


def test_plain_http_goes_further_only_where_it_is_allowed() -> None:
    assert address_fault("http://10.0.0.1/a") == "plain http reaches only this machine"
    assert address_fault("http://10.0.0.1/a", allows_plain=True) == ""


@pytest.mark.parametrize(
    ("address", "is_right"),
    [
        ("sqlite:////var/a b.sqlite3", True),
        ("postgresql+psycopg://u:p@h/d", True),
        ("postgres://u:p@h/d", False),
        ("mysql://u:p@h/d", False),
        ("sqlite:////a?mode=rwc", False),
    ],
)
def test_only_databases_that_are_read_read_only(address: str, is_right: bool) -> None:
    assert (database_fault(address) == "") is is_right


@pytest.mark.parametrize("name", ["X-Api-Key", "Authorization", "appSecret", "access_token"])
def test_names_of_secrets_are_known(name: str) -> None:
    assert names_secret(name)


@pytest.mark.parametrize("name", ["Accept", "X-Organ", "by", "fields"])
def test_other_names_are_no_secrets(name: str) -> None:
    assert not names_secret(name)
