# SPDX-License-Identifier: Apache-2.0
"""Taking in what departments send on their own (推送): signed, checked, kept by keyed digests."""

import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from huiban.connectors.registers.reading import FROM_JSON
from huiban.connectors.signature import KeyUnusable, is_signed
from huiban.kernel.connection import PushConnection, VariableMissing, settled
from huiban.kernel.form import FieldProblem
from huiban.kernel.resource import ItemType, Resource
from huiban.kernel.words import Words
from huiban.services import city
from huiban.services.exchange_keys import key_digest
from huiban.services.facts import local_day
from huiban.services.refusal import Invalid, NotFound, NotOpen, Refused
from huiban.store import pushed
from huiban.store.pushed import Batch, OlderBatch

log = logging.getLogger(__name__)
MOST_RECORDS = 5000
_MOST_FAULTS = 50
_WHERE = "records"


class NotSigned(Refused):
    """Nobody who holds the department's key signed this."""

    code = "not_signed"


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a department sent: the name of its batch, the day of its data, and its records."""

    batch: str
    as_of: date
    records: Sequence[Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a delivery; one that was taken before is not taken again."""

    batch: str
    records: int
    is_repeat: bool


FOR_ANOTHER = Words(
    "这次推送是签给另一个登记簿的：请求体里的 resource 要和地址里的一致",
    "Signed for another register: `resource` in the body must be that of the address",
)


def demand_signed(key: str, body: bytes, signature: str) -> None:
    """
    Make sure that the bytes come from the department whose register this is.

    :raises NotFound: if no department sends this register.
    :raises NotSigned: if the signature is missing, forged, or of other bytes.
    """
    if not signature:
        raise NotSigned(
            Words(
                "缺少签名：请用部门的私钥对请求体签名，放进 X-Huiban-Signature",
                "Not signed: sign the body with your private key, in X-Huiban-Signature",
            )
        )
    try:
        is_theirs = is_signed(body, signature, _public_key(key))
    except KeyUnusable as fault:
        log.error("the public key of %s: %s", key, fault)
        raise _not_sent() from fault
    if not is_theirs:
        raise NotSigned(
            Words(
                "签名不对：请核对用的是不是登记过的密钥、签名的是不是原样的请求体",
                "The signature does not fit: check the key, and that these very bytes were signed",
            )
        )


def receive(key: str, delivery: Delivery, now: datetime) -> Taken:
    """
    Keep a delivery that was found to be signed; the last one sent again changes nothing.

    Each key's records take the place of those sent for it before.

    :raises NotFound: if no department sends this register.
    :raises Invalid: naming every value that is not as the catalogue describes it.
    :raises NotOpen: if what is here is newer.
    """
    resource = _resource(key)
    if delivery.as_of > local_day(now):
        raise Invalid(
            _FAULTY,
            [_problem("as_of", "in_future", Words("不能晚于今天", "Must not lie in the future"))],
        )
    faults: list[FieldProblem] = []
    records = [
        _read(resource, one, f"{_WHERE}.{place}", faults)
        for place, one in enumerate(delivery.records)
    ]
    if faults:
        raise Invalid(_FAULTY, faults[:_MOST_FAULTS])
    batch = Batch(key, delivery.batch, delivery.as_of, now)
    try:
        is_new = pushed.receive(batch, _by_key(resource, records))
    except OlderBatch as older:
        raise NotOpen(
            Words(
                f"已经收到更新的数据（批次 {older.name}，{older.as_of}），旧的批次不再接收",
                f"Newer data are here (batch {older.name} of {older.as_of}); older ones are not "
                "taken any more",
            ),
            "older_batch",
        ) from None
    return Taken(delivery.batch, len(records) if is_new else 0, not is_new)


def _resource(key: str) -> Resource:
    found = city.loaded()
    resource = found.catalogue.resources.get(key)
    if resource is None or not isinstance(found.connections.get(key), PushConnection):
        raise _not_sent()
    return resource


def _public_key(key: str) -> str:
    connection = city.loaded().connections.get(key)
    if not isinstance(connection, PushConnection):
        raise _not_sent()
    try:
        ready = settled(connection, os.environ)
    except VariableMissing:
        raise _not_sent() from None
    return ready.public_key if isinstance(ready, PushConnection) else ""


def _read(
    resource: Resource, record: Mapping[str, object], path: str, faults: list[FieldProblem]
) -> dict[str, object]:
    """Read one record as the catalogue describes it, and note what is wrong with it."""
    taken: dict[str, object] = {}
    for name, value in record.items():
        item = resource.item(name)
        if item is None:
            text = Words("目录里没有这个信息项", "The catalogue has no such item")
            faults.append(_problem(f"{path}.{name}", "unknown_item", text))
        elif value is not None:
            try:
                taken[name] = FROM_JSON[item.type](_exact(value, item.type))
            except (ValueError, TypeError, InvalidOperation):
                wanted = _TYPES[item.type]
                faults.append(_problem(f"{path}.{name}", "wrong_type", wanted))
    if not any(_text(taken.get(one)) for one in resource.keys):
        keys = ", ".join(resource.keys)
        text = Words(f"至少要有一个查询条件：{keys}", f"Needs one of its lookup keys: {keys}")
        faults.append(_problem(path, "no_key", text))
    return taken


def _by_key(
    resource: Resource, records: Sequence[Mapping[str, object]]
) -> dict[tuple[str, str], list[Mapping[str, object]]]:
    found: dict[tuple[str, str], list[Mapping[str, object]]] = {}
    for record in records:
        for by, key in _keys(resource, record):
            found.setdefault((by, key_digest(key)), []).append(record)
    return found


def _keys(resource: Resource, record: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for by in resource.keys:
        key = _text(record.get(by))
        if key:
            yield by, key


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _exact(value: object, kind: ItemType) -> object:
    """JSON has one kind of number; what was written as 3.50 is meant as a decimal."""
    return Decimal(repr(value)) if kind is ItemType.DECIMAL and isinstance(value, float) else value


def _problem(path: str, code: str, message: Words) -> FieldProblem:
    return FieldProblem(path, code, message, _WHERE)


def _not_sent() -> NotFound:
    return NotFound(
        Words(
            "没有登记由部门推送的这项数据资源；请核对名称",
            "No register of this name is pushed to us; check its name",
        )
    )


_FAULTY = Words("推送的内容有误，问题逐条列在 errors 里", "Faults in what was sent; see errors")
_TYPES = {
    ItemType.TEXT: Words("应当是文字", "Must be a text"),
    ItemType.INTEGER: Words("应当是整数", "Must be a whole number"),
    ItemType.DECIMAL: Words("应当是小数，或写成文字的小数", "Must be a decimal, also as text"),
    ItemType.DATE: Words("应当是日期，如 2026-11-20", "Must be a date, such as 2026-11-20"),
    ItemType.BOOLEAN: Words("应当是 true 或 false", "Must be true or false"),
}
