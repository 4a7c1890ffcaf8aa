# SPDX-License-Identifier: Apache-2.0
"""A program that calls the API in tests, and an application as it would send it."""

import json
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.test import Client

from huiban.services import city, files
from huiban.store import accounts
from huiban.store.models import Account
from huiban.web.api.rate import buckets
from huiban.web.clock import now
from tests.services import city_sample

_keys = count(1)


class Program:
    """Calls the API as one account; every answer comes with its body read."""

    def __init__(
        self, account: Account | None = None, language: str = "en", token: str = ""
    ) -> None:
        buckets.left.clear()  # tests are quicker than programs and share their accounts' numbers
        self.client = Client(raise_request_exception=False)
        self.headers = {"accept-language": language}
        if account is not None:
            token = accounts.issue_token(account, "tests", now())
        if token:
            self.headers["authorization"] = f"Bearer {token}"

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> Any:
        """Call `/api/v1` + path; `body` is sent as JSON, bytes as they are."""
        raw = (
            body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        )
        media = headers.pop("content_type", "application/json")
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.client.generic(
            method, f"/api/v1{path}", raw, content_type=media, headers={**self.headers, **said}
        )
        media = answer.headers.get("Content-Type", "")
        answer.data = json.loads(answer.content) if "json" in media and answer.content else None
        return answer

    def get(self, path: str) -> Any:
        return self.ask("GET", path)

    def post(self, path: str, body: object = None, **headers: str) -> Any:
        return self.ask("POST", path, body, **headers)

    def apply(self, body: object, key: str = "") -> Any:
        return self.post("/applications", body, idempotency_key=key or f"application-{next(_keys)}")


def application(account: Account, **changed: object) -> dict[str, object]:
    """Return a whole application with its files uploaded."""
    return {
        "item": "construction_waste.new",
        "answers": answers(now(), **({"uscc": account.subject} | changed)),
        "materials": materials(account),
    }


def answers(at: datetime, **changed: object) -> dict[str, object]:
    """Return the sample's answers with dates that fit the present day."""
    today = (at + timedelta(hours=8)).date()
    days = {"apply_date": 0, "sign_date": 0, "period_start": 8, "period_end": 120}
    dated = {key: (today + timedelta(days=ahead)).isoformat() for key, ahead in days.items()}
    return city_sample.values(**(dated | changed))


def materials(account: Account) -> dict[str, list[str]]:
    """Upload a file for every material of the item."""
    actor, found = account.to_actor(), {}
    for material in city.item("construction_waste.new").item.materials:
        if material.code != "application_form":
            upload = files.Upload(city_sample.PDF, f"{material.name.zh}.pdf")
            found[material.code] = [files.add_loose(upload, actor, now()).blob.number]
    return found
