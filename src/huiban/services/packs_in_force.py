# SPDX-License-Identifier: Apache-2.0
"""The packs a process works with (在用场景包): loaded once, and again when the folder changes."""

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import update_wrapper
from pathlib import Path
from threading import Lock, Thread
from typing import Generic, TypeVar

from django.conf import settings
from django.db import connection
from django.utils import timezone

from huiban.packloader import Loaded, load_scenarios
from huiban.store.packs import VersionTaken

log = logging.getLogger(__name__)
Answer = TypeVar("Answer")
Stamp = tuple[tuple[str, int, int], ...]


class PacksBroken(RuntimeError):
    """The packs folder has faults; the message lists every one with its cure."""


@dataclass
class _InForce:
    """What is in force in this process; a change is loaded beside it and then takes its place."""

    lock: Lock = field(default_factory=Lock)
    loaded: Loaded | None = None
    stamp: Stamp = ()
    looked_at: float = 0.0
    is_loading: bool = False
    trouble: str = ""
    after: list[Callable[[], object]] = field(default_factory=list)
    publish: Callable[[Loaded, datetime], object] | None = None


_state = _InForce()


def in_force() -> Loaded:
    """
    Return the packs in force.

    A change of the folder is seen within seconds and loaded in the background; with a fault in it
    the packs stay as they were, and `trouble` says why.

    :raises PacksBroken: at the first load, if any pack has a fault: a city runs no half pack.
    """
    if _state.loaded is None:
        with _state.lock:
            if _state.loaded is None:
                _state.stamp = _stamp()
                _state.loaded = _load()
                _state.looked_at = time.monotonic()
    elif settings.PACKS_LOOK and time.monotonic() - _state.looked_at > settings.PACKS_LOOK:
        _look()
    return _state.loaded


def trouble() -> str:
    """Return why a change of the packs is not in force, "" where there is none."""
    return _state.trouble


class Kept(Generic[Answer]):
    """What a function makes of the packs in force, made anew when others come into force."""

    def __init__(self, make: Callable[[], Answer]) -> None:
        self._make = make
        self._made: tuple[Loaded, Answer] | None = None
        update_wrapper(self, make)

    def __call__(self) -> Answer:
        now = in_force()
        made = self._made
        if made is None or made[0] is not now:
            # What was being made while the packs changed belongs to those it was begun with.
            made = self._made = (now, self._make())
        return made[1]

    def cache_clear(self) -> None:
        self._made = None


def kept(function: Callable[[], Answer]) -> Kept[Answer]:
    """Keep what a function without arguments makes of the packs, as long as they are in force."""
    return Kept(function)


def when_changed(act: Callable[[], object]) -> None:
    """Have something done in this process each time other packs come into force."""
    _state.after.append(act)


def publish_with(publish: Callable[[Loaded, datetime], object]) -> None:
    """Have changed packs kept as versions before they come into force; a refusal keeps them out."""
    _state.publish = publish


def look_now() -> bool:
    """Load a changed folder at once, and tell whether other packs are in force."""
    stamp = _stamp()
    if stamp == _state.stamp:
        return False
    return _renew(stamp)


def _look() -> None:
    with _state.lock:
        if _state.is_loading or time.monotonic() - _state.looked_at <= settings.PACKS_LOOK:
            return
        _state.looked_at = time.monotonic()
        stamp = _stamp()
        if stamp == _state.stamp:
            return
        _state.is_loading = True
    Thread(target=_in_background, args=(stamp,), daemon=True, name="packs").start()


def _in_background(stamp: Stamp) -> None:
    try:
        _renew(stamp)
    finally:
        _state.is_loading = False
        connection.close()


def _renew(stamp: Stamp) -> bool:
    before, _state.stamp = _state.stamp, stamp
    try:
        found = _load()
        if _state.publish is not None:
            _state.publish(found, timezone.now())
    except (OSError, ValueError, RuntimeError, VersionTaken) as fault:
        _state.trouble = str(fault)
        log.error("changed packs are not in force: %s", fault)
        return False
    except Exception as fault:  # the database, for one: nothing is wrong with the packs
        _state.stamp, _state.trouble = before, str(fault)
        log.exception("changed packs are not in force yet")
        return False
    _state.loaded, _state.trouble = found, ""
    for act in _state.after:
        act()
    log.warning("changed packs are in force")
    return True


def _load() -> Loaded:
    found = load_scenarios(Path(settings.PACKS_DIR))
    if found.problems:
        raise PacksBroken("\n".join(str(problem) for problem in found.problems))
    return found


def _stamp() -> Stamp:
    """Say in one value what stands in the folder: names, times of change, sizes."""
    return tuple(sorted(_files(Path(settings.PACKS_DIR))))


def _files(folder: Path) -> Iterator[tuple[str, int, int]]:
    for path in folder.rglob("*"):
        if path.is_file():
            told = path.stat()
            yield str(path), told.st_mtime_ns, told.st_size
