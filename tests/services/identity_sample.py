# SPDX-License-Identifier: Apache-2.0
"""People who proved who they are, as tests of other things need it: confirmed at the window."""

from datetime import datetime

from huiban.kernel.actor import SYSTEM, Actor
from huiban.kernel.identity import Purpose, Way
from huiban.services import delegation_signing, identity
from huiban.services.ceremony import Identity
from huiban.services.identity import Outcome
from tests.services.signing_sample import PHONE


def proved(actor: Actor, purpose: Purpose, now: datetime) -> Identity:
    """Have a clerk confirm somebody for a purpose, at this very moment."""
    row = identity.begin(Way.WINDOW, actor, purpose, now, PHONE)
    return identity.identity_of(identity.conclude(row.number, Outcome(is_passed=True), SYSTEM, now))


def proved_to_sign(number: str, actor: Actor, now: datetime) -> Identity:
    """Have a grantor proved for signing one delegation."""
    return proved(actor, delegation_signing.purpose(number, actor, now), now)
