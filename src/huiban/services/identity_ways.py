# SPDX-License-Identifier: Apache-2.0
"""Which ways to prove who one is are open to somebody (可选的核实方式), and why others are not."""

from dataclasses import dataclass

from huiban.kernel.actor import Actor
from huiban.kernel.identity import Way
from huiban.kernel.words import Words
from huiban.services import identity_code, identity_face, passkeys
from huiban.store.models import Account


@dataclass(frozen=True, slots=True)
class Offered:
    """One way, and why it is not open; None while it is."""

    way: Way
    refusal: Words | None

    @property
    def is_open(self) -> bool:
        return self.refusal is None


def ways(actor: Actor) -> tuple[Offered, ...]:
    """List the ways to prove who one is, each with the reason why it is not open; a window is."""
    return (
        Offered(Way.FACE, identity_face.refusal(actor)),
        Offered(Way.PASSKEY_CODE, _no_passkey(actor)),
        Offered(Way.WINDOW, None),
    )


def _no_passkey(actor: Actor) -> Words | None:
    account = Account.objects.filter(number=actor.number).first()
    if account is None:
        return _NO_ACCOUNT
    return passkeys.closed() or identity_code.closed(account)


_NO_ACCOUNT = Words("没有这个账号", "There is no such account")
