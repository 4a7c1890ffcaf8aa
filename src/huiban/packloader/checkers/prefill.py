# SPDX-License-Identifier: Apache-2.0
"""Everything a form fills in has a source that exists, may be asked, and can be asked."""

from collections.abc import Iterator

from huiban.kernel.form import Field, FieldKind, Form, Lookup, fact_schema
from huiban.kernel.lookup import IDENTITY, bound, is_per_row, lookup_for
from huiban.packloader.build_scenario import Draft
from huiban.packloader.checkers.references import CERTIFICATE_ATTRIBUTES, Path, known
from huiban.packloader.problem import did_you_mean
from huiban.packloader.quality import Level
from huiban.packloader.values import Source

_HISTORY, _COMPUTED, _SHARED = "history", "computed", "shared"
_CERTIFICATE = "certificate"


def check(draft: Draft) -> None:
    """Check the sources of every field, and every lookup of every form."""
    for code, form in draft.forms.items():
        for path, table, field in _fields(form):
            for part, names in (("prefill", field.prefill), ("check", field.check)):
                for index, name in enumerate(names):
                    _source(draft, code, (*path, part, index), (form, table), name)
        used = bound(form)
        for index, lookup in enumerate(form.lookups):
            # A form like another takes over its lookups; those that fill nothing here ask nothing.
            if lookup.source in used:
                _lookup(draft, code, ("lookups", index), form, lookup)


def _fields(form: Form) -> Iterator[tuple[Path, str, Field]]:
    for at, section in enumerate(form.sections):
        for index, field in enumerate(section.fields):
            path: Path = ("sections", at, "fields", index)
            yield path, "", field
            for row, column in enumerate(field.columns):
                yield (*path, "columns", row), field.key, column


def _source(draft: Draft, code: str, path: Path, where: tuple[Form, str], name: str) -> None:
    form, table = where
    place = (draft.form_files[code], path)
    name, _, content = name.partition(".")
    content = content or "(nothing)"
    sources = draft.common.sources
    if name == _COMPUTED:
        known(draft, place, content, fact_schema(form), "fact of this form")
    elif name == _HISTORY:
        known(draft, place, content, [one.key for one in form.fields()], "field of this form")
    elif name == _CERTIFICATE and "." in content:
        _held(draft, place, *content.split(".", 1))
    elif name not in sources:
        known(draft, place, name, [*sources, _COMPUTED], "source")
    else:
        known(draft, place, content, sources[name].gives, f"content of {name}")
        if sources[name].kind == _SHARED and lookup_for(form, name, table) is None:
            what = f"for table '{table}'" if table else "for the form"
            message = f"no lookup asks '{name}' {what}"
            cure = "add it to lookups: {source, by, from}" + (" with rows" if table else "")
            draft.folder.note(*place, message, cure)


def _held(draft: Draft, place: tuple[str, Path], kind: str, content: str) -> None:
    """Check `certificate.<kind>.<content>`; what a form of another pack asks is not known here."""
    issued = [one.code for one in draft.common.certificates.values() if one.issued_here]
    known(draft, place, kind, issued, "certificate kind issued here")
    own = [
        field.key
        for item in draft.items.values()
        if any(one.certificate == kind for one in item.results) and item.form in draft.forms
        for field in draft.forms[item.form].fields()
    ]
    if own:
        contents = [*own, *CERTIFICATE_ATTRIBUTES]
        known(draft, place, content, contents, f"content of certificate '{kind}'")


def _lookup(draft: Draft, code: str, path: Path, form: Form, lookup: Lookup) -> None:
    file, folder = draft.form_files[code], draft.folder
    source = draft.common.sources.get(lookup.source)
    if source is None or source.kind != _SHARED:
        resources = [one.code for one in draft.common.sources.values() if one.kind == _SHARED]
        known(draft, (file, (*path, "source")), lookup.source, resources, "data resource")
        return
    known(draft, (file, (*path, "by")), lookup.by, source.keys, f"lookup key of {source.code}")
    # A pack that is only a draft has yet to agree with providers; meanwhile it is asked nothing.
    is_draft = draft.quality is not None and draft.quality.level is Level.DRAFT
    if draft.pack and draft.pack.code not in source.purposes and not is_draft:
        message = f"'{source.code}' may not be asked for '{draft.pack.code}'"
        folder.note(file, (*path, "source"), message, "agree with its provider, add the purpose")
    _start(draft, (file, (*path, "from")), form, lookup)
    if lookup.rows:
        tables = [one.key for one in form.fields() if one.kind is FieldKind.TABLE]
        known(draft, (file, (*path, "rows")), lookup.rows, tables, "table of this form")
        if is_per_row(form, lookup):
            folder.note(file, (*path, "rows"), "asks for each row and fills rows too", "keep one")


def _start(draft: Draft, place: tuple[str, Path], form: Form, lookup: Lookup) -> None:
    name, dot, rest = lookup.start.partition(".")
    field = form.field(name)
    if name == IDENTITY:
        known(draft, place, rest or "(nothing)", draft.common.sources[IDENTITY].gives, "identity")
    elif not dot:
        known(draft, place, name, [one.key for one in form.fields()], "field of this form")
    elif field is not None:
        columns = [one.key for one in field.columns]
        known(draft, place, rest, columns, f"column of table '{name}'")
    else:
        _after(draft, place, form, lookup)


def _after(draft: Draft, place: tuple[str, Path], form: Form, lookup: Lookup) -> None:
    """A key taken from another register: that one is looked up too, and does not wait for us."""
    name, _, rest = lookup.start.partition(".")
    source: Source | None = draft.common.sources.get(name)
    before = [one.source for one in form.lookups if one.source != lookup.source]
    if source is None or name not in before:
        message = f"'{name}' is neither a table nor another lookup"
        draft.folder.note(*place, message, did_you_mean(name, before))
        return
    known(draft, place, rest, source.gives, f"content of {name}")
    seen, here = {lookup.source}, name
    while here not in seen:
        seen.add(here)
        follows = lookup_for(form, here)
        here = follows.start.partition(".")[0] if follows else here
    if here == lookup.source:
        draft.folder.note(*place, "these lookups wait for one another", "start one from a field")
