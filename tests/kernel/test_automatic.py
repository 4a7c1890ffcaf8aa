# SPDX-License-Identifier: Apache-2.0
"""What the system may decide by itself: only what is known and passes; the rest is for people."""

import hashlib
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiban.kernel.actor import SYSTEM, Actor, ActorKind
from huiban.kernel.analysis import Gap as RegisterGap
from huiban.kernel.analysis import Match
from huiban.kernel.analysis_match import Agreement, Line
from huiban.kernel.automatic import Held, Ready, Seen, decide, is_drawn
from huiban.kernel.automatic_terms import Automatic
from huiban.kernel.automatic_way import next_step, opened_to_system, way_faults
from huiban.kernel.catalogue import Material, MaterialStanding, Standing
from huiban.kernel.form import Field, FieldKind
from huiban.kernel.process import Act, ActionRefused, Chart, begin, compile_chart, step
from huiban.kernel.review import Finding as PointFinding
from huiban.kernel.review import Gap, Point, Severity
from huiban.kernel.rule import FactKind, FactType, Finding, Judgment, Verdict, overall, parse
from huiban.kernel.words import Words

DAY = date(2026, 11, 23)
WORDS = Words("条件", "criterion")


def judgment(*verdicts: Verdict) -> Judgment:
    found = tuple(Finding(f"c{at}", WORDS, one, (), {}, "", "", WORDS)
                  for at, one in enumerate(verdicts))  # fmt: skip
    return Judgment(overall(verdicts), found)


def point(verdict: Verdict, missing: tuple[str, ...] = (), gap: Gap | None = None) -> PointFinding:
    rule = parse("sealed", {"sealed": FactType(FactKind.BOOLEAN)})
    one = Point("p", WORDS, rule, "", Severity.NOTE, "plan", (), WORDS, WORDS, "examiner")
    return PointFinding(one, verdict, (), missing, dict.fromkeys(missing, gap) if gap else {})


def material(standing: Standing, *, is_handed: bool = False) -> MaterialStanding:
    one = Material(code="plan", name=Words("方案", "Plan"))
    return MaterialStanding(one, standing, WORDS, is_handed=is_handed)


def line(agreement: Agreement, gap: RegisterGap | None = None) -> Line:
    field = Field(key="name", label=Words("名称", "Name"), kind=FieldKind.TEXT)
    return Line(Match("name", "registry", "name"), field, None, "甲", "乙", agreement, gap)


GOOD = Seen(
    judgments=(judgment(Verdict.PASS, Verdict.PASS), judgment(Verdict.PASS)),
    points=(point(Verdict.PASS),),
    material_of={"sealed": "plan"},
    materials=(material(Standing.NEEDED, is_handed=True),),
    lines=(line(Agreement.SAME),),
    by_people=False,
)


def whys(seen: Seen, *, is_sampled: bool = False) -> list[str]:
    said = decide(seen, is_sampled=is_sampled)
    return [str(one.why) for one in said.reasons] if isinstance(said, Held) else []


def test_what_passes_in_everything_is_ready() -> None:
    assert decide(GOOD, is_sampled=False) == Ready()


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"judgments": (judgment(Verdict.PASS, Verdict.FAIL),)}, "criterion_fails"),
        ({"judgments": (judgment(Verdict.PASS, Verdict.UNKNOWN),)}, "criterion_unknown"),
        ({"judgments": ()}, "nothing_to_judge"),
        ({"points": (point(Verdict.FAIL),)}, "point_fails"),
        ({"points": (point(Verdict.UNKNOWN, ("sealed",), Gap.UNSURE),)}, "point_unknown"),
        ({"points": (point(Verdict.UNKNOWN, ("sealed",), Gap.NO_FILE),)}, "point_unknown"),
        ({"materials": (material(Standing.NEEDED),)}, "material_owed"),
        ({"materials": (material(Standing.DEFERRED),)}, "material_owed"),
        ({"materials": (material(Standing.UNKNOWN),)}, "material_owed"),
        ({"materials": (material(Standing.COMMITTED),)}, "material_promised"),
        ({"lines": (line(Agreement.DIFFERS),)}, "register_differs"),
        ({"lines": (line(Agreement.STALE, RegisterGap.STALE),)}, "register_differs"),
        ({"lines": (line(Agreement.UNKNOWN, RegisterGap.BROKEN),)}, "register_differs"),
        ({"silent": (WORDS,)}, "register_silent"),
        ({"disputed": (WORDS,)}, "disputed"),
        ({"unsealed": (WORDS,)}, "not_sealed"),
        ({"unread": 1}, "not_read"),
        ({"by_people": True}, "by_people"),
        ({"by_people": None}, "not_asked"),
        ({"is_in_hand": True}, "in_hand"),
    ],
)
def test_each_single_thing_leaves_it_to_people_and_says_which(
    changed: dict[str, Any], why: str
) -> None:
    said = decide(replace(GOOD, **changed), is_sampled=False)

    assert isinstance(said, Held)
    assert [str(one.why) for one in said.reasons] == [why]
    assert not said.is_sample
    assert all(one.words.zh and one.words.en for one in said.reasons)


def test_every_reason_is_told_at_once() -> None:
    seen = replace(GOOD, by_people=True, silent=(WORDS,), judgments=(judgment(Verdict.FAIL),))

    assert whys(seen, is_sampled=True) == [
        "by_people", "criterion_fails", "register_silent", "sampled"
    ]  # fmt: skip


@pytest.mark.parametrize("standing", [Standing.WAIVED, Standing.NOT_NEEDED])
def test_a_point_over_a_material_that_nobody_need_hand_in_is_idle(standing: Standing) -> None:
    idle = point(Verdict.UNKNOWN, ("sealed",), Gap.NO_FILE)

    assert whys(replace(GOOD, points=(idle,), materials=(material(standing),))) == []


def test_a_point_that_lacks_more_than_the_waived_material_is_not_idle() -> None:
    both = point(Verdict.UNKNOWN, ("sealed", "other"), Gap.NO_FILE)

    found = whys(replace(GOOD, points=(both,), materials=(material(Standing.WAIVED),)))
    assert found == ["point_unknown"]


def test_a_promise_beside_the_material_itself_owes_nothing() -> None:
    assert whys(replace(GOOD, materials=(material(Standing.COMMITTED, is_handed=True),))) == []


def test_what_may_be_left_empty_has_nothing_to_agree_with() -> None:
    empty = line(Agreement.UNKNOWN, RegisterGap.NOT_FILLED)

    assert whys(replace(GOOD, lines=(empty,))) == []


def test_a_sample_that_fails_is_no_sample_of_agreement() -> None:
    good = decide(GOOD, is_sampled=True)
    bad = decide(replace(GOOD, silent=(WORDS,)), is_sampled=True)

    assert isinstance(good, Held)
    assert isinstance(bad, Held)
    assert (good.is_sample, bad.is_sample) == (True, False)


# -- drawing


@given(st.text(min_size=1), st.decimals("0.01", "1", places=2))
def test_the_same_case_is_always_drawn_or_never(text: str, share: Decimal) -> None:
    digest = hashlib.sha256(text.encode()).hexdigest()

    assert is_drawn(digest, share) is is_drawn(digest, share)
    assert is_drawn(digest, Decimal(1))
    assert not is_drawn(digest, Decimal(0))


@pytest.mark.parametrize("share", ["0.01", "0.1", "0.5"])
def test_the_share_is_kept(share: str) -> None:
    digests = (hashlib.sha256(f"case {at}".encode()).hexdigest() for at in range(20_000))

    drawn = sum(is_drawn(one, Decimal(share)) for one in digests)

    assert drawn / 20_000 == pytest.approx(float(share), rel=0.15)


def test_a_larger_share_draws_all_that_a_smaller_one_draws() -> None:
    digests = [hashlib.sha256(f"case {at}".encode()).hexdigest() for at in range(500)]

    few = {one for one in digests if is_drawn(one, Decimal("0.1"))}
    many = {one for one in digests if is_drawn(one, Decimal("0.3"))}
    assert few < many


# -- terms


def test_terms_hold_from_the_day_of_approval_and_never_without_one() -> None:
    terms = Automatic("法", Decimal("0.1"), "leader", DAY, "市政府")

    assert terms.is_in_force(DAY)
    assert not terms.is_in_force(date(2026, 11, 22))
    assert not replace(terms, approved_on=None).is_in_force(DAY)


# -- the way through a chart


def data(**states: dict[str, Any]) -> dict[str, Any]:
    plain: dict[str, dict[str, Any]] = {
        "submitted": {
            "role": "window",
            "on": {
                "accept": {"to": "examination", "do": ["notice"]},
                "decline": {"to": "declined"},
                "deem_accept": {"to": "examination"},
            },
        },
        "examination": {"role": "examiner", "on": {"pass": {"to": "decision"}}},
        "decision": {
            "role": "leader",
            "four_eyes": "examination",
            "on": {"grant": {"to": "closed", "do": ["letter"]}, "refuse": {"to": "closed"}},
        },
    }
    return {"process": "p", "start": "submitted", "states": plain | states}


def chart(**states: dict[str, Any]) -> Chart:
    return compile_chart(data(**states), {"road": FactType(FactKind.BOOLEAN)})


def faults(found: Chart) -> list[str]:
    return [one.message for one in way_faults(found)]


def test_a_plain_chart_can_be_walked_by_the_system() -> None:
    assert faults(chart()) == []


CONSULTED = {"role": "traffic", "on": {"reply": {"to": "decision"}}}


@pytest.mark.parametrize(
    ("states", "says"),
    [
        (
            {
                "examination": {
                    "role": "examiner",
                    "on": {"pass": [{"to": "asking", "when": "road"}, {"to": "decision"}]},
                },
                "asking": CONSULTED,
            },
            "consulted",
        ),
        (
            {
                "examination": {
                    "role": "examiner", "acts": ["suspend"], "on": {"pass": {"to": "decision"}}
                }
            },
            "hearing",
        ),
        (
            {
                "examination": {"role": "examiner", "on": {"pass": {"to": "both"}}},
                "both": {
                    "all_of": {
                        "fire": {"role": "fire", "on": {"reply": "done"}},
                        "road": {"role": "traffic", "on": {"reply": "done"}},
                    },
                    "then": "decision",
                },
            },
            "several desks",
        ),
        (
            {
                "examination": {
                    "role": "examiner", "on": {"pass": {"to": "decision", "needs_document": True}}
                }
            },
            "document",
        ),
        (
            {
                "decision": {
                    "role": "leader",
                    "on": {
                        "grant": [
                            {"to": "closed", "when": "road"}, {"to": "closed", "outcome": "refused"}
                        ],
                        "refuse": {"to": "closed"},
                    },
                }
            },
            "without a grant",
        ),
    ],
    ids=("consultation", "hearing", "several", "document", "no grant"),
)  # fmt: skip
def test_a_chart_that_may_need_people_is_told_with_the_place(
    states: dict[str, dict[str, Any]], says: str
) -> None:
    [told] = faults(chart(**states))

    assert says in told


def walked(found: Chart, actor: Actor) -> str:
    standing = begin(found, {}, DAY).standing
    while not standing.outcome:
        name = next_step(found, standing.configuration[0]) or "accept"
        standing = step(found, standing, Act(name), {}, actor, DAY).standing
    return str(standing.outcome)


def test_the_system_walks_an_opened_chart_and_no_other() -> None:
    assert walked(opened_to_system(chart()), SYSTEM) == "granted"
    with pytest.raises(ActionRefused) as refused:
        walked(chart(), SYSTEM)
    assert refused.value.code == "role"


def test_an_opened_chart_lets_no_person_do_more() -> None:
    found = opened_to_system(chart())
    clerk = Actor("o-1", "李强", ActorKind.OFFICER, frozenset({"window"}))
    standing = begin(found, {}, DAY).standing
    accepted = step(found, standing, Act("accept"), {}, clerk, DAY).standing

    with pytest.raises(ActionRefused) as refused:
        step(found, accepted, Act("pass"), {}, clerk, DAY)
    assert refused.value.code == "role"


def test_what_a_person_holds_the_system_leaves() -> None:
    found = opened_to_system(chart())
    clerk = Actor("o-1", "李强", ActorKind.OFFICER, frozenset({"window"}))
    standing = begin(found, {}, DAY).standing
    held = step(found, standing, Act("claim", "t1"), {}, clerk, DAY).standing

    with pytest.raises(ActionRefused):
        step(found, held, Act("accept"), {}, SYSTEM, DAY)


@pytest.mark.parametrize("name", ["decline", "refuse"])
def test_the_system_never_decides_against_anybody(name: str) -> None:
    found = opened_to_system(chart())
    standing = begin(found, {}, DAY).standing
    if name == "refuse":
        for one in ("accept", "pass"):
            standing = step(found, standing, Act(one), {}, SYSTEM, DAY).standing

    with pytest.raises(ActionRefused):
        step(found, standing, Act(name, inputs={"reason": "x"}), {}, SYSTEM, DAY)
