# SPDX-License-Identifier: Apache-2.0
"""The application a worked example (样例) starts from: a sample with what differs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from huiban.kernel.catalogue import ONLINE_FORM, Item
from huiban.kernel.form import FieldKind, Form, Reading, digest_of, read
from huiban.packloader.facts import case_facts, waived
from huiban.packloader.schema.example import ExampleIn, SampleIn
from huiban.packloader.values import Common, Scenario

Samples = Mapping[str, SampleIn]


@dataclass(slots=True)
class Application:
    """The application of an example as far as it has come: answers and materials."""

    item: Item
    form: Form
    answers: dict[str, object]
    materials: set[str]
    divisions: Mapping[str, str] = field(default_factory=dict)

    def reading(self, today: date) -> Reading:
        return read(self.form, self.answers, today=today, divisions=self.divisions)

    def facts(self, today: date) -> dict[str, object]:
        attached = self.materials | waived(self.item, {ONLINE_FORM})
        return case_facts(self.item, self.form, self.reading(today).values, attached, today)


def apply(example: ExampleIn, samples: Samples, scenario: Scenario, common: Common) -> Application:
    """Make the application an example starts from."""
    sample = samples[example.start]
    item = scenario.items[sample.item]
    answers = {**sampled(sample, samples), **typed(example.change)}
    for key in example.leave_out:
        answers.pop(key, None)
    materials = sample.materials if example.materials is None else example.materials
    form = scenario.forms[item.form]
    return Application(item, form, agreed(form, answers), set(materials), common.division_names)


def agreed(form: Form, answers: Mapping[str, object]) -> dict[str, object]:
    """Let `true` stand for agreeing to the declaration as the form has it today."""
    found = dict(answers)
    for one in form.fields():
        if one.kind is FieldKind.DECLARATION and found.get(one.key) is True:
            found[one.key] = {"agreed": True, "digest": digest_of(one.text.zh)}
    return found


def sampled(sample: SampleIn, samples: Samples) -> dict[str, object]:
    """Return the answers of a sample, those of the samples it is like first."""
    line = [sample]
    while (like := samples.get(line[-1].like)) is not None and like not in line:
        line.append(like)
    answers: dict[str, object] = {}
    for one in reversed(line):
        answers |= typed(one.values)
    return answers


def typed(values: Mapping[str, object]) -> dict[str, object]:
    return {key: _plain(value) for key, value in values.items()}


def _plain(value: object) -> object:
    """Write numbers as an applicant types them; the strict loader has kept every digit."""
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, Mapping):
        return typed(value)
    return [_plain(one) for one in value] if isinstance(value, list) else value
