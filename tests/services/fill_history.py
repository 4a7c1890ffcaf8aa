# SPDX-License-Identifier: Apache-2.0
"""A made-up year of applications with their fill records, as the journal would have them."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from huiban.store import cases
from huiban.store.rows import NewCase
from tests.store.samples import a_change, a_new_case, an_entry

BEGIN = datetime(2026, 1, 1, 1, 0, tzinfo=UTC)
SCENARIOS = ("construction_waste", "safety_permit")
CHANNELS = ("web", "window", "api")
LIVES = ("new", "modify", "renew")
_FIELDS = ("applicant", "uscc", "legal_person", "contact", "contact_phone", "project_name", "route")
_COLUMNS = ("plate", "road_permit")
_MATERIALS = ("contract", "plan", "licence", "photos")
_HOWS = ("uploaded", "uploaded", "resource", "certificate", "form", "commitment", "deferred")


def a_fill(luck: Random) -> dict[str, object]:
    """Make one record: some fields, a table of some rows, some materials."""
    fields: dict[str, list[str]] = {letter: [] for letter in "AHECM"}
    paths = list(luck.sample(_FIELDS, luck.randint(1, len(_FIELDS))))
    paths += [f"vehicles.{row}.{name}" for row in range(luck.randint(0, 4)) for name in _COLUMNS]
    for path in paths:
        fields[luck.choices("AHECM", (6, 2, 1, 1, 3))[0]].append(path)
    if luck.random() < 0.1:
        fields["E"].append("vehicles.-3")
    taken = [*fields["A"], *fields["H"]]
    return {
        "fields": fields,
        "confirmed": luck.sample(taken, min(len(taken), luck.randint(0, 2))),
        "requests": {path: f"q-{path}" for path in fields["A"]},
        "snapshot": "",
        "materials": {
            code: {"how": luck.choice(_HOWS), "reference": luck.choice(("", "q1", "证1"))}
            for code in luck.sample(_MATERIALS, luck.randint(0, len(_MATERIALS)))
        },
    }


def corrected(fill: dict[str, object], luck: Random) -> dict[str, object]:
    """Make the record of a correction: other answers, and some material demanded after all."""
    again = a_fill(luck)
    materials = json.loads(json.dumps(fill["materials"]))
    for one in materials.values():
        if luck.random() < 0.5:
            one |= {"how": "uploaded", "reference": ""}
    return again | {"materials": materials}


@dataclass
class Town:
    """Opens cases one after another; `luck` decides everything, so a seed tells the whole year."""

    luck: Random
    opened: list[NewCase] = field(default_factory=list)

    def application(self) -> NewCase:
        """Open one case, one in ten without a record, one in five corrected once or twice."""
        luck = self.luck
        at = BEGIN + timedelta(minutes=luck.randrange(60 * 24 * 330))
        fill = None if luck.random() < 0.1 else a_fill(luck)
        pack, life = luck.choice(SCENARIOS), luck.choice(LIVES)
        case = a_new_case(
            pack_code=pack,
            item_code=f"{pack}.{life}",
            life=life,
            channel=luck.choice(CHANNELS),
            submitted_at=at,
            journal=(an_entry(at=at, body=_body(fill)),),
            jobs=(),
        )
        cases.open_case(case)
        self.opened.append(case)
        if luck.random() < 0.2:
            for seq in range(2, 2 + luck.randint(1, 2)):
                fill = corrected(fill, luck) if fill else None
                self.correction(case, seq, fill)
        return case

    def correction(self, case: NewCase, seq: int, fill: dict[str, object] | None) -> None:
        entry = an_entry(seq, act="resubmit", body=_body(fill))
        change = a_change(
            case,
            expected_version=seq - 1,
            chain_seq=seq,
            journal=(entry,),
            tasks_opened=(),
            tasks_closed=(),
            jobs=(),
            notices=(),
        )
        cases.record(change)


def _body(fill: dict[str, object] | None) -> str:
    body: dict[str, object] = {"entered": [], "left": [], "effects": []}
    return json.dumps(body if fill is None else body | {"fill": fill})
