# SPDX-License-Identifier: Apache-2.0
"""Amounts with their units (数量和单位): the same amount in another unit of its dimension."""

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal

_ONE, _MYRIAD = Decimal(1), Decimal(10_000)
# A unit is a dimension with its size; widths and ㎡, m³ are written the one way NFKC writes them.
_UNITS: Mapping[str, tuple[str, Decimal]] = {
    "千克": ("mass", Decimal("0.001")),
    "公斤": ("mass", Decimal("0.001")),
    "kg": ("mass", Decimal("0.001")),
    "吨": ("mass", _ONE),
    "t": ("mass", _ONE),
    "万吨": ("mass", _MYRIAD),
    "立方米": ("volume", _ONE),
    "立方": ("volume", _ONE),
    "方": ("volume", _ONE),
    "m3": ("volume", _ONE),
    "万立方米": ("volume", _MYRIAD),
    "万立方": ("volume", _MYRIAD),
    "万方": ("volume", _MYRIAD),
    "万m3": ("volume", _MYRIAD),
    "元": ("money", _ONE),
    "元整": ("money", _ONE),
    "圆": ("money", _ONE),
    "圆整": ("money", _ONE),
    "万元": ("money", _MYRIAD),
    "万元整": ("money", _MYRIAD),
    "亿元": ("money", _MYRIAD * _MYRIAD),
    "平方米": ("area", _ONE),
    "m2": ("area", _ONE),
    "万平方米": ("area", _MYRIAD),
    "公顷": ("area", _MYRIAD),
    "人": ("people", _ONE),
    "名": ("people", _ONE),
    "辆": ("vehicles", _ONE),
    "台": ("vehicles", _ONE),
    "起": ("events", _ONE),
}
_WRITTEN = re.compile(
    r"\d[\d,]*(?:\.\d+)?\s*[百千万亿]*\s*(kg|[tm][23]?(?![a-z])|[\u4e00-\u9fff]{1,4})"
)


def units() -> tuple[str, ...]:
    """Return every unit there is, as packs may write it."""
    return tuple(sorted(_UNITS))


def is_unit(unit: str) -> bool:
    return _folded(unit) in _UNITS


def unit_in(text: str) -> str:
    """
    Return the unit that follows the first number of a text, without its 万 or 亿; "" if none.

    >>> unit_in("约 3.2 万吨（实方）"), unit_in("３２,０００㎡"), unit_in("32000")
    ('吨', 'm2', '')
    """
    found = _WRITTEN.search(_folded(text))
    word = found[1] if found else ""
    return next((word[:end] for end in range(len(word), 0, -1) if word[:end] in _UNITS), "")


def in_unit(amount: Decimal, unit: str, wanted: str) -> Decimal | None:
    """
    Return an amount in the wanted unit; None where the two units measure different things.

    >>> in_unit(Decimal("32000"), "吨", "万吨"), in_unit(Decimal(1), "立方米", "吨")
    (Decimal('3.2'), None)
    """
    if _folded(unit) == _folded(wanted):
        return amount
    here, there = _UNITS.get(_folded(unit)), _UNITS.get(_folded(wanted))
    if here is None or there is None or here[0] != there[0]:
        return None
    return amount * here[1] / there[1]


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()
