# SPDX-License-Identifier: Apache-2.0
"""How a register (数据资源) is reached: over HTTP, in a database, in files, or pushed to us."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Literal

VARIABLE = re.compile(r"\$\{([^}]*)\}")
"""`${NAME}` in a text stands for an environment variable."""
VARIABLE_START = "HUIBAN_"
SLOT = re.compile(r"\{([^{}]*)\}")
SLOTS = frozenset({"by", "key", "fields", "purpose", "request"})
"""What a question may fill into a query or body."""
LONGEST_TIMEOUT = 30
DEFAULT_QUERY: Mapping[str, str] = {"by": "{by}", "key": "{key}", "fields": "{fields}"}

_HTTP = re.compile(r"(https?)://(\[[0-9a-fA-F:]+\]|[^/?#@\s\[\]:]+)(?::(\d{1,5}))?(/[^?#\s]*)?")
_LOOPBACK = re.compile(r"localhost|127(?:\.\d{1,3}){3}|\[::1\]")
_DATABASE = re.compile(r"sqlite:///[^?#]+|postgresql\+psycopg://\S+")
_SECRET_NAME = re.compile(r"key|token|secret|auth|password|credential|cookie|signature", re.I)


class VariableMissing(LookupError):
    """An environment variable that a connection names is not set; `name` says which."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is not set")
        self.name = name


@dataclass(frozen=True, slots=True)
class AnswerShape:
    """Where an HTTP answer holds its records, its day, and each item: dotted paths."""

    records: str = "records"
    as_of: str = "as_of"
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpConnection:
    """A register asked over HTTP; `timeout` in seconds, `body` only with POST."""

    kind: ClassVar[Literal["http"]] = "http"
    resource: str
    address: str
    method: Literal["GET", "POST"] = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=lambda: DEFAULT_QUERY)
    body: Mapping[str, object] | None = None
    answer: AnswerShape = field(default_factory=AnswerShape)
    timeout: int = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlConnection:
    """A register read in its provider's database; `as_of` is a column, "" the day of asking."""

    kind: ClassVar[Literal["sql"]] = "sql"
    resource: str
    address: str
    table: str
    columns: Mapping[str, str] = field(default_factory=dict)
    as_of: str = ""
    timeout: int = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class FileConnection:
    """A register that comes as dated files in a folder; `as_of` is `file` or a column."""

    kind: ClassVar[Literal["file"]] = "file"
    resource: str
    folder: str
    format: Literal["csv", "xlsx", "parquet"]
    columns: Mapping[str, str] = field(default_factory=dict)
    as_of: str = "file"
    timeout: int = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class PushConnection:
    """A register whose provider sends records, signed with the key of `public_key` (base64)."""

    kind: ClassVar[Literal["push"]] = "push"
    resource: str
    public_key: str
    timeout: int = 6


Connection = HttpConnection | SqlConnection | FileConnection | PushConnection
MAY_NAME: Mapping[str, tuple[str, ...]] = {
    "http": ("address", "headers", "query", "body"),
    "sql": ("address",),
    "file": ("folder",),
    "push": ("public_key",),
}
"""By kind: what may name variables."""


def variables(connection: Connection) -> tuple[str, ...]:
    """Name the environment variables a connection needs, in order."""
    values = [getattr(connection, part) for part in MAY_NAME[connection.kind]]
    return tuple(dict.fromkeys(name for text in _texts(values) for name in named_in(text)))


def named_in(text: str) -> list[str]:
    """
    Name the variables of one text.

    >>> named_in("${CITY}/registers")
    ['CITY']
    """
    return VARIABLE.findall(text)


def settled(connection: Connection, environment: Mapping[str, str]) -> Connection:
    """
    Put the environment's values where a connection names them.

    :raises VariableMissing: naming the first that is not set.
    """
    changed = {
        name: _settled(getattr(connection, name), environment) for name in MAY_NAME[connection.kind]
    }
    return replace(connection, **changed)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)


def _settled(value: Any, environment: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return filled(value, environment)
    if isinstance(value, Mapping):
        return {key: _settled(inner, environment) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_settled(inner, environment) for inner in value]
    return value


def filled(text: str, environment: Mapping[str, str]) -> str:
    """
    Fill the variables of one text; only names that start with HUIBAN_ are looked up.

    :raises VariableMissing: naming the first that is not set.
    """

    def value(found: re.Match[str]) -> str:
        name = found[1]
        if not name.startswith(VARIABLE_START) or not environment.get(name):
            raise VariableMissing(name)
        return environment[name]

    return VARIABLE.sub(value, text)


def address_fault(address: str, allows_plain: bool = False) -> str:
    """
    Say what is wrong with the address of an HTTP register; "" if nothing is.

    >>> address_fault("http://registers.example/a")
    'plain http reaches only this machine'
    """
    found = _HTTP.fullmatch(address)
    if found is None or int(found[3] or 1) > 65535:
        return "not an address such as https://host/path, without user, query and fragment"
    if found[1] == "http" and not _LOOPBACK.fullmatch(found[2]) and not allows_plain:
        return "plain http reaches only this machine"
    return ""


def database_fault(address: str) -> str:
    """Say what is wrong with the address of a database; "" if nothing is."""
    if _DATABASE.fullmatch(address):
        return ""
    return "not sqlite:////path or postgresql+psycopg://user:password@host/name"


def names_secret(header: str) -> bool:
    """Tell whether the value of a header or query of this name is likely a secret."""
    return _SECRET_NAME.search(header) is not None
