# SPDX-License-Identifier: Apache-2.0
"""Third-party browser files come by hash, from anywhere, with their licences, and are not ours."""

import json
import os
import re
import secrets
import subprocess
import sys
from pathlib import Path

from tools import vendor

LOCK = json.loads((vendor.FRONTEND / "package-lock.json").read_text(encoding="utf-8"))


def test_the_lock_file_has_a_hash_for_every_package_and_no_address() -> None:
    text = (vendor.FRONTEND / "package-lock.json").read_text(encoding="utf-8")
    packages = {name: one for name, one in LOCK["packages"].items() if name}

    assert "resolved" not in text
    assert not re.search(r"https?://", text)
    assert all(one["integrity"].startswith("sha512-") for one in packages.values())


def test_versions_are_exact() -> None:
    package = json.loads((vendor.FRONTEND / "package.json").read_text(encoding="utf-8"))
    wanted = package["dependencies"] | package["devDependencies"]

    assert [
        version for version in wanted.values() if not re.fullmatch(r"\d+\.\d+\.\d+", version)
    ] == []


def test_addresses_are_taken_out_of_a_lock_file() -> None:
    made = vendor.without_addresses(
        '{"packages": {"": {}, "a": {"resolved": "an address", "integrity": "sha512-1"}}}'
    )

    assert json.loads(made)["packages"]["a"] == {"integrity": "sha512-1"}


def test_every_package_served_brings_its_licence() -> None:
    for package, files in vendor.SERVED.items():
        licence = vendor.OUT / "static" / "vendor" / package / "LICENSE"

        assert "LICENSE" in files.values()
        assert licence.read_text(encoding="utf-8").strip()


def test_a_second_run_does_nothing() -> None:
    assert vendor.main([]) == 0
    sheet = vendor.OUT / "static" / "css" / "hb.css"
    before = sheet.stat().st_mtime_ns

    assert vendor.main([]) == 0
    assert sheet.stat().st_mtime_ns == before


def test_the_joined_sheet_holds_every_topic_once_and_tokens_first() -> None:
    text = vendor.joined_sheet()
    topics = {path.stem for path in (vendor.OWN / "css").glob("*.css")}

    assert topics - set(vendor.SHEETS) == {"theme-dark", "theme-contrast", "theme-contrast-dark"}
    assert text.index("--ink:") < text.index("body {")
    assert text.count("/* Tokens:") == 1


def test_no_third_party_file_is_committed() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "build", "frontend"],
        cwd=vendor.ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()

    assert [one for one in listed if one.startswith("build/") or "node_modules" in one] == []
    assert all(Path(one).suffix in {".json", ".js", ".npmrc", ""} for one in listed)


def test_production_names_every_file_by_its_content(tmp_path: Path) -> None:
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "huiban.settings",
        "HUIBAN_PRODUCTION": "1",
        "HUIBAN_SECRET_KEY": secrets.token_urlsafe(50),
        "HUIBAN_ALLOWED_HOSTS": "localhost",
        "HUIBAN_DATA_DIR": str(tmp_path),
    }

    subprocess.run(
        [sys.executable, "-m", "django", "collectstatic", "--noinput", "--verbosity=0"],
        env=environment,
        cwd=vendor.ROOT,
        check=True,
    )

    named = {path.name for path in (tmp_path / "static").rglob("*.js")}
    for script in (tmp_path / "static" / "js").glob("*.*.js"):
        text = re.sub(r"(?m)^//.*$", "", script.read_text(encoding="utf-8"))
        asked = re.findall(r"""(?:from|import)\s*\(?["']([./][^"']+)["']""", text)
        assert {Path(one).name for one in asked} <= named
        assert all(re.search(r"\.[0-9a-f]{12}\.js$", one) for one in asked), script.name
