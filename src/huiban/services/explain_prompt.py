# SPDX-License-Identifier: Apache-2.0
"""What a language model is told of a case (提示词): our instructions, masked data beside them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from huiban.kernel import form as forms
from huiban.kernel.form import FieldKind
from huiban.kernel.masking_text import mask
from huiban.kernel.review import Evidence, Finding, Gap, ReviewFact, Severity
from huiban.kernel.rule import Verdict
from huiban.kernel.words import Words
from huiban.services import city
from huiban.services.explain_known import field_against, is_withheld, known_of
from huiban.services.facts import read_json
from huiban.services.handle import Opened
from huiban.services.refusal import NotOpen

MOST_PLACES = 8
LONGEST = 300
"""Characters of one text that are sent; cut once it is masked: no half of a number stays."""
_LONGEST_READ = 20_000
MOST_DATA = 12_000
"""Characters of all findings together; those for which there is no room are only counted."""
PATIENCE_S = 1.5
"""What takes longer is looked at again; nobody's page and no thread of the server waits for it."""
_WITHHELD = "（这一项的内容不外发）"


class Task(StrEnum):
    """What a model is asked for; stored, so these words never change."""

    FINDING = "finding"
    OPINION = "opinion"


class Audience(StrEnum):
    """Whom an explanation is written for."""

    APPLICANT = "applicant"
    EXAMINER = "examiner"


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom the answer is for, in which language, and how many seconds they wait for it."""

    audience: Audience = Audience.EXAMINER
    language: str = "zh-hans"
    patience_s: float = PATIENCE_S


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is sent: instructions and data without personal data; `places` restores names."""

    instructions: str
    data: object
    places: Mapping[str, str]


_FILES: Mapping[Task, str] = {
    Task.FINDING: "prompts/explain_finding.zh.md",
    Task.OPINION: "prompts/draft_opinion.zh.md",
}
_AUDIENCES = {Audience.APPLICANT: "申请人", Audience.EXAMINER: "审查人员"}
_VERDICTS = {Verdict.PASS: "没有发现问题", Verdict.FAIL: "提示不符", Verdict.UNKNOWN: "不能判断"}
_SEVERITIES = {
    Severity.MUST: "法律法规要求",
    Severity.SHOULD: "通常要求",
    Severity.NOTE: "提醒",
}
_GAPS: Mapping[Gap, str] = {
    Gap.NO_FILE: "没有上传这份材料",
    Gap.OTHER_KIND: "上传的文件认不出是这种材料",
    Gap.NOT_READ: "材料里没有读到",
    Gap.UNSURE: "读到了，但是读不准",
    Gap.UNCLEAR: "有的页面看不清",
    Gap.SEVERAL: "几个文件写的不一样",
    Gap.OTHER_UNIT: "写的单位不能换算",
    Gap.NOT_FILLED: "申请表里没有填",
}


def of_finding(opened: Opened, finding: Finding, reader: Reader) -> Prompt:
    """Write the question that explains one finding."""
    data = {
        "事项": _item(opened),
        "写给": _AUDIENCES[reader.audience],
        "用什么语言回答": _language(reader),
        "要点": _told(opened, finding),
    }
    return _prompt(Task.FINDING, opened, data, [finding])


def of_opinion(opened: Opened, findings: Sequence[Finding], reader: Reader) -> Prompt:
    """Write the question that drafts an opinion: what was found first, as far as there is room."""
    order = {Verdict.FAIL: 0, Verdict.UNKNOWN: 1, Verdict.PASS: 2}
    listed, room = [], MOST_DATA
    for finding in sorted(findings, key=lambda one: order[one.verdict]):
        told = _told(opened, finding) if finding.verdict is not Verdict.PASS else _brief(finding)
        room -= len(json.dumps(_cut(told), ensure_ascii=False))
        if room < 0:
            break
        listed.append(told)
    data = {
        "事项": _item(opened),
        "用什么语言回答": _language(reader),
        "要点": listed,
        "没有列出的要点数": len(findings) - len(listed),
    }
    return _prompt(Task.OPINION, opened, data, findings)


def _prompt(
    task: Task, opened: Opened, data: Mapping[str, object], findings: Iterable[Finding]
) -> Prompt:
    masked = mask(data, known_of(opened, findings))
    return Prompt(_instructions(task), _cut(masked.data), masked.places)


def _cut(data: object) -> object:
    if isinstance(data, str):
        return data[:LONGEST]
    if isinstance(data, Mapping):
        return {key: _cut(one) for key, one in data.items()}
    return [_cut(one) for one in data] if isinstance(data, list) else data


def _instructions(task: Task) -> str:
    text = city.common().texts.get(_FILES[task], "").strip()
    if not text:
        file = f"packs/common/{_FILES[task]}"
        raise NotOpen(
            Words(f"缺少提示词文件 {file}，请放回", f"The prompt {file} is missing; put it back"),
            "prompt_missing",
        )
    return text


def _item(opened: Opened) -> str:
    return opened.scenario.items[opened.case.item_code].name.zh


def _language(reader: Reader) -> str:
    return "English" if reader.language.startswith("en") else "中文"


def _brief(finding: Finding) -> dict[str, object]:
    return {"名称": finding.point.title.zh, "规则结论": _VERDICTS[finding.verdict]}


def _told(opened: Opened, finding: Finding) -> dict[str, object]:
    point = finding.point
    return {
        **_brief(finding),
        "分量": _SEVERITIES[point.severity],
        "依据": point.basis,
        "给申请人的固定说明": point.applicant.zh,
        "给审查人员的固定说明": point.officer.zh,
        "缺少的事实": [
            {"事实": label, "原因": _GAPS[finding.gaps[name]] if name in finding.gaps else "不知道"}
            for name in finding.missing
            if (label := _label(opened, name))
        ],
        "材料里读到的": [_quoted(opened, one) for one in finding.evidence[:MOST_PLACES]],
    }


def _label(opened: Opened, name: str) -> str:
    fact = _fact(opened, name)
    if fact is not None and fact.label is not None:
        return fact.label.zh
    field = opened.scenario.form_of(opened.scenario.items[opened.case.item_code]).field(name)
    return field.label.zh if field is not None else ""


def _fact(opened: Opened, name: str) -> ReviewFact | None:
    told = opened.scenario.review
    return told.facts.get(name) if told else None


def _quoted(opened: Opened, place: Evidence) -> dict[str, object]:
    fact = _fact(opened, place.fact)
    is_secret = is_withheld(opened, fact)
    found: dict[str, object] = {
        "材料": _material(opened, place.material),
        "第几个文件": place.file,
        "第几页": place.page,
        "事实": _label(opened, place.fact),
        "原文": _WITHHELD if is_secret else place.text[:_LONGEST_READ],
    }
    filed = "" if is_secret or fact is None else _filed(opened, fact)
    return {**found, "申请表里填的": filed} if filed else found


def _material(opened: Opened, code: str) -> str:
    materials = opened.scenario.items[opened.case.item_code].materials
    return next((one.name.zh for one in materials if one.code == code), "")


def _filed(opened: Opened, fact: ReviewFact) -> str:
    """Say what stands in the form, where one answer is what the paper is held against."""
    form = opened.scenario.form_of(opened.scenario.items[opened.case.item_code])
    field = field_against(form, fact)
    if field is None or fact.against is None or "." in fact.against.path:
        return ""
    value = read_json(opened.case.payload).get(field.key)
    if field.kind is FieldKind.TABLE or value is None:
        return ""
    return forms.speak(field, value, "zh-hans", city.common().division_names)[:_LONGEST_READ]
