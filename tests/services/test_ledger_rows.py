# SPDX-License-Identifier: Apache-2.0
"""Whoever owns the database changes seals, keys, grants and packages; each change is named."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import transaction

from huiban.kernel.verification import Verdict
from huiban.services import evidence, ledger_rows, proofs
from huiban.store.models import Account, ArchivePackage, Credential, Seal
from tests.services import archive_sample, log_sample
from tests.services import city_sample as sample
from tests.services.archive_sample import NOW
from tests.services.log_sample import LATER
from tests.services.trusted import trusted

FORGED_GRANT = """
    INSERT INTO store_seal_grant (number, seal_id, holder_kind, holder, documents, valid_from,
        valid_until, uses, granted_by, granted_by_name, granted_at)
    SELECT 'forged', seal_id, 'account', 'evil', documents, valid_from, valid_until, 0,
        granted_by, granted_by_name, granted_at FROM store_seal_grant LIMIT 1
"""
FORGED_KEY = """
    INSERT INTO store_credential (number, owner_kind, owner, name, organization,
        organization_code, profile, key_label, certificate, chain, serial, not_before, not_after,
        state, made_at, reason)
    SELECT 'forged', 'office', 'seal_maker', name, organization, organization_code, profile,
        'forged', certificate, chain, serial, not_before, not_after, 'retired', made_at, ''
    FROM store_credential LIMIT 1
"""
ATTACKS = {
    "UPDATE store_seal SET state = 'revoked'": "state",
    "UPDATE store_seal SET name = '别局公章'": "name",
    "UPDATE store_seal SET valid_until = '2099-01-01'": "valid_until",
    "UPDATE store_seal SET object_der = 'AAAA'": "object",
    "UPDATE store_seal SET second_by = first_by": "approvals",
    "UPDATE store_seal_grant SET holder = 'evil'": "holder",
    "UPDATE store_seal_grant SET documents = '[\"request.*\"]'": "documents",
    "UPDATE store_seal_grant SET valid_until = '2099-01-01 00:00:00+00:00'": "valid_until",
    "UPDATE store_seal_grant SET uses = 0": "uses",
    "UPDATE store_seal_grant SET revoked_at = granted_at": "revoked",
    "DELETE FROM store_seal_grant": "was removed",
    FORGED_GRANT: "grant forged was never given",
    FORGED_KEY: "credential forged: it has no ledger",
    "UPDATE store_credential SET state = 'revoked'": "state",
    "UPDATE store_credential SET certificate = 'AAAA'": "certificate",
    "UPDATE store_credential SET owner = 'human_resources'": "owner",
    "UPDATE store_archive_package SET sha256 = sm3": "sha256",
    "UPDATE store_archive_package SET keep_until = '2020-01-01'": "keep_until",
    "UPDATE store_archive_package SET state = 'disposed'": "state",
    "DELETE FROM store_archive_package": "it was removed",
    "UPDATE store_ledger SET body = 'x'": "cannot be read",
}


class _Undone(Exception):
    """The attack was tried and is taken back."""


@pytest.fixture
def number(each_database: str, tmp_path: Path) -> Iterator[str]:
    """A case granted, sealed and archived in a city that signs."""
    town: dict[str, Account] = sample.people()
    filed = sample.case(town["wangmin"], NOW)
    with trusted(tmp_path, NOW):
        archive_sample.give_seals(town)
        yield archive_sample.grant(town, filed)


def said_after(attack: str) -> str:
    """What `huiban verify` says of the ledgers after an attack, which is then undone."""
    said = ""
    try:
        with transaction.atomic():
            log_sample.break_in(attack)
            said = "\n".join(evidence.verify_ledgers().faults)
            raise _Undone
    except _Undone:
        return said
    raise AssertionError("it always ends undone")


def test_every_change_beside_a_ledger_is_named(number: str) -> None:
    assert evidence.verify_ledgers().faults == ()

    silent = {attack for attack, named in ATTACKS.items() if named not in said_after(attack)}

    assert silent == set()


def test_the_public_proof_of_a_changed_seal_fails(number: str) -> None:
    seal = Seal.objects.get().number
    assert proofs.prove("seal", seal, LATER).verdict is not Verdict.FAILED
    log_sample.break_in("UPDATE store_seal SET name = '别局公章'")

    found = proofs.prove("seal", seal, LATER)

    assert found.verdict is Verdict.FAILED
    assert "name" in found.checks[0].detail.en


def test_what_was_left_alone_is_as_its_ledger_says(number: str) -> None:
    for one in Credential.objects.all():
        assert ledger_rows.altered("credential", one.number) == []
    assert ledger_rows.altered("archive", ArchivePackage.objects.get().number) == []
    assert ledger_rows.altered("seal", "no such seal") == []
