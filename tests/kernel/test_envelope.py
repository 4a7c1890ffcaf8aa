# SPDX-License-Identifier: Apache-2.0
"""What is filled in, what is doubted and what is left open, whatever sources say."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiban.kernel.envelope import Envelope, Known, Offer, Status, disputed, envelopes
from huiban.kernel.form import Context, Field, FieldKind, Form, Lock, Lookup, Section
from huiban.kernel.lookup import Asking, Question, Reply, bound, lookup_for, questions
from huiban.kernel.prefill import (
    Ledger,
    cell_origins,
    locked,
    open_conflicts,
    settle,
    to_confirm,
)
from huiban.kernel.resource import (
    Catalogue,
    Completeness,
    Consent,
    Item,
    Level,
    Mode,
    Resource,
    Share,
    Subject,
)
from huiban.kernel.words import Words

TODAY = date(2026, 11, 23)
CODE = "91370212MA3C00001X"


def a_resource(key: str, *items: str, completeness: Completeness = Completeness.OPEN) -> Resource:
    return Resource(
        code="370200-0001",
        key=key,
        name=Words(key),
        about="",
        category="credit",
        level=Level.MUNICIPAL,
        provider="market",
        subject=Subject.ENTERPRISE,
        keys=("uscc",),
        items=tuple(Item(one, Words(one)) for one in items),
        share=Share.UNCONDITIONAL,
        basis=("law",),
        mode=Mode.API,
        cycle=timedelta(days=1),
        max_age=timedelta(days=7),
        completeness=completeness,
        quota=100,
        per_second=10,
        p95=100,
        consent=Consent.NONE,
        retention=timedelta(days=365),
        purposes=frozenset({"test"}),
    )


CATALOGUE = Catalogue(
    {
        "registry": a_resource("registry", "name", "address", "code"),
        "province": a_resource("province", "address"),
        "staff": a_resource("staff", "name", "number"),
        "insurance": a_resource("insurance", "state"),
        "accident": a_resource("accident", "count", completeness=Completeness.CLOSED),
        "planning": a_resource("planning", "area"),
    },
    {},
    {},
    {},
)


def a_field(key: str, *prefill: str, kind: FieldKind = FieldKind.TEXT, **more: object) -> Field:
    return Field(key=key, label=Words(key), kind=kind, prefill=prefill, **more)  # type: ignore[arg-type]


FORM = Form(
    code="f",
    title=Words("f"),
    sections=(
        Section(
            key="one",
            title=Words("one"),
            fields=(
                a_field("name", "identity.name", "registry.name", lock=Lock.IF_AUTHORITATIVE),
                a_field("address", "registry.address", check=("province.address",)),
                a_field("phone", "history.phone"),
                a_field("code", "registry.code"),
                a_field("area", "planning.area", kind=FieldKind.NUMBER),
                a_field("accidents", "accident.count", kind=FieldKind.NUMBER, when_absent="0"),
                a_field("count", "computed.people_count", kind=FieldKind.NUMBER),
                a_field(
                    "people",
                    kind=FieldKind.TABLE,
                    columns=(
                        a_field("who", "staff.name"),
                        a_field("number", "staff.number"),
                        a_field("insured", "insurance.state"),
                    ),
                ),
            ),
        ),
    ),
    lookups=(
        Lookup("registry", "uscc", "identity.number"),
        Lookup("province", "uscc", "identity.number"),
        Lookup("accident", "uscc", "identity.number"),
        Lookup("planning", "project_code", "registry.code"),
        Lookup("staff", "uscc", "identity.number", "people"),
        Lookup("insurance", "person_id", "people.number"),
    ),
)
IDENTITY = {
    "identity.name": Offer("甲公司", Words("登录")),
    "identity.number": Offer(CODE, Words("")),
}


def known(*replies: Reply, values: dict[str, object] | None = None, **more: object) -> Known:
    asking = Asking(
        FORM,
        {"number": CODE, "name": "甲公司"},
        values or {},
        {(one.source, one.key): one for one in replies},
        more.get("picks", {}),  # type: ignore[arg-type]
    )
    offers = {**IDENTITY, **more.get("offers", {})}  # type: ignore[dict-item]
    return Known(asking, offers, CATALOGUE, Context(today=TODAY))


def found(source: str, *records: dict[str, object], key: str = CODE, days_ago: int = 0) -> Reply:
    return Reply(source, key, "found", records, TODAY - timedelta(days=days_ago), f"r-{source}")


def silent(source: str, state: str, as_of: date | None = TODAY) -> Reply:
    return Reply(source, CODE, state, (), as_of)


def address(*replies: Reply) -> Envelope:
    return envelopes(known(*replies))["address"]


def test_a_fresh_register_fills_in_with_its_date_and_request() -> None:
    envelope = address(found("registry", {"address": "香港中路1号"}, days_ago=2))

    assert envelope.status is Status.AUTHORITATIVE
    assert envelope.chosen is not None
    assert envelope.chosen.origin(envelope.status)["as_of"] == "2026-11-21"
    assert envelope.chosen.request == "r-registry"


def test_two_registers_that_agree_however_written_are_no_conflict() -> None:
    envelope = address(
        found("registry", {"address": "香港中路１号（甲座）"}),
        found("province", {"address": "香港中路1号(甲座)"}),
    )

    assert envelope.status is Status.AUTHORITATIVE


def test_two_registers_that_disagree_fill_in_nothing_and_both_are_shown() -> None:
    envelopes_ = envelopes(
        known(
            found("registry", {"address": "香港中路1号"}),
            found("province", {"address": "山东路9号"}),
        )
    )
    values, ledger = settle(FORM, {}, Ledger(), envelopes_)

    assert envelopes_["address"].status is Status.CONFLICT
    assert [one.value for one in disputed(FORM.field("address"), envelopes_["address"])] == [  # type: ignore[arg-type]
        "香港中路1号",
        "山东路9号",
    ]
    assert "address" not in values
    assert open_conflicts(envelopes_, ledger) == ["address"]


def test_a_conflict_that_shows_late_takes_the_value_back_out() -> None:
    first = envelopes(known(found("registry", {"address": "香港中路1号"})))
    values, ledger = settle(FORM, {}, Ledger(), first)
    both = envelopes(
        known(
            found("registry", {"address": "香港中路1号"}),
            found("province", {"address": "山东路9号"}),
        )
    )
    after, ledger = settle(FORM, values, ledger, both)

    assert values["address"] == "香港中路1号"
    assert "address" not in after
    assert "address" not in ledger.given


def test_a_settled_conflict_follows_the_choice() -> None:
    both = envelopes(
        known(
            found("registry", {"address": "香港中路1号"}),
            found("province", {"address": "山东路9号"}),
        )
    )
    values, ledger = settle(FORM, {}, Ledger(choices={"address": "province"}), both)

    assert values["address"] == "山东路9号"
    assert ledger.given["address"]["status"] == "conflict"
    assert open_conflicts(both, ledger) == []


def test_a_stale_second_opinion_disputes_nothing() -> None:
    envelope = address(
        found("registry", {"address": "香港中路1号"}),
        found("province", {"address": "山东路9号"}, days_ago=30),
    )

    assert envelope.status is Status.AUTHORITATIVE


def test_old_data_is_filled_in_only_to_be_confirmed() -> None:
    sealed = envelopes(known(found("registry", {"address": "香港中路1号"}, days_ago=8)))
    values, ledger = settle(FORM, {}, Ledger(), sealed)

    assert sealed["address"].status is Status.STALE
    assert to_confirm(sealed, values, ledger) == ["address"]
    assert to_confirm(sealed, values, replace(ledger, confirmed=("address",))) == []
    assert to_confirm(sealed, {**values, "address": "别处"}, ledger) == []


@pytest.mark.parametrize("state", ["absent", "timeout", "refused", "busy", "broken", "pending"])
def test_what_a_source_leaves_unsaid_is_told_apart(state: str) -> None:
    envelope = address(silent("registry", state))

    assert envelope.status == Status(state)
    assert envelope.chosen is None
    assert [one.status for one in envelope.silences] == [Status(state)]


def test_only_no_record_in_a_complete_and_fresh_register_is_an_answer() -> None:
    fresh = envelopes(known(silent("accident", "absent")))["accidents"]
    stale = envelopes(known(silent("accident", "absent", TODAY - timedelta(days=8))))["accidents"]
    late = envelopes(known(silent("accident", "timeout")))["accidents"]

    assert (fresh.status, fresh.chosen and fresh.chosen.value) == (Status.AUTHORITATIVE, 0)
    assert stale.chosen is None
    assert late.chosen is None


def test_history_is_for_picking_and_fills_in_nothing() -> None:
    offers = {"history.phone": Offer("0532-1", Words("上次"))}
    sealed = envelopes(known(offers=offers))

    assert sealed["phone"].chosen is None
    assert [one.value for one in sealed["phone"].options] == ["0532-1"]


def test_a_value_the_field_cannot_take_is_no_value() -> None:
    sealed = envelopes(
        known(
            found("registry", {"code": "P1"}),
            found("planning", {"area": "很大"}, key="P1"),
            values={"code": "P1"},
        )
    )

    assert sealed["area"].chosen is None


def test_typing_wins_over_what_comes_later() -> None:
    sealed = envelopes(known(found("registry", {"address": "香港中路1号"})))
    typed, _ = settle(FORM, {"address": "我填的"}, Ledger(), sealed)
    values, ledger = settle(FORM, {}, Ledger(), sealed)
    emptied, _ = settle(FORM, {"name": values["name"]}, ledger, sealed)

    assert typed["address"] == "我填的"
    assert "address" not in emptied


def test_of_several_records_one_is_picked_and_what_follows_is_asked_by_it() -> None:
    two = found(
        "registry", {"address": "甲路1号", "code": "P1"}, {"address": "乙路2号", "code": "P2"}
    )
    before, after = known(two), known(two, picks={"registry": 1})

    assert envelopes(before)["address"].status is Status.SEVERAL
    picked = envelopes(after)["address"].chosen
    assert picked is not None
    assert (picked.value, picked.is_picked) == ("乙路2号", True)
    assert "P2" in {one.key for one in questions(after.asking)}
    assert not {one.key for one in questions(before.asking)} & {"P1", "P2"}


STAFF = found("staff", {"name": "周", "number": "1"}, {"name": "吴", "number": "2"})


def test_records_fill_rows_and_each_row_is_asked_for() -> None:
    values, _ = settle(FORM, {}, Ledger(), envelopes(known(STAFF)))
    asked = [one for one in questions(known(STAFF, values=values).asking) if one.row]

    assert values["people"] == [{"who": "周", "number": "1"}, {"who": "吴", "number": "2"}]
    assert asked == [
        Question("insurance", "person_id", "1", frozenset({"state"}), "people.0"),
        Question("insurance", "person_id", "2", frozenset({"state"}), "people.1"),
    ]


def test_late_cells_reach_their_row_though_another_was_deleted() -> None:
    values, ledger = settle(FORM, {}, Ledger(), envelopes(known(STAFF)))
    rows = values["people"]
    assert isinstance(rows, list)
    kept = {**values, "people": rows[1:]}
    late = found("insurance", {"state": "在保"}, key="2")
    after, ledger = settle(FORM, kept, ledger, envelopes(known(STAFF, late, values=kept)))

    assert after["people"] == [{"who": "吴", "number": "2", "insured": "在保"}]
    table = FORM.field("people")
    assert table is not None
    assert set(cell_origins(ledger, table, after)) == {(0, "who"), (0, "number"), (0, "insured")}


def test_an_edited_row_keeps_what_was_typed() -> None:
    values, ledger = settle(FORM, {}, Ledger(), envelopes(known(STAFF)))
    edited = {**values, "people": [{"who": "周一", "number": "1"}, {"who": "吴", "number": "2"}]}
    after, ledger = settle(FORM, edited, ledger, envelopes(known(STAFF, values=edited)))
    table = FORM.field("people")
    assert table is not None

    assert after["people"] == edited["people"]
    assert (0, "who") not in cell_origins(ledger, table, after)
    assert (1, "who") in cell_origins(ledger, table, after)


def test_only_what_the_form_uses_is_asked_for() -> None:
    assert bound(FORM) == {
        "registry": frozenset({"name", "address", "code"}),
        "province": frozenset({"address"}),
        "planning": frozenset({"area"}),
        "accident": frozenset({"count"}),
        "staff": frozenset({"name", "number"}),
        "insurance": frozenset({"state"}),
    }
    assert lookup_for(FORM, "staff") is None
    assert lookup_for(FORM, "insurance", "people") == FORM.lookups[-1]


def test_a_sure_value_is_locked_until_it_is_disputed() -> None:
    values, ledger = settle(FORM, {}, Ledger(), envelopes(known()))

    assert [one.key for one in locked(FORM, values, ledger)] == ["name"]
    doubted = replace(ledger, doubts={"name": {"reason": "改名了"}})
    assert list(locked(FORM, values, doubted)) == []


def test_a_ledger_survives_being_stored() -> None:
    values, ledger = settle(FORM, {}, Ledger(), envelopes(known(STAFF)))

    assert Ledger.from_json(ledger.to_json()) == ledger
    assert Ledger.from_json({"values": {}, "origins": {}}) == Ledger()
    assert values["name"] == "甲公司"


_STATES = st.sampled_from(["found", "absent", "timeout", "refused", "busy", "broken", "pending"])


@given(
    states=st.lists(_STATES, min_size=2, max_size=2),
    texts=st.lists(st.sampled_from(["甲路1号", "乙路2号"]), min_size=2, max_size=2),
    ages=st.lists(st.integers(0, 20), min_size=2, max_size=2),
    typed=st.none() | st.just("丙路3号"),
)
def test_nothing_is_filled_in_twice_or_over_what_was_typed(
    states: list[str], texts: list[str], ages: list[int], typed: str | None
) -> None:
    replies = [
        found(source, {"address": text}, days_ago=age)
        if state == "found"
        else silent(source, state)
        for source, state, text, age in zip(
            ("registry", "province"), states, texts, ages, strict=True
        )
    ]
    start: dict[str, object] = {"address": typed} if typed else {}
    sealed = envelopes(known(*replies, values=start))
    once = settle(FORM, start, Ledger(), sealed)
    twice = settle(FORM, *once, sealed)

    assert once == twice
    if typed:
        assert once[0]["address"] == typed
    elif "address" in once[0]:
        assert states[0] == "found"
        assert once[0]["address"] == texts[0]
        is_rival = states[1] == "found" and ages[1] <= 7 and ages[0] <= 7
        assert not (is_rival and texts[0] != texts[1])
