# SPDX-License-Identifier: Apache-2.0
"""Service items for programs: found, read as guide, form and process."""

from collections.abc import Callable, Mapping

from django.http import HttpResponse
from pydantic import BaseModel, Field

from huiban.kernel.catalogue import Item, Material
from huiban.kernel.catalogue_exchange import to_elements
from huiban.kernel.form import Form, json_schema
from huiban.kernel.process import Chart
from huiban.kernel.process_diagram import to_svg
from huiban.kernel.process_export import to_bpmn
from huiban.kernel.process_scxml import to_scxml
from huiban.kernel.words import Words
from huiban.services import city, commitments, guide
from huiban.services.refusal import NotFound
from huiban.web.api.door import Ask, Route
from huiban.web.api.parts import Kept, Query


class ItemQuery(Query):
    q: str = Field("", max_length=100, description="Chinese, pinyin, initials; typing errors too.")


class ItemLine(BaseModel):
    """A service item (事项) on a list."""

    code: str
    name: str
    life: str
    department: str
    audience: str
    committed: str = Field(description="Committed limit, as `1 work_days`; empty where none.")
    statutory: str
    found_by: str = Field("", description="Why it was found, in the caller's language.")


class ItemList(BaseModel):
    items: list[ItemLine]
    suggestions: list[ItemLine] = Field(description="What else might be meant.")


class EffortModel(BaseModel):
    """What applying costs the applicant."""

    fields: int
    to_type: int
    materials: int
    to_bring: int
    committed: str
    median_hours: float | None
    decided: int


class CommitmentModel(BaseModel):
    """The promise (告知承诺) that may be made instead of handing a material in."""

    text: str
    basis: str
    check_within: str
    sha256: str


class MaterialModel(BaseModel):
    """One material (申请材料) of an item, and what may take its place."""

    code: str
    name: str
    need: str
    is_waived: bool
    accept: list[str]
    max_bytes: int
    max_files: int
    hint: str
    waived_by: list[str] = Field(description="Certificate kinds that make it unnecessary.")
    replaced_by: list[str] = Field(description="Data resources that make it unnecessary.")
    supply_within: str = Field(description="How long after acceptance it may follow; else empty.")
    commitment: CommitmentModel | None


class SectionModel(BaseModel):
    key: str
    title: str
    fields: list[str]


class GuideModel(BaseModel):
    """The guide (办事指南) of an item; `elements` are those of GB/T 39046 by name."""

    item: ItemLine
    pack: str
    version: str
    effort: EffortModel
    materials: list[MaterialModel]
    sections: list[SectionModel]
    needs_certificate: str = Field(description="The kind of certificate it starts from, if any.")
    lives: list[ItemLine]
    elements: Kept


def _line(item: Item, language: str, why: Words | None = None) -> ItemLine:
    return ItemLine(
        code=item.code,
        name=item.name.speak(language),
        life=str(item.life),
        department=item.authority.name.speak(language),
        audience=item.audience.speak(language),
        committed=str(item.committed or ""),
        statutory=str(item.statutory or ""),
        found_by=why.speak(language) if why else "",
    )


def list_items(ask: Ask) -> ItemList:
    """List or search the service items."""
    assert isinstance(ask.query, ItemQuery)
    if not ask.query.q.strip():
        found = [_line(one, ask.language) for one in guide.all_items()]
        return ItemList(items=found, suggestions=[])
    result = guide.find(ask.query.q)
    return ItemList(
        items=[_line(one, ask.language, why) for one, why in result.items],
        suggestions=[_line(one, ask.language) for one in result.suggestions],
    )


def read_item(ask: Ask) -> GuideModel:
    """Read the guide of an item."""
    found, language = guide.guide(ask.at["item"], ask.now), ask.language
    spared = {one.code for one in found.waived}
    carried = found.scenario.from_certificates.get(found.form.code)
    return GuideModel(
        item=_line(found.item, language),
        pack=found.scenario.code,
        version=found.scenario.version,
        effort=EffortModel.model_validate(found.effort, from_attributes=True),
        materials=[
            MaterialModel(
                code=one.code,
                name=one.name.speak(language),
                need=str(one.need),
                is_waived=one.code in spared,
                accept=list(one.accept),
                max_bytes=one.max_bytes,
                max_files=one.max_files,
                hint=one.hint.speak(language),
                waived_by=list(one.waived_by),
                replaced_by=list(one.replaced_by),
                supply_within=str(one.supply_within or ""),
                commitment=_commitment(one, language),
            )
            for one in found.item.materials
        ],
        sections=_sections(found.form, language),
        needs_certificate=carried.kind if carried else "",
        lives=[_line(one, language) for one in found.lives],
        elements=to_elements(found.item, "en" if language.startswith("en") else "zh"),
    )


def _commitment(one: Material, language: str) -> CommitmentModel | None:
    promise = one.commitment
    if promise is None:
        return None
    return CommitmentModel(
        text=promise.text.speak(language),
        basis=promise.basis,
        check_within=str(promise.check_within),
        sha256=commitments.digest(promise),
    )


def _sections(form: Form, language: str) -> list[SectionModel]:
    return [
        SectionModel(
            key=one.key, title=one.title.speak(language), fields=[part.key for part in one.fields]
        )
        for one in form.sections
    ]


def read_form(ask: Ask) -> HttpResponse:
    """Read the form of an item as JSON Schema (2020-12)."""
    placed = city.item(ask.at["item"])
    schema = json_schema(placed.scenario.form_of(placed.item), ask.language)
    return HttpResponse(city.text_of(schema), content_type=SCHEMA_MEDIA)


def export_process(ask: Ask) -> HttpResponse:
    """Take the process of an item along as BPMN 2.0, SCXML or a drawing (SVG)."""
    placed = city.item(ask.at["item"])
    export = _EXPORTS.get(ask.at["format"])
    if export is None:
        known = ", ".join(_EXPORTS)
        raise NotFound(Words(f"可以导出的格式：{known}", f"The formats are {known}"))
    media, write = export
    text = write(placed.scenario.chart_of(placed.item), ask.language)
    headers = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}
    return HttpResponse(text, content_type=media, headers=headers)


SCHEMA_MEDIA = "application/schema+json"
_EXPORTS: Mapping[str, tuple[str, Callable[[Chart, str], str]]] = {
    "bpmn": ("application/xml", lambda chart, _: to_bpmn(chart)),
    "scxml": ("application/scxml+xml", lambda chart, _: to_scxml(chart)),
    "svg": ("image/svg+xml", to_svg),
}
_TAG = "items"
ROUTES = (
    Route(method="GET", path="/items", act=list_items, tag=_TAG, query=ItemQuery,
          answer=ItemList, is_public=True),
    Route(method="GET", path="/items/{item}", act=read_item, tag=_TAG, answer=GuideModel,
          is_public=True, refusals=(404,)),
    Route(method="GET", path="/items/{item}/form", act=read_form, tag=_TAG, media=SCHEMA_MEDIA,
          is_public=True, refusals=(404,)),
    Route(method="GET", path="/items/{item}/process/{format}", act=export_process, tag=_TAG,
          media="application/xml, application/scxml+xml, image/svg+xml", is_public=True,
          refusals=(404,)),
)  # fmt: skip
