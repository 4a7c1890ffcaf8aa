# SPDX-License-Identifier: Apache-2.0
"""Items handed to and taken from other platforms: elements by name, as JSON values or CSV."""

import csv
import json
from collections.abc import Iterable, Iterator

from huiban.kernel.catalogue_elements import item_record, material_record
from huiban.kernel.catalogue_model import Item, ItemFault
from huiban.kernel.catalogue_record import ElementsRefused, Json, Record, Trouble
from huiban.kernel.rule import Schema

_ITEM = item_record({})
_MATERIAL = material_record({})
_BOM = "\ufeff"  # spreadsheets take a CSV for UTF-8 only with it


def to_elements(item: Item, language: str = "zh") -> dict[str, Json]:
    """
    Return the item as elements named by GB/T 39046; with `en`, names and texts in English.

    Only the Chinese elements can be read back: they are the ones the standard names.
    """
    return _ITEM.write(item, language)


def from_elements(elements: object, schema: Schema | None = None) -> Item:
    """
    Make the item again; `schema` are the facts that conditions of materials may use.

    :raises ElementsRefused: naming every element that is unknown or cannot be read.
    """
    record = item_record(schema) if schema else _ITEM
    item = record.read(elements)
    if not isinstance(item, Item):
        raise TypeError(f"the record made a {type(item).__name__}")
    return item


def overlong(item: Item) -> Iterator[ItemFault]:
    """Yield a fault for each element longer than the standard allows."""
    for column, length, attribute in _ITEM.overlong(_ITEM.write(item)):
        yield _overlong(column.zh, attribute, length, column.most)
    for place, material in enumerate(item.materials):
        for column, length, attribute in _MATERIAL.overlong(_MATERIAL.write(material)):
            field = f"materials.{place}.{attribute}"
            yield _overlong(column.zh, field, length, column.most)


def to_csv(items: Iterable[Item]) -> str:
    """Return one line an item, one column an element; lists and groups are JSON in their cell."""
    columns = [column.zh for group in _ITEM.groups for column in group.columns]
    lines = _Lines()
    writer = csv.writer(lines)
    writer.writerow(columns)
    for item in items:
        written = to_elements(item)
        writer.writerow([_cell(written[column]) for column in columns])
    return _BOM + "".join(lines.written)


def materials_to_csv(items: Iterable[Item]) -> str:
    """Return one line a material, with the code and the name of its item before it."""
    columns = [column.zh for group in _MATERIAL.groups for column in group.columns]
    lines = _Lines()
    writer = csv.writer(lines)
    writer.writerow(["事项代号", "事项名称", *columns])
    for item in items:
        for material in item.materials:
            written = _MATERIAL.write(material)
            writer.writerow([item.code, item.name.zh, *(_cell(written[name]) for name in columns)])
    return _BOM + "".join(lines.written)


def from_csv(text: str, schema: Schema | None = None) -> list[Item]:
    """
    Read the items that `to_csv` wrote.

    :raises ElementsRefused: with the line of every element that cannot be read.
    """
    try:
        rows = list(csv.reader(_kept_lines(text.removeprefix(_BOM))))
    except csv.Error as error:
        raise ElementsRefused([Trouble("", f"不是有效的 CSV（{error}）")]) from None
    if not rows:
        return []
    items: list[Item] = []
    troubles: list[Trouble] = []
    for number, row in enumerate(rows[1:], start=2):
        try:
            items.append(from_elements(_elements(rows[0], row), schema))
        except ElementsRefused as refused:
            troubles += [Trouble(f"第 {number} 行 {t.path}", t.message) for t in refused.troubles]
    if troubles:
        raise ElementsRefused(troubles)
    return items


class _Lines:
    """What csv.writer writes to: the kernel opens no files."""

    def __init__(self) -> None:
        self.written: list[str] = []

    def write(self, line: str) -> int:
        self.written.append(line)
        return len(line)


def _cell(element: Json) -> str:
    return element if isinstance(element, str) else json.dumps(element, ensure_ascii=False)


def _elements(names: list[str], row: list[str]) -> dict[str, Json]:
    if len(row) != len(names):
        raise ElementsRefused([Trouble("", f"有 {len(row)} 列，表头有 {len(names)} 列")])
    structured = _structured(_ITEM)
    troubles: list[Trouble] = []
    elements: dict[str, Json] = {}
    for name, cell in zip(names, row, strict=True):
        try:
            elements[name] = json.loads(cell) if cell and name in structured else cell
        except (ValueError, RecursionError):
            troubles.append(Trouble(name, "不是有效的 JSON"))
    if troubles:
        raise ElementsRefused(troubles)
    return elements


def _structured(record: Record) -> set[str]:
    return {column.zh for group in record.groups if group.is_structured for column in group.columns}


def _kept_lines(text: str) -> Iterator[str]:
    """Yield lines with their ends; a line feed inside quotes belongs to its cell."""
    start = 0
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        yield text[start:end]
        start = end


def _overlong(name: str, field: str, length: int, most: int | None) -> ItemFault:
    return ItemFault(
        "overlong",
        field,
        f"{name} has {length} characters, GB/T 39046 allows {most}",
        f"shorten it by {length - (most or 0)}",
    )
