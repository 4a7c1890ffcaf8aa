# SPDX-License-Identifier: Apache-2.0
"""The rates: what counts, corrections that take a waiver back, and how rates spread."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given as law
from hypothesis import strategies as st

from huiban.kernel.fill_rate import (
    RATES,
    Counts,
    Fill,
    How,
    Supply,
    counts_of,
    field_of,
    prefilled_fields,
    rates,
    removed_share,
)
from huiban.kernel.form import FieldKind, Form, Option
from huiban.kernel.words import Words
from tests.kernel.form_sample import field, form_of

FILL = Fill(
    fields={
        "A": ["name", "people.0.name", "people.1.name", "people.0.number"],
        "H": ["phone", "people.1.number"],
        "E": ["office", "people.-2"],
        "C": ["legal"],
        "M": ["note"],
    },
    confirmed=["name"],
    materials={
        "licence": Supply(How.CERTIFICATE, "证1"),
        "insurance": Supply(How.RESOURCE, "q1"),
        "unproven": Supply(How.RESOURCE),
        "list": Supply(How.FORM),
        "promise": Supply(How.COMMITMENT),
        "later": Supply(How.DEFERRED),
        "paper": Supply(How.UPLOADED),
    },
)


def test_what_is_counted_of_one_application() -> None:
    assert counts_of([FILL]) == Counts(
        accepted=4,
        picked=2,
        edited=2,
        settled=1,
        typed=1,
        confirmed=1,
        distinct_accepted=2,  # name, people.name
        distinct_picked=2,  # phone, people.number (one row of two was picked)
        distinct_total=7,  # and office, legal, note
        materials_required=7,
        materials_waived=3,  # the one without proof is not
        materials_by_form=1,
        materials_committed=1,
        materials_deferred=1,
    )


def test_an_upload_demanded_later_is_added_back() -> None:
    again = replace(
        FILL,
        materials={**FILL.materials, "insurance": Supply(How.UPLOADED), "x": Supply(How.UPLOADED)},
    )
    counts = counts_of([FILL, again, again])
    assert counts.materials_waived == 2
    assert counts.materials_required == 8
    assert counts.materials_added_back == 1


def test_a_waiver_of_a_correction_taken_back_by_the_next_is_added_back() -> None:
    paper = Fill(fields={}, materials={"x": Supply(How.UPLOADED)})
    waived = Fill(fields={}, materials={"x": Supply(How.RESOURCE, "q1")})

    assert counts_of([paper, waived, paper]).materials_added_back == 1
    assert counts_of([paper, paper, waived]).materials_added_back == 0


def test_the_last_submission_is_what_counts() -> None:
    last = Fill(fields={"M": ["name"]})
    assert counts_of([FILL, last]).total == 1
    with pytest.raises(ValueError, match="without a fill record"):
        counts_of([])


def test_fields_are_told_by_column() -> None:
    assert prefilled_fields(FILL) == {
        "name": (1, 0),
        "phone": (1, 0),
        "office": (1, 1),
        "people": (1, 1),
        "people.name": (2, 0),
        "people.number": (2, 0),
    }
    assert field_of("people.12.name") == "people.name"


def test_nothing_to_measure_is_none_and_never_zero() -> None:
    assert all(one is None for one in rates([]).of.values())
    typed = rates([Counts(typed=3, distinct_total=3)])
    assert typed.of["filled"] is not None
    assert typed.of["filled"].pooled == 0
    assert typed.of["wrong"] is None
    assert typed.of["waived"] is None


def test_mean_pooled_and_the_lowest_tenth_differ() -> None:
    found = rates([Counts(accepted=9, typed=1), Counts(accepted=1, typed=99)]).of["filled"]
    assert found is not None
    assert found.n == 2
    assert found.mean == Fraction(91, 200)
    assert found.pooled == Fraction(10, 110)
    assert found.p10 == Fraction(1, 100)


small = st.integers(0, 9)
counted = st.builds(
    Counts,
    accepted=small,
    picked=small,
    edited=small,
    settled=small,
    typed=small,
    materials_required=st.just(9),
    materials_waived=small,
)


@law(st.lists(counted, max_size=40))
def test_rates_are_what_a_plain_reading_of_the_definition_gives(every: list[Counts]) -> None:
    found = rates(every)
    assert found.n == len(every)
    for one in RATES:
        own = sorted(Fraction(*pair) for pair in map(one.of, every) if pair[1])
        spread = found.of[one.code]
        if not own:
            assert spread is None
            continue
        assert spread is not None
        assert spread.n == len(own)
        assert spread.mean == sum(own) / len(own)
        assert own[0] <= spread.p10 <= spread.mean or spread.p10 in own
        assert sum(rate <= spread.p10 for rate in own) * 10 >= len(own)
        assert sum(rate < spread.p10 for rate in own) * 10 < len(own)
        pairs = [pair for pair in map(one.of, every) if pair[1]]
        assert spread.pooled == Fraction(sum(p[0] for p in pairs), sum(p[1] for p in pairs))
        assert 0 <= spread.pooled <= 1


@law(st.lists(counted, min_size=1, max_size=20), st.randoms(use_true_random=False))
def test_the_order_of_applications_does_not_matter(every: list[Counts], random) -> None:  # type: ignore[no-untyped-def]
    before = rates(every)
    random.shuffle(every)
    assert rates(every) == before


def test_removed_fields_are_apart() -> None:
    form = form_of(field("a", FieldKind.TEXT, "甲"), field("b", FieldKind.TEXT, "乙"))
    assert removed_share(form) == 0
    less = Form(
        code="less", title=form.title, sections=form.sections, removed=(Option("c", Words("丙")),)
    )
    assert removed_share(less) == Fraction(1, 3)
    assert removed_share(Form(code="none", title=form.title)) is None
