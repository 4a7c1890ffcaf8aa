# SPDX-License-Identifier: Apache-2.0
"""In whose name something is signed, and by which suite of algorithms (密码套件)."""

from dataclasses import dataclass
from enum import StrEnum


class Profile(StrEnum):
    """A suite of algorithms; stored, so these words never change."""

    P256 = "p256"  # ECDSA on P-256 with SHA-256: every reader in the world verifies it
    SM2 = "sm2"  # SM2 with SM3 (GM/T 0003, 0004): what the cryptography rules ask of authorities


class OwnerKind(StrEnum):
    """What kind of party a credential belongs to; stored, so these words never change."""

    PERSON = "person"  # owner: the account's number
    ENTERPRISE = "enterprise"  # owner: the USCC
    DEPARTMENT = "department"  # owner: the department's code; what seals sign with
    OFFICE = "office"  # owner: archive, log, seal_maker: this installation's own offices


@dataclass(frozen=True, slots=True)
class Owner:
    """Who signs: `code` tells owners apart, `name` stands in the certificate."""

    kind: OwnerKind
    code: str
    name: str
    organization: str = ""
    """The department or enterprise a person belongs to, as the certificate says it."""
    organization_code: str = ""
    """Its USCC."""
