# SPDX-License-Identifier: Apache-2.0
"""Personal data in free text behind placeholders (脱敏), and back again in an answer."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from huiban.kernel.form_text import storable


class Sort(StrEnum):
    """What stands behind a placeholder; the word is part of it, as in 〔人名1〕."""

    PERSON = "人名"
    UNIT = "单位"
    ADDRESS = "地址"
    NUMBER = "号码"
    PLATE = "车牌"
    MAIL = "邮箱"
    SECRET = "保密内容"


@dataclass(frozen=True, slots=True)
class Known:
    """
    A value that must not go out, known beforehand; `shown` stands for it in an answer.

    Without `shown` it comes back as it is.
    """

    value: str
    sort: Sort
    shown: str = ""


@dataclass(frozen=True, slots=True)
class Masked:
    """A value of texts, lists and objects without personal data; `places` says what to restore."""

    data: object
    places: Mapping[str, str]


@dataclass(frozen=True, slots=True, order=True)
class _Span:
    """A stretch of a text to mask; `key` tells the same thing written in another way."""

    start: int
    end: int
    sort: Sort = field(compare=False)
    key: str = field(compare=False)
    shown: str = field(compare=False)


_SHORTEST, _LONGEST = 2, 200
"""One character cannot be masked without masking the language."""
_DIGITS = 7
_CODE_DIGITS = 6
_GAPS = r"[\s\-‐-―−·.,，/_()（）~]"
_RUN = re.compile(rf"\d(?:{_GAPS}{{0,3}}\d)*[Xx]?")
_DAY = r"(?:19|20)\d\d[-./]\d{1,2}[-./]\d{1,2}"
_YEAR_AT_END = re.compile(r"\s(?:19|20)\d\d$")
_DAYS = re.compile(rf"{_DAY}(?:\s?[-~,]?\s?{_DAY}){{0,2}}")
# Up to ten digits before the point: a telephone number has eleven.
_AMOUNT = re.compile(
    r"(?:\d{1,3}(?:,\d{3}){1,2}|\d,\d{3},\d{3},\d{3})(?:\.\d{1,2})?|\d{1,6}\.\d{1,4}"
)
_SPELLED = re.compile(r"[〇零○一二三四五六七八九壹贰叁肆伍陆柒捌玖两幺]{7,}")
_CODE = re.compile(r"[0-9A-Za-z]+(?:[-·][0-9A-Za-z]+)*")
_SPACED_CODE = re.compile(r"(?<![0-9A-Za-z])(?:[0-9A-Z][ -]?){17}[0-9A-Z](?![0-9A-Za-z])")
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_PLATE = re.compile(rf"[{_PROVINCES}]\s?[A-Za-z](?:[·.\s-]?[A-Za-z0-9]){{4,6}}[挂学警港澳]?")
_MAIL = re.compile(r"[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_HAN = "㐀-鿿"
_STREET = re.compile(
    rf"(?:(?![在于位为是至到的和与由住])[{_HAN}]){{0,20}}[路街道巷弄里村屯庄]\s?\d{{1,5}}\s?[号弄巷]"
    rf"(?:\s?[0-9A-Za-z#-]{{1,6}}\s?(?:号楼|号院|院|栋|幢|座|单元|层|楼|室|户|号)){{0,5}}"
)
_ROLES = (
    "姓名|法定代表人|代表人|负责人|经办人|联系人|申请人|委托人|受托人|代理人|签字|签名|户主|户名"
    "|持证人|权利人|收款人|出租人|承租人|项目经理|审核人|编制人|批准人|填表人"
)
_NAME = rf"(?:[{_HAN}] ){{1,3}}[{_HAN}](?![{_HAN}])|[{_HAN}]{{2,4}}(?:·[{_HAN}]{{1,6}})*"
_LABELLED = re.compile(rf"(?:{_ROLES})(?:\s*[:：]\s*({_NAME})|\s+({_NAME})(?=\s|$|[,;.，；。、]))")
_BIRTH = re.compile(
    r"(?:出生(?:日期|年月)?|生日)\s*[:：]?\s*"
    r"((?:19|20)\d\d\s?[-./年]\s?\d{1,2}(?:\s?[-./月]\s?\d{1,2}\s?日?)?)"
)
_SORTS = "|".join(Sort)
_LIKE_OURS = re.compile(rf"[〔\[【]\s*((?:{_SORTS})\s*\d+)\s*[〕\]】]")
_ANSWERED = re.compile(rf"[〔\[［【]\s*({_SORTS})\s*(\d{{1,4}})\s*[〕\]］】]")
_INVISIBLE = frozenset({"Cc", "Cf", "Mn", "Me"})  # marks between digits would hide a number
_KEPT = frozenset("，。：；！？（）、")  # Chinese marks, which hide nothing
_KEY_DROPS = re.compile(r"[\W_]+")


def mask(data: object, known: Iterable[Known] = ()) -> Masked:
    """
    Put placeholders in place of personal data in every text of a JSON-like value.

    Keys are taken as they are: they are ours. What is known is numbered in its own order, so that
    a person of a case is the same placeholder in every question about it; numbers, plates,
    addresses and the like are found by their shape. Text is brought to half width first.

    >>> mask({"a": "王敏，电话 138 0000 0001"}, [Known("王敏", Sort.PERSON)]).data
    {'a': '〔人名1〕，电话 〔号码1〕'}
    """
    masker = _Masker(list(known))
    return Masked(masker.value(data), masker.places)


def restore(text: str, places: Mapping[str, str]) -> str:
    """Put back what stands behind the placeholders of an answer; unknown ones stay."""

    def value(found: re.Match[str]) -> str:
        return places.get(f"〔{found[1]}{int(found[2])}〕", found[0])

    return _ANSWERED.sub(value, text)


def tidy(text: str) -> str:
    """Bring text to the one writing it is searched in: half width, nothing invisible."""
    wide = (c if c in _KEPT else unicodedata.normalize("NFKC", c) for c in storable(text))
    plain = unicodedata.normalize("NFC", "".join(wide))
    return "".join(c for c in plain if c == "\n" or unicodedata.category(c) not in _INVISIBLE)


def shortened(value: str) -> str:
    """Leave as much of a number as lets its holder recognise it."""
    if len(value) >= 11:
        return f"{value[:3]}{'*' * (len(value) - 7)}{value[-4:]}"
    return f"{value[:1]}{'*' * max(len(value) - 1, 1)}"


class _Masker:
    """Masks the texts of one question; the same thing gets the same placeholder."""

    def __init__(self, known: list[Known]) -> None:
        self.places: dict[str, str] = {}
        self._given: dict[tuple[Sort, str], str] = {}
        self._counts: dict[Sort, int] = {}
        self._known = [made for one in known if (made := _searched(one)) is not None]
        for one, _ in self._known:
            self._placeholder(one.sort, _key(one.value))

    def value(self, data: object) -> object:
        if isinstance(data, str):
            return self.text(data)
        if isinstance(data, Mapping):
            return {key: self.value(one) for key, one in data.items()}
        return [self.value(one) for one in data] if isinstance(data, list | tuple) else data

    def text(self, raw: str) -> str:
        # What looks like one of our placeholders would be answered with somebody's name.
        text = _LIKE_OURS.sub(r"\1", tidy(raw))
        parts, end = [], 0
        for span in _merged(text, sorted(self._spans(text))):
            place = self._placeholder(span.sort, span.key)
            self.places[place] = span.shown
            parts += [text[end : span.start], place]
            end = span.end
        return "".join([*parts, text[end:]])

    def _spans(self, text: str) -> Iterator[_Span]:
        for one, pattern in self._known:
            for found in pattern.finditer(text):
                shown = one.shown or one.value
                yield _Span(found.start(), found.end(), one.sort, _key(one.value), shown)
        for find in _FINDERS:
            yield from find(text)

    def _placeholder(self, sort: Sort, key: str) -> str:
        if (sort, key) not in self._given:
            self._counts[sort] = self._counts.get(sort, 0) + 1
            self._given[sort, key] = f"〔{sort}{self._counts[sort]}〕"
        return self._given[sort, key]


def _searched(one: Known) -> tuple[Known, re.Pattern[str]] | None:
    """Make the pattern of a known value: papers put blanks and marks between its characters."""
    letters = [c for c in tidy(one.value)[:_LONGEST] if c.isalnum()]
    if len(letters) < _SHORTEST:
        return None
    return one, re.compile(r"[\W_]{0,3}".join(map(re.escape, letters)), re.IGNORECASE)


def _merged(text: str, spans: list[_Span]) -> Iterator[_Span]:
    """Join what overlaps: every character that anything masks stays masked."""
    waiting: _Span | None = None
    for span in spans:
        if waiting is None or span.start >= waiting.end:
            if waiting is not None:
                yield waiting
            waiting = span
        elif (span.start, span.end) != (waiting.start, waiting.end):
            waiting = _joined(text, waiting, span)
    if waiting is not None:
        yield waiting


def _joined(text: str, one: _Span, other: _Span) -> _Span:
    end = max(one.end, other.end)
    if one.end == end and one.end - one.start > other.end - other.start:
        return one  # the other lies within
    if (other.start, other.end) == (one.start, end):
        return other
    whole = text[one.start : end]
    return _Span(one.start, end, one.sort, _key(whole), shortened(whole))


def _key(text: str) -> str:
    return _KEY_DROPS.sub("", tidy(text)).upper()


def _numbers(text: str) -> Iterator[_Span]:
    for found in _RUN.finditer(text):
        run = found[0]
        if sum(c.isdigit() for c in run) < _DIGITS:
            continue
        if text[found.end() : found.end() + 1] == "年":
            run = _YEAR_AT_END.sub("", run)  # it belongs to the date that goes on after it
        if not (_DAYS.fullmatch(run) or _AMOUNT.fullmatch(run)):
            yield _hidden(found, Sort.NUMBER)
    for found in _SPELLED.finditer(text):
        yield _hidden(found, Sort.NUMBER)


def _codes(text: str) -> Iterator[_Span]:
    for found in _CODE.finditer(text):
        code = found[0]
        if sum(c.isdigit() for c in code) >= _CODE_DIGITS and not code.replace("-", "").isdigit():
            yield _hidden(found, Sort.NUMBER)
    for found in _SPACED_CODE.finditer(text):
        if sum(c.isdigit() for c in found[0]) > _DIGITS:
            yield _hidden(found, Sort.NUMBER)


def _mails(text: str) -> Iterator[_Span]:
    for found in _MAIL.finditer(text):
        name, _, host = found[0].rpartition("@")
        yield _hidden(found, Sort.MAIL, f"{name[:1]}***@{host}")


def _plates(text: str) -> Iterator[_Span]:
    for found in _PLATE.finditer(text):
        if any(c.isdigit() for c in found[0]):
            yield _hidden(found, Sort.PLATE, found[0])


def _streets(text: str) -> Iterator[_Span]:
    for found in _STREET.finditer(text):
        yield _hidden(found, Sort.ADDRESS, found[0])


def _labelled(text: str) -> Iterator[_Span]:
    for found in _LABELLED.finditer(text):
        at = 1 if found[1] else 2
        yield _Span(*found.span(at), Sort.PERSON, _key(found[at]), found[at])


def _births(text: str) -> Iterator[_Span]:
    for found in _BIRTH.finditer(text):
        yield _Span(*found.span(1), Sort.NUMBER, _key(found[1]), shortened(found[1]))


def _hidden(found: re.Match[str], sort: Sort, shown: str = "") -> _Span:
    return _Span(found.start(), found.end(), sort, _key(found[0]), shown or shortened(found[0]))


_FINDERS: tuple[Callable[[str], Iterator[_Span]], ...] = (
    _numbers, _codes, _mails, _plates, _streets, _labelled, _births,
)  # fmt: skip
