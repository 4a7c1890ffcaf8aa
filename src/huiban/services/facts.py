# SPDX-License-Identifier: Apache-2.0
"""The facts of a case that rules and guards ask about, from the answers and materials on file."""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from huiban.kernel.catalogue import ONLINE_FORM, Item
from huiban.kernel.clock_time import SHANGHAI
from huiban.packloader import Scenario
from huiban.packloader import facts as pack_facts
from huiban.packloader.facts import waived
from huiban.services import city
from huiban.store.rows import CaseRow

Materials = Mapping[str, list[str]]
"""Material code → numbers of the files handed in for it."""
Instead = Mapping[str, Mapping[str, str]]
"""Material code → what takes its place as filed: `how`, and what proves it."""
# An application filled in on line is its own form; nobody uploads it.
HELD = frozenset({ONLINE_FORM})
# No material is called that: codes begin with a letter.
_INSTEAD = "_instead"


@dataclass(frozen=True, slots=True)
class Filing:
    """Answers and materials as filed, with the digest that the journal keeps of them."""

    payload: str
    materials: str
    title: str
    fill: Mapping[str, object] | None = None
    """How each answer and material came about (填写记录, decision 14), for the journal."""
    signature: Mapping[str, object] | None = None
    """Which ceremony signed the form as it was shown, for the journal."""
    by_people: bool | None = None
    """Whether a person is to decide (自动审批), for the journal; None where nobody was asked."""

    @property
    def digest(self) -> str:
        return hashlib.sha256(f"{self.payload}\n{self.materials}".encode()).hexdigest()

    @property
    def told(self) -> dict[str, object]:
        """Return what the journal keeps of a filing."""
        found: dict[str, object] = {"filed": self.digest}
        if self.fill is not None:
            found["fill"] = dict(self.fill)
        if self.signature is not None:
            found["signature"] = dict(self.signature)
        if self.by_people is not None:
            found["by_people"] = self.by_people
        return found


def about_digest(item: str, life: str, source: str, party: str, name: str) -> str:
    """Return what the journal keeps of whose case it is, about what; no number stands there."""
    return hashlib.sha256("\n".join((item, life, source, party, name)).encode()).hexdigest()


def local_day(at: datetime) -> date:
    """Return the day in Shanghai, which is the day the law counts."""
    return at.astimezone(SHANGHAI).date()


def read_json(text: str) -> dict[str, object]:
    """Read a stored JSON object back."""
    found = json.loads(text)
    return found if isinstance(found, dict) else {}


def read_materials(text: str) -> dict[str, list[str]]:
    """Read the stored list of files by material back."""
    found = read_json(text)
    return {
        code: [str(number) for number in numbers]
        for code, numbers in found.items()
        if isinstance(numbers, list)
    }


def read_instead(text: str) -> dict[str, dict[str, str]]:
    """Read back what was filed in place of materials: promises, certificates, registers."""
    found = read_json(text).get(_INSTEAD)
    return dict(found) if isinstance(found, dict) else {}


def filed_text(materials: Materials, instead: Instead) -> str:
    """Write the files by material, and what takes the place of others."""
    return city.text_of({**materials, _INSTEAD: instead} if instead else materials)


def facts_of(
    scenario: Scenario,
    item: Item,
    values: Mapping[str, object],
    materials: Materials,
    instead: Collection[str] = (),
) -> dict[str, object]:
    """Return typed facts: the form's, and which materials are there or something in their place."""
    there = {code for code, files in materials.items() if files} | waived(item, HELD)
    form = scenario.form_of(item)
    return pack_facts.case_facts(item, form, values, there | set(instead), date.min)


def case_facts(
    scenario: Scenario, case: CaseRow, filing: Filing | None = None
) -> dict[str, object]:
    """Return the facts of a case; a new filing takes the place of the old."""
    payload, materials = (
        (filing.payload, filing.materials) if filing else (case.payload, case.materials)
    )
    item = scenario.items[case.item_code]
    values, files = read_json(payload), read_materials(materials)
    return facts_of(scenario, item, values, files, read_instead(materials))
