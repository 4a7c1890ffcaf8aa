# SPDX-License-Identifier: Apache-2.0
"""Every document (文书) has its template, and the template names only data that is given."""

import re
from collections.abc import Iterator

from huiban.kernel.document import GROUPS
from huiban.packloader.build_scenario import Draft, templates_of
from huiban.packloader.problem import did_you_mean
from huiban.packloader.values import DocumentKind

_USED = re.compile(r"\bdata\.([a-z_]+)")
_IMPORT = re.compile(r'#(?:import|include)\s+"([^"]+)"')
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_SERIAL = re.compile(r"\{serial(:\d+)?\}")


def check(draft: Draft) -> None:
    """Check every document against its template, and that something issues it."""
    templates = templates_of(draft.folder.texts, draft.common)
    for code, document in draft.documents.items():
        file = draft.document_files[code]
        for index, group in enumerate(document.data):
            if group not in GROUPS:
                message = f"unknown data '{group}'"
                draft.folder.note(file, ("data", index), message, did_you_mean(group, GROUPS))
        for path, message, cure in _faults(document, templates):
            draft.folder.note(file, path, message, cure)


def _faults(
    document: DocumentKind, templates: dict[str, str]
) -> Iterator[tuple[tuple[str, ...], str, str]]:
    if document.number and not _SERIAL.search(document.number.pattern):
        yield ("number", "pattern"), "no {serial}: two documents would share a number", "add it"
    text = templates.get(document.template)
    if text is None:
        cure = did_you_mean(document.template, templates)
        yield ("template",), f"no template '{document.template}'", cure
        return
    for target in _IMPORT.findall(_COMMENT.sub("", text)):
        if target != "/huiban.typ" and _resolved(document.template, target) not in templates:
            cure = did_you_mean(target.lstrip("/"), templates)
            yield ("template",), f"the template takes '{target}', which does not exist", cure
    for group in sorted(set(_USED.findall(_COMMENT.sub("", text)))):
        if group not in document.data:
            message = f"the template uses data.{group}, which is not given"
            yield ("data",), message, f"add '{group}'"


def _resolved(template: str, target: str) -> str:
    if target.startswith("/"):
        return target.lstrip("/")
    parts = template.split("/")[:-1]
    for step in target.split("/"):
        parts = parts[:-1] if step == ".." else [*parts, step]
    return "/".join(parts)
