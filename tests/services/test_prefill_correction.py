# SPDX-License-Identifier: Apache-2.0
"""A correction (补正) starts from what registers had filled in, and keeps it locked."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from huiban.kernel.form import Field, FieldKind, digest_of
from huiban.services import accounts, drafts, files, handle, materials, submit
from huiban.services.drafts import Saving
from huiban.services.facts import local_day
from huiban.services.handle import Order
from huiban.services.sample import demo_people
from huiban.store import cases
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
            if one.number in ("lihua", "zhangqian")
        }


def typed(one: Field) -> object:
    """What an applicant answers where no register knows."""
    if one.kind is FieldKind.DECLARATION:
        return {"agreed": True, "digest": digest_of(one.text.zh)}
    return {FieldKind.BOOLEAN: True, FieldKind.SIGNATURE: {"name": "周建军"}}.get(one.kind)


def filed(account: Account) -> str:
    """Send a safety permit's application in, with what no register knows typed."""
    actor = account.to_actor()
    number = drafts.begin("safety_permit.new", actor, account, NOW).number
    for _ in range(100):
        writing = drafts.open_step(number, actor, NOW)
        if writing.state and not writing.state.is_waiting:
            break
    for part in writing.form.sections:
        answers = {one.key: writing.values.get(one.key, typed(one)) for one in part.fields}
        writing = drafts.save(number, Saving(part.key, answers), actor, NOW)
    for one in materials.lacking(materials.of_writing(writing, local_day(NOW))):
        files.add_material(number, one.code, files.Upload(PDF, "材料.pdf"), actor, NOW)
    return submit.submit(number, actor, NOW)


def test_a_correction_cannot_change_what_registers_keep(people: dict[str, Account]) -> None:
    account = people["lihua"]
    number = filed(account)
    order = Order("request_correction", inputs={"reason": "缺少说明", "points": POINTS})
    handle.act(number, order, people["zhangqian"].to_actor(), NOW)
    begun = drafts.correct(cases.load(number), account, NOW).number
    writing = drafts.open_step(begun, account.to_actor(), NOW)
    shown = {
        one.key: writing.values[one.key]
        for one in writing.form.sections[0].fields
        if one.key in writing.values
    }
    saving = Saving(writing.form.sections[0].key, {**shown, "legal": "冒名者"})
    told = drafts.save(begun, saving, account.to_actor(), NOW)

    assert writing.origins["legal"]["source"] == "enterprise_registry"
    assert told.values["legal"] == writing.values["legal"] != "冒名者"
    assert [one.code for one in told.problems if one.path == "legal"] == ["locked"]
