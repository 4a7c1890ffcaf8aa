# SPDX-License-Identifier: Apache-2.0
"""How each answer came about: every outcome, tables whose rows move, and laws over any form."""

import json
from datetime import date

import pytest
from hypothesis import given as law
from hypothesis import strategies as st

from huiban.kernel.fill_rate import Fill, Given, How, Supply, outcomes
from huiban.kernel.fill_record import Outcome
from huiban.kernel.form import FieldKind, Form, fact_schema, read, shown
from huiban.kernel.form_model import NOTHING
from huiban.kernel.rule import parse
from tests.kernel.form_sample import TODAY, field, form_of, waste_form

SMALL = form_of(
    field("name", FieldKind.TEXT, "名称", required=True),
    field("office", FieldKind.TEXT, "地址"),
    field("total", FieldKind.NUMBER, "合计"),
    field("pledge", FieldKind.DECLARATION, "承诺书", text=NOTHING),
    field("signer", FieldKind.SIGNATURE, "签字"),
    field(
        "people",
        FieldKind.TABLE,
        "人员",
        columns=(
            field("name", FieldKind.TEXT, "姓名"),
            field("number", FieldKind.TEXT, "编号"),
            field("duty", FieldKind.TEXT, "职务"),
        ),
    ),
)


def shared(value: object, **more: str) -> Given:
    return Given(value, "shared", **more)


def fields_of(
    values: dict[str, object], given: dict[str, Given], form: Form = SMALL
) -> dict[str, list[str]]:
    record = outcomes(form, values, given, TODAY)
    return {letter: list(paths) for letter, paths in record.fields.items() if paths}


@pytest.mark.parametrize(
    ("value", "known", "letter"),
    [
        ("甲", None, "M"),
        ("甲", shared("甲"), "A"),
        ("甲", Given("甲", "identity"), "A"),
        ("甲", Given("甲", "certificate"), "A"),
        ("甲", Given("甲", "history"), "H"),
        ("甲", shared("乙"), "E"),
        ("甲", Given("乙", "history"), "E"),
        (None, shared("乙"), "E"),
        ("甲", shared("甲", status="conflict"), "C"),
        ("甲", shared(None, status="conflict"), "C"),
        ("甲", shared(None, status="absent"), "M"),
        ("甲", shared("", status="timeout"), "M"),
        ("甲", Given("甲", "computed"), ""),
        ("甲", Given("乙", "computed"), ""),
        (None, None, ""),
        (None, shared(None, status="conflict"), ""),
    ],
)
def test_one_answer_has_the_outcome_of_its_story(
    value: object, known: Given | None, letter: str
) -> None:
    values = {} if value is None else {"office": value}
    given = {} if known is None else {"office": known}
    assert fields_of(values, given) == ({letter: ["office"]} if letter else {})


def test_false_and_zero_are_answers() -> None:
    form = form_of(field("yes", FieldKind.BOOLEAN, "是否"), field("n", FieldKind.NUMBER, "数"))
    assert fields_of({"yes": False, "n": 0}, {"yes": shared(False)}, form) == {
        "A": ["yes"],
        "M": ["n"],
    }


def test_a_declaration_does_not_count_and_a_signature_does() -> None:
    values: dict[str, object] = {"pledge": {"agreed": True}, "signer": {"name": "王"}}
    assert fields_of(values, {}) == {"M": ["signer"]}


def test_what_was_stale_and_taken_over_is_told_as_confirmed_with_its_request() -> None:
    given = {
        "name": shared("甲", status="stale", request="q1"),
        "office": shared("老路", status="stale", request="q2"),
    }
    record = outcomes(SMALL, {"name": "甲", "office": "新路"}, given, TODAY)
    assert list(record.confirmed) == ["name"]
    assert record.requests == {"name": "q1", "office": "q2"}


PEOPLE = [{"name": f"人{n}", "number": f"N{n}"} for n in range(4)]


def people_given(rows: list[dict[str, str]] = PEOPLE) -> dict[str, Given]:
    return {
        f"people.{n}.{key}": shared(value)
        for n, row in enumerate(rows)
        for key, value in row.items()
    }


def test_deleting_the_first_row_leaves_the_others_accepted() -> None:
    found = fields_of({"people": PEOPLE[1:]}, people_given())
    assert found["E"] == ["people.-0"]
    assert found["A"] == [f"people.{n}.{key}" for n in range(3) for key in ("name", "number")]
    assert set(found) == {"A", "E"}


def test_a_row_put_in_and_a_cell_changed_are_told_from_the_rest() -> None:
    rows = [{"name": "新人", "duty": "经理"}, PEOPLE[0], {**PEOPLE[1], "number": "改"}]
    found = fields_of({"people": rows}, people_given(PEOPLE[:2]))
    assert found == {
        "A": ["people.1.name", "people.1.number", "people.2.name"],
        "E": ["people.2.number"],
        "M": ["people.0.name", "people.0.duty"],
    }


def test_a_row_rewritten_where_it_stands_is_edited_and_not_deleted() -> None:
    given = {"people.0.number": shared("N0"), "people.1.number": shared("N1")}
    rows = [{"number": "N0"}, {"number": "X"}]
    assert fields_of({"people": rows}, given) == {
        "A": ["people.0.number"],
        "E": ["people.1.number"],
    }


def test_deleting_every_row_is_seen() -> None:
    assert fields_of({}, people_given(PEOPLE[:2])) == {"E": ["people.-0", "people.-1"]}


def test_a_cell_emptied_is_edited() -> None:
    rows = [{"name": "人0"}]
    found = fields_of({"people": rows}, people_given(PEOPLE[:1]))
    assert found == {"A": ["people.0.name"], "E": ["people.0.number"]}


def test_what_became_hidden_counts_on_neither_side() -> None:
    bare = form_of(field("has", FieldKind.BOOLEAN, "有"), field("agent", FieldKind.TEXT, "代理人"))
    rule = parse("has", fact_schema(bare))
    form = form_of(
        field("has", FieldKind.BOOLEAN, "有"),
        field("agent", FieldKind.TEXT, "代理人", show_when=rule),
    )
    given = {"agent": shared("李")}
    assert fields_of({"has": False}, given, form) == {"M": ["has"]}
    assert fields_of({"has": True}, given, form) == {"M": ["has"], "E": ["agent"]}


# Laws: any answers, any prefilled values.
texts = st.sampled_from(["", "甲", "乙", "丙"])
rows = st.lists(st.fixed_dictionaries({}, optional={"name": texts, "number": texts}), max_size=4)
answers = st.fixed_dictionaries({}, optional={"name": texts, "office": texts, "people": rows})
kinds = st.sampled_from(["identity", "shared", "certificate", "history", "computed"])
statuses = st.sampled_from(["authoritative", "stale", "conflict", "absent"])
paths = st.sampled_from(
    ["name", "office", *(f"people.{n}.{key}" for n in range(4) for key in ("name", "number"))]
)
givens = st.dictionaries(
    paths, st.builds(Given, texts, kinds, statuses, st.sampled_from(["", "q"]))
)


@law(answers, givens)
def test_every_path_has_one_outcome_and_is_asked(
    raw: dict[str, object], given: dict[str, Given]
) -> None:
    values = read(SMALL, raw, today=TODAY).values
    record = outcomes(SMALL, values, given, TODAY)
    found = [path for path, _ in record.paths()]
    assert len(found) == len(set(found))
    visible = shown(SMALL, values, TODAY)
    assert {path.partition(".")[0] for path in found} <= visible
    assert set(record.confirmed) <= {*record.fields["A"], *record.fields["H"]}
    assert set(record.requests) <= set(found)
    filled = {key for key, value in values.items() if key != "people" and value}
    computed = {path for path, one in given.items() if one.kind == "computed"}
    assert filled - computed <= set(found)


@law(answers)
def test_without_anything_prefilled_all_is_typed(raw: dict[str, object]) -> None:
    values = read(SMALL, raw, today=TODAY).values
    assert set(fields_of(values, {})) <= {"M"}


@law(st.lists(st.tuples(texts, texts), unique=True, max_size=6), st.data())
def test_rows_left_over_after_any_deletion_stay_accepted(
    cells: list[tuple[str, str]], data: st.DataObject
) -> None:
    given_rows = [{"name": f"x{a}", "number": f"y{b}"} for a, b in cells]
    kept = [row for row in given_rows if data.draw(st.booleans())]
    found = fields_of({"people": kept}, people_given(given_rows))
    assert len(found.get("A", [])) == 2 * len(kept)
    assert len(found.get("E", [])) == len(given_rows) - len(kept)
    assert set(found) <= {"A", "E"}


@law(answers, givens)
def test_a_record_survives_the_journal(raw: dict[str, object], given: dict[str, Given]) -> None:
    values = read(SMALL, raw, today=TODAY).values
    record = outcomes(SMALL, values, given, TODAY)
    kept = json.loads(json.dumps(record.to_json()))
    assert Fill.from_json(kept).to_json() == kept


def test_the_shape_in_the_journal_is_the_one_decided() -> None:
    record = Fill(
        fields={"A": ["name", "managers.0.name"], "M": ["office"]},
        confirmed=["address"],
        requests={"name": "q1"},
        snapshot="ab" * 32,
        materials={"qualification": Supply(How.RESOURCE, "q2")},
    )
    assert record.to_json() == {
        "fields": {"A": ["name", "managers.0.name"], "H": [], "E": [], "C": [], "M": ["office"]},
        "confirmed": ["address"],
        "requests": {"name": "q1"},
        "snapshot": "ab" * 32,
        "materials": {"qualification": {"how": "resource", "reference": "q2"}},
    }
    assert list(record.to_json()["fields"]) == [str(one) for one in Outcome]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"fields": []},
        {"fields": {"Z": []}},
        {"fields": {"A": [1]}},
        {"fields": {}, "materials": {"a": {"how": "magic"}}},
    ],
)
def test_what_is_no_record_is_refused(body: object) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - what it says differs
        Fill.from_json(body)


def test_the_whole_sample_form_can_be_recorded() -> None:
    form = waste_form()
    reading = read(form, {"applicant": "甲公司", "has_agent": False}, today=TODAY)
    record = outcomes(
        form, reading.values, {"applicant": Given("甲公司", "identity")}, date(2026, 1, 1)
    )
    assert (list(record.fields["A"]), list(record.fields["M"])) == (["applicant"], ["has_agent"])
