# SPDX-License-Identifier: Apache-2.0
"""Which materials (申请材料) an application needs as far as it is filled in, and why."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from huiban.kernel.catalogue_model import Item, Material, Need
from huiban.kernel.fill_record import How
from huiban.kernel.rule import closure, missing
from huiban.kernel.words import Words

ONLINE_FORM = "online_form"
"""The reserved certificate kind that waives the application form filled in on line."""


class Standing(StrEnum):
    """Whether a material is to be handed in."""

    NEEDED = "needed"
    DEFERRED = "deferred"
    """May follow after acceptance (容缺后补)."""
    WAIVED = "waived"
    """A form, certificate or register on record says the same (免提交)."""
    COMMITTED = "committed"
    """The applicant promised in writing instead (告知承诺)."""
    NOT_NEEDED = "not_needed"
    UNKNOWN = "unknown"


_WHY = {
    How.FORM: Words("由网上填写的内容生成，不用交", "Made from what is filled in on line"),
    How.CERTIFICATE: Words("已有有效的电子证照，不用交", "A valid electronic certificate is held"),
    How.RESOURCE: Words("部门数据里已经查到，不用交", "A register already says the same"),
    How.COMMITMENT: Words("已作出书面承诺，不用交", "Promised in writing instead"),
    How.DEFERRED: Words(
        "可以先受理，发证之前补交", "May follow later, before the result is issued"
    ),
}
_ALWAYS = Words("申请时要交", "Needed with the application")
_BY_ANSWERS = Words("按填写的内容，要交", "Needed, by what is filled in")
_NOT_NEEDED = Words("按填写的内容，不用交", "Not needed, by what is filled in")
_UNKNOWN = Words("要不要交，看还没填写的内容", "Depends on what is not filled in yet")


@dataclass(frozen=True, slots=True)
class OnRecord:
    """
    What is known beside the answers, and may take a material's place.

    `certificates` are numbers by kind, valid and in the applicant's name; `answers` are requests
    by data resource, found and fresh; `committed` and `handed` are codes of materials.
    """

    certificates: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    committed: AbstractSet[str] = frozenset()
    handed: AbstractSet[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Instead:
    """What takes a material's place: `name` is the certificate's kind or the data resource."""

    how: How
    name: str = ""
    reference: str = ""
    """The certificate's number, or the request that the register answered."""


@dataclass(frozen=True, slots=True)
class MaterialStanding:
    """One material with its standing; `missing` are the facts that would settle it."""

    material: Material
    standing: Standing
    why: Words
    missing: tuple[str, ...] = ()
    instead: Instead | None = None
    is_handed: bool = False
    """A file was handed in, though nobody need hand in what is waived."""

    @property
    def is_lacking(self) -> bool:
        """Tell whether the application may not be sent without it."""
        return self.standing is Standing.NEEDED and not self.is_handed

    @property
    def is_owed(self) -> bool:
        """Tell whether it must still follow before the applied-for may be granted."""
        return self.standing is Standing.DEFERRED and not self.is_handed

    @property
    def is_waived(self) -> bool:
        """Tell whether nobody need hand it in, and nobody did."""
        return self.standing is Standing.WAIVED and not self.is_handed

    @property
    def how(self) -> How | None:
        """Say how a required material came in; None for one that is lacking or not required."""
        if self.standing in (Standing.NOT_NEEDED, Standing.UNKNOWN):
            return None
        if self.is_handed:
            return How.UPLOADED
        if self.is_owed:
            return How.DEFERRED
        return self.instead.how if self.instead else None


def material_list(
    item: Item, facts: Mapping[str, object], as_of: date, known: OnRecord | None = None
) -> tuple[MaterialStanding, ...]:
    """
    Return every material with its standing, in the item's order.

    An unknown condition makes nothing needed and nothing superfluous: it names what is missing.
    """
    on_record = known or OnRecord()
    return tuple(_standing(one, facts, as_of, on_record) for one in item.materials)


def instead_of(material: Material, known: OnRecord) -> Instead | None:
    """Say what takes a material's place: first what is on record, last a promise."""
    if ONLINE_FORM in material.waived_by:
        return Instead(How.FORM, ONLINE_FORM)
    for kind in material.waived_by:
        if kind in known.certificates:
            return Instead(How.CERTIFICATE, kind, known.certificates[kind])
    for resource in material.replaced_by:
        if resource in known.answers:
            return Instead(How.RESOURCE, resource, known.answers[resource])
    if material.commitment and material.code in known.committed:
        return Instead(How.COMMITMENT)
    return None


def _standing(
    material: Material, facts: Mapping[str, object], as_of: date, known: OnRecord
) -> MaterialStanding:
    is_handed = material.code in known.handed

    def stands(
        standing: Standing,
        why: Words,
        missing: tuple[str, ...] = (),
        instead: Instead | None = None,
    ) -> MaterialStanding:
        return MaterialStanding(material, standing, why, missing, instead, is_handed)

    needed = closure(material.when)(facts, as_of) if material.when else True
    if needed is False:
        return stands(Standing.NOT_NEEDED, _NOT_NEEDED)
    instead = instead_of(material, known)
    if instead is not None:
        is_promise = instead.how is How.COMMITMENT
        standing = Standing.COMMITTED if is_promise else Standing.WAIVED
        return stands(standing, _WHY[instead.how], (), instead)
    if material.need is Need.DEFERRABLE:
        return stands(Standing.DEFERRED, _WHY[How.DEFERRED])
    if needed is None and material.when:
        return stands(Standing.UNKNOWN, _UNKNOWN, missing(material.when, facts, as_of))
    return stands(Standing.NEEDED, _BY_ANSWERS if material.when else _ALWAYS)
