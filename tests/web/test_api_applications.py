# SPDX-License-Identifier: Apache-2.0
"""A whole application in one call: opened once, however often it is sent."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huiban.services import files
from huiban.store.models import Account, Blob, Case, Token
from huiban.web.clock import now
from tests.services import city_sample
from tests.web.api_client import Program, application

pytestmark = pytest.mark.usefixtures("each_database")


@pytest.fixture
def people() -> dict[str, Account]:
    return city_sample.people()


def paths(answer: Any) -> dict[str, str]:
    return {one["path"]: one["code"] for one in answer.data["errors"]}


def test_a_whole_application_opens_a_case_with_its_files(people: dict[str, Account]) -> None:
    sent = application(people["wangmin"])

    answer = Program(people["wangmin"]).apply(sent)

    assert answer.status_code == 201
    case = Case.objects.get(number=answer.data["number"])
    assert answer.headers["Location"] == f"/api/v1/cases/{case.number}"
    assert (case.stage, case.applicant) == ("submitted", "wangmin")
    handed = [file for numbers in sent["materials"].values() for file in numbers]  # type: ignore[attr-defined]
    assert Blob.objects.filter(case=case, draft="", number__in=handed).count() == len(handed) == 6


def test_sent_again_it_names_the_same_case(people: dict[str, Account]) -> None:
    program, sent = Program(people["wangmin"]), application(people["wangmin"])

    first = program.apply(sent, "order-2026-17")
    again = program.apply(sent, "order-2026-17")

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.data == first.data
    assert Case.objects.count() == 1


def test_a_key_used_for_other_content_is_refused_and_names_the_case(
    people: dict[str, Account],
) -> None:
    program = Program(people["wangmin"])
    first = program.apply(application(people["wangmin"]), "order-2026-17")

    other = program.apply(application(people["wangmin"], waste_amount="4"), "order-2026-17")

    assert (other.status_code, other.data["number"]) == (409, first.data["number"])
    assert Case.objects.count() == 1


def test_two_accounts_may_use_the_same_key(people: dict[str, Account]) -> None:
    answers = [
        Program(people[who]).apply(application(people[who]), "order-2026-17")
        for who in ("wangmin", "lihua")
    ]

    assert [one.status_code for one in answers] == [201, 201]


@pytest.mark.parametrize("key", ["", "short", "中文中文中文中文", "a" * 101])
def test_without_a_fit_key_nothing_is_opened(people: dict[str, Account], key: str) -> None:
    program = Program(people["wangmin"])

    answer = program.post("/applications", {"item": "x", "answers": {}}, idempotency_key=key)

    assert (answer.status_code, answer.data["code"]) == (400, "idempotency_key_missing")


def test_everything_wrong_is_told_at_once_and_no_file_is_taken(people: dict[str, Account]) -> None:
    sent = application(people["wangmin"], uscc="91370212MA3XXXXXX0", period_end="never")
    answers, materials = sent["answers"], sent["materials"]
    assert isinstance(answers, dict)
    assert isinstance(materials, dict)
    del answers["project_name"]
    answers["price"] = 3.5
    materials["passport"] = materials.pop(next(iter(materials)))

    answer = Program(people["wangmin"]).apply(sent)

    found = paths(answer)
    assert answer.status_code == 422
    assert {"uscc", "period_end", "project_name", "price", "materials.passport"} <= set(found)
    assert "required" in {code for path, code in found.items() if path.startswith("materials.")}
    assert not Blob.objects.exclude(draft="").exists()
    assert not Case.objects.exists()


def test_somebody_else_s_file_is_refused_and_the_others_stay_free(
    people: dict[str, Account],
) -> None:
    sent = application(people["wangmin"])
    upload = files.Upload(city_sample.PDF, "theirs.pdf")
    theirs = files.add_loose(upload, people["lihua"].to_actor(), now()).blob.number
    materials = sent["materials"]
    assert isinstance(materials, dict)
    code = next(iter(materials))
    own, materials[code] = materials[code], [theirs]
    program = Program(people["wangmin"])

    refused = program.apply(sent, "order-2026-18")
    materials[code] = own
    taken = program.apply(sent, "order-2026-19")

    assert paths(refused) == {f"materials.{code}.0": "unknown_file"}
    assert taken.status_code == 201
    assert Blob.objects.get(number=theirs).case_id is None


def test_a_file_of_another_kind_or_too_large_is_refused_by_name(
    people: dict[str, Account],
) -> None:
    sent = application(people["wangmin"])
    materials = sent["materials"]
    assert isinstance(materials, dict)
    first, second = list(materials)[:2]
    Blob.objects.filter(number=materials[first][0]).update(media="video/mp4")
    Blob.objects.filter(number=materials[second][0]).update(size=10**12)

    refused = Program(people["wangmin"]).apply(sent)

    assert refused.status_code == 422
    expected = {f"materials.{first}.0": "wrong_type", f"materials.{second}.0": "too_large"}
    assert paths(refused) == expected
    assert not Case.objects.exists()


def test_a_file_serves_one_application_only(people: dict[str, Account]) -> None:
    program, sent = Program(people["wangmin"]), application(people["wangmin"])
    program.apply(sent)

    again = program.apply(sent)

    assert set(paths(again).values()) == {"unknown_file"}


ENDS = {
    "revoked": lambda: Token.objects.update(revoked_at=now()),
    "expired": lambda: Token.objects.update(expires_at=now()),
    "account closed": lambda: Account.objects.update(is_active=False),
}


@pytest.mark.parametrize("how", ENDS)
def test_a_token_that_ended_elsewhere_opens_nothing_from_the_next_call_on(
    people: dict[str, Account], how: str
) -> None:
    program = Program(people["wangmin"])
    assert program.apply(application(people["wangmin"])).status_code == 201
    sent = application(people["wangmin"])
    ENDS[how]()  # by another process: this one remembers the token

    answers = [program.apply(sent), program.apply({"item": "tea", "answers": {}})]

    assert [one.status_code for one in answers] == [401, 401]
    assert {one.data["code"] for one in answers} == {"invalid_token"}
    assert Case.objects.count() == 1


def test_an_account_that_acts_for_another_party_now_applies_for_that_one(
    people: dict[str, Account],
) -> None:
    program, other = Program(people["wangmin"]), people["lihua"]
    program.apply(application(people["wangmin"]))
    Account.objects.filter(number="wangmin").update(
        subject=other.subject, subject_name=other.subject_name
    )
    sent = application(people["wangmin"])

    refused = program.apply(sent)  # it still names the former party

    assert refused.status_code == 422
    assert paths(refused)["uscc"] == "not_yours"
    assert Case.objects.count() == 1


def test_a_program_that_goes_on_is_asked_for_by_the_statement_alone(
    people: dict[str, Account],
) -> None:
    program = Program(people["wangmin"])
    program.apply(application(people["wangmin"]))
    sent = application(people["wangmin"])

    with CaptureQueriesContext(connection) as seen:
        assert program.apply(sent).status_code == 201

    asked = [one["sql"] for one in seen.captured_queries if "store_token" in one["sql"]]
    assert [sql for sql in asked if sql.lstrip().startswith("SELECT a.")] == []


def test_an_officer_cannot_apply(people: dict[str, Account]) -> None:
    answer = Program(people["zhangqian"]).apply({"item": "construction_waste.new", "answers": {}})

    assert (answer.status_code, answer.data["code"]) == (403, "not_allowed")


def test_an_item_that_starts_from_a_certificate_asks_for_it(people: dict[str, Account]) -> None:
    body = {"item": "construction_waste.renew", "answers": {}, "certificate": "鲁建-1"}

    assert Program(people["wangmin"]).apply(body).status_code == 422
    assert Program(people["wangmin"]).apply({**body, "item": "tea"}).status_code == 404


def test_a_file_is_uploaded_as_bytes_or_as_a_form(people: dict[str, Account]) -> None:
    program = Program(people["wangmin"])
    form = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n'
        b"Content-Type: application/pdf\r\n\r\n" + city_sample.PDF + b"\r\n--x--\r\n"
    )

    bare = program.post(
        "/files?name=a.pdf", city_sample.PDF, content_type="application/octet-stream"
    )
    sent = program.post("/files", form, content_type="multipart/form-data; boundary=x")

    assert (bare.status_code, sent.status_code) == (201, 201)
    assert bare.data["media"] == sent.data["media"] == "application/pdf"
    again = program.get(f"/files/{bare.data['file']}")
    assert again.content == city_sample.PDF
    assert again.headers["Content-Disposition"].startswith("attachment")
    assert Program(people["lihua"]).get(f"/files/{bare.data['file']}").status_code == 404


@pytest.mark.parametrize(
    ("query", "body", "media", "status"),
    [
        ("", b"x", "application/octet-stream", 422),
        ("?name=a.pdf", b"MZ program", "application/octet-stream", 422),
        ("?name=a.pdf", b" ", "application/octet-stream", 422),
        ("", b"x", "application/pdf", 415),
        ("", b"no form", "multipart/form-data; boundary=x", 422),
        ("", b"no form", "multipart/form-data", 400),
    ],
)
def test_a_file_that_is_none_is_refused(
    people: dict[str, Account], query: str, body: bytes, media: str, status: int
) -> None:
    answer = Program(people["wangmin"]).post(f"/files{query}", body, content_type=media)

    assert answer.status_code == status
    assert not Blob.objects.exists()


def test_opening_a_case_takes_few_statements(  # type: ignore[no-untyped-def]
    people: dict[str, Account], django_assert_max_num_queries
) -> None:
    program = Program(people["wangmin"])
    program.apply(application(people["wangmin"]))
    sent = application(people["wangmin"])

    # Token, files, case, binding, with the begin and end of a transaction; here the serial is taken
    # singly, and every five seconds a process asks whether a holiday notice was imported.
    with django_assert_max_num_queries(8):
        assert program.apply(sent).status_code == 201
