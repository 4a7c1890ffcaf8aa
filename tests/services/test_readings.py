# SPDX-License-Identifier: Apache-2.0
"""Files are read once a content, by a job that tells how far it is, and forgotten with the file."""

import threading
from datetime import datetime, timedelta

import pytest
from django.conf import settings

from huiban.connectors.reading import ENGINE, OnPage
from huiban.jobs.errands import READING, registry
from huiban.jobs.worker import Policy, Surroundings, run_until_empty
from huiban.kernel.reading import PageFault, Reading, to_json
from huiban.services import files, readings
from huiban.services.files import Upload
from huiban.store import blobs
from huiban.store import readings as stored
from huiban.store.models import Account, Blob, FileReading, Job
from huiban.store.readings import ReadRow
from tests.services import city_sample as sample
from tests.services import reading_sample

NOW = sample.at("2026-11-23 09:30")
pytestmark = pytest.mark.usefixtures("each_database")


@pytest.fixture
def city(each_database: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Account]:
    monkeypatch.setattr(settings, "READ_MATERIALS", True)
    return sample.people()


def handed_in(city: dict[str, Account], content: bytes = sample.PDF) -> Blob:
    upload = Upload(content, "合同.pdf")
    return files.add_loose(upload, city["wangmin"].to_actor(), NOW).blob


def clock() -> datetime:
    return NOW + timedelta(seconds=9)


def job_of(blob: Blob) -> readings.File:
    return readings.File(blob.sha256, blob.object_key, blob.media)


def test_the_same_content_is_read_once_for_two_files(city: dict[str, Account]) -> None:
    first, second = handed_in(city), handed_in(city)

    assert [readings.want([first], NOW), readings.want([second], NOW)] == [1, 0]
    assert Job.objects.filter(kind=READING).count() == 1

    reading = reading_sample.contract()
    readings.run(job_of(first), clock, lambda *_: reading)
    told = readings.of_files([first, second])
    assert [one.reading for one in told.values()] == [reading, reading]


def test_how_far_a_reading_is_can_be_seen_while_it_goes_on(city: dict[str, Account]) -> None:
    blob = handed_in(city)
    pages = [reading_sample.page(("样例",), number) for number in (1, 2, 3)]
    seen: list[tuple[int, int, bool]] = []

    def slow(content: bytes, media: str, on_page: OnPage) -> Reading:
        assert (content, media) == (sample.PDF, "application/pdf")
        for page in pages:
            on_page(page, len(pages))
            told = readings.of_files([blob])[blob.number]
            seen.append((told.pages_done, told.pages_total, told.is_pending))
        return reading_sample.read(*pages)

    readings.want([blob], NOW)
    assert readings.of_files([blob])[blob.number].is_pending
    readings.run(job_of(blob), clock, slow)

    assert seen == [(1, 3, True), (2, 3, True), (3, 3, True)]
    assert not readings.of_files([blob])[blob.number].is_pending


def test_a_file_that_was_read_is_not_read_again_unless_the_engine_is_newer(
    city: dict[str, Account],
) -> None:
    blob = handed_in(city)
    old = Reading(reading_sample.read().outcome, "older engine")
    stored.ask([blob.sha256], "older engine", NOW)
    stored.finish(ReadRow(blob.sha256, "older engine", "read", 0, 0, to_json(old)), NOW)

    assert readings.want([blob], NOW) == 1
    assert readings.of_files([blob])[blob.number].reading == old  # until the newer one is done
    newer = reading_sample.contract()
    readings.run(job_of(blob), clock, lambda *_: newer)
    readings.run(job_of(blob), clock, lambda *_: pytest.fail("read twice"))

    assert readings.of_files([blob])[blob.number].reading == newer
    assert readings.want([blob], NOW) == 0


def test_a_type_without_a_reader_and_a_house_that_does_not_read_ask_for_nothing(
    city: dict[str, Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    blob = handed_in(city)
    blob.media = "application/msword"
    assert readings.want([blob], NOW) == 0

    monkeypatch.setattr(settings, "READ_MATERIALS", False)
    assert readings.want([handed_in(city)], NOW) == 0
    assert not readings.of_files([blob])[blob.number].is_wanted


def test_a_file_removed_before_it_was_read_is_forgotten(city: dict[str, Account]) -> None:
    blob = handed_in(city)
    readings.want([blob], NOW)

    gone = readings.File(blob.sha256, "00/nothing-is-kept-here", blob.media)
    readings.run(gone, clock, lambda *_: pytest.fail("there is nothing to read"))

    assert not FileReading.objects.exists()


def test_what_was_read_goes_when_the_last_file_of_the_content_is_gone(
    city: dict[str, Account],
) -> None:
    first, second = handed_in(city), handed_in(city)
    reading_sample.put(first, reading_sample.contract(), NOW)
    later = NOW + timedelta(days=8)

    blobs.remove(first.number, "wangmin")
    assert readings.sweep(later) == 0
    blobs.remove(second.number, "wangmin")
    assert readings.sweep(NOW + timedelta(days=6)) == 0  # perhaps another hands it in again
    assert readings.sweep(later) == 1
    assert not FileReading.objects.exists()


def test_reading_waits_in_a_lane_of_its_own(city: dict[str, Account]) -> None:
    blob = handed_in(city)
    readings.want([blob], NOW)
    around = Surroundings("main", lambda: NOW, lambda: 0.5, threading.Event())

    assert run_until_empty(registry(), around, Policy(never=frozenset({READING}))) == 0
    read = run_until_empty(registry(), around, Policy(only=frozenset({READING})))

    assert read == 1
    told = readings.of_files([blob])[blob.number].reading
    assert told is not None
    assert told.engine == ENGINE
    assert told.pages[0].faults == (PageFault.BLANK,)  # an empty page, by the real reader
