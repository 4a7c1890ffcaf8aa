# SPDX-License-Identifier: Apache-2.0
"""Reading on after a fault: what is wrong is stood in for, so that the rest is checked too."""

from collections.abc import Sequence
from enum import Enum
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from huiban.packloader.translate import shape_at

_MOST_ROUNDS = 30
_STAND_INS: tuple[object, ...] = (
    "x", "1 work_days", "1 year", "0.0.0", "000000", "2000-01-01", 0, False, [], {}
)  # fmt: skip


def salvaged(data: Any, error: ValidationError, shape: type[BaseModel]) -> BaseModel | None:
    """
    Return the nearest value of the shape, None if nothing can be made of the data.

    Only for finding further problems; a pack with any problem is never used.
    """
    faults = error.errors(include_url=False)
    for _ in range(_MOST_ROUNDS):
        for details in faults:
            data = _mended(data, details, shape)
        try:
            return shape.model_validate(data)
        except ValidationError as again:
            faults = again.errors(include_url=False)
    return None


def _mended(data: Any, details: ErrorDetails, shape: type[BaseModel]) -> Any:
    path = [part for part in details["loc"] if part != "[key]"]
    if not path:
        return {}
    *parents, last = path
    holder = _at(data, parents)
    if isinstance(holder, dict):
        holder.pop(last, None)
        info = _field(shape_at(shape, parents), last)
        if info is not None and info.is_required():
            holder[last] = _stand_in(info)
    elif isinstance(holder, list) and isinstance(last, int) and last < len(holder):
        holder[last] = _in_list(shape, parents, holder[last])
    return data


def _in_list(shape: type[BaseModel], parents: Sequence[str | int], value: object) -> object:
    if shape_at(shape, [*parents, 0]) is shape_at(shape, parents[:-1]):
        return "x"
    return {} if not isinstance(value, dict) else "x"


def _at(data: Any, path: Sequence[str | int]) -> Any:
    for part in path:
        if isinstance(data, dict):
            data = data.get(str(part))
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
        else:
            return None
    return data


def _field(shape: type[BaseModel] | None, key: str | int) -> FieldInfo | None:
    if shape is None:
        return None
    named = {info.alias or name: info for name, info in shape.model_fields.items()}
    return named.get(str(key))


def _stand_in(info: FieldInfo) -> object:
    candidates = (*_named(info.annotation), *_STAND_INS)
    whole: Any = info.annotation
    for part in info.metadata:
        whole = Annotated[whole, part]
    adapter: TypeAdapter[object] = TypeAdapter(whole)
    for candidate in candidates:
        try:
            adapter.validate_python(candidate)
        except ValidationError:
            continue
        return candidate
    return None


def _named(annotation: object) -> tuple[object, ...]:
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return tuple(one.value for one in annotation)
    return get_args(annotation) if get_origin(annotation) is Literal else ()
