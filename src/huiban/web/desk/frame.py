# SPDX-License-Identifier: Apache-2.0
"""The head of every page of the desk: which lists this officer has, and how full they are."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from huiban.kernel.actor import Actor
from huiban.kernel.permission import Errand, may
from huiban.services import automatic
from huiban.web.visit import Context, Visit

_AUTOMATIC = "/desk/automatic"
_PLACES: tuple[tuple[Errand, str, Callable[[], str]], ...] = (
    (Errand.LIST_DESK, "/desk", lambda: _("待办")),
    (Errand.LIST_DESK, "/desk/cases", lambda: _("在办与已办")),
    (Errand.SIGN_REQUESTS, "/desk/signing", lambda: _("签署与用印")),
    (Errand.CONFIRM_IDENTITY, "/desk/identity", lambda: _("窗口核实")),
    (Errand.CONFIRM_IDENTITY, "/desk/portraits", lambda: _("证件照片")),
    (Errand.VIEW_CERTIFICATES, "/desk/certificates", lambda: _("证照")),
    (Errand.MANAGE_CALENDAR, "/desk/calendar", lambda: _("工作日历")),
    (Errand.MANAGE_CALENDAR, "/desk/system", lambda: _("系统运行")),
    (Errand.VIEW_AUDIT, "/desk/audit", lambda: _("审计")),
    (Errand.VIEW_CATALOGUE, "/desk/resources", lambda: _("数据资源")),
    (Errand.ANSWER_DISPUTE, "/desk/disputes", lambda: _("数据异议")),
    (Errand.VIEW_SEALS, "/desk/seals", lambda: _("电子印章")),
    (Errand.VIEW_ARCHIVE, "/desk/archive", lambda: _("档案")),
    (Errand.VIEW_RATES, "/desk/rates", lambda: _("减填写率")),
    (Errand.VIEW_POINTS, "/desk/review-points", lambda: _("要点准确率")),
    (Errand.LIST_DESK, _AUTOMATIC, lambda: _("自动审批")),
)


def places(actor: Actor) -> list[tuple[str, str]]:
    """List the pages of the desk that an officer may open, the first one being theirs."""
    return [
        (url, words())
        for errand, url, words in _PLACES
        if may(actor, errand) and (url != _AUTOMATIC or automatic.is_approved_anywhere())
    ]


def nav(visit: Visit, here: str, todo: int | None = None) -> list[Context]:
    """Return the links of the head; the to-do list says how much is in it where that is known."""
    return [
        {
            "url": url,
            "words": words,
            "current": url == here,
            "count": todo if url == "/desk" else None,
        }
        for url, words in places(visit.actor)
    ]
