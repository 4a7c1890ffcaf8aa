# SPDX-License-Identifier: Apache-2.0
"""The shared vocabularies fit together: parents, successors, departments, certificate kinds."""

from collections.abc import Collection, Iterator, Mapping

from huiban.kernel.resource import EMPTY, Catalogue
from huiban.packloader.problem import Problem, did_you_mean
from huiban.packloader.values import Common

Reference = tuple[str, str, str, Collection[str]]


def check(common: Common, shown: str, catalogue: Catalogue = EMPTY) -> list[Problem]:
    """Check every name a shared vocabulary takes from another, or from the data resources."""
    found = []
    for file, what, word, known in (*_references(common), *_shared(common, catalogue)):
        if word and word not in known:
            message = f"{what}: unknown '{word}'"
            line = _line(common.texts, file, word)
            cure = did_you_mean(word, known)
            found.append(Problem(f"{shown}/{file}", line, "", message, cure))
    return found


def _references(common: Common) -> Iterator[Reference]:
    for division in common.divisions.values():
        what = f"parent of division {division.code}"
        yield "divisions.yaml", what, division.parent, common.divisions
    for department in common.departments.values():
        what = f"division of department {department.code}"
        yield "departments.yaml", what, department.division, common.divisions
    for kind in common.certificates.values():
        what = f"department of certificate kind {kind.code}"
        yield "certificates.yaml", what, kind.department, common.departments


def _shared(common: Common, catalogue: Catalogue) -> Iterator[Reference]:
    """A source of shared data is a resource of the catalogue, and gives what that one has."""
    if not catalogue.resources:
        return
    for source in common.sources.values():
        if source.kind != "shared":
            continue
        yield "sources.yaml", "shared source", source.code, catalogue.resources
        resource = catalogue.resources.get(source.code)
        known = {one.key for one in resource.items} if resource else set(source.gives)
        for content in source.gives:
            yield "sources.yaml", f"source {source.code} gives", content, known


def _line(texts: Mapping[str, str], file: str, word: str) -> int:
    before, found, _ = texts[file].partition(word)
    return before.count("\n") + 1 if found else 1
