# SPDX-License-Identifier: Apache-2.0
"""A data resource: what may be asked of it, how old an answer may be, what is hidden."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from huiban.kernel.resource import (
    Completeness,
    Consent,
    Item,
    ItemType,
    Level,
    Mask,
    Mode,
    Question,
    QuestionRefused,
    Resource,
    Share,
    Subject,
    demand,
    lint,
    masked,
    period,
)
from huiban.kernel.words import Words

TODAY = date(2026, 11, 23)
INSURANCE = Resource(
    code="370200-0101",
    key="social_insurance",
    name=Words("单位社会保险参保信息", "Social insurance of employers"),
    about="单位参保人数和缴费状态。",
    category="社会保险",
    level=Level.MUNICIPAL,
    provider="human_resources",
    subject=Subject.ENTERPRISE,
    keys=("uscc",),
    items=(
        Item("uscc", Words("统一社会信用代码")),
        Item("staff", Words("参保人数"), ItemType.INTEGER),
        Item("contact_phone", Words("联系电话"), sensitivity=2, mask=Mask.PHONE),
    ),
    share=Share.CONDITIONAL,
    condition="用于办事时核验",
    basis=("社会保险法第七十四条",),
    mode=Mode.API,
    cycle=timedelta(days=31),
    max_age=timedelta(days=35),
    completeness=Completeness.OPEN,
    quota=20_000,
    per_second=20,
    p95=120,
    consent=Consent.NOTICE,
    retention=timedelta(days=3 * 366),
    purposes=frozenset({"safety_permit"}),
)
ASK = Question("uscc", frozenset({"staff"}), "safety_permit", Consent.NOTICE)


def refused(resource: Resource, question: Question, bound: set[str]) -> str:
    with pytest.raises(QuestionRefused) as found:
        demand(resource, question, bound)
    assert found.value.message.zh
    assert found.value.message.en
    return found.value.code


def test_what_the_form_uses_may_be_asked_for_its_purpose() -> None:
    demand(INSURANCE, ASK, {"staff", "uscc"})
    demand(INSURANCE, replace(ASK, consent=Consent.EXPLICIT), {"staff"})


@pytest.mark.parametrize(
    ("resource", "question", "code"),
    [
        ({"share": Share.NONE}, {}, "not_shared"),
        ({}, {"looked_up_by": "name"}, "unknown_key"),
        ({}, {"fields": frozenset()}, "nothing_asked"),
        ({}, {"fields": frozenset({"staff", "salary"})}, "unknown_item"),
        ({}, {"fields": frozenset({"staff", "contact_phone"})}, "unbound_item"),
        ({}, {"purpose": "loan_matching"}, "purpose_not_allowed"),
        ({}, {"consent": Consent.NONE}, "consent_missing"),
        ({"consent": Consent.EXPLICIT}, {}, "consent_missing"),
    ],
)
def test_anything_else_is_refused_by_name(
    resource: dict[str, object], question: dict[str, object], code: str
) -> None:
    asked = replace(ASK, **question)  # type: ignore[arg-type]

    assert refused(replace(INSURANCE, **resource), asked, {"staff"}) == code  # type: ignore[arg-type]


def test_an_answer_is_fresh_up_to_its_greatest_age() -> None:
    assert INSURANCE.is_fresh(TODAY - timedelta(days=35), TODAY)
    assert not INSURANCE.is_fresh(TODAY - timedelta(days=36), TODAY)


@pytest.mark.parametrize(
    ("completeness", "age", "expected"),
    [
        (Completeness.CLOSED, 1, True),
        (Completeness.CLOSED, 36, False),
        (Completeness.OPEN, 1, False),
    ],
)
def test_not_found_means_none_only_in_a_fresh_closed_register(
    completeness: Completeness, age: int, expected: bool
) -> None:
    register = replace(INSURANCE, completeness=completeness)

    assert register.says_no(TODAY - timedelta(days=age), TODAY) is expected


@pytest.mark.parametrize(
    ("text", "days"), [("1 day", 1), ("35 days", 35), ("1 month", 31), ("3 years", 1098)]
)
def test_a_length_of_time_is_read(text: str, days: int) -> None:
    assert period(text) == timedelta(days=days)
    assert period("12 hours") == timedelta(hours=12)


@pytest.mark.parametrize("text", ["", "soon", "1 week", "day", "-1 days", "1.5 days", "99999 days"])
def test_another_length_of_time_is_refused_with_the_cure(text: str) -> None:
    with pytest.raises(ValueError, match="such as '35 days'"):
        period(text)


@pytest.mark.parametrize(
    ("value", "mask", "shown"),
    [
        ("张三", Mask.NAME, "张*"),
        ("欧阳修远", Mask.NAME, "欧***"),
        ("张", Mask.NAME, "张*"),
        ("370202199001010015", Mask.PERSON_ID, "370202********0015"),
        ("13812345678", Mask.PHONE, "138****5678"),
        ("6222020200112233", Mask.TAIL, "************2233"),
        ("123", Mask.PHONE, "***"),
        ("乙肝", Mask.ALL, "**"),
        (1234567, Mask.TAIL, "***4567"),
        ("", Mask.ALL, ""),
        (None, Mask.ALL, None),
        ("公开", None, "公开"),
    ],
)
def test_a_mask_never_shows_the_whole_value(value: object, mask: Mask | None, shown: str) -> None:
    assert masked(value, mask) == shown


def test_a_good_entry_has_no_fault() -> None:
    assert list(lint(INSURANCE)) == []


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"code": "370000-0101"}, "code"),
        ({"code": "370200-1"}, "code"),
        ({"condition": ""}, "condition"),
        ({"share": Share.NONE}, "purposes"),
        ({"purposes": frozenset()}, "purposes"),
        ({"max_age": timedelta(days=1)}, "max_age"),
        ({"keys": ("plate",)}, "keys"),
        ({"items": (*INSURANCE.items, INSURANCE.items[0])}, "items"),
        ({"items": (INSURANCE.items[0], Item("phone", Words("电话"), sensitivity=2))}, "items"),
        ({"items": (INSURANCE.items[0], Item("phone", Words("电话"), mask=Mask.TAIL))}, "items"),
    ],
)
def test_a_faulty_entry_is_told_by_field(changed: dict[str, object], field: str) -> None:
    faults = list(lint(replace(INSURANCE, **changed)))  # type: ignore[arg-type]

    assert [one.field for one in faults] == [field]
    assert all(one.message and one.cure for one in faults)
