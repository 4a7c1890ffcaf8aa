# SPDX-License-Identifier: Apache-2.0
"""How a visitor wants the screens (显示设置): mode, theme and language, kept in cookies."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

_Choice = TypeVar("_Choice", bound=StrEnum)
_YEAR = 365 * 24 * 3600
_MODE_COOKIE = "hb_mode"
_THEME_COOKIE = "hb_theme"
_NEVER = "not all"
_DARK_SYSTEM = "(prefers-color-scheme: dark)"
_CONTRAST_SYSTEM = "(prefers-contrast: more)"


class Mode(StrEnum):
    STANDARD = "standard"
    ELDER = "elder"


class Theme(StrEnum):
    AUTO = "auto"
    LIGHT = "light"
    DARK = "dark"
    CONTRAST = "contrast"


class Language(StrEnum):
    CHINESE = "zh-hans"
    ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of theme tokens and the media it applies to."""

    name: str
    media: str

    @property
    def path(self) -> str:
        return f"css/theme-{self.name}.css"


@dataclass(frozen=True, slots=True)
class Preferences:
    mode: Mode = Mode.STANDARD
    theme: Theme = Theme.AUTO
    language: Language = Language.CHINESE

    @property
    def is_elder(self) -> bool:
        return self.mode is Mode.ELDER

    @property
    def language_tag(self) -> str:
        """The tag for `<html lang>`."""
        return "en" if self.language is Language.ENGLISH else "zh-Hans"

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        """The theme sheets in order; `setMedia` in theme.js says the same."""
        media = _MEDIA[self.theme]
        names = ("dark", "contrast", "contrast-dark")
        return tuple(Sheet(name, each) for name, each in zip(names, media, strict=True))


_MEDIA = {
    Theme.AUTO: (_DARK_SYSTEM, _CONTRAST_SYSTEM, f"{_CONTRAST_SYSTEM} and {_DARK_SYSTEM}"),
    Theme.LIGHT: (_NEVER, _NEVER, _NEVER),
    Theme.DARK: ("all", _NEVER, _NEVER),
    # High contrast follows the system to black on white or white on black.
    Theme.CONTRAST: (_NEVER, "all", _DARK_SYSTEM),
}


def read(request: HttpRequest) -> Preferences:
    language = get_language() or ""
    return Preferences(
        _chosen(Mode, request.COOKIES.get(_MODE_COOKIE)) or Mode.STANDARD,
        _chosen(Theme, request.COOKIES.get(_THEME_COOKIE)) or Theme.AUTO,
        Language.ENGLISH if language.startswith("en") else Language.CHINESE,
    )


def context(request: HttpRequest) -> dict[str, object]:
    """Template context processor: what every page needs to draw its frame."""
    prefs = read(request)
    return {
        "prefs": prefs,
        "language": prefs.language,
        "actor": getattr(request, "actor", None),
        "site_name": getattr(settings, "SITE_NAME", "慧办 · 青岛"),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """Show the choices, or keep the ones sent and go back to where the visitor was."""
    if request.method != "POST":
        return render(request, "preferences.html", {"next": _way_back(request, request.GET)})
    response = HttpResponseRedirect(_way_back(request, request.POST))
    response.status_code = 303
    for cookie, value in _asked(request.POST).items():
        response.set_cookie(
            cookie, value, max_age=_YEAR, samesite="Lax", secure=request.is_secure()
        )
    return response


def _asked(sent: Mapping[str, str]) -> dict[str, str]:
    """Turn fields `mode`, `theme`, `language`, or one `set` like `mode:elder`, into cookies."""
    name, _, value = sent.get("set", "").partition(":")
    asked = {**sent, name: value} if name else sent
    cookies = {
        _MODE_COOKIE: _chosen(Mode, asked.get("mode")),
        _THEME_COOKIE: _chosen(Theme, asked.get("theme")),
        settings.LANGUAGE_COOKIE_NAME: _chosen(Language, asked.get("language")),
    }
    return {cookie: choice for cookie, choice in cookies.items() if choice}


def _chosen(kind: type[_Choice], text: str | None) -> _Choice | None:
    """Return the choice named; what is not one of ours counts as no choice."""
    return kind(text) if text in set(kind) else None


def _way_back(request: HttpRequest, sent: Mapping[str, str]) -> str:
    """Return a path of this site: `next` where it is one, else the home page."""
    target = sent.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if is_ours and target.startswith("/") else "/"
