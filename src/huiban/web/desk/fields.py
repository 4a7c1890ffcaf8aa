# SPDX-License-Identifier: Apache-2.0
"""What the form of an act asks (办理表单): reason, basis, people, states, causes, points."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from huiban.kernel.process import OpenAct, Wanted
from huiban.services import city, desk
from huiban.services.desk import DeskCase
from huiban.store.models import Account
from huiban.web.desk.speech import department_words, item_words, role_words
from huiban.web.visit import Context, Visit

_HANDLING = ("window", "examiner", "leader", "archivist")
_ADMINS = ("admin_system", "admin_security", "admin_audit")
MOST_PEOPLE = 200


@dataclass(frozen=True, slots=True)
class Ask:
    """One question of an act's form; `kind` names its template."""

    name: str
    label: str
    kind: str
    value: object = ""
    choices: tuple[tuple[str, str], ...] = ()
    groups: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    is_required: bool = False
    hint: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed so far; `points` are the lines of a notice of correction."""

    texts: Mapping[str, str]
    several: Mapping[str, Sequence[str]]
    points: Sequence[Mapping[str, str]]


def asks(
    visit: Visit, found: DeskCase, act: OpenAct, typed: Typed, missing: Sequence[str] = ()
) -> list[Context]:
    """Return the questions of an act in the order they are asked."""
    return [
        {"ask": one, "template": f"desk/ask_{one.kind}.html", "id": f"act-{one.name}"}
        for one in _asks(visit, found, act, typed, frozenset(missing))
    ]


def _asks(
    visit: Visit, found: DeskCase, act: OpenAct, typed: Typed, missing: frozenset[str]
) -> Iterator[Ask]:
    for wanted in act.inputs:
        yield _wanted(visit, found, act, wanted, (typed, missing))
    if act.needs_document:
        yield Ask(
            "document", _("文书（名称和文号）"), "text", typed.texts.get("document", ""),
            is_required=True, hint=_("例如：特别程序告知书 青审特〔2026〕12号"),
            problem=_problem("document", missing),
        )  # fmt: skip
    if act.name == "request_correction":
        yield Ask(
            "points", _("需要补正的内容（只告知这一次，请一次写全）"), "points", typed.points,
            is_required=True, problem=_problem("points", missing),
        )  # fmt: skip
    yield _reason(act, typed, missing)
    if act.name in ("refuse", "decline"):
        yield Ask(
            "basis", _("法律依据"), "area", typed.texts.get("basis", ""), is_required=True,
            hint=_("会写进决定书；多条用“；”隔开"), problem=_problem("basis", missing),
        )  # fmt: skip


def _reason(act: OpenAct, typed: Typed, missing: frozenset[str]) -> Ask:
    is_required = act.needs_reason or act.name in REASONED
    label = _("理由") if is_required and act.name != "reply" else _("意见")
    return Ask(
        "reason", label, "area", typed.texts.get("reason", ""), is_required=is_required,
        hint=_REASON_HINTS.get(act.name, lambda: "")(), problem=_problem("reason", missing),
    )  # fmt: skip


REASONED = frozenset({"refuse", "decline", "request_correction"})
_REASON_HINTS = {
    "refuse": lambda: _("会原样写进《不予许可决定书》，一行一条；申请人据此复议或者诉讼"),
    "decline": lambda: _("会原样写进《不予受理决定书》，一行一条"),
    "request_correction": lambda: _("会写在《补正告知书》的开头"),
    "reply": lambda: _("会送给审批部门，记入办理日志"),
    "supervise": lambda: _("承办人会看到，并记入办理日志"),
}


def _problem(name: str, missing: frozenset[str]) -> str:
    return _("这一项要填") if name in missing else ""


def _wanted(
    visit: Visit, found: DeskCase, act: OpenAct, wanted: Wanted, state: tuple[Typed, frozenset[str]]
) -> Ask:
    typed, missing = state
    if wanted.name == "to":
        value: object = tuple(typed.several.get("to", ()))
    else:
        value = typed.texts.get(wanted.name, "")
    ask = Ask(
        wanted.name, wanted.label.speak(visit.language), "text", value,
        is_required=wanted.is_required, problem=_problem(wanted.name, missing),
        hint=_HINTS.get(wanted.name, lambda: "")(),
    )  # fmt: skip
    if wanted.name == "to":
        return replace(ask, kind="people", groups=_consultees(visit))
    if wanted.name == "to_holder":
        choices = _colleagues(visit, found, act)
        hint = "" if choices else _("本部门没有别的人担任这个岗位，请联系安全管理员")
        return replace(ask, kind="select", choices=choices, hint=hint)
    return _among(ask, _choices(wanted, visit.language))


def _choices(wanted: Wanted, language: str) -> tuple[tuple[str, str], ...]:
    if wanted.name == "item":
        return tuple((code, item_words(code, language)) for code in city.items())
    return tuple((code, words.speak(language)) for code, words in wanted.choices)


def _among(ask: Ask, choices: tuple[tuple[str, str], ...]) -> Ask:
    """Let one be chosen: few side by side, many from a list, the only one already chosen."""
    if not choices:
        return ask
    value = choices[0][0] if len(choices) == 1 and not ask.value else ask.value
    kind = "select" if len(choices) > 8 else "radio"
    return replace(ask, kind=kind, choices=choices, value=value)


_HINTS = {
    "to": lambda: _("可以选几个部门或者几个人；他们答复以前，本件在您这里等候"),
    "cause": lambda: _("只有行政许可法第四十五条列明的情形可以扣除时间"),
    "mode": lambda: _("前加签：对方同意以后您再决定；后加签：您先决定，对方同意后生效"),
    "need": lambda: _("不选就是全部答复后才能继续"),
}


def _colleagues(visit: Visit, found: DeskCase, act: OpenAct) -> tuple[tuple[str, str], ...]:
    task = found.page.standing.task(act.task)
    roles = [*_HANDLING, *visit.actor.roles]
    if act.name == "transfer" and task and task.role:
        roles = [task.role]
    people = desk.colleagues(visit.actor, roles)
    return tuple((one.number, _person(one, visit.language)) for one in people[:MOST_PEOPLE])


def _person(one: Account, language: str) -> str:
    roles = "、".join(role_words(role, language) for role in one.roles)
    return f"{one.name} · {roles}" if roles else one.name


def _consultees(
    visit: Visit,
) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Return whom one can ask for an opinion: posts of other departments, then people."""
    officers = Account.objects.filter(kind="officer", is_active=True).exclude(
        number=visit.actor.number
    )
    found: dict[str, dict[str, str]] = {}
    for one in officers.order_by("department", "name")[:MOST_PEOPLE]:
        if set(one.roles) & set(_ADMINS) or not one.department:
            continue
        group = found.setdefault(one.department, {})
        if one.department != visit.actor.department:
            for role in one.roles:
                words = _("%(role)s · 任何一位经办人") % {"role": role_words(role, visit.language)}
                group.setdefault(f"role:{one.department}:{role}", words)
        group[f"holder:{one.number}"] = _person(one, visit.language)
    return tuple(
        (department_words(code, visit.language), tuple(group.items()))
        for code, group in sorted(found.items(), key=lambda one: one[0] == visit.actor.department)
    )
