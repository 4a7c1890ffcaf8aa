# SPDX-License-Identifier: Apache-2.0
"""What registers said of a case (核验结果), read from what is kept: compared, concluded, judged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from huiban.kernel.analysis import Analysis, Answer, Dossier, questions
from huiban.kernel.analysis_facts import Known, fact_values, known_facts
from huiban.kernel.analysis_match import Line, lines
from huiban.kernel.lookup import Question
from huiban.kernel.rule import Judgment
from huiban.packloader import Scenario
from huiban.services import city, exchange, points
from huiban.services.exchange import FetchedRow
from huiban.services.facts import Filing, case_facts, local_day, read_json
from huiban.store.rows import CaseRow

_LEVELS = 8
"""Lookups that start from other answers are asked after those; so deep at most."""


@dataclass(frozen=True)
class Checked:
    """One case against registers: every comparison, every fact, and the criteria over them."""

    analysis: Analysis
    dossier: Dossier
    lines: tuple[Line, ...]
    known: Mapping[str, Known]
    judgment: Judgment | None
    rows: tuple[FetchedRow, ...]
    questions: tuple[Question, ...]
    unasked: tuple[Question, ...]
    """What was never asked, or asked for less than is needed."""
    is_waiting: bool

    @property
    def asked_at(self) -> datetime | None:
        """When a register was asked last."""
        return max((one.asked_at for one in self.rows), default=None)


def of_case(
    scenario: Scenario,
    case: CaseRow,
    now: datetime,
    fetched: Sequence[FetchedRow] | None = None,
    filing: Filing | None = None,
) -> Checked | None:
    """
    Compare and judge a case by what registers have answered; None where its pack checks nothing.

    `fetched` spares the one statement that reads the answers.
    """
    analysis = scenario.analysis
    if analysis is None:
        return None
    rows = exchange.of_matter(case.number) if fetched is None else fetched
    payload = filing.payload if filing else case.payload
    bare = Dossier(
        form=scenario.form_of(scenario.items[case.item_code]),
        values=read_json(payload),
        identity={"number": case.subject_code, "name": case.subject_name},
        answers={},
        resources=city.loaded().catalogue.resources,
        # What was fresh when a case was decided stays so.
        today=local_day(case.closed_at or now),
    )
    dossier, found = _with_answers(analysis, bare, rows, now)
    used = {row.question: row for row in found.values() if row}
    known = known_facts(analysis, dossier)
    criteria = analysis.criteria.get(scenario.items[case.item_code].life, ())
    facts = case_facts(scenario, case, filing) | fact_values(known)
    return Checked(
        analysis=analysis,
        dossier=dossier,
        lines=tuple(lines(analysis, dossier, city.common().division_names)),
        known=known,
        judgment=points.judged(criteria, facts, local_day(case.submitted_at)),
        rows=tuple(used.values()),
        questions=tuple(found),
        unasked=tuple(
            one for one, row in found.items() if row is None or not one.fields <= row.fields
        ),
        is_waiting=exchange.is_waiting(list(used.values()), now),
    )


def _with_answers(
    analysis: Analysis, bare: Dossier, rows: Sequence[FetchedRow], now: datetime
) -> tuple[Dossier, dict[Question, FetchedRow | None]]:
    """Put the kept answers to their questions; those that follow from an answer come after it."""
    kept = {row.question: row for row in rows}
    dossier = bare
    found: dict[Question, FetchedRow | None] = {}
    for _ in range(_LEVELS):
        asked = list(questions(analysis, dossier))
        found = {one: kept.get((one.source, one.by, exchange.key_digest(one.key))) for one in asked}
        answers = {
            (one.source, one.key): _answer(one, row, now) for one, row in found.items() if row
        }
        if answers.keys() == dossier.answers.keys():
            break
        dossier = replace(bare, answers=answers)
    return dossier, found


def _answer(question: Question, row: FetchedRow, now: datetime) -> Answer:
    state = exchange.state_of(row, now)
    return Answer(
        source=question.source,
        key=question.key,
        # While an old answer is asked for again it still says what it said.
        state=_said(row) if state in ("pending", "timeout") and row.fetched_at else state,
        fields=row.fields,
        records=row.records,
        as_of=row.as_of,
        request=row.request,
        asked_at=row.fetched_at or row.asked_at,
    )


def _said(row: FetchedRow) -> str:
    return "found" if row.records else "absent"
