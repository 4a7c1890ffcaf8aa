# SPDX-License-Identifier: Apache-2.0
"""PDF values read and written without loss: what is not looked at keeps its bytes."""

import re
from collections.abc import Iterator
from typing import NamedTuple

MOST_DEPTH = 40

_WHITE = rb"[\x00\t\n\x0c\r ]"
_SPACE = rb"(?:%s|%%[^\r\n]*[\r\n])*" % _WHITE
_REGULAR = rb"[^\x00\t\n\x0c\r ()<>\[\]{}/%]"
_TOKEN = re.compile(
    _SPACE
    + rb"(?:(?P<ref>(\d{1,10})%s+(\d{1,5})%s+R(?!%s))" % (_WHITE, _WHITE, _REGULAR)
    + rb"|(?P<open><<|\[)|(?P<close>>>|\])"
    + rb"|/(?P<name>%s*)" % _REGULAR
    + rb"|(?P<hex><(?:[0-9A-Fa-f]|%s)*>)" % _WHITE
    + rb"|(?P<string>\()"
    + rb"|(?P<plain>[+-]?\d*\.?\d+|[+-]?\d+\.|true|false|null)(?!%s))" % _REGULAR
)
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_UNSAFE = re.compile(rb"[^!-~]|[#()<>\[\]{}/%]")
_PAREN = re.compile(rb"[()\\]")
_STRING_ESCAPE = re.compile(rb"\\([0-7]{1,3}|\r\n|[\s\S])")
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


class Unreadable(ValueError):
    """This is no PDF value, or none as plain as is read here."""


class Name(bytes):
    """A name without its slash, escapes resolved."""


class Raw(bytes):
    """A number, string, boolean or null just as it stands."""


class Ref(NamedTuple):
    """An indirect reference."""

    number: int
    generation: int = 0


Dictionary = dict[bytes, "Value"]
Value = Dictionary | list["Value"] | Name | Raw | Ref


def read(data: bytes, at: int) -> tuple[Value, int]:
    """
    Read the value at a position; give it and the position behind it.

    :raises Unreadable: if there is none.
    """
    return _read(data, at, 0)


def _read(data: bytes, at: int, depth: int) -> tuple[Value, int]:
    found = _TOKEN.match(data, at)
    if found is None or depth > MOST_DEPTH:
        raise Unreadable(f"no PDF value at {at}")
    kind, end = found.lastgroup, found.end()
    if kind == "ref":
        return Ref(int(found[2]), int(found[3])), end
    if kind == "name":
        return Name(_unescape(found["name"])), end
    if kind == "string":
        end = _string_end(data, found.end())
        return Raw(data[found.start("string") : end]), end
    if kind == "open":
        values, end = _until_closed(data, end, b">>" if found["open"] == b"<<" else b"]", depth)
        return (_dictionary(values), end) if found["open"] == b"<<" else (values, end)
    if kind == "close":
        raise Unreadable(f"a value was closed that was not open, at {at}")
    return Raw(found[kind or "plain"]), end


def _until_closed(data: bytes, at: int, closing: bytes, depth: int) -> tuple[list[Value], int]:
    values: list[Value] = []
    while True:
        found = _TOKEN.match(data, at)
        if found is not None and found.lastgroup == "close":
            if found["close"] != closing:
                raise Unreadable(f"crossed brackets at {at}")
            return values, found.end()
        value, at = _read(data, at, depth + 1)
        values.append(value)


def _dictionary(values: list[Value]) -> Dictionary:
    keys = values[::2]
    if len(values) % 2 or not all(isinstance(key, Name) for key in keys):
        raise Unreadable("a dictionary without keys")
    made = {bytes(key): value for key, value in _pairs(values)}
    if len(made) != len(keys):
        raise Unreadable("a dictionary with one key twice")
    return made


def _pairs(values: list[Value]) -> Iterator[tuple[Name, Value]]:
    for key, value in zip(values[::2], values[1::2], strict=True):
        if isinstance(key, Name):
            yield key, value


def _string_end(data: bytes, at: int) -> int:
    depth = 1
    while found := _PAREN.search(data, at):
        at = found.end()
        if found[0] == b"\\":
            at += 1
        else:
            depth += 1 if found[0] == b"(" else -1
        if depth == 0:
            return at
    raise Unreadable("a string without an end")


def _unescape(name: bytes) -> bytes:
    return _ESCAPED.sub(lambda one: bytes([int(one[1], 16)]), name) if b"#" in name else name


def write(value: Value) -> bytes:
    """Write a value; reading it gives the same again."""
    if isinstance(value, dict):
        return b"<<%s>>" % b"".join(name(key) + b" " + write(one) for key, one in value.items())
    if isinstance(value, list):
        return b"[%s]" % b" ".join(map(write, value))
    if isinstance(value, Ref):
        return b"%d %d R" % value
    return name(value) if isinstance(value, Name) else bytes(value)


def name(plain: bytes) -> bytes:
    """Write a name with its slash."""
    return b"/" + _UNSAFE.sub(lambda one: b"#%02x" % one[0][0], plain)


def number(value: float) -> Raw:
    """Write a number of points to a thousandth."""
    return Raw(f"{value:.3f}".rstrip("0").rstrip(".").encode())


def text(value: str) -> Raw:
    """Write a text string: ASCII where it is, UTF-16 elsewhere."""
    if value.isascii() and value.isprintable():
        return Raw(b"(" + re.sub(rb"([()\\])", rb"\\\1", value.encode()) + b")")
    return Raw(b"<FEFF" + value.encode("utf-16-be", "replace").hex().upper().encode() + b">")


def string(raw: Value) -> bytes:
    """
    Give the bytes a string stands for.

    :raises Unreadable: if the value is no string.
    """
    if not isinstance(raw, Raw) or raw[:1] not in (b"(", b"<"):
        raise Unreadable("a string is expected")
    if raw[:1] == b"<":
        digits = re.sub(rb"[^0-9A-Fa-f]", b"", raw)
        return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())
    return _STRING_ESCAPE.sub(_resolved, raw[1:-1])


def _resolved(found: re.Match[bytes]) -> bytes:
    told = found[1]
    if told.isdigit():
        return bytes([int(told, 8) & 0xFF])
    return b"" if told in (b"\n", b"\r", b"\r\n") else _ESCAPES.get(told, told)


def plain_text(raw: Value) -> str:
    """Give the text of a text string; what cannot be read shows as U+FFFD."""
    found = string(raw)
    if found[:2] == b"\xfe\xff":
        return found[2:].decode("utf-16-be", "replace")
    if found[:3] == b"\xef\xbb\xbf":
        return found[3:].decode("utf-8", "replace")
    return found.decode("latin-1")


def whole(value: Value | None) -> int:
    """
    Give a whole number.

    :raises Unreadable: if it is none.
    """
    if not isinstance(value, Raw) or not value.isdigit() or len(value) > 10:
        raise Unreadable("a whole number is expected")
    return int(value)
