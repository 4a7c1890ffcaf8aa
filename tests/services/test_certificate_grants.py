# SPDX-License-Identifier: Apache-2.0
"""A certificate lent to one party for one purpose: used so often, refused by name otherwise."""

import threading
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.db import connection

from huiban.kernel.certificate import Act
from huiban.kernel.identifier_samples import make_person_id
from huiban.services import certificate_grants, certificate_uses, ledger
from huiban.services.certificate_acts import Order, act
from huiban.services.certificate_grants import Granted, Granting
from huiban.services.ledger import Chain, body_of
from huiban.services.refusal import (
    AlreadyDone,
    Expired,
    FieldFault,
    Invalid,
    NotAllowed,
    NotFound,
    NotOpen,
)
from huiban.store import ids
from huiban.store.models import Account, Certificate, CertificateGrant, Notice
from tests.services import city_sample as sample
from tests.services.certificate_sample import IN_FORCE, granted

rolled_back = pytest.mark.usefixtures("each_database")
DAY = IN_FORCE.date()


@pytest.fixture
def city(each_database: str) -> dict[str, Account]:
    return sample.people()


@pytest.fixture
def held(city: dict[str, Account]) -> Certificate:
    return granted(city)


def asked(grantee: Account, **changed: object) -> Granting:
    usual = Granting(
        number=ids.new_key(),
        grantee_code=grantee.subject,
        grantee_name=grantee.subject_name,
        purpose="tender",
    )
    return replace(usual, **changed)  # type: ignore[arg-type]


def lend(
    city: dict[str, Account], held: Certificate, now: datetime = IN_FORCE, **changed: object
) -> Granted:
    asking = asked(city["lihua"], **changed)
    return certificate_grants.grant(held.number, asking, city["wangmin"].to_actor(), now)


def use(
    city: dict[str, Account], code: str, who: str = "lihua", now: datetime = IN_FORCE,
    purpose: str = "tender",
) -> certificate_uses.Use:  # fmt: skip
    return certificate_uses.use(code, purpose, city[who].to_actor(), now)


def refusals(held: Certificate) -> list[str]:
    entries = ledger.history(Chain.CERTIFICATE, held.number)
    return [str(body_of(one)["reason"]) for one in entries if one.act == "use_refused"]


@rolled_back
def test_the_grantee_uses_the_certificate_and_the_holder_sees_it(
    city: dict[str, Account], held: Certificate
) -> None:
    code = lend(city, held).code
    invited = certificate_uses.open_code(code, city["lihua"].to_actor(), IN_FORCE)

    used = use(city, code)

    assert (invited.title, invited.holder) == (held.title, "青岛海晟置业有限公司")
    assert (used.certificate.number, used.worth) == (held.number, "valid")
    assert used.until == IN_FORCE + timedelta(minutes=15)
    made, entry = ledger.history(Chain.CERTIFICATE, held.number)[-2:]
    assert (made.act, entry.act) == ("grant_made", "used")
    told = body_of(entry)
    assert (told["by"], told["purpose"]) == ("青岛通和市政工程有限公司", "tender")
    assert CertificateGrant.objects.get().state == "used_up"
    notice = Notice.objects.get(code="certificate_used")
    assert notice.subject_code == sample.USCC
    assert notice.link.endswith("/grants")


@rolled_back
def test_the_code_itself_is_kept_nowhere(city: dict[str, Account], held: Certificate) -> None:
    code = lend(city, held).code

    kept = CertificateGrant.objects.get()
    assert code not in str(vars(kept))
    entries = ledger.history(Chain.CERTIFICATE, held.number)
    assert all(code not in one.body for one in entries)


@rolled_back
def test_the_second_use_over_the_count_is_refused_and_told(
    city: dict[str, Account], held: Certificate
) -> None:
    code = lend(city, held, uses_most=2).code
    use(city, code)
    use(city, code)

    with pytest.raises(NotOpen) as caught:
        use(city, code)

    assert caught.value.reason == "used_up"
    assert refusals(held) == ["used_up"]
    assert CertificateGrant.objects.get().uses == 2


@rolled_back
@pytest.mark.parametrize(("days", "reason"), [(-1, "too_early"), (10, "too_late"), (7, "too_late")])
def test_outside_its_time_a_grant_opens_nothing(
    city: dict[str, Account], held: Certificate, days: int, reason: str
) -> None:
    code = lend(city, held, starts_on=DAY + timedelta(days=1)).code
    now = IN_FORCE + timedelta(days=days + 1)

    with pytest.raises(NotOpen) as caught:
        use(city, code, now=now)

    assert (caught.value.reason, refusals(held)) == (reason, [reason])
    assert CertificateGrant.objects.get().uses == 0


@rolled_back
def test_the_last_day_counts_whole(city: dict[str, Account], held: Certificate) -> None:
    code = lend(city, held, ends_on=DAY).code

    assert use(city, code, now=sample.at(f"{DAY} 23:59")).worth == "valid"


@rolled_back
def test_another_purpose_is_refused(city: dict[str, Account], held: Certificate) -> None:
    code = lend(city, held).code

    with pytest.raises(NotOpen) as caught:
        use(city, code, purpose="loan")

    assert caught.value.reason == "other_purpose"
    entry = ledger.history(Chain.CERTIFICATE, held.number)[-1]
    assert (body_of(entry)["tried"], CertificateGrant.objects.get().uses) == ("loan", 0)


@rolled_back
def test_a_stranger_learns_nothing_and_the_holder_learns_of_the_stranger(
    city: dict[str, Account], held: Certificate
) -> None:
    stranger, code = sample.resident(), lend(city, held).code

    with pytest.raises(NotAllowed) as caught:
        certificate_uses.open_code(code, stranger.to_actor(), IN_FORCE)
    with pytest.raises(NotAllowed):
        certificate_uses.use(code, "tender", stranger.to_actor(), IN_FORCE)

    said = caught.value.message.zh + caught.value.message.en
    assert not any(word in said for word in (held.title, held.number, held.subject_name))
    entry = ledger.history(Chain.CERTIFICATE, held.number)[-1]
    assert body_of(entry)["by"] == "陈*"
    assert stranger.subject not in entry.body
    assert refusals(held) == ["other_person", "other_person"]


@rolled_back
def test_looking_again_is_told_once_and_trying_again_each_time(
    city: dict[str, Account], held: Certificate
) -> None:
    stranger, code = city["zhangqian"].to_actor(), lend(city, held).code

    for minutes in (0, 1, 2, 15):
        with pytest.raises(NotAllowed):
            certificate_uses.open_code(code, stranger, IN_FORCE + timedelta(minutes=minutes))
    for _ in range(2):
        with pytest.raises(NotAllowed):
            certificate_uses.use(code, "tender", stranger, IN_FORCE + timedelta(minutes=16))

    assert refusals(held) == ["other_person"] * 4


@rolled_back
def test_a_revoked_grant_opens_nothing(city: dict[str, Account], held: Certificate) -> None:
    made = lend(city, held, uses_most=5)
    use(city, made.code)

    revoked = certificate_grants.revoke(
        made.grant.number, city["wangmin"].to_actor(), IN_FORCE + timedelta(hours=1)
    )

    assert certificate_grants.standing(revoked, IN_FORCE) == "revoked"
    with pytest.raises(NotOpen) as caught:
        use(city, made.code)
    assert caught.value.reason == "revoked"
    with pytest.raises(NotOpen, match="已经撤销"):
        certificate_grants.revoke(made.grant.number, city["wangmin"].to_actor(), IN_FORCE)
    acts = [one.act for one in ledger.history(Chain.CERTIFICATE, held.number)]
    assert acts[-4:] == ["grant_made", "used", "grant_revoked", "use_refused"]


@rolled_back
def test_a_certificate_out_of_force_is_not_used(
    city: dict[str, Account], held: Certificate
) -> None:
    code = lend(city, held).code
    order = Order(Act.SUSPEND, reason="检查发现隐患", basis="条例第十条")
    act(held.number, order, city["zhaojianguo"].to_actor(), IN_FORCE)

    with pytest.raises(NotOpen) as caught:
        use(city, code)

    assert (caught.value.reason, refusals(held)) == ("not_in_force", ["not_in_force"])
    with pytest.raises(NotOpen, match="不能授权"):
        lend(city, held)


@rolled_back
def test_a_use_is_shown_for_a_quarter_of_an_hour_to_who_used_it(
    city: dict[str, Account], held: Certificate
) -> None:
    used = use(city, lend(city, held).code)
    mine, later = city["lihua"].to_actor(), IN_FORCE + timedelta(minutes=14, seconds=59)

    again = certificate_uses.shown(used.number, mine, later)
    paper, content = certificate_uses.document(used.number, mine, later)

    assert again.certificate.number == held.number
    assert (paper.number, content[:4]) == (held.document_id, b"%PDF")
    with pytest.raises(Expired):
        certificate_uses.document(used.number, mine, IN_FORCE + timedelta(minutes=15))
    for number, who in ((used.number, "wangmin"), (used.number[:-1] + "1", "lihua"),
                        (f"{'0' * 32}-5", "lihua"), ("x", "lihua")):  # fmt: skip
        with pytest.raises(NotFound):
            certificate_uses.shown(number, city[who].to_actor(), IN_FORCE)


@rolled_back
def test_revoking_a_grant_ends_looking_at_once(city: dict[str, Account], held: Certificate) -> None:
    made = lend(city, held, uses_most=5)
    used, mine = use(city, made.code), city["lihua"].to_actor()
    certificate_grants.revoke(made.grant.number, city["wangmin"].to_actor(), IN_FORCE)

    for look in (certificate_uses.shown, certificate_uses.document):
        with pytest.raises(NotOpen, match="已经撤销"):
            look(used.number, mine, IN_FORCE)


@rolled_back
def test_a_mistyped_and_an_unknown_code_are_told_apart(
    city: dict[str, Account], held: Certificate
) -> None:
    code = lend(city, held).code
    unknown = certificate_grants.make_verification_code(7)

    with pytest.raises(Invalid, match="用证码不对"):
        use(city, code[:-1] + ("0" if code[-1] != "0" else "1"))
    with pytest.raises(NotFound, match="没有这个用证码"):
        use(city, unknown)
    shown = "-".join((code[:4], code[4:8].lower(), code[8:12], code[12:]))
    assert use(city, shown).certificate.number == held.number


@rolled_back
def test_guessing_ends_after_some_attempts_and_harms_nobody_else(
    city: dict[str, Account], held: Certificate
) -> None:
    code = lend(city, held).code
    for number in range(certificate_uses.MOST_MISSES):
        with pytest.raises(NotFound):
            use(city, certificate_grants.make_verification_code(number), "zhangqian")

    with pytest.raises(NotOpen) as caught:
        use(city, code, "zhangqian")

    assert caught.value.reason == "too_many"
    assert refusals(held) == []
    assert use(city, code).worth == "valid"
    with pytest.raises(NotAllowed):
        use(city, code, "zhangqian", IN_FORCE + timedelta(hours=1))


@rolled_back
@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"grantee_code": ""}, "grantee_code"),
        ({"grantee_code": "913702000000000000"}, "grantee_code"),
        ({"grantee_code": "370202199001010011"}, "grantee_code"),
        ({"grantee_code": sample.USCC}, "grantee_code"),
        ({"grantee_name": " "}, "grantee_name"),
        ({"grantee_name": "长" * 201}, "grantee_name"),
        ({"purpose": "nothing"}, "purpose"),
        ({"purpose": "other"}, "purpose_text"),
        ({"purpose": "other", "purpose_text": "长" * 201}, "purpose_text"),
        ({"uses_most": 0}, "uses_most"),
        ({"uses_most": 101}, "uses_most"),
        ({"starts_on": DAY - timedelta(days=1)}, "starts_on"),
        ({"ends_on": DAY - timedelta(days=1)}, "ends_on"),
        ({"ends_on": DAY + timedelta(days=366)}, "ends_on"),
        ({"ends_on": date(2027, 6, 1)}, "ends_on"),
        ({"number": "x"}, "number"),
    ],
)
def test_what_will_not_do_is_named(
    city: dict[str, Account], held: Certificate, changed: dict[str, object], path: str
) -> None:
    with pytest.raises(FieldFault) as caught:
        lend(city, held, **changed)

    assert caught.value.path == path
    assert not CertificateGrant.objects.exists()


@rolled_back
def test_a_person_is_granted_by_identity_number_and_named_by_one_character(
    city: dict[str, Account], held: Certificate
) -> None:
    number = make_person_id("370202", date(1990, 1, 1), 3)

    made = lend(city, held, grantee_code=number, grantee_name="赵小明")

    assert made.grant.grantee_code == number
    entry = ledger.history(Chain.CERTIFICATE, held.number)[-1]
    assert number not in entry.body
    assert (body_of(entry)["grantee_name"], "赵小明" in entry.body) == ("赵**", False)


@rolled_back
def test_a_grant_lasts_a_week_once_if_nothing_is_said(
    city: dict[str, Account], held: Certificate
) -> None:
    made = lend(city, held).grant

    assert (made.valid_from, made.uses_most) == (IN_FORCE, 1)
    assert made.valid_until == sample.at("2026-12-08 00:00")


@rolled_back
def test_the_same_form_sent_twice_grants_once(city: dict[str, Account], held: Certificate) -> None:
    number = ids.new_key()
    lend(city, held, number=number)

    with pytest.raises(AlreadyDone) as caught:
        lend(city, held, number=number)

    assert caught.value.number == number
    acts = [one.act for one in ledger.history(Chain.CERTIFICATE, held.number)]
    assert acts.count("grant_made") == 1


@rolled_back
def test_only_the_holder_grants_revokes_and_reads_the_log(
    city: dict[str, Account], held: Certificate
) -> None:
    made, other = lend(city, held).grant, city["lihua"].to_actor()

    with pytest.raises(NotFound):
        certificate_grants.grant(held.number, asked(city["lihua"]), other, IN_FORCE)
    with pytest.raises(NotFound):
        certificate_grants.revoke(made.number, other, IN_FORCE)
    with pytest.raises(NotFound):
        certificate_grants.log(held.number, other)
    with pytest.raises(NotFound):
        certificate_grants.of_certificate(held.number, other)


@rolled_back
def test_the_log_goes_back_page_by_page(city: dict[str, Account], held: Certificate) -> None:
    for _ in range(certificate_grants.PAGE + 5):
        lend(city, held)
    owner = city["wangmin"].to_actor()

    first = certificate_grants.log(held.number, owner)
    second = certificate_grants.log(held.number, owner, first.older)

    assert len(first.entries) == certificate_grants.PAGE
    assert [one.seq for one in (*first.entries, *second.entries)] == list(range(37, 0, -1))
    assert second.older is None


def test_two_at_once_share_one_use(each_fresh_database: str) -> None:
    city = sample.people()
    held = granted(city)
    code = lend(city, held).code
    came: list[str] = []
    start = threading.Barrier(4)

    def try_it() -> None:
        try:
            start.wait()
            use(city, code)
            came.append("used")
        except NotOpen as refused:
            came.append(refused.reason)
        finally:
            connection.close()

    threads = [threading.Thread(target=try_it) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert sorted(came) == ["used", "used_up", "used_up", "used_up"]
    assert CertificateGrant.objects.get().uses == 1
    assert ledger.breaks_of(Chain.CERTIFICATE, held.number) == []
