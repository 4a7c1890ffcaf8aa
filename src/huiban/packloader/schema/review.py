# SPDX-License-Identifier: Apache-2.0
"""review.yaml: what is read from materials (材料识别) and the points (审查要点) held against it."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field as Described

from huiban.kernel.catalogue import Life
from huiban.kernel.review import Severity, Take
from huiban.packloader.schema.part import Flag, Key, Line, Number, Part, Sentence
from huiban.packloader.schema.readings import MaterialKindIn

_Field = Annotated[str, Described(description="material.field, of a kind the material may be of")]


class FactIn(Part):
    """What points may know of a material: exactly one of the first seven keys."""

    read: Annotated[_Field | None, Described(description="material.field: the value read")] = None
    agrees: Annotated[
        _Field | None, Described(description="material.field: is it what `with` names?")
    ] = None
    covers: Annotated[
        _Field | None, Described(description="material.field: does it hold every value of `of`?")
    ] = None
    seal: Annotated[Key | None, Described(description="material: does every file bear a seal?")] = (
        None
    )
    kind: Annotated[
        Key | None, Described(description="material: is every file of one of the kinds in `is`?")
    ] = None
    sum: Annotated[
        _Field | None, Described(description="material.field: a number added over the files")
    ] = None
    count: Annotated[
        Key | None, Described(description="material: how many files; of the kinds in `is`, if any")
    ] = None
    against: Annotated[
        str,
        Described(alias="with", description="field, table.column or material.field (`agrees`)"),
    ] = ""
    of: Annotated[
        str, Described(description="field, table.column or material.field (`covers`)")
    ] = ""
    kinds: Annotated[
        tuple[Key, ...], Described(alias="is", description="kinds (`kind`, `count`, `seal`)")
    ] = ()
    take: Annotated[
        Take | None, Described(description="which of several files' values counts (`read`)")
    ] = None
    unit: Annotated[str, Described(description="what a number is told in (`read`, `sum`)")] = ""
    pages: Annotated[Flag, Described(description="count pages, not files (`count`)")] = False
    label: Annotated[Sentence | None, Described(description="how people call it")] = None


class PointIn(Part):
    """One review point (审查要点); it finds, people decide."""

    code: Key
    title: Sentence
    holds: Annotated[
        str, Described(description="rule over the facts of the case and those of this file")
    ]
    lives: Annotated[tuple[Life, ...], Described(min_length=1)]
    basis: Line
    severity: Severity
    about: Annotated[Key, Described(description="a material, or a section of the form")]
    shows: Annotated[
        tuple[Key, ...], Described(min_length=1, description="facts whose places prove it")
    ]
    applicant: Annotated[Sentence, Described(description="what the applicant reads, with the cure")]
    officer: Annotated[Sentence, Described(description="what the examiner reads: where to look")]
    settles: Annotated[Key, Described(description="role that confirms or overrules")]
    needs: Annotated[
        Number, Described(gt=0, le=1, description="how sure a value must be to count as a fact")
    ] = Decimal("0.8")


class ReviewIn(Part):
    """review.yaml: kinds of the files of each material, facts read from them, and points."""

    reads: Annotated[
        dict[Key, tuple[Key, ...]],
        Described(min_length=1, description="material: kinds its files may be of"),
    ]
    kinds: Annotated[
        tuple[MaterialKindIn, ...],
        Described(
            description="kinds of material of this pack's own, beside packs/common/readings.yaml"
        ),
    ] = ()
    facts: Annotated[dict[Key, FactIn], Described(min_length=1)]
    points: Annotated[tuple[PointIn, ...], Described(min_length=1)]
