# SPDX-License-Identifier: Apache-2.0
"""Leads what is asked of the API past the middlewares that only pages need."""

from collections.abc import Callable
from functools import cached_property

from django.http import HttpRequest, HttpResponse

from huiban.web.api.door import Door


class ApiMiddleware:
    """Answers everything below `/api/` itself, in JSON, whatever goes wrong."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self.answer = answer

    @cached_property
    def door(self) -> Door:
        from huiban.web.api.routes import ROUTES  # the models of all answers are built here, once

        return Door(ROUTES)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith("/api/"):
            return self.door.answer(request)
        return self.answer(request)
