# SPDX-License-Identifier: Apache-2.0
"""The form that asks others to sign (发起签署): what, by whom, in which order, until when."""

from datetime import date, timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from huiban.kernel.seal import KINDS
from huiban.services import city, sign_request_make, sign_requests
from huiban.services.facts import local_day
from huiban.services.files import Upload
from huiban.services.party import is_person_number
from huiban.services.refusal import AlreadyDone, Invalid
from huiban.services.sign_request_model import (
    LONGEST_TEXT,
    LONGEST_TITLE,
    MOST_PARTIES,
    Does,
    NewParty,
    NewRequest,
    Who,
)
from huiban.store import ids
from huiban.store.rows import CaseRow
from huiban.web.desk.frame import nav
from huiban.web.desk.sign_requests import draw as draw_request
from huiban.web.field_model import ProblemLink
from huiban.web.portal.sign_tasks import DESK
from huiban.web.visit import Context, Visit, at_desk, see_other

_FIRST_ROWS = 2
_DAYS = 15
_PARTY = ("who", "code", "name", "part", "department", "seal")
_WAYS = {
    "subject": (Who.SUBJECT, Does.SIGN),
    "account": (Who.ACCOUNT, Does.SIGN),
    "department_seal": (Who.DEPARTMENT, Does.SEAL),
    "department_sign": (Who.DEPARTMENT, Does.SIGN),
}
Row = dict[str, str]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@at_desk
def new(visit: Visit) -> HttpResponse:
    """Draw the form, add a party to it, or make the request."""
    sign_requests.may_sign_requests(visit.actor)
    sent = visit.request.POST if visit.request.method == "POST" else visit.request.GET
    number = sent.get("case", "")[:64]
    case = sign_requests.case_of(number, visit.actor) if number else None
    if visit.request.method != "POST":
        return _draw(visit, case, _first_values(visit, case))
    values = _values(visit)
    if "more" in visit.request.POST:
        values["rows"] = [*values["rows"], {}][:MOST_PARTIES]
        return _draw(visit, case, values)
    try:
        made = sign_request_make.make(_asked(visit, values), visit.actor, visit.now)
    except AlreadyDone as done:
        return see_other(f"{DESK}/{done.number}")
    except Invalid as invalid:
        return _draw(visit, case, values, invalid)
    return draw_request(
        visit, sign_requests.follow(made.number, visit.actor), made.tokens, status=201
    )


def _values(visit: Visit) -> Context:
    sent = visit.request.POST
    count = sent.get("rows", "")
    rows = int(count) if count.isdecimal() and len(count) < 3 else _FIRST_ROWS

    def text(name: str, most: int = 2 * LONGEST_TEXT) -> str:
        return sent.get(name, "").replace("\x00", "").replace("\r\n", "\n")[:most]

    return {
        "number": text("number", 32),
        "kind": text("kind", 32),
        "title": text("title"),
        "purpose": text("purpose"),
        "order": text("order", 16),
        "until": text("until", 20),
        "rows": [
            {name: text(f"{name}-{place}", 300).strip() for name in _PARTY}
            for place in range(min(rows, MOST_PARTIES))
        ],
    }


def _first_values(visit: Visit, case: CaseRow | None) -> Context:
    kind = visit.request.GET.get("kind", "document")
    rows: list[Row] = [{} for _place in range(_FIRST_ROWS)]
    if case is not None and kind != "attestation":
        who = "account" if is_person_number(case.subject_code) else "subject"
        code = case.applicant if who == "account" else case.subject_code
        rows[0] = {"who": who, "code": code, "name": case.subject_name, "part": _("申请人")}
    if kind == "attestation":
        rows = [{"who": "department_seal", "seal": "authority", "part": _("协查部门")}]
    return {
        "number": ids.new_key(),
        "kind": kind,
        "title": "",
        "purpose": "",
        "order": "sequence",
        "until": (local_day(visit.now) + timedelta(days=_DAYS)).isoformat(),
        "rows": rows,
    }


def _asked(visit: Visit, values: Context) -> NewRequest:
    file = visit.request.FILES.get("file")
    return NewRequest(
        kind=values["kind"],
        title=values["title"],
        purpose=values["purpose"],
        order=values["order"],
        until=_day(values["until"]),
        parties=tuple(_party(row) for row in values["rows"] if _is_filled(row)),
        case=visit.request.POST.get("case", "")[:64],
        upload=Upload(file.read(), file.name or "") if file else None,
        number=values["number"],
    )


def _is_filled(row: Row) -> bool:
    return bool(row["code"] or row["department"] or row["name"])


def _party(row: Row) -> NewParty:
    who, does = _WAYS.get(row["who"], (None, None))
    is_department = who is Who.DEPARTMENT
    return NewParty(
        who=str(who or ""),
        code=row["department"]
        if is_department
        else row["code"].upper()
        if who is Who.SUBJECT
        else row["code"],
        name=row["name"],
        part=row["part"],
        does=str(does or ""),
        seal_kind=row["seal"] if does is Does.SEAL else "",
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def _draw(
    visit: Visit, case: CaseRow | None, values: Context, invalid: Invalid | None = None
) -> HttpResponse:
    language = visit.language
    faults = {one.path: one.message.speak(language) for one in invalid.problems} if invalid else {}
    context: Context = {
        "v": values,
        "case": case,
        "faults": faults,
        "links": [ProblemLink(f"#{path}", words) for path, words in faults.items()],
        "rows": [
            {"place": place, "fault": faults.get(f"party-{place}", ""), **row}
            for place, row in enumerate(values["rows"])
        ],
        "can_add": len(values["rows"]) < MOST_PARTIES,
        "kinds": [
            ("document", _("签署文件"), _("上传 PDF，请有关方签名或者盖章")),
            ("report", _("检查、检测报告"), _("请中介机构等在报告上签名")),
            ("attestation", _("跨部门证明协查"), _("请另一个部门书面证明一项情况，不用上传文件")),
        ],
        "orders": [
            ("sequence", _("依次签"), _("前一方签好，后一方才能签")),
            ("parallel", _("同时签"), _("谁先谁后都可以")),
        ],
        "ways": [
            ("subject", _("单位（该单位的人签名）")),
            ("account", _("个人账号（本人签名）")),
            ("department_seal", _("部门盖章")),
            ("department_sign", _("部门工作人员签名")),
        ],
        "departments": [
            (one.code, one.name.speak(language)) for one in city.common().departments.values()
        ],
        "seals": [(code, words.speak(language)) for code, words in KINDS.items()],
        "longest_title": LONGEST_TITLE,
        "longest_text": LONGEST_TEXT,
        "crumbs": [(_("签署与用印"), DESK), (_("发起签署"), "")],
        "desk_nav": nav(visit, DESK),
    }
    status = 422 if invalid else 200
    return render(visit.request, "desk/sign_request_new.html", context, status=status)
