# SPDX-License-Identifier: Apache-2.0
"""What a clock says in people's language: how much is left, and until when."""

from datetime import datetime, timedelta

from huiban.kernel.clock import ClockReading, Light, Unit
from huiban.kernel.clock_time import SHANGHAI
from huiban.kernel.words import Words

# Licensing Law art. 45: the causes of excluded time, by the codes of packs/common/causes.yaml.
PAUSE_CAUSES = {
    "hearing": Words("听证", "hearing"),
    "tender": Words("招标", "tender"),
    "auction": Words("拍卖", "auction"),
    "inspection": Words("检验", "inspection"),
    "testing": Words("检测", "testing"),
    "quarantine": Words("检疫", "quarantine"),
    "appraisal": Words("鉴定", "appraisal"),
    "expert_review": Words("专家评审", "expert review"),
}
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_PROVISIONAL = Words("（暂定）", " (provisional)")
_NOTHING = Words("")


def remaining_words(reading: ClockReading, now: datetime, language: str = "zh") -> str:
    """
    Return one sentence, such as “还剩 3 个工作日，12 月 21 日到期”.

    A due time that rests on a year whose calendar is not published yet says so (暂定).
    """
    return _sentence(reading, now).speak(language)


def _sentence(reading: ClockReading, now: datetime) -> Words:
    if reading.light is Light.DONE:
        return _done(reading)
    if reading.due_at is not None and reading.is_late:
        late = _late(reading, reading.due_at, now)
        return Words(f"已超期{_gap(late)}{late.zh}", f"Overdue by {late.en}")
    if reading.due_at is None or not reading.is_running:
        return _standing(reading)
    left, due = _left(reading, reading.due_at, now), _due(reading, reading.due_at, now)
    doubt = _PROVISIONAL if reading.is_provisional else _NOTHING
    before = " " if due.zh[-1].isdigit() else ""
    return Words(
        f"还剩{_gap(left)}{left.zh}，{due.zh}{before}到期{doubt.zh}",
        f"{left.en} left, due {due.en}{doubt.en}",
    )


def _gap(words: Words) -> str:
    """Chinese typography: a blank between a character and a figure."""
    return " " if words.zh[0].isdigit() else ""


def _done(reading: ClockReading) -> Words:
    if not reading.is_late or reading.due_at is None or reading.ended_at is None:
        return Words("已办结", "Completed")
    late = _late(reading, reading.due_at, reading.ended_at)
    return Words(f"已办结，超期{_gap(late)}{late.zh}", f"Completed, late by {late.en}")


def _standing(reading: ClockReading) -> Words:
    if not reading.cause:
        return Words("未在计时", "Not running")
    cause = PAUSE_CAUSES.get(reading.cause, Words(reading.cause, reading.cause))
    return Words(f"已暂停（{cause.zh}）", f"Paused ({cause.en})")


def _left(reading: ClockReading, due_at: datetime, now: datetime) -> Words:
    today = now.astimezone(SHANGHAI).date()
    if reading.due_on == today or not reading.unit.is_day:
        is_work = reading.unit is Unit.WORK_HOUR
        return _duration(reading.remaining if is_work else int((due_at - now).total_seconds()))
    if reading.unit is Unit.WORK_DAY:
        return _work_days(reading.remaining)
    return _days(((reading.due_on or today) - today).days)


def _late(reading: ClockReading, due_at: datetime, now: datetime) -> Words:
    match reading.unit:
        case Unit.WORK_DAY:
            return _work_days(-reading.remaining)
        case Unit.CALENDAR_DAY:
            return _days((now.astimezone(SHANGHAI).date() - (reading.due_on or now.date())).days)
        case Unit.WORK_HOUR:
            return _duration(-reading.remaining)
        case Unit.CONTINUOUS_HOUR:
            return _duration(int((now - due_at).total_seconds()))


def _due(reading: ClockReading, due_at: datetime, now: datetime) -> Words:
    local, today = due_at.astimezone(SHANGHAI), now.astimezone(SHANGHAI).date()
    day = reading.due_on or local.date()
    clock = "24:00" if day != local.date() else f"{local:%H:%M}"
    if day == today:
        return Words(f"今天 {clock}", f"today {clock}")
    if day == today + timedelta(days=1):
        return Words(f"明天 {clock}", f"tomorrow {clock}")
    far = day.year != today.year
    zh = f"{day.year} 年 " if far else ""
    en = f" {day.year}" if far else ""
    hour = "" if reading.unit.is_day else f" {clock}"
    return Words(
        f"{zh}{day.month} 月 {day.day} 日{hour}", f"{day.day} {_MONTHS[day.month - 1]}{en}{hour}"
    )


def _work_days(count: int) -> Words:
    if count < 1:
        return Words("不到 1 个工作日", "less than a working day")
    return Words(f"{count} 个工作日", _many(count, "working day"))


def _days(count: int) -> Words:
    if count < 1:
        return Words("不到 1 天", "less than a day")
    return Words(f"{count} 天", _many(count, "day"))


def _duration(seconds: int) -> Words:
    """Hours and minutes, from two days on days and hours; rounded down."""
    minutes = seconds // 60
    if minutes < 1:
        return Words("不到 1 分钟", "less than a minute")
    if minutes >= 48 * 60:
        days, hours = divmod(minutes // 60, 24)
        return _pair(days, Words("天", "day"), hours, Words("小时", "hour"))
    hours, minutes = divmod(minutes, 60)
    if not hours:
        return Words(f"{minutes} 分钟", _many(minutes, "minute"))
    return _pair(hours, Words("小时", "hour"), minutes, Words("分", "minute"))


def _pair(first: int, big: Words, second: int, small: Words) -> Words:
    zh, en = f"{first} {big.zh}", _many(first, big.en)
    if second:
        zh, en = f"{zh} {second} {small.zh}", f"{en} {_many(second, small.en)}"
    return Words(zh, en)


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
