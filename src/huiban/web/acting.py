# SPDX-License-Identifier: Apache-2.0
"""For whom somebody acts just now (代办): chosen in the session, checked on every page."""

import re
from datetime import datetime

from django.http import HttpRequest

from huiban.kernel.actor import Actor
from huiban.kernel.words import Words
from huiban.services import delegation_uses, delegations
from huiban.services.delegation_uses import DelegationRefused
from huiban.services.refusal import NotAllowed

_KEY = "hb_acting"
# Whatever is not named here is the principal's own: a new page is closed until somebody opens it.
_OPEN = re.compile(
    r"/(?:$|search$|items/|drafts/|cases(?:$|/(?!.*/retract$))|signing/ceremonies/|files/|documents/"
    r"|delegations(?:$|/)|certificates(?:$|/(?!.*/revoke$))|use(?:$|/)|verify(?:$|/)|receipts/"
    r"|evidence(?:$|/)|gallery)"
)


def as_chosen(request: HttpRequest, actor: Actor) -> Actor:
    """Give whoever is signed in as they chose to act; a choice that was never theirs is dropped."""
    number = request.session.get(_KEY)
    if not isinstance(number, str):
        return actor
    found = delegation_uses.acting(actor, number)
    if found is None:
        leave(request)
    return found or actor


def choose(request: HttpRequest, number: str, actor: Actor, now: datetime) -> Actor:
    """
    Act under a delegation from the next page on.

    :raises NotFound: if it is not theirs.
    :raises DelegationRefused: if nothing can be done under it now.
    """
    delegations.held_by_delegate(number, actor)
    found = delegation_uses.acting(actor, number)
    assert found is not None, "it was found as theirs just now"
    delegation_uses.demand_open(found, now, is_attempt=True)
    request.session[_KEY] = number
    return found


def leave(request: HttpRequest) -> None:
    """Act for oneself again."""
    request.session.pop(_KEY, None)


def demand_page(request: HttpRequest, actor: Actor, now: datetime) -> None:
    """
    Let a page pass that a delegate may open at all, while the delegation counts.

    :raises DelegationRefused: if it does not any more; from the next page on they are themselves.
    :raises NotAllowed: if the page is the principal's own, or is about the visitor themselves.
    """
    if not actor.delegation or request.path.startswith("/delegations"):
        return
    try:
        delegation_uses.demand_open(actor, now, is_attempt=request.method == "POST")
    except DelegationRefused:
        leave(request)
        raise
    if not _OPEN.match(request.path):
        raise NotAllowed(
            Words(
                f"您正在代“{actor.subject_name}”办理，这个页面只给本人看。"
                "要看您自己的，请在账号菜单切换回本人",
                f"You are acting for {actor.subject_name}; this page is for people themselves. "
                "Switch back to yourself in the account menu to see your own",
            )
        )
