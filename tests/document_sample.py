# SPDX-License-Identifier: Apache-2.0
"""A construction-waste case with everything its documents may state, for the tests."""

from datetime import date
from decimal import Decimal
from pathlib import Path

from huiban.kernel import document
from huiban.kernel.catalogue import Basis, Item, Remedy
from huiban.kernel.clock import Limit, Unit
from huiban.kernel.form_model import Field, FieldKind, Form, Option, Section
from huiban.kernel.words import Words

PACKS = Path(__file__).resolve().parents[1] / "packs"
DAY = date(2026, 11, 23)
SIGNED_AT = "2026-11-20T09:42:30+08:00"

LETTER = ("document", "case", "item", "applicant", "authority")
GROUPS = {
    "common/documents/receipt.typ": (*LETTER, "contact", "materials", "clocks"),
    "common/documents/acceptance_notice.typ": (*LETTER, "materials", "clocks"),
    "common/documents/correction_notice.typ": (*LETTER, "points", "clocks"),
    "common/documents/non_acceptance.typ": (*LETTER, "decision", "remedies"),
    "common/documents/grant_decision.typ": (*LETTER, "decision", "certificate", "remedies"),
    "common/documents/refusal_decision.typ": (*LETTER, "decision", "remedies"),
    "common/documents/cancellation_decision.typ": (*LETTER, "decision", "certificate", "remedies"),
    "common/documents/extension_notice.typ": (*LETTER, "decision", "clocks"),
    "common/documents/application_form.typ": (*LETTER, "form", "materials"),
    "documents/waste_disposal_permit.typ": (*LETTER, "certificate", "answers", "verification"),
}
TITLES = {
    "receipt": "收件凭证",
    "acceptance_notice": "受理通知书",
    "correction_notice": "补正告知书",
    "non_acceptance": "不予受理决定书",
    "grant_decision": "准予行政许可决定书",
    "refusal_decision": "不予行政许可决定书",
    "cancellation_decision": "注销决定书",
    "extension_notice": "延长办理期限告知书",
    "application_form": "城市建筑垃圾处置核准申请表",
    "waste_disposal_permit": "建筑垃圾处置核准证",
}
OUTCOMES = {
    "non_acceptance": document.Outcome.DECLINED,
    "refusal_decision": document.Outcome.REFUSED,
    "cancellation_decision": document.Outcome.CANCELLED,
    "extension_notice": document.Outcome.EXTENDED,
}
REASONS = (
    "申报产量 4.2 万吨，大于青岛市城阳区夏庄建筑垃圾消纳场受纳余量 3.1 万吨，"
    "不符合《城市建筑垃圾管理规定》第七条和城市建筑垃圾处置核准条件第一项的规定；",
    "所列车辆中有 2 辆没有安装行驶及装卸记录仪，不符合核准条件第六项的规定。",
)


def texts() -> dict[str, str]:
    """This function will read the templates the way a version of the pack holds them."""
    homes = {"common/documents": "common/documents", "construction_waste/documents": "documents"}
    return {
        f"{prefix}/{path.name}": path.read_text(encoding="utf-8")
        for folder, prefix in homes.items()
        for path in sorted((PACKS / folder).glob("*.typ"))
    }


def item() -> Item:
    return Item(
        code="construction_waste.new",
        name=Words("城市建筑垃圾处置核准"),
        basis=(
            Basis("国务院对确需保留的行政审批项目设定行政许可的决定", "附件第101项"),
            Basis("城市建筑垃圾管理规定", "第七条"),
        ),
        statutory=Limit(20, Unit.WORK_DAY),
        committed=Limit(1, Unit.WORK_DAY),
        remedies=(
            Remedy(
                Words("行政复议"), Words("青岛市人民政府"), Words("自知道该行政行为之日起六十日内")
            ),
            Remedy(Words("行政诉讼"), Words("有管辖权的人民法院")),
        ),
    )


def facts(name: str, **changes: object) -> document.Facts:
    """This function will give all facts for the document of a template name."""
    known: dict[str, object] = {
        "document": document.Head(
            title=TITLES[name], dated=DAY, number="青审建废准〔2026〕00012号", signers=("leader",)
        ),
        "case": document.CaseFacts(
            number="370200-2026-1123-000012",
            filed_on=date(2026, 11, 20),
            accepted_on=date(2026, 11, 23),
            channel="网上",
            clerk="李晓燕",
        ),
        "item": item(),
        "applicant": document.Party(
            name="青岛海纳建设工程有限公司",
            number="91370200MA3C5QXW0H",
            representative="孙立军",
            contact="周敏",
            phone="0532-80000321",
            address="青岛市崂山区样例路 18 号",
        ),
        "authority": document.Office(
            name="青岛市行政审批服务局",
            unit="城市管理审批处",
            address="青岛市崂山区样例路 1 号市民中心二楼 A 区",
            phone="0532-80000102",
            complaint_phone="0532-80000103",
        ),
        "materials": materials(),
        "clocks": (
            document.ClockLine(
                title="法定办结时限",
                limit=Limit(20, Unit.WORK_DAY),
                due_on=date(2026, 12, 21),
                basis="《中华人民共和国行政许可法》第四十二条",
            ),
            document.ClockLine(
                title="承诺办结时限", limit=Limit(1, Unit.WORK_DAY), due_on=date(2026, 11, 24)
            ),
        ),
        "points": (
            document.Point(
                about="建筑垃圾运输、处置合同",
                fault="与青岛顺达渣土运输有限公司的合同缺少乙方盖章页。",
                cure="补传双方盖章的完整合同（PDF）。",
                basis="核准条件第一项",
            ),
            document.Point(
                about="运输车辆第 2 行 车牌号",
                fault="车牌“鲁B1234”少一位，查不到营运信息。",
                cure="核对行驶证后改正。",
            ),
        ),
        "decision": document.Decision(
            outcome=OUTCOMES.get(name, document.Outcome.GRANTED),
            reasons=REASONS if name != "grant_decision" else (),
            extension=Limit(10, Unit.WORK_DAY) if name == "extension_notice" else None,
        ),
        "certificate": document.CertificateFacts(
            name="建筑垃圾处置核准证",
            number="青建废核〔2026〕370212-00012",
            valid_from=date(2026, 11, 24),
            valid_until=date(2027, 5, 23),
        ),
        "answers": answers(),
        "verification": document.Verification(
            code="7QXM-4KTD-92PA", url="https://huiban.example/verify/7QXM-4KTD-92PA"
        ),
    }
    return document.Facts(**(known | changes))  # type: ignore[arg-type]


def data(template: str, **changes: object) -> dict[str, object]:
    """This function will give the data of a template, composed as a service would."""
    name = template.rpartition("/")[2].removesuffix(".typ")
    return document.compose(GROUPS[template], facts(name, **changes))


def materials() -> tuple[document.Handed, ...]:
    names = (
        ("城市建筑垃圾产生核准申请表", "在线填写", 1, ""),
        ("建筑垃圾运输、处置合同", "电子", 3, ""),
        ("法定代表人（机构负责人）身份证", "电子证照", 1, "免提交，已调取电子证照"),
        ("防止环境污染和控制突发事件的应急预案", "电子", 1, ""),
        ("处置设施名称、业主单位受纳情况清单（含接收量、受纳余量）", "电子", 1, ""),
        ("受纳地县级以上行政主管部门意见", "部门协同", 1, "免提交，由本机关取得"),
        ("分类处置和回收利用方案", "电子", 1, ""),
    )
    return tuple(
        document.Handed(name=name, form=form, count=count, note=note)
        for name, form, count, note in names
    )


def answers(vehicles: int = 12, **values: object) -> document.Answers:
    filled = {
        "applicant": "青岛海纳建设工程有限公司",
        "uscc": "91370200MA3C5QXW0H",
        "legal_person": "孙立军",
        "contact": "周敏",
        "contact_phone": "0532-80000321",
        "project_name": "青岛市城阳区流亭街道样例小区三期（地下车库及附属工程）",
        "project_address": {
            "text": "青岛市城阳区样例路与示范路交叉口西北侧",
            "lon": None,
            "lat": None,
        },
        "district": "370214",
        "builder": "青岛海纳置业有限公司",
        "contractor": "青岛海纳建设工程有限公司",
        "waste_kind": ["spoil", "debris"],
        "waste_amount": "4.2",
        "period_start": "2026-11-24",
        "period_end": "2027-05-23",
        "site_name": "青岛市城阳区夏庄建筑垃圾消纳场",
        "time_window": "9:30—16:30，20:00—22:00",
        "route": "工地出口—样例路—双元路—正阳中路—夏庄路—消纳场北门；空车沿原路返回，"
        "避开正阳路小学路段。",
        "vehicles": [
            {
                "plate": f"鲁B{10000 + number}",
                "road_permit": f"3702{number:08}",
                "sealed": True,
                "gps": number % 7 != 3,
            }
            for number in range(vehicles)
        ],
        "haulers": [
            {
                "trans_name": "青岛顺达渣土运输有限公司",
                "trans_uscc": "91370214MA3D8K2L6P",
                "trans_permit": "青建废运〔2026〕0031",
                "trans_contact": "刘洋",
                "trans_phone": "0532-80000555",
            },
            {
                "trans_name": "青岛北岸物流有限公司",
                "trans_uscc": "91370213MA3E1M7Q2T",
                "trans_permit": "青建废运〔2026〕0107",
                "trans_contact": "郑凯",
                "trans_phone": "0532-80000777",
            },
        ],
        "commitment": {"agreed": True, "digest": "9f2b" * 16, "at": "2026-11-20T09:41:00+08:00"},
        "signer": {
            "name": "孙立军",
            "at": SIGNED_AT,
            "strokes": [
                [[10, 60, 0], [40, 20, 20], [60, 80, 40], [90, 30, 60], [130, 70, 90]],
                [[120, 20, 120], [150, 60, 140], [190, 25, 160], [240, 75, 190], [300, 40, 220]],
            ],
        },
    }
    return document.Answers(
        form=form(),
        values=filled | values,
        as_of=DAY,
        divisions={"370214": "青岛市城阳区", "370212": "青岛市崂山区"},
    )


def placeholders(form: Form) -> dict[str, object]:
    """This function will fill any form so that each answer printed names its field."""
    return {one.key: _placeholder(one) for one in form.fields()}


def _placeholder(one: Field) -> object:
    known: dict[FieldKind, object] = {
        FieldKind.NUMBER: "12.5",
        FieldKind.MONEY: "12600.50",
        FieldKind.DATE: "2026-11-24",
        FieldKind.BOOLEAN: True,
        FieldKind.CHOICE: [option.value for option in one.options[:2]],
        FieldKind.DIVISION: "370214",
        FieldKind.ADDRESS: {"text": f"〔{one.label}〕", "lon": None, "lat": None},
        FieldKind.FILE: [{"file": "1", "name": f"〔{one.label}〕.pdf", "size": 1, "media": ""}],
        FieldKind.TABLE: [{column.key: _placeholder(column) for column in one.columns}] * 3,
        FieldKind.DECLARATION: {"agreed": True, "digest": "9f2b" * 16, "at": SIGNED_AT},
        FieldKind.SIGNATURE: {"name": "〔签名人〕", "at": SIGNED_AT, "strokes": None},
    }
    return known.get(one.kind, f"〔{one.label}〕")


def form() -> Form:
    return Form(
        code="new",
        title=Words("城市建筑垃圾处置核准申请表"),
        sections=(_applicant(), _project(), _haulage(), _disposal(), _commitment()),
    )


def _applicant() -> Section:
    fields = (
        _text("applicant", "单位名称（建设或施工单位）"),
        Field(key="uscc", label=Words("统一社会信用代码"), kind=FieldKind.USCC),
        _text("legal_person", "法定代表人"),
        _text("contact", "联系人"),
        Field(key="contact_phone", label=Words("联系电话"), kind=FieldKind.PHONE, sensitive=True),
    )
    return Section(key="applicant", title=Words("申请人"), fields=fields)


def _project() -> Section:
    fields = (
        _text("project_name", "工程项目名称"),
        Field(key="project_address", label=Words("工程地址"), kind=FieldKind.ADDRESS),
        Field(key="district", label=Words("所属区（市）"), kind=FieldKind.DIVISION),
        Field(key="site_area", label=Words("项目占地面积"), kind=FieldKind.NUMBER, unit="㎡"),
        _text("builder", "建设单位"),
        _text("contractor", "施工单位"),
    )
    return Section(key="project", title=Words("工程概况"), fields=fields)


def _haulage() -> Section:
    haulers = Field(
        key="haulers",
        label=Words("运输单位"),
        kind=FieldKind.TABLE,
        columns=(
            _text("trans_name", "运输单位名称"),
            Field(key="trans_uscc", label=Words("统一社会信用代码"), kind=FieldKind.USCC),
            _text("trans_permit", "建筑垃圾运输核准证号"),
            _text("trans_contact", "联系人"),
            Field(key="trans_phone", label=Words("联系电话"), kind=FieldKind.PHONE, sensitive=True),
            _text("trans_contract_no", "运输合同编号"),
        ),
    )
    vehicles = Field(
        key="vehicles",
        label=Words("运输车辆"),
        kind=FieldKind.TABLE,
        columns=(
            _text("plate", "车牌号"),
            _text("road_permit", "道路运输证号"),
            Field(key="sealed", label=Words("密闭装置"), kind=FieldKind.BOOLEAN),
            Field(key="gps", label=Words("行驶及装卸记录仪"), kind=FieldKind.BOOLEAN),
        ),
    )
    return Section(key="haulage", title=Words("运输单位和车辆"), fields=(haulers, vehicles))


def _disposal() -> Section:
    kinds = (Option("spoil", Words("工程渣土")), Option("debris", Words("工程垃圾")))
    fields = (
        Field(
            key="waste_kind",
            label=Words("建筑垃圾种类"),
            kind=FieldKind.CHOICE,
            multiple=True,
            options=kinds,
        ),
        Field(
            key="waste_amount",
            label=Words("产量"),
            kind=FieldKind.NUMBER,
            unit="万吨",
            decimals=4,
            maximum=Decimal(10000),
        ),
        Field(key="period_start", label=Words("产生周期起"), kind=FieldKind.DATE),
        Field(key="period_end", label=Words("产生周期止"), kind=FieldKind.DATE),
        _text("site_name", "处置（消纳）单位"),
        _text("time_window", "运输时段"),
        Field(key="route", label=Words("运输路线"), kind=FieldKind.TEXT, multiline=True),
    )
    return Section(key="disposal", title=Words("处置情况"), fields=fields)


def _commitment() -> Section:
    text = "本单位郑重承诺：\n" + "\n".join(
        f"{number}、所填内容和所交材料真实、完整、有效，与实际情况一致；如有不实，愿意承担法律责任。"
        for number in "一二三四五六七八九十"
    )
    declaration = Field(
        key="commitment",
        label=Words("城市建筑垃圾处置承诺书（十条）"),
        kind=FieldKind.DECLARATION,
        text=Words(text),
    )
    signature = Field(
        key="signer", label=Words("法定代表人（委托代理人）签字"), kind=FieldKind.SIGNATURE
    )
    return Section(key="commitment", title=Words("承诺与签署"), fields=(declaration, signature))


def _text(key: str, label: str) -> Field:
    return Field(key=key, label=Words(label), kind=FieldKind.TEXT)
