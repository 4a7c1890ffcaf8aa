# SPDX-License-Identifier: Apache-2.0
"""The gallery (`/design`): every component in every state, on pages that tests look at."""

import time
from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from huiban.kernel.form import shown, speak_size
from huiban.web import gallery_sample as sample
from huiban.web import gallery_scenes as scenes
from huiban.web.conditions import browser_conditions
from huiban.web.field_model import FieldView, FormState
from huiban.web.fields import problem_links, section_view
from huiban.web.icons import LIGHTS, PATHS
from huiban.web.preferences import read

Context = dict[str, Any]
_COLOURS = (
    *("ink", "ink-2", "ink-3", "paper", "ground", "sunken", "line", "line-2", "edge"),
    *("action", "link", "info", "info-tint", "ok", "ok-tint", "warn", "warn-tint"),
    *("bad", "bad-tint", "seal", "mark"),
)


def _tokens(language: str) -> Context:
    return {"icons": sorted(PATHS), "colours": _COLOURS, "pages": [*_PAGES]}


def _controls(language: str) -> Context:
    page = Paginator(range(1, 481), 20).page(7)
    return {"lights": list(LIGHTS), "page": page, "steps": scenes.STEPS, "tabs": scenes.TABS}


def _drawn(state: FormState) -> list[FieldView]:
    return section_view(sample.FIELDS, state, shown(sample.FORM, state.values, sample.TODAY))


def _fields(language: str) -> Context:
    state = sample.filled(language)
    told = browser_conditions(sample.FORM, sample.FIELDS, state.values, sample.TODAY)
    return {"fields": _drawn(state), "conditions": told}


def _given(language: str) -> Context:
    return {"fields": _drawn(sample.given(language))}


def _problems(language: str) -> Context:
    links = problem_links(sample.PROBLEMS, language)
    return {"fields": _drawn(sample.faulty(language)), "links": links}


def _status(language: str) -> Context:
    return {
        "lights": list(LIGHTS),
        "items": scenes.ITEMS,
        "effort": scenes.ITEMS[1]["effort"],
        "clocks": scenes.CLOCKS,
        "points": scenes.POINTS,
        "events": scenes.EVENTS,
        "rows": scenes.FACTS,
        "cases": scenes.CASES,
        "fill": scenes.FILL,
    }


def _home(language: str) -> Context:
    return {"items": scenes.ITEMS, "themes": scenes.THEMES}


def _apply(language: str) -> Context:
    asked = {"project", "amount", "district", "site", "starts_on", "contract_yuan", "uses_road"}
    return {
        "steps": scenes.STEPS,
        "fields": [
            view
            for view in section_view(sample.FIELDS, sample.given(language), asked)
            if view.is_shown
        ],
        "fill": scenes.FILL,
        "points": scenes.POINTS[:3],
    }


def _case(language: str) -> Context:
    return {
        "clock": scenes.CLOCKS[0],
        "events": scenes.EVENTS,
        "points": scenes.POINTS,
        "tabs": scenes.TABS,
        "desk_nav": scenes.DESK_NAV,
    }


def _todo(language: str) -> Context:
    return {
        "cases": scenes.CASES * 4,
        "desk_nav": scenes.DESK_NAV,
        "page": Paginator(range(1, 121), 20).page(1),
    }


_PAGES: dict[str, Callable[[str], Context]] = {
    "tokens": _tokens,
    "controls": _controls,
    "fields": _fields,
    "given": _given,
    "problems": _problems,
    "status": _status,
    "home": _home,
    "apply": _apply,
    "case": _case,
    "todo": _todo,
}


@require_GET
def show(request: HttpRequest, name: str = "tokens") -> HttpResponse:
    draw = _PAGES.get(name)
    if draw is None:
        raise Http404(f"no gallery page is named {name}; there are: {', '.join(_PAGES)}")
    context = draw(read(request).language)
    return render(request, f"gallery/{name}.html", {"gallery": [*_PAGES], "here": name, **context})


@require_POST
def take_file(request: HttpRequest) -> JsonResponse:
    """Answer like the upload address of a form, keeping nothing."""
    sent = request.FILES.get("file")
    if not isinstance(sent, UploadedFile):
        return JsonResponse({"title": "没有文件", "detail": "没有收到文件，请重新选择"}, status=422)
    if sent.content_type not in ("application/pdf", "image/png", "image/jpeg"):
        detail = f"文件“{sent.name}”的格式不能用，请换成 PDF 或图片再上传"
        return JsonResponse({"title": "格式不能用", "detail": detail}, status=422)
    return JsonResponse(
        {
            "file": f"sample-{time.monotonic_ns()}",
            "name": sent.name,
            "size_words": speak_size(sent.size or 0),
            "media": sent.content_type,
            "url": "/design",
        },
        status=201,
    )


@require_POST
def take_draft(request: HttpRequest) -> JsonResponse:
    """Answer like the autosave address of a step, keeping nothing."""
    count = len([value for value in request.POST.values() if value])
    return JsonResponse({"saved_at": "10:24", "left_total": max(8 - count, 0), "left": {}})


urlpatterns = [
    path("design", show),
    path("design/file", take_file),
    path("design/draft", take_draft),
    path("design/<str:name>", show),
]
