# SPDX-License-Identifier: Apache-2.0
"""What programs send, read once and strictly: JSON bodies, query strings and files."""

import math
from collections.abc import Iterator
from email.message import Message
from typing import TypeVar

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from huiban.kernel.words import Words
from huiban.services.files import Upload
from huiban.web.api.faults import Fault
from huiban.web.api.problem import Problem, invalid

Model = TypeVar("Model", bound=BaseModel)
JSON = "application/json"
MULTIPART = "multipart/form-data"
BYTES = "application/octet-stream"
FILE_FIELD = "file"
_ENVELOPE = 64 * 1024
_BODY_FAULTY = Words("提交的内容有误，问题逐条列在 errors 里", "Faults in the body; see errors")
_QUERY_FAULTY = Words("查询参数有误，问题逐条列在 errors 里", "Faults in the query; see errors")


def body_of(request: HttpRequest, model: type[Model]) -> Model:
    """
    Read a JSON body into its model.

    :raises Problem: 400 not JSON, 411, 413 too large, 415 another type, 422 not what is described.
    """
    return parsed(raw_body_of(request), model)


def raw_body_of(request: HttpRequest) -> bytes:
    """
    Read a JSON body as the bytes that came, for who must see that they are signed.

    :raises Problem: 400 broken off, 411, 413 too large, 415 another type.
    """
    media, charset = media_of(request)
    if media != JSON or charset.lower() not in ("", "utf-8", "utf8"):
        raise _wrong_type(JSON)
    return _bytes(request, settings.DATA_UPLOAD_MAX_MEMORY_SIZE)


def parsed(raw: bytes, model: type[Model]) -> Model:
    """
    Read the bytes of a JSON body into its model.

    :raises Problem: 400 not JSON, 422 not what is described.
    """
    try:
        data = from_json(raw, allow_inf_nan=False)
    except ValueError as fault:
        message = Words(f"不是有效的 JSON：{fault}", f"Not valid JSON: {fault}")
        raise Problem(400, "malformed_json", message) from None
    unfit = None if _is_fit(data) else next(_unfit(data, ""), None)
    if unfit is not None:
        raise Problem(422, "invalid", _BODY_FAULTY, (unfit,))
    try:
        return model.model_validate(data)
    except ValidationError as fault:
        raise invalid(fault, _BODY_FAULTY) from None


def query_of(request: HttpRequest, model: type[Model]) -> Model:
    """
    Read the query string into its model.

    :raises Problem: 422 if it has unknown, repeated or wrong parameters.
    """
    sent = {name: values[0] for name, values in request.GET.lists()}
    repeated = [name for name, values in request.GET.lists() if len(values) > 1]
    if repeated:
        again = Words("只能出现一次", "Must occur once")
        raise Problem(
            422, "invalid", _QUERY_FAULTY, [Fault(n, "repeated", again) for n in repeated]
        )
    unfit = next(_unfit(sent, ""), None)
    if unfit is not None:
        raise Problem(422, "invalid", _QUERY_FAULTY, (unfit,))
    try:
        return model.model_validate(sent)
    except ValidationError as fault:
        raise invalid(fault, _QUERY_FAULTY) from None


def upload_of(request: HttpRequest, name: str = "") -> Upload:
    """
    Read one file, sent as a form with a part named `file` or as bare bytes.

    :raises Problem: 400 unreadable, 411, 413 too large, 415 another type, 422 no file or no name.
    """
    media, _ = media_of(request)
    if media == BYTES:
        if not name:
            raise _no_file("name", Words("请给出文件名 name", "Give the file's name"))
        return Upload(_bytes(request, settings.MAX_FILE_BYTES), name)
    if media != MULTIPART:
        raise _wrong_type(f"{MULTIPART}, {BYTES}")
    _check_length(request, settings.MAX_FILE_BYTES + _ENVELOPE)
    try:
        files = request.FILES.getlist(FILE_FIELD)
    except (MultiPartParserError, SuspiciousOperation, UnreadablePostError) as fault:
        message = Words(f"上传内容无法读取：{fault}", f"The form cannot be read: {fault}")
        raise Problem(400, "malformed_form", message) from None
    if len(files) != 1 or not isinstance(files[0], UploadedFile):
        message = Words(f"请在 {FILE_FIELD} 里放一个文件", f"Send one part named {FILE_FIELD}")
        raise _no_file(FILE_FIELD, message)
    return Upload(files[0].read(), str(files[0].name or FILE_FIELD))


def media_of(request: HttpRequest) -> tuple[str, str]:
    """Return the media type sent, in small letters, and its charset."""
    text = request.META.get("CONTENT_TYPE", "")
    if text == JSON:  # nearly always; parsing a header costs more than reading the body
        return JSON, ""
    message = Message()
    message["Content-Type"] = text
    charset = message.get_param("charset", "")
    return message.get_content_type() if text else "", charset if isinstance(charset, str) else "?"


def _bytes(request: HttpRequest, most: int) -> bytes:
    length = _check_length(request, most)
    try:
        return request.read(length) if length else b""
    except OSError as fault:
        message = Words("内容没有收完整，请重新发送", "The body broke off; please send it again")
        raise Problem(400, "incomplete", message) from fault


def _check_length(request: HttpRequest, most: int) -> int:
    text = request.META.get("CONTENT_LENGTH") or ""
    if not text and request.META.get("HTTP_TRANSFER_ENCODING"):
        message = Words("请给出 Content-Length", "Send a Content-Length")
        raise Problem(411, "length_required", message)
    length = int(text) if text.isdecimal() else 0
    if length > most:
        message = Words(f"最多 {most} 字节", f"At most {most} bytes")
        raise Problem(413, "too_large", message)
    return length


def _is_fit(data: object) -> bool:
    """Tell quickly what `_unfit` finds with its place."""
    waiting = [data]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            if "\x00" in value:
                return False
        elif isinstance(value, dict):
            waiting += value
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, float) and not math.isfinite(value):
            return False
    return True


def _unfit(value: object, path: str) -> Iterator[Fault]:
    """Find what no database keeps: NUL characters, infinite numbers."""
    if isinstance(value, str):
        if "\x00" in value:
            message = Words("不能含有空字符（U+0000）", "Must not contain U+0000")
            yield Fault(path, "nul_character", message)
    elif isinstance(value, float):
        if not math.isfinite(value):
            yield Fault(path, "number_too_large", Words("数字太大", "The number is too large"))
    elif isinstance(value, list):
        for place, part in enumerate(value):
            yield from _unfit(part, f"{path}.{place}".lstrip("."))
    elif isinstance(value, dict):
        yield from _unfit_object(value, path)


def _unfit_object(value: dict[str, object], path: str) -> Iterator[Fault]:
    for key, part in value.items():
        here = f"{path}.{key}".lstrip(".").replace("\x00", "?")
        yield from _unfit(key, here)
        yield from _unfit(part, here)


def _wrong_type(expected: str) -> Problem:
    message = Words(f"Content-Type 应为 {expected}", f"Content-Type must be {expected}")
    return Problem(415, "unsupported_media_type", message, headers={"Accept": expected})


def _no_file(path: str, message: Words) -> Problem:
    return Problem(422, "invalid", _BODY_FAULTY, (Fault(path, "missing", message),))
