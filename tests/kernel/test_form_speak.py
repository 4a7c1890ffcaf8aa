# SPDX-License-Identifier: Apache-2.0
import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiban.kernel.form import Field, FieldKind, Speech, read, speak, speak_as, speak_rows
from tests.kernel.form_sample import DIVISIONS, TODAY, answers, field, waste_form

FORM = waste_form()
VALUES = read(FORM, answers(), today=TODAY, divisions=DIVISIONS).values


def said(key: str, language: str = "zh", value: object = None) -> str:
    one = FORM.field(key)
    assert one is not None
    return speak(one, VALUES.get(key) if value is None else value, language, DIVISIONS)


@pytest.mark.parametrize(
    ("key", "zh", "en"),
    [
        ("apply_date", "2026年3月5日", "5 March 2026"),
        ("contract_sum", "12,600.50 元（人民币壹万贰仟陆佰元伍角整）", "CNY 12,600.50"),
        ("amount", "0.5 万吨", "0.5 万吨"),
        ("has_agent", "否", "No"),
        ("district", "崂山区", "崂山区"),
        ("waste_kind", "工程渣土、装修垃圾", "Spoil, Decoration waste"),
        (
            "project_address",
            "深圳路 189 号（已在地图上标注）",
            "深圳路 189 号 (marked on the map)",
        ),
        ("contract", "合同.pdf (1000 B)", "合同.pdf (1000 B)"),
        ("pledge", "已阅读并同意", "Read and agreed"),
        ("signer", "张三", "张三"),
        (
            "vehicles",
            "1. 车牌号：鲁B12345；核定载质量：15.5 吨；密闭装置：是",
            "1. plate: 鲁B12345; load: 15.5 吨; sealed: Yes",
        ),
        ("note", "", ""),
    ],
)
def test_values_are_shown_as_people_say_them(key: str, zh: str, en: str) -> None:
    assert said(key) == zh
    assert said(key, "en") == en


def test_a_signature_shows_its_day() -> None:
    value = {"name": "张三", "strokes": None, "at": "2026-11-23T10:00:00+08:00"}

    assert said("signer", value=value) == "张三 2026年11月23日"


def test_a_value_from_an_older_form_is_shown_as_it_is() -> None:
    assert said("apply_date", value="someday") == "someday"
    assert said("contract_sum", value="lots") == "lots"
    assert said("waste_kind", value=["gold"]) == "gold"
    assert said("district", value="370299") == "370299"


def test_a_table_can_be_drawn_as_rows_of_text() -> None:
    table = FORM.field("vehicles")
    assert table is not None

    assert speak_rows(table, VALUES["vehicles"], Speech("zh")) == [
        ["鲁B12345", "15.5 吨", "", "是", ""]
    ]


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        (FieldKind.PERSON_ID, "370212198005010012", "3****************2"),
        (FieldKind.PHONE, "13805321234", "138****1234"),
        (FieldKind.PHONE, "12345", "****"),
        (FieldKind.TEXT, "张三丰", "张**"),
        (FieldKind.DATE, "2026-03-05", "****"),
    ],
)
def test_a_sensitive_value_can_be_masked(kind: FieldKind, value: str, shown: str) -> None:
    secret = field("secret", kind, "秘密", sensitive=True)
    plain = field("plain", kind, "公开")

    assert speak_as(secret, value, Speech(is_masked=True)) == shown
    assert speak_as(plain, value, Speech(is_masked=True)) == speak(plain, value, "zh", {})


@given(
    st.sampled_from(FORM.sections[1].fields),
    st.text(max_size=5) | st.integers() | st.lists(st.integers()),
)
def test_nothing_stored_is_unspeakable(one: Field, value: object) -> None:
    assert isinstance(speak(one, value, "zh", DIVISIONS), str)
