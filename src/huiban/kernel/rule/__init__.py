# SPDX-License-Identifier: Apache-2.0
"""Rules (规则): conditions as a typed subset of SQL, one checked tree for every back end."""

from huiban.kernel.rule.kleene import closure
from huiban.kernel.rule.read import parse
from huiban.kernel.rule.script import to_json
from huiban.kernel.rule.sql import judge_sql, to_sql
from huiban.kernel.rule.tree import FactKind, FactType, Node, Rule, RuleRefused, Schema
from huiban.kernel.rule.verdict import (
    Criterion,
    FactMistyped,
    Finding,
    Judgment,
    Verdict,
    judge,
    missing,
    overall,
    reason,
)

__all__ = [
    "Criterion",
    "FactKind",
    "FactMistyped",
    "FactType",
    "Finding",
    "Judgment",
    "Node",
    "Rule",
    "RuleRefused",
    "Schema",
    "Verdict",
    "closure",
    "judge",
    "judge_sql",
    "missing",
    "overall",
    "parse",
    "reason",
    "to_json",
    "to_sql",
]
