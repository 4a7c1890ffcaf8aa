# SPDX-License-Identifier: Apache-2.0
"""`huiban verify` reads the request log, too, and says what is not as it was written."""

import pytest
from django.db import connection

from huiban.cli.verify import _verify_log
from huiban.services import evidence
from huiban.store import fetched, guards, inquiries
from tests.store.samples import a_fetched_row, a_line


def test_a_log_that_was_left_alone_is_sound(
    each_database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    inquiries.append([a_line("1" * 64), a_line("1" * 64), a_line("2" * 64)])

    assert _verify_log(evidence.verify_log())
    assert "3 lines of the request log in 2 chains, 0 broken" in capsys.readouterr().out


def test_a_changed_line_is_named(each_database: str, capsys: pytest.CaptureFixture[str]) -> None:
    inquiries.append([a_line("1" * 64), a_line("1" * 64)])
    guards.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE store_inquiry SET fields = 'name' WHERE seq = 2")

    assert not _verify_log(evidence.verify_log())
    assert "line 2: its content or digest was changed" in capsys.readouterr().out


def test_an_answer_without_its_question_in_the_log_is_named(
    each_database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    fetched.put([a_fetched_row(request="f" * 32)])

    assert not _verify_log(evidence.verify_log())
    assert "f" * 32 in capsys.readouterr().out
