# SPDX-License-Identifier: Apache-2.0
"""What of the desk is looked at, as the address says it: kept from the list to every case."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from urllib.parse import urlencode

from huiban.store.lists import CaseNarrow, DeskNarrow

LIGHTS = ("overdue", "red", "amber", "green", "paused", "done")
_LONGEST_TEXT = 100
_LONGEST_WORD = 128


@dataclass(frozen=True, slots=True)
class Narrow:
    """The filters of an address; an empty text means all."""

    light: str = ""
    stage: str = ""
    item: str = ""
    q: str = ""
    mine: str = ""

    @property
    def desk(self) -> DeskNarrow:
        return DeskNarrow(self.light, self.stage, self.item, self.q, bool(self.mine))

    @property
    def is_any(self) -> bool:
        return any(asdict(self).values())

    def cases(self, is_open: bool | None) -> CaseNarrow:
        return CaseNarrow(self.stage, self.item, self.q, is_open)

    def query(self, **changed: str) -> str:
        """Write the filters as a query with its question mark; empty ones are left out."""
        kept = {**asdict(self), **changed}
        said = urlencode({name: value for name, value in kept.items() if value})
        return f"?{said}" if said else ""

    def hidden(self, *without: str) -> list[tuple[str, str]]:
        """List the filters that a form has to carry on."""
        return [(n, v) for n, v in asdict(self).items() if v and n not in without]


def read(sent: Mapping[str, str]) -> Narrow:
    """Read the filters of an address; what is not one of ours counts as none."""
    light = sent.get("light", "")
    return Narrow(
        light=light if light in LIGHTS else "",
        stage=_word(sent, "stage"),
        item=_word(sent, "item"),
        q=sent.get("q", "").replace("\x00", "").strip()[:_LONGEST_TEXT],
        mine="1" if sent.get("mine") else "",
    )


def _word(sent: Mapping[str, str], name: str) -> str:
    word = sent.get(name, "")
    return word if len(word) <= _LONGEST_WORD and word.isprintable() else ""


def case_way(number: str, narrow: Narrow, **more: str) -> str:
    """Return the address of a case's page, with the list it was opened from."""
    return f"/desk/cases/{number}{narrow.query(**more)}"
