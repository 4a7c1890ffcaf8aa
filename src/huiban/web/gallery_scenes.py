# SPDX-License-Identifier: Apache-2.0
"""Invented cases, items and findings that fill the scenes of the gallery."""

from typing import Any

Rows = list[dict[str, Any]]

STEPS: Rows = [
    {"url": "#", "title": "申请单位", "note": "9 项全部系统已填", "state": "done", "key": "a"},
    {"url": "#", "title": "工程概况", "note": "还差 3 项", "state": "now", "key": "b"},
    {"url": "#", "title": "运输与处置", "note": "2 处要改", "state": "fault", "key": "c"},
    {"url": "#", "title": "材料", "note": "7 份中 5 份免交", "state": "", "key": "d"},
    {"url": "", "title": "核对与承诺", "note": "", "state": "", "key": "e"},
    {"url": "", "title": "签名提交", "note": "", "state": "", "key": "f"},
]
TABS: Rows = [
    {"url": "#", "words": "申请表", "count": None, "current": False},
    {"url": "#", "words": "材料", "count": 7, "current": True},
    {"url": "#", "words": "数据核验", "count": None, "current": False},
    {"url": "#", "words": "过程图", "count": None, "current": False},
    {"url": "#", "words": "日志", "count": 12, "current": False},
]
ITEMS: Rows = [
    {
        "url": "#",
        "name": "建筑施工企业安全生产许可证 延续",
        "department": "市住房和城乡建设局",
        "chip": "快到期 · 还有 62 天",
        "chip_kind": "info",
        "effort": [
            ("4 项", "要您填（共 51）"),
            ("0 份", "要交的材料"),
            ("2.6 天", "近 90 天中位办结"),
        ],
    },
    {
        "url": "#",
        "name": "城市建筑垃圾处置核准",
        "department": "市城市管理局",
        "chip": "在施项目 2 个",
        "chip_kind": "",
        "effort": [("6 项", "要您填（共 46）"), ("2 份", "要交的材料"), ("1 天", "承诺办结")],
    },
    {
        "url": "#",
        "name": "城市建筑垃圾处置核准 变更",
        "department": "市城市管理局",
        "chip": "您已符合 9 / 10 条",
        "chip_kind": "ok",
        "effort": [("3 项", "要您填（共 22）"), ("1 份", "要交的材料"), ("1 天", "承诺办结")],
    },
]
THEMES = [
    ("building", "开办企业"),
    ("flag", "工程开工"),
    ("truck", "运输经营"),
    ("heart", "开办诊所"),
    ("people", "用工稳岗"),
    ("archive", "企业注销"),
]
CLOCKS: Rows = [
    {
        "title": "承诺时限剩余",
        "light": "green",
        "left": "5 小时 40 分",
        "used": 29,
        "limit": 100,
        "facts": ["承诺 1 个工作日 · 11-24 15:10 到期", "法定 20 个工作日 · 12-21 到期"],
    },
    {
        "title": "承诺时限剩余",
        "light": "amber",
        "left": "1 小时 10 分",
        "used": 86,
        "limit": 100,
        "facts": ["承诺 1 个工作日 · 今天 17:30 到期"],
    },
    {
        "title": "法定时限",
        "light": "overdue",
        "left": "超期 2 个工作日",
        "used": 100,
        "limit": 100,
        "facts": ["法定 20 个工作日 · 11-19 到期", "已自动督办：市城市管理局"],
    },
    {
        "title": "承诺时限",
        "light": "paused",
        "left": "等待补正",
        "used": 29,
        "limit": 100,
        "facts": ["补正期间不计时限", "申请人应在 12-04 前补正"],
    },
]
POINTS: Rows = [
    {
        "verdict": "fail",
        "title": "运输单位与合同乙方一致",
        "lines": ["表内：青岛通顺渣土运输有限公司", "合同：青岛顺达渣土运输有限公司"],
        "basis": "城市建筑垃圾管理规定 第七条",
        "acts": [
            {"url": "#", "words": "属实"},
            {"url": "#", "words": "误报"},
            {"url": "#", "words": "写入补正"},
        ],
    },
    {
        "verdict": "unknown",
        "title": "受纳场余量足够",
        "lines": ["余量 18,000 m³，3 天前更新；须电话确认"],
    },
    {"verdict": "pass", "title": "车辆均有有效准运证（8 辆）"},
    {"verdict": "pass", "title": "法定代表人与登记一致"},
]
EVENTS: Rows = [
    {"title": "提交", "note": "11-23 08:52 手机", "state": "done"},
    {"title": "预审通过", "note": "12 项，2 项提示已改", "state": "done"},
    {
        "title": "受理",
        "note": "09:30 张倩",
        "state": "done",
        "words": "材料齐全，符合法定形式，予以受理。",
    },
    {"title": "审查", "note": "刘洋，已用 20 分", "state": "now"},
    {"title": "会签：交警（占道）", "note": "", "state": ""},
    {"title": "决定", "note": "", "state": ""},
    {"title": "制证 · 归档", "note": "", "state": ""},
]
FACTS = [
    ("办件编号", "370200-20261123-0068"),
    ("申请单位", "青岛海晟建设有限公司"),
    ("工程项目名称", "崂山区深圳路地下停车场工程"),
    ("建筑垃圾总量", "12,600 立方米"),
    ("合同金额", "386,000.50 元（人民币叁拾捌万陆仟元伍角整）"),
]
CASES: Rows = [
    {
        "light": "overdue",
        "number": "370200-20261029-0007",
        "title": "金水路住宅项目二期",
        "item": "城市建筑垃圾处置核准（变更）",
        "party": "青岛远拓置业有限公司",
        "stage": "决定",
        "left": "超期 2 个工作日",
    },
    {
        "light": "red",
        "number": "370200-20261122-0031",
        "title": "滨海大道综合管廊工程",
        "item": "城市建筑垃圾处置核准（新办）",
        "party": "青岛城运建设集团",
        "stage": "审查",
        "left": "1 小时 10 分",
    },
    {
        "light": "amber",
        "number": "370200-20261123-0052",
        "title": "重庆中路快速路南段",
        "item": "城市建筑垃圾处置核准（新办）",
        "party": "中交青岛路桥有限公司",
        "stage": "收件",
        "left": "3 小时",
    },
    {
        "light": "green",
        "number": "370200-20261123-0068",
        "title": "崂山区深圳路地下停车场工程",
        "item": "城市建筑垃圾处置核准（新办）",
        "party": "青岛海晟建设有限公司",
        "stage": "审查",
        "left": "5 小时 40 分",
    },
    {
        "light": "paused",
        "number": "370200-20261120-0019",
        "title": "李沧区振华路学校改扩建",
        "item": "城市建筑垃圾处置核准（延续）",
        "party": "青岛建安教育置业有限公司",
        "stage": "补正",
        "left": "等待补正",
    },
]
FILL = {"given": 36, "chosen": 2, "left": 8, "total": 46}
DESK_NAV: Rows = [
    {"url": "#", "words": "待办", "count": 12, "current": True},
    {"url": "#", "words": "在办", "count": 31, "current": False},
    {"url": "#", "words": "会签", "count": 2, "current": False},
    {"url": "#", "words": "已办", "count": None, "current": False},
    {"url": "#", "words": "督办", "count": 1, "current": False},
]
