# SPDX-License-Identifier: Apache-2.0
"""From when to when a certificate is valid where its form states no days."""

from datetime import date

from huiban.kernel.catalogue import Life
from huiban.kernel.words import Words
from huiban.packloader import CertificateKind
from huiban.packloader.values import Validity
from huiban.services.certify import validity
from huiban.store.models import Certificate

PERMIT = CertificateKind(
    code="permit", name=Words("许可证"), issued_here=True, valid=Validity(at_most="3 years")
)
HELD = Certificate(valid_from=date(2024, 3, 1), valid_until=date(2027, 2, 28))
DECIDED = date(2026, 11, 23)


def test_a_new_certificate_runs_from_the_decision_for_the_longest_time() -> None:
    assert validity(PERMIT, {}, DECIDED, Life.NEW, None) == (DECIDED, date(2029, 11, 22))


def test_a_modified_certificate_ends_when_the_one_before_would_have() -> None:
    assert validity(PERMIT, {}, DECIDED, Life.MODIFY, HELD) == (DECIDED, date(2027, 2, 28))


def test_a_renewed_certificate_is_in_force_at_once_and_lasts_longer_than_the_one_before() -> None:
    assert validity(PERMIT, {}, DECIDED, Life.RENEW, HELD) == (DECIDED, date(2030, 2, 28))


def test_a_certificate_renewed_late_counts_from_the_decision() -> None:
    late = date(2027, 3, 10)

    assert validity(PERMIT, {}, late, Life.RENEW, HELD) == (late, date(2030, 3, 9))
