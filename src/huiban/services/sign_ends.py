# SPDX-License-Identifier: Apache-2.0
"""What the end of a request to sign leaves on its case: a fact, and the signed document."""

from datetime import datetime

from huiban.kernel.actor import Actor
from huiban.kernel.sign_order import RequestState
from huiban.services import ceremony, handle, sign_notices, vault
from huiban.services.journal import Fact, body_of
from huiban.store import documents, ids
from huiban.store.models import Document, SignRequest

CODE = "signed_request"
ACTS = {
    RequestState.COMPLETED: "signing_completed",
    RequestState.DECLINED: "signing_declined",
    RequestState.WITHDRAWN: "signing_withdrawn",
    RequestState.EXPIRED: "signing_expired",
}


def note(request: SignRequest, actor: Actor, now: datetime) -> None:
    """Tell the parties of the end, and put it on the record of the case if there is one."""
    sign_notices.tell_end(request, request.parties.all(), now)
    if request.case is None:
        return
    act = ACTS[RequestState(request.state)]
    fact = Fact(
        act=act,
        stage_from=request.case.stage,
        stage_to=request.case.stage,
        reason=request.reason,
        role="system",
        body={
            "request": request.number,
            "title": request.title,
            "kind": request.kind,
            "sha256": request.sha256,
        },
    )
    handle.note(request.case.number, fact, now, actor)
    if request.state == RequestState.COMPLETED:
        _file(request, act, now)


def _file(request: SignRequest, act: str, now: datetime) -> None:
    """Make the signed file a document of the case, so that it is archived with it."""
    assert request.case is not None, "only requests on a case are filed"
    rows = handle.load(request.case.number).journal
    seq = next(
        one.seq
        for one in reversed(rows)
        if one.act == act and body_of(one)["request"] == request.number
    )
    documents.issue(
        Document(
            number=ids.new_key(),
            case_id=request.case.id,
            code=CODE,
            title=request.title,
            journal_seq=seq,
            media=ceremony.PDF,
            size=len(vault.content(request.object_key)),
            sha256=request.sha256,
            object_key=request.object_key,
            issued_at=now,
            issued_by=request.made_by_name,
            is_public=False,
        )
    )
