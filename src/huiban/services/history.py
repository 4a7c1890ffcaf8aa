# SPDX-License-Identifier: Apache-2.0
"""What a case's journal tells its clocks: the moves, the pauses and the extensions."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from huiban.kernel.clock import Limit, Move, Pause
from huiban.store.rows import JournalRow


@dataclass(slots=True)
class History:
    """The part of a case's past (办理经过) from which its clocks are read."""

    moves: list[Move] = field(default_factory=list)
    pauses: list[Pause] = field(default_factory=list)
    extensions: dict[str, Limit] = field(default_factory=dict)
    told_overdue: set[str] = field(default_factory=set)
    """Clocks whose lateness is on record already; it is marked once."""

    def add(self, act: str, at: datetime, body: Mapping[str, object]) -> None:
        """Take in one journal entry; entries come in their order."""
        entered, left = _texts(body.get("entered")), _texts(body.get("left"))
        counts_from = body.get("counts_from")
        if entered or left:
            since = datetime.fromisoformat(counts_from) if isinstance(counts_from, str) else None
            self.moves.append(Move(at, entered, left, since))
        if act == "suspend":
            self.pauses.append(Pause(at, None, str(_inputs(body).get("cause", ""))))
        elif act == "resume" or (self.is_paused and (entered or left)):
            # Leaving the suspended state, by retraction for one, ends the excluded time too.
            self.pauses[-1] = Pause(self.pauses[-1].started_at, at, self.pauses[-1].cause)
        if act == "overdue":
            self.told_overdue.add(str(_inputs(body).get("clock", "")))
        if act == "extend":
            given = body.get("extension")
            if isinstance(given, str):
                self.extensions[str(_inputs(body).get("clock", ""))] = Limit.parse(given)

    @property
    def is_paused(self) -> bool:
        return bool(self.pauses) and self.pauses[-1].ended_at is None


def history_of(journal: Iterable[JournalRow]) -> History:
    """Read the rows of one case, in order."""
    history = History()
    for row in journal:
        history.add(row.act, row.at, json.loads(row.body))
    return history


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(part) for part in value) if isinstance(value, list) else ()


def _inputs(body: Mapping[str, object]) -> Mapping[str, object]:
    act = body.get("act")
    inputs = act.get("inputs") if isinstance(act, Mapping) else None
    return inputs if isinstance(inputs, Mapping) else {}
