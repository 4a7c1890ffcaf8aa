# SPDX-License-Identifier: Apache-2.0
"""A city that lets the system decide cancellations, and an application of one that passes."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from huiban.jobs.errands import registry
from huiban.jobs.worker import Surroundings, run_until_empty
from huiban.kernel.automatic_terms import Automatic
from huiban.kernel.catalogue import Item
from huiban.kernel.form import digest_of
from huiban.packloader import Scenario
from huiban.services import automatic, city, drafts, submit
from huiban.services.drafts import Saving
from huiban.store.models import Account, Certificate, Job
from tests.services import city_sample as sample
from tests.services.lenient import permit
from tests.services.stand_in import StandIn

PACK, ITEM = "construction_waste", "construction_waste.cancel"
NOW = sample.at("2026-11-23 09:30")
TERMS = Automatic(
    basis="青岛市优化营商环境条例第二十四条",
    # `huiban check` lets no pack write this; here no test shall hang on what is drawn.
    sampled=Decimal(0),
    looks="leader",
    approved_on=date(2026, 11, 1),
    approved_by="青岛市人民政府",
)
_OURS = "青岛海晟置业有限公司"


def scenario() -> Scenario:
    return city.loaded().scenarios[PACK]


@contextmanager
def automatic_city(code: str = ITEM, **changed: object) -> Iterator[None]:
    """Let an item be decided on these terms while the test runs."""
    before = scenario().items[code]
    terms = replace(TERMS, **changed)  # type: ignore[arg-type]
    _put(replace(before, automatic=terms))
    try:
        yield
    finally:
        _put(before)


def _put(item: Item) -> None:
    items = scenario().items
    assert isinstance(items, dict)
    items[item.code] = item
    scenario().__dict__.pop("_automatic_charts", None)
    city.items.cache_clear()


def registers() -> StandIn:
    """Registers that agree with the sample application."""
    record = {"uscc": sample.USCC, "name": _OURS, "legal_person": "孙海", "status": "存续"}
    return StandIn({"enterprise_registry": {sample.USCC: [record]}})


ASKED = ("enterprise_registry", "construction_permit", "dishonest_debtors", "credit_blacklist")


def held(people: dict[str, Account]) -> Certificate:
    """A permit in the party's hands."""
    case = sample.case(people["wangmin"], NOW)
    serial = Certificate.objects.count() + 1
    number, code = f"青建废核〔2026〕370212-{serial:05}", f"V{serial:016}"
    return permit(case, sample.USCC, NOW, number=number, verify_code=code)


def cancellation(
    people: dict[str, Account], now: datetime = NOW, *, by_people: bool | None = False,
    certificate: Certificate | None = None, **changed: object,
) -> str:  # fmt: skip
    """A complete application to cancel a permit; its draft."""
    actor, account = people["wangmin"].to_actor(), people["wangmin"]
    number = (certificate or held(people)).number
    writing = drafts.begin(ITEM, actor, account, now, number)
    words = writing.form.field("commitment")
    assert words is not None
    answers: dict[str, object] = {
        "apply_date": "2026-11-23", "project_name": "崂山区深圳路地下停车场工程",
        "district": "370212", "cancel_reason": "finished", "stopped_on": "2026-11-20",
        "hauled_amount": "3.05", "has_open_incident": False, "applicant": _OURS,
        "uscc": sample.USCC, "legal_person": "孙海", "contact": "王敏",
        "contact_phone": "13800000001", "signer": {"name": "孙海"}, "sign_date": "2026-11-23",
        "commitment": {"agreed": True, "digest": digest_of(words.text.zh)},
    } | changed  # fmt: skip
    for part in writing.form.sections:
        own = {
            one.key: answers.get(one.key, writing.values.get(one.key))
            for one in part.fields
            if answers.get(one.key, writing.values.get(one.key)) is not None
        }
        writing = drafts.save(writing.number, Saving(part.key, own), actor, now)
    if by_people is not None:
        automatic.choose(writing, now, by_people=by_people)
    return writing.number


def filed(people: dict[str, Account], now: datetime = NOW, **changed: object) -> str:
    """A case of a cancellation, as it comes in."""
    draft = cancellation(people, now, **changed)  # type: ignore[arg-type]
    return submit.submit(draft, people["wangmin"].to_actor(), now)


def decided(number: str, now: datetime = NOW) -> str:
    """Have a case checked and looked at, without the papers that follow."""
    registry().handler_of("data_check")({"case": number}, now)
    automatic.look(number, now)
    return number


def work(now: datetime = NOW) -> None:
    """Carry out every job that is ready, as the worker does; none may fail."""
    run_until_empty(registry(), Surroundings("test", lambda: now, lambda: 0.5, threading.Event()))
    assert [job.last_error for job in Job.objects.exclude(last_error="")] == []
