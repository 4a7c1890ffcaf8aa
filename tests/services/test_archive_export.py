# SPDX-License-Identifier: Apache-2.0
"""What goes to the city's archive: whole packages, an inventory people and programs read."""

import csv
import hashlib
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest

from huiban.kernel.actor import Actor
from huiban.services import archive_export, ledger
from huiban.services.ledger import Chain
from huiban.services.refusal import Invalid, NotAllowed
from huiban.store import archives
from huiban.store.models import Account, Case
from tests.services import archive_sample
from tests.services import city_sample as sample
from tests.services.archive_sample import NOW

pytestmark = pytest.mark.usefixtures("each_database")


@pytest.fixture
def town() -> dict[str, Account]:
    return sample.people()


@pytest.fixture
def keeper(town: dict[str, Account]) -> Actor:
    return archive_sample.archivist().to_actor()


@pytest.fixture
def numbers(town: dict[str, Account]) -> list[str]:
    return [archive_sample.granted(town) for _ in range(2)]


def test_a_years_packages_are_written_with_their_digests(
    keeper: Actor, numbers: list[str], tmp_path: Path
) -> None:
    done = archive_export.export(2026, tmp_path / "2026", keeper, NOW)

    folder = tmp_path / "2026"
    assert (done.packages, done.left_out) == (2, ())
    with (folder / "移交清册.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [one["办件编号"] for one in rows] == numbers
    for one in rows:
        content = (folder / one["文件名"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == one["SHA-256"]
        assert hashlib.new("sm3", content).hexdigest() == one["SM3"]
        assert one["保管期限"] == "30年"
    root = fromstring((folder / "移交清册.xml").read_text(encoding="utf-8"))
    assert [one.findtext("SHA-256") for one in root] == [one["SHA-256"] for one in rows]
    record = (folder / "移交登记表.txt").read_text(encoding="utf-8")
    assert "件数：2 件（永久 0 件，30年 2 件，10年 0 件）" in record
    assert record.count("移交人（签名）") == record.count("接收人（签名）") == 1
    assert archives.of_case(numbers[0]).handed_over_at is None


def test_handing_over_is_recorded_once(keeper: Actor, numbers: list[str], tmp_path: Path) -> None:
    archive_export.hand_over(2026, tmp_path / "first", keeper, NOW)
    later = sample.at("2027-03-01 09:00")
    archive_export.hand_over(2026, tmp_path / "again", keeper, later)

    row = archives.of_case(numbers[0])
    assert row.handed_over_at == NOW
    acts = [one.act for one in ledger.history(Chain.ARCHIVE, row.number)]
    assert acts == ["archived", "checked", "handed_over", "handed_over"]


def test_what_is_not_whole_is_left_out_and_named(
    keeper: Actor, numbers: list[str], tmp_path: Path
) -> None:
    place = archive_sample.place_of(archives.of_case(numbers[0]).object_key)
    place.write_bytes(place.read_bytes()[:-1])
    archive_sample.place_of(archives.of_case(numbers[1]).object_key).unlink()

    done = archive_export.hand_over(2026, tmp_path / "out", keeper, NOW)

    assert dict(done.left_out) == {numbers[0]: "内容和归档时不一致", numbers[1]: "存储里没有这个包"}
    assert list((tmp_path / "out" / "packages").iterdir()) == []
    assert numbers[0] in (tmp_path / "out" / "移交登记表.txt").read_text()
    assert archives.of_case(numbers[0]).handed_over_at is None


def test_another_year_has_none(keeper: Actor, numbers: list[str], tmp_path: Path) -> None:
    assert archive_export.export(2025, tmp_path / "2025", keeper, NOW).packages == 0


def test_a_folder_that_holds_something_is_left_alone(
    keeper: Actor, numbers: list[str], tmp_path: Path
) -> None:
    (tmp_path / "mine.txt").write_text("mine")

    with pytest.raises(Invalid, match="已经有文件"):
        archive_export.export(2026, tmp_path, keeper, NOW)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_only_archivists_export_and_only_what_is_theirs(
    town: dict[str, Account], numbers: list[str], tmp_path: Path
) -> None:
    other = archive_sample.archivist("jiaozhou", "高原", division="370281").to_actor()

    with pytest.raises(NotAllowed):
        archive_export.export(2026, tmp_path / "a", town["zhaojianguo"].to_actor(), NOW)
    assert archive_export.export(2026, tmp_path / "b", other, NOW).packages == 0


@pytest.mark.parametrize("title", ["=HYPERLINK(1)", "@x", "+1", "-1"])
def test_a_spreadsheet_takes_no_name_for_a_formula(
    keeper: Actor, numbers: list[str], tmp_path: Path, title: str
) -> None:
    Case.objects.filter(number=numbers[0]).update(title=title)

    archive_export.export(2026, tmp_path / "out", keeper, NOW)

    text = (tmp_path / "out" / "移交清册.csv").read_text(encoding="utf-8-sig")
    assert f"'{title}" in text
    assert f",{title}" not in text
