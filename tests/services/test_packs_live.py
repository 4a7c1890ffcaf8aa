# SPDX-License-Identifier: Apache-2.0
"""A register added in YAML while the house runs: it fills a form, and its subject sees that."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from huiban.services import accounts, city, drafts, my_data, packs_in_force
from huiban.services.sample import demo_people
from huiban.store.models import Account, Inquiry, PackVersion
from tests.services.city_sample import at

NOW = at("2026-11-23 10:30")
RESOURCE = """
level: municipal
provider: urban_management
defaults:
  share: conditional
  condition: 用于建筑垃圾处置核准
  basis: [城市建筑垃圾管理规定第七条]
  mode: file
  cycle: 1 day
  max_age: 30 days
  completeness: open
  quota: 1000
  per_second: 10
  p95: 200
  consent: notice
  retention: 3 years
  purposes: [construction_waste]
resources:
  - code: 370200-0999
    key: site_methods
    name: {zh: 工地施工方式登记, en: Methods of sites}
    about: 建设单位报送的施工方式。
    category: qualification
    subject: enterprise
    keys: [uscc]
    items:
      - {key: uscc, label: {zh: 统一社会信用代码, en: Credit code}, type: text}
      - {key: method, label: {zh: 施工方式, en: Method}, type: text}
"""
CONNECTION = """
connections:
  - resource: site_methods
    kind: file
    folder: ${HUIBAN_REGISTER_FILES}/site_methods
    format: csv
    columns: {uscc: 信用代码, method: 方式}
    as_of: file
"""


@pytest.fixture
def packs(
    each_fresh_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """A city's own folder of packs, in force; the house's own are put back afterwards."""
    folder = tmp_path / "packs"
    shutil.copytree(settings.PACKS_DIR, folder)
    files = tmp_path / "files"
    (files / "site_methods").mkdir(parents=True)
    monkeypatch.setenv("HUIBAN_REGISTER_FILES", str(files))
    monkeypatch.setattr(settings, "DATA_DIR", tmp_path)
    original = settings.PACKS_DIR
    monkeypatch.setattr(settings, "PACKS_DIR", folder)
    assert packs_in_force.look_now()
    yield folder
    settings.PACKS_DIR = original
    assert packs_in_force.look_now()


@pytest.fixture
def clerk(packs: Path) -> Account:
    person = next(one.person for one in demo_people() if one.number == "wangmin")
    return accounts.make(person, "a-long-password-1")


def raised(folder: Path) -> None:
    """Give the pack a new version."""
    pack = folder / "construction_waste" / "pack.yaml"
    lines = pack.read_text("utf-8").splitlines()
    new = ["version: 9.9.9" if one.startswith("version:") else one for one in lines]
    pack.write_text("\n".join(new) + "\n", "utf-8")


def changed(folder: Path) -> None:
    """Bind the new register to a field, as a department would."""
    form = folder / "construction_waste" / "forms" / "new.yaml"
    text = form.read_text("utf-8")
    text = text.replace(
        "lookups:\n", "lookups:\n  - {source: site_methods, by: uscc, from: identity.number}\n"
    )
    why = "        why: {zh: 施工方式影响"
    bound = f"        prefill: [site_methods.method]\n{why}"
    form.write_text(text.replace(why, bound), "utf-8")


def added(folder: Path, uscc: str) -> None:
    (folder / "resources" / "municipal_site_methods.yaml").write_text(RESOURCE, "utf-8")
    (folder / "resources" / "connections" / "city.yaml").write_text(CONNECTION, "utf-8")
    csv = folder.parent / "files" / "site_methods" / "methods-2026-11-22.csv"
    csv.write_text(f"信用代码,方式\n{uscc},盾构\n", "utf-8")


def test_a_register_added_in_yaml_fills_a_form_and_is_seen_by_its_subject(
    packs: Path, clerk: Account
) -> None:
    before = drafts.begin("construction_waste.new", clerk.to_actor(), clerk, NOW)
    added(packs, clerk.subject)
    changed(packs)
    raised(packs)
    assert packs_in_force.look_now()
    begun = drafts.begin("construction_waste.new", clerk.to_actor(), clerk, NOW)
    for _ in range(100):
        writing = drafts.open_step(begun.number, clerk.to_actor(), NOW)
        if writing.state and not writing.state.is_waiting:
            break
        time.sleep(0.05)
    lines = my_data.page(clerk.to_actor(), NOW).lines

    assert "method" not in before.values
    assert writing.values["method"] == "盾构"
    assert writing.origins["method"]["source"] == "site_methods"
    assert writing.draft.pack_version == "9.9.9"
    assert Inquiry.objects.filter(resource="site_methods", event="answered").count() == 1
    assert [one for one in lines if one.resource.zh == "工地施工方式登记"]
    assert drafts.load(before.number, clerk.to_actor(), NOW).draft.pack_version != "9.9.9"
    assert PackVersion.objects.filter(code="construction_waste").count() == 2


def test_a_change_with_a_fault_is_told_and_leaves_everything_as_it_was(packs: Path) -> None:
    before = city.loaded()
    form = packs / "construction_waste" / "forms" / "new.yaml"
    form.write_text(form.read_text("utf-8") + "\nlookup: []\n", "utf-8")

    assert not packs_in_force.look_now()
    assert "lookup" in packs_in_force.trouble()
    assert city.loaded() is before


def test_a_pack_changed_under_its_version_stays_out(packs: Path, clerk: Account) -> None:
    added(packs, clerk.subject)
    changed(packs)

    assert not packs_in_force.look_now()
    assert "construction_waste" in packs_in_force.trouble()
    raised(packs)
    assert packs_in_force.look_now()
    assert packs_in_force.trouble() == ""
