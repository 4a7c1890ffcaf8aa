# SPDX-License-Identifier: Apache-2.0
"""Accounts and tokens from the command line: made, listed, switched off, ended."""

import io

import pytest

from huiban.cli.main import main
from huiban.store.models import Account
from tests.web.api_client import Program

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(monkeypatch: pytest.MonkeyPatch) -> Account:
    monkeypatch.setattr("sys.stdin", io.StringIO("a long first password\n"))
    words = ["account", "w-01", "--name", "张倩", "--kind", "officer", "--role", "window"]
    assert main([*words, "--department", "approval_service", "--division", "370200"]) == 0
    return Account.objects.get(number="w-01")


def a_token(capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["token", "w-01", "--name", "monitoring", "--days", "90"]) == 0
    return capsys.readouterr().out.strip()


def test_a_weak_password_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("12345\n"))

    assert main(["account", "w-02", "--name", "张倩", "--kind", "officer"]) == 1
    assert "The password will not do" in capsys.readouterr().err
    assert not Account.objects.exists()


@pytest.mark.usefixtures("officer")
def test_an_account_switched_off_is_out_at_its_next_call_and_may_come_back(
    capsys: pytest.CaptureFixture[str],
) -> None:
    program = Program(token=a_token(capsys))

    before = program.get("/me").status_code
    assert main(["switch", "w-01", "off"]) == 0
    off = program.get("/me").status_code
    assert main(["switch", "w-01", "on"]) == 0

    assert (before, off, program.get("/me").status_code) == (200, 401, 200)


@pytest.mark.usefixtures("officer")
def test_a_token_is_listed_without_itself_and_ended_by_its_number(
    capsys: pytest.CaptureFixture[str],
) -> None:
    kept, ended = a_token(capsys), a_token(capsys)

    assert main(["tokens", "w-01"]) == 0
    listed = capsys.readouterr().out
    number = listed.split()[0]
    assert main(["tokens", "w-01", "--end", number]) == 0
    after = capsys.readouterr().out

    assert listed.count("monitoring: counts until") == 2
    assert kept not in listed
    assert f"{number} monitoring: ended" in after
    assert [Program(token=one).get("/me").status_code for one in (kept, ended)] == [200, 401]


@pytest.mark.parametrize(
    "words",
    [
        ["switch", "nobody", "off"],
        ["tokens", "nobody"],
        ["tokens", "w-01", "--end", "999"],
        ["token", "nobody", "--name", "x"],
    ],
)
@pytest.mark.usefixtures("officer")
def test_what_is_not_there_is_told(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 1
    assert "no" in capsys.readouterr().err


@pytest.mark.usefixtures("officer")
def test_another_telephone_and_mailbox_are_put_on_file_and_removed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ["contact", "w-01", "--phone", "+86 138-1234-5678", "--email", "zhang@example.cn"]
    assert main(words) == 0
    found = Account.objects.get(number="w-01")
    assert (found.phone, found.email) == ("13812345678", "zhang@example.cn")

    assert main(["contact", "w-01", "--email", ""]) == 0

    found.refresh_from_db()
    assert (found.phone, found.email) == ("13812345678", "")


@pytest.mark.usefixtures("officer")
@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["w-01"], 2, "say --phone"),
        (["w-01", "--phone", "123"], 1, "Not a phone number"),
        (["w-01", "--email", "nobody"], 1, "Not a mailbox"),
        (["w-99", "--phone", "13812345678"], 1, "There is no account w-99"),
    ],
)
def test_what_is_no_contact_is_told_and_changes_nothing(
    words: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["contact", *words]) == code
    assert said in capsys.readouterr().err
    assert Account.objects.get(number="w-01").phone == ""
