# SPDX-License-Identifier: Apache-2.0
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from huiban.kernel.form import FieldKind, json_schema, read
from tests.kernel.form_sample import DIVISIONS, TODAY, answers, field, form_of, waste_form

FORM = waste_form()
CHECKER = Draft202012Validator(
    json_schema(FORM, "zh"), format_checker=Draft202012Validator.FORMAT_CHECKER
)
GOOD = read(FORM, answers(), today=TODAY, divisions=DIVISIONS).values


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_schema_is_valid_2020_12(language: str) -> None:
    Draft202012Validator.check_schema(json_schema(FORM, language))


def test_good_values_fit_the_schema() -> None:
    CHECKER.validate(GOOD)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("apply_date", "2026-3-5"),
        ("contract_sum", "12600.5"),
        ("contract_sum", 12600.5),
        ("amount", "-1"),
        ("uscc", "9137"),
        ("has_agent", "否"),
        ("waste_kind", "soil"),
        ("waste_kind", ["gold"]),
        ("vehicles", []),
        ("vehicles", [{"plate": "鲁B12345"}]),
        ("vehicles", [{"plate": "鲁B12345", "load": "1", "colour": "red"}]),
        ("pledge", {"agreed": True, "digest": "0" * 64}),
        ("signer", "张三"),
        ("extra", 1),
    ],
)
def test_what_is_not_canonical_does_not_fit(key: str, value: object) -> None:
    assert not CHECKER.is_valid({**GOOD, key: value})


def test_only_what_is_always_required_is_required() -> None:
    schema = json_schema(FORM, "zh")

    assert "uscc" in schema["required"]  # type: ignore[operator]
    assert "vehicles" in schema["required"]  # type: ignore[operator]
    assert "agent_name" not in schema["required"]  # type: ignore[operator]


def test_conditions_are_told_in_the_description() -> None:
    properties = json_schema(FORM, "zh")["properties"]
    columns = properties["vehicles"]["items"]["properties"]  # type: ignore[index]

    assert properties["agent_name"]["description"] == "仅在满足以下条件时填写：has_agent"  # type: ignore[index]
    assert columns["seal_number"]["description"] == (
        "仅在满足以下条件时填写：sealed\n满足以下条件时必填：sealed and amount > 1"
    )


PLAIN = form_of(
    field("text", FieldKind.TEXT, "文字", max_length=5),
    field("whole", FieldKind.NUMBER, "整数"),
    field("sum", FieldKind.MONEY, "金额"),
    field("day", FieldKind.DATE, "日期"),
    field("phone", FieldKind.PHONE, "电话"),
    field("where", FieldKind.ADDRESS, "地址"),
)
PLAIN_CHECKER = Draft202012Validator(
    json_schema(PLAIN, "en"), format_checker=Draft202012Validator.FORMAT_CHECKER
)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "text": st.text(max_size=8),
            "whole": st.integers(-10, 10**16) | st.text("0123456789,万", max_size=8),
            "sum": st.decimals(-5, 10**14, places=2).map(str),
            "day": st.dates().map(str),
            "phone": st.from_regex(r"1[3-9][0-9]{9}|0532-[0-9]{8}|[0-9]{5}", fullmatch=True),
            "where": st.fixed_dictionaries(
                {
                    "text": st.text(max_size=3),
                    "lon": st.floats(-180, 180),
                    "lat": st.floats(-90, 90),
                }
            ),
        },
    )
)
def test_whatever_is_read_fits_the_schema(raw: dict[str, object]) -> None:
    PLAIN_CHECKER.validate(read(PLAIN, raw, today=TODAY).values)
