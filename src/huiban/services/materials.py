# SPDX-License-Identifier: Apache-2.0
"""What becomes of each material (材料去向): handed in, on record, promised, to follow, missing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from huiban.kernel.catalogue import Instead as Place
from huiban.kernel.catalogue import (
    Item,
    Material,
    MaterialStanding,
    OnRecord,
    Standing,
    material_list,
)
from huiban.kernel.fill_record import How
from huiban.packloader import Scenario
from huiban.services import city, materials_answers
from huiban.services.drafts import Writing
from huiban.services.facts import Instead, Materials, facts_of, filed_text, read_instead
from huiban.store import on_record

Standings = tuple[MaterialStanding, ...]
_REPLACEABLE = frozenset({Standing.NEEDED, Standing.DEFERRED, Standing.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Papers:
    """An application as far as its materials go; `committed` are the promises made, by code."""

    scenario: Scenario
    item: Item
    values: Mapping[str, object]
    files: Materials
    committed: Instead
    subject: str

    def judged(self, known: OnRecord, facts: Mapping[str, object] | None = None) -> Standings:
        if facts is None:
            instead = known.committed
            facts = facts_of(self.scenario, self.item, self.values, self.files, instead)
        return material_list(self.item, facts, date.min, known)

    @property
    def handed(self) -> frozenset[str]:
        return frozenset(code for code, numbers in self.files.items() if numbers)


def of_writing(writing: Writing, today: date) -> Standings:
    """
    Judge the materials of an application being written, by all that is on record today.

    It asks the store only where a material without a file could be replaced, and once a page.
    """
    return of_writings([writing], today)[0]


def of_writings(writings: Sequence[Writing], today: date) -> list[Standings]:
    """Judge the materials of several applications; what is on record of a party is asked once."""
    for subject in {one.draft.subject_code for one in writings}:
        own = [one for one in writings if one.draft.subject_code == subject]
        _judge([one for one in own if today not in one.standings], today)
    return [one.standings[today] for one in writings]


def _judge(writings: Sequence[Writing], today: date) -> None:
    papers = {one.number: _papers(one) for one in writings}
    opens = {number: _open(one) for number, one in papers.items()}
    certificates = _certificates(papers.values(), opens.values(), today)
    answers = materials_answers.of_writings([(one, opens[one.number]) for one in writings], today)
    for one in writings:
        own = papers[one.number]
        known = OnRecord(certificates, answers.get(one.number, {}), _committed(own), own.handed)
        one.standings[today] = own.judged(known)


def _papers(writing: Writing) -> Papers:
    return Papers(
        scenario=writing.scenario,
        item=writing.item,
        values=writing.values,
        files=writing.materials,
        committed=commitments(writing),
        subject=writing.draft.subject_code,
    )


def _open(papers: Papers) -> tuple[Material, ...]:
    """Name the materials that something on record could make unnecessary."""
    lines = papers.judged(OnRecord(handed=papers.handed))
    return tuple(one.material for one in lines if _is_open(one))


def _is_open(one: MaterialStanding) -> bool:
    return one.standing in _REPLACEABLE and not one.is_handed


def of_whole(papers: Papers, facts: Mapping[str, object], today: date) -> Standings:
    """
    Judge the materials of an application that comes whole; no register was asked for it.

    `facts` are those of its answers and files. With every file there, the store is asked nothing.
    """
    lines = papers.judged(OnRecord(handed=papers.handed), facts)
    opens = tuple(one.material for one in lines if _is_open(one))
    if not opens:
        return lines
    certificates, committed = _certificates([papers], [opens], today), _committed(papers)
    if not certificates and not committed:
        return lines
    return papers.judged(OnRecord(certificates, {}, committed, papers.handed))


def commitments(writing: Writing) -> dict[str, dict[str, str]]:
    """Return the promises made in a draft, by material."""
    made = read_instead(writing.draft.materials)
    return {code: one for code, one in made.items() if one.get("how") == str(How.COMMITMENT)}


def _certificates(
    papers: Iterable[Papers], opens: Iterable[Sequence[Material]], today: date
) -> dict[str, str]:
    """Only kinds that this city issues itself can be held here; all papers are of one subject."""
    issued = city.common().certificates
    kinds = {kind for several in opens for one in several for kind in one.waived_by}
    held = [kind for kind in sorted(kinds) if kind in issued and issued[kind].issued_here]
    subject = next((one.subject for one in papers), "")
    return on_record.certificates(subject, held, today) if held and subject else {}


def _committed(papers: Papers) -> frozenset[str]:
    offered = (one.code for one in papers.item.materials if one.commitment)
    made = frozenset(code for code in offered if code in papers.committed)
    # Whoever broke a promise makes no other (国办发〔2020〕42号), even one begun before.
    return frozenset() if not made or on_record.broke_promise(papers.subject) else made


def lacking(lines: Iterable[MaterialStanding]) -> tuple[Material, ...]:
    """Name the materials without which the application may not be sent or accepted."""
    return tuple(one.material for one in lines if one.is_lacking)


def how(lines: Iterable[MaterialStanding]) -> dict[str, dict[str, str]]:
    """Say of every required material how it came in, for the fill record (decision 14)."""
    return {
        one.material.code: {
            "how": str(one.how),
            "reference": one.instead.reference if one.instead and not one.is_handed else "",
        }
        for one in lines
        if one.how is not None
    }


def replaced(lines: Iterable[MaterialStanding]) -> dict[str, Place]:
    """Return what takes the place of materials without a file, the form on line left out."""
    return {
        one.material.code: one.instead
        for one in lines
        if one.instead and not one.is_handed and one.instead.how is not How.FORM
    }


def filed(files: Materials, lines: Sequence[MaterialStanding], committed: Instead) -> str:
    """Write what is filed of the materials: the files, and what takes the place of the others."""
    instead: dict[str, Mapping[str, str]] = {}
    for code, one in replaced(lines).items():
        written = {"how": str(one.how), "name": one.name, "reference": one.reference}
        instead[code] = committed[code] if one.how is How.COMMITMENT else written
    return filed_text(files, instead)
