# SPDX-License-Identifier: Apache-2.0
"""The log of evidence (存证日志) as anybody sees it: its checkpoints, proofs, old receipts."""

from datetime import datetime
from urllib.parse import quote

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from huiban.kernel.identifier import show_verification_code
from huiban.kernel.proof_check import head_of
from huiban.kernel.verification import Check, Verdict
from huiban.services import checkpoints, log_lookup, proof_compare, proof_file, proofs
from huiban.services.ledger import Chain
from huiban.services.proofs import Proved
from huiban.services.refusal import NotFound, Refused
from huiban.store import checkpoints as store
from huiban.web.clock import now
from huiban.web.identity import address_of
from huiban.web.visit import Context, actor_of, language_of

_A_MINUTE = 60
_HEADS = 100
_SHOWN = 10
_SOON, _FOR_EVER = 30, 31_536_000
_CHIPS = {Verdict.PASSED: "ok", Verdict.UNKNOWN: "warn", Verdict.FAILED: "bad"}


@require_http_methods(["GET", "HEAD", "POST"])
def evidence(request: HttpRequest) -> HttpResponse:
    """Show the log; look something up in it, or check a receipt somebody brings."""
    asked = request.GET.get("q", "").strip()[:200]
    if request.method == "POST" or asked:
        if not may_ask(request, now()):
            return _page(request, _("查得太频繁了，请过一分钟再试"), asked, status=429)
        return _brought(request) if request.method == "POST" else _looked_up(request, asked)
    return _page(request)


def _looked_up(request: HttpRequest, asked: str) -> HttpResponse:
    try:
        chain, key = log_lookup.place_of(asked)
        log_lookup.proved(chain, key, now())
    except NotFound as unknown:
        return _page(request, unknown.message.speak(language_of(request)), asked, status=404)
    return HttpResponseRedirect(f"/evidence/{chain}/{quote(key)}")


def _brought(request: HttpRequest) -> HttpResponse:
    """Check a file against the log as it is now; nothing of it is kept."""
    file = request.FILES.get("file")
    if file is None or not file.size:
        return _page(request, _("请先选择要核对的回执文件"), field="file", status=422)
    if file.size > proof_file.MOST_BYTES:
        return _page(request, _("文件太大，不是我们出具的回执"), field="file", status=422)
    try:
        document = proof_file.read(file.read())
    except proof_file.NoProof as fault:
        words = fault.message.speak(language_of(request))
        return _page(request, words, field="file", status=422)
    found = proof_compare.against_log(document, now())
    return _proof(request, found, name=file.name or "")


def _page(
    request: HttpRequest, problem: str = "", asked: str = "", field: str = "q", status: int = 200
) -> HttpResponse:
    rows = log_lookup.newest(_SHOWN)
    context: Context = {
        "crumbs": [(_("首页"), "/"), (_("存证日志"), "")],
        "asked": asked,
        "problem": problem,
        "field": field,
        "newest": log_lookup.show(rows[0]) if rows else None,
        "rows": [{"row": one, "missing": checkpoints.missing_of(one)} for one in rows],
        "missing_words": _MISSING,
    }
    answer = render(request, "portal/evidence.html", context, status=status)
    if not problem:
        _cacheable(request, answer)
    return answer


_MISSING = {"p256": "P-256", "sm2": "SM2", "time": "RFC 3161"}


@require_safe
def proof(request: HttpRequest, chain: str, key: str) -> HttpResponse:
    """Show anybody whether one record is in the log and unchanged."""
    if not may_ask(request, now()):
        return _page(request, _("查得太频繁了，请过一分钟再试"), status=429)
    try:
        found = log_lookup.proved(chain, key, now())
    except NotFound as unknown:
        return _page(request, unknown.message.speak(language_of(request)), key[:200], status=404)
    json = f"/evidence/{quote(chain)}/{quote(key)}/proof.json"
    return _cacheable(request, _proof(request, found, shown=_shown_key(chain, key), json=json))


def _shown_key(chain: str, key: str) -> str:
    return show_verification_code(key) if chain in (Chain.RECEIPT, Chain.CERTIFICATE) else key


def _proof(
    request: HttpRequest, found: Proved, *, name: str = "", shown: str = "", json: str = ""
) -> HttpResponse:
    document, language = found.document, language_of(request)
    inclusion = document.inclusion
    head = head_of(inclusion.checkpoint.text) if inclusion else None
    is_read = head is not None and not isinstance(head, Check)
    context: Context = {
        "crumbs": [(_("首页"), "/"), (_("存证日志"), "/evidence"), (_("存证证明"), "")],
        "found": found,
        "verdict": str(found.verdict),
        "failed": [
            one.detail.speak(language) for one in found.checks if one.verdict is Verdict.FAILED
        ],
        "checks": [
            {
                "title": one.title.speak(language),
                "detail": one.detail.speak(language),
                "kind": _CHIPS[one.verdict],
                "verdict": str(one.verdict),
            }
            for one in found.checks
        ],
        "what": _what(document.end.chain),
        "key": shown,
        "file": name,
        "end": document.end,
        "is_pending": document.is_pending,
        "inclusion": inclusion,
        "place": inclusion.place + 1 if inclusion else 0,
        "head": head if is_read else None,
        "head_at": datetime.fromisoformat(head.at) if is_read and head else None,  # type: ignore[union-attr]
        "json": json,
        "now": now(),
    }
    return render(request, "portal/evidence_proof.html", context)


def _what(chain: str) -> str:
    names = {
        store.CASE: _("办件"),
        Chain.RECEIPT: _("存证回执"),
        Chain.CERTIFICATE: _("证照"),
        Chain.SEAL: _("印章"),
        Chain.ARCHIVE: _("归档包"),
    }
    return names.get(chain, chain)


@require_safe
def proof_json(request: HttpRequest, chain: str, key: str) -> HttpResponse:
    """Give anybody the proof of one record, to be checked without us."""
    moment, actor = now(), actor_of(request)
    if not may_ask(request, moment):
        return _problem(429, _("查得太频繁了，请过一分钟再试"))
    try:
        document = log_lookup.proved(chain, key, moment).document
        if actor is not None and chain == store.CASE:
            document = proofs.of_case(key, actor, moment)
    except Refused as refused:
        return _problem(404, refused.message.speak(language_of(request)))
    answer = JsonResponse(document.to_json(), json_dumps_params={"ensure_ascii": False})
    answer["Content-Disposition"] = 'attachment; filename="proof.json"'
    return _cacheable(request, answer)


@require_safe
def heads_json(request: HttpRequest) -> HttpResponse:
    """List checkpoints as they were signed, the newest first."""
    if not may_ask(request, now()):
        return _problem(429, _("查得太频繁了，请过一分钟再试"))
    rows = store.page(_HEADS, _number(request.GET.get("before", "")))
    after = rows[-1].number if len(rows) == _HEADS and rows[-1].number > 1 else None
    answer = JsonResponse(
        {
            "heads": [checkpoints.signed_head(one).to_json() for one in rows],
            "next": f"/evidence/heads.json?before={after}" if after else None,
        },
        json_dumps_params={"ensure_ascii": False},
    )
    return _cacheable(request, answer)


@require_safe
def head_json(request: HttpRequest, number: int) -> HttpResponse:
    """Give one checkpoint; it never changes."""
    row = store.load(number) if number < 2**53 else None
    if row is None:
        return _problem(404, _("没有这个检查点"))
    signed = checkpoints.signed_head(row).to_json()
    answer = JsonResponse(signed, json_dumps_params={"ensure_ascii": False})
    return _cacheable(request, answer, _FOR_EVER)


@require_safe
def consistency_json(request: HttpRequest) -> HttpResponse:
    """Prove that the log only grew from one checkpoint to another."""
    if not may_ask(request, now()):
        return _problem(429, _("查得太频繁了，请过一分钟再试"))
    old, new = (_number(request.GET.get(name, "")) or 0 for name in ("from", "to"))
    try:
        found = proofs.consistency(old, new)
    except NotFound as unknown:
        return _problem(404, unknown.message.speak(language_of(request)))
    paths = {name: list(path) for name, path in found.paths.items()}
    answer = JsonResponse({"from": old, "to": new, "consistency": paths})
    return _cacheable(request, answer, _FOR_EVER)


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 16 else None


def _problem(status: int, words: str) -> HttpResponse:
    return JsonResponse({"title": words, "detail": words, "status": status}, status=status)


def _cacheable(request: HttpRequest, answer: HttpResponse, seconds: int = _SOON) -> HttpResponse:
    """Nothing here is anybody's own, except what a signed-in officer may read besides."""
    if actor_of(request) is None:
        answer["Cache-Control"] = f"public, max-age={seconds}"
    return answer


def may_ask(request: HttpRequest, moment: datetime) -> bool:
    """Keep machines from keeping us busy; people never ask that often."""
    key = f"evidence:{address_of(request)}:{moment:%Y%m%d%H%M}"
    cache.add(key, 0, 120)
    return int(cache.incr(key)) <= _A_MINUTE
