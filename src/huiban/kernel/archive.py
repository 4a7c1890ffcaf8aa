# SPDX-License-Identifier: Apache-2.0
"""An archived case (归档): how long it is kept, how it is described, what its four checks found."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from xml.sax.saxutils import escape, quoteattr

from huiban.kernel.verification import Check, Verdict, worst
from huiban.kernel.words import Words


class Retention(StrEnum):
    """How long a package is kept (保管期限); stored, so these words never change."""

    PERMANENT = "permanent"
    THIRTY_YEARS = "30_years"
    TEN_YEARS = "10_years"


RETENTION_WORDS = MappingProxyType(
    {
        Retention.PERMANENT: Words("永久", "Permanent"),
        Retention.THIRTY_YEARS: Words("30年", "30 years"),
        Retention.TEN_YEARS: Words("10年", "10 years"),
    }
)
_YEARS = {Retention.THIRTY_YEARS: 30, Retention.TEN_YEARS: 10}
_LETTERS = {Retention.PERMANENT: "Y", Retention.THIRTY_YEARS: "D30", Retention.TEN_YEARS: "D10"}


class Aspect(StrEnum):
    """The four checks of an electronic record (四性检测)."""

    AUTHENTIC = "authentic"
    COMPLETE = "complete"
    USABLE = "usable"
    SAFE = "safe"


ASPECT_WORDS = MappingProxyType(
    {
        Aspect.AUTHENTIC: Words("真实性", "Authentic"),
        Aspect.COMPLETE: Words("完整性", "Complete"),
        Aspect.USABLE: Words("可用性", "Usable"),
        Aspect.SAFE: Words("安全性", "Safe"),
    }
)


@dataclass(frozen=True, slots=True)
class Element:
    """One element of the description (元数据项)."""

    code: str
    title: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEntry:
    """One file of the package as its description lists it."""

    path: str
    kind: str  # document | material | other
    title: str
    number: str
    media: str
    size: int
    pages: int = 0
    sha256: str = ""
    sm3: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What the description of a package says of its case."""

    case_number: str
    title: str
    item: str
    item_code: str
    applicant: str
    applicant_code: str
    department: str
    department_code: str
    outcome: str
    filed_on: date
    closed_on: date
    archived_on: date
    retention: Retention


@dataclass(frozen=True, slots=True)
class Finding:
    """One check and which of the four it belongs to."""

    aspect: Aspect
    check: Check


@dataclass(frozen=True, slots=True)
class Examined:
    """What the four checks found in one package."""

    case_number: str
    findings: tuple[Finding, ...]

    def of(self, aspect: Aspect) -> tuple[Check, ...]:
        return tuple(one.check for one in self.findings if one.aspect is aspect)

    def verdict_of(self, aspect: Aspect) -> Verdict:
        return worst(one.verdict for one in self.of(aspect))

    @property
    def verdict(self) -> Verdict:
        return worst(self.verdict_of(aspect) for aspect in Aspect)

    @property
    def failed(self) -> tuple[Check, ...]:
        return tuple(one.check for one in self.findings if one.check.verdict is Verdict.FAILED)


def retention_of(years: int) -> Retention:
    """
    Say which class a number of years belongs to; more than thirty is kept for ever.

    >>> retention_of(30), retention_of(31), retention_of(5)
    (<Retention.THIRTY_YEARS: '30_years'>, <Retention.PERMANENT: 'permanent'>, \
<Retention.TEN_YEARS: '10_years'>)
    """
    if years > _YEARS[Retention.THIRTY_YEARS]:
        return Retention.PERMANENT
    return Retention.TEN_YEARS if years <= _YEARS[Retention.TEN_YEARS] else Retention.THIRTY_YEARS


def keep_until(retention: Retention, closed_on: date) -> date | None:
    """
    Return the last day a package is kept, None if for ever.

    Retention counts from the first of January after the year in which the case was closed.

    >>> keep_until(Retention.TEN_YEARS, date(2026, 3, 1))
    datetime.date(2036, 12, 31)
    """
    years = _YEARS.get(retention)
    return date(closed_on.year + years, 12, 31) if years else None


def archival_number(about: About) -> str:
    """
    Give the number a package is filed under (档号) until the city's archive gives its own.

    Fonds, category and year, class of retention, piece; the fonds is the department's code and the
    piece the case number, because the archive alone gives out fonds numbers.
    """
    year, letters = about.closed_on.year, _LETTERS[about.retention]
    return f"{about.department_code}-ZW·{year}-{letters}-{about.case_number}"


def elements(about: About, files: Sequence[FileEntry]) -> tuple[Element, ...]:
    """Describe a package by elements named as DA/T 46 and DA/T 48 name them."""
    return tuple(
        Element(*one)
        for one in (
            ("archival_number", "档号", archival_number(about)),
            ("title", "题名", about.title),
            ("fonds", "全宗名称", about.department),
            ("creator", "责任者", about.department),
            ("date", "日期", about.closed_on.isoformat()),
            ("year", "年度", str(about.closed_on.year)),
            ("retention", "保管期限", RETENTION_WORDS[about.retention].zh),
            ("secrecy", "密级", "无密级"),
            ("pages", "页数", str(sum(one.pages for one in files))),
            ("files", "文件数", str(len(files))),
            ("case_number", "办件编号", about.case_number),
            ("item", "事项名称", about.item),
            ("item_code", "事项编码", about.item_code),
            ("applicant", "申请人", about.applicant),
            ("applicant_code", "申请人代码", about.applicant_code),
            ("outcome", "办理结果", about.outcome),
            ("filed_on", "申请日期", about.filed_on.isoformat()),
            ("archived_on", "归档日期", about.archived_on.isoformat()),
        )
    )


_KINDS = {"document": "出具的文书", "material": "申请材料", "other": "其他文件"}
_NOTE = (
    "元素名称参照 DA/T 46、DA/T 48 拟定，未与标准原文逐条核对；"
    "档号为系统暂编，以档案馆编制的档号为准。"
)


def metadata_xml(described: Iterable[Element], files: Iterable[FileEntry]) -> str:
    """Write the description as XML whose elements anybody can read."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<!-- {_NOTE} -->", "<归档信息包>"]
    lines += [f"  <{one.title}>{_text(one.value)}</{one.title}>" for one in described]
    lines.append("  <文件清单>")
    for place, one in enumerate(files, 1):
        lines.append(
            f'    <文件 序号="{place}" 类别={quoteattr(_KINDS[one.kind])} 页数="{one.pages}">'
        )
        told = (
            ("题名", one.title), ("编号", one.number), ("路径", one.path), ("格式", one.media),
            ("字节数", str(one.size)), ("SHA-256", one.sha256), ("SM3", one.sm3),
        )  # fmt: skip
        lines += [f"      <{name}>{_text(value)}</{name}>" for name, value in told]
        lines.append("    </文件>")
    return "\n".join([*lines, "  </文件清单>", "</归档信息包>", ""])


def _text(value: str) -> str:
    """Escape a text, without the control characters that no XML may hold."""
    return escape("".join(one for one in value if one >= " " or one in "\t\n"))


def metadata_json(described: Iterable[Element], files: Iterable[FileEntry]) -> str:
    """Write the description as JSON for programs."""
    told = {
        "note": _NOTE,
        "elements": [
            {"code": one.code, "title": one.title, "value": one.value} for one in described
        ],
        "files": [{name: getattr(one, name) for name in FileEntry.__slots__} for one in files],
    }
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"
