# SPDX-License-Identifier: Apache-2.0
"""What waits for an officer beside open work: signatures and seals asked for, seals to approve."""

from dataclasses import dataclass
from datetime import date

from huiban.kernel.actor import Actor
from huiban.kernel.permission import ADMIN_ROLES, Denied, Errand, may, may_with_seals
from huiban.services import signing
from huiban.services.sign_request_model import last_day_before
from huiban.store import seals, sign_requests


@dataclass(frozen=True, slots=True)
class Besides:
    """How many documents wait for a signature or seal, until when at least, and how many seals."""

    documents: int = 0
    last_day: date | None = None
    seals: int = 0


def besides(actor: Actor) -> Besides:
    """Count what waits for an officer; asks only about what they may do, once each."""
    documents, until = 0, None
    if may(actor, Errand.SIGN_REQUESTS):
        documents, until = sign_requests.count_waiting(signing.holders(actor))
    return Besides(documents, until and last_day_before(until), _seals(actor))


def _seals(actor: Actor) -> int:
    answer = may_with_seals(actor, Errand.APPROVE_SEAL, actor.department)
    if isinstance(answer, Denied):
        return 0
    if answer.role in ADMIN_ROLES:
        return seals.waiting(None).second
    return seals.waiting(actor.department).first
