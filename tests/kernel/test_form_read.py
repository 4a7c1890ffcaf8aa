# SPDX-License-Identifier: Apache-2.0
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiban.kernel.form import (
    Context,
    FieldKind,
    Form,
    Reading,
    digest_of,
    from_flat,
    merge,
    read,
    read_in,
    stamp,
    to_flat,
)
from huiban.kernel.identifier import mod_31_check
from huiban.kernel.identifier_samples import make_uscc
from tests.kernel.form_sample import (
    DIVISIONS,
    PLEDGE,
    TODAY,
    answers,
    field,
    form_of,
    waste_form,
)

FORM = waste_form()


def reading(raw: object, section: str | None = None, form: Form = FORM) -> Reading:
    return read_in(form, raw, Context(today=TODAY, divisions=DIVISIONS, section=section))


def told(found: Reading) -> dict[str, str]:
    return {one.path: one.code for one in found.problems}


def message(found: Reading, path: str) -> str:
    return next(one.message.zh for one in found.problems if one.path == path)


def test_good_answers_become_canonical_values() -> None:
    found = reading(answers())

    assert found.problems == ()
    assert found.values == {
        "applicant": "青岛海晟置业有限公司",
        "uscc": answers()["uscc"],
        "legal_id": answers()["legal_id"],
        "contact_phone": "13805321234",
        "apply_date": "2026-03-05",
        "has_agent": False,
        "district": "370212",
        "project_address": {"text": "深圳路 189 号", "lon": "120.46", "lat": "36.1"},
        "waste_kind": ["soil", "decoration"],
        "amount": "0.5",
        "contract_sum": "12600.50",
        "vehicles": [{"plate": "鲁B12345", "load": "15.5", "sealed": True}],
        "contract": [{"file": "f1", "name": "合同.pdf", "size": 1000, "media": "application/pdf"}],
        "pledge": {"agreed": True, "digest": digest_of(PLEDGE.zh)},
        "signer": {"name": "张三", "strokes": None},
    }


def test_canonical_values_are_json_and_read_back_as_themselves() -> None:
    values = reading(answers()).values

    assert reading(json.loads(json.dumps(values))).values == values


def test_an_empty_form_asks_for_everything_required_at_once() -> None:
    found = reading({})

    assert set(told(found).values()) == {"required"}
    assert found.missing == tuple(told(found))
    assert "agent_name" in found.missing  # whether there is an agent is not known yet
    assert message(found, "contact_phone") == "请填写联系电话"
    assert message(found, "district") == "请选择所属区（市）"
    assert message(found, "contract") == "请上传运输合同"
    assert message(found, "pledge") == "请阅读并同意承诺书"
    assert message(found, "vehicles") == "请填写车辆，至少 1 行"


def test_every_problem_is_told_at_once_and_the_good_answers_are_kept() -> None:
    found = reading(answers() | {"uscc": "123", "amount": "一些", "apply_date": "2026-2-30"})

    assert told(found) == {"uscc": "length", "amount": "not_a_number", "apply_date": "no_such_date"}
    assert found.values["applicant"] == "青岛海晟置业有限公司"
    assert not {"uscc", "amount", "apply_date"} & set(found.values)
    assert found.typed == {"uscc": "123", "amount": "一些", "apply_date": "2026-2-30"}
    assert [one.section for one in found.problems] == ["applicant", "applicant", "project"]


def test_a_hidden_answer_is_neither_kept_nor_asked_for() -> None:
    found = reading(answers() | {"has_agent": "否", "agent_name": "\x00"})

    assert found.problems == ()
    assert "agent_name" not in found.values


def test_a_shown_one_is_asked_for() -> None:
    assert reading(answers() | {"has_agent": "是"}).missing == ("agent_name",)


def test_problems_in_a_table_name_the_row_for_people_and_the_path_for_programs() -> None:
    rows = [
        {"plate": "鲁B12345", "load": "12"},
        {"plate": " ", "load": ""},
        {"plate": "??", "load": "15"},
        {"load": "15", "sealed": "on"},
    ]
    found = reading(answers() | {"vehicles": rows, "amount": "2"})

    assert told(found) == {
        "vehicles.1.plate": "length",
        "vehicles.2.plate": "required",
        "vehicles.2.seal_number": "required",
    }
    assert message(found, "vehicles.2.plate") == "第 3 行：请填写车牌号"
    assert found.typed == {"vehicles.1.plate": "??"}
    assert found.values["vehicles"] == [
        {"plate": "鲁B12345", "load": "12"},
        {"load": "15"},
        {"load": "15", "sealed": True},
    ]


def test_a_hidden_cell_is_ignored_row_by_row() -> None:
    rows = [{"plate": "鲁B12345", "load": "12", "sealed": "否", "seal_number": "\x01"}]
    found = reading(answers() | {"vehicles": rows})

    assert found.problems == ()
    assert found.values["vehicles"] == [{"plate": "鲁B12345", "load": "12", "sealed": False}]
    assert found.typed == {}


def test_a_table_has_a_least_and_a_most() -> None:
    rows = [{"plate": "鲁B12345", "load": "12"}] * 7
    pair = field(
        "pair", FieldKind.TABLE, "合伙人", min_rows=2, columns=(field("n", FieldKind.TEXT, "姓名"),)
    )

    assert message(reading(answers() | {"vehicles": rows}), "vehicles") == (
        "车辆最多 5 行，现在有 7 行，请删去 2 行"
    )
    assert message(reading({"pair": [{"n": "张"}]}, form=form_of(pair)), "pair") == (
        "合伙人至少 2 行，还差 1 行"
    )


def test_a_table_that_is_no_table_and_a_row_that_is_no_row_are_named() -> None:
    assert told(reading(answers() | {"vehicles": "鲁B12345"})) == {"vehicles": "unreadable"}
    assert told(reading(answers() | {"vehicles": [7]}))["vehicles.0"] == "unreadable"


def test_a_table_of_a_million_rows_is_told_its_size_and_not_read_to_the_end() -> None:
    found = reading(answers() | {"vehicles": [{"plate": "鲁B12345", "load": 12}] * 1_000_000})

    assert "现在有 1000000 行" in message(found, "vehicles")
    assert len(str(found.values["vehicles"])) < 500_000


def test_a_check_across_fields_speaks_at_the_field_it_points_to() -> None:
    found = reading(answers() | {"vehicles": [{"plate": "鲁B12345", "load": "5"}]})

    assert told(found) == {"vehicles": "enough_load"}
    assert message(found, "vehicles") == "车辆的核定载质量合计不到 10 吨，请补充车辆"


def test_a_check_that_cannot_be_decided_says_nothing() -> None:
    found = reading(answers() | {"vehicles": [{"plate": "鲁B12345"}]})

    assert told(found) == {"vehicles.0.load": "required"}


def test_one_section_may_be_read_with_only_its_own_problems() -> None:
    found = reading({"applicant": "青岛海晟", "amount": "x"}, section="project")

    assert {one.section for one in found.problems} == {"project"}
    assert found.values == {"applicant": "青岛海晟"}


def test_a_posted_section_replaces_its_stored_answers_whole() -> None:
    stored = reading(answers()).values
    posted = {"amount": "1", "applicant": "别的公司"}

    merged = merge(FORM, stored, posted, "project")

    assert merged["applicant"] == "青岛海晟置业有限公司"
    assert merged["amount"] == "1"
    assert "waste_kind" not in merged


def test_some_picks_may_be_good_while_one_is_not() -> None:
    found = reading(answers() | {"waste_kind": ["soil", "gold"]})

    assert found.values["waste_kind"] == ["soil"]
    assert told(found) == {"waste_kind": "not_an_option"}
    assert found.typed == {"waste_kind": ["soil", "gold"]}


def test_keys_the_form_does_not_have_are_reported_not_kept() -> None:
    found = reading(answers() | {"csrf": "x", "is_admin": True})

    assert found.unknown == ("csrf", "is_admin")
    assert not {"csrf", "is_admin"} & set(found.values)


def test_an_odd_but_possible_number_is_accepted_with_a_doubt() -> None:
    good = make_uscc("370212", 1)
    inner = "1" if good[16] != "1" else "2"  # the check digit of the organisation code inside
    odd = good[:16] + inner + mod_31_check(good[:16] + inner)

    found = reading(answers() | {"uscc": odd})

    assert found.problems == ()
    assert found.values["uscc"] == odd
    assert [(one.path, one.code, one.section) for one in found.warnings] == [
        ("uscc", "doubt", "applicant")
    ]


def test_a_draft_shows_mistakes_but_not_what_is_still_to_do() -> None:
    found = reading({"uscc": "123"})

    assert [one.path for one in found.mistakes] == ["uscc"]
    assert not found.is_complete


def test_a_locked_field_keeps_the_value_on_record() -> None:
    name = field("applicant", FieldKind.TEXT, "单位名称", locked_in=frozenset({"modify"}))
    form = form_of(name)
    before = {"applicant": "青岛海晟"}
    context = Context(today=TODAY, life="modify", before=before)

    changed = read_in(form, {"applicant": "别的公司"}, context)

    assert changed.values == before
    assert told(changed) == {"applicant": "locked"}
    assert read_in(form, {"applicant": " 青岛海晟 "}, context).problems == ()
    assert read_in(form, {}, context).values == before
    assert read_in(form, {"applicant": "甲"}, replace(context, life="new")).values == {
        "applicant": "甲"
    }


AT = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


def test_a_stamp_is_written_once_and_cannot_be_brought_along() -> None:
    posted = answers() | {"signer": {"name": "张三", "at": "2020-01-01T00:00:00Z", "account": "1"}}
    values = reading(posted).values

    first = stamp(FORM, values, {}, AT, "42")
    again = stamp(FORM, reading(first).values, first, LATER, "42")

    assert first["signer"] == {
        "name": "张三",
        "strokes": None,
        "at": AT.isoformat(),
        "account": "42",
    }
    assert first["pledge"] == {"agreed": True, "digest": digest_of(PLEDGE.zh), "at": AT.isoformat()}
    assert again == first


def test_a_changed_signature_gets_a_new_stamp() -> None:
    first = stamp(FORM, reading(answers()).values, {}, AT, "42")
    changed = reading({**first, "signer": {**first["signer"], "name": "李四"}}).values  # type: ignore[dict-item]

    assert stamp(FORM, changed, first, LATER, "43")["signer"] == {
        "name": "李四",
        "strokes": None,
        "at": LATER.isoformat(),
        "account": "43",
    }


def test_read_takes_the_plain_circumstances() -> None:
    found = read(FORM, answers(), today=TODAY, divisions=DIVISIONS)

    assert found == reading(answers())


@pytest.mark.parametrize("raw", [None, 7, "text", [], [["a"]]])
def test_answers_of_another_shape_count_as_none(raw: object) -> None:
    assert reading(raw).values == {}


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["text", "lon", "plate", "load", "file", "digest", "agreed", "strokes", "x"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
keys = [one.key for one in FORM.fields()]


@given(st.dictionaries(st.sampled_from(keys) | st.text(max_size=5), junk, max_size=12))
def test_no_input_whatever_raises_and_every_field_is_either_good_or_told(
    raw: dict[str, object],
) -> None:
    found = reading(raw)

    again = reading(json.loads(json.dumps(found.values)))
    if not any("." in problem.path for problem in found.mistakes):  # rows with faults may be blank
        assert again.values == found.values
    json.dumps([found.typed, found.unknown]).encode("utf-8")
    for problem in found.problems:
        assert problem.message.zh
        assert problem.message.en
        assert FORM.section_of(problem.path) == problem.section


@given(st.sets(st.sampled_from(keys)))
def test_leaving_answers_out_never_makes_other_answers_wrong(left_out: set[str]) -> None:
    raw = {key: value for key, value in answers().items() if key not in left_out}
    found = reading(raw)

    assert {one.code for one in found.problems} <= {"required"}
    assert {path.partition(".")[0] for path in found.missing} <= left_out | {"agent_name"}


@given(st.sampled_from(keys), junk)
def test_one_bad_answer_leaves_the_others_alone(key: str, value: object) -> None:
    good = reading(answers()).values
    found = reading(answers() | {key: value})

    others = {name for name in good if name not in {key, "agent_name"}}
    assert {name: found.values.get(name) for name in others - {"vehicles"}} == {
        name: good[name] for name in others - {"vehicles"}
    }


def test_values_posted_as_flat_names_come_back_unchanged() -> None:
    values = dict(stamp(FORM, reading(answers()).values, {}, AT, "42"))
    values["signer"] = {**values["signer"], "strokes": [[[1, 2, 3], [4, 5, 6]]]}  # type: ignore[dict-item]

    assert reading(from_flat(to_flat(FORM, values))).values == values


def test_every_kind_is_in_the_sample_form() -> None:
    assert {one.kind for one in FORM.fields()} == set(FieldKind)
