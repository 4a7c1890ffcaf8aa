# SPDX-License-Identifier: Apache-2.0
"""Which materials (申请材料) an application needs as far as it is filled in, and why."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from huiban.kernel.catalogue_model import Item, Material, Need
from huiban.kernel.rule import closure, missing
from huiban.kernel.words import Words


class Standing(StrEnum):
    """Whether a material is to be handed in."""

    NEEDED = "needed"
    DEFERRED = "deferred"
    WAIVED = "waived"
    NOT_NEEDED = "not_needed"
    UNKNOWN = "unknown"


_WHY = {
    Standing.DEFERRED: Words(
        "可以先受理，发证之前补交", "May follow later, before the result is issued"
    ),
    Standing.WAIVED: Words("已有电子证照或部门数据，免交", "Already on record; nothing to hand in"),
    Standing.NOT_NEEDED: Words("按您填写的内容，不用交", "Not needed, by what you have filled in"),
    Standing.UNKNOWN: Words(
        "要不要交，看还没填写的内容", "Depends on what you have not filled in yet"
    ),
}
_ALWAYS = Words("申请时要交", "Needed with the application")
_BY_ANSWERS = Words("按您填写的内容，要交", "Needed, by what you have filled in")


@dataclass(frozen=True, slots=True)
class MaterialStanding:
    """One material with its standing; `missing` are the facts that would settle it."""

    material: Material
    standing: Standing
    why: Words
    missing: tuple[str, ...] = ()
    waived_by: str = ""


def material_list(
    item: Item,
    facts: Mapping[str, object],
    as_of: date,
    held: AbstractSet[str] = frozenset(),
) -> tuple[MaterialStanding, ...]:
    """
    Return every material with its standing, in the item's order.

    `held` are the certificate kinds the applicant is known to hold. An unknown condition makes
    nothing needed and nothing superfluous: it names what is missing.
    """
    return tuple(_standing(one, facts, as_of, held) for one in item.materials)


def _standing(
    material: Material, facts: Mapping[str, object], as_of: date, held: AbstractSet[str]
) -> MaterialStanding:
    certificate = next((kind for kind in material.waived_by if kind in held), "")
    if certificate:
        why = _WHY[Standing.WAIVED]
        return MaterialStanding(material, Standing.WAIVED, why, waived_by=certificate)
    if material.need is Need.DEFERRABLE:
        return MaterialStanding(material, Standing.DEFERRED, _WHY[Standing.DEFERRED])
    if material.when is None:
        return MaterialStanding(material, Standing.NEEDED, _ALWAYS)
    verdict = closure(material.when)(facts, as_of)
    if verdict is None:
        open_facts = missing(material.when, facts, as_of)
        why = _WHY[Standing.UNKNOWN]
        return MaterialStanding(material, Standing.UNKNOWN, why, missing=open_facts)
    if verdict:
        return MaterialStanding(material, Standing.NEEDED, _BY_ANSWERS)
    return MaterialStanding(material, Standing.NOT_NEEDED, _WHY[Standing.NOT_NEEDED])
