# SPDX-License-Identifier: Apache-2.0
"""How the API says no (RFC 9457): one document for every refusal, with every fault named."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.http import HttpResponse
from pydantic import BaseModel, Field, ValidationError

from huiban.kernel.form import FieldProblem
from huiban.kernel.words import Words
from huiban.services import refusal
from huiban.services.refusal import Refused
from huiban.web.api.faults import Fault, faults_of
from huiban.web.refused import status_of

MEDIA = "application/problem+json"


class ProblemFault(BaseModel):
    """One thing wrong in what was sent."""

    path: str = Field(description="Where: names and places joined by dots, as `vehicles.0.plate`.")
    code: str = Field(description="What kind of fault, for programs; it stays the same.")
    message: str = Field(description="What is wrong and what to do, in the caller's language.")


class ProblemDetails(BaseModel):
    """Why something was not done; nothing was changed."""

    type: str = Field(description="Names the kind of problem; it stays the same.")
    title: str
    status: int
    detail: str = Field(description="What happened and what to do, in the caller's language.")
    code: str = Field(description="The last part of `type`.")
    errors: list[ProblemFault] | None = Field(default=None, description="Every fault at once.")
    number: str | None = Field(default=None, description="The case that exists already.")
    version: int | None = Field(default=None, description="The version in force.")
    reason: str | None = Field(default=None, description="Why an act is not open, for programs.")
    missing: list[str] | None = Field(default=None, description="Facts an act waits for.")


@dataclass
class Problem(Exception):
    """A refusal by the API itself, before any service was asked."""

    status: int
    code: str
    message: Words
    faults: Sequence[Fault] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


_TITLES = {
    400: Words("请求无法读懂", "The request cannot be read"),
    401: Words("需要登录", "Sign in first"),
    403: Words("没有权限", "Not allowed"),
    404: Words("没有找到", "Not found"),
    405: Words("不支持这种操作", "Method not allowed"),
    409: Words("情况有了变化", "It is different now"),
    410: Words("已经过期", "Expired"),
    411: Words("缺少长度", "Length required"),
    413: Words("内容太大", "Too large"),
    415: Words("不支持这种格式", "Unsupported media type"),
    422: Words("有内容要改", "Something must be put right"),
    429: Words("请求太频繁", "Too many requests"),
    500: Words("系统出了故障", "Our fault"),
    503: Words("系统繁忙", "Busy"),
}
STATUSES = frozenset(_TITLES)


def invalid(fault: ValidationError, where: Words) -> Problem:
    """Tell what pydantic found wrong, every fault at once."""
    found = faults_of(fault.errors(include_url=False, include_context=True, include_input=False))
    return Problem(422, "invalid", where, found)


def answer(problem: Problem, language: str) -> HttpResponse:
    """Say a refusal of the API itself."""
    details = _details(problem.status, problem.code, problem.message, language)
    if problem.faults:
        details.errors = [
            ProblemFault(path=one.path, code=one.code, message=one.message.speak(language))
            for one in problem.faults
        ]
    return _response(details, problem.headers)


def refused(fault: Refused, language: str) -> HttpResponse:
    """Say a refusal of a service."""
    details = _details(status_of(fault), fault.code, fault.message, language)
    if isinstance(fault, refusal.Invalid):
        details.errors = [_spoken(one, language) for one in fault.problems] or None
    if isinstance(fault, refusal.NotOpen):
        details.reason, details.missing = fault.reason or None, list(fault.missing) or None
    if isinstance(fault, refusal.Stale):
        details.version = fault.version
    if isinstance(fault, refusal.AlreadyDone):
        details.number = fault.number
    return _response(details, {})


def _spoken(one: FieldProblem, language: str) -> ProblemFault:
    return ProblemFault(path=one.path, code=one.code, message=one.message.speak(language))


def _details(status: int, code: str, message: Words, language: str) -> ProblemDetails:
    return ProblemDetails(
        type=f"urn:huiban:problem:{code}",
        title=_TITLES[status].speak(language),
        status=status,
        detail=message.speak(language),
        code=code,
    )


def _response(details: ProblemDetails, headers: Mapping[str, str]) -> HttpResponse:
    body = details.model_dump_json(exclude_none=True)
    said = {"Cache-Control": "no-store", **headers}
    return HttpResponse(body, content_type=MEDIA, status=details.status, headers=said)
