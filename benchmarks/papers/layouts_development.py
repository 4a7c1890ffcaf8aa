# SPDX-License-Identifier: Apache-2.0
"""Layouts to develop with: whoever works on reading and extraction looks at these, no others."""

from collections.abc import Callable, Mapping
from datetime import date
from random import Random

from PIL import Image

from benchmarks.papers.invented import LONG_TERM, Truth, capital, spoken
from benchmarks.papers.sheet import Sheet

Layout = Callable[[Truth, Random], Image.Image]
Rows = list[tuple[str, str]]


def until(value: object) -> str:
    return spoken(value) if isinstance(value, date) else LONG_TERM


def period(truth: Truth) -> str:
    return f"{until(truth['valid_from'])}至{until(truth['valid_until'])}"


def dotted(value: object) -> str:
    return f"{value:%Y.%m.%d}" if isinstance(value, date) else LONG_TERM


def rows(
    sheet: Sheet,
    at: tuple[float, float],
    pairs: Rows,
    size: int,
    widths: tuple[int, int],
    gap: float = 1.0,
) -> float:
    """Set labels spread in a column and values beside them."""
    x, y = at
    for label, value in pairs:
        sheet.spread((x, y), label, size, widths[0])
        below = sheet.block((x + widths[0] + size, y), value, size, widths[1], leading=1.35)
        y = max(below, y + 1.35 * size) + gap * size
    return y


def colons(sheet: Sheet, at: tuple[float, float], pairs: Rows, size: int, width: int) -> float:
    """Set `label：value` one under another."""
    y = at[1]
    for label, value in pairs:
        y = sheet.block((at[0], y), f"{label}：{value}", size, width) + 0.5 * size
    return y


def licence_landscape(truth: Truth, random: Random) -> Image.Image:
    sheet = Sheet((1684, 1190), "serif", (253, 251, 243))
    sheet.frame((40, 40, 1644, 1150), 6)
    sheet.title(130, "营业执照", 84, face="serif_bold", gap=40)
    sheet.title(250, "（副本）", 36)
    sheet.put((120, 210), "统一社会信用代码", 26)
    sheet.put((120, 250), str(truth["uscc"]), 30, face="sans_bold")
    rows(
        sheet,
        (110, 360),
        [
            ("名称", str(truth["name"])),
            ("类型", "有限责任公司（自然人投资或控股）"),
            ("法定代表人", str(truth["legal_person"])),
            ("经营范围", str(truth["scope"])),
        ],
        30,
        (170, 560),
        0.9,
    )
    rows(
        sheet,
        (960, 360),
        [
            ("注册资本", f"{capital_wan(truth)}万元整"),
            ("成立日期", spoken_of(truth["established_on"])),
            ("营业期限", period(truth)),
            ("住所", str(truth["address"])),
        ],
        30,
        (140, 430),
        0.9,
    )
    sheet.put((1060, 960), "登记机关", 30)
    sheet.put((1240, 1040), spoken_of(truth["established_on"]), 28)
    sheet.seal((1320, 980), 120, "青岛市行政审批服务局")
    return sheet.image


def capital_wan(truth: Truth) -> str:
    written = capital(truth["capital"])  # type: ignore[arg-type]
    return written.removesuffix("元整").removesuffix("万")


def spoken_of(value: object) -> str:
    assert isinstance(value, date)
    return spoken(value)


def licence_portrait(truth: Truth, random: Random) -> Image.Image:
    sheet = Sheet((1190, 1684), "sans", (252, 252, 250))
    sheet.title(150, "营业执照", 80, face="serif_bold", gap=50)
    sheet.put((640, 290), f"统一社会信用代码：{truth['uscc']}", 24)
    y = rows(sheet, (130, 420), [("名称", str(truth["name"])), ("类型", "有限责任公司"),
             ("住所", str(truth["address"])), ("法定代表人", str(truth["legal_person"])),
             ("注册资本", f"{int(truth['capital']) // 10000}万元人民币"),
             ("成立日期", spoken_of(truth["established_on"])), ("营业期限", period(truth)),
             ("经营范围", str(truth["scope"]))], 32, (180, 640), 0.7)  # type: ignore[call-overload] # fmt: skip
    sheet.put((640, max(y, 1300) + 60), "登记机关", 32)
    sheet.seal((820, max(y, 1300) + 110), 110, "青岛市市场监督管理局")
    return sheet.image


def id_front(truth: Truth, random: Random) -> Image.Image:
    sheet = Sheet((1011, 638), "sans", (226, 238, 244))
    return _id_front(sheet, truth, random, 36)


def id_front_serif(truth: Truth, random: Random) -> Image.Image:
    sheet = Sheet((1011, 638), "serif", (238, 240, 236))
    return _id_front(sheet, truth, random, 34)


def _id_front(sheet: Sheet, truth: Truth, random: Random, size: int) -> Image.Image:
    birth = truth["birth"]
    assert isinstance(birth, date)
    sheet.label_color = (60, 110, 170)
    color = sheet.label_color
    for y, label in ((70, "姓 名"), (145, "性 别"), (220, "出 生"), (300, "住 址")):
        sheet.put((60, y), label, 28, color=color)
    sheet.put((170, 64), str(truth["name"]), size)
    sheet.put((170, 141), str(truth["sex"]), size - 4)
    sheet.put((260, 145), "民 族", 28, color=color)
    sheet.put((360, 141), "汉", size - 4)
    x = 170
    for part, unit in ((birth.year, "年"), (birth.month, "月"), (birth.day, "日")):
        sheet.put((x, 216), str(part), size - 4)
        x += 24 * len(str(part)) + 20
        sheet.put((x, 220), unit, 28, color=color)
        x += 44
    sheet.block((170, 296), str(truth["address"]), size - 4, 440)
    sheet.put((60, 540), "公民身份号码", 30, color=color)
    sheet.put((330, 534), str(truth["id_number"]), 42, face="sans_bold")
    sheet.portrait((700, 70, 930, 370), random)
    return sheet.image


def id_back(truth: Truth, random: Random) -> Image.Image:
    return _id_back(Sheet((1011, 638), "sans", (230, 238, 240)), truth)


def id_back_serif(truth: Truth, random: Random) -> Image.Image:
    return _id_back(Sheet((1011, 638), "serif", (240, 236, 240)), truth)


def _id_back(sheet: Sheet, truth: Truth) -> Image.Image:
    sheet.draw.ellipse((70, 70, 230, 230), fill=(190, 60, 50))
    sheet.put((300, 80), "中华人民共和国", 56)
    sheet.put((300, 170), "居 民 身 份 证", 72, face="sans_bold")
    sheet.put((250, 450), "签发机关", 30)
    sheet.put((420, 448), str(truth["issuer"]), 32)
    sheet.put((250, 530), "有效期限", 30)
    sheet.put((420, 528), f"{dotted(truth['valid_from'])}-{dotted(truth['valid_until'])}", 32)
    return sheet.image


def contract_prose(truth: Truth, random: Random) -> Image.Image:
    sheet = Sheet((1240, 1754), "serif", (255, 255, 255))
    sheet.title(120, "建筑垃圾运输处置合同", 48, face="serif_bold")
    sheet.put((780, 210), f"合同编号：{truth['number']}", 26)
    y = colons(
        sheet,
        (130, 280),
        [("甲方（委托方）", str(truth["party_a"])), ("乙方（承运方）", str(truth["party_b"]))],
        28,
        980,
    )
    text = (
        f"    甲乙双方就{truth['project']}产生的建筑垃圾运输处置事宜，经协商一致，订立本合同。\n"
        f"一、工程名称：{truth['project']}\n"
        f"二、运输数量：约{truth['quantity']}立方米，以实际发生量为准。\n"
        f"三、合同总价：人民币{capital(truth['amount'])}（¥{truth['amount']:,}.00元）。\n"  # type: ignore[arg-type]
        f"四、合同期限：自{until(truth['valid_from'])}起至{until(truth['valid_until'])}止。\n"
        f"五、运输车辆：{'、'.join(truth['plates'])}，乙方应保证车辆密闭完好。\n"  # type: ignore[arg-type]
        "六、甲方应当在工程现场设置冲洗设施，乙方运输途中不得遗撒。\n"
        "七、违约责任：任何一方违反本合同约定，应赔偿对方由此产生的损失。\n"
    )
    y = sheet.block((130, y + 20), text, 28, 980, leading=1.7)
    sheet.put((130, y + 60), "甲方（盖章）：", 28)
    sheet.put((700, y + 60), "乙方（盖章）：", 28)
    sheet.put((130, y + 150), f"签订日期：{spoken_of(truth['signed_on'])}", 28)
    sheet.seal((330, y + 90), 110, str(truth["party_a"])[:16])
    sheet.seal((900, y + 90), 110, str(truth["party_b"])[:16])
    return sheet.image


def contract_table(truth: Truth, random: Random) -> Image.Image:
    sheet = Sheet((1240, 1754), "sans", (255, 255, 255))
    sheet.title(110, "渣土清运协议书", 50, face="sans_bold")
    pairs = [
        ("协议编号", truth["number"]),
        ("发包人", truth["party_a"]),
        ("承包人", truth["party_b"]),
        ("项目名称", truth["project"]),
        ("工程量", f"{truth['quantity']}立方米"),
        ("合同价款", f"{truth['amount']}元"),
        ("履行期限", period(truth)),
        ("签订时间", spoken_of(truth["signed_on"])),
    ]
    y = 230
    for label, value in pairs:
        sheet.frame((110, y, 340, y + 66))
        sheet.frame((340, y, 1130, y + 66))
        sheet.put((130, y + 16), label, 28)
        sheet.put((360, y + 16), str(value), 28)
        y += 66
    text = "投入车辆：" + "，".join(truth["plates"]) + "。\n"  # type: ignore[arg-type]
    text += (
        "双方应当遵守城市建筑垃圾管理规定，按照核准的路线运输。\n争议解决：提交工程所在地人民法院。"
    )
    y = int(sheet.block((110, y + 40), text, 28, 1000, leading=1.7))
    sheet.seal((800, y + 120), 115, str(truth["party_b"])[:16])
    return sheet.image


def qualification_form(truth: Truth, random: Random) -> Image.Image:
    sheet = Sheet((1684, 1190), "serif", (250, 248, 238))
    sheet.title(140, "建筑业企业资质证书", 72, face="serif_bold", gap=14)
    colons(
        sheet,
        (180, 330),
        [
            ("企业名称", str(truth["holder"])),
            ("法定代表人", "张建国"),
            ("证书编号", str(truth["number"])),
            ("资质类别及等级", str(truth["category"])),
            ("有效期至", until(truth["valid_until"])),
            ("发证机关", "青岛市住房和城乡建设局"),
        ],
        36,
        1200,
    )
    sheet.seal((1280, 820), 130, "青岛市住房和城乡建设局")
    return sheet.image


def qualification_columns(truth: Truth, random: Random) -> Image.Image:
    sheet = Sheet((1190, 1684), "sans", (255, 255, 252))
    sheet.title(160, "资质证书", 76, face="serif_bold", gap=40)
    rows(
        sheet,
        (150, 380),
        [
            ("证书编号", str(truth["number"])),
            ("企业名称", str(truth["holder"])),
            ("详细地址", "青岛市市南区香港中路18号"),
            ("资质等级", str(truth["category"])),
            ("有效期", until(truth["valid_until"])),
            ("发证机关", "青岛市住房和城乡建设局"),
        ],
        34,
        (190, 620),
    )
    sheet.seal((840, 1250), 120, "青岛市住房和城乡建设局")
    return sheet.image


def real_estate_table(truth: Truth, random: Random) -> Image.Image:
    sheet = Sheet((1190, 1684), "serif", (254, 252, 248))
    sheet.title(80, "不动产权证书", 52, face="serif_bold")
    sheet.put((320, 170), str(truth["number"]), 28)
    pairs = [
        ("权利人", truth["owner"]),
        ("共有情况", "单独所有"),
        ("坐落", truth["address"]),
        ("不动产单元号", "370202 004006 GB00018 F00010023"),
        ("权利类型", "国有建设用地使用权/房屋所有权"),
        ("用途", "工业用地/厂房"),
        ("面积", f"{truth['area']}㎡"),
        ("使用期限", "2054年06月30日止"),
    ]
    y = 240
    for label, value in pairs:
        lines = list(sheet.wrapped(str(value), 28, 640))
        tall = 40 + 40 * len(lines)
        sheet.frame((120, y, 370, y + tall))
        sheet.frame((370, y, 1070, y + tall))
        sheet.spread((145, y + 20), label, 28, 190)
        sheet.block((400, y + 20), str(value), 28, 640)
        y += tall
    sheet.seal((880, 1300), 120, "青岛市自然资源和规划局")
    return sheet.image


def real_estate_plain(truth: Truth, random: Random) -> Image.Image:
    sheet = Sheet((1240, 1754), "sans", (255, 255, 255))
    sheet.title(120, "中华人民共和国", 40)
    sheet.title(190, "不动产权证书", 60, face="sans_bold")
    sheet.title(290, str(truth["number"]), 30)
    colons(
        sheet,
        (140, 400),
        [
            ("权利人", str(truth["owner"])),
            ("坐落", str(truth["address"])),
            ("权利性质", "出让"),
            ("房屋建筑面积", f"{truth['area']}平方米"),
            ("登记机构", "青岛市不动产登记中心"),
        ],
        32,
        960,
    )
    return sheet.image


def safety_card(truth: Truth, random: Random) -> Image.Image:
    sheet = Sheet((1190, 840), "serif", (252, 250, 244))
    sheet.title(60, "安全生产考核合格证书", 50, face="serif_bold")
    colons(
        sheet,
        (90, 190),
        [
            ("姓名", str(truth["person"])),
            ("性别", "男"),
            ("企业名称", str(truth["holder"])),
            ("人员类别", str(truth["category"])),
            ("证书编号", str(truth["number"])),
            ("有效期至", until(truth["valid_until"])),
        ],
        30,
        760,
    )
    sheet.portrait((900, 190, 1080, 430), random)
    sheet.seal((930, 600), 105, "山东省住房和城乡建设厅")
    return sheet.image


def safety_page(truth: Truth, random: Random) -> Image.Image:
    sheet = Sheet((1190, 1684), "sans", (255, 255, 255))
    sheet.title(200, "建筑施工企业安全生产管理人员", 44)
    sheet.title(280, "安全生产考核合格证书", 56, face="sans_bold")
    rows(
        sheet,
        (170, 480),
        [
            ("编号", str(truth["number"])),
            ("姓名", str(truth["person"])),
            ("工作单位", str(truth["holder"])),
            ("岗位类别", str(truth["category"])),
            ("初次领证日期", "2019年03月12日"),
            ("有效期", until(truth["valid_until"])),
        ],
        34,
        (220, 560),
    )
    return sheet.image


LAYOUTS: Mapping[str, tuple[Layout, ...]] = {
    "business_licence": (licence_landscape, licence_portrait),
    "id_card_front": (id_front, id_front_serif),
    "id_card_back": (id_back, id_back_serif),
    "contract": (contract_prose, contract_table),
    "qualification_certificate": (qualification_form, qualification_columns),
    "real_estate_certificate": (real_estate_table, real_estate_plain),
    "safety_certificate": (safety_card, safety_page),
}
