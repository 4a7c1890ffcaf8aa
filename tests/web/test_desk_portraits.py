# SPDX-License-Identifier: Apache-2.0
"""The window's page of photographs on file: put, replaced, deleted; faults beside their fields."""

import io

import pytest
from django.test import Client

from huiban.services import identity_portraits
from huiban.store.models import Account, LedgerEntry, Portrait
from tests.faces.cases import PORTRAIT
from tests.services.face_sample import CARD, few
from tests.web.desk_visitor import NOW, Visitor, visitor

pytestmark = pytest.mark.django_db
PAGE = "/desk/portraits"


@pytest.fixture
def people(monkeypatch: pytest.MonkeyPatch) -> dict[str, Account]:
    monkeypatch.setattr("huiban.web.visit.now", lambda: NOW)
    return few()


@pytest.fixture
def clerk(people: dict[str, Account]) -> Visitor:
    return visitor(people["zhangqian"])


def sent(**changed: object) -> dict[str, object]:
    file = io.BytesIO(PORTRAIT)
    file.name = "photograph.jpg"
    whole = {"account": "wangmin", "name": "王敏", "card": CARD, "content": file,
             "is_consented": "on", "do": "put"}  # fmt: skip
    return {name: value for name, value in (whole | changed).items() if value is not None}


def test_a_clerk_puts_a_photograph_and_sees_it_listed(clerk: Visitor) -> None:
    answer = clerk.post(PAGE, **sent())

    assert answer.status_code == 303
    page = clerk.read(answer["Location"])
    assert "已留存 王敏 的证件照片" in page
    assert "在用" in page
    assert CARD not in page
    assert LedgerEntry.objects.get(chain="portrait").actor == "zhangqian"


@pytest.mark.parametrize(
    ("changed", "field", "told"),
    [
        ({"is_consented": None}, "is_consented", "本人同意以后再勾选"),
        ({"account": "nobody"}, "account", "没有这个办事账号"),
        ({"name": "王明"}, "name", "姓名不一致"),
        ({"card": "370212198003140000"}, "card", "校验位"),
        ({"content": None}, "content", "文件是空的"),
    ],
)
def test_a_fault_is_told_beside_its_field_with_all_that_was_typed(
    clerk: Visitor, changed: dict[str, object], field: str, told: str
) -> None:
    answer = clerk.post(PAGE, **sent(**changed))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'id="{field}-problem"' in page
    assert told in page
    assert f'value="{changed.get("name", "王敏")}"' in page
    assert not Portrait.objects.exists()


def test_on_request_all_are_deleted(clerk: Visitor) -> None:
    clerk.post(PAGE, **sent())

    answer = clerk.post(PAGE, account="wangmin", reason="本人要求删除", do="remove")

    page = clerk.read(answer["Location"])
    assert "已删除 1 张照片" in page
    assert not identity_portraits.has("wangmin")
    again = clerk.post(PAGE, account="wangmin", reason="", do="remove")
    assert again.status_code == 404
    assert "没有留存证件照片" in again.content.decode()


def test_others_at_the_desk_see_and_change_nothing(
    clerk: Visitor, people: dict[str, Account]
) -> None:
    clerk.post(PAGE, **sent())
    examiner = visitor(people["liuyang"])

    assert examiner.get(PAGE, account="wangmin").status_code == 403
    assert "在用" not in examiner.get(PAGE, account="wangmin").content.decode()
    assert examiner.post(PAGE, account="wangmin", do="remove").status_code == 403
    assert PAGE not in examiner.read("/desk")
    assert PAGE in clerk.read("/desk")
    assert identity_portraits.has("wangmin")


def test_the_public_does_not_come_here(people: dict[str, Account]) -> None:
    assert visitor(people["wangmin"]).get(PAGE).status_code in (302, 403, 404)
    assert Client().get(PAGE).status_code == 302


def test_in_english_it_speaks_english(clerk: Visitor) -> None:
    clerk.client.cookies["hb_language"] = "en"

    page = clerk.read(PAGE)

    assert "Photographs on file" in page
    assert "The person agrees that this photograph is kept" in page
