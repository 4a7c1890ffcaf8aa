# SPDX-License-Identifier: Apache-2.0
"""The reading of strangers' files, run as a separate program that may be killed (see cell.py)."""

import contextlib
import signal
import sys
import warnings
from typing import Any

from PIL import Image

from huiban.connectors import cell_jobs
from huiban.connectors.reading import page, pictures, recognise
from huiban.connectors.reading.fence import Fence, fence
from huiban.kernel.reading import Outcome, Reading, to_json

MEMORY = 4 * 1024 * 1024 * 1024
"""Addresses, not memory in use: the models and their arenas reserve far more than they fill."""


def count(content: bytes, ask: dict[str, Any]) -> cell_jobs.Answer:
    """Say how many pages a file has."""
    return {"pages": pictures.count(content, ask["media"])}, b""


def read(content: bytes, ask: dict[str, Any]) -> cell_jobs.Answer:
    """Read one page; it is written as a reading of its own."""
    found = page.read_page(content, ask["media"], ask["number"])
    return {}, to_json(Reading(Outcome.READ, "", (found,))).encode()


def ready(content: bytes, ask: dict[str, Any]) -> cell_jobs.Answer:
    """Say that the models are there, and what this process has given up."""
    return {"fence": _given_up}, b""


_given_up: list[Fence] = []
JOBS = {"count": count, "read": read, "ready": ready}


def answer(ask: dict[str, Any], content: bytes) -> cell_jobs.Answer:
    """Do one job; whatever a strange file makes our code raise means that it cannot be read."""
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
    _given_up.extend(fence())
    recognise.load()
    _confine()  # after the models, which are ours, and before the first stranger's byte
    Image.MAX_IMAGE_PIXELS = None  # our own bound is checked first
    while (message := cell_jobs.receive(sys.stdin.buffer)) is not None:
        ask, content = message
        _end_after(ask["seconds"])
        cell_jobs.send(sys.stdout.buffer, *answer(ask, content))
        _end_after(0)


def _confine() -> None:
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _end_after(seconds: float) -> None:
    """Have the system end this process by itself, should nobody be left to kill it; 0 undoes it."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds + 1 if seconds else 0)


if __name__ == "__main__":
    main()
