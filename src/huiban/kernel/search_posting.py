# SPDX-License-Identifier: Apache-2.0
"""Where each character and sound occurs, as sets of entries packed into whole numbers."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from huiban.kernel.search_pinyin import Unit, fold, syllable, syllables

Bits = int
"""Bit i stands for entry i; a set operation over 12,000 entries costs less than a microsecond."""
Chars = dict[str, Bits]


@dataclass(frozen=True, slots=True)
class Way:
    """One reading of a word; `chain` are the first letters of its units, folded."""

    units: tuple[Unit, ...]
    chain: str

    @classmethod
    def of(cls, units: Iterable[Unit]) -> "Way":
        units = tuple(units)
        return cls(units, "".join(fold(_sound(unit))[:1] for unit in units))


@dataclass(frozen=True, slots=True)
class Label:
    """A name or alias in normal form, with what each of its characters may sound like."""

    text: str
    sounds: tuple[tuple[str, ...], ...]
    folded: tuple[tuple[str, ...], ...]
    chains: tuple[str, ...]
    """First letters of the sounds, in the likely reading and in the other ones."""
    spelled: str
    shown: str

    @classmethod
    def of(cls, text: str, shown: str) -> "Label":
        heard = syllables(text)
        sounds = tuple(
            (sound,) if sound == alone else (sound, alone)
            for sound, alone in zip(heard, map(syllable, text), strict=True)
        )
        folded = tuple(tuple({fold(sound): None for sound in pair}) for pair in sounds)
        likely = "".join(pair[0][0] for pair in folded)
        other = "".join(pair[-1][0] for pair in folded)
        chains = (likely,) if likely == other else (likely, other)
        return cls(text, sounds, folded, chains, "".join(heard), shown)

    def reads(self, way: Way) -> bool:
        """Tell whether the units are read here, one after the other."""
        return self._run(way, _is_read)

    def resembles(self, way: Way) -> bool:
        """Tell whether something that sounds like the units is read here."""
        return self._run(way, _is_alike)

    def _run(self, way: Way, fits: "_Fits") -> bool:
        for chain in self.chains:
            start = chain.find(way.chain)
            while start >= 0:
                if all(fits(unit, self, start + step) for step, unit in enumerate(way.units)):
                    return True
                start = chain.find(way.chain, start + 1)
        return False


@dataclass
class Sounds:
    """The sets of entries for what is read in their labels."""

    chars: Chars = field(default_factory=dict)
    syllables: Chars = field(default_factory=dict)
    starts: Chars = field(default_factory=dict)
    folded: Chars = field(default_factory=dict)
    folded_starts: Chars = field(default_factory=dict)
    pairs: Chars = field(default_factory=dict)
    """First letters of two neighbours: few entries share a whole chain of them."""

    def add(self, number: int, label: Label) -> None:
        bit = 1 << number
        sounds = {sound for pair in label.sounds for sound in pair}
        folded = {sound for pair in label.folded for sound in pair}
        mark(self.chars, set(label.text), bit)
        mark(self.syllables, sounds, bit)
        mark(self.starts, _beginnings(sounds), bit)
        mark(self.folded, folded, bit)
        mark(self.folded_starts, _beginnings(folded), bit)
        letters = [{sound[0] for sound in one} for one in label.folded]
        mark(self.pairs, {a + b for one, two in pairwise(letters) for a in one for b in two}, bit)

    def reading(self, way: Way) -> Bits:
        return meet(map(self._read, way.units), self._chain(way))

    def resembling(self, way: Way) -> Bits:
        return meet(map(self._alike, way.units), self._chain(way))

    def hinted(self, unit: Unit) -> Bits:
        """Return the entries with this character or its homophones, or a sound that begins so."""
        if unit.kind == "char":
            homophones = self.syllables.get(syllable(unit.text), 0)
            return self.chars.get(unit.text, 0) | homophones
        return self.starts.get(unit.text, 0)

    def _chain(self, way: Way) -> Bits:
        return meet(self.pairs.get(one + two, 0) for one, two in pairwise(way.chain))

    def _read(self, unit: Unit) -> Bits:
        if unit.kind == "char":
            return self.chars.get(unit.text, 0)
        known = self.syllables if unit.kind == "syllable" else self.starts
        return known.get(unit.text, 0)

    def _alike(self, unit: Unit) -> Bits:
        known = self.folded_starts if unit.kind == "start" else self.folded
        return known.get(fold(_sound(unit)), 0)


def places(bits: Bits) -> Iterator[int]:
    """Yield the entries of a set, lowest first."""
    # Word by word: taking bits off one long number would copy all of it each time.
    packed = bits.to_bytes((bits.bit_length() + 63) // 64 * 8, "little")
    for start, word in enumerate(memoryview(packed).cast("Q")):
        while word:
            low = word & -word
            yield start * 64 + low.bit_length() - 1
            word ^= low


def holding(chars: Chars, text: str) -> Bits:
    """Return the entries that have every character of the text somewhere."""
    return meet(chars.get(char, 0) for char in text)


def meet(sets: Iterable[Bits], common: Bits = -1) -> Bits:
    """Return what is in all sets; -1 is the set of everything."""
    for bits in sets:
        common &= bits
        if not common:
            break
    return common


def join(sets: Iterable[Bits]) -> Bits:
    union = 0
    for bits in sets:
        union |= bits
    return union


def mark(known: Chars, texts: Iterable[str], bit: Bits) -> None:
    for text in texts:
        known[text] = known.get(text, 0) | bit


def _beginnings(sounds: Iterable[str]) -> set[str]:
    return {sound[:end] for sound in sounds for end in range(1, len(sound) + 1)}


def _sound(unit: Unit) -> str:
    return syllable(unit.text) if unit.kind == "char" else unit.text


def _is_read(unit: Unit, label: Label, at: int) -> bool:
    if unit.kind == "char":
        return label.text[at] == unit.text
    if unit.kind == "syllable":
        return unit.text in label.sounds[at]
    return any(sound.startswith(unit.text) for sound in label.sounds[at])


def _is_alike(unit: Unit, label: Label, at: int) -> bool:
    sound = fold(_sound(unit))
    if unit.kind == "start":
        return any(one.startswith(sound) for one in label.folded[at])
    return sound in label.folded[at]


_Fits = Callable[[Unit, Label, int], bool]
