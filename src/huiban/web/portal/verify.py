# SPDX-License-Identifier: Apache-2.0
"""Verification by anybody (核验): a certificate by its code, a file by its signatures."""

import base64
import json
from collections.abc import Callable
from datetime import datetime
from urllib.parse import quote

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from huiban.kernel.identifier import show_verification_code
from huiban.kernel.verification import Check, SignatureFound, Verdict
from huiban.kernel.verified_file import Headline, doubts
from huiban.services import certificate_life, certify, city, verify_file
from huiban.services.certificate_grants import party_name
from huiban.services.party import masked
from huiban.services.refusal import FieldFault, NotFound, Refused
from huiban.services.verify_file import FileVerdict
from huiban.store.models import Certificate
from huiban.web.certificate_events import department_words, events
from huiban.web.clock import now
from huiban.web.field_model import ProblemLink
from huiban.web.identity import address_of
from huiban.web.portal.papers import STATES, state_view
from huiban.web.refused import status_of
from huiban.web.visit import Context, language_of

_VERIFY_A_MINUTE = 60
_FILES_A_MINUTE = 10
_SLACK = 64 * 1024  # what a form sends beside its file
Say = Callable[[], str]
_HEADLINES: dict[Headline, tuple[str, str, Say, Say]] = {
    Headline.GENUINE: (
        "ok",
        "check",
        lambda: _("真实有效"),
        lambda: _("文件由本市签发，一字未改，现在有效。"),
    ),
    Headline.NOT_IN_FORCE: ("bad", "warn", lambda: "", lambda: ""),
    Headline.SIGNED: (
        "ok",
        "check",
        lambda: _("签名有效，文件没有改动"),
        lambda: _("签名和印章都是真的；但这不是本市签发的证照文件，内容请向签署方核实。"),
    ),
    Headline.CHANGED: (
        "bad",
        "cross",
        lambda: _("文件被改过"),
        lambda: _("签署以后有人改动了内容，不要相信它；请向对方要原始文件。"),
    ),
    Headline.INVALID: (
        "bad",
        "cross",
        lambda: _("签名无效"),
        lambda: _("签名或者证书有问题，不能证明是谁签的，不要相信它。"),
    ),
    Headline.UNKNOWN: (
        "warn",
        "question",
        lambda: _("无法核验"),
        lambda: _("这个文件的真假在这里看不出来，原因见下面。"),
    ),
}
_VERDICTS: dict[Verdict, tuple[str, Say]] = {
    Verdict.PASSED: ("ok", lambda: _("通过")),
    Verdict.UNKNOWN: ("warn", lambda: _("无法确认")),
    Verdict.FAILED: ("bad", lambda: _("不通过")),
}
_KINDS: dict[str, Say] = {
    "signature": lambda: _("签名"),
    "seal": lambda: _("印章"),
    "timestamp": lambda: _("时间戳"),
}


@require_safe
@never_cache
def verify(request: HttpRequest, code: str = "") -> HttpResponse:
    """Tell anybody whether a certificate is genuine and in force."""
    asked = code or request.GET.get("code", "").strip()[:100]
    context: Context = {"asked": asked, "most_mb": verify_file.MOST_BYTES // 1024 // 1024}
    moment = now()
    if asked and not _may_ask(request, moment, "code", _VERIFY_A_MINUTE):
        context["problem"] = _("核验得太频繁了，请过一分钟再试")
        return render(request, "portal/verify.html", context, status=429)
    status = 200
    if asked:
        try:
            found = certify.verify(asked, moment)
        except Refused as refused:
            context["problem"] = refused.message.speak(language_of(request))
            status = 404 if isinstance(refused, NotFound) else 422
        else:
            context |= _told(found.certificate, found.state, language_of(request))
            context["now"] = moment
    return render(request, "portal/verify.html", context, status=status)


@require_POST
@never_cache
def verify_a_file(request: HttpRequest) -> HttpResponse:
    """Tell anybody whether a file is genuine; the file is read and forgotten."""
    moment, language = now(), language_of(request)
    context: Context = {"asked": "", "most_mb": verify_file.MOST_BYTES // 1024 // 1024}
    if not _may_ask(request, moment, "file", _FILES_A_MINUTE):
        context["file_problem"] = _("核验得太频繁了，请过一分钟再试")
        return render(request, "portal/verify.html", context, status=429)
    try:
        found = _sent(request, moment)
    except FieldFault as fault:
        words = fault.message.speak(language)
        context |= {"file_problem": words, "links": [ProblemLink("#file", words)]}
        return render(request, "portal/verify.html", context, status=status_of(fault))
    report = json.dumps(verify_file.as_json(found), ensure_ascii=False, indent=1)
    if request.POST.get("as") == "json":
        return _download(report, found.name)
    context |= _report(found, language)
    # The file is forgotten and the report is nowhere kept, so the page itself carries it along.
    carried = base64.b64encode(report.encode()).decode()
    context["report_url"] = f"data:application/json;base64,{carried}"
    return render(request, "portal/verify_file.html", context)


def _sent(request: HttpRequest, moment: datetime) -> FileVerdict:
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdecimal() and int(length) > verify_file.MOST_BYTES + _SLACK:
        raise verify_file.too_large(int(length))
    sent = request.FILES.get(verify_file.FIELD)
    if sent is not None and (sent.size or 0) > verify_file.MOST_BYTES:
        raise verify_file.too_large(sent.size or 0)
    content = sent.read() if sent else b""
    return verify_file.verify(content, (sent.name or "") if sent else "", moment)


def _told(held: Certificate, state: str, language: str) -> Context:
    """Say of a certificate what anybody may know."""
    card = state_view(held, state)
    return {
        "card": card | {"about": ""},
        "held": held,
        "holder": party_name(held.subject_code, held.subject_name),
        "number": masked(held.subject_code),
        "code": show_verification_code(held.verify_code),
        "item_name": _item_name(held.item_code, language),
        "issuer": department_words(held.department, language),
        "events": events(certificate_life.told(held, public=True), language, public=True),
    }


def _report(found: FileVerdict, language: str) -> Context:
    kind, sign, words, more = _HEADLINES[found.headline]
    held = found.certificate
    title, then = words(), more()
    if found.headline is Headline.NOT_IN_FORCE:
        kind = "warn" if found.worth == "not_yet" else "bad"
        state = STATES[found.worth][1]()
        title = _("文件是真的，但证照%(state)s") % {"state": state}
        if found.worth == "not_yet":
            then = _("文件由本市签发，一字未改；到了有效期的第一天才能凭它办事。")
        else:
            then = _("文件由本市签发，一字未改；但不能再凭它办事，有疑问请问发证机关。")
    elif found.document and not held:
        then = _("文件由本市出具，一字未改。")
    context: Context = {
        "found": found,
        "kind": kind,
        "sign": sign,
        "title": title,
        "then": then,
        "reasons": _reasons(found, language),
        "signatures": [_signature(one, language) for one in found.report.signatures],
        "whole": [_check(one, language) for one in found.report.checks],
        "document": found.document,
        "is_test": found.report.is_test,
        "size_kb": max(1, found.size // 1024),
        "now": found.at,
    }
    return context | (_told(held, found.worth, language) if held else {})


def _reasons(found: FileVerdict, language: str) -> list[str]:
    """Say why a file is doubted; what our own record answers needs no excuse."""
    if found.headline in (Headline.GENUINE, Headline.NOT_IN_FORCE, Headline.SIGNED):
        return []
    return [one.detail.speak(language) for one in doubts(found.report)]


def _signature(one: SignatureFound, language: str) -> Context:
    kind, words = _VERDICTS[one.verdict]
    return {
        "one": one,
        "title": _KINDS.get(one.kind, _KINDS["signature"])(),
        "words": words(),
        "kind": kind,
        "checks": [_check(each, language) for each in one.checks],
    }


def _check(one: Check, language: str) -> Context:
    kind, words = _VERDICTS[one.verdict]
    return {
        "title": one.title.speak(language),
        "detail": one.detail.speak(language),
        "words": words(),
        "kind": kind,
    }


def _download(report: str, name: str) -> HttpResponse:
    answer = HttpResponse(report, content_type="application/json; charset=utf-8")
    named = quote(f"{name.rpartition('.')[0] or name or 'file'}-核验报告.json")
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{named}"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _item_name(code: str, language: str) -> str:
    try:
        return city.item(code).item.name.speak(language)
    except NotFound:
        return ""


def _may_ask(request: HttpRequest, moment: datetime, what: str, most: int) -> bool:
    """A code has far too many values to try; this only keeps machines from keeping us busy."""
    key = f"verify:{what}:{address_of(request)}:{moment:%Y%m%d%H%M}"
    cache.add(key, 0, 120)
    return int(cache.incr(key)) <= most
