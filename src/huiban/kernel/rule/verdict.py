# SPDX-License-Identifier: Apache-2.0
"""Verdicts: each criterion passes, fails or stays unknown; why, by what law, who can answer."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from huiban.kernel.rule.kleene import closure, evaluator
from huiban.kernel.rule.tree import FactKind, Node, Rule, walk
from huiban.kernel.words import Words

NO_WORDS = Words("")


class Verdict(StrEnum):
    """What a criterion says; unknown goes to a person and never refuses anybody."""

    PASS = "pass"
    FAIL = "fail"
    UNKNOWN = "unknown"


class FactMistyped(TypeError):
    """A fact whose Python type is not that of its kind; comparing it could answer wrongly."""


@dataclass(frozen=True)
class Criterion:
    """One condition (条件) with its title, legal basis, and who can answer when it is unknown."""

    code: str
    title: Words
    rule: Rule
    basis: str
    asks: str = ""
    message: Words = NO_WORDS


class Finding(NamedTuple):
    """
    What one criterion said of one case.

    `missing` names only the unknown facts that kept the answer open; `facts` the known ones used.
    """

    code: str
    title: Words
    verdict: Verdict
    missing: tuple[str, ...]
    facts: Mapping[str, object]
    basis: str
    asks: str
    message: Words


@dataclass(frozen=True, slots=True)
class Judgment:
    """The verdict over all criteria (Kleene's and), with a finding for each."""

    verdict: Verdict
    findings: tuple[Finding, ...]


_TYPES: dict[FactKind, tuple[type, ...]] = {
    FactKind.TEXT: (str,),
    FactKind.CHOICE: (str,),
    FactKind.INTEGER: (int,),
    FactKind.DECIMAL: (Decimal, int),
    FactKind.DATE: (date,),
    FactKind.BOOLEAN: (bool,),
    FactKind.LIST: (list, tuple, set, frozenset),
}
_VERDICTS = {True: Verdict.PASS, False: Verdict.FAIL, None: Verdict.UNKNOWN}


def judge(criteria: Iterable[Criterion], facts: Mapping[str, object], as_of: date) -> Judgment:
    """
    This function will judge one case by all criteria.

    :raises FactMistyped: if a fact that is asked for has the wrong Python type.
    """
    findings = tuple(_finding(criterion, facts, as_of) for criterion in criteria)
    return Judgment(overall(finding.verdict for finding in findings), findings)


def overall(verdicts: Iterable[Verdict]) -> Verdict:
    """This function will join verdicts: one failure fails, one unknown keeps the rest open."""
    result = Verdict.PASS
    for verdict in verdicts:
        if verdict is Verdict.FAIL:
            return verdict
        if verdict is Verdict.UNKNOWN:
            result = verdict
    return result


def _finding(criterion: Criterion, facts: Mapping[str, object], as_of: date) -> Finding:
    rule = criterion.rule
    used = {}
    for name, kind, types in _needs(rule):
        value = facts.get(name)
        if value is not None:
            if type(value) not in types:
                check_fact(name, kind, value)
            used[name] = value
    verdict = _VERDICTS[closure(rule)(facts, as_of)]
    return Finding(
        criterion.code,
        criterion.title,
        verdict,
        missing(rule, facts, as_of) if verdict is Verdict.UNKNOWN else (),
        used,
        criterion.basis,
        criterion.asks,
        criterion.message,
    )


@lru_cache(maxsize=8192)
def _needs(rule: Rule) -> tuple[tuple[str, FactKind, frozenset[type]], ...]:
    found = {str(node.value): node.kind for node in walk(rule.tree) if node.op == "field"}
    return tuple((name, kind, frozenset(_TYPES[kind])) for name, kind in found.items())


def check_fact(name: str, kind: FactKind, value: object) -> None:
    """
    This function will refuse a value of another Python type than its kind has.

    :raises FactMistyped: naming the fact, what it holds and what is needed.
    """
    wanted = _TYPES[kind]
    is_other_kind = isinstance(value, datetime) or (
        isinstance(value, bool) and kind is not FactKind.BOOLEAN
    )
    if is_other_kind or not isinstance(value, wanted):
        names = " or ".join(one.__name__ for one in wanted)
        raise FactMistyped(
            f"fact '{name}' holds a {type(value).__name__}, its kind {kind} needs {names}"
        )


def reason(finding: Finding, labels: Mapping[str, str]) -> Words:
    """
    This function will say the finding in a sentence; `labels` names facts and offices for people.

    A failed criterion speaks its own message, if it has one.
    """
    title, english = finding.title.zh, finding.title.speak("en")
    if finding.verdict is Verdict.PASS:
        return Words(f"符合：{title}", f"Met: {english}")
    if finding.verdict is Verdict.FAIL:
        held = "，".join(
            f"{labels.get(name, name)} {_spoken(fact)}" for name, fact in finding.facts.items()
        )
        return finding.message or Words(
            f"不符合：{title}（{held}）", f"Not met: {english} ({held})"
        )
    gaps = "、".join(labels.get(name, name) for name in finding.missing) or "可用的数值"
    asks = labels.get(finding.asks, finding.asks)
    answers = (f"，由{asks}答复", f", to be answered by {asks}") if asks else ("", "")
    return Words(
        f"尚不能判断：{title}（缺少{gaps}{answers[0]}）",
        f"Not known yet: {english} (missing {gaps}{answers[1]})",
    )


def _spoken(fact: object) -> str:
    """This function will write a fact as people read it."""
    if isinstance(fact, bool):
        return "是" if fact else "否"
    if isinstance(fact, list | tuple | set | frozenset):
        return "、".join(sorted(map(str, fact)))
    return format(fact, "f") if isinstance(fact, Decimal) else str(fact)


def missing(rule: Rule, facts: Mapping[str, object], as_of: date) -> tuple[str, ...]:
    """
    This function will name the absent facts that keep the rule unknown, in the rule's order.

    A fact whose answer would change nothing is left out: in `a > 1 or b > 1` with b = 0 only a.
    """
    return tuple(dict.fromkeys(_open_facts(rule.tree, facts, as_of)))


def _open_facts(node: Node, facts: Mapping[str, object], as_of: date) -> Sequence[str]:
    if node.op == "field":
        return [str(node.value)] if facts.get(str(node.value)) is None else []
    if evaluator(node)(facts, as_of) is not None:
        return []
    return [name for arg in node.args for name in _open_facts(arg, facts, as_of)]
