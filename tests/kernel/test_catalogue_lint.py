# SPDX-License-Identifier: Apache-2.0
from dataclasses import replace
from datetime import date

import pytest

from huiban.kernel.catalogue import (
    CaseKind,
    Channel,
    Fee,
    Item,
    Need,
    Result,
    ResultKind,
    ReviewKind,
    ServiceObject,
    SourceKind,
    SpecialKind,
    SpecialProcedure,
    lint,
)
from huiban.kernel.clock import Limit
from huiban.kernel.words import Words
from tests.kernel.catalogue_sample import LAW, clean_item

ITEM = clean_item()
IMMEDIATE = replace(
    ITEM,
    case_kind=CaseKind.IMMEDIATE,
    review_kind=ReviewKind.AT_ONCE,
    committed=Limit.parse("0 work_days"),
)


def codes(item: Item) -> list[str]:
    return [fault.code for fault in lint(item)]


def limited(committed: str, statutory: str) -> Item:
    return replace(ITEM, committed=Limit.parse(committed), statutory=Limit.parse(statutory))


def named(name: str, kind: ResultKind, **more: str) -> Item:
    return replace(ITEM, results=(Result(Words(name), kind, sample="x.pdf", **more),))


def first_material(**more: object) -> Item:
    first, *others = ITEM.materials
    return replace(ITEM, materials=(replace(first, **more), *others))  # type: ignore[arg-type]


def test_a_clean_item_has_no_faults() -> None:
    assert lint(ITEM) == []
    assert lint(IMMEDIATE) == []


@pytest.mark.parametrize(
    ("item", "code"),
    [
        (replace(IMMEDIATE, committed=Limit.parse("3 work_days")), "immediate_limit"),
        (replace(ITEM, committed=None), "promised_limit"),
        (replace(ITEM, review_kind=ReviewKind.AT_ONCE), "review_kind"),
        (replace(IMMEDIATE, review_kind=ReviewKind.STAGED), "review_kind"),
        (limited("21 work_days", "20 work_days"), "committed_above_statutory"),
        (limited("8 work_days", "10 calendar_days"), "committed_above_statutory"),
        (replace(ITEM, statutory=None), "no_statutory"),
        (named("营业执照", ResultKind.DOCUMENT), "result_kind"),
        (named("关于同意的批复", ResultKind.CLOSURE), "result_kind"),
        (named("处置核准证", ResultKind.CERTIFICATE), "result_certificate"),
        (replace(ITEM, results=(Result(Words("通知书"), ResultKind.DOCUMENT),)), "result_sample"),
        (replace(ITEM, results=()), "no_result"),
        (replace(ITEM, visits=1, online_depth=3), "visit_reason"),
        (replace(ITEM, visit_reason=Words("核验原件")), "visit_reason"),
        (replace(ITEM, channels=(Channel.WINDOW,)), "no_way_without_visit"),
        (replace(ITEM, visits=1, visit_reason=Words("核验原件")), "depth_with_visits"),
        (replace(ITEM, online_depth=5), "depth"),
        (replace(ITEM, online_address=""), "online_address"),
        (replace(ITEM, is_paper_only=True), "paper_only"),
        (replace(ITEM, places=()), "no_place"),
        (replace(ITEM, fee=None), "payment_without_fee"),
        (replace(ITEM, takes_online_payment=False), "fee"),
        (replace(ITEM, fee=Fee((LAW,))), "fee"),
        (replace(ITEM, complaint_phone=ITEM.consult_phone), "same_phone"),
        (replace(ITEM, consult_phone="85911234"), "area_code"),
        (replace(ITEM, service_objects=(ServiceObject.PERSON,)), "theme"),
        (replace(ITEM, faqs=()), "no_faq"),
        (replace(ITEM, steps=ITEM.steps[:4]), "steps"),
        (replace(ITEM, steps=ITEM.steps[::-1]), "steps"),
        (replace(ITEM, remedies=ITEM.remedies[:1]), "remedy"),
        (
            replace(
                ITEM,
                special_procedures=(
                    SpecialProcedure(Words("延长"), SpecialKind.EXTENSION),
                    SpecialProcedure(Words("再延长"), SpecialKind.EXTENSION),
                ),
            ),
            "extensions",
        ),
        (replace(ITEM, basis=()), "no_basis"),
        (replace(ITEM, basis=(replace(LAW, article=""),)), "basis"),
        (replace(ITEM, conditions=()), "no_conditions"),
        (replace(ITEM, cancelled_on=date(2025, 1, 1)), "dates"),
        (replace(ITEM, authority=replace(ITEM.authority, uscc="123")), "uscc"),
        (replace(ITEM, task_code=ITEM.task_code[:-1] + "9"), "task_code"),
        (replace(ITEM, handle_code="1" * 33), "handle_code"),
        (replace(ITEM, materials=(ITEM.materials[0], ITEM.materials[0])), "repeated"),
        (first_material(need=Need.CONDITIONAL), "material_when"),
        (first_material(source=SourceKind.GOVERNMENT), "material_issuer"),
        (first_material(basis=""), "material_basis"),
        (first_material(copies=100), "material_copies"),
        (first_material(name=Words("表" * 201)), "overlong"),
        (replace(ITEM, name=Words("名" * 201)), "overlong"),
        (replace(ITEM, basis=(replace(LAW, text="文" * 1000),)), "overlong"),
    ],
)
def test_each_quality_rule_names_its_fault(item: Item, code: str) -> None:
    assert code in codes(item)


@pytest.mark.parametrize(
    "item",
    [
        limited("20 work_days", "20 work_days"),
        limited("7 work_days", "10 calendar_days"),
        limited("6 work_hours", "1 work_day"),
        named("处置核准证（延续后）", ResultKind.CERTIFICATE, certificate="waste_permit"),
        named("备案完成", ResultKind.CLOSURE),
        replace(ITEM, fee=None, takes_online_payment=False),
        replace(ITEM, visits=1, visit_reason=Words("核验原件"), online_depth=3),
        replace(ITEM, channels=(Channel.WINDOW, Channel.POST)),
    ],
)
def test_what_the_rules_allow_is_not_a_fault(item: Item) -> None:
    assert lint(item) == []


def test_the_rules_of_permits_are_not_asked_of_other_kinds() -> None:
    service = replace(ITEM, item_kind="20", faqs=(), steps=(), remedies=(), statutory=None)

    assert lint(service) == []


def test_all_faults_are_told_at_once_each_with_field_and_cure() -> None:
    found = lint(Item(code="empty", name=Words("空")))

    assert len(found) >= 12
    assert all(fault.field and fault.message and fault.cure for fault in found)


def test_an_overlong_element_names_the_standard_and_the_length() -> None:
    [fault] = lint(replace(ITEM, name=Words("名" * 201)))

    assert fault.field == "name"
    assert fault.message == "事项名称 has 201 characters, GB/T 39046 allows 200"
    assert fault.cure == "shorten it by 1"
