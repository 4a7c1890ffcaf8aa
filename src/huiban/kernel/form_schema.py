# SPDX-License-Identifier: Apache-2.0
"""A form's canonical values described as JSON Schema (2020-12) for other programs."""

from collections.abc import Callable, Mapping

from huiban.kernel.form_compound import digest_of
from huiban.kernel.form_file import speak_kinds, speak_size
from huiban.kernel.form_model import Field, FieldKind, Form
from huiban.kernel.form_words import plain
from huiban.kernel.words import Words

Schema = dict[str, object]
DIALECT = "https://json-schema.org/draft/2020-12/schema"

_SHOWN_IF = Words("仅在满足以下条件时填写：", "Asked only when: ")
_NEEDED_IF = Words("满足以下条件时必填：", "Required when: ")
_MOMENT: Schema = {"type": "string", "format": "date-time"}


def json_schema(form: Form, language: str) -> Schema:
    """
    Return the JSON Schema of this form's stored values.

    Only what is always required is in `required`; a field with a condition says so in its
    description, because the condition may depend on dates a schema cannot know.
    """
    fields = tuple(form.fields())
    return {
        "$schema": DIALECT,
        "title": form.title.speak(language),
        **_object(fields, language),
    }


def _object(fields: tuple[Field, ...], language: str) -> Schema:
    always = [one.key for one in fields if one.is_always_needed and one.show_when is None]
    return {
        "type": "object",
        "properties": {one.key: _described(one, language) for one in fields},
        "required": always,
        "additionalProperties": False,
    }


def _described(one: Field, language: str) -> Schema:
    said = [one.why.speak(language), one.hint.speak(language)]
    if one.show_when:
        said.append(_SHOWN_IF.speak(language) + one.show_when.text)
    if one.required_when and not one.is_always_needed:
        said.append(_NEEDED_IF.speak(language) + one.required_when.text)
    if one.kind is FieldKind.DECLARATION:
        said.append(one.text.speak(language))
    if one.kind is FieldKind.FILE:
        said.append(f"{speak_kinds(one.accept).speak(language)} ≤ {speak_size(one.max_bytes)}")
    description = "\n".join(part for part in said if part)
    schema: Schema = {"title": one.label.speak(language), **_SHAPE[one.kind](one, language)}
    return schema | ({"description": description} if description else {})


def _text(one: Field, _: str) -> Schema:
    return {"type": "string", "minLength": max(one.min_length, 1), "maxLength": one.max_length}


def _number(one: Field, _: str) -> Schema:
    if not one.places:
        bounds: Schema = {"minimum": int(one.least.to_integral_value())}
        if one.maximum is not None:
            bounds["maximum"] = int(one.maximum.to_integral_value())
        return {"type": "integer", **bounds}
    sign = "-?" if one.least < 0 else ""
    fraction = (
        rf"\.[0-9]{{{one.places}}}"
        if one.kind is FieldKind.MONEY
        else rf"(\.[0-9]{{1,{one.places}}})?"
    )
    return {
        "type": "string",
        "pattern": f"^{sign}[0-9]+{fraction}$",
        "x-minimum": plain(one.least),
        **({} if one.maximum is None else {"x-maximum": plain(one.maximum)}),
        **({"x-unit": one.unit} if one.unit else {}),
    }


def _date(one: Field, _: str) -> Schema:
    bounds = {"x-earliest": one.earliest, "x-latest": one.latest}
    return {
        "type": "string",
        "format": "date",
        **{name: bound for name, bound in bounds.items() if bound},
    }


def _choice(one: Field, language: str) -> Schema:
    options: Schema = {
        "oneOf": [
            {"const": option.value, "title": option.label.speak(language)} for option in one.options
        ]
    }
    if not one.multiple:
        return options
    return {"type": "array", "items": options, "uniqueItems": True, "minItems": 1}


def _address(one: Field, _: str) -> Schema:
    degrees: Schema = {"type": ["string", "null"], "pattern": r"^-?[0-9]{1,3}(\.[0-9]{1,7})?$"}
    return {
        "type": "object",
        "properties": {
            "text": {"type": "string", "minLength": 1, "maxLength": one.max_length},
            "lon": degrees,
            "lat": degrees,
        },
        "required": ["text", "lon", "lat"],
        "additionalProperties": False,
    }


def _files(one: Field, _: str) -> Schema:
    file: Schema = {
        "type": "object",
        "properties": {
            "file": {"type": "string"},
            "name": {"type": "string"},
            "size": {"type": "integer", "minimum": 1, "maximum": one.max_bytes},
            "media": {"type": "string"},
        },
        "required": ["file", "name", "size", "media"],
        "additionalProperties": False,
    }
    return {"type": "array", "items": file, "minItems": 1, "maxItems": one.max_files}


def _table(one: Field, language: str) -> Schema:
    rows = _object(one.columns, language)
    return {
        "type": "array",
        "items": rows,
        "minItems": one.fewest_rows,
        "maxItems": one.max_rows,
    }


def _declaration(one: Field, _: str) -> Schema:
    digests = [digest_of(text) for text in (one.text.zh, one.text.en) if text]
    return {
        "type": "object",
        "properties": {"agreed": {"const": True}, "digest": {"enum": digests}, "at": _MOMENT},
        "required": ["agreed", "digest"],
        "additionalProperties": False,
    }


def _signature(one: Field, _: str) -> Schema:
    point: Schema = {
        "type": "array",
        "items": {"type": "integer"},
        "minItems": 3,
        "maxItems": 3,
    }
    stroke: Schema = {"type": "array", "items": point, "minItems": 1}
    return {
        "type": "object",
        "properties": {
            "name": {"type": "string", "minLength": 1, "maxLength": one.max_length},
            "strokes": {"type": ["array", "null"], "items": stroke},
            "at": _MOMENT,
            "account": {"type": "string"},
        },
        "required": ["name", "strokes"],
        "additionalProperties": False,
    }


def _pattern(pattern: str) -> Callable[[Field, str], Schema]:
    return lambda _, __: {"type": "string", "pattern": pattern}


_SHAPE: Mapping[FieldKind, Callable[[Field, str], Schema]] = {
    FieldKind.TEXT: _text,
    FieldKind.NUMBER: _number,
    FieldKind.MONEY: _number,
    FieldKind.DATE: _date,
    FieldKind.BOOLEAN: lambda _, __: {"type": "boolean"},
    FieldKind.CHOICE: _choice,
    FieldKind.DIVISION: lambda _, __: {"type": "string", "minLength": 1},
    FieldKind.ADDRESS: _address,
    FieldKind.USCC: _pattern("^[0-9A-Z]{18}$"),
    FieldKind.PERSON_ID: _pattern("^[0-9]{17}[0-9X]$"),
    FieldKind.PHONE: _pattern("^[0-9+() -]{5,30}$"),
    FieldKind.FILE: _files,
    FieldKind.TABLE: _table,
    FieldKind.DECLARATION: _declaration,
    FieldKind.SIGNATURE: _signature,
}
