# SPDX-License-Identifier: Apache-2.0
"""What a template is told of each kind of question."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.template.loader import render_to_string

from huiban.kernel.form import (
    Field,
    FieldKind,
    FieldProblem,
    Form,
    Option,
    Section,
    digest_of,
    from_flat,
    read,
    to_flat,
)
from huiban.kernel.words import Words
from huiban.web.field_model import Candidate, FieldView, FormState, GivenState
from huiban.web.fields import MOST_RADIOS, control_id, field_view, problem_links, section_view

TODAY = date(2026, 11, 23)
DIVISIONS = {"370202": "市南区", "370202001": "香港中路街道", "370212": "崂山区"}


def a_field(kind: FieldKind, **more: Any) -> Field:
    return Field(key="asked", label=Words("问题", "Question"), kind=kind, **more)


def seen(field: Field, value: object = None, **state: Any) -> FieldView:
    values = {} if value is None else {"asked": value}
    given = {"values": values, "divisions": DIVISIONS, "today": TODAY} | state
    return field_view(field, FormState(**given))


def drawn(view: FieldView) -> str:
    return str(render_to_string("parts/field.html", {"f": view}))


# ── Values ──


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        (FieldKind.TEXT, "甲", "甲"),
        (FieldKind.NUMBER, 2026, "2026"),
        (FieldKind.NUMBER, 12600, "12,600"),
        (FieldKind.NUMBER, "0.50", "0.50"),
        (FieldKind.MONEY, "386000.50", "386,000.50"),
        (FieldKind.DATE, "2026-12-01", "2026-12-01"),
        (FieldKind.PHONE, "13805320001", "13805320001"),
        (FieldKind.TEXT, None, ""),
        (FieldKind.NUMBER, "stored oddly", "stored oddly"),
    ],
)
def test_an_input_holds_the_stored_value(kind: FieldKind, value: object, text: str) -> None:
    assert seen(a_field(kind, decimals=2), value).value == text


def test_what_was_typed_stands_before_what_is_stored() -> None:
    view = seen(a_field(FieldKind.NUMBER), 5, typed={"asked": "五"})

    assert view.value == "五"


def test_only_the_problems_of_the_field_are_its_problems() -> None:
    problems = tuple(
        FieldProblem(path, "bad", Words(path), "s") for path in ("asked", "other", "asked.0.x")
    )

    assert seen(a_field(FieldKind.TEXT), problems=problems).problems == ("asked",)


def test_english_pages_speak_english() -> None:
    view = seen(a_field(FieldKind.BOOLEAN, why=Words("原因", "Reason")), True, language="en")

    assert (view.label, view.why, view.spoken) == ("Question", "Reason", "Yes")
    assert [one.label for one in view.options] == ["Yes", "No"]


# ── Controls ──


@pytest.mark.parametrize(
    ("field", "control"),
    [
        (a_field(FieldKind.TEXT), "text"),
        (a_field(FieldKind.TEXT, multiline=True), "multiline"),
        (a_field(FieldKind.BOOLEAN), "radio"),
        (a_field(FieldKind.CHOICE, options=(Option("a", Words("甲")),)), "radio"),
        (a_field(FieldKind.CHOICE, multiple=True), "checkbox"),
        (
            a_field(
                FieldKind.CHOICE,
                options=tuple(Option(str(n), Words(str(n))) for n in range(MOST_RADIOS + 1)),
            ),
            "select",
        ),
        (a_field(FieldKind.USCC), "text"),
        (a_field(FieldKind.DIVISION), "division"),
    ],
)
def test_each_kind_has_its_control(field: Field, control: str) -> None:
    assert seen(field).control == control


@pytest.mark.parametrize("kind", FieldKind)
def test_every_kind_is_drawn_with_its_name_and_a_label(kind: FieldKind) -> None:
    column = Field(key="cell", label=Words("格"), kind=FieldKind.TEXT)
    text = drawn(seen(a_field(kind, columns=(column,), options=(Option("a", Words("甲")),))))

    assert 'data-field="asked"' in text
    assert 'id="f-asked"' in text
    assert "问题" in text
    assert 'name="asked' in text


def test_an_unanswered_yes_or_no_has_neither_chosen() -> None:
    assert [one.is_selected for one in seen(a_field(FieldKind.BOOLEAN)).options] == [False, False]


def test_no_answer_to_yes_or_no_is_not_the_answer_no() -> None:
    view = seen(a_field(FieldKind.BOOLEAN), False)

    assert [one.is_selected for one in view.options] == [False, True]


def test_the_first_option_has_the_id_that_the_error_summary_links_to() -> None:
    view = seen(a_field(FieldKind.BOOLEAN))
    problem = FieldProblem("asked", "required", Words("请选择", "Choose"), "s")

    link = problem_links([problem], "en")[0]

    assert link.href == f"#{view.options[0].id}"
    assert link.message == "Choose"


def test_a_cell_has_the_id_of_its_path() -> None:
    assert control_id("vehicles.2.plate") == "f-vehicles-2-plate"


def test_text_that_looks_like_markup_is_shown_as_text() -> None:
    text = drawn(seen(a_field(FieldKind.TEXT), '"><script>alert(1)</script>'))

    assert "<script>" not in text


def test_too_long_a_text_is_kept_and_not_cut_by_the_browser() -> None:
    assert "maxlength" not in drawn(seen(a_field(FieldKind.TEXT, max_length=5), "超过五个字的内容"))


# ── Given values ──

ORIGIN = {"source": "history", "zh": "施工许可证", "en": "Permit", "as_of": "2026-09-15"}


def test_a_known_value_is_text_with_its_source_and_date() -> None:
    text = drawn(seen(a_field(FieldKind.TEXT), "崂山", origins={"asked": ORIGIN}))

    assert "崂山" in text
    assert "施工许可证" in text
    assert "2026-09-15" in text
    assert 'type="text"' not in text


def test_a_known_value_is_sent_back_unchanged() -> None:
    address = {"text": "深圳路 189 号", "lon": "120.4", "lat": "36.1"}
    view = seen(a_field(FieldKind.ADDRESS), address, origins={"asked": ORIGIN})

    assert from_flat(view.hidden) == {"asked": address}


def test_a_known_value_the_person_disputes_becomes_a_question() -> None:
    view = seen(
        a_field(FieldKind.TEXT), "崂山", origins={"asked": ORIGIN}, editing=frozenset({"asked"})
    )

    assert not view.is_given
    assert view.value == "崂山"


def test_a_known_value_with_a_problem_becomes_a_question() -> None:
    problem = FieldProblem("asked", "bad", Words("不对"), "s")
    view = seen(a_field(FieldKind.TEXT), "崂山", origins={"asked": ORIGIN}, problems=(problem,))

    assert not view.is_given


def test_a_locked_value_cannot_be_opened() -> None:
    field = a_field(FieldKind.TEXT, locked_in=frozenset({"renew"}))
    text = drawn(seen(field, "崂山", life="renew"))

    assert "这次办理不能改" in text
    assert 'name="edit"' not in text


def test_an_empty_value_is_asked_even_where_it_would_be_locked() -> None:
    field = a_field(FieldKind.TEXT, locked_in=frozenset({"renew"}))

    assert not seen(field, life="renew").is_given


def test_sources_that_disagree_are_a_choice_between_cards() -> None:
    offers = (
        Candidate("189", "深圳路 189 号", Words("规划局"), date(2026, 6, 2)),
        Candidate("187", "深圳路 187 号", Words("住建局")),
    )
    view = seen(a_field(FieldKind.TEXT), "187", given=GivenState(candidates={"asked": offers}))

    assert view.control == "conflict"
    assert [one.note for one in view.options] == ["规划局 · 2026-06-02", "住建局"]
    assert [one.is_selected for one in view.options] == [False, True]


# ── Compound kinds ──


def test_streets_are_grouped_under_their_district() -> None:
    view = seen(a_field(FieldKind.DIVISION), "370202001")

    assert [group.label for group in view.groups] == ["市南区", "崂山区"]
    assert view.spoken == "市南区香港中路街道"


def test_one_level_of_divisions_needs_no_groups() -> None:
    assert seen(a_field(FieldKind.DIVISION), divisions={"370202": "市南区"}).groups == ()


def test_the_calendar_offers_the_days_that_are_allowed() -> None:
    view = seen(a_field(FieldKind.DATE, earliest="today-30", latest="2027-01-01"))

    assert (view.earliest, view.latest) == ("2026-10-24", "2027-01-01")


def test_a_table_has_at_least_one_row_to_fill_in() -> None:
    column = Field(key="plate", label=Words("车牌"), kind=FieldKind.TEXT)

    assert len(seen(a_field(FieldKind.TABLE, columns=(column,))).rows) == 1
    assert len(seen(a_field(FieldKind.TABLE, columns=(column,), min_rows=3)).rows) == 3


def test_a_cell_shows_what_was_typed_and_its_own_problem() -> None:
    column = Field(key="plate", label=Words("车牌"), kind=FieldKind.TEXT)
    view = seen(
        a_field(FieldKind.TABLE, columns=(column,)),
        [{"plate": "鲁B12345"}, {}],
        typed={"asked.1.plate": "鲁B1"},
        problems=(FieldProblem("asked.1.plate", "bad", Words("第 2 行不对"), "s"),),
    )

    cell = view.rows[1].cells[0]
    assert (cell.name, cell.value, cell.problems) == ("asked-1-plate", "鲁B1", ("第 2 行不对",))
    assert 'aria-describedby="f-asked-1-plate-problem"' in drawn(view)


def test_a_declaration_is_ticked_only_for_the_wording_shown() -> None:
    field = a_field(FieldKind.DECLARATION, text=Words("新的承诺"))

    same = seen(field, {"agreed": True, "digest": digest_of("新的承诺")})
    other = seen(field, {"agreed": True, "digest": digest_of("旧的承诺")})

    assert (same.parts["agreed"], other.parts["agreed"]) == ("true", "")
    assert same.parts["digest"] == digest_of("新的承诺")


def test_files_that_are_here_are_listed_and_sent_back_by_number() -> None:
    file = {"file": "a1", "name": "合同.pdf", "size": 2048, "media": "application/pdf"}
    view = seen(a_field(FieldKind.FILE, accept=("application/pdf",)), [file])

    assert (view.files[0].url, view.files[0].size_words) == ("/files/a1", "2 KB")
    assert '<input type="hidden" name="asked" value="a1">' in drawn(view)


def test_hidden_fields_are_drawn_hidden_for_the_script() -> None:
    section = Section(key="s", title=Words("节"), fields=(a_field(FieldKind.TEXT),))

    shown, hidden = (
        section_view(section, FormState(), {"asked"}),
        section_view(section, FormState(), ()),
    )

    assert " hidden" not in drawn(shown[0]).partition(">")[0]
    assert " hidden" in drawn(hidden[0]).partition(">")[0]


def test_what_is_drawn_reads_back_as_what_was_stored() -> None:
    fields = (
        Field(key="amount", label=Words("量"), kind=FieldKind.NUMBER, maximum=Decimal(10**7)),
        Field(key="yuan", label=Words("元"), kind=FieldKind.MONEY),
        Field(key="on", label=Words("日"), kind=FieldKind.DATE),
    )
    form = Form(
        code="f", title=Words("表"), sections=(Section(key="s", title=Words("节"), fields=fields),)
    )
    values = {"amount": 1234567, "yuan": "386000.50", "on": "2026-12-01"}
    state = FormState(values=values)

    typed = {one.key: field_view(one, state).value for one in fields}

    assert read(form, typed, today=TODAY).values == values
    assert dict(to_flat(form, values)).keys() == typed.keys()
