# SPDX-License-Identifier: Apache-2.0
"""What the studio shows of a trial (试算结果): numbers before and after, cases, files, examples."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from huiban.kernel.review import Finding
from huiban.kernel.rule import Verdict
from huiban.services.ledger import body_of
from huiban.services.point_studio import Studio, Trial
from huiban.services.point_studio_case import FactLine, FileLine, Looked
from huiban.services.point_studio_past import Tried, TriedCase
from huiban.services.point_studio_text import Written
from huiban.store.models import LedgerEntry
from huiban.web.desk.point_scores import share_words
from huiban.web.review_words import gap_words
from huiban.web.visit import Context

_MOST_CHANGED = 50


def verdict_words(verdict: str) -> str:
    return (
        {
            Verdict.PASS: _("通过"),
            Verdict.FAIL: _("不符"),
            Verdict.UNKNOWN: _("不明"),
        }.get(Verdict(verdict), verdict)
        if verdict
        else _("比不了")
    )


def verdict_kind(verdict: str) -> str:
    return {"pass": "ok", "fail": "bad", "unknown": "warn"}.get(verdict, "")


def tried(trial: Trial | None, language: str) -> Context | None:
    """Return the numbers before and after, and the cases that change; None if none was tried."""
    found = trial.tried if trial else None
    if found is None:
        return None
    changed = found.changed
    return {
        "looked": len(found.cases),
        "asked": found.asked,
        "is_cut": len(found.cases) < found.asked,
        "verdicts": [
            {
                "words": verdict_words(one),
                "kind": verdict_kind(one),
                "now": found.n(one, then=False),
                "then": found.n(one, then=True),
            }
            for one in ("fail", "unknown", "pass")
        ],
        "shares": list(_shares(found)),
        "settled": found.after.total,
        "n_changed": len(changed),
        "changed": [_case(one) for one in changed[:_MOST_CHANGED]],
        "others": [_case(one) for one in found.cases if not one.is_changed],
    }


def _shares(found: Tried) -> Iterable[Context]:
    before, after = found.before, found.after
    for words, was, will in (
        (_("准确率"), before.precision, after.precision),
        (_("改判率"), before.overruled, after.overruled),
        (_("漏判率"), before.missed, after.missed),
    ):
        yield {"words": words, "now": share_words(was), "then": share_words(will)}


def _case(one: TriedCase) -> Context:
    now, then = _verdict(one.now), _verdict(one.then)
    return {
        "number": one.case.number,
        "title": one.case.title,
        "at": one.case.decided_at,
        "now": verdict_words(now),
        "now_kind": verdict_kind(now),
        "then": verdict_words(then),
        "then_kind": verdict_kind(then),
        "said": verdict_words(one.said) if one.said else "",
        "is_right": one.said == then,
    }


def _verdict(finding: Finding | None) -> str:
    return str(finding.verdict) if finding else ""


def is_changed(trial: Trial | None, found: Studio) -> bool:
    """Tell whether there is anything to publish."""
    return trial is not None and dict(trial.checked.made.texts) != dict(found.scenario.texts)


def examples(trial: Trial | None, written: Written) -> list[Context]:
    """Return the worked examples that show the point, those that do not hold first."""
    lines = trial.checked.examples if trial else ()
    rows = [
        {
            "name": f"expect:{one.file}#{one.index}",
            "title": one.name,
            "expected": one.expected,
            "expected_words": verdict_words(one.expected),
            "found": verdict_words(_verdict(one.found)),
            "kind": verdict_kind(_verdict(one.found)),
            "is_right": one.is_right,
            "can_change": one.is_there,
            "choices": [(str(each), verdict_words(each)) for each in Verdict],
            "is_set": (one.file, one.index) in written.expected,
        }
        for one in lines
    ]
    return sorted(rows, key=lambda one: bool(one["is_right"]))


def looked(found: Looked | None, studio: Studio, language: str) -> Context | None:
    """Return what the files of a case said, and what the point makes of it."""
    if found is None:
        return None
    names = {one.code: one.name.speak(language) for one in studio.item.materials}
    now, then = _verdict(found.now), _verdict(found.then)
    return {
        "case": found.case,
        "now": verdict_words(now) if found.now else "",
        "now_kind": verdict_kind(now),
        "then": verdict_words(then) if found.then else "",
        "then_kind": verdict_kind(then),
        "said": verdict_words(found.said) if found.said else "",
        "facts": [_fact(one, language) for one in found.facts],
        "materials": [
            {"name": names.get(code, code), "files": [_file(one, language) for one in files]}
            for code, files in found.materials.items()
            if files
        ],
    }


def _fact(one: FactLine, language: str) -> Context:
    return {
        "name": one.name,
        "label": one.label.speak(language) if one.label else one.name,
        "text": one.text,
        "why": gap_words(one.gap) if one.gap else "",
        "sure": _sure(one.confidence) if one.confidence is not None and one.text else "",
        "is_masked": one.is_masked,
    }


def _file(one: FileLine, language: str) -> Context:
    kind = one.kind.speak(language) if one.kind else _("认不出来")
    return {
        "name": one.blob.name,
        "kind": kind if one.is_read else _("没有识别"),
        "sure": _sure(one.confidence) if one.kind else "",
        "seals": one.seals,
        "values": [
            {
                "label": each.label.speak(language),
                "text": each.text,
                "page": each.page,
                "sure": _sure(each.confidence),
                "is_masked": each.is_masked,
            }
            for each in one.values
        ],
    }


def _sure(confidence: float) -> str:
    return f"{confidence:.2f}"


def published(lines: Iterable[LedgerEntry]) -> list[Context]:
    """Return who published what, when and why."""
    return [{"who": one.actor_name, "at": one.at, **body_of(one)} for one in lines]
