# SPDX-License-Identifier: Apache-2.0
"""An authenticator in software for tests: makes passkeys and answers, honestly or not."""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import encode_cbor

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def b64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


@dataclass
class SoftPasskey:
    """One device with one key; its fields can be set to have it lie or fail."""

    origin: str = "http://localhost:8000"
    host: str = "localhost"
    counter: int = 0
    counts: bool = True
    is_verified: bool = True
    is_framed: bool = False
    identifier: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    @property
    def credential(self) -> str:
        return b64(self.identifier)

    def make(self, options: dict[str, Any], **changed: object) -> str:
        """Answer `navigator.credentials.create`."""
        assert options["rp"]["id"] == self.host
        attested = self._data(ATTESTED) + self._attested()
        statement = {"fmt": "none", "attStmt": {}, "authData": attested}
        return self._sent(
            {
                "clientDataJSON": b64(self._client("webauthn.create", options["challenge"])),
                "attestationObject": b64(encode_cbor(statement)),
                "transports": ["internal", "hybrid", "carrier-pigeon"],
            },
            changed,
        )

    def answer(self, options: dict[str, Any], **changed: object) -> str:
        """Answer `navigator.credentials.get`."""
        self.counter += self.counts
        client, data = self._client("webauthn.get", options["challenge"]), self._data()
        signed = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._sent(
            {
                "clientDataJSON": b64(client),
                "authenticatorData": b64(data),
                "signature": b64(signed),
                "userHandle": None,
            },
            changed,
        )

    def _client(self, kind: str, challenge: str) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self.origin}
        return json.dumps(said | {"crossOrigin": self.is_framed}).encode()

    def _data(self, more: int = 0) -> bytes:
        flags = PRESENT | more | (VERIFIED if self.is_verified else 0)
        place = hashlib.sha256(self.host.encode()).digest()
        return place + bytes([flags]) + self.counter.to_bytes(4, "big")

    def _attested(self) -> bytes:
        numbers = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"),
                -3: numbers.y.to_bytes(32, "big")}  # fmt: skip
        length = len(self.identifier).to_bytes(2, "big")
        return bytes(16) + length + self.identifier + encode_cbor(cose)

    def _sent(self, response: dict[str, Any], changed: dict[str, object]) -> str:
        return json.dumps({
            "id": self.credential, "rawId": self.credential, "type": "public-key",
            "authenticatorAttachment": "platform", "clientExtensionResults": {},
            "response": response,
        } | changed)  # fmt: skip
