# SPDX-License-Identifier: Apache-2.0
"""The reference page and the editors' schemas say what the loader takes."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from huiban.packloader.checkers import CHECKERS
from huiban.packloader.json_schema import COMMON_FILES, FILES, schemas
from huiban.packloader.reference import page

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "pack.md"


def test_the_page_in_the_repository_is_current() -> None:
    assert PAGE.read_text("utf-8") == page(), "run `make docs`"


@pytest.mark.parametrize("file", [*FILES, *COMMON_FILES])
def test_every_key_of_every_file_is_on_the_page(file: str) -> None:
    shape: type[BaseModel] = {**FILES, **COMMON_FILES}[file]
    section = page().split(f"## {file}\n")[1]

    for name, info in shape.model_fields.items():
        assert f"| `{info.alias or name}` |" in section


@pytest.mark.parametrize("checker", CHECKERS)
def test_every_checker_is_on_the_page(checker: str) -> None:
    assert re.search(rf"\| {checker} \| .+\. \|", page())


def test_there_is_a_schema_for_every_file_that_refuses_unknown_keys() -> None:
    for file, schema in schemas().items():
        assert isinstance(schema, dict)
        assert schema["additionalProperties"] is False, file
