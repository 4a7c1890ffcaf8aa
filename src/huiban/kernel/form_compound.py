# SPDX-License-Identifier: Apache-2.0
"""How addresses, declarations and signatures are read."""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation

from huiban.kernel.form_model import Field
from huiban.kernel.form_text import as_text, clean, narrow
from huiban.kernel.form_words import FieldRefused, named, refuse

_MOST_STROKES = 200
_MOST_POINTS = 5000
_FARTHEST = 100_000_000
_JOINERS = re.compile(r"[\s·•・‧.]")


def read_address(field: Field, raw: object) -> dict[str, str | None] | None:
    """Return `{"text", "lon", "lat"}`; the point is optional, but never half a point."""
    parts = raw if isinstance(raw, Mapping) else {"text": raw}
    text = clean(field, as_text(field, parts.get("text") or ""))
    lon = _degrees(field, parts.get("lon"), 180)
    lat = _degrees(field, parts.get("lat"), 90)
    if (lon is None) != (lat is None):
        raise _bad_point(field)
    if not text and lon is None:
        return None
    if not text:
        label = named(field)
        raise refuse(
            "address_without_text",
            f"{label.zh}已在地图上选了点，请再写出详细地址",
            f"{label.en} has a point on the map; write the address as well",
        )
    return {"text": text, "lon": lon, "lat": lat}


def digest_of(text: str) -> str:
    """Return the SHA-256 by which a declaration's wording is recognised."""
    return hashlib.sha256(text.encode()).hexdigest()


def read_declaration(field: Field, raw: object) -> dict[str, object] | None:
    """
    Return the agreement with the digest of the wording that was shown.

    :raises FieldRefused: if the wording shown is not the one in force.
    """
    parts = raw if isinstance(raw, Mapping) else {"agreed": raw}
    if not _is_agreed(parts.get("agreed")):
        return None
    digest = parts.get("digest")
    wordings = [digest_of(text) for text in (field.text.zh, field.text.en) if text]
    if digest not in wordings:
        label = named(field)
        raise refuse(
            "declaration_changed",
            f"{label.zh}的内容和您看到的不一致，请重新阅读后再勾选同意",
            f"The wording of {label.en} is not the one you saw; read it again, then agree",
        )
    return {"agreed": True, "digest": digest} | _kept(parts, "at")


def read_signature(field: Field, raw: object, signer: str) -> dict[str, object] | None:
    """
    Return the signature: the name typed and, when drawn, its strokes in whole pixels and ms.

    :raises FieldRefused: if the name is not the signer's, or the strokes are unreadable.
    """
    parts = raw if isinstance(raw, Mapping) else {"name": raw}
    name = clean(field, as_text(field, parts.get("name") or ""))
    strokes = _strokes(field, parts.get("strokes"))
    if not name and strokes is None:
        return None
    label = named(field)
    if not name:
        raise refuse(
            "signature_without_name",
            f"{label.zh}已手写签名，请再写出签名人的姓名",
            f"{label.en} is drawn; type the signer's name as well",
        )
    if signer and _JOINERS.sub("", name) != _JOINERS.sub("", signer):
        raise refuse(
            "not_the_signer",
            f"{label.zh}应由{signer}本人签署，请核对姓名，或请{signer}登录后签署",
            f"{label.en} must be signed by {signer}; check the name, or ask {signer} to sign in",
        )
    return {"name": name, "strokes": strokes} | _kept(parts, "at", "account")


def _is_agreed(raw: object) -> bool:
    return raw is True or (isinstance(raw, str) and raw.strip().lower() in ("on", "true", "1"))


def _kept(parts: Mapping[str, object], *names: str) -> dict[str, object]:
    """Keep what `stamp` wrote earlier; services stamp anew what comes from outside."""
    kept: dict[str, object] = {}
    for name in names:
        value = parts.get(name)
        if isinstance(value, str) and len(value) <= 64 and (name != "at" or _is_moment(value)):
            kept[name] = value
    return kept


def _is_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _degrees(field: Field, raw: object, most: int) -> str | None:
    typed = "" if raw is None else narrow(as_text(field, raw))
    if not typed:
        return None
    if len(typed) > 30 or not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", typed):
        raise _bad_point(field)
    try:
        number = Decimal(typed).quantize(Decimal("0.0000001"))  # 1 cm
    except InvalidOperation:
        raise _bad_point(field) from None
    if abs(number) > most:
        raise _bad_point(field)
    # Adding 0 turns -0 into 0.
    return f"{number + 0:f}".rstrip("0").rstrip(".")


def _bad_point(field: Field) -> FieldRefused:
    label = named(field)
    return refuse(
        "bad_point",
        f"{label.zh}在地图上的位置不对，请在地图上重新选点，或清空位置只写地址",
        f"The map point of {label.en} is not valid; pick it again, or clear it",
    )


def _strokes(field: Field, raw: object) -> list[list[list[int]]] | None:
    if raw is None or raw == "":
        return None
    if isinstance(raw, str):
        raw = _loaded(field, raw)
    if not isinstance(raw, list) or len(raw) > _MOST_STROKES:
        raise _bad_strokes(field)
    strokes = [_stroke(field, stroke) for stroke in raw]
    if sum(len(stroke) for stroke in strokes) > _MOST_POINTS:
        raise _bad_strokes(field)
    return strokes or None


def _loaded(field: Field, text: str) -> object:
    try:
        loaded: object = json.loads(text)
    except (ValueError, RecursionError):
        raise _bad_strokes(field) from None
    return loaded


def _stroke(field: Field, raw: object) -> list[list[int]]:
    if not isinstance(raw, list) or not 1 <= len(raw) <= _MOST_POINTS:
        raise _bad_strokes(field)
    return [_point(field, point) for point in raw]


def _point(field: Field, raw: object) -> list[int]:
    if not isinstance(raw, list) or len(raw) != 3:
        raise _bad_strokes(field)
    return [_whole(field, part) for part in raw]


def _whole(field: Field, part: object) -> int:
    is_number = isinstance(part, int | float) and not isinstance(part, bool)
    # The comparison is false for NaN, so nothing that cannot be rounded passes.
    if is_number and isinstance(part, int | float) and abs(part) < _FARTHEST:
        return round(part)
    raise _bad_strokes(field)


def _bad_strokes(field: Field) -> FieldRefused:
    label = named(field)
    return refuse(
        "bad_strokes",
        f"{label.zh}的笔迹没有保存好，请清除后重新签名",
        f"The strokes of {label.en} were not saved properly; clear them and sign again",
    )
