# SPDX-License-Identifier: Apache-2.0
"""Registers of building: qualifications, permits, projects, accidents, vehicles, waste sites."""

from collections.abc import Iterator

from huiban.neighbours.city import SHARES, Plan
from huiban.neighbours.dice import chance, choice
from huiban.neighbours.register import Delivery, Register, ago, yesterday
from huiban.neighbours.vocabulary import BRANDS_OF_LORRIES, LORRIES

_FIRMS = """
FROM project AS j JOIN enterprise AS b ON b.i = j.builder
JOIN enterprise AS c ON c.i = j.contractor JOIN enterprise AS s ON s.i = j.supervisor"""


def registers(plan: Plan) -> Iterator[Register]:
    yield from _qualifications(plan)
    yield from _permits(plan)
    yield from _projects(plan)
    yield from _transport(plan)
    yield from _waste(plan)


def _qualifications(plan: Plan) -> Iterator[Register]:
    issued = ago(plan, "30 + dice(i, 300) % 1500")
    number = "'D337' || lpad((i + 100000)::VARCHAR, 6, '0')"
    yield Register(
        "qualification",
        f"""
SELECT uscc, {number} AS certificate_number, category, {issued} + 1826 AS expires,
  {issued} AS issued, '山东省住房和城乡建设厅' AS authority,
  '可承担' || category || '范围内的工程' AS scope, {yesterday(plan)} AS updated_on
FROM enterprise WHERE is_qualified""",
    )
    later = f"CASE WHEN NOT is_notable AND {chance('i', 301, SHARES.conflict_qualification)}"
    yield Register(
        "hc_contractor_qualification",
        f"""
SELECT uscc, {number} AS certificate_number, name, category AS qualification, {issued} AS issued,
  {issued} + {later} THEN 1461 ELSE 1826 END AS valid_until, '有效' AS status,
  {yesterday(plan)} AS updated_on
FROM enterprise WHERE is_qualified""",
    )
    quarter = plan.day.replace(month=(plan.day.month - 1) // 3 * 3 + 1, day=1)
    yield Register("hc_market_credit", f"""
SELECT uscc, name, '{quarter.year}年第{(quarter.month - 1) // 3 or 4}季度' AS period,
  60.0 + dice(i, 302) % 400 / 10.0 AS score, {choice("i", 303, ("优秀", "良好", "合格"))} AS grade,
  DATE '{quarter}' AS published, DATE '{quarter}' AS updated_on
FROM enterprise WHERE is_qualified OR trade = 'supervision'""", Delivery.CSV, {
        "uscc": "统一社会信用代码", "name": "企业名称", "period": "考核期", "score": "考核得分",
        "grade": "信用等次", "published": "公布日期"})  # fmt: skip


def _permits(plan: Plan) -> Iterator[Register]:
    until = f"DATE '{plan.anchor}' + permit_days"
    yield Register(
        "safety_permit",
        f"""
SELECT uscc,
  '（鲁）JZ安许证字〔' || year({until} - 1095) || '〕' || lpad((20000 + i)::VARCHAR, 6, '0')
    AS permit_number,
  '建筑施工' AS scope, {until} - 1095 AS valid_from, {until} AS valid_until,
  CASE WHEN permit_days < 0 THEN '过期' WHEN NOT is_notable AND {chance("i", 310, 0.01)}
    THEN '暂扣' ELSE '有效' END AS status, {yesterday(plan)} AS updated_on
FROM enterprise WHERE permit_days IS NOT NULL""",
    )
    drawn = f"NOT is_notable AND is_qualified AND {chance('i', 311, 0.012)}"
    yield Register(
        "accident",
        f"""
SELECT uscc, 1 AS count, {ago(plan, "20 + dice(i, 312) % 900")} AS last_date, '一般' AS severity,
  DATE '{plan.anchor.year - 3}-01-01' AS since, {yesterday(plan)} AS updated_on
FROM enterprise WHERE had_accident OR ({drawn})""",
    )
    yield Register("construction_blacklist_province", f"""
SELECT uscc, '转包、违法分包' AS reason,
  '鲁建黑〔{plan.anchor.year}〕' || (1 + dice(i, 314) % 400) || '号' AS document_number,
  {ago(plan, "5 + dice(i, 315) % 300")} AS listed,
  {ago(plan, "5 + dice(i, 315) % 300")} + 365 AS until,
  '山东省住房和城乡建设厅' AS authority, {yesterday(plan)} AS updated_on
FROM enterprise
WHERE NOT is_notable AND is_qualified AND {chance("i", 313, 0.02)}""", Delivery.PUSH)  # fmt: skip


def _projects(plan: Plan) -> Iterator[Register]:
    issued = ago(plan, "age")
    number = (
        f"j.district || strftime({issued}, '%Y%m%d') || lpad((1 + j.q % 100)::VARCHAR, 2, '0')"
        " || '01'"
    )
    yield Register(
        "construction_permit",
        f"""
SELECT j.code AS project_code, b.uscc, {number} AS permit_number, j.name AS project_name,
  j.address AS project_address, j.district AS division, b.name AS builder, c.name AS contractor,
  s.name AS supervisor, {issued} AS issued, {yesterday(plan)} AS updated_on {_FIRMS}""",
    )
    yield Register(
        "construction_permit_province",
        f"""
SELECT j.code AS project_code, {number} AS permit_number, j.name AS project_name,
  b.name AS developer, CASE WHEN j.is_disputed THEN o.name ELSE c.name END AS contractor,
  j.floor_area, {issued} AS issued, '有效' AS status, {yesterday(plan)} AS updated_on {_FIRMS}
JOIN enterprise AS o ON o.i = CASE WHEN j.contractor = 1 THEN 7 ELSE 1 END""",
    )
    yield Register("planning_permit", f"""
SELECT j.code AS project_code,
  '建字第' || j.district || year({issued}) || lpad((100 + j.q)::VARCHAR, 5, '0') || '号'
    AS permit_number,
  j.site_area, j.floor_area, {issued} - 60 AS issued, {yesterday(plan)} AS updated_on
FROM project AS j WHERE j.is_planned""", Delivery.DATABASE, {"site_area": "land_area"},
        "planning_permits")  # fmt: skip
    yield Register(
        "as_project_code",
        f"""
SELECT j.code AS project_code, b.uscc, j.name AS project_name, j.address AS project_address,
  '备案' AS kind, round(j.floor_area * 0.42, 2) AS investment, {issued} - 200 AS coded,
  '在建' AS status, {yesterday(plan)} AS updated_on {_FIRMS}""",
    )
    yield Register(
        "hc_crane_registration",
        f"""
SELECT j.code AS project_code, c.uscc, '鲁BS' || lpad((j.q * 3 + n)::VARCHAR, 7, '0')
    AS registration_number,
  {choice("j.q * 3 + n", 322, ("塔式起重机", "施工升降机", "物料提升机"))} AS device_kind,
  {ago(plan, "5 + dice(j.q * 3 + n, 323) % 30")} AS inspected, true AS passed, '在用' AS status,
  {yesterday(plan)} AS updated_on {_FIRMS} CROSS JOIN (VALUES (0), (1), (2)) AS t(n)
WHERE n <= dice(j.q, 324) % 3 AND j.age < 600""",
    )


def _transport(plan: Plan) -> Iterator[Register]:
    until = f"DATE '{plan.anchor}' + CASE WHEN v < 0 THEN 500 ELSE dice(v, 330) % 1100 - 30 END"
    kind = f"CASE WHEN v < 0 THEN '{LORRIES[0]}' ELSE {choice('v', 331, LORRIES)} END"
    yield Register(
        "vehicle",
        f"""
SELECT plate, e.uscc, road_permit, {kind} AS vehicle_kind, {until} AS valid_until,
  {yesterday(plan)} AS updated_on
FROM vehicle JOIN enterprise AS e USING (i)""",
    )
    yield Register(
        "vehicle_registration",
        f"""
SELECT plate, {kind} AS vehicle_kind, {choice("v", 332, BRANDS_OF_LORRIES)} AS brand,
  'LZZSAMPLE' || lpad((v + 100)::VARCHAR, 8, '0') AS vin,
  CASE WHEN is_sold THEN '青岛样例二手车交易有限公司（样例）' ELSE e.name END AS owner,
  '货运' AS use, 15000 + dice(v, 333) % 16 * 1000 AS load,
  {ago(plan, "100 + dice(v, 334) % 2500")} AS registered, {until} AS inspection_valid_until,
  '正常' AS status, {yesterday(plan)} AS updated_on
FROM vehicle JOIN enterprise AS e USING (i) WHERE NOT is_missing""",
    )
    yield Register("tr_operator", f"""
SELECT uscc, name,
  '鲁交运管许可青字3702' || lpad((i + 10)::VARCHAR, 8, '0') || '号' AS permit_number,
  '普通货运、货物专用运输' AS scope, established + 40 AS issued,
  DATE '{plan.anchor}' + 100 + dice(i, 335) % 1200 AS valid_until, '有效' AS status,
  {yesterday(plan)} AS updated_on
FROM enterprise WHERE trade = 'transport' AND status = '存续'""")  # fmt: skip


def _waste(plan: Plan) -> Iterator[Register]:
    yield Register(
        "waste_transport_permit",
        f"""
SELECT e.uscc, e.name AS holder,
  '青建运核{plan.anchor.year}-' || lpad(CASE e.i WHEN 5 THEN '17' WHEN 6 THEN '31'
    ELSE (e.i + 100)::VARCHAR END, 4, '0') AS number,
  DATE '{plan.anchor}' + CASE WHEN e.is_notable THEN 300 ELSE dice(e.i, 340) % 700 - 20 END
    AS valid_until,
  count(*)::INTEGER AS vehicles, {yesterday(plan)} AS updated_on
FROM vehicle JOIN enterprise AS e USING (i) WHERE e.is_notable OR {chance("e.i", 341, 0.3)}
GROUP BY ALL""",
    )
    yield Register(
        "disposal_sites",
        f"""
SELECT name, district || '0' || lpad((s + 1)::VARCHAR, 3, '0') AS place_code,
  capacity / 10000.0 AS capacity, remains / 10000.0 AS "left", contact, phone,
  CASE WHEN remains > 0 THEN '运行' ELSE '已满' END AS status, {yesterday(plan)} AS updated_on
FROM site""",
    )
