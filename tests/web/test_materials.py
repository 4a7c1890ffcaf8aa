# SPDX-License-Identifier: Apache-2.0
"""Materials on the pages and in the API: what stands in, what is promised, what follows later."""

from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huiban.services import commitments, submit
from huiban.store import blobs, cases, journal
from huiban.store.models import Account, Case
from tests.services import city_sample as sample
from tests.services.lenient import ITEM, PROMISE, lenient_city, permit
from tests.web.api_client import Program, application
from tests.web.portal_visitor import NOW, act, case_of, text_of, visitor

pytestmark = pytest.mark.django_db

PLAN, SORTING = "emergency_plan", "sorting_plan"
DIGEST = commitments.digest(PROMISE)


@pytest.fixture
def lenient(town: dict[str, Account]) -> Iterator[dict[str, Account]]:
    with lenient_city():
        yield town


def begun(town: dict[str, Account], *without: str) -> str:
    return sample.draft(town["wangmin"], NOW, without=without)


def pdf(name: str = "预案.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, sample.PDF, content_type="application/pdf")


# ── The portal: before it is sent ──


def test_the_materials_page_says_of_each_what_stands_in_for_it(
    lenient: dict[str, Account],
) -> None:
    held = permit(case_of(lenient["wangmin"], "2026-11-23 09:00"), sample.USCC, NOW)
    draft = begun(lenient, PLAN, SORTING, "receiving_opinion")
    person = visitor(lenient["wangmin"])

    page = text_of(person.read(f"/drafts/{draft}/materials"))
    summary = text_of(person.read(f"/drafts/{draft}/summary"))

    assert f"持有有效的《建筑垃圾处置核准证》（{held.number}），不用交" in page
    assert "受理后5个工作日内补交" in page
    assert "手里没有？可以以承诺代替" in page
    assert "由网上填写的内容生成" in page
    assert page.count("还是想上传") == 1
    assert held.number in summary
    assert "可后补" in summary


def test_the_materials_page_costs_few_statements_however_much_stands_in(
    lenient: dict[str, Account],
) -> None:
    draft = begun(lenient, PLAN, SORTING, "receiving_opinion", "site_inventory")
    person = visitor(lenient["wangmin"])

    with CaptureQueriesContext(connection) as asked:
        person.read(f"/drafts/{draft}/materials")

    told = [one["sql"] for one in asked.captured_queries]
    for table in ("store_certificate", "store_fetched", "commitment_broken"):
        assert sum(table in one for one in told) == 1, table


def test_a_page_of_an_item_that_nothing_could_stand_in_for_asks_nothing_more(
    town: dict[str, Account],
) -> None:
    draft = begun(town, "emergency_plan")
    person = visitor(town["wangmin"])

    with CaptureQueriesContext(connection) as asked:
        person.read(f"/drafts/{draft}/materials")

    told = " ".join(one["sql"] for one in asked.captured_queries)
    assert "store_certificate" not in told
    assert "commitment_broken" not in told


def test_the_list_of_drafts_asks_once_for_all_of_them(lenient: dict[str, Account]) -> None:
    person, counts = visitor(lenient["wangmin"]), []
    for _ in range(2):
        begun(lenient, "receiving_opinion", "site_inventory")
        with CaptureQueriesContext(connection) as asked:
            person.read("/cases")
        counts.append(len(asked))

    assert counts[0] == counts[1]


def test_a_promise_is_ticked_made_shown_and_taken_back(lenient: dict[str, Account]) -> None:
    draft = begun(lenient, SORTING)
    person, way = visitor(lenient["wangmin"]), f"/drafts/{draft}/materials"

    bare = person.post(way, file=f"{SORTING}:promise")
    made = person.post(way, **{"file": f"{SORTING}:promise", f"agree-{SORTING}": DIGEST})
    promised = text_of(person.read(way))
    person.post(way, file=f"{SORTING}:take_back")

    assert bare.status_code == 422
    assert "请先阅读承诺内容" in text_of(bare.content.decode())
    assert made["Location"] == f"{way}#m-{SORTING}"
    assert "您已于 2026-11-23" in promised
    assert "收回承诺" in promised
    assert "收回承诺" not in text_of(person.read(way))


def test_a_waived_material_can_be_uploaded_all_the_same(lenient: dict[str, Account]) -> None:
    permit(case_of(lenient["wangmin"], "2026-11-23 09:00"), sample.USCC, NOW)
    draft = begun(lenient, "receiving_opinion")
    person, way = visitor(lenient["wangmin"]), f"/drafts/{draft}/materials"

    person.client.post(way, {"file": "receiving_opinion:upload", "receiving_opinion": pdf()})

    assert "预案.pdf" in text_of(person.read(way))


def test_the_guide_says_how_one_can_do_without(lenient: dict[str, Account]) -> None:
    page = text_of(visitor(lenient["wangmin"]).read(f"/items/{ITEM}"))

    assert "持有有效的《建筑垃圾处置核准证》免交" in page
    assert "从“建筑垃圾消纳场名录”查到的免交" in page
    assert "可以书面承诺代替" in page
    assert "受理后5 个工作日内补交" in page


# ── The portal: after it is sent ──


@pytest.fixture
def accepted(lenient: dict[str, Account]) -> str:
    """A case accepted without its emergency plan and with a promise for another material."""
    draft = begun(lenient, PLAN, SORTING)
    commitments.make(draft, SORTING, DIGEST, lenient["wangmin"].to_actor(), NOW)
    number = submit.submit(draft, lenient["wangmin"].to_actor(), NOW)
    act(lenient, "zhangqian", number, "accept")
    return number


def test_the_case_says_what_is_to_follow_and_takes_it(
    lenient: dict[str, Account], accepted: str
) -> None:
    person = visitor(lenient["wangmin"])
    before = text_of(person.read(f"/cases/{accepted}"))
    page = text_of(person.read(f"/cases/{accepted}/supply"))

    sent = person.client.post(f"/cases/{accepted}/supply", {"material": PLAN, "file": pdf()})

    assert "还有材料要补交" in before
    assert "最晚 2026-11-30" in before
    assert "以承诺代替" in before
    assert "容缺材料不是补正" in page
    assert sent["Location"] == f"/cases/{accepted}"
    after = text_of(person.read(f"/cases/{accepted}"))
    assert "还有材料要补交" not in after
    assert "补交容缺材料" in after
    assert "预案.pdf" in {one.name for one in blobs.of_case(cases.load(accepted).id)}


def test_a_file_that_is_not_taken_is_said_at_its_field(
    lenient: dict[str, Account], accepted: str
) -> None:
    person, way = visitor(lenient["wangmin"]), f"/cases/{accepted}/supply"

    none = person.client.post(way, {"material": PLAN})
    wrong = person.client.post(
        way, {"material": PLAN, "file": SimpleUploadedFile("a.exe", b"MZ not a document")}
    )

    assert (none.status_code, wrong.status_code) == (422, 422)
    assert "请先选择文件" in text_of(none.content.decode())
    assert 'aria-invalid="true"' in wrong.content.decode()


def test_nobody_else_sees_or_supplies_what_is_owed(
    lenient: dict[str, Account], accepted: str
) -> None:
    stranger, way = visitor(lenient["lihua"]), f"/cases/{accepted}/supply"

    assert stranger.get(way).status_code == 404
    assert stranger.client.post(way, {"material": PLAN, "file": pdf()}).status_code == 404


def test_with_nothing_owed_the_page_leads_back_to_the_case(town: dict[str, Account]) -> None:
    number = case_of(town["wangmin"], "2026-11-23 09:30")
    person = visitor(town["wangmin"])

    assert person.get(f"/cases/{number}/supply")["Location"] == f"/cases/{number}"


# ── The desk ──


def test_the_desk_shows_what_stands_in_what_is_owed_and_the_promise(
    lenient: dict[str, Account], accepted: str
) -> None:
    officer = visitor(lenient["liuyang"])

    tab = text_of(officer.read(f"/desk/cases/{accepted}", tab="materials"))

    assert "容缺材料还没有补交，补齐之前不能准予" in tab
    assert "最晚 2026-11-30" in tab
    assert "内容真实。" in tab
    assert "愿接受事后核查" in tab
    assert "以承诺代替" in tab


def test_the_leader_reads_why_it_cannot_be_granted_yet(
    lenient: dict[str, Account], accepted: str
) -> None:
    act(lenient, "liuyang", accepted, "pass")
    leader = visitor(lenient["zhaojianguo"])

    page = leader.read(f"/desk/cases/{accepted}")
    refused = leader.press(accepted, "grant")

    assert "容缺材料还没有补交" in page
    assert "容缺材料还没有补交" in text_of(refused.content.decode())
    assert cases.load(accepted).outcome == ""


def test_a_promise_is_checked_at_the_desk_after_the_grant(
    lenient: dict[str, Account], accepted: str
) -> None:
    visitor(lenient["wangmin"]).client.post(
        f"/cases/{accepted}/supply", {"material": PLAN, "file": pdf()}
    )
    act(lenient, "liuyang", accepted, "pass")
    act(lenient, "zhaojianguo", accepted, "grant")
    officer, way = visitor(lenient["liuyang"]), f"/desk/cases/{accepted}/promises/{SORTING}"
    before = text_of(officer.read(f"/desk/cases/{accepted}", tab="materials"))

    bare = officer.client.post(way, {"found": "broken"}, follow=True)
    officer.post(way, found="broken", reason="现场没有分拣设施")

    after = text_of(officer.read(f"/desk/cases/{accepted}", tab="materials"))
    assert "事后核查最晚 2026-12-21" in before
    assert "请写明核查发现的事实" in text_of(bare.content.decode())
    assert "核查不属实" in after
    assert "现场没有分拣设施" in after
    assert "现场没有分拣设施" in text_of(visitor(lenient["wangmin"]).read(f"/cases/{accepted}"))


def test_a_party_cannot_check_its_own_promise(lenient: dict[str, Account], accepted: str) -> None:
    way = f"/desk/cases/{accepted}/promises/{SORTING}"

    answer = visitor(lenient["wangmin"]).post(way, found="kept")

    assert answer.status_code in (302, 303, 403)
    assert "commitment_kept" not in [row.act for row in journal.of_case(cases.load(accepted).id)]


# ── The API ──


def test_programs_read_what_becomes_of_each_material_and_promise(
    lenient: dict[str, Account],
) -> None:
    draft = begun(lenient, PLAN, SORTING)
    program = Program(lenient["wangmin"], language="zh-hans")

    made = program.ask("PUT", f"/drafts/{draft}/commitments", {"commitments": [SORTING]})
    refused = program.ask("PUT", f"/drafts/{draft}/commitments", {"commitments": ["nothing"]})
    taken = program.ask("PUT", f"/drafts/{draft}/commitments", {"commitments": []})

    found = {one["material"]: one for one in made.data["materials"]}
    assert (found[SORTING]["standing"], found[SORTING]["how"]) == ("committed", "commitment")
    assert (found[PLAN]["standing"], found[PLAN]["how"]) == ("deferred", "deferred")
    assert found["application_form"]["how"] == "form"
    assert found["haulage_contract"]["how"] == "uploaded"
    assert refused.status_code == 404
    assert {one["material"]: one["standing"] for one in taken.data["materials"]}[SORTING] == (
        "needed"
    )


def test_the_guide_for_programs_has_the_promise_and_its_digest(
    lenient: dict[str, Account],
) -> None:
    found = Program(lenient["wangmin"]).get(f"/items/{ITEM}").data["materials"]

    [promise] = [one["commitment"] for one in found if one["commitment"]]
    assert promise["sha256"] == DIGEST
    assert {one["code"]: one["supply_within"] for one in found}[PLAN] == "5 work_days"


def whole(account: Account, *without: str, **more: object) -> dict[str, object]:
    sent = application(account)
    handed = sent["materials"]
    assert isinstance(handed, dict)
    kept = {code: numbers for code, numbers in handed.items() if code not in without}
    return {**sent, "materials": kept, **more}


def test_a_whole_application_promises_and_leaves_what_may_follow(
    lenient: dict[str, Account],
) -> None:
    program = Program(lenient["wangmin"])
    sent = whole(lenient["wangmin"], PLAN, SORTING, commitments=[SORTING])

    first = program.apply(sent, "order-2026-18")
    again = program.apply(sent, "order-2026-18")
    other = program.apply({**sent, "commitments": []}, "order-2026-18")

    assert (first.status_code, again.status_code) == (201, 200)
    assert other.status_code in (409, 422)
    case = program.get(f"/cases/{first.data['number']}").data
    standings = {one["code"]: one["standing"] for one in case["materials"]}
    assert (standings[SORTING], standings[PLAN]) == ("committed", "deferred")
    assert Case.objects.count() == 1


def test_a_promise_that_is_not_offered_is_named(lenient: dict[str, Account]) -> None:
    program = Program(lenient["wangmin"])

    answer = program.apply(whole(lenient["wangmin"], commitments=["haulage_contract", "x"]))

    told = {one["path"]: one["code"] for one in answer.data["errors"]}
    assert told == {"materials.haulage_contract": "not_offered", "materials.x": "not_offered"}


def test_a_whole_application_with_every_file_asks_nothing_of_what_is_on_record(
    lenient: dict[str, Account],
) -> None:
    program, sent = Program(lenient["wangmin"]), application(lenient["wangmin"])

    with CaptureQueriesContext(connection) as asked:
        program.apply(sent)

    told = [one["sql"] for one in asked.captured_queries]
    assert not [one for one in told if "SELECT" in one[:8] and "store_certificate" in one]
    assert not [one for one in told if "commitment_broken" in one]


def test_programs_supply_what_was_deferred(lenient: dict[str, Account]) -> None:
    program = Program(lenient["wangmin"])
    number = program.apply(whole(lenient["wangmin"], PLAN)).data["number"]
    way = f"/cases/{number}/materials/{PLAN}"
    media = "application/octet-stream"

    first = program.post(f"{way}?name=plan.pdf", sample.PDF, content_type=media)
    again = program.post(f"{way}?name=plan.pdf", sample.PDF, content_type=media)

    assert (first.status_code, again.status_code) == (201, 409)
    assert first.data["files"][0]["name"] == "plan.pdf"
    found = {one["code"]: one for one in program.get(f"/cases/{number}").data["materials"]}
    assert len(found[PLAN]["files"]) == 1
