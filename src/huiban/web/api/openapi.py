# SPDX-License-Identifier: Apache-2.0
"""The OpenAPI 3.1 document, made from the routes and their models."""

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib.metadata import version
from typing import Any

from django.http import HttpResponse
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from huiban.web.api.door import PREFIX, Ask, Route
from huiban.web.api.problem import MEDIA, ProblemDetails
from huiban.web.api.reading import BYTES, FILE_FIELD, JSON, MULTIPART

Part = dict[str, Any]
_REF = "#/components/schemas/{model}"
_ABOUT = """\
The errands of applicants and officers as JSON. Send `Authorization: Bearer <token>`, or the
session of our own pages with `X-CSRFToken`. Every refusal is a problem (RFC 9457) that names all
faults at once, in Chinese or English as `Accept-Language` asks. Lists go on with `cursor`.
"""
_TEXT: Part = {"type": "string"}
_OBJECT: Part = {"schema": {"type": "object"}}
_BINARY: Part = {"type": "string", "format": "binary"}
_SAID = {
    400: "The request cannot be read.",
    401: "Nobody is signed in, or the token does not count.",
    403: "This caller may not do it.",
    404: "There is no such thing for this caller.",
    409: "It changed, was sent before, or is not open now.",
    410: "Its time is over.",
    411: "The length of the body is not told.",
    413: "The body or file is too large.",
    415: "The body is of another type.",
    422: "Something in the request must be put right.",
    429: "Too many requests; wait as `Retry-After` says.",
}
_SENT = (400, 413, 415, 422)
_KNOWN = (401, 403, 429)
_HEADERS: Mapping[str, Part] = {
    "Idempotency-Key": {"type": "string", "pattern": "^[!-~]{8,100}$"},
    "X-Huiban-Signature": {"type": "string", "pattern": "^[0-9A-Za-z+/]{86}==$"},
}


def route(errands: Iterable[Route]) -> Route:
    """Return the route that gives the document."""
    routes = tuple(errands)

    def read_openapi(ask: Ask) -> HttpResponse:
        """Read this document."""
        return HttpResponse(text(), content_type=JSON, headers={"Cache-Control": "max-age=300"})

    @lru_cache(maxsize=1)
    def text() -> str:
        return json.dumps(document((*routes, itself)), ensure_ascii=False)

    itself = Route(
        method="GET", path="/openapi.json", act=read_openapi, tag="about", is_public=True
    )
    return itself


def document(routes: Iterable[Route]) -> Part:
    """Describe all routes."""
    routes = tuple(routes)
    takes, gives = _schemas(routes)
    paths: dict[str, Part] = {}
    for one in routes:
        paths.setdefault(f"{PREFIX}{one.path}", {})[one.method.lower()] = _operation(one)
    return {
        "openapi": "3.1.0",
        "info": {"title": "慧办 huiban", "version": version("huiban"), "description": _ABOUT},
        "paths": paths,
        "security": [{"token": []}],
        "components": {
            "schemas": takes | gives,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _schemas(routes: Iterable[Route]) -> tuple[Part, Part]:
    bodies = {one.body for one in routes if one.body}
    answers = {one.answer for one in routes if one.answer} | {ProblemDetails}
    return _defined(bodies, "validation"), _defined(answers, "serialization")


def _defined(models: Iterable[type[BaseModel]], mode: Any) -> Part:
    listed = [(one, mode) for one in sorted(models, key=lambda one: one.__name__)]
    return dict(models_json_schema(listed, ref_template=_REF)[1].get("$defs", {}))


def _operation(one: Route) -> Part:
    found: Part = {
        "operationId": one.name,
        "summary": one.summary,
        "tags": [one.tag],
        "parameters": [*_path_parameters(one), *_query_parameters(one), *_headers(one)],
        "responses": _responses(one),
    }
    if one.is_public:
        found["security"] = []
    if one.body:
        found["requestBody"] = {"required": True, "content": {JSON: {"schema": _ref(one.body)}}}
    if one.takes_file:
        found["requestBody"] = {"required": True, "content": _FILE}
    return found


_FILE: Part = {
    MULTIPART: {
        "schema": {"type": "object", "properties": {FILE_FIELD: _BINARY}, "required": [FILE_FIELD]}
    },
    BYTES: {"schema": _BINARY},
}


def _path_parameters(one: Route) -> list[Part]:
    names = [part[1:-1] for part in one.path.split("/") if part.startswith("{")]
    shape = {**_TEXT, "minLength": 1}
    return [{"name": n, "in": "path", "required": True, "schema": shape} for n in names]


def _query_parameters(one: Route) -> list[Part]:
    if one.query is None:
        return []
    schema = one.query.model_json_schema(mode="validation", ref_template=_REF)
    needed = schema.get("required", [])
    return [
        {
            "name": name,
            "in": "query",
            "required": name in needed,
            "schema": {key: value for key, value in shape.items() if key != "description"},
            **({"description": shape["description"]} if "description" in shape else {}),
        }
        for name, shape in schema["properties"].items()
    ]


def _headers(one: Route) -> list[Part]:
    return [
        {"name": name, "in": "header", "required": True, "schema": _HEADERS[name]}
        for name in one.headers
    ]


def _responses(one: Route) -> Part:
    found: Part = {str(status): _good(one) for status in (one.status, *one.also)}
    statuses = {*one.refusals, *(() if one.is_public else _KNOWN), 422}
    if one.body:
        statuses |= set(_SENT)
    for status in sorted(statuses):
        problem = {MEDIA: {"schema": _ref(ProblemDetails)}}
        found[str(status)] = {"description": _SAID[status], "content": problem}
    return found


def _good(one: Route) -> Part:
    found: Part = {"description": one.summary}
    if one.status == 204:
        return found
    if one.answer:
        return found | {"content": {JSON: {"schema": _ref(one.answer)}}}
    kinds = one.media.split(", ")
    return found | {"content": {kind: _OBJECT if "json" in kind else {} for kind in kinds}}


def _ref(model: type[BaseModel]) -> Part:
    return {"$ref": _REF.format(model=model.__name__)}
