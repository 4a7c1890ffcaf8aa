# SPDX-License-Identifier: Apache-2.0
"""The house refuses to start unsafe, and finds its database and secret where it is told."""

import os
import re
import secrets
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from huiban.store.database import connection_settings
from huiban.store.secret import persisted_secret

GOOD = {
    "HUIBAN_PRODUCTION": "1",
    "HUIBAN_SECRET_KEY": secrets.token_urlsafe(50),
    "HUIBAN_ALLOWED_HOSTS": "zwfw.example.cn",
}


def start(tmp_path: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    ours = ("HUIBAN_", "DJANGO_")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
    return subprocess.run(
        [sys.executable, "-m", "django", "check", "--deploy", "--fail-level", "WARNING"],
        env=kept
        | {"DJANGO_SETTINGS_MODULE": "huiban.settings", "HUIBAN_DATA_DIR": str(tmp_path)}
        | changes,
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_starts_without_a_warning_when_set_up_well(tmp_path: Path) -> None:
    started = start(tmp_path, **GOOD)

    assert started.returncode == 0, started.stderr


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"HUIBAN_SECRET_KEY": ""}, "HUIBAN_SECRET_KEY: production needs its own key"),
        ({"HUIBAN_SECRET_KEY": "short"}, "HUIBAN_SECRET_KEY: production needs its own key"),
        ({"HUIBAN_DEBUG": "1"}, "HUIBAN_DEBUG: debug pages show secrets"),
        ({"HUIBAN_ALLOWED_HOSTS": ""}, "HUIBAN_ALLOWED_HOSTS: name the hosts"),
        ({"HUIBAN_DATABASE_URL": "mysql://h/d"}, "HUIBAN_DATABASE_URL: "),
        ({"HUIBAN_CA_URL": "https://ca.example.cn"}, "HUIBAN_KEYS_SECRET: production seals"),
        (
            {"HUIBAN_CA_URL": "http://ca.example.cn", "HUIBAN_KEYS_SECRET": "k" * 40},
            "HUIBAN_CA_URL: production enrols over https",
        ),
        (
            {"HUIBAN_MESSAGE_GATEWAY_URL": "http://sms.example.cn"},
            "HUIBAN_MESSAGE_GATEWAY_URL: production sends codes over https",
        ),
        (
            {"HUIBAN_LANGUAGE_MODEL_URL": "http://model.example.cn/v1"},
            "HUIBAN_LANGUAGE_MODEL_URL: plain http reaches only this machine",
        ),
        (
            {"HUIBAN_LANGUAGE_MODEL_URL": "https://model.example.cn/v1"},
            "HUIBAN_LANGUAGE_MODEL_NAME: name the model",
        ),
    ],
)
def test_production_refuses_to_start_unsafe_and_says_the_cure(
    tmp_path: Path, changes: dict[str, str], named: str
) -> None:
    refused = start(tmp_path, **(GOOD | changes))

    assert refused.returncode != 0
    assert named in refused.stderr


def test_a_secret_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "var" / "secret_key"

    first = persisted_secret(path)

    assert persisted_secret(path) == first
    assert len(first) >= 50
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_sqlite_waits_for_its_turn_and_survives_a_power_cut() -> None:
    options = connection_settings("sqlite:////tmp/x.sqlite3")["OPTIONS"]

    assert options["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in options["init_command"]
    assert "synchronous=FULL" in options["init_command"]


def test_every_setting_is_in_the_reference_and_nothing_else() -> None:
    root = Path(__file__).parents[2]
    read = {
        name
        for module in (root / "src").rglob("*.py")
        for name in re.findall(r"HUIBAN_[A-Z0-9_]+", module.read_text(encoding="utf-8"))
    }
    page = (root / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"^\| `(HUIBAN_[A-Z0-9_]+)`", page, re.MULTILINE))

    assert explained == read


def test_production_refuses_test_roots(tmp_path: Path) -> None:
    (tmp_path / "trust" / "test").mkdir(parents=True)

    refused = start(tmp_path, **GOOD)

    assert refused.returncode != 0
    assert "HUIBAN_TRUST_ROOTS: " in refused.stderr
    assert "production refuses them: remove that folder" in refused.stderr


def test_production_whose_keys_lie_in_a_device_needs_no_secret_for_them(tmp_path: Path) -> None:
    keys = {"HUIBAN_KEYS_URL": "pkcs11:/usr/lib/hsm.so?token=city", "HUIBAN_CA_URL": "https://ca"}

    started = start(tmp_path, **(GOOD | keys))

    assert started.returncode == 0, started.stderr
