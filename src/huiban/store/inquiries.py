# SPDX-License-Identifier: Apache-2.0
"""The request log (查询记录): appended to, chained per subject, read back and checked."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import TypeVar

from django.db import IntegrityError, OperationalError, connection, transaction

from huiban.kernel.evidence import canonical
from huiban.store.models import Inquiry
from huiban.store.turns import a_turn
from huiban.store.wire import read_time

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line before it has its place in the chain; names and keyed digests, never a value."""

    request: str
    event: str
    subject: str
    resource: str
    looked_up_by: str
    matter: str
    item_code: str
    purpose: str
    actor: str
    at: datetime
    party: str = ""
    actor_name: str = ""
    actor_kind: str = ""
    department: str = ""
    consent: str = ""
    fields: str = ""
    outcome: str = ""
    latency: int = 0
    request_sha256: str = ""
    response_sha256: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """The last line of a subject's chain."""

    seq: int = 0
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Broken:
    """A place where a chain does not hold."""

    subject: str
    seq: int
    message: str


class ChainMoved(Exception):
    """Another writer took the next place of a chain; nothing was written."""


_NAMES = tuple(one.name for one in fields(Entry))
_TRIES = 50
_CLASHES = ("inquiry_chain", "store_inquiry.subject", "never changed, each is unique")


def in_one(write: Callable[[], T]) -> T:
    """
    Run what writes in one short transaction, from its start again when a chain moved meanwhile.

    :raises ChainMoved: if others were faster fifty times over.
    """
    for _ in range(_TRIES - 1):
        try:
            with a_turn(), transaction.atomic():
                return write()
        except ChainMoved:
            continue
        except OperationalError as fault:
            # Two batches close to a quota may take its rows in different orders.
            if "deadlock" not in str(fault) or connection.in_atomic_block:
                raise
    with a_turn(), transaction.atomic():
        return write()


def append(entries: Sequence[Entry], known: dict[str, Head] | None = None) -> dict[str, Head]:
    """
    Add lines to the chains of their subjects and return where these end now.

    Two statements, or one where the ends are known. Call it inside `in_one`.

    :raises ChainMoved: if another writer was faster; the transaction must be rolled back.
    """
    subjects = sorted({one.subject for one in entries})
    ends = heads(subjects) if known is None else {one: known[one] for one in subjects}
    rows = []
    # Everybody takes the chains in one order: two writers then wait for each other, never both.
    for entry in sorted(entries, key=lambda one: one.subject):
        end = ends[entry.subject]
        digest = _link(entry, end.seq + 1, end.sha256)
        rows.append(
            Inquiry(**asdict(entry), seq=end.seq + 1, previous=end.sha256, sha256=digest),
        )
        ends[entry.subject] = Head(end.seq + 1, digest)
    try:
        Inquiry.objects.bulk_create(rows)
    except IntegrityError as fault:
        if any(clash in str(fault) for clash in _CLASHES):
            raise ChainMoved from fault
        raise
    return ends


def heads(subjects: Sequence[str]) -> dict[str, Head]:
    """Return where the chains of these subjects end, in one statement."""
    found = dict.fromkeys(subjects, Head())
    if not subjects:
        return found
    values = ", ".join(["(%s)"] * len(subjects))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT h.subject, h.seq, h.sha256 FROM (VALUES {values}) AS s "
            "JOIN store_inquiry h ON h.subject = s.column1 AND h.seq = "
            "(SELECT max(seq) FROM store_inquiry WHERE subject = s.column1)",
            list(subjects),
        )
        found |= {subject: Head(seq, sha256) for subject, seq, sha256 in cursor.fetchall()}
    return found


def verify(subject: str, newest: int | None = None) -> tuple[int, list[Broken]]:
    """Check the chain of one subject, or its newest lines; how many lines, and what is broken."""
    columns = ("subject", "seq", "previous", "sha256", *_NAMES)
    rows = Inquiry.objects.filter(subject=subject).order_by("-seq").values_list(*columns)
    kept = list(rows if newest is None else rows[:newest])[::-1]
    return len(kept), list(_breaks(kept, is_whole=newest is None or len(kept) < newest))


def verify_all() -> Iterator[tuple[str, int, list[Broken]]]:
    """Check every chain; yields the subject, its lines, and what is broken."""
    columns = ("subject", "seq", "previous", "sha256", *_NAMES)
    rows = Inquiry.objects.order_by("subject", "seq").values_list(*columns)
    chain: list[tuple[object, ...]] = []
    for row in rows.iterator():
        if chain and chain[0][0] != row[0]:
            yield str(chain[0][0]), len(chain), list(_breaks(chain, is_whole=True))
            chain = []
        chain.append(row)
    if chain:
        yield str(chain[0][0]), len(chain), list(_breaks(chain, is_whole=True))


def unlogged() -> list[str]:
    """Name the requests whose answers are kept and that the log knows nothing of."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT request FROM store_fetched f WHERE request <> '' AND NOT EXISTS "
            "(SELECT 1 FROM store_inquiry i WHERE i.request = f.request) ORDER BY request"
        )
        return [str(row[0]) for row in cursor.fetchall()]


def _breaks(rows: Iterable[tuple[object, ...]], *, is_whole: bool) -> Iterator[Broken]:
    """Yield where a chain does not hold; the start of a part of one is taken on trust."""
    number, before = (0, "") if is_whole else (None, None)
    for subject, seq, previous, sha256, *values in rows:
        place = int(str(seq))
        if number is not None and place != number + 1:
            yield Broken(str(subject), place, f"line {place}: lines before it were removed")
        elif before is not None and previous != before:
            yield Broken(
                str(subject), place, f"line {place}: it was not written after line {number}"
            )
        entry = Entry(**dict(zip(_NAMES, values, strict=True)))  # type: ignore[arg-type]
        if _link(entry, place, str(previous)) != sha256:
            yield Broken(str(subject), place, f"line {place}: its content or digest was changed")
        number, before = place, str(sha256)


def _link(entry: Entry, seq: int, previous: str) -> str:
    """SHA-256 of the line before (32 zero bytes before the first) and the line's canonical JSON."""
    content = asdict(entry) | {"seq": seq, "at": _moment(entry.at)}
    before = bytes.fromhex(previous) if previous else bytes(32)
    return hashlib.sha256(before + canonical(content)).hexdigest()


def _moment(at: datetime) -> str:
    return str(read_time(at).astimezone(UTC).isoformat(timespec="microseconds"))
