# SPDX-License-Identifier: Apache-2.0
"""Seals on the desk: asked for, approved, granted, stopped, and nothing shown to others."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from huiban.kernel.actor import ActorKind
from huiban.services import accounts, seal_use, seals
from huiban.services.accounts import Person
from huiban.store import seals as kept
from huiban.store.models import Account, Seal, SealGrant
from tests.services import trusted
from tests.web.desk_visitor import NOW, Visitor, sample, visitor

HOME = "approval_service"
DAYS = {"valid_from": "2026-11-23", "valid_until": "2029-11-22"}


@pytest.fixture
def people(
    city: dict[str, Account], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, Account]]:
    """The city's people with a keeper of seals and a security administrator; the house signs."""
    monkeypatch.setattr(settings, "OBJECTS_URL", f"folder:{tmp_path / 'objects'}")
    more = (("linxia", "林霞", "seal_keeper", HOME), ("secadmin", "何琳", "admin_security", ""))
    for number, name, role, department in more:
        person = Person(
            number=number, name=name, kind=ActorKind.OFFICER, roles=(role,), department=department
        )
        city[number] = accounts.make(person, sample.PASSWORD)
    with trusted.trusted(tmp_path, NOW):
        yield city


pytestmark = pytest.mark.django_db


def at(people: dict[str, Account], number: str) -> Visitor:
    return visitor(people[number])


def proposed(people: dict[str, Account], **changed: str) -> str:
    sent = DAYS | {"kind": "authority", "profile": "sm2"} | changed
    answer = at(people, "linxia").post("/desk/seals/new", **sent)
    assert answer.status_code == 303, answer.content.decode()
    return str(answer["Location"]).rpartition("/")[2]


def active(people: dict[str, Account]) -> str:
    number = proposed(people)
    for who in ("zhaojianguo", "secadmin"):
        assert at(people, who).post(f"/desk/seals/{number}/approve").status_code == 303
    return number


def granted(people: dict[str, Account], **changed: object) -> str:
    number = active(people)
    sent = {"holder": "role:leader", "documents": ["construction_waste.*"], **DAYS, **changed}
    answer = at(people, "linxia").post(f"/desk/seals/{number}/grants", **sent)
    assert answer.status_code == 303, answer.content.decode()
    return number


def used(people: dict[str, Account], times: int = 1) -> None:
    wanted = seal_use.Wanted(
        HOME, "authority", "construction_waste.grant_decision", {"case": "C-1", "title": "决定书"}
    )
    leader = people["zhaojianguo"].to_actor()
    for _ in range(times):
        seal_use.use(wanted, leader, leader.roles, NOW)


def test_a_seal_is_asked_for_and_approved_by_two_others(people: dict[str, Account]) -> None:
    number = proposed(people)
    leader = at(people, "zhaojianguo")

    assert "等您审批" in leader.read("/desk/seals")
    assert "等您审批" in leader.read(f"/desk/seals/{number}")
    leader.post(f"/desk/seals/{number}/approve")
    assert "等您审批" not in leader.read(f"/desk/seals/{number}")
    done = at(people, "secadmin").client.post(f"/desk/seals/{number}/approve", follow=True)

    page = done.content.decode()
    assert "印章制作完成" in page
    assert "使用中" in page
    assert kept.load(number).state == Seal.State.ACTIVE


def test_who_approves_a_second_seal_of_a_kind_is_told_which_one_it_ends(
    people: dict[str, Account],
) -> None:
    first = active(people)
    second = proposed(people)
    leader = at(people, "zhaojianguo")

    assert f"已有同一种印章 {first} 正在使用" in leader.read(f"/desk/seals/{second}")
    assert "已有同一种印章" not in leader.read(f"/desk/seals/{first}")
    assert "已有同一种印章" not in leader.read(f"/desk/seals/{proposed(people, profile='p256')}")


def test_the_page_shows_the_picture_of_the_seal(people: dict[str, Account]) -> None:
    number = proposed(people)
    keeper = at(people, "linxia")
    before = keeper.get(f"/desk/seals/{number}/picture.png")

    assert before["Content-Type"] == "image/png"
    assert before.content.startswith(b"\x89PNG")
    assert "图样预览" in keeper.read(f"/desk/seals/{number}")
    for who in ("zhaojianguo", "secadmin"):
        at(people, who).post(f"/desk/seals/{number}/approve")
    assert "图样预览" not in keeper.read(f"/desk/seals/{number}")
    # The seal of a test authority says so on its face.
    assert keeper.get(f"/desk/seals/{number}/picture.png").content != before.content


@pytest.mark.parametrize(
    ("path", "changed", "words"),
    [
        ("kind", {"kind": ""}, "请选择印章种类"),
        ("valid_from", {"valid_from": "soon"}, "请填写日期"),
        ("valid_until", {"valid_until": "2026-11-22"}, "截止日期不能早于起始日期"),
    ],
)
def test_a_fault_is_shown_beside_its_field_and_what_was_typed_stays(
    people: dict[str, Account], path: str, changed: dict[str, str], words: str
) -> None:
    sent = DAYS | {"kind": "authority", "profile": "p256"} | changed

    answer = at(people, "linxia").post("/desk/seals/new", **sent)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'href="#{path}"' in page
    assert words in page
    assert re.search(r'value="p256"[^>]* checked', page)


def test_a_refusal_needs_a_reason_and_shows_it(people: dict[str, Account]) -> None:
    number = proposed(people)
    leader = at(people, "zhaojianguo")

    empty = leader.post(f"/desk/seals/{number}/refuse", reason=" ")
    assert empty.status_code == 422
    assert 'href="#refuse-reason"' in empty.content.decode()

    leader.post(f"/desk/seals/{number}/refuse", reason="印章名称不对")
    page = at(people, "linxia").read(f"/desk/seals/{number}")
    assert "已退回" in page
    assert "印章名称不对" in page


@pytest.mark.parametrize(
    ("who", "step", "status"),
    [
        ("linxia", "approve", 403),
        ("secadmin", "approve", 403),
        ("zhangqian", "approve", 404),
        ("zhoulei", "approve", 404),
    ],
)
def test_who_may_not_approve_is_told(
    people: dict[str, Account], who: str, step: str, status: int
) -> None:
    number = proposed(people)

    assert at(people, who).post(f"/desk/seals/{number}/{step}").status_code == status
    assert kept.load(number).first_by == ""


@pytest.mark.parametrize("way", ["/desk/seals", "/desk/seals/new"])
@pytest.mark.parametrize("who", ["zhangqian", "sysadmin", "zhoulei"])
def test_nobody_without_the_post_sees_seals(people: dict[str, Account], who: str, way: str) -> None:
    assert at(people, who).get(way).status_code == 403


def test_the_keeper_finds_seals_in_the_head_and_nothing_of_cases(
    people: dict[str, Account],
) -> None:
    page = at(people, "linxia").read("/desk/seals")

    assert 'href="/desk/seals"' in page
    assert 'href="/desk/cases"' not in page


def test_a_grant_is_given_used_and_taken_back(people: dict[str, Account]) -> None:
    number = granted(people, uses_most="5")
    used(people, 2)
    keeper = at(people, "linxia")

    page = keeper.read(f"/desk/seals/{number}")
    assert "负责人" in page
    assert "城市建筑垃圾处置核准：全部文书" in page
    assert re.search(r"2 / 5", page)

    (grant,) = SealGrant.objects.all()
    keeper.post(f"/desk/seals/{number}/grants/{grant.number}/end")
    assert "已收回" in keeper.read(f"/desk/seals/{number}")
    again = keeper.post(f"/desk/seals/{number}/grants/{grant.number}/end")
    assert again.status_code == 409


@pytest.mark.parametrize(
    ("path", "changed", "words"),
    [
        ("holder", {"holder": ""}, "请选择由谁使用"),
        ("holder", {"holder": "role:applicant"}, "请从名单里选择"),
        ("documents", {"documents": []}, "请至少选择一种"),
        ("valid_until", {"valid_until": "2026-11-22"}, "截止时间要在"),
        ("uses_most", {"uses_most": "很多"}, "次数填整数"),
    ],
)
def test_a_grant_with_a_fault_keeps_what_was_chosen(
    people: dict[str, Account], path: str, changed: dict[str, object], words: str
) -> None:
    number = proposed(people)
    sent = {"holder": "role:leader", "documents": ["construction_waste.*"], **DAYS, **changed}

    answer = at(people, "linxia").post(f"/desk/seals/{number}/grants", **sent)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'href="#grant-{path}"' in page
    assert f'id="grant-{path}"' in page
    assert words in page
    if path != "documents":
        assert re.search(r'value="construction_waste\.\*" checked', page)
    assert not SealGrant.objects.exists()


def test_a_seal_is_suspended_with_a_reason_and_resumed(people: dict[str, Account]) -> None:
    number = active(people)
    leader = at(people, "zhaojianguo")

    assert leader.post(f"/desk/seals/{number}/change/suspend", reason="").status_code == 422
    leader.post(f"/desk/seals/{number}/change/suspend", reason="清点")
    assert "已暂停" in leader.read(f"/desk/seals/{number}")
    assert leader.post(f"/desk/seals/{number}/change/suspend", reason="再").status_code == 409
    leader.post(f"/desk/seals/{number}/change/resume", reason="清点完毕")

    assert kept.load(number).state == Seal.State.ACTIVE
    assert "暂停使用" not in at(people, "linxia").read(f"/desk/seals/{number}").split("journal")[0]


def test_the_ledger_is_read_page_by_page_to_its_beginning(people: dict[str, Account]) -> None:
    number = granted(people)
    used(people, seals.LEDGER_PAGE + 3)
    auditor = at(people, "auditor")

    page = auditor.read(f"/desk/seals/{number}")
    assert page.count('class="entry"') == seals.LEDGER_PAGE
    assert "C-1" in page
    older = re.search(r"\?before=(\d+)", page)
    assert older
    last = auditor.read(f"/desk/seals/{number}", before=older[1])

    assert "提出申请" in last
    assert page.count('class="entry"') + last.count('class="entry"') == 5 + seals.LEDGER_PAGE + 3


def test_the_list_counts_this_months_uses_in_few_queries(
    people: dict[str, Account],
    django_assert_max_num_queries,  # type: ignore[no-untyped-def]
) -> None:
    number = granted(people)
    used(people, 3)
    proposed(people, kind="licensing")
    auditor = at(people, "auditor")

    with django_assert_max_num_queries(8):
        page = auditor.read("/desk/seals")

    row = page.split(f'href="/desk/seals/{number}"')[1].split("</tr>")[0]
    assert re.search(r'class="number"[^>]*>3<', row)
    assert page.index("行政许可专用章") < page.index(f'href="/desk/seals/{number}"')


def test_the_page_of_a_seal_takes_no_more_queries_for_more_grants(
    people: dict[str, Account],
    django_assert_max_num_queries,  # type: ignore[no-untyped-def]
) -> None:
    number = granted(people)
    keeper = at(people, "linxia")
    for number_of in range(12):
        until = (NOW + timedelta(days=30 + number_of)).date().isoformat()
        sent = {
            "holder": "account:zhaojianguo", "documents": ["construction_waste.*"],
            "valid_from": DAYS["valid_from"], "valid_until": until,
        }  # fmt: skip
        assert keeper.post(f"/desk/seals/{number}/grants", **sent).status_code == 303

    with django_assert_max_num_queries(14):
        page = keeper.read(f"/desk/seals/{number}")

    assert page.count("赵建国") >= 12


def test_buttons_are_no_pages(people: dict[str, Account]) -> None:
    number = proposed(people)

    assert at(people, "zhaojianguo").get(f"/desk/seals/{number}/approve").status_code == 405
