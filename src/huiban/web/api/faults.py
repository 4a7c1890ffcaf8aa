# SPDX-License-Identifier: Apache-2.0
"""What pydantic finds wrong with a request, said in people's words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_core import ErrorDetails

from huiban.kernel.words import Words

_MOST = 100


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in what was sent."""

    path: str
    code: str
    message: Words


_SAID = {
    "missing": Words("这一项必须有", "This is required"),
    "extra_forbidden": Words(
        "没有这一项，请删除或核对名称", "Unknown; remove it or check its name"
    ),
    "string_type": Words("应当是文字", "Must be a text"),
    "int_type": Words("应当是整数", "Must be a whole number"),
    "int_parsing": Words("应当是整数", "Must be a whole number"),
    "bool_type": Words("应当是 true 或 false", "Must be true or false"),
    "bool_parsing": Words("应当是 true 或 false", "Must be true or false"),
    "list_type": Words("应当是列表", "Must be a list"),
    "dict_type": Words("应当是对象", "Must be an object"),
    "model_type": Words("应当是 JSON 对象", "Must be a JSON object"),
    "model_attributes_type": Words("应当是 JSON 对象", "Must be a JSON object"),
}
_LIMITS = {
    "string_too_long": ("max_length", Words("最多 {} 个字", "At most {} characters")),
    "string_too_short": ("min_length", Words("至少 {} 个字", "At least {} characters")),
    "too_long": ("max_length", Words("最多 {} 项", "At most {} entries")),
    "too_short": ("min_length", Words("至少 {} 项", "At least {} entries")),
    "less_than_equal": ("le", Words("不能大于 {}", "At most {}")),
    "greater_than_equal": ("ge", Words("不能小于 {}", "At least {}")),
    "literal_error": ("expected", Words("只能是 {}", "Must be {}")),
    "enum": ("expected", Words("只能是 {}", "Must be {}")),
    "string_pattern_mismatch": ("pattern", Words("格式应为 {}", "Must match {}")),
}


def faults_of(errors: Sequence[ErrorDetails]) -> list[Fault]:
    """Return each fault with its place; at most a hundred, more help nobody."""
    return [
        Fault(".".join(map(str, one["loc"])), one["type"], _words(one)) for one in errors[:_MOST]
    ]


def _words(error: ErrorDetails) -> Words:
    known = _SAID.get(error["type"])
    if known is not None:
        return known
    name, words = _LIMITS.get(error["type"], ("", Words("")))
    context: dict[str, Any] = error.get("ctx", {})
    if words and name in context:
        bound = context[name]
        return Words(words.zh.format(bound), words.en.format(bound))
    return Words("这一项的内容不对，请核对接口说明", error["msg"])
