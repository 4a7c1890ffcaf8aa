# SPDX-License-Identifier: Apache-2.0
"""What people prove who they are for (核实用途): checked to be theirs, where it goes on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from huiban.kernel.identity import Purpose
from huiban.kernel.words import Words
from huiban.services import delegation_signing
from huiban.services.refusal import NotFound
from huiban.web.visit import Visit


@dataclass(frozen=True, slots=True)
class Errand:
    """A purpose with the pages around it: back to the matter, on to what the proof opens."""

    purpose: Purpose
    back_url: str
    on_url: str
    on_words: Words

    @property
    def ways_url(self) -> str:
        return ways_url(self.purpose.kind, self.purpose.number)


def ways_url(kind: str, number: str) -> str:
    """Name the page on which a way to prove who one is gets chosen."""
    return f"/identity/{kind}/{number}"


def errand(visit: Visit, kind: str, number: str) -> Errand:
    """
    Say what somebody wants to prove who they are for; they do so as themselves.

    :raises NotFound: if there is no such kind, or the matter is not theirs.
    :raises NotOpen: if the matter asks for no proof any more.
    """
    if kind not in _KINDS:
        raise NotFound(_NONE)
    return _KINDS[kind](visit, number)


def _delegation(visit: Visit, number: str) -> Errand:
    own = visit.account.to_actor()
    return Errand(
        purpose=delegation_signing.purpose(number, own, visit.now),
        back_url=f"/delegations/{number}",
        on_url=f"/delegations/{number}/sign",
        on_words=Words("去签署委托书", "Go on to sign"),
    )


_KINDS: Mapping[str, Callable[[Visit, str], Errand]] = {
    delegation_signing.PURPOSE: _delegation,
}
_NONE = Words(
    "没有要核实身份的这件事；请从要办的事重新开始",
    "Nothing here asks who you are; start again from your errand",
)
