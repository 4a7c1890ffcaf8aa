# SPDX-License-Identifier: Apache-2.0
"""packs/common/readings.yaml: the kinds of materials that are read, and their fields."""

from typing import Annotated, ClassVar

from pydantic import AfterValidator, model_validator
from pydantic import Field as Described
from pydantic_core import PydanticCustomError

from huiban.kernel.extract_pattern import PatternRefused, check_pattern
from huiban.kernel.material_kind import FieldPattern, FieldType, KindFeature, MaterialKind, Where
from huiban.packloader.schema.part import Flag, Key, Line, Maker, Number, Part, Sentence


def _checked(pattern: str) -> str:
    try:
        check_pattern(pattern)
    except PatternRefused as refused:
        told = {"reason": f"{refused}; {refused.cure}"}
        raise PydanticCustomError("pattern", "{reason}", told) from None
    return pattern


Pattern = Annotated[
    str,
    AfterValidator(_checked),
    Described(description="a regular expression with at most one group, every repetition bounded"),
]


def _fault(reason: str) -> PydanticCustomError:
    return PydanticCustomError("reading", "{reason}", {"reason": reason})


class KindFeatureIn(Part):
    """
    What speaks for a kind: any of some words, or a pattern, on one page.

    The weights of what is met are added; at 0.5 the page may be of the kind, at 1 it surely is.
    """

    weight: Annotated[Number, Described(ge=-1, le=1)]
    words: tuple[Line, ...] = ()
    pattern: Pattern = ""
    is_title: Annotated[Flag, Described(description="the words stand on a line of their own")] = (
        False
    )

    @model_validator(mode="after")
    def _says_something(self) -> "KindFeatureIn":
        if not self.words and not self.pattern:
            raise _fault("a feature needs words or a pattern; write `words: [营业执照]`")
        return self

    def make(self, **more: object) -> KindFeature:
        """Build the feature; its weight is a share, no amount."""
        return KindFeature(float(self.weight), self.words, self.pattern, self.is_title)


class FieldPatternIn(Part):
    """材料里的一个字段：旁边印着什么，怎样写."""

    makes: ClassVar[Maker] = FieldPattern
    name: Key
    label: Sentence
    type: FieldType
    labels: tuple[Line, ...] = ()
    pattern: Pattern = ""
    where: Where = Where.LABEL

    @model_validator(mode="after")
    def _can_be_found(self) -> "FieldPatternIn":
        if self.where is Where.PAGE and not self.pattern and self.type is not FieldType.PLATES:
            raise _fault("`where: page` needs a pattern; write it, or leave `where` out")
        if self.where is Where.LABEL and not self.labels:
            raise _fault("the field has no labels; write `labels: […]`, or `where: page`")
        return self


class MaterialKindIn(Part):
    """材料种类."""

    makes: ClassVar[Maker] = MaterialKind
    code: Key
    name: Sentence
    features: tuple[KindFeatureIn, ...] = ()
    fields: tuple[FieldPatternIn, ...] = ()
    other_labels: Annotated[
        tuple[Line, ...], Described(description="labels that end a value and are no field")
    ] = ()

    @model_validator(mode="after")
    def _names_once(self) -> "MaterialKindIn":
        names = [one.name for one in self.fields]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise _fault(f"the field '{twice[0]}' stands twice; keep one")
        return self


class ReadingsIn(Part):
    """readings.yaml: 材料种类和它们的字段."""

    kinds: tuple[MaterialKindIn, ...]

    @model_validator(mode="after")
    def _codes_once(self) -> "ReadingsIn":
        codes = [one.code for one in self.kinds]
        twice = sorted({code for code in codes if codes.count(code) > 1})
        if twice:
            raise _fault(f"the kind '{twice[0]}' stands twice; keep one")
        return self
