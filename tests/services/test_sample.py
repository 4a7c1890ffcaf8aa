# SPDX-License-Identifier: Apache-2.0
"""The sample city of a demonstration: every case comes as far as it is to come, and is sound."""

from collections import Counter

import pytest

from huiban.services import city, evidence, sample
from huiban.store.models import Account, Case, Task
from tests.services import city_sample

NOW = city_sample.at("2026-11-23 10:30")

pytestmark = pytest.mark.usefixtures("each_database")


def test_the_sample_city_is_filled_through_the_services_and_is_sound() -> None:
    city.publish(NOW, "tests")

    count = sample.fill(NOW)

    stages = Counter(Case.objects.values_list("stage", flat=True))
    seeds: Counter[str] = Counter()
    for scenario in city.loaded().scenarios.values():
        assert scenario.seed is not None
        seeds.update(scenario.seed.cases)
    assert count == seeds.total() == Case.objects.count()
    for stage in ("submitted", "correction", "decision", "retracted"):
        assert stages[stage] == seeds[stage]
    assert Task.objects.filter(role="traffic", closed_at=None).count() == 1
    assert all(verdict.is_sound for verdict in evidence.verify_all())
    assert Account.objects.filter(kind="officer").exists()


def test_a_city_with_accounts_is_left_as_it_is() -> None:
    city_sample.people()

    assert sample.fill(NOW) == 0
    assert not Case.objects.exists()
