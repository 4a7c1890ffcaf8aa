# SPDX-License-Identifier: Apache-2.0
from dataclasses import replace
from decimal import Decimal

import pytest

from huiban.kernel.form import Check, Field, FieldKind, Form, Section, fact_schema, lint_form
from huiban.kernel.rule import Criterion, parse
from huiban.kernel.words import Words
from tests.kernel.form_sample import PLEDGE, field, form_of, option, waste_form


def faults(*fields: Field) -> list[str]:
    return [f"{one.path}: {one.message}" for one in lint_form(form_of(*fields))]


def test_the_sample_form_is_clean() -> None:
    assert lint_form(waste_form()) == ()


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (field("Bad-Key", FieldKind.TEXT, "名"), "not an identifier"),
        (field("x", FieldKind.TEXT, ""), "label is empty"),
        (field("x", FieldKind.TEXT, "名", sensitive=True), "does not say why"),
        (field("x", FieldKind.CHOICE, "名"), "without options"),
        (field("x", FieldKind.TEXT, "名", options=(option("a", "甲"),)), "has options"),
        (
            field("x", FieldKind.CHOICE, "名", options=(option("a", "甲"), option("a", "乙"))),
            "option value 'a' is there twice",
        ),
        (
            field("x", FieldKind.CHOICE, "名", options=(option("a", "甲"), option("b", "甲"))),
            "option label '甲' is there twice",
        ),
        (field("x", FieldKind.TEXT, "名", multiple=True), "`multiple` does nothing"),
        (field("x", FieldKind.TABLE, "名"), "without columns"),
        (
            field("x", FieldKind.TEXT, "名", columns=(field("y", FieldKind.TEXT, "列"),)),
            "has columns",
        ),
        (field("x", FieldKind.TEXT, "名", min_rows=1), "`min_rows` does nothing"),
        (field("x", FieldKind.TEXT, "名", format="poem"), "format 'poem' is not known"),
        (field("x", FieldKind.TEXT, "名", min_length=9, max_length=5), "makes no range"),
        (field("x", FieldKind.DECLARATION, "名"), "without text"),
        (field("x", FieldKind.NUMBER, "名", maximum=Decimal(-1)), "below the minimum"),
        (field("x", FieldKind.NUMBER, "名", decimals=9), "decimals 9"),
        (field("x", FieldKind.TEXT, "名", unit="米"), "`unit` does nothing"),
        (field("x", FieldKind.MONEY, "名", unit="万元"), "money in 万元"),
        (field("x", FieldKind.DATE, "名", latest="tomorrow"), "latest 'tomorrow' is no day"),
        (field("x", FieldKind.DATE, "名", latest="today - 3"), "is no day"),
        (field("x", FieldKind.TEXT, "名", earliest="today"), "`earliest` does nothing"),
        (field("x", FieldKind.FILE, "名", accept=("pdf",)), "media type 'pdf'"),
        (field("x", FieldKind.FILE, "名", max_files=0), "no file could ever be taken"),
    ],
)
def test_a_fault_is_named_with_its_path(one: Field, said: str) -> None:
    [fault] = faults(one)

    assert fault.startswith(f"only.{one.key}: ")
    assert said in fault


def test_every_fault_has_a_cure_and_all_are_told_at_once() -> None:
    found = lint_form(
        form_of(
            field("x", FieldKind.CHOICE, ""),
            field("x", FieldKind.DECLARATION, "名"),
            field("ok", FieldKind.DECLARATION, "名", text=PLEDGE),
        )
    )

    assert len(found) == 4
    assert all(one.cure for one in found)


def test_a_table_in_a_table_is_refused_and_so_are_repeated_columns() -> None:
    inner = field("in", FieldKind.TABLE, "内", columns=(field("a", FieldKind.TEXT, "甲"),))
    twice = (field("a", FieldKind.TEXT, "甲"), field("a", FieldKind.TEXT, "乙"))

    assert "only.out.in: a table cannot hold a table column" in faults(
        field("out", FieldKind.TABLE, "外", columns=(inner,))
    )
    assert faults(field("out", FieldKind.TABLE, "外", columns=twice)) == [
        "only.out: column 'a' is there twice"
    ]


def test_a_field_may_not_be_called_like_a_fact_of_a_table() -> None:
    table = field("cars", FieldKind.TABLE, "车", columns=(field("a", FieldKind.TEXT, "甲"),))

    number = field("cars_count", FieldKind.NUMBER, "数")

    for fields in ((table, number), (number, table)):
        assert faults(*fields) == ["cars_count: 'cars_count' is also a fact made from 'cars'"]


def test_conditions_that_wait_for_each_other_are_named_once_with_the_circle() -> None:
    bare = [field(key, FieldKind.BOOLEAN, key) for key in ("a", "b", "c")]
    schema = fact_schema(form_of(*bare))
    rules = {"a": "b", "b": "c", "c": "a"}
    circled = [replace(one, show_when=parse(rules[one.key], schema)) for one in bare]

    assert faults(*circled) == ["a: conditions wait for each other: a → b → c → a"]


def test_a_check_must_point_to_a_field_of_the_form() -> None:
    one = field("a", FieldKind.BOOLEAN, "甲")
    rule = parse("a", fact_schema(form_of(one)))
    check = Check(Criterion("yes", Words("须同意"), rule, "办法"), points_to="b")

    [fault] = lint_form(form_of(one, checks=(check,)))
    assert fault.message == "check yes points to unknown field 'b'"


def test_sections_with_one_key_are_named() -> None:
    pair = (Section(key="only", title=Words("一")), Section(key="only", title=Words("二")))
    form = Form(code="x", title=Words("表"), sections=pair)

    assert [one.message for one in lint_form(form)] == ["section 'only' is there twice"]
