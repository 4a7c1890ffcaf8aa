# SPDX-License-Identifier: Apache-2.0
"""Tags that draw the small things of every page: icons, lights, rings, meters, links, moments."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from django import template
from django.core.paginator import Paginator
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiban.kernel.catalogue import MaterialStanding
from huiban.kernel.words import Words
from huiban.services.casepage import Answer
from huiban.web.icons import LIGHTS, PATHS
from huiban.web.standing import standing_view

register = template.Library()

_LIGHT_WORDS = {
    "green": gettext_lazy("绿灯"),
    "amber": gettext_lazy("黄灯"),
    "red": gettext_lazy("红灯"),
    "overdue": gettext_lazy("已超期"),
    "paused": gettext_lazy("暂停计时"),
    "done": gettext_lazy("已办结"),
}
_CHIP_ICONS = {"ok": "check", "warn": "warn", "bad": "warn", "info": "info"}


class UnknownPart(ValueError):
    """A template asks for an icon or a light nobody drew; the message lists those there are."""


@register.simple_tag
def icon(name: str, label: str = "", size: str = "") -> SafeString:
    """
    Draw an icon: decoration beside a word, or with `label` the picture that stands for it.

    :raises UnknownPart: if no icon has this name.
    """
    path = _drawn(PATHS, "icon", name)
    css = f"icon icon-{size}" if size else "icon"
    if label:
        return format_html(
            '<svg class="{}" viewBox="0 0 24 24" role="img" aria-label="{}"><path d="{}"/></svg>',
            css,
            label,
            path,
        )
    return format_html(
        '<svg class="{}" viewBox="0 0 24 24" aria-hidden="true"><path d="{}"/></svg>', css, path
    )


@register.simple_tag
def light(value: str, words: str = "") -> SafeString:
    """
    Draw a warning light (红黄灯): colour, shape and word; `words` says more than the usual word.

    :raises UnknownPart: if `value` is not a light.
    """
    path = _drawn(LIGHTS, "light", value)
    return format_html(
        '<span class="light light-{}"><svg class="light-shape" viewBox="0 0 16 16" '
        'aria-hidden="true"><path fill-rule="evenodd" d="{}"/></svg>{}</span>',
        value,
        path,
        words or _LIGHT_WORDS[value],
    )


@register.simple_tag
def chip(words: object, kind: str = "", sign: str = "") -> SafeString:
    """Draw a chip; `kind` is ok, warn, bad, info or nothing, `sign` an icon or `none`."""
    name = sign or _CHIP_ICONS.get(kind, "none")
    mark = "" if name == "none" else icon(name)
    css = f"chip chip-{kind}" if kind else "chip"
    return format_html('<span class="{}">{}{}</span>', css, mark, words)


@register.simple_tag
def ring(part: float, whole: float, words: str) -> SafeString:
    """Draw a ring filled to `part` of `whole`, with the percentage and `words` inside."""
    percent = _percent(part, whole)
    return format_html(
        '<div class="ring"><svg viewBox="0 0 36 36" aria-hidden="true">'
        '<circle class="ring-track" cx="18" cy="18" r="15.7"/>'
        '<circle class="ring-value" cx="18" cy="18" r="15.7" pathLength="100" '
        'stroke-dasharray="{} 100"/></svg>'
        '<div class="ring-text"><b>{}%</b><span class="small muted">{}</span></div></div>',
        percent,
        percent,
        words,
    )


@register.simple_tag
def meter(part: float, whole: float, kind: str = "", label: str = "") -> SafeString:
    """Draw a bar filled to `part` of `whole`; `kind` is a light or `info`."""
    percent = _percent(part, whole)
    return format_html(
        '<svg class="meter{}" role="img" aria-label="{}"><rect width="{}%" height="8"/></svg>',
        f" meter-{kind}" if kind else "",
        label or _("已用 %(percent)s%%") % {"percent": percent},
        percent,
    )


@register.simple_tag(takes_context=True)
def nav_link(
    context: template.Context, url: str, words: str, count: int | None = None, exact: bool = False
) -> SafeString:
    """Draw a link of the navigation, marked when the page is at or below `url`."""
    here = context["request"].path
    is_here = here == url or (not exact and here.startswith(url.rstrip("/") + "/"))
    return format_html(
        '<a href="{}"{}>{}{}</a>',
        url,
        SafeString(' aria-current="page"') if is_here else "",
        words,
        "" if count is None else format_html(' <span class="nav-count">{}</span>', count),
    )


@register.filter
def when(at: datetime | date | None, now: datetime | None = None) -> str:
    """Say a moment as people do: 今天 10:24, 昨天 17:42, 11-23 08:52, 2025-11-23 08:52."""
    if at is None:
        return ""
    if not isinstance(at, datetime):
        return at.isoformat()
    local = timezone.localtime(at)
    clock = local.strftime("%H:%M")
    today = timezone.localtime(now or timezone.now()).date()
    if local.date() == today:
        return _("今天 %(clock)s") % {"clock": clock}
    if local.date() == today - timedelta(days=1):
        return _("昨天 %(clock)s") % {"clock": clock}
    return f"{local:%m-%d} {clock}" if local.year == today.year else f"{local:%Y-%m-%d} {clock}"


@register.filter
def share(part: float, whole: float) -> int:
    """Return `part` of `whole` in whole percent."""
    return _percent(part, whole)


def _percent(part: float, whole: float) -> int:
    """Never 100 before everything is done, and never 0 once something is."""
    if not whole:
        return 0
    exact = min(max(Decimal(str(part)) / Decimal(str(whole)), Decimal(0)), Decimal(1)) * 100
    rounded = int(exact.quantize(Decimal(1), ROUND_HALF_UP))
    if 0 < exact < 100:
        return min(max(rounded, 1), 99)
    return rounded


def _drawn(table: Mapping[str, str], kind: str, name: str) -> str:
    path = table.get(name)
    if path is None:
        raise UnknownPart(f"no {kind} is named '{name}'; there are: {', '.join(sorted(table))}")
    return path


@register.filter
def page_range(paginator: "Paginator[object]", number: int) -> list[int | str]:
    """Return the pages worth linking: the ends, the neighbours, and `…` for what lies between."""
    return list(paginator.get_elided_page_range(number, on_each_side=1, on_ends=1))


@register.filter
def beside(cells: Sequence[object], labels: Sequence[object]) -> list[tuple[object, object]]:
    """Return each cell with the label of its column, for tables that become cards."""
    return list(zip(labels, cells, strict=False))


@register.filter
def speak(words: Words, language: str) -> str:
    """Say words of a pack in the language of the page."""
    return words.speak(language)


@register.filter
def stands(one: MaterialStanding, language: str) -> dict[str, object]:
    """Say what became of a material without a file, for `parts/standing.html`."""
    return standing_view(one, language)


@register.filter
def without_tables(answers: Sequence[Answer]) -> list[Answer]:
    """Return the answers that read as one text; tables are drawn apart."""
    return [one for one in answers if not one.columns]
