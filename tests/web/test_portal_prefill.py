# SPDX-License-Identifier: Apache-2.0
"""A form that fills itself, as its pages show it: sources, seals, choices, late answers."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huiban.services import accounts, drafts
from huiban.services.sample import demo_people
from huiban.store.models import Account, Case, Consent, Inquiry
from tests.services.neighbourhood import NOW, Neighbours, connected, running
from tests.services.stand_in import StandIn, registers
from tests.web.desk_visitor import Visitor, visitor
from tests.web.portal_visitor import sent_in, text_of

SAFETY = "safety_permit.new"


@pytest.fixture(scope="module")
def neighbourhood(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neighbours]:
    with running(tmp_path_factory.mktemp("neighbours") / "city") as found:
        yield found


@pytest.fixture
def people(
    fresh_database: str, neighbourhood: Neighbours, tmp_path: Path
) -> Iterator[dict[str, Account]]:
    with connected(neighbourhood, tmp_path / "index"):
        yield {
            one.number: accounts.make(one.person, "a-long-password-1")
            for one in demo_people()
            if one.number in ("wangmin", "lihua", "gaoyun", "tianlei")
        }
    neighbourhood.order("*", reset=True)


def begun(account: Account, item: str = SAFETY) -> str:
    number = drafts.begin(item, account.to_actor(), account, NOW).number
    for _ in range(100):
        state = drafts.open_step(number, account.to_actor(), NOW).state
        if state is None or not state.is_waiting:
            return number
    return number


def personal(number: str, account: Account) -> set[str]:
    """Every identity number that stands in a draft."""
    values = drafts.load(number, account.to_actor(), NOW).values
    found = set(re.findall(r"\b\d{17}[\dX]\b", json.dumps(values)))
    return found - {account.subject}


@pytest.mark.parametrize("section", ["enterprise", "managers", "operators", "summary"])
def test_no_personal_number_stands_in_a_page(people: dict[str, Account], section: str) -> None:
    clerk = visitor(people["lihua"])
    number = begun(people["lihua"])
    page = clerk.read(f"/drafts/{number}/{section}")
    numbers = personal(number, people["lihua"])

    assert len(numbers) > 10
    assert not {one for one in numbers if one in page}


def test_a_look_at_a_personal_value_shows_it_once_and_is_in_the_log(
    people: dict[str, Account],
) -> None:
    clerk, account = visitor(people["lihua"]), people["lihua"]
    number = begun(account)
    value = str(drafts.load(number, account.to_actor(), NOW).values["legal_id"])
    shown = sent(clerk, f"/drafts/{number}/enterprise", reveal="legal_id")

    assert value in shown.content.decode()
    assert value not in clerk.read(f"/drafts/{number}/enterprise")
    (line,) = Inquiry.objects.filter(event="revealed")
    assert (line.resource, line.fields) == ("enterprise_registry", "legal_person_number")


def test_a_page_sent_back_unchanged_changes_nothing(people: dict[str, Account]) -> None:
    clerk, account = visitor(people["lihua"]), people["lihua"]
    number = begun(account)
    before = drafts.load(number, account.to_actor(), NOW)
    for section in ("enterprise", "managers", "operators"):
        answer = sent(clerk, f"/drafts/{number}/{section}", go="next")
        assert answer.status_code == 303, text_of(answer.content.decode())
    after = drafts.load(number, account.to_actor(), NOW)

    assert after.values == before.values
    assert after.ledger == before.ledger


def test_a_locked_value_changed_in_the_page_is_told_and_put_back(
    people: dict[str, Account],
) -> None:
    clerk, account = visitor(people["lihua"]), people["lihua"]
    number = begun(account)
    answer = sent(clerk, f"/drafts/{number}/enterprise", legal="冒名者", go="next")

    assert answer.status_code == 422
    assert "不能直接改" in answer.content.decode()
    assert drafts.load(number, account.to_actor(), NOW).values["legal"] != "冒名者"


def test_a_conflict_is_chosen_on_the_page(people: dict[str, Account]) -> None:
    clerk, account = visitor(people["gaoyun"]), people["gaoyun"]
    number = begun(account)
    page = clerk.read(f"/drafts/{number}/enterprise")
    named = re.findall(r'name="legal" value="([^"]+)"', page)
    sent(clerk, f"/drafts/{number}/enterprise", legal=named[1])

    assert len(named) == 2
    assert "两个部门的记录不一致" in page
    after = drafts.load(number, account.to_actor(), NOW)
    assert after.values["legal"] == named[1]
    assert after.ledger.choices["legal"] == "enterprise_register_province"


def test_old_values_are_confirmed_together(people: dict[str, Account]) -> None:
    clerk, account = visitor(people["tianlei"]), people["tianlei"]
    number = begun(account)
    before = clerk.read(f"/drafts/{number}/enterprise")
    sent(clerk, f"/drafts/{number}/enterprise", confirm="all:enterprise")

    assert "都核对过了，还是这样" in before
    assert "都核对过了，还是这样" not in clerk.read(f"/drafts/{number}/enterprise")


def test_one_of_several_projects_is_picked_on_the_page(people: dict[str, Account]) -> None:
    clerk, account = visitor(people["wangmin"]), people["wangmin"]
    number = begun(account, "construction_waste.new")
    page = clerk.read(f"/drafts/{number}/project")
    picked = {"picked-construction_permit": "2", "pick": "construction_permit"}
    answer = sent(clerk, f"/drafts/{number}/project", **picked)

    assert 'name="picked-construction_permit"' in page
    assert answer["Location"].endswith("#picks")
    assert drafts.load(number, account.to_actor(), NOW).ledger.picks == {"construction_permit": 2}


def test_nonsense_in_the_buttons_of_given_values_does_nothing(people: dict[str, Account]) -> None:
    clerk, account = visitor(people["wangmin"]), people["wangmin"]
    number = begun(account, "construction_waste.new")
    for said in (
        {"pick": "construction_permit:9999"},
        {"pick": "construction_permit:-1"},
        {"pick": "nothing:0"},
        {"confirm": "no_such_field"},
        {"past": "no_such_field"},
        {"reveal": "no_such_field"},
        {"reveal": "haulers.99"},
        {"edit": "haulers.99"},
    ):
        assert sent(clerk, f"/drafts/{number}/project", **said).status_code in (200, 303)
    found = drafts.open_step(number, account.to_actor(), NOW)

    assert "project_name" not in found.values
    assert clerk.get(f"/drafts/{number}/project").status_code == 200


def test_what_came_late_is_drawn_for_the_fields_still_empty(people: dict[str, Account]) -> None:
    clerk, account = visitor(people["lihua"]), people["lihua"]
    number = begun(account)
    told = json.loads(
        clerk.get(f"/drafts/{number}/enterprise/late", empty="legal,postcode").content
    )

    assert "周建军" in told["fields"]["legal"]
    assert set(told["fields"]) == {"legal"}
    assert told["is_waiting"] is False
    assert told["version"] == drafts.load(number, account.to_actor(), NOW).draft.version


@pytest.mark.parametrize(
    "way", ["enterprise/late", "doubt/legal", "enterprise", "ask-again", "consent"]
)
def test_nobody_reaches_into_another_partys_draft(people: dict[str, Account], way: str) -> None:
    number = begun(people["lihua"])
    other = visitor(people["gaoyun"])
    place = f"/drafts/{number}/{way}"
    answer = other.post(place) if way in ("ask-again", "consent") else other.get(place)

    assert answer.status_code == 404


def test_only_what_was_seen_is_sent(people: dict[str, Account]) -> None:
    clerk = visitor(people["lihua"])
    number = begun(people["lihua"])
    unseen = clerk.post(f"/drafts/{number}/summary", snapshot="0" * 64)

    assert unseen["Location"] == f"/drafts/{number}/summary"
    assert "和现在的不一致" in clerk.read(unseen["Location"])
    assert sent_in(clerk, number).status_code == 422
    assert not Case.objects.exists()


def test_a_page_costs_the_same_however_many_rows_it_has(people: dict[str, Account]) -> None:
    clerk, number = visitor(people["lihua"]), begun(people["lihua"])
    costs = []
    for section in ("signing", "managers"):
        clerk.read(f"/drafts/{number}/{section}")
        with CaptureQueriesContext(connection) as queries:
            clerk.read(f"/drafts/{number}/{section}")
        costs.append(len(queries))

    assert costs[0] == costs[1]
    assert costs[1] <= 14


def test_a_register_that_needs_consent_is_asked_once_it_is_given(
    people: dict[str, Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    from huiban.kernel.resource import Consent as Asked
    from huiban.services import city

    account, clerk = people["lihua"], visitor(people["lihua"])
    known = city.loaded().catalogue.resources
    strict = replace(known["social_insurance"], consent=Asked.EXPLICIT)
    monkeypatch.setitem(known, "social_insurance", strict)  # type: ignore[arg-type]
    records = {"social_insurance": {account.subject: [{"uscc": account.subject, "staff": 46}]}}
    with registers(StandIn(records)):
        number = begun(account)
        page = clerk.read(f"/drafts/{number}/enterprise")
        shown = re.search(r'name="shown" value="(\w+)"', page)
        assert shown
        before = drafts.load(number, account.to_actor(), NOW).values
        agreed = {"resource": "social_insurance", "shown": shown[1], "section": "enterprise"}
        answer = clerk.post(f"/drafts/{number}/consent", **agreed)
        after = drafts.load(number, account.to_actor(), NOW).values

    assert "同意并查询" in page
    assert "staff" not in before
    assert answer.status_code == 303
    assert after["staff"] == 46
    assert Consent.objects.filter(account=account, resource="social_insurance").count() == 1


def sent(clerk: Visitor, place: str, **more: str) -> object:
    """Send a step as its page would without scripts, with what is pressed or changed."""
    page = clerk.read(place)
    pairs = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    pairs.pop("section", None)
    return clerk.post(place, **(pairs | more))
