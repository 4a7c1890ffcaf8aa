# SPDX-License-Identifier: Apache-2.0
"""docs/reference/pack.md, written from the schema: every file of a pack and every key in it."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from huiban.kernel import catalogue
from huiban.kernel.catalogue_elements import item_record, material_record
from huiban.kernel.document import GROUPS
from huiban.kernel.measure import MEASURES
from huiban.packloader.checkers import CHECKERS
from huiban.packloader.checkers.references import ENGINE_EFFECTS
from huiban.packloader.json_schema import COMMON_FILES, FILES
from huiban.packloader.schema.part import LimitText, Number, Part, Sentence
from huiban.packloader.values import NOTICE_SLOTS

_HEAD = """\
# What a scenario pack is written in

<!-- Generated from the schema by `make docs`; do not edit. -->

A pack is a folder of YAML under `packs/`, named as its code. How to make one:
[Add a scenario pack](../how-to/add-a-scenario-pack.md). `huiban check` lists every problem of every
pack at once, with file, line, field and cure; `huiban check --schema` prints JSON Schemas for
editors.

The loader keeps what is written: `010203`, `no` and `12:30` are text, `3.80` keeps its zero, a
repeated key is refused. A text may be plain Chinese, or `{zh: …, en: …}`. A comma inside `{ }`
needs quotes around the text. A file is at most 200,000 characters and 600 lines.

In items and forms, `like: <code>` starts from another file of the folder and `use: <key>` takes one
section, field, check or material from it; keys written beside it win.
"""

_PROCESS = """\
## process.yaml, processes/*.yaml

One statechart a file; `process` is its code. The engine owns the stages submitted, correction,
examination, decision, closed, declined, retracted and archived; a pack adds states between them.

{rows}
"""

_PROCESS_KEYS: Mapping[str, tuple[str, ...]] = {
    "`process`, `title`": ("code and name",),
    "`regime`": ("`licensing` (行政许可法) or `service`",),
    "`start`": ("the first state; `submitted` under licensing",),
    "`acts`": (
        "engine acts allowed everywhere: `transfer`, `countersign`, `add_signer`, `send_back`,",
        "`suspend`, `open_sub_case`, `retract`; `{by: role}` keeps one for a role",
    ),
    "`clocks.<name>`": (
        "`title`, `limit`, `runs_in` (states), `warn_at` (`50 %`, or `3 work_days` before),",
        "`on_due` (an event or `overdue`), `extend: {by, approver, do}`, `basis`,",
        "`day_ends` (`close_of_business`, or `midnight`)",
    ),
    "`states.<name>`": (
        "`role`, `department`, `label`, `on`, `acts`, `four_eyes`;",
        "or `all_of` / `any_of` regions with `then`",
    ),
    "`on.<event>`": (
        "`to`, `when` (a rule), `when_label`, `do`, `once`, `needs_reason`, `needs_document`,",
        "`by`, `outcome`; or a list of these, tried in order",
    ),
}
_ELEMENTS = {catalogue.Item: item_record({}), catalogue.Material: material_record({})}


def page() -> str:
    """Return the whole page."""
    parts = [_HEAD]
    for file, shape in FILES.items():
        parts.append(_section(file, shape))
        if file == "forms/*.yaml":
            parts.append(_PROCESS.format(rows=_table(_PROCESS_KEYS)))
    parts += [_section(file, shape) for file, shape in COMMON_FILES.items()]
    parts += [_vocabulary(), _checkers()]
    return "\n".join(part.rstrip() + "\n" for part in parts)


def _section(file: str, shape: type[Part]) -> str:
    lines = [f"## {file}", "", _sentence(shape), ""]
    for found in _shapes(shape):
        if found is not shape:
            lines += [f"### {_name(found)}", "", _sentence(found), ""]
        lines += ["| key | kind | needed | meaning |", "|---|---|---|---|"]
        elements = _elements(found)
        lines += [_row(name, info, elements) for name, info in found.model_fields.items()]
        lines.append("")
    return "\n".join(lines)


def _elements(shape: type[Part]) -> dict[str, str]:
    """Return what the standard calls the keys of an item or a material."""
    groups = [
        group for made, one in _ELEMENTS.items() if shape.makes is made for group in one.groups
    ]
    return {group.attribute: group.columns[0].zh for group in groups}


def _table(rows: Mapping[str, tuple[str, ...]]) -> str:
    lines = ["| key | meaning |", "|---|---|"]
    return "\n".join(lines + [f"| {key} | {' '.join(parts)} |" for key, parts in rows.items()])


def _shapes(shape: type[Part], seen: set[type[Part]] | None = None) -> Iterator[type[Part]]:
    """Yield the model of a file and every model inside it, each once."""
    seen = set() if seen is None else seen
    if shape in seen:
        return
    seen.add(shape)
    yield shape
    for info in shape.model_fields.values():
        for inner in _models(info.annotation):
            yield from _shapes(inner, seen)


def _models(annotation: Any) -> Iterator[type[Part]]:
    if isinstance(annotation, type) and issubclass(annotation, Part):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)


def _row(name: str, info: FieldInfo, elements: Mapping[str, str]) -> str:
    needed = "yes" if info.is_required() else ""
    meaning = "; ".join(filter(None, (elements.get(name), info.description))).replace("|", "\\|")
    kind = _kind(_whole(info)).replace("|", "\\|")
    return f"| `{info.alias or name}` | {kind} | {needed} | {meaning} |"


def _whole(info: FieldInfo) -> Any:
    """Put an annotation together with what pydantic took apart, to know a named type again."""
    for named in (Sentence, LimitText, Number):
        marks = get_args(named)[1:]
        if info.metadata and list(marks) == info.metadata[: len(marks)]:
            return named
    return info.annotation


_NAMED = {str: "text", int: "whole number", bool: "true or false", dict: "mapping"}


def _kind(annotation: Any) -> str:
    if annotation is NoneType:
        return ""
    if annotation in _SPECIAL:
        return _SPECIAL[annotation]
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _kind(args[0])
    if origin in (Union, UnionType):
        return " or ".join(filter(None, map(_kind, args)))
    if origin is Literal:
        return ", ".join(f"`{one}`" for one in args)
    if origin is tuple:
        return f"list of {_kind(args[0])}"
    if origin is dict:
        return f"mapping of {_kind(args[1])}"
    return _plain(annotation)


_SPECIAL: Mapping[Any, str] = {
    Sentence: "words",
    LimitText: "limit, such as `20 work_days`",
    Number: "number",
    Any: "anything",
}


def _plain(annotation: Any) -> str:
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return _name(annotation)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return ", ".join(f"`{one.value}`" for one in annotation)
    if annotation is Decimal:
        return "number"
    return _NAMED.get(annotation) or str(getattr(annotation, "__name__", annotation)).lower()


def _name(shape: type[Part]) -> str:
    words = re.sub(r"(?<!^)([A-Z])", r" \1", shape.__name__.removesuffix("In")).lower()
    return f"*{words}*"


def _sentence(shape: type[Part]) -> str:
    return " ".join((shape.__doc__ or "").split())


def _vocabulary() -> str:
    lines = ["## Words the engine knows", ""]
    lines += ["Effects (`do`), besides documents of the pack: " + _listed(ENGINE_EFFECTS) + ".", ""]
    lines += ["Data a document may be given: " + _listed(GROUPS) + ".", ""]
    lines += ["What a notice may fill in: " + _listed(NOTICE_SLOTS) + ".", ""]
    lines += [
        "Facts of a rule: the form's fields; `<table>_count`, `<table>_<number column>_sum`, "
        "`<table>_<yes/no column>_count`, `<table>_<choice column>_<option>_count`, "
        "`<table>_<date column>_earliest` and `_latest`; `has_<material>`, `materials_complete`, "
        "`life`; `as_of`.",
        "",
        "### Measures",
        "",
        "| measure | title | formula | unit |",
        "|---|---|---|---|",
    ]
    lines += [f"| `{m.code}` | {m.title} | {m.formula} | {m.unit} |" for m in MEASURES.values()]
    return "\n".join(lines)


def _listed(words: Any) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _checkers() -> str:
    lines = ["## What `huiban check` asks", "", "| checker | question |", "|---|---|"]
    for name, checker in CHECKERS.items():
        doc = __import__(checker.__module__, fromlist=["x"]).__doc__ or ""
        lines.append(f"| {name} | {' '.join(doc.split())} |")
    lines.append("| worked | Every worked example (样例) turns out as it is written. |")
    return "\n".join(lines)
