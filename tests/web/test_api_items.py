# SPDX-License-Identifier: Apache-2.0
"""Service items through the API, and the document that describes it all."""

import json
import xml.etree.ElementTree as ElementTree

import jsonschema
import pytest

from huiban.web.api.openapi import document
from huiban.web.api.routes import ROUTES
from huiban.web.clock import now
from tests.web.api_client import Program, answers

pytestmark = pytest.mark.django_db
ITEM = "construction_waste.new"


@pytest.mark.parametrize("query", ["%E5%BB%BA%E7%AD%91%E5%9E%83%E5%9C%BE", "jianzhulaji", "jzlj"])
def test_items_are_found_as_people_type(query: str) -> None:
    found = Program().get(f"/items?q={query}").data["items"]

    assert ITEM in {one["code"] for one in found}
    assert all(one["found_by"] for one in found)


def test_a_guide_tells_what_to_bring_in_the_caller_s_language() -> None:
    chinese = Program(language="zh-CN").get(f"/items/{ITEM}").data
    english = Program(language="en").get(f"/items/{ITEM}").data

    assert chinese["item"]["name"] != english["item"]["name"]
    assert chinese["effort"]["fields"] > 30
    assert {one["code"] for one in chinese["materials"] if one["is_waived"]} == {"application_form"}
    assert chinese["elements"]


def test_a_form_describes_the_answers_it_takes() -> None:
    answer = Program().get(f"/items/{ITEM}/form")
    schema, given = json.loads(answer.content), answers(now())
    given["project_address"] = {"text": "崂山区深圳路189号", "lon": None, "lat": None}
    given["signer"] = {"name": "孙海", "strokes": None}

    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(given, schema)

    assert answer.headers["Content-Type"] == "application/schema+json"


@pytest.mark.parametrize("kind", ["bpmn", "scxml", "svg"])
def test_the_process_is_taken_along(kind: str) -> None:
    answer = Program().get(f"/items/{ITEM}/process/{kind}")

    assert answer.status_code == 200
    assert len(ElementTree.fromstring(answer.content)) > 2


@pytest.mark.parametrize("path", ["/items/tea", "/items/tea/form", f"/items/{ITEM}/process/visio"])
def test_what_is_not_offered_is_not_found(path: str) -> None:
    assert Program().get(path).status_code == 404


def test_the_description_names_every_route_and_each_reference_leads_somewhere() -> None:
    described = Program().get("/openapi.json").data

    assert described == json.loads(json.dumps(document(ROUTES)))
    assert described["openapi"].startswith("3.1")
    operations = [(path, method) for path, one in described["paths"].items() for method in one]
    assert len(operations) == len(ROUTES)
    text = json.dumps(described)
    named = {part.partition('"')[0] for part in text.split('"#/components/schemas/')[1:]}
    assert named <= set(described["components"]["schemas"])


def test_every_errand_is_explained() -> None:
    assert [one.name for one in ROUTES if not one.act.__doc__] == []
    names = [one.name for one in ROUTES]
    assert len(set(names)) == len(names)


def test_reading_items_asks_nothing_of_the_database(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    with django_assert_num_queries(0):
        assert Program().get("/items?q=jzlj").status_code == 200
