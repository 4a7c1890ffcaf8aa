# SPDX-License-Identifier: Apache-2.0
"""Reading strangers' files in a child process with a deadline and a memory limit."""

import atexit
import contextlib
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from queue import Empty, LifoQueue
from threading import Timer
from typing import Any

from huiban.connectors import cell_jobs

# A 2 kB PDF can keep PDFium busy for minutes, and PDFium can neither be interrupted nor entered
# by two threads. A process of its own can be killed, and takes a crash of the C code with it.

CELLS = 2
SECONDS = 10.0
_WAIT = 30.0
_PROGRAM = (sys.executable, "-I", str(Path(cell_jobs.__file__).resolve()))
# None of our settings or secrets; and no thread of numpy's that starts before its fence.
_ENVIRONMENT = {"LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1"}


class FileTooHeavy(Exception):
    """Reading the file took too long or too much memory, or broke the reader."""


class ReadersBusy(FileTooHeavy):
    """No reader came free in time; that says nothing about the file."""


class Cells:
    """A few child processes of one program, which talks as `cell_jobs` does."""

    def __init__(self, program: Sequence[str], most: int, wait: float = _WAIT) -> None:
        self._program, self._most, self._wait = tuple(program), most, wait
        self._pool = self._new_pool()
        self._inherited: list[LifoQueue[_Cell]] = []
        atexit.register(self._stop_all)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._start_afresh)

    def ask(
        self,
        job: str,
        content: bytes,
        wanted: Mapping[str, object],
        seconds: float = SECONDS,
    ) -> tuple[dict[str, Any], bytes]:
        """
        Have a job done on the content; give its JSON and its bytes.

        :raises FileTooHeavy: if there is no answer within `seconds`; the next call starts afresh.
        :raises ReadersBusy: if every reader is at work for longer than one waits.
        """
        pool = self._pool
        try:
            cell = pool.get(timeout=self._wait)
        except Empty:
            raise ReadersBusy("every reader is busy") from None
        try:
            return cell.ask({"job": job, "seconds": seconds, **wanted}, content, seconds)
        finally:
            pool.put(cell)

    def _new_pool(self) -> "LifoQueue[_Cell]":
        pool: LifoQueue[_Cell] = LifoQueue()
        for _ in range(self._most):
            pool.put(_Cell(self._program))
        return pool

    def _stop_all(self) -> None:
        while not self._pool.empty():
            self._pool.get_nowait().stop()

    def _start_afresh(self) -> None:
        """Leave a forked process its own readers; two users garble one pipe."""
        self._inherited.append(self._pool)
        self._pool = self._new_pool()


class _Cell:
    """One child process, started when first used and again after it was killed."""

    def __init__(self, program: Sequence[str]) -> None:
        self._program = program
        self._child: subprocess.Popen[bytes] | None = None

    def ask(
        self, head: dict[str, object], content: bytes, seconds: float
    ) -> tuple[dict[str, Any], bytes]:
        child = self._started()
        alarm = Timer(seconds, child.kill)
        alarm.start()
        try:
            answer = _exchange(child, head, content)
        finally:
            alarm.cancel()
        if answer is None:
            self.stop()
            raise FileTooHeavy(f"{head['job']} gave no answer within {seconds:g} seconds")
        return answer

    def stop(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            _close(pipe)

    def _started(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            self.stop()
            self._child = _start(self._program)
        return self._child


def _start(program: Sequence[str] = _PROGRAM) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        program,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_ENVIRONMENT,
        cwd="/",
    )


def _exchange(
    child: subprocess.Popen[bytes], head: dict[str, object], content: bytes
) -> tuple[dict[str, Any], bytes] | None:
    if child.stdin is None or child.stdout is None:
        return None
    try:
        cell_jobs.send(child.stdin, head, content)
        return cell_jobs.receive(child.stdout)
    except OSError:  # the child died while being written to
        return None


def _close(pipe: Any) -> None:
    with contextlib.suppress(OSError):  # unsent bytes for a dead child
        pipe.close()


_readers = Cells(_PROGRAM, CELLS)


def ask(
    job: str, content: bytes, wanted: Mapping[str, object], seconds: float = SECONDS
) -> tuple[dict[str, Any], bytes]:
    """
    Have a job of `cell_jobs` done on the content; give its JSON and its bytes.

    :raises FileTooHeavy: if there is no answer within `seconds`; the next call starts afresh.
    """
    return _readers.ask(job, content, wanted, seconds)
