# SPDX-License-Identifier: Apache-2.0
"""The browser shows, hides and demands the same fields as the server."""

from collections.abc import Callable
from itertools import product

import pytest
from playwright.sync_api import Page

from huiban.kernel.form import from_flat, read, shown
from huiban.kernel.form_model import Form, Section
from huiban.kernel.words import Words
from huiban.services import city
from huiban.web import gallery_sample as sample
from huiban.web.conditions import browser_conditions

Opener = Callable[..., Page]
DEPENDENT = {"road_permit", "convoy", "road_reason"}
READ_PAGE = """() => {
  const form = document.querySelector('form[data-step]');
  const rows = [...form.querySelectorAll('[data-field]')];
  return {
    pairs: [...new FormData(form)].filter(([, value]) => typeof value === 'string'),
    visible: rows.filter((row) => !row.hidden).map((row) => row.dataset.field),
    demanded: document.getElementById('f-road_permit').getAttribute('aria-required') === 'true',
  };
}"""
ROADS = ("true", "false", "")
PERMITS = ("", "无", "占2026-3")
AMOUNTS = ("", "9,999", "10001", "一万")
CONTRACTS = ("", "１０００００１", "1,000,000.00")


def _answer(page: Page, road: str, permit: str, amount: str, contract: str) -> None:
    page.evaluate(
        """([road, permit, amount, contract]) => {
          const radios = document.getElementsByName('uses_road');
          for (const one of radios) one.checked = one.value === road;
          document.getElementById('f-road_permit').value = permit;
          document.getElementById('f-amount').value = amount;
          document.getElementById('f-contract_yuan').value = contract;
          document.querySelector('form[data-step]').dispatchEvent(new Event('change'));
        }""",
        [road, permit, amount, contract],
    )


@pytest.mark.browser
def test_browser_and_server_agree_on_every_combination(open_page: Opener) -> None:
    page = open_page("/design/fields")

    for answers in product(ROADS, PERMITS, AMOUNTS, CONTRACTS):
        _answer(page, *answers)
        told = page.evaluate(READ_PAGE)
        reading = read(
            sample.FORM,
            from_flat(told["pairs"]),
            today=sample.TODAY,
            divisions=sample.DIVISIONS,
        )
        visible = shown(sample.FORM, reading.values, sample.TODAY)
        is_shown = "road_permit" in visible
        is_missing = any(one.path == "road_permit" for one in reading.problems)

        assert DEPENDENT & set(told["visible"]) == DEPENDENT & visible, answers
        if is_shown and not answers[1]:
            assert told["demanded"] == is_missing, answers


@pytest.mark.browser
def test_a_third_row_makes_the_convoy_ask_for_its_head(open_page: Opener) -> None:
    page = open_page("/design/fields")
    head = page.locator("[data-field=convoy]")
    hidden_before = head.is_hidden()

    page.locator("[data-copy]").first.click()

    assert hidden_before
    assert head.is_visible()


def test_a_step_without_conditions_tells_the_browser_nothing() -> None:
    section = Section(key="one", title=Words("一"), fields=sample.FORM.sections[0].fields[:3])
    form = Form(code="plain", title=Words("一"), sections=(section,))

    assert browser_conditions(form, section, {}, sample.TODAY) is None


def test_of_a_personal_value_a_page_learns_only_that_there_is_one() -> None:
    placed = city.item("construction_waste.new")
    form = placed.scenario.form_of(placed.item)
    section = form.section("disposal")
    assert section is not None
    values = {"site_contact": "郑强", "site_phone": "13800000006", "legal_id": "3702"}
    told = browser_conditions(form, section, values, sample.TODAY)

    assert told
    assert "13800000006" not in str(told)
    assert "3702" not in str(told["facts"])


def test_facts_of_other_steps_are_told_as_json() -> None:
    told = browser_conditions(sample.FORM, sample.FIELDS, sample.VALUES, sample.TODAY)

    assert told
    facts = told["facts"]
    assert isinstance(facts, dict)
    assert facts["contract_yuan"] == "386000.50"
    assert "starts_on" not in facts, "what no rule of the step names is none of the page's business"
    assert told["hidden"] == ["convoy", "road_permit", "road_reason"]
