# SPDX-License-Identifier: Apache-2.0
"""How documents write dates, periods, time limits, laws and the rights of appeal (救济途径)."""

from collections.abc import Sequence
from datetime import date

from huiban.kernel.catalogue import Remedy
from huiban.kernel.clock import Limit, Unit

_DIGITS = "〇一二三四五六七八九"
_UNITS = {
    Unit.WORK_DAY: "个工作日",
    Unit.CALENDAR_DAY: "日",
    Unit.WORK_HOUR: "个工作小时",
    Unit.CONTINUOUS_HOUR: "小时",
}
_VERBS = {"行政复议": "申请", "行政诉讼": "提起"}
# 行政复议法（2023年修订）第二十条、行政诉讼法第四十六条；说明不含起算点时用。
_WITHIN = {
    "行政复议": "自知道或者应当知道该行政行为之日起六十日内",
    "行政诉讼": "自知道或者应当知道作出行政行为之日起六个月内",
}


def date_words(day: date) -> str:
    """
    Write a date as GB/T 9704-2012 does: no leading zeros.

    >>> date_words(date(2026, 11, 3))
    '2026年11月3日'
    """
    return f"{day.year}年{day.month}月{day.day}日"


def formal_date_words(day: date) -> str:
    """
    Write a date in Chinese figures, as certificates bear it.

    >>> formal_date_words(date(2026, 11, 23))
    '二〇二六年十一月二十三日'
    """
    year = "".join(_DIGITS[int(figure)] for figure in f"{day.year:04}")
    return f"{year}年{_small(day.month)}月{_small(day.day)}日"


def _small(number: int) -> str:
    """This function will write 1 to 99 in Chinese figures."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else ("十" if tens == 1 else f"{_DIGITS[tens]}十")
    return head + (_DIGITS[ones] if ones else "")


def period_words(first: date, last: date) -> str:
    """
    Write a period; both days belong to it.

    :raises ValueError: if it ends before it begins.
    """
    if last < first:
        raise ValueError(f"有效期止（{last}）早于有效期起（{first}），请核对证照的有效期")
    return f"{date_words(first)}至{date_words(last)}"


def limit_words(limit: Limit) -> str:
    """
    Write a time limit.

    >>> limit_words(Limit(20, Unit.WORK_DAY))
    '20个工作日'
    """
    return f"{limit.amount}{_UNITS[limit.unit]}"


def law_words(name: str) -> str:
    """
    Put the name of a law in book-title marks, unless it has them.

    >>> law_words("中华人民共和国行政许可法")
    '《中华人民共和国行政许可法》'
    """
    return name if name.startswith("《") else f"《{name}》"


def remedy_words(remedies: Sequence[Remedy]) -> dict[str, object]:
    """
    Say how a decision may be contested: one sentence for a letter, one line for each way.

    A way without a period of its own gets the one of the law.
    """
    ways = [_way(one) for one in remedies]
    text = f"如不服本决定，可以{'；也可以'.join(ways)}。" if ways else ""
    return {"text": text, "ways": [{"name": one.name.zh, **_reach(one)} for one in remedies]}


def _way(remedy: Remedy) -> str:
    name = remedy.name.zh
    within = remedy.within.zh or _WITHIN.get(name, "")
    body = f"向{remedy.body.zh}" if remedy.body else "依法"
    return f"{within}{body}{_VERBS.get(name, '申请')}{name}"


def _reach(remedy: Remedy) -> dict[str, str]:
    return {
        "body": remedy.body.zh,
        "within": remedy.within.zh or _WITHIN.get(remedy.name.zh, ""),
        "address": remedy.address.zh,
        "phone": remedy.phone,
        "basis": remedy.basis,
    }
