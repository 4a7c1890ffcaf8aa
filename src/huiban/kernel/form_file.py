# SPDX-License-Identifier: Apache-2.0
"""Which uploaded files a file field takes: known, of the right kind, size and number."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from huiban.kernel.form_context import Context
from huiban.kernel.form_model import Field, Values
from huiban.kernel.form_text import storable
from huiban.kernel.form_words import FieldRefused, echo, named, refuse, unreadable
from huiban.kernel.words import Words

_MOST_LISTED = 200
_KINDS = {
    "application/pdf": Words("PDF", "PDF"),
    "image/*": Words("图片", "images"),
    "image/jpeg": Words("JPG 图片", "JPG images"),
    "image/png": Words("PNG 图片", "PNG images"),
    "video/*": Words("视频", "videos"),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": Words("Excel", "Excel"),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": Words(
        "Word", "Word"
    ),
}


@dataclass(frozen=True, slots=True)
class _File:
    number: str
    name: str
    size: int
    media: str


def read_files(
    field: Field, raw: object, context: Context
) -> tuple[list[dict[str, object]], list[FieldRefused]]:
    """Return the files that can be taken, each once, and what is wrong with the others."""
    taken: dict[str, dict[str, object]] = {}
    refusals: list[FieldRefused] = []
    sent = raw if isinstance(raw, list) else [raw]
    for one in sent[:_MOST_LISTED]:
        try:
            file = _known(field, one, context.files)
            if file:
                _refuse_unfit(field, file)
                taken[file.number] = _stored(file)
        except FieldRefused as refusal:
            refusals.append(refusal)
    if len(taken) > field.max_files:
        refusals.append(_too_many(field, len(taken)))
    return list(taken.values()), refusals


def accepts(field_accept: tuple[str, ...], media: str) -> bool:
    """
    Tell whether a media type is among those accepted; `image/*` takes every image.

    >>> accepts(("application/pdf", "image/*"), "image/png")
    True
    """
    kind = media.partition("/")[0]
    return not field_accept or media in field_accept or f"{kind}/*" in field_accept


def speak_size(size: int) -> str:
    """
    Write a number of bytes for people.

    >>> speak_size(20 * 1024 * 1024)
    '20 MB'
    """
    for unit, scale in (("GB", 1024**3), ("MB", 1024**2), ("KB", 1024)):
        if size >= scale:
            return f"{size / scale:.1f}".removesuffix(".0") + f" {unit}"
    return f"{size} B"


def speak_kinds(accept: tuple[str, ...]) -> Words:
    known = [_KINDS.get(media, Words(media, media)) for media in accept]
    return Words(" 或 ".join(one.zh for one in known), " or ".join(one.en for one in known))


def _known(field: Field, sent: object, files: Mapping[str, Values] | None) -> _File | None:
    number, described = _number_and_description(field, sent)
    if not number:
        return None
    facts = described if files is None else files.get(number)
    if not facts:
        raise _not_uploaded(field)
    size = facts.get("size")
    if isinstance(size, str) and re.fullmatch(r"[0-9]{1,15}", size):
        size = int(size)
    name, media = facts.get("name"), facts.get("media")
    if not isinstance(size, int) or isinstance(size, bool) or size < 0:
        raise _not_uploaded(field)
    if not isinstance(name, str) or not isinstance(media, str):
        raise _not_uploaded(field)
    return _File(number, storable(name)[:255], size, storable(media)[:100].lower())


def _number_and_description(field: Field, sent: object) -> tuple[str, Values]:
    described: Values = sent if isinstance(sent, Mapping) else {}
    number = described.get("file") if described else sent
    if number is None or number == "" or sent == {}:
        return "", {}
    if not isinstance(number, str) or len(number) > 100 or storable(number) != number:
        raise unreadable(field)
    return number.strip(), described


def _stored(file: _File) -> dict[str, object]:
    return {"file": file.number, "name": file.name, "size": file.size, "media": file.media}


def _refuse_unfit(field: Field, file: _File) -> None:
    name = echo(file.name)
    if not accepts(field.accept, file.media):
        kinds = speak_kinds(field.accept)
        raise refuse(
            "file_media",
            f"文件“{name}”的格式不能用，请换成 {kinds.zh} 再上传",
            f"The file “{name}” has the wrong format; upload {kinds.en} instead",
        )
    if file.size > field.max_bytes:
        most = speak_size(field.max_bytes)
        raise refuse(
            "file_size",
            f"文件“{name}”有 {speak_size(file.size)}，最大 {most}，请压缩或分成几份再上传",
            f"The file “{name}” has {speak_size(file.size)}, at most {most} are allowed; "
            "compress or split it",
        )
    if not file.size:
        raise refuse(
            "file_empty",
            f"文件“{name}”是空的，请检查后重新上传",
            f"The file “{name}” is empty; check it and upload it again",
        )


def _not_uploaded(field: Field) -> FieldRefused:
    label = named(field)
    return refuse(
        "file_missing",
        f"{label.zh}有文件没有上传成功，请重新上传",
        f"A file of {label.en} was not uploaded; upload it again",
    )


def _too_many(field: Field, count: int) -> FieldRefused:
    label, most = named(field), field.max_files
    return refuse(
        "too_many_files",
        f"{label.zh}最多 {most} 个文件，现在有 {count} 个，请删去 {count - most} 个",
        f"{label.en} takes at most {most} file(s); remove {count - most}",
    )
