# SPDX-License-Identifier: Apache-2.0
"""Registers of people: population, social insurance, certificates of safety staff, real estate."""

from collections.abc import Iterator

from huiban.neighbours.city import SHARES, Plan
from huiban.neighbours.dice import chance, choice
from huiban.neighbours.register import Delivery, Register, ago, settled, yesterday
from huiban.neighbours.vocabulary import WORK_KINDS

_BORN = "strptime(substr(p.person_id, 7, 8), '%Y%m%d')::DATE"
_FIRM = "FROM person AS p JOIN enterprise AS e USING (i)"


def registers(plan: Plan) -> Iterator[Register]:
    yield Register("population", f"""
SELECT p.person_id, p.name,
  CASE WHEN substr(p.person_id, 17, 1)::INTEGER % 2 = 1 THEN '男' ELSE '女' END AS sex,
  {_BORN} AS birth_date, '正常' AS status, true AS match, {yesterday(plan)} AS updated_on
FROM person AS p
WHERE p.is_notable OR NOT {chance("p.p", 200, SHARES.gap_population)}""")  # fmt: skip
    yield from _insurance(plan)
    yield from _certificates(plan)
    yield Register("real_estate", f"""
SELECT p.person_id, p.name,
  '鲁（' || (2016 + dice(p.p, 231) % 10) || '）青岛市不动产权第'
    || lpad((p.p + 10)::VARCHAR, 7, '0')
    || '号' AS certificate_number,
  '3702' || lpad((p.p + 10)::VARCHAR, 24, '0') AS unit_number,
  '青岛市' || {choice("p.p", 232, ("市南区闽江路", "市北区延安路", "李沧区九水路", "崂山区苗岭路"))}
    || (1 + dice(p.p, 233) % 200) || '号' || (1 + dice(p.p, 234) % 9) || '号楼'
    || (101 + dice(p.p, 235) % 900) || '户' AS location,
  40.0 + dice(p.p, 236) % 1400 / 10.0 AS floor_area, '成套住宅' AS use,
  CASE WHEN dice(p.p, 237) % 3 = 0 THEN '单独所有' ELSE '共同共有' END AS sharing,
  CASE WHEN {chance("p.p", 238, 0.3)} THEN '抵押' ELSE '无' END AS limits,
  {ago(plan, "100 + dice(p.p, 239) % 4000")} AS registered, {yesterday(plan)} AS updated_on
FROM person AS p WHERE p.i IS NULL OR {chance("p.p", 230, 0.1)}""")  # fmt: skip


def _insurance(plan: Plan) -> Iterator[Register]:
    known = f"WHERE is_notable OR NOT {chance('i', 210, SHARES.gap_employer)}"
    yield Register(
        "social_insurance",
        f"""
SELECT uscc, staff, DATE '{plan.month}' AS last_month,
  CASE WHEN status = '存续' THEN '正常参保' ELSE '终止参保' END AS status,
  is_notable OR NOT {chance("i", 211, 0.05)} AS injury_insured, {settled(plan)} AS updated_on
FROM enterprise {known}""",
    )
    yield Register("mi_employer_enrolment", f"""
SELECT uscc, staff, DATE '{plan.month}' AS last_month, 0 AS arrears_months,
  CASE WHEN status = '存续' THEN '正常参保' ELSE '终止参保' END AS status,
  {settled(plan)} AS updated_on
FROM enterprise {known}""")  # fmt: skip
    # A practitioner insured elsewhere pays at the firm after his own: it exists, and is not his.
    yield Register(
        "social_insurance_person",
        f"""
SELECT p.person_id, CASE WHEN p.is_elsewhere THEN o.uscc ELSE e.uscc END AS uscc, p.name,
  CASE WHEN e.status = '存续' THEN '正常参保' ELSE '暂停参保' END AS status,
  DATE '{plan.month}' AS last_month, {settled(plan)} AS updated_on
{_FIRM} JOIN enterprise AS o ON o.i = (e.i + 1) % {plan.enterprises}
WHERE NOT p.is_uninsured""",
    )


def _certificates(plan: Plan) -> Iterator[Register]:
    # C certificates are of three kinds since 2014: machinery C1, earthworks C2, both C3.
    kind = "CASE WHEN p.part = 'C' THEN 'C' || (1 + dice(p.p, 221) % 3) ELSE p.part END"
    expires = _expires(plan, 223, "p.is_notable")
    yield Register("practitioner", f"""
SELECT e.uscc, p.person_id, p.name, {kind} AS kind,
  '鲁建安' || {kind} || '（' || (year({expires}) - 3) || '）' || lpad((p.p + 10)::VARCHAR, 7, '0')
    AS certificate_number,
  {expires} AS expires, {yesterday(plan)} AS updated_on
{_FIRM} WHERE p.part IN ('A', 'B', 'C')""")  # fmt: skip
    yield Register("special_operators", f"""
SELECT e.uscc, p.person_id, p.name, {choice("p.p", 225, WORK_KINDS)} AS work_kind,
  '鲁B' || lpad((p.p + 10)::VARCHAR, 11, '0') AS certificate_number,
  {_expires(plan, 224, "p.is_notable")} AS expires, {yesterday(plan)} AS updated_on
{_FIRM} WHERE p.part = 'operator'""")  # fmt: skip
    yield Register("hc_site_workers", f"""
SELECT p.person_id, p.name, j.code AS project_code, e.uscc,
  {choice("p.p", 227, ("钢筋工", "木工", "混凝土工", "架子工", "电工"))} AS trade,
  {ago(plan, "10 + dice(p.p, 228) % 60")} AS entered, NULL AS left_on,
  {yesterday(plan)} AS updated_on
FROM (SELECT contractor AS i, min(q) AS q FROM project GROUP BY contractor) AS first_
JOIN project AS j USING (q) JOIN enterprise AS e ON e.i = first_.i
JOIN person AS p ON p.i = e.i AND p.part IN ('operator', 'staff')""", Delivery.PUSH)  # fmt: skip


def _expires(plan: Plan, salt: int, surely: str) -> str:
    """Three years' certificates: one in twenty-five has run out, none of the stories' people's."""
    drawn = f"dice(p.p, {salt}) % 1000"
    return (
        f"DATE '{plan.anchor}' + CASE WHEN {surely} THEN 200 + {drawn} % 700 ELSE {drawn} - 40 END"
    )
