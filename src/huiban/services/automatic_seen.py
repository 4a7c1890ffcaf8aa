# SPDX-License-Identifier: Apache-2.0
"""What an automatic decision (自动审批) rests on: the case, its files, what registers said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from huiban.kernel.actor import SYSTEM
from huiban.kernel.automatic import Seen
from huiban.kernel.automatic_way import STEPS
from huiban.kernel.process import Chart
from huiban.kernel.rule import Judgment
from huiban.kernel.words import Words
from huiban.services import (
    checked,
    city,
    credentials,
    disputes,
    materials_filed,
    points,
    review_files,
    seal_use,
    signed,
)
from huiban.services.checked import Checked
from huiban.services.facts import local_day
from huiban.services.handle import Opened
from huiban.services.journal import body_of
from huiban.services.numbering import CERTIFICATE, certificate_document, certificate_kind
from huiban.services.review_files import Reviewed, rule_digest
from huiban.services.seal_use import Wanted
from huiban.store.models import Dispute

_ANSWERED = frozenset({"found", "absent"})
_NOT_PEOPLE = frozenset({"applicant", "system"})
"""The roles in which nobody of the authority acts."""


@dataclass(frozen=True)
class Gathered:
    """All that was looked at; `is_waiting` while a file is being read or a register may answer."""

    seen: Seen
    reviewed: Reviewed | None
    checked: Checked | None
    is_waiting: bool


def gather(opened: Opened, now: datetime) -> Gathered:
    """Look at everything a case can be decided by; nobody is asked anything."""
    scenario, case = opened.scenario, opened.case
    reviewed = review_files.of_case(scenario, case)
    check = checked.of_case(scenario, case, now)
    told = scenario.review
    facts = told.facts.values() if told else ()
    unread = reviewed.pending if reviewed else 0
    seen = Seen(
        judgments=tuple(_judgments(opened, check)),
        points=reviewed.findings if reviewed else (),
        material_of={one.name: one.material for one in facts},
        materials=materials_filed.of_case(scenario, case),
        lines=check.lines if check else (),
        silent=tuple(_silent(check)) if check else (),
        disputed=tuple(_disputed(case.number)),
        unsealed=tuple(_unsealed(opened, now)),
        unread=unread,
        by_people=_choice(opened),
        is_in_hand=_is_in_hand(opened),
    )
    is_waiting = bool(unread or (check and check.is_waiting))
    return Gathered(seen, reviewed, check, is_waiting)


def _judgments(opened: Opened, check: Checked | None) -> Sequence[Judgment]:
    scenario, life = opened.scenario, opened.scenario.items[opened.case.item_code].life
    day = local_day(opened.case.submitted_at)
    groups = (scenario.acceptance.get(life, ()), scenario.examination.get(life, ()))
    judged = [points.judged(group, opened.facts, day) for group in groups]
    judged.append(check.judgment if check else None)
    return [one for one in judged if one is not None]


def _silent(check: Checked) -> Sequence[Words]:
    """Name the registers that were to be asked and gave no answer."""
    resources = city.loaded().catalogue.resources
    answers = check.dossier.answers.values()
    names = [one.source for one in answers if one.state not in _ANSWERED]
    names += [one.source for one in check.unasked]
    return [
        resources[name].name if name in resources else Words(name) for name in dict.fromkeys(names)
    ]


def _disputed(number: str) -> Sequence[Words]:
    open_ones = (one for one in disputes.of_matter(number) if one.state == Dispute.State.OPEN)
    return [disputes.item_words(one) for one in open_ones]


def _unsealed(opened: Opened, now: datetime) -> Sequence[Words]:
    """Name the documents of the way to the grant that the system has no right to seal."""
    if not credentials.is_configured():
        return []
    case, scenario = opened.case, opened.scenario
    profile = credentials.profile_of(case.department)
    effects = effects_of(opened.chart)
    kinds = [one for code, one in sorted(scenario.documents.items()) if code in effects]
    issued = certificate_kind(scenario.items[case.item_code]) if CERTIFICATE in effects else None
    shown = certificate_document(scenario, issued) if issued else None
    found = []
    for kind in (*kinds, *((shown,) if shown else ())):
        if not signed.is_sealed(kind):
            continue
        name = f"{case.pack_code}.{kind.code}"
        wanted = Wanted(case.department, kind.seal, name, profile=profile)
        if seal_use.why_not(wanted, SYSTEM, SYSTEM.roles, now) is not None:
            found.append(kind.title)
    return found


def effects_of(chart: Chart) -> set[str]:
    """Return what the system's steps through a chart set off."""
    return {
        effect
        for state in chart.states.values()
        for name in STEPS
        if name in state.on and state.on[name].is_automatic
        for arc in state.on[name].arcs
        for effect in arc.effects
    }


def _choice(opened: Opened) -> bool | None:
    """Whoever asked for a person once has asked for one."""
    said = [body_of(row).get("by_people") for row in opened.journal]
    known = [one for one in said if isinstance(one, bool)]
    return any(known) if known else None


def _is_in_hand(opened: Opened) -> bool:
    is_held = any(task.holder for task in opened.standing.tasks)
    return is_held or any(row.role not in _NOT_PEOPLE for row in opened.journal)


def record(opened: Opened, found: Gathered) -> dict[str, object]:
    """
    Say for the journal what was held against what: codes, verdicts and digests, never values.
    """
    scenario, told = opened.scenario, opened.scenario.review
    judged = [one for judgment in found.seen.judgments for one in judgment.findings]
    return {
        "pack": f"{scenario.code}@{scenario.version}#{scenario.digest}",
        "application": next(
            (body["filed"] for body in map(body_of, reversed(opened.journal)) if "filed" in body),
            "",
        ),
        "criteria": [{"code": one.code, "verdict": str(one.verdict)} for one in judged],
        "points": [
            {
                "code": one.point.code,
                "verdict": str(one.verdict),
                "rule": rule_digest(told, one.point) if told else "",
            }
            for one in found.seen.points
        ],
        "files": _files(found.reviewed),
        "registers": [
            {"source": one.resource, "request": one.request, "state": one.state}
            for one in (found.checked.rows if found.checked else ())
        ],
        "materials": [
            {"code": one.material.code, "standing": str(one.standing)}
            for one in found.seen.materials
        ],
    }


def _files(reviewed: Reviewed | None) -> Mapping[str, str]:
    if reviewed is None:
        return {}
    return {one.number: one.sha256 for several in reviewed.files.values() for one in several}
