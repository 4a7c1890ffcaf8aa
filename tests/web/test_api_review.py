# SPDX-License-Identifier: Apache-2.0
"""Programs learn what points found in materials, and officers' programs settle them."""

import pytest

from huiban.services import files, handle, submit
from huiban.services.files import Upload
from huiban.services.handle import Order
from huiban.store import ids
from huiban.store.models import Account, Settlement
from huiban.web.clock import now
from tests.services import city_sample as sample
from tests.services import reading_sample
from tests.services.reading_sample import STRANGERS
from tests.web.api_client import Program

pytestmark = pytest.mark.usefixtures("each_database")
CONTRACT, POINT = "haulage_contract", "contract_is_ours"


@pytest.fixture
def people(each_database: str) -> dict[str, Account]:
    return sample.people()


@pytest.fixture
def draft(people: dict[str, Account]) -> str:
    account = people["wangmin"]
    number = sample.draft(account, now(), without=(CONTRACT,))
    upload = Upload(sample.PDF + f"% {ids.new_key()}".encode(), "合同.pdf")
    kept = files.add_material(number, CONTRACT, upload, account.to_actor(), now())[1]
    reading_sample.put(kept.blob, reading_sample.contract(STRANGERS), now())
    return number


def finding(answer) -> dict[str, object]:  # type: ignore[no-untyped-def]
    assert answer.status_code == 200, answer.data
    return next(one for one in answer.data["findings"] if one["point"] == POINT)


def test_a_program_learns_what_is_found_before_it_sends(
    people: dict[str, Account], draft: str
) -> None:
    answer = Program(people["wangmin"]).get(f"/drafts/{draft}/review")

    found = finding(answer)
    assert found["verdict"] == "fail"
    assert "upload this project's contract" in str(found["message"])
    places = found["places"]
    assert isinstance(places, list)
    assert (places[0]["material"], places[0]["text"]) == (CONTRACT, STRANGERS)
    assert 0 < places[0]["box"]["left"] < places[0]["box"]["right"] <= 1
    assert answer.data["pending"] == 0
    states = {one["file"]: one["state"] for one in answer.data["files"]}
    assert states[places[0]["file"]] == "read"
    assert Program(people["lihua"]).get(f"/drafts/{draft}/review").status_code == 404


def test_an_officers_program_settles_a_point(people: dict[str, Account], draft: str) -> None:
    case = submit.submit(draft, people["wangmin"].to_actor(), now())
    order = Order("accept", inputs={"reason": "分包合同，已核实"})
    handle.act(case, order, people["zhangqian"].to_actor(), now())
    program = Program(people["liuyang"])
    way = f"/desk/cases/{case}/review"

    assert finding(program.get(way))["said"] == ""
    refused = program.ask("PUT", f"{way}/{POINT}", {"said": "perhaps"})
    assert refused.status_code == 422
    assert program.ask("PUT", f"{way}/{POINT}", {"said": "pass"}).status_code == 204

    assert finding(program.get(way))["said"] == "pass"
    assert Settlement.objects.get().said == "pass"
    assert program.ask("PUT", f"{way}/nothing", {"said": "pass"}).status_code == 404
    assert Program(people["wangmin"]).get(way).status_code == 403
