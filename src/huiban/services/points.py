# SPDX-License-Identifier: Apache-2.0
"""Which criteria count at a case's stage (审查要点), and that a failing one is not passed over."""

from collections.abc import Iterable, Mapping
from datetime import date

from huiban.kernel.catalogue import Item
from huiban.kernel.rule import Criterion, Judgment, Verdict, judge
from huiban.kernel.words import Words
from huiban.packloader import Scenario
from huiban.services.refusal import FieldFault

_BEFORE_ACCEPTANCE = frozenset({"submitted", "correction", "declined"})
# Acts that carry a case on although the points may say otherwise.
_WEIGHED = frozenset({"accept", "pass", "grant"})


def criteria_at(scenario: Scenario, item: Item, stage: str) -> tuple[Criterion, ...]:
    """Return the criteria of acceptance before it, those of the examination afterwards."""
    groups = scenario.acceptance if stage in _BEFORE_ACCEPTANCE else scenario.examination
    return groups.get(item.life, ())


def judged(
    criteria: tuple[Criterion, ...], facts: Mapping[str, object], day: date
) -> Judgment | None:
    return judge(criteria, facts, day) if criteria else None


def goes_on_unsaid(act: str, reason: object) -> bool:
    """Tell whether an act carries a case on without a word."""
    return act in _WEIGHED and not (isinstance(reason, str) and reason.strip())


def demand_reason(judgments: Iterable[Judgment | None], titles: Iterable[Words] = ()) -> None:
    """
    Let nobody pass over a failing criterion without saying why; points decide nothing.

    `titles` are those of failing points over materials that no officer settled otherwise.

    :raises FieldFault: naming the criteria, if one fails.
    """
    findings = [one for judgment in judgments if judgment for one in judgment.findings]
    failing = [one.title for one in findings if one.verdict is Verdict.FAIL] + list(titles)
    if failing:
        raise FieldFault(
            "reason",
            Words(
                f"有 {len(failing)} 条要点不符（{'；'.join(one.zh for one in failing)}），"
                "仍要办理的，请在意见里写明理由",
                f"{len(failing)} criteria fail ({'; '.join(one.speak('en') for one in failing)}); "
                "to go on all the same, give the reason",
            ),
        )
