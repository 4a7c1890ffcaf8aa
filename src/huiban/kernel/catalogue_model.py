# SPDX-License-Identifier: Apache-2.0
"""What a service item (政务服务事项) is, element by element of GB/T 39046-2020."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from huiban.kernel.automatic_terms import Automatic
from huiban.kernel.clock import Limit
from huiban.kernel.rule import Rule
from huiban.kernel.words import Words

NOTHING = Words("")


class Life(StrEnum):
    """Where in the life of a permit the item stands (新办、变更、延续、注销)."""

    NEW = "new"
    MODIFY = "modify"
    RENEW = "renew"
    CANCEL = "cancel"


class CaseKind(StrEnum):
    """办件类型 (A.6): decided on the spot, or within a committed limit."""

    IMMEDIATE = "immediate"
    PROMISED = "promised"
    OTHER = "other"


class ReviewKind(StrEnum):
    """审查类型: examined and decided at once (即审即办), or accepted first (前审后批)."""

    AT_ONCE = "at_once"
    STAGED = "staged"


class Level(StrEnum):
    """行使层级 (A.2)."""

    STATE = "state"
    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    TOWN = "town"
    VILLAGE = "village"
    SHARED = "shared"


class Nature(StrEnum):
    """实施主体性质 (A.3): statutory organ, empowered or commissioned organization."""

    STATUTORY = "statutory"
    EMPOWERED = "empowered"
    COMMISSIONED = "commissioned"
    OTHER = "other"


class ServiceObject(StrEnum):
    """服务对象 (A.4)."""

    PERSON = "person"
    ENTERPRISE = "enterprise"
    INSTITUTION = "institution"
    SOCIAL_ORGANIZATION = "social_organization"
    AUTHORITY = "authority"
    OTHER = "other"


class Channel(StrEnum):
    """办理形式 (A.5); the kiosk has no code there and takes the extension 5."""

    WINDOW = "window"
    WEB = "web"
    MOBILE = "mobile"
    POST = "post"
    KIOSK = "kiosk"
    OTHER = "other"


class Reach(StrEnum):
    """通办范围: how far away the item may be applied for."""

    LOCAL = "local"
    NATION = "nation"
    PROVINCES = "provinces"
    CITIES = "cities"
    COUNTIES = "counties"


class Need(StrEnum):
    """Whether a material is always needed, under a condition, or may follow later (容缺后补)."""

    REQUIRED = "required"
    CONDITIONAL = "conditional"
    DEFERRABLE = "deferrable"


class MaterialForm(StrEnum):
    """材料形式."""

    PAPER = "paper"
    ELECTRONIC = "electronic"
    EITHER = "either"


class SourceKind(StrEnum):
    """来源渠道: made by the applicant, issued by the government, or by someone else."""

    APPLICANT = "applicant"
    GOVERNMENT = "government"
    OTHER = "other"


class ResultKind(StrEnum):
    """结果类型: a certificate (出证), a document (出文), or the case closed (审批办结)."""

    CERTIFICATE = "certificate"
    DOCUMENT = "document"
    CLOSURE = "closure"


class SpecialKind(StrEnum):
    """特别程序种类 (A.7): an extension, or time that is not counted (许可法第四十五条)."""

    EXTENSION = "extension"
    EXCLUDED = "excluded"


@dataclass(frozen=True, slots=True)
class Authority:
    """实施主体 with its 统一社会信用代码."""

    name: Words = NOTHING
    uscc: str = ""
    nature: Nature = Nature.STATUTORY


@dataclass(frozen=True, slots=True)
class Basis:
    """设定依据."""

    law: str
    article: str = ""
    text: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of 办理流程; `stage` is receive, accept, examine, decide, close or deliver."""

    name: Words
    stage: str = ""
    role: Words = NOTHING
    limit: Limit | None = None
    standard: Words = NOTHING
    result: Words = NOTHING


@dataclass(frozen=True, slots=True)
class Charge:
    """One 收费项目 with its standard."""

    name: Words
    standard: Words
    amount_yuan: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Fee:
    """收费; an item without one is free."""

    basis: tuple[Basis, ...] = ()
    charges: tuple[Charge, ...] = ()
    waiver: Words = NOTHING


@dataclass(frozen=True, slots=True)
class Result:
    """办理结果; `certificate` is the certificate kind issued."""

    name: Words
    kind: ResultKind
    certificate: str = ""
    sample: str = ""
    validity: Words = NOTHING


@dataclass(frozen=True, slots=True)
class Place:
    """办理地点与时间."""

    name: Words
    address: Words
    hours: Words = NOTHING
    phone: str = ""
    division: str = ""
    lon: str = ""
    lat: str = ""
    transit: Words = NOTHING


@dataclass(frozen=True, slots=True)
class Faq:
    """常见问题."""

    question: Words
    answer: Words


@dataclass(frozen=True, slots=True)
class Remedy:
    """救济途径: administrative reconsideration (行政复议) or litigation (行政诉讼)."""

    name: Words
    body: Words
    within: Words = NOTHING
    address: Words = NOTHING
    phone: str = ""
    basis: str = ""


@dataclass(frozen=True, slots=True)
class SpecialProcedure:
    """特别程序 the item may use."""

    name: Words
    kind: SpecialKind
    limit: Limit | None = None
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Theme:
    """服务主题分类 of persons or legal persons."""

    code: str
    name: Words
    audience: ServiceObject


@dataclass(frozen=True, slots=True)
class Commitment:
    """
    A promise in writing (告知承诺) that may stand in for a material; checked after the decision.

    `check_within` counts from the decision. 国办发〔2020〕42号: whoever broke one may make none.
    """

    text: Words
    basis: str
    check_within: Limit


@dataclass(frozen=True, kw_only=True)
class Material:
    """One 申请材料."""

    code: str
    name: Words
    need: Need = Need.REQUIRED
    when: Rule | None = None
    """When a CONDITIONAL material is needed, over the form's facts."""
    form: MaterialForm = MaterialForm.ELECTRONIC
    originals: int = 0
    copies: int = 0
    source: SourceKind = SourceKind.APPLICANT
    issuer: Words = NOTHING
    issued_within: Words = NOTHING
    """出具时间要求."""
    place: Words = NOTHING
    """材料办理地点."""
    hint: Words = NOTHING
    """材料办理说明 and 填报须知."""
    use_note: Words = NOTHING
    """材料使用说明."""
    accept_standard: Words = NOTHING
    """受理标准."""
    basis: str = ""
    accept: tuple[str, ...] = ("application/pdf", "image/*")
    max_bytes: int = 20 * 1024 * 1024
    max_files: int = 1
    sample: str = ""
    """示例样表: path of a filled-in example."""
    blank: str = ""
    """空白表格: path of an empty form."""
    waived_by: tuple[str, ...] = ()
    """Certificate kinds that make it unnecessary to hand it in (免提交)."""
    replaced_by: tuple[str, ...] = ()
    """Data resources whose answer, found and fresh, makes it unnecessary (数据共享免提交)."""
    commitment: Commitment | None = None
    """The promise that the applicant may choose to make instead of handing it in."""
    supply_within: Limit | None = None
    """How long after acceptance a deferrable material may follow (容缺后补)."""


@dataclass(frozen=True, kw_only=True)
class Item:
    """One service item (政务服务事项) in one life, as its guide (办事指南) tells it."""

    code: str
    name: Words
    """事项名称."""
    life: Life = Life.NEW
    version: str = "1"
    basic_code: str = ""
    """基本编码, 12."""
    task_code: str = ""
    """实施编码, 31."""
    handle_code: str = ""
    """业务办理项编码, 33."""
    local_catalog_code: str = ""
    local_task_code: str = ""
    item_kind: str = "01"
    """事项类型 (A.1)."""
    basis: tuple[Basis, ...] = ()
    """设定依据."""
    authority: Authority = Authority()
    """实施主体."""
    joint_authorities: tuple[Authority, ...] = ()
    """共同实施部门."""
    undertaker: Authority | None = None
    """承办机构."""
    level: Level = Level.CITY
    powers: Words = NOTHING
    """权限划分."""
    exercised: tuple[Words, ...] = ()
    """行使内容."""
    divisions: tuple[str, ...] = ()
    """行政管辖."""
    reach: Reach = Reach.LOCAL
    """通办范围."""
    service_objects: tuple[ServiceObject, ...] = ()
    themes: tuple[Theme, ...] = ()
    audience: Words = NOTHING
    """Who this is for, in people's words."""
    aliases: tuple[str, ...] = ()
    """Other and colloquial names people search for."""
    case_kind: CaseKind = CaseKind.PROMISED
    review_kind: ReviewKind = ReviewKind.STAGED
    statutory: Limit | None = None
    """法定办结时限."""
    statutory_note: Words = NOTHING
    committed: Limit | None = None
    """承诺办结时限."""
    committed_note: Words = NOTHING
    conditions: tuple[Words, ...] = ()
    """受理条件."""
    steps: tuple[Step, ...] = ()
    """办理流程."""
    special_procedures: tuple[SpecialProcedure, ...] = ()
    materials: tuple[Material, ...] = ()
    fee: Fee | None = None
    intermediaries: Words = NOTHING
    """中介服务."""
    quantity_limit: Words = NOTHING
    """数量限制."""
    results: tuple[Result, ...] = ()
    channels: tuple[Channel, ...] = ()
    visits: int = 0
    """到办事现场次数."""
    visit_reason: Words = NOTHING
    """必须现场办理原因."""
    online_depth: int = 4
    """网办深度, 1 to 4 (全程网办)."""
    online_address: str = ""
    """网办地址."""
    system_level: Level | None = None
    """运行系统层级."""
    is_bookable: bool = False
    """是否支持预约办理."""
    takes_online_payment: bool = False
    """是否支持网上支付."""
    delivers: bool = False
    """是否支持物流快递."""
    is_paper_only: bool = False
    """Not to be done electronically (电子签名法第三条)."""
    allows_commitment: bool = False
    """告知承诺."""
    places: tuple[Place, ...] = ()
    consult_phone: str = ""
    """咨询电话."""
    consult_note: Words = NOTHING
    """咨询方式."""
    complaint_phone: str = ""
    """监督电话."""
    faqs: tuple[Faq, ...] = ()
    remedies: tuple[Remedy, ...] = ()
    effective_on: date | None = None
    cancelled_on: date | None = None
    form: str = ""
    process: str = ""
    automatic: Automatic | None = None
    """自动审批, where it is declared lawful; never taken over from another item."""


@dataclass(frozen=True, slots=True)
class ItemFault:
    """One thing wrong with an item (事项质量问题): where, what, and the cure."""

    code: str
    field: str
    message: str
    cure: str
