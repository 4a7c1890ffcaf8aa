# SPDX-License-Identifier: Apache-2.0
"""Charts and people that the process tests share."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from huiban.kernel.actor import SYSTEM, Actor, ActorKind
from huiban.kernel.process import Act, Chart, Standing, Stepped, begin, compile_chart, step
from huiban.kernel.rule import FactKind, FactType

AS_OF = date(2026, 11, 23)
SCHEMA = {
    "complete": FactType(FactKind.BOOLEAN),
    "uses_road": FactType(FactKind.BOOLEAN),
    "site_area": FactType(FactKind.INTEGER),
}
FACTS: Mapping[str, object] = {"complete": True, "uses_road": True, "site_area": 500}


def officer(number: str, *roles: str, department: str = "") -> Actor:
    return Actor(number, number, ActorKind.OFFICER, frozenset(roles), department)


APPLICANT = Actor("citizen", "张三", ActorKind.PERSON, frozenset({"applicant"}))
CLERK = officer("clerk", "window")
EXAMINER = officer("examiner-1", "examiner")
EXAMINER_2 = officer("examiner-2", "examiner")
LEADER = officer("leader-1", "leader")
LEADER_2 = officer("leader-2", "leader")
TRAFFIC = officer("traffic-1", "traffic", department="traffic_police")
SUPERVISOR = officer("supervisor-1", "supervisor")
EVERYBODY = (
    APPLICANT, CLERK, EXAMINER, EXAMINER_2, LEADER, LEADER_2, TRAFFIC, SUPERVISOR, SYSTEM,
)  # fmt: skip
ROLES = frozenset({"applicant", "window", "examiner", "leader", "traffic", "supervisor", "system"})


def waste_data() -> dict[str, Any]:
    """The construction-waste chart, as a pack writes it."""
    accepted = ["examination", "consultation", "decision"]
    return {
        "process": "construction_waste",
        "title": {"zh": "城市建筑垃圾处置核准", "en": "Construction-waste disposal"},
        "roles": {"traffic": {"zh": "公安交警", "en": "Traffic police"}},
        "acts": ["retract", "suspend", "transfer", "countersign", "add_signer", "open_sub_case"],
        "clocks": {
            "acceptance": {
                "limit": "5 work_days",
                "runs_in": ["submitted"],
                "on_due": "deem_accept",
                "basis": "行政许可法第三十二条",
            },
            "correction": {
                "limit": "10 work_days",
                "runs_in": ["correction"],
                "on_due": "lapse",
                "basis": "办事指南",
            },
            "statutory": {
                "limit": "20 work_days",
                "runs_in": accepted,
                "warn_at": ["50 %", "3 work_days"],
                "on_due": "overdue",
                "basis": "行政许可法第四十二条",
                "extend": {"by": "10 work_days", "approver": "leader", "do": ["extension_notice"]},
            },
        },
        "states": {
            "submitted": {
                "role": "window",
                "on": {
                    "accept": {"to": "examination", "when": "complete", "do": "acceptance_notice"},
                    "request_correction": {
                        "to": "correction",
                        "once": True,
                        "do": ["correction_notice"],
                    },
                    "decline": {"to": "declined", "do": ["non_acceptance"]},
                    "deem_accept": "examination",
                },
            },
            "correction": {
                "role": "applicant",
                "on": {"resubmit": "submitted", "lapse": "retracted"},
            },
            "examination": {
                "role": "examiner",
                "on": [{"event": "pass", "to": "consultation"}],
            },
            "consultation": {
                "label": {"zh": "征求意见", "en": "Consultation"},
                "all_of": {
                    "traffic": {
                        "label": {"zh": "征求公安交警意见", "en": "Traffic police"},
                        "role": "traffic",
                        "department": "traffic_police",
                        "when": "uses_road",
                        "on": {"reply": "done"},
                    }
                },
                "then": "decision",
            },
            "decision": {
                "role": "leader",
                "four_eyes": "examination",
                "acts": ["send_back"],
                "on": {
                    "grant": {"to": "closed", "do": ["certificate", "archive"]},
                    "refuse": {"to": "closed", "do": ["refusal"]},
                },
            },
        },
    }


def waste_chart() -> Chart:
    return compile_chart(waste_data(), SCHEMA)


WASTE = waste_chart()


def start(chart: Chart = WASTE, facts: Mapping[str, object] = FACTS) -> Standing:
    return begin(chart, facts, AS_OF).standing


def take(
    standing: Standing,
    name: str,
    actor: Actor,
    task: str | None = None,
    chart: Chart = WASTE,
    facts: Mapping[str, object] = FACTS,
    **inputs: Any,
) -> Stepped:
    """Do one act with the inputs given and a reason where none is."""
    given = {"reason": "理由"} | inputs
    return step(chart, standing, Act(name, task, given), facts, actor, AS_OF)


def walk(*moves: tuple[str, Actor], chart: Chart = WASTE, **facts: object) -> Standing:
    """Begin a case and do these acts in turn."""
    known = {**FACTS, **facts}
    standing = start(chart, known)
    for name, actor in moves:
        standing = take(standing, name, actor, chart=chart, facts=known).standing
    return standing


EXAMINING = (("accept", CLERK),)
DECIDING = (*EXAMINING, ("pass", EXAMINER), ("reply", TRAFFIC))
