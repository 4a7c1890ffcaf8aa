# SPDX-License-Identifier: Apache-2.0
"""Keeps published versions of scenario packs, whole and unchangeable; cases refer to them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from huiban.store.models import PackVersion


class PackVersionNotFound(LookupError):
    """No such version was ever published here."""

    def __init__(self, code: str, version: str) -> None:
        super().__init__(f"pack {code} has no published version {version}; publish it first")


class VersionTaken(Exception):
    """The version was published with other content."""

    def __init__(self, code: str, version: str) -> None:
        super().__init__(
            f"pack {code} version {version} is already published with other content; "
            "raise `version` in its pack.yaml"
        )


@dataclass(frozen=True, slots=True)
class PublishedPack:
    """A pack version: its files by relative path, and the digest over them."""

    code: str
    version: str
    digest: str
    texts: Mapping[str, str]


def publish(pack: PublishedPack, now: datetime, by: str) -> bool:
    """
    Keep a pack version; False when this very version is there already.

    :raises VersionTaken: if the version is there with other content.
    """
    row = PackVersion(
        code=pack.code,
        version=pack.version,
        digest=pack.digest,
        texts=json.dumps(dict(pack.texts), ensure_ascii=False, sort_keys=True),
        published_at=now,
        published_by=by,
    )
    before = _found(pack.code, pack.version)
    if before is None:
        PackVersion.objects.bulk_create([row], ignore_conflicts=True)
        # Another process may have been first, with the same content or with other.
        before, is_new = _found(pack.code, pack.version), True
    else:
        is_new = False
    if before is None or before.digest != pack.digest:
        raise VersionTaken(pack.code, pack.version)
    return is_new


def load(code: str, version: str) -> PublishedPack:
    """
    Return a published version.

    :raises PackVersionNotFound: if there is none.
    """
    found = _found(code, version)
    if found is None:
        raise PackVersionNotFound(code, version)
    return _pack(found)


def latest(code: str) -> PublishedPack | None:
    """Return the version published last, None when the pack never was."""
    found = PackVersion.objects.filter(code=code).order_by("-id").first()
    return _pack(found) if found else None


def current() -> dict[str, str]:
    """Return the code and version of every pack as published last."""
    rows = PackVersion.objects.order_by("id").values_list("code", "version")
    return dict(rows)


def _found(code: str, version: str) -> PackVersion | None:
    return PackVersion.objects.filter(code=code, version=version).first()


def _pack(row: PackVersion) -> PublishedPack:
    return PublishedPack(row.code, row.version, row.digest, json.loads(row.texts))
