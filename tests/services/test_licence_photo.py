# SPDX-License-Identifier: Apache-2.0
"""A photograph of a licence, read by the real reader: expired and another's, found with place."""

from datetime import date
from decimal import Decimal
from random import Random

import pytest

from benchmarks.papers import conditions
from benchmarks.papers import layouts_development as layouts
from huiban.connectors.reading import read
from huiban.kernel.rule import Verdict
from huiban.services import city, files, review_files
from huiban.services.files import Upload
from huiban.services.review_files import Filed
from tests.services import city_sample as sample
from tests.services import reading_sample

NOW = sample.at("2026-11-23 09:30")
ITEM, MATERIAL = "safety_permit.new", "business_licence"
TRUTH: dict[str, object] = {
    "name": "青岛远帆商贸有限公司",
    "uscc": sample.USCC,
    "legal_person": "孙海",
    "address": "山东省青岛市崂山区样例路18号",
    "capital": Decimal(5_000_000),
    "established_on": date(2004, 5, 1),
    "valid_from": date(2004, 5, 1),
    "valid_until": date(2024, 4, 30),
    "scope": "建筑工程施工；土石方工程施工。",
}
pytestmark = pytest.mark.django_db


def test_an_expired_licence_of_another_company_is_found_on_a_photograph() -> None:
    clerk = sample.people()["wangmin"].to_actor()
    content = conditions.phone(layouts.licence_portrait(TRUTH, Random(1)), Random(1))  # type: ignore[arg-type]
    blob = files.add_loose(Upload(content, "营业执照.jpg"), clerk, NOW).blob
    reading_sample.put(blob, read(content, blob.media), NOW)
    placed = city.item(ITEM)
    filed = Filed(
        placed.scenario,
        placed.item,
        {"name": "青岛海晟置业有限公司", "uscc": sample.USCC, "legal": "孙海"},
        {MATERIAL: [blob.number]},
        {},
        date(2026, 11, 23),
    )

    found = review_files.of(filed, {blob.number: blob})

    assert found is not None
    for code, text in (("licence_in_force", "2024"), ("licence_is_ours", TRUTH["name"])):
        finding = found.finding(code)
        assert finding is not None
        assert finding.verdict is Verdict.FAIL, (code, finding.gaps)
        place = next(one for one in finding.evidence if str(text) in one.text)
        assert found.file(place) == blob
        assert place.box is not None
        assert finding.point.applicant.zh  # the cure
    legal = found.finding("licence_legal_as_filed")
    assert legal is not None
    assert legal.verdict is Verdict.PASS
