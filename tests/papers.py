# SPDX-License-Identifier: Apache-2.0
"""Papers of the sample application (city_sample), drawn: right ones, and one fault each."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from random import Random

from benchmarks.papers import conditions
from benchmarks.papers import layouts_development as layouts
from huiban.kernel.identifier_samples import make_person_id

CONTRACT: Mapping[str, object] = {
    "party_a": "青岛海纳建设工程有限公司",
    "party_b": "青岛海运渣土运输有限公司",
    "number": "HT-2026-018",
    "signed_on": date(2026, 11, 2),
    "quantity": Decimal(40000),
    "amount": Decimal(1200000),
    "valid_from": date(2026, 11, 20),
    "valid_until": date(2027, 6, 30),
    "plates": ("鲁B12345", "鲁BD12345"),
    "project": "崂山区深圳路地下停车场工程",
}
CARD: Mapping[str, object] = {
    "name": "孙海",
    "id_number": make_person_id("370212", date(1980, 3, 7), 1),
    "sex": "女",
    "birth": date(1980, 3, 7),
    "address": "山东省青岛市崂山区样例路18号",
    "issuer": "青岛市公安局崂山分局",
    "valid_from": date(2016, 5, 1),
    "valid_until": date(2036, 5, 1),
}
EXPIRED = {"valid_from": date(2004, 5, 1), "valid_until": date(2024, 5, 1)}
OTHER_COMPANY = {"party_a": "青岛远帆商贸有限公司"}


@lru_cache(maxsize=16)
def contract(condition: str = "scan", **changed: object) -> bytes:
    """Draw the contract of the application, a JPEG or PNG."""
    picture = layouts.contract_prose({**CONTRACT, **changed}, Random(1))  # type: ignore[dict-item]
    return conditions.CONDITIONS[condition](picture, Random(1))


@lru_cache(maxsize=16)
def card_front(condition: str = "scan") -> bytes:
    """Draw the side of the identity card with the name."""
    return conditions.CONDITIONS[condition](layouts.id_front({**CARD}, Random(2)), Random(2))  # type: ignore[dict-item]


@lru_cache(maxsize=16)
def card_back(condition: str = "scan", **changed: object) -> bytes:
    """Draw the side of the identity card that says until when it is valid."""
    picture = layouts.id_back({**CARD, **changed}, Random(3))  # type: ignore[dict-item]
    return conditions.CONDITIONS[condition](picture, Random(3))
