# SPDX-License-Identifier: Apache-2.0
"""Loading packs/resources/connections: how registers are reached, and every fault in saying so."""

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from huiban.kernel.connection import (
    MAY_NAME,
    SLOT,
    SLOTS,
    VARIABLE,
    VARIABLE_START,
    Connection,
    FileConnection,
    HttpConnection,
    PushConnection,
    SqlConnection,
    address_fault,
    database_fault,
    named_in,
    names_secret,
)
from huiban.kernel.connection import AnswerShape as Shape
from huiban.kernel.resource import Catalogue, Resource, Share
from huiban.packloader.folder import Folder
from huiban.packloader.problem import Problem, did_you_mean
from huiban.packloader.resources import RESOURCES
from huiban.packloader.schema.connection import ConnectionIn, ConnectionsIn
from huiban.packloader.schema.part import built

CONNECTIONS = "connections"
_ALWAYS = ("resource", "kind", "timeout")
_KEYS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "http": (("address",), ("method", "headers", "query", "body", "answer")),
    "sql": (("address", "table"), ("columns", "as_of")),
    "file": (("folder", "format"), ("columns", "as_of")),
    "push": (("public_key",), ()),
}
"""By kind: the keys it needs, and those it may have."""
_MAKES: Mapping[str, Callable[..., Connection]] = {
    "http": HttpConnection,
    "sql": SqlConnection,
    "file": FileConnection,
    "push": PushConnection,
}
_OUR_HEADERS = re.compile(r"host|connection|content-.*|transfer-encoding|x-huiban-.*", re.I)
_PASSWORD = re.compile(r"://[^/@]*:(?!\$\{)[^/@]+@")
_OF_THE_HOUSE = frozenset({"HUIBAN_SECRET_KEY", "HUIBAN_DATABASE_URL", "HUIBAN_OBJECTS_URL"})
_TAKE_FROM_ENVIRONMENT = "name an environment variable: ${" + VARIABLE_START + "…}"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at one key of a connection."""

    path: tuple[str, ...]
    message: str
    cure: str
    is_missing: bool = False


def load_connections(
    texts: Mapping[str, str], catalogue: Catalogue, shown: str = f"packs/{RESOURCES}"
) -> tuple[dict[str, Connection], list[Problem]]:
    """Load the connections by resource; one with a fault is left out, with its problems."""
    folder = Folder(RESOURCES, texts, shown)
    found: dict[str, Connection] = {}
    places: dict[str, str] = {}
    for file in folder.files(CONNECTIONS):
        written = folder.shaped(file, ConnectionsIn)
        odd = _odd_keys(folder, file)
        for index, entry in enumerate(written.connections if written else ()):
            faults = [*_sensible(_faults(entry, catalogue, places), odd.get(str(index), set()))]
            for fault in faults:
                at: tuple[str | int, ...] = (CONNECTIONS, index, *fault.path)
                folder.note(file, at, fault.message, fault.cure)
            places.setdefault(entry.resource, folder.path(file))
            if not faults and str(index) not in odd:
                found.setdefault(entry.resource, _made(entry))
    return found, list(folder.all_problems())


def _odd_keys(folder: Folder, file: str) -> dict[str, set[str]]:
    """Return by index the keys of an entry that the schema refused."""
    odd: dict[str, set[str]] = {}
    for one in folder.all_problems():
        if one.path == folder.path(file):
            _, index, key, *_ = [*one.field.split("."), "", "", ""]
            odd.setdefault(index, set()).add(key)
    return odd


def _sensible(faults: Iterable[Fault], odd: set[str]) -> Iterator[Fault]:
    """Leave out what only follows from a key that could not be read: nobody made that fault."""
    for fault in faults:
        follows = fault.path[0] in odd or "kind" in odd or (odd and fault.is_missing)
        if not follows or fault.path[0] == "resource":
            yield fault


def _made(entry: ConnectionIn) -> Connection:
    taken = (*_ALWAYS, *_KEYS[entry.kind][0], *_KEYS[entry.kind][1])
    said = {
        name: built(getattr(entry, name))
        for name in taken
        if name not in ("kind", "answer") and getattr(entry, name) is not None
    }
    if entry.answer is not None:
        said["answer"] = Shape(entry.answer.records, entry.answer.as_of, entry.answer.fields)
    return _MAKES[entry.kind](**said)


def _faults(
    entry: ConnectionIn, catalogue: Catalogue, places: Mapping[str, str]
) -> Iterator[Fault]:
    resource = catalogue.resources.get(entry.resource)
    if resource is None:
        cure = did_you_mean(entry.resource, catalogue.resources)
        yield Fault(("resource",), f"unknown resource '{entry.resource}'", cure)
    elif resource.share is Share.NONE:
        message = f"'{entry.resource}' is not shared with anybody"
        yield Fault(("resource",), message, "delete the connection")
    if entry.resource in places:
        message = f"'{entry.resource}' is connected in {places[entry.resource]} already"
        yield Fault(("resource",), message, "keep one connection")
    if resource is not None:
        yield from _item_faults(entry, resource)
    yield from _key_faults(entry)
    yield from _variable_faults(entry)
    yield from _OF_KIND[entry.kind](entry)
    if resource is not None and entry.kind == "http":
        yield from _lookup_faults(entry, resource)


def _key_faults(entry: ConnectionIn) -> Iterator[Fault]:
    needed, allowed = _KEYS[entry.kind]
    for name in needed:
        if getattr(entry, name) is None:
            yield Fault((name,), f"'{name}' is missing", f"kind {entry.kind} needs it", True)
    for name in sorted(entry.model_fields_set - {*_ALWAYS, *needed, *allowed}):
        keys = ", ".join((*needed, *allowed))
        yield Fault((name,), f"kind {entry.kind} has no '{name}'", f"it has {keys}")


def _item_faults(entry: ConnectionIn, resource: Resource) -> Iterator[Fault]:
    known = [one.key for one in resource.items]
    named = entry.answer.fields if entry.answer else {}
    for path, items in ((("answer", "fields"), named), (("columns",), entry.columns or {})):
        for key in items:
            if key not in known:
                message = f"'{resource.key}' has no item '{key}'"
                yield Fault((*path, key), message, did_you_mean(key, known))


def _http_faults(entry: ConnectionIn) -> Iterator[Fault]:
    address = entry.address or "https://host"
    fault = address_fault(_stood_in(address, "https://host"))
    if fault or SLOT.search(VARIABLE.sub("", address)):
        cure = "write https://host/path, or take it from the environment; the key goes into query"
        yield Fault(("address",), fault or "holds a slot in { }", cure)
    if entry.method == "POST" and entry.body is None:
        yield Fault(("method",), "POST sends a body, and there is none", "write body: {…}")
    if entry.body is not None and entry.method != "POST":
        yield Fault(("body",), "only POST sends a body", "write method: POST")
    yield from _header_faults(entry.headers or {})
    for part in ("headers", "query", "body"):
        for path, name, text in _leaves((part,), getattr(entry, part)):
            yield from _secret_faults(path, name, text)
            if part != "headers":
                yield from _slot_faults(path, text)


def _header_faults(headers: Mapping[str, str]) -> Iterator[Fault]:
    for name, text in headers.items():
        if _OUR_HEADERS.fullmatch(name):
            yield Fault(("headers", name), f"the engine writes '{name}' itself", "delete it")
        if not (text.isascii() and text.isprintable()):
            yield Fault(("headers", name), "holds more than plain ASCII", "encode it")


def _secret_faults(path: tuple[str, ...], name: str, text: str) -> Iterator[Fault]:
    if names_secret(name) and not SLOT.search(text):
        message = f"the value of '{name}' stands in the text, where everybody reads it"
        yield Fault(path, message, _TAKE_FROM_ENVIRONMENT)


def _slot_faults(path: tuple[str, ...], text: str) -> Iterator[Fault]:
    for name in SLOT.findall(VARIABLE.sub("", text)):
        if name not in SLOTS:
            yield Fault(path, f"nothing is filled into {{{name}}}", did_you_mean(name, SLOTS))


def _lookup_faults(entry: ConnectionIn, resource: Resource) -> Iterator[Fault]:
    part = "body" if entry.body is not None and entry.query is None else "query"
    leaves = [*_leaves(("query",), entry.query), *_leaves(("body",), entry.body)]
    if entry.query is None and entry.body is None:
        return  # the default names both
    said = " ".join(text for _, _, text in leaves)
    if "{key}" not in said:
        yield Fault((part,), "the key is never sent", 'write {key} where it belongs: "{key}"')
    if "{by}" not in said and len(resource.keys) > 1:
        keys = ", ".join(resource.keys)
        message = f"it is looked up by {keys}, and the register is never told by which"
        yield Fault((part,), message, 'write "{by}" where it belongs')
    for path, name, text in leaves:
        if name == "by" and "{" not in text and text not in resource.keys:
            message = f"'{resource.key}' is not looked up by '{text}'"
            yield Fault(path, message, did_you_mean(text, resource.keys))


def _sql_faults(entry: ConnectionIn) -> Iterator[Fault]:
    address = entry.address or "sqlite:////x"
    if _PASSWORD.search(address):
        message = "the password stands in the text, where everybody reads it"
        yield Fault(("address",), message, _TAKE_FROM_ENVIRONMENT)
    fault = database_fault(_stood_in(address, "sqlite:////x"))
    if fault:
        yield Fault(("address",), fault, "write one of these, or take it from the environment")


def _file_faults(entry: ConnectionIn) -> Iterator[Fault]:
    folder = entry.folder or "/x"
    if not _stood_in(folder, "/x").startswith("/"):
        message = "a folder is named from the root, or taken from the environment"
        yield Fault(("folder",), message, "write /path/of/the/folder")


def _push_faults(entry: ConnectionIn) -> Iterator[Fault]:
    written = entry.public_key
    if written is None or VARIABLE.search(written):
        return
    try:
        size = len(base64.b64decode(written, validate=True))
    except (binascii.Error, ValueError):
        size = 0
    if size != 32:
        message = "not an Ed25519 public key"
        yield Fault(("public_key",), message, "write its 32 bytes in base64, 44 characters")


_OF_KIND: Mapping[str, Callable[[ConnectionIn], Iterator[Fault]]] = {
    "http": _http_faults,
    "sql": _sql_faults,
    "file": _file_faults,
    "push": _push_faults,
}


def _variable_faults(entry: ConnectionIn) -> Iterator[Fault]:
    for part in MAY_NAME[entry.kind]:
        for path, _, text in _leaves((part,), getattr(entry, part)):
            for name in named_in(text):
                if not re.fullmatch(rf"{VARIABLE_START}[A-Z0-9_]+", name):
                    message = f"${{{name}}} is no variable a connection may read"
                    yield Fault(path, message, f"its name begins with {VARIABLE_START}")
                if name in _OF_THE_HOUSE:
                    message = f"{name} is the secret of this house"
                    yield Fault(path, message, "give the register a variable of its own")


def _stood_in(text: str, start: str) -> str:
    """Put a stand-in for every variable, to judge the rest of the text."""
    first = VARIABLE.match(text)
    rest = text[first.end() :] if first else text
    return (start if first else "") + VARIABLE.sub("x", rest)


def _leaves(path: tuple[str, ...], value: object) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """Yield path, key and text of every text inside a template."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves((*path, str(key)), inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _leaves(path, inner)
    elif isinstance(value, str):
        yield path, path[-1], value
