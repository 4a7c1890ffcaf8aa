# SPDX-License-Identifier: Apache-2.0
"""Connections of registers: read strictly, and every fault told at once with line and cure."""

import re
from pathlib import Path

import pytest

from huiban.kernel.connection import (
    AnswerShape,
    FileConnection,
    HttpConnection,
    PushConnection,
    SqlConnection,
)
from huiban.kernel.resource import Catalogue
from huiban.packloader.checkers import check_folder
from huiban.packloader.connections import load_connections
from huiban.packloader.load import load_scenarios, read_connections, read_resources
from huiban.packloader.problem import Problem
from huiban.packloader.resources import load_resources
from tests.packloader.pack_edit import ROOT
from tests.packloader.test_resources import GOOD, SHARED

MORE = """\
  - code: 370200-0002
    key: cranes
    name: {zh: 起重机, en: Cranes}
    about: 起重机。
    category: insurance
    subject: project
    keys: [uscc, project_code]
    items:
      - {key: uscc, label: 统一社会信用代码, type: text}
      - {key: project_code, label: 项目代码, type: text}
  - code: 370200-0003
    key: secret
    name: {zh: 不共享, en: Not shared}
    about: 不共享。
    category: insurance
    subject: enterprise
    share: none
    purposes: []
    keys: [uscc]
    items:
      - {key: uscc, label: 统一社会信用代码, type: text}
"""
KEY = "dKKhraMlZc9FmEvEj6EQAT8+rfJnf8eBTmpW0289yHg="
CATALOGUE, _ = load_resources({**SHARED, "a.yaml": GOOD + MORE})


def written(*entries: str) -> str:
    return "connections:\n" + "".join(f"  - {{{one}}}\n" for one in entries)


def problems(*entries: str, catalogue: Catalogue = CATALOGUE) -> list[Problem]:
    return load_connections({"connections/a.yaml": written(*entries)}, catalogue)[1]


HTTP = "resource: insurance, kind: http, address: 'https://a.example/x'"


def test_each_kind_is_read() -> None:
    text = """\
connections:
  - resource: insurance
    kind: http
    address: ${HUIBAN_A}/insurance
    headers: {X-Api-Key: "${HUIBAN_B}"}
    answer: {records: data.rows, fields: {staff: people.count}}
    timeout: 12 seconds
  - resource: cranes
    kind: file
    folder: ${HUIBAN_FILES}/cranes
    format: xlsx
    columns: {uscc: 统一社会信用代码}
"""

    found, told = load_connections({"connections/a.yaml": text}, CATALOGUE)

    assert told == []
    assert found == {
        "insurance": HttpConnection(
            resource="insurance",
            address="${HUIBAN_A}/insurance",
            headers={"X-Api-Key": "${HUIBAN_B}"},
            answer=AnswerShape("data.rows", "as_of", {"staff": "people.count"}),
            timeout=12,
        ),
        "cranes": FileConnection(
            resource="cranes",
            folder="${HUIBAN_FILES}/cranes",
            format="xlsx",
            columns={"uscc": "统一社会信用代码"},
        ),
    }


def test_databases_and_pushes_are_read() -> None:
    text = written(
        "resource: insurance, kind: sql, address: '${HUIBAN_A}', table: hr.staff, as_of: day",
        f"resource: cranes, kind: push, public_key: '{KEY}'",
    )

    found, told = load_connections({"connections/a.yaml": text}, CATALOGUE)

    assert told == []
    assert found == {
        "insurance": SqlConnection(
            resource="insurance", address="${HUIBAN_A}", table="hr.staff", as_of="day"
        ),
        "cranes": PushConnection(resource="cranes", public_key=KEY),
    }


@pytest.mark.parametrize(
    ("entry", "field", "says"),
    [
        (HTTP.replace("insurance", "insurence"), "resource", "did you mean 'insurance'?"),
        (HTTP.replace("insurance", "secret"), "resource", "not shared with anybody"),
        (HTTP.replace("https", "http"), "address", "plain http reaches only this machine"),
        (HTTP.replace("https://a", "https://u:p@a"), "address", "not an address"),
        (HTTP.replace("/x", "/{key}"), "address", "slot"),
        (HTTP.replace("https://a.example/x", "${PATH}/x"), "address", "begins with HUIBAN_"),
        (HTTP.replace("https://a.example/x", "${HUIBAN_SECRET_KEY}/x"), "address", "of this house"),
        (HTTP.replace("kind: http", "kind: htp"), "kind", "did you mean 'http'?"),
        (f"{HTTP}, timeout: 31 seconds", "timeout", "1 to 30 seconds"),
        (f"{HTTP}, timeout: 0 seconds", "timeout", "1 to 30 seconds"),
        (f"{HTTP}, timeout: 6", "timeout", "1 to 30 seconds"),
        (f"{HTTP}, tiemout: 6 seconds", "tiemout", "did you mean 'timeout'?"),
        (f"{HTTP}, headers: {{X-Api-Key: abc}}", "headers.X-Api-Key", "everybody reads it"),
        (f"{HTTP}, headers: {{Authorization: 'Bearer x'}}", "headers.Authorization", "${HUIBAN_…}"),
        (f"{HTTP}, headers: {{Host: other}}", "headers.Host", "writes 'Host' itself"),
        (f"{HTTP}, headers: {{X-Huiban-Purpose: a}}", "headers.X-Huiban-Purpose", "itself"),
        (f"{HTTP}, headers: {{X-Name: 岚}}", "headers.X-Name", "plain ASCII"),
        (f"{HTTP}, headers: {{'X Name': a}}", "headers.X Name", "not written as it must be"),
        (f"{HTTP}, query: {{by: '{{by}}'}}", "query", "the key is never sent"),
        (f"{HTTP}, query: {{k: '{{kee}}-{{key}}'}}", "query.k", "did you mean 'key'?"),
        (f"{HTTP}, query: {{k: '{{key}}', token: abc}}", "query.token", "everybody reads it"),
        (f"{HTTP}, query: {{by: ussc, k: '{{key}}'}}", "query.by", "did you mean 'uscc'?"),
        (f"{HTTP}, method: POST", "method", "write body"),
        (f"{HTTP}, body: {{k: '{{key}}'}}", "body", "write method: POST"),
        (f"{HTTP}, method: DELETE", "method", "unknown value"),
        (
            f"{HTTP}, method: POST, body: {{a: {{appSecret: x}}, k: '{{key}}'}}",
            "body.a.appSecret",
            "everybody reads it",
        ),
        (
            HTTP.replace("insurance", "cranes") + ", query: {k: '{key}'}",
            "query",
            "looked up by uscc, project_code",
        ),
        (f"{HTTP}, answer: {{fields: {{stuff: a}}}}", "answer.fields.stuff", "'staff'?"),
        (f"{HTTP}, answer: {{record: a}}", "answer.record", "did you mean 'records'?"),
        (f"{HTTP}, table: t", "table", "kind http has no 'table'"),
        ("resource: insurance, kind: http", "address", "'address' is missing"),
        ("resource: insurance, kind: sql, address: '${HUIBAN_A}'", "table", "is missing"),
        (
            "resource: insurance, kind: sql, address: '${HUIBAN_A}', table: 'a; drop'",
            "table",
            "not written as it must be",
        ),
        (
            "resource: insurance, kind: sql, table: t, columns: {stuff: a}, address: '${HUIBAN_A}'",
            "columns.stuff",
            "did you mean 'staff'?",
        ),
        (
            "resource: insurance, kind: sql, table: t, address: 'postgresql+psycopg://u:pw@h/d'",
            "address",
            "the password stands in the text",
        ),
        (
            "resource: insurance, kind: sql, table: t, address: 'mysql://h/d'",
            "address",
            "postgresql+psycopg://",
        ),
        ("resource: insurance, kind: file, folder: in, format: csv", "folder", "from the root"),
        ("resource: insurance, kind: file, folder: /in, format: xls", "format", "unknown value"),
        ("resource: insurance, kind: push, public_key: abc", "public_key", "32 bytes in base64"),
    ],
)
def test_a_fault_is_told_where_it_stands(entry: str, field: str, says: str) -> None:
    told = problems(entry)

    assert len(told) == 1, "\n".join(map(str, told))
    assert told[0].field == f"connections.0.{field}"
    assert told[0].line == 2
    assert says in str(told[0])


def test_a_connection_with_a_fault_is_left_out_and_the_others_stay() -> None:
    text = written(
        f"{HTTP}, timeout: 99 seconds",
        "resource: cranes, kind: sql, table: t, address: '${HUIBAN_A}'",
    )

    found, told = load_connections({"connections/a.yaml": text}, CATALOGUE)

    assert list(found) == ["cranes"]
    assert len(told) == 1


def test_a_resource_is_connected_once_whichever_files_say_so() -> None:
    texts = {"connections/a.yaml": written(HTTP), "connections/b.yaml": "# later\n" + written(HTTP)}

    found, (told,) = load_connections(texts, CATALOGUE)

    assert list(found) == ["insurance"]
    assert (told.path, told.line) == ("packs/resources/connections/b.yaml", 3)
    assert "connections/a.yaml already" in told.message


def test_all_faults_are_told_at_once() -> None:
    told = problems(
        HTTP.replace("https", "http") + ", headers: {X-Api-Key: abc, Host: b}, timeout: 99 seconds",
        "resource: insurence, kind: sql, adress: x",
        "resource: cranes, kind: push, public_key: abc, folder: /x",
    )

    assert [(one.line, one.field.removeprefix("connections.")) for one in told] == [
        (2, "0.address"), (2, "0.headers.Host"), (2, "0.headers.X-Api-Key"), (2, "0.timeout"),
        (3, "1.adress"), (3, "1.resource"),
        (4, "2.folder"), (4, "2.public_key"),
    ]  # fmt: skip


def test_what_the_guides_show_is_read() -> None:
    page = ROOT.parent / "docs" / "how-to" / "add-a-data-resource.md"
    shown = re.findall(r"```yaml\n(connections:.*?)```", page.read_text("utf-8"), re.S)
    catalogue, _ = read_resources(ROOT)

    for text in shown:
        assert load_connections({"connections/a.yaml": text}, catalogue)[1] == []
    assert len(shown) >= 4


def test_the_connections_of_this_city_are_read_with_its_packs(tmp_path: Path) -> None:
    loaded = load_scenarios(ROOT)

    assert loaded.connections == read_connections(ROOT, loaded.catalogue)[0]
    assert {one.kind for one in loaded.connections.values()} == {"http", "sql", "file", "push"}


def test_the_check_of_packs_tells_faults_of_connections(tmp_path: Path) -> None:
    for name in ("common", "construction_waste"):
        (tmp_path / name).symlink_to(ROOT / name)
    resources = tmp_path / "resources"
    resources.mkdir()
    for file in (ROOT / "resources").glob("*.yaml"):
        (resources / file.name).write_text(file.read_text("utf-8"), "utf-8")
    (resources / "connections").mkdir()
    (resources / "connections" / "a.yaml").write_text(
        written("resource: nobody, kind: http"), "utf-8"
    )

    found = check_folder(tmp_path, tmp_path)

    assert found is not None
    told = [str(one) for one in found["resources"]]
    assert len(told) == 2, told
    assert all("connections/a.yaml:2:" in one for one in told)
