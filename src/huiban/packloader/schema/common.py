# SPDX-License-Identifier: Apache-2.0
"""packs/common/*.yaml: the vocabularies every pack shares."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field as Described

from huiban.packloader.schema.paper import NumberingIn
from huiban.packloader.schema.part import Count, Flag, Key, Maker, Part, Sentence
from huiban.packloader.values import CertificateKind, GrantPurpose, Role, Source, Validity


class ValidityIn(Part):
    """
    When a certificate is valid: two date fields of the form, and the longest time.

    Without fields it runs from the decision for `at_most`; a modified one ends when the one it
    replaces would have, and a renewed one `at_most` after that.
    """

    makes: ClassVar[Maker] = Validity
    starts: Annotated[Key | None, Described(alias="from")] = None
    ends: Annotated[Key | None, Described(alias="to")] = None
    at_most: Annotated[str, Described(pattern=r"^\d+ (year|month|day)s?$")] = ""


class CertificateKindIn(Part):
    """证照种类."""

    makes: ClassVar[Maker] = CertificateKind
    code: Key
    name: Sentence
    issued_here: Flag = False
    is_reserved: Annotated[Flag, Described(description="made by the engine, nobody holds it")] = (
        False
    )
    type_code: str = ""
    department: str = ""
    number: NumberingIn | None = None
    valid: ValidityIn | None = None
    renewal_days_before: Count = 30
    basis: str = ""


class GrantPurposeIn(Part):
    """授权用证的用途."""

    makes: ClassVar[Maker] = GrantPurpose
    code: Key
    name: Sentence
    needs_words: Annotated[Flag, Described(description="the holder says in words what for")] = False


class CertificatesIn(Part):
    """certificates.yaml."""

    kinds: tuple[CertificateKindIn, ...]
    purposes: tuple[GrantPurposeIn, ...] = ()


class RoleIn(Part):
    """岗位."""

    makes: ClassVar[Maker] = Role
    code: Key
    title: Sentence
    staffed_by: Literal["public", "staff", "system"]


class RolesIn(Part):
    """roles.yaml."""

    roles: tuple[RoleIn, ...]


class SourceIn(Part):
    """预填来源."""

    makes: ClassVar[Maker] = Source
    code: Key
    kind: Literal["identity", "history", "certificate", "shared"]
    title: Sentence
    gives: tuple[Key, ...]


class SourcesIn(Part):
    """sources.yaml."""

    sources: tuple[SourceIn, ...]
