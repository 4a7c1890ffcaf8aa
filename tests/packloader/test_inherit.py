# SPDX-License-Identifier: Apache-2.0
"""`like` and `use`: what is taken, what is overridden, and what cannot be found."""

from huiban.packloader import strict
from huiban.packloader.folder import Folder

BASE = """\
code: base
title: 基础
sections:
  - key: who
    title: 谁
    fields:
      - {key: name, label: 姓名, kind: text}
      - {key: who, label: 本人, kind: text}
checks:
  - {code: one, holds: a}
"""


def folder(child: str) -> Folder:
    return Folder("p", {"forms/base.yaml": BASE, "forms/child.yaml": child}, "p")


def read(child: str) -> object:
    found = folder(child)
    node = found.node("forms/child.yaml")
    assert node is not None
    assert found.all_problems() == ()
    return strict.plain(node)


def test_keys_not_written_are_taken_and_written_ones_win() -> None:
    assert read("like: base\ncode: child\nsections: []\n") == {
        "code": "child",
        "title": "基础",
        "sections": [],
        "checks": [{"code": "one", "holds": "a"}],
    }


def test_a_field_is_taken_with_what_differs() -> None:
    child = (
        "like: base\ncode: c\nsections: [{key: s, title: t, fields: [{use: name, kind: phone}]}]\n"
    )

    assert read(child)["sections"][0]["fields"] == [  # type: ignore[index, call-overload]
        {"key": "name", "label": "姓名", "kind": "phone"}
    ]


def test_a_section_and_a_field_of_the_same_key_are_told_apart() -> None:
    whole = read("like: base\ncode: c\nsections: [{use: who}]\n")
    single = read("like: base\ncode: c\nsections: [{key: s, title: t, fields: [{use: who}]}]\n")

    assert whole["sections"][0]["title"] == "谁"  # type: ignore[index, call-overload]
    assert single["sections"][0]["fields"][0]["label"] == "本人"  # type: ignore[index, call-overload]


def test_what_is_not_there_to_use_is_told_with_the_nearest() -> None:
    found = folder("like: base\ncode: c\nsections: [{use: whom}]\n")
    found.node("forms/child.yaml")

    assert [str(one) for one in found.all_problems()] == [
        "p/forms/child.yaml:3: sections.0.use: there is no 'whom' to use (did you mean 'who'?)"
    ]


def test_a_file_that_is_like_itself_finds_nothing() -> None:
    found = folder("like: child\ncode: child\n")
    found.node("forms/child.yaml")

    assert "nothing has the code 'child'" in str(found.all_problems()[0])


def test_two_files_like_each_other_do_not_run_for_ever() -> None:
    texts = {"forms/a.yaml": "like: b\ncode: a\n", "forms/b.yaml": "like: a\ncode: b\n"}
    found = Folder("p", texts, "p")

    assert found.node("forms/a.yaml") is not None
    assert found.all_problems() != ()


def test_a_problem_in_a_taken_part_is_told_where_it_is_taken() -> None:
    found = folder("like: base\ncode: c\n\nsections:\n  - use: who\n")
    found.note("forms/child.yaml", ("sections", 0, "fields", 1, "label"), "bad")

    assert found.all_problems()[0].line == 5


def test_a_broken_sibling_hides_only_what_it_would_have_brought() -> None:
    texts = {"forms/base.yaml": "code: [", "forms/child.yaml": "like: base\ncode: c\n"}
    found = Folder("p", texts, "p")
    found.node("forms/child.yaml")

    assert [one.path for one in found.all_problems()] == ["p/forms/base.yaml"]
