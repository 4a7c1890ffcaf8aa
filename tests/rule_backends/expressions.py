# SPDX-License-Identifier: Apache-2.0
"""Random rule texts over a fixed schema, and random cases with a fifth of the facts unknown."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from huiban.kernel.rule import FactKind, FactType, Schema

# Names that mean something to one database or another, on purpose.
SCHEMA: Schema = {
    "headcount": FactType(FactKind.INTEGER),
    "order": FactType(FactKind.INTEGER),
    "large": FactType(FactKind.INTEGER),
    "amount": FactType(FactKind.DECIMAL, decimals=2),
    "rate": FactType(FactKind.DECIMAL, decimals=4),
    "name": FactType(FactKind.TEXT),
    "value": FactType(FactKind.TEXT),
    "sector": FactType(FactKind.CHOICE, ("养老", "托育", "餐饮")),
    "level": FactType(FactKind.CHOICE),
    "founded_on": FactType(FactKind.DATE),
    "date": FactType(FactKind.DATE),
    "is_new": FactType(FactKind.BOOLEAN),
    "flag": FactType(FactKind.BOOLEAN),
    "kinds": FactType(FactKind.LIST, ("a", "b", "c")),
    "key": FactType(FactKind.LIST),
}
AS_OF = date(2024, 2, 29)
UNKNOWN_SHARE = 0.2

_TEXTS = (
    "",
    "a",
    "A",
    "a ",
    "ab",
    "bab",
    "O'Brien",
    "青岛市",
    "市",
    "50%",
    "a_b",
    "c\\d",
    "𠮷a",
    "é",
)
_PARTS = ("a", "b", "市", "O'", "𠮷", "A", " ", "岛市")
_SECTORS = ("养老", "托育", "餐饮")
_LARGE = (2**53, 2**53 + 1, -(2**53) - 1, 10**18 - 1, 10**18, -(10**18), 2**63 - 1, -(2**63), 10**9)
_DAYS = (date(2024, 2, 29), date(2023, 3, 1), date(1900, 1, 31), date(9999, 12, 31), date(1, 1, 1))


class Expressions:
    """A source of random rules; the same seed gives the same rules."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def pick(self, *choices: Callable[[int], str]) -> Callable[[int], str]:
        return self.random.choice(choices)

    def rule(self) -> str:
        return self.condition(self.random.choice((1, 2, 2, 3, 3, 4)))

    def condition(self, depth: int) -> str:
        if depth > 1 and self.random.random() < 0.6:
            return self.pick(self.joined, self.joined, self.negated)(depth - 1)
        return self.pick(
            self.numbers, self.numbers, self.numbers, self.days, self.days, self.texts,
            self.members, self.range, self.null_test, self.like, self.listed, self.boolean,
        )(depth)  # fmt: skip

    def joined(self, depth: int) -> str:
        op = self.random.choice((" and ", " or ", " AND "))
        parts = [self.condition(depth) for _ in range(self.random.randint(2, 3))]
        text = op.join(parts)
        return f"({text})" if self.random.random() < 0.7 else text

    def negated(self, depth: int) -> str:
        return f"not ({self.condition(depth)})"

    def order(self) -> str:
        return self.random.choice(("=", "<>", "!=", "<", "<=", ">", ">="))

    def numbers(self, depth: int) -> str:
        return f"{self.number(depth)} {self.order()} {self.number(depth)}"

    def days(self, depth: int) -> str:
        return f"{self.day()} {self.order()} {self.day()}"

    def texts(self, depth: int) -> str:
        return f"{self.text()} {self.random.choice(('=', '<>'))} {self.text()}"

    def boolean(self, depth: int) -> str:
        fact = self.random.choice(("is_new", "flag"))
        equal = f"{fact} {self.random.choice(('=', '<>'))} ({self.null_test(depth)})"
        return self.random.choice((fact, f"coalesce({fact}, flag, false)", equal, f"{fact} = true"))

    def null_test(self, depth: int) -> str:
        negation = self.random.choice(("is null", "is not null"))
        if self.random.random() < 0.3:
            return f"({self.numbers(depth)}) {negation}"
        subject = self.random.choice((self.number(depth), self.text(), *SCHEMA))
        return f"{subject} {negation}" if subject[0] not in "-'0123456789" else f"name {negation}"

    def members(self, depth: int) -> str:
        source = self.pick(
            lambda _: self.number(depth), lambda _: self.day(), lambda _: self.text()
        )
        if self.random.random() < 0.3:
            subject, items = "sector", [f"'{one}'" for one in self.random.sample(_SECTORS, 2)]
        else:
            subject, items = source(0), [source(0) for _ in range(self.random.randint(1, 4))]
        if self.random.random() < 0.3:
            items.append("null")
        return f"{subject} {self.random.choice(('in', 'not in'))} ({', '.join(items)})"

    def range(self, depth: int) -> str:
        source = self.pick(lambda _: self.number(depth), lambda _: self.day())
        word = self.random.choice(("between", "not between"))
        return f"{source(0)} {word} {source(0)} and {source(0)}"

    def like(self, depth: int) -> str:
        part = self.random.choice(_PARTS).replace("'", "''")
        pattern = self.random.choice((f"{part}%", f"%{part}", f"%{part}%"))
        word = self.random.choice(("like", "not like"))
        return f"{self.random.choice(('name', 'value', 'level'))} {word} '{pattern}'"

    def listed(self, depth: int) -> str:
        if self.random.random() < 0.5:
            return f"contains(kinds, '{self.random.choice('abc')}')"
        return f"contains(key, {self.text()})"

    def number(self, depth: int) -> str:
        if depth > 0 and self.random.random() < 0.5:
            op = self.random.choice("+-*")
            text = f"{self.number(depth - 1)} {op} {self.number(depth - 1)}"
            return self.random.choice((f"({text})", f"abs({text})", f"(-({text}))", text))
        if depth > 1 and self.random.random() < 0.15:
            return self.fine()
        simple = self.pick(
            lambda _: self.fact(), lambda _: self.fact(), lambda _: self.literal(),
            lambda _: self.measured(),
        )(0)  # fmt: skip
        return f"(-{simple})" if self.random.random() < 0.1 else simple

    def fine(self) -> str:
        """A result with many decimals, beside numbers that have none."""
        product = " * ".join(self.random.choices(("rate", "amount", "0.001"), k=3))
        other = self.random.choice(
            ("large", "cardinality(key)", "headcount", "1000000000", "order")
        )
        return self.random.choice((f"({product} + {other})", f"({other} - {product})", product))

    def fact(self) -> str:
        names = ("headcount", "headcount", "order", "large", "amount", "amount", "rate")
        return self.random.choice(names)

    def literal(self) -> str:
        whole = self.random.choice((0, 1, 2, 5, 10, 100, 10**6, 10**14))
        return self.random.choice((str(whole), str(whole), f"{whole % 1000}.5", "0.0001", "12.50"))

    def measured(self) -> str:
        between = self.random.choice(("days", "months", "years"))
        return self.random.choice((
            f"length({self.text()})", "cardinality(kinds)",
            "cardinality(key)",
            f"{between}_between({self.day()}, {self.day()})", "coalesce(headcount, order, 3)",
            "coalesce(amount, 1.5)", "coalesce(rate, 0.0625)", "coalesce(large, 0)",
        ))  # fmt: skip

    def day(self) -> str:
        unit = self.random.choice(("year", "years", "month", "months", "week", "days"))
        sign, count = self.random.choice("+-"), self.random.randint(0, 40)
        return self.random.choice((
            "founded_on", "date", "as_of", f"as_of {sign} interval '{count} {unit}'",
            f"date '{self.any_day().isoformat()}'", "coalesce(date, founded_on)",
            "date '2024-01-31' + interval '1 month'",
        ))  # fmt: skip

    def any_day(self) -> date:
        return date(2020, 1, 1) + timedelta(days=self.random.randint(0, 2500))

    def text(self) -> str:
        text = self.random.choice(_TEXTS).replace("'", "''")
        return self.random.choice(("name", "value", "level", f"'{text}'", "coalesce(name, level)"))


def case(random: Random) -> dict[str, object]:
    """Return the facts of one case; an absent fact is unknown."""
    amount = random.choice((10**3, 10**6, 10**15 - 1))
    founded = random.choice((*_DAYS, AS_OF - timedelta(days=random.randint(0, 2000))))
    facts: dict[str, object] = {
        "headcount": random.randint(-3, 12),
        "order": random.choice((0, 1, 5, 10, 100, 10**6)),
        "large": random.choice((*_LARGE, random.randint(-(10**12), 10**12))),
        "amount": Decimal(random.randint(-amount, amount)).scaleb(-2),
        "rate": Decimal(random.choice((0, 1, 125, 10_000, random.randint(0, 10**6)))).scaleb(-4),
        "name": random.choice(_TEXTS),
        "value": random.choice(_TEXTS),
        "sector": random.choice(_SECTORS),
        "level": random.choice(_TEXTS),
        "founded_on": founded,
        "date": random.choice(
            (*_DAYS[:3], AS_OF, AS_OF + timedelta(days=random.randint(-800, 800)))
        ),
        "is_new": random.random() < 0.5,
        "flag": random.random() < 0.5,
        "kinds": random.sample(("a", "b", "c"), random.randint(0, 3)),
        "key": [random.choice(_TEXTS) for _ in range(random.randint(0, 3))],
    }
    return {name: fact for name, fact in facts.items() if random.random() >= UNKNOWN_SHARE}
