# SPDX-License-Identifier: Apache-2.0
"""How long an archived case is kept, how it is described, what its checks come to."""

import json
from dataclasses import replace
from datetime import date
from xml.etree.ElementTree import fromstring

import pytest

from huiban.kernel import archive
from huiban.kernel.archive import About, Aspect, Examined, FileEntry, Finding, Retention
from huiban.kernel.verification import Check, Verdict
from huiban.kernel.words import Words

ABOUT = About(
    case_number="QD-1",
    title="深圳路地下停车场 <第一期> & 配套",
    item="城市建筑垃圾处置核准",
    item_code="construction_waste.new",
    applicant="青岛海晟置业有限公司",
    applicant_code="91370212MA00000000",
    department="青岛市行政审批服务局",
    department_code="approval_service",
    outcome="准予许可",
    filed_on=date(2026, 11, 2),
    closed_on=date(2026, 11, 23),
    archived_on=date(2026, 11, 24),
    retention=Retention.THIRTY_YEARS,
)
FILES = (
    FileEntry(
        path="data/content/documents/001-决定书.pdf", kind="document", title="决定书", number="1号",
        media="application/pdf", size=10, pages=2, sha256="a", sm3="b",
    ),
    FileEntry(
        path="data/content/materials/001-合同\x0b.pdf", kind="material", title="合同\x0b",
        number="f1", media="application/pdf", size=5, pages=3, sha256="c", sm3="d",
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    ("years", "kept"),
    [
        (1, Retention.TEN_YEARS), (10, Retention.TEN_YEARS), (11, Retention.THIRTY_YEARS),
        (30, Retention.THIRTY_YEARS), (31, Retention.PERMANENT),
    ],
)  # fmt: skip
def test_a_number_of_years_falls_in_the_class_that_is_not_shorter(
    years: int, kept: Retention
) -> None:
    assert archive.retention_of(years) is kept


@pytest.mark.parametrize("closed", [date(2026, 1, 1), date(2026, 12, 31)])
def test_retention_counts_from_the_year_after_closure(closed: date) -> None:
    assert archive.keep_until(Retention.TEN_YEARS, closed) == date(2036, 12, 31)
    assert archive.keep_until(Retention.THIRTY_YEARS, closed) == date(2056, 12, 31)
    assert archive.keep_until(Retention.PERMANENT, closed) is None


def test_the_provisional_number_tells_year_class_and_case() -> None:
    assert archive.archival_number(ABOUT) == "approval_service-ZW·2026-D30-QD-1"
    for_ever = replace(ABOUT, retention=Retention.PERMANENT)
    assert archive.archival_number(for_ever) == "approval_service-ZW·2026-Y-QD-1"


def test_the_description_is_xml_that_any_reader_takes() -> None:
    root = fromstring(archive.metadata_xml(archive.elements(ABOUT, FILES), FILES))

    assert root.findtext("题名") == ABOUT.title
    assert root.findtext("保管期限") == "30年"
    assert root.findtext("页数") == "5"
    listed = root.findall("文件清单/文件")
    assert [one.get("类别") for one in listed] == ["出具的文书", "申请材料"]
    assert listed[0].findtext("SHA-256") == "a"
    assert listed[1].findtext("题名") == "合同"


def test_the_description_is_json_as_well_and_says_it_was_not_compared_with_the_standard() -> None:
    told = json.loads(archive.metadata_json(archive.elements(ABOUT, FILES), FILES))

    assert "未与标准原文逐条核对" in told["note"]
    assert {one["title"]: one["value"] for one in told["elements"]}["申请人"] == ABOUT.applicant
    assert [one["sha256"] for one in told["files"]] == ["a", "c"]


def _finding(aspect: Aspect, verdict: Verdict) -> Finding:
    return Finding(aspect, Check("x", Words("甲"), verdict, Words("乙")))


def test_a_check_is_as_good_as_its_worst_part() -> None:
    found = Examined(
        "QD-1",
        (
            _finding(Aspect.AUTHENTIC, Verdict.PASSED),
            _finding(Aspect.AUTHENTIC, Verdict.UNKNOWN),
            _finding(Aspect.COMPLETE, Verdict.FAILED),
            _finding(Aspect.SAFE, Verdict.PASSED),
        ),
    )

    assert found.verdict_of(Aspect.AUTHENTIC) is Verdict.UNKNOWN
    assert found.verdict_of(Aspect.COMPLETE) is Verdict.FAILED
    assert found.verdict_of(Aspect.USABLE) is Verdict.UNKNOWN, "nothing was looked at"
    assert found.verdict is Verdict.FAILED
    assert len(found.failed) == 1
