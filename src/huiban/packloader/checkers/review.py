# SPDX-License-Identifier: Apache-2.0
"""Every review point (审查要点) passes in one worked example and fails in another."""

from collections.abc import Iterator

from huiban.kernel.rule import Verdict
from huiban.packloader.build_review import REVIEW
from huiban.packloader.build_scenario import Draft
from huiban.packloader.example_review import shown
from huiban.packloader.problem import did_you_mean
from huiban.packloader.quality import Level
from huiban.packloader.schema.example import ReviewedIn


def check(draft: Draft) -> None:
    """Check what examples read, and that they show every point both ways."""
    _names(draft)
    if draft.review is None or draft.points is None:
        return
    if draft.quality is None or draft.quality.level is Level.DRAFT:
        return
    built = {point.code for points in draft.review.points.values() for point in points}
    seen = set(_shown(draft))
    for index, one in enumerate(draft.points.points):
        # A point that could not be built has had its problem told.
        for verdict in (Verdict.PASS, Verdict.FAIL) if one.code in built else ():
            if (one.code, verdict) not in seen:
                message = f"no example in which '{one.code}' is a {verdict}"
                cure = "add one under examples/ with `review`"
                draft.folder.note(REVIEW, ("points", index), message, cure)


def _shown(draft: Draft) -> Iterator[tuple[str, Verdict]]:
    samples = {key: one for file in draft.examples.values() for key, one in file.samples.items()}
    for written in draft.examples.values():
        for example in written.examples:
            sample = samples.get(example.start)
            item = draft.items.get(sample.item) if sample else None
            if item and example.review and draft.review:
                points = draft.review.points.get(item.life, ())
                yield from shown(draft.review, points, example.review)


def _names(draft: Draft) -> None:
    for file, written in draft.examples.items():
        for index, example in enumerate(written.examples):
            if example.review:
                _read(draft, file, index, example.review)


def _read(draft: Draft, file: str, index: int, wanted: ReviewedIn) -> None:
    kinds = draft.material_kinds
    known = draft.review.reads if draft.review else {}
    for material, files in wanted.read.items():
        path = ("examples", index, "review", "read", material)
        if material not in known and material not in draft.folder.doubtful:
            cure = did_you_mean(material, known)
            draft.folder.note(file, path, f"'{material}' is not read by review.yaml", cure)
        for at, one in enumerate(files):
            kind = kinds.get(one.kind or "")
            if one.kind and kind is None:
                message = f"unknown kind of material '{one.kind}'"
                cure = did_you_mean(one.kind, kinds)
                draft.folder.note(file, (*path, at, "kind"), message, cure)
            fields = [field.name for field in kind.fields] if kind else list(one.fields)
            for name in one.fields:
                if name not in fields:
                    message = f"'{one.kind}' has no field '{name}'"
                    place = (*path, at, "fields", name)
                    draft.folder.note(file, place, message, did_you_mean(name, fields))
