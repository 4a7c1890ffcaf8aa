# SPDX-License-Identifier: Apache-2.0
"""Readings as a recogniser would give them, without one: the sample's papers line by line."""

from collections.abc import Sequence
from datetime import datetime

from huiban.connectors.reading import ENGINE
from huiban.kernel.reading import (
    Box,
    How,
    Line,
    Outcome,
    PageFault,
    Reading,
    ReadPage,
    SealMark,
    SealShape,
    to_json,
)
from huiban.store import readings as stored
from huiban.store.models import Blob
from huiban.store.readings import ReadRow

OURS, STRANGERS = "青岛海纳建设工程有限公司", "青岛远帆商贸有限公司"


def contract_lines(party_a: str = OURS, number: str = "HT-2026-018") -> tuple[str, ...]:
    return (
        "建筑垃圾运输处置合同",
        f"合同编号：{number}",
        f"甲方（委托方）：{party_a}",
        "乙方（承运方）：青岛海运渣土运输有限公司",
        "一、工程名称：崂山区深圳路地下停车场工程",
        "二、运输数量：约40000立方米，以实际发生量为准。",
        "四、合同期限：自2026年11月20日起至2027年06月30日止。",
        "五、运输车辆：鲁B12345、鲁BD12345，乙方应保证车辆密闭完好。",
        "七、违约责任：任何一方违反本合同约定，应赔偿对方由此产生的损失。",
        "签订日期：2026年11月02日",
    )


def page(
    lines: Sequence[str], number: int = 1, *, seals: int = 2, faults: tuple[PageFault, ...] = ()
) -> ReadPage:
    return ReadPage(
        number, 1240, 1754, 0, How.OCR,
        tuple(
            Line(text, Box(0.1, 0.05 + 0.05 * place, 0.1 + 0.02 * len(text), 0.08 + 0.05 * place),
                 0.99)
            for place, text in enumerate(lines)
        ),
        tuple(SealMark(Box(0.2 + 0.3 * at, 0.7, 0.4 + 0.3 * at, 0.85), SealShape.ROUND)
              for at in range(seals)),
        faults,
        number,
    )  # fmt: skip


def read(*pages: ReadPage, outcome: Outcome = Outcome.READ) -> Reading:
    return Reading(outcome, ENGINE, pages)


def contract(party_a: str = OURS, **changed: str) -> Reading:
    return read(page(contract_lines(party_a, **changed)))


def put(blob: Blob, reading: Reading, now: datetime) -> None:
    """Keep a reading of a file as the job would."""
    stored.ask([blob.sha256], ENGINE, now)
    count = len(reading.pages)
    stored.finish(ReadRow(blob.sha256, ENGINE, "read", count, count, to_json(reading)), now)
