# SPDX-License-Identifier: Apache-2.0
"""Registers that their departments send on their own (推送): signed bodies, no token."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field, JsonValue, StringConstraints

from huiban.services import register_push
from huiban.services.register_push import MOST_RECORDS, Delivery, NotSigned
from huiban.web.api import rate, reading
from huiban.web.api.door import Ask, Route
from huiban.web.api.parts import Body
from huiban.web.api.problem import Problem

SIGNATURE = "X-Huiban-Signature"
BatchName = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_.-]{1,64}$")]


class PushBody(Body):
    """
    One delivery of a register, whose bytes are signed with the department's key (Ed25519).

    What is sent takes the place of all that was sent before for the same lookup keys, so all
    records of one key belong into one batch.
    """

    resource: str = Field(
        max_length=64,
        description="The register it is for, as in the address: the signature covers it.",
    )
    batch: BatchName = Field(
        description="Names that sort in the order they are sent on a day, such as `20261123-0001`."
    )
    as_of: Annotated[date, Field(strict=False)] = Field(
        description="The day the data are of, not in the future."
    )
    records: list[dict[str, JsonValue]] = Field(
        max_length=MOST_RECORDS,
        description="Items by key, as the catalogue has them, with one lookup key at least.",
    )


class PushAnswer(BaseModel):
    """What came of a delivery."""

    batch: str
    taken: int = Field(description="How many records were taken now.")
    is_repeat: bool = Field(description="The same delivery was taken before; nothing was changed.")


def push_register(ask: Ask) -> PushAnswer:
    """Send a register's records, signed by the department whose register it is."""
    key = ask.at["register"]
    # Checking a signature costs something, and anybody may try.
    rate.spend(f"push:{ask.request.META.get('REMOTE_ADDR', '')}", ask.now)
    try:
        register_push.demand_signed(key, ask.raw, ask.request.headers.get(SIGNATURE, ""))
    except NotSigned as fault:
        raise Problem(401, fault.code, fault.message) from fault
    body = reading.parsed(ask.raw, PushBody)
    if body.resource != key:
        raise Problem(401, NotSigned.code, register_push.FOR_ANOTHER)
    taken = register_push.receive(key, Delivery(body.batch, body.as_of, body.records), ask.now)
    return PushAnswer(batch=taken.batch, taken=taken.records, is_repeat=taken.is_repeat)


ROUTES = (
    Route(method="POST", path="/registers/{register}/push", act=push_register, tag="registers",
          body=PushBody, answer=PushAnswer, is_public=True, is_signed=True, headers=(SIGNATURE,),
          refusals=(401, 404, 409, 411, 429)),
)  # fmt: skip
