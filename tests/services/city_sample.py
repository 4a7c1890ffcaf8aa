# SPDX-License-Identifier: Apache-2.0
"""A small city for tests: its people, and an application as they would fill it in."""

import io
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from pypdf import PdfWriter

from huiban.kernel.actor import Actor, ActorKind
from huiban.kernel.form import digest_of
from huiban.kernel.identifier_samples import make_person_id, make_uscc
from huiban.services import accounts, city, drafts, files, submit
from huiban.services.accounts import Person
from huiban.services.drafts import Saving
from huiban.store.models import Account

SHANGHAI = ZoneInfo("Asia/Shanghai")
USCC = make_uscc("370212", 1)
PASSWORD = "hai-sheng-2026"


def at(text: str) -> datetime:
    """Return a time of day in Qingdao as the server keeps it: `2026-11-23 09:30`."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


def people() -> dict[str, Account]:
    """Make one account for every part somebody plays in a permit."""
    officer = {"kind": ActorKind.OFFICER, "department": "approval_service", "division": "370200"}
    persons = [
        Person(
            number="wangmin", name="王敏", kind=ActorKind.ENTERPRISE, subject=USCC,
            subject_name="青岛海晟置业有限公司", phone="13800000001",
        ),
        Person(
            number="lihua", name="李华", kind=ActorKind.ENTERPRISE, subject=make_uscc("370202", 2),
            subject_name="青岛通和市政工程有限公司", phone="13800000002",
        ),
        Person(number="zhangqian", name="张倩", roles=("window",), **officer),
        Person(number="liuyang", name="刘洋", roles=("examiner",), **officer),
        Person(number="sunmei", name="孙梅", roles=("examiner", "leader"), **officer),
        Person(number="zhaojianguo", name="赵建国", roles=("leader",), **officer),
        Person(
            number="zhoulei", name="周磊", kind=ActorKind.OFFICER, roles=("traffic",),
            department="traffic_police", division="370200",
        ),
        Person(number="wumin", name="吴敏", roles=("supervisor",), **officer),
        Person(number="sysadmin", name="陈系统", kind=ActorKind.OFFICER, roles=("admin_system",)),
        Person(number="auditor", name="陈审计", kind=ActorKind.OFFICER, roles=("admin_audit",)),
    ]  # fmt: skip
    return {one.number: accounts.make(one, PASSWORD) for one in persons}


def resident() -> Account:
    """Make a resident who acts for nobody but herself."""
    number = make_person_id("370202", date(1962, 5, 17), 0)
    person = Person(
        number="chenjing", name="陈静", kind=ActorKind.PERSON, subject=number, subject_name="陈静"
    )
    return accounts.make(person, PASSWORD)


def values(**changed: object) -> dict[str, object]:
    """Return a complete application for the underground car park, as stored values."""
    item = city.item("construction_waste.new")
    declaration = item.scenario.form_of(item.item).field("commitment")
    assert declaration is not None
    return {
        "apply_date": "2026-11-23",
        "applicant": "青岛海晟置业有限公司",
        "uscc": USCC,
        "legal_person": "孙海",
        "legal_id": make_person_id("370212", date(1980, 3, 7), 1),
        "contact": "王敏",
        "contact_phone": "13800000001",
        "project_name": "崂山区深圳路地下停车场工程",
        "project_address": {"text": "崂山区深圳路189号"},
        "district": "370212",
        "site_area": "12500.50",
        "method": "明挖法，分三层开挖",
        "builder": "青岛海晟置业有限公司",
        "contractor": "青岛海纳建设工程有限公司",
        "uses_road": False,
        "haulers": [
            {
                "trans_name": "青岛海运渣土运输有限公司",
                "trans_uscc": make_uscc("370211", 3),
                "trans_permit": "青建运核2026-0017",
                "trans_contact": "吴刚",
                "trans_phone": "13800000005",
                "trans_contract_no": "HT-2026-018",
            }
        ],
        "vehicles": [
            {"plate": "鲁B12345", "road_permit": "370200000001", "sealed": True, "gps": True},
            {"plate": "鲁BD12345", "road_permit": "370200000002", "sealed": True, "gps": True},
        ],
        "waste_kind": ["spoil", "debris"],
        "waste_amount": "3.2",
        "period_start": "2026-12-01",
        "period_end": "2027-05-31",
        "site_name": "城阳区样例建筑垃圾消纳场",
        "site_capacity": "120",
        "site_left": "35.5",
        "time_window": "9:30—16:30，20:00—22:00",
        "route": "深圳路—辽阳东路—青银高速—春阳路—样例消纳场",
        "land_owner": "state",
        "commitment": {"agreed": True, "digest": digest_of(declaration.text.zh)},
        "signer": {"name": "孙海"},
        "sign_date": "2026-11-23",
    } | changed


def _pdf() -> bytes:
    writer, buffer = PdfWriter(), io.BytesIO()
    writer.add_blank_page(595, 842)
    writer.write(buffer)
    return buffer.getvalue()


PDF = _pdf()


def draft(
    account: Account, now: datetime, *, without: tuple[str, ...] = (), **changed: object
) -> str:
    """Fill in an application section by section and hand in its materials; return its number."""
    return draft_as(account.to_actor(), account, now, without=without, **changed)


def draft_as(
    actor: Actor, account: Account, now: datetime, *, without: tuple[str, ...] = (),
    **changed: object,
) -> str:  # fmt: skip
    """Fill an application in as `draft` does, by somebody who may act for another party."""
    writing = drafts.begin("construction_waste.new", actor, account, now)
    answers = values(**changed)
    for part in writing.form.sections:
        own = {one.key: answers[one.key] for one in part.fields if one.key in answers}
        drafts.save(writing.number, Saving(part.key, own), actor, now)
    for material in writing.item.materials:
        if material.code not in ("application_form", *without):
            upload = files.Upload(PDF, f"{material.name.zh}.pdf")
            files.add_material(writing.number, material.code, upload, actor, now)
    return writing.number


def case(account: Account, now: datetime, **changed: object) -> str:
    """Apply completely and return the number of the case."""
    without = changed.pop("without", ())
    assert isinstance(without, tuple)
    number = draft(account, now, without=without, **changed)
    return submit.submit(number, account.to_actor(), now)
