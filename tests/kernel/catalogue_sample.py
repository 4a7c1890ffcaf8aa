# SPDX-License-Identifier: Apache-2.0
"""A clean service item, modelled on the construction-waste approval."""

from datetime import date
from decimal import Decimal

from huiban.kernel.catalogue import (
    Authority,
    Basis,
    Channel,
    Charge,
    Faq,
    Fee,
    Item,
    Level,
    Material,
    MaterialForm,
    Need,
    Place,
    Reach,
    Remedy,
    Result,
    ResultKind,
    ServiceObject,
    SourceKind,
    SpecialKind,
    SpecialProcedure,
    Step,
    Theme,
)
from huiban.kernel.clock import Limit
from huiban.kernel.identifier_samples import make_uscc
from huiban.kernel.rule import FactKind, FactType, parse
from huiban.kernel.words import Words

SCHEMA = {"uses_road": FactType(FactKind.BOOLEAN), "site_area": FactType(FactKind.DECIMAL)}
USCC = make_uscc("370200", 1)
BASIC = "000117000101"
TASK = f"{USCC}3{BASIC}"
LAW = Basis(
    "行政许可法", "第三十二条", "行政机关对申请人提出的行政许可申请……", "https://flk.npc.gov.cn"
)


def words(text: str) -> Words:
    return Words(text)


def materials() -> tuple[Material, ...]:
    return (
        Material(code="form", name=words("申请表"), originals=1, basis="第一项"),
        Material(
            code="identity",
            name=words("身份证"),
            copies=1,
            source=SourceKind.GOVERNMENT,
            issuer=words("公安机关"),
            basis="第二项",
            waived_by=("identity_card",),
            accept=("image/*",),
            max_files=2,
        ),
        Material(
            code="road",
            name=words("占道许可"),
            need=Need.CONDITIONAL,
            when=parse("uses_road and site_area > 300", SCHEMA),
            form=MaterialForm.PAPER,
            basis="第三项",
            hint=words("占用道路的，交这一份。"),
        ),
        Material(
            code="plan",
            name=words("应急预案"),
            need=Need.DEFERRABLE,
            supply_within=Limit.parse("10 work_days"),
            basis="第四项",
        ),
    )


def clean_item() -> Item:
    return Item(
        code="waste.new",
        name=words("城市建筑垃圾处置核准"),
        basic_code=BASIC,
        task_code=TASK,
        handle_code=f"{TASK}01",
        basis=(LAW,),
        authority=Authority(words("市行政审批服务局"), USCC),
        joint_authorities=(Authority(words("市城市管理局"), USCC),),
        undertaker=Authority(words("建设工程处"), USCC),
        level=Level.CITY,
        powers=words("市级办理跨区的核准。"),
        exercised=(words("核准产生"), words("核准处置")),
        divisions=("370200",),
        reach=Reach.COUNTIES,
        service_objects=(ServiceObject.ENTERPRISE, ServiceObject.INSTITUTION),
        themes=(Theme("150", words("工程建设"), ServiceObject.ENTERPRISE),),
        audience=words("要往外运渣土的工地。"),
        aliases=("渣土证",),
        statutory=Limit.parse("20 work_days"),
        committed=Limit.parse("1 work_day"),
        conditions=(words("依法登记。"), words("已签运输合同，\n并盖章。")),
        steps=tuple(
            Step(words(name), stage, words("经办人"))
            for name, stage in (
                ("受理", "accept"),
                ("审核", "examine"),
                ("审批", "decide"),
                ("办结", "close"),
                ("送达", "deliver"),
            )
        ),
        special_procedures=(
            SpecialProcedure(words("专家评审"), SpecialKind.EXCLUDED, basis="第四十五条"),
        ),
        materials=materials(),
        fee=Fee((LAW,), (Charge(words("工本费"), words("每证 10 元"), Decimal("10.00")),)),
        takes_online_payment=True,
        quantity_limit=words("无"),
        results=(
            Result(
                words("处置核准证（电子）"), ResultKind.CERTIFICATE, "waste_permit", "sample.pdf"
            ),
        ),
        channels=(Channel.WINDOW, Channel.WEB, Channel.KIOSK),
        online_address="/items/waste.new",
        system_level=Level.CITY,
        places=(Place(words("市民中心"), words("样例路 1 号"), words("9:00—17:00")),),
        consult_phone="0532-85911234",
        complaint_phone="0532-85911235",
        faqs=(Faq(words("能提前申请吗？"), words("能。")),),
        remedies=(
            Remedy(words("行政复议"), words("市政府"), words("六十日内")),
            Remedy(words("行政诉讼"), words("人民法院"), words("六个月内")),
        ),
        effective_on=date(2026, 1, 1),
        form="new",
        process="main",
    )
