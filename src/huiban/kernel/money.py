# SPDX-License-Identifier: Apache-2.0
"""Money as people write it: grouped yuan and Chinese capital figures (大写金额)."""

from decimal import Decimal

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿")
LIMIT = Decimal(10) ** 16


class AmountNotWritable(ValueError):
    """The amount has fractions of a fen, or is too large for capital figures."""


def capital_yuan(amount: Decimal) -> str:
    """
    Write an amount in yuan in Chinese capital figures.

    Follows the rules for filling in bills (支付结算办法 附一): 整 closes an amount that
    ends at yuan or jiao, one 零 stands for any run of zeros in the middle.

    >>> capital_yuan(Decimal("12600.50"))
    '壹万贰仟陆佰元伍角整'

    :raises AmountNotWritable: if there are fractions of a fen, or 10**16 yuan and more.
    """
    fen = amount * 100
    if not amount.is_finite() or abs(amount) >= LIMIT or fen != fen.to_integral_value():
        raise AmountNotWritable(f"{amount} yuan cannot be written in capital figures")
    yuan, cents = divmod(abs(int(fen)), 100)
    sign = "负" if amount < 0 else ""
    if not yuan and not cents:
        return "零元整"
    whole = f"{_integer(yuan)}元" if yuan else ""
    return sign + whole + _cents(cents, bool(yuan))


def grouped_yuan(amount: Decimal) -> str:
    """
    Write an amount with thousands separators and two decimals.

    >>> grouped_yuan(Decimal("12600.5"))
    '12,600.50'
    """
    return f"{amount:,.2f}"


def _cents(cents: int, follows_yuan: bool) -> str:
    jiao, fen = divmod(cents, 10)
    if not cents:
        return "整"
    gap = "零" if follows_yuan and not jiao else ""
    tenth = f"{_DIGITS[jiao]}角" if jiao else ""
    return gap + tenth + (f"{_DIGITS[fen]}分" if fen else "整")


def _integer(number: int) -> str:
    written = ""
    for order in range(len(_GROUPS) - 1, -1, -1):
        group = number // 10 ** (4 * order) % 10**4
        if not group:
            continue
        higher = number >= 10 ** (4 * (order + 1))
        # A group that starts with a zero, or follows an empty one, is set off by one 零.
        follows_gap = higher and (group < 1000 or number // 10 ** (4 * (order + 1)) % 10**4 == 0)
        unit = _GROUPS[order] if order < 3 else _large(number)
        written += ("零" if follows_gap else "") + _group(group) + unit
    return written


def _large(number: int) -> str:
    # 一万亿 keeps its 亿 only when no 亿 group follows (壹万贰仟亿, not 壹万亿贰仟亿).
    return "万" if number // 10**8 % 10**4 else "万亿"


def _group(group: int) -> str:
    written = ""
    waiting = False
    for place in range(3, -1, -1):
        digit = group // 10**place % 10
        if digit:
            written += ("零" if waiting else "") + _DIGITS[digit] + _PLACES[place]
        waiting = not digit and bool(written)
    return written
