# SPDX-License-Identifier: Apache-2.0
"""Every document that any pack names can be set, for every life of its item, even nearly empty."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import pytest

from huiban.connectors import pdf
from huiban.kernel import document
from huiban.kernel.catalogue import Item
from huiban.kernel.document_form import Answers
from huiban.packloader import DocumentKind, Scenario, load_scenarios
from tests import document_sample as sample


@lru_cache(maxsize=1)
def scenarios() -> tuple[Scenario, ...]:
    return tuple(load_scenarios(sample.PACKS).scenarios.values())


def errands() -> Iterator[Any]:
    for scenario in scenarios():
        for item in scenario.items.values():
            for kind in scenario.documents.values():
                yield pytest.param(scenario, item, kind, id=f"{item.code}-{kind.code}")


@pytest.mark.parametrize("is_filled", [True, False], ids=["filled", "empty"])
@pytest.mark.parametrize(("scenario", "item", "kind"), list(errands()))
def test_a_document_of_a_pack_is_set_from_its_own_item_and_form(
    scenario: Scenario, item: Item, kind: DocumentKind, is_filled: bool
) -> None:
    form = scenario.form_of(item)
    values = sample.placeholders(form) if is_filled else {}
    outcome = sample.OUTCOMES.get(kind.code, document.Outcome.GRANTED)
    facts = sample.facts(
        "grant_decision",
        document=document.Head(title=kind.title.zh, dated=sample.DAY, seal=kind.seal),
        item=item,
        decision=document.Decision(outcome=outcome, reasons=sample.REASONS),
        answers=Answers(form=form, values=values, as_of=sample.DAY),
        **({} if is_filled else {"materials": (), "clocks": ()}),
    )

    rendered = pdf.render(
        scenario.templates,
        kind.template,
        document.compose(kind.data, facts),
        pdf.About(kind.title.zh, sample.DAY),
    )

    assert rendered.pages >= 1
    assert rendered.unprintable == ()


def test_there_are_packs_to_try() -> None:
    assert sum(len(scenario.documents) for scenario in scenarios()) >= 8
