# SPDX-License-Identifier: Apache-2.0
"""The object store this installation keeps its files and documents in, whole bytes at a time."""

from functools import lru_cache

from django.conf import settings

from huiban.connectors.objects import Objects, connect


@lru_cache(maxsize=4)
def _connected(address: str) -> Objects:
    return connect(address)


def objects() -> Objects:
    """Return the store that the settings name."""
    return _connected(settings.OBJECTS_URL)


def keep(content: bytes) -> str:
    """Keep some bytes and return their key; the same bytes are kept once."""
    return objects().put([content], len(content)).key


def content(key: str) -> bytes:
    """
    Return kept bytes.

    :raises ObjectMissing: if nothing is kept under this key.
    :raises ObjectCorrupted: if the bytes are not the ones kept.
    """
    return b"".join(objects().get(key))
