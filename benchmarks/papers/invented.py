# SPDX-License-Identifier: Apache-2.0
"""Invented people, firms and cases: numbers with right check digits that nobody bears."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from huiban.kernel.identifier_samples import make_person_id, make_uscc
from huiban.kernel.money import capital_yuan

LONG_TERM = "长期"
Truth = dict[str, object]
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_GIVEN = "伟芳娜敏静丽强磊洋艳勇军杰娟涛明超秀兰霞平刚桂英华玉萍红鹏辉宁欣怡晨浩宇轩梓涵岚峰"
_FIRM = "海岳昌盛远航天顺宏达永利泰和鑫源博睿中联恒信德诚佳美瑞丰华安青云东方金桥蓝湾"
_TRADES = (
    "建筑工程",
    "渣土运输",
    "市政工程",
    "环保科技",
    "物流",
    "土石方工程",
    "再生资源",
    "建设",
    "园林绿化",
)
_FORMS = ("有限公司", "有限责任公司", "股份有限公司", "集团有限公司", "（山东）有限公司")
_DISTRICTS = {
    "370202": "市南区",
    "370203": "市北区",
    "370211": "黄岛区",
    "370212": "崂山区",
    "370213": "李沧区",
    "370214": "城阳区",
    "370281": "胶州市",
}
_ROADS = (
    "香港中路",
    "延安三路",
    "辽阳西路",
    "长江中路",
    "黑龙江中路",
    "正阳路",
    "重庆南路",
    "书院路",
    "银川西路",
)
_SCOPE = (
    "许可项目：建设工程施工",
    "城市建筑垃圾处置（清运）",
    "道路货物运输（不含危险货物）",
    "一般项目：土石方工程施工",
    "园林绿化工程施工",
    "建筑材料销售",
    "机械设备租赁",
    "工程管理服务",
    "专用设备修理",
    "装卸搬运",
)
_GRADES = (
    "建筑工程施工总承包贰级",
    "市政公用工程施工总承包叁级",
    "地基基础工程专业承包壹级",
    "钢结构工程专业承包贰级",
)
_SERIES = ("ZT", "YS", "CZ")
_WORKS = ("改造", "综合整治", "地块开发", "住宅小区")


def person(random: Random) -> str:
    given = "".join(random.sample(_GIVEN, random.choice([1, 2, 2, 2])))
    return random.choice(_SURNAMES) + given


def firm(random: Random) -> str:
    name = "".join(random.sample(_FIRM, random.choice([2, 2, 3, 4])))
    return f"青岛{name}{random.choice(_TRADES)}{random.choice(_FORMS)}"


def region(random: Random) -> str:
    return random.choice(sorted(_DISTRICTS))


def address(random: Random, of: str) -> str:
    street = f"山东省青岛市{_DISTRICTS[of]}{random.choice(_ROADS)}{random.randint(1, 399)}号"
    return street + random.choice(
        [
            "",
            f"{random.randint(1, 30)}号楼{random.randint(1, 4)}单元{random.randint(101, 2802)}室",
            f"{random.choice('甲乙')}座{random.randint(3, 32)}层{random.randint(1, 12):02}户",
        ]
    )


def day(random: Random, first: int, last: int) -> date:
    return date(first, 1, 1) + timedelta(days=random.randrange((last - first + 1) * 365))


def spoken(when: date) -> str:
    return f"{when.year}年{when.month:02}月{when.day:02}日"


def business_licence(random: Random) -> Truth:
    where, begins = region(random), day(random, 2003, 2025)
    has_end = random.random() < 0.5
    return {
        "name": firm(random),
        "uscc": make_uscc(where, random.randrange(10_000)),
        "legal_person": person(random),
        "address": address(random, where),
        "capital": Decimal(random.choice([50, 100, 200, 500, 1000, 1200, 5000])) * 10_000,
        "established_on": begins,
        "valid_from": begins,
        "valid_until": begins.replace(year=begins.year + 30, day=1) if has_end else LONG_TERM,
        "scope": "；".join(random.sample(_SCOPE, random.randint(3, 6))) + "。",
    }


def id_card_front(random: Random) -> Truth:
    where, birth, sequence = region(random), day(random, 1950, 2005), random.randrange(4)
    return {
        "name": person(random),
        "id_number": make_person_id(where, birth, sequence),
        "sex": "男" if sequence % 2 == 0 else "女",
        "birth": birth,
        "address": address(random, where),
    }


def id_card_back(random: Random) -> Truth:
    begins = day(random, 2010, 2025)
    ends = begins.replace(year=begins.year + random.choice([10, 20]), day=min(begins.day, 28))
    return {
        "issuer": f"青岛市公安局{_DISTRICTS[region(random)][:2]}分局",
        "valid_from": begins,
        "valid_until": LONG_TERM if random.random() < 0.3 else ends,
    }


def contract(random: Random) -> Truth:
    signed = day(random, 2024, 2026)
    begins = signed + timedelta(days=random.randint(1, 20))
    return {
        "party_a": firm(random),
        "party_b": firm(random),
        "number": f"QD{random.choice(_SERIES)}-{signed.year}-{random.randint(1, 999):03}",
        "signed_on": signed,
        "quantity": Decimal(random.randint(5, 900) * 100),
        "amount": Decimal(random.randint(20, 4000) * 1000),
        "valid_from": begins,
        "valid_until": begins + timedelta(days=random.randint(30, 400)),
        "plates": tuple(plate(random) for _ in range(random.randint(2, 5))),
        "project": f"{random.choice(_ROADS)}{random.choice(_WORKS)}工程",
    }


def plate(random: Random) -> str:
    tail = "".join(random.choice("0123456789" * 3 + "ABCDEFGHJKLMNPQRSTUVWXYZ") for _ in range(5))
    return f"鲁{random.choice('BU')}{tail}"


def qualification_certificate(random: Random) -> Truth:
    return {
        "holder": firm(random),
        "number": f"D{random.choice('23')}37{random.randint(100000, 999999)}",
        "category": random.choice(_GRADES),
        "valid_until": day(random, 2026, 2031),
    }


def real_estate_certificate(random: Random) -> Truth:
    where = region(random)
    return {
        "owner": firm(random) if random.random() < 0.6 else person(random),
        "number": f"鲁（{random.randint(2017, 2026)}）青岛市{_DISTRICTS[where]}"
        f"不动产权第{random.randint(1000, 199999):07}号",
        "address": address(random, where),
        "area": Decimal(random.randint(4000, 900000)) / 100,
    }


def safety_certificate(random: Random) -> Truth:
    letter = random.choice("ABC")
    return {
        "holder": firm(random),
        "person": person(random),
        "number": f"鲁建安{letter}（{random.randint(2019, 2026)}）02{random.randint(0, 99999):05}",
        "category": {
            "A": "企业主要负责人（A类）",
            "B": "项目负责人（B类）",
            "C": "专职安全生产管理人员（C类）",
        }[letter],
        "valid_until": day(random, 2026, 2029),
    }


def capital(amount: Decimal) -> str:
    return capital_yuan(amount)


INVENTORS: Mapping[str, Callable[[Random], Truth]] = {
    "business_licence": business_licence,
    "id_card_front": id_card_front,
    "id_card_back": id_card_back,
    "contract": contract,
    "qualification_certificate": qualification_certificate,
    "real_estate_certificate": real_estate_certificate,
    "safety_certificate": safety_certificate,
}
