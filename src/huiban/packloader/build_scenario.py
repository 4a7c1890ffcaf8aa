# SPDX-License-Identifier: Apache-2.0
"""Putting one scenario (场景) together from its texts, or saying all that stands in the way."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from huiban.kernel.analysis import Analysis
from huiban.kernel.catalogue import Item, Life
from huiban.kernel.form import Form
from huiban.kernel.material_kind import MaterialKind
from huiban.kernel.process import Chart
from huiban.kernel.review import Review
from huiban.kernel.rule import Criterion, Schema
from huiban.kernel.words import Words
from huiban.packloader.build_analysis import ANALYSIS, Place, build_analysis
from huiban.packloader.build_form import build_form, build_from_certificate
from huiban.packloader.build_item import Usage, build_criteria, build_item, shared_schema
from huiban.packloader.build_process import build_process, process_files
from huiban.packloader.build_review import REVIEW, build_review, kinds_of
from huiban.packloader.build_review import Place as ReviewPlace
from huiban.packloader.example_application import sampled
from huiban.packloader.facts import case_schema
from huiban.packloader.folder import Folder, Shape, digest_of
from huiban.packloader.problem import did_you_mean
from huiban.packloader.schema.analysis import AnalysisIn
from huiban.packloader.schema.example import ExamplesIn
from huiban.packloader.schema.form import FormIn
from huiban.packloader.schema.item import ItemIn
from huiban.packloader.schema.pack import (
    PackIn,
    QualityIn,
    RulesIn,
    SeedIn,
    StatisticsIn,
)
from huiban.packloader.schema.paper import DocumentIn, NoticesIn
from huiban.packloader.schema.review import ReviewIn
from huiban.packloader.values import Common, DocumentKind, FromCertificate, Sample, Scenario


@dataclass(slots=True)
class Draft:
    """A scenario while it is put together; what could not be built is missing from it."""

    folder: Folder
    common: Common
    pack: PackIn | None = None
    notices: NoticesIn | None = None
    quality: QualityIn | None = None
    items: dict[str, Item] = field(default_factory=dict)
    item_files: dict[str, str] = field(default_factory=dict)
    forms: dict[str, Form] = field(default_factory=dict)
    form_files: dict[str, str] = field(default_factory=dict)
    from_certificates: dict[str, FromCertificate] = field(default_factory=dict)
    processes: dict[str, Chart] = field(default_factory=dict)
    process_files: dict[str, str] = field(default_factory=dict)
    rules: RulesIn = field(default_factory=RulesIn)
    acceptance: dict[Life, tuple[Criterion, ...]] = field(default_factory=dict)
    examination: dict[Life, tuple[Criterion, ...]] = field(default_factory=dict)
    analysis: Analysis | None = None
    points: ReviewIn | None = None
    review: Review | None = None
    documents: dict[str, DocumentKind] = field(default_factory=dict)
    document_files: dict[str, str] = field(default_factory=dict)
    statistics: StatisticsIn | None = None
    seed: SeedIn | None = None
    examples: dict[str, ExamplesIn] = field(default_factory=dict)

    @property
    def material_kinds(self) -> dict[str, MaterialKind]:
        """Every kind a file may turn out to be: the shared ones, then the pack's own."""
        own = [one.make() for one in self.points.kinds] if self.points else []
        return {**self.common.material_kinds, **{one.code: one for one in own}}

    @property
    def usages(self) -> list[Usage]:
        """Every item with its form."""
        return [Usage(item, self.forms[item.form]) for item in self.items.values()]


def build(folder: Folder, common: Common) -> Draft:
    """Build all that can be built; `folder.problems` holds what cannot."""
    draft = Draft(folder, common)
    draft.pack = _required(folder, "pack.yaml", PackIn)
    written = _written_items(folder)
    _forms(draft, written)
    _items(draft, written)
    _processes(draft)
    _criteria(draft)
    _analysis(draft)
    _review(draft)
    _documents(draft)
    draft.notices = _required(folder, "notices.zh.yaml", NoticesIn)
    draft.quality = _required(folder, "quality.yaml", QualityIn)
    draft.statistics = _optional(folder, "statistics.yaml", StatisticsIn)
    draft.seed = _optional(folder, "seed.yaml", SeedIn)
    written_examples = {file: folder.shaped(file, ExamplesIn) for file in folder.files("examples")}
    draft.examples = {file: one for file, one in written_examples.items() if one}
    return draft


def scenario_of(draft: Draft) -> Scenario | None:
    """Return the scenario, or None while any problem stands."""
    if draft.folder.all_problems() or not (draft.pack and draft.notices and draft.quality):
        return None
    pack, texts = draft.pack, draft.folder.texts
    return Scenario(
        code=pack.code,
        name=pack.name,
        summary=pack.summary,
        owner=pack.owner,
        version=pack.version,
        digest=digest_of(texts),
        texts=texts,
        templates=templates_of(texts, draft.common),
        items=draft.items,
        forms=draft.forms,
        from_certificates=draft.from_certificates,
        processes=draft.processes,
        acceptance=draft.acceptance,
        examination=draft.examination,
        analysis=draft.analysis,
        review=draft.review,
        documents=draft.documents,
        notices={code: one.make() for code, one in draft.notices.notices.items()},
        state_sentences=dict(draft.notices.states),
        samples=_samples(draft),
        statistics=tuple(one.make() for one in draft.statistics.statistics)
        if draft.statistics
        else (),
        seed=draft.seed.make() if draft.seed else None,
        level=draft.quality.level.value,
        retention_years=pack.retention_years,
        readme=texts.get("README.md", ""),
    )


def _samples(draft: Draft) -> dict[str, Sample]:
    written = {key: one for file in draft.examples.values() for key, one in file.samples.items()}
    return {
        key: Sample(key, one.about or Words(key), one.item, sampled(one, written), one.materials)
        for key, one in written.items()
    }


def templates_of(texts: Mapping[str, str], common: Common) -> dict[str, str]:
    """Return the templates a document may import: the pack's, and common's under `common/`."""
    kinds = (".typ", ".svg")
    own = {path: text for path, text in texts.items() if path.endswith(kinds)}
    shared = {f"common/{path}": text for path, text in common.texts.items() if path.endswith(kinds)}
    return shared | own


def _required(folder: Folder, file: str, shape: type[Shape]) -> Shape | None:
    if file not in folder.texts:
        folder.missing(file, (shape.__doc__ or file).strip().splitlines()[0].strip(" ."))
        return None
    return folder.shaped(file, shape)


def _optional(folder: Folder, file: str, shape: type[Shape]) -> Shape | None:
    return folder.shaped(file, shape) if file in folder.texts else None


def _written_items(folder: Folder) -> dict[str, ItemIn]:
    found = {file: folder.shaped(file, ItemIn) for file in folder.files("items")}
    if not found:
        folder.missing("items/new.yaml", "a scenario has at least one service item")
    return {file: one for file, one in found.items() if one}


def _items(draft: Draft, written: Mapping[str, ItemIn]) -> None:
    folder = draft.folder
    faulty = {folder.written(file, "code") for file in folder.files("forms")} - set(draft.forms)
    for file, one in written.items():
        # A faulty form has had its problems told; that it is unusable here is no news.
        if not _is_first(folder, file, one.code, draft.item_files) or one.form in faulty:
            continue
        item = build_item(folder, file, one, draft.forms)
        if item:
            draft.items[item.code] = item


def _forms(draft: Draft, items: Mapping[str, ItemIn]) -> None:
    folder = draft.folder
    for file in folder.files("forms"):
        written = folder.shaped(file, FormIn)
        if written and _is_first(folder, file, written.code, draft.form_files):
            lives = [item.life.value for item in items.values() if item.form == written.code]
            form = build_form(folder, file, written, lives)
            draft.forms[form.code] = form
            source = build_from_certificate(folder, file, written, form)
            if source:
                draft.from_certificates[form.code] = source


def _processes(draft: Draft) -> None:
    folder = draft.folder
    for file in process_files(folder):
        code = folder.written(file, "process")
        if not _is_first(folder, file, code, draft.process_files, "process"):
            continue
        chart = build_process(folder, file, chart_schema(draft, code), draft.common.roles)
        if chart:
            draft.processes[code] = chart
    for code, item in draft.items.items():
        if item.process not in draft.process_files:
            cure = did_you_mean(item.process, draft.process_files)
            folder.note(
                draft.item_files[code], ("process",), f"unknown process '{item.process}'", cure
            )


def chart_schema(draft: Draft, process: str) -> Schema:
    """Return the facts a chart's conditions may use: those of every item handled by it."""
    users = [usage for usage in draft.usages if usage.item.process == process]
    return shared_schema(case_schema(usage.item, usage.form) for usage in users or draft.usages)


def _criteria(draft: Draft) -> None:
    draft.rules = _required(draft.folder, "rules.yaml", RulesIn) or RulesIn()
    _check_codes(draft.folder, draft.rules)
    usages = {usage.item.life: usage for usage in draft.usages}
    for group in ("acceptance", "examination"):
        written = getattr(draft.rules, group)
        setattr(draft, group, build_criteria(draft.folder, group, written, usages))


def _analysis(draft: Draft) -> None:
    written = _optional(draft.folder, ANALYSIS, AnalysisIn)
    if written is None:
        return
    usages = {usage.item.life: usage for usage in draft.usages}
    codes = [one.code for one in (*draft.rules.acceptance, *draft.rules.examination)]
    place = Place(draft.folder, draft.common, usages)
    draft.analysis = build_analysis(place, written, codes)


def _review(draft: Draft) -> None:
    draft.points = _optional(draft.folder, REVIEW, ReviewIn)
    if draft.points is None:
        return
    usages = {usage.item.life: usage for usage in draft.usages}
    codes = [one.code for one in (*draft.rules.acceptance, *draft.rules.examination)]
    told = draft.analysis.criteria.values() if draft.analysis else ()
    codes += [one.code for criteria in told for one in criteria]
    for index, one in enumerate(draft.points.kinds):
        before = [*draft.common.material_kinds, *(kind.code for kind in draft.points.kinds[:index])]
        if one.code in before:
            path, cure = ("kinds", index, "code"), "give it another code, or use that kind"
            draft.folder.note(REVIEW, path, f"there is a kind '{one.code}' already", cure)
    kinds = kinds_of(draft.material_kinds.values())
    place = ReviewPlace(draft.folder, kinds, draft.common.roles, usages)
    draft.review = replace(build_review(place, draft.points, codes), kinds=draft.material_kinds)


def _check_codes(folder: Folder, rules: RulesIn) -> None:
    seen: set[str] = set()
    for group in ("acceptance", "examination"):
        for index, one in enumerate(getattr(rules, group)):
            if one.code in seen:
                folder.note(
                    "rules.yaml",
                    (group, index, "code"),
                    f"'{one.code}' is there twice",
                    "rename one",
                )
            seen.add(one.code)


def _documents(draft: Draft) -> None:
    folder, files = draft.folder, draft.document_files
    for file in folder.files("documents"):
        written = folder.shaped(file, DocumentIn)
        if written and _is_first(folder, file, written.code, files):
            draft.documents[written.code] = written.make()


def _is_first(
    folder: Folder, file: str, code: str, files: dict[str, str], key: str = "code"
) -> bool:
    if code in files:
        folder.note(file, (key,), f"'{code}' is also the code of {files[code]}", "rename one")
        return False
    files[code] = file
    return True
