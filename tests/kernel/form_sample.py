# SPDX-License-Identifier: Apache-2.0
"""A form with every kind of field, modelled on the construction-waste application."""

from datetime import date
from decimal import Decimal

from huiban.kernel.form import (
    Check,
    Field,
    FieldKind,
    Form,
    Option,
    Section,
    digest_of,
    fact_schema,
    row_schema,
)
from huiban.kernel.identifier_samples import make_person_id, make_uscc
from huiban.kernel.rule import Criterion, parse
from huiban.kernel.words import Words

TODAY = date(2026, 11, 23)
DIVISIONS = {"370200": "青岛市", "370202": "市南区", "370212": "崂山区", "370212001": "中韩街道"}
PLEDGE = Words("一、按核准的路线运输。\n二、不超载。", "1. Keep to the route.\n2. Do not overload.")


def option(value: str, zh: str, en: str = "") -> Option:
    return Option(value, Words(zh, en))


def field(key: str, kind: FieldKind, zh: str, **more: object) -> Field:
    return Field(key=key, kind=kind, label=Words(zh, key.replace("_", " ")), **more)  # type: ignore[arg-type]


def form_of(*fields: Field, checks: tuple[Check, ...] = ()) -> Form:
    return Form(
        code="small",
        title=Words("小表"),
        sections=(Section(key="only", title=Words("内容"), fields=fields),),
        checks=checks,
    )


_KINDS = (
    option("soil", "工程渣土", "Spoil"),
    option("slurry", "工程泥浆", "Slurry"),
    option("decoration", "装修垃圾", "Decoration waste"),
)
_APPLICANT = (
    field("applicant", FieldKind.TEXT, "单位名称", required=True, max_length=100),
    field("uscc", FieldKind.USCC, "统一社会信用代码", required=True),
    field("legal_id", FieldKind.PERSON_ID, "身份证号", sensitive=True, why=Words("核对身份")),
    field("contact_phone", FieldKind.PHONE, "联系电话", required=True),
    field("apply_date", FieldKind.DATE, "申请日期", required=True, latest="today"),
    field("has_agent", FieldKind.BOOLEAN, "委托他人办理", required=True),
    field("agent_name", FieldKind.TEXT, "代理人", required=True),
)
_VEHICLES = field(
    "vehicles",
    FieldKind.TABLE,
    "车辆",
    min_rows=1,
    max_rows=5,
    columns=(
        field("plate", FieldKind.TEXT, "车牌号", required=True, format="plate"),
        field("load", FieldKind.NUMBER, "核定载质量", required=True, decimals=1, unit="吨"),
        field("seats", FieldKind.NUMBER, "座位数"),
        field("sealed", FieldKind.BOOLEAN, "密闭装置"),
        field("seal_number", FieldKind.TEXT, "密闭装置编号"),
    ),
)
_PROJECT = (
    field("district", FieldKind.DIVISION, "所属区（市）", required=True),
    field("project_address", FieldKind.ADDRESS, "工程地址", required=True),
    field(
        "waste_kind", FieldKind.CHOICE, "建筑垃圾种类", required=True, multiple=True, options=_KINDS
    ),
    field(
        "land",
        FieldKind.CHOICE,
        "土地性质",
        options=(option("collective", "集体所有"), option("state", "国有")),
    ),
    field("amount", FieldKind.NUMBER, "产量", required=True, decimals=2, unit="万吨"),
    field("contract_sum", FieldKind.MONEY, "合同金额", maximum=Decimal("99999999")),
    field("note", FieldKind.TEXT, "备注", multiline=True, max_length=500),
)
_SIGNING = (
    field(
        "contract",
        FieldKind.FILE,
        "运输合同",
        required=True,
        accept=("application/pdf", "image/*"),
        max_bytes=1024 * 1024,
        max_files=2,
    ),
    field("pledge", FieldKind.DECLARATION, "承诺书", required=True, text=PLEDGE),
    field("signer", FieldKind.SIGNATURE, "法定代表人签字", required=True),
)


def _draft(vehicles: Field, applicant: tuple[Field, ...], checks: tuple[Check, ...]) -> Form:
    return Form(
        code="waste",
        title=Words("城市建筑垃圾处置核准申请表", "Construction waste disposal application"),
        sections=(
            Section(key="applicant", title=Words("申请人"), fields=applicant),
            Section(key="project", title=Words("工程概况"), fields=(*_PROJECT, vehicles)),
            Section(key="signing", title=Words("承诺与签署"), fields=_SIGNING),
        ),
        checks=checks,
    )


def waste_form() -> Form:
    """Build the form: conditions are parsed against the facts of the same form without them."""
    bare = _draft(_VEHICLES, _APPLICANT, ())
    schema, rows = fact_schema(bare), row_schema(bare, _VEHICLES)
    asked = {
        "agent_name": {"show_when": parse("has_agent", schema)},
        "seal_number": {
            "show_when": parse("sealed", rows),
            "required_when": parse("sealed and amount > 1", rows),
        },
    }
    vehicles = _with(
        _VEHICLES, columns=tuple(_with(c, **asked.get(c.key, {})) for c in _VEHICLES.columns)
    )
    applicant = tuple(_with(one, **asked.get(one.key, {})) for one in _APPLICANT)
    check = Check(
        Criterion(
            "enough_load",
            Words("运力足够"),
            parse("vehicles_load_sum >= 10", schema),
            "城市建筑垃圾管理规定",
            message=Words(
                "车辆的核定载质量合计不到 10 吨，请补充车辆", "Add vehicles: 10 t are needed"
            ),
        ),
        points_to="vehicles",
    )
    return _draft(vehicles, applicant, (check,))


def _with(one: Field, **more: object) -> Field:
    return Field(**{**vars(one), **more})  # type: ignore[arg-type]


def answers() -> dict[str, object]:
    """Answers as typed that leave nothing to put right."""
    return {
        "applicant": " 青岛海晟置业有限公司 ",
        "uscc": make_uscc("370212", 1),
        "legal_id": make_person_id("370212", date(1980, 5, 1), 1),
        "contact_phone": "１３８ 0532 1234",
        "apply_date": "2026年3月5日",
        "has_agent": "否",
        "district": "崂山区",
        "project_address": {"text": "深圳路 189 号", "lon": "120.46", "lat": "36.1"},
        "waste_kind": ["decoration", "soil"],
        "amount": "0.5",
        "contract_sum": "¥12,600.5",
        "vehicles": [{"plate": "鲁b12345", "load": "15.5", "sealed": "on"}, {}],
        "contract": [{"file": "f1", "name": "合同.pdf", "size": 1000, "media": "application/pdf"}],
        "pledge": {"agreed": "on", "digest": digest_of(PLEDGE.zh)},
        "signer": "张三",
    }
