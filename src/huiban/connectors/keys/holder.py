# SPDX-License-Identifier: Apache-2.0
"""What every place that holds private keys can do, and what it refuses."""

import re
from typing import Protocol

from huiban.connectors.signer import KeyUnavailable
from huiban.kernel.credential import Profile

_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class KeyRefused(ValueError):
    """This place does not keep such a key; the text says why and what to do."""


class KeyHolder(Protocol):
    """
    A place that holds private keys and lets nothing out but signatures.

    A label is made up by one caller for one key: 1 to 100 letters, digits, `.`, `_`, `-`.
    """

    def __hash__(self) -> int: ...

    def make(self, label: str, profile: Profile) -> bytes:
        """
        Make a key and return its public half, SubjectPublicKeyInfo in DER.

        A key that is there already under this label is the key.

        :raises KeyRefused: if the label is none, belongs to the other suite, or the place has not
            this suite.
        :raises KeyUnavailable: if the place is away.
        """

    def public_key(self, label: str) -> bytes:
        """
        Return the public half of a key: SubjectPublicKeyInfo in DER.

        :raises KeyUnavailable: if there is none, or the place is away.
        """

    def sign(self, label: str, data: bytes) -> bytes:
        """
        Sign, as `connectors.signer.Signer` says.

        :raises KeyUnavailable: if the key is not there or cannot be used now.
        """

    def destroy(self, label: str) -> None:
        """
        Destroy a key for good; one that is not there is no fault.

        :raises KeyUnavailable: if the place is away.
        """


def checked_label(label: str) -> str:
    """
    Return a label that every place takes.

    :raises KeyRefused: if it is none.
    """
    if not _LABEL.fullmatch(label):
        raise KeyRefused(f"{label!r} is no label of a key: write up to 100 letters, digits, . _ -")
    return label


def no_key(label: str) -> KeyUnavailable:
    """Return the refusal for a key that is not there."""
    return KeyUnavailable(f"there is no key {label}: restore it from the backup, or renew it")
