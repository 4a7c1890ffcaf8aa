# SPDX-License-Identifier: Apache-2.0
"""The middle of a case page: form, materials, points, process, papers, journal; one at a time."""

import json
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from huiban.connectors import preview
from huiban.kernel.process import Chart
from huiban.services import evidence
from huiban.services.casepage import act_words
from huiban.services.desk import DeskCase
from huiban.store.models import Blob
from huiban.store.rows import JournalRow
from huiban.web import review_view
from huiban.web.desk import data_check, flow, review, sign_requests
from huiban.web.desk.narrow import Narrow, case_way
from huiban.web.desk.speech import role_words
from huiban.web.review_view import Told
from huiban.web.visit import Context, Visit

_WIDTHS = {"1": 960, "2": 1600}


def chosen(asked: str, found: DeskCase) -> str:
    """Return the tab asked for where this officer may see it, else the form."""
    return asked if asked in _open(found) else "form"


def _open(found: DeskCase) -> list[str]:
    names = ["form", "materials", "points", "check", "flow", "papers", "journal"]
    hidden = {
        "materials": not found.can_see_materials,
        "points": found.points is None and found.review is None,
        "check": found.checked is None,
        "journal": not found.can_see_journal,
    }
    return [name for name in names if not hidden.get(name)]


def links(found: DeskCase, narrow: Narrow, here: str, points: int) -> list[Context]:
    """Return the tabs with what is in each."""
    whole = found.page.whole
    words = {
        "form": (_("申请表"), None),
        "materials": (_("材料"), len(whole.files)),
        "points": (_("审查要点"), points),
        "check": (_("数据核验"), len(found.checked.lines) if found.checked else 0),
        "flow": (_("流程图"), None),
        "papers": (_("文书"), len(whole.documents)),
        "journal": (_("日志"), len(whole.journal)),
    }
    return [
        {
            "url": case_way(found.page.number, narrow, tab=name),
            "words": words[name][0],
            "count": words[name][1],
            "current": name == here,
        }
        for name in _open(found)
    ]


def context(tab: str, visit: Visit, found: DeskCase, narrow: Narrow) -> Context:
    """Gather what one tab needs; the others cost nothing."""
    if tab == "materials":
        return _materials(visit, found, narrow)
    if tab == "check":
        return data_check.context(visit, found)
    if tab == "flow":
        page, language = found.page, visit.language
        return {
            "diagram": flow.diagram(page, language),
            "tall": flow.diagram(page, language, vertical=True),
        }
    if tab == "papers":
        return {"sign_requests": sign_requests.of_case(found.page.whole.case.id, visit.actor)}
    if tab == "journal":
        return _journal(visit, found)
    return {}


def _materials(visit: Visit, found: DeskCase, narrow: Narrow) -> Context:
    sent = visit.request.GET
    files = {one.number: one for line in found.page.materials for one in line.files}
    file = files.get(sent.get("file", "")) or next(iter(files.values()), None)
    number = found.page.number
    more = {"form_url": case_way(number, narrow, tab="form")}
    if file is None:
        return {"file": None, **more}
    pages = page_count(file)
    told = review.told(visit, found, narrow)
    point = sent.get("point", "")
    page = min(max(_whole(sent.get("page", "")), 1), max(pages, 1))
    zoom = sent.get("zoom", "1") if sent.get("zoom") in _WIDTHS else "1"

    def way(to: int, size: str = zoom, to_file: str = file.number) -> str:
        query = case_way(number, narrow, tab="materials")
        wanted = {"file": to_file, "page": str(to)} | ({"zoom": size} if size != "1" else {})
        return f"{query}&{urlencode(wanted)}#viewer"

    return {
        "file": file,
        **more,
        "material": next(line for line in found.page.materials if file in line.files),
        "file_links": [
            (line, [(one, way(1, "1", one.number)) for one in line.files])
            for line in found.page.materials
            if line.files
        ],
        "can_show": preview.can_show(file.media) and pages > 0,
        "page_number": page,
        "page_total": pages,
        "image": f"/files/{file.number}/pages/{page}?w={_WIDTHS[zoom]}",
        "marks": review_view.sheet(told, file, page, point) if told else None,
        **_on_page(told, file, page, point),
        "file_line": review_view.file_lines(told.reviewed).get(file.number) if told else None,
        "is_large": zoom == "2",
        "zoom_url": way(page, "1" if zoom == "2" else "2"),
        "previous_url": way(page - 1) if page > 1 else "",
        "next_url": way(page + 1) if page < pages else "",
        "pages": [
            {
                "number": n,
                "image": f"/files/{file.number}/pages/{n}?w=160",
                "url": way(n),
                "current": n == page,
            }
            for n in range(1, min(pages, 60) + 1)
        ],
    }


def _on_page(told: Told | None, file: Blob, page: int, point: str) -> Context:
    """Return the finding that was asked for, and the others with a place on the page."""
    found = review_view.on_page(told, file, page) if told else []
    views = [review_view.finding(told, one) for one in found] if told else []
    return {
        "page_finding": next((one for one in views if one["code"] == point), None),
        "page_findings": [one for one in views if one["code"] != point],
    }


def page_count(file: Blob) -> int:
    """Return how many pages were counted when the file came in; 0 where it has no pictures."""
    try:
        told = json.loads(file.verdict or "{}")
    except ValueError:
        return 1
    pages = told.get("pages") if isinstance(told, dict) else None
    return pages if isinstance(pages, int) and pages > 0 else 1


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 6 else 1


def _journal(visit: Visit, found: DeskCase) -> Context:
    """Read the whole journal, and check that it still is what was written."""
    page = found.page
    verdict = evidence.verify_case(page.number)
    broken = {one.row for one in verdict.breaks}
    return {
        "verdict": verdict,
        "entries": [
            {
                "row": row,
                "note": page.timeline[place].note,
                "label": entry_words_of(row.act, page.chart, visit.language),
                "role": entry_role(row, visit.language),
                "is_broken": place in broken,
                "documents": [one for one in page.whole.documents if one.journal_seq == row.seq],
            }
            for place, row in enumerate(page.whole.journal)
        ],
    }


def entry_role(row: JournalRow, language: str) -> str:
    """Name the role an entry was made in; the system is its own."""
    return "" if row.role in ("", "system") else role_words(row.role, language)


def entry_words_of(act: str, chart: Chart, language: str) -> str:
    """Name what an entry of the journal says was done."""
    own = {"revealed": _("查看了遮盖的内容"), "point_settled": _("认定了一条审查要点")}
    return own.get(act) or act_words(act, chart).speak(language)
