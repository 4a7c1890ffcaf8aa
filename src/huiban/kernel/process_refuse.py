# SPDX-License-Identifier: Apache-2.0
"""The sentences of a refusal: what is not possible, why, what is open instead and for whom."""

from collections.abc import Iterable

from huiban.kernel.process_chart import SYSTEM_ROLE, Chart, Guard, StateKind
from huiban.kernel.process_standing import ActionRefused, Standing


def open_now(chart: Chart, standing: Standing) -> tuple[str, ...]:
    """List the events open for people, each with the role that does it."""
    found: dict[str, None] = {}
    for name in standing.configuration:
        for _, event in chart.open_events[name].values():
            if event.by != SYSTEM_ROLE and not (event.once and event.name in standing.used):
                found[f"{event.label}（{chart.role_label(event.by)}）"] = None
    return tuple(found)


def where(chart: Chart, standing: Standing) -> str:
    """Name the states a case is in, as people read them."""
    names = [
        f"「{chart.label(name)}」"
        for name in standing.configuration
        if chart.states[name].kind is not StateKind.DONE
    ]
    return "、".join(names) or "「已结束」"


def refused(
    chart: Chart, standing: Standing, code: str, what: str, missing: Iterable[str] = ()
) -> ActionRefused:
    """Make a refusal that also says what is open instead."""
    acts = open_now(chart, standing)
    if standing.suspension:
        instead = "计时中止期间只能恢复办理、撤回申请或者督办。"
    else:
        instead = f"现在可以办：{'、'.join(acts)}。" if acts else "本件没有待办的环节。"
    return ActionRefused(code, f"{what}{instead}", tuple(missing), acts)


def unknown_fact(
    chart: Chart, standing: Standing, guard: Guard, known: Iterable[str]
) -> ActionRefused:
    """Name the facts without which the way on cannot be chosen."""
    missing = tuple(sorted(guard.fields - set(known))) or tuple(sorted(guard.fields))
    condition = str(guard.label) or guard.text
    what = f"还不能判断“{condition}”，缺少：{'、'.join(missing)}。请先补上，再办这一步。"
    return refused(chart, standing, "unknown_fact", what, missing)
