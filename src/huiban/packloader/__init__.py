# SPDX-License-Identifier: Apache-2.0
"""Strict YAML to kernel values: all problems at once, each with file, line, field and cure."""

from huiban.packloader.facts import case_facts, case_schema, is_needed, waived
from huiban.packloader.load import PackRefused, load_scenarios, load_texts
from huiban.packloader.problem import Problem
from huiban.packloader.values import (
    CertificateKind,
    Common,
    Department,
    Division,
    DocumentKind,
    FromCertificate,
    Loaded,
    Notice,
    Numbering,
    Role,
    Sample,
    Scenario,
    Seed,
    Source,
    Statistic,
    Validity,
)

__all__ = [
    "CertificateKind",
    "Common",
    "Department",
    "Division",
    "DocumentKind",
    "FromCertificate",
    "Loaded",
    "Notice",
    "Numbering",
    "PackRefused",
    "Problem",
    "Role",
    "Sample",
    "Scenario",
    "Seed",
    "Source",
    "Statistic",
    "Validity",
    "case_facts",
    "case_schema",
    "is_needed",
    "load_scenarios",
    "load_texts",
    "waived",
]
