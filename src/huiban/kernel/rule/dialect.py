# SPDX-License-Identifier: Apache-2.0
"""How the four databases spell what a rule says: names, literals, exact numbers, text matches."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from huiban.kernel.rule.tree import Value

DialectName = Literal["duckdb", "sqlite", "postgres", "spark"]


@dataclass(frozen=True, slots=True)
class Dialect:
    """
    The spellings of one database.

    `decimal` reads a DECIMAL column for comparing, `units` as an integer of smallest units;
    `long` is the 64-bit integer, `wide` one that holds any product of two of them.
    """

    name: DialectName
    quote: str
    decimal: str
    units: str
    long: str
    wide: str
    clamp: str
    starts: str
    ends: str
    has: str
    has_dates: bool = True
    has_backslashes: bool = False

    def column(self, name: str) -> str:
        """This function will quote a name; in SQLite by backticks, as "x" may become a text."""
        return f"{self.quote}{name}{self.quote}"

    def text(self, value: str) -> str:
        """This function will write a text literal."""
        if self.has_backslashes:
            return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
        return "'" + value.replace("'", "''") + "'"

    def literal(self, value: Value) -> str:
        """This function will write any literal."""
        if value is None:
            return "CAST(NULL AS BOOLEAN)"
        if isinstance(value, bool):
            return "TRUE" if value else "FALSE"
        if isinstance(value, date):
            day = f"'{value.isoformat()}'"
            return f"DATE {day}" if self.has_dates else day
        if isinstance(value, Decimal | int):
            spelled = format(value, "f") if isinstance(value, Decimal) else str(value)
            return f"({spelled})" if value < 0 else spelled
        return self.text(str(value))

    def bounded(self, number: str, limit: int) -> str:
        """
        This function will make a long number NULL, without writing it twice.

        Clamping to the limit turns NULL into the limit (or leaves it), so NULL stays NULL.
        """
        clamped = self.clamp.format(number, limit=limit)
        return self.long.format(f"nullif(nullif({clamped}, {limit}), -{limit})")


_CLAMP = "least(greatest({0}, -{limit}), {limit})"

DIALECTS: Mapping[str, Dialect] = {
    "duckdb": Dialect(
        name="duckdb",
        quote='"',
        decimal="{0}",
        units="CAST(CAST({0} AS DECIMAL(28, {scale})) * {power} AS BIGINT)",
        long="CAST({0} AS BIGINT)",
        wide="CAST({0} AS HUGEINT)",
        clamp=_CLAMP,
        starts="starts_with({0}, {1})",
        ends="ends_with({0}, {1})",
        has="contains({0}, {1})",
    ),
    "sqlite": Dialect(
        name="sqlite",
        quote="`",
        # Decimals lie in SQLite as numbers or as texts; 15 digits survive the way through REAL.
        decimal="CAST({0} AS REAL)",
        units="CAST(round(CAST({0} AS REAL) * {power}) AS INTEGER)",
        # An integer that overflows becomes REAL, beyond the limit and rightly ordered.
        long="{0}",
        wide="{0}",
        clamp="min(max({0}, -{limit}), {limit})",
        starts="substr({0}, 1, {length}) = {1}",
        ends="substr({0}, -{length}) = {1}",
        has="instr({0}, {1}) > 0",
        has_dates=False,
    ),
    "postgres": Dialect(
        name="postgres",
        quote='"',
        decimal="{0}",
        units="CAST({0} * {power} AS BIGINT)",
        long="CAST({0} AS BIGINT)",
        wide="CAST({0} AS numeric)",
        clamp=_CLAMP,
        starts="starts_with({0}, {1})",
        ends="right({0}, {length}) = {1}",
        has="strpos({0}, {1}) > 0",
    ),
    "spark": Dialect(
        name="spark",
        quote="`",
        decimal="{0}",
        units="CAST(CAST({0} AS DECIMAL(18, {scale})) * {power} AS BIGINT)",
        long="CAST({0} AS BIGINT)",
        wide="CAST({0} AS DECIMAL(38, 0))",
        clamp=_CLAMP,
        starts="startswith({0}, {1})",
        ends="endswith({0}, {1})",
        has="contains({0}, {1})",
        has_backslashes=True,
    ),
}
