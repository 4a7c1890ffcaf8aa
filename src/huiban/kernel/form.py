# SPDX-License-Identifier: Apache-2.0
"""The form (表单) as other rooms see it: values, reading, conditions, display, schema."""

from huiban.kernel.form_compound import digest_of
from huiban.kernel.form_conditions import applicable, shown
from huiban.kernel.form_context import Context
from huiban.kernel.form_facts import fact_schema, facts, row_schema
from huiban.kernel.form_file import accepts, speak_kinds, speak_size
from huiban.kernel.form_flat import from_flat, to_flat
from huiban.kernel.form_lint import FormFault, lint_form
from huiban.kernel.form_model import (
    Change,
    Check,
    Field,
    FieldKind,
    FieldProblem,
    Form,
    Lock,
    Lookup,
    Option,
    Reading,
    Section,
    SectionProgress,
    Values,
)
from huiban.kernel.form_progress import diff, progress
from huiban.kernel.form_read import merge, read, read_in, stamp
from huiban.kernel.form_schema import json_schema
from huiban.kernel.form_speak import Speech, speak, speak_as, speak_rows
from huiban.kernel.form_text import FORMATS
from huiban.kernel.money import capital_yuan, grouped_yuan

__all__ = [
    "FORMATS",
    "Change",
    "Check",
    "Context",
    "Field",
    "FieldKind",
    "FieldProblem",
    "Form",
    "FormFault",
    "Lock",
    "Lookup",
    "Option",
    "Reading",
    "Section",
    "SectionProgress",
    "Speech",
    "Values",
    "accepts",
    "applicable",
    "capital_yuan",
    "diff",
    "digest_of",
    "fact_schema",
    "facts",
    "from_flat",
    "grouped_yuan",
    "json_schema",
    "lint_form",
    "merge",
    "progress",
    "read",
    "read_in",
    "row_schema",
    "shown",
    "speak",
    "speak_as",
    "speak_kinds",
    "speak_rows",
    "speak_size",
    "stamp",
    "to_flat",
]
