# SPDX-License-Identifier: Apache-2.0
"""A point is written in a form and checked as `huiban check` does, with facts and examples."""

from dataclasses import replace

import pytest

from huiban.kernel.review import Gap
from huiban.services import point_studio, point_studio_past
from huiban.services.point_studio import Studio, Trial
from huiban.services.point_studio_text import FactTyped, Written
from huiban.services.refusal import NotAllowed, NotFound
from huiban.store.models import Account
from tests.services import city_sample as sample
from tests.services.point_sample import (
    AMOUNT,
    ITEM,
    OURS,
    PACK,
    STRANGER,
    closed_case,
    contract,
    reading,
    said,
)

pytestmark = pytest.mark.django_db
CONTRACTOR = "青岛海纳建设工程有限公司"


@pytest.fixture
def people() -> dict[str, Account]:
    return sample.people()


@pytest.fixture
def studio(people: dict[str, Account]) -> Studio:
    return point_studio.opened(PACK, ITEM, OURS, people["liuyang"].to_actor())


def typed(studio: Studio, **texts: str) -> Written:
    return replace(studio.written, texts={**studio.written.texts, **texts})


def try_out(studio: Studio, written: Written, people: dict[str, Account], most: int = 50) -> Trial:
    return point_studio.try_out(studio, written, people["liuyang"].to_actor(), most)


def test_a_point_as_it_stands_is_typed_as_it_is_written(studio: Studio) -> None:
    written = studio.written

    assert written.get("holds") == "party_a_is_contractor or party_a_is_builder"
    assert written.get("title_en") == "Party A is the contractor or the owner"
    assert (written.get("severity"), written.get("needs")) == ("must", "0.8")
    assert written.shows == ("party_a_is_contractor", "party_a_is_builder")
    assert written.facts.startswith("party_a_is_contractor: {agrees: haulage_contract.party_a,")


def test_without_a_change_nothing_changes(studio: Studio, people: dict[str, Account]) -> None:
    numbers = [closed_case(contract(STRANGER)), closed_case(contract())]

    trial = try_out(studio, studio.written, people)

    assert trial.checked.problems == ()
    assert trial.checked.made.texts == studio.scenario.texts
    assert trial.tried is not None
    assert {one.case.number for one in trial.tried.cases} == set(numbers)
    assert trial.tried.changed == ()


def test_a_looser_threshold_makes_an_unsure_value_a_fact(
    studio: Studio, people: dict[str, Account]
) -> None:
    lines = ["运输合同", f"甲方：{STRANGER}", "乙方：青岛海运渣土运输有限公司", "违约责任：按约定"]
    closed_case(reading(*lines, confidence=0.75))

    strict = try_out(studio, studio.written, people).tried
    loose = try_out(studio, typed(studio, needs="0.5"), people).tried

    assert strict is not None
    assert loose is not None
    assert strict.n("unknown", then=True) == 1
    assert loose.n("fail", then=True) == 1


def test_what_is_too_much_to_look_at_is_left_out_and_told(
    studio: Studio, people: dict[str, Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in range(5):
        closed_case(contract(), days=day)
    monkeypatch.setattr(point_studio_past, "MOST_PAGES", 3)

    pages = try_out(studio, studio.written, people).tried
    monkeypatch.setattr(point_studio_past, "PATIENCE_S", -1.0)
    patience = try_out(studio, studio.written, people).tried

    assert pages is not None
    assert (len(pages.cases), pages.asked) == (3, 5)
    assert patience is not None
    assert (len(patience.cases), patience.asked) == (0, 5)


@pytest.mark.parametrize(
    ("texts", "field", "says"),
    [
        ({"holds": "party_a_is_contracter"}, "holds", "did you mean 'party_a_is_contractor'?"),
        ({"holds": "party_a_is_contractor and"}, "holds", ""),
        ({"holds": "waste_amount > 1"}, "holds", "the rule uses no fact of this file"),
        ({"holds": "party_a_is_contractor is null"}, "holds", "would make it known"),
        ({"severity": "shall"}, "severity", "must"),
        ({"about": "haulage_contrakt"}, "about", "did you mean 'haulage_contract'?"),
        ({"settles": "examinr"}, "settles", "did you mean 'examiner'?"),
        ({"needs": "1.5"}, "needs", ""),
        ({"needs": "高"}, "needs", "must be a number"),
        ({"title_zh": "", "title_en": ""}, "title", ""),
        ({"basis": ""}, "basis", ""),
    ],
)
def test_a_mistake_is_told_at_its_field_as_huiban_check_does(
    studio: Studio, people: dict[str, Account], texts: dict[str, str], field: str, says: str
) -> None:
    trial = try_out(studio, typed(studio, **texts), people)

    told = [one for one in trial.checked.problems if one.field == f"points.0.{field}"]
    assert told, trial.checked.problems
    assert told[0].path == f"packs/{PACK}/review.yaml"
    assert says in f"{told[0].message} {told[0].cure}"


def test_new_facts_are_written_in_and_may_be_named_by_the_rule(
    studio: Studio, people: dict[str, Account]
) -> None:
    fact = FactTyped("contract_pages", "count", "haulage_contract", label="合同份数")
    more = FactTyped("signed", "read", "haulage_contract.signed_on", take="most", label="签订, 日")
    written = replace(
        typed(studio, holds="(party_a_is_contractor or party_a_is_builder) and contract_pages < 9"),
        facts=f"{studio.written.facts}\n{fact.line()}\n{more.line()}",
    )
    closed_case(contract())

    trial = try_out(studio, written, people)

    assert trial.checked.problems == ()
    assert trial.tried is not None
    assert trial.tried.n("pass", then=True) == 1
    text = trial.checked.made.texts["review.yaml"]
    assert "  contract_pages: {count: haulage_contract, label: 合同份数}\n" in text
    assert '  signed: {read: haulage_contract.signed_on, take: most, label: "签订, 日"}\n' in text


@pytest.mark.parametrize(
    ("facts", "path", "says"),
    [
        ("contract_ends: {read: haulage_contract.valid_until}", "facts", "contract_covers_period"),
        ("one: {read: ", "facts", "not YAML"),
        ("- one", "facts", "not one `name: {…}` a line"),
        ("one: {reads: haulage_contract.party_a}", "review.yaml", "reads"),
        ("one: {read: haulage_contract.partie}", "review.yaml", "unknown field of what"),
    ],
)
def test_a_mistake_in_a_fact_is_told(
    studio: Studio, people: dict[str, Account], facts: str, path: str, says: str
) -> None:
    trial = try_out(studio, replace(studio.written, facts=facts), people)

    told = [one for one in trial.checked.problems if one.path.endswith(path)]
    assert any(says in str(one) for one in told), trial.checked.problems


def test_an_example_that_no_longer_holds_is_told_and_may_be_told_anew(
    studio: Studio, people: dict[str, Account]
) -> None:
    written = typed(studio, holds="party_a_is_contractor")
    trial = try_out(studio, written, people)
    wrong = [one for one in trial.checked.examples if not one.is_right]
    told = [one for one in trial.checked.problems if one.path.endswith("examples/review.yaml")]

    assert {one.name for one in wrong} == {
        "合同按立方米计，不能和吨比；没有写止日，都不明",
        "变更只换运输单位：看新合同，没有交的材料不算",
        "延续：合同没有续签，不覆盖延续期",
    }
    assert len(told) == len(wrong)
    answers = {(one.file, one.index): "fail" for one in wrong}
    mended = try_out(studio, replace(written, expected=answers), people)
    assert mended.checked.problems == ()
    assert all(one.is_right for one in mended.checked.examples)


def test_a_new_point_needs_an_example_both_ways(people: dict[str, Account]) -> None:
    studio = point_studio.opened(PACK, ITEM, "", people["liuyang"].to_actor())
    texts = {
        **studio.written.texts, "title_zh": "合同只有一份", "title_en": "One contract",
        "holds": "contract_files <= 1", "basis": "样例第一条", "about": "haulage_contract",
        "applicant_zh": "请合成一份", "officer_zh": "看有几份",
    }  # fmt: skip
    written = replace(
        studio.written, code="one_contract", texts=texts, shows=("contract_files",),
        facts="contract_files: {count: haulage_contract}",
    )  # fmt: skip
    closed_case(contract())
    example = """
- name: 三份合同
  start: garage
  on: 2026-09-14
  review:
    read: {haulage_contract: [{kind: null}, {kind: null}, {kind: null}]}
    findings: {one_contract: fail, X}
"""
    others = [
        one.code for one in studio.review.points[studio.item.life]
        if one.about == "haulage_contract"
    ]  # fmt: skip
    example = example.replace("X", ", ".join(f"{code}: unknown" for code in others))

    bare = try_out(studio, written, people)
    full = try_out(studio, replace(written, examples=example), people)

    assert bare.tried is not None
    assert bare.tried.n("pass", then=True) == 1
    assert [one.message for one in bare.checked.problems if "no example" in one.message] == [
        "no example in which 'one_contract' is a fail"
    ]
    shown = {one.name: one.expected for one in full.checked.examples}
    assert shown["三份合同"] == "fail"
    # The other example with two contracts says otherwise, and is named.
    assert {one.name for one in full.checked.examples if not one.is_right} == {
        "两份合同加起来够数、够期、车辆齐，身份证长期有效",
        "两份合同有一份认不出来，齐不齐不明，认得出的那份照样核对",
    }


def test_a_new_point_does_not_take_the_code_of_another(people: dict[str, Account]) -> None:
    actor = people["liuyang"].to_actor()
    there = point_studio.opened(PACK, ITEM, OURS, actor).written
    studio = point_studio.opened(PACK, ITEM, "", actor)

    trial = try_out(studio, replace(there, is_new=True), people)

    assert [one.message for one in trial.checked.problems] == [f"'{OURS}' is there twice"]


def test_what_files_said_is_shown_and_personal_values_are_masked(
    people: dict[str, Account],
) -> None:
    actor = people["liuyang"].to_actor()
    number = closed_case(contract(STRANGER, "1万吨"))
    said(number, "fail", "pass", code=AMOUNT)
    studio = point_studio.opened(PACK, ITEM, AMOUNT, actor)

    looked = point_studio.look(studio, number, None, actor)

    (file,) = looked.materials["haulage_contract"]
    values = {one.label.zh: one.text for one in file.values}
    assert values["甲方"] == STRANGER
    facts = {one.name: (one.text, one.gap) for one in looked.facts}
    assert facts["contract_amount"] == ("1万吨", None)
    assert facts["waste_amount"][0].startswith("3.2")
    assert looked.now is not None
    assert (looked.now.verdict, looked.said) == ("fail", "pass")


def test_a_file_that_was_not_read_leaves_the_point_unknown(people: dict[str, Account]) -> None:
    actor = people["liuyang"].to_actor()
    studio = point_studio.opened(PACK, ITEM, OURS, actor)
    number = closed_case(reading("看不出是什么"))

    looked = point_studio.look(studio, number, None, actor)

    assert looked.now is not None
    assert looked.now.verdict == "unknown"
    assert {one.gap for one in looked.facts if one.gap} == {Gap.OTHER_KIND}


@pytest.mark.parametrize("who", ["wangmin", "zhangqian", "zhoulei", "wumin", "sysadmin"])
def test_points_are_written_by_examiners_and_heads_only(
    people: dict[str, Account], who: str
) -> None:
    with pytest.raises(NotAllowed):
        point_studio.opened(PACK, ITEM, OURS, people[who].to_actor())


def test_points_are_written_by_the_department_whose_scenario_it_is(
    people: dict[str, Account],
) -> None:
    actor = replace(people["liuyang"].to_actor(), department="urban_management")

    with pytest.raises(NotAllowed, match="别的部门"):
        point_studio.opened(PACK, ITEM, OURS, actor)


@pytest.mark.parametrize(
    ("pack", "item", "code"),
    [("no", ITEM, OURS), (PACK, "no", OURS), (PACK, ITEM, "no")],
)
def test_what_is_not_there_is_not_found(
    people: dict[str, Account], pack: str, item: str, code: str
) -> None:
    with pytest.raises(NotFound):
        point_studio.opened(pack, item, code, people["liuyang"].to_actor())
