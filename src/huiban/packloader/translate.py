# SPDX-License-Identifier: Apache-2.0
"""From what pydantic says of a fault to what a pack author can act on."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from huiban.packloader.problem import did_you_mean

Path = tuple[str | int, ...]


def translated(error: ValidationError, shape: type[BaseModel]) -> Iterator[tuple[Path, str, str]]:
    """Yield path, message and cure of every fault, in the order of the file's keys."""
    for details in error.errors(include_url=False):
        message, cure = _said(details, shape)
        yield tuple(part for part in details["loc"] if part != "[key]"), message, cure


def _said(details: ErrorDetails, shape: type[BaseModel]) -> tuple[str, str]:
    kind, value = details["type"], details.get("input")
    if kind == "extra_forbidden":
        *parents, key = details["loc"]
        return f"unknown key '{key}'", did_you_mean(str(key), _keys(shape_at(shape, parents)))
    if kind == "missing":
        return f"'{details['loc'][-1]}' is missing", "add it"
    say = _SAID.get(kind)
    if say:
        return say(value, details.get("ctx") or {})
    return details["msg"][0].lower() + details["msg"][1:], ""


def _text(value: object, _: Mapping[str, Any]) -> tuple[str, str]:
    if isinstance(value, dict | list):
        return "must be text", "write one line of text"
    written = {True: "true", False: "false", None: "nothing"}.get(value, str(value))  # type: ignore[call-overload]
    return f"must be text, found {written}", f'put it in quotes: "{written}"'


def _one_of(value: object, context: Mapping[str, Any]) -> tuple[str, str]:
    known = [part.strip("' ") for part in context["expected"].replace(" or ", ",").split(",")]
    return f"unknown value '{value}'", did_you_mean(str(value), known)


def _pattern(value: object, context: Mapping[str, Any]) -> tuple[str, str]:
    return f"'{value}' is not written as it must be", f"it must match {context['pattern']}"


_SAID: Mapping[str, Callable[[object, Mapping[str, Any]], tuple[str, str]]] = {
    "string_type": _text,
    "enum": _one_of,
    "literal_error": _one_of,
    "string_pattern_mismatch": _pattern,
    "bool_type": lambda value, _: (
        f"must be true or false, found '{value}'",
        "write true or false",
    ),
    "tuple_type": lambda *_: ("must be a list", "write [a, b] or lines that begin with '- '"),
    "dict_type": lambda *_: ("must be a mapping", "write `key: value` lines"),
    "model_type": lambda *_: ("must be a mapping", "write `key: value` lines"),
    "int_type": lambda value, _: (f"must be a whole number, found '{value}'", "write digits only"),
    "too_short": lambda *_: ("must not be empty", "write at least one"),
    "string_too_short": lambda *_: ("must not be empty", "write it or leave the key out"),
}


def shape_at(shape: type[BaseModel], path: Sequence[str | int]) -> type[BaseModel] | None:
    """Follow a path of keys and indexes through the annotations to the model at its end."""
    found: type[BaseModel] | None = shape
    for part in path:
        if found is not None and isinstance(part, str) and part in found.model_fields:
            found = _model_in(found.model_fields[part].annotation)
    return found


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for part in get_args(annotation) if (model := _model_in(part))), None)


def _keys(shape: type[BaseModel] | None) -> list[str]:
    if shape is None:
        return []
    return [field.alias or name for name, field in shape.model_fields.items()]
