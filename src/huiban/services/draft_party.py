# SPDX-License-Identifier: Apache-2.0
"""For whom a draft is written (草稿的办理人): its party, by its own writer or who acts for it."""

from copy import copy
from datetime import datetime

from huiban.kernel.actor import Actor
from huiban.kernel.delegation import Operation
from huiban.kernel.words import Words
from huiban.services import audience, delegation_uses
from huiban.services.city import Placed
from huiban.services.delegation_uses import Doing
from huiban.services.refusal import NotAllowed, NotOpen
from huiban.store.models import Account, Draft


def demand_new(placed: Placed, actor: Actor, now: datetime) -> Doing:
    """
    Let through who may begin an application for the party they act for; say what that is.

    :raises NotAllowed: if an officer tries, or the item is not for parties of this kind.
    :raises DelegationRefused: if it is not within the delegation acted under.
    """
    if not actor.subject:
        raise NotAllowed(
            Words(
                "工作人员账号不能在线提出申请，请用个人或企业账号登录",
                "Officers cannot apply on line; sign in as a person or enterprise",
            )
        )
    audience.demand(placed.item, actor)
    scenario = placed.scenario.code
    doing = Doing(operation=Operation.FILL, item=placed.item.code, scenario=scenario)
    delegation_uses.demand(actor, doing, now)
    return doing


def demand(draft: Draft, actor: Actor, now: datetime) -> None:
    """
    Let its writer through who acts for the draft's party now.

    :raises NotOpen: if it is another party's than the one acted for now.
    :raises DelegationRefused: if it is not within the delegation acted under.
    """
    if draft.subject_code != actor.subject:
        raise _other_party(draft)
    step = Operation.SUPPLY if draft.case_number else Operation.FILL
    doing = Doing(operation=step, item=draft.item_code, scenario=draft.pack_code)
    delegation_uses.demand(actor, doing, now)


def demand_own_consent(draft: Draft) -> None:
    """:raises NotAllowed: if the writer acts for another, who alone can agree to a question."""
    if draft.subject_code != draft.account.subject:
        raise NotAllowed(
            Words(
                f"这项查询要由“{draft.subject_name}”本人同意；没有同意的，这几项请手工填写",
                f"Only {draft.subject_name} can agree to this; fill these fields in by hand",
            )
        )


def as_subject(account: Account, draft: Draft) -> Account:
    """Give the account as it writes this draft: what is known of the principal is filled in."""
    if account.subject == draft.subject_code:
        return account
    known = copy(account)
    known.subject, known.subject_name, known.phone = draft.subject_code, draft.subject_name, ""
    return known


def _other_party(draft: Draft) -> NotOpen:
    return NotOpen(
        Words(
            f"这份草稿是为“{draft.subject_name}”填写的。请先在账号菜单选择为谁办理，再打开它",
            f"This draft is for {draft.subject_name}. Choose in the account menu for whom you act, "
            "then open it again",
        ),
        "other_party",
    )
