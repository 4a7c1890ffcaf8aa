# SPDX-License-Identifier: Apache-2.0
"""Whole applications from other programs: files first, then everything in one call."""

import re
from typing import Annotated

from pydantic import Field

from huiban.kernel.words import Words
from huiban.services import files
from huiban.services.apply import Whole, apply
from huiban.web.api.door import PREFIX, Ask, Reply, Route
from huiban.web.api.drafts import FileModel, Sent, UploadQuery, file_model
from huiban.web.api.parts import Answers, Body, Code, FileId
from huiban.web.api.problem import Problem
from huiban.web.api.reading import upload_of

IDEMPOTENCY = "Idempotency-Key"
KEY_PATTERN = "^[!-~]{8,100}$"
_KEY = re.compile(KEY_PATTERN)
_REPLAYED = "Idempotency-Replayed"


class Apply(Body):
    """A whole application (申请)."""

    item: Code
    answers: Answers = Field(description="As the item's form schema says, all sections together.")
    materials: dict[Code, Annotated[list[FileId], Field(max_length=50)]] = Field(
        default_factory=dict, description="Ids of uploaded files by material."
    )
    certificate: str = Field("", max_length=64, description="The certificate in hand, if needed.")
    commitments: Annotated[list[Code], Field(max_length=50)] = Field(
        default_factory=list,
        description="Materials promised instead (告知承诺), by the text in the item's guide.",
    )


def apply_whole(ask: Ask) -> Reply:
    """Send a whole application; the same key and content again names the same case."""
    assert isinstance(ask.body, Apply)
    sent = ask.body
    whole = Whole(
        sent.item,
        sent.answers,
        sent.materials,
        _key(ask),
        sent.certificate,
        tuple(sent.commitments),
        token=ask.unproven,
    )
    done = apply(whole, ask.actor, ask.now)
    found = Sent(
        number=done.number,
        version=done.version,
        stage=done.stage,
        title=done.title,
        submitted_at=done.submitted_at,
        due_at=done.due_at,
    )
    headers = {"Location": f"{PREFIX}/cases/{done.number}"}
    if done.is_repeat:
        return Reply(found, 200, {**headers, _REPLAYED: "true"})
    return Reply(found, 201, headers)


def _key(ask: Ask) -> str:
    key = ask.request.META.get("HTTP_IDEMPOTENCY_KEY", "")
    if _KEY.fullmatch(key):
        return str(key)
    raise Problem(
        400,
        "idempotency_key_missing",
        Words(
            f"请在 {IDEMPOTENCY} 里给这份申请一个编号：8 到 100 个可见的 ASCII 字符，重发时不变",
            f"Name this application in {IDEMPOTENCY}: 8 to 100 visible ASCII characters, "
            "the same when it is sent again",
        ),
    )


def add_file(ask: Ask) -> Reply:
    """Upload a file for an application that will be sent whole."""
    name = ask.query.name if isinstance(ask.query, UploadQuery) else ""
    kept = files.add_loose(upload_of(ask.request, name), ask.actor, ask.now)
    headers = {"Location": f"{PREFIX}/files/{kept.blob.number}"}
    return Reply(file_model(kept, ask.language), 201, headers)


_TAG = "applications"
ROUTES = (
    Route(method="POST", path="/files", act=add_file, tag=_TAG, query=UploadQuery,
          takes_file=True, answer=FileModel, status=201, refusals=(400, 411, 413, 415, 422)),
    Route(method="POST", path="/applications", act=apply_whole, tag=_TAG, body=Apply, answer=Sent,
          status=201, also=(200,), headers=(IDEMPOTENCY,), refusals=(403, 404, 409),
          proves_caller=True),
)  # fmt: skip
