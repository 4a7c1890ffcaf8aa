# SPDX-License-Identifier: Apache-2.0
"""Which ways to prove who one is are open to somebody (可选的核实方式), and why others are not."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from huiban.kernel.actor import Actor
from huiban.kernel.identity import Way
from huiban.kernel.words import Words
from huiban.services import identity_face

_REFUSALS: Mapping[Way, Callable[[Actor], Words | None]] = {
    Way.FACE: identity_face.refusal,
}
"""Ways with conditions of their own; the window is open to everybody."""


@dataclass(frozen=True, slots=True)
class Offered:
    """One way, and why it is not open; None while it is."""

    way: Way
    refusal: Words | None

    @property
    def is_open(self) -> bool:
        return self.refusal is None


def ways(actor: Actor) -> tuple[Offered, ...]:
    """List the ways to prove who one is, the open ones and the others with the reason."""
    always: Callable[[Actor], Words | None] = lambda _: None  # noqa: E731
    return tuple(
        Offered(way, _REFUSALS.get(way, always)(actor))
        for way in (Way.FACE, Way.PASSKEY_CODE, Way.WINDOW)
    )
