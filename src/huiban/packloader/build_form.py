# SPDX-License-Identifier: Apache-2.0
"""From a written form to the kernel's: fields, conditions, checks, what a certificate brings."""

import re
from collections.abc import Collection, Mapping
from dataclasses import replace

from huiban.kernel.form import Check, Field, Form, Section, fact_schema, lint_form, row_schema
from huiban.kernel.rule import Criterion, Rule, RuleRefused, Schema, parse
from huiban.packloader.folder import Folder
from huiban.packloader.problem import did_you_mean
from huiban.packloader.schema.form import CheckIn, FieldIn, FormIn, SectionIn
from huiban.packloader.values import FromCertificate

Path = tuple[str | int, ...]
_WORD = re.compile(r"[a-z][a-z0-9_]*")


def parsed(folder: Folder, file: str, path: Path, text: str, schema: Schema) -> Rule | None:
    """Parse one rule; a refusal is noted at its place with its cure."""
    if not text:
        return None
    try:
        return parse(text, schema)
    except RuleRefused as refused:
        if folder.doubtful.intersection(_WORD.findall(text)):
            return None
        where = f" at column {refused.column}" if refused.column > 1 else ""
        folder.note(file, path, f"{refused.message}{where}", refused.cure)
        return None


def build_form(folder: Folder, file: str, written: FormIn, lives: Collection[str]) -> Form:
    """Build a form; its locked fields are locked in `lives`, those of the items that use it."""
    locked = frozenset(written.from_certificate.locked) if written.from_certificate else frozenset()
    plain = Form(
        code=written.code,
        title=written.title,
        named_by=written.named_by,
        sections=tuple(_section(part, locked, frozenset(lives)) for part in written.sections),
        lookups=tuple(one.make() for one in written.lookups),
        removed=tuple(one.make() for one in written.removed),
    )
    schema = fact_schema(plain)
    sections = tuple(
        _with_rules(folder, file, ("sections", index), (part, plain), written.sections[index])
        for index, part in enumerate(plain.sections)
    )
    checks = [
        _check(folder, file, ("checks", index), check, schema)
        for index, check in enumerate(written.checks)
    ]
    if written.named_by and plain.field(written.named_by) is None:
        known = [one.key for one in plain.fields()]
        cure = did_you_mean(written.named_by, known)
        folder.note(file, ("named_by",), f"unknown field '{written.named_by}'", cure)
    form = replace(plain, sections=sections, checks=tuple(one for one in checks if one))
    _lint(folder, file, written, form)
    return form


def build_from_certificate(
    folder: Folder, file: str, written: FormIn, form: Form
) -> FromCertificate | None:
    """Build what the form takes from the certificate in hand; every field named must exist."""
    source = written.from_certificate
    if source is None:
        return None
    keys = [field.key for field in form.fields()]
    named: Mapping[str, Collection[str]] = {
        "attributes": source.attributes,
        "locked": source.locked,
        "editable": source.editable,
    }
    for part, fields in named.items():
        for index, key in enumerate(fields):
            if key not in keys:
                path = ("from_certificate", part, key if part == "attributes" else index)
                folder.note(file, path, f"unknown field '{key}'", did_you_mean(key, keys))
    return FromCertificate(
        kind=source.kind,
        attributes=dict(source.attributes),
        locked=source.locked,
        editable=source.editable,
    )


def _section(written: SectionIn, locked: frozenset[str], lives: frozenset[str]) -> Section:
    fields = tuple(
        _field(one, lives if one.key in locked else frozenset()) for one in written.fields
    )
    made: Section = written.make(fields=fields)
    return made


def _field(written: FieldIn, locked_in: frozenset[str]) -> Field:
    made: Field = written.make(
        required_when=None,
        show_when=None,
        columns=tuple(_field(one, frozenset()) for one in written.columns),
        locked_in=locked_in,
    )
    return made


def _with_rules(
    folder: Folder, file: str, path: Path, places: tuple[Section, Form], written: SectionIn
) -> Section:
    section, form = places
    schema = fact_schema(form)
    fields = []
    for index, (field, source) in enumerate(zip(section.fields, written.fields, strict=True)):
        place = (*path, "fields", index)
        rows = row_schema(form, field) if field.columns else schema
        columns = tuple(
            _conditions(folder, file, ((*place, "columns", at), rows), column, source.columns[at])
            for at, column in enumerate(field.columns)
        )
        whole = replace(field, columns=columns)
        fields.append(_conditions(folder, file, (place, schema), whole, source))
    return replace(section, fields=tuple(fields))


def _conditions(
    folder: Folder, file: str, where: tuple[Path, Schema], field: Field, written: FieldIn
) -> Field:
    path, schema = where
    needed = parsed(folder, file, (*path, "required_when"), written.required_when, schema)
    asked = parsed(folder, file, (*path, "show_when"), written.show_when, schema)
    return replace(field, required_when=needed, show_when=asked)


def _check(folder: Folder, file: str, path: Path, written: CheckIn, schema: Schema) -> Check | None:
    rule = parsed(folder, file, (*path, "holds"), written.holds, schema)
    if rule is None:
        return None
    criterion = Criterion(written.code, written.title, rule, written.basis, message=written.message)
    return Check(criterion, written.points_to)


def _lint(folder: Folder, file: str, written: FormIn, form: Form) -> None:
    places: dict[str, Path] = {}
    for at, section in enumerate(written.sections):
        for index, field in enumerate(section.fields):
            path: Path = ("sections", at, "fields", index)
            places.setdefault(f"{section.key}.{field.key}", path)
            places.setdefault(field.key, path)
            for row, column in enumerate(field.columns):
                places[f"{section.key}.{field.key}.{column.key}"] = (*path, "columns", row)
        places.setdefault(section.key, ("sections", at))
    for fault in lint_form(form):
        folder.note(file, places.get(fault.path, ("checks",)), fault.message, fault.cure)
