# SPDX-License-Identifier: Apache-2.0
"""Chinese text as it is heard and typed: normal form, syllables, and units of a query."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from pypinyin import Style, lazy_pinyin

_NOISE = re.compile(r"[^0-9a-z\u3400-\u9fff\U00020000-\U0003ffff]+")
_RUNS = re.compile(r"[a-z]+|[^a-z]")
_LATIN = re.compile(r"[a-z]+")
_INITIALS = (*"bpmfdtnlgkhjqxrzcsyw", "zh", "ch", "sh")
_FINALS = re.findall(
    "[a-z]+",
    "a o e i u v ai ei ui ao ou iu ie ve er an en in un vn ang eng ing ong "
    "ia iao ian iang iong ua uo uai uan uang ue van",
)
_ALONE = ("a", "o", "e", "ai", "ei", "ao", "ou", "an", "en", "ang", "eng", "er")
_SYLLABLES = frozenset(first + final for first in _INITIALS for final in _FINALS) | set(_ALONE)
_STARTS = frozenset([*_INITIALS, "a", "o", "e"])
_LONGEST = 6
_MOST_READINGS = 6
# Accents and common slips: z for zh, n for ng, l for n.
_FOLDS = ((re.compile("^([zcs])h"), r"\1"), (re.compile("ng$"), "n"), (re.compile("^n"), "l"))
# Words around the thing asked for (how do I …, where can I …); longer ones first.
_AROUND = re.compile(
    "怎么办理|怎么申请|怎么办|怎么|如何办理|如何|在哪里办|在哪里|在哪儿|哪里|请问|我要|我想|想要|需要"
    "|办理|申请|办一个|办个|一下|什么|手续|[的了吗呢啊呀得]"
)


@dataclass(frozen=True, slots=True)
class Unit:
    """One piece of a query: a character, a whole syllable, or the beginning of one."""

    text: str
    kind: str  # "char", "syllable" or "start"


def normal(text: str) -> str:
    """
    Return text as it is compared: narrow, lower case, without spaces and punctuation.

    >>> normal("建筑垃圾 处置核准（产生）")
    '建筑垃圾处置核准产生'
    """
    folded = unicodedata.normalize("NFKC", text).lower().replace("ü", "v")
    return _NOISE.sub("", folded)


def tokens(query: str) -> list[str]:
    """Return the words of a query, in their normal form."""
    folded = unicodedata.normalize("NFKC", query).lower().replace("ü", "v")
    return [word for word in _NOISE.split(folded) if word]


def without_around(query: str) -> str:
    """
    Return the query without the words around what is asked for, or nothing if none were there.

    >>> without_around("渣土证怎么办理")
    '渣土证 '
    """
    left = _AROUND.sub(" ", query)
    return left if len(normal(left)) >= 2 and left != query else ""


def syllables(text: str) -> list[str]:
    """Return one syllable for each character of a normal text; others stand for themselves."""
    return " ".join(lazy_pinyin(text, style=Style.NORMAL, errors=" ".join)).split()


@lru_cache(maxsize=32768)
def syllable(char: str) -> str:
    """Return how a character is read when nothing around it says otherwise."""
    return str(lazy_pinyin(char, style=Style.NORMAL)[0])


@lru_cache(maxsize=8192)
def fold(sound: str) -> str:
    """
    Return the syllable as a careless ear hears it.

    >>> fold("zhuang") == fold("zuan")
    True
    """
    for pattern, short in _FOLDS:
        sound = pattern.sub(short, sound)
    return sound


def readings(word: str) -> list[list[Unit]]:
    """
    Return the ways to read a word as units, likeliest first.

    Letters are split into syllables and beginnings of syllables: `jianzhulj` is
    `jian zhu l j`; `xian` is `xian` and `xi an`. The last syllable may be unfinished.
    """
    parts = _RUNS.findall(word)
    options: list[list[list[Unit]]] = [
        _letters(part) if _LATIN.fullmatch(part) else [[Unit(part, "char")]] for part in parts
    ]
    found: list[list[Unit]] = [[]]
    for choices in options:
        found = [[*head, *tail] for head in found for tail in choices][:_MOST_READINGS]
    return [_unfinished(units) for units in found]


def _unfinished(units: list[Unit]) -> list[Unit]:
    last = units[-1]
    return [*units[:-1], Unit(last.text, "start")] if last.kind == "syllable" else units


def _letters(run: str) -> list[list[Unit]]:
    """Split letters by fewest beginnings, then fewest units; keep the best few at each place."""
    best: list[list[tuple[tuple[int, int], list[Unit]]]] = [[((0, 0), [])]]
    for end in range(1, len(run) + 1):
        ways = [
            ((cost[0] + (unit.kind == "start"), cost[1] + 1), [*head, unit])
            for start in range(max(0, end - _LONGEST), end)
            for unit in _unit(run[start:end])
            for cost, head in best[start]
        ]
        ways.sort(key=lambda way: way[0])
        best.append(ways[:_MOST_READINGS])
    fewest = best[-1][0][0][0] if best[-1] else 0
    found = [units for cost, units in best[-1] if cost[0] == fewest]
    return found or [[Unit(char, "start") for char in run]]


def _unit(text: str) -> Iterable[Unit]:
    if text in _SYLLABLES:
        yield Unit(text, "syllable")
    elif text in _STARTS:
        yield Unit(text, "start")
