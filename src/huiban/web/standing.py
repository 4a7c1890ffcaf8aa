# SPDX-License-Identifier: Apache-2.0
"""How the standing of a material (材料去向) is shown: a word, its colour, and the reason."""

from django.utils.translation import gettext as _

from huiban.kernel.catalogue import MaterialStanding, Standing
from huiban.services.materials_filed import words
from huiban.web.visit import Context


def standing_view(one: MaterialStanding, language: str) -> Context:
    """Return what `parts/standing.html` draws of a material without a file."""
    word, kind = _chip(one.standing)
    return {
        "word": word,
        "kind": kind,
        "why": "" if one.standing is Standing.NEEDED else words(one).speak(language),
    }


def _chip(standing: Standing) -> tuple[str, str]:
    return {
        Standing.NEEDED: (_("没有上传"), ""),
        Standing.DEFERRED: (_("可后补"), "warn"),
        Standing.WAIVED: (_("免交"), "ok"),
        Standing.COMMITTED: (_("以承诺代替"), "info"),
        Standing.NOT_NEEDED: (_("不用交"), ""),
        Standing.UNKNOWN: (_("看情形"), ""),
    }[standing]
