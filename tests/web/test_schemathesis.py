# SPDX-License-Identifier: Apache-2.0
"""Thousands of made-up requests to the running API: never a fault of ours, always as described."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from huiban.services import city
from huiban.store import accounts
from huiban.web.api.openapi import document
from huiban.web.api.routes import ROUTES
from huiban.web.clock import now
from tests.services import city_sample
from tests.web import api_client

CHECKS = [
    not_a_server_error,
    response_schema_conformance,
    content_type_conformance,
    status_code_conformance,
]
EXAMPLES = 12


def _fill() -> tuple[dict[str, str], dict[str, str]]:
    """Make people, a case, a draft and a file; returns tokens and what paths may name."""
    city.publish(now(), "tests")
    people = city_sample.people()
    clerk = people["wangmin"]
    opened = api_client.Program(clerk).apply(api_client.application(clerk))
    draft = city_sample.draft(clerk, now())
    tokens = {who: accounts.issue_token(people[who], "tests", now()) for who in people}
    [file, *_] = api_client.materials(clerk).values()
    known = {
        "item": "construction_waste.new", "case": opened.data["number"], "draft": draft,
        "format": "svg", "section": "applicant", "file": file[0],
    }  # fmt: skip
    return tokens, known


@pytest.fixture
def api(fresh_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """The API as a server process of its own, with some life in its database."""
    from tests.web.serving import serving

    tokens, known = _fill()
    with serving(fresh_database) as address:
        yield {"address": address, "tokens": tokens, "known": known}


@pytest.mark.parametrize("who", ["wangmin", "zhangqian"])
def test_no_request_breaks_the_api_or_its_description(api: dict[str, Any], who: str) -> None:
    described = document(ROUTES)
    schema = schemathesis.openapi.from_dict(described)
    headers = {"Authorization": f"Bearer {api['tokens'][who]}"}
    called = 0

    for found in schema.get_all_operations():
        operation = found.ok()
        called += _try(operation, api, headers)

    assert called > 200


def _try(operation: Any, api: dict[str, Any], headers: dict[str, str]) -> int:
    calls = 0

    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, derandomize=True,
        suppress_health_check=list(HealthCheck), phases=[Phase.generate],
    )  # fmt: skip
    @schemathesis_given(operation)
    def attempt(case: Any) -> None:
        nonlocal calls
        calls += 1
        if calls % 2:  # half of the calls reach what exists
            case.path_parameters = {
                name: api["known"].get(name, value)
                for name, value in (case.path_parameters or {}).items()
            }
        case.call_and_validate(base_url=api["address"], headers=headers, checks=CHECKS)

    attempt()
    return calls


def schemathesis_given(operation: Any) -> Any:
    from hypothesis import given

    return given(case=operation.as_strategy())
