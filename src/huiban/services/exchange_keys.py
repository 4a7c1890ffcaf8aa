# SPDX-License-Identifier: Apache-2.0
"""Keyed digests that stand for persons and enterprises where their numbers must not be kept."""

import unicodedata

from django.utils.crypto import salted_hmac

_SUBJECT = "huiban.exchange.subject"
_REQUEST = "huiban.exchange.request"


def key_digest(key: str) -> str:
    """
    Return what stands for a lookup key in logs and tables, 64 hexadecimal digits.

    However it is typed: full-width, small letters and blanks around it make no difference. Made
    with the secret of this house, so that trying all numbers of a kind finds nobody out.
    """
    return salted_hmac(_SUBJECT, normal(key), algorithm="sha256").hexdigest()


def normal(key: str) -> str:
    """Return a key in the one form it is compared in."""
    return unicodedata.normalize("NFKC", key).strip().upper()


def digest_key() -> bytes:
    """Return the key that digests of requests and responses are made with."""
    return salted_hmac(_REQUEST, "key", algorithm="sha256").digest()
