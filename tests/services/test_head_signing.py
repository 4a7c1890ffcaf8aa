# SPDX-License-Identifier: Apache-2.0
"""Heads are signed by the log's own credential, stamped, and both are checked with no database."""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings

from huiban.kernel.credential import Owner, OwnerKind, Profile
from huiban.kernel.proof import SignedHead
from huiban.kernel.verification import Verdict
from huiban.services import checkpoints, credentials, head_check, head_signing, proofs, tree_check
from huiban.store import checkpoints as store
from huiban.store.models import Checkpoint
from tests.services.log_sample import LATER, NOW, a_ledger, a_log, break_in
from tests.services.trusted import Trusted, trusted

pytestmark = pytest.mark.usefixtures("each_database")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Trusted]:
    with trusted(tmp_path, at=NOW) as found:
        yield found


def newest() -> Checkpoint:
    found = store.newest()
    assert found is not None
    return found


def a_head() -> SignedHead:
    a_ledger()
    checkpoints.sweep(NOW)
    return checkpoints.signed_head(newest())


def verdicts(head: SignedHead) -> dict[str, Verdict]:
    return {one.code: one.verdict for one in head_check.of_head(head).checks}


ALL = {
    "signature.p256": Verdict.PASSED,
    "signature.sm2": Verdict.PASSED,
    "time": Verdict.PASSED,
}


def test_a_head_is_signed_with_both_suites_and_stamped(house: Trusted) -> None:
    head = a_head()

    seen = head_check.of_head(head)

    assert verdicts(head) == ALL
    assert checkpoints.missing_of(newest()) == {}
    assert seen.is_test
    assert [one.startswith("存证日志 127.0.0.1:8000") for one in seen.signers] == [True]
    assert seen.stamped_at is not None


def test_a_proof_of_a_signed_log_passes_whole(house: Trusted) -> None:
    number = a_log()
    a_ledger("S2")
    checkpoints.sweep(LATER)

    found = proofs.prove("case", number, LATER)

    assert found.verdict is Verdict.PASSED
    assert {one.code for one in found.checks} == {
        "record", "inclusion", "growth", "signature.p256", "signature.sm2", "time", "newest",
    }  # fmt: skip
    assert tree_check.verify_tree().is_sound
    assert tree_check.verify_tree().lacking == 0


@pytest.mark.parametrize("part", ["signature", "certificate"])
@pytest.mark.parametrize("profile", list(Profile))
def test_a_signature_with_one_other_bit_fails(house: Trusted, part: str, profile: Profile) -> None:
    head = a_head()
    spoilt = []
    for one in head.signatures:
        data = bytearray(b64decode(getattr(one, part)))
        data[-1] ^= 1
        is_meant = one.profile == profile
        text = b64encode(data).decode()
        other = (
            replace(one, signature=text) if part == "signature" else replace(one, certificate=text)
        )
        spoilt.append(other if is_meant else one)

    found = verdicts(replace(head, signatures=tuple(spoilt)))

    assert found[f"signature.{profile}"] is not Verdict.PASSED
    assert [code for code, verdict in found.items() if verdict is not Verdict.PASSED] == [
        f"signature.{profile}"
    ]


def test_another_head_under_the_same_signatures_fails(house: Trusted) -> None:
    head = a_head()

    found = verdicts(replace(head, text=head.text.replace('"size":1', '"size":2')))

    assert set(found.values()) == {Verdict.FAILED}


def test_a_signature_of_somebody_else_the_authority_knows_fails(house: Trusted) -> None:
    head = a_head()
    thief = credentials.of(Owner(OwnerKind.PERSON, "mallory", "马乐"), Profile.P256, NOW)
    forged = replace(
        head.signatures[0],
        signature=b64encode(thief.sign(head.text.encode())).decode(),
        certificate=b64encode(thief.certificate).decode(),
    )

    seen = head_check.of_head(replace(head, signatures=(forged, *head.signatures[1:])))

    assert seen.checks[0].verdict is Verdict.FAILED
    assert "马乐" in seen.checks[0].detail.zh


def test_a_signature_of_a_log_whose_address_only_begins_alike_fails(house: Trusted) -> None:
    settings.PUBLIC_URL += "9"  # port 80009 begins like port 8000
    try:
        text = a_head().text.replace("80009", "8000")
        other = head_signing.sign(text, NOW)
    finally:
        settings.PUBLIC_URL = settings.PUBLIC_URL[:-1]

    found = verdicts(SignedHead(text, other.signatures, other.token))

    assert (found["signature.p256"], found["signature.sm2"]) == (Verdict.FAILED,) * 2


def test_where_the_root_is_not_known_nobody_can_tell(house: Trusted) -> None:
    head = a_head()
    (Path(settings.TRUST_ROOTS) / "test" / "roots.pem").unlink()

    assert set(verdicts(head).values()) == {Verdict.UNKNOWN}


def test_a_token_of_another_head_fails(house: Trusted) -> None:
    first = a_head()
    a_ledger("S2")
    checkpoints.sweep(LATER)

    assert verdicts(replace(checkpoints.signed_head(newest()), token=first.token)) == {
        **ALL, "time": Verdict.FAILED,
    }  # fmt: skip


@pytest.mark.parametrize("token", ["AAAA", b64encode(b"x" * 400).decode()])
def test_rubbish_in_place_of_a_token_fails(house: Trusted, token: str) -> None:
    assert verdicts(replace(a_head(), token=token))["time"] is Verdict.FAILED


def test_without_the_stamper_a_checkpoint_is_made_and_says_so(house: Trusted) -> None:
    house.order("tsa", dead=True)

    head = a_head()

    assert set(checkpoints.missing_of(newest())) == {"time"}
    assert verdicts(head) == {**ALL, "time": Verdict.UNKNOWN}
    house.order("tsa", dead=False)
    a_ledger("S2")
    checkpoints.sweep(LATER)
    assert checkpoints.missing_of(newest()) == {}


def test_without_the_authority_a_checkpoint_is_made_and_the_next_covers_it(
    house: Trusted,
) -> None:
    house.order(dead=True)
    number = a_log()
    assert set(checkpoints.missing_of(newest())) == {"p256", "sm2", "time"}
    assert proofs.prove("case", number, NOW).verdict is Verdict.UNKNOWN
    house.order(reset=True)
    a_ledger("S2")
    checkpoints.sweep(LATER)

    found = {one.code: one.verdict for one in proofs.prove("case", number, LATER).checks}

    assert found["newest"] is Verdict.PASSED
    assert found["growth"] is Verdict.PASSED
    assert tree_check.verify_tree().lacking == 1


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE store_checkpoint SET head = replace(head, '\"size\":', '\"size\":1')",
        "UPDATE store_checkpoint SET signatures = replace(signatures, 'sm2', 'sm3')",
    ],
)
def test_a_changed_checkpoint_does_not_verify(house: Trusted, attack: str) -> None:
    number = a_log()
    a_ledger("S2")
    checkpoints.sweep(LATER)
    break_in(f"{attack} WHERE number = 1")

    assert not tree_check.verify_tree().is_sound
    assert proofs.prove("case", number, LATER).verdict is not Verdict.PASSED


def test_a_log_rebuilt_by_somebody_without_the_key_is_not_signed(house: Trusted) -> None:
    number = a_log()
    known = json.loads(newest().signatures)
    break_in(
        "DELETE FROM store_checkpoint", "DELETE FROM store_tree_leaf",
        "DELETE FROM store_tree_tile",
    )  # fmt: skip
    house.order(dead=True)
    checkpoints.sweep_whole(LATER)
    Checkpoint.objects.update(signatures=json.dumps(known))

    assert proofs.prove("case", number, LATER).verdict is Verdict.FAILED
    assert any("does not hold" in one for one in tree_check.verify_tree().faults)
