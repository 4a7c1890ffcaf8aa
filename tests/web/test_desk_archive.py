# SPDX-License-Identifier: Apache-2.0
"""The archive on the desk: for archivists to keep and supervisors to read, each in their reach."""

import io
import zipfile

import pytest

from huiban.services import archive_keeping, ledger
from huiban.services.ledger import Chain
from huiban.store import archives
from huiban.store.models import Account, ArchivePackage
from tests.services import archive_sample
from tests.services import city_sample as sample
from tests.web.portal_visitor import granted, text_of, visitor

pytestmark = pytest.mark.django_db
DUE = sample.at("2057-01-02 09:00")


@pytest.fixture
def keeper(town: dict[str, Account]) -> Account:
    return archive_sample.archivist()


@pytest.fixture
def package(town: dict[str, Account]) -> ArchivePackage:
    return archives.of_case(granted(town))


def test_an_archivist_finds_the_case_on_the_list(keeper: Account, package: ArchivePackage) -> None:
    page = visitor(keeper).read("/desk/archive")

    assert f"/desk/archive/{package.number}" in page
    for words in ("崂山区深圳路地下停车场工程", "青岛海晟置业有限公司", "2056-12-31", "完好"):
        assert words in text_of(page)
    assert 'href="/desk/archive" aria-current="page"' in page


@pytest.mark.parametrize(
    ("asked", "is_found"),
    [
        ({"q": "地下停车场"}, True), ({"q": "海晟置业"}, True), ({"q": sample.USCC}, True),
        ({"q": "NUMBER"}, True), ({"q": "没有这个工程"}, False), ({"year": "2026"}, True),
        ({"year": "2025"}, False), ({"kept": "30_years"}, True), ({"kept": "permanent"}, False),
        ({"state": "sound"}, True), ({"state": "faulty"}, False), ({"state": "due"}, False),
        ({"state": "no such", "year": "x", "kept": "'"}, True), ({"q": "%"}, False),
        ({"year": "9999"}, True), ({"year": "0001"}, True), ({"year": "2999"}, False),
    ],
)  # fmt: skip
@pytest.mark.parametrize("who", ["jiangnan", "wumin"])
def test_the_list_is_narrowed(
    keeper: Account, town: dict[str, Account], package: ArchivePackage,
    asked: dict[str, str], is_found: bool, who: str,
) -> None:  # fmt: skip
    told = {
        name: package.case.number if value == "NUMBER" else value for name, value in asked.items()
    }

    page = visitor({**town, "jiangnan": keeper}[who]).read("/desk/archive", **told)

    assert (f"/desk/archive/{package.number}" in page) == is_found
    assert is_found or "没有符合条件的档案" in page


def test_a_page_shows_the_checks_files_description_and_ledger(
    keeper: Account, package: ArchivePackage
) -> None:
    page = text_of(visitor(keeper).read(f"/desk/archive/{package.number}"))

    for words in (
        "真实性", "完整性", "可用性", "安全性", "没有签名", "重演办理过程", "准予行政许可决定书",
        "档号", "approval_service-ZW·2026-D30-", "再检一次", "下载归档包", package.sha256,
        "四性检测", "归档",
    ):  # fmt: skip
        assert words in page, words


def test_a_supervisor_reads_and_changes_nothing(
    town: dict[str, Account], package: ArchivePackage
) -> None:
    supervisor = visitor(town["wumin"])

    page = supervisor.read(f"/desk/archive/{package.number}")

    assert "再检一次" not in page
    assert "下载归档包" not in page
    assert supervisor.post(f"/desk/archive/{package.number}/check").status_code == 403
    assert supervisor.get(f"/desk/archive/{package.number}/download").status_code == 403
    assert supervisor.post(f"/desk/archive/{package.number}/dispose").status_code == 403


@pytest.mark.parametrize("who", ["zhangqian", "liuyang", "zhaojianguo", "sysadmin", "auditor"])
def test_nobody_else_has_an_archive(
    town: dict[str, Account], package: ArchivePackage, who: str
) -> None:
    other = visitor(town[who])

    assert other.get("/desk/archive").status_code == 403
    assert other.get(f"/desk/archive/{package.number}").status_code == 403
    assert "/desk/archive" not in other.read("/desk/resources").partition("<main")[0]


def test_another_districts_archivist_sees_nothing_of_it(package: ArchivePackage) -> None:
    other = visitor(archive_sample.archivist("jiaozhou", "高原", division="370281"))

    assert f"/desk/archive/{package.number}" not in other.read("/desk/archive")
    assert other.get(f"/desk/archive/{package.number}").status_code == 404
    assert other.get(f"/desk/archive/{package.number}/download").status_code == 404
    assert other.post(f"/desk/archive/{package.number}/check").status_code == 404


def test_a_number_nobody_gave_is_not_there(keeper: Account) -> None:
    assert visitor(keeper).get(f"/desk/archive/{'0' * 32}").status_code == 404
    assert visitor(keeper).get("/desk/archive", after="x").status_code == 422


def test_checking_again_finds_what_broke_since(keeper: Account, package: ArchivePackage) -> None:
    desk = visitor(keeper)
    place = archive_sample.place_of(package.object_key)
    place.write_bytes(place.read_bytes()[:-9])

    answer = desk.post(f"/desk/archive/{package.number}/check")

    assert answer.status_code == 303
    page = text_of(desk.read(f"/desk/archive/{package.number}"))
    assert "检测没有通过" in page
    assert "包的内容和归档时不一致" in page
    assert "有问题" in text_of(desk.read("/desk/archive"))


def test_who_keeps_the_machine_learns_of_damaged_packages(
    town: dict[str, Account], package: ArchivePackage
) -> None:
    machine = visitor(town["sysadmin"])
    assert "归档包坏了" not in machine.read("/desk/system")

    archive_sample.place_of(package.object_key).unlink()
    archive_keeping.sweep(DUE)

    assert "有 1 个归档包坏了或不见了" in machine.read("/desk/system")


def test_a_lost_package_is_told_and_not_given(keeper: Account, package: ArchivePackage) -> None:
    desk = visitor(keeper)
    archive_sample.place_of(package.object_key).unlink()

    answer = desk.get(f"/desk/archive/{package.number}/download")

    assert (answer.status_code, answer["Location"]) == (303, f"/desk/archive/{package.number}")
    page = text_of(desk.read(f"/desk/archive/{package.number}"))
    assert "存储里没有这个包" in page
    acts = [one.act for one in ledger.history(Chain.ARCHIVE, package.number)]
    assert "downloaded" not in acts


def test_the_package_is_given_whole_and_that_is_noted(
    keeper: Account, package: ArchivePackage
) -> None:
    answer = visitor(keeper).get(f"/desk/archive/{package.number}/download")

    content = b"".join(answer.streaming_content)
    assert len(content) == package.size == int(answer["Content-Length"])
    assert package.case.number in answer["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(content)) as held:
        assert held.testzip() is None
    last = ledger.history(Chain.ARCHIVE, package.number)[-1]
    assert (last.act, last.actor) == ("downloaded", "jiangnan")


def test_two_archivists_dispose_of_what_is_due(
    keeper: Account, package: ArchivePackage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huiban.web.visit.now", lambda: DUE)
    first, second = visitor(keeper), visitor(archive_sample.archivist("baixue", "白雪"))
    way = f"/desk/archive/{package.number}"
    assert "保管期已满" in first.read(way)
    assert way in first.read("/desk/archive", state="due")

    refused = first.post(f"{way}/dispose", do="propose", reason=" ")
    assert refused.status_code == 422
    assert 'href="#reason"' in refused.content.decode()
    assert first.post(f"{way}/dispose", do="propose", reason="期满，无保存价值").status_code == 303
    mine = first.post(f"{way}/dispose", do="approve")
    assert mine.status_code == 403
    assert "另一位档案人员审核" in mine.content.decode()
    assert "等待审核销毁" in text_of(second.read("/desk/archive"))
    assert second.post(f"{way}/dispose", do="approve").status_code == 303

    page = text_of(second.read(way))
    assert "已经两人审核销毁" in page
    assert "期满，无保存价值" in page
    assert second.get(f"{way}/download").status_code == 409
    assert second.post(f"{way}/check").status_code == 409


def test_a_proposal_is_turned_down(
    keeper: Account, package: ArchivePackage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huiban.web.visit.now", lambda: DUE)
    desk = visitor(keeper)
    archive_keeping.propose(package.number, "期满", keeper.to_actor(), DUE)

    assert desk.post(f"/desk/archive/{package.number}/dispose", do="refuse").status_code == 303
    again = desk.post(f"/desk/archive/{package.number}/dispose", do="refuse")

    assert again.status_code == 409
    assert archives.load(package.number).disposal_by == ""


def test_the_list_costs_few_statements_however_long_it_is(
    keeper: Account, package: ArchivePackage, django_assert_max_num_queries: object
) -> None:
    desk = visitor(keeper)
    desk.read("/desk/archive")

    with django_assert_max_num_queries(9):  # type: ignore[operator]
        desk.read("/desk/archive")


def test_in_english_it_is_english(keeper: Account, package: ArchivePackage) -> None:
    desk = visitor(keeper)
    desk.client.cookies["hb_language"] = "en"

    page = text_of(desk.read(f"/desk/archive/{package.number}"))

    for words in ("Four checks", "Authentic", "Check again", "Digests of the package", "Ledger"):
        assert words in page
