# SPDX-License-Identifier: Apache-2.0
"""A seal comes to life by three people, is used only under a grant, and its ledger tells all."""

import threading
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import IntegrityError, connections, transaction

from huiban.connectors import es_seal
from huiban.connectors.es_seal_check import holds
from huiban.kernel.actor import SYSTEM, Actor, ActorKind
from huiban.kernel.credential import OwnerKind, Profile
from huiban.kernel.seal import HolderKind
from huiban.kernel.verification import Verdict
from huiban.services import credentials, ledger, seal_making, seal_trust, seal_use, seals
from huiban.services import seals_grant as grants
from huiban.services.ledger import Chain, body_of
from huiban.services.refusal import FieldFault, NotAllowed, NotFound, NotOpen
from huiban.services.seal_use import SealRefused, Wanted
from huiban.services.seals import Change, Proposal
from huiban.services.seals_grant import NewGrant
from huiban.store import seals as kept
from huiban.store.models import Account, Credential, Seal
from tests.services import trusted
from tests.services.city_sample import at

NOW = at("2026-11-23 10:30")
HOME = "approval_service"
DOCUMENT = "construction_waste.grant_decision"


def officer(number: str, *roles: str, department: str = HOME) -> Actor:
    return Actor(number, f"{number}的姓名", ActorKind.OFFICER, frozenset(roles), department)


KEEPER = officer("keeper", "seal_keeper")
LEADER = officer("leader", "leader")
SECURITY = officer("security", "admin_security", department="")
CLERK = officer("clerk", "window")


@pytest.fixture
def signing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[trusted.Trusted]:
    """This house signs, at the time of the tests."""
    monkeypatch.setattr(settings, "OBJECTS_URL", f"folder:{tmp_path / 'objects'}")
    with trusted.trusted(tmp_path, NOW) as found:
        yield found


def proposal(**changed: object) -> Proposal:
    told: dict[str, object] = {
        "department": HOME,
        "kind": "authority",
        "valid_from": date(2026, 11, 1),
        "valid_until": date(2029, 10, 31),
    }
    return Proposal(**(told | changed))  # type: ignore[arg-type]


def proposed(**changed: object) -> Seal:
    return seals.propose(proposal(**changed), KEEPER, NOW)


def active(**changed: object) -> Seal:
    number = proposed(**changed).number
    seals.approve(number, LEADER, NOW)
    return seals.approve(number, SECURITY, NOW)


def grant(**changed: object) -> NewGrant:
    told: dict[str, object] = {
        "holder_kind": HolderKind.ROLE,
        "holder": "leader",
        "documents": ("construction_waste.*",),
        "valid_from": NOW,
        "valid_until": NOW + timedelta(days=30),
    }
    return NewGrant(**(told | changed))  # type: ignore[arg-type]


def ready_to_use(**changed: object) -> Seal:
    seal = active()
    grants.give(seal.number, grant(**changed), KEEPER, NOW)
    return seal


def wanted(**changed: object) -> Wanted:
    about = {"case": "370200-1", "sha256": "ab" * 32}
    told: dict[str, object] = {
        "department": HOME, "kind": "authority", "document": DOCUMENT, "about": about,
    }  # fmt: skip
    return Wanted(**(told | changed))  # type: ignore[arg-type]


def use(actor: Actor = LEADER, now: datetime = NOW, **changed: object) -> seal_use.SealReady:
    return seal_use.use(wanted(**changed), actor, actor.roles, now)


def refused(actor: Actor = LEADER, now: datetime = NOW, **changed: object) -> str:
    with pytest.raises(SealRefused) as found:
        use(actor, now, **changed)
    assert found.value.message.zh
    assert found.value.message.en
    return found.value.reason


def acts(number: str) -> list[str]:
    return [one.act for one in ledger.history(Chain.SEAL, number)]


# ── Life ──


@pytest.mark.usefixtures("each_database", "signing")
def test_two_approvals_make_a_seal_that_verifies() -> None:
    seal = active()

    assert seal.state == Seal.State.ACTIVE
    assert seal.name == "青岛市行政审批服务局公章"
    assert seal.number.startswith("370200")
    read = es_seal.read_seal(seal_making.object_of(seal))
    assert read.facts.number == seal.number
    assert read.facts.name == seal.name
    assert holds(read.maker, read.algorithm, read.signed, read.signature)
    trust = seal_trust.SealTrust()
    chain = credentials.of(seal_making.MAKER, Profile.SM2, NOW).chain
    assert trust.maker(read.maker, chain, NOW).verdict is Verdict.PASSED
    assert trust.maker(read.maker, chain, NOW).is_test
    assert acts(seal.number) == [
        *("seal_proposed", "seal_approved", "seal_approved", "seal_made"),
    ]
    assert ledger.breaks_of(Chain.SEAL, seal.number) == []


@pytest.mark.usefixtures("each_database", "signing")
def test_a_seal_names_the_keys_of_its_department_in_both_suites() -> None:
    seal = active()

    listed = es_seal.read_seal(seal_making.object_of(seal)).facts.certificates

    owner = credentials.of_department(HOME)
    assert set(listed) == {credentials.of(owner, one, NOW).certificate for one in Profile}
    assert seal.credential is not None
    assert seal.credential.owner_kind == OwnerKind.DEPARTMENT


@pytest.mark.usefixtures("each_database")
def test_nobody_approves_what_they_proposed() -> None:
    both = officer("both", "seal_keeper", "leader")
    number = seals.propose(proposal(), both, NOW).number

    with pytest.raises(NotAllowed, match="三个不同的人"):
        seals.approve(number, both, NOW)


@pytest.mark.usefixtures("each_database")
@pytest.mark.parametrize(
    ("actor", "words"),
    [
        (SECURITY, "先由本部门负责人审批"),
        (KEEPER, "您的岗位没有这项权限"),
    ],
)
def test_the_first_approval_is_the_heads_alone(actor: Actor, words: str) -> None:
    with pytest.raises(NotAllowed, match=words):
        seals.approve(proposed().number, actor, NOW)


@pytest.mark.usefixtures("each_database")
def test_the_second_approval_is_the_security_administrators_alone() -> None:
    number = proposed().number
    seals.approve(number, LEADER, NOW)

    with pytest.raises(NotAllowed, match="第二步由安全管理员审批"):
        seals.approve(number, officer("deputy", "leader"), NOW)


@pytest.mark.usefixtures("each_database")
def test_another_departments_seal_is_not_there() -> None:
    number = proposed().number
    stranger = officer("stranger", "leader", department="traffic_police")

    with pytest.raises(NotFound):
        seals.approve(number, stranger, NOW)
    assert seals.listing(stranger).rows == ()


@pytest.mark.usefixtures("each_database")
def test_a_keeper_proposes_only_for_their_own_department() -> None:
    with pytest.raises(NotAllowed, match="别的部门"):
        seals.propose(proposal(department="traffic_police"), KEEPER, NOW)


@pytest.mark.usefixtures("each_database")
@pytest.mark.parametrize(
    ("path", "changed"),
    [
        ("kind", {"kind": "stamp"}),
        ("valid_until", {"valid_until": date(2026, 10, 31)}),
        ("valid_until", {"valid_from": date(2020, 1, 1), "valid_until": date(2020, 12, 31)}),
        ("valid_until", {"valid_until": date(2031, 11, 2)}),
    ],
)
def test_a_proposal_that_will_not_do_names_the_field(path: str, changed: dict[str, object]) -> None:
    with pytest.raises(FieldFault) as found:
        proposed(**changed)

    assert found.value.path == path


@pytest.mark.usefixtures("each_database")
def test_a_refusal_needs_a_reason_and_ends_the_proposal() -> None:
    number = proposed().number

    with pytest.raises(FieldFault):
        seals.refuse(number, "  ", LEADER, NOW)
    seals.refuse(number, "图样不对", LEADER, NOW)

    assert kept.load(number).state == Seal.State.REFUSED
    assert body_of(ledger.history(Chain.SEAL, number)[-1])["reason"] == "图样不对"
    with pytest.raises(NotOpen):
        seals.approve(number, LEADER, NOW)


@pytest.mark.usefixtures("each_database", "signing")
def test_a_seal_is_suspended_resumed_and_revoked_for_good() -> None:
    number = ready_to_use().number

    seals.change(number, Change.SUSPEND, "印章管理员休假", LEADER, NOW)
    assert refused() == "suspended"
    seals.change(number, Change.RESUME, "休假结束", SECURITY, NOW)
    assert use().seal.number == number
    seals.change(number, Change.REVOKE, "机构改革", LEADER, NOW)
    assert refused() == "revoked"

    with pytest.raises(NotOpen):
        seals.change(number, Change.RESUME, "再用", LEADER, NOW)
    assert acts(number)[5:] == [
        *("seal_suspended", "seal_use_refused", "seal_resumed", "seal_used"),
        *("seal_revoked", "seal_use_refused"),
    ]


@pytest.mark.usefixtures("each_database", "signing")
def test_a_keeper_may_not_stop_a_seal() -> None:
    with pytest.raises(NotAllowed):
        seals.change(active().number, Change.REVOKE, "不想要了", KEEPER, NOW)


@pytest.mark.usefixtures("each_database", "signing")
def test_a_new_seal_takes_the_place_of_the_old_one() -> None:
    old, new = ready_to_use(), active(valid_until=date(2030, 1, 1))

    assert kept.load(old.number).state == Seal.State.RETIRED
    assert kept.in_force(HOME, "authority", "sm2") == kept.load(new.number)
    assert refused() == "not_granted"  # grants stay with the seal they were given for
    assert acts(old.number)[-1] == "seal_retired"


@pytest.mark.usefixtures("each_database", "signing")
def test_a_seal_ends_with_its_last_day() -> None:
    number = active(valid_until=date(2026, 11, 30)).number
    last = at("2026-11-30 23:59")

    grants.give(number, grant(valid_until=NOW + timedelta(days=90)), KEEPER, NOW)
    assert use(now=last).seal.number == number
    assert seals.expire(last) == 0
    assert refused(now=last + timedelta(minutes=2)) == "expired"
    assert seals.expire(last + timedelta(minutes=2)) == 1
    assert refused(now=last + timedelta(minutes=2)) == "retired"
    assert seals.expire(last + timedelta(days=2)) == 0


@pytest.mark.usefixtures("each_database")
def test_where_nothing_is_signed_no_seal_is_made() -> None:
    number = proposed().number
    seals.approve(number, LEADER, NOW)

    with pytest.raises(NotOpen):
        seals.approve(number, SECURITY, NOW)

    assert seals.waits_for(kept.load(number)) is seals.Step.SECOND


# ── Grants ──


@pytest.mark.usefixtures("each_database", "signing")
def test_a_use_gives_all_it_takes_and_is_noted() -> None:
    number = ready_to_use().number

    ready = use()

    assert ready.seal.number == number
    assert ready.picture_pdf.startswith(b"%PDF")
    read = es_seal.read_seal(ready.object_der)
    assert ready.signer.certificate in read.facts.certificates
    assert ready.maker_chain == credentials.of(seal_making.MAKER, Profile.SM2, NOW).chain
    entry = ledger.history(Chain.SEAL, number)[-1]
    assert (entry.act, entry.actor) == ("seal_used", LEADER.number)
    assert body_of(entry) == {
        "case": "370200-1",
        "document": DOCUMENT,
        "grant": ready.grant.number,
        "sha256": "ab" * 32,
    }
    assert ledger.breaks_of(Chain.SEAL, number) == []


@pytest.mark.usefixtures("each_database", "signing")
@pytest.mark.parametrize(
    ("reason", "changed", "user"),
    [
        ("not_granted", {}, CLERK),
        ("not_granted", {"documents": ("safety_permit.*",)}, LEADER),
        ("not_granted", {"holder_kind": HolderKind.ACCOUNT, "holder": "zhao"}, LEADER),
        ("not_yet", {"valid_from": NOW + timedelta(hours=1)}, LEADER),
    ],
)
def test_without_a_grant_that_fits_a_seal_is_refused_and_that_is_noted(
    reason: str, changed: dict[str, object], user: Actor
) -> None:
    Account.objects.make("zhao", None, name="赵", kind="officer", department=HOME)
    number = ready_to_use(**changed).number

    assert refused(user) == reason

    entry = ledger.history(Chain.SEAL, number)[-1]
    assert (entry.act, entry.actor) == ("seal_use_refused", user.number)
    assert body_of(entry)["because"] == reason


@pytest.mark.usefixtures("each_database", "signing")
def test_a_grant_lapses() -> None:
    ready_to_use(valid_until=NOW + timedelta(hours=1))

    assert use().grant.uses == 0
    assert refused(now=NOW + timedelta(hours=2)) == "lapsed"


@pytest.mark.usefixtures("each_database", "signing")
def test_a_grant_is_used_so_often_and_no_more() -> None:
    number = ready_to_use(uses_most=2).number

    use()
    use()

    assert refused() == "used_up"
    assert [one.uses for one in kept.grants_of(number)] == [2]
    assert kept.load(number).month_uses == 2


@pytest.mark.usefixtures("each_database", "signing")
def test_uses_are_counted_by_the_month() -> None:
    number = ready_to_use().number
    use()
    use(now=at("2026-12-01 00:10"))

    found = kept.load(number)
    assert (found.month, found.month_uses) == (date(2026, 12, 1), 1)


@pytest.mark.usefixtures("each_database", "signing")
def test_a_grant_taken_back_ends_at_once() -> None:
    number = ready_to_use().number
    (given,) = grants.of_seal(number, KEEPER)

    grants.take_back(number, given.number, KEEPER, NOW)

    assert refused() == "not_granted"
    with pytest.raises(NotOpen):
        grants.take_back(number, given.number, KEEPER, NOW)


@pytest.mark.usefixtures("each_database", "signing")
def test_a_person_uses_their_own_grant_before_that_of_their_post() -> None:
    Account.objects.make(LEADER.number, None, name="赵建国", kind="officer", department=HOME)
    number = ready_to_use().number
    own = grant(holder_kind=HolderKind.ACCOUNT, holder=LEADER.number, uses_most=1)
    given = grants.give(number, own, KEEPER, NOW)

    assert use().grant.number == given.number
    assert use().grant.number != given.number


@pytest.mark.usefixtures("each_database", "signing")
def test_what_nobody_decided_is_sealed_by_the_system_under_its_own_grant() -> None:
    number = ready_to_use(holder="system").number

    assert refused() == "not_granted"
    assert use(SYSTEM).seal.number == number
    assert ledger.history(Chain.SEAL, number)[-1].actor == SYSTEM.number


@pytest.mark.usefixtures("each_database", "signing")
def test_a_department_without_a_seal_is_told_how_to_get_one() -> None:
    proposed()

    with pytest.raises(SealRefused, match="还没有制作，请印章管理员申请") as found:
        use()

    assert found.value.reason == "no_seal"


@pytest.mark.usefixtures("each_database", "signing")
def test_a_seal_can_sign_with_the_suite_a_document_needs() -> None:
    ready_to_use()

    assert use().signer.profile is Profile.SM2
    assert use(profile=Profile.P256).signer.profile is Profile.P256


@pytest.mark.usefixtures("each_database", "signing")
def test_a_seal_is_made_anew_for_a_renewed_certificate_of_its_department() -> None:
    number = ready_to_use().number
    before = use()
    credentials.rotate(before.signer.number, SYSTEM, NOW)

    after = use()

    assert after.signer.certificate != before.signer.certificate
    assert after.signer.certificate in es_seal.read_seal(after.object_der).facts.certificates
    assert acts(number)[-2:] == ["seal_remade", "seal_used"]
    assert ledger.breaks_of(Chain.SEAL, number) == []


@pytest.mark.usefixtures("each_database", "signing")
@pytest.mark.parametrize(
    ("path", "changed"),
    [
        ("holder", {"holder": "applicant"}),
        ("holder", {"holder": "nobody"}),
        ("holder", {"holder_kind": HolderKind.ACCOUNT, "holder": "nobody"}),
        ("documents", {"documents": ()}),
        ("documents", {"documents": ("construction_waste.receipt",)}),
        ("documents", {"documents": ("*",)}),
        ("valid_until", {"valid_until": NOW - timedelta(days=1)}),
        ("uses_most", {"uses_most": 0}),
    ],
)
def test_a_grant_that_will_not_do_names_the_field(path: str, changed: dict[str, object]) -> None:
    number = proposed().number

    with pytest.raises(FieldFault) as found:
        grants.give(number, grant(**changed), KEEPER, NOW)

    assert found.value.path == path


@pytest.mark.usefixtures("each_database")
@pytest.mark.parametrize("actor", [LEADER, SECURITY, CLERK], ids=["leader", "security", "clerk"])
def test_only_the_keeper_grants(actor: Actor) -> None:
    number = proposed().number

    with pytest.raises((NotAllowed, NotFound)):
        grants.give(number, grant(), actor, NOW)


@pytest.mark.usefixtures("each_fresh_database", "signing")
def test_of_many_at_once_no_more_use_a_grant_than_it_allows() -> None:
    number = ready_to_use(uses_most=3).number
    told: list[str] = []

    def once() -> None:
        try:
            use()
            told.append("used")
        except SealRefused as found:
            told.append(found.reason)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=once) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert sorted(told) == ["used"] * 3 + ["used_up"] * 5
    assert ledger.breaks_of(Chain.SEAL, number) == []
    assert acts(number).count("seal_used") == 3


@pytest.mark.usefixtures("each_database", "signing")
def test_what_the_ledger_says_of_a_use_is_never_changed() -> None:
    number = ready_to_use().number
    use()
    entry = ledger.history(Chain.SEAL, number)[-1]
    entry.body = entry.body.replace("370200-1", "370200-2")

    with pytest.raises(IntegrityError), transaction.atomic():
        entry.save()


@pytest.mark.usefixtures("each_database", "signing")
def test_the_list_puts_first_what_waits_and_counts_it() -> None:
    ready = active()
    waiting = proposed(kind="licensing")

    found = seals.listing(SECURITY)

    assert [one.number for one in found.rows] == [waiting.number, ready.number]
    assert (found.total, found.waiting.first, found.waiting.second) == (2, 1, 0)
    assert Credential.objects.filter(owner_kind="office").count() == 1
