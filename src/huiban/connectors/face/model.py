# SPDX-License-Identifier: Apache-2.0
"""The port behind which faces are judged (人脸核验端口): our own engine, or a certified one."""

from dataclasses import dataclass
from typing import Protocol

from huiban.kernel.identity import Challenge, Judged


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame as the browser sent it: at which step, when, its JPEG, not mirrored."""

    step: int
    at_ms: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be judged: the frames against the challenge and the portrait."""

    challenge: Challenge
    frames: tuple[Frame, ...]
    portrait: bytes


class JudgeBusy(Exception):
    """Nobody judged; that says nothing about the frames: the same may be asked again."""


class FaceJudge(Protocol):
    """Whoever judges frames; `name` says who it is, with the version that counts."""

    @property
    def name(self) -> str: ...

    def judge(self, asked: Asked) -> Judged:
        """
        Judge the frames of one attempt.

        :raises JudgeBusy: if it cannot be done just now.
        """
        ...
