# SPDX-License-Identifier: Apache-2.0
"""Documents state what the law wants stated, and nothing a certificate should not carry."""

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiban.kernel import document
from huiban.kernel.catalogue import Remedy
from huiban.kernel.clock import Limit, Unit
from huiban.kernel.document_form import Answers, printed_form, public_answers, signature_svg
from huiban.kernel.document_words import (
    date_words,
    formal_date_words,
    law_words,
    limit_words,
    period_words,
    remedy_words,
)
from huiban.kernel.form_model import Field, FieldKind, Form, Section
from huiban.kernel.words import Words
from tests import document_sample as sample

DAYS = st.dates(date(1990, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize("template", sample.GROUPS)
def test_every_document_gets_exactly_the_groups_it_names_as_plain_json(template: str) -> None:
    data = sample.data(template)

    assert tuple(data) == sample.GROUPS[template]
    assert json.loads(json.dumps(data, allow_nan=False)) == data


def test_an_unknown_group_is_named_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"no data group desicion \(known: document, case, item"):
        document.compose(["document", "desicion"], sample.facts("receipt"))


@pytest.mark.parametrize("name", ["refusal_decision", "non_acceptance", "extension_notice"])
def test_a_decision_against_the_applicant_or_an_extension_needs_reasons(name: str) -> None:
    outcome = sample.OUTCOMES[name]
    silent = document.Decision(outcome=outcome, reasons=("  ", ""))

    with pytest.raises(document.DocumentIncomplete, match="缺少：理由。") as refused:
        sample.data(f"common/documents/{name}.typ", decision=silent)

    assert refused.value.missing == ("理由",)


def test_a_refusal_without_basis_and_remedies_lists_both() -> None:
    bare = replace(sample.item(), basis=(), remedies=())

    with pytest.raises(document.DocumentIncomplete) as refused:
        sample.data("common/documents/refusal_decision.typ", item=bare)

    assert refused.value.missing == ("法律依据", "申请行政复议、提起行政诉讼的权利")


def test_a_refusal_may_take_its_basis_from_the_decision_alone() -> None:
    bare = replace(sample.item(), basis=())
    decision = document.Decision(
        outcome=document.Outcome.REFUSED, reasons=("余量不足",), basis=("《某规定》第一条",)
    )

    data = sample.data("common/documents/refusal_decision.typ", item=bare, decision=decision)

    assert data["decision"]["basis"] == ["《某规定》第一条"]  # type: ignore[index]


def test_a_grant_needs_no_reasons() -> None:
    data = sample.data("common/documents/grant_decision.typ")

    assert data["decision"]["reasons"] == []  # type: ignore[index]


@pytest.mark.parametrize(
    ("template", "part", "missing"),
    [
        ("common/documents/correction_notice.typ", {"points": ()}, "需要补正的内容"),
        ("common/documents/grant_decision.typ", {"decision": None}, "决定"),
        ("common/documents/grant_decision.typ", {"certificate": None}, "证照编号和有效期"),
        ("common/documents/application_form.typ", {"answers": None}, "申请表"),
        ("documents/waste_disposal_permit.typ", {"answers": None}, "申请表"),
        ("documents/waste_disposal_permit.typ", {"verification": None}, "核验码"),
    ],
)
def test_a_document_without_what_it_is_about_is_not_issued(
    template: str, part: dict[str, object], missing: str
) -> None:
    with pytest.raises(document.DocumentIncomplete) as refused:
        sample.data(template, **part)

    assert refused.value.missing == (missing,)


def test_a_certificate_carries_no_sensitive_answer_and_no_contact() -> None:
    data = json.dumps(sample.data("documents/waste_disposal_permit.typ"), ensure_ascii=False)

    assert "0532-80000555" not in data  # a hauler's telephone, a sensitive column
    assert "0532-80000321" not in data  # the applicant's, a sensitive field and a contact
    assert "青建废运〔2026〕0031" in data


def test_the_printed_form_holds_every_answer_of_the_archive_copy() -> None:
    text = json.dumps(printed_form(sample.answers()), ensure_ascii=False)

    assert "0532-80000555" in text
    assert "鲁B10011" in text
    assert "9f2b9f2b9f2b" in text
    assert "2026年11月20日 09:41" in text


def test_a_masked_copy_hides_the_sensitive_answers() -> None:
    masked = replace(sample.answers(), is_masked=True)

    text = json.dumps(printed_form(masked), ensure_ascii=False)

    assert "0532-80000555" not in text
    assert "青岛海纳建设工程有限公司" in text


def test_an_empty_answer_is_printed_as_a_dash() -> None:
    sections = printed_form(sample.answers())["sections"]

    project = sections[1]["blocks"][0]["rows"]  # type: ignore[index]
    assert {"label": "项目占地面积", "value": "—", "is_wide": False} in project


def test_an_address_is_printed_without_the_remark_about_the_map() -> None:
    place = {"text": "样例路 1 号", "lon": "120.1", "lat": "36.1"}

    fields = public_answers(sample.answers(project_address=place))["fields"]

    assert fields["project_address"] == "样例路 1 号"  # type: ignore[index]


def test_columns_share_the_page_by_their_longest_text() -> None:
    tables = public_answers(sample.answers())["tables"]

    name, number, permit, contact, contract = tables["haulers"]["widths"]  # type: ignore[index]
    assert name > number > contact
    assert permit > contract


@given(
    st.dictionaries(
        st.text(max_size=5),
        st.recursive(
            st.text() | st.integers() | st.booleans() | st.none(),
            lambda inner: st.lists(inner, max_size=3),
            max_leaves=5,
        ),
        max_size=4,
    )
)
def test_whatever_is_stored_the_form_still_prints(junk: dict[str, object]) -> None:
    kinds = [kind for kind in FieldKind if kind is not FieldKind.TABLE]
    keys = [*junk][: len(kinds)]
    fields = tuple(
        Field(key=key, label=Words("标签"), kind=kind)
        for key, kind in zip(keys, kinds, strict=False)
    )
    form = Form(
        code="x", title=Words("表"), sections=(Section(key="s", title=Words("节"), fields=fields),)
    )
    answers = Answers(form=form, values=junk, as_of=sample.DAY)

    assert json.dumps(printed_form(answers)) is not None


_STROKES = st.recursive(
    st.floats(allow_nan=True) | st.integers(-5000, 5000) | st.text(max_size=9) | st.none(),
    lambda inner: st.lists(inner, max_size=4),
    max_leaves=20,
)


@given(_STROKES)
def test_a_signature_drawing_holds_nothing_but_numbers(strokes: object) -> None:
    drawn = signature_svg(strokes)

    if drawn:
        path = drawn.partition(' d="')[2].partition('"')[0]
        assert set(path) <= set("MLh0123456789.- e+")
        assert "nan" not in drawn
        assert "inf" not in drawn


def test_a_signature_without_strokes_is_not_drawn() -> None:
    assert signature_svg(None) == ""
    assert signature_svg([[]]) == ""
    assert signature_svg([[["<script>", 1, 2]]]) == ""


def test_a_dot_is_a_stroke() -> None:
    assert "M3 4h0.1" in signature_svg([[[3, 4, 0]]])


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 11, 23), "二〇二六年十一月二十三日"),
        (date(2030, 10, 10), "二〇三〇年十月十日"),
        (date(2001, 1, 1), "二〇〇一年一月一日"),
        (date(2019, 12, 30), "二〇一九年十二月三十日"),
        (date(2100, 2, 20), "二一〇〇年二月二十日"),
    ],
)
def test_certificates_bear_the_date_in_chinese_figures(day: date, words: str) -> None:
    assert formal_date_words(day) == words


@given(DAYS, DAYS)
def test_two_days_never_read_alike(one: date, other: date) -> None:
    assert (formal_date_words(one) == formal_date_words(other)) == (one == other)
    assert (date_words(one) == date_words(other)) == (one == other)


def test_a_date_has_no_leading_zeros() -> None:
    assert date_words(date(2026, 3, 5)) == "2026年3月5日"


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="早于有效期起"):
        period_words(date(2026, 3, 5), date(2026, 3, 4))


def test_a_period_may_be_one_day() -> None:
    assert period_words(date(2026, 3, 5), date(2026, 3, 5)) == "2026年3月5日至2026年3月5日"


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        (Limit(20, Unit.WORK_DAY), "20个工作日"),
        (Limit(60, Unit.CALENDAR_DAY), "60日"),
        (Limit(4, Unit.WORK_HOUR), "4个工作小时"),
        (Limit(48, Unit.CONTINUOUS_HOUR), "48小时"),
    ],
)
def test_limits_are_written_with_their_unit(limit: Limit, words: str) -> None:
    assert limit_words(limit) == words


def test_a_law_is_put_in_title_marks_once() -> None:
    assert law_words("行政许可法") == "《行政许可法》"
    assert law_words("《行政许可法》") == "《行政许可法》"


def test_remedies_name_the_body_and_the_period_of_the_law() -> None:
    ways = (
        Remedy(Words("行政复议"), Words("青岛市人民政府")),
        Remedy(Words("行政诉讼"), Words("有管辖权的人民法院")),
    )

    text = remedy_words(ways)["text"]

    assert text == (
        "如不服本决定，可以自知道或者应当知道该行政行为之日起六十日内向青岛市人民政府申请行政复议；"
        "也可以自知道或者应当知道作出行政行为之日起六个月内向有管辖权的人民法院提起行政诉讼。"
    )


def test_a_period_of_the_pack_goes_before_that_of_the_law() -> None:
    way = Remedy(Words("行政复议"), Words("市政府"), Words("自收到本决定之日起九十日内"))

    assert "九十日内向市政府申请行政复议" in str(remedy_words([way])["text"])


def test_without_remedies_nothing_is_promised() -> None:
    assert remedy_words([])["text"] == ""
