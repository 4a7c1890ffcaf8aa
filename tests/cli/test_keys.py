# SPDX-License-Identifier: Apache-2.0
"""Credentials from the command line: listed, rotated, revoked by the keeper of the keys alone."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from huiban.cli.main import main
from huiban.connectors.signer import Signer
from huiban.kernel.credential import Owner, OwnerKind, Profile
from huiban.services import credentials, ledger
from huiban.services.ledger import Chain
from huiban.store.models import Account, Credential
from tests.services.trusted import Trusted, trusted

pytestmark = pytest.mark.django_db
LOG = Owner(OwnerKind.OFFICE, "log", "慧办存证处")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Trusted]:
    with trusted(tmp_path) as found:
        yield found


@pytest.fixture
def signer(house: Trusted) -> Signer:
    for number, role in (("a-02", "admin_security"), ("a-01", "admin_system")):
        Account.objects.create(
            number=number, name="何琳", kind="officer", roles=[role], department="big_data",
            last_login=datetime(2026, 11, 20, tzinfo=UTC),
        )  # fmt: skip
    return credentials.of(LOG, Profile.P256, datetime.now(tz=UTC))


def test_the_list_says_whose_until_when_and_in_which_state(
    signer: Signer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["keys", "list", "--state", "active", "--owner", "log"]) == 0

    said = capsys.readouterr().out
    assert f"{signer.number} p256 office:log" in said
    assert "active 慧办存证处" in said
    assert "1 credentials" in said


def test_a_house_that_signs_nothing_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", "list"]) == 0

    assert "0 credentials; nothing is signed without HUIBAN_CA_URL" in capsys.readouterr().out


def test_rotating_names_the_new_credential(
    signer: Signer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["keys", "rotate", signer.number, "--as", "a-02"]) == 0

    made = Credential.objects.get(state="active")
    assert f"{signer.number} is retired; 慧办存证处 signs with {made.number} now" in (
        capsys.readouterr().out
    )


def test_revoking_keeps_reason_and_person_in_the_ledger(
    signer: Signer, capsys: pytest.CaptureFixture[str]
) -> None:
    errand = ["keys", "revoke", signer.number, "--reason", "服务器被入侵", "--as", "a-02"]

    assert main(errand) == 0
    assert "is revoked; the authority knows" in capsys.readouterr().out
    assert main(errand) == 1
    assert "revoked already" in capsys.readouterr().err

    (fact,) = [one for one in ledger.history(Chain.CREDENTIAL, signer.number)
               if one.act == "revoked"]  # fmt: skip
    assert (fact.actor, ledger.body_of(fact)) == ("a-02", {"reason": "服务器被入侵"})


def test_a_revocation_the_authority_does_not_know_of_is_shown(
    house: Trusted, signer: Signer, capsys: pytest.CaptureFixture[str]
) -> None:
    house.order("revoke", dead=True)

    assert main(["keys", "revoke", signer.number, "--reason", "x", "--as", "a-02"]) == 0
    assert main(["keys", "list"]) == 0

    said = capsys.readouterr().out
    assert "the authority is told when it is back" in said
    assert "revoked (the authority is not told yet)" in said


def test_nobody_else_may(signer: Signer, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", "rotate", signer.number, "--as", "a-01"]) == 1
    assert main(["keys", "revoke", signer.number, "--reason", "x", "--as", "a-01"]) == 1
    assert main(["keys", "revoke", signer.number, "--reason", "x", "--as", "nobody"]) == 1
    assert main(["keys", "revoke", "none", "--reason", "x", "--as", "a-02"]) == 1

    assert "no account nobody" in capsys.readouterr().err
    assert Credential.objects.get().state == "active"
