# SPDX-License-Identifier: Apache-2.0
"""What the API refuses before any errand is asked: strangers, wrong bodies, wrong addresses."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from django.test import Client

from huiban.store import accounts
from huiban.store.models import Account
from huiban.web.clock import now
from tests.services import city_sample
from tests.web.api_client import Program

pytestmark = pytest.mark.django_db
BEGIN = {"item": "construction_waste.new"}


@pytest.fixture
def clerk() -> Account:
    return city_sample.people()["wangmin"]


def test_nobody_is_told_how_to_sign_in() -> None:
    answer = Program().get("/me")

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="huiban"'
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.data["code"] == "not_signed_in"


@pytest.mark.parametrize("token", ["x", "hb_wrong", "\u00e9"])
def test_a_token_that_nobody_issued_is_refused(token: str) -> None:
    answer = Program(token=token).get("/me")

    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


def test_a_revoked_or_expired_token_or_a_closed_account_no_longer_counts(clerk: Account) -> None:
    revoked = accounts.issue_token(clerk, "tests", now())
    accounts.revoke_token(revoked, now())
    expired = accounts.issue_token(clerk, "tests", now(), now() - timedelta(minutes=1))
    good = Program(clerk)

    before = good.get("/me").status_code
    clerk.is_active = False
    clerk.save()

    assert [Program(token=one).get("/me").status_code for one in (revoked, expired)] == [401, 401]
    assert (before, good.get("/me").status_code) == (200, 401)


def test_our_own_pages_call_with_their_session_and_must_prove_where_they_are(
    clerk: Account,
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(clerk, "huiban.store.accounts.AccountBackend")
    token = "a" * 32
    post = {"path": "/api/v1/drafts", "data": BEGIN, "content_type": "application/json"}

    read = client.get("/api/v1/me")
    forged = client.post(**post)
    client.cookies["hb_csrf"] = token
    own = client.post(**post, headers={"x-csrftoken": token})

    assert (read.status_code, forged.status_code, own.status_code) == (200, 403, 201)
    assert forged.json()["code"] == "csrf_failed"


@pytest.mark.parametrize("path", ["/nothing", "/items/a/b/c/d", "/", "/../v2/items"])
def test_an_unknown_address_is_answered_in_json(path: str) -> None:
    answer = Program().get(path)

    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_another_version_of_the_api_is_not_found_in_json() -> None:
    answer = Client().get("/api/v9/items")

    assert (answer.status_code, answer.json()["status"]) == (404, 404)


def test_another_method_is_told_which_there_are() -> None:
    answer = Program().ask("PATCH", "/drafts")
    asked = Program().ask("OPTIONS", "/drafts")

    assert (answer.status_code, asked.status_code) == (405, 204)
    assert answer.headers["Allow"] == asked.headers["Allow"] == "GET, HEAD, OPTIONS, POST"


def test_head_is_answered_without_a_body() -> None:
    answer = Program().ask("HEAD", "/items")

    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b" ", 400, "malformed_json"),
        (b"{", 400, "malformed_json"),
        (b"\xff\xfe", 400, "malformed_json"),
        (b'{"item": NaN}', 400, "malformed_json"),
        (b'{"item": "\\ud800"}', 400, "malformed_json"),
        (b"[" * 5000 + b"]" * 5000, 400, "malformed_json"),
        (b'{"item": ' + b"9" * 6000 + b"}", 400, "malformed_json"),
        (b"[]", 422, "model_type"),
        (b"{}", 422, "missing"),
        (b'{"item": 5}', 422, "string_type"),
        (b'{"item": 1e999}', 422, "number_too_large"),
        (b'{"item": "a\\u0000b"}', 422, "nul_character"),
        (b'{"item": "a", "\\u0000": 1}', 422, "nul_character"),
        (b'{"item": "construction_waste.new", "price": 1}', 422, "extra_forbidden"),
        (b'{"item": ""}', 422, "string_too_short"),
    ],
)
def test_a_body_that_is_not_as_described_is_refused_with_its_place(
    clerk: Account, body: bytes, status: int, code: str
) -> None:
    answer = Program(clerk).post("/drafts", body)

    assert answer.status_code == status
    said = answer.data["errors"][0]["code"] if status == 422 else answer.data["code"]
    assert said == code


@pytest.mark.parametrize(
    "media", ["text/plain", "", "application/xml", "application/json; charset=gbk"]
)
def test_a_body_of_another_type_is_refused(clerk: Account, media: str) -> None:
    answer = Program(clerk).post("/drafts", b'{"item": "x"}', content_type=media)

    assert answer.status_code == 415
    assert answer.headers["Accept"] == "application/json"


def test_a_body_that_is_too_large_is_refused_before_it_is_read(clerk: Account) -> None:
    answer = Program(clerk).post("/drafts", b" " * (4 * 1024 * 1024 + 1))

    assert (answer.status_code, answer.data["code"]) == (413, "too_large")


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "limit=1&limit=2", "foo=1", "q=%00"])
def test_a_query_that_is_not_as_described_is_refused(clerk: Account, query: str) -> None:
    answer = Program(clerk).get(f"/cases?{query}")

    assert answer.status_code == 422
    assert answer.data["errors"][0]["path"] == query.partition("=")[0]


@pytest.mark.parametrize(
    "cursor",
    ["x", "-1", "9" * 30, "~", "2026-01-01T00:00:00+00:00~" + "9" * 30,
     "0001-01-01T00:00:00+14:00~1", "2026-01-01~1"],
)  # fmt: skip
def test_a_made_up_cursor_is_refused(clerk: Account, cursor: str) -> None:
    window = Account.objects.get(number="zhangqian")
    answers = [
        Program(who).get(f"{path}?cursor={quote(cursor)}")
        for who, path in ((clerk, "/cases"), (window, "/desk"))
    ]

    assert {answer.status_code for answer in answers} <= {200, 422}
    assert 422 in {answer.status_code for answer in answers}


def test_refusals_speak_the_caller_s_language(clerk: Account) -> None:
    chinese = Program(clerk, "zh-CN,zh;q=0.9").post("/drafts", {})
    english = Program(clerk, "en-GB").post("/drafts", {})

    assert chinese.data["errors"][0]["message"] == "这一项必须有"
    assert english.data["errors"][0]["message"] == "This is required"
    assert (chinese.headers["Content-Language"], english.headers["Content-Language"]) == (
        "zh-Hans",
        "en",
    )


def test_too_many_calls_are_told_to_wait(clerk: Account, settings) -> None:  # type: ignore[no-untyped-def]
    settings.API_PER_SECOND = 0.2
    program = Program(clerk)

    answers = [program.get("/me") for _ in range(3)]

    assert [one.status_code for one in answers] == [200, 200, 429]
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 5


def test_verifying_certificates_is_slowed_down_for_machines(clerk: Account, settings) -> None:  # type: ignore[no-untyped-def]
    settings.API_PER_SECOND = 4

    anybody = Program()

    answers = [anybody.get("/verify/AAAA").status_code for _ in range(3)]

    assert answers == [422, 422, 429]
    assert Program(clerk).get("/me").status_code == 200


def test_knowing_a_caller_by_token_takes_one_query(  # type: ignore[no-untyped-def]
    clerk: Account, django_assert_num_queries
) -> None:
    program = Program(clerk)

    with django_assert_num_queries(1):
        assert program.get("/items/construction_waste.new/form").status_code == 200
        assert program.get("/drafts/none/nothing").status_code == 404
        assert program.post("/drafts", {}).status_code == 422
