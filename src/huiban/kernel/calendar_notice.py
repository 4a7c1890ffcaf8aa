# SPDX-License-Identifier: Apache-2.0
"""What the State Council's holiday notice (放假安排的通知) says, and what in it is doubtful."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from huiban.kernel.calendar import SATURDAY, CalendarDay, DayKind
from huiban.kernel.words import Words

_FESTIVALS = ("元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节")
# The days, as month and day, of which each holiday must contain one: a fixed date, or those on
# which the lunar calendar can put the festival.
_ANCHORS = {
    "元旦": ((1, 1), (1, 1)),
    "春节": ((1, 21), (2, 21)),
    "劳动节": ((5, 1), (5, 1)),
    "端午节": ((5, 27), (6, 26)),
    "中秋节": ((9, 6), (10, 9)),
    "国庆节": ((10, 1), (10, 1)),
}
_MOST_DAYS = 15
_FARTHEST_WORK = 16  # days; in the notices since 2020 it is 11

_NAME = f"(?:{'|'.join(_FESTIVALS)})"
_HEAD = re.compile(rf"(?:[一二三四五六七八九十]+、|[-•·*]|\d+[.、])?({_NAME}(?:[、和]{_NAME})*)：")
_YEARS = (re.compile(r"关于(\d{4})年部分节假日安排"), re.compile(r"现将(\d{4})年元旦"))
_DAY = r"(?:\d{4}年)?(?:\d{1,2}月)?\d{1,2}日(?:（[^（）]*）)?"
_DAYS = rf"{_DAY}(?:至{_DAY})?(?:、{_DAY}(?:至{_DAY})?)*"
_PART = re.compile(rf"({_DAY})(?:至({_DAY}))?")
_ONE_DAY = re.compile(r"(?:(\d{4})年)?(?:(\d{1,2})月)?(\d{1,2})日(?:（([^（）]*)）)?")
_OFF = re.compile(rf"({_DAYS})(?:放假(?:调休)?|补休)(?:(\d+)天)?")
_COUNT = re.compile(r"共(\d+)天")
_WORK = re.compile(rf"({_DAYS})(?:均)?上班")
_WITH_WEEKEND = "与周末连休"
_SAYS_NOTHING = ("不调休", _WITH_WEEKEND)
_CLOSING = ("节假日期间", "国务院办公厅")
_MATTERS = re.compile(r"\d|放假|上班|调休|补休")
_WEEKDAY = re.compile(r"(?:周|星期)([一二三四五六日天])")
_WEEKDAYS = "一二三四五六日"
_AS_PRINTED = str.maketrans("０１２３４５６７８９,:()", "0123456789，：（）")


@dataclass(frozen=True, slots=True)
class NoticeProblem:
    """Something wrong (`blocks`) or unusual in a notice; a person must look at either."""

    where: str  # the festival, or "" for the notice as a whole
    text: str  # the words concerned
    message: Words
    blocks: bool = True


@dataclass(frozen=True, slots=True)
class ParsedNotice:
    """The rows of a year as the notice gives them, and every problem found."""

    year: int
    days: tuple[CalendarDay, ...]
    problems: tuple[NoticeProblem, ...]

    @property
    def is_blocked(self) -> bool:
        return any(problem.blocks for problem in self.problems)


def parse_notice(text: str, year: int | None = None) -> ParsedNotice:
    """
    Read a notice; never guess: what is not understood is a problem, not a row.

    `year` is needed only for a text without its title.
    """
    plain = re.sub(r"\s", "", text).translate(_AS_PRINTED)
    told = {int(match[1]) for rule in _YEARS for match in rule.finditer(plain)}
    told |= set() if year is None else {year}
    if len(told) != 1:
        return ParsedNotice(0, (), (_year_problem(told),))
    found = told.pop()
    heads = list(_HEAD.finditer(plain))
    ends = [head.start() for head in heads[1:]] + [len(plain)]
    articles = []
    for head, end in zip(heads, ends, strict=False):
        article = _Article(head[1], found)
        article.read(plain[head.end() : end])
        article.judge()
        articles.append(article)
    problems = [problem for article in articles for problem in article.problems]
    problems += _problems_of_all(articles)
    days = {row.day: row for article in articles for row in article.rows()}
    return ParsedNotice(found, tuple(days[day] for day in sorted(days)), tuple(problems))


def _year_problem(told: set[int]) -> NoticeProblem:
    if not told:
        message = Words(
            "没有找到年份：请连同标题“关于××××年部分节假日安排的通知”一起粘贴，或者另外填写年份。",
            "No year found: paste the notice with its title, or give the year.",
        )
    else:
        years = "、".join(str(one) for one in sorted(told))
        message = Words(
            f"年份不一致（{years}）：请确认粘贴的是哪一年的通知。",
            f"The years disagree ({years}): check which year's notice this is.",
        )
    return NoticeProblem("", "", message)


@dataclass(slots=True)
class _Article:
    """What one numbered article gives; `names` may join two festivals."""

    names: str
    year: int
    off: list[date] = field(default_factory=list)
    work: list[date] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    problems: list[NoticeProblem] = field(default_factory=list)

    def read(self, body: str) -> None:
        for sentence in body.split("。"):
            if sentence.startswith(_CLOSING):
                break  # what follows is the signature and whatever a web page adds
            if sentence and not sentence.startswith("鼓励"):
                for clause in re.split(r"，(?![^（]*）)", sentence):
                    self._read_clause(clause)

    def _read_clause(self, clause: str) -> None:
        if off := _OFF.fullmatch(clause):
            self.off += self._days(off[1])
            self.counts += [int(off[2])] if off[2] else []
        elif work := _WORK.fullmatch(clause):
            self.work += self._days(work[1])
        elif count := _COUNT.fullmatch(clause):
            self.counts.append(int(count[1]))
        elif clause == _WITH_WEEKEND and not self._touches_weekend():
            self._blame(
                clause,
                "放假的日子与周末不相连：请检查日期。",
                "The day off does not touch a weekend: check the date.",
            )
        elif clause not in _SAYS_NOTHING:
            self._blame(
                clause,
                "看不懂这句话，没有据此设置任何日期：请对照原文；不属于通知正文的文字请删去后重试。",
                "Not understood, no day was set from it: compare it with the original, and delete "
                "words that are not part of the notice.",
                blocks=_MATTERS.search(clause) is not None,
            )

    def _touches_weekend(self) -> bool:
        return any(day.weekday() in (0, 4, 5, 6) for day in self.off)

    def _days(self, text: str) -> list[date]:
        """Every day named, ranges filled in; what is impossible becomes a problem."""
        days: list[date] = []
        before: date | None = None  # a day without month or year takes them from the one before
        for part in _PART.finditer(text):
            first = self._day(part[1], before)
            last = self._day(part[2], first) if part[2] else first
            if first is None or last is None:
                continue
            before = last
            length = (last - first).days + 1
            if 1 <= length <= _MOST_DAYS:
                days += [first + timedelta(days=n) for n in range(length)]
            else:
                self._blame(
                    part[0],
                    f"从 {first} 到 {last} 不合理：请检查起止日期和年份。",
                    f"From {first} to {last} cannot be right: check both dates and their years.",
                )
        return days

    def _day(self, text: str, before: date | None) -> date | None:
        match = _ONE_DAY.fullmatch(text)
        assert match is not None  # _DAY and _ONE_DAY are the same pattern
        year = int(match[1]) if match[1] else before.year if before else self.year
        month = int(match[2]) if match[2] else before.month if before else 0
        try:
            day = date(year, month, int(match[3]))
        except ValueError:
            self._blame(text, "没有这一天：请检查月和日。", "There is no such day: check it.")
            return None
        said = _WEEKDAY.search(match[4] or "")
        if said and _WEEKDAYS.index(said[1].replace("天", "日")) != day.weekday():
            self._blame(
                text,
                f"{day} 是周{_WEEKDAYS[day.weekday()]}，与括号里写的不一致：请检查日期和年份。",
                f"{day} is not the weekday in the brackets: check the date and the year.",
            )
        return day

    def judge(self) -> None:
        """Check what must agree within one article."""
        if not self.off:
            self._blame("", "没有读到放假日期。", "No day off was found.")
        if any(count != len(self.off) for count in self.counts):
            self._blame(
                "",
                f"写明放假 {self.counts[0]} 天，按日期数是 {len(self.off)} 天：请检查日期。",
                f"It says {self.counts[0]} days but names {len(self.off)}: check the dates.",
            )
        tomb_sweeping = (4, _tomb_sweeping_day(self.year))
        anchors = {**_ANCHORS, "清明节": (tomb_sweeping, tomb_sweeping)}
        for name, (first, last) in anchors.items():
            if name in self.names and not any(
                day.year == self.year and first <= (day.month, day.day) <= last for day in self.off
            ):
                self._blame(
                    "",
                    f"放假日期里没有{name}：请检查日期和年份。",
                    f"The days off do not include {name}: check the dates and the year.",
                )
        self._judge_work()
        self._judge_balance()

    def _judge_work(self) -> None:
        for work in self.work:
            if self.off and min(abs((work - day).days) for day in self.off) > _FARTHEST_WORK:
                self._blame(
                    str(work),
                    f"{work} 上班离放假的日子太远：请检查月份。",
                    f"{work} is too far from the days off: check the month.",
                )
            if work.weekday() < SATURDAY:
                self._blame(
                    str(work),
                    f"{work} 本来就是工作日，不需要写上班：请检查日期。",
                    f"{work} is a working day anyway: check the date.",
                )

    def _judge_balance(self) -> None:
        """A swapped day off is paid back by a Saturday or Sunday; unusual years may differ."""
        if self.problems:
            return
        given = sum(_statutory_days(name, self.year) for name in _FESTIVALS if name in self.names)
        swapped = sum(day.weekday() < SATURDAY for day in self.off) - given
        if swapped != len(self.work):
            self._blame(
                "",
                f"调休不平衡：按法定假日应补班 {max(swapped, 0)} 天，通知写了 {len(self.work)} 天。"
                "请对照原文确认，或者还有延长假期的补充通知。",
                f"{swapped} swapped days but {len(self.work)} days to work: confirm with the "
                "original; there may be a second notice.",
                blocks=False,
            )

    def _blame(self, text: str, zh: str, en: str, *, blocks: bool = True) -> None:
        self.problems.append(NoticeProblem(self.names, text, Words(zh, en), blocks))

    def rows(self) -> Iterator[CalendarDay]:
        for day in self.off:
            yield CalendarDay(day, DayKind.HOLIDAY, self.names, of_year=self.year)
        for day in self.work:
            yield CalendarDay(day, DayKind.MAKEUP_WORKDAY, self.names, of_year=self.year)


def _tomb_sweeping_day(year: int) -> int:
    """The day in April of the solar term 清明, by the usual formula for 2000-2099."""
    short = year % 100
    return int(short * 0.2422 + 4.81) - short // 4


def _statutory_days(name: str, year: int) -> int:
    """Days off that the law itself gives (全国年节及纪念日放假办法, one more for two from 2025)."""
    if name == "春节":
        return 4 if year >= 2025 else 3
    if name == "劳动节":
        return 2 if year >= 2025 else 1
    return 3 if name == "国庆节" else 1


def _problems_of_all(articles: Sequence[_Article]) -> list[NoticeProblem]:
    """Check what must agree between the articles."""
    problems = []
    text = "、".join(article.names for article in articles)
    for name in _FESTIVALS:
        if text.count(name) != 1:
            found = "没有读到" if name not in text else "不止一次读到"
            message = Words(
                f"{found}{name}的安排：请粘贴通知全文。", f"{name} must appear once: paste it all."
            )
            problems.append(NoticeProblem(name, "", message))
    days = Counter(day for article in articles for day in (*article.off, *article.work))
    for day, times in sorted(days.items()):
        if times > 1:
            message = Words(
                f"{day} 出现了 {times} 次：同一天只能安排一次，请检查日期。",
                f"{day} is named {times} times: a day can be set once, check the dates.",
            )
            problems.append(NoticeProblem("", str(day), message))
    years = {article.year for article in articles}
    for day in sorted(days):
        if years and day.year not in (min(years), min(years) - 1):
            message = Words(f"{day} 不在这一年：请检查年份。", f"{day} is not in this year.")
            problems.append(NoticeProblem("", str(day), message))
    return problems
