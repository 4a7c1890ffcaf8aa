# SPDX-License-Identifier: Apache-2.0
"""Prints every document (文书) of a pack once, on trial, so that no template fails on the day."""

from collections.abc import Iterator
from datetime import date, timedelta

from huiban.connectors import fonts, pdf
from huiban.kernel import document as papers
from huiban.kernel.catalogue import Item
from huiban.kernel.document_form import Answers
from huiban.kernel.identifier import make_verification_code
from huiban.kernel.process import Chart
from huiban.packloader import DocumentKind, Scenario
from huiban.packloader.build_scenario import Draft, scenario_of
from huiban.packloader.example import gather
from huiban.packloader.example_application import Application, agreed, sampled
from huiban.packloader.problem import Problem

_FORM = "application_form"
_CERTIFICATE = "certificate"
_ARCHIVE = "archive"
_OUTCOMES = {
    "grant": papers.Outcome.GRANTED,
    "refuse": papers.Outcome.REFUSED,
    "decline": papers.Outcome.DECLINED,
    "extend": papers.Outcome.EXTENDED,
}
_SUBJECT = "91370202MA3N0000X1"


def check(draft: Draft) -> None:
    """Print the documents of a pack that can be built, and note where a template fails."""
    scenario = scenario_of(draft)
    if scenario is None:
        return
    issued = {item.code: dict(_issued(scenario, item)) for item in scenario.items.values()}
    spare = set(scenario.documents) - {code for one in issued.values() for _, code in one}
    for item in scenario.items.values():
        answers, day = _answers(draft, scenario, item)
        kinds = issued[item.code] | {("", code): scenario.documents[code] for code in spare}
        for (act, _), kind in kinds.items():
            try:
                made = _print(scenario, kind, _facts(item, act, kind, answers, day), day)
                _places_lacking(draft, kind, {one.name for one in made.places})
            except pdf.TemplateRefused as fault:
                _note(draft, fault)
            except papers.DocumentIncomplete as fault:
                draft.folder.note(draft.document_files[kind.code], ("data",), str(fault))


def can_print() -> bool:
    """Tell whether set-up has brought the fonts that printing needs."""
    try:
        fonts.opened()
    except fonts.FontsMissing:
        return False
    return True


def _note(draft: Draft, fault: pdf.TemplateRefused) -> None:
    file = draft.folder.path(fault.file)
    if fault.file.startswith("common/"):  # it stands beside the pack, not in it
        file = file.replace(f"{draft.folder.code}/common/", "common/")
    message = f"does not print: {fault.message}"
    draft.folder.problems.append(Problem(file, max(fault.line, 1), "", message, fault.cure))


def _issued(scenario: Scenario, item: Item) -> Iterator[tuple[tuple[str, str], DocumentKind]]:
    """Yield the documents that the process of an item issues, by act and code."""
    for act, effect in _effects(scenario.chart_of(item)):
        kind = _document(scenario, item, effect)
        if kind is not None:
            yield (act, kind.code), kind


def _effects(chart: Chart) -> Iterator[tuple[str, str]]:
    for state in chart.states.values():
        for arc in state.then:
            yield from (("", effect) for effect in arc.effects)
        for event in state.on.values():
            for arc in event.arcs:
                yield from ((event.name, effect) for effect in arc.effects)
    for extension in chart.extensions.values():
        yield from (("extend", effect) for effect in extension.effects)


def _document(scenario: Scenario, item: Item, effect: str) -> DocumentKind | None:
    if effect == _CERTIFICATE:
        codes = {one.certificate for one in item.results if one.certificate}
        shown = (one for one in scenario.documents.values() if one.certificate in codes)
        return next(shown, None)
    return scenario.documents.get(_FORM if effect == _ARCHIVE else effect)


def _answers(draft: Draft, scenario: Scenario, item: Item) -> tuple[Answers, date]:
    """Return the answers of the item's first sample, or none, on the day of its example."""
    samples, placed = gather(draft.examples)
    named = next((name for name, one in samples.items() if one.item == item.code), "")
    days = [
        one.example.on or date.fromisoformat(one.example.steps[0].at[:10])
        for one in placed
        if (one.example.on or one.example.steps) and one.example.start in (named, "")
    ]
    day = days[0] if days else date(2026, 1, 5)
    form = scenario.form_of(item)
    divisions = draft.common.division_names
    values: dict[str, object] = {}
    if named:
        typed = agreed(form, sampled(samples[named], samples))
        values = Application(item, form, typed, set(), divisions).reading(day).values
    return Answers(form=form, values=values, as_of=day, divisions=divisions), day


def _facts(item: Item, act: str, kind: DocumentKind, answers: Answers, day: date) -> papers.Facts:
    office = papers.Office(
        name=item.authority.name.zh,
        address=item.places[0].address.zh if item.places else "",
        phone=item.consult_phone,
        complaint_phone=item.complaint_phone,
    )
    return papers.Facts(
        document=papers.Head(
            title=kind.title.zh, dated=day, number="试印〔2026〕1号", seal=kind.seal,
            signers=kind.signed_by, is_sealed=kind.seal != "none",
        ),
        case=papers.CaseFacts(
            number="0" * 43, filed_on=day, accepted_on=day, channel="电脑端网上", clerk="张三"
        ),
        item=item,
        applicant=papers.Party(name="青岛试印有限公司", number=_SUBJECT, representative="张三"),
        authority=office,
        materials=tuple(papers.Handed(name=one.name.zh, count=1) for one in item.materials),
        clocks=(
            papers.ClockLine(title="法定办结时限", limit=item.statutory, due_on=day),
        ) if item.statutory else (),
        points=(papers.Point(about="申请表", fault="没有写明", cure="请写明"),),
        decision=papers.Decision(
            outcome=_OUTCOMES.get(act, papers.Outcome.GRANTED), reasons=("试印",),
            basis=("试印法第一条",), extension=item.statutory,
        ),
        certificate=papers.CertificateFacts(
            name=kind.title.zh, number="试印第1号", valid_from=day,
            valid_until=day + timedelta(days=90), ends_on=day,
        ),
        answers=answers,
        verification=papers.Verification(code=make_verification_code(1), url=_VERIFY),
    )  # fmt: skip


_VERIFY = "https://example.cn/verify/"


def _places_lacking(draft: Draft, kind: DocumentKind, places: set[str]) -> None:
    """Note the signatures and the seal that the template leaves no room for."""
    wanted = {"signed_by": kind.signed_by, "seal": ("seal",) if kind.seal != "none" else ()}
    for key, names in wanted.items():
        for name in names:
            if name not in places:
                draft.folder.note(
                    draft.document_files[kind.code],
                    (key,),
                    f"the template leaves no room for {name!r}; use signature-line, seal-place or "
                    f"signing-place({name!r}, …) of common/documents/style.typ",
                )


def _print(scenario: Scenario, kind: DocumentKind, facts: papers.Facts, day: date) -> pdf.Rendered:
    about = pdf.About(title=kind.title.zh, dated=day, author=facts.authority.name,
                      verify_url=_VERIFY if kind.certificate else "", is_sample=True)  # fmt: skip
    data = papers.compose(kind.data, facts)
    return pdf.render(scenario.templates, kind.template, data, about, with_places=True)
