# SPDX-License-Identifier: Apache-2.0
"""The elements of an item (GB/T 39046-2020 事项要素): names, lengths, codes, place in the item."""

from collections.abc import Mapping, Sequence
from typing import Any

from huiban.kernel.automatic_terms import Automatic
from huiban.kernel.catalogue_model import (
    Authority,
    Basis,
    CaseKind,
    Channel,
    Charge,
    Commitment,
    Faq,
    Fee,
    Item,
    Level,
    Life,
    Material,
    MaterialForm,
    Nature,
    Need,
    Place,
    Reach,
    Remedy,
    Result,
    ResultKind,
    ReviewKind,
    ServiceObject,
    SourceKind,
    SpecialKind,
    SpecialProcedure,
    Step,
    Theme,
)
from huiban.kernel.catalogue_record import (
    AMOUNT,
    COUNT,
    DAY,
    FLAG,
    TEXT,
    WORDS,
    Codec,
    Column,
    Group,
    Json,
    Record,
    coded,
    listed,
    nested,
    one,
    optional,
)
from huiban.kernel.clock import Limit, Unit
from huiban.kernel.rule import Schema, parse

LEVEL_CODES: Mapping[Level, str] = dict(zip(Level, "1234567", strict=True))
_NATURES = dict(zip(Nature, "1239", strict=True))
_OBJECTS = dict(zip(ServiceObject, "123456", strict=True))
_CHANNELS = dict(zip(Channel, "123459", strict=True))
_CASE_KINDS = dict(zip(CaseKind, "129", strict=True))
_SPECIALS = dict(zip(SpecialKind, "12", strict=True))
# Not in the standard's code sets: the codes the exchange tables of platforms were seen to use.
_REACHES = dict(zip(Reach, "01234", strict=True))
_LIVES = dict(zip(Life, ("新办", "变更", "延续", "注销"), strict=True))
_REVIEWS = dict(zip(ReviewKind, ("即审即办", "前审后批"), strict=True))
_NEEDS = dict(zip(Need, "012", strict=True))
_FORMS = dict(zip(MaterialForm, "123", strict=True))
_SOURCES = dict(zip(SourceKind, "012", strict=True))
_RESULTS = dict(zip(ResultKind, ("出证", "出文", "审批办结"), strict=True))
_UNITS = {
    Unit.WORK_DAY: "工作日",
    Unit.CALENDAR_DAY: "自然日",
    Unit.WORK_HOUR: "工作小时",
    Unit.CONTINUOUS_HOUR: "小时",
}
_UNIT_CODES = {name: unit for unit, name in _UNITS.items()}


def _limit(attribute: str, column: Column) -> Group:
    """A limit fills two elements: the number, and its unit."""
    unit = Column(f"{column.zh}单位", f"{column.en}_unit", 20)
    return Group(attribute, (column, unit), _write_limit, _read_limit)


def _write_limit(limit: Limit | None, _: str) -> tuple[Json, ...]:
    return (str(limit.amount), _UNITS[limit.unit]) if limit else ("", "")


def _read_limit(parts: Sequence[Any]) -> Limit:
    amount, unit = parts
    if unit not in _UNIT_CODES:
        raise ValueError(f"单位应是 {'、'.join(_UNIT_CODES)} 之一")
    return Limit(COUNT.read(amount), _UNIT_CODES[unit])


def _rule(schema: Schema) -> Codec:
    return optional(Codec(lambda rule, _: rule.text, lambda text: parse(TEXT.read(text), schema)))


_AUTHORITY = Record(
    Authority,
    (
        one("name", Column("名称", "name", 100), WORDS),
        one("uscc", Column("统一社会信用代码", "uscc", 18), TEXT),
        one("nature", Column("性质", "nature", 1), coded(_NATURES)),
    ),
)
_BASIS = Record(
    Basis,
    (
        one("law", Column("法律法规名称", "law"), TEXT),
        one("article", Column("条款", "article"), TEXT),
        one("text", Column("内容", "text"), TEXT),
        one("link", Column("链接", "link"), TEXT),
    ),
)
_STEP = Record(
    Step,
    (
        one("name", Column("环节名称", "name", 100), WORDS),
        one("stage", Column("环节代码", "stage", 20), TEXT),
        one("role", Column("办理人员", "role", 100), WORDS),
        _limit("limit", Column("办理时限", "limit", 20)),
        one("standard", Column("审查标准", "standard"), WORDS),
        one("result", Column("办理结果", "result"), WORDS),
    ),
)
_CHARGE = Record(
    Charge,
    (
        one("name", Column("收费项目名称", "name", 200), WORDS),
        one("standard", Column("收费标准", "standard"), WORDS),
        one("amount_yuan", Column("收费金额", "amount_yuan", 17), AMOUNT),
    ),
)
_FEE = Record(
    Fee,
    (
        one("basis", Column("收费依据", "basis"), listed(nested(_BASIS))),
        one("charges", Column("收费项目", "charges"), listed(nested(_CHARGE))),
        one("waiver", Column("减免说明", "waiver"), WORDS),
    ),
)
_RESULT = Record(
    Result,
    (
        one("name", Column("结果名称", "name", 100), WORDS),
        one("kind", Column("结果类型", "kind"), coded(_RESULTS)),
        one("certificate", Column("证照类型代码", "certificate"), TEXT),
        one("sample", Column("结果样本", "sample"), TEXT),
        one("validity", Column("有效期限", "validity"), WORDS),
    ),
)
_PLACE = Record(
    Place,
    (
        one("name", Column("地点名称", "name", 100), WORDS),
        one("address", Column("办理地点", "address", 100), WORDS),
        one("hours", Column("办理时间", "hours", 150), WORDS),
        one("phone", Column("电话", "phone", 18), TEXT),
        one("division", Column("行政区划", "division", 12), TEXT),
        one("lon", Column("经度", "lon"), TEXT),
        one("lat", Column("纬度", "lat"), TEXT),
        one("transit", Column("交通指引", "transit"), WORDS),
    ),
)
_FAQ = Record(
    Faq,
    (
        one("question", Column("问题", "question", 1000), WORDS),
        one("answer", Column("解答", "answer", 1000), WORDS),
    ),
)
_REMEDY = Record(
    Remedy,
    (
        one("name", Column("救济途径", "name", 100), WORDS),
        one("body", Column("受理机关", "body", 100), WORDS),
        one("within", Column("期限", "within", 200), WORDS),
        one("address", Column("地址", "address", 200), WORDS),
        one("phone", Column("电话", "phone", 18), TEXT),
        one("basis", Column("依据", "basis"), TEXT),
    ),
)
_SPECIAL = Record(
    SpecialProcedure,
    (
        one("name", Column("特别程序种类名称", "name", 100), WORDS),
        one("kind", Column("特别程序种类代码", "kind", 1), coded(_SPECIALS)),
        _limit("limit", Column("特别程序时限", "limit", 20)),
        one("basis", Column("特别程序依据", "basis"), TEXT),
    ),
)
_THEME = Record(
    Theme,
    (
        one("code", Column("主题代码", "code", 10), TEXT),
        one("name", Column("主题名称", "name", 100), WORDS),
        one("audience", Column("主题对象", "audience", 1), coded(_OBJECTS)),
    ),
)

_COMMITMENT = Record(
    Commitment,
    (
        one("text", Column("承诺内容", "text"), WORDS),
        one("basis", Column("承诺依据", "basis"), TEXT),
        _limit("check_within", Column("事后核查时限", "check_within", 20)),
    ),
)

_AUTOMATIC = Record(
    Automatic,
    (
        one("basis", Column("自动审批依据", "basis"), TEXT),
        one("sampled", Column("抽样人工审查比例", "sampled", 10), AMOUNT),
        one("looks", Column("复核岗位", "looks", 60), TEXT),
        one("approved_on", Column("批准日期", "approved_on", 8), DAY),
        one("approved_by", Column("批准机关", "approved_by", 200), TEXT),
    ),
)


def material_record(schema: Schema) -> Record:
    """Return the elements of a material; its condition is read over the facts of a form."""
    return Record(
        Material,
        (
            one("code", Column("材料编码", "code", 50), TEXT),
            one("name", Column("材料名称", "name", 200), WORDS),
            one("need", Column("材料必要性", "need", 1), coded(_NEEDS)),
            one("when", Column("适用条件", "when"), _rule(schema)),
            one("form", Column("材料形式", "form", 1), coded(_FORMS)),
            one("originals", Column("原件份数", "originals", 2), COUNT),
            one("copies", Column("复印件份数", "copies", 2), COUNT),
            one("source", Column("来源渠道", "source", 1), coded(_SOURCES)),
            one("issuer", Column("出具机构", "issuer", 200), WORDS),
            one("issued_within", Column("出具时间要求", "issued_within", 200), WORDS),
            one("place", Column("材料办理地点", "place", 200), WORDS),
            one("hint", Column("材料办理说明", "hint", 500), WORDS),
            one("use_note", Column("材料使用说明", "use_note", 500), WORDS),
            one("accept_standard", Column("受理标准", "accept_standard"), WORDS),
            one("basis", Column("依据", "basis"), TEXT),
            one("accept", Column("电子文件格式", "accept"), listed(TEXT)),
            one("max_bytes", Column("电子文件大小上限", "max_bytes"), COUNT),
            one("max_files", Column("电子文件数量上限", "max_files", 3), COUNT),
            one("sample", Column("示例样表", "sample"), TEXT),
            one("blank", Column("空白表格", "blank"), TEXT),
            one("waived_by", Column("免提交证照类型", "waived_by"), listed(TEXT)),
            one("replaced_by", Column("免提交数据资源", "replaced_by"), listed(TEXT)),
            one("commitment", Column("告知承诺", "commitment"), optional(nested(_COMMITMENT))),
            _limit("supply_within", Column("容缺补交时限", "supply_within", 20)),
        ),
    )


def item_record(schema: Schema) -> Record:
    """Return the elements of an item, in the order of the standard."""
    return Record(Item, (*_IDENTITY, *_HANDLING, *_SERVICE, _materials(schema), *_OURS))


def _materials(schema: Schema) -> Group:
    return one(
        "materials", Column("申请材料", "materials"), listed(nested(material_record(schema)))
    )


_IDENTITY = (
    one("name", Column("事项名称", "item_name", 200), WORDS),
    one("basic_code", Column("基本编码", "basic_code", 12), TEXT),
    one("task_code", Column("实施编码", "task_code", 31), TEXT),
    one("handle_code", Column("业务办理项编码", "handle_code", 33), TEXT),
    one("item_kind", Column("事项类型代码", "item_kind", 2), TEXT),
    one("version", Column("事项版本", "version", 20), TEXT),
    one("life", Column("业务办理类型", "life"), coded(_LIVES)),
    one("basis", Column("设定依据", "basis", 1000), listed(nested(_BASIS))),
    one("level", Column("行使层级", "level", 1), coded(LEVEL_CODES)),
    one("powers", Column("权限划分", "powers", 1000), WORDS),
    one("exercised", Column("行使内容", "exercised"), listed(WORDS)),
    one("authority", Column("实施主体", "authority"), nested(_AUTHORITY)),
    one(
        "joint_authorities",
        Column("共同实施部门", "joint_authorities"),
        listed(nested(_AUTHORITY)),
    ),
    one("undertaker", Column("承办机构", "undertaker"), optional(nested(_AUTHORITY))),
    one("divisions", Column("行政管辖", "divisions"), listed(TEXT)),
)
_HANDLING = (
    one("case_kind", Column("办件类型", "case_kind", 1), coded(_CASE_KINDS)),
    one("review_kind", Column("审查类型", "review_kind"), coded(_REVIEWS)),
    _limit("statutory", Column("法定办结时限", "statutory", 20)),
    one("statutory_note", Column("法定办结时限说明", "statutory_note", 500), WORDS),
    _limit("committed", Column("承诺办结时限", "committed", 20)),
    one("committed_note", Column("承诺办结时限说明", "committed_note", 500), WORDS),
    one("conditions", Column("受理条件", "conditions"), listed(WORDS)),
    one("steps", Column("办理流程", "steps"), listed(nested(_STEP))),
    one("special_procedures", Column("特别程序", "special_procedures"), listed(nested(_SPECIAL))),
    one("intermediaries", Column("中介服务", "intermediaries", 2000), WORDS),
    one("quantity_limit", Column("数量限制", "quantity_limit", 200), WORDS),
    one("results", Column("办理结果", "results"), listed(nested(_RESULT))),
    one("fee", Column("收费", "fee"), optional(nested(_FEE))),
)
_SERVICE = (
    one("reach", Column("通办范围", "reach", 1), coded(_REACHES)),
    one("service_objects", Column("服务对象", "service_objects"), listed(coded(_OBJECTS))),
    one("themes", Column("服务主题", "themes"), listed(nested(_THEME))),
    one("channels", Column("办理形式", "channels"), listed(coded(_CHANNELS))),
    one("visits", Column("到办事现场次数", "visits", 2), COUNT),
    one("visit_reason", Column("必须现场办理原因", "visit_reason", 500), WORDS),
    one("online_depth", Column("网办深度", "online_depth", 1), COUNT),
    one("online_address", Column("网办地址", "online_address", 200), TEXT),
    one("system_level", Column("运行系统层级", "system_level", 1), optional(coded(LEVEL_CODES))),
    one("is_bookable", Column("是否支持预约办理", "is_bookable", 1), FLAG),
    one("takes_online_payment", Column("是否支持网上支付", "takes_online_payment", 1), FLAG),
    one("delivers", Column("是否支持物流快递", "delivers", 1), FLAG),
    one("allows_commitment", Column("是否告知承诺", "allows_commitment", 1), FLAG),
    one("is_paper_only", Column("是否仅限纸质办理", "is_paper_only", 1), FLAG),
    one("places", Column("办理地点与时间", "places"), listed(nested(_PLACE))),
    one("consult_note", Column("咨询方式", "consult_note", 200), WORDS),
    one("consult_phone", Column("咨询电话", "consult_phone", 18), TEXT),
    one("complaint_phone", Column("监督电话", "complaint_phone", 18), TEXT),
    one("faqs", Column("常见问题", "faqs"), listed(nested(_FAQ))),
    one("remedies", Column("救济途径", "remedies"), listed(nested(_REMEDY))),
    one("effective_on", Column("计划生效日期", "effective_on", 8), DAY),
    one("cancelled_on", Column("计划取消日期", "cancelled_on", 8), DAY),
)
_OURS = (
    one("code", Column("事项代号", "code", 100), TEXT),
    one("local_catalog_code", Column("地方基本编码", "local_catalog_code", 100), TEXT),
    one("local_task_code", Column("地方实施编码", "local_task_code", 100), TEXT),
    one("audience", Column("适用对象说明", "audience"), WORDS),
    one("aliases", Column("别名", "aliases"), listed(TEXT)),
    one("form", Column("表单代号", "form", 100), TEXT),
    one("process", Column("流程代号", "process", 100), TEXT),
    one("automatic", Column("自动审批", "automatic"), optional(nested(_AUTOMATIC))),
)
