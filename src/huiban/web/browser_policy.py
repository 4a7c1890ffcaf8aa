# SPDX-License-Identifier: Apache-2.0
"""What browsers let us do (浏览器权限): the camera on one page, WebAssembly in one worker."""

from collections.abc import Callable, MutableMapping
from pathlib import PurePath

from django.http import HttpRequest, HttpResponse

_HEADER = "Permissions-Policy"
_NOTHING = "camera=(), microphone=(), display-capture=(), payment=(), usb=()"
_CAMERA = _NOTHING.replace("camera=()", "camera=(self)")
_WORKERS = {
    # The face worker runs WebAssembly, which a content policy has to allow by name. A worker has a
    # policy of its own, so no page needs a wider one; and it reaches nothing but this house.
    "face_worker": "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'",
}


class PermissionsMiddleware:
    """Has browsers offer no page a camera or anything like it, but for those that say so."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.answer(request)
        answer.headers.setdefault(_HEADER, _NOTHING)
        return answer


def allow_camera(answer: HttpResponse) -> HttpResponse:
    """Let this one page, and nothing framed in it, ask for the camera."""
    answer.headers[_HEADER] = _CAMERA
    return answer


def add_headers(headers: MutableMapping[str, str], path: str, url: str) -> None:
    """Give the scripts of workers their own content policy; WhiteNoise asks for every file."""
    policy = _WORKERS.get(PurePath(url).name.partition(".")[0])
    if policy:
        headers["Content-Security-Policy"] = policy
