# SPDX-License-Identifier: Apache-2.0
"""Copies of a year's packages for the city's archive (移交): files, inventory, hand-over record."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from xml.sax.saxutils import escape

from huiban.connectors.objects import ObjectCorrupted, ObjectMissing
from huiban.kernel.actor import Actor
from huiban.kernel.archive import RETENTION_WORDS, Retention
from huiban.kernel.permission import Errand
from huiban.kernel.process import OUTCOMES
from huiban.kernel.words import Words
from huiban.services import city, ledger, vault
from huiban.services.facts import local_day
from huiban.services.ledger import Chain
from huiban.services.permission import demand_platform
from huiban.services.refusal import Invalid
from huiban.store import archives
from huiban.store.archives import ArchiveNarrow
from huiban.store.models import ArchivePackage

INVENTORY_CSV, INVENTORY_XML, RECORD = "移交清册.csv", "移交清册.xml", "移交登记表.txt"
_BATCH = 200
_COLUMNS = ("序号", "办件编号", "题名", "申请人", "部门", "办结日期", "办理结果", "保管期限",
            "文件名", "字节数", "文件数", "SHA-256", "SM3")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: how many packages and bytes, and the packages left out, with the reason."""

    packages: int
    size: int
    left_out: tuple[tuple[str, str], ...]


def export(year: int, folder: Path, actor: Actor, now: datetime) -> Exported:
    """
    Write the packages of cases closed in a year to an empty folder, with an inventory.

    A package that is missing, changed or faulty is left out and named: an archive must not be
    given what is not whole.

    :raises NotAllowed: if the actor keeps no archive.
    :raises Invalid: if the folder holds something already.
    """
    exported, _ = _export(year, folder, actor, now)
    return exported


def hand_over(year: int, folder: Path, actor: Actor, now: datetime) -> Exported:
    """
    Do what `export` does, and record that what was written is handed over (移交).

    :raises NotAllowed, Invalid: as `export`.
    """
    exported, numbers = _export(year, folder, actor, now)
    for start in range(0, len(numbers), _BATCH):
        batch = numbers[start : start + _BATCH]
        archives.handed_over(batch, now)
        for number in batch:
            ledger.note(Chain.ARCHIVE, number, "handed_over", actor, now, {"year": year})
    return exported


def _export(year: int, folder: Path, actor: Actor, now: datetime) -> tuple[Exported, list[str]]:
    demand_platform(actor, Errand.KEEP_ARCHIVE)
    if folder.exists() and any(folder.iterdir()):
        raise Invalid(
            Words(
                f"{folder} 里已经有文件，请换一个空文件夹",
                f"{folder} is not empty: give an empty folder",
            )
        )
    (folder / "packages").mkdir(parents=True)
    narrow = ArchiveNarrow(department=actor.department, division=actor.division)
    written: list[ArchivePackage] = []
    left_out: list[tuple[str, str]] = []
    for row in archives.of_year(narrow, year).iterator(chunk_size=_BATCH):
        why = _copy(row, folder / "packages" / _name(row))
        if why:
            left_out.append((row.case.number, why))
        else:
            written.append(row)
    _write_csv(folder / INVENTORY_CSV, written)
    _write_xml(folder / INVENTORY_XML, year, written)
    text = _record(year, written, left_out, now)
    (folder / RECORD).write_text(text, encoding="utf-8")
    size = sum(one.size for one in written)
    return Exported(len(written), size, tuple(left_out)), [one.number for one in written]


def _copy(row: ArchivePackage, place: Path) -> str:
    """Copy a package; returns why not, empty if it was."""
    if row.state == ArchivePackage.State.FAULTY:
        return "检测没有通过"
    try:
        with place.open("wb") as file:
            for chunk in vault.objects().get(row.object_key):
                file.write(chunk)
    except ObjectMissing:
        place.unlink()
        return "存储里没有这个包"
    except ObjectCorrupted:
        place.unlink()
        return "内容和归档时不一致"
    return ""


def _name(row: ArchivePackage) -> str:
    return f"{row.case.number}.zip"


def _line(place: int, row: ArchivePackage) -> tuple[str, ...]:
    case = row.case
    department = city.common().departments.get(row.department)
    outcome = OUTCOMES.get(case.outcome)
    return (
        str(place), case.number, case.title, case.subject_name,
        department.name.zh if department else row.department,
        local_day(case.closed_at).isoformat() if case.closed_at else "",
        outcome.zh if outcome else case.outcome, RETENTION_WORDS[Retention(row.retention)].zh,
        f"packages/{_name(row)}", str(row.size), str(row.files), row.sha256, row.sm3,
    )  # fmt: skip


def _write_csv(place: Path, rows: Iterable[ArchivePackage]) -> None:
    # The mark at the start tells spreadsheets that this is UTF-8.
    with place.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        for number, row in enumerate(rows, 1):
            writer.writerow(_safe(one) for one in _line(number, row))


def _safe(text: str) -> str:
    """Keep a spreadsheet from taking what somebody typed for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" and text[:1] else text


def _write_xml(place: Path, year: int, rows: Sequence[ArchivePackage]) -> None:
    with place.open("w", encoding="utf-8") as file:
        file.write(f'<?xml version="1.0" encoding="UTF-8"?>\n<移交清册 年度="{year}">\n')
        for number, row in enumerate(rows, 1):
            file.write("  <件>\n")
            for name, value in zip(_COLUMNS, _line(number, row), strict=True):
                shown = "".join(one for one in value if one >= " ")
                file.write(f"    <{name}>{escape(shown)}</{name}>\n")
            file.write("  </件>\n")
        file.write("</移交清册>\n")


def _record(
    year: int,
    rows: Sequence[ArchivePackage],
    left_out: Sequence[tuple[str, str]],
    now: datetime,
) -> str:
    held = {RETENTION_WORDS[one].zh: sum(row.retention == one for row in rows) for one in Retention}
    missing = "".join(f"  {number}：{why}\n" for number, why in left_out) or "  无\n"
    return f"""电子档案移交与接收登记表

年度：{year}
移交日期：{local_day(now).isoformat()}
件数：{len(rows)} 件（{"，".join(f"{name} {count} 件" for name, count in held.items())}）
字节数：{sum(row.size for row in rows)}
清册：{INVENTORY_CSV}（{INVENTORY_XML} 内容相同），逐件写明 SHA-256 和 SM3
未移交（包不完整，处理后另行移交）：
{missing}
核对方法：逐件计算 packages/ 下文件的 SHA-256，与清册一致；
包内另有逐个文件的清单，见包内“说明文件.txt”。

移交单位（盖章）：

移交人（签名）：                    审核人（签名）：                    年    月    日


接收单位（盖章）：

接收人（签名）：                    审核人（签名）：                    年    月    日
"""
