# SPDX-License-Identifier: Apache-2.0
"""The way of a case (经过): what was done by whom, where it is now, and what lies ahead."""

from datetime import datetime

from huiban.services.casepage import CasePage, TimelineEntry
from huiban.web.templatetags.huiban import when
from huiban.web.visit import Context

# What moves nothing is in the journal, not on the way.
_NOT_STEPS = frozenset(
    {"document_issued", "certificate_issued", "revealed", "warn", "claim", "transfer"}
)
_TURNED = frozenset(
    {"request_correction", "decline", "refuse", "send_back", "retract", "lapse", "overdue"}
)


def path_events(page: CasePage, language: str, now: datetime) -> list[Context]:
    """Return the entries of the time line: done, now, ahead."""
    done = [_done(one, now) for one in page.timeline if one.act not in _NOT_STEPS]
    rest = [step for step in page.path if step.mark != "done"]
    return done + [
        {
            "title": step.label,
            "note": _role(page, step.name, language),
            "state": "now" if step.mark == "now" and not page.standing.outcome else "",
        }
        for step in rest
        if not (step.mark == "now" and page.standing.outcome)
    ]


def _done(entry: TimelineEntry, now: datetime) -> Context:
    return {
        "title": entry.label,
        "note": f"{when(entry.at, now)} {entry.actor}",
        "words": entry.reason,
        "state": "fault" if entry.act in _TURNED else "done",
    }


def _role(page: CasePage, state: str, language: str) -> str:
    found = page.chart.states.get(state)
    role = found.role if found else ""
    return page.chart.role_label(role).speak(language) if role else ""
