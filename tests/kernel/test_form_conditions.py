# SPDX-License-Identifier: Apache-2.0
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiban.kernel.form import (
    Field,
    FieldKind,
    Form,
    Values,
    applicable,
    fact_schema,
    facts,
    read,
    row_schema,
    shown,
)
from huiban.kernel.rule import FactKind, FactType, parse
from tests.kernel.form_sample import DIVISIONS, TODAY, answers, field, form_of, option, waste_form

FORM = waste_form()

HAS_AGENT = field("has_agent", FieldKind.BOOLEAN, "有代理人")
AGENT_KIND = field(
    "agent_kind",
    FieldKind.CHOICE,
    "代理人类型",
    options=(option("person", "个人"), option("company", "单位")),
)
AGENT_USCC = field("agent_uscc", FieldKind.TEXT, "代理单位代码")


def conditional(**rules: str) -> Form:
    bare = form_of(HAS_AGENT, AGENT_KIND, AGENT_USCC)
    schema = fact_schema(bare)
    return form_of(
        *(
            replace(one, show_when=parse(rules[one.key], schema)) if one.key in rules else one
            for one in bare.fields()
        )
    )


CHAIN = conditional(agent_kind="has_agent", agent_uscc="agent_kind = 'company'")


@pytest.mark.parametrize(
    ("values", "visible"),
    [
        ({}, {"has_agent", "agent_kind", "agent_uscc"}),
        ({"has_agent": True}, {"has_agent", "agent_kind", "agent_uscc"}),
        ({"has_agent": True, "agent_kind": "person"}, {"has_agent", "agent_kind"}),
        ({"has_agent": False}, {"has_agent"}),
        ({"has_agent": False, "agent_kind": "company"}, {"has_agent"}),
    ],
)
def test_unknown_shows_but_what_waits_for_a_hidden_field_is_hidden(
    values: Values, visible: set[str]
) -> None:
    assert shown(CHAIN, values, TODAY) == visible


def test_a_condition_on_the_absence_of_a_hidden_answer_can_still_hold() -> None:
    form = conditional(agent_kind="has_agent", agent_uscc="agent_kind is null")

    assert shown(form, {"has_agent": False, "agent_kind": "company"}, TODAY) == {
        "has_agent",
        "agent_uscc",
    }


def test_a_circle_of_conditions_hides_nobody_for_ever() -> None:
    form = conditional(agent_kind="agent_uscc = 'x'", agent_uscc="agent_kind = 'company'")

    assert shown(form, {}, TODAY) == {"has_agent", "agent_kind", "agent_uscc"}


def test_the_date_asked_for_decides_not_the_clock() -> None:
    day = field("day", FieldKind.DATE, "成立日期")
    late = field("late", FieldKind.TEXT, "说明")
    rule = parse("day < as_of - interval '1 year'", fact_schema(form_of(day, late)))
    form = form_of(day, replace(late, show_when=rule))
    values = {"day": "2025-11-23"}

    assert shown(form, values, date(2026, 11, 23)) == {"day"}
    assert shown(form, values, date(2026, 11, 24)) == {"day", "late"}


def test_values_of_hidden_fields_do_not_apply() -> None:
    values = {"has_agent": False, "agent_kind": "company", "agent_uscc": "9"}

    assert applicable(CHAIN, values, TODAY) == {"has_agent": False}


def test_facts_are_typed_for_rules() -> None:
    values = read(FORM, answers(), today=TODAY, divisions=DIVISIONS).values

    known = facts(FORM, values)

    assert known["apply_date"] == date(2026, 3, 5)
    assert known["amount"] == Decimal("0.5")
    assert known["contract_sum"] == Decimal("12600.50")
    assert known["waste_kind"] == ["soil", "decoration"]
    assert known["project_address"] == "深圳路 189 号"
    assert known["pledge"] is True
    assert known["signer"] == "张三"
    assert known["contract_count"] == 1
    assert known["vehicles_count"] == 1
    assert known["vehicles_load_sum"] == Decimal("15.5")
    assert "vehicles" not in known


def test_a_sum_with_an_empty_cell_is_unknown_and_one_without_rows_is_zero() -> None:
    rows = [{"load": "5"}, {"plate": "鲁B12345"}]

    assert facts(FORM, {})["vehicles_load_sum"] == 0
    assert facts(FORM, {})["vehicles_count"] == 0
    assert "vehicles_load_sum" not in facts(FORM, {"vehicles": rows})
    assert facts(FORM, {"vehicles": rows})["vehicles_count"] == 2


def test_a_sum_too_large_for_a_database_number_is_unknown() -> None:
    seats = field("seats", FieldKind.NUMBER, "座位")
    form = form_of(field("cars", FieldKind.TABLE, "车", columns=(seats,)))

    assert "cars_seats_sum" not in facts(form, {"cars": [{"seats": 10**14}] * 10})
    assert facts(form, {"cars": [{"seats": 3}] * 10})["cars_seats_sum"] == 30


def test_the_schema_names_every_fact_with_its_type() -> None:
    schema = fact_schema(FORM)

    assert schema["apply_date"] == FactType(FactKind.DATE)
    assert schema["amount"] == FactType(FactKind.DECIMAL, decimals=2)
    assert schema["waste_kind"] == FactType(FactKind.LIST, ("soil", "slurry", "decoration"))
    assert schema["land"] == FactType(FactKind.CHOICE, ("collective", "state"))
    assert schema["vehicles_seats_sum"] == FactType(FactKind.INTEGER)
    assert "vehicles" not in schema


def test_a_row_sees_its_own_cells_and_the_whole_form() -> None:
    table = FORM.field("vehicles")

    assert table is not None
    assert {"sealed", "amount", "vehicles_count"} <= set(row_schema(FORM, table))


@given(
    st.dictionaries(
        st.sampled_from([one.key for one in FORM.fields()]),
        st.none() | st.integers() | st.text(max_size=8) | st.lists(st.text(max_size=3)),
    )
)
def test_facts_of_values_of_any_shape_are_typed_or_absent(values: dict[str, object]) -> None:
    kinds: dict[FactKind, type | tuple[type, ...]] = {
        FactKind.TEXT: str,
        FactKind.CHOICE: str,
        FactKind.INTEGER: int,
        FactKind.DECIMAL: (Decimal, int),
        FactKind.DATE: date,
        FactKind.BOOLEAN: bool,
        FactKind.LIST: list,
    }
    schema = fact_schema(FORM)

    for name, fact in facts(FORM, values).items():
        assert isinstance(fact, kinds[schema[name].kind])


def test_the_label_of_a_field_may_be_found_by_path() -> None:
    assert FORM.section_of("vehicles.0.plate") == "project"
    assert FORM.section_of("nothing") == ""
    assert FORM.section("project") is not None
    assert isinstance(FORM.field("uscc"), Field)


_KIND = field(
    "kind", FieldKind.CHOICE, "类别", options=(option("a", "主要负责人"), option("c", "安全员"))
)
_STAFF = form_of(
    field(
        "staff",
        FieldKind.TABLE,
        "人员",
        columns=(_KIND, field("expires", FieldKind.DATE, "有效期")),
    )
)


def test_a_table_tells_how_often_each_option_is_chosen_and_its_first_and_last_day() -> None:
    rows = [
        {"kind": "a", "expires": "2028-03-01"},
        {"kind": "c", "expires": "2027-01-31"},
        {"kind": "c", "expires": "2029-12-31"},
    ]

    assert facts(_STAFF, {"staff": rows}) == {
        "staff_count": 3,
        "staff_kind_a_count": 1,
        "staff_kind_c_count": 2,
        "staff_expires_earliest": date(2027, 1, 31),
        "staff_expires_latest": date(2029, 12, 31),
    }


def test_a_choice_or_day_left_empty_in_one_row_leaves_its_column_unknown() -> None:
    rows = [{"kind": "a"}, {"expires": "2027-01-31"}]

    assert facts(_STAFF, {"staff": rows}) == {"staff_count": 2}


def test_a_table_without_rows_has_none_of_each_option_and_no_days() -> None:
    assert facts(_STAFF, {}) == {
        "staff_count": 0,
        "staff_kind_a_count": 0,
        "staff_kind_c_count": 0,
    }


def test_what_a_table_tells_is_declared_with_its_kind() -> None:
    schema = fact_schema(_STAFF)

    assert schema["staff_kind_c_count"] == FactType(FactKind.INTEGER)
    assert schema["staff_expires_earliest"] == FactType(FactKind.DATE)
