# SPDX-License-Identifier: Apache-2.0
"""Putting a closed case away (归档): one package with form, files, documents and journal."""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import datetime

from huiban.kernel.actor import SYSTEM
from huiban.kernel.evidence import digest_of
from huiban.services import handle, vault
from huiban.services.handle import Opened
from huiban.services.journal import entry_of
from huiban.services.refusal import NotOpen
from huiban.store import blobs, documents, ids
from huiban.store.models import Certificate, Document

_PACKAGE = "archive_package"
_FIXED = (2020, 1, 1, 0, 0, 0)  # a member's date would make two packages of one case differ


def archive(number: str, now: datetime) -> str:
    """
    Package a closed case, keep the package and move the case to the archive.

    It returns the package's object key; a case archived before keeps its package.
    """
    opened = handle.load(number)
    known = _archived(opened)
    if known:
        return known
    kept = documents.issue(_kept(opened, now))
    inputs = {"package": kept.object_key, "sha256": kept.sha256, "sm3": kept.sm3}
    order = handle.Order("archive", inputs=inputs)
    try:
        handle.act(number, order, SYSTEM, now)
    except NotOpen:
        # Another worker was first: its package is the one the journal names.
        known = _archived(handle.load(number))
        if not known:
            raise
        return known
    return kept.object_key


def _kept(opened: Opened, now: datetime) -> Document:
    """Keep the package; its record is what tells the sweep of lost files that it is not one."""
    content = package(opened)
    return Document(
        number=ids.new_key(),
        case_id=opened.case.id,
        code=_PACKAGE,
        title="归档包",
        journal_seq=opened.case.chain_seq,
        media="application/zip",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        sm3=digest_of("sm3")(content).hex(),
        object_key=vault.keep(content),
        issued_at=now,
        issued_by=SYSTEM.name,
        is_public=False,
    )


def package(opened: Opened) -> bytes:
    """Build the package of a case; the same case gives the same bytes."""
    members = dict(_members(opened))
    manifest = "".join(
        f"{hashlib.sha256(content).hexdigest()}  {name}\n"
        for name, content in sorted(members.items())
    )
    members["manifest-sha256.txt"] = manifest.encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in sorted(members.items()):
            zipped.writestr(zipfile.ZipInfo(name, _FIXED), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _members(opened: Opened) -> Iterator[tuple[str, bytes]]:
    case = opened.case
    yield "form.json", _pretty(json.loads(case.payload))
    yield "case.json", _pretty(_about(opened))
    journal = [
        entry_of(case.number, row) | {"sha256": row.sha256, "sm3": row.sm3}
        for row in opened.journal
    ]
    yield "journal.json", _pretty(journal)
    for document in documents.of_case(case.id):
        if document.code == _PACKAGE:
            continue
        name = f"documents/{document.journal_seq:03d}-{document.code}.pdf"
        yield name, vault.content(document.object_key)
    for place, blob in enumerate(blobs.of_case(case.id), 1):
        yield f"materials/{place:03d}-{blob.name}", vault.content(blob.object_key)


def _about(opened: Opened) -> dict[str, object]:
    case = opened.case
    held = Certificate.objects.filter(case_id=case.id).values_list("number", flat=True)
    return {
        "number": case.number,
        "item": case.item_code,
        "pack": f"{case.pack_code}@{case.pack_version}",
        "title": case.title,
        "subject_code": case.subject_code,
        "subject_name": case.subject_name,
        "outcome": case.outcome,
        "submitted_at": case.submitted_at.isoformat(),
        "closed_at": case.closed_at.isoformat() if case.closed_at else "",
        "materials": json.loads(case.materials),
        "certificates": list(held),
        "retention_years": opened.scenario.retention_years,
    }


def _archived(opened: Opened) -> str:
    for row in opened.journal:
        if row.act == "archive":
            inputs = json.loads(row.body)["act"]["inputs"]
            return str(inputs["package"])
    return ""


def _pretty(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode()
