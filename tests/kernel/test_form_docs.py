# SPDX-License-Identifier: Apache-2.0
import re
from dataclasses import fields
from pathlib import Path

import pytest
import yaml

from huiban.kernel.form import FORMATS, Field, FieldKind
from huiban.packloader.schema.form import FormIn

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/reference/forms.md").read_text(encoding="utf-8")
ROWS = {
    name
    for line in PAGE.splitlines()
    if line.startswith("| `")
    for name in re.findall(r"`([a-z_]+)`", line.split("|")[1])
}


def codes_of(room: str) -> set[str]:
    sources = (ROOT / "src/huiban/kernel").glob(f"{room}*.py")
    texts = [path.read_text(encoding="utf-8") for path in sources]
    return {code for text in texts for code in re.findall(r'refuse\(\s*"([a-z_]+)"', text)}


@pytest.mark.parametrize("kind", FieldKind)
def test_every_kind_of_field_is_described(kind: FieldKind) -> None:
    assert f"| `{kind.value}` |" in PAGE


def test_every_key_of_a_field_is_described() -> None:
    assert {one.name for one in fields(Field)} <= ROWS


def test_every_format_is_described_with_its_example() -> None:
    for name, known in FORMATS.items():
        assert f"| `{name}` |" in PAGE
        assert known.example in PAGE


def test_every_problem_code_is_explained() -> None:
    told = codes_of("form") | {"required", "locked", "doubt", "too_few_rows", "too_many_rows"}

    assert told - ROWS == set()
    assert len(told) > 30


def test_codes_of_numbers_typed_are_explained() -> None:
    used = {"empty", "length", "character", "region", "date", "future", "check_digit", "shape"}

    assert used <= ROWS
    assert used <= codes_of("identifier")


def test_the_example_loads() -> None:
    [example] = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)

    written = FormIn.model_validate(yaml.safe_load(example))

    assert [one.kind for one in written.sections[0].fields] == [FieldKind.MONEY, FieldKind.TABLE]
