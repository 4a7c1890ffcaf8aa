# SPDX-License-Identifier: Apache-2.0
"""The demonstration's authority: started once, named everywhere, trusted as a test."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings

from huiban.cli import trust
from huiban.kernel.credential import Owner, OwnerKind, Profile
from huiban.services import credentials
from huiban.services import trust as believed

NAMES = ("CA_URL", "CA_KEY", "TSA_URL", "TSA_SM2_URL", "TRUST_ROOTS", "DATA_DIR", "KEYS_URL")


@pytest.fixture
def empty_house(tmp_path: Path) -> Iterator[Path]:
    before = {name: getattr(settings, name) for name in NAMES}
    settings.DATA_DIR, settings.TRUST_ROOTS = tmp_path, tmp_path / "trust"
    settings.KEYS_URL = f"folder:{tmp_path}/keys"
    yield tmp_path
    for name, value in before.items():
        setattr(settings, name, value)
    for name in (trust.ADDRESS, trust.KEY):
        os.environ.pop(name, None)


@pytest.mark.django_db
def test_a_house_that_starts_it_can_sign_at_once_and_for_days_gone_by(empty_house: Path) -> None:
    (process,) = trust.start()
    try:
        first = os.environ[trust.ADDRESS]
        assert trust.start() == []  # there is one already
        long_ago = datetime.now(tz=UTC) - timedelta(days=300)
        log = Owner(OwnerKind.OFFICE, "log", "慧办存证处")
        signer = credentials.of(log, Profile.SM2, long_ago)
        checks = believed.check_chain(signer.certificate, signer.chain, long_ago)
        assert "测试证书机构" in checks[0].detail.zh
    finally:
        process.terminate()
        process.wait()
    settings.CA_URL = ""

    (process,) = trust.start()
    process.terminate()
    process.wait()

    assert os.environ[trust.ADDRESS] == first  # what is in the certificates stays right
    assert len(believed.roots().tests) == 2


def test_without_a_key_it_does_not_start(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from huiban.cli.main import main

    monkeypatch.delenv(trust.KEY, raising=False)

    assert main(["neighbours", "trust"]) == 2
    assert trust.KEY in capsys.readouterr().out
