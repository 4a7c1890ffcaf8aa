# SPDX-License-Identifier: Apache-2.0
"""Finding service items by what people type: words, pinyin, initials, slips of hand and ear."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from itertools import islice

from rapidfuzz import fuzz

from huiban.kernel.search_pinyin import Unit, normal, readings, syllable, tokens, without_around
from huiban.kernel.search_posting import (
    Bits,
    Chars,
    Label,
    Sounds,
    Way,
    holding,
    join,
    mark,
    meet,
    places,
)
from huiban.kernel.words import Words

_LONGEST_QUERY = 60
_MOST_WORDS = 8
_ENOUGH = 3  # hits that mean what was typed; below that, what merely resembles it is added
_MOST_LOOKED_AT = 1000
_MOST_COMPARED = 120
_MOST_WRONG = 5
_CLOSE, _NEAR = 62.0, 40.0  # of 100, how alike two texts must be to be shown, or suggested
_BY_SOUND = 0.9  # a likeness in sound counts a little less than one in writing


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to be found; aliases are other and colloquial names people use for it."""

    key: str
    name: str
    aliases: tuple[str, ...] = ()
    department: str = ""
    text: str = ""


class Match(StrEnum):
    """How an entry answers the query, best first."""

    EXACT = "exact"
    PREFIX = "prefix"
    NAME = "name"
    ALIAS = "alias"
    SOUND = "sound"
    SHORT = "short"
    ALIKE = "alike"
    PLACE = "place"
    SCATTERED = "scattered"
    SIMILAR = "similar"


_RANK = {match: len(Match) - place for place, match in enumerate(Match)}
_WHY = {
    Match.EXACT: Words("正是“{}”", "It is “{}”"),
    Match.PREFIX: Words("名称以您输入的内容开头", "The name begins with it"),
    Match.NAME: Words("名称中有您输入的内容", "The name contains it"),
    Match.ALIAS: Words("也叫“{}”", "Also called “{}”"),
    Match.SOUND: Words("拼音相符：{}", "Spelled in pinyin: {}"),
    Match.SHORT: Words("简称相符：{}", "Short for {}"),
    Match.ALIKE: Words("读音相近：{}", "Sounds like it: {}"),
    Match.PLACE: Words("部门或说明中有您输入的内容", "Its department or text contains it"),
    Match.SCATTERED: Words("有您输入的全部字词：{}", "Has all your words: {}"),
    Match.SIMILAR: Words("与您输入的相近：{}", "Close to what you typed: {}"),
}


_RESEMBLING = (Match.SCATTERED, Match.SIMILAR)


@dataclass(frozen=True, slots=True)
class Hit:
    """One entry found; scores compare within one query, `why` says it in words."""

    key: str
    score: float
    why: Words
    match: Match


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class _Document:
    key: str
    labels: tuple[Label, ...]
    """The name first, then the aliases."""
    department: str
    place: str

    @property
    def name(self) -> Label:
        return self.labels[0]


_Fits = Callable[[_Document, _Word], Label | None]
_Tier = tuple[Match, Bits, Callable[[_Document], Label | None]]


class Index:
    """All entries, prepared once; finding only reads it, so threads may share it."""

    def __init__(self, documents: tuple[_Document, ...]) -> None:
        # Short names first: of two entries that match alike, the lower one covers more.
        self._documents = documents
        self._names: Chars = {}
        self._aliases: Chars = {}
        self._places: Chars = {}
        self._firsts: Chars = {}
        self._exact: Chars = {}
        self._sounds = Sounds()
        for number, document in enumerate(documents):
            self._add(number, document)

    @classmethod
    def build(cls, entries: Iterable[Entry]) -> "Index":
        documents = [_document(entry) for entry in entries]
        documents.sort(key=lambda one: (len(one.name.text), one.name.text, one.key))
        return cls(tuple(documents))

    def __len__(self) -> int:
        return len(self._documents)

    def find(self, query: str, limit: int = 20) -> list[Hit]:
        """
        Return the best entries for what was typed, best first; the same query, the same answer.

        Words may stand in any order. Chinese, pinyin, initials and mixtures of them are read;
        one or two wrong characters or letters are forgiven when little else fits.
        """
        hits: list[Hit] = []
        words: tuple[_Word, ...] = ()
        for text in (query, without_around(query)):
            if not hits and text:
                words = _words(text)
                hits = self._meant(words, normal(text[:_LONGEST_QUERY]), limit) if words else []
        if len(hits) < _ENOUGH and words:
            known = {hit.key for hit in hits}
            alike = self._resembling(words, _CLOSE, limit)
            hits += [hit for hit in alike if hit.key not in known]
        return hits[:limit]

    def suggest(self, query: str, limit: int = 5) -> list[Hit]:
        """Return entries that share something with a query that found nothing."""
        words = _words(without_around(query) or query)
        return self._resembling(words, _NEAR, limit)[:limit] if words else []

    def _add(self, number: int, document: _Document) -> None:
        bit = 1 << number
        name, *aliases = document.labels
        mark(self._names, set(name.text), bit)
        mark(self._firsts, name.text[:1], bit)
        mark(self._aliases, {char for alias in aliases for char in alias.text}, bit)
        mark(self._places, set(document.place), bit)
        mark(self._exact, {label.text for label in document.labels}, bit)
        for label in document.labels:
            self._sounds.add(number, label)

    def _meant(self, words: tuple[_Word, ...], whole: str, limit: int) -> list[Hit]:
        hits: list[Hit] = []
        seen = 0
        for match, candidates, fits in self._tiers(words, whole):
            for number in islice(places(candidates & ~seen), _MOST_LOOKED_AT):
                label = fits(self._documents[number])
                if label is not None:
                    seen |= 1 << number
                    hits.append(self._hit(number, match, label, _coverage(whole, label)))
                    if len(hits) >= limit:
                        return _ranked(hits)
        return _ranked(hits)

    def _tiers(self, words: tuple[_Word, ...], whole: str) -> Iterator[_Tier]:
        """Yield each way of matching with the entries that may match so, or in a better way."""
        yield Match.EXACT, self._exact.get(whole, 0), lambda one: _same(one, whole)
        texts = [word.text for word in words]
        begins = meet(holding(self._names, text) for text in texts)
        begins &= self._firsts.get(texts[0][0], 0)
        yield Match.PREFIX, begins, lambda one: _beginning(one, texts)
        sets = [0] * len(words)
        for place, (match, _) in enumerate(_FITS):
            own = [self._candidates(match, word) for word in words]
            sets = [known | new for known, new in zip(sets, own, strict=True)]
            # One word matches in this way or not at all; of several, each may match in its own.
            if len(words) == 1:
                yield match, own[0], partial(_fitting, words, _FITS[place : place + 1])
            else:
                yield match, meet(sets), partial(_fitting, words, _FITS[: place + 1])

    def _candidates(self, match: Match, word: _Word) -> Bits:
        if match is Match.NAME:
            return holding(self._names, word.text)
        if match is Match.ALIAS:
            return holding(self._aliases, word.text)
        if match is Match.SHORT:
            return holding(self._sounds.chars, word.text)
        if match is Match.PLACE:
            return holding(self._places, word.text)
        read = self._sounds.reading if match is Match.SOUND else self._sounds.resembling
        return join(map(read, word.ways))

    def _resembling(self, words: tuple[_Word, ...], least: float, limit: int) -> list[Hit]:
        """Return entries that have most of the units, however ordered, and look or sound close."""
        units = [unit for word in words for unit in word.ways[0].units]
        allowed = _allowed(len(units)) if least == _CLOSE else min(len(units) - 1, _MOST_WRONG)
        typed = "".join(word.text for word in words)
        spelled = "".join(syllable(u.text) if u.kind == "char" else u.text for u in units)
        found: list[tuple[int, float, int, Label]] = []
        for missed, candidates in enumerate(self._missing(units, allowed)):
            for number in islice(places(candidates), _MOST_COMPARED):
                label, closeness = _closest(self._documents[number], typed, spelled)
                if closeness >= (least if missed else _NEAR):
                    found.append((min(missed, 1), -closeness, number, label))
            if len(found) >= limit:
                break
        found.sort(key=lambda one: one[:3])
        return [
            self._hit(number, _RESEMBLING[missed], label, -closeness / 100)
            for missed, closeness, number, label in found[:limit]
        ]

    def _missing(self, units: list[Unit], allowed: int) -> list[Bits]:
        """Return the entries that lack exactly 0, 1, … `allowed` of the units."""
        whole = [unit for unit in units if unit.kind != "start"]
        if len(whole) < 2 or (len(units) < 3 and not allowed):
            return []  # initials alone resemble everything
        lacking = [(1 << len(self._documents)) - 1] + [0] * allowed
        for unit in units:
            has = self._sounds.hinted(unit)
            for count in range(allowed, 0, -1):
                lacking[count] = (lacking[count] & has) | (lacking[count - 1] & ~has)
            lacking[0] &= has
        return lacking

    def _hit(self, number: int, match: Match, label: Label, closeness: float) -> Hit:
        why = _WHY[match]
        said = Words(why.zh.format(label.shown), why.en.format(label.shown))
        score = round(100.0 * _RANK[match] + 99.0 * closeness, 3)
        return Hit(self._documents[number].key, score, said, match)


def _document(entry: Entry) -> _Document:
    aliases = [alias for alias in entry.aliases if normal(alias)]
    labels = tuple(Label.of(normal(text), text) for text in (entry.name, *aliases))
    department = normal(entry.department)
    return _Document(entry.key, labels, department, department + normal(entry.text))


def _words(query: str) -> tuple[_Word, ...]:
    return tuple(
        _Word(text, tuple(map(Way.of, readings(text))))
        for text in tokens(query[:_LONGEST_QUERY])[:_MOST_WORDS]
    )


def _same(document: _Document, whole: str) -> Label | None:
    return next((one for one in document.labels if one.text == whole), None)


def _beginning(document: _Document, texts: list[str]) -> Label | None:
    name = document.name.text
    fits = name.startswith(texts[0]) and all(text in name for text in texts)
    return document.name if fits else None


def _fitting(words: tuple[_Word, ...], ways: "_Ways", document: _Document) -> Label | None:
    """Return the label that answers the first word, if every word is answered in one of ways."""
    first: Label | None = None
    for word in words:
        label = next(filter(None, (fits(document, word) for _, fits in ways)), None)
        if label is None:
            return None
        first = first or label
    return first


def _named(document: _Document, word: _Word) -> Label | None:
    return document.name if word.text in document.name.text else None


def _called(document: _Document, word: _Word) -> Label | None:
    return next((one for one in document.labels[1:] if word.text in one.text), None)


def _sounding(document: _Document, word: _Word) -> Label | None:
    for label in document.labels:
        if any(label.reads(way) for way in word.ways):
            return label
    return None


def _shortened(document: _Document, word: _Word) -> Label | None:
    return next((one for one in document.labels if _is_short_for(word.text, one.text)), None)


def _alike(document: _Document, word: _Word) -> Label | None:
    for label in document.labels:
        if any(label.resembles(way) for way in word.ways):
            return label
    return None


def _placed(document: _Document, word: _Word) -> Label | None:
    is_there = word.text in document.place or _is_short_for(word.text, document.department)
    return document.name if is_there else None


_Ways = tuple[tuple[Match, _Fits], ...]
_FITS: _Ways = (
    (Match.NAME, _named),
    (Match.ALIAS, _called),
    (Match.SOUND, _sounding),
    (Match.SHORT, _shortened),
    (Match.ALIKE, _alike),
    (Match.PLACE, _placed),
)


def _is_short_for(short: str, text: str) -> bool:
    """
    Tell whether the characters stand in the text in this order and not far apart.

    >>> _is_short_for("教资", "教师资格认定")
    True
    """
    start = text.find(short[0])
    while start >= 0:
        at = start
        for char in short[1:]:
            at = text.find(char, at + 1)
            if at < 0:
                return False
        if at - start <= 2 * len(short):
            return True
        start = text.find(short[0], start + 1)
    return False


def _closest(document: _Document, typed: str, spelled: str) -> tuple[Label, float]:
    """Return the label closest to what was typed, by characters or, a little less, by sound."""
    best, closest = document.name, 0.0
    for label in document.labels:
        written = fuzz.partial_ratio(typed, label.text, score_cutoff=_NEAR)
        heard = _BY_SOUND * fuzz.partial_ratio(spelled, label.spelled, score_cutoff=_NEAR)
        if max(written, heard) > closest:
            best, closest = label, max(written, heard)
    return best, closest


def _coverage(whole: str, label: Label) -> float:
    return min(len(whole) / max(len(label.text), 1), 1.0)


def _allowed(units: int) -> int:
    """Return how many units may be wrong: one of three, two of five, a third of more, at most 5."""
    return 0 if units < 3 else 1 if units < 5 else min(max(2, units // 3), _MOST_WRONG)


def _ranked(hits: list[Hit]) -> list[Hit]:
    return sorted(hits, key=lambda hit: -hit.score)
