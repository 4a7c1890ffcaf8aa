# SPDX-License-Identifier: Apache-2.0
"""What signs in somebody's name: a certificate, its chain, and a way to the key behind it."""

from collections.abc import Callable
from dataclasses import dataclass

from huiban.kernel.credential import Profile


class KeyUnavailable(RuntimeError):
    """The key cannot be used now: the device is away, locked, or does not hold it."""


@dataclass(frozen=True, slots=True)
class Signer:
    """
    A credential ready for use (签署凭据).

    `certificate` and `chain` are DER; the chain starts with the issuer and leaves the root out.
    `sign` gives the DER signature (ECDSA-Sig-Value, r and s) over some bytes: on P-256 over their
    SHA-256, for SM2 over SM3(Z ‖ bytes) with the usual identity 1234567812345678.

    :raises KeyUnavailable: from `sign`.
    """

    profile: Profile
    certificate: bytes
    chain: tuple[bytes, ...]
    sign: Callable[[bytes], bytes]
    number: str = ""
    """The number of the credential, for the records."""
