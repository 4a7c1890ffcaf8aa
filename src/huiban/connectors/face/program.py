# SPDX-License-Identifier: Apache-2.0
"""The measuring of strangers' pictures of faces, run as a separate program that may be killed."""

import io
import signal
import sys
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from statistics import median_low
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from huiban.connectors import cell_jobs
from huiban.connectors.face import measure
from huiban.connectors.face.measure import Face, Picture

MEMORY = 3 * 1024 * 1024 * 1024
"""Addresses, not memory in use: the models reserve more than they fill."""
MOST_PIXELS = 1280 * 1280
MOST_PORTRAIT_PIXELS = 24_000_000
_FRAME_SIDE, _PORTRAIT_SIDE = 640, 800


@dataclass(frozen=True, slots=True)
class Seen:
    """The one face of a frame, and its descriptor."""

    face: Face
    descriptor: Picture


def frames(content: bytes, ask: dict[str, Any]) -> cell_jobs.Answer:
    """Measure the frames of one attempt, each by itself, beside the others and the portrait."""
    parts = _parts(content, ask["lengths"])
    pictures = [_opened(one, MOST_PIXELS, _FRAME_SIDE) for one in parts[:-1]]
    portrait = _alone(_opened(parts[-1], MOST_PORTRAIT_PIXELS, _PORTRAIT_SIDE))
    if portrait is None:
        raise cell_jobs.Refused("portrait")
    counts = [len(measure.boxes(one)) for one in pictures]
    if max(counts, default=0) > 1:  # the attempt failed; what else is in it no longer matters
        found: list[Seen | None] = [None] * len(pictures)
    else:
        found = [_alone(one) for one in pictures]
    ahead = [seen for seen, step in zip(found, ask["steps"], strict=True) if seen and not step]
    return {
        "frames": [
            {"faces": count, **_measured(seen, picture, ahead, portrait)}
            for count, seen, picture in zip(counts, found, pictures, strict=True)
        ]
    }, b""


def portrait(content: bytes, ask: dict[str, Any]) -> cell_jobs.Answer:
    """Measure a portrait that is to be kept."""
    picture = _opened(content, MOST_PORTRAIT_PIXELS, _PORTRAIT_SIDE)
    found = measure.boxes(picture)
    told = measure.alone(measure.face(picture, found[0])) if len(found) == 1 else {}
    return {"faces": len(found), **told}, b""


def ready(content: bytes, ask: dict[str, Any]) -> cell_jobs.Answer:
    """Say that the models are there."""
    return {}, b""


JOBS = {"frames": frames, "portrait": portrait, "ready": ready}


def _alone(picture: Picture) -> Seen | None:
    found = measure.boxes(picture)
    if len(found) != 1:
        return None
    return Seen(measure.face(picture, found[0]), measure.described(picture, found[0]))


def _measured(
    seen: Seen | None, picture: Picture, ahead: Sequence[Seen], portrait: Seen
) -> dict[str, float]:
    if seen is None:
        return {"light": measure.light(picture)}
    told = measure.alone(seen.face)
    told["to_portrait"] = measure.apart(seen.descriptor, portrait.descriptor)
    if ahead:
        others = [
            measure.apart(seen.descriptor, one.descriptor) for one in ahead if one is not seen
        ]
        told |= measure.beside(seen.face, _plain(ahead))
        told["to_others"] = max(others, default=0.0)
    return told


def _plain(ahead: Sequence[Seen]) -> Face:
    """Choose the frame that the others are laid upon: its eyes are neither widest nor closed."""
    openness = [measure.alone(one.face)["eyes"] for one in ahead]
    return ahead[openness.index(median_low(openness))].face


def _parts(content: bytes, lengths: Sequence[int]) -> list[bytes]:
    ends = [0, *accumulate(lengths)]
    return [content[start:end] for start, end in pairwise(ends)]


def _opened(content: bytes, most: int, side: int) -> Picture:
    with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as image:
        if image.width * image.height > most:
            raise cell_jobs.Refused("too_heavy")
        image.draft("RGB", (side, side))
        upright = ImageOps.exif_transpose(image).convert("RGB")
        upright.thumbnail((side, side))
        return np.ascontiguousarray(np.asarray(upright))


def answer(ask: dict[str, Any], content: bytes) -> cell_jobs.Answer:
    """Do one job; whatever a strange picture makes our code raise means: it cannot be read."""
    try:
        return JOBS[ask["job"]](content, ask)
    except cell_jobs.Refused as refused:
        return {"refused": str(refused)}, b""
    except (MemoryError, RecursionError):
        return {"refused": "too_heavy"}, b""
    except Exception as error:
        return {"refused": "damaged", "fault": f"{type(error).__name__}: {error}"[:200]}, b""


def main() -> None:
    """Answer one message after the other until the other side is gone."""
    warnings.simplefilter("ignore")
    measure.load()
    confine()  # after the models, which are ours, and before the first stranger's byte
    Image.MAX_IMAGE_PIXELS = None  # our own bound is checked first
    while (message := cell_jobs.receive(sys.stdin.buffer)) is not None:
        ask, content = message
        _end_after(ask["seconds"])
        cell_jobs.send(sys.stdout.buffer, *answer(ask, content))
        _end_after(0)


def confine() -> None:
    """Take away what measuring never needs; where the system has no such limits, go on."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, OSError, ValueError):
        return


def _end_after(seconds: float) -> None:
    """Have the system end this process by itself, should nobody be left to kill it; 0 undoes it."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds + 1 if seconds else 0)


if __name__ == "__main__":
    main()
