# SPDX-License-Identifier: Apache-2.0
"""How a value becomes a record of named text elements and back, described once for both ways."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from huiban.kernel.words import Words

Json = object


@dataclass(frozen=True, slots=True)
class Column:
    """One element of the standard: its name in two languages and its greatest length."""

    zh: str
    en: str
    most: int | None = None

    def named(self, language: str) -> str:
        return self.en if language.startswith("en") else self.zh


@dataclass(frozen=True, slots=True)
class Codec:
    """How one value is written as an element and read again; reading raises ValueError."""

    write: Callable[[Any, str], Json]
    read: Callable[[Any], Any]
    is_structured: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """The elements that one attribute of a value fills, usually a single one."""

    attribute: str
    columns: tuple[Column, ...]
    write: Callable[[Any, str], Sequence[Json]]
    read: Callable[[Sequence[Json]], Any]
    is_structured: bool = False


@dataclass(frozen=True, slots=True)
class Trouble:
    """An element that cannot be read, or is too long; `path` names it, outermost first."""

    path: str
    message: str


class ElementsRefused(ValueError):
    """Elements that do not make a value; all troubles are told at once."""

    def __init__(self, troubles: Sequence[Trouble]) -> None:
        super().__init__("；".join(f"{one.path}：{one.message}" for one in troubles))
        self.troubles = tuple(troubles)


@dataclass(frozen=True, slots=True)
class Record:
    """A kind of value with all its elements."""

    make: Callable[..., Any]
    groups: tuple[Group, ...]

    def write(self, value: Any, language: str = "zh") -> dict[str, Json]:
        written: dict[str, Json] = {}
        for group in self.groups:
            parts = group.write(getattr(value, group.attribute), language)
            names = (column.named(language) for column in group.columns)
            written |= dict(zip(names, parts, strict=True))
        return written

    def read(self, elements: object) -> Any:
        """
        Make the value again; a missing element leaves the attribute as it is by default.

        :raises ElementsRefused: naming every element that cannot be read.
        """
        if not isinstance(elements, Mapping):
            raise ElementsRefused([Trouble("", "应是名称和值的对照表")])
        found: dict[str, Any] = {}
        troubles = [
            Trouble(str(name), "没有这个要素，请核对名称")
            for name in elements
            if name not in self.names()
        ]
        for group in self.groups:
            parts = [elements.get(column.zh, "") for column in group.columns]
            if all(part == "" for part in parts):
                continue
            try:
                found[group.attribute] = group.read(parts)
            except ElementsRefused as refused:
                troubles += [_below(group.columns[0].zh, one) for one in refused.troubles]
            except (ValueError, TypeError, AttributeError, InvalidOperation) as error:
                troubles.append(Trouble(group.columns[0].zh, f"“{parts[0]}”读不出来（{error}）"))
        if troubles:
            raise ElementsRefused(troubles)
        try:
            return self.make(**found)
        except TypeError as error:
            raise ElementsRefused([Trouble("", f"缺少必填要素（{error}）")]) from None

    def names(self) -> set[str]:
        return {column.zh for group in self.groups for column in group.columns}

    def overlong(self, written: Mapping[str, Json]) -> Iterator[tuple[Column, int, str]]:
        """Yield each element that is longer than the standard allows, and its attribute."""
        for group in self.groups:
            for column in group.columns:
                length = measured(written.get(column.zh, ""))
                if column.most is not None and length > column.most:
                    yield column, length, group.attribute


def measured(element: Json) -> int:
    """Return how many characters an element has in all its parts."""
    if isinstance(element, Mapping):
        return sum(measured(part) for part in element.values())
    if isinstance(element, list):
        return sum(measured(part) for part in element)
    return len(str(element))


def one(attribute: str, column: Column, codec: Codec) -> Group:
    """Describe an attribute that fills one element."""
    return Group(
        attribute,
        (column,),
        lambda value, language: (codec.write(value, language),),
        lambda parts: codec.read(parts[0]),
        codec.is_structured,
    )


def coded(codes: Mapping[Any, str]) -> Codec:
    """Write the members of an enum as the codes of a code set (代码集)."""
    values = {code: value for value, code in codes.items()}

    def read(code: str) -> Any:
        if code not in values:
            raise ValueError(f"代码应是 {'、'.join(values)} 之一")
        return values[code]

    return Codec(lambda value, _: codes[value] if value is not None else "", read)


def listed(codec: Codec) -> Codec:
    """Write a tuple as a list of elements."""
    return Codec(
        lambda values, language: [codec.write(value, language) for value in values],
        lambda elements: tuple(codec.read(element) for element in _list(elements)),
        is_structured=True,
    )


def nested(record: Record) -> Codec:
    """Write a value as a record inside a record."""
    return Codec(record.write, record.read, is_structured=True)


def optional(codec: Codec) -> Codec:
    """Write None as an empty element."""
    return Codec(
        lambda value, language: "" if value is None else codec.write(value, language),
        codec.read,
        codec.is_structured,
    )


def _below(name: str, trouble: Trouble) -> Trouble:
    return Trouble(f"{name}·{trouble.path}" if trouble.path else name, trouble.message)


def _list(elements: object) -> list[Any]:
    if not isinstance(elements, list):
        raise ValueError("应是列表")
    return elements


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("应是文字")
    return value


def _flag(value: str) -> bool:
    if value not in ("0", "1"):
        raise ValueError("应是 0 或 1")
    return value == "1"


def _count(value: str) -> int:
    if not _text(value).isascii() or not value.isdigit() or len(value) > 12:
        raise ValueError("应是整数")
    return int(value)


def _day(value: str) -> date:
    return datetime.strptime(_text(value), "%Y%m%d").date()  # noqa: DTZ007 - a day has no zone


def _say(value: Words | StrEnum, language: str) -> str:
    return value.speak(language) if isinstance(value, Words) else str(value)


TEXT = Codec(lambda value, _: value, _text)
WORDS = Codec(_say, lambda value: Words(_text(value)))
FLAG = Codec(lambda value, _: "1" if value else "0", _flag)
COUNT = Codec(lambda value, _: str(value), _count)
DAY = optional(Codec(lambda value, _: f"{value:%Y%m%d}", _day))
AMOUNT = optional(Codec(lambda value, _: str(value), lambda value: Decimal(_text(value))))
