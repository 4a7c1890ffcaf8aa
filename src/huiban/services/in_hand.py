# SPDX-License-Identifier: Apache-2.0
"""The certificate in hand (手中证照) that a change, a renewal or a cancellation starts from."""

from collections.abc import Collection

from huiban.kernel.actor import Actor
from huiban.kernel.catalogue import Life
from huiban.kernel.words import Words
from huiban.services.city import Placed
from huiban.services.refusal import Invalid, NotOpen
from huiban.store import cases, certificates
from huiban.store.models import Certificate


def certificate_of(placed: Placed, actor: Actor, number: str, key: str = "") -> Certificate | None:
    """
    Find the certificate in hand that an item starts from; None where it starts from none.

    `key` is the application's own submission key: sent again, it is not in its own way.

    :raises Invalid: if it is not the caller's, not of this kind or not valid any more.
    :raises NotOpen: if another application from it is under way or has just been granted.
    """
    form = placed.scenario.form_of(placed.item)
    carried = placed.scenario.from_certificates.get(form.code)
    if carried is None:
        return None
    try:
        held = certificates.load(number) if number else None
    except certificates.CertificateNotFound:
        held = None
    if held is None or held.subject_code != actor.subject or held.kind != carried.kind:
        raise Invalid(
            Words(
                "请先选择您持有的证照，再开始办理",
                "Choose the certificate you hold first",
            )
        )
    if held.state != Certificate.State.VALID:
        raise Invalid(
            Words(
                f"证照 {held.number} 已不是有效状态，不能据此办理",
                f"Certificate {held.number} is no longer valid",
            )
        )
    if placed.item.life is not Life.NEW:
        busy = cases.of_certificates([held.number], but=key).get(held.number)
        if busy is not None:
            raise in_use(held.number, busy)
    return held


def held_by(number: str, subject: str) -> Certificate | None:
    """Find a certificate a draft was begun from; None if it is not the party's."""
    if not number:
        return None
    try:
        held = certificates.load(number)
    except certificates.CertificateNotFound:
        return None
    return held if held.subject_code == subject else None


def under_way(numbers: Collection[str]) -> dict[str, str]:
    """Return the cases that change, renew or cancel some certificates, by certificate."""
    return cases.of_certificates(numbers)


def in_use(certificate: str, case: str) -> NotOpen:
    """Say that one certificate cannot be replaced twice."""
    return NotOpen(
        Words(
            f"证照 {certificate} 正用于办件 {case}，请等它办结，再用那时有效的证照办理",
            f"Certificate {certificate} is in use in case {case}; when that one is closed, "
            "start from the certificate then in force",
        ),
        "certificate_in_use",
    )
