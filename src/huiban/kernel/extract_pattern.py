# SPDX-License-Identifier: Apache-2.0
"""Which patterns a vocabulary may hold: they compile, and no text can make them run long."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST = 300
MOST_WAYS = 10_000
"""How many ways all repetitions of a pattern may be combined, at one place of a text."""
MOST_REPEATS = 200
_TOKEN = re.compile(
    r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?(?P<extension>[^:)])?|(?P<open>\()|(?P<close>\))|"
    r"(?P<count>\{(?P<least>[0-9]*)(?P<comma>,?)(?P<most>[0-9]*)\}|[*+?])\??|.",
    re.DOTALL,
)


class PatternRefused(ValueError):
    """A pattern that may not be used; `cure` says what to write instead."""

    def __init__(self, message: str, cure: str) -> None:
        super().__init__(message)
        self.cure = cure


def check_pattern(pattern: str) -> None:
    """
    Check that a pattern compiles and that its work is bounded.

    Repetitions have an upper end, none stands inside another, and all together are few.

    >>> check_pattern("[0-9]{1,4}年")

    :raises PatternRefused: with the cure.
    """
    if len(pattern) > LONGEST:
        raise PatternRefused(f"the pattern is longer than {LONGEST} characters", "split the field")
    try:
        made = re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise PatternRefused(
            f"not a pattern: {error}", "see Python's `re` for how to write it"
        ) from None
    if made.groups > 1:
        raise PatternRefused("the pattern has more than one group", "write (?:…) for the others")
    ways = 1
    for spread in _spreads(pattern):
        ways *= spread
        if ways > MOST_WAYS:
            raise PatternRefused(
                "the pattern can match in too many ways", "use fewer or shorter repetitions"
            )


def _spreads(pattern: str) -> Iterator[int]:
    """Yield for every repetition and every choice in how many ways it can match."""
    groups = [_Group()]
    closed = _Group()
    for token in _TOKEN.finditer(pattern):
        if token["extension"] or re.fullmatch(r"\\[1-9]", token[0]):
            raise PatternRefused(f"'{token[0]}' may not be used", "write it without look-around")
        if token["open"] or token[0].startswith("(?"):
            groups.append(_Group())
        elif token["close"]:
            closed = groups.pop()
            groups[-1].varies |= closed.varies
            yield closed.choices
            continue
        elif token["count"]:
            least, most = _ends(token)
            if closed.varies and most > 1:
                raise PatternRefused(
                    f"'{token[0]}' repeats what varies already", "repeat only one of the two"
                )
            groups[-1].varies |= most != least
            yield most - least + 1
        elif token[0] == "|":
            groups[-1].choices += 1
            groups[-1].varies = True
        closed = _Group()


@dataclass(slots=True)
class _Group:
    choices: int = 1
    varies: bool = False


def _ends(token: re.Match[str]) -> tuple[int, int]:
    if token["count"] == "?":
        return 0, 1
    if token["count"] in "*+" or (token["comma"] and not token["most"]):
        raise PatternRefused(
            f"'{token[0]}' repeats without end",
            f"write how often at most, such as {{0,{MOST_REPEATS}}}",
        )
    least = int(token["least"] or 0)
    most = int(token["most"] or least)
    if most > MOST_REPEATS:
        raise PatternRefused(f"'{token[0]}' repeats too often", f"at most {MOST_REPEATS}")
    return least, most
