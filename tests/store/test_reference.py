# SPDX-License-Identifier: Apache-2.0
"""Pack versions, calendar years, accounts and tokens are kept as they came."""

from datetime import timedelta

import pytest
from django.contrib.auth import authenticate

from huiban.kernel.actor import Actor, ActorKind
from huiban.store import accounts, calendar_years, packs
from huiban.store.models import Account, CalendarYear
from tests.store.samples import NOW

pytestmark = pytest.mark.usefixtures("each_database")


def a_pack(version: str = "1", digest: str = "d") -> packs.PublishedPack:
    return packs.PublishedPack("waste", version, digest, {"pack.yaml": "名称: 建筑垃圾"})


def test_a_published_pack_comes_back_whole() -> None:
    assert packs.publish(a_pack(), NOW, "o1")

    assert packs.load("waste", "1") == a_pack()


def test_publishing_the_same_again_is_no_fault_and_other_content_is_refused() -> None:
    packs.publish(a_pack(), NOW, "o1")

    assert not packs.publish(a_pack(), NOW, "o1")
    with pytest.raises(packs.VersionTaken, match="raise `version`"):
        packs.publish(a_pack(digest="other"), NOW, "o1")


def test_the_last_published_version_is_current() -> None:
    for version in ("1", "2"):
        packs.publish(a_pack(version), NOW, "o1")

    latest = packs.latest("waste")
    assert latest is not None
    assert (latest.version, packs.current()) == ("2", {"waste": "2"})
    assert packs.latest("tree") is None


def test_a_version_never_published_is_named() -> None:
    with pytest.raises(packs.PackVersionNotFound, match="waste has no published version 9"):
        packs.load("waste", "9")


def test_the_newest_import_of_a_calendar_year_counts() -> None:
    assert calendar_years.version() == 0
    for year, status in [(2026, "official"), (2027, "provisional"), (2027, "official")]:
        calendar_years.add(
            CalendarYear(year=year, status=status, days="[]", imported_at=NOW, imported_by="o1")
        )

    newest = calendar_years.newest()

    assert {year: row.status for year, row in newest.items()} == {
        2026: "official",
        2027: "official",
    }
    assert calendar_years.version() == newest[2027].pk


@pytest.fixture
def account(each_database: str) -> Account:
    return Account.objects.make(
        "o1", "long enough", name="王", kind="officer", roles=["window"], department="urban"
    )


def test_an_account_acts_as_what_it_is(account: Account) -> None:
    assert account.to_actor() == Actor(
        "o1", "王", ActorKind.OFFICER, frozenset({"window"}), "urban"
    )


def test_an_account_signs_in_with_its_password_only(account: Account, rf) -> None:  # type: ignore[no-untyped-def]
    request = rf.post("/sign-in")

    assert authenticate(request, username="o1", password="long enough") == account
    assert authenticate(request, username="o1", password="wrong") is None
    assert authenticate(request, username="nobody", password="long enough") is None


def test_five_wrong_passwords_lock_the_door_for_a_while(account: Account, rf) -> None:  # type: ignore[no-untyped-def]
    request = rf.post("/sign-in")
    for _ in range(5):
        authenticate(request, username="o1", password="wrong")

    assert authenticate(request, username="o1", password="long enough") is None


def test_a_token_is_kept_as_a_digest_and_opens_until_it_ends(account: Account) -> None:
    later = NOW + timedelta(days=1)
    token = accounts.issue_token(account, "import", NOW, expires_at=later)

    assert accounts.account_of_token(token, NOW) == account
    assert accounts.account_of_token(token + "x", NOW) is None
    assert accounts.account_of_token(token, later) is None
    assert token not in str(account.tokens.values())
    accounts.revoke_token(token, NOW)
    assert accounts.account_of_token(token, NOW) is None


def test_a_dismissed_officers_token_opens_nothing(account: Account) -> None:
    token = accounts.issue_token(account, "import", NOW)
    account.is_active = False
    account.save()

    assert accounts.account_of_token(token, NOW) is None
