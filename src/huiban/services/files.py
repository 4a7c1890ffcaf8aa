# SPDX-License-Identifier: Apache-2.0
"""Files people hand in (材料附件): checked by content, kept in the object store, shown to few."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from huiban.connectors import preview, uploads
from huiban.kernel.actor import Actor
from huiban.kernel.catalogue import Material
from huiban.kernel.form import Field, FieldKind
from huiban.kernel.words import Words
from huiban.services import city, drafts, readings, vault
from huiban.services.drafts import Writing
from huiban.services.facts import filed_text, read_instead
from huiban.services.packs_in_force import kept
from huiban.services.permission import demand
from huiban.services.refusal import FieldFault, NotAllowed, NotFound
from huiban.store import blobs, cases, ids
from huiban.store import drafts as stored
from huiban.store.models import Blob

_ATTEMPTS = 20


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it arrives: its bytes and the name the sender gave it."""

    content: bytes
    name: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that was taken, and what the sender should know about it."""

    blob: Blob
    notes: tuple[Words, ...]


def add_material(
    draft: str, code: str, upload: Upload, actor: Actor, now: datetime
) -> tuple[Writing, Kept]:
    """
    Take one file for one material of an application.

    :raises FieldFault: if the file is not taken; says why and what to do.
    :raises NotFound: if there is no such draft or material.
    """
    writing = drafts.load(draft, actor, now)
    material = _material(writing, code)
    _demand_room(writing, material)
    limits = uploads.Limits(material.accept, min(material.max_bytes, settings.MAX_FILE_BYTES))
    kept = _keep(upload, limits, f"materials.{code}", _Place(actor.number, draft, now))
    for _ in range(_ATTEMPTS):
        _demand_room(writing, material)
        listed = {one: list(files) for one, files in writing.materials.items()}
        listed.setdefault(code, []).append(kept.blob.number)
        if _exchanged(writing, listed, now):
            if writing.scenario.review is not None:
                readings.want([kept.blob], now)
            return drafts.load(draft, actor, now), kept
        writing = drafts.load(draft, actor, now)
    raise drafts.stale_draft(writing.draft.version)


def _demand_room(writing: Writing, material: Material) -> None:
    if len(writing.materials.get(material.code, [])) >= material.max_files:
        raise FieldFault(
            f"materials.{material.code}",
            Words(
                f"《{material.name.zh}》最多 {material.max_files} 个文件，请先移除一个",
                f"At most {material.max_files} files here; remove one first",
            ),
        )


def _exchanged(writing: Writing, listed: dict[str, list[str]], now: datetime) -> bool:
    before = writing.draft.materials
    # Whoever hands the material in needs no promise for it.
    promised = {code: one for code, one in read_instead(before).items() if not listed.get(code)}
    return stored.exchange_materials(writing.number, before, filed_text(listed, promised), now)


def remove_material(draft: str, code: str, file: str, actor: Actor, now: datetime) -> Writing:
    """Take a file off a material; a file already on a case stays with the case."""
    for _ in range(_ATTEMPTS):
        writing = drafts.load(draft, actor, now)
        if file not in writing.materials.get(code, []):
            return writing
        listed = {
            one: [number for number in files if (one, number) != (code, file)]
            for one, files in writing.materials.items()
        }
        if _exchanged(writing, listed, now):
            blobs.remove(file, actor.number)
            return drafts.load(draft, actor, now)
    raise drafts.stale_draft(writing.draft.version)


def add_field_file(
    draft: str, key: str, upload: Upload, actor: Actor, now: datetime
) -> dict[str, object]:
    """
    Take a file for a file field and return its value for the answers.

    :raises FieldFault: if the file is not taken.
    :raises NotFound: if the form has no such file field.
    """
    writing = drafts.load(draft, actor, now)
    field = writing.form.field(key)
    if field is None or field.kind is not FieldKind.FILE:
        raise NotFound(Words("申请表没有这个附件栏", "The form has no such file field"))
    limits = _field_limits(field)
    kept = _keep(upload, limits, key, _Place(actor.number, draft, now))
    blob = kept.blob
    return {"file": blob.number, "name": blob.name, "size": blob.size, "media": blob.media}


def add_evidence(draft: str, path: str, upload: Upload, actor: Actor, now: datetime) -> Kept:
    """
    Take a file that proves a register wrong; it goes with the draft, later with the case.

    :raises FieldFault: if the file is not taken.
    """
    limits = uploads.Limits(_accepted_anywhere(), settings.MAX_FILE_BYTES)
    return _keep(upload, limits, path, _Place(actor.number, draft, now))


def add_loose(upload: Upload, actor: Actor, now: datetime) -> Kept:
    """
    Take a file for an application that will be sent whole; unused, it is swept after a while.

    :raises FieldFault: if the file is not taken.
    """
    limits = uploads.Limits(_accepted_anywhere(), settings.MAX_FILE_BYTES)
    return _keep(upload, limits, "file", _Place(actor.number, "", now))


@kept
def _accepted_anywhere() -> tuple[str, ...]:
    materials = (one for placed in city.items().values() for one in placed.item.materials)
    return tuple(sorted({media for one in materials for media in one.accept}))


def content(file: str, actor: Actor) -> tuple[Blob, bytes]:
    """
    Open a file for somebody who may see it.

    :raises NotFound: if there is none, or this person may not see it: from outside the same.
    """
    try:
        blob = blobs.load(file)
    except blobs.FileNotFound as fault:
        raise _no_file() from fault
    if blob.owner != actor.number:
        _demand_case(blob, actor)
    return blob, vault.content(blob.object_key)


def page(file: str, number: int, width: int, actor: Actor) -> preview.Page:
    """
    Show one page of a file as a picture.

    :raises NotFound: as `content`.
    :raises FieldFault: if the file cannot be shown.
    """
    blob, data = content(file, actor)
    try:
        return preview.page(data, blob.media, number, width)
    except preview.PreviewRefused as fault:
        raise FieldFault(file, fault.message) from fault


def of_draft(writing: Writing) -> dict[str, Blob]:
    """Give the records of a draft's files by number."""
    return records(number for files in writing.materials.values() for number in files)


def records(numbers: Iterable[str]) -> dict[str, Blob]:
    """Give the records of files by number; one that is gone is left out."""
    return blobs.by_number(list(numbers))


def take(upload: Upload, limits: uploads.Limits, path: str, actor: Actor, now: datetime) -> Kept:
    """
    Keep a file that is about to be bound to a case; unbound, it is swept after a while.

    :raises FieldFault: if the file is not taken.
    """
    return _keep(upload, limits, path, _Place(actor.number, "", now))


@dataclass(frozen=True, slots=True)
class _Place:
    owner: str
    draft: str
    now: datetime


def _keep(upload: Upload, limits: uploads.Limits, path: str, place: _Place) -> Kept:
    try:
        accepted = uploads.check(upload.content, upload.name, limits)
    except uploads.UploadRefused as fault:
        raise FieldFault(path, fault.message) from fault
    key = vault.keep(upload.content)
    blob = Blob(
        number=ids.new_key(),
        sha256=accepted.sha256,
        size=accepted.size,
        media=accepted.media,
        name=accepted.name,
        owner=place.owner,
        draft=place.draft,
        state=Blob.State.CLEAN,
        verdict=json.dumps({"pages": accepted.pages}),
        object_key=key,
        created_at=place.now,
    )
    blobs.add(blob)
    return Kept(blob, accepted.notes)


def _material(writing: Writing, code: str) -> Material:
    for one in writing.item.materials:
        if one.code == code:
            return one
    raise NotFound(Words("这个事项没有这份材料", "This service has no such document"))


def _field_limits(field: Field) -> uploads.Limits:
    most = min(field.max_bytes, settings.MAX_FILE_BYTES)
    return uploads.Limits(field.accept, most) if field.accept else uploads.Limits(max_bytes=most)


def _demand_case(blob: Blob, actor: Actor) -> None:
    if blob.case_id is None:
        raise _no_file()
    try:
        demand(actor, "view_material", cases.load_by_id(blob.case_id))
    except NotAllowed as fault:
        # From outside, a file one may not see and a file that is not there look the same.
        raise _no_file() from fault


def _no_file() -> NotFound:
    return NotFound(Words("没有找到这个文件，或者您无权查看", "No such file, or not yours to see"))
