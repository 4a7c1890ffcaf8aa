# SPDX-License-Identifier: Apache-2.0
"""The building blocks of the pack schema: strict models, words, limits, codes."""

from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints, WithJsonSchema
from pydantic import Field as Described
from pydantic_core import PydanticCustomError

from huiban.kernel.clock import Limit
from huiban.kernel.words import Words

Maker = Callable[..., Any]


class Part(BaseModel):
    """One mapping of a pack file; an unknown key is a fault, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    makes: ClassVar[Maker] = dict

    def make(self, **more: object) -> Any:
        """Build the kernel value that `makes` names, from the written keys."""
        written = {name: built(getattr(self, name)) for name in self.model_fields_set}
        named = {name: value for name, value in written.items() if value is not None}
        return self.makes(**(named | more))


def built(value: object) -> object:
    """Build every part inside a value; lists become tuples."""
    if isinstance(value, Part):
        return value.make()
    if isinstance(value, list | tuple):
        return tuple(built(one) for one in value)
    if isinstance(value, dict):
        return {key: built(one) for key, one in value.items()}
    return value


def _to_words(value: object) -> Words:
    if isinstance(value, Words):
        return value
    pair = {"zh": value} if isinstance(value, str) else value
    if isinstance(pair, dict) and None in pair.values():
        # YAML reads `{zh: a, b}` as two keys, the second without a value.
        raise PydanticCustomError("words", "holds a comma outside quotes; put the text in quotes")
    if not isinstance(pair, dict) or set(pair) - {"zh", "en"}:
        message = "must be Chinese text, or a mapping of 'zh' and 'en'"
        raise PydanticCustomError("words", message)
    texts = {"en": "", **pair}
    if not all(isinstance(text, str) for text in texts.values()) or not texts.get("zh"):
        raise PydanticCustomError("words", "needs its Chinese text under 'zh'")
    return Words(texts["zh"].strip(), texts["en"].strip())


def _to_limit(value: object) -> Limit:
    if isinstance(value, Limit):
        return value
    try:
        return Limit.parse(str(value))
    except ValueError as error:
        raise PydanticCustomError("limit", "{reason}", {"reason": str(error)}) from None


def _to_decimal(value: object) -> Decimal:
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        return Decimal(value)
    raise PydanticCustomError("decimal", "must be a number, written without quotes")


_WORDS_SCHEMA = {
    "anyOf": [
        {"type": "string", "minLength": 1},
        {
            "type": "object",
            "properties": {"zh": {"type": "string", "minLength": 1}, "en": {"type": "string"}},
            "required": ["zh"],
            "additionalProperties": False,
        },
    ]
}
Sentence = Annotated[Words, BeforeValidator(_to_words), WithJsonSchema(_WORDS_SCHEMA)]
LimitText = Annotated[
    Limit,
    BeforeValidator(_to_limit),
    WithJsonSchema({"type": "string", "examples": ["20 work_days", "4 work_hours"]}),
]
Number = Annotated[Decimal, BeforeValidator(_to_decimal), WithJsonSchema({"type": "number"})]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$")]
Flag = Annotated[bool, Described(strict=True)]
Count = Annotated[int, Described(strict=True, ge=0)]
Line = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
