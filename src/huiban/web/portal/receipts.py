# SPDX-License-Identifier: Apache-2.0
"""Receipts of a party's own cases (存证回执): asked for, seen, taken home as PDF or data."""

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from huiban.connectors import qr
from huiban.kernel.identifier import show_verification_code
from huiban.kernel.proof_check import head_of
from huiban.kernel.verification import Check
from huiban.services import mine, receipt_paper, receipts
from huiban.services.receipts import Receipt
from huiban.web.portal.papers import stranger_bytes
from huiban.web.visit import Context, Visit, see_other, signed_in


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def of_case(visit: Visit, number: str) -> HttpResponse:
    """Show the receipt of a case as it is now, or make it."""
    if visit.request.method == "POST":
        receipts.issue(number, visit.actor, visit.now)
        return see_other(f"/cases/{number}/receipt")
    found = receipts.of_case(number, visit.actor, visit.now)
    if found is not None:
        return _show(visit, found)
    case = mine.my_case(number, visit.actor, visit.language, visit.now).page.whole.case
    context: Context = {
        "case": case,
        "crumbs": [
            (_("我的办件"), "/cases"), (case.title, f"/cases/{number}"), (_("存证回执"), ""),
        ],
    }  # fmt: skip
    return render(visit.request, "portal/receipt_ask.html", context)


@require_safe
@never_cache
@signed_in
def show(visit: Visit, code: str) -> HttpResponse:
    """Show one receipt to its party."""
    return _show(visit, receipts.load(code, visit.actor, visit.now))


def _show(visit: Visit, found: Receipt) -> HttpResponse:
    inclusion = found.proved.document.inclusion
    head = head_of(inclusion.checkpoint.text) if inclusion else None
    context: Context = {
        "receipt": found,
        "code": show_verification_code(found.code),
        "lines": found.lines,
        "verdict": str(found.proved.verdict),
        "is_pending": found.proved.document.is_pending,
        "is_test": found.proved.is_test,
        "head": None if isinstance(head, Check) else head,
        "place": inclusion.place + 1 if inclusion else 0,
        "public": receipt_paper.address_of(found),
        "qr": qr.svg(receipt_paper.address_of(found), label=_("扫码核对")),
        "crumbs": [
            (_("我的办件"), "/cases"), (found.title, f"/cases/{found.case}"), (_("存证回执"), ""),
        ],
    }  # fmt: skip
    return render(visit.request, "portal/receipt.html", context)


@require_safe
@never_cache
@signed_in
def paper(visit: Visit, code: str) -> HttpResponse:
    """Give a receipt as PDF, with its proof inside."""
    found = receipts.load(code, visit.actor, visit.now)
    name = f"{receipt_paper.TITLE} {show_verification_code(found.code)}.pdf"
    return stranger_bytes(visit.request, receipt_paper.render(found), "application/pdf", name)


@require_safe
@never_cache
@signed_in
def data(visit: Visit, code: str) -> HttpResponse:
    """Give the proof of a receipt as data."""
    found = receipts.load(code, visit.actor, visit.now)
    answer = JsonResponse(
        found.proved.document.to_json(), json_dumps_params={"ensure_ascii": False}
    )
    answer["Content-Disposition"] = f'attachment; filename="receipt-{found.code}.json"'
    return answer
