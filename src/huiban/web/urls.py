# SPDX-License-Identifier: Apache-2.0
"""Which address shows what."""

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.generic import RedirectView

from huiban.store import guards
from huiban.web import gallery, signin
from huiban.web.desk import urls as desk
from huiban.web.portal import urls as portal
from huiban.web.preferences import preferences


def healthz(request: HttpRequest) -> JsonResponse:
    """Answer that the process runs, reaches its database, and that history is guarded there."""
    unguarded = guards.missing(connection)
    if unguarded:
        return JsonResponse({"status": "unguarded", "missing": sorted(unguarded)}, status=503)
    return JsonResponse({"status": "ok"})


urlpatterns = [
    path("healthz", healthz),
    path("favicon.ico", RedirectView.as_view(url="/static/img/mark.svg")),
    path("preferences", preferences),
    path("sign-in", signin.sign_in),
    path("sign-out", signin.sign_out),
    *portal.urlpatterns,
    *desk.urlpatterns,
]
handler404 = "huiban.web.refused.not_found"
handler500 = "huiban.web.refused.broken"
if not settings.PRODUCTION:
    urlpatterns += gallery.urlpatterns
