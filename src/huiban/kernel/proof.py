# SPDX-License-Identifier: Apache-2.0
"""A proof that carries all it needs (存证证明): a chain's end, its leaf, signed heads, growth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from huiban.kernel.evidence import Digests, canonical, digest_of

HEAD_FORMAT = "huiban-head/1"
PROOF_FORMAT = "huiban-proof/1"
HASHES = ("sha256", "sm3")

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Leaf:
    """The end of one chain at one checkpoint: what a leaf of the tree says."""

    chain: str
    key: str
    seq: int
    sha256: str
    sm3: str
    """Empty for the request log, whose chain has one digest only."""

    @property
    def data(self) -> bytes:
        """The bytes of the leaf; its digest is H(0x00 ‖ these)."""
        return canonical(self.to_json())

    @property
    def end(self) -> Digests:
        return Digests(self.sha256, self.sm3)

    def to_json(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in ("chain", "key", "seq", "sha256", "sm3")}


@dataclass(frozen=True, slots=True)
class Head:
    """The head of the tree at a checkpoint; its canonical JSON is what is signed and stamped."""

    log: str
    """The address of the installation whose log this is."""
    number: int
    at: str
    size: int
    sha256: str
    sm3: str
    previous: Digests | None = None
    """Digests of the whole checkpoint before: head, signatures and token."""

    @property
    def text(self) -> str:
        before = self.previous
        return canonical(
            {
                "format": HEAD_FORMAT,
                "log": self.log,
                "number": self.number,
                "at": self.at,
                "size": self.size,
                "roots": {"sha256": self.sha256, "sm3": self.sm3},
                "previous": {"sha256": before.sha256, "sm3": before.sm3} if before else None,
            }
        ).decode()

    def root(self, hash_name: str) -> bytes:
        return bytes.fromhex(self.sha256 if hash_name == "sha256" else self.sm3)


@dataclass(frozen=True, slots=True)
class HeadSignature:
    """One signature over a head; bytes are DER in base64, the chain leaves the root out."""

    profile: str
    signature: str
    certificate: str
    chain: tuple[str, ...] = ()

    def to_json(self) -> dict[str, object]:
        return {
            "profile": self.profile,
            "signature": self.signature,
            "certificate": self.certificate,
            "chain": list(self.chain),
        }


@dataclass(frozen=True, slots=True)
class SignedHead:
    """A checkpoint as it is published: the head's text, who signed it, when it was stamped."""

    text: str
    signatures: tuple[HeadSignature, ...] = ()
    token: str = ""
    """RFC 3161 over the SHA-256 of the head's text; DER in base64."""

    def to_json(self) -> dict[str, object]:
        return {
            "head": self.text,
            "signatures": [one.to_json() for one in self.signatures],
            "token": self.token,
        }

    @property
    def digests(self) -> Digests:
        """What the next head says of this checkpoint."""
        data = canonical(self.to_json())
        return Digests(*(digest_of(name)(data).hex() for name in HASHES))


@dataclass(frozen=True, slots=True)
class Growth:
    """A newer checkpoint, and the proof that the tree only grew until then."""

    checkpoint: SignedHead
    paths: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Inclusion:
    """Where a leaf lies under the first checkpoint that covers it; paths in hex, leaf upward."""

    leaf: Leaf
    place: int
    paths: Mapping[str, tuple[str, ...]]
    checkpoint: SignedHead
    growth: Growth | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One fact of a chain with its digests; given only to those who may read it."""

    content: Json
    digests: Digests


@dataclass(frozen=True, slots=True)
class ProofDocument:
    """Everything needed to check one chain's end, without asking anybody but a root of trust."""

    log: str
    made_at: str
    end: Leaf
    """Where the chain ended when the document was made."""
    inclusion: Inclusion | None = None
    """None until the next checkpoint covers the chain."""
    entries: tuple[Entry, ...] = field(default=())

    @property
    def is_pending(self) -> bool:
        """Tell whether the newest entry waits for a checkpoint still."""
        return self.inclusion is None or self.inclusion.leaf.seq < self.end.seq

    def to_json(self) -> dict[str, object]:
        """Return the document as it is handed out."""
        found: dict[str, object] = {
            "format": PROOF_FORMAT,
            "log": self.log,
            "made_at": self.made_at,
            "end": self.end.to_json(),
            "inclusion": _inclusion_json(self.inclusion) if self.inclusion else None,
        }
        if self.entries:
            found["entries"] = [
                {"content": dict(one.content), "sha256": one.digests.sha256, "sm3": one.digests.sm3}
                for one in self.entries
            ]
        return found


def _inclusion_json(found: Inclusion) -> dict[str, object]:
    growth = found.growth
    return {
        "leaf": found.leaf.to_json(),
        "place": found.place,
        "paths": _paths_json(found.paths),
        "checkpoint": found.checkpoint.to_json(),
        "newest": {
            "checkpoint": growth.checkpoint.to_json(),
            "consistency": _paths_json(growth.paths),
        }
        if growth
        else None,
    }


def _paths_json(paths: Mapping[str, Sequence[str]]) -> dict[str, object]:
    return {name: list(paths[name]) for name in HASHES}
