# SPDX-License-Identifier: Apache-2.0
"""The catalogue of data resources: read whole, and every fault told with its line and cure."""

from collections import Counter

import pytest

from huiban.kernel.resource import Completeness, Consent, Level, Share
from huiban.packloader.folder import texts_in
from huiban.packloader.problem import Problem
from huiban.packloader.resources import load_resources
from tests.packloader.pack_edit import ROOT

PROVIDERS = """\
providers:
  - {code: hr, level: municipal, name: {zh: 人社局, en: HR}}
  - {code: mps, level: national, name: {zh: 公安部, en: MPS}}
"""
SHARED = {
    "providers.yaml": PROVIDERS,
    "purposes.yaml": "purposes:\n  - {code: safety_permit, name: {zh: 安许, en: Safety}}\n",
    "categories.yaml": "categories:\n  - {code: insurance, name: {zh: 社保, en: Insurance}}\n",
}
GOOD = """\
level: municipal
provider: hr
defaults:
  share: conditional
  condition: 用于办事时核验
  basis: [社会保险法第七十四条]
  mode: api
  cycle: 1 month
  max_age: 35 days
  completeness: open
  quota: 1000
  per_second: 5
  p95: 100
  consent: none
  retention: 3 years
  purposes: [safety_permit]
resources:
  - code: 370200-0001
    key: insurance
    name: {zh: 参保信息, en: Insurance}
    about: 单位参保人数。
    category: insurance
    subject: enterprise
    keys: [uscc]
    items:
      - {key: uscc, label: 统一社会信用代码, type: text}
      - {key: staff, label: 人数, type: integer}
"""


def faults(text: str, more: str = "") -> list[Problem]:
    texts = {**SHARED, "a.yaml": text} | ({"b.yaml": more} if more else {})
    return load_resources(texts)[1]


def test_an_entry_takes_what_it_does_not_say_from_its_file() -> None:
    text = GOOD.replace("    about:", "    consent: explicit\n    quota: 7\n    about:")

    found, problems = load_resources({**SHARED, "a.yaml": text})

    assert problems == []
    one = found.resources["insurance"]
    assert (one.consent, one.quota, one.per_second) == (Consent.EXPLICIT, 7, 5)
    assert (one.level, one.provider, one.is_sample) == (Level.MUNICIPAL, "hr", True)
    assert one.purposes == {"safety_permit"}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("provider: hr", "provider: rh", "unknown provider 'rh' (known: hr, mps)"),
        ("provider: hr", "provider: mps", "'mps' is a national provider (write national)"),
        ("  mode: api\n", "", "'mode' is missing (write it here or under defaults)"),
        ("370200-0001", "370000-0001", "not a municipal code"),
        ("keys: [uscc]", "keys: [usc]", "nothing is looked up by 'usc' (did you mean 'uscc'?)"),
        ("max_age: 35 days", "max_age: 1 day", "every answer would be stale"),
        ("max_age: 35 days", "max_age: soon", "such as '35 days'"),
        ("type: integer", "type: number", "type"),
        ("type: integer}", "type: integer, sensitivity: 3}", "'staff' is personal and has no mask"),
        ("category: insurance", "category: insurence", "(did you mean 'insurance'?)"),
        ("[safety_permit]", "[safty_permit]", "(did you mean 'safety_permit'?)"),
        ("quota: 1000", "quotta: 1000", "quotta"),
    ],
)
def test_a_fault_is_told_with_its_line_and_cure(old: str, new: str, says: str) -> None:
    text = GOOD.replace(old, new, 1)
    assert text != GOOD

    told = [str(one) for one in faults(text)]

    assert any(says in line for line in told), told
    assert all(line.startswith("packs/resources/a.yaml:") for line in told)


def test_two_entries_never_share_a_key_or_a_code() -> None:
    told = [str(one) for one in faults(GOOD, GOOD)]

    assert len(told) == 2
    assert "b.yaml:19: resources.0.key: 'insurance' is the key of 370200-0001 already" in told[1]
    assert "b.yaml:18: resources.0.code" in told[0]


def test_the_catalogue_of_the_city_has_no_fault_and_its_proportions() -> None:
    found, problems = load_resources(texts_in(ROOT / "resources"))

    assert problems == []
    counts = Counter(one.level for one in found.resources.values())
    assert counts == {Level.NATIONAL: 38, Level.PROVINCIAL: 77, Level.MUNICIPAL: 175}
    assert {one.provider for one in found.resources.values()} == set(found.providers)
    assert all(one.is_sample for one in found.resources.values())
    for kinds in (
        {one.share for one in found.resources.values()} >= set(Share),
        {one.completeness for one in found.resources.values()} == set(Completeness),
        {one.consent for one in found.resources.values()} == set(Consent),
    ):
        assert kinds
