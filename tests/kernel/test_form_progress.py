# SPDX-License-Identifier: Apache-2.0
from hypothesis import given
from hypothesis import strategies as st

from huiban.kernel.form import Change, SectionProgress, diff, progress, read
from tests.kernel.form_sample import DIVISIONS, TODAY, answers, waste_form

FORM = waste_form()
GOOD = read(FORM, answers(), today=TODAY, divisions=DIVISIONS).values
KEYS = [one.key for one in FORM.fields()]


def changes(after: dict[str, object], language: str = "zh") -> tuple[Change, ...]:
    return diff(FORM, GOOD, GOOD | after, language, DIVISIONS)


def test_an_empty_form_has_everything_still_to_do() -> None:
    steps = progress(FORM, {}, TODAY)

    assert [(one.key, one.filled) for one in steps] == [
        ("applicant", 0),
        ("project", 0),
        ("signing", 0),
    ]
    assert steps[2] == SectionProgress("signing", 3, 0, ("contract", "pledge", "signer"))


def test_a_full_form_has_nothing_left() -> None:
    assert [one.missing for one in progress(FORM, GOOD, TODAY)] == [(), (), ()]


def test_rows_count_with_their_own_required_cells() -> None:
    step = progress(FORM, {"vehicles": [{"plate": "鲁B12345"}]}, TODAY)[1]

    assert "vehicles" not in step.missing
    assert "vehicles.0.load" in step.missing
    assert step.required == step.filled + len(step.missing) == 7


def test_a_hidden_field_is_not_to_do() -> None:
    assert "agent_name" in progress(FORM, {"has_agent": True}, TODAY)[0].missing
    assert "agent_name" not in progress(FORM, {"has_agent": False}, TODAY)[0].missing


@given(st.sets(st.sampled_from(KEYS)))
def test_what_is_missing_is_what_reading_asks_for(left_out: set[str]) -> None:
    values = {key: value for key, value in GOOD.items() if key not in left_out}

    missing = [path for step in progress(FORM, values, TODAY) for path in step.missing]

    assert tuple(missing) == read(FORM, values, today=TODAY, divisions=DIVISIONS).missing


def test_nothing_changed_is_no_change() -> None:
    assert changes({}) == ()


def test_a_change_is_told_in_the_words_of_the_screen() -> None:
    assert changes({"contract_sum": "100.00", "district": "370202"}) == (
        Change("district", "所属区（市）", "崂山区", "市南区"),
        Change(
            "contract_sum",
            "合同金额",
            "12,600.50 元（人民币壹万贰仟陆佰元伍角整）",
            "100.00 元（人民币壹佰元整）",
        ),
    )


def test_a_row_put_in_at_the_top_is_one_change() -> None:
    [change] = changes({"vehicles": [{"plate": "鲁B00001"}, *GOOD["vehicles"]]})  # type: ignore[misc]

    assert change == Change("vehicles.0", "车辆 第 1 行", "", "车牌号：鲁B00001")


def test_a_row_taken_out_is_shown_with_what_it_said() -> None:
    [change] = changes({"vehicles": []})

    assert change.after == ""
    assert change.before.startswith("车牌号：鲁B12345")


def test_a_changed_cell_is_told_alone() -> None:
    [row] = GOOD["vehicles"]  # type: ignore[misc]

    assert changes({"vehicles": [{**row, "load": "20"}]}, "en") == (
        Change("vehicles.0.load", "vehicles row 1 · load", "15.5 吨", "20 吨"),
    )


@given(
    st.lists(st.sampled_from(["鲁B00001", "鲁B00002", "鲁B00003"]), max_size=4),
    st.lists(st.sampled_from(["鲁B00001", "鲁B00002", "鲁B00003"]), max_size=4),
)
def test_there_is_a_change_exactly_when_the_rows_differ(one: list[str], two: list[str]) -> None:
    before = {"vehicles": [{"plate": plate} for plate in one]}
    after = {"vehicles": [{"plate": plate} for plate in two]}

    assert bool(diff(FORM, before, after, "zh")) == (one != two)
