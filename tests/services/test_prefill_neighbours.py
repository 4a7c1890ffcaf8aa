# SPDX-License-Identifier: Apache-2.0
"""Forms filled in from real neighbours, also when one is dead, late, wrong, or has had enough."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from huiban.kernel.envelope import Status
from huiban.kernel.fill_rate import counts_of, outcomes
from huiban.kernel.identifier_samples import make_person_id
from huiban.kernel.prefill import cell_origins
from huiban.services import accounts, doubts, drafts, exchange, filling, my_data, sealed
from huiban.services.doubts import Doubted
from huiban.services.drafts import Saving, Writing
from huiban.services.exchange import Asked
from huiban.services.facts import local_day
from huiban.services.filling import ALL, NOTHING_SAID, OWN, Said
from huiban.services.refusal import FieldFault, Stale
from huiban.services.sample import demo_people
from huiban.store.models import Account, Inquiry, Quota
from tests.services.neighbourhood import NOW, Neighbours, connected, running

SAFETY = "safety_permit.new"
WASTE = "construction_waste.new"
SECTION = "enterprise"
HAULER = "91370211MA0000B23R"


@pytest.fixture(scope="module")
def neighbourhood(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neighbours]:
    with running(tmp_path_factory.mktemp("neighbours") / "city") as found:
        yield found


@pytest.fixture
def registers(
    each_fresh_database: str, neighbourhood: Neighbours, tmp_path: Path
) -> Iterator[Neighbours]:
    with connected(neighbourhood, tmp_path / "index"):
        yield neighbourhood
    neighbourhood.order("*", reset=True)


@pytest.fixture
def people(registers: Neighbours) -> dict[str, Account]:
    return {
        one.number: accounts.make(one.person, "a-long-password-1")
        for one in demo_people()
        if one.number in ("wangmin", "lihua", "gaoyun", "tianlei")
    }


def begun(account: Account, item: str = SAFETY) -> Writing:
    writing = drafts.begin(item, account.to_actor(), account, NOW)
    return again(account, writing.number)


def again(account: Account, number: str) -> Writing:
    return drafts.open_step(number, account.to_actor(), NOW)


def settled(account: Account, number: str) -> Writing:
    """Wait until nobody is late any more."""
    for _ in range(200):
        writing = again(account, number)
        if writing.state is not None and not writing.state.is_waiting:
            return writing
        time.sleep(0.05)
    raise AssertionError("registers never answered")


def status(writing: Writing, key: str) -> Status:
    assert writing.state is not None
    return writing.state.envelopes[key].status


def saved(writing: Writing, said: Said = NOTHING_SAID, **answers: object) -> Writing:
    """Post the first step as its page would: what stands there, with what is changed."""
    section = writing.form.section(SECTION) or writing.form.sections[0]
    shown = {
        one.key: writing.values[one.key] for one in section.fields if one.key in writing.values
    }
    account = writing.draft.account
    saving = Saving(section.key, {**shown, **answers}, said=said)
    return drafts.save(writing.number, saving, account.to_actor(), NOW)


def test_most_of_the_form_is_filled_in_for_a_new_applicant(people: dict[str, Account]) -> None:
    writing = settled(people["lihua"], begun(people["lihua"]).number)
    fill = outcomes(
        writing.form, writing.values, filling.given(writing.form, writing.ledger), local_day(NOW)
    )
    counts = counts_of([fill])
    left = sum(len(step.missing) for step in writing.progress(local_day(NOW)))

    assert status(writing, "legal") is Status.AUTHORITATIVE
    assert writing.origins["legal"]["source"] == "enterprise_registry"
    assert counts.accepted / (counts.total + left) >= 0.84


def test_a_dead_register_is_named_and_the_others_fill_in(
    registers: Neighbours, people: dict[str, Account]
) -> None:
    registers.order("qualification", dead=True)
    writing = settled(people["lihua"], begun(people["lihua"]).number)
    registers.order("qualification", reset=True)
    typed = saved(writing, postcode="266000")
    later = drafts.ask_again(writing.number, people["lihua"].to_actor(), NOW)

    assert status(writing, "qualifications") is Status.BROKEN
    assert "qualifications" not in writing.values
    assert status(writing, "address") is Status.AUTHORITATIVE
    assert typed.values["postcode"] == later.values["postcode"] == "266000"
    after = settled(people["lihua"], writing.number)
    assert status(after, "qualifications") is Status.AUTHORITATIVE


def test_a_stalled_register_is_waited_for_in_the_background_only(
    registers: Neighbours, people: dict[str, Account]
) -> None:
    registers.order("social_insurance", stall_s=2.5)
    writing = begun(people["lihua"])
    asked = {row.resource: row.state for row in writing.state.asked} if writing.state else {}
    typed = saved(writing, staff="99")
    late = settled(people["lihua"], writing.number)

    assert asked["social_insurance"] == "pending"
    assert status(writing, "staff") is Status.PENDING
    assert status(writing, "legal") is Status.AUTHORITATIVE
    assert typed.values["staff"] == 99
    assert late.values["staff"] == 99, "what was typed meanwhile stays"
    assert late.values["c7"] is True, "what came late is filled in"


def test_registers_that_disagree_are_both_shown_and_the_choice_is_kept(
    people: dict[str, Account],
) -> None:
    account = people["gaoyun"]
    writing = settled(account, begun(account).number)
    doubt = doubts.view(writing.number, "address", account.to_actor(), NOW)
    provincial = doubt.options[1]
    chosen = saved(writing, address=provincial.value)
    after = again(account, writing.number)

    assert status(writing, "address") is Status.CONFLICT
    assert "address" not in writing.values
    assert [one.source for one in doubt.options] == [
        "enterprise_registry",
        "enterprise_register_province",
    ]
    assert chosen.ledger.choices["address"] == "enterprise_register_province"
    assert after.values["address"] == provincial.value
    given = filling.given(after.form, after.ledger)
    assert given["address"].status == "conflict"


def test_a_register_that_is_wrong_is_told_so_with_a_reason(people: dict[str, Account]) -> None:
    account = people["lihua"]
    writing = settled(account, begun(account).number)
    with pytest.raises(FieldFault, match="请写明"):
        doubts.raise_doubt(
            writing.number, "legal", Doubted(OWN, "周健军", " "), account.to_actor(), NOW
        )
    said = Doubted(OWN, "周健军", "8 月已办理变更登记")
    told = doubts.raise_doubt(writing.number, "legal", said, account.to_actor(), NOW)
    kept = saved(again(account, writing.number))

    assert told.values["legal"] == kept.values["legal"] == "周健军"
    assert told.ledger.doubts["legal"]["reason"] == said.reason


def test_old_data_waits_for_a_person_to_confirm_it(people: dict[str, Account]) -> None:
    account = people["tianlei"]
    writing = settled(account, begun(account).number)
    assert writing.state is not None
    before = [one.path for one in filling.problems(writing.form, writing.state)]
    one = saved(writing, Said(confirm="legal"))
    every = saved(one, Said(confirm=f"{ALL}{SECTION}"))
    found = again(account, every.number)
    assert found.state is not None

    assert status(writing, "legal") is Status.STALE
    assert "legal" in before
    assert "legal" in one.ledger.confirmed
    assert filling.problems(found.form, found.state) == []


def test_a_register_that_has_had_enough_says_so(
    registers: Neighbours, people: dict[str, Account]
) -> None:
    registers.order("qualification", quota=0)
    Quota.objects.create(resource="accident", day=local_day(NOW), used=10**6)
    writing = settled(people["lihua"], begun(people["lihua"]).number)

    assert status(writing, "qualifications") is Status.BUSY
    assert status(writing, "accidents") is Status.BUSY
    assert Quota.objects.get(resource="accident").used == 10**6
    assert status(writing, "legal") is Status.AUTHORITATIVE


def test_a_locked_value_that_was_tampered_with_is_put_back(people: dict[str, Account]) -> None:
    writing = settled(people["lihua"], begun(people["lihua"]).number)
    told = saved(writing, legal="冒名者", reg_capital="999999")

    assert {one.path: one.code for one in told.problems if one.code == "locked"} == {
        "legal": "locked",
        "reg_capital": "locked",
    }
    assert told.values["legal"] == writing.values["legal"]
    assert told.values["reg_capital"] == writing.values["reg_capital"]
    assert again(people["lihua"], writing.number).origins["legal"]["status"] == "authoritative"


def test_a_seal_of_another_application_opens_nothing(people: dict[str, Account]) -> None:
    account = people["lihua"]
    writing, other = begun(account), begun(account)
    own = sealed.token(writing.number, "legal_id", writing.values["legal_id"])
    foreign = sealed.token(other.number, "legal_id", other.values["legal_id"])
    good = saved(writing, legal_id=own)
    bad = saved(replace(good), legal_id=foreign)

    assert not [one for one in good.problems if one.path == "legal_id"]
    assert [one.code for one in bad.problems if one.path == "legal_id"] == ["replayed"]
    assert bad.values["legal_id"] == writing.values["legal_id"]


def test_a_snapshot_counts_only_for_what_its_sender_saw(people: dict[str, Account]) -> None:
    account = people["lihua"]
    writing = settled(account, begun(account).number)
    other = settled(account, begun(account).number)
    changed = again(account, saved(writing, postcode="266000").number)

    sealed.demand_seen(changed.snapshot, changed.snapshot)
    for replayed in (writing.snapshot, other.snapshot, ""):
        with pytest.raises(Stale):
            sealed.demand_seen(replayed, changed.snapshot)


def test_what_the_form_does_not_use_is_asked_of_nobody(people: dict[str, Account]) -> None:
    account = people["lihua"]
    writing = settled(account, begun(account).number)
    before = Inquiry.objects.filter(event="answered").count()
    matter = exchange.Matter(
        writing.number, SAFETY, "safety_permit", account.subject, account.to_actor()
    )
    asked = Asked("social_insurance", "uscc", account.subject, frozenset({"staff", "last_month"}))
    (row,) = exchange.ask(matter, [asked], {"social_insurance": frozenset({"staff"})}, NOW, 1.0)

    assert row.state == "refused"
    assert row.records == ()
    assert Inquiry.objects.filter(event="answered").count() == before


def test_nobody_learns_of_a_stranger_by_typing_their_number(people: dict[str, Account]) -> None:
    account = people["lihua"]
    writing = settled(account, begun(account).number)
    rows = writing.values["managers"]
    assert isinstance(rows, list)
    stranger = make_person_id("370202", date(1990, 1, 1), 1)
    typed = [*rows, {**rows[0], "m_id": stranger}]
    asked = Inquiry.objects.filter(resource="social_insurance_person", event="asked")
    before = asked.count()
    drafts.save(writing.number, Saving("managers", {"managers": typed}), account.to_actor(), NOW)

    assert before == len(rows)
    assert asked.count() == before


def test_every_question_is_in_the_log_without_a_value(people: dict[str, Account]) -> None:
    account = people["lihua"]
    writing = settled(account, begun(account).number)
    told = (
        {
            str(one)
            for row in writing.state.asked
            for record in row.records
            for one in record.values()
        }
        if writing.state
        else set()
    )
    written = {
        text
        for row in Inquiry.objects.all().values_list("fields", "subject", "actor_name", "matter")
        for text in row
    }

    assert Inquiry.objects.filter(event="asked").count() == len(
        writing.state.asked if writing.state else ()
    )
    assert not {one for one in told if len(one) > 3} & written
    assert my_data.page(account.to_actor(), NOW).lines


def test_a_project_is_picked_and_what_follows_is_filled_in(people: dict[str, Account]) -> None:
    account = people["wangmin"]
    writing = settled(account, begun(account, WASTE).number)
    assert writing.state is not None
    several = writing.state.several["construction_permit"]
    section = writing.form.section_of("project_name")
    shown = Saving(section, {}, said=Said(pick=("construction_permit", 0)))
    drafts.save(writing.number, shown, account.to_actor(), NOW)
    picked = settled(account, writing.number)

    assert len(several) > 1
    assert "project_name" not in writing.values
    assert picked.values["project_name"] == several[0]["project_name"]
    assert picked.origins["project_name"]["picked"] == "yes"
    assert picked.origins["site_area"]["source"] == "planning_permit"
    assert filling.given(picked.form, picked.ledger)["project_name"].kind == "history"


def test_what_is_typed_into_a_row_is_never_the_registers(people: dict[str, Account]) -> None:
    account = people["wangmin"]
    number = begun(account, WASTE).number
    hauler = {"trans_uscc": HAULER, "trans_permit": "假证999", "trans_name": "冒名公司"}
    drafts.save(number, Saving("haulage", {"haulers": [hauler]}), account.to_actor(), NOW)
    writing = settled(account, number)
    fill = outcomes(
        writing.form, writing.values, filling.given(writing.form, writing.ledger), local_day(NOW)
    )
    table = writing.form.field("haulers")
    assert table is not None

    assert writing.values["haulers"] == [hauler]
    assert "haulers.0.trans_permit" in fill.fields["E"]
    assert cell_origins(writing.ledger, table, writing.values) == {}


def test_what_a_register_said_of_another_key_goes(people: dict[str, Account]) -> None:
    account = people["wangmin"]
    number = begun(account, WASTE).number
    row = {"trans_uscc": HAULER}
    drafts.save(number, Saving("haulage", {"haulers": [row]}), account.to_actor(), NOW)
    filled = settled(account, number).values["haulers"]
    assert isinstance(filled, list)
    changed = [{**filled[0], "trans_uscc": account.subject}]
    drafts.save(number, Saving("haulage", {"haulers": changed}), account.to_actor(), NOW)
    after = settled(account, number).values["haulers"]
    site = {"site_name": "城阳区样例建筑垃圾消纳场"}
    drafts.save(number, Saving("disposal", site), account.to_actor(), NOW)
    known = settled(account, number).values
    drafts.save(
        number, Saving("disposal", {**known, "site_name": "没有的"}), account.to_actor(), NOW
    )
    unknown = settled(account, number).values

    assert filled[0]["trans_name"]
    assert after == [{"trans_uscc": account.subject}]
    assert unknown.get("site_capacity") is None


def test_a_locked_value_typed_before_the_register_answers_gives_way(
    registers: Neighbours, people: dict[str, Account]
) -> None:
    account = people["lihua"]
    registers.order("accident", stall_s=1.5)
    writing = begun(account)
    drafts.save(writing.number, Saving("record", {"accidents": "3"}), account.to_actor(), NOW)
    typed = again(account, writing.number).values["accidents"]
    late = settled(account, writing.number)

    assert typed == 3
    assert late.values["accidents"] == 0
    assert late.origins["accidents"]["source"] == "accident"


def test_a_locked_cell_is_put_back_and_said(people: dict[str, Account]) -> None:
    account = people["lihua"]
    writing = settled(account, begun(account).number)
    rows = writing.values["managers"]
    assert isinstance(rows, list)
    forged = [{**rows[0], "m_expiry": "2035-12-31", "m_cert": "假证"}, *rows[1:]]
    saving = Saving("managers", {"managers": forged})
    told = drafts.save(writing.number, saving, account.to_actor(), NOW)

    assert told.values["managers"] == rows
    assert {one.path for one in told.problems if one.code == "locked"} == {
        "managers.0.m_expiry",
        "managers.0.m_cert",
    }


def test_a_conflict_of_ones_own_making_unlocks_nothing(people: dict[str, Account]) -> None:
    account = people["lihua"]
    writing = settled(account, begun(account).number)
    rows = writing.values["managers"]
    assert isinstance(rows, list)
    own = saved(writing, legal_id=rows[3]["m_id"])
    own = settled(account, own.number)
    saved(own, legal_id=writing.values["legal_id"], legal="冒名者")
    after = settled(account, writing.number)
    assert after.state is not None

    assert after.values["legal"] == writing.values["legal"]
    assert "legal" not in after.ledger.choices


def test_an_answer_that_comes_while_a_page_is_open_is_not_taken_for_emptied(
    registers: Neighbours, people: dict[str, Account]
) -> None:
    account = people["lihua"]
    registers.order("social_insurance", stall_s=1.5)
    writing = begun(account)
    page = {key: one for key, one in writing.values.items() if key != "staff"}
    settled(account, begun(account).number)  # time goes by, the register answers
    time.sleep(1)
    drafts.save(writing.number, Saving(SECTION, page), account.to_actor(), NOW)

    assert settled(account, writing.number).values["staff"] == 46


def test_saving_in_the_background_asks_only_by_keys_that_were_checked(
    people: dict[str, Account],
) -> None:
    account = people["wangmin"]
    number = begun(account, WASTE).number
    asked = Inquiry.objects.filter(event="asked")
    before = asked.count()
    for part in ("即", "即墨", "城阳区样例建筑垃圾消纳场"):
        saving = Saving("disposal", {"site_name": part}, budget=0.0)
        drafts.save(number, saving, account.to_actor(), NOW)
    assert asked.count() == before
    rows = {"haulers": [{"trans_uscc": HAULER}]}
    drafts.save(number, Saving("haulage", rows, budget=0.0), account.to_actor(), NOW)
    shown = drafts.load(number, account.to_actor(), NOW).values["haulers"]

    assert asked.count() == before + 1
    assert shown == [{"trans_uscc": HAULER}], "a page that is open is not filled in behind its back"
    assert settled(account, number).values["haulers"] != shown


def test_one_applicant_cannot_use_up_what_all_share(
    people: dict[str, Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huiban.services.exchange_send.MOST_A_DAY", 20)
    first, second = begun(people["wangmin"], WASTE), begun(people["lihua"])
    other = begun(people["gaoyun"])

    assert status(first, "legal_person") is Status.AUTHORITATIVE
    assert "busy" in {row.state for row in (second.state.asked if second.state else ())}
    assert status(other, "staff") is Status.AUTHORITATIVE
