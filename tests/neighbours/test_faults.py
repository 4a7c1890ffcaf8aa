# SPDX-License-Identifier: Apache-2.0
"""How a neighbour behaves: latency around its promise, errors by share, the same every time."""

import pytest

from huiban.neighbours.faults import Conduct, ControlRefused, Fate, House


def test_one_answer_in_twenty_is_slower_than_the_promise() -> None:
    house = House({"a": Conduct(latency_ms=100)})

    waits = sorted(house.take("a")[1] for _ in range(4000))

    assert 0.09 < waits[int(0.95 * len(waits))] < 0.11
    assert 0.035 < waits[len(waits) // 2] < 0.055


def test_chance_is_the_same_every_time() -> None:
    conduct = {"a": Conduct(latency_ms=50, error_share=0.3)}

    one, two = House(conduct), House(conduct)

    assert [one.take("a") for _ in range(200)] == [two.take("a") for _ in range(200)]


def test_errors_come_in_their_share() -> None:
    house = House({"a": Conduct(error_share=0.2)})

    fates = [house.take("a")[0] for _ in range(5000)]

    assert 0.17 < fates.count(Fate.FAIL) / len(fates) < 0.23


def test_calm_is_at_once() -> None:
    assert House({"a": Conduct()}).take("a") == (Fate.ANSWER, 0.0)


def test_reset_goes_back_to_what_is_usual() -> None:
    house = House({"a": Conduct(quota=1), "b": Conduct()})
    house.order({"resource": "*", "dead": True, "change": {"by": "x", "key": "1", "values": {}}})
    assert house.take("b")[0] is Fate.DIE

    assert house.order({"resource": "*", "reset": True}) == ["a", "b"]

    assert [house.take("a")[0] for _ in range(2)] == [Fate.ANSWER, Fate.BUSY]
    assert house.registers["b"].changed == {}


def test_a_share_or_a_time_below_nothing_is_refused() -> None:
    with pytest.raises(ControlRefused, match="error_share"):
        House({"a": Conduct()}).order({"resource": "a", "error_share": "many"})
