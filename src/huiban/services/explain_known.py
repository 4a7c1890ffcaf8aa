# SPDX-License-Identifier: Apache-2.0
"""What of a case must not reach a language model (外发脱敏): names, numbers, addresses, secrets."""

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from huiban.kernel import form as forms
from huiban.kernel.form import Field, FieldKind, Form
from huiban.kernel.masking_text import Known, Sort, shortened
from huiban.kernel.material_kind import FieldPattern, FieldType
from huiban.kernel.review import Evidence, Finding, Review, ReviewFact
from huiban.packloader import Scenario
from huiban.services import city
from huiban.services.facts import read_json
from huiban.services.handle import Opened
from huiban.services.party import is_person_number

_PERSON = re.compile(
    "姓名|法定代表|代表人|负责人|联系人|经办人|代理人|委托人|受托人|申请人|签字|签名|户主|户名"
    "|权利人|持证人|监护人|配偶|经理|人员$"
)
_NO_PERSON = re.compile("职务|职称|电话|号|证|意见|说明|数|情况|类别|关系|时间|日期|条件|措施")
_ADDRESS = re.compile("地址|住址|住所|坐落|地点")
_UNIT = re.compile(
    "(?:公司|厂|局|院|所|中心|合作社|事务所|学校|银行|商行|商店|门市部|经营部|工作室)$"
)
_NUMBERS = frozenset({FieldKind.PERSON_ID, FieldKind.PHONE, FieldKind.USCC})
_SHORT_KINDS = frozenset({FieldKind.NUMBER, FieldKind.MONEY, FieldKind.DATE})
_SHORTEST_SECRET = 4
_FORMATS = {"plate": Sort.PLATE, "email": Sort.MAIL}


def known_of(opened: Opened, findings: Iterable[Finding]) -> list[Known]:
    """
    List what of a case is known to be personal, the applicant first.

    The order is that of the form, so that a placeholder means the same in every question about
    the case as it was filed.
    """
    case = opened.case
    form = opened.scenario.form_of(opened.scenario.items[case.item_code])
    party = Sort.PERSON if is_person_number(case.subject_code) else Sort.UNIT
    found = [
        Known(case.subject_name, party),
        Known(case.subject_code, Sort.NUMBER, shortened(case.subject_code)),
    ]
    sorts = dict(_compared(opened.scenario))
    for path, one, value in _answers(form, read_json(case.payload)):
        found += _of_answer(one, value, sorts.get(path))
    acted = [row.actor_name for row in opened.journal if row.actor not in ("", "system")]
    found += [Known(name, Sort.PERSON) for name in dict.fromkeys(acted)]
    for finding in findings:
        found += _of_evidence(opened.scenario.review, finding.evidence)
    return found


def is_withheld(opened: Opened, fact: ReviewFact | None) -> bool:
    """Tell whether what was read for a fact may not leave at all, masked or not."""
    if fact is None:
        return False
    form = opened.scenario.form_of(opened.scenario.items[opened.case.item_code])
    field = field_against(form, fact)
    if field is not None and field.sensitive:
        return True
    told = opened.scenario.review
    read = read_as(told, fact) if told else None
    return read is not None and (read.type is FieldType.CITIZEN_ID or "出生" in read.label.zh)


def field_against(form: Form, fact: ReviewFact) -> Field | None:
    """Return the field or column of the form that a fact is held against."""
    if fact.against is None or fact.against.material:
        return None
    name, _, column = fact.against.path.partition(".")
    field = form.field(name)
    if field is None or not column:
        return field
    return next((one for one in field.columns if one.key == column), None)


def read_as(told: Review, fact: ReviewFact) -> FieldPattern | None:
    """Return how the field of a material that a fact reads is written."""
    kinds = told.kinds
    fields = (one for code in sorted(fact.kinds) if code in kinds for one in kinds[code].fields)
    return next((one for one in fields if one.name == fact.field), None)


def _compared(scenario: Scenario) -> Iterator[tuple[str, Sort]]:
    """Tell which answers are names because papers say so in a place for a name."""
    told = scenario.review
    for fact in told.facts.values() if told else ():
        sort = _sort_read(read_as(told, fact)) if told else None
        if fact.against is not None and not fact.against.material and sort is not None:
            yield fact.against.path, sort


def _sort_read(read: FieldPattern | None) -> Sort | None:
    if read is None:
        return None
    if read.type is FieldType.PERSON:
        return Sort.PERSON
    if read.type is FieldType.ORGANISATION:
        return Sort.UNIT
    return Sort.ADDRESS if _ADDRESS.search(read.label.zh) else None


def _answers(form: Form, values: Mapping[str, object]) -> Iterator[tuple[str, Field, object]]:
    """Give every answer with its path, those of tables row by row."""
    for one in form.fields():
        value = values.get(one.key)
        if one.kind is not FieldKind.TABLE:
            yield one.key, one, value
            continue
        for row in value if isinstance(value, list) else []:
            for column in one.columns if isinstance(row, Mapping) else ():
                yield f"{one.key}.{column.key}", column, row.get(column.key)


def _of_answer(one: Field, value: object, compared: Sort | None) -> Iterator[Known]:
    sort = _sort_of(one, value, compared)
    if value is None or sort is None:
        return
    shown = ""
    if one.sensitive or sort in (Sort.NUMBER, Sort.MAIL):
        shown = shortened(str(value)) if isinstance(value, str) else "****"
    for text in _writings(one, value):
        yield Known(text, sort, shown)


def _sort_of(one: Field, value: object, compared: Sort | None) -> Sort | None:
    fixed = {
        FieldKind.ADDRESS: Sort.ADDRESS,
        FieldKind.SIGNATURE: Sort.PERSON,
        **dict.fromkeys(_NUMBERS, Sort.NUMBER),
    }.get(one.kind)
    if fixed is not None:
        return fixed
    if one.kind is FieldKind.TEXT and isinstance(value, str):
        named = _FORMATS.get(one.format) or compared or _sort_named(one, value)
        if named is not None:
            return named
    return Sort.SECRET if one.sensitive else None


def _sort_named(one: Field, value: str) -> Sort | None:
    if _UNIT.search(value.strip()):
        return Sort.UNIT
    label = one.label.zh
    if _ADDRESS.search(label):
        return Sort.ADDRESS
    return Sort.PERSON if _PERSON.search(label) and not _NO_PERSON.search(label) else None


def _writings(one: Field, value: object) -> Iterator[str]:
    """Give the ways in which an answer may stand in a text."""
    if isinstance(value, Mapping):
        inner = value.get("name" if one.kind is FieldKind.SIGNATURE else "text")
        yield from [inner] if isinstance(inner, str) else []
        return
    spoken = forms.speak(one, value, "zh-hans", city.common().division_names)
    plain = str(value)
    if one.kind not in _SHORT_KINDS:
        yield from dict.fromkeys(text for text in (plain, spoken) if text)
        return
    # "3" stands everywhere and tells nothing; it leaves with no fact that is withheld.
    texts = [plain, spoken] + ([_bare(plain)] if one.kind is not FieldKind.DATE else [])
    yield from dict.fromkeys(text for text in texts if len(text) >= _SHORTEST_SECRET)


def _bare(number: str) -> str:
    return f"{Decimal(number).normalize():f}" if re.fullmatch(r"-?\d+(\.\d+)?", number) else number


def _of_evidence(told: Review | None, evidence: Iterable[Evidence]) -> Iterator[Known]:
    """Give names as papers write them: they may not be those of the form."""
    for place in evidence:
        fact = told.facts.get(place.fact) if told else None
        sort = _sort_read(read_as(told, fact)) if told and fact else None
        if sort is not None:
            yield Known(place.text, sort)
