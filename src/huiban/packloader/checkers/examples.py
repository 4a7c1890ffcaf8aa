# SPDX-License-Identifier: Apache-2.0
"""Worked examples (样例) refer to what exists and show every criterion pass and fail."""

from huiban.kernel.rule import Verdict
from huiban.packloader.build_scenario import Draft
from huiban.packloader.problem import did_you_mean
from huiban.packloader.quality import Level
from huiban.packloader.schema.example import SampleIn


def check(draft: Draft) -> None:
    """Check the names in every example, and the coverage of the criteria."""
    samples = {key: one for file in draft.examples.values() for key, one in file.samples.items()}
    _names(draft, samples)
    if draft.quality and draft.quality.level is not Level.DRAFT:
        _both_ways(draft, samples)
    seed = draft.seed
    if seed and seed.sample not in samples:
        cure = did_you_mean(seed.sample, samples)
        draft.folder.note("seed.yaml", ("sample",), f"unknown sample '{seed.sample}'", cure)
    elif seed and (item := draft.items.get(samples[seed.sample].item)):
        form = draft.forms.get(item.form)
        keys = [field.key for field in form.fields()] if form else list(seed.applicant_is)
        for place, key in enumerate(seed.applicant_is):
            if key not in keys:
                cure = did_you_mean(key, keys)
                draft.folder.note("seed.yaml", ("applicant_is", place), f"no field '{key}'", cure)


def _names(draft: Draft, samples: dict[str, SampleIn]) -> None:
    note = draft.folder.note
    for file, written in draft.examples.items():
        for key, sample in written.samples.items():
            _sample(draft, (file, key), sample, samples)
        for index, example in enumerate(written.examples):
            if example.start not in samples:
                cure = did_you_mean(example.start, samples)
                path = ("examples", index, "start")
                note(file, path, f"unknown sample '{example.start}'", cure)
            judged = example.acceptance or example.examination or example.review
            if not (example.steps or judged) and example.problems is None:
                cure = "write `problems`, `acceptance`, `examination`, `review` or `steps`"
                note(file, ("examples", index), "the example shows nothing", cure)


def _sample(
    draft: Draft, where: tuple[str, str], sample: SampleIn, samples: dict[str, SampleIn]
) -> None:
    file, key = where
    path = ("samples", key)
    item = draft.items.get(sample.item)
    if sample.like and sample.like not in samples:
        cure = did_you_mean(sample.like, samples)
        draft.folder.note(file, (*path, "like"), f"unknown sample '{sample.like}'", cure)
    if item is None:
        if not draft.folder.doubtful:
            cure = did_you_mean(sample.item, draft.items)
            draft.folder.note(file, (*path, "item"), f"unknown item '{sample.item}'", cure)
        return
    materials = [one.code for one in item.materials]
    fields = [one.key for one in draft.forms[item.form].fields()]
    for index, code in enumerate(sample.materials):
        if code not in materials:
            cure = did_you_mean(code, materials)
            draft.folder.note(file, (*path, "materials", index), f"unknown material '{code}'", cure)
    for name in sample.values:
        if name not in fields:
            cure = did_you_mean(name, fields)
            draft.folder.note(file, (*path, "values", name), f"unknown field '{name}'", cure)


def _both_ways(draft: Draft, samples: dict[str, SampleIn]) -> None:
    shown = set(_shown(draft, samples))
    for group in ("acceptance", "examination"):
        built = {one.code for criteria in getattr(draft, group).values() for one in criteria}
        for index, criterion in enumerate(getattr(draft.rules, group)):
            # A criterion that could not be built has had its problem told.
            for verdict in (Verdict.PASS, Verdict.FAIL) if criterion.code in built else ():
                if (criterion.code, verdict) not in shown:
                    message = f"no example in which '{criterion.code}' is a {verdict}"
                    cure = f"add one under examples/ with `{group}`"
                    draft.folder.note("rules.yaml", (group, index), message, cure)


def _shown(draft: Draft, samples: dict[str, SampleIn]) -> list[tuple[str, Verdict]]:
    found = []
    for written in draft.examples.values():
        for example in written.examples:
            sample = samples.get(example.start)
            item = draft.items.get(sample.item) if sample else None
            for group in ("acceptance", "examination") if item else ():
                judged = getattr(example, group)
                criteria = getattr(draft, group).get(item.life, ()) if item and judged else ()
                found += [(c.code, judged.findings.get(c.code, Verdict.PASS)) for c in criteria]
    return found
