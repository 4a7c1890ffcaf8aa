# SPDX-License-Identifier: Apache-2.0
"""Whatever a pack names exists: roles, departments, divisions, sources, certificates, fields."""

from collections.abc import Collection, Iterator

from huiban.kernel.measure import MEASURES
from huiban.packloader.build_scenario import Draft, templates_of
from huiban.packloader.problem import did_you_mean
from huiban.packloader.strict import Node

ENGINE_EFFECTS = ("archive", "cancel_certificate", "certificate", "push_to_oversight")
"""Effects the engine carries out itself; every other effect is a document of the pack."""
CERTIFICATE_ATTRIBUTES = ("number", "valid_from", "valid_until")

Path = tuple[str | int, ...]


def check(draft: Draft) -> None:
    """Check every name that refers to something outside its own file."""
    for part in (
        _pack,
        _items,
        _certificates,
        _processes,
        _rules,
        _documents,
        _statistics,
    ):
        part(draft)


def known(
    draft: Draft, where: tuple[str, Path], word: str, names: Collection[str], what: str
) -> None:
    """Note a word that is not among the names there are, with the one it may mean."""
    file, path = where
    if word and word not in names and word not in draft.folder.doubtful:
        draft.folder.note(file, path, f"unknown {what} '{word}'", did_you_mean(word, names))


def _pack(draft: Draft) -> None:
    if draft.pack:
        departments = draft.common.departments
        known(draft, ("pack.yaml", ("owner",)), draft.pack.owner, departments, "department")


def _items(draft: Draft) -> None:
    common = draft.common
    for code, item in draft.items.items():
        file = draft.item_files[code]
        for index, division in enumerate(item.divisions):
            known(draft, (file, ("divisions", index)), division, common.divisions, "division")
        for index, place in enumerate(item.places):
            path: Path = ("places", index, "division")
            known(draft, (file, path), place.division, common.divisions, "division")
        for index, result in enumerate(item.results):
            path = ("results", index, "certificate")
            issued = [one.code for one in common.certificates.values() if one.issued_here]
            known(draft, (file, path), result.certificate, issued, "certificate kind")
            _sample(draft, file, ("results", index, "sample"), result.sample)
        for index, material in enumerate(item.materials):
            for at, kind in enumerate(material.waived_by):
                path = ("materials", index, "waived_by", at)
                known(draft, (file, path), kind, common.certificates, "certificate kind")


def _sample(draft: Draft, file: str, path: Path, sample: str) -> None:
    files = templates_of(draft.folder.texts, draft.common)
    if sample and sample not in files:
        draft.folder.note(file, path, f"no file '{sample}'", did_you_mean(sample, files))


def _certificates(draft: Draft) -> None:
    for code, source in draft.from_certificates.items():
        file, kinds = draft.form_files[code], draft.common.certificates
        path: Path = ("from_certificate", "kind")
        known(draft, (file, path), source.kind, kinds, "certificate kind")
        for field, attribute in source.attributes.items():
            path = ("from_certificate", "attributes", field)
            known(draft, (file, path), attribute, CERTIFICATE_ATTRIBUTES, "attribute")
    for code, item in draft.items.items():
        for index, result in enumerate(item.results):
            kind = draft.common.certificates.get(result.certificate)
            form = draft.forms[item.form]
            if kind and kind.valid:
                keys = [field.key for field in form.fields()]
                for field in (kind.valid.starts, kind.valid.ends):
                    path = ("results", index, "certificate")
                    what = f"field of form '{form.code}' that '{kind.code}' is valid by"
                    known(draft, (draft.item_files[code], path), field, keys, what)


def _processes(draft: Draft) -> None:
    used = {item.process for item in draft.items.values()}
    for code, file in draft.process_files.items():
        if draft.items and code not in used:
            draft.folder.note(file, ("process",), f"no item uses process '{code}'", "delete it")
        node = draft.folder.node(file)
        for path, key, word in _words_of(node) if node else ():
            _process_word(draft, (file, path), key, word)


def _process_word(draft: Draft, where: tuple[str, Path], key: str, word: str) -> None:
    common = draft.common
    path = where[1]
    if key in ("role", "approver") or (key == "by" and "extend" not in path):
        known(draft, where, word, common.roles, "role")
    elif key == "department":
        known(draft, where, word, common.departments, "department")
    elif key == "do":
        effects = [*ENGINE_EFFECTS, *draft.document_files]
        known(draft, where, word, effects, "effect (a document of this pack, or of the engine)")


def _words_of(node: Node, path: Path = (), key: str = "") -> Iterator[tuple[Path, str, str]]:
    """Yield every text of a file with its path and the nearest key above it."""
    if isinstance(node.value, dict):
        for name, child in node.value.items():
            yield from _words_of(child, (*path, name), name)
    elif isinstance(node.value, list):
        for index, child in enumerate(node.value):
            yield from _words_of(child, (*path, index), key)
    elif isinstance(node.value, str):
        yield path, key, node.value


def _rules(draft: Draft) -> None:
    for group in ("acceptance", "examination"):
        for index, one in enumerate(getattr(draft.rules, group)):
            path: Path = (group, index, "asks")
            known(draft, ("rules.yaml", path), one.asks, draft.common.roles, "role")


def _documents(draft: Draft) -> None:
    for code, document in draft.documents.items():
        file = draft.document_files[code]
        for index, role in enumerate(document.signed_by):
            known(draft, (file, ("signed_by", index)), role, draft.common.roles, "role")
        kinds = draft.common.certificates
        known(draft, (file, ("certificate",)), document.certificate, kinds, "certificate kind")


def _statistics(draft: Draft) -> None:
    for index, one in enumerate(draft.statistics.statistics if draft.statistics else ()):
        place = ("statistics.yaml", ("statistics", index, "measure"))
        known(draft, place, one.measure, MEASURES, "measure")
