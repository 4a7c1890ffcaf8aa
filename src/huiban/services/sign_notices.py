# SPDX-License-Identifier: Apache-2.0
"""What parties are told of a request to sign (签署提醒), where it belongs to a case."""

from collections.abc import Iterable
from datetime import datetime

from huiban.kernel.document_words import date_words
from huiban.kernel.sign_order import RequestState
from huiban.services.sign_request_model import last_day
from huiban.store import notices
from huiban.store.models import Account, SignParty, SignRequest
from huiban.store.notices import NewNotice

_ENDS = {
    RequestState.COMPLETED: ("已全部签署", "Signed by everybody"),
    RequestState.DECLINED: ("有一方拒绝，签署终止", "Declined by a party"),
    RequestState.WITHDRAWN: ("签署已撤回", "Withdrawn"),
    RequestState.EXPIRED: ("签署已过期", "Expired"),
}


def tell_turns(request: SignRequest, parties: Iterable[SignParty], now: datetime) -> None:
    """Tell those whose turn it is now."""
    for one in parties:
        _tell(request, one, now, "请您签署", "Please sign")


def remind(request: SignRequest, party: SignParty, now: datetime) -> None:
    """Remind a party once more."""
    _tell(request, party, now, "提醒您签署", "Reminder: please sign")


def tell_end(request: SignRequest, parties: Iterable[SignParty], now: datetime) -> None:
    """Tell everybody who was asked that the request is over."""
    zh, en = _ENDS[RequestState(request.state)]
    for one in parties:
        if one.opened_at is not None:
            _send(request, one, now, (f"{zh}：{request.title}", f"{en}: {request.title}"))


def _tell(request: SignRequest, party: SignParty, now: datetime, zh: str, en: str) -> None:
    _send(request, party, now, (f"{zh}：{request.title}", f"{en}: {request.title}"))


def _send(request: SignRequest, party: SignParty, now: datetime, title: tuple[str, str]) -> None:
    subject = party.subject_code or _subject_of(party.account)
    if request.case is None or not subject:
        return
    last = last_day(request)
    notice = NewNotice(
        code="signing",
        subject_code=subject,
        title=title[0],
        text=f"在“待我签署”里打开。签署截止到{date_words(last)}，由{request.made_by_name}发起。",
        title_en=title[1],
        text_en=f"Open it under “To sign”. Until {last}; asked for by {request.made_by_name}.",
        link=f"/signing/{request.number}/{party.place}",
    )
    notices.tell(request.case.number, notice, now)


def _subject_of(account: str) -> str:
    if not account:
        return ""
    found = Account.objects.filter(number=account).values_list("subject", flat=True).first()
    return found or ""
