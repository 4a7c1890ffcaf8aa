# SPDX-License-Identifier: Apache-2.0
"""Invented fields and values that show every kind of question in the gallery."""

from datetime import date
from decimal import Decimal
from typing import Any

from huiban.kernel.form import (
    Field,
    FieldKind,
    FieldProblem,
    Form,
    Option,
    Section,
    Values,
    fact_schema,
)
from huiban.kernel.rule import parse
from huiban.kernel.words import Words
from huiban.web.field_model import Candidate, FormState, GivenState

TODAY = date(2026, 11, 23)
DIVISIONS = {
    "370202": "市南区",
    "370202001": "香港中路街道",
    "370202002": "八大峡街道",
    "370212": "崂山区",
    "370212001": "中韩街道",
    "370212002": "沙子口街道",
    "370213": "李沧区",
    "370213001": "振华路街道",
}
_KINDS = ("工程渣土", "工程泥浆", "工程垃圾", "拆除垃圾", "装修垃圾")
_HOURS = (
    *("00:00–06:00", "06:00–07:00", "09:00–11:30", "13:30–16:30"),
    *("19:30–22:00", "22:00–24:00", "全天"),
)


def _asked(key: str, zh: str, en: str, kind: FieldKind, **more: Any) -> Field:
    return Field(key=key, label=Words(zh, en), kind=kind, **more)


def _options(values: tuple[str, ...]) -> tuple[Option, ...]:
    return tuple(Option(f"o{n}", Words(one)) for n, one in enumerate(values))


def _form(fields: tuple[Field, ...]) -> Form:
    title = Words("工程概况", "The works")
    return Form(
        code="sample", title=title, sections=(Section(key="sample", title=title, fields=fields),)
    )


_VEHICLES = (
    _asked("plate", "车牌号", "Plate", FieldKind.TEXT, required=True, format="plate"),
    _asked("load", "核定载质量", "Rated load", FieldKind.NUMBER, unit="吨", decimals=1),
    _asked("sealed", "密闭装置", "Sealed", FieldKind.BOOLEAN, required=True),
    _asked("checked_on", "年检到期", "Inspected until", FieldKind.DATE),
)
_PROMISE = Words(
    "本单位承诺：\n一、所填内容真实、准确，愿意承担相应法律责任。\n"
    "二、按核准的时间、路线、处置地点运输和处置，不超载、不遗撒。\n"
    "三、使用密闭运输车辆，行驶及装卸记录仪保持在线。\n"
    "四、工地出入口硬化，车辆冲洗干净后上路。\n"
    "五、处置完成后十日内报送处置台账。",
    "We promise:\n1. What we state is true and accurate.\n"
    "2. We haul and dispose at the approved times, routes and places.\n"
    "3. Vehicles are sealed and their recorders stay on line.",
)

_BASE = (
    _asked(
        *("project", "工程项目名称", "Project name"),
        FieldKind.TEXT,
        required=True,
        why=Words("与施工许可证一致，写在核准证上。", "Printed on the permit."),
    ),
    _asked(
        *("method", "施工方式说明", "How the works are done"),
        FieldKind.TEXT,
        multiline=True,
        max_length=500,
        hint=Words("例如：放坡开挖，夜间外运", "For example: open cut, hauling at night"),
    ),
    _asked(
        *("amount", "预计产生建筑垃圾总量", "Expected waste"),
        FieldKind.NUMBER,
        required=True,
        unit="立方米",
        maximum=Decimal(10_000_000),
        why=Words("用于核对运输车辆和受纳场余量", "Checked against vehicles and the site"),
    ),
    _asked("contract_yuan", "运输合同金额", "Contract amount", FieldKind.MONEY, required=True),
    _asked(
        *("starts_on", "开始外运日期", "Hauling starts on"),
        FieldKind.DATE,
        required=True,
        earliest="today",
    ),
    _asked("uses_road", "是否占用道路", "Is a road occupied?", FieldKind.BOOLEAN, required=True),
    _asked(
        *("land", "消纳场土地性质", "Land of the site"),
        FieldKind.CHOICE,
        options=(
            Option("state", Words("国有", "State-owned")),
            Option("collective", Words("集体所有", "Collective")),
        ),
    ),
    _asked(
        *("kinds", "建筑垃圾种类", "Kinds of waste"),
        FieldKind.CHOICE,
        required=True,
        multiple=True,
        options=_options(_KINDS),
    ),
    _asked("hours", "运输时段", "Hours of hauling", FieldKind.CHOICE, options=_options(_HOURS)),
    _asked("district", "所属街道", "Sub-district", FieldKind.DIVISION, required=True),
    _asked("site", "消纳场地址", "Address of the site", FieldKind.ADDRESS, required=True),
    _asked("uscc", "统一社会信用代码", "Unified social credit code", FieldKind.USCC),
    _asked("legal_id", "法定代表人身份证号", "Person number", FieldKind.PERSON_ID, sensitive=True),
    _asked("phone", "联系电话", "Phone", FieldKind.PHONE, required=True),
    _asked(
        *("contract", "建筑垃圾运输、处置合同", "Hauling contract"),
        FieldKind.FILE,
        required=True,
        accept=("application/pdf", "image/*"),
        max_files=5,
        why=Words("核对运输单位、起止时间和处置地点。", "To check hauler, dates and place."),
    ),
    _asked(
        *("vehicles", "运输车辆", "Vehicles"),
        FieldKind.TABLE,
        required=True,
        columns=_VEHICLES,
    ),
    _asked(
        "promise",
        "处置承诺书",
        "Commitment",
        FieldKind.DECLARATION,
        required=True,
        text=_PROMISE,
    ),
    _asked("signer", "法定代表人签字", "Legal representative", FieldKind.SIGNATURE, required=True),
)
_SCHEMA = fact_schema(_form(_BASE))
_DEPENDENT = (
    _asked(
        *("road_permit", "占道许可编号", "Road permit number"),
        FieldKind.TEXT,
        show_when=parse("uses_road", _SCHEMA),
        required_when=parse("amount > 10000", _SCHEMA),
        why=Words("占用道路时才要填。", "Only asked when a road is occupied."),
    ),
    _asked(
        *("convoy", "车队负责人", "Head of the convoy"),
        FieldKind.TEXT,
        show_when=parse("vehicles_count > 2 or contract_yuan > 1000000", _SCHEMA),
    ),
)
_CHAINED = _asked(
    *("road_reason", "没有占道许可的原因", "Why there is no road permit"),
    FieldKind.TEXT,
    show_when=parse("road_permit = '无'", fact_schema(_form(_DEPENDENT))),
)
FORM = _form((*_BASE, *_DEPENDENT, _CHAINED))
FIELDS = FORM.sections[0]

VALUES: Values = {
    "project": "崂山区深圳路地下停车场工程",
    "amount": 12600,
    "contract_yuan": "386000.50",
    "starts_on": "2026-12-01",
    "uses_road": False,
    "land": "state",
    "kinds": ["o0", "o2"],
    "district": "370212001",
    "site": {"text": "即墨区鳌山卫街道大任村北", "lon": "120.62841", "lat": "36.36522"},
    "uscc": "91370212MA3C00001X",
    "legal_id": "370212198001010013",
    "phone": "13805320001",
    "contract": [
        {
            "file": "a1",
            "name": "建筑垃圾运输合同.pdf",
            "size": 1_843_000,
            "media": "application/pdf",
        },
    ],
    "vehicles": [
        {"plate": "鲁B12345", "load": "15.5", "sealed": True, "checked_on": "2027-03-01"},
        {"plate": "鲁BD8806", "load": "12.0", "sealed": False},
    ],
}
_ORIGIN = {
    "source": "history",
    "zh": "施工许可证",
    "en": "Construction permit",
    "as_of": "2026-09-15",
    "reference": "370212202609150101",
}
CONFLICT = {
    "site": (
        Candidate(
            "崂山区深圳路 189 号",
            "崂山区深圳路 189 号",
            Words("自然资源和规划局", "Planning bureau"),
            date(2026, 6, 2),
        ),
        Candidate(
            "崂山区深圳路 187 号",
            "崂山区深圳路 187 号",
            Words("住建局施工许可", "Construction permit"),
            date(2026, 9, 15),
        ),
    )
}
PROBLEMS = tuple(
    FieldProblem(path, "bad", Words(zh, en), "sample")
    for path, zh, en in (
        ("project", "请填写工程项目名称", "Enter “Project name”"),
        (
            "amount",
            "预计产生建筑垃圾总量“一万多”看不出是多少，请写数字，例如 12600",
            "Write “Expected waste” as a number, for example 12600",
        ),
        ("starts_on", "开始外运日期不能早于今天", "“Hauling starts on” cannot be before today"),
        ("uses_road", "请选择是否占用道路", "Choose “Is a road occupied?”"),
        ("kinds", "请选择建筑垃圾种类", "Choose “Kinds of waste”"),
        ("district", "请选择所属街道", "Choose “Sub-district”"),
        ("site", "请填写消纳场地址", "Enter “Address of the site”"),
        ("uscc", "第 18 位校验码不对，请对照营业执照核对", "The check digit is wrong"),
        ("contract", "请上传建筑垃圾运输、处置合同", "Upload “Hauling contract”"),
        (
            "vehicles.1.plate",
            "第 2 行：“鲁B1”不是车牌号的写法，请按这样填写：鲁B12345",
            "Row 2: “鲁B1” is not a valid number plate",
        ),
        ("promise", "请阅读并同意处置承诺书", "Read and agree to “Commitment”"),
        ("signer", "请签署法定代表人签字", "Sign “Legal representative”"),
    )
)


def filled(language: str) -> FormState:
    return FormState(
        values=VALUES,
        language=language,
        divisions=DIVISIONS,
        today=TODAY,
        upload_url="/design/file",
    )


def given(language: str) -> FormState:
    """Prefilled, with one value locked by a renewal and one that two sources dispute."""
    return FormState(
        values=VALUES,
        language=language,
        divisions=DIVISIONS,
        today=TODAY,
        origins=dict.fromkeys(("project", "amount", "district", "uscc", "legal_id"), _ORIGIN),
        given=GivenState(candidates=CONFLICT),
    )


def faulty(language: str) -> FormState:
    typed = {"amount": "一万多", "starts_on": "2020-1-1", "uscc": "91370212MA3C00001Y"}
    rows = [{"plate": "鲁B12345"}, {}]
    values = {key: one for key, one in VALUES.items() if key in ("method", "phone")}
    return FormState(
        values=values | {"vehicles": rows},
        typed=typed | {"vehicles.1.plate": "鲁B1"},
        problems=PROBLEMS,
        language=language,
        divisions=DIVISIONS,
        today=TODAY,
    )
