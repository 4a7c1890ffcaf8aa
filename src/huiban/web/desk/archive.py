# SPDX-License-Identifier: Apache-2.0
"""Archived cases (档案) on the desk: the list, one package with its checks, disposal by two."""

import re
from collections.abc import Callable
from urllib.parse import quote, urlencode

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from huiban.connectors.objects import ObjectMissing
from huiban.kernel.archive import ASPECT_WORDS, RETENTION_WORDS, Aspect, Examined, Retention
from huiban.kernel.verification import Verdict
from huiban.services import archive_desk, archive_keeping
from huiban.services.archive_desk import Shown
from huiban.services.facts import local_day
from huiban.services.ledger import body_of
from huiban.services.refusal import FieldFault, NotAllowed, NotOpen
from huiban.store.archives import ArchiveNarrow
from huiban.store.lists import BadCursor
from huiban.store.models import ArchivePackage, LedgerEntry
from huiban.web.desk.frame import nav
from huiban.web.desk.speech import department_words, item_words, short_number
from huiban.web.desk.todo import bad_cursor
from huiban.web.field_model import ProblemLink
from huiban.web.refused import status_of
from huiban.web.visit import Context, Visit, at_desk, see_other

HERE = "/desk/archive"
_LONGEST_TEXT = 100
_YEARS_SHOWN = 6
_YEAR = re.compile(r"(?:19|2[0-9])[0-9]{2}")
Say = Callable[[], str]
STATES: dict[str, tuple[str, Say]] = {
    ArchivePackage.State.UNCHECKED: ("info", lambda: _("等待检测")),
    ArchivePackage.State.SOUND: ("ok", lambda: _("完好")),
    ArchivePackage.State.FAULTY: ("bad", lambda: _("有问题")),
    ArchivePackage.State.DISPOSED: ("", lambda: _("已销毁")),
}
VERDICTS: dict[Verdict, tuple[str, Say]] = {
    Verdict.PASSED: ("ok", lambda: _("通过")),
    Verdict.UNKNOWN: ("warn", lambda: _("不能判断")),
    Verdict.FAILED: ("bad", lambda: _("不通过")),
}
_KINDS: dict[str, Say] = {
    "document": lambda: _("出具的文书"),
    "material": lambda: _("申请材料"),
    "other": lambda: _("其他文件"),
}
_DAMAGE = frozenset({"object", "package", "package_digest"})
"""What is cured by putting the same file back; any other fault was there when it was archived."""
_ACTS: dict[str, Say] = {
    "archived": lambda: _("归档"),
    "checked": lambda: _("四性检测"),
    "fixity_failed": lambda: _("巡检发现问题"),
    "stamped": lambda: _("加盖时间戳"),
    "downloaded": lambda: _("下载"),
    "handed_over": lambda: _("移交档案馆"),
    "disposal_proposed": lambda: _("提出销毁"),
    "disposal_refused": lambda: _("不同意销毁"),
    "disposed": lambda: _("销毁"),
    "restored": lambda: _("从归档包恢复"),
}


@never_cache
@require_safe
@at_desk
def listing(visit: Visit) -> HttpResponse:
    """List the archived cases of an officer's reach."""
    narrow, asked = _narrow(visit)
    try:
        found = archive_desk.board(
            narrow, visit.actor, visit.now, visit.request.GET.get("after", "")
        )
    except BadCursor as fault:
        raise bad_cursor(fault) from fault
    context: Context = {
        "rows": [_row(one, visit.language) for one in found.rows],
        "narrow": {"q": asked["q"]},
        "search_hidden": [(name, value) for name, value in asked.items() if value and name != "q"],
        "tabs": _tabs(asked, found.counts, found.due),
        "years": _years(asked, visit),
        "classes": _classes(asked, visit.language),
        "next_url": _way(asked, after=found.cursor) if found.cursor else "",
        "first_url": _way(asked) if visit.request.GET.get("after") else "",
        "is_narrow": any(asked.values()),
        "desk_nav": nav(visit, HERE),
    }
    return render(visit.request, "desk/archive.html", context)


@never_cache
@require_safe
@at_desk
def show(visit: Visit, number: str) -> HttpResponse:
    """Show one package: what it is, what the checks found, its files, what happened to it."""
    return _drawn(visit, archive_desk.show(number, visit.actor, visit.now))


@never_cache
@require_POST
@at_desk
def check(visit: Visit, number: str) -> HttpResponse:
    """Do the four checks once more."""
    found = archive_desk.check_again(number, visit.actor, visit.now)
    if found.failed:
        messages.error(visit.request, _("检测完成，有 %(n)s 项不通过。") % {"n": len(found.failed)})
    else:
        messages.success(visit.request, _("检测完成，没有发现问题。"))
    return see_other(f"{HERE}/{number}#checks")


@never_cache
@require_safe
@at_desk
def download(visit: Visit, number: str) -> HttpResponse | StreamingHttpResponse:
    """Give the package as one file; who took it is noted."""
    try:
        row, chunks = archive_desk.download(number, visit.actor, visit.now)
    except ObjectMissing:
        messages.error(visit.request, _("存储里没有这个包，请联系系统管理员从备份恢复。"))
        return see_other(f"{HERE}/{number}")
    answer = StreamingHttpResponse(chunks, content_type="application/zip")
    name = quote(f"{row.case.number}.zip")
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    answer["Content-Length"] = str(row.size)
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@never_cache
@require_POST
@at_desk
def dispose(visit: Visit, number: str) -> HttpResponse:
    """Propose to dispose of a package whose time is over, approve it as the second, or refuse."""
    archive_desk.show(number, visit.actor, visit.now)  # within reach, or not there at all
    sent = visit.request.POST
    reason = sent.get("reason", "").replace("\x00", "")
    try:
        said = _decided(visit, number, sent.get("do", ""), reason)
    except (FieldFault, NotOpen, NotAllowed) as refused:
        found = archive_desk.show(number, visit.actor, visit.now)
        return _drawn(visit, found, refused, reason)
    messages.success(visit.request, said)
    return see_other(f"{HERE}/{number}")


def _decided(visit: Visit, number: str, act: str, reason: str) -> str:
    if act == "approve":
        archive_keeping.approve(number, visit.actor, visit.now)
        return _("归档包已销毁。办件、日志和台账都在。")
    if act == "refuse":
        archive_keeping.refuse(number, visit.actor, visit.now)
        return _("不销毁，继续保管。")
    archive_keeping.propose(number, reason, visit.actor, visit.now)
    return _("已提出销毁，等另一位档案人员审核。")


def _drawn(
    visit: Visit,
    found: Shown,
    refused: FieldFault | NotOpen | NotAllowed | None = None,
    reason: str = "",
) -> HttpResponse:
    row, case = found.row, found.row.case
    fault = refused.message.speak(visit.language) if refused else ""
    at = refused.path if isinstance(refused, FieldFault) else ""
    context: Context = {
        "row": _row(row, visit.language),
        "package": row,
        "here": f"{HERE}/{row.number}",
        "case_url": f"/desk/cases/{case.number}" if found.may_see_case else "",
        "department": department_words(row.department, visit.language),
        "aspects": _aspects(found.report, visit.language),
        "is_damaged": any(one.code in _DAMAGE for one in found.report.failed),
        "elements": found.elements,
        "files": [_file(one) for one in found.files],
        "trouble": found.trouble.speak(visit.language),
        "history": [_entry(one, visit.language) for one in found.history],
        "is_broken": found.is_broken,
        "may_check": found.may_keep and row.state != ArchivePackage.State.DISPOSED,
        "may_download": found.may_download and row.state != ArchivePackage.State.DISPOSED,
        "may_dispose": found.may_keep and found.is_due,
        "is_due": found.is_due,
        "is_mine": row.disposal_by == visit.actor.number,
        "longest": archive_keeping.LONGEST_REASON,
        "reason": reason,
        "fault": fault,
        "fault_at": at,
        "links": [ProblemLink(f"#{at}", fault)] if at else [],
        "crumbs": [(_("档案"), HERE), (case.title, "")],
        "desk_nav": nav(visit, HERE),
    }
    status = status_of(refused) if refused else 200
    return render(visit.request, "desk/archive_package.html", context, status=status)


def _row(row: ArchivePackage, language: str) -> Context:
    case = row.case
    kind, words = STATES[row.state]
    return {
        "url": f"{HERE}/{row.number}",
        "number": case.number,
        "short": short_number(case.number),
        "title": case.title,
        "item": item_words(case.item_code, language),
        "party": case.subject_name,
        "retention": RETENTION_WORDS[Retention(row.retention)].speak(language),
        "keep_until": row.keep_until,
        "archived_at": row.archived_at,
        "checked_at": row.checked_at,
        "handed_over_at": row.handed_over_at,
        "is_proposed": bool(row.disposal_by) and row.state != ArchivePackage.State.DISPOSED,
        "kind": kind,
        "state": words(),
    }


def _aspects(report: Examined, language: str) -> list[Context]:
    return [
        {
            "code": str(aspect),
            "title": words.speak(language),
            "note": _NOTES[aspect](),
            "kind": VERDICTS[report.verdict_of(aspect)][0],
            "verdict": VERDICTS[report.verdict_of(aspect)][1](),
            "checks": [
                {
                    "title": one.title.speak(language),
                    "detail": one.detail.speak(language),
                    "kind": VERDICTS[one.verdict][0],
                    "verdict": VERDICTS[one.verdict][1](),
                }
                for one in report.of(aspect)
            ],
        }
        for aspect, words in ASPECT_WORDS.items()
    ]


_NOTES: dict[Aspect, Say] = {
    Aspect.AUTHENTIC: lambda: _("内容没有被改过，来源可以证明"),
    Aspect.COMPLETE: lambda: _("该有的都在，没有多出来的"),
    Aspect.USABLE: lambda: _("每个文件都能打开，格式能长期读"),
    Aspect.SAFE: lambda: _("没有密码，没有会自己运行的内容"),
}


def _file(told: dict[str, object]) -> Context:
    words = _KINDS.get(str(told.get("kind", "")), _KINDS["other"])
    return {**told, "kind": words(), "name": str(told.get("path", "")).rpartition("/")[2]}


def _entry(entry: LedgerEntry, language: str) -> Context:
    body = body_of(entry)
    faults, verdicts, reason = body.get("faults"), body.get("verdicts"), body.get("reason")
    lines = [str(one).partition(": ")[2] for one in faults] if isinstance(faults, list) else []
    if isinstance(verdicts, dict):
        lines.append(" · ".join(_said(*one, language) for one in verdicts.items()))
    if isinstance(reason, str):
        lines.append(reason)
    said = _ACTS.get(entry.act)
    return {"entry": entry, "words": said() if said else entry.act, "lines": lines}


def _said(aspect: str, verdict: str, language: str) -> str:
    return f"{ASPECT_WORDS[Aspect(aspect)].speak(language)} {VERDICTS[Verdict(verdict)][1]()}"


def _narrow(visit: Visit) -> tuple[ArchiveNarrow, dict[str, str]]:
    sent = visit.request.GET
    text = sent.get("q", "").replace("\x00", "").strip()[:_LONGEST_TEXT]
    year, state, kept = sent.get("year", ""), sent.get("state", ""), sent.get("kept", "")
    asked = {
        "q": text,
        "state": state if state in (*STATES, "due") else "",
        "year": year if _YEAR.fullmatch(year) else "",
        "kept": kept if kept in set(Retention) else "",
    }
    narrow = ArchiveNarrow(
        text=text,
        year=int(asked["year"]) if asked["year"] else None,
        retention=asked["kept"],
        state="" if asked["state"] == "due" else asked["state"],
        due_by=local_day(visit.now) if asked["state"] == "due" else None,
    )
    return narrow, asked


def _way(asked: dict[str, str], **changed: str) -> str:
    said = {name: value for name, value in {**asked, **changed}.items() if value}
    return f"{HERE}?{urlencode(said)}" if said else HERE


def _tabs(asked: dict[str, str], counts: dict[str, int], due: int) -> list[Context]:
    every: list[tuple[str, str, int | None]] = [("", _("全部"), None)]
    every += [(code, words(), counts.get(code, 0)) for code, (_kind, words) in STATES.items()]
    every.append(("due", _("保管期满"), due))
    return [
        {
            "url": _way(asked, state=code),
            "words": words,
            "count": count,
            "current": asked["state"] == code,
        }
        for code, words, count in every
        if count or code in ("", ArchivePackage.State.FAULTY) or asked["state"] == code
    ]


def _years(asked: dict[str, str], visit: Visit) -> list[Context]:
    this = local_day(visit.now).year
    shown = [("", _("全部"))] + [
        (str(one), str(one)) for one in range(this, this - _YEARS_SHOWN, -1)
    ]
    return [
        {"url": _way(asked, year=code), "words": words, "current": asked["year"] == code}
        for code, words in shown
    ]


def _classes(asked: dict[str, str], language: str) -> list[Context]:
    shown = [("", _("全部"))]
    shown += [(str(code), words.speak(language)) for code, words in RETENTION_WORDS.items()]
    return [
        {"url": _way(asked, kept=code), "words": words, "current": asked["kept"] == code}
        for code, words in shown
    ]
