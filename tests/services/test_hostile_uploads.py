# SPDX-License-Identifier: Apache-2.0
"""Hostile files: refused by name when they arrive, or read to an end; the worker reads on."""

import threading
from collections.abc import Callable

import pytest
from django.conf import settings

from huiban.jobs.errands import READING, registry
from huiban.jobs.worker import Policy, Surroundings, run_until_empty
from huiban.kernel.reading import Outcome
from huiban.services import files, readings
from huiban.services.files import Upload
from huiban.services.refusal import FieldFault
from huiban.store.models import Account, Job
from tests.connectors.reading import hostile
from tests.services import city_sample as sample

NOW = sample.at("2026-11-23 09:30")
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
pytestmark = pytest.mark.django_db


@pytest.fixture
def city(monkeypatch: pytest.MonkeyPatch) -> dict[str, Account]:
    monkeypatch.setattr(settings, "READ_MATERIALS", True)
    return sample.people()


def work() -> None:
    around = Surroundings("hostile", lambda: NOW, lambda: 0.5, threading.Event())
    run_until_empty(registry(), around, Policy(only=frozenset({READING})))
    assert not Job.objects.exclude(last_error="").exists()


def handed_in(city: dict[str, Account], content: bytes, name: str) -> readings.FileRead:
    blob = files.add_loose(Upload(content, name), city["wangmin"].to_actor(), NOW).blob
    readings.want([blob], NOW)
    work()
    return readings.of_files([blob])[blob.number]


@pytest.mark.parametrize(
    ("make", "name", "says"),
    [
        (lambda: b"", "空.pdf", "空"),
        (hostile.locked, "加密.pdf", "密码"),
        (lambda: SVG, "图.svg", "网页或代码"),
        (lambda: SVG, "图.png", "网页或代码"),
        (hostile.gif_of_javascript, "图.gif", "认不出"),
        (hostile.zip_bomb, "材料.pdf", "压缩包"),
        (hostile.active, "合同.pdf", "脚本"),
        (hostile.html_before_pdf, "合同.pdf", "网页或代码"),
        (hostile.pdf_in_zip, "合同.pdf", "夹带"),
        (lambda: hostile.huge_png(30_000), "照片.png", "大"),
    ],
    ids=["empty", "encrypted", "svg", "svg as png", "gif", "zip bomb", "scripts", "html and pdf",
         "pdf and zip", "900 megapixels"],
)  # fmt: skip
def test_what_may_not_come_in_is_refused_with_the_reason(
    city: dict[str, Account], make: Callable[[], bytes], name: str, says: str
) -> None:
    with pytest.raises(FieldFault) as refused:
        files.add_loose(Upload(make(), name), city["wangmin"].to_actor(), NOW)

    assert says in refused.value.message.zh
    assert refused.value.message.en


def test_what_comes_in_is_read_to_an_end_and_the_next_file_is_read(
    city: dict[str, Account],
) -> None:
    outcomes = [
        handed_in(city, make(), "材料.pdf").reading
        for make in (hostile.drawing_itself, lambda: hostile.inflating_image(12_000))
    ]
    after = handed_in(city, hostile.good(), "合同.pdf").reading

    assert all(one is not None for one in outcomes)
    assert after is not None
    assert (after.outcome, after.text) == (Outcome.READ, hostile.SAID)
