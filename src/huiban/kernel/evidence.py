# SPDX-License-Identifier: Apache-2.0
"""Whether a record is still what was written: canonical bytes and the hash chain (证据链)."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

# Numbers beyond this are not exact in JSON readers that use doubles (RFC 8785, section 3.2.2.3).
_EXACT = 2**53 - 1
_START = bytes(32)

_encode = json.JSONEncoder(
    sort_keys=True, ensure_ascii=False, separators=(",", ":"), check_circular=False
).encode


class NotCanonical(ValueError):
    """A value that has no one agreed form, such as a float."""


class DigestUnavailable(RuntimeError):
    """This Python's OpenSSL lacks a digest that the chain needs."""


def canonical(value: object) -> bytes:
    """
    Return the one form of a JSON value: RFC 8785 for the values allowed here.

    Keys in order, no blanks, UTF-8, text exactly as written: it is not brought to a Unicode normal
    form, because the record is what the person wrote and a reader must find the same bytes.

    >>> canonical({"b": [1, None], "a": "受理"}).decode()
    '{"a":"受理","b":[1,null]}'

    :raises NotCanonical: naming the place, for floats, dates, decimals, non-text keys and the like.
    """
    try:
        _inspect(value)
        return _encode(value).encode()
    except RecursionError:
        raise NotCanonical("nested too deep, or a value that contains itself") from None
    except UnicodeEncodeError as problem:
        around = problem.object[max(problem.start - 10, 0) : problem.start + 10]
        raise NotCanonical(
            f"the text {around!r} holds half a surrogate pair; remove that character"
        ) from None


# Looked up by type first: every row recorded passes here, and nearly all of it is this.
_PLAIN = frozenset({str, bool, type(None)})


def _inspect(value: object) -> None:
    """Refuse what two readers could write in two ways, and name the place."""
    if isinstance(value, dict):
        _inspect_keys(value)
        for key, item in value.items():
            if type(item) not in _PLAIN:
                _inspect_at(key, item)
    elif isinstance(value, list | tuple):
        for place, item in enumerate(value):
            if type(item) not in _PLAIN:
                _inspect_at(place, item)
    else:
        _inspect_scalar(value)


def _inspect_keys(value: dict[str, object]) -> None:
    try:
        if "".join(value).isascii():  # nearly always; a loop here would double the cost of a row
            return
    except TypeError:
        pass
    for key in value:
        if not isinstance(key, str):
            raise NotCanonical(f"the key {key!r} is not text; write it as text")
        # RFC 8785 orders keys by UTF-16 units, Python by code points: the same up to U+FFFF.
        if not key.isascii() and max(key) > "\uffff":
            raise NotCanonical(f"the key {key!r} has a character above U+FFFF; rename it")


def _inspect_at(place: object, item: object) -> None:
    if type(item) is int and -_EXACT <= item <= _EXACT:
        return
    try:
        _inspect(item)
    except NotCanonical as problem:
        raise NotCanonical(f"{place}: {problem}") from None


def _inspect_scalar(value: object) -> None:
    if value is None or isinstance(value, str | bool):
        return
    if not isinstance(value, int):
        raise NotCanonical(
            f"{value!r} ({type(value).__name__}) has no one JSON form; "
            "write decimals, dates and times as text"
        )
    if abs(value) > _EXACT:
        raise NotCanonical(f"{value} is beyond ±(2^53 - 1); write it as text")


@dataclass(frozen=True, slots=True)
class Digests:
    """The two digests of a row, in hex: international and Chinese commercial cryptography."""

    sha256: str
    sm3: str


@cache
def digest_of(name: str) -> Callable[[bytes], bytes]:
    """
    Return the digest function of this name (`sha256`, `sm3`).

    :raises DigestUnavailable: if this Python's OpenSSL does not have it.
    """
    try:
        fresh = hashlib.new(name)
    except ValueError:
        raise DigestUnavailable(
            f"this Python's OpenSSL has no {name}; use a Python built with an OpenSSL that has it "
            f"(try: python -c \"import hashlib; hashlib.new('{name}')\")"
        ) from None

    def digest(data: bytes) -> bytes:
        state = fresh.copy()  # cheaper than looking the algorithm up again
        state.update(data)
        return state.digest()

    return digest


def link(previous: Digests | None, entry: object) -> Digests:
    """
    Return the digests of a row: each is H(digest of the row before, 32 zero bytes first ‖ entry).

    :raises NotCanonical: if the entry has no canonical form.
    """
    data = canonical(entry)
    if previous is None:
        sha256, sm3 = _START, _START
    else:
        sha256, sm3 = bytes.fromhex(previous.sha256), bytes.fromhex(previous.sm3)
    return Digests(digest_of("sha256")(sha256 + data).hex(), digest_of("sm3")(sm3 + data).hex())


class BreakKind(StrEnum):
    CHANGED = "changed"
    REMOVED = "removed"  # rows are missing before this place
    INSERTED = "inserted"
    REORDERED = "reordered"


_WHAT = {
    BreakKind.CHANGED: "the content or its digest was changed",
    BreakKind.REMOVED: "rows before it were removed",
    BreakKind.INSERTED: "a row was inserted here",
    BreakKind.REORDERED: "the rows are not in their order",
}


@dataclass(frozen=True, slots=True)
class Break:
    """A place where the chain does not hold; `row` counts from 0."""

    row: int
    kind: BreakKind
    message: str


def check_chain(
    entries: Sequence[Mapping[str, object]],
    links: Sequence[Digests],
    *,
    head: Digests | None = None,
    serial: str = "seq",
) -> list[Break]:
    """
    Return where the chain is broken, first place first; empty if it holds.

    `head` is the newest digests known from elsewhere (a checkpoint): without them nobody can tell
    that rows were cut off the end. `serial` is the entry's key that counts the rows from 1; with it
    a missing row is told from a changed one, which digests alone cannot do.

    :raises ValueError: if there is not one link for every entry.
    """
    if len(entries) != len(links):
        raise ValueError(f"{len(entries)} entries with {len(links)} links: give one link each")
    seen = _Seen(entries, links, serial)
    breaks = []
    for row in range(len(entries)):
        kind = seen.kind_at(row)
        if kind is not None:
            number = entries[row].get(serial, row + 1)
            breaks.append(Break(row, kind, f"row {number}: {_WHAT[kind]}"))
    if head is not None and (not links or links[-1] != head):
        if head in links:
            row, kind = links.index(head) + 1, BreakKind.INSERTED
            message = f"row {row + 1}: rows were added after the known head"
        else:
            row, kind = len(links), BreakKind.REMOVED
            message = f"after row {row}: the known head is not here; the end was cut off or changed"
        breaks.append(Break(row, kind, message))
    return breaks


class _Seen:
    """The chain as found, with what tells one kind of break from another."""

    def __init__(
        self, entries: Sequence[Mapping[str, object]], links: Sequence[Digests], serial: str
    ) -> None:
        self.entries = entries
        self.links = links
        numbers = [entry.get(serial) for entry in entries]
        self.serials = [number for number in numbers if isinstance(number, int)]
        self.times = Counter(self.serials)
        self.is_counted = len(self.serials) == len(entries)

    def kind_at(self, row: int) -> BreakKind | None:
        holds = self._follows(row - 1, row)
        kind = self._by_serial(row, holds) if self.is_counted else None
        if kind is not None or holds:
            return kind
        return BreakKind.CHANGED if self.is_counted else self._by_digest(row)

    def _follows(self, before: int, row: int) -> bool:
        """Tell whether the row was written after that other one; -1 is the start of the chain."""
        previous = self.links[before] if before >= 0 else None
        try:
            return link(previous, self.entries[row]) == self.links[row]
        except (NotCanonical, ValueError):  # a row spoilt so far that it has no digest
            return False

    def _by_serial(self, row: int, holds: bool) -> BreakKind | None:
        number = self.serials[row]
        expected = self.serials[row - 1] + 1 if row else min(number, 1)
        if number == expected:
            is_twice = self.times[number] > 1
            return BreakKind.INSERTED if is_twice and not holds else None
        if number > expected:
            is_elsewhere = any(missing in self.times for missing in range(expected, number))
            return BreakKind.REORDERED if is_elsewhere else BreakKind.REMOVED
        is_twice = self.times[number] > 1
        return BreakKind.INSERTED if is_twice else BreakKind.REORDERED

    def _by_digest(self, row: int) -> BreakKind:
        """Look for the row this one was written after, or for one that fits in its place."""
        for other in range(-1, len(self.links)):
            if other != row - 1 and self._follows(other, row):
                is_spliced = other < row - 1 and self._follows(other, other + 1)
                return BreakKind.INSERTED if is_spliced else BreakKind.REORDERED
        if row + 1 < len(self.links) and self._follows(row - 1, row + 1):
            return BreakKind.INSERTED
        return BreakKind.CHANGED
