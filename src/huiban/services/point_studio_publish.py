# SPDX-License-Identifier: Apache-2.0
"""Bringing a changed review point into force (要点发布): a new version, checked and journaled."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from huiban.kernel.actor import Actor
from huiban.kernel.permission import Errand
from huiban.kernel.words import Words
from huiban.packloader import Problem, load_texts
from huiban.packloader.build_review import REVIEW
from huiban.packloader.folder import digest_of, texts_in
from huiban.packloader.replace_files import (
    PACK,
    can_replace,
    changed_files,
    patch_of,
    put_back,
    replace_files,
)
from huiban.packloader.rewrite import rewritten
from huiban.services import city, ledger, packs_in_force
from huiban.services.ledger import Chain
from huiban.services.permission import demand_platform
from huiban.services.point_studio import Studio
from huiban.services.point_studio_check import checked, folder_of
from huiban.services.point_studio_text import Made, Written, texts_with
from huiban.services.refusal import FieldFault, Invalid, NotOpen, Refused, Stale
from huiban.store import packs

PUBLISHED = "points_published"
LONGEST_REASON = 300
_PATIENCE_S = 20.0


class Unfit(Invalid):
    """The pack would have problems; nothing was written."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        words = Words("要点还有错，没有发布", "The point has mistakes; nothing was published")
        super().__init__(words)
        self.faults = problems


@dataclass(frozen=True, slots=True)
class Change:
    """A new version of a pack: all its texts, the files that differ, and the point's place."""

    code: str
    point: str
    before: str
    version: str
    texts: Mapping[str, str]
    files: Mapping[str, str]
    patch: str


@dataclass(frozen=True, slots=True)
class Publishing:
    """What an author publishes: the point, the pack they saw when they began, and why."""

    written: Written
    base: str
    reason: str


def can_write_folder(studio: Studio) -> bool:
    """Tell whether this installation may write the pack's files; else IT brings the change in."""
    return can_replace(folder_of(studio.scenario), (REVIEW, PACK))


def change_of(studio: Studio, written: Written, base: str) -> Change:
    """
    Make the new version of the pack: `version` raised, every check and worked example passed.

    :raises Stale: if somebody published meanwhile.
    :raises Unfit: with every problem; nothing is written then.
    """
    scenario = studio.scenario
    if base != scenario.digest:
        raise _stale(scenario.version)
    made = texts_with(scenario.texts, written)
    if not changed_files(scenario.texts, made.texts) and not made.faults:
        words = Words("和在用的一样，没有可以发布的改动", "There is no change to publish")
        raise FieldFault("holds", words)
    version = _next_version(scenario.code, scenario.version)
    texts = {**made.texts, PACK: rewritten(made.texts[PACK], ("version",), version)}
    found = checked(scenario, Made(texts, made.index, made.faults), written.code)
    if found.problems:
        raise Unfit(found.problems)
    files = changed_files(scenario.texts, texts)
    patch = patch_of(scenario.code, scenario.texts, texts)
    return Change(scenario.code, written.code, scenario.version, version, texts, files, patch)


def publish(studio: Studio, sent: Publishing, actor: Actor, now: datetime) -> Change:
    """
    Bring a changed point into force: for cases filed from now on, those before keep theirs.

    The new version, the ledger's line and the files are written together or not at all.

    :raises NotAllowed: for whoever may write points but not publish them.
    :raises FieldFault: without a reason, or without a change.
    :raises Stale: if somebody published meanwhile, or the folder is not what is in force.
    :raises Unfit: if the pack would have problems.
    :raises NotOpen: if the folder cannot be written: then it goes as a file to IT.
    """
    demand_platform(actor, Errand.PUBLISH_POINTS)
    reason = " ".join(sent.reason.split())
    if not 2 <= len(reason) <= LONGEST_REASON:
        words = Words(
            f"请写明为什么改（2 到 {LONGEST_REASON} 字），会记入台账",
            f"Say why it is changed, in 2 to {LONGEST_REASON} characters; the ledger keeps it",
        )
        raise FieldFault("reason", words)
    change = change_of(studio, sent.written, sent.base)
    load_texts(change.texts, city.common())
    if not can_replace(folder_of(studio.scenario), change.files):
        raise _read_only()
    replaced = _written(studio, change, (actor, reason), now)
    _in_force(studio, change, replaced)
    return change


def _written(
    studio: Studio, change: Change, by: tuple[Actor, str], now: datetime
) -> dict[str, str | None]:
    actor, reason = by
    home = folder_of(studio.scenario)
    digest = digest_of(change.texts)
    replaced: dict[str, str | None] = {}
    try:
        with transaction.atomic():
            pack = packs.PublishedPack(change.code, change.version, digest, change.texts)
            packs.publish(pack, now, actor.number)
            # Asked again now that the version is ours: between two authors only one is first.
            if digest_of(texts_in(home)) != studio.scenario.digest:
                raise _stale(studio.scenario.version)
            body = {
                "point": change.point,
                "from": change.before,
                "to": change.version,
                "digest": digest,
                "files": list(change.files),
                "reason": reason,
            }
            ledger.note(Chain.PACK, change.code, PUBLISHED, actor, now, body)
            replaced = replace_files(home, change.files)
    except packs.VersionTaken:
        raise _stale(studio.scenario.version) from None
    except OSError as fault:
        raise _read_only() from fault
    except Exception:
        put_back(home, replaced)  # the version was not kept, so its files must not stay
        raise
    return replaced


def _in_force(studio: Studio, change: Change, replaced: Mapping[str, str | None]) -> None:
    """See the new version come into force in this process; the others look within seconds."""
    digest = digest_of(change.texts)
    packs_in_force.look_now()
    until = time.monotonic() + _PATIENCE_S
    while city.loaded().scenarios[change.code].digest != digest:
        trouble = packs_in_force.trouble()
        if trouble or time.monotonic() > until:
            put_back(folder_of(studio.scenario), replaced)
            packs_in_force.look_now()
            raise _troubled(trouble)
        time.sleep(0.1)  # another thread is loading the folder already


def _next_version(code: str, version: str) -> str:
    """Raise the last part; a number that was published but never came into force is passed over."""
    major, minor, patch = (int(part) for part in version.split("."))
    while True:
        patch += 1
        found = f"{major}.{minor}.{patch}"
        try:
            packs.load(code, found)
        except packs.PackVersionNotFound:
            return found


def _stale(version: str) -> Stale:
    words = Words(
        f"这期间有人改过这个场景包（在用的是 {version}）；您写的还在下面，请核对后再试一次",
        f"Somebody changed this pack meanwhile (in force: {version}); what you wrote is kept "
        "below, look at it and try again",
    )
    return Stale(words, 0)


def _read_only() -> Refused:
    words = Words(
        "这里的场景包文件夹不能写入；请下载改动，交给运维人员放进去",
        "The packs folder cannot be written here; download the change and hand it to IT",
    )
    return NotOpen(words, "read_only")


def _troubled(trouble: str) -> Refused:
    words = Words(
        f"场景包文件夹里还有别的问题，没有生效，已经恢复原样：{trouble}",
        f"The packs folder has other problems; nothing came into force: {trouble}",
    )
    return NotOpen(words, "trouble")
