# SPDX-License-Identifier: Apache-2.0
"""items/*.yaml: a service item (政务服务事项) with the elements of GB/T 39046."""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field as Described

from huiban.kernel import catalogue
from huiban.kernel.automatic_terms import Automatic
from huiban.packloader.schema.part import (
    Code,
    Count,
    Flag,
    Key,
    LimitText,
    Line,
    Maker,
    Number,
    Part,
    Sentence,
)


class AuthorityIn(Part):
    """实施主体."""

    makes: ClassVar[Maker] = catalogue.Authority
    name: Sentence
    uscc: str = ""
    nature: catalogue.Nature = catalogue.Nature.STATUTORY


class BasisIn(Part):
    """设定依据: the law, the article, and what it says."""

    makes: ClassVar[Maker] = catalogue.Basis
    law: Line
    article: str = ""
    text: str = ""
    link: str = ""


class StepIn(Part):
    """办理流程 of the guide; `stage` is receive, accept, examine, decide, close or deliver."""

    makes: ClassVar[Maker] = catalogue.Step
    name: Sentence
    stage: str = ""
    role: Sentence | None = None
    limit: LimitText | None = None
    standard: Sentence | None = None
    result: Sentence | None = None


class ChargeIn(Part):
    """收费项目."""

    makes: ClassVar[Maker] = catalogue.Charge
    name: Sentence
    standard: Sentence
    amount_yuan: Number | None = None


class FeeIn(Part):
    """收费; leave it out for a free item."""

    makes: ClassVar[Maker] = catalogue.Fee
    basis: tuple[BasisIn, ...] = ()
    charges: tuple[ChargeIn, ...] = ()
    waiver: Sentence | None = None


class ResultIn(Part):
    """办理结果; `certificate` names a kind in common/certificates.yaml."""

    makes: ClassVar[Maker] = catalogue.Result
    name: Sentence
    kind: catalogue.ResultKind
    certificate: str = ""
    sample: str = ""
    validity: Sentence | None = None


class PlaceIn(Part):
    """办理地点与时间."""

    makes: ClassVar[Maker] = catalogue.Place
    name: Sentence
    address: Sentence
    hours: Sentence | None = None
    phone: str = ""
    division: str = ""
    lon: str = ""
    lat: str = ""
    transit: Sentence | None = None


class FaqIn(Part):
    """常见问题."""

    makes: ClassVar[Maker] = catalogue.Faq
    question: Sentence
    answer: Sentence


class RemedyIn(Part):
    """救济途径."""

    makes: ClassVar[Maker] = catalogue.Remedy
    name: Sentence
    body: Sentence
    within: Sentence | None = None
    address: Sentence | None = None
    phone: str = ""
    basis: str = ""


class SpecialProcedureIn(Part):
    """特别程序."""

    makes: ClassVar[Maker] = catalogue.SpecialProcedure
    name: Sentence
    kind: catalogue.SpecialKind
    limit: LimitText | None = None
    basis: str = ""


class ThemeIn(Part):
    """服务主题."""

    makes: ClassVar[Maker] = catalogue.Theme
    code: str
    name: Sentence
    audience: catalogue.ServiceObject


class CommitmentIn(Part):
    """告知承诺: the promise that may stand in for a material; shown in full, checked later."""

    makes: ClassVar[Maker] = catalogue.Commitment
    text: Sentence
    basis: Line
    check_within: Annotated[LimitText, Described(description="counted from the decision")]


class MaterialIn(Part):
    """申请材料; `use: code` takes it from the item named by `like`."""

    makes: ClassVar[Maker] = catalogue.Material
    code: Key
    name: Sentence
    need: catalogue.Need = catalogue.Need.REQUIRED
    when: Annotated[str, Described(description="rule: when a conditional material is needed")] = ""
    form: catalogue.MaterialForm = catalogue.MaterialForm.ELECTRONIC
    originals: Count = 0
    copies: Count = 0
    source: catalogue.SourceKind = catalogue.SourceKind.APPLICANT
    issuer: Sentence | None = None
    issued_within: Sentence | None = None
    place: Sentence | None = None
    hint: Sentence | None = None
    use_note: Sentence | None = None
    accept_standard: Sentence | None = None
    basis: str = ""
    accept: tuple[str, ...] = ("application/pdf", "image/*")
    max_bytes: Count = 20 * 1024 * 1024
    max_files: Count = 1
    sample: str = ""
    blank: str = ""
    waived_by: Annotated[
        tuple[str, ...],
        Described(description="certificate kinds that make handing it in unnecessary (免提交)"),
    ] = ()
    replaced_by: Annotated[
        tuple[str, ...],
        Described(description="resources the form asks whose fresh answer replaces it (免提交)"),
    ] = ()
    commitment: CommitmentIn | None = None
    supply_within: Annotated[
        LimitText | None,
        Described(description="of a deferrable material: how long after acceptance it may follow"),
    ] = None


class AutomaticIn(Part):
    """自动审批: why the system may decide, who approved it and when, and how people keep watch."""

    makes: ClassVar[Maker] = Automatic
    basis: Annotated[str, Described(description="law or decision that lets the system decide")]
    sampled: Annotated[
        Number,
        Described(description="share that people decide instead, from 0.01 up to 1"),
    ]
    looks: Annotated[
        str, Described(description="role that looks again where an applicant asks for it")
    ]
    approved_on: Annotated[
        date | None, Described(description="in force from this day; without it people decide all")
    ] = None
    approved_by: Annotated[str, Described(description="the body that approved it")] = ""


class ItemIn(Part):
    """一个事项的一种办理情形；`like` takes every element not written here from another item."""

    makes: ClassVar[Maker] = catalogue.Item
    code: Code
    name: Sentence
    life: catalogue.Life
    version: str = "1"
    basic_code: str = ""
    task_code: str = ""
    handle_code: str = ""
    local_catalog_code: str = ""
    local_task_code: str = ""
    item_kind: str = "01"
    basis: tuple[BasisIn, ...]
    authority: AuthorityIn
    joint_authorities: tuple[AuthorityIn, ...] = ()
    undertaker: AuthorityIn | None = None
    level: catalogue.Level = catalogue.Level.CITY
    powers: Sentence | None = None
    exercised: tuple[Sentence, ...] = ()
    divisions: tuple[str, ...] = ()
    reach: catalogue.Reach = catalogue.Reach.LOCAL
    service_objects: tuple[catalogue.ServiceObject, ...]
    themes: tuple[ThemeIn, ...] = ()
    audience: Sentence
    aliases: tuple[Line, ...] = ()
    case_kind: catalogue.CaseKind = catalogue.CaseKind.PROMISED
    review_kind: catalogue.ReviewKind = catalogue.ReviewKind.STAGED
    statutory: LimitText
    statutory_note: Sentence | None = None
    committed: LimitText
    committed_note: Sentence | None = None
    conditions: tuple[Sentence, ...]
    steps: tuple[StepIn, ...]
    special_procedures: tuple[SpecialProcedureIn, ...] = ()
    materials: tuple[MaterialIn, ...]
    fee: FeeIn | None = None
    intermediaries: Sentence | None = None
    quantity_limit: Sentence | None = None
    results: tuple[ResultIn, ...]
    channels: tuple[catalogue.Channel, ...]
    visits: Count = 0
    visit_reason: Sentence | None = None
    online_depth: Count = 4
    online_address: str = ""
    system_level: catalogue.Level | None = None
    is_bookable: Flag = False
    takes_online_payment: Flag = False
    delivers: Flag = False
    is_paper_only: Flag = False
    allows_commitment: Flag = False
    places: tuple[PlaceIn, ...]
    consult_phone: str
    consult_note: Sentence | None = None
    complaint_phone: str
    faqs: tuple[FaqIn, ...] = ()
    remedies: tuple[RemedyIn, ...]
    effective_on: date | None = None
    cancelled_on: date | None = None
    form: Annotated[Key, Described(description="code of a form of this pack")]
    process: Annotated[Key, Described(description="code of a process of this pack")]
    automatic: Annotated[
        AutomaticIn | None,
        Described(description="自动审批; `like` never takes it over from another item"),
    ] = None
