# SPDX-License-Identifier: Apache-2.0
"""Closed cases of the sample city with contracts that were read, and what officers said of them."""

import hashlib
import json
from datetime import timedelta

from huiban.connectors import reading as reader
from huiban.kernel.catalogue import Life
from huiban.kernel.reading import (
    Box,
    How,
    Line,
    Outcome,
    Reading,
    ReadPage,
    SealMark,
    SealShape,
    to_json,
)
from huiban.kernel.review import Point
from huiban.services import city
from huiban.services.review_files import rule_digest
from huiban.store import blobs, cases, readings, settlements
from huiban.store.models import Blob
from huiban.store.readings import ReadRow
from huiban.store.settlements import SettlementRow
from tests.services import city_sample as sample
from tests.store.samples import a_change, a_new_case

PACK, ITEM = "construction_waste", "construction_waste.new"
OURS = "contract_is_ours"
AMOUNT = "contract_covers_amount"
BUILDER, STRANGER = "青岛海晟置业有限公司", "青岛远帆商贸有限公司"
CLOSED = sample.at("2026-11-20 16:00")


def reading(*lines: str, seal: bool = True, confidence: float = 0.98) -> Reading:
    """Lines of text one below the other on a page, with a seal in its corner."""
    made = tuple(
        Line(text, Box(0.1, at / 20, 0.1 + 0.025 * len(text), at / 20 + 0.02), confidence)
        for at, text in enumerate(lines, 1)
    )
    seals = (SealMark(Box(0.6, 0.7, 0.8, 0.85), SealShape.ROUND),) if seal else ()
    page = ReadPage(1, 1000, 1414, 0, How.OCR, made, seals)
    return Reading(Outcome.READ, reader.ENGINE, (page,))


def contract(party_a: str = BUILDER, quantity: str = "4万吨", **more: str) -> Reading:
    lines = {
        "甲方": party_a,
        "乙方": "青岛海运渣土运输有限公司",
        "合同编号": "HT-2026-018",
        "工程名称": "崂山区深圳路地下停车场工程",
        "运输数量": quantity,
        **more,
    }
    return reading("运输合同", *(f"{label}：{text}" for label, text in lines.items()))


def keep_reading(sha256: str, found: Reading) -> None:
    """Have a content read by the engine in force."""
    readings.ask([sha256], found.engine, CLOSED)
    count = len(found.pages)
    row = ReadRow(sha256, found.engine, "read", count, count, to_json(found))
    readings.finish(row, CLOSED)


def read_as(number: str, found: Reading) -> None:
    """Have every file of a case read as this."""
    for sha256 in {one.sha256 for one in blobs.of_case(cases.load(number).id)}:
        keep_reading(sha256, found)


def closed_case(
    found: Reading | None = None, *, days: int = 0, title: str = "", department: str = "",
    material: str = "haulage_contract", **answers: object,
) -> str:  # fmt: skip
    """A case decided and closed some days before the last one, with one file; its number."""
    text = json.dumps(sample.values(**answers), ensure_ascii=False)
    new = a_new_case(
        pack_code=PACK, pack_version=city.loaded().scenarios[PACK].version, item_code=ITEM,
        department=department or "approval_service", division="370212", payload=text,
        title=title or "崂山区深圳路地下停车场工程", subject_name=BUILDER, jobs=(), notices=(),
    )  # fmt: skip
    file = f"{new.id:032x}"
    new = a_new_case(**{
        **{name: getattr(new, name) for name in new.__slots__},
        "materials": json.dumps({material: [file]} if found else {}),
    })  # fmt: skip
    cases.open_case(new)
    ended = CLOSED - timedelta(days=days)
    cases.record(
        a_change(
            new, stage="closed", outcome="granted", decided_at=ended, closed_at=ended, light="done",
            due_at=None, tasks_opened=(), jobs=(), notices=(),
        )
    )  # fmt: skip
    if found:
        body = hashlib.sha256(file.encode()).hexdigest()
        Blob.objects.create(
            number=file, sha256=body, size=1, media="application/pdf", name="运输合同.pdf",
            owner="wangmin", case_id=new.id, object_key=file, state="clean", created_at=ended,
        )  # fmt: skip
        keep_reading(body, found)
    return new.number


def point(code: str = OURS) -> Point:
    review = city.loaded().scenarios[PACK].review
    assert review is not None
    return next(one for one in review.points[Life.NEW] if one.code == code)


def said(number: str, found: str, answer: str, code: str = OURS, rule: str = "") -> None:
    """What an officer said of a point in a case, as it is written now or was once."""
    scenario = city.loaded().scenarios[PACK]
    assert scenario.review is not None
    settlements.settle(
        SettlementRow(
            case_id=cases.load(number).id, point=code,
            rule=rule or rule_digest(scenario.review, point(code)), pack_code=PACK,
            pack_version=scenario.version, item_code=ITEM, found=found, said=answer,
            said_by="liuyang", said_at=CLOSED,
        )
    )  # fmt: skip
