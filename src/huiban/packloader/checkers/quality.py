# SPDX-License-Identifier: Apache-2.0
"""The level a pack claims (草稿、试用、上线) is backed by its checklist."""

from huiban.packloader.build_scenario import Draft
from huiban.packloader.folder import Folder
from huiban.packloader.problem import did_you_mean
from huiban.packloader.quality import POINTS, points_up_to
from huiban.packloader.schema.pack import Mark, QualityIn

_FILES = {
    "statistics.yaml": "statistics",
    "seed.yaml": "seed",
    "README.md": "readme",
}
FILE = "quality.yaml"


def check(draft: Draft) -> None:
    """Check that every point is answered, and those of the claimed level done or exempt."""
    if draft.quality is None:
        return
    _points(draft.folder, draft.quality)
    _level(draft, draft.quality)


def _points(folder: Folder, quality: QualityIn) -> None:
    known = [point for points in POINTS.values() for point in points]
    for point in known:
        if point not in quality.points:
            folder.note(FILE, ("points",), f"'{point}' is not answered", "add done, todo or exempt")
    for point, answer in quality.points.items():
        if point not in known:
            message = f"unknown point '{point}'"
            folder.note(FILE, ("points", point), message, did_you_mean(point, known))
        if answer.mark is Mark.EXEMPT and not answer.comment:
            folder.note(FILE, ("points", point), "exempt without a reason", "add `comment`")


def _level(draft: Draft, quality: QualityIn) -> None:
    folder = draft.folder
    wanted = points_up_to(quality.level)
    for point in wanted:
        answer = quality.points.get(point)
        if answer and answer.mark is Mark.TODO:
            message = f"level '{quality.level}' is claimed, and '{point}' is still to do"
            folder.note(FILE, ("points", point), message, "do it, or claim a lower level")
    for file, point in _FILES.items():
        if point in wanted and file not in folder.texts:
            folder.missing(file, f"level '{quality.level}' needs it")
