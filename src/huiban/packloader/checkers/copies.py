# SPDX-License-Identifier: Apache-2.0
"""No pack carries its own copy of a shared vocabulary, nor the same options twice."""

from collections.abc import Iterator

from huiban.kernel.form import Field, FieldKind
from huiban.packloader.build_scenario import Draft

_FEW = 3  # so few labels may agree by chance
Place = tuple[str, tuple[str | int, ...]]


def check(draft: Draft) -> None:
    """Check every list of options against the shared names and the other lists of the pack."""
    shared = _shared(draft)
    seen: dict[tuple[str, ...], Place] = {}
    for (file, path), field in _choices(draft):
        labels = tuple(option.label.zh for option in field.options)
        for name, known in shared.items():
            if len(labels) > _FEW and known.issuperset(labels):
                message = f"'{field.key}' is a copy of the shared {name}"
                draft.folder.note(file, (*path, "options"), message, _CURES[name])
        first = seen.setdefault(labels, (file, path))
        if len(labels) > _FEW and first != (file, path):
            message = f"'{field.key}' repeats the options of {first[0]}"
            draft.folder.note(file, (*path, "options"), message, "write `like` and `use: key`")


_CURES = {
    "divisions": "write `kind: division`",
    "departments": "refer to common/departments.yaml",
    "certificate kinds": "refer to common/certificates.yaml",
    "roles": "refer to common/roles.yaml",
}


def _shared(draft: Draft) -> dict[str, set[str]]:
    common = draft.common
    return {
        "divisions": {one.name.zh for one in common.divisions.values()},
        "departments": {one.name.zh for one in common.departments.values()},
        "certificate kinds": {one.name.zh for one in common.certificates.values()},
        "roles": {one.title.zh for one in common.roles.values()},
    }


def _choices(draft: Draft) -> Iterator[tuple[Place, Field]]:
    """Yield every choice that its file writes out itself, with its place."""
    for code, form in draft.forms.items():
        file = draft.form_files[code]
        for at, section in enumerate(form.sections):
            for index, field in enumerate(section.fields):
                path = ("sections", at, "fields", index)
                if field.kind is FieldKind.CHOICE and not draft.folder.takes(file, path, "options"):
                    yield (file, path), field
