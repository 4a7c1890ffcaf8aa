# SPDX-License-Identifier: Apache-2.0
"""Acting for a principal: signed, accepted, used, refused by name, revoked at once, never wider."""

import threading
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection

from huiban.connectors import pades
from huiban.kernel.actor import Actor
from huiban.kernel.verification import Verdict
from huiban.services import (
    ceremony,
    delegation_signing,
    delegation_uses,
    delegations,
    drafts,
    form_signing,
    handle,
    ledger,
    ledger_rows,
    mine,
    submit,
    supply,
    trust,
    vault,
)
from huiban.services.delegation_signing import Confirmed
from huiban.services.delegation_terms import Asked
from huiban.services.delegation_uses import DelegationRefused, Doing
from huiban.services.handle import Order
from huiban.services.journal import body_of
from huiban.services.ledger import Chain
from huiban.services.refusal import AlreadyDone, Invalid, NotAllowed, NotFound, NotOpen, Stale
from huiban.store import ids
from huiban.store.models import Account, Case, Ceremony, DelegationRow
from tests.services import city_sample as sample
from tests.services.identity_sample import proved_to_sign
from tests.services.signing_sample import PHONE, password, said
from tests.services.trusted import trusted

NOW = sample.at("2026-11-23 09:30")
ITEM = "construction_waste.new"
HOUR = timedelta(hours=1)
rolled_back = pytest.mark.usefixtures("each_database")


@pytest.fixture
def city(each_database: str) -> dict[str, Account]:
    return sample.people() | {"chenjing": sample.resident()}


def asked(**changed: object) -> Asked:
    usual = Asked(
        number=ids.new_key(),
        delegate="chenjing",
        delegate_name="陈静",
        purpose="代办地下停车场工程的建筑垃圾处置核准",
        items=[ITEM],
        operations=["fill", "sign", "submit", "supply", "collect"],
        uses_most=1,
    )
    return replace(usual, **changed)  # type: ignore[arg-type]


def shown(number: str, actor: Actor) -> Ceremony:
    """The paper before its grantor, who proved who they are."""
    proved_to_sign(number, actor, NOW)
    return delegation_signing.begin(number, actor, NOW, PHONE).ceremony


def sign(row: DelegationRow, actor: Actor) -> DelegationRow:
    one = shown(row.number, actor)
    sent = Confirmed(one.number, said(one), PHONE)
    return delegation_signing.sign(row.number, sent, actor, NOW)


def given(
    city: dict[str, Account], parent: str = "", by: str = "wangmin", **changed: object
) -> str:
    """A delegation that was written, signed and accepted."""
    actor = city[by].to_actor()
    row = sign(delegations.write(asked(**changed), actor, NOW, parent), actor)
    delegations.accept(row.number, city[row.delegate].to_actor(), NOW)
    return row.number


def acting(city: dict[str, Account], number: str, who: str = "chenjing") -> Actor:
    found = delegation_uses.acting(city[who].to_actor(), number)
    assert found is not None
    return found


def draft(city: dict[str, Account], number: str, who: str = "chenjing") -> str:
    """An application filled in whole for the principal."""
    return sample.draft_as(acting(city, number, who), city[who], NOW)


def lines(number: str) -> list[tuple[str, object]]:
    """What the ledger tells of uses and refusals: the act, and the operation or the reason."""
    told = []
    for entry in ledger.history(Chain.DELEGATION, number):
        body = ledger.body_of(entry)
        told.append((entry.act, body.get("reason") or body.get("operation")))
    return told


def refused(number: str) -> list[object]:
    return [what for act, what in lines(number) if act == "use_refused"]


@rolled_back
def test_a_clerk_files_for_the_principal_and_the_case_keeps_both_names(
    city: dict[str, Account],
) -> None:
    number = given(city)

    case = submit.submit(draft(city, number), acting(city, number), NOW)

    entry = handle.load(case).journal[0]
    found = Case.objects.get(number=case)
    assert (found.subject_code, found.applicant) == (sample.USCC, "chenjing")
    assert (entry.actor_name, found.subject_name) == ("陈静", "青岛海晟置业有限公司")
    assert body_of(entry)["delegation"] == {
        "number": number, "by": "陈静", "for": "青岛海晟置业有限公司",
    }  # fmt: skip
    used = ledger.history(Chain.DELEGATION, number)[-1]
    assert ledger.body_of(used) == {
        "operation": "submit", "item": ITEM, "case": case, "counted": True,
    }  # fmt: skip
    row = DelegationRow.objects.get(number=number)
    assert (row.uses, row.state) == (1, "used_up")
    assert ledger_rows.altered("delegation", number) == []


@rolled_back
def test_signing_proposes_accepting_activates_and_the_ledger_tells_both(
    city: dict[str, Account],
) -> None:
    owner, clerk = city["wangmin"].to_actor(), city["chenjing"].to_actor()
    row = delegations.write(asked(), owner, NOW)
    assert delegation_uses.acting(clerk, row.number) is None

    signed = sign(row, owner)
    with pytest.raises(DelegationRefused) as caught:
        drafts.begin(ITEM, acting(city, row.number), city["chenjing"], NOW)
    accepted = delegations.accept(row.number, clerk, NOW)

    assert (row.state, signed.state, accepted.state) == ("drafted", "proposed", "active")
    assert caught.value.reason == "not_accepted"
    assert [act for act, _ in lines(row.number)] == ["proposed", "use_refused", "accepted"]
    assert signed.identity.startswith("window:")
    assert len(signed.identity.partition(":")[2]) == 64
    assert vault.content(signed.signed_key)[:4] == b"%PDF"


@rolled_back
def test_a_declined_one_says_why_and_opens_nothing(city: dict[str, Account]) -> None:
    owner, clerk = city["wangmin"].to_actor(), city["chenjing"].to_actor()
    number = sign(delegations.write(asked(), owner, NOW), owner).number

    declined = delegations.decline(number, "没有时间", clerk, NOW)

    assert (declined.state, declined.reason) == ("declined", "没有时间")
    with pytest.raises(DelegationRefused):
        drafts.begin(ITEM, acting(city, number), city["chenjing"], NOW)
    assert refused(number) == ["declined"]
    with pytest.raises(NotOpen):
        delegations.accept(number, clerk, NOW)


@rolled_back
def test_revoking_ends_it_at_once_in_the_middle_of_an_application(
    city: dict[str, Account],
) -> None:
    number = given(city)
    written = draft(city, number)

    delegations.revoke(number, "换人办理", city["wangmin"].to_actor(), NOW)

    with pytest.raises(DelegationRefused) as caught:
        submit.submit(written, acting(city, number), NOW + timedelta(minutes=1))
    assert caught.value.reason == "revoked"
    assert refused(number) == ["revoked"]
    assert not Case.objects.exists()
    with pytest.raises(NotOpen):
        delegations.revoke(number, "", city["wangmin"].to_actor(), NOW)


@rolled_back
def test_a_draft_for_the_principal_is_not_sent_in_ones_own_name(city: dict[str, Account]) -> None:
    written = draft(city, given(city))

    with pytest.raises(NotOpen) as caught:
        submit.submit(written, city["chenjing"].to_actor(), NOW)

    assert caught.value.reason == "other_party"


@rolled_back
def test_time_over_count_over_item_and_operation_are_each_refused_by_name(
    city: dict[str, Account],
) -> None:
    number = given(city, operations=["submit"], ends_on=NOW.date())
    clerk, account = acting(city, number), city["chenjing"]
    written = draft(city, number)

    with pytest.raises(DelegationRefused):
        drafts.begin("construction_waste.renew", clerk, account, NOW)
    with pytest.raises(DelegationRefused):
        delegation_uses.demand(clerk, Doing(operation="sign", item=ITEM), NOW)
    case = submit.submit(written, clerk, NOW)
    with pytest.raises(DelegationRefused):
        drafts.begin(ITEM, clerk, account, NOW)
    with pytest.raises(DelegationRefused):
        drafts.begin(ITEM, clerk, account, NOW + timedelta(days=1))
    with pytest.raises(DelegationRefused):
        handle.act(case, Order("retract"), clerk, NOW)

    assert refused(number) == [
        "other_item", "other_operation", "used_up", "expired", "used_up",
    ]  # fmt: skip


@rolled_back
def test_taking_an_application_back_is_never_delegated(city: dict[str, Account]) -> None:
    number = given(city, uses_most=5)
    case = submit.submit(draft(city, number), acting(city, number), NOW)

    with pytest.raises(DelegationRefused) as caught:
        handle.act(case, Order("retract"), acting(city, number), NOW)

    assert caught.value.reason == "other_operation"
    assert handle.load(case).case.stage == "submitted"


@rolled_back
def test_another_person_acts_under_it_in_vain_and_the_principal_reads_so(
    city: dict[str, Account],
) -> None:
    number = given(city)
    stranger = replace(acting(city, number), number="lihua", name="李华")

    assert delegation_uses.acting(city["lihua"].to_actor(), number) is None
    with pytest.raises(DelegationRefused) as caught:
        drafts.begin(ITEM, stranger, city["lihua"], NOW)

    assert caught.value.reason == "other_person"
    assert refused(number) == ["other_person"]
    assert ledger.history(Chain.DELEGATION, number)[-1].actor == "lihua"


@rolled_back
def test_the_delegate_sees_what_they_filed_and_nothing_else_of_the_principal(
    city: dict[str, Account],
) -> None:
    theirs = sample.case(city["wangmin"], NOW)
    number = given(city)
    case = submit.submit(draft(city, number), acting(city, number), NOW)
    clerk = acting(city, number)

    listed = mine.my_cases(clerk, mine.CaseNarrow())

    assert [one.number for one in listed.rows] == [case]
    assert mine.my_case(case, clerk, "zh-hans", NOW).page.whole.case.number == case
    with pytest.raises(NotFound):
        mine.my_case(theirs, clerk, "zh-hans", NOW)
    with pytest.raises(NotFound):
        supply.supply(theirs, "contract", [], clerk, NOW)
    own = city["chenjing"].to_actor()
    with pytest.raises(NotFound):
        mine.my_case(case, own, "zh-hans", NOW)
    with pytest.raises(NotAllowed):
        handle.act(case, Order("retract"), own, NOW)
    assert len(mine.my_cases(city["wangmin"].to_actor(), mine.CaseNarrow()).rows) == 2


@rolled_back
def test_the_principal_alone_revokes_and_lists_and_strangers_see_nothing(
    city: dict[str, Account],
) -> None:
    number = given(city)
    owner, other = city["wangmin"].to_actor(), city["lihua"].to_actor()

    assert [one.number for one in delegations.given(owner)] == [number]
    assert [one.number for one in delegations.held(city["chenjing"].to_actor())] == [number]
    assert delegations.given(other) == [] == delegations.held(other)
    for look in (
        lambda: delegations.one_of(number, other),
        lambda: delegations.revoke(number, "", other, NOW),
        lambda: delegations.revoke(number, "", city["chenjing"].to_actor(), NOW),
        lambda: delegations.log(number, other),
        lambda: delegations.accept(number, other, NOW),
        lambda: delegation_signing.begin(number, other, NOW, PHONE),
    ):
        with pytest.raises(NotFound):
            look()


@rolled_back
def test_time_ends_it_by_itself_and_the_sweep_notes_it_once(city: dict[str, Account]) -> None:
    number = given(city)
    later = NOW + timedelta(days=31)
    row = DelegationRow.objects.get(number=number)

    assert delegations.standing_words_of(row, later) == "expired"
    assert (delegations.expire(NOW), delegations.expire(later), delegations.expire(later)) == (
        0, 1, 0,
    )  # fmt: skip

    assert DelegationRow.objects.get(number=number).state == "expired"
    assert lines(number)[-1][0] == "expired"
    assert ledger_rows.altered("delegation", number) == []


@rolled_back
def test_what_was_never_signed_is_forgotten_or_thrown_away(city: dict[str, Account]) -> None:
    owner = city["wangmin"].to_actor()
    kept = delegations.write(asked(), owner, NOW).number
    thrown = delegations.write(asked(), owner, NOW).number
    signed = given(city)

    delegations.discard(thrown, owner)
    assert delegations.expire(NOW + timedelta(days=29)) == 0
    assert delegations.expire(NOW + timedelta(days=30, seconds=1)) == 2

    assert not DelegationRow.objects.filter(number__in=[kept, thrown]).exists()
    with pytest.raises(NotOpen):
        delegations.discard(signed, owner)


@rolled_back
def test_it_is_passed_on_once_counts_in_both_and_ends_with_the_first(
    city: dict[str, Account],
) -> None:
    first = given(city, may_pass_on=True, uses_most=2)
    second = given(city, first, "chenjing", delegate="lihua", delegate_name="李华")
    case = submit.submit(draft(city, second, "lihua"), acting(city, second, "lihua"), NOW)

    uses = dict(DelegationRow.objects.values_list("number", "uses"))
    assert uses == {first: 1, second: 1}
    assert Case.objects.get(number=case).subject_code == sample.USCC
    assert ledger.body_of(ledger.history(Chain.DELEGATION, first)[-1])["passed_on"] == second
    owner = city["wangmin"].to_actor()
    assert {one.number for one in delegations.given(owner)} == {first, second}
    with pytest.raises(NotOpen):
        delegations.write(asked(), city["lihua"].to_actor(), NOW, second)

    delegations.revoke(first, "", owner, NOW)

    assert set(DelegationRow.objects.values_list("state", flat=True)) == {"revoked"}
    with pytest.raises(DelegationRefused):
        mine.correct(case, acting(city, second, "lihua"), city["lihua"], NOW)
    assert [ledger_rows.altered("delegation", one) for one in (first, second)] == [[], []]


@rolled_back
@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"items": ["construction_waste.renew"]}, "items"),
        ({"scenario": "construction_waste"}, "items"),
        ({"uses_most": 2}, "uses_most"),
        ({"uses_most": None}, "uses_most"),
        ({"ends_on": date(2027, 3, 1)}, "ends_on"),
        ({"may_pass_on": True}, "may_pass_on"),
    ],
)
def test_what_is_passed_on_is_never_wider(
    city: dict[str, Account], changed: dict[str, object], path: str
) -> None:
    first = given(city, may_pass_on=True)
    wider = {"delegate": "lihua", "delegate_name": "李华"} | changed

    with pytest.raises(Invalid) as caught:
        delegations.write(asked(**wider), city["chenjing"].to_actor(), NOW, first)

    assert caught.value.problems[0].path == path


@rolled_back
@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"delegate": ""}, "delegate"),
        ({"delegate": "nobody"}, "delegate"),
        ({"delegate": "zhangqian", "delegate_name": "张倩"}, "delegate"),
        ({"delegate_name": "陈净"}, "delegate"),
        ({"delegate": "wangmin", "delegate_name": "王敏"}, "delegate"),
        ({"delegate_name": ""}, "delegate_name"),
        ({"purpose": " "}, "purpose"),
        ({"purpose": "长" * 201}, "purpose"),
        ({"operations": []}, "operations"),
        ({"operations": ["use_seal"]}, "operations"),
        ({"items": []}, "items"),
        ({"items": ["nothing"]}, "items"),
        ({"scenario": "nothing"}, "items"),
        ({"operations": ["use_certificate"], "certificates": ["X"]}, "certificates"),
        ({"uses_most": 0}, "uses_most"),
        ({"uses_most": 1001}, "uses_most"),
        ({"starts_on": date(2026, 11, 22)}, "starts_on"),
        ({"ends_on": date(2026, 11, 22)}, "ends_on"),
        ({"ends_on": date(2027, 11, 23)}, "ends_on"),
    ],
)
def test_what_will_not_do_is_named(
    city: dict[str, Account], changed: dict[str, object], path: str
) -> None:
    with pytest.raises(Invalid) as caught:
        delegations.write(asked(**changed), city["wangmin"].to_actor(), NOW)

    assert [one.path for one in caught.value.problems] == [path]
    assert not DelegationRow.objects.exists()


@rolled_back
def test_names_are_not_guessed_account_by_account(city: dict[str, Account]) -> None:
    owner = city["wangmin"].to_actor()
    for place in range(20):
        with pytest.raises(Invalid):
            delegations.write(asked(delegate=f"guess{place}"), owner, NOW)

    with pytest.raises(NotOpen) as caught:
        delegations.write(asked(), owner, NOW)

    assert caught.value.reason == "too_many"


@rolled_back
def test_the_same_form_sent_twice_writes_one_and_a_paper_is_signed_once(
    city: dict[str, Account],
) -> None:
    owner, number = city["wangmin"].to_actor(), ids.new_key()
    row = delegations.write(asked(number=number), owner, NOW)
    with pytest.raises(AlreadyDone):
        delegations.write(asked(number=number), owner, NOW)
    one = shown(number, owner)
    sent = Confirmed(one.number, said(one), PHONE)

    delegation_signing.sign(row.number, sent, owner, NOW)

    with pytest.raises(NotOpen):
        delegation_signing.sign(number, sent, owner, NOW)
    acts = [act for act, _ in lines(number)]
    assert acts == ["proposed"]


@rolled_back
def test_another_papers_ceremony_does_not_sign_this_one(city: dict[str, Account]) -> None:
    owner = city["wangmin"].to_actor()
    one, two = (delegations.write(asked(), owner, NOW) for _ in range(2))
    begun = shown(one.number, owner)
    shown(two.number, owner)
    sent = Confirmed(begun.number, said(begun), PHONE)

    with pytest.raises(Stale):
        delegation_signing.sign(two.number, sent, owner, NOW)


@rolled_back
def test_who_acts_for_another_gives_no_delegation_and_consents_to_nothing(
    city: dict[str, Account],
) -> None:
    number = given(city)

    with pytest.raises(NotAllowed):
        delegations.write(asked(delegate="lihua", delegate_name="李华"), acting(city, number), NOW)
    with pytest.raises(NotAllowed):
        delegations.write(asked(), city["zhangqian"].to_actor(), NOW)
    writing = drafts.load(draft(city, number), acting(city, number), NOW)
    with pytest.raises(NotAllowed):
        drafts.agree(writing, "any", "x", NOW)


@rolled_back
def test_what_is_filled_in_is_the_principals_and_not_the_delegates(
    city: dict[str, Account],
) -> None:
    number = given(city)

    writing = drafts.begin(ITEM, acting(city, number), city["chenjing"], NOW)

    assert (writing.values["uscc"], writing.values["applicant"]) == (
        sample.USCC, "青岛海晟置业有限公司",
    )  # fmt: skip


@rolled_back
def test_a_row_that_was_changed_by_hand_is_told_by_its_ledger(city: dict[str, Account]) -> None:
    number = given(city)

    DelegationRow.objects.filter(number=number).update(uses_most=99, uses=1, state="revoked")

    assert ledger_rows.altered("delegation", number) == ["uses_most", "uses", "state"]


@rolled_back
def test_the_paper_ends_signed_for_years_and_the_delegate_signs_with_their_own_key(
    city: dict[str, Account], tmp_path: Path
) -> None:
    with trusted(tmp_path, NOW):
        number = given(city)
        row = DelegationRow.objects.get(number=number)
        believed = pades.Trust(test_roots=trust.roots().roots)
        report = pades.verify(vault.content(row.signed_key), believed, NOW)
        clerk = acting(city, number)
        written = draft(city, number)
        one = form_signing.begin(drafts.load(written, clerk, NOW), clerk, NOW, PHONE).ceremony
        sent = form_signing.Confirmed(one.number, said(one), password(NOW), PHONE)
        case = form_signing.confirm(written, sent, clerk, NOW)
        form_signing.sign_filed(case, handle.load(case).journal[0], NOW)

    found, stamped = report.signatures
    assert (found.place, found.level, stamped.kind) == ("grantor", "B-LTA", "timestamp")
    assert report.verdict is Verdict.PASSED
    assert "王敏" in found.signer
    assert "代表青岛海晟置业有限公司" in ceremony.statement(one).zh
    kept = type(one).objects.select_related("credential").get(number=one.number)
    assert kept.credential is not None
    assert (kept.credential.name, kept.credential.organization) == ("陈静", "")
    told = [what for act, what in lines(number) if act == "used"]
    assert told == ["fill", "submit", "sign"]


@pytest.fixture
def shared(each_fresh_database: str) -> tuple[dict[str, Account], str]:
    people = sample.people() | {"chenjing": sample.resident()}
    return people, given(people)


def test_four_at_once_share_the_last_use(shared: tuple[dict[str, Account], str]) -> None:
    city, number = shared
    written = [draft(city, number) for _ in range(4)]
    came: list[str] = []
    start = threading.Barrier(4)

    def try_it(one: str) -> None:
        try:
            start.wait()
            submit.submit(one, acting(city, number), NOW)
            came.append("sent")
        except DelegationRefused as told:
            came.append(told.reason)
        finally:
            connection.close()

    threads = [threading.Thread(target=try_it, args=(one,)) for one in written]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(came) == ["sent", "used_up", "used_up", "used_up"]
    assert (Case.objects.count(), DelegationRow.objects.get().uses) == (1, 1)
    assert refused(number) == ["used_up"] * 3
    assert ledger.breaks_of(Chain.DELEGATION, number) == []
