# SPDX-License-Identifier: Apache-2.0
"""Chance that is the same every time: SQL macros over (row, salt, seed), and valid identifiers."""

from collections.abc import Sequence
from datetime import date

import duckdb

from huiban.kernel.identifier_model import ALPHABET
from huiban.neighbours.vocabulary import (
    BIRTHPLACES,
    GIVEN_FIRST,
    GIVEN_MEN,
    GIVEN_WOMEN,
    SURNAMES,
)

MILLION = 1_000_000
_FIRST_BIRTH = date(1968, 1, 1)
_LAST_BIRTH = date(2002, 12, 31)
_SLOTS = ((_LAST_BIRTH - _FIRST_BIRTH).days + 1) * 4
"""Numbers there are for one birthplace: four of every day, see kernel.identifier_samples."""
_STRIDE = 30_011  # coprime to _SLOTS: neighbours in a firm are not born a day apart
MOST_PEOPLE = _SLOTS * len(BIRTHPLACES)

# GB 32100 gives the first sample body "00001000", so that hand-written serials below stay free.
_FIRST_BODY = 31**3
MOST_ENTERPRISES = 31**4 - _FIRST_BODY


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def listed(words: Sequence[str]) -> str:
    return "[" + ", ".join(quoted(word) for word in words) + "]"


def choice(row: str, salt: int, words: Sequence[str]) -> str:
    """Return SQL for one of the words, drawn for that row."""
    return f"list_extract({listed(words)}, 1 + dice({row}, {salt}) % {len(words)})"


def chance(row: str, salt: int, share: float) -> str:
    """Return SQL that is true for that share (0 to 1) of the rows."""
    return f"(dice({row}, {salt}) < {round(share * MILLION)})"


def install(connection: duckdb.DuckDBPyConnection, seed: int) -> None:
    """Define the macros `dice`, `uscc_of`, `person_id_of`, `birth_of`, `man_of` and `name_of`."""
    for sql in (_dice(seed), *_uscc(), *_person()):
        connection.execute(f"CREATE OR REPLACE MACRO {sql}")


def _dice(seed: int) -> str:
    return f"dice(row_, salt) AS (hash(row_::BIGINT, salt::INTEGER, {seed}) % {MILLION})::INTEGER"


def _uscc() -> tuple[str, ...]:
    def values(first: int, last: int, weights: Sequence[int], letters: str) -> str:
        return " + ".join(
            f"(strpos('{letters}', substr(text_, {place}, 1)) - 1) * {weight}"
            for place, weight in zip(range(first, last + 1), weights, strict=True)
        )

    base36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    body = " || ".join(
        f"substr('{ALPHABET}', (1 + (n + {_FIRST_BODY}) // {31**power} % 31)::INTEGER, 1)"
        for power in (3, 2, 1, 0)
    )
    organisation = values(1, 8, (3, 7, 9, 10, 5, 8, 4, 2), base36)
    whole = values(1, 17, tuple(pow(3, place, 31) for place in range(17)), ALPHABET)
    return (
        f"body_of(n) AS '0000' || {body}",
        f"organisation_of(text_) AS text_ || "
        f"substr('0123456789X', (1 + (11 - ({organisation}) % 11) % 11)::INTEGER, 1)",
        f"checked_31(text_) AS text_ || "
        f"substr('{ALPHABET}', (1 + (31 - ({whole}) % 31) % 31)::INTEGER, 1)",
        "uscc_of(region, n) AS checked_31('91' || region || organisation_of(body_of(n)))",
    )


def _person() -> tuple[str, ...]:
    slot = f"((p // {len(BIRTHPLACES)}) * {_STRIDE} + (p % {len(BIRTHPLACES)}) * 7919) % {_SLOTS}"
    region = f"list_extract({listed(BIRTHPLACES)}, 1 + p % {len(BIRTHPLACES)})"
    digits = " + ".join(
        f"(first_ // {10 ** (16 - place)} % 10) * {pow(2, 17 - place, 11)}" for place in range(17)
    )
    given = f"{choice('p', 3, GIVEN_FIRST)}"
    man, woman = choice("p", 4, GIVEN_MEN), choice("p", 4, GIVEN_WOMEN)
    last = f"CASE WHEN man_of(p) THEN {man} ELSE {woman} END"
    return (
        f"slot_of(p) AS ({slot})::INTEGER",
        f"birth_of(p) AS DATE '{_FIRST_BIRTH}' + slot_of(p) // 4",
        "man_of(p) AS slot_of(p) % 2 = 1",
        f"first_17(p) AS ({region})::BIGINT * 100000000000"
        " + strftime(birth_of(p), '%Y%m%d')::BIGINT * 1000 + 996 + slot_of(p) % 4",
        f"checked_11(first_) AS first_::VARCHAR || "
        f"substr('0123456789X', (1 + (12 - ({digits}) % 11) % 11)::INTEGER, 1)",
        "person_id_of(p) AS checked_11(first_17(p))",
        f"name_of(p) AS {choice('p', 2, SURNAMES)} || "
        f"CASE WHEN {chance('p', 5, 0.7)} THEN {given} ELSE '' END || {last}",
    )
