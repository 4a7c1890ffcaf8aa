# SPDX-License-Identifier: Apache-2.0
"""Who the caller is, as the API knows them."""

from pydantic import BaseModel, Field

from huiban.services.party import masked
from huiban.store import notices
from huiban.web.api.door import Ask, Route


class Me(BaseModel):
    """The caller's account and the party it acts for."""

    number: str
    name: str
    kind: str
    roles: list[str]
    department: str
    division: str
    subject: str = Field(description="The party acted for; a person's number is masked.")
    subject_name: str
    unread: int = Field(description="Messages not read yet.")


def read_me(ask: Ask) -> Me:
    """Read who is calling."""
    actor = ask.actor
    return Me(
        number=actor.number,
        name=actor.name,
        kind=str(actor.kind),
        roles=sorted(actor.roles),
        department=actor.department,
        division=actor.division,
        subject=masked(actor.subject),
        subject_name=actor.subject_name,
        unread=notices.unread_count(actor.subject) if actor.subject else 0,
    )


ROUTES = (Route(method="GET", path="/me", act=read_me, tag="me", answer=Me),)
