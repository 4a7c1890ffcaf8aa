# SPDX-License-Identifier: Apache-2.0
"""A correction (补正) starts from what registers had filled in, and keeps it locked."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from huiban.kernel.form import Field, FieldKind, digest_of
from huiban.services import accounts, drafts, files, handle, materials, submit
from huiban.services.drafts import Saving, Writing
from huiban.services.facts import local_day, read_json
from huiban.services.handle import Order
from huiban.services.refilled import last_fill
from huiban.services.sample import demo_people
from huiban.store import cases
from huiban.store import journal as journals
from huiban.store.models import Account
from tests.services.city_sample import PDF
from tests.services.neighbourhood import NOW, Neighbours, connected, running

POINTS = [{"about": "申请表", "fault": "缺少说明", "cure": "补写"}]


@pytest.fixture(scope="module")
def neighbourhood(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neighbours]:
    with running(tmp_path_factory.mktemp("neighbours") / "city") as found:
        yield found


@pytest.fixture
def people(
    each_fresh_database: str, neighbourhood: Neighbours, tmp_path: Path
) -> Iterator[dict[str, Account]]:
    with connected(neighbourhood, tmp_path / "index"):
        yield {
            one.number: accounts.make(one.person, "a-long-password-1")
            for one in demo_people()
            if one.number in ("lihua", "gaoyun", "zhangqian")
        }


def typed(one: Field) -> object:
    """What an applicant answers where no register knows."""
    if one.kind is FieldKind.DECLARATION:
        return {"agreed": True, "digest": digest_of(one.text.zh)}
    return {FieldKind.BOOLEAN: True, FieldKind.SIGNATURE: {"name": "周建军"}}.get(one.kind)


def filed(account: Account, **said: object) -> str:
    """Send a safety permit's application in, with what no register knows typed, or is `said`."""
    actor = account.to_actor()
    number = drafts.begin("safety_permit.new", actor, account, NOW).number
    for _ in range(100):
        writing = drafts.open_step(number, actor, NOW)
        if writing.state and not writing.state.is_waiting:
            break
    for part in writing.form.sections:
        known = {**said, **writing.values}
        answers = {one.key: known.get(one.key, typed(one)) for one in part.fields}
        writing = drafts.save(number, Saving(part.key, answers), actor, NOW)
    for one in materials.lacking(materials.of_writing(writing, local_day(NOW))):
        files.add_material(number, one.code, files.Upload(PDF, "材料.pdf"), actor, NOW)
    return submit.submit(number, actor, NOW)


def sent_back(account: Account, people: dict[str, Account], **said: object) -> Writing:
    """A case that waits for its correction, and the draft its applicant opens."""
    number = filed(account, **said)
    order = Order("request_correction", inputs={"reason": "缺少说明", "points": POINTS})
    handle.act(number, order, people["zhangqian"].to_actor(), NOW)
    begun = drafts.correct(cases.load(number), account, NOW).number
    return drafts.open_step(begun, account.to_actor(), NOW)


def saved(writing: Writing, **more: object) -> Writing:
    """Post the first step as it stands, with what is changed."""
    section = writing.form.sections[0]
    shown = {
        one.key: writing.values[one.key] for one in section.fields if one.key in writing.values
    }
    saving = Saving(section.key, {**shown, **more})
    return drafts.save(writing.number, saving, writing.draft.account.to_actor(), NOW)


def test_a_correction_cannot_change_what_registers_keep(people: dict[str, Account]) -> None:
    writing = sent_back(people["lihua"], people)
    told = saved(writing, legal="冒名者")

    assert writing.origins["legal"]["source"] == "enterprise_registry"
    assert told.values["legal"] == writing.values["legal"] != "冒名者"
    assert [one.code for one in told.problems if one.path == "legal"] == ["locked"]


def test_a_correction_keeps_what_was_chosen_where_registers_disagree(
    people: dict[str, Account],
) -> None:
    account = people["gaoyun"]
    writing = sent_back(account, people, legal="何文林", address="青岛市李沧区京口路28号")
    values = dict(writing.values)
    after = drafts.open_step(saved(writing).number, account.to_actor(), NOW)
    number = submit.submit(after.number, account.to_actor(), NOW)

    assert values["legal"] == after.values["legal"] == "何文林"
    assert read_json(cases.load(number).payload)["legal"] == "何文林"
    fill = last_fill(journals.of_case(cases.load(number).id))
    assert fill is not None
    assert "legal" in fill.fields["C"]
