# SPDX-License-Identifier: Apache-2.0
"""Reading the form of an act: what was typed, what it starts with, and the inputs it makes."""

from collections.abc import Mapping

from django.http import QueryDict

from huiban.kernel.process import OpenAct
from huiban.services import materials_filed
from huiban.services.desk import DeskCase
from huiban.web.desk.fields import REASONED, Typed
from huiban.web.desk.phrases import phrases_of
from huiban.web.desk.points import fact_label

_LONGEST = 4000
_MOST_POINTS = 60
_PARTS = ("about", "fault", "cure")
# What the law itself says at these acts; the officer may write more.
_BASIS = {
    "decline": "《中华人民共和国行政许可法》第三十二条第一款",
    "refuse": "《中华人民共和国行政许可法》第三十八条第二款",
}
_NEVER_TAKEN = frozenset({"csrfmiddlewaretoken", "version", "task", "row", "go", "next"})


def read(sent: QueryDict) -> Typed:
    """Read what was typed, as it was typed."""
    texts = {
        name: sent.get(name, "").replace("\x00", "")[:_LONGEST]
        for name in sent
        if name not in _NEVER_TAKEN and not name.startswith("points-")
    }
    return Typed(texts, {"to": sent.getlist("to")[:50]}, _points(sent))


def _points(sent: QueryDict) -> list[dict[str, str]]:
    places = sorted(
        {
            int(parts[1])
            for name in sent
            if len(parts := name.split("-")) == 3 and parts[0] == "points" and _is_place(parts[1])
        }
    )
    return [
        {
            part: sent.get(f"points-{place}-{part}", "").replace("\x00", "").strip()[:500]
            for part in _PARTS
        }
        for place in places[:_MOST_POINTS]
    ]


def _is_place(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 4


def change_rows(typed: Typed, order: str) -> Typed:
    """Add a line to the points, or remove one: `add`, `drop:2`."""
    points = [dict(one) for one in typed.points]
    what, _sep, place = order.partition(":")
    if what == "drop" and _is_place(place) and int(place) < len(points):
        points.pop(int(place))
    elif what == "add" and len(points) < _MOST_POINTS:
        points.append(dict.fromkeys(_PARTS, ""))
    return Typed(typed.texts, typed.several, points)


def start(found: DeskCase, act: str, sent: Mapping[str, str], language: str) -> Typed:
    """Return what the form of an act starts with: findings and missing materials are written in."""
    texts = {"reason": sent.get("reason", "")[:_LONGEST]}
    if act in _BASIS:
        texts["basis"] = "；".join([_BASIS[act], *_failed_basis(found)])
    if act == "refuse" and not texts["reason"]:
        texts["reason"] = "\n".join(_failures(found, language))
    elif act == "request_correction" and not texts["reason"]:
        texts["reason"] = phrases_of(act)[0]
    points: list[dict[str, str]] = []
    if act == "request_correction":
        points = [*_missing(found), *_failing(found, sent.get("add", ""), language)]
    return Typed(texts, {}, points or [dict.fromkeys(_PARTS, "")])


def _failed_basis(found: DeskCase) -> list[str]:
    findings = found.points.findings if found.points else ()
    return list(dict.fromkeys(one.basis for one in findings if one.verdict == "fail"))


def _failures(found: DeskCase, language: str) -> list[str]:
    findings = found.points.findings if found.points else ()
    return [str(one.message or one.title) for one in findings if one.verdict == "fail"]


def _missing(found: DeskCase) -> list[dict[str, str]]:
    lines = materials_filed.of_case(found.page.scenario, found.page.whole.case)
    return [
        {"about": one.name.zh, "fault": "没有提交", "cure": one.accept_standard.zh or "请补交"}
        for one in (line.material for line in lines if line.is_lacking)
    ]


def _failing(found: DeskCase, added: str, language: str) -> list[dict[str, str]]:
    """Write the findings that fail, and the one asked for; missing materials are lines already."""
    judgments = (found.points, found.checked.judgment if found.checked else None)
    findings = [one for judgment in judgments if judgment for one in judgment.findings]
    lines = []
    for one in findings:
        if one.code == "materials_complete":
            continue
        if one.verdict == "fail":
            lines.append({"about": one.title.zh, "fault": one.message.zh or "不符合", "cure": ""})
        elif one.code == added:
            lacking = "、".join(
                fact_label(found.page.form, name, "zh-hans") for name in one.missing
            )
            fault = f"申请表没有写明：{lacking}" if lacking else "不能确认是否符合"
            lines.append({"about": one.title.zh, "fault": fault, "cure": "请补充说明"})
    return lines


def inputs(act: str, offer: OpenAct | None, typed: Typed) -> dict[str, object]:
    """Make the inputs of an act from what was typed; what was left empty is left out."""
    found: dict[str, object] = {}
    names = {"reason", "basis", "document"} | {one.name for one in (offer.inputs if offer else ())}
    for name in sorted(names - {"to"}):
        text = typed.texts.get(name, "").strip()
        if text:
            found[name] = text
    if typed.several.get("to"):
        found["to"] = [_asked(one) for one in typed.several["to"]]
    if act == "request_correction":
        points = [dict(one) for one in typed.points if one["about"] or one["fault"]]
        if points:
            found["points"] = points
    return found


def _asked(text: str) -> dict[str, str]:
    kind, _sep, rest = text.partition(":")
    if kind == "role":
        department, _sep, role = rest.partition(":")
        return {"department": department, "role": role}
    return {"holder": rest}


def lacking(act: str, found: Mapping[str, object]) -> list[str]:
    """Name what the law asks of an act beyond what the process asks."""
    needed = [name for name in ("reason",) if act in REASONED]
    needed += ["basis"] if act in ("refuse", "decline") else []
    needed += ["points"] if act == "request_correction" else []
    return [name for name in needed if not found.get(name)]
