# SPDX-License-Identifier: Apache-2.0
"""Materials for programs: what stands in for each, promises instead, and what follows later."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from huiban.kernel.catalogue import MaterialStanding
from huiban.services import commitments, drafts, materials, supply
from huiban.services.facts import local_day
from huiban.services.files import Upload
from huiban.services.materials_filed import words
from huiban.web.api.door import PREFIX, Ask, Reply, Route
from huiban.web.api.drafts import FileModel, UploadQuery
from huiban.web.api.parts import Body, Code
from huiban.web.api.reading import upload_of


class StandingModel(BaseModel):
    """
    What becomes of one material (材料去向).

    `standing` is needed, deferred, waived, committed, not_needed or unknown; `how` says how a
    required one comes in: uploaded, certificate, resource, form, commitment or deferred.
    """

    material: str
    name: str
    standing: str
    why: str
    how: str = Field(description="Empty while it is lacking or not required.")
    reference: str = Field(description="The certificate's number, or the request in the log.")
    missing: list[str] = Field(description="Facts that would settle an unknown one.")
    is_handed: bool


class StandingList(BaseModel):
    materials: list[StandingModel]


class Promises(Body):
    """The materials promised instead of handed in (告知承诺), all of them."""

    commitments: Annotated[list[Code], Field(max_length=50)]


class Supplied(BaseModel):
    """What was taken of a deferred material (容缺材料)."""

    files: list[FileModel]
    supplied_at: datetime


def standing_model(one: MaterialStanding, language: str) -> StandingModel:
    return StandingModel(
        material=one.material.code,
        name=one.material.name.speak(language),
        standing=str(one.standing),
        why=words(one).speak(language),
        how=str(one.how or ""),
        reference=one.instead.reference if one.instead else "",
        missing=list(one.missing),
        is_handed=one.is_handed,
    )


def list_standings(ask: Ask) -> StandingList:
    """Read what becomes of each material of a draft, by all that is on record today."""
    writing = drafts.load(ask.at["draft"], ask.actor, ask.now)
    lines = materials.of_writing(writing, local_day(ask.now))
    return StandingList(materials=[standing_model(one, ask.language) for one in lines])


def put_commitments(ask: Ask) -> StandingList:
    """Promise in place of exactly these materials, by the text in the item's guide."""
    assert isinstance(ask.body, Promises)
    commitments.put(ask.at["draft"], ask.body.commitments, ask.actor, ask.now)
    return list_standings(ask)


def supply_material(ask: Ask) -> Reply:
    """Hand in a deferred material (补交容缺材料) of a case that is not decided."""
    name = ask.query.name if isinstance(ask.query, UploadQuery) else ""
    sent: list[Upload] = [upload_of(ask.request, name)]
    number = ask.at["case"]
    kept = supply.supply(number, ask.at["material"], sent, ask.actor, ask.now)
    taken = [
        FileModel(file=one.number, name=one.name, size=one.size, media=one.media) for one in kept
    ]
    found = Supplied(files=taken, supplied_at=ask.now)
    return Reply(found, 201, {"Location": f"{PREFIX}/cases/{number}"})


_DRAFT = "/drafts/{draft}"
ROUTES = (
    Route(method="GET", path=f"{_DRAFT}/materials", act=list_standings, tag="drafts",
          answer=StandingList, refusals=(404, 410)),
    Route(method="PUT", path=f"{_DRAFT}/commitments", act=put_commitments, tag="drafts",
          body=Promises, answer=StandingList, refusals=(404, 409, 410)),
    Route(method="POST", path="/cases/{case}/materials/{material}", act=supply_material,
          tag="cases", query=UploadQuery, takes_file=True, answer=Supplied, status=201,
          refusals=(400, 403, 404, 409, 411, 413, 415, 422)),
)  # fmt: skip
