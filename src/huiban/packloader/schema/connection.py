# SPDX-License-Identifier: Apache-2.0
"""packs/resources/connections/*.yaml: how each connected register is reached."""

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, StringConstraints, WithJsonSchema
from pydantic import Field as Described
from pydantic_core import PydanticCustomError

from huiban.kernel.connection import LONGEST_TIMEOUT
from huiban.packloader.schema.part import Key, Line, Part

_SECONDS = re.compile(r"(\d{1,3}) seconds?")


def _to_seconds(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        value = f"{value} unit"
    found = _SECONDS.fullmatch(str(value))
    if found is None or not 1 <= int(found[1]) <= LONGEST_TIMEOUT:
        message = f"write 1 to {LONGEST_TIMEOUT} seconds, such as '6 seconds'"
        raise PydanticCustomError("seconds", "{reason}", {"reason": message})
    return int(found[1])


Seconds = Annotated[
    int,
    BeforeValidator(_to_seconds),
    WithJsonSchema({"type": "string", "examples": ["6 seconds"]}),
]
Header = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9-]{0,63}$")]
Paths = dict[Key, Line]


class AnswerIn(Part):
    """Where a JSON answer holds what; dotted paths, from the top or within a record."""

    records: Annotated[Line, Described(description="the list of records")] = "records"
    as_of: Annotated[Line, Described(description="the day the answer is of")] = "as_of"
    fields: Annotated[
        Paths, Described(default_factory=dict, description="item: path; defaults to its key")
    ]


class ConnectionIn(Part):
    """连接. `${NAME}` stands for an environment variable; its name begins with HUIBAN_."""

    resource: Key
    kind: Literal["http", "sql", "file", "push"]
    timeout: Annotated[Seconds | None, Described(description="6 seconds without it")] = None
    address: Annotated[
        Line | None,
        Described(description="http: https://…; sql: sqlite:////… or postgresql+psycopg://…"),
    ] = None
    method: Annotated[Literal["GET", "POST"] | None, Described(description="http")] = None
    headers: Annotated[dict[Header, Line] | None, Described(description="http")] = None
    query: Annotated[
        dict[str, Line] | None,
        Described(description="http; {by}, {key}, {fields}, {purpose} and {request} are filled in"),
    ] = None
    body: Annotated[
        dict[str, Any] | None,
        Described(description="http with POST: sent as JSON, filled in alike"),
    ] = None
    answer: AnswerIn | None = None
    table: Annotated[
        Annotated[str, StringConstraints(pattern=r"^\w+(\.\w+)?$")] | None,
        Described(description="sql: a table or view, `schema.table` too"),
    ] = None
    columns: Annotated[
        Paths | None, Described(description="sql, file: item: column; defaults to its key")
    ] = None
    as_of: Annotated[
        Line | None,
        Described(description="sql: a column, else the day of asking; file: `file`, or a column"),
    ] = None
    folder: Annotated[Line | None, Described(description="file")] = None
    format: Annotated[Literal["csv", "xlsx", "parquet"] | None, Described(description="file")] = (
        None
    )
    public_key: Annotated[
        Line | None, Described(description="push: an Ed25519 public key in base64")
    ] = None


class ConnectionsIn(Part):
    """One file of connections (数据资源的连接)."""

    connections: tuple[ConnectionIn, ...]
