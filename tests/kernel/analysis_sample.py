# SPDX-License-Identifier: Apache-2.0
"""A small application, three registers, and what they may have answered."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from huiban.kernel.analysis import Analysis, Answer, Dossier, How, Match, RegisterFact
from huiban.kernel.analysis_facts import fact_type
from huiban.kernel.catalogue import Life
from huiban.kernel.form import Field, FieldKind, Form, Lookup, Option, Section, fact_schema
from huiban.kernel.resource import (
    Completeness,
    Consent,
    Item,
    ItemType,
    Level,
    Mode,
    Resource,
    Share,
    Subject,
)
from huiban.kernel.rule import Criterion, FactType, parse
from huiban.kernel.words import Words

TODAY = date(2026, 11, 23)
USCC = "91370212MA0000001X"


def text(key: str, kind: FieldKind = FieldKind.TEXT, **more: Any) -> Field:
    return Field(key=key, kind=kind, label=Words(key), **more)


FORM = Form(
    code="new",
    title=Words("申请表"),
    sections=(
        Section(
            key="all",
            title=Words("全部"),
            fields=(
                text("uscc", FieldKind.USCC),
                text("name"),
                text("legal_person"),
                text("project"),
                text("address", FieldKind.ADDRESS),
                text(
                    "kind",
                    FieldKind.CHOICE,
                    options=(Option("state", Words("国有", "State-owned")),),
                ),
                text("amount", FieldKind.NUMBER, decimals=4),
                text(
                    "vehicles",
                    FieldKind.TABLE,
                    columns=(text("plate"), text("permit"), text("owner")),
                ),
            ),
        ),
    ),
)
VALUES: Mapping[str, object] = {
    "uscc": USCC,
    "name": "青岛海晟置业有限公司",
    "legal_person": "孙海",
    "project": "深圳路停车场",
    "address": {"text": "深圳路189号"},
    "kind": "state",
    "amount": "3.2",
    "vehicles": [
        {"plate": "鲁B12345", "permit": "001", "owner": "甲"},
        {"plate": "鲁B54321", "permit": "002", "owner": "乙"},
    ],
}


def resource(key: str, completeness: Completeness, *items: Item) -> Resource:
    return Resource(
        code="370200-0001", key=key, name=Words(key), about="", category="", level=Level.MUNICIPAL,
        provider="", subject=Subject.ENTERPRISE, keys=(items[0].key,), items=items,
        share=Share.UNCONDITIONAL, basis=(), mode=Mode.API, cycle=timedelta(days=1),
        max_age=timedelta(days=7), completeness=completeness, quota=1, per_second=1, p95=1,
        consent=Consent.NONE, retention=timedelta(days=1), purposes=frozenset(),
    )  # fmt: skip


def item(key: str, kind: ItemType = ItemType.TEXT) -> Item:
    return Item(key, Words(key), kind)


RESOURCES = {
    one.key: one
    for one in (
        resource(
            "registry", Completeness.CLOSED, item("uscc"), item("name"), item("legal_person"),
            item("address"), item("kind"), item("capital", ItemType.DECIMAL),
            item("since", ItemType.DATE), item("project_code"),
        ),
        resource("debtors", Completeness.CLOSED, item("uscc"), item("court"),
                 item("ended", ItemType.DATE)),
        resource("grades", Completeness.OPEN, item("uscc"), item("grade")),
        resource("cars", Completeness.CLOSED, item("plate"), item("permit"),
                 item("until", ItemType.DATE)),
        resource("people", Completeness.CLOSED, item("uscc"), item("owner"), item("permit")),
        resource("plans", Completeness.CLOSED, item("project_code"), item("project"),
                 item("area", ItemType.DECIMAL)),
    )
}  # fmt: skip
LOOKUPS = (
    Lookup("registry", "uscc", "uscc"),
    Lookup("debtors", "uscc", "identity.number"),
    Lookup("grades", "uscc", "uscc"),
    Lookup("cars", "plate", "vehicles.plate"),
    Lookup("people", "uscc", "uscc"),
    Lookup("plans", "project_code", "registry.project_code"),
)
MATCHES = (
    Match("name", "registry", "name"),
    Match("legal_person", "registry", "legal_person"),
    Match("address", "registry", "address"),
    Match("kind", "registry", "kind"),
    Match("vehicles.permit", "cars", "permit"),
    Match("vehicles.permit", "people", "permit", {"owner": "vehicles.owner"}),
    Match("amount", "plans", "area", {"project": "project"}),
)
FACTS = {
    one.name: one
    for one in (
        RegisterFact("capital", How.ITEM, "registry", "capital"),
        RegisterFact("since", How.ITEM, "registry", "since"),
        RegisterFact("is_debtor", How.FOUND, "debtors"),
        RegisterFact("debts", How.COUNT, "debtors"),
        RegisterFact("debt_is_over", How.FILLED, "debtors", "ended"),
        RegisterFact("has_grade", How.FOUND, "grades"),
        RegisterFact("cars_known", How.ALL_FOUND, "cars"),
        RegisterFact("some_car_known", How.ANY_FOUND, "cars"),
        RegisterFact("cars_until", How.LEAST, "cars", "until"),
        RegisterFact("planned", How.FOUND, "plans", key={"project": "project"}),
    )
}
SCHEMA: dict[str, FactType] = fact_schema(FORM) | {
    name: fact_type(one, RESOURCES[one.source]) for name, one in FACTS.items()
}
RULES = {
    "debtor": "not is_debtor",
    "debts": "debts = 0",
    "over": "debt_is_over",
    "grade": "has_grade",
    "no_grade": "not has_grade",
    "capital": "capital >= 100",
    "poor": "capital < 100",
    "since": "since <= as_of - interval '1 year'",
    "cars": "cars_known and cars_until >= as_of",
    "a_car": "some_car_known",
    "no_car": "not some_car_known",
    "planned": "planned",
}
CRITERIA = {
    code: Criterion(code, Words(code), parse(rule, SCHEMA), "法", "examiner")
    for code, rule in RULES.items()
}
ANALYSIS = Analysis(LOOKUPS, MATCHES, FACTS, {Life.NEW: tuple(CRITERIA.values())})


def answer(
    source: str, key: str, *records: Mapping[str, object], state: str = "", days_old: int = 1
) -> Answer:
    return Answer(
        source=source,
        key=key,
        state=state or ("found" if records else "absent"),
        fields=frozenset(one.key for one in RESOURCES[source].items),
        records=records,
        as_of=TODAY - timedelta(days=days_old),
        request=f"{source}-{key}",
    )


def dossier(*answers: Answer, **changed: object) -> Dossier:
    return Dossier(
        form=FORM,
        values={**VALUES, **changed},
        identity={"number": USCC, "name": "青岛海晟置业有限公司"},
        answers={(one.source, one.key): one for one in answers},
        resources=RESOURCES,
        today=TODAY,
    )
