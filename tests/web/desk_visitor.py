# SPDX-License-Identifier: Apache-2.0
"""A browser without scripts at the desk: signs an officer in and reads what comes back."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from huiban.store import cases
from huiban.store.models import Account
from tests.services import city_sample as sample

NOW = sample.at("2026-11-23 10:30")


@pytest.fixture
def city(monkeypatch: pytest.MonkeyPatch) -> dict[str, Account]:
    """The people of the sample city, on the morning its sample application is written."""
    monkeypatch.setattr("huiban.web.visit.now", lambda: NOW)
    return sample.people()


@pytest.fixture
def number(city: dict[str, Account]) -> str:
    """A case that came in an hour ago."""
    return case_of(city["wangmin"], "2026-11-23 09:30")


def case_of(account: Account, received: str, **changed: object) -> str:
    at = sample.at(received)
    day = received[:10]
    return sample.case(account, at, **({"apply_date": day, "sign_date": day} | changed))


@dataclass(slots=True)
class Visitor:
    """One signed-in person."""

    client: Client

    def get(self, way: str, **query: str) -> Any:
        return self.client.get(way, query)

    def read(self, way: str, **query: str) -> str:
        return str(self.get(way, **query).content.decode())

    def post(self, way: str, **sent: Any) -> Any:
        return self.client.post(way, sent)

    def act(self, number: str, name: str, **sent: Any) -> Any:
        """Send the form of an act as it was shown just now."""
        shown = {"version": str(cases.load(number).version), "task": ""}
        return self.post(f"/desk/cases/{number}/act/{name}", **(shown | sent))

    def press(self, number: str, name: str, **sent: Any) -> Any:
        """Press a button of the action bar."""
        shown = {"version": str(cases.load(number).version), "do": f"{name}:"}
        return self.post(f"/desk/cases/{number}/do", **(shown | sent))


def visitor(account: Account) -> Visitor:
    client = Client()
    client.force_login(account, backend="huiban.store.accounts.AccountBackend")
    return Visitor(client)


def stage(number: str) -> str:
    return cases.load(number).stage


__all__ = ["NOW", "Visitor", "case_of", "city", "number", "sample", "stage", "visitor"]
