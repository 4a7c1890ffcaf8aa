# SPDX-License-Identifier: Apache-2.0
"""Which submitted row (行) of a table is which prefilled one, whatever was deleted in between."""

from collections.abc import Iterator, Mapping, Sequence

Cells = Mapping[str, object]


def align(given: Mapping[int, Cells], sent: Sequence[Cells]) -> dict[int, int]:
    """
    Pair submitted rows with prefilled ones by most equal cells: submitted number → prefilled.

    Of equally good pairs the one with fewer differing cells, then the nearer one is taken. A row
    that has nothing left in common is still the same row if it stands at the same place.

    >>> align({0: {"plate": "A"}, 1: {"plate": "B"}}, [{"plate": "B"}])
    {0: 1}
    """
    if len(given) == len(sent) and all(_stands(given.get(n), row) for n, row in enumerate(sent)):
        return {number: number for number in range(len(sent))}
    paired: dict[int, int] = {}
    taken: set[int] = set()
    for *_, before, after in sorted(_likenesses(given, sent)):
        if before not in taken and after not in paired:
            taken.add(before)
            paired[after] = before
    for number in range(len(sent)):
        if number in given and number not in taken and number not in paired:
            paired[number] = number
    return paired


def _likenesses(
    given: Mapping[int, Cells], sent: Sequence[Cells]
) -> Iterator[tuple[int, int, int, int, int]]:
    """Yield (−equal cells, differing cells, distance, prefilled, submitted) of likely pairs."""
    for before, cells in given.items():
        for after, row in enumerate(sent):
            equal = sum(row.get(key) == value for key, value in cells.items())
            if equal:
                yield -equal, len(cells) - equal, abs(before - after), before, after


def _stands(cells: Cells | None, row: Cells) -> bool:
    return cells is not None and all(row.get(key) == value for key, value in cells.items())
