# SPDX-License-Identifier: Apache-2.0
"""How a neighbour behaves: how slow, how often wrong, dead, over its quota."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from random import Random  # noqa: TID251 - a sample program's own chance, seeded

_SPREAD = 0.5
"""Standard deviation of the logarithm of latency: the slowest in 20 take 2.3 times the median."""
_Z95 = 1.645


class ControlRefused(ValueError):
    """An order that cannot be carried out; the text says why."""


class Fate(StrEnum):
    """What becomes of one request."""

    ANSWER = "answer"
    FAIL = "fail"
    DIE = "die"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Conduct:
    """
    How one register behaves.

    `latency_ms` is the 95th percentile, 0 at once; `stall_s` is added to every answer;
    `error_share` of the answers are 500; `quota` calls a day, None unlimited; `dead` breaks the
    connection off.
    """

    latency_ms: float = 0
    stall_s: float = 0
    error_share: float = 0
    dead: bool = False
    quota: int | None = None


@dataclass(slots=True)
class Register:
    """One register's conduct, what it was asked, and what it says otherwise than its records."""

    conduct: Conduct
    usual: Conduct
    asked: int = 0
    changed: dict[tuple[str, str], dict[str, object]] = field(default_factory=dict)


class House:
    """All registers of one server: who fares how, under one seeded chance."""

    def __init__(self, usual: Mapping[str, Conduct], seed: int = 1) -> None:
        self.registers = {key: Register(conduct, conduct) for key, conduct in usual.items()}
        self._chance = Random(seed)

    def take(self, key: str) -> tuple[Fate, float]:
        """Count one request and return its fate and the seconds it takes."""
        register = self.registers[key]
        conduct = register.conduct
        register.asked += 1
        wait = conduct.stall_s + self._latency(conduct.latency_ms)
        if conduct.dead:
            return Fate.DIE, 0
        if conduct.quota is not None and register.asked > conduct.quota:
            return Fate.BUSY, 0
        if conduct.error_share and self._chance.random() < conduct.error_share:
            return Fate.FAIL, wait
        return Fate.ANSWER, wait

    def _latency(self, p95_ms: float) -> float:
        if p95_ms <= 0:
            return 0.0
        median = p95_ms / math.exp(_Z95 * _SPREAD)
        return median * math.exp(self._chance.gauss(0, _SPREAD)) / 1000

    def order(self, said: Mapping[str, object]) -> list[str]:
        """
        Carry out one order of `POST /control`; returns the registers it changed.

        `resource` is a key or "*"; `reset` goes back to the usual conduct; `change` is
        {"key": …, "values": {item: value}} and makes the register say so of that subject.

        :raises ControlRefused: naming the word that is wrong.
        """
        keys = self._named(said.get("resource", "*"))
        numbers = dict(_conduct(said))
        for key in keys:
            register = self.registers[key]
            if said.get("reset"):
                register.conduct, register.asked = register.usual, 0
                register.changed.clear()
            register.conduct = replace(register.conduct, **numbers)  # type: ignore[arg-type]
            if "quota" in numbers:
                register.asked = 0
            if "change" in said:
                by, values = _change(said["change"])
                register.changed[by] = values
        return keys

    def _named(self, resource: object) -> list[str]:
        if resource == "*":
            return list(self.registers)
        if resource not in self.registers:
            raise ControlRefused(f"no register {resource!r}; known: {', '.join(self.registers)}")
        return [str(resource)]


_WORDS = frozenset({"resource", "reset", "change"})


def _conduct(said: Mapping[str, object]) -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    for name, value in said.items():
        if name in _WORDS:
            continue
        if name not in Conduct.__dataclass_fields__:
            known = ", ".join(sorted(_WORDS | set(Conduct.__dataclass_fields__)))
            raise ControlRefused(f"unknown word {name!r}; known: {known}")
        if name == "dead":
            found.append((name, bool(value)))
        elif name == "quota" and value is None:
            found.append((name, None))
        elif isinstance(value, int | float) and value >= 0:
            found.append((name, value))
        else:
            raise ControlRefused(f"{name}: write a number from 0, not {value!r}")
    return found


def _change(said: object) -> tuple[tuple[str, str], dict[str, object]]:
    try:
        by, key, values = said["by"], said["key"], said["values"]  # type: ignore[index]
        return (str(by), str(key)), dict(values)
    except (KeyError, TypeError, ValueError):
        raise ControlRefused(
            'change: write {"by": "uscc", "key": "…", "values": {"address": "…"}}'
        ) from None
