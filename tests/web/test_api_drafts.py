# SPDX-License-Identifier: Apache-2.0
"""Writing an application through the API: by section, with its files, sent once."""

import pytest

from huiban.services import city
from huiban.store.models import Account, Case, Draft
from huiban.web.clock import now
from tests.services import city_sample
from tests.web.api_client import Program, answers

pytestmark = pytest.mark.usefixtures("each_database")
ITEM = "construction_waste.new"


@pytest.fixture
def people() -> dict[str, Account]:
    return city_sample.people()


@pytest.fixture
def program(people: dict[str, Account]) -> Program:
    return Program(people["wangmin"])


def _begin(program: Program) -> str:
    return str(program.post("/drafts", {"item": ITEM}).data["number"])


def _fill(program: Program, draft: str) -> None:
    form, given = city.item(ITEM).scenario.form_of(city.item(ITEM).item), answers(now())
    for part in form.sections:
        own = {one.key: given[one.key] for one in part.fields if one.key in given}
        saved = program.ask("PUT", f"/drafts/{draft}/sections/{part.key}", {"answers": own})
        assert (saved.status_code, saved.data["problems"]) == (200, [])
    for material in city.item(ITEM).item.materials:
        if material.code != "application_form":
            program.post(
                f"/drafts/{draft}/materials/{material.code}?name=a.pdf",
                city_sample.PDF,
                content_type="application/octet-stream",
            )


def test_an_application_is_written_checked_and_sent_once(program: Program) -> None:
    draft = _begin(program)
    before = program.get(f"/drafts/{draft}/check").data
    _fill(program, draft)

    after = program.get(f"/drafts/{draft}/check").data
    sent = program.post(f"/drafts/{draft}/submit")
    again = program.post(f"/drafts/{draft}/submit")

    assert (before["is_complete"], after["is_complete"]) == (False, True)
    assert sent.status_code == 201
    assert (again.status_code, again.data["code"]) == (409, "already_done")
    assert again.data["number"] == sent.data["number"] == Case.objects.get().number
    assert not Draft.objects.exists()


def test_a_draft_that_is_not_complete_is_refused_with_every_fault(program: Program) -> None:
    draft = _begin(program)

    answer = program.post(f"/drafts/{draft}/submit")

    assert answer.status_code == 422
    assert len(answer.data["errors"]) > 10
    assert program.get(f"/drafts/{draft}").status_code == 200


def test_what_is_not_right_yet_is_kept_and_told(program: Program) -> None:
    draft = _begin(program)

    saved = program.ask(
        "PUT", f"/drafts/{draft}/sections/applicant", {"answers": {"uscc": "9137"}}
    ).data

    assert saved["typed"] == {"uscc": "9137"}
    assert "uscc" in {one["path"] for one in saved["problems"]}


@pytest.mark.parametrize("value", [1.5, True, [], {}, [[[]]], -(2**70), "x" * 20_000, None])
def test_any_value_in_any_field_is_answered(program: Program, value: object) -> None:
    draft = _begin(program)
    placed = city.item(ITEM)

    for part in placed.scenario.form_of(placed.item).sections:
        sent = {"answers": {one.key: value for one in part.fields}}
        saved = program.ask("PUT", f"/drafts/{draft}/sections/{part.key}", sent)
        assert saved.status_code == 200, saved.content


def test_a_save_from_an_old_page_is_stale(program: Program) -> None:
    draft = _begin(program)
    save = f"/drafts/{draft}/sections/applicant"
    program.ask("PUT", save, {"answers": {}, "version": 1})

    late = program.ask("PUT", save, {"answers": {}, "version": 1})

    assert (late.status_code, late.data["code"], late.data["version"]) == (409, "stale", 2)


def test_a_file_is_handed_in_and_taken_off_again(program: Program) -> None:
    draft = _begin(program)
    code = next(o.code for o in city.item(ITEM).item.materials if o.code != "application_form")
    place = f"/drafts/{draft}/materials/{code}"
    media = "application/octet-stream"

    kept = program.post(f"{place}?name=a.pdf", city_sample.PDF, content_type=media)
    held = program.get(f"/drafts/{draft}").data["materials"]
    after = program.ask("DELETE", f"{place}/{kept.data['file']}").data["materials"]

    assert held == {code: [kept.data["file"]]}
    assert not after.get(code)
    unknown = program.post(
        f"/drafts/{draft}/materials/tea?name=a.pdf", city_sample.PDF, content_type=media
    )
    assert unknown.status_code == 404


def test_nobody_else_sees_a_draft(program: Program, people: dict[str, Account]) -> None:
    draft = _begin(program)
    other = Program(people["lihua"])

    tried = [
        other.get(f"/drafts/{draft}"),
        other.ask("DELETE", f"/drafts/{draft}"),
        other.ask("PUT", f"/drafts/{draft}/sections/applicant", {"answers": {}}),
        other.post(f"/drafts/{draft}/submit"),
    ]

    assert {one.status_code for one in tried} == {404}
    assert [one["number"] for one in program.get("/drafts").data["drafts"]] == [draft]
    assert other.get("/drafts").data["drafts"] == []


def test_a_draft_is_thrown_away(program: Program) -> None:
    draft = _begin(program)

    gone = program.ask("DELETE", f"/drafts/{draft}")

    assert (gone.status_code, gone.content) == (204, b"")
    assert program.get(f"/drafts/{draft}").status_code == 404


def test_an_expired_draft_is_gone(program: Program) -> None:
    draft = _begin(program)
    Draft.objects.update(expires_at=now())

    assert program.get(f"/drafts/{draft}").status_code == 410


def test_an_officer_and_an_unknown_item_cannot_begin(
    program: Program, people: dict[str, Account]
) -> None:
    assert Program(people["zhangqian"]).post("/drafts", {"item": ITEM}).status_code == 403
    assert program.post("/drafts", {"item": "tea"}).status_code == 404
