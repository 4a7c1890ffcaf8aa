# SPDX-License-Identifier: Apache-2.0
"""The rows a form is filled in with (预填表格): one a record, and what is asked for each row."""

from collections.abc import Mapping, Sequence

from huiban.kernel.envelope_model import (
    NOTHING,
    SILENT,
    Candidate,
    Envelope,
    Kind,
    Known,
    Offer,
    Silence,
    Status,
    from_register,
    read_value,
)
from huiban.kernel.form import Field, Lookup
from huiban.kernel.lookup import Asking, Reply


def table_envelope(known: Known, table: Field) -> Envelope | None:
    """Return what is known of a table: rows that a source gives, or what it says of typed ones."""
    asking = known.asking
    offer = known.offers.get(table.key)
    if offer is not None:
        return _carried(known, table, offer)
    filling = next((one for one in asking.form.lookups if one.rows == table.key), None)
    if filling is None:
        return _own_rows(known, table)
    resource = known.catalogue.resources.get(filling.source)
    reply = asking.reply(filling)
    if resource is None or reply is None:
        return None
    if reply.state != "found":
        status = SILENT.get(reply.state, Status.BROKEN)
        return Envelope(status, silences=(Silence(resource.key, resource.name, status),))
    rows = [_row(known, table, filling, record) for record in reply.records][: table.max_rows]
    candidate = from_register(known, rows, Kind.SHARED, resource, reply)
    status = Status.AUTHORITATIVE if candidate.is_fresh else Status.STALE
    cells = {
        column.key: candidate.origin(status)
        for column in table.columns
        if any(name.partition(".")[0] == filling.source for name in column.prefill)
    }
    envelope = Envelope(status, candidate, rows=tuple(rows), cells=cells)
    return _with_rows_own(known, table, envelope, [dict(row) for row in rows], rows)


def _carried(known: Known, table: Field, offer: Offer) -> Envelope | None:
    """Rows that the certificate in hand brings along."""
    value = read_value(known, table, offer.value)
    if not isinstance(value, list) or not value:
        return None
    told = Candidate(
        value, Kind.CERTIFICATE, "certificate", offer.title, offer.as_of, offer.reference
    )
    origin = told.origin(Status.AUTHORITATIVE)
    cells = {name: origin for row in value for name in row}
    return Envelope(Status.AUTHORITATIVE, told, rows=tuple(value), cells=cells)


def _row(
    known: Known, table: Field, lookup: Lookup, record: Mapping[str, object]
) -> dict[str, object]:
    told = ((one.key, _cell(known, one, lookup.source, record)) for one in table.columns)
    return {key: value for key, value in told if value not in NOTHING}


def _cell(known: Known, column: Field, source: str, record: Mapping[str, object]) -> object:
    """Read what a record of a source says for a column, by the first item that says anything."""
    named = (name.partition(".") for name in column.prefill)
    values = (
        read_value(known, column, record.get(item)) for key, _, item in named if key == source
    )
    return next((value for value in values if value not in NOTHING), None)


def _own_rows(known: Known, table: Field) -> Envelope | None:
    """What registers say of rows that people typed: their own cells are not among it."""
    rows = known.asking.values.get(table.key)
    per_row = any(one.start.startswith(f"{table.key}.") for one in known.asking.form.lookups)
    if not per_row or not isinstance(rows, list):
        return None
    typed = [row if isinstance(row, Mapping) else {} for row in rows]
    return _with_rows_own(known, table, Envelope(Status.MANUAL), typed, [{} for _ in typed])


def _with_rows_own(
    known: Known,
    table: Field,
    found: Envelope,
    keyed: Sequence[Mapping[str, object]],
    rows: list[dict[str, object]],
) -> Envelope:
    """Add to each row what is looked up by a key of its own, and that key with it."""
    cells, silences = dict(found.cells), list(found.silences)
    for lookup in known.asking.form.lookups:
        resource = known.catalogue.resources.get(lookup.source)
        if resource is None or not lookup.start.startswith(f"{table.key}."):
            continue
        by, heard = lookup.start.partition(".")[2], set()
        for row, told in zip(keyed, rows, strict=True):
            reply = _reply_for(known.asking, lookup, row)
            if reply is not None and reply.state == "found" and reply.records:
                _into(known, table, lookup, told, reply.records[0])
                told.setdefault(by, row.get(by))
                candidate = from_register(known, None, Kind.SHARED, resource, reply)
                origin = {**candidate.origin(Status.AUTHORITATIVE), "by": by}
                for column in _columns_of(table, lookup.source):
                    cells.setdefault(column.key, origin)
            elif reply is not None:
                heard.add(SILENT.get(reply.state, Status.BROKEN))
        silences += [Silence(resource.key, resource.name, status) for status in sorted(heard)]
    return Envelope(found.status, found.chosen, found.others, tuple(silences), tuple(rows), cells)


def _reply_for(asking: Asking, lookup: Lookup, row: Mapping[str, object]) -> Reply | None:
    key = row.get(lookup.start.partition(".")[2])
    return asking.replies.get((lookup.source, key)) if isinstance(key, str) else None


def _into(
    known: Known,
    table: Field,
    lookup: Lookup,
    row: dict[str, object],
    record: Mapping[str, object],
) -> None:
    for column in _columns_of(table, lookup.source):
        value = _cell(known, column, lookup.source, record)
        if value not in NOTHING:
            row.setdefault(column.key, value)


def _columns_of(table: Field, source: str) -> list[Field]:
    return [
        column
        for column in table.columns
        if any(name.partition(".")[0] == source for name in column.prefill)
    ]
