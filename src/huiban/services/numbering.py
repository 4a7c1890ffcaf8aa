# SPDX-License-Identifier: Apache-2.0
"""Reference numbers (文号、证照编号) of what a step issues, taken when the step is recorded."""

from collections.abc import Iterable
from datetime import datetime

from huiban.kernel.catalogue import Item
from huiban.packloader import CertificateKind, DocumentKind, Numbering, Scenario
from huiban.services import city
from huiban.services.facts import local_day
from huiban.store import serials

CERTIFICATE = "certificate"


def take(
    scenario: Scenario, item: Item, effects: Iterable[str], division: str, now: datetime
) -> dict[str, str]:
    """
    Give a number to every document and certificate among the effects.

    They go into the journal with the step, so carrying the step out twice issues nothing twice.
    """
    found: dict[str, str] = {}
    for effect in effects:
        numbering = _numbering(scenario, item, effect)
        if numbering is not None:
            found[effect] = _next(numbering, division, now)
    return found


def certificate_kind(item: Item) -> CertificateKind | None:
    """Say which certificate the item issues, if any."""
    codes = [result.certificate for result in item.results if result.certificate]
    return city.common().certificates.get(codes[0]) if codes else None


def certificate_document(scenario: Scenario, kind: CertificateKind) -> DocumentKind | None:
    """Find the document that shows a certificate."""
    shown = (one for one in scenario.documents.values() if one.certificate == kind.code)
    return next(shown, None)


def _numbering(scenario: Scenario, item: Item, effect: str) -> Numbering | None:
    if effect == CERTIFICATE:
        kind = certificate_kind(item)
        return kind.number if kind else None
    document = scenario.documents.get(effect)
    return document.number if document else None


def _next(numbering: Numbering, division: str, now: datetime) -> str:
    today = local_day(now)
    day = numbering.series_day(today)
    return numbering.write(serials.take(numbering.pattern, day, now), today, division)
