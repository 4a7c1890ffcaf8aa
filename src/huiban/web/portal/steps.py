# SPDX-License-Identifier: Apache-2.0
"""How far an application is, for the step list and the side of every step."""

from collections.abc import Sequence
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from huiban.kernel.catalogue import Material
from huiban.kernel.clock_time import SHANGHAI
from huiban.kernel.fill_rate import outcomes
from huiban.kernel.form import applicable
from huiban.services import filling, handle, materials, submit
from huiban.services.drafts import Writing
from huiban.services.journal import body_of
from huiban.store.rows import JournalRow
from huiban.web.visit import Context


def life_words(life: str) -> str:
    """Return a life of a permit in the page's language."""
    return {
        "new": _("新办"),
        "modify": _("变更"),
        "renew": _("延续"),
        "cancel": _("注销"),
    }.get(life, life)


def errand_words(writing: Writing, language: str) -> str:
    """Return what is being done: the item and its life."""
    name = f"{writing.item.name.speak(language)} · {life_words(str(writing.item.life))}"
    return f"{name} · {_('补正')}" if writing.is_correction else name


def steps(writing: Writing, here: str, language: str, today: date) -> list[Context]:
    """Return every step with what is left in it."""
    found: list[Context] = []
    wrong = {writing.form.section_of(path) for path in writing.typed}
    for part, done in zip(writing.form.sections, writing.progress(today), strict=True):
        left = len(done.missing)
        found.append(
            {
                "key": part.key,
                "url": f"/drafts/{writing.number}/{part.key}",
                "title": part.title.speak(language),
                "note": _note(left, done.required),
                "state": _state(part.key, here, left, is_wrong=part.key in wrong),
            }
        )
    due = len(_due_materials(writing, today))
    found.append(
        {
            "key": submit.MATERIALS,
            "url": f"/drafts/{writing.number}/{submit.MATERIALS}",
            "title": _("材料"),
            "note": _left(due) if due else _("已齐"),
            "state": _state(submit.MATERIALS, here, due, is_wrong=False),
        }
    )
    found.append(
        {
            "key": "summary",
            "url": f"/drafts/{writing.number}/summary",
            "title": _("核对并提交"),
            "note": "",
            "state": "now" if here == "summary" else "",
        }
    )
    return found


def _note(left: int, required: int) -> str:
    if left:
        return _left(left)
    return _("已填好") if required else ""


def _left(count: int) -> str:
    return ngettext("还差 %(n)s 项", "还差 %(n)s 项", count) % {"n": count}


def _state(key: str, here: str, left: int, *, is_wrong: bool) -> str:
    if key == here:
        return "now"
    if is_wrong:
        return "fault"
    return "" if left else "done"


def left_words(writing: Writing, today: date) -> dict[str, str]:
    """Return the note of each step, for the script that saves."""
    return {one["key"]: one["note"] for one in steps(writing, "", "zh-hans", today)}


def fill(writing: Writing, today: date) -> dict[str, int]:
    """Count answers as the rates do, a table's per cell: given by the system, by hand, left."""
    known = filling.given(writing.form, writing.ledger)
    visible = applicable(writing.form, writing.values, today)
    fields = outcomes(writing.form, visible, known, today).fields
    given = len(fields["A"]) + len(fields["H"])
    chosen = sum(map(len, fields.values())) - given
    left = sum(len(step.missing) for step in writing.progress(today))
    return {"given": given, "chosen": chosen, "left": left, "total": given + chosen + left}


def material_counts(writing: Writing, language: str, today: date) -> Context:
    """Return how many materials there are, are due, and which."""
    due = _due_materials(writing, today)
    return {
        "total": len(writing.item.materials),
        "due": [one.name.speak(language) for one in due],
        "handed": sum(1 for files in writing.materials.values() if files),
    }


def _due_materials(writing: Writing, today: date) -> tuple[Material, ...]:
    return materials.lacking(materials.of_writing(writing, today))


def before(writing: Writing, key: str) -> str:
    """Return the address of the step before, "" for the first."""
    keys = [one.key for one in writing.form.sections]
    if key == submit.MATERIALS:
        return f"/drafts/{writing.number}/{keys[-1]}"
    place = keys.index(key)
    return f"/drafts/{writing.number}/{keys[place - 1]}" if place else ""


def after_title(writing: Writing, key: str, language: str) -> str:
    """Return the title of the step after, for the button that goes there."""
    parts = list(writing.form.sections)
    keys = [one.key for one in parts]
    place = keys.index(key) + 1
    return parts[place].title.speak(language) if place < len(parts) else _("材料")


def points_to_correct(writing: Writing) -> list[Context]:
    """Return what the one notice of correction asks for, while that is being done."""
    if not writing.is_correction:
        return []
    return points_asked(handle.load(writing.draft.case_number).journal)


def points_asked(journal: Sequence[JournalRow]) -> list[Context]:
    """Return the points of the last notice of correction: what about, what is wrong, the cure."""
    asked = next((row for row in reversed(journal) if row.act == "request_correction"), None)
    if asked is None:
        return []
    act = body_of(asked).get("act")
    inputs = act.get("inputs") if isinstance(act, dict) else None
    points = inputs.get("points") if isinstance(inputs, dict) else None
    told = (
        [dict(one) for one in points if isinstance(one, dict)] if isinstance(points, list) else []
    )
    return told or [{"about": _("补正内容"), "fault": asked.reason, "cure": ""}]


def clock_words(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%H:%M}"
