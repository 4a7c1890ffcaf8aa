# SPDX-License-Identifier: Apache-2.0
"""Saying after an act what happened, what is being issued, and to whom the case went."""

from django.utils.translation import gettext as _

from huiban.services.casepage import act_words, stage_words
from huiban.services.handle import Done, Opened
from huiban.services.journal import body_of
from huiban.web.desk.speech import department_words, person_name
from huiban.web.visit import Visit


def told(visit: Visit, opened: Opened, done: Done) -> str:
    """Return one short paragraph for the top of the next page."""
    language, case = visit.language, opened.case
    label = act_words(done.event, opened.chart).speak(language)
    parts = [
        _("“%(title)s”：%(label)s，已经办好。")
        % {"title": case.title or case.number, "label": label}
    ]
    titles = _documents(opened, done, language)
    if titles:
        parts.append(_("正在出具%(titles)s。") % {"titles": titles})
    if done.event in opened.scenario.notices:
        parts.append(_("已通知申请人%(party)s。") % {"party": case.subject_name})
    hands = _hands(opened, language)
    if opened.standing.outcome:
        ended = stage_words(case.stage, case.outcome).speak(language)
        parts.append(_("本件%(ended)s。") % {"ended": ended})
    elif hands:
        parts.append(_("现由%(hands)s办理。") % {"hands": hands})
    return "".join(parts) if not language.startswith("en") else " ".join(parts)


def _documents(opened: Opened, done: Done, language: str) -> str:
    row = next((one for one in reversed(opened.journal) if one.act == done.event), None)
    effects = body_of(row).get("effects") if row else None
    kinds = opened.scenario.documents
    return "、".join(
        f"《{kinds[one].title.speak(language)}》"
        for one in (effects if isinstance(effects, list) else [])
        if one in kinds
    )


def _hands(opened: Opened, language: str) -> str:
    found = []
    for task in opened.standing.tasks:
        if task.holder:
            found.append(person_name(task.holder))
        elif task.role:
            found.append(opened.chart.role_label(task.role).speak(language))
        elif task.department:
            found.append(department_words(task.department, language))
    return "、".join(dict.fromkeys(found))
