# SPDX-License-Identifier: Apache-2.0
"""Automatic decision (自动审批) only where it is lawful, knowable, and people keep watch."""

from collections.abc import Iterator

from huiban.kernel.automatic_terms import LEAST_SAMPLED, Automatic
from huiban.kernel.automatic_way import way_faults
from huiban.kernel.catalogue import Item, Need
from huiban.kernel.form import Field, Form
from huiban.kernel.review import Severity
from huiban.kernel.rule import Criterion
from huiban.kernel.rule.tree import walk
from huiban.packloader.build_scenario import Draft
from huiban.packloader.problem import did_you_mean

_LOOKS = ("examiner", "leader")
"""Who may correct a decision: the roles that may end or give back a certificate."""
_KNOWS_UNKNOWN = frozenset({"is_null", "coalesce"})


def check(draft: Draft) -> None:
    """Refuse a declaration that lacks its ground, its sample, or what the system must know."""
    for code, item in draft.items.items():
        if item.automatic is None:
            continue
        file = draft.item_files[code]
        _terms(draft, file, item.automatic)
        _way(draft, file, item)
        _known(draft, file, item)


def _terms(draft: Draft, file: str, terms: Automatic) -> None:
    if not terms.basis.strip():
        cure = "name the law or decision that lets the system decide, with its article"
        draft.folder.note(file, ("automatic", "basis"), "nothing makes it lawful", cure)
    if not LEAST_SAMPLED <= terms.sampled <= 1:
        message = f"{terms.sampled} of the cases are decided by people instead"
        cure = f"write a share from {LEAST_SAMPLED} up to 1"
        draft.folder.note(file, ("automatic", "sampled"), message, cure)
    if terms.looks not in _LOOKS:
        cure = did_you_mean(terms.looks, _LOOKS) or f"write one of {', '.join(_LOOKS)}"
        message = f"'{terms.looks}' cannot correct a decision"
        draft.folder.note(file, ("automatic", "looks"), message, cure)
    if terms.approved_on and not terms.approved_by.strip():
        cure = "name the body in `approved_by`, or take `approved_on` out"
        draft.folder.note(file, ("automatic", "approved_on"), "nobody is named who approved", cure)


def _way(draft: Draft, file: str, item: Item) -> None:
    chart = draft.processes.get(item.process)
    for fault in way_faults(chart) if chart else ():
        message = f"process '{item.process}' needs people: {fault.message}"
        draft.folder.note(file, ("automatic",), message, fault.cure)


def _known(draft: Draft, file: str, item: Item) -> None:
    """Every criterion and every point the law asks for can be answered for every applicant."""
    form = draft.forms[item.form]
    groups = [draft.acceptance.get(item.life, ()), draft.examination.get(item.life, ())]
    groups.append(draft.analysis.criteria.get(item.life, ()) if draft.analysis else ())
    if not any(groups):
        cure = "write what must hold in rules.yaml"
        draft.folder.note(file, ("automatic",), "no criterion is judged for this item", cure)
    for criterion in (one for group in groups for one in group):
        for name in sorted(_open_names(criterion, form)):
            message = f"'{criterion.code}' stays unknown where '{name}' is left empty"
            cure = f"make '{name}' required in form '{form.code}', or leave this item to people"
            draft.folder.note(file, ("automatic",), message, cure)
    for code, name in _open_points(draft, item):
        message = f"point '{code}' stays unknown where '{name}' is left out"
        cure = f"make '{name}' required, or leave this item to people"
        draft.folder.note(file, ("automatic",), message, cure)


def _open_names(criterion: Criterion, form: Form) -> set[str]:
    """Name the fields of a criterion that may be left empty, and whose absence no rule knows."""
    found: set[str] = set()
    provided: set[str] = set()
    for node in walk(criterion.rule.tree):
        if node.op in _KNOWS_UNKNOWN:
            provided |= {str(one.value) for one in walk(node) if one.op == "field"}
    for name in criterion.rule.fields - provided:
        field = form.field(name)
        if field is not None and _may_be_empty(field):
            found.add(name)
    return found


def _may_be_empty(field: Field) -> bool:
    return not field.is_always_needed or field.show_when is not None


def _open_points(draft: Draft, item: Item) -> Iterator[tuple[str, str]]:
    """Name what points of the law are held against and an applicant need not give."""
    if draft.review is None:
        return
    form = draft.forms[item.form]
    later = {one.code for one in item.materials if one.need is Need.DEFERRABLE}
    for point in draft.review.points.get(item.life, ()):
        for fact in draft.review.facts_of(point) if point.severity is Severity.MUST else ():
            if fact.material in later:
                yield point.code, fact.material
            if fact.against and not fact.against.material:
                field = _field_at(form, fact.against.path)
                if field is not None and _may_be_empty(field):
                    yield point.code, fact.against.path


def _field_at(form: Form, path: str) -> Field | None:
    name, dot, column = path.partition(".")
    field = form.field(name)
    if field is None or not dot:
        return field
    return next((one for one in field.columns if one.key == column), None)
