# SPDX-License-Identifier: Apache-2.0
"""The firms and people of the sample city that stories are told about, each written by hand."""

from dataclasses import dataclass
from datetime import date

from huiban.kernel.identifier_samples import make_person_id, make_uscc
from huiban.neighbours.vocabulary import CATEGORIES, GIVEN_FIRST, GIVEN_MEN, SURNAMES


@dataclass(frozen=True, slots=True)
class Face:
    """A person with a name of their own; numbered `rank` among a firm's staff, 0 its legal one."""

    name: str
    person_id: str
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Notable:
    """
    A firm that is as it is in every city, whatever the seed.

    `permit_days` is the days its safety permit still runs; without it the firm has none.
    `former_address` and `former_legal` are what the province still says. `behind` is the days
    its record in the registry was not updated.
    """

    uscc: str
    name: str
    trade: str
    district: str
    address: str
    staff: int
    legal: Face
    capital: float = 2000
    category: str = ""
    permit_days: int | None = None
    former_address: str = ""
    former_legal: str = ""
    behind: int = 1
    had_accident: bool = False
    clerk: str = ""

    @property
    def is_qualified(self) -> bool:
        return bool(self.category)


@dataclass(frozen=True, slots=True)
class NotableProject:
    """A project of the stories; without `floor_area` no planning permit is on record."""

    code: str
    name: str
    address: str
    district: str
    builder: int
    contractor: int
    site_area: float
    floor_area: float | None


@dataclass(frozen=True, slots=True)
class NotableVehicle:
    plate: str
    road_permit: str
    firm: int


def _born(year: int, month: int, day: int, n: int = 1) -> str:
    return make_person_id("370202", date(year, month, day), n)


_STORIES = (
    Notable(
        make_uscc("370212", 1), "青岛海晟置业有限公司（样例）", "real_estate", "370212",
        "青岛市崂山区深圳路189号", 28, Face("孙海", "370212198003079970"), 20000, clerk="wangmin",
    ),
    Notable(
        make_uscc("370212", 2), "青岛通和市政工程有限公司（样例）", "construction", "370212",
        "青岛市崂山区松岭路338号2号楼601室", 46, Face("周建军", _born(1964, 3, 12)), 6000,
        "市政公用工程施工总承包二级", clerk="lihua",
    ),
    Notable(
        make_uscc("370203", 3), "青岛瑞达建筑安装有限公司（样例）", "construction", "370203",
        "青岛市市北区敦化路77号", 58, Face("郭立新", _born(1966, 9, 1)), 8000,
        "建筑工程施工总承包二级", permit_days=62, clerk="sunhao",
    ),
    Notable(
        make_uscc("370213", 4), "青岛中锐建设集团有限公司（样例）", "construction", "370213",
        "青岛市李沧区金水路1066号", 72, Face("何志明", _born(1967, 11, 23)), 12000,
        "建筑工程施工总承包三级", former_address="青岛市李沧区京口路28号",
        former_legal="何文林", clerk="gaoyun",
    ),
    Notable(
        make_uscc("370214", 5), "青岛海川幕墙装饰工程有限公司（样例）", "construction", "370214",
        "青岛市城阳区正阳路216号", 34, Face("田永刚", _born(1965, 6, 30)), 3000,
        "建筑装修装饰工程专业承包二级", behind=200, clerk="tianlei",
    ),
    Notable(
        "91370211MA0000B23R", "青岛海运渣土运输有限公司（样例）", "transport", "370211",
        "青岛市黄岛区江山南路520号", 18, Face("吴刚", _born(1963, 2, 8)),
    ),
    Notable(
        "91370202MA0000D423", "青岛海达运输有限公司（样例）", "transport", "370202",
        "青岛市市南区江西路62号", 12, Face("冯军", _born(1965, 8, 19)),
    ),
    Notable(
        "91370214MA0000C38B", "青岛海纳建设工程有限公司（样例）", "construction", "370214",
        "青岛市城阳区春阳路88号", 40, Face("赵刚", _born(1967, 1, 5)), 5000,
        "市政公用工程施工总承包三级", permit_days=700, had_accident=True,
    ),
    Notable(
        make_uscc("370202", 6), "青岛海信监理有限公司（样例）", "supervision", "370202",
        "青岛市市南区山东路9号", 16, Face("周宁", _born(1966, 5, 27)),
    ),
)  # fmt: skip

APPLICANTS = (
    "甲辰", "乙巳", "丙午", "丁未", "戊申", "己酉", "庚戌", "辛亥", "壬子", "癸丑", "甲寅", "乙卯",
)  # fmt: skip
"""Builders that apply for their first safety permit in the demonstration, one case each."""

_WITH_ACCIDENT = 5  # the one whose case goes to consultation
_PLACES = (("370214", "城阳区正阳路"), ("370213", "李沧区重庆中路"), ("370212", "崂山区海尔路"))


def _applicant(place: int) -> Notable:
    district, street = _PLACES[place % len(_PLACES)]
    surname = SURNAMES[place * 3 % len(SURNAMES)]
    return Notable(
        make_uscc("370200", 11 + place), f"青岛{APPLICANTS[place]}建筑工程有限公司（样例）",
        "construction", district, f"青岛市{street}{301 + 12 * place}号", 20 + 4 * place,
        Face(f"{surname}{GIVEN_FIRST[place]}{GIVEN_MEN[place]}", _born(1966, 1 + place, 11)),
        1000 + 500 * place, CATEGORIES[place % 2], had_accident=place == _WITH_ACCIDENT,
        clerk=f"builder{place + 1:02d}",
    )  # fmt: skip


FIRMS = (*_STORIES, *(_applicant(place) for place in range(len(APPLICANTS))))

RESIDENTS = (Face("陈静", make_person_id("370202", date(1962, 5, 17), 0)),)

_BUILDER, _LIHUA, _HAINA = 0, 1, 7
SUPERVISOR = 8
PROJECTS = tuple(
    NotableProject(
        f"2026-{district}-47-01-{100001 + place}", f"{name}（样例）", f"青岛市{address}",
        district, _BUILDER, contractor, site, floor,
    )
    for place, (name, address, district, contractor, site, floor) in enumerate((
        ("崂山区深圳路地下停车场工程", "崂山区深圳路189号", "370212", _HAINA, 12500.5, 31000),
        ("市北区台柳路幼儿园新建工程", "市北区台柳路66号", "370203", _LIHUA, 5600, 4200),
        ("李沧区虎山路学校扩建工程", "李沧区虎山路28号", "370213", _HAINA, 18800, 22600),
        ("城阳区正阳路综合管廊工程", "城阳区正阳路200号", "370214", _LIHUA, 9400.25, 13500),
        ("黄岛区滨海大道人行天桥工程", "黄岛区滨海大道与嘉陵江路路口", "370211", _LIHUA, 860, 1150),
        ("市南区闽江路老旧小区改造工程", "市南区闽江路51号", "370202", _LIHUA, 7300, 26400),
        ("即墨区蓝鳌路厂房拆除工程", "即墨区蓝鳌路1009号", "370215", _HAINA, 15200, 9800),
        ("崂山区松岭路轨道交通出入口工程", "崂山区松岭路338号", "370212", _LIHUA, 2100, None),
    ))
)  # fmt: skip

VEHICLES = (
    NotableVehicle("鲁B12345", "370200000001", 5),
    NotableVehicle("鲁BD12345", "370200000002", 5),
    NotableVehicle("鲁B67890", "370200000003", 6),
)

SITES = (
    ("城阳区样例建筑垃圾消纳场", "370214", 1_200_000, 355_000, "郑强", "13800000006"),
    ("黄岛区样例资源化利用厂", "370211", 900_000, 410_000, "邓广军", "13800000011"),
    ("即墨区样例消纳场", "370215", 600_000, 12_500, "宋建平", "13800000012"),
    ("胶州市样例消纳场", "370281", 750_000, 298_000, "许志强", "13800000013"),
    ("莱西市样例资源化利用厂", "370285", 400_000, 0, "蔡明光", "13800000014"),
    ("崂山区样例临时消纳场", "370212", 150_000, 46_000, "彭海波", "13800000015"),
)
"""Receiving sites: name, district, capacity and what is left in tonnes, contact, phone."""
