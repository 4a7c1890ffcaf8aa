# SPDX-License-Identifier: Apache-2.0
"""Disputes on the desk: for the owner of the data alone, masked, answered once."""

from dataclasses import replace

import pytest

from huiban.kernel.actor import ActorKind
from huiban.kernel.resource import Resource
from huiban.services import accounts, city, disputes, files
from huiban.services.accounts import Person
from huiban.services.disputes import Answered, Claim
from huiban.services.refusal import NotOpen
from huiban.store.models import Account, Dispute, Inquiry, Notice
from tests.web.portal_visitor import NOW, case_of, sample, text_of, visitor

pytestmark = pytest.mark.django_db
REGISTRY = "enterprise_registry"


@pytest.fixture
def owner(town: dict[str, Account]) -> Account:
    """An officer of the department that keeps the registry."""
    return officer("gaoyuan", "高原", registry().provider)


def registry() -> Resource:
    return city.loaded().catalogue.resources[REGISTRY]


def officer(number: str, name: str, department: str, *roles: str) -> Account:
    person = Person(
        number=number, name=name, kind=ActorKind.OFFICER, roles=roles or ("examiner",),
        department=department, division="370200",
    )  # fmt: skip
    return accounts.make(person, sample.PASSWORD)


def claim(matter: str, **changed: str) -> Claim:
    made = Claim(
        matter=matter,
        resource=REGISTRY,
        provider=registry().provider,
        item="legal_person",
        path="legal_person",
        subject_code=sample.USCC,
        subject_name="青岛海晟置业有限公司",
        registered="孙海",
        claimed="孙小海",
        reason="八月已办理变更登记",
    )
    return replace(made, **changed)


@pytest.fixture
def case(town: dict[str, Account]) -> str:
    return case_of(town["wangmin"], "2026-11-23 09:30")


@pytest.fixture
def dispute(town: dict[str, Account], case: str) -> Dispute:
    return disputes.open_dispute(claim(case), town["wangmin"].to_actor(), NOW)


def masked_item() -> str:
    return next(one.key for one in registry().items if one.is_masked)


def test_the_owner_of_the_data_finds_it_on_the_list(owner: Account, dispute: Dispute) -> None:
    page = visitor(owner).read("/desk/disputes")

    assert f"/desk/disputes/{dispute.number}" in page
    for words in ("孙海", "孙小海", "法定代表人", "青岛海晟置业有限公司"):
        assert words in text_of(page)


@pytest.mark.parametrize("who", ["zhangqian", "liuyang", "zhoulei"])
def test_another_department_sees_nothing(
    town: dict[str, Account], owner: Account, dispute: Dispute, who: str
) -> None:
    other = visitor(town[who])

    assert "没有等待答复的异议" in other.read("/desk/disputes")
    assert other.get(f"/desk/disputes/{dispute.number}").status_code == 404
    answer = other.post(f"/desk/disputes/{dispute.number}", state="upheld", answer="无误")
    assert answer.status_code == 404
    assert other.post(f"/desk/disputes/{dispute.number}/reveal").status_code == 404


def test_a_supervisor_sees_those_of_every_department(
    town: dict[str, Account], dispute: Dispute
) -> None:
    supervisor = visitor(town["wumin"])

    assert f"/desk/disputes/{dispute.number}" in supervisor.read("/desk/disputes")
    assert supervisor.get(f"/desk/disputes/{dispute.number}").status_code == 200


def test_administrators_have_no_such_list(town: dict[str, Account]) -> None:
    keeper = visitor(town["sysadmin"])

    assert keeper.get("/desk/disputes").status_code == 403
    assert "/desk/disputes" not in keeper.read("/desk/resources").partition("<main")[0]


def test_an_answer_closes_it_and_tells_the_party(
    town: dict[str, Account], owner: Account, dispute: Dispute, case: str
) -> None:
    desk = visitor(owner)

    answer = desk.post(
        f"/desk/disputes/{dispute.number}", state="corrected", answer="已更正，今日生效"
    )

    assert (answer.status_code, answer["Location"]) == (303, "/desk/disputes")
    assert "没有等待答复的异议" in desk.read("/desk/disputes")
    assert "已更正" in desk.read("/desk/disputes", show="answered")
    told = Notice.objects.get(code="dispute_answered")
    assert (told.case.number, told.subject_code) == (case, sample.USCC)
    mine = text_of(visitor(town["wangmin"]).read("/my-data", show="disputes"))
    assert "部门已更正" in mine
    assert "已更正，今日生效" in mine


def test_an_answer_about_a_draft_is_found_under_my_data(
    town: dict[str, Account], owner: Account
) -> None:
    made = disputes.open_dispute(claim("d" * 32), town["wangmin"].to_actor(), NOW)

    visitor(owner).post(f"/desk/disputes/{made.number}", state="upheld", answer="登记是对的")

    assert not Notice.objects.filter(code="dispute_answered").exists()
    assert "登记是对的" in visitor(town["wangmin"]).read("/my-data", show="disputes")


@pytest.mark.parametrize(
    ("sent", "at"),
    [({"answer": "好"}, "state"), ({"state": "upheld", "answer": " "}, "answer"),
     ({"state": "open", "answer": "好"}, "state"),
     ({"state": "upheld", "answer": "长" * 1001}, "answer")],
)  # fmt: skip
def test_what_is_missing_in_an_answer_is_named_and_nothing_typed_is_lost(
    owner: Account, dispute: Dispute, sent: dict[str, str], at: str
) -> None:
    answer = visitor(owner).post(f"/desk/disputes/{dispute.number}", **sent)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'href="#{at}"' in page
    assert sent["answer"].strip() in page
    assert Dispute.objects.get().state == "open"


def test_it_is_answered_once(owner: Account, dispute: Dispute) -> None:
    said = Answered("upheld", "登记是对的")
    disputes.close(dispute.number, said, owner.to_actor(), NOW)

    with pytest.raises(NotOpen, match="已经有人答复"):
        disputes.close(dispute.number, said, owner.to_actor(), NOW)
    again = visitor(owner).post(
        f"/desk/disputes/{dispute.number}", state="corrected", answer="又改了"
    )
    assert again.status_code == 409
    assert "又改了" in again.content.decode()


def test_personal_values_are_masked_until_somebody_looks_and_the_look_is_logged(
    town: dict[str, Account], owner: Account, case: str
) -> None:
    made = disputes.open_dispute(
        claim(
            case, item=masked_item(), registered="370202198003070011", claimed="370202198003070038"
        ),
        town["wangmin"].to_actor(),
        NOW,
    )
    desk = visitor(owner)

    for page in (desk.read("/desk/disputes"), desk.read(f"/desk/disputes/{made.number}")):
        assert "370202198003070011" not in page
        assert "370202198003070038" not in page
    shown = desk.post(f"/desk/disputes/{made.number}/reveal").content.decode()

    assert "370202198003070011" in shown
    line = Inquiry.objects.get()
    assert (line.event, line.actor, line.fields) == ("revealed", "gaoyuan", masked_item())
    assert "核实数据异议" in text_of(visitor(town["wangmin"]).read("/my-data"))


def test_the_same_claim_twice_is_one_dispute(town: dict[str, Account], case: str) -> None:
    actor = town["wangmin"].to_actor()

    assert len({disputes.open_dispute(claim(case), actor, NOW).number for _ in range(2)}) == 1


def test_the_proof_is_shown_to_who_answers_and_to_nobody_else(
    town: dict[str, Account], owner: Account, draft: str
) -> None:
    actor = town["wangmin"].to_actor()
    kept = files.add_evidence(
        draft, "evidence", files.Upload(sample.PDF, "变更通知.pdf"), actor, NOW
    )
    made = disputes.open_dispute(claim(draft, evidence=kept.blob.number), actor, NOW)

    answer = visitor(owner).get(f"/desk/disputes/{made.number}/evidence")

    assert answer.content == sample.PDF
    other = visitor(town["zhangqian"]).get(f"/desk/disputes/{made.number}/evidence")
    assert other.status_code == 404
    assert visitor(owner).get(f"/desk/disputes/{'0' * 32}/evidence").status_code == 404


def test_a_dispute_without_proof_has_none(owner: Account, dispute: Dispute) -> None:
    assert visitor(owner).get(f"/desk/disputes/{dispute.number}/evidence").status_code == 404
