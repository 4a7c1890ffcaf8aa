# SPDX-License-Identifier: Apache-2.0
"""A city that asks for less: what may be promised, follow later, or is on record already."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime

from huiban.kernel.catalogue import Commitment, Item, Material, Need
from huiban.kernel.clock import Limit
from huiban.kernel.words import Words
from huiban.services import city
from huiban.store import cases
from huiban.store.models import Certificate

ITEM = "construction_waste.new"
PROMISE = Commitment(
    Words("本单位已编制分类处置和回收利用方案，内容真实。\n愿接受事后核查。", "We made the plan."),
    "国办发〔2020〕42号",
    Limit.parse("20 work_days"),
)
_CHANGED: dict[str, dict[str, object]] = {
    "emergency_plan": {"need": Need.DEFERRABLE, "supply_within": Limit.parse("5 work_days")},
    "sorting_plan": {"commitment": PROMISE},
    "receiving_opinion": {"waived_by": ("waste_disposal_permit",)},
    "site_inventory": {"replaced_by": ("disposal_sites",)},
}


@contextmanager
def lenient_city() -> Iterator[None]:
    """Let the item ask for less while the test runs."""
    scenario = city.loaded().scenarios["construction_waste"]
    before = scenario.items[ITEM]
    materials = tuple(_changed(one) for one in before.materials)
    _put(scenario.items, replace(before, materials=materials, allows_commitment=True))
    try:
        yield
    finally:
        _put(scenario.items, before)


def _changed(one: Material) -> Material:
    return replace(one, **_CHANGED.get(one.code, {}))  # type: ignore[arg-type]


def _put(items: object, item: Item) -> None:
    assert isinstance(items, dict)
    items[item.code] = item
    city.items.cache_clear()


def permit(case: str, subject: str, now: datetime, **changed: object) -> Certificate:
    """Put a permit on record as if an earlier case had ended in it."""
    values: dict[str, object] = {
        "number": "青建废核〔2026〕370212-00001",
        "verify_code": "V0000000000000001",
        "kind": "waste_disposal_permit",
        "title": "建筑垃圾处置核准证",
        "case_id": cases.load(case).id,
        "item_code": ITEM,
        "subject_code": subject,
        "subject_name": "青岛海晟置业有限公司",
        "department": "approval_service",
        "division": "370212",
        "issued_at": now,
        "valid_from": date(2026, 11, 1),
        "valid_until": date(2027, 10, 31),
    }
    return Certificate.objects.create(**(values | changed))
