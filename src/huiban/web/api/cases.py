# SPDX-License-Identifier: Apache-2.0
"""Cases for programs: a party's own, the desk's work, one case, and acts on it."""

from collections.abc import Sequence
from typing import TypeVar

from pydantic import BaseModel

from huiban.kernel.actor import ActorKind
from huiban.kernel.process import OpenAct
from huiban.kernel.rule import Judgment
from huiban.services import desk, handle, mine
from huiban.services.casepage import CasePage
from huiban.services.desk import DeskCase
from huiban.services.handle import Order
from huiban.services.materials_filed import Owed, words
from huiban.services.mine import MyCase
from huiban.store import lists
from huiban.store.lists import CaseNarrow, DeskNarrow
from huiban.store.models import Blob
from huiban.web.api import case_models as models
from huiban.web.api.door import Ask, Route

Model = TypeVar("Model", bound=BaseModel)


def _narrow(query: models.CaseQuery) -> CaseNarrow:
    return CaseNarrow(query.stage, query.item, query.q.strip(), query.open)


def list_cases(ask: Ask) -> models.CaseList:
    """List the cases of the caller's own party, newest first."""
    query = ask.query
    assert isinstance(query, models.CaseQuery)
    if not ask.actor.subject:
        return models.CaseList(cases=[], cursor="")
    return _page(mine.my_cases(ask.actor, _narrow(query), query.cursor, query.limit))


def list_department(ask: Ask) -> models.CaseList:
    """List or search the cases of the officer's department, newest first."""
    query = ask.query
    assert isinstance(query, models.CaseQuery)
    return _page(desk.department_cases(ask.actor, _narrow(query), query.cursor, query.limit))


def _page(page: lists.CasePage) -> models.CaseList:
    line = models.CaseLine.model_validate
    rows = [line(one, from_attributes=True) for one in page.rows]
    return models.CaseList(cases=rows, cursor=page.cursor)


def list_work(ask: Ask) -> models.Desk:
    """List the officer's open work, most urgent first, with counts."""
    query = ask.query
    assert isinstance(query, models.DeskQuery)
    narrow = DeskNarrow(query.light, query.stage, query.item, query.q.strip(), query.mine)
    todo = desk.todo(ask.actor, narrow, query.cursor, query.limit)
    line = models.WorkLine.model_validate
    return models.Desk(
        work=[line(one, from_attributes=True) for one in todo.rows],
        cursor=todo.cursor,
        counts=models.Counts.model_validate(todo.counts, from_attributes=True),
    )


def read_case(ask: Ask) -> models.CaseModel:
    """Read a case: a party its own, an officer one they may see, personal numbers masked."""
    number = ask.at["case"]
    if ask.actor.kind is ActorKind.OFFICER:
        seen = desk.case(number, ask.actor, ask.language, ask.now)
        return _case(seen, seen.points, ask.language)
    own = mine.my_case(number, ask.actor, ask.language, ask.now)
    return _case(own, None, ask.language)


def act_on_case(ask: Ask) -> models.Did:
    """Carry out one act, if the case still is the version that was read."""
    body = ask.body
    assert isinstance(body, models.Do)
    order = Order(body.act, body.task, body.inputs, body.version)
    done = handle.act(ask.at["case"], order, ask.actor, ask.now)
    return models.Did(number=done.number, version=done.version, stage=done.stage, event=done.event)


def _case(seen: DeskCase | MyCase, points: Judgment | None, language: str) -> models.CaseModel:
    page, acts = seen.page, seen.acts
    case = page.whole.case
    return models.CaseModel(
        number=case.number,
        version=case.version,
        title=case.title,
        item=case.item_code,
        stage=case.stage,
        stage_label=page.stage_label,
        stage_sentence=page.stage_sentence,
        outcome=case.outcome,
        outcome_label=page.outcome_label,
        light=case.light,
        subject_name=case.subject_name,
        department=case.department,
        division=case.division,
        submitted_at=case.submitted_at,
        accepted_at=case.accepted_at,
        decided_at=case.decided_at,
        closed_at=case.closed_at,
        due_at=case.due_at,
        sections=_many(models.AnswerSectionModel, page.sections),
        materials=_materials(page, seen.owed, language),
        clocks=_many(models.ClockModel, page.clocks),
        timeline=_many(models.EntryModel, page.timeline),
        path=_many(models.PathStepModel, page.path),
        documents=_many(models.DocumentModel, page.whole.documents),
        certificates=[one.number for one in page.whole.certificates],
        acts=[_act(one, language) for one in acts],
        points=_points(points, language),
    )


def _many(model: type[Model], values: Sequence[object]) -> list[Model]:
    return [model.model_validate(one, from_attributes=True) for one in values]


def _materials(page: CasePage, owed: Sequence[Owed], language: str) -> list[models.CaseMaterial]:
    due = {one.material.code: one.due_at for one in owed}
    return [
        models.CaseMaterial(
            code=one.code,
            name=one.name,
            is_waived=one.is_waived,
            standing=str(one.standing.standing),
            why=words(one.standing).speak(language),
            reference=one.standing.instead.reference if one.standing.instead else "",
            supply_by=due.get(one.code),
            files=[_file(file) for file in one.files],
        )
        for one in page.materials
    ]


def _file(blob: Blob) -> models.CaseFile:
    return models.CaseFile(
        file=blob.number, name=blob.name, size=blob.size, media=blob.media, sha256=blob.sha256
    )


def _act(one: OpenAct, language: str) -> models.ActModel:
    return models.ActModel(
        name=one.name,
        label=one.label.speak(language),
        task=one.task,
        needs_reason=one.needs_reason,
        needs_document=one.needs_document,
        to_states=list(one.to_states),
        inputs=[
            models.WantedModel(
                name=wanted.name,
                label=wanted.label.speak(language),
                is_required=wanted.is_required,
                choices=[(value, label.speak(language)) for value, label in wanted.choices],
            )
            for wanted in one.inputs
        ],
        blocked=one.blocked,
    )


def _points(judgment: Judgment | None, language: str) -> list[models.FindingModel]:
    return [
        models.FindingModel(
            code=one.code,
            title=one.title.speak(language),
            verdict=str(one.verdict),
            missing=list(one.missing),
            basis=one.basis,
        )
        for one in (judgment.findings if judgment else ())
    ]


_TAG = "cases"
ROUTES = (
    Route(method="GET", path="/cases", act=list_cases, tag=_TAG, query=models.CaseQuery,
          answer=models.CaseList),
    Route(method="GET", path="/cases/{case}", act=read_case, tag=_TAG, answer=models.CaseModel,
          refusals=(403, 404)),
    Route(method="POST", path="/cases/{case}/acts", act=act_on_case, tag=_TAG, body=models.Do,
          answer=models.Did, refusals=(403, 404, 409)),
    Route(method="GET", path="/desk", act=list_work, tag="desk", query=models.DeskQuery,
          answer=models.Desk, refusals=(403,)),
    Route(method="GET", path="/desk/cases", act=list_department, tag="desk",
          query=models.CaseQuery, answer=models.CaseList, refusals=(403,)),
)  # fmt: skip
