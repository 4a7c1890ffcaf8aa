# SPDX-License-Identifier: Apache-2.0
"""How right review points were (要点准确率), on the desk: what each found and officers said."""

import csv

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from huiban.kernel.point_score import FEWEST, Score, Share
from huiban.services import point_scores
from huiban.services.point_scores import PointLine, ScoreBoard, Writing
from huiban.web.desk.frame import nav
from huiban.web.desk.rates import percent
from huiban.web.portal.steps import life_words
from huiban.web.review_words import severity_words
from huiban.web.visit import Context, Visit, at_desk

HERE = "/desk/review-points"


@never_cache
@require_safe
@at_desk
def listing(visit: Visit) -> HttpResponse:
    """Show every point of a scenario with how right it is, older writings folded."""
    found = _board(visit)
    total = found.total
    context: Context = {
        "found": found,
        "name": found.scenario.name.speak(visit.language),
        "scenarios": [
            {
                "url": f"{HERE}?scenario={code}",
                "words": one.name.speak(visit.language),
                "current": code == found.scenario.code,
            }
            for code, one in point_scores.scenarios().items()
        ],
        "figures": [
            (share_words(total.precision), _("准确率")),
            (share_words(total.overruled), _("改判率")),
            (share_words(total.missed), _("漏判率")),
            (f"{total.total:,}", _("次认定（现在的写法）")),
        ],
        "rows": [_row(one, found, visit.language) for one in found.lines],
        "fewest": FEWEST,
        "new": _new(found, visit.language) if found.can_write else [],
        "download": f"{HERE}/download?scenario={found.scenario.code}",
        "desk_nav": nav(visit, HERE),
    }
    return render(visit.request, "desk/point_scores.html", context)


@never_cache
@require_safe
@at_desk
def download(visit: Visit) -> HttpResponse:
    """Give every writing of every point as one CSV file: the counts behind the shares."""
    found = _board(visit)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    name = f"review-points-{found.scenario.code}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.write("\ufeff")  # without it spreadsheets take the file for another encoding
    sheet = csv.writer(answer)
    sheet.writerow(
        [
            _("要点"), _("编码"), _("写法"), _("现在的写法"), _("判不符，属实"), _("判不符，改判"),
            _("判通过，属实"), _("判通过，改判"), _("不明，认定符合"), _("不明，认定不符"),
            _("准确率"), _("改判率"), _("漏判率"),
        ]
    )  # fmt: skip
    for line in found.lines:
        for writing in (line.now, *line.before) if line.point else line.before:
            sheet.writerow(_csv_row(line, writing, visit.language))
    return answer


def share_words(share: Share) -> str:
    """
    Say a share in percent, or in cases where there are too few; a dash where there are none.

    >>> share_words(Share(9, 12)), share_words(Share(0, 0))
    ('75.0%', '—')
    """
    if share.fraction is not None:
        return percent(share.fraction)
    return f"{share.part} / {share.of}" if share.of else "—"


def score_view(score: Score) -> Context:
    """Return what a template says of a score: shares with the counts behind them."""
    return {
        "precision": share_words(score.precision),
        "overruled": share_words(score.overruled),
        "missed": share_words(score.missed),
        "is_few": bool(score.precision.of) and score.precision.fraction is None,
        "n": score.total,
        "fail": score.precision.of,
        "fail_confirmed": score.precision.part,
        "fail_overruled": score.n("fail", "pass"),
        "passed": score.missed.of,
        "pass_overruled": score.missed.part,
        "unknown": score.n("unknown"),
        "unknown_fail": score.n("unknown", "fail"),
        "unknown_pass": score.n("unknown", "pass"),
    }


def _board(visit: Visit) -> ScoreBoard:
    return point_scores.board(visit.request.GET.get("scenario", ""), visit.actor)


def _row(line: PointLine, found: ScoreBoard, language: str) -> Context:
    point = line.point
    base = f"{HERE}/{found.scenario.code}"
    return {
        "code": line.code,
        "title": point.title.speak(language) if point else line.code,
        "severity": severity_words(point.severity) if point else "",
        "rule": point.rule.text if point else "",
        "is_gone": point is None,
        "now": score_view(line.now.score),
        "before": [{"digest": one.rule[:8], "score": score_view(one.score)} for one in line.before],
        "items": [
            {
                "words": life_words(str(item.life)),
                "name": item.name.speak(language),
                "url": f"{base}/{item.code}/{line.code}" if found.can_write else "",
            }
            for item in line.items
        ],
    }


def _new(found: ScoreBoard, language: str) -> list[tuple[str, str, str]]:
    """Return where a new point is written: situation, item, address."""
    return [
        (life_words(str(one.life)), one.name.speak(language),
         f"{HERE}/{found.scenario.code}/{one.code}")
        for one in point_scores.in_order(found.scenario)
    ]  # fmt: skip


def _csv_row(line: PointLine, writing: Writing, language: str) -> list[object]:
    score = writing.score
    shares = (score.precision, score.overruled, score.missed)
    return [
        line.point.title.speak(language) if line.point else line.code,
        line.code,
        writing.rule[:8],
        _("是") if line.point and writing is line.now else _("否"),
        score.n("fail", "fail"),
        score.n("fail", "pass"),
        score.n("pass", "pass"),
        score.n("pass", "fail"),
        score.n("unknown", "pass"),
        score.n("unknown", "fail"),
        *("" if one.fraction is None else percent(one.fraction) for one in shares),
    ]
