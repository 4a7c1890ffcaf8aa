# SPDX-License-Identifier: Apache-2.0
"""Answering another department's question (证明协查): written down first, then sealed."""

from datetime import datetime

from django.db import transaction

from huiban.kernel.actor import Actor
from huiban.kernel.words import Words
from huiban.services import ceremony, ledger, signing_papers, vault
from huiban.services.facts import local_day
from huiban.services.ledger import Chain
from huiban.services.refusal import FieldFault, NotOpen
from huiban.services.sign_request_make import department_name, place_of, prepare
from huiban.services.sign_request_model import LONGEST_TEXT, Kind, last_day
from huiban.services.sign_requests import moved
from huiban.services.signing import Task
from huiban.services.signing_papers import Attestation
from huiban.store import sign_requests
from huiban.store.models import SignRequest
from huiban.store.sign_requests import RequestMoved, Written


def answer(task: Task, text: str, actor: Actor, now: datetime) -> None:
    """
    Write the answer into the attestation that is to be sealed; until then it may be written anew.

    :raises NotOpen: if nothing is asked here, or the attestation was sealed or ended.
    :raises FieldFault: if the answer says nothing, or too much.
    """
    if task.request.kind != Kind.ATTESTATION or not task.is_open:
        raise NotOpen(
            Words("这项协查现在不能答复，请刷新查看", "This cannot be answered now: reload")
        )
    said = text.replace("\r\n", "\n").strip()
    if not said:
        raise FieldFault("answer", Words("请填写协查结果", "Write what you found"))
    if len(said) > LONGEST_TEXT:
        words = Words(f"最多写 {LONGEST_TEXT} 个字，请缩短", f"At most {LONGEST_TEXT} characters")
        raise FieldFault("answer", words)
    laid = signing_papers.attestation(_about(task.request, task.party.name, said, now))
    content = prepare(laid, [place_of(laid, task.party.place, task.party.name, is_last=True)])
    key, sha256 = vault.keep(content), ceremony.sha256_of(content)
    number, version = task.request.number, task.request.version
    try:
        with transaction.atomic():
            sign_requests.write_again(number, version, Written(said, key, sha256, laid.pages))
            body = {"answer": said, "before": task.request.sha256, "after": sha256}
            ledger.note(Chain.REQUEST, number, "answered", actor, now, body)
    except RequestMoved:
        raise moved() from None


def _about(request: SignRequest, asked: str, said: str, now: datetime) -> Attestation:
    return Attestation(
        number=request.number,
        title=request.title,
        asking=department_name(request.department),
        asked=asked,
        question=request.purpose,
        asked_on=local_day(request.made_at),
        until=last_day(request),
        case_number=request.case.number if request.case else "",
        case_title=request.case.title if request.case else "",
        answer=said,
        answered_on=local_day(now),
    )
