# SPDX-License-Identifier: Apache-2.0
"""Applications being written, for programs: started, saved by section, completed, sent in."""

from collections.abc import Iterator
from datetime import datetime

from pydantic import BaseModel, Field

from huiban.kernel.envelope import disputed
from huiban.services import doubts, drafts, files, filling, mine, submit
from huiban.services.drafts import Saving, Writing
from huiban.services.facts import local_day
from huiban.services.files import Kept as KeptFile
from huiban.services.filling import Said
from huiban.store import cases
from huiban.store.models import Blob
from huiban.web.api.door import PREFIX, Ask, Reply, Route
from huiban.web.api.parts import Answers, Body, Code, FieldFault, Kept, Query, field_fault
from huiban.web.api.reading import upload_of


class Begin(Body):
    """Which item to apply for."""

    item: Code
    certificate: str = Field("", max_length=64, description="The certificate in hand, if needed.")


class PickBody(Body):
    """Which record of a register that holds several."""

    source: Code
    record: int = Field(ge=0, lt=10_000)


class SaveSection(Body):
    """The answers of one section; what is left out is emptied."""

    answers: Answers
    confirm: str = Field(
        "", max_length=80, description="An old value to confirm, or `all:<section>`."
    )
    history: str = Field("", max_length=80, description="A field to take over from before.")
    pick: PickBody | None = None
    version: int | None = Field(
        None, ge=1, le=2**31 - 1, description="The draft's version they are based on."
    )


class UploadQuery(Query):
    name: str = Field("", max_length=255, description="The file's name, where bare bytes are sent.")


class FileModel(BaseModel):
    """A file that was taken; `notes` is what its sender should know."""

    file: str
    name: str
    size: int
    media: str
    notes: list[str] = []


class ProgressModel(BaseModel):
    """How far a section is."""

    section: str
    missing: list[str]


class DraftLine(BaseModel):
    """A draft (草稿) on a list."""

    number: str
    item: str
    title: str
    left: int = Field(description="Answers that must still be given.")
    updated_at: datetime
    expires_at: datetime
    case: str = Field(description="The case a correction is written for; empty for a new one.")


class DraftList(BaseModel):
    drafts: list[DraftLine]


class SubmitQuery(Query):
    snapshot: str = Field(
        "", max_length=64, description="The draft's snapshot, to send only what was seen."
    )


class AskedModel(BaseModel):
    """A register that was asked for a draft, and how that ended."""

    resource: str
    state: str
    as_of: str


class OptionModel(BaseModel):
    """One of several values or records to choose from."""

    source: str
    value: object
    as_of: str


class OpenModel(BaseModel):
    """What a person must settle: sources that disagree, an old value, one record of several."""

    path: str
    code: str = Field(description="conflict, confirm or several")
    options: list[OptionModel]


class DraftModel(BaseModel):
    """A draft with everything in it."""

    number: str
    item: str
    title: str
    version: int
    case: str
    answers: Kept = Field(description="Answers that are right.")
    typed: Kept = Field(description="Texts not right yet, as they were sent.")
    origins: Kept = Field(description="Where filled-in answers come from.")
    registers: list[AskedModel] = Field(description="Registers asked; pending ones may follow.")
    open: list[OpenModel] = Field(description="What registers left for a person to settle.")
    snapshot: str = Field(description="The signature of what stands in this draft.")
    materials: dict[str, list[str]] = Field(description="File ids by material.")
    progress: list[ProgressModel]
    problems: list[FieldFault]
    warnings: list[FieldFault]
    updated_at: datetime
    expires_at: datetime


class CheckModel(BaseModel):
    """Whether an application could be sent in now."""

    is_complete: bool
    problems: list[FieldFault]


class Sent(BaseModel):
    """The case (办件) an application opened."""

    number: str
    version: int
    stage: str
    title: str
    submitted_at: datetime
    due_at: datetime | None


def shown(writing: Writing, ask: Ask) -> DraftModel:
    """Put a draft into its answer."""
    draft = writing.draft
    today = local_day(ask.now)
    return DraftModel(
        number=draft.number,
        item=draft.item_code,
        title=draft.title,
        version=draft.version,
        case=draft.case_number,
        answers=writing.values,
        typed=writing.typed,
        origins=writing.origins,
        registers=_asked(writing),
        open=[*_unsettled(writing)],
        snapshot=writing.snapshot,
        materials=writing.materials,
        progress=[
            ProgressModel(section=one.key, missing=list(one.missing))
            for one in writing.progress(today)
        ],
        problems=[field_fault(one, ask.language) for one in writing.problems],
        warnings=[field_fault(one, ask.language) for one in writing.warnings],
        updated_at=draft.updated_at,
        expires_at=draft.expires_at,
    )


def _asked(writing: Writing) -> list[AskedModel]:
    rows = writing.state.asked if writing.state else ()
    found = filling.sources(rows, {})
    return [AskedModel(resource=one.resource, state=one.state, as_of=one.as_of) for one in found]


def _unsettled(writing: Writing) -> Iterator[OpenModel]:
    state = writing.state
    if state is None:
        return
    for problem in filling.problems(writing.form, state):
        field = writing.form.field(problem.path)
        envelope = state.envelopes[problem.path]
        options = disputed(field, envelope) if field else ()
        yield OpenModel(
            path=problem.path,
            code=problem.code,
            options=[
                OptionModel(source=one.source, value=one.value, as_of=one.as_of) for one in options
            ],
        )
    for source, records in state.several.items():
        if source not in writing.ledger.picks:
            options_of = [OptionModel(source=source, value=one, as_of="") for one in records]
            yield OpenModel(path=source, code="several", options=options_of)


def list_drafts(ask: Ask) -> DraftList:
    """List the caller's drafts, last saved first."""
    return DraftList(
        drafts=[
            DraftLine(
                number=one.draft.number,
                item=one.draft.item_code,
                title=one.draft.title,
                left=one.left,
                updated_at=one.draft.updated_at,
                expires_at=one.draft.expires_at,
                case=one.draft.case_number,
            )
            for one in mine.my_drafts(ask.actor, ask.now)
        ]
    )


def start_draft(ask: Ask) -> Reply:
    """Start an application with everything already known filled in."""
    assert isinstance(ask.body, Begin)
    writing = drafts.begin(
        ask.body.item, ask.actor, ask.account, ask.now, certificate=ask.body.certificate
    )
    return _created(writing, ask)


def _created(writing: Writing, ask: Ask) -> Reply:
    return Reply(shown(writing, ask), 201, {"Location": f"{PREFIX}/drafts/{writing.number}"})


def correct_case(ask: Ask) -> Reply:
    """Open the answers of a case for its one correction (补正)."""
    return _created(mine.correct(ask.at["case"], ask.actor, ask.account, ask.now), ask)


def read_draft(ask: Ask) -> DraftModel:
    """Read a draft."""
    writing = drafts.open_step(ask.at["draft"], ask.actor, ask.now)
    doubts.reveal_all(writing, ask.actor, ask.now)
    return shown(writing, ask)


def ask_again(ask: Ask) -> DraftModel:
    """Ask those registers once more that gave no answer."""
    return shown(drafts.ask_again(ask.at["draft"], ask.actor, ask.now), ask)


def discard_draft(ask: Ask) -> None:
    """Throw a draft away."""
    drafts.load(ask.at["draft"], ask.actor, ask.now)
    drafts.discard(ask.at["draft"], ask.actor)


def save_section(ask: Ask) -> DraftModel:
    """Save one section, right or wrong, and learn what is not right yet."""
    assert isinstance(ask.body, SaveSection)
    sent = ask.body
    pick = (sent.pick.source, sent.pick.record) if sent.pick else None
    said = Said(confirm=sent.confirm, history=sent.history, pick=pick)
    saving = Saving(ask.at["section"], sent.answers, sent.version, said)
    return shown(drafts.save(ask.at["draft"], saving, ask.actor, ask.now), ask)


def add_material(ask: Ask) -> Reply:
    """Hand in one file for a material."""
    _, kept = files.add_material(
        ask.at["draft"], ask.at["material"], upload_of(ask.request, _name(ask)), ask.actor, ask.now
    )
    return Reply(file_model(kept, ask.language), 201, {"Location": _file(kept.blob)})


def remove_material(ask: Ask) -> DraftModel:
    """Take a file off a material again."""
    writing = files.remove_material(
        ask.at["draft"], ask.at["material"], ask.at["file"], ask.actor, ask.now
    )
    return shown(writing, ask)


def add_field_file(ask: Ask) -> Reply:
    """Hand in one file for a file field; put the answer into the field when saving its section."""
    value = files.add_field_file(
        ask.at["draft"], ask.at["field"], upload_of(ask.request, _name(ask)), ask.actor, ask.now
    )
    return Reply(FileModel.model_validate(value), 201)


def check_draft(ask: Ask) -> CheckModel:
    """Learn everything that keeps a draft from being sent in."""
    writing = drafts.load(ask.at["draft"], ask.actor, ask.now)
    found = [field_fault(one, ask.language) for one in submit.problems_of(writing, ask.now)]
    return CheckModel(is_complete=not found, problems=found)


def submit_draft(ask: Ask) -> Reply:
    """Send an application in; sent twice, the second names the case of the first."""
    seen = ask.query.snapshot if isinstance(ask.query, SubmitQuery) else ""
    number = submit.submit(ask.at["draft"], ask.actor, ask.now, seen=seen or None)
    return sent(number)


def sent(number: str, status: int = 201, **headers: str) -> Reply:
    """Tell which case an application opened."""
    case = cases.load(number)
    found = Sent(
        number=case.number,
        version=case.version,
        stage=case.stage,
        title=case.title,
        submitted_at=case.submitted_at,
        due_at=case.due_at,
    )
    return Reply(found, status, {"Location": f"{PREFIX}/cases/{number}", **headers})


def file_model(kept: KeptFile, language: str) -> FileModel:
    blob = kept.blob
    notes = [one.speak(language) for one in kept.notes]
    return FileModel(
        file=blob.number, name=blob.name, size=blob.size, media=blob.media, notes=notes
    )


def _name(ask: Ask) -> str:
    return ask.query.name if isinstance(ask.query, UploadQuery) else ""


def _file(blob: Blob) -> str:
    return f"{PREFIX}/files/{blob.number}"


_TAG = "drafts"
_ONE = "/drafts/{draft}"
_GONE = (404, 410)
_UPLOAD = (*_GONE, 400, 409, 411, 413, 415, 422)
ROUTES = (
    Route(method="GET", path="/drafts", act=list_drafts, tag=_TAG, answer=DraftList),
    Route(method="POST", path="/drafts", act=start_draft, tag=_TAG, body=Begin,
          answer=DraftModel, status=201, refusals=(403, 404, 409)),
    Route(method="GET", path=_ONE, act=read_draft, tag=_TAG, answer=DraftModel, refusals=_GONE),
    Route(method="DELETE", path=_ONE, act=discard_draft, tag=_TAG, status=204, refusals=_GONE),
    Route(method="PUT", path=f"{_ONE}/sections/{{section}}", act=save_section, tag=_TAG,
          body=SaveSection, answer=DraftModel, refusals=(*_GONE, 409)),
    Route(method="POST", path=f"{_ONE}/materials/{{material}}", act=add_material, tag=_TAG,
          query=UploadQuery, takes_file=True, answer=FileModel, status=201, refusals=_UPLOAD),
    Route(method="DELETE", path=f"{_ONE}/materials/{{material}}/{{file}}", act=remove_material,
          tag=_TAG, answer=DraftModel, refusals=(*_GONE, 409)),
    Route(method="POST", path=f"{_ONE}/files/{{field}}", act=add_field_file, tag=_TAG,
          query=UploadQuery, takes_file=True, answer=FileModel, status=201, refusals=_UPLOAD),
    Route(method="GET", path=f"{_ONE}/check", act=check_draft, tag=_TAG, answer=CheckModel,
          refusals=_GONE),
    Route(method="POST", path=f"{_ONE}/ask-again", act=ask_again, tag=_TAG, answer=DraftModel,
          refusals=(*_GONE, 409)),
    Route(method="POST", path=f"{_ONE}/submit", act=submit_draft, tag=_TAG, answer=Sent,
          query=SubmitQuery,
          status=201, refusals=(*_GONE, 403, 409, 422)),
    Route(method="POST", path="/cases/{case}/correction", act=correct_case, tag=_TAG,
          answer=DraftModel, status=201, refusals=(404, 409)),
)  # fmt: skip
