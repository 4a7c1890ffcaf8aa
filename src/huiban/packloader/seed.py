# SPDX-License-Identifier: Apache-2.0
"""Filled-in applications for a demonstration (演示数据), from a pack's samples and seed.yaml."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from huiban.kernel.form import FieldKind, Form
from huiban.packloader.build_scenario import build
from huiban.packloader.example import gather
from huiban.packloader.example_application import agreed, sampled, typed
from huiban.packloader.folder import Folder
from huiban.packloader.values import Common, Scenario, Seed


@dataclass(frozen=True, slots=True)
class SeededCase:
    """One application to send in, and how far its case is to come."""

    item: str
    stage: str
    form: Form
    written: Mapping[str, object]
    materials: tuple[str, ...]
    seed: Seed

    def answers(self, day: date, applicant: str) -> dict[str, object]:
        """Return what an applicant of that day would type: the dates move along with it."""
        own = dict.fromkeys(self.seed.applicant_is, applicant)
        return _without_identity(self.form, _moved(self.form, self.written, day) | own)


def seeded_cases(scenario: Scenario, common: Common) -> tuple[SeededCase, ...]:
    """Return the applications of a demonstration; the variants of the sample take turns."""
    draft = build(Folder(scenario.code, scenario.texts, scenario.code), common)
    if draft.seed is None:
        return ()
    seed: Seed = draft.seed.make()
    samples, _ = gather(draft.examples)
    sample = samples[draft.seed.sample]
    form = scenario.form_of(scenario.items[sample.item])
    answers = agreed(form, sampled(sample, samples))
    variants = [typed(one) for one in draft.seed.variants] or [{}]
    stages = [stage for stage, count in draft.seed.cases.items() for _ in range(count)]
    return tuple(
        SeededCase(
            sample.item,
            stage,
            form,
            answers | variants[place % len(variants)],
            sample.materials,
            seed,
        )
        for place, stage in enumerate(stages)
    )


def _moved(form: Form, answers: Mapping[str, object], today: date) -> dict[str, object]:
    """
    Move the dates by the days between the application's own day and today.

    What a register knows of the past, such as the founding of a firm, stays.
    """
    dates = [one for one in form.fields() if one.kind is FieldKind.DATE and answers.get(one.key)]
    days = {one.key: date.fromisoformat(str(answers[one.key])) for one in dates}
    if not days:
        return dict(answers)
    # The day of the application itself is one that may not lie in the future.
    own = [days[one.key] for one in dates if one.latest == "today" and not one.prefill]
    applied = max(own) if own else min(days.values())
    shift = _whole(today - applied)
    moved = {
        one.key: (days[one.key] + shift).isoformat()
        for one in dates
        if not one.prefill or days[one.key] >= applied
    }
    return dict(answers) | moved


def _whole(shift: timedelta) -> timedelta:
    return timedelta(days=shift.days)


def _without_identity(form: Form, answers: Mapping[str, object]) -> dict[str, object]:
    known = {
        one.key for one in form.fields() if one.prefill and one.prefill[0].startswith("identity.")
    }
    return {key: value for key, value in answers.items() if key not in known}
