# SPDX-License-Identifier: Apache-2.0
"""Whom an item is for (服务对象): persons, or enterprises and other organizations."""

from huiban.kernel.actor import Actor, ActorKind
from huiban.kernel.catalogue import Item, ServiceObject
from huiban.kernel.words import Words
from huiban.services.refusal import NotAllowed


def serves(item: Item, actor: Actor) -> bool:
    """Tell whether a party of this kind may apply; an item that names nobody is for all."""
    if not item.service_objects:
        return True
    if actor.kind is ActorKind.PERSON:
        return ServiceObject.PERSON in item.service_objects
    return any(one is not ServiceObject.PERSON for one in item.service_objects)


def demand(item: Item, actor: Actor) -> None:
    """:raises NotAllowed: if the item is not for parties of this kind; says with whose account."""
    if serves(item, actor):
        return
    if actor.kind is ActorKind.PERSON:
        raise NotAllowed(
            Words(
                "这件事由企业或其他单位办理，请用单位的账号登录后申请",
                "This is for enterprises and other organizations; sign in with their account",
            )
        )
    raise NotAllowed(
        Words(
            "这件事由个人办理，请用个人账号登录后申请",
            "This is for individuals; sign in with a personal account",
        )
    )
