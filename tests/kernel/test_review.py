# SPDX-License-Identifier: Apache-2.0
"""Review points: what materials tell, what stays unknown and why, and that doubt never fails."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiban.kernel.reading import How as PageHow
from huiban.kernel.reading import Outcome, PageFault, Reading, ReadPage, SealMark, SealShape
from huiban.kernel.review import Evidence, Gap, Known, review
from huiban.kernel.review_facts import (
    FOREVER,
    FileRead,
    can_know,
    review_facts,
    review_schema,
)
from huiban.kernel.rule import Verdict
from tests.kernel.review_sample import (
    FACTS,
    FORM,
    REVIEW,
    SEAL,
    SPOT,
    VALUES,
    Files,
    contract,
    found,
    point,
    tons,
)

TODAY = date(2026, 9, 14)
OTHER = FileRead(2, "site_inventory")
STRANGE = FileRead(2, None)
OURS = "青岛海晟置业有限公司(样例)"


def known(name: str, files: Files, **changed: object) -> Known:
    return review_facts(REVIEW, files, FORM, {**VALUES, **changed})[name]


@pytest.mark.parametrize(
    ("name", "files", "value"),
    [
        ("number", {"deal": [contract(number=found("HT-1"))]}, "HT-1"),
        (
            "number",
            {"deal": [contract(number=found("HT-1")), contract(2, number=found("ＨＴ－1"))]},
            "HT-1",
        ),
        (
            "until",
            {
                "deal": [
                    contract(valid_until=found(date(2027, 1, 1))),
                    contract(2, valid_until=found(date(2027, 4, 1))),
                ]
            },
            date(2027, 4, 1),
        ),
        ("until", {"deal": [contract(valid_until=found(None, is_long_term=True))]}, FOREVER),
        (
            "since",
            {
                "deal": [
                    contract(valid_from=found(date(2027, 1, 1))),
                    contract(2, valid_from=found(date(2026, 4, 1))),
                ]
            },
            date(2026, 4, 1),
        ),
        (
            "plates",
            {
                "deal": [
                    contract(plates=found(("鲁B1", "鲁B2"))),
                    contract(2, plates=found(("鲁B3",))),
                ]
            },
            ("鲁B1", "鲁B2", "鲁B3"),
        ),
        ("ours", {"deal": [contract(party_a=found(OURS))]}, True),
        ("ours", {"deal": [contract(party_a=found("别的公司"))]}, False),
        ("ours", {"deal": [contract(party_a=found("别的公司")), STRANGE]}, False),
        ("same_end", {"deal": [contract(valid_until=found(date(2027, 3, 31)))]}, True),
        ("same_end", {"deal": [contract(valid_until=found(date(2027, 3, 30)))]}, False),
        ("same_end", {"deal": [contract(valid_until=found(None, is_long_term=True))]}, False),
        ("same_amount", {"deal": [contract(quantity=tons("3.2万吨", "32000"))]}, True),
        ("same_amount", {"deal": [contract(quantity=tons("32001吨", "32001"))]}, False),
        ("same_site", {"deal": [contract(address=found("山东省青岛市崂山区深圳路189号"))]}, True),
        ("only_ours", {"deal": [contract(plates=found(("鲁B·12345",)))]}, True),
        ("only_ours", {"deal": [contract(plates=found(("鲁B12345", "鲁B99999")))]}, False),
        (
            "all_listed",
            {
                "deal": [
                    contract(plates=found(("鲁B12345",))),
                    contract(2, plates=found(("鲁B·D12345",))),
                ]
            },
            True,
        ),
        ("all_listed", {"deal": [contract(plates=found(("鲁B12345",)))]}, False),
        (
            "signed_by_holder",
            {
                "deal": [contract(person=found("孙海"))],
                "card": [FileRead(1, "id_card_front", {"name": found("孙 海")})],
            },
            True,
        ),
        (
            "signed_by_holder",
            {
                "deal": [contract(person=found("孙海"))],
                "card": [FileRead(1, "id_card_front", {"name": found("王敏")})],
            },
            False,
        ),
        ("sealed", {"deal": [contract(sealed=True)]}, True),
        ("sealed", {"deal": [contract(sealed=True), contract(2)]}, False),
        ("is_contract", {"deal": [contract()]}, True),
        ("is_contract", {"deal": [contract(), OTHER]}, False),
        (
            "total",
            {
                "deal": [
                    contract(quantity=tons("2万吨", "20000")),
                    contract(2, quantity=tons("500吨", "500")),
                ]
            },
            Decimal("2.05"),
        ),
        ("files", {"deal": [contract(), contract(2), contract(2)]}, 2),
        ("files", {}, 0),
        ("sheets", {"deal": [contract(), contract(2)]}, 4),
        ("backs", {"card": [FileRead(1, "id_card_front"), FileRead(1, "id_card_back")]}, 1),
        ("backs", {"card": [FileRead(1, "id_card_front")]}, 0),
        (
            "card_until",
            {
                "card": [
                    FileRead(1, "id_card_front"),
                    FileRead(2, "id_card_back", {"valid_until": found(date(2036, 3, 7))}),
                ]
            },
            date(2036, 3, 7),
        ),
    ],
)
def test_a_fact_says_what_the_files_say(name: str, files: Files, value: object) -> None:
    one = known(name, files)

    assert (one.value, one.gap) == (value, None)


@pytest.mark.parametrize(
    ("name", "files", "gap"),
    [
        ("number", {}, Gap.NO_FILE),
        ("number", {"deal": [contract()]}, Gap.NOT_READ),
        ("number", {"deal": [contract(number=found(None, 0.0))]}, Gap.NOT_READ),
        (
            "number",
            {"deal": [contract(number=found("HT-1")), contract(2, number=found("HT-2"))]},
            Gap.SEVERAL,
        ),
        ("number", {"deal": [contract(number=found("HT-1")), STRANGE]}, Gap.OTHER_KIND),
        ("number", {"deal": [OTHER]}, Gap.OTHER_KIND),
        ("until", {"deal": [contract(valid_until=found("至完工"))]}, Gap.NOT_READ),
        ("ours", {"deal": [contract(party_a=found(OURS)), contract(2)]}, Gap.NOT_READ),
        ("same_amount", {"deal": [contract(quantity=tons("2万立方米", "20000"))]}, Gap.OTHER_UNIT),
        ("total", {"deal": [contract(quantity=tons("20000", "20000"))]}, Gap.OTHER_UNIT),
        ("total", {"deal": [contract(quantity=tons("2万吨", "20000")), contract(2)]}, Gap.NOT_READ),
        (
            "all_listed",
            {"deal": [contract(plates=found(("鲁B12345",))), contract(2)]},
            Gap.NOT_READ,
        ),
        ("signed_by_holder", {"deal": [contract(person=found("孙海"))]}, Gap.NO_FILE),
        (
            "signed_by_holder",
            {"deal": [contract(person=found("孙海"))], "card": [FileRead(1, None)]},
            Gap.OTHER_KIND,
        ),
        ("sealed", {"deal": [replace(contract(), is_clear=False)]}, Gap.UNCLEAR),
        ("sealed", {"deal": [STRANGE]}, Gap.OTHER_KIND),
        ("is_contract", {"deal": [contract(), STRANGE]}, Gap.OTHER_KIND),
        ("sheets", {"deal": [replace(contract(), pages=0)]}, Gap.NOT_READ),
        ("backs", {"card": [FileRead(1, None)]}, Gap.OTHER_KIND),
        ("backs", {}, Gap.NO_FILE),
        ("card_until", {"card": [FileRead(1, "id_card_front")]}, Gap.NOT_READ),
    ],
)
def test_an_unknown_fact_says_why(name: str, files: Files, gap: Gap) -> None:
    one = known(name, files)

    assert (one.value, one.gap) == (None, gap)


def test_what_nobody_filled_in_is_compared_with_nothing() -> None:
    ours = {"deal": [contract(party_a=found(OURS), plates=found(("鲁B12345",)))]}

    assert known("ours", ours, builder="").gap is Gap.NOT_FILLED
    assert known("all_listed", ours, vehicles=[]).gap is Gap.NOT_FILLED
    rows = [{"plate": "鲁B12345"}, {}]
    assert known("all_listed", ours, vehicles=rows).gap is Gap.NOT_FILLED
    assert known("only_ours", ours, vehicles=rows).value is True


def test_a_surely_different_value_outweighs_an_unsure_one() -> None:
    files = {"deal": [contract(party_a=found("甲", 0.3)), contract(2, party_a=found("乙", 0.9))]}

    one = known("ours", files)

    assert (one.value, one.confidence) == (False, 0.9)


def test_a_kind_told_with_doubt_leaves_its_values_in_doubt() -> None:
    doubtful = replace(contract(number=found("HT-1", 0.99)), kind_confidence=0.6)

    assert known("number", {"deal": [doubtful]}).confidence == 0.6


def test_a_number_too_large_for_any_database_is_unknown() -> None:
    files = {"deal": [contract(quantity=tons("1吨", "1" + "0" * 20))]}

    assert known("total", files).value is None


def test_a_finding_shows_where_its_values_stand() -> None:
    files = {"deal": [contract(3, number=found("HT-1"), sealed=True)]}
    facts = review_facts(REVIEW, files, FORM, VALUES)

    (finding,) = review(
        [point("p", "sealed and number = 'HT-2'", ("number", "sealed"))], facts, TODAY
    )

    assert finding.verdict is Verdict.FAIL
    assert finding.evidence == (
        Evidence("deal", 3, 1, SPOT, "HT-1", "number", 0.95),
        Evidence("deal", 3, 2, SEAL, "", "sealed"),
    )


def test_a_point_uses_the_facts_of_the_case_beside_those_read() -> None:
    files = {"deal": [contract(valid_until=found(date(2027, 3, 30)))]}
    facts = review_facts(REVIEW, files, FORM, VALUES)
    points = [point("p", "until >= ends", ("until",))]

    assert review(points, facts, TODAY, {"ends": date(2027, 3, 30)})[0].verdict is Verdict.PASS
    assert review(points, facts, TODAY, {"ends": date(2027, 3, 31)})[0].verdict is Verdict.FAIL
    assert review(points, facts, TODAY)[0].missing == ("ends",)


def test_the_least_confidence_is_the_points_own() -> None:
    facts = review_facts(REVIEW, {"deal": [contract(number=found("X", 0.85))]}, FORM, VALUES)
    points = [point("a", "number = 'Y'", ("number",)), point("b", "number = 'Y'", ("number",), 0.9)]

    first, second = review(points, facts, TODAY)

    assert (first.verdict, second.verdict) == (Verdict.FAIL, Verdict.UNKNOWN)
    assert second.gaps == {"number": Gap.UNSURE}
    assert second.evidence[0].text == "X", "an unsure value is shown all the same, to be looked at"


def test_a_point_with_nothing_to_look_at_is_idle() -> None:
    points = [point("a", "sealed", ("sealed",))]

    nothing = review(points, review_facts(REVIEW, {}, FORM, VALUES), TODAY)[0]
    unclear = review(points, review_facts(REVIEW, {"deal": [STRANGE]}, FORM, VALUES), TODAY)[0]

    assert nothing.is_idle
    assert unclear.verdict is Verdict.UNKNOWN
    assert not unclear.is_idle


def test_only_what_an_item_asks_for_can_be_known() -> None:
    assert not can_know(FACTS["ours"], FORM, {"card"})
    assert not can_know(FACTS["signed_by_holder"], FORM, {"deal"})
    assert not can_know(FACTS["ours"], replace(FORM, sections=()), {"deal"})
    assert set(review_schema(REVIEW, FORM, {"card"})) == {"backs", "card_until"}


def _reading(*faults: PageFault, outcome: Outcome = Outcome.READ) -> Reading:
    seal = SealMark(SEAL, SealShape.ROUND)
    page = ReadPage(1, 10, 10, 0, PageHow.OCR, (), (seal,), faults)
    return Reading(outcome, "engine", (page, replace(page, number=2, seals=())))


def test_a_file_is_made_from_its_reading() -> None:
    file = FileRead.of(2, _reading(), ("contract", 0.9), {"number": found("HT-1")})

    assert (file.file, file.kind, file.kind_confidence) == (2, "contract", 0.9)
    assert (file.pages, file.is_clear, [one.page for one in file.seals]) == (2, True, [1])


@pytest.mark.parametrize(
    ("reading", "is_clear"),
    [
        (_reading(PageFault.DUPLICATE), True),
        (_reading(PageFault.BLANK), True),
        (_reading(PageFault.BLURRED), False),
        (_reading(PageFault.CUT_OFF), False),
        (_reading(outcome=Outcome.TOO_HEAVY), False),
        (Reading(Outcome.ENCRYPTED, "engine"), False),
    ],
)
def test_what_cannot_be_seen_well_proves_no_missing_seal(reading: Reading, is_clear: bool) -> None:
    file = FileRead.of(1, reading, None, {})

    assert file.is_clear is is_clear
    assert (file.kind, file.kind_confidence) == (None, 0.0)


_TEXTS = st.sampled_from(["HT-1", "HT-2", OURS, "别的公司"])
_DAYS = st.dates(date(2026, 1, 1), date(2028, 1, 1))
_SURE = st.floats(0, 1, allow_nan=False)


def _founds(values: st.SearchStrategy[object], sure: st.SearchStrategy[float]) -> st.SearchStrategy:
    return st.builds(found, values, sure)


def _fields(sure: st.SearchStrategy[float]) -> st.SearchStrategy:
    tonnage = st.integers(0, 90_000)
    return st.fixed_dictionaries(
        {},
        optional={
            "number": _founds(_TEXTS, sure),
            "party_a": _founds(_TEXTS, sure),
            "person": _founds(_TEXTS, sure),
            "valid_until": _founds(_DAYS, sure),
            "valid_from": _founds(_DAYS, sure),
            "plates": _founds(st.sampled_from([("鲁B12345",), ("鲁B12345", "鲁BD12345")]), sure),
            "quantity": st.builds(lambda one, s: tons(f"{one}吨", str(one), s), tonnage, sure),
        },
    )


def _files(sure: st.SearchStrategy[float]) -> st.SearchStrategy:
    one = st.builds(
        FileRead,
        st.integers(1, 3),
        st.sampled_from(["contract", "site_inventory", None]),
        _fields(sure),
        st.just(()),
        st.integers(0, 3),
        sure,
        st.just(False),
    )
    return st.fixed_dictionaries({}, optional={"deal": st.lists(one, max_size=3)})


_HOLDS = (
    "number = 'HT-1'", "not (number = 'HT-1')", "until >= ends", "ours", "not ours", "same_end",
    "same_amount", "only_ours", "all_listed", "not all_listed", "sealed", "not sealed",
    "is_contract", "total >= amount", "contains(plates, '鲁B12345')", "signed_by_holder",
    "ours and total >= amount or not sealed",
)  # fmt: skip
_CASE = {"ends": date(2027, 3, 31), "amount": Decimal("3.2")}
_POINTS = [point(f"p{at}", holds, ("number",)) for at, holds in enumerate(_HOLDS)]


@given(_files(st.floats(0, 0.7999, allow_nan=False)))
def test_what_was_read_under_the_confidence_never_fails(files: Files) -> None:
    findings = review(_POINTS, review_facts(REVIEW, files, FORM, VALUES), TODAY, _CASE)

    assert {one.verdict for one in findings} == {Verdict.UNKNOWN}
    assert all(one.gaps for one in findings)


@given(_files(_SURE), _SURE)
def test_asking_for_more_confidence_only_ever_leaves_more_unknown(
    files: Files, least: float
) -> None:
    facts = review_facts(REVIEW, files, FORM, VALUES)
    easy = review([replace(one, needs=least / 2) for one in _POINTS], facts, TODAY, _CASE)
    strict = review([replace(one, needs=least) for one in _POINTS], facts, TODAY, _CASE)

    for before, after in zip(easy, strict, strict=True):
        assert after.verdict in (before.verdict, Verdict.UNKNOWN)


@given(_files(_SURE))
def test_a_value_under_the_confidence_is_as_if_it_had_not_been_read(files: Files) -> None:
    cut = {material: [_without_doubt(one) for one in listed] for material, listed in files.items()}

    whole = review(_POINTS, review_facts(REVIEW, files, FORM, VALUES), TODAY, _CASE)
    known_only = review(_POINTS, review_facts(REVIEW, cut, FORM, VALUES), TODAY, _CASE)

    assert [one.verdict for one in whole] == [one.verdict for one in known_only]


def _without_doubt(file: FileRead) -> FileRead:
    if file.kind_confidence < 0.8:
        return replace(file, kind=None, found={})
    return replace(file, found={k: v for k, v in file.found.items() if v.confidence >= 0.8})
