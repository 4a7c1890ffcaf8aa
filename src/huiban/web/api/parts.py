# SPDX-License-Identifier: Apache-2.0
"""What bodies and answers of the API have in common: strict bodies, lists with a cursor."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints

from huiban.kernel.form import FieldProblem

MOST_ROWS = 200
Answers = dict[str, JsonValue]
Kept = dict[str, Any]
"""JSON as it is kept: it was read before, nobody checks it again on its way out."""
Code = Annotated[str, StringConstraints(min_length=1, max_length=128)]
Text = Annotated[str, StringConstraints(max_length=200)]
FileId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]


class Body(BaseModel):
    """A body or query: what is not described is refused, nothing is guessed."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Query(BaseModel):
    """A query string: texts become numbers and yes or no, unknown names are refused."""

    model_config = ConfigDict(extra="forbid")


class Listing(Query):
    """Which part of a list."""

    cursor: str = Field("", max_length=100, description="`cursor` of the page before.")
    limit: int = Field(50, ge=1, le=MOST_ROWS)


class FieldFault(BaseModel):
    """What is not right yet in an application."""

    path: str
    code: str
    message: str
    section: str


def field_fault(one: FieldProblem, language: str) -> FieldFault:
    return FieldFault(
        path=one.path, code=one.code, message=one.message.speak(language), section=one.section
    )
