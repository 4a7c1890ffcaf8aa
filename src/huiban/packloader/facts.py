# SPDX-License-Identifier: Apache-2.0
"""What rules and guards may know of a case (办件) beside its form: life, materials handed in."""

from collections.abc import Collection, Mapping
from datetime import date

from huiban.kernel.catalogue import Item, Life, Material, Need
from huiban.kernel.form import Form, Values, fact_schema, facts
from huiban.kernel.rule import FactKind, FactType, Schema, closure

_BOOLEAN = FactType(FactKind.BOOLEAN)


def case_schema(item: Item, form: Form) -> Schema:
    """
    Return every fact a rule about cases of this item may use.

    Beside the form's: `life`, `materials_complete`, and `has_<code>` for each material.
    """
    own = {f"has_{material.code}": _BOOLEAN for material in item.materials}
    lives = tuple(life.value for life in Life)
    more = {"life": FactType(FactKind.CHOICE, lives), "materials_complete": _BOOLEAN}
    return {**fact_schema(form), **own, **more}


def case_facts(
    item: Item, form: Form, values: Values, attached: Collection[str], as_of: date
) -> dict[str, object]:
    """
    Return the facts of one case; `attached` are the codes of materials handed in or waived.

    A material that a condition asks for, when the condition is unknown, leaves completeness
    unknown unless it is there.
    """
    known = facts(form, values)
    for material in item.materials:
        known[f"has_{material.code}"] = material.code in attached
    known["life"] = item.life.value
    wanted = [is_needed(one, known, as_of) for one in item.materials if one.code not in attached]
    if True in wanted:
        known["materials_complete"] = False
    elif None not in wanted:
        known["materials_complete"] = True
    return known


def is_needed(material: Material, known: Mapping[str, object], as_of: date) -> bool | None:
    """Tell whether a material must be handed in; None while its condition is unknown."""
    if material.need is Need.CONDITIONAL and material.when:
        return closure(material.when)(known, as_of)
    return material.need is Need.REQUIRED


def waived(item: Item, held: Collection[str]) -> frozenset[str]:
    """Return the materials nobody has to bring (免提交), given the certificate kinds held."""
    return frozenset(one.code for one in item.materials if not set(one.waived_by).isdisjoint(held))
