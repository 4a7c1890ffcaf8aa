# SPDX-License-Identifier: Apache-2.0
"""A city with a language model beside it, and findings of a case as points make them."""

from collections.abc import Iterator
from contextlib import contextmanager

from pytest_django.fixtures import Settings

from huiban.kernel.catalogue import Life
from huiban.kernel.reading import Box
from huiban.kernel.review import Evidence, Finding, Gap
from huiban.kernel.rule import Verdict
from huiban.services import city, explain
from huiban.services.explain import Audience, Explanation, Reader
from huiban.store.models import Account
from tests.connectors.model_peer import PATIENCE_S, ModelPeer, a_model
from tests.services import city_sample as sample

NOW = sample.at("2026-11-23 10:30")
EXAMINER = Reader(Audience.EXAMINER, patience_s=PATIENCE_S)
APPLICANT = Reader(Audience.APPLICANT, patience_s=PATIENCE_S)


@contextmanager
def connected(settings: Settings) -> Iterator[ModelPeer]:
    """Let the house ask a model that listens on this machine."""
    with a_model() as peer:
        settings.LANGUAGE_MODEL_URL = peer.address
        settings.LANGUAGE_MODEL_NAME = "city-model"
        yield peer


def place(material: str, fact: str, text: str) -> Evidence:
    return Evidence(material, 1, 1, Box(0.1, 0.1, 0.5, 0.2), text, fact, 0.95)


def finding(
    code: str,
    *places: Evidence,
    verdict: Verdict = Verdict.FAIL,
    gaps: dict[str, Gap] | None = None,
) -> Finding:
    """What a point of the construction waste pack found."""
    review = city.loaded().scenarios["construction_waste"].review
    assert review is not None
    point = next(one for one in review.points[Life.NEW] if one.code == code)
    return Finding(point, verdict, places, tuple(gaps or {}), gaps or {})


OTHER_FIRM = place("haulage_contract", "party_a_is_contractor", "青岛海纳建设工程 有限公司")


def explained(
    number: str, people: dict[str, Account], one: Finding | None = None, reader: Reader = EXAMINER
) -> Explanation:
    one = one or finding("contract_is_ours", OTHER_FIRM)
    return explain.explain(number, one, reader, people["zhangqian"].to_actor(), NOW)
