# SPDX-License-Identifier: Apache-2.0
"""What holding 20 review points against 30 facts read from materials costs for one case."""

import argparse
import json
import time
from datetime import date
from decimal import Decimal

from huiban.kernel.extract import Found
from huiban.kernel.form import Field, FieldKind, Form, Section
from huiban.kernel.reading import Box
from huiban.kernel.review import Against, How, Point, Review, ReviewFact, Severity, Take, review
from huiban.kernel.review_facts import FileRead, SealPlace, review_facts
from huiban.kernel.rule import FactKind, FactType, Verdict, parse
from huiban.kernel.words import Words

MOST_MS = 1.0
POINTS, FACTS, FILES = 20, 30, 3
_AS_OF = date(2026, 9, 14)
_KINDS = frozenset({"contract"})
_BOX = Box(0.1, 0.1, 0.4, 0.15)
_TEXT, _DATE = FactType(FactKind.TEXT), FactType(FactKind.DATE)
_NUMBER, _BOOLEAN = FactType(FactKind.DECIMAL), FactType(FactKind.BOOLEAN)


def _fact(at: int) -> ReviewFact:
    """Return one of the kinds of facts in turn, over the field of its own number."""

    def made(how: How, told: FactType, **more: object) -> ReviewFact:
        given = {"field": f"field_{at}", **more}
        return ReviewFact(f"fact_{at}", how, "deal", told, _KINDS, _KINDS, **given)  # type: ignore[arg-type]

    day, number = FieldKind.DATE, FieldKind.NUMBER
    return (
        made(How.READ, _TEXT),
        made(How.READ, _DATE, meant=day, take=Take.LEAST),
        made(How.SUM, _NUMBER, meant=number, unit="万吨"),
        made(How.AGREES, _BOOLEAN, against=Against("builder")),
        made(How.COVERS, _BOOLEAN, against=Against("vehicles.plate")),
        made(How.SEAL, _BOOLEAN),
    )[at % 6]


_HOLDS = (
    "{name} = '青岛海晟置业有限公司'",
    "{name} >= as_of and {name} >= ends",
    "{name} >= amount",
    "{name} or amount > 100",
    "{name}",
    "{name} and ends >= as_of",
)
_VALUES: tuple[tuple[object, str], ...] = (
    ("青岛海晟置业有限公司", "青岛海晟置业有限公司"),
    (date(2027, 4, 30), "2027年4月30日"),
    (Decimal(12000), "1.2万吨"),
    ("青岛海晟置业有限公司", "青岛海晟置业有限公司"),
    (tuple(f"鲁B{at:05}" for at in range(20)), "车辆清单"),
    ("", ""),
)


def _form() -> Form:
    plate = Field(key="plate", label=Words("车牌"), kind=FieldKind.TEXT)
    fields = (
        Field(key="builder", label=Words("建设单位"), kind=FieldKind.TEXT),
        Field(key="vehicles", label=Words("车辆"), kind=FieldKind.TABLE, columns=(plate,)),
    )
    return Form(
        code="new", title=Words("表"),
        sections=(Section(key="all", title=Words("全部"), fields=fields),),
    )  # fmt: skip


def _file(number: int) -> FileRead:
    found = {
        f"field_{at}": Found(value, text, 1, _BOX, 0.95)  # type: ignore[arg-type]
        for at in range(FACTS)
        for value, text in (_VALUES[at % 6],)
    }
    return FileRead(number, "contract", found, (SealPlace(1, _BOX),))


def _points(facts: dict[str, ReviewFact]) -> list[Point]:
    schema = {name: one.type for name, one in facts.items()}
    schema |= {"ends": _DATE, "amount": _NUMBER}
    return [
        Point(
            f"point_{at}", Words("要点"), parse(_HOLDS[at % 6].format(name=f"fact_{at}"), schema),
            "依据", Severity.MUST, "deal", (f"fact_{at}",), Words("请改正"), Words("请核对"),
            "examiner",
        )
        for at in range(POINTS)
    ]  # fmt: skip


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--count", type=int, default=1000, help="cases in each of five rounds")
    count = arguments.parse_args().count
    facts = {one.name: one for one in map(_fact, range(FACTS))}
    told, form, points = Review({"deal": ("contract",)}, facts), _form(), _points(facts)
    files = {"deal": [_file(number) for number in range(1, FILES + 1)]}
    values = {
        "builder": "青岛海晟置业有限公司",
        "vehicles": [{"plate": f"鲁B{at:05}"} for at in range(20)],
    }
    case = {"ends": date(2027, 3, 31), "amount": Decimal("3.2")}
    seconds: dict[str, list[float]] = {"facts": [], "all": []}
    for _ in range(5):
        began = time.perf_counter()
        for _ in range(count):
            known = review_facts(told, files, form, values)
        read = time.perf_counter()
        for _ in range(count):
            findings = review(points, known, _AS_OF, case)
        ended = time.perf_counter()
        seconds["facts"].append(read - began)
        seconds["all"].append(ended - began)
    if {one.verdict for one in findings} != {Verdict.PASS}:
        raise AssertionError(f"not every point passed: {[one.verdict for one in findings]}")
    facts_ms, case_ms = (round(min(seconds[key]) / count * 1e3, 4) for key in ("facts", "all"))
    print(f"{POINTS} points, {FACTS} facts, {FILES} files of {FACTS} values, milliseconds a case:")
    print(f"  facts               {facts_ms:8.3f}")
    print(f"  facts and findings  {case_ms:8.3f}   at most {MOST_MS}")
    print(json.dumps({
        "name": "review",
        "figures": {"case_ms": case_ms, "facts_ms": facts_ms},
        "limit": {"case_ms": MOST_MS},
        "ratio": {"case_to_limit": round(case_ms / MOST_MS, 3)},
        "met": case_ms <= MOST_MS,
    }))  # fmt: skip


if __name__ == "__main__":
    main()
