# SPDX-License-Identifier: Apache-2.0
"""Turns what an officer types into conditions an index can answer: a number, a code or words."""

import re
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection

from huiban.store import grams
from huiban.store.grams import wanted

_CODE = re.compile(r"(?=[^\d]*\d)[0-9A-Za-z-]{4,64}", re.ASCII)
_LONGEST = 100
_MOST_NUMBERS = 500
_LARGEST = 2**63 - 1
_WALK = 3000


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a WHERE clause, beginning with AND, and its values."""

    sql: str
    values: list[Any]

    def __add__(self, other: "Part") -> "Part":
        return Part(self.sql + other.sql, self.values + other.values)


@dataclass(frozen=True, slots=True)
class Source:
    """The tables a list reads, and the column it walks from newest to oldest."""

    tables: str
    key: str
    words: Part | None = None
    """What is asked of the index of words, where newer rows are to be looked through first."""

    def newest(
        self, columns: str, part: Part, before: int = _LARGEST, limit: int = 50
    ) -> tuple[str, list[Any]]:
        """Return the statement that gives the newest rows with a key below `before`."""
        if self.words is not None:
            return _walked(columns, self.words, part, before, limit)
        older = Part(f" AND {self.key} < %s", [before]) if before < _LARGEST else Part("", [])
        part += older
        sql = (
            f"SELECT {columns} FROM {self.tables} WHERE true{part.sql} "
            f"ORDER BY {self.key} DESC LIMIT %s"
        )
        return sql, [*part.values, limit]


ALL = Source("store_case c", "c.id")
# CROSS JOIN keeps SQLite from starting at the cases and asking the index for each of them.
_MATCHED = Source("store_case_search s CROSS JOIN store_case c ON c.id = s.rowid", "s.rowid")


def _walked(
    columns: str, words: Part, part: Part, before: int, limit: int
) -> tuple[str, list[Any]]:
    """
    Look through the newest rows, and ask the index only if those did not give enough.

    PostgreSQL's index of words knows no order: for a word that is in every eighth case it gathers
    them all before it can name the newest. A common word shows up among the newest soon, and a
    word that does not is rare, so that the index has few to gather.
    """
    newest = "FROM store_case_search WHERE case_id < %s ORDER BY case_id DESC"
    # Adding 0 keeps the planner from walking the key once more where it takes a word for common.
    sql = f"""
WITH near AS MATERIALIZED (
  SELECT {columns} FROM (SELECT * {newest} LIMIT {_WALK}) s JOIN store_case c ON c.id = s.case_id
  WHERE true{words.sql}{part.sql} ORDER BY s.case_id DESC LIMIT %s
), hits AS MATERIALIZED (
  SELECT s.case_id FROM store_case_search s WHERE (SELECT count(*) FROM near) < %s
    AND s.case_id + 0 <= (SELECT case_id {newest} OFFSET {_WALK} LIMIT 1){words.sql}
)
SELECT * FROM near UNION ALL SELECT * FROM (
  SELECT {columns} FROM (SELECT case_id FROM hits ORDER BY case_id DESC) s
  JOIN store_case c ON c.id = s.case_id WHERE true{part.sql} ORDER BY s.case_id DESC LIMIT %s
) far ORDER BY 1 DESC LIMIT %s"""
    return sql, [
        before, *words.values, *part.values, limit, limit, before, *words.values, *part.values,
        limit, limit,
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """Where cases are looked for: a department, and a division or what lies below it."""

    department: str
    division: str


def source(text: str, place: Place) -> tuple[Source, Part]:
    """Return where to look for a text among a place's cases, and what to ask there."""
    text = text.strip()[:_LONGEST]
    here = Part(" AND c.department = %s", [place.department]) + in_division("c", place.division)
    if not text:
        return ALL, here
    if is_code(text):
        return ALL, here + _coded(text)
    terms = wanted(text)
    if not terms:
        return ALL, Part(" AND false", [])
    if connection.vendor == "sqlite":
        return _MATCHED, here + _match(terms, place)
    return replace(ALL, words=_tsquery(terms, place)), here


def within(alias: str, text: str) -> Part:
    """Return the condition that a text is in a case's title, name or number; for short lists."""
    text = text.strip()[:_LONGEST]
    position = "instr" if connection.vendor == "sqlite" else "strpos"
    return Part(
        f" AND {position}(lower({alias}.title || ' ' || {alias}.subject_name || ' ' || "
        f"{alias}.subject_code || ' ' || {alias}.number), %s) > 0",
        [text.lower()],
    )


def in_division(alias: str, division: str) -> Part:
    """Return the condition of lying in a division; a city's code covers its districts."""
    reach = re.sub(r"(00)+$", "", division)
    if not reach:
        return Part("", [])
    if reach == division:
        return Part(f" AND {alias}.division IN (%s, '')", [division])
    return Part(
        f" AND (substr({alias}.division, 1, {len(reach)}) = %s OR {alias}.division = '')", [reach]
    )


def is_code(text: str) -> bool:
    """Whether a text is (the beginning of) a case number, or a person's or enterprise's code."""
    return _CODE.fullmatch(text) is not None


def _coded(text: str) -> Part:
    # The newest numbers of a short beginning are enough: nobody leafs through more.
    begin = text.upper()
    end = begin[:-1] + chr(ord(begin[-1]) + 1)
    return Part(
        " AND c.id IN (SELECT id FROM store_case WHERE subject_code = %s UNION ALL SELECT id FROM "
        "(SELECT id FROM store_case WHERE number >= %s AND number < %s "
        f"ORDER BY number DESC LIMIT {_MOST_NUMBERS}) n)",
        [begin, begin, end],
    )


def _match(terms: list[str], place: Place) -> Part:
    words = [f'"{term}"' + ("*" if _may_begin(term) else "") for term in terms]
    # With the place among the terms a word that is common elsewhere costs nothing here.
    words.append(f'"{grams.in_department(place.department)}"')
    if not _is_wide(place.division):
        here, anywhere = grams.in_division(place.division), grams.in_division("")
        words.append(f'("{here}" OR "{anywhere}")')
    return Part(" AND s.store_case_search MATCH %s", [" AND ".join(words)])


def _tsquery(terms: list[str], place: Place) -> Part:
    words = " & ".join(f"'{term}'" + (":*" if _may_begin(term) else "") for term in terms)
    part = Part(
        " AND s.grams @@ %s::tsquery AND s.department @@ %s::tsquery",
        [words, f"'{grams.in_department(place.department)}'"],
    )
    if _is_wide(place.division):
        return part
    here, anywhere = grams.in_division(place.division), grams.in_division("")
    return part + Part(" AND s.division @@ %s::tsquery", [f"'{here}' | '{anywhere}'"])


def _is_wide(division: str) -> bool:
    return not division or division.endswith("00")


def _may_begin(term: str) -> bool:
    return term.isascii() or len(term) == 1
