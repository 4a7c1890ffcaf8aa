# SPDX-License-Identifier: Apache-2.0
"""The form (表单) as other rooms see it: values, reading, conditions, display, schema."""

from huiban.kernel.form_model import (
    Change,
    Check,
    Field,
    FieldKind,
    FieldProblem,
    Form,
    Option,
    Reading,
    Section,
    SectionProgress,
    Values,
)

__all__ = [
    "Change",
    "Check",
    "Field",
    "FieldKind",
    "FieldProblem",
    "Form",
    "Option",
    "Reading",
    "Section",
    "SectionProgress",
    "Values",
]
