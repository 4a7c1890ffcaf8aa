# SPDX-License-Identifier: Apache-2.0
"""Which data a document (文书) states, and whether it may be issued with what is known."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from huiban.kernel.catalogue import Basis, Item
from huiban.kernel.clock import Limit
from huiban.kernel.document_form import Answers, printed_form, public_answers
from huiban.kernel.document_words import (
    date_words,
    formal_date_words,
    law_words,
    limit_words,
    period_words,
    remedy_words,
)

Data = dict[str, object]


class Outcome(StrEnum):
    """What a document decides (结论)."""

    GRANTED = "granted"
    REFUSED = "refused"
    DECLINED = "declined"
    EXTENDED = "extended"
    CANCELLED = "cancelled"


# 行政许可法第三十二条、第三十八条: against the applicant only with reasons, basis and remedies.
_AGAINST = (Outcome.REFUSED, Outcome.DECLINED)
# 第四十二条: the reasons of an extension are told.
_REASONED = (*_AGAINST, Outcome.EXTENDED)


@dataclass(frozen=True, kw_only=True)
class Head:
    """The document itself: title, reference number (文号), date, and whose seal it bears."""

    title: str
    dated: date
    number: str = ""
    seal: str = "authority"
    signers: tuple[str, ...] = ()
    """The roles that sign electronically; empty where nothing is signed electronically."""
    is_sealed: bool = False
    """Whether an electronic seal follows; otherwise the place of a hand's seal is printed."""


@dataclass(frozen=True, kw_only=True)
class CaseFacts:
    """The case (办件); `is_deemed_accepted` when nobody asked for corrections in time."""

    number: str
    filed_on: date
    accepted_on: date | None = None
    is_deemed_accepted: bool = False
    channel: str = ""
    clerk: str = ""


@dataclass(frozen=True, kw_only=True)
class Party:
    """Who applies; `number` is the USCC or, of a person, the identity number as it may be shown."""

    name: str
    number: str
    is_person: bool = False
    representative: str = ""
    contact: str = ""
    phone: str = ""
    address: str = ""


@dataclass(frozen=True, kw_only=True)
class Office:
    """The authority that answers for the document."""

    name: str
    unit: str = ""
    address: str = ""
    phone: str = ""
    complaint_phone: str = ""


@dataclass(frozen=True, kw_only=True)
class Handed:
    """One material of the application and how it was handed in (收件情况)."""

    name: str
    form: str = "电子"
    count: int = 0
    note: str = ""
    due_on: date | None = None
    """Until when a deferred material (容缺材料) must follow."""
    promise: str = ""
    """The text of the promise (告知承诺) made in its place."""


@dataclass(frozen=True, kw_only=True)
class ClockLine:
    """One time limit the applicant is told of."""

    title: str
    limit: Limit
    due_on: date | None = None
    basis: str = ""


@dataclass(frozen=True, kw_only=True)
class Point:
    """One thing to correct (补正内容): about what, the fault, the cure."""

    about: str
    fault: str
    cure: str = ""
    basis: str = ""


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What was decided, why, and on which legal basis beyond the item's own."""

    outcome: Outcome
    reasons: tuple[str, ...] = ()
    basis: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    extension: Limit | None = None
    automatic: str = ""
    """That no officer decided it, why, and how a person looks at it (自动审批); else empty."""


@dataclass(frozen=True, kw_only=True)
class CertificateFacts:
    """The certificate (证照) the document is, grants or ends."""

    name: str
    number: str
    valid_from: date
    valid_until: date
    replaces: str = ""
    ends_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Verification:
    """Where anybody checks the document: a code to type and the address it leads to."""

    code: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Facts:
    """All a document may state; what is not known stays empty and is asked for by `compose`."""

    document: Head
    case: CaseFacts
    item: Item
    applicant: Party
    authority: Office
    materials: tuple[Handed, ...] = ()
    clocks: tuple[ClockLine, ...] = ()
    points: tuple[Point, ...] = ()
    decision: Decision | None = None
    certificate: CertificateFacts | None = None
    answers: Answers | None = None
    verification: Verification | None = None
    extra: Mapping[str, object] = field(default_factory=dict)


class DocumentIncomplete(ValueError):
    """A document must not be issued yet; `missing` names what it has to state by law."""

    def __init__(self, title: str, missing: tuple[str, ...]) -> None:
        self.missing = missing
        super().__init__(f"{title}还不能出具，缺少：{'、'.join(missing)}。补齐后再办理。")


def compose(groups: Iterable[str], facts: Facts) -> Data:
    """
    Give the data a template is set from: one entry for each group it names, all text in Chinese.

    :raises DocumentIncomplete: if a group is not known, or a document against the applicant
        lacks its reasons, basis or remedies (行政许可法第三十八条).
    :raises ValueError: if there is no such group; `GROUPS` lists them.
    """
    wanted = tuple(groups)
    unknown = [name for name in wanted if name not in GROUPS]
    if unknown:
        raise ValueError(f"no data group {', '.join(unknown)} (known: {', '.join(GROUPS)})")
    missing = tuple(_missing(wanted, facts))
    if missing:
        raise DocumentIncomplete(facts.document.title, missing)
    return {name: GROUPS[name](facts) for name in wanted}


def _missing(wanted: tuple[str, ...], facts: Facts) -> Iterable[str]:
    for name in wanted:
        if name in _NAMES and not getattr(facts, "answers" if name == "form" else name):
            yield _NAMES[name]
    if facts.decision and "decision" in wanted:
        yield from _unsaid(facts.decision, facts.item)


def _unsaid(decision: Decision, item: Item) -> Iterable[str]:
    """This function will name what the law wants said with a decision and is not."""
    if decision.outcome in _REASONED and not any(one.strip() for one in decision.reasons):
        yield "理由"
    if decision.outcome not in _AGAINST:
        return
    if not decision.basis and not item.basis:
        yield "法律依据"
    if not item.remedies:
        yield "申请行政复议、提起行政诉讼的权利"


_NAMES = {
    "points": "需要补正的内容",
    "decision": "决定",
    "certificate": "证照编号和有效期",
    "form": "申请表",
    "answers": "申请表",
    "verification": "核验码",
}


def _document(facts: Facts) -> Data:
    head = facts.document
    return {
        "title": head.title,
        "number": head.number,
        "date": date_words(head.dated),
        "formal_date": formal_date_words(head.dated),
        "seal": head.seal,
        "signers": list(head.signers),
        "is_sealed": head.is_sealed,
    }


def _case(facts: Facts) -> Data:
    case = facts.case
    return {
        "number": case.number,
        "filed": date_words(case.filed_on),
        "accepted": date_words(case.accepted_on) if case.accepted_on else "",
        "is_deemed_accepted": case.is_deemed_accepted,
        "channel": case.channel,
        "clerk": case.clerk,
    }


def _item(facts: Facts) -> Data:
    item = facts.item
    return {
        "name": item.name.zh,
        "code": item.code,
        "life": str(item.life),
        "basis": [_law(one) for one in item.basis],
        "statutory": limit_words(item.statutory) if item.statutory else "",
        "committed": limit_words(item.committed) if item.committed else "",
        "is_free": item.fee is None,
    }


def _law(basis: Basis) -> Data:
    return {"law": law_words(basis.law), "article": basis.article, "text": basis.text}


def _applicant(facts: Facts) -> Data:
    party = facts.applicant
    return {
        "name": party.name,
        "number": party.number,
        "number_label": "身份证件号码" if party.is_person else "统一社会信用代码",
        "you": "你" if party.is_person else "你单位",
        "representative": party.representative,
    }


def _contact(facts: Facts) -> Data:
    # Apart from the applicant, because a certificate goes from hand to hand with its data in it.
    party = facts.applicant
    return {"name": party.contact, "phone": party.phone, "address": party.address}


def _authority(facts: Facts) -> Data:
    office = facts.authority
    return {
        "name": office.name,
        "unit": office.unit,
        "address": office.address,
        "phone": office.phone,
        "complaint_phone": office.complaint_phone,
    }


def _materials(facts: Facts) -> list[Data]:
    return [
        {
            "name": one.name,
            "form": one.form,
            "count": one.count,
            "note": one.note,
            "due": date_words(one.due_on) if one.due_on else "",
            "promise": one.promise,
        }
        for one in facts.materials
    ]


def _clocks(facts: Facts) -> list[Data]:
    return [
        {
            "title": one.title,
            "limit": limit_words(one.limit),
            "due": date_words(one.due_on) if one.due_on else "",
            "basis": one.basis,
        }
        for one in facts.clocks
    ]


def _points(facts: Facts) -> list[Data]:
    return [
        {"about": one.about, "fault": one.fault, "cure": one.cure, "basis": one.basis}
        for one in facts.points
    ]


def _decision(facts: Facts) -> Data | None:
    decision = facts.decision
    if decision is None:
        return None
    return {
        "outcome": str(decision.outcome),
        "reasons": [one.strip() for one in decision.reasons if one.strip()],
        "basis": list(decision.basis),
        "conditions": list(decision.conditions),
        "extension": limit_words(decision.extension) if decision.extension else "",
        "automatic": decision.automatic,
    }


def _certificate(facts: Facts) -> Data | None:
    found = facts.certificate
    if found is None:
        return None
    return {
        "name": found.name,
        "number": found.number,
        "valid_from": date_words(found.valid_from),
        "valid_until": date_words(found.valid_until),
        "validity": period_words(found.valid_from, found.valid_until),
        "replaces": found.replaces,
        "ends": date_words(found.ends_on) if found.ends_on else "",
    }


def _form(facts: Facts) -> Data | None:
    return printed_form(facts.answers) if facts.answers else None


def _answers(facts: Facts) -> Data | None:
    return public_answers(facts.answers) if facts.answers else None


def _remedies(facts: Facts) -> Data:
    return remedy_words(facts.item.remedies)


def _verification(facts: Facts) -> Data | None:
    found = facts.verification
    return {"code": found.code, "url": found.url} if found else None


def _extra(facts: Facts) -> Data:
    return dict(facts.extra)


GROUPS: Mapping[str, Callable[[Facts], object]] = {
    "document": _document,
    "case": _case,
    "item": _item,
    "applicant": _applicant,
    "contact": _contact,
    "authority": _authority,
    "materials": _materials,
    "clocks": _clocks,
    "points": _points,
    "decision": _decision,
    "certificate": _certificate,
    "form": _form,
    "answers": _answers,
    "remedies": _remedies,
    "verification": _verification,
    "extra": _extra,
}
"""The groups a document may name under `data`, each with what gives it."""
