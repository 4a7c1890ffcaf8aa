# SPDX-License-Identifier: Apache-2.0
"""What goes into an archived case's package (归档内容): each member's path, kind and bytes."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from functools import lru_cache

from huiban.connectors import preview
from huiban.kernel.archive import FileEntry
from huiban.kernel.bag import clean_name
from huiban.kernel.evidence import canonical
from huiban.kernel.form_schema import json_schema
from huiban.packloader import Scenario
from huiban.services import ledger, vault
from huiban.services.facts import read_json, read_materials
from huiban.services.handle import Opened
from huiban.services.journal import entry_of
from huiban.services.ledger import Chain
from huiban.store import archives, blobs, certificates, documents, filings
from huiban.store.models import Blob, Ceremony, Document, LedgerEntry, SignParty, SignRequest
from huiban.store.rows import CaseRow

TEXT, JSON, XML = "text/plain", "application/json", "application/xml"
FILED = {"payload": "data/form/answers.json", "materials": "data/form/materials.json"}
"""Where the two texts lie that a person filed, by their column."""
PACKAGE_CODE = "archive_package"
"""The code under which packages were kept as documents once; never a part of a package."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file of the package: where, of which media type, and its bytes in pieces."""

    path: str
    media: str
    chunks: Iterable[bytes]
    entry: FileEntry | None = None
    """How the description lists it; None for what is not content."""


@dataclass(frozen=True, slots=True)
class Belongings:
    """What the store holds of a case beside its row and journal, read once."""

    documents: tuple[Document, ...]
    files: tuple[Blob, ...]
    paths: Mapping[str, str]
    """Where each document and file lies in the package, by its number."""


def belongings(opened: Opened) -> Belongings:
    """Read what belongs to a case, and give each document and file its place."""
    case = opened.case
    issued = [one for one in documents.of_case(case.id) if one.code != PACKAGE_CODE]
    issued.sort(key=lambda one: (one.journal_seq, one.code))
    held = blobs.of_case(case.id)
    paths = {
        one.number: f"data/content/documents/{place:03d}-{clean_name(one.title + _ending(one))}"
        for place, one in enumerate(issued, 1)
    }
    return Belongings(tuple(issued), tuple(held), paths | _file_paths(opened, held))


def content(opened: Opened, own: Belongings) -> Iterator[Member]:
    """Give the documents as they were issued and signed, and the files as they were handed in."""
    for one in own.documents:
        path, data = own.paths[one.number], vault.content(one.object_key)
        entry = FileEntry(
            path=path, kind="document", title=one.title, number=one.reference or one.number,
            media=one.media, size=one.size, pages=_counted(data, one.media),
        )  # fmt: skip
        yield Member(path, one.media, (data,), entry)
    known = _material_names(opened)
    for file in own.files:
        path = own.paths[file.number]
        name = known.get(file.number)
        entry = FileEntry(
            path=path, kind="material" if name else "other", title=name or file.name,
            number=file.number, media=file.media, size=file.size, pages=_pages_of(file),
        )  # fmt: skip
        yield Member(path, file.media, vault.objects().get(file.object_key), entry)


def records(opened: Opened, own: Belongings) -> Iterator[Member]:
    """Give the answers, the record of the case, its certificates and the evidence, as data."""
    yield from _form(opened)
    held = [archives.as_json(one) for one in certificates.of_case(opened.case.id)]
    rows = {
        "case": case_json(opened.case),
        "documents": [
            archives.as_json(one, ("object_key",)) | {"path": own.paths[one.number]}
            for one in own.documents
        ],
        "files": [
            archives.as_json(one, ("object_key",)) | {"path": own.paths[one.number]}
            for one in own.files
        ],
        "certificates": held,
    }
    yield _member("data/metadata/rows.json", JSON, _pretty(rows))
    yield _member("data/metadata/pack.json", JSON, _pack_in_force(opened.scenario))
    for one in held:
        number = str(one["number"])
        name = clean_name(number)
        yield _member(f"data/certificates/{name}.json", JSON, _pretty(one))
        lines = _ledger_lines(ledger.history(Chain.CERTIFICATE, number))
        yield _member(f"data/evidence/ledgers/certificate-{name}.jsonl", TEXT, lines)
    yield _member("data/evidence/journal.jsonl", TEXT, journal_lines(opened))
    yield from _signings(opened)


def journal_lines(opened: Opened) -> bytes:
    """Write the journal, one canonical entry with its two digests a line."""
    return b"".join(
        canonical(
            {
                "entry": entry_of(opened.case.number, row),
                "sha256": row.sha256,
                "sm3": row.sm3,
            }
        )
        + b"\n"
        for row in opened.journal
    )


def case_json(case: CaseRow) -> dict[str, object]:
    """Give the row of a case as JSON values, without what was filed: that has its own members."""
    names = (one.name for one in fields(case) if one.name not in FILED)
    return {name: _plain(getattr(case, name)) for name in names}


def _form(opened: Opened) -> Iterator[Member]:
    case = opened.case
    form = opened.scenario.form_of(opened.scenario.items[case.item_code])
    schema = json_schema(form, "zh")
    # As filed, to the byte: the journal keeps the digest of exactly these two texts.
    yield _member(FILED["payload"], JSON, case.payload.encode())
    yield _member(FILED["materials"], JSON, case.materials.encode())
    yield _member("data/form/schema.zh.json", JSON, _pretty(schema))
    for past in filings.of_case(case.id):
        where = f"data/form/earlier/until-{past.until_seq:04d}"
        yield _member(f"{where}-answers.json", JSON, past.payload.encode())
        yield _member(f"{where}-materials.json", JSON, past.materials.encode())


def _signings(opened: Opened) -> Iterator[Member]:
    """Give how people signed: the ceremonies of the case, its draft and its requests."""
    case = opened.case
    asked = list(SignRequest.objects.filter(case_id=case.id).order_by("made_at", "number"))
    matters = [f"draft:{case.submission_key}", f"case:{case.number}"]
    matters += [f"request:{one.number}" for one in asked]
    held = Ceremony.objects.filter(matter__in=matters).order_by("opened_at", "number")
    for one in held:
        where = f"data/evidence/ceremonies/{one.number}"
        told = archives.as_json(one, ("object_key", "strokes_key", "signed_key"))
        yield _member(f"{where}.json", JSON, _pretty(told))
        yield Member(f"{where}-shown.pdf", "application/pdf", vault.objects().get(one.object_key))
        if one.signed_key:
            key = one.signed_key
            yield Member(f"{where}-signed.pdf", "application/pdf", vault.objects().get(key))
        if one.strokes_key:
            yield Member(f"{where}-strokes.json", JSON, vault.objects().get(one.strokes_key))
    for request in asked:
        where = f"data/evidence/requests/{request.number}"
        parties = SignParty.objects.filter(request=request).order_by("place")
        told = archives.as_json(request, ("object_key", "first_key")) | {
            "parties": [archives.as_json(one, ("token_hash",)) for one in parties]
        }
        yield _member(f"{where}.json", JSON, _pretty(told))
        for name, key in (("asked", request.first_key), ("signed", request.object_key)):
            yield Member(f"{where}-{name}.pdf", "application/pdf", vault.objects().get(key))


def _file_paths(opened: Opened, held: Iterable[Blob]) -> dict[str, str]:
    names = _material_names(opened)
    found = {}
    for place, one in enumerate(held, 1):
        title = names.get(one.number, "")
        named = one.name if one.name.startswith(title) else f"{title}-{one.name}"
        folder = "materials" if one.number in names else "other"
        found[one.number] = f"data/content/{folder}/{place:03d}-{clean_name(named)}"
    return found


def _material_names(opened: Opened) -> dict[str, str]:
    """Name the material each file was handed in for, now or before a correction."""
    item = opened.scenario.items[opened.case.item_code]
    titles = {one.code: one.name.zh for one in item.materials}
    texts = [one.materials for one in filings.of_case(opened.case.id)]
    return {
        number: titles.get(code, code)
        for text in (*texts, opened.case.materials)
        for code, numbers in read_materials(text).items()
        for number in numbers
    }


def _ledger_lines(entries: Iterable[LedgerEntry]) -> bytes:
    return b"".join(
        canonical({"entry": ledger.content_of(one), "sha256": one.sha256, "sm3": one.sm3}) + b"\n"
        for one in entries
    )


def _pack_in_force(scenario: Scenario) -> bytes:
    """Give the pack the case was handled by, whole: the journal names its digest."""
    texts = tuple(sorted(scenario.texts.items()))
    return _pack_text(scenario.code, scenario.version, scenario.digest, texts)


@lru_cache(maxsize=16)
def _pack_text(code: str, version: str, digest: str, texts: tuple[tuple[str, str], ...]) -> bytes:
    return _pretty({"code": code, "version": version, "digest": digest, "texts": dict(texts)})


def _counted(data: bytes, media: str) -> int:
    try:
        return preview.pages(data, media)
    except preview.PreviewRefused:  # the check of the package says what is wrong with it
        return 0


def _pages_of(file: Blob) -> int:
    try:
        return int(str(read_json(file.verdict or "{}").get("pages", 0)))
    except ValueError:
        return 0


def _ending(one: Document) -> str:
    return {"application/pdf": ".pdf", "application/ofd": ".ofd"}.get(one.media, ".bin")


def _member(path: str, media: str, data: bytes) -> Member:
    return Member(path, media, (data,))


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value


def _pretty(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"
