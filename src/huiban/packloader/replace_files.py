# SPDX-License-Identifier: Apache-2.0
"""Files of a pack on disk replaced all together or not at all, and the same as a patch."""

import os
import shutil
from collections.abc import Iterable, Mapping
from difflib import unified_diff
from pathlib import Path

PACK = "pack.yaml"
"""Replaced last: its version must not rise before everything it stands for is there."""


def changed_files(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, str]:
    """Return the files that are new or say something else, the one with the version last."""
    found = {name: text for name, text in new.items() if old.get(name) != text}
    return dict(sorted(found.items(), key=lambda one: (one[0] == PACK, one[0])))


def can_replace(folder: Path, names: Iterable[str]) -> bool:
    """Tell whether files of a folder may be written by this process."""
    homes = {(folder / name).parent for name in names}
    there = [home if home.is_dir() else home.parent for home in homes]
    files = [folder / name for name in names if (folder / name).exists()]
    effective = os.access in os.supports_effective_ids
    return all(os.access(one, os.W_OK, effective_ids=effective) for one in (*there, *files))


def replace_files(folder: Path, texts: Mapping[str, str]) -> dict[str, str | None]:
    """
    Replace files, each at once, and return what stood there; None for a file that is new.

    :raises OSError: if one cannot be written; what was replaced before it is put back.
    """
    before: dict[str, str | None] = {}
    waiting = {name: _beside(folder / name) for name in texts}
    try:
        for name, path in waiting.items():
            _written(folder / name, path, texts[name])
        for name, path in waiting.items():
            before[name] = _text_of(folder / name)
            path.replace(folder / name)
    except OSError:
        put_back(folder, before)
        raise
    finally:
        for path in waiting.values():
            if path.is_file():
                path.unlink()
    return before


def put_back(folder: Path, before: Mapping[str, str | None]) -> None:
    """Bring files back to what stood there; the one with the version first."""
    for name, text in reversed(list(before.items())):
        if text is None:
            (folder / name).unlink(missing_ok=True)
        else:
            path = _beside(folder / name)
            _written(folder / name, path, text)
            path.replace(folder / name)


def patch_of(code: str, old: Mapping[str, str], new: Mapping[str, str]) -> str:
    """Write what changes as a unified diff, for `patch -p1` in the folder of packs."""
    lines: list[str] = []
    for name, text in changed_files(old, new).items():
        before = f"a/{code}/{name}" if name in old else "/dev/null"
        was = old.get(name, "").splitlines(keepends=True)
        made = unified_diff(was, text.splitlines(keepends=True), before, f"b/{code}/{name}")
        for line in made:
            lines.append(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n")
    return "".join(lines)


def _beside(path: Path) -> Path:
    """Name the file that waits to take a file's place; what begins with a dot is no pack file."""
    return path.with_name(f".{path.name}.new")


def _written(target: Path, path: Path, text: str) -> None:
    target.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    if target.exists():
        shutil.copymode(target, path)


def _text_of(path: Path) -> str | None:
    return path.read_text("utf-8") if path.exists() else None
