# SPDX-License-Identifier: Apache-2.0
"""Holds all back ends of rules to one answer; `python -m tests.rule_backends.differential`."""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

from huiban.kernel.rule import Rule, RuleRefused, parse
from huiban.kernel.rule.tree import walk
from tests import postgres
from tests.rule_backends import engines
from tests.rule_backends.expressions import SCHEMA, Expressions, case

RULES_A_ROUND = 500
CASES_A_ROUND = 200


@dataclass(frozen=True)
class Round:
    """Some rules and the cases they are asked about."""

    rules: list[Rule]
    cases: list[engines.Facts]


@dataclass
class Report:
    """What a run saw: evaluations a back end, answers by letter, and every difference."""

    evaluations: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, float] = field(default_factory=dict)
    answers: Counter[str] = field(default_factory=Counter)
    operators: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)


def compare(backends: Mapping[str, engines.Engine], evaluations: int, seed: int) -> Report:
    """Compare the back ends with the closures until each has done so many evaluations."""
    report = Report()
    random = Random(seed)
    while min((report.evaluations[name] for name in backends), default=0) < evaluations:
        rules = [_rule(random, report) for _ in range(RULES_A_ROUND)]
        round_ = Round(rules, [case(random) for _ in range(CASES_A_ROUND)])
        expected = _timed("closure", engines.python, round_, report)
        report.answers.update("".join(expected))
        for name, engine in backends.items():
            _note(name, round_, expected, _timed(name, engine, round_, report), report)
    return report


def _rule(random: Random, report: Report) -> Rule:
    while True:
        try:
            rule = parse(Expressions(random).rule(), SCHEMA)
        except RuleRefused as refused:
            report.refused[refused.message] += 1
            continue
        report.operators.update({node.op for node in walk(rule.tree)})
        return rule


def _timed(name: str, engine: engines.Engine, round_: Round, report: Report) -> engines.Answers:
    began = time.perf_counter()
    answers = engine(round_.rules, round_.cases)
    report.seconds[name] = report.seconds.get(name, 0.0) + time.perf_counter() - began
    report.evaluations[name] += sum(map(len, answers))
    return answers


def _note(
    name: str, round_: Round, expected: engines.Answers, given: engines.Answers, report: Report
) -> None:
    for rule, wanted, answer in zip(round_.rules, expected, given, strict=True):
        for facts, a, b in zip(round_.cases, wanted, answer, strict=True):
            if a != b:
                used = {one: facts.get(one) for one in sorted(rule.fields)}
                report.differences.append(f"{name}: {b}, closure: {a}: {rule.text}  with {used}")


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--evaluations", type=int, default=100_000, help="for each back end")
    arguments.add_argument("--seed", type=int, default=1)
    options = arguments.parse_args()
    cluster = postgres.start()
    try:
        backends = {**EMBEDDED, "postgres": engines.in_postgres(cluster.conninfo())}
        report = compare(backends, options.evaluations, options.seed)
    finally:
        cluster.stop()
    _print(report)
    return 1 if report.differences else 0


EMBEDDED: Mapping[str, engines.Engine] = {
    "javascript": engines.javascript,
    "duckdb": engines.in_duckdb,
    "sqlite": engines.in_sqlite,
}


def _print(report: Report) -> None:
    out = sys.stdout.write
    for name, count in report.evaluations.items():
        out(f"{name:<12}{count:>10,} evaluations  {report.seconds[name]:6.1f} s\n")
    shares = ", ".join(f"{letter} {count:,}" for letter, count in sorted(report.answers.items()))
    out(f"answers     {shares}\n")
    out(f"operators   {', '.join(sorted(report.operators))}\n")
    for message, count in report.refused.most_common(5):
        out(f"refused     {count:,} texts: {message}\n")
    for difference in report.differences[:20]:
        out(f"DIFFERENT   {difference}\n")
    out(f"differences {len(report.differences)}\n")


if __name__ == "__main__":
    raise SystemExit(main())
