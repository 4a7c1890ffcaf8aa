# SPDX-License-Identifier: Apache-2.0
"""Programs use a certificate under a grant: counted, told, and refused with a reason."""

from datetime import timedelta

import pytest

from huiban.services import certificate_grants
from huiban.services.certificate_grants import Granting
from huiban.store import ids
from huiban.store.models import Account, Certificate, CertificateGrant
from huiban.web.clock import now
from tests.services import city_sample as sample
from tests.services.certificate_sample import granted
from tests.web.api_client import Program

pytestmark = pytest.mark.usefixtures("each_database")


@pytest.fixture
def people(each_database: str) -> dict[str, Account]:
    return sample.people()


@pytest.fixture
def code(people: dict[str, Account]) -> str:
    held = granted(people)
    today = (now() + timedelta(hours=8)).date()
    until = today + timedelta(days=90)
    Certificate.objects.update(valid_from=today, valid_until=until)
    asked = Granting(
        number=ids.new_key(),
        grantee_code=people["lihua"].subject,
        grantee_name=people["lihua"].subject_name,
        purpose="tender",
    )
    holder = people["wangmin"].to_actor()
    return certificate_grants.grant(held.number, asked, holder, now()).code


def use(account: Account, code: str, purpose: str = "tender"):  # type: ignore[no-untyped-def]
    return Program(account).post("/certificate-uses", {"code": code, "purpose": purpose})


def test_a_program_uses_a_certificate_once_and_reads_its_document(
    people: dict[str, Account], code: str
) -> None:
    held, program = Certificate.objects.get(), Program(people["lihua"])

    used = use(people["lihua"], code)

    assert used.status_code == 201
    assert used.data["number"] == held.number
    assert used.data["identifier"] == held.identifier
    assert (used.data["state"], used.data["purpose"]) == ("valid", "tender")
    again = program.get(f"/certificate-uses/{used.data['use']}")
    assert again.data == used.data
    paper = program.get(used.data["document"].removeprefix("/api/v1"))
    assert paper.content.startswith(b"%PDF")
    assert CertificateGrant.objects.get().uses == 1
    other = Program(people["wangmin"])
    assert other.get(f"/certificate-uses/{used.data['use']}").status_code == 404


@pytest.mark.parametrize(
    ("who", "purpose", "status", "reason"),
    [
        ("lihua", "loan", 409, "other_purpose"),
        ("zhangqian", "tender", 403, None),
    ],
)
def test_a_refusal_names_its_reason(
    people: dict[str, Account],
    code: str,
    who: str,
    purpose: str,
    status: int,
    reason: str | None,
) -> None:
    refused = use(people[who], code, purpose)

    assert (refused.status_code, refused.data.get("reason")) == (status, reason)
    assert CertificateGrant.objects.get().uses == 0


def test_the_second_use_is_refused(people: dict[str, Account], code: str) -> None:
    use(people["lihua"], code)

    refused = use(people["lihua"], code)

    assert (refused.status_code, refused.data["reason"]) == (409, "used_up")


def test_a_mistyped_and_an_unknown_code_are_refused(people: dict[str, Account]) -> None:
    unknown = certificate_grants.make_verification_code(7)

    assert use(people["lihua"], "1234").status_code == 422
    assert use(people["lihua"], unknown).status_code == 404
    assert Program(people["lihua"]).post("/certificate-uses", {"code": ""}).status_code == 422
    assert Program().post("/certificate-uses", {"code": "x", "purpose": "y"}).status_code == 401
