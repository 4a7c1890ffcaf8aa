# SPDX-License-Identifier: Apache-2.0
"""Reading a proof that somebody brings (存证证明): every part in its form, or refused by name."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from huiban.kernel.evidence import Digests
from huiban.kernel.proof import (
    HASHES,
    HEAD_FORMAT,
    PROOF_FORMAT,
    Entry,
    Growth,
    Head,
    HeadSignature,
    Inclusion,
    Leaf,
    ProofDocument,
    SignedHead,
)
from huiban.kernel.words import Words

_HEX = re.compile(r"[0-9a-f]{64}")
_STRANGE = re.compile("[\x00\ud800-\udfff]")  # NUL and halves of pairs: no text of ours
_BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}")
_MOST_PATH = 64  # a tree of 2^63 leaves
_MOST_TEXT = 200_000
_MOST_ENTRIES = 10_000
_EXACT = 2**53 - 1

T = TypeVar("T")


class ProofUnreadable(ValueError):
    """What was given is no proof document; the message says what of it is not in its form."""

    def __init__(self, place: str, wanted: Words) -> None:
        self.message = Words(
            f"不是完整的存证证明：{place} 应为{wanted.zh}",
            f"not a proof document: {place} must be {wanted.en}",
        )
        super().__init__(self.message.en)


_OBJECT = Words("对象", "an object")
_LIST = Words("列表", "a list")
_TEXT = Words("文字", "text")
_NUMBER = Words("不小于 0 的整数", "a whole number from 0 on")
_DIGEST = Words("64 位小写十六进制摘要", "64 lower-case hexadecimal digits")
_BYTES = Words("Base64", "base64")


def read_proof(value: object) -> ProofDocument:
    """
    Read a proof document from its JSON value.

    :raises ProofUnreadable: naming the first part that is not in its form.
    """
    found = _object(value, "$")
    if found.get("format") != PROOF_FORMAT:
        raise ProofUnreadable("format", Words(PROOF_FORMAT, PROOF_FORMAT))
    return ProofDocument(
        log=_text(found.get("log"), "log"),
        made_at=_text(found.get("made_at"), "made_at"),
        end=_leaf(found.get("end"), "end"),
        inclusion=_or_none(found.get("inclusion"), "inclusion", _inclusion),
        entries=_entries(found.get("entries", []), "entries"),
    )


def read_head(text: str) -> Head:
    """
    Read a head from the text that is signed.

    :raises ProofUnreadable: if it is not exactly the canonical form of a head.
    """
    found = _object(_json(text), "head")
    if found.get("format") != HEAD_FORMAT:
        raise ProofUnreadable("head.format", Words(HEAD_FORMAT, HEAD_FORMAT))
    roots = _digests(found.get("roots"), "head.roots")
    head = Head(
        log=_text(found.get("log"), "head.log"),
        number=_number(found.get("number"), "head.number"),
        at=_text(found.get("at"), "head.at"),
        size=_number(found.get("size"), "head.size"),
        sha256=roots.sha256,
        sm3=roots.sm3,
        previous=_or_none(found.get("previous"), "head.previous", _digests),
    )
    if head.text != text:
        raise ProofUnreadable("head", Words("规范 JSON（RFC 8785）", "canonical JSON (RFC 8785)"))
    return head


def read_signed_head(value: object, place: str = "checkpoint") -> SignedHead:
    """:raises ProofUnreadable: naming the first part that is not in its form."""
    found = _object(value, place)
    signatures = _list(found.get("signatures"), f"{place}.signatures", 8)
    return SignedHead(
        text=_text(found.get("head"), f"{place}.head"),
        signatures=tuple(
            _signature(one, f"{place}.signatures[{index}]") for index, one in enumerate(signatures)
        ),
        token=_base64(found.get("token"), f"{place}.token"),
    )


def _signature(value: object, place: str) -> HeadSignature:
    found = _object(value, place)
    chain = _list(found.get("chain"), f"{place}.chain", 8)
    return HeadSignature(
        profile=_text(found.get("profile"), f"{place}.profile"),
        signature=_base64(found.get("signature"), f"{place}.signature"),
        certificate=_base64(found.get("certificate"), f"{place}.certificate"),
        chain=tuple(_base64(one, f"{place}.chain") for one in chain),
    )


def _inclusion(value: object, place: str) -> Inclusion:
    found = _object(value, place)
    return Inclusion(
        leaf=_leaf(found.get("leaf"), f"{place}.leaf"),
        place=_number(found.get("place"), f"{place}.place"),
        paths=_paths(found.get("paths"), f"{place}.paths"),
        checkpoint=read_signed_head(found.get("checkpoint"), f"{place}.checkpoint"),
        growth=_or_none(found.get("newest"), f"{place}.newest", _growth),
    )


def _growth(value: object, place: str) -> Growth:
    found = _object(value, place)
    return Growth(
        checkpoint=read_signed_head(found.get("checkpoint"), f"{place}.checkpoint"),
        paths=_paths(found.get("consistency"), f"{place}.consistency"),
    )


def _leaf(value: object, place: str) -> Leaf:
    found = _object(value, place)
    sm3 = found.get("sm3")
    return Leaf(
        chain=_text(found.get("chain"), f"{place}.chain"),
        key=_text(found.get("key"), f"{place}.key"),
        seq=_number(found.get("seq"), f"{place}.seq"),
        sha256=_hex(found.get("sha256"), f"{place}.sha256"),
        sm3="" if sm3 == "" else _hex(sm3, f"{place}.sm3"),
    )


def _entries(value: object, place: str) -> tuple[Entry, ...]:
    return tuple(
        Entry(_object(found.get("content"), f"{place}[{index}].content"), _digests(found, place))
        for index, one in enumerate(_list(value, place, _MOST_ENTRIES))
        for found in [_object(one, f"{place}[{index}]")]
    )


def _paths(value: object, place: str) -> dict[str, tuple[str, ...]]:
    found = _object(value, place)
    return {
        name: tuple(
            _hex(one, f"{place}.{name}")
            for one in _list(found.get(name), f"{place}.{name}", _MOST_PATH)
        )
        for name in HASHES
    }


def _digests(value: object, place: str) -> Digests:
    found = _object(value, place)
    return Digests(
        *(_hex(found.get(name), f"{place}.{name}") for name in HASHES),
    )


def _or_none(value: object, place: str, read: Callable[[object, str], T]) -> T | None:
    return None if value is None else read(value, place)


def _object(value: object, place: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ProofUnreadable(place, _OBJECT)
    return value


def _list(value: object, place: str, most: int) -> list[object]:
    if not isinstance(value, list):
        raise ProofUnreadable(place, _LIST)
    if len(value) > most:
        raise ProofUnreadable(place, Words(f"不超过 {most} 项的列表", f"a list of at most {most}"))
    return value


def _text(value: object, place: str) -> str:
    if not isinstance(value, str) or len(value) > _MOST_TEXT or _STRANGE.search(value):
        raise ProofUnreadable(place, _TEXT)
    return value


def _number(value: object, place: str) -> int:
    if type(value) is not int or not 0 <= value <= _EXACT:
        raise ProofUnreadable(place, _NUMBER)
    return value


def _hex(value: object, place: str) -> str:
    if not isinstance(value, str) or not _HEX.fullmatch(value):
        raise ProofUnreadable(place, _DIGEST)
    return value


def _base64(value: object, place: str) -> str:
    text = _text(value, place)
    if not _BASE64.fullmatch(text) or len(text) % 4:
        raise ProofUnreadable(place, _BYTES)
    return text


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise ProofUnreadable("head", Words("JSON", "JSON")) from None
