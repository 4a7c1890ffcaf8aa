# SPDX-License-Identifier: Apache-2.0
"""The studio's pages: what is typed is kept, mistakes stand at their fields, a trial shows both."""

import re
import shutil
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from django.conf import settings

from huiban.packloader import Problem
from huiban.services import city as city_service
from huiban.services import packs_in_force
from huiban.store.models import Account
from huiban.web.desk.studio_words import field_of, problem_words
from tests.services.point_sample import (
    ITEM,
    OURS,
    PACK,
    STRANGER,
    closed_case,
    contract,
    reading,
    said,
)
from tests.web.desk_visitor import visitor
from tests.web.portal_visitor import text_of

pytestmark = pytest.mark.django_db
NEW = f"/desk/review-points/{PACK}/{ITEM}"
WAY = f"{NEW}/{OURS}"


def form(page: str) -> dict[str, list[str]]:
    """Read the studio's form back as a browser would send it."""
    found: dict[str, list[str]] = {}
    own = page.partition('id="studio"')[2].partition("</form>")[0]
    for tag in re.findall(r"<input[^>]*>", own):
        name, value = _attribute(tag, "name"), _attribute(tag, "value")
        if name != "csrfmiddlewaretoken" and ("checkbox" not in tag or " checked" in tag):
            found.setdefault(name, []).append(value)
    for attributes, text in re.findall(r"<textarea([^>]*)>(.*?)</textarea>", own, re.DOTALL):
        found[_attribute(attributes, "name")] = [unescape(text).removeprefix("\n")]
    for attributes, options in re.findall(r"<select([^>]*)>(.*?)</select>", own, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        first = re.search(r'<option value="([^"]*)"', options)
        picked = chosen or first
        found[_attribute(attributes, "name")] = [unescape(picked[1]) if picked else ""]
    return found


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return unescape(found[1]) if found else ""


def sent(account: Account, way: str = WAY, **changed: str) -> tuple[int, str]:
    """Open the page, change some fields and send it; the status, and what comes back."""
    desk = visitor(account)
    answer = desk.post(way, **{**form(desk.read(way)), **changed})
    return answer.status_code, answer.content.decode()


def test_the_form_shows_the_point_and_sends_it_back_unchanged(city: dict[str, Account]) -> None:
    closed_case(contract())

    page = visitor(city["liuyang"]).read(WAY)
    status, tried = sent(city["liuyang"], do="try")

    assert form(page)["holds"] == ["party_a_is_contractor or party_a_is_builder"]
    assert form(page)["lives"] == ["new", "modify", "renew"]
    assert status == 200
    assert "没有一件的结果会变" in tried
    assert "用起来" not in text_of(tried)
    typed = {name: value for name, value in form(tried).items() if "expect" not in name}
    assert typed == form(page)


def test_a_trial_shows_before_and_after_and_links_every_case_that_changes(
    city: dict[str, Account],
) -> None:
    for day in range(10):
        said(closed_case(contract(STRANGER), days=day), "fail", "fail")
    owner = closed_case(contract(), title="业主自己签的合同", days=20)
    said(owner, "pass", "pass")

    status, page = sent(city["liuyang"], holds="party_a_is_contractor", do="try")

    told = text_of(page.partition('id="tried"')[0] + "<main" + page.partition('id="tried"')[2])
    assert status == 422  # the rule is right, but worked examples no longer hold
    assert "1 件的结果会变" in told
    assert f'href="/desk/cases/{owner}"' in page
    assert re.search(r"准确率 100\.0% 90\.9%", told)
    assert re.search(r"改判率 0\.0% 9\.1%", told)


def test_a_mistake_in_the_rule_is_told_at_its_field_with_the_cure(city: dict[str, Account]) -> None:
    status, page = sent(city["liuyang"], holds="party_a_is_contracter", do="try")

    assert status == 422
    assert 'href="#f-holds"' in page
    wrong = text_of("<main" + page.partition('id="p-holds"')[2].partition("<textarea")[0])
    assert "没有“party_a_is_contracter”这个事实" in wrong
    assert "是不是“party_a_is_contractor”？" in wrong
    assert f"packs/{PACK}/review.yaml:" in page
    assert "points.0.holds" in page
    assert form(page)["holds"] == ["party_a_is_contracter"]
    assert "没有办件可以试" in page


def test_english_authors_read_the_checkers_own_words(city: dict[str, Account]) -> None:
    desk = visitor(city["liuyang"])
    desk.client.cookies["hb_language"] = "en"

    page = desk.post(WAY, **{**form(desk.read(WAY)), "severity": "shall", "do": "try"})

    assert "must" in page.content.decode()
    assert page.status_code == 422
    assert "试一试" not in page.content.decode()


def test_a_fact_typed_in_the_form_joins_the_others(city: dict[str, Account]) -> None:
    status, page = sent(
        city["liuyang"], do="fact", fact_name="how_many", fact_how="count",
        fact_of="haulage_contract", fact_label="合同份数", title_zh="改了的名称",
    )  # fmt: skip

    assert status == 200
    facts = form(page)["facts"][0].splitlines()
    assert facts[-1] == "how_many: {count: haulage_contract, label: 合同份数}"
    assert form(page)["title_zh"] == ["改了的名称"]
    assert form(page)["fact_name"] == [""]


def test_examples_that_no_longer_hold_can_be_told_anew(city: dict[str, Account]) -> None:
    _, page = sent(city["liuyang"], holds="party_a_is_contractor", do="try")
    names = [name for name in form(page) if name.startswith("expect:")]
    answers = dict.fromkeys(names, "fail")

    desk = visitor(city["liuyang"])
    answer = desk.post(WAY, **{**form(page), **answers, "do": "try"})

    assert len(names) == 3
    assert answer.status_code == 200
    assert "用起来" in answer.content.decode()
    assert "发布要由本部门负责人来做" in answer.content.decode()


def test_a_case_is_found_and_what_its_files_said_is_shown(city: dict[str, Account]) -> None:
    number = closed_case(contract(STRANGER), title="李沧区金水路道路工程")
    closed_case(contract(), title="虎山路学校扩建工程")

    status, listed = sent(city["liuyang"], do="find", q="金水路", holds="party_a_is_contractor")
    _, looked = sent(city["liuyang"], look=number, holds="party_a_is_contractor")

    assert status == 200
    assert number in listed
    assert "虎山路学校扩建工程" not in listed
    assert form(listed)["holds"] == ["party_a_is_contractor"]
    told = text_of(looked)
    assert STRANGER in told
    assert "现在的写法 不符 改了以后 不符" in told
    assert form(looked)["case"] == [number]
    assert STRANGER in text_of(visitor(city["liuyang"]).read(WAY, case=number))


def test_personal_values_are_masked(city: dict[str, Account]) -> None:
    card = reading("居民身份证", "姓名 孙海", "公民身份号码 370212198003079970")
    number = closed_case(card, material="legal_identity")

    page = visitor(city["liuyang"]).read(f"{NEW}/identity_of_legal", case=number)

    assert "3****************0" in page
    assert "370212198003079970" not in page
    assert "孙海" not in page


@pytest.mark.parametrize(
    ("who", "status"),
    [("liuyang", 200), ("zhaojianguo", 200), ("zhangqian", 403), ("zhoulei", 403),
     ("sysadmin", 403), ("wangmin", 302)],
)  # fmt: skip
def test_who_opens_the_studio(city: dict[str, Account], who: str, status: int) -> None:
    assert visitor(city[who]).get(WAY).status_code == status
    assert visitor(city[who]).get(NEW).status_code == status
    assert visitor(city[who]).post(WAY, do="publish").status_code in (status, 403, 422, 302)


def test_an_examiner_does_not_publish_by_sending_the_form(city: dict[str, Account]) -> None:
    before = city_service.loaded().scenarios[PACK].version

    status, _ = sent(city["liuyang"], do="publish", reason="就是要改", title_zh="改名")

    assert status == 403
    assert city_service.loaded().scenarios[PACK].version == before


def test_the_change_is_given_as_a_file(city: dict[str, Account]) -> None:
    desk = visitor(city["liuyang"])
    typed = {**form(desk.read(WAY)), "title_zh": "合同甲方对不对", "do": "download"}

    answer = desk.post(WAY, **typed)
    nothing = desk.post(WAY, **{**typed, "title_zh": form(desk.read(WAY))["title_zh"][0]})

    assert "attachment" in answer["Content-Disposition"]
    patch = answer.content.decode()
    assert f"+++ b/{PACK}/review.yaml" in patch
    assert "+    title: {zh: 合同甲方对不对, en: " in patch
    assert nothing.status_code == 422
    assert "没有可以发布的改动" in nothing.content.decode()


def test_a_new_point_begins_empty_and_names_what_is_missing(city: dict[str, Account]) -> None:
    status, page = sent(city["liuyang"], NEW, code="is_good", do="try")

    assert "新的要点" in visitor(city["liuyang"]).read(NEW)
    assert status == 422
    for field in ("title", "shows", "applicant", "officer"):
        assert f'id="p-{field}"' in page, field
    assert form(page)["code"] == ["is_good"]


def test_whatever_is_sent_is_answered(city: dict[str, Account]) -> None:
    for rubbish in (
        {}, {"do": "try", "n": "-1", "facts": "a: &x [*x]", "expect:pack.yaml#0": "fail"},
        {"do": "try", "examples": "- {name: 1}", "needs": "1e9", "q": "\x00"},
        {"look": "nobody", "expect:examples/review.yaml#0": "maybe", "holds": "(" * 3000},
        {"do": "publish", "base": "x"},
    ):  # fmt: skip
        status = visitor(city["sunmei"]).post(WAY, **rubbish).status_code
        assert status in (200, 404, 409, 422), rubbish


@pytest.fixture
def packs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A city's own folder of packs, in force; the house's own are put back afterwards."""
    folder, original = tmp_path / "packs", settings.PACKS_DIR
    shutil.copytree(original, folder)
    monkeypatch.setattr(settings, "PACKS_DIR", folder)
    assert packs_in_force.look_now()
    yield folder
    settings.PACKS_DIR = original
    packs_in_force.look_now()


def test_the_head_publishes_and_the_second_author_is_told(
    packs: Path, city: dict[str, Account]
) -> None:
    first, second = visitor(city["zhaojianguo"]), visitor(city["sunmei"])
    before = city_service.loaded().scenarios[PACK].version
    mine = {**form(first.read(WAY)), "title_zh": "甲方对不对"}
    theirs = {**form(second.read(WAY)), "title_zh": "甲方对吗", "reason": "更好懂", "do": "publish"}
    ready = first.post(WAY, **{**mine, "do": "try"}).content.decode()

    nothing = first.post(WAY, **{**mine, "do": "publish", "reason": ""})
    done = first.post(WAY, **{**mine, "do": "publish", "reason": "原来的不好懂"})
    stale = second.post(WAY, **theirs)

    assert 'name="reason"' in ready
    assert nothing.status_code == 422
    assert 'id="p-reason"' in nothing.content.decode()
    assert (done.status_code, done["Location"]) == (303, WAY)
    now = city_service.loaded().scenarios[PACK].version
    assert now != before
    page = first.read(WAY)
    assert f"已发布 {now} 版" in page
    assert f"{before} → {now}" in page
    assert "原来的不好懂" in page
    assert form(page)["title_zh"] == ["甲方对不对"]
    assert stale.status_code == 409
    kept = stale.content.decode()
    assert "这期间有人改过这个场景包" in kept
    assert form(kept)["title_zh"] == ["甲方对吗"]
    # Having been told, they may go on from what is in force now.
    assert (
        second.post(WAY, **{**form(kept), "reason": "更好懂", "do": "publish"}).status_code == 303
    )


def test_a_folder_that_cannot_be_written_is_told_with_what_it_does(
    packs: Path, city: dict[str, Account]
) -> None:
    (packs / PACK / ".review.yaml.new").mkdir()  # as good as a full or read-only disk

    status, page = sent(
        city["zhaojianguo"], title_zh="甲方对不对", reason="原来的不好懂", do="publish"
    )

    assert status == 409
    assert "请下载改动，交给运维人员" in page
    assert form(page)["title_zh"] == ["甲方对不对"]
    assert 'value="download"' in page


@pytest.mark.parametrize(
    ("message", "cure", "says"),
    [
        ("unknown fact 'a'", "did you mean 'b'?", "没有“a”这个事实。是不是“b”？"),
        ("no example in which 'x' is a fail", "add one under examples/ with `review`",
         "还没有“x”不符合的例子。在下面“例子”里加一个"),
        ("something is missing after and at column 7", "", "“and”后面还缺东西（第 7 个字）"),
        ("something nobody foresaw", "", "something nobody foresaw"),
    ],
)  # fmt: skip
def test_problems_are_said_in_chinese_as_far_as_they_are_known(
    message: str, cure: str, says: str
) -> None:
    problem = Problem("packs/a/review.yaml", 1, "points.0.holds", message, cure)

    assert problem_words(problem, "zh-hans") == says
    assert problem_words(problem, "en").startswith(message)


@pytest.mark.parametrize(
    ("path", "field", "message", "says"),
    [
        ("packs/a/review.yaml", "points.2.title.zh", "", "title"),
        ("packs/a/review.yaml", "points.2", "no example in which 'x' is a pass", "examples"),
        ("packs/a/review.yaml", "points.3.holds", "", ""),
        ("packs/a/review.yaml", "facts.a.read", "", "facts"),
        ("facts", "facts", "", "facts"),
        ("packs/a/examples/review.yaml", "examples.0", "", "examples"),
        ("packs/a/rules.yaml", "acceptance.2.holds", "", ""),
    ],
)
def test_each_problem_finds_its_field(path: str, field: str, message: str, says: str) -> None:
    assert field_of(Problem(path, 1, field, message), 2) == says
