# SPDX-License-Identifier: Apache-2.0
"""What every identifier check shares: the answer, the refusal, one writing, check characters."""

import re
from dataclasses import dataclass

from huiban.kernel.words import Words


class IdentifierRefused(ValueError):
    """A number that cannot be right; `message` says why and what to do."""

    def __init__(self, code: str, message: Words) -> None:
        super().__init__(message.zh)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Checked:
    """A number in its stored form; warnings go to a person, they refuse nothing."""

    value: str
    warnings: tuple[Words, ...] = ()
    kind: str = ""  # where a number may be of several kinds: "mobile", "new_energy" …


# GB 32100-2015: I, O, S, V and Z are left out because they look like digits.
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
VALUES = {character: value for value, character in enumerate(ALPHABET)}
_MOD_31_WEIGHTS = tuple(pow(3, place, 31) for place in range(30))
_BASE_36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_PERSON_WEIGHTS = tuple(pow(2, 17 - place, 11) for place in range(17))

# Full-width forms to ASCII; blanks of every kind and the hyphens that people put in for reading go.
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_BLANKS = re.compile("[\\s\u200b\u200c\u200d\u2060\ufeff\u00ad]+")
HYPHENS = re.compile("[-\u2010-\u2015\u2212·]+")


def normalise(text: str) -> str:
    """Return the text in upper case, half width, without blanks."""
    return _BLANKS.sub("", text.translate(_FULL_WIDTH)).upper()


def mod_31_check(first: str) -> str:
    """Return the check character of GB 32100-2015 over up to 30 characters before it."""
    total = sum(VALUES[c] * w for c, w in zip(first, _MOD_31_WEIGHTS, strict=False))
    return ALPHABET[-total % 31]


def organisation_check(body: str) -> str:
    """Return the check character of an organisation code (GB 11714) over its 8 characters."""
    values = (int(c) if c.isdigit() else ord(c) - 55 for c in body)
    total = sum(value * w for value, w in zip(values, _ORGANISATION_WEIGHTS, strict=True))
    return "0123456789X"[-total % 11]


def mod_11_2_check(first: str) -> str:
    """Return the check character of ISO 7064 MOD 11-2 over the 17 digits before it."""
    total = sum(int(c) * w for c, w in zip(first, _PERSON_WEIGHTS, strict=True))
    return "0123456789X"[(1 - total) % 11]


def mod_37_36_check(first: str) -> str:
    """Return the check character of ISO 7064 MOD 37,36 over letters and digits."""
    rest = 36
    for character in first:
        rest = ((rest + int(character, 36)) % 36 or 36) * 2 % 37
    return _BASE_36[(1 - rest) % 36]


def refuse(code: str, zh: str, en: str) -> IdentifierRefused:
    return IdentifierRefused(code, Words(zh, en))


def plain(text: str, name: Words, length: int) -> str:
    """Return the code without hyphens; refuse an empty one and one of the wrong length."""
    value = HYPHENS.sub("", normalise(text))
    if not value:
        raise refuse("empty", f"请填写{name.zh}。", f"Enter the {name.en}.")
    if len(value) != length:
        raise refuse(
            "length",
            f"{name.zh}应为 {length} 位，现在是 {len(value)} 位，请对照证件核对。",
            f"The {name.en} has {length} characters, this has {len(value)}: check the document.",
        )
    return value
