# SPDX-License-Identifier: Apache-2.0
"""Registers of enterprises: registration, taxes, directories, funds, and the lists of the bad."""

from collections.abc import Iterator

from huiban.neighbours.city import SHARES, Plan
from huiban.neighbours.dice import chance, choice
from huiban.neighbours.register import Delivery, Register, ago, settled, yesterday

_CHINESE = {"uscc": "统一社会信用代码", "name": "企业名称"}


def registers(plan: Plan) -> Iterator[Register]:
    yield from _registration(plan)
    yield from _taxes(plan)
    yield from _directories(plan)
    yield from _lists(plan)


def _registration(plan: Plan) -> Iterator[Register]:
    yield Register("enterprise_registry", f"""
SELECT uscc, name, legal_person, legal_number AS legal_person_number, address,
  capital AS registered_capital, established, '有限责任公司（自然人投资或控股）' AS economic_type,
  industry, status, DATE '{plan.day}' - behind AS updated_on
FROM enterprise""")  # fmt: skip
    yield Register(
        "enterprise_register_province",
        f"""
SELECT uscc, name, '有限责任公司' AS entity_type, coalesce(former_legal, legal_person)
    AS representative, capital, coalesce(former_address, address) AS address,
  industry || '相关经营活动（样例）' AS scope,
  CASE WHEN former_address IS NULL AND former_legal IS NULL
    THEN established ELSE {ago(plan, "400 + dice(i, 100) % 400")} END AS changed,
  '青岛市' || district_name || '市场监督管理局' AS authority, status,
  {yesterday(plan)} AS updated_on
FROM enterprise""",
    )
    changed = ago(plan, "5 + dice(i, 101) % 300")
    yield Register("mr_changes", f"""
SELECT uscc, '住所' AS item, former_address AS before, address AS after, {changed} AS changed,
  {yesterday(plan)} AS updated_on FROM enterprise WHERE former_address IS NOT NULL
UNION ALL
SELECT uscc, '法定代表人', former_legal, legal_person, {changed}, {yesterday(plan)}
FROM enterprise WHERE former_legal IS NOT NULL""", Delivery.PUSH)  # fmt: skip


def _taxes(plan: Plan) -> Iterator[Register]:
    owes = f"NOT is_notable AND {chance('i', 110, 0.02)}"
    yield Register(
        "tax_arrears",
        f"""
SELECT uscc, name AS taxpayer_name, {owes} AS in_arrears,
  CASE WHEN {owes} THEN 100.0 + dice(i, 111) % 500000 ELSE 0.0 END AS balance,
  CASE WHEN {owes} THEN {choice("i", 112, ("增值税", "企业所得税", "城镇土地使用税"))} END
    AS tax_kinds,
  CASE WHEN {owes} THEN {ago(plan, "40 + dice(i, 113) % 700")} END AS oldest_period,
  {yesterday(plan)} AS as_of,
  '国家税务总局青岛市' || district_name || '税务局' AS authority, {yesterday(plan)} AS updated_on
FROM enterprise WHERE is_notable OR NOT {chance("i", 114, 0.01)}""",
    )
    year = _last_graded(plan)
    yield Register("tax_grade", f"""
SELECT uscc, name AS taxpayer_name, {year - 1} AS year,
  CASE WHEN is_notable THEN 'A' ELSE
    {choice("i", 115, ("A", "A", "B", "B", "B", "M", "M", "C", "D"))} END AS grade,
  DATE '{year}-04-30' AS graded_on, DATE '{year}-04-30' AS updated_on
FROM enterprise WHERE is_notable OR NOT {chance("i", 116, 0.1)}""", Delivery.PARQUET)  # fmt: skip


def _last_graded(plan: Plan) -> int:
    """Grades come out at the end of April."""
    return plan.day.year if (plan.day.month, plan.day.day) >= (5, 1) else plan.day.year - 1


def _directories(plan: Plan) -> Iterator[Register]:
    yield Register("small_enterprise_directory", f"""
SELECT uscc, name AS enterprise_name, CASE WHEN staff < 10 THEN '微型' ELSE '小型' END AS size,
  industry, established + 90 AS joined_on,
  {choice("i", 120, ("", "小微企业税费减免", "创业担保贷款贴息", "稳岗返还"))} AS policies,
  true AS listed, {settled(plan)} AS updated_on
FROM enterprise WHERE staff < 40 AND status = '存续'""")  # fmt: skip
    yield Register(
        "housing_fund_employer",
        f"""
SELECT uscc, name AS employer_name, staff, DATE '{plan.month}' AS last_month,
  0 AS arrears_months, established + 60 AS registered_on, '正常' AS status,
  {settled(plan)} AS updated_on
FROM enterprise WHERE status = '存续' AND (is_notable OR {chance("i", 121, 0.6)})""",
    )
    year = _last_graded(plan)
    yield Register("hr_labour_rating", f"""
SELECT uscc, name, {year - 1} AS rating_year,
  CASE WHEN is_notable THEN 'A' ELSE {choice("i", 122, ("A", "A", "B", "C"))} END AS grade,
  DATE '{year}-04-15' AS rated, DATE '{year}-04-30' AS updated_on
FROM enterprise WHERE staff >= 10""", Delivery.CSV, _CHINESE | {
        "rating_year": "评价年度", "grade": "诚信等级", "rated": "评定日期"})  # fmt: skip
    yield Register("tr_reputation", f"""
SELECT uscc, name, {year - 1} AS rating_year, {choice("i", 123, ("AAA", "AA", "A", "B"))} AS grade,
  60.0 + dice(i, 124) % 400 / 10.0 AS safety_score, DATE '{year}-04-20' AS published,
  DATE '{year}-04-30' AS updated_on
FROM enterprise WHERE trade = 'transport'""", Delivery.XLSX, _CHINESE | {
        "rating_year": "考核年度", "grade": "信誉等级", "safety_score": "安全生产得分",
        "published": "公布日期"})  # fmt: skip


def _listed(salt: int, share: float, only: str = "true") -> str:
    return f"FROM enterprise WHERE NOT is_notable AND {only} AND {chance('i', salt, share)}"


def _lists(plan: Plan) -> Iterator[Register]:
    court = "'青岛市' || district_name || '人民法院'"
    number = f"'（{plan.anchor.year - 1}）鲁02执' || (100 + dice(i, 131) % 9000) || '号'"
    yield Register(
        "dishonest_debtors",
        f"""
SELECT uscc, name, legal_person AS representative, {number} AS case_number, {court} AS court,
  '有履行能力而拒不履行生效法律文书确定义务' AS conduct, '全部未履行' AS fulfilment,
  {ago(plan, "10 + dice(i, 132) % 600")} AS published, {yesterday(plan)} AS updated_on
{_listed(130, SHARES.dishonest)}""",
    )
    yield Register(
        "dishonest_persons",
        f"""
SELECT legal_number AS person_id, legal_person AS name, {number} AS case_number, {court} AS court,
  '违反财产报告制度' AS conduct, '全部未履行' AS fulfilment,
  {ago(plan, "10 + dice(i, 134) % 600")} AS published, {yesterday(plan)} AS updated_on
{_listed(133, SHARES.dishonest)}""",
    )
    yield Register(
        "credit_blacklist",
        f"""
SELECT uscc, name AS enterprise_name, '重大税收违法失信主体' AS list_name,
  '虚开增值税专用发票' AS reason, {ago(plan, "10 + dice(i, 136) % 500")} AS listed_on,
  NULL AS removed_on, '国家税务总局青岛市税务局稽查局' AS authority, {yesterday(plan)} AS updated_on
{_listed(135, SHARES.blacklisted)}""",
    )
    yield Register(
        "hr_wage_blacklist",
        f"""
SELECT uscc, name, '克扣、无故拖欠农民工工资' AS reason,
  {ago(plan, "10 + dice(i, 138) % 300")} AS listed, NULL AS removed,
  '青岛市人力资源和社会保障局' AS authority, {yesterday(plan)} AS updated_on
{_listed(137, SHARES.blacklisted, "trade = 'construction'")}""",
    )
    yield Register(
        "em_serious_dishonesty",
        f"""
SELECT uscc, name AS enterprise_name, '发生生产安全责任事故后谎报' AS reason,
  {ago(plan, "10 + dice(i, 140) % 300")} AS listed_on,
  {ago(plan, "10 + dice(i, 140) % 300")} + 1095 AS listed_until,
  '青岛市应急管理局' AS authority, {yesterday(plan)} AS updated_on
{_listed(139, SHARES.blacklisted, "staff >= 5")}""",
    )
    decided = ago(plan, "5 + dice(i, 142) % 340")
    yield Register(
        "credit_penalties",
        f"""
SELECT uscc, name AS enterprise_name,
  '青罚决字〔{plan.anchor.year}〕' || (1000 + dice(i, 143) % 9000) || '号' AS decision_number,
  {choice("i", 144, ("未按规定公示年度报告", "施工扬尘防治不到位", "消防设施未保持完好有效"))}
    AS violation,
  '罚款' AS penalty_kind, (1 + dice(i, 145) % 50) / 10.0 AS fine, {decided} AS decided_on,
  {decided} + 365 AS published_until, '青岛市' || district_name || '综合行政执法局' AS authority,
  {chance("i", 146, 0.3)} AS repaired, {yesterday(plan)} AS updated_on
{_listed(141, SHARES.penalised)}""",
    )
