# SPDX-License-Identifier: Apache-2.0
"""Layouts kept for the report: they are scored, and nobody looks at where they fail."""

from collections.abc import Mapping
from datetime import date
from random import Random

from PIL import Image

from benchmarks.papers.invented import Truth, capital, spoken
from benchmarks.papers.layouts_development import (
    Layout,
    capital_wan,
    colons,
    dotted,
    period,
    rows,
    spoken_of,
    until,
)
from benchmarks.papers.sheet import Sheet


def licence_kai(truth: Truth, random: Random) -> Image.Image:
    """Landscape; the values in a brush face, the place above the dates."""
    sheet = Sheet((1754, 1240), "song", (250, 249, 240))
    sheet.frame((30, 30, 1724, 1210), 4)
    sheet.frame((48, 48, 1706, 1192), 2)
    sheet.title(110, "营业执照", 96, face="kai", gap=60)
    sheet.put((1180, 270), "统一社会信用代码", 28)
    sheet.put((1180, 310), str(truth["uscc"]), 32, face="hei")
    y = 400.0
    for label, value in [
        ("名称", truth["name"]),
        ("法定代表人", truth["legal_person"]),
        ("经营范围", truth["scope"]),
    ]:
        sheet.spread((120, y), label, 30, 165)
        y = sheet.block((320, y), str(value), 31, 560, face="kai") + 26
    y = 400.0
    for label, value in [
        ("注册资本", f"人民币{capital_wan(truth)}万元整"),
        ("住所", truth["address"]),
        ("成立日期", spoken_of(truth["established_on"])),
        ("营业期限", f"自{until(truth['valid_from'])}至{until(truth['valid_until'])}"),
    ]:
        sheet.spread((960, y), label, 30, 135)
        y = sheet.block((1120, y), str(value), 31, 520, face="kai") + 26
    sheet.put((1150, 1010), "登记机关", 32)
    sheet.seal((1420, 1030), 125, "青岛市黄岛区行政审批服务局")
    return sheet.image


def licence_hei(truth: Truth, random: Random) -> Image.Image:
    """Portrait, `label：value`, the number under the title."""
    sheet = Sheet((1240, 1754), "micro", (255, 254, 250))
    sheet.title(140, "营业执照", 88, face="hei", gap=30)
    sheet.title(270, f"统一社会信用代码 {truth['uscc']}", 28)
    colons(
        sheet,
        (140, 400),
        [
            ("名称", str(truth["name"])),
            ("类型", "股份有限公司"),
            ("营业场所", str(truth["address"])),
            ("负责人", str(truth["legal_person"])),
            ("注册资本", f"{int(truth['capital']) // 10000}万元"),  # type: ignore[call-overload]
            ("成立日期", spoken_of(truth["established_on"])),
            ("经营期限", period(truth)),
            ("经营范围", str(truth["scope"])),
        ],
        32,
        940,
    )
    sheet.seal((900, 1480), 120, "青岛市市南区市场监督管理局")
    return sheet.image


def id_front_kai(truth: Truth, random: Random) -> Image.Image:
    sheet = Sheet((1050, 662), "hei", (232, 236, 228))
    birth = truth["birth"]
    assert isinstance(birth, date)
    color = (40, 100, 150)
    for y, label in ((60, "姓名"), (140, "性别"), (218, "出生"), (296, "住址")):
        sheet.put((70, y), label, 30, color=color)
    sheet.put((180, 56), str(truth["name"]), 38, face="kai")
    sheet.put((180, 138), str(truth["sex"]), 34, face="kai")
    sheet.put((300, 140), "民族", 30, color=color)
    sheet.put((390, 138), "汉", 34, face="kai")
    sheet.put((180, 216), f"{birth.year} 年 {birth.month} 月 {birth.day} 日", 34)
    sheet.block((180, 294), str(truth["address"]), 34, 430)
    sheet.put((70, 560), "公民身份号码", 32, color=color)
    sheet.put((350, 554), str(truth["id_number"]), 44)
    sheet.portrait((740, 80, 970, 400), random)
    return sheet.image


def id_front_copy(truth: Truth, random: Random) -> Image.Image:
    """A black-and-white copy of the card on a sheet."""
    card = id_front_kai(truth, random).convert("L").convert("RGB")
    sheet = Sheet((1240, 1000), "song", (255, 255, 255))
    sheet.image.paste(card.resize((945, 596)), (150, 180))
    return sheet.image


def id_back_hei(truth: Truth, random: Random) -> Image.Image:
    sheet = Sheet((1050, 662), "hei", (234, 238, 232))
    sheet.draw.ellipse((80, 60, 250, 230), fill=(180, 50, 45))
    sheet.put((330, 80), "中华人民共和国", 58)
    sheet.put((330, 175), "居民身份证", 84)
    sheet.put((200, 470), f"签发机关  {truth['issuer']}", 34)
    sheet.put(
        (200, 550), f"有效期限  {dotted(truth['valid_from'])}-{dotted(truth['valid_until'])}", 34
    )
    return sheet.image


def id_back_copy(truth: Truth, random: Random) -> Image.Image:
    card = id_back_hei(truth, random).convert("L").convert("RGB")
    sheet = Sheet((1240, 1000), "song", (255, 255, 255))
    sheet.image.paste(card.resize((945, 596)), (150, 180))
    return sheet.image


def contract_clauses(truth: Truth, random: Random) -> Image.Image:
    """Addresses under the parties, the money and the quantity inside sentences."""
    sheet = Sheet((1240, 1754), "song", (255, 255, 255))
    sheet.title(110, "建筑渣土运输合同", 52, face="hei")
    sheet.put((120, 210), f"编号：{truth['number']}", 26)
    y = colons(
        sheet,
        (120, 270),
        [
            ("甲方", str(truth["party_a"])),
            ("地址", "青岛市市北区山东路22号"),
            ("乙方", str(truth["party_b"])),
            ("地址", "青岛市城阳区明阳路5号"),
        ],
        28,
        1000,
    )
    text = (
        f"    根据《中华人民共和国民法典》，甲方将{truth['project']}的渣土交乙方运输，约定如下：\n"
        f"第一条 工程名称：{truth['project']}\n"
        f"第二条 数量：{truth['quantity']}立方米。\n"
        f"第三条 合同总金额：¥{truth['amount']:,}元（大写：{capital(truth['amount'])}）。\n"  # type: ignore[arg-type]
        f"第四条 本合同有效期自{until(truth['valid_from'])}至{until(truth['valid_until'])}。\n"
        "第五条 乙方投入下列车辆，未经甲方同意不得更换：\n"
        f"{' '.join(truth['plates'])}\n"  # type: ignore[arg-type]
        "第六条 乙方应当按照核准的路线、时间运输，随车携带核准文件。\n"
    )
    y = sheet.block((120, y + 20), text, 28, 1000, leading=1.65)
    sheet.put((120, y + 70), "甲方（签章）：", 28)
    sheet.put((680, y + 70), "乙方（签章）：", 28)
    sheet.put((120, y + 170), f"签订日期：{spoken_of(truth['signed_on'])}", 28)
    sheet.seal((340, y + 100), 115, str(truth["party_a"])[:16])
    sheet.seal((880, y + 100), 115, str(truth["party_b"])[:16])
    return sheet.image


def contract_form(truth: Truth, random: Random) -> Image.Image:
    """A form with ruled cells, the vehicles in a table of their own."""
    sheet = Sheet((1240, 1754), "hei", (254, 254, 252))
    sheet.title(90, "建筑垃圾处置合同书", 50)
    pairs = [
        ("合同编号", truth["number"]),
        ("委托方", truth["party_a"]),
        ("受托方", truth["party_b"]),
        ("工程名称", truth["project"]),
        ("处置量", f"{truth['quantity']} m³"),
        ("合同金额", f"{truth['amount']:,}.00 元"),
        ("合同期限", f"{dotted(truth['valid_from'])}-{dotted(truth['valid_until'])}"),
        ("签订日期", f"{truth['signed_on']:%Y-%m-%d}"),
    ]
    y = 200
    for label, value in pairs:
        sheet.frame((100, y, 320, y + 62))
        sheet.frame((320, y, 1140, y + 62))
        sheet.spread((120, y + 15), label, 27, 170)
        sheet.put((340, y + 15), str(value), 27)
        y += 62
    y += 30
    for left, word in ((100, "序号"), (260, "车牌号"), (700, "备注")):
        sheet.put((left + 20, y + 12), word, 26)
    for at, one in enumerate(truth["plates"], 1):  # type: ignore[var-annotated, arg-type]
        sheet.rule((100, y + 56 * at), (1140, y + 56 * at))
        sheet.put((120, y + 56 * at + 12), str(at), 26)
        sheet.put((280, y + 56 * at + 12), one, 26)
    sheet.seal((900, y + 500), 115, str(truth["party_b"])[:16])
    return sheet.image


def qualification_song(truth: Truth, random: Random) -> Image.Image:
    sheet = Sheet((1754, 1240), "song", (252, 250, 240))
    sheet.title(150, "建筑业企业资质证书", 80, face="hei")
    sheet.title(270, "（副本）", 36)
    rows(
        sheet,
        (220, 400),
        [
            ("企业名称", str(truth["holder"])),
            ("详细地址", "青岛市崂山区海尔路1号"),
            ("统一社会信用代码", "详见营业执照"),
            ("资质类别及等级", str(truth["category"])),
            ("证书编号", str(truth["number"])),
            ("有效期至", until(truth["valid_until"])),
        ],
        34,
        (280, 900),
        0.8,
    )
    sheet.seal((1350, 980), 130, "山东省住房和城乡建设厅")
    return sheet.image


def qualification_micro(truth: Truth, random: Random) -> Image.Image:
    sheet = Sheet((1190, 1684), "micro", (255, 255, 255))
    sheet.title(180, "资质证书", 80, gap=30)
    colons(
        sheet,
        (160, 420),
        [
            ("证书编号", str(truth["number"])),
            ("单位名称", str(truth["holder"])),
            ("资质类别", str(truth["category"])),
            ("有效期限", until(truth["valid_until"])),
            ("发证机关", "青岛市住房和城乡建设局"),
        ],
        34,
        860,
    )
    sheet.seal((860, 760), 120, "青岛市住房和城乡建设局")
    return sheet.image


def real_estate_song(truth: Truth, random: Random) -> Image.Image:
    sheet = Sheet((1240, 1754), "song", (254, 253, 250))
    sheet.title(70, str(truth["number"]), 30)
    sheet.title(20, "不动产权证书", 40, face="hei")
    pairs = [
        ("权利人", truth["owner"]),
        ("共有情况", "单独所有"),
        ("坐落", truth["address"]),
        ("不动产单元号", "370211 018002 GB00127 F00020001"),
        ("权利性质", "出让/自建房"),
        ("用途", "仓储用地/仓库"),
        ("面积", f"{truth['area']}平方米"),
    ]
    y = 140
    for label, value in pairs:
        tall = 44 + 42 * len(list(sheet.wrapped(str(value), 30, 700)))
        sheet.rule((110, y), (1130, y))
        sheet.spread((130, y + 22), label, 30, 200)
        sheet.block((390, y + 22), str(value), 30, 700, face="kai")
        y += tall
    sheet.rule((110, y), (1130, y))
    sheet.seal((900, y + 260), 120, "青岛市自然资源和规划局")
    return sheet.image


def real_estate_kai(truth: Truth, random: Random) -> Image.Image:
    sheet = Sheet((1190, 1684), "kai", (255, 254, 250))
    sheet.title(130, "不动产权证书", 64, face="hei")
    colons(
        sheet,
        (130, 320),
        [
            ("证号", str(truth["number"])),
            ("权利人", str(truth["owner"])),
            ("房屋坐落", str(truth["address"])),
            ("建筑面积", f"{truth['area']} m²"),
            ("用途", "厂房"),
            ("登记机构", "青岛市不动产登记中心"),
        ],
        34,
        920,
    )
    sheet.seal((800, 1150), 120, "青岛市不动产登记中心")
    return sheet.image


def safety_kai(truth: Truth, random: Random) -> Image.Image:
    sheet = Sheet((1240, 880), "kai", (251, 252, 248))
    sheet.title(60, "安全生产考核合格证书", 54, face="hei")
    rows(
        sheet,
        (90, 200),
        [
            ("证书编号", str(truth["number"])),
            ("姓名", str(truth["person"])),
            ("企业名称", str(truth["holder"])),
            ("证书类别", str(truth["category"])),
            ("有效期至", f"{truth['valid_until']:%Y-%m-%d}"),
        ],
        32,
        (170, 560),
        0.6,
    )
    sheet.portrait((980, 200, 1150, 430), random)
    sheet.seal((960, 640), 105, "青岛市住房和城乡建设局")
    return sheet.image


def safety_electronic(truth: Truth, random: Random) -> Image.Image:
    sheet = Sheet((1240, 1754), "hei", (255, 255, 255))
    sheet.title(160, "安全生产考核合格证书", 58)
    sheet.title(250, f"编号：{truth['number']}", 30)
    birth = spoken(date(1980, random.randint(1, 12), random.randint(1, 28)))
    colons(
        sheet,
        (180, 380),
        [
            ("姓名", str(truth["person"])),
            ("出生日期", birth),
            ("单位名称", str(truth["holder"])),
            ("岗位类别", str(truth["category"])),
            ("职务", "项目经理"),
            ("有效期", until(truth["valid_until"])),
            ("发证机关", "山东省住房和城乡建设厅"),
        ],
        34,
        880,
    )
    sheet.seal((850, 900), 120, "山东省住房和城乡建设厅")
    return sheet.image


LAYOUTS: Mapping[str, tuple[Layout, ...]] = {
    "business_licence": (licence_kai, licence_hei),
    "id_card_front": (id_front_kai, id_front_copy),
    "id_card_back": (id_back_hei, id_back_copy),
    "contract": (contract_clauses, contract_form),
    "qualification_certificate": (qualification_song, qualification_micro),
    "real_estate_certificate": (real_estate_song, real_estate_kai),
    "safety_certificate": (safety_kai, safety_electronic),
}
