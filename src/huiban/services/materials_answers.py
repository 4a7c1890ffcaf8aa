# SPDX-License-Identifier: Apache-2.0
"""Which registers have answered for an application (查得数据), found and fresh, by its own keys."""

from collections.abc import Iterable, Sequence
from datetime import date

from huiban.kernel.catalogue import Material
from huiban.kernel.lookup import Asking, Reply, matched, questions
from huiban.kernel.resource import Resource
from huiban.services import city
from huiban.services.drafts import Writing
from huiban.services.prefill import answers_among
from huiban.store import fetched
from huiban.store.fetched import FetchedRow


def of_writings(
    several: Sequence[tuple[Writing, Sequence[Material]]], today: date
) -> dict[str, dict[str, str]]:
    """
    Return the requests by resource, by draft, of those that replace one of its open materials.

    A register asked several questions, one a row, counts only when every one was found; what it
    said of a key that the application does not state any more counts for nothing.
    """
    wanted = {
        writing.number: {resource for one in materials for resource in one.replaced_by}
        for writing, materials in several
    }
    writings = [writing for writing, _ in several if wanted[writing.number]]
    rows = _rows(writings)
    return {
        one.number: found(_matched(one, rows[one.number]), wanted[one.number], today)
        for one in writings
    }


def _rows(writings: Sequence[Writing]) -> dict[str, list[FetchedRow]]:
    """Give what was fetched for each; a correction also has what was fetched for its case."""
    known = {
        one.number: list(one.state.asked)
        for one in writings
        if one.state is not None and not one.is_correction
    }
    others = [one for one in writings if one.number not in known]
    matters = {matter: one.number for one in others for matter in _matters(one)}
    for one in others:
        known[one.number] = []
    for row in fetched.of_matters(matters) if matters else ():
        known[matters[row.matter]].append(row)
    return known


def _matters(writing: Writing) -> list[str]:
    return [one for one in (writing.draft.case_number, writing.number) if one]


def found(asking: Asking, wanted: Iterable[str], today: date) -> dict[str, str]:
    """Return the request by resource, where each question to it was found and is fresh."""
    told: dict[str, str] = {}
    resources, asked = city.loaded().catalogue.resources, list(questions(asking))
    for name in wanted:
        resource = resources.get(name)
        own = [asking.replies.get((one.source, one.key)) for one in asked if one.source == name]
        if resource and own and all(_is_good(reply, resource, today) for reply in own):
            told[name] = own[0].request if own[0] else ""
    return told


def _is_good(reply: Reply | None, resource: Resource, today: date) -> bool:
    if reply is None or reply.state != "found" or not reply.records or reply.as_of is None:
        return False
    return resource.is_fresh(reply.as_of, today)


def _matched(writing: Writing, rows: Iterable[FetchedRow]) -> Asking:
    """Match stored answers to the questions of an application."""
    identity = {"number": writing.draft.subject_code, "name": writing.draft.subject_name}
    asking = Asking(writing.form, identity, writing.values, picks=writing.ledger.picks)
    return matched(asking, answers_among(rows))
